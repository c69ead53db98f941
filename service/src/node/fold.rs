//! From ordered blocks to state: registry, rules engine and catalog, and the outcome of each
//! block. A pure function of the order: the writer, the replay at start and `check` run this same
//! code, so that what is proved about one holds for all.
use std::collections::BTreeMap;

use gs1::Gln;
use rules::{Engine, Fact, Finding, Profile, Record, RuleId, Stamp};
use tangle::registry::{Principal, Registry};
use tangle::{BlockId, Item, KeyId, Kind, Ordered, Outcome, VerifiedBlock};

use super::catalog::{BlockRow, Catalog};
use super::entitled::{NotEntitled, Speaker, entitled};
use super::items::{self, Unreadable};

/// Identifier of the node operator's own organisation in the registry; parties have GLNs.
pub const OPERATOR: &str = "operator";

/// Everything folded from the order so far.
#[derive(Debug)]
pub struct Fold {
    /// State and findings.
    pub engine: Engine,
    /// The events in order.
    pub catalog: Catalog,
    /// Who may write.
    pub registry: Registry,
    /// Outcomes other than applied.
    pub outcomes: BTreeMap<BlockId, Outcome>,
    /// Items folded so far.
    items: u64,
    /// Milestones folded so far.
    pub milestones: u32,
    /// Findings made so far.
    pub findings: u64,
}

impl Fold {
    /// Nothing yet, in the network of this root key.
    pub fn new(root: KeyId) -> Self {
        Self {
            engine: Engine::new(Profile::default()),
            catalog: Catalog::default(),
            registry: Registry::new(root),
            outcomes: BTreeMap::new(),
            items: 0,
            milestones: 0,
            findings: 0,
        }
    }

    /// Folds one milestone's blocks; one outcome for each, in their order.
    pub fn ordered(&mut self, ordered: &Ordered) -> Vec<Outcome> {
        // Registrations of this milestone hold for all of it: a block may be ordered before the
        // registration of its author, to which its parents need not lead.
        let refused: Vec<BlockId> = ordered
            .blocks
            .iter()
            .filter(|block| block.header().kind == Kind::Registry)
            .filter(|block| {
                self.registry
                    .admit(&block.header().kid, block.items())
                    .is_err()
            })
            .map(|block| *block.id())
            .collect();
        let recorded_ms = i64::try_from(ordered.time_ms).unwrap_or(i64::MAX);
        let mut outcomes = Vec::with_capacity(ordered.blocks.len());
        for (position, block) in (ordered.first_position..).zip(&ordered.blocks) {
            let row = BlockRow::new(*block.id(), position, ordered.index, recorded_ms);
            let folded = if refused.contains(block.id()) {
                self.catalog.push(row, self.items, &[]);
                Outcome::Rejected {
                    code: NotEntitled::Registry.code(),
                }
            } else {
                self.block(block, row)
            };
            let outcome = match (folded, ordered.disputes.get(block.id())) {
                (Outcome::Applied, Some(rival)) => Outcome::Disputed { with: *rival },
                (folded, _) => folded,
            };
            if outcome != Outcome::Applied {
                self.outcomes.insert(*block.id(), outcome);
            }
            outcomes.push(outcome);
        }
        self.milestones = ordered.index.saturating_add(1);
        outcomes
    }

    fn block(&mut self, block: &VerifiedBlock, row: BlockRow) -> Outcome {
        let facts = match facts_of(block) {
            Ok(facts) => facts,
            Err(unreadable) => {
                self.catalog.push(row, self.items, &[]);
                return Outcome::Quarantined {
                    why: unreadable.why(),
                };
            }
        };
        let events: Vec<_> = facts
            .iter()
            .filter_map(|(item, fact)| match fact {
                Fact::Event(event) => Some((*item, event)),
                Fact::Master(_) | Fact::Decision(_) => None,
            })
            .collect();
        self.catalog.push(row, self.items, &events);
        let (actor, device) = self.signer(&block.header().kid);
        for (_, fact) in &facts {
            let speaker = match actor.as_deref() {
                Some(OPERATOR) => Speaker::Operator,
                Some(party) => Speaker::Party(party),
                None => Speaker::Nobody,
            };
            if let Err(why) = entitled(&self.engine, speaker, fact) {
                return Outcome::Rejected { code: why.code() };
            }
        }
        let actor = actor.filter(|id| Gln::parse(id).is_ok());
        let mut twin = None;
        for (item, fact) in facts {
            let stamp = Stamp {
                position: self.items,
                block: *block.id().as_bytes(),
                item,
                recorded_ms: row.recorded_ms,
                actor: actor.clone(),
                device: device.clone(),
            };
            self.items = self.items.saturating_add(1);
            let findings = self.engine.apply(&Record { stamp, fact });
            self.findings = self
                .findings
                .saturating_add(u64::try_from(findings.len()).unwrap_or(0));
            twin = twin.or_else(|| commissioned_before(block.id(), &findings));
        }
        twin.map_or(Outcome::Applied, |with| Outcome::Disputed { with })
    }

    /// Organisation and device behind a key.
    fn signer(&self, key: &KeyId) -> (Option<String>, Option<String>) {
        use tangle::registry::Role;
        match self.registry.principal(key) {
            Some(Principal::Organisation(it)) => (Some(it.id.clone()), None),
            Some(Principal::Author(it)) => {
                let machine = matches!(it.role, Role::Gateway | Role::Device);
                (
                    Some(it.organisation.clone()),
                    machine.then(|| it.label.clone()),
                )
            }
            Some(Principal::Root) | None => (None, None),
        }
    }
}

/// Every fact of a block with its item number, or why the block cannot be read.
fn facts_of(block: &VerifiedBlock) -> Result<Vec<(u16, Fact)>, Unreadable> {
    let kind = block.header().kind;
    let read = |(index, item): (u16, &Item)| match items::fact(kind, item) {
        Ok(fact) => fact.map(|fact| Ok((index, fact))),
        Err(unreadable) => Some(Err(unreadable)),
    };
    block.items().filter_map(read).collect()
}

/// The other block when a finding says that an item was commissioned in two blocks.
fn commissioned_before(this: &BlockId, findings: &[Finding]) -> Option<BlockId> {
    findings
        .iter()
        .filter(|finding| finding.rule == RuleId::C06 && finding.resolved_by.is_none())
        .flat_map(|finding| &finding.evidence)
        .map(|evidence| BlockId::new(evidence.block))
        .find(|other| other != this)
}
