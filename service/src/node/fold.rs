//! From ordered blocks to state: registry, rules engine and catalog, and the outcome of each
//! block. A pure function of the order: the writer, the replay at start and `check` run this same
//! code, so that what is proved about one holds for all.
pub(super) mod frozen;

use std::collections::BTreeMap;

use gs1::Gln;
use gs1::epcis::Event;
use rules::{Engine, Fact, Finding, Profile, Record, RuleId, Stamp};
use tangle::authority::{Authority, Void};
use tangle::registry::{Principal, Registry};
use tangle::{BlockId, KeyId, Kind, Media, Ordered, Outcome, VerifiedBlock};

use super::catalog::{BlockRow, Catalog};
use super::claims::Claims;
use super::comments::Comments;
use super::despatch::Despatches;
use super::entitled::{Speaker, entitled};
use super::fleet::Fleet;
use super::grants::{Grants, Said};
use super::items::{COMMENT, GRANT, VOCABULARY};
use super::prefixes::Prefixes;
use super::readings::{self, Reading};
use super::vocabulary::{Element, Vocabularies};

/// Identifier of the node operator's own organisation in the registry; parties have GLNs.
pub const OPERATOR: &str = "operator";

/// Everything folded from the order so far.
#[derive(Debug, Eq, PartialEq)]
pub struct Fold {
    /// State and findings.
    pub engine: Engine,
    /// The events in order.
    pub catalog: Catalog,
    /// Shipments by their papers.
    pub despatches: Despatches,
    /// Whose word counts: not kept, but judged anew from the blocks that changed it.
    pub authority: Authority,
    /// Those blocks, each with its milestone, in order.
    registrations: Vec<(u32, BlockId)>,
    /// Master data of documents: attributes and hierarchies, for queries.
    pub vocabularies: Vocabularies,
    /// Who was given sight of what.
    pub grants: Grants,
    /// What parties said about cases.
    pub comments: Comments,
    /// What records tell of the machines that made them.
    pub fleet: Fleet,
    /// Lengths of company prefixes, as URNs have shown them.
    pub prefixes: Prefixes,
    /// Who was first at a place, and made a product first.
    pub claims: Claims,
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
            vocabularies: Vocabularies::default(),
            grants: Grants::default(),
            comments: Comments::default(),
            fleet: Fleet::default(),
            prefixes: Prefixes::default(),
            claims: Claims::default(),
            despatches: Despatches::default(),
            authority: Authority::new(root),
            registrations: Vec::new(),
            outcomes: BTreeMap::new(),
            items: 0,
            milestones: 0,
            findings: 0,
        }
    }

    /// Folds one milestone's blocks; one outcome for each, in their order.
    pub fn ordered(&mut self, ordered: &Ordered) -> Vec<Outcome> {
        fold(ordered, readings::read, |step| step(self))
    }

    /// The registrations as the order leaves them.
    pub fn registry(&self) -> &Registry {
        self.authority.registry()
    }

    /// Takes in a milestone's registrations and withdrawals, which hold as [`Authority`] says; the
    /// blocks that have no effect because their author may not make them, or was shown another
    /// log than this one.
    fn admit(&mut self, ordered: &Ordered) -> BTreeMap<BlockId, Void> {
        let mut void = self.authority.judge(ordered.index, &ordered.blocks);
        let recorded_ms = i64::try_from(ordered.time_ms).unwrap_or(i64::MAX);
        for block in ordered.blocks.iter().filter(|it| registers(it)) {
            self.registrations.push((ordered.index, *block.id()));
            self.fleet.registered(block, recorded_ms);
        }
        for (id, why) in &ordered.strangers {
            void.entry(*id).or_insert_with(|| why.clone());
        }
        void
    }

    /// Judges the registrations of a state that was kept: `read` gives a block of the ledger.
    /// Only registry blocks change whose word counts, so those of each milestone suffice.
    pub(super) fn authorise<E>(
        &mut self,
        root: KeyId,
        mut read: impl FnMut(&BlockId) -> Result<VerifiedBlock, E>,
    ) -> Result<(), E> {
        self.authority = Authority::new(root);
        for of_one in self.registrations.chunk_by(|a, b| a.0 == b.0) {
            let blocks: Vec<_> = of_one
                .iter()
                .map(|(_, id)| read(id))
                .collect::<Result<_, _>>()?;
            if let Some((milestone, _)) = of_one.first() {
                self.authority.judge(*milestone, &blocks);
            }
        }
        Ok(())
    }

    /// Items folded so far.
    pub(super) fn items(&self) -> u64 {
        self.items
    }

    /// Folds what a block says.
    fn block(&mut self, block: &VerifiedBlock, row: BlockRow, facts: Facts) -> Outcome {
        let (actor, device) = self.signer(&block.header().kid);
        if device.is_some() {
            self.fleet.made(&block.header().kid, row.recorded_ms);
        }
        let facts = match facts {
            Ok(facts) => facts,
            Err(outcome) => {
                self.catalog.push(row, self.items, &[], None);
                return outcome;
            }
        };
        let events: Vec<_> = facts
            .iter()
            .filter_map(|(item, fact)| match fact {
                Fact::Event(event) => Some((*item, event)),
                Fact::Master(_) | Fact::Decision(_) | Fact::Verification(_) => None,
            })
            .collect();
        self.catalog
            .push(row, self.items, &events, actor.as_deref());
        if !events.is_empty() {
            self.learn_prefixes(block, row.recorded_ms);
        }
        self.learn_fleet(
            (device.is_some(), &block.header().kid),
            actor.as_deref(),
            &events,
            row.recorded_ms,
        );
        self.learn_vocabulary(block, actor.as_deref());
        let speaker = match actor.as_deref() {
            Some(OPERATOR) => Speaker::Operator,
            Some(party) => Speaker::Party(party),
            None => Speaker::Nobody,
        };
        let refused = facts
            .iter()
            .find_map(|(_, fact)| entitled(self, speaker, fact).err());
        if let Some(why) = refused {
            return Outcome::Rejected { code: why.code() };
        }
        let actor = actor.filter(|id| Gln::parse(id).is_ok());
        if let (Some(granter), None) = (&actor, &device) {
            self.learn_grants(block, granter, row.recorded_ms);
            self.learn_comments(block, granter, row.recorded_ms);
        }
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
            if let Fact::Event(event) = &fact {
                self.despatches.take(self.items, event);
            }
            self.items = self.items.saturating_add(1);
            self.claims.learn(actor.as_deref(), &fact);
            let findings = self.engine.apply(&Record { stamp, fact });
            let found = u64::try_from(findings.len()).unwrap_or(0);
            self.findings = self.findings.saturating_add(found);
            twin = twin.or_else(|| commissioned_before(block.id(), &findings));
        }
        twin.map_or(Outcome::Applied, |with| Outcome::Disputed { with })
    }

    /// What events tell of the machine that signed them, and of sensors.
    fn learn_fleet(
        &mut self,
        (machine, key): (bool, &KeyId),
        actor: Option<&str>,
        events: &[(u16, &Event)],
        recorded_ms: i64,
    ) {
        for (_, event) in events {
            if machine {
                self.fleet.told(key, event);
            }
            if let Some(party) = actor.filter(|_| !event.sensor_elements.is_empty()) {
                self.fleet.sensed(party, event, recorded_ms);
            }
        }
    }

    /// What a party says about cases; machines say nothing.
    fn learn_comments(&mut self, block: &VerifiedBlock, party: &str, recorded_ms: i64) {
        if block.header().kind != Kind::Events {
            return;
        }
        for (index, item) in block.items().filter(|(_, it)| it.media == COMMENT) {
            if let Some(said) = super::comments::Said::read(&item.body) {
                self.comments
                    .learn(party, (*block.id(), index), said, recorded_ms);
            }
        }
    }

    /// Company prefixes that the block's URNs part from the rest of a key.
    fn learn_prefixes(&mut self, block: &VerifiedBlock, recorded_ms: i64) {
        for (_, item) in block
            .items()
            .filter(|(_, it)| it.media == Media::EPCIS_EVENT)
        {
            self.prefixes.learn_from(&item.body, recorded_ms);
        }
    }

    /// Elements of vocabularies that came with documents.
    fn learn_vocabulary(&mut self, block: &VerifiedBlock, actor: Option<&str>) {
        if block.header().kind != Kind::MasterData {
            return;
        }
        for (_, item) in block.items().filter(|(_, it)| it.media == VOCABULARY) {
            if let (Some(actor), Some(element)) = (actor, Element::read(&item.body)) {
                self.vocabularies.learn(actor, element);
            }
        }
    }

    /// Grants of sight and revocations by a party; machines give none.
    fn learn_grants(&mut self, block: &VerifiedBlock, granter: &str, recorded_ms: i64) {
        if block.header().kind != Kind::Grant {
            return;
        }
        for (index, item) in block.items().filter(|(_, it)| it.media == GRANT) {
            if let Some(said) = Said::read(&item.body) {
                let id = super::grants::id_of(block.id(), index);
                self.grants.learn(granter, id, said, recorded_ms);
            }
        }
    }

    /// Organisation and device behind a key.
    fn signer(&self, key: &KeyId) -> (Option<String>, Option<String>) {
        use tangle::registry::Role;
        match self.registry().principal(key) {
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

/// Before the registrations are judged.
fn nobody() -> Authority {
    Authority::new(KeyId::new([0; 32]))
}

fn registers(block: &VerifiedBlock) -> bool {
    block.header().kind == Kind::Registry
}

/// One piece of folding a milestone.
pub(super) type Step<'a> = &'a mut dyn FnMut(&mut Fold);

/// What a block says, item by item, or the outcome of a block that says nothing.
type Facts = Result<Vec<(u16, Fact)>, Outcome>;

/// Folds a milestone piece by piece: `with` gets each piece in turn and runs it on the state. So
/// the writer holds the state's lock for one block at a time, and reads blocks without it;
/// `read` says what a block says.
pub(super) fn fold(
    ordered: &Ordered,
    read: impl Fn(&VerifiedBlock) -> Reading,
    mut with: impl FnMut(Step<'_>),
) -> Vec<Outcome> {
    let mut refused = BTreeMap::new();
    with(&mut |state| refused = state.admit(ordered));
    let recorded_ms = i64::try_from(ordered.time_ms).unwrap_or(i64::MAX);
    let mut outcomes = Vec::with_capacity(ordered.blocks.len());
    for (position, block) in (ordered.first_position..).zip(&ordered.blocks) {
        let row = BlockRow::new(*block.id(), position, ordered.index, recorded_ms);
        let mut facts = Some(match refused.get(block.id()) {
            Some(void) => Err(void.outcome()),
            None => read(block).map_err(|it| Outcome::Quarantined { why: it.why() }),
        });
        let mut outcome = Outcome::Applied;
        with(&mut |state| {
            let Some(facts) = facts.take() else { return };
            outcome = match (
                state.block(block, row, facts),
                ordered.disputes.get(block.id()),
            ) {
                (Outcome::Applied, Some(rival)) => Outcome::Disputed { with: *rival },
                (folded, _) => folded,
            };
            if outcome != Outcome::Applied {
                state.outcomes.insert(*block.id(), outcome);
            }
        });
        outcomes.push(outcome);
    }
    with(&mut |state| state.milestones = ordered.index.saturating_add(1));
    outcomes
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
