//! T05: a product has spent the stability that its manufacturer allows.
//!
//! Condition: over the whole life, the time in the bands of the budget adds up to more than all of
//! it (`sum(t_j/B_j) > 1`), or the equivalent time at the reference temperature exceeds what is
//! allowed, or the vaccine vial monitor has reached its end point. Source: ICH Q1A stability data
//! turned into a distribution budget (PDA TR 53), WHO PQS E006/IN05 for the monitors. Severity S2.
//!
//! The budget is the pack's own and follows it across owners: what counts is every container it was
//! ever in, each for the time it was inside, and after unpacking the pack keeps what it has spent.
//! Packs with the same past are worked out together. The finding stands at the containers that were
//! measured; a pack takes it over only when its own account is spent. Time that several loggers
//! watched counts once, the worst of them. What nobody measured is not supposed to have been spent
//! (it is a gap, T08), but the view shows how much it may have been.
//!
//! False positives: a budget of another presentation. Triage: the finding names the condition.
//! Late facts: a container's readings, or the books on what was in it, may come after the packs
//! have moved on; every container that shares a past with them is judged again.

use std::collections::{BTreeMap, BTreeSet};

use super::Series;
use super::account::Account;
use crate::cold_chain::{Span, StorageProfile};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::{Cold, Spent};
use crate::state::{State, ThingId};

/// The past of a pack: what was measured that it was, or was in, and when.
pub(crate) type Past = Vec<(ThingId, Span)>;

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    Bands,
    Equivalent,
    Vvm,
}

impl Measure {
    pub(crate) const ALL: [Self; 3] = [Self::Bands, Self::Equivalent, Self::Vvm];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Bands => "bands",
            Self::Equivalent => "equivalent",
            Self::Vvm => "vvm",
        }
    }

    fn say(self) -> Spent {
        match self {
            Self::Bands => Spent::Bands,
            Self::Equivalent => Spent::Equivalent,
            Self::Vvm => Spent::Vvm,
        }
    }
}

impl State {
    /// The past of a thing: itself and the containers it was in, where they were measured.
    pub(crate) fn past(&self, id: ThingId) -> Past {
        let always = Span {
            from_ms: i64::MIN,
            to_ms: i64::MAX,
        };
        let is_measured = |id: ThingId| {
            let thing = self.thing(id);
            thing.is_some_and(|thing| !thing.measured().is_empty())
        };
        let mut past = vec![(id, always)];
        past.extend(self.containers_told(id));
        past.retain(|(on, _)| is_measured(*on));
        past.sort_unstable();
        past.dedup();
        past
    }

    /// Pasts of the packs that were ever inside a thing (or are it) and whose condition has a
    /// budget, with the number of packs that share each.
    fn pasts(&self, id: ThingId) -> BTreeMap<(&str, Past), usize> {
        let mut pasts = BTreeMap::new();
        if !self.knows_budgets() {
            return pasts;
        }
        for pack in self.ever_inside(id).into_iter().chain([id]) {
            let gtin = self.gtin(pack);
            let storage = gtin.and_then(|gtin| self.storage_of(Some(gtin)));
            if let Some(storage) = storage.filter(|storage| storage.has_budget()) {
                let key = (storage.id.as_str(), self.past(pack));
                *pasts.entry(key).or_insert(0) += 1;
            }
        }
        pasts
    }

    /// Whether any condition has a budget at all.
    fn knows_budgets(&self) -> bool {
        let own = self.masters.products.values();
        let mut own = own.filter_map(|product| product.conditions.as_deref());
        self.profile.storage.iter().any(StorageProfile::has_budget)
            || own.any(StorageProfile::has_budget)
    }

    /// The condition of this name, of the profile or of a product.
    fn storage_named(&self, id: &str) -> Option<&StorageProfile> {
        let own = self.masters.products.values();
        let mut own = own.filter_map(|product| product.conditions.as_deref());
        self.profile
            .storage(id)
            .or_else(|| own.find(|storage| storage.id == id))
    }

    /// Measured things that share packs with a budget with this one, itself included.
    pub(crate) fn sharing_budgets(&self, id: ThingId) -> BTreeSet<ThingId> {
        let pasts = self.pasts(id);
        let things = pasts.keys().flat_map(|(_, past)| past);
        things.map(|(on, _)| *on).collect()
    }

    /// What T05 says about a measured thing.
    pub(crate) fn budget_drafts(&self, id: ThingId) -> Vec<Draft> {
        let mut worst: BTreeMap<(&str, Measure), (f64, usize, Span)> = BTreeMap::new();
        for ((storage, past), packs) in self.pasts(id) {
            let Some(profile) = self.storage_named(storage) else {
                continue;
            };
            let Some(account) = self.account(profile, &past) else {
                continue;
            };
            for measure in Measure::ALL {
                let Some(share) = account.is_spent(profile, measure) else {
                    continue;
                };
                let known = worst
                    .entry((storage, measure))
                    .or_insert((share, 0, account.span));
                known.0 = known.0.max(share);
                known.1 = known.1.saturating_add(packs);
                known.2.from_ms = known.2.from_ms.min(account.span.from_ms);
                known.2.to_ms = known.2.to_ms.max(account.span.to_ms);
            }
        }
        let sources = self.sources(id);
        worst
            .into_iter()
            .map(|((storage, measure), (share, packs, span))| {
                let reading = Evidence {
                    state: self,
                    sources: &sources,
                };
                reading.draft((storage, measure), share, packs, span)
            })
            .collect()
    }

    /// Whether the account of a thing is spent in one measure.
    pub(crate) fn has_spent(&self, id: ThingId, measure: &str) -> bool {
        let storage = self.storage_of(self.gtin(id));
        let storage = storage.filter(|storage| storage.has_budget());
        let account = storage.and_then(|storage| self.account(storage, &self.past(id)));
        let measure = Measure::ALL.into_iter().find(|it| it.word() == measure);
        match (storage, account, measure) {
            (Some(storage), Some(account), Some(measure)) => {
                account.is_spent(storage, measure).is_some()
            }
            _ => false,
        }
    }

    /// What a past has spent of a condition's budget; `None` where nothing was measured.
    pub(crate) fn account(&self, storage: &StorageProfile, past: &Past) -> Option<Account> {
        let always = Span {
            from_ms: i64::MIN,
            to_ms: i64::MAX,
        };
        let mut account = Account::new(storage);
        for (on, during) in past {
            let series: Vec<Series> = self.series(*on, always);
            let mut legs = super::legs(&self.timeline(*on));
            super::clip_legs(&mut legs, *during);
            let gaps = super::unwatched(self, &series, &legs);
            account.add(*on, *during, series, gaps);
        }
        account.close(storage)
    }
}

/// Where the evidence of a finding comes from.
struct Evidence<'a> {
    state: &'a State,
    sources: &'a [(Span, crate::state::EventId)],
}

impl Evidence<'_> {
    fn draft(
        &self,
        (storage, measure): (&str, Measure),
        share: f64,
        packs: usize,
        span: Span,
    ) -> Draft {
        let meets = |source: &&(Span, _)| source.0.overlap(span).is_some();
        let events = self.sources.iter().filter(meets);
        let evidence = events
            .filter_map(|(_, id)| Some(self.state.event(*id)?.evidence()))
            .take(crate::finding::EVIDENCE_MAX)
            .collect();
        let percent = if share.is_finite() {
            format!("{:.1}", share * 100.0)
        } else {
            "beyond every band".to_owned()
        };
        Draft {
            rule: RuleId::T05,
            key: format!("{storage} {}", measure.word()),
            severity: Severity::S2,
            conclusive: false,
            at_ms: span.from_ms,
            until_ms: span.to_ms,
            evidence,
            say: Cold::BudgetSpent {
                spent: measure.say(),
                tenths: tenths(share),
            }
            .into(),
            facts: BTreeMap::new(),
        }
        .fact("storage", storage)
        .fact("measure", measure.word())
        .fact("spent_percent", percent)
        .fact("packs", packs)
    }
}

/// Tenths of a percent; `None` when a temperature was met that no study covers.
#[expect(
    clippy::cast_possible_truncation,
    reason = "limited to what fits just before"
)]
fn tenths(share: f64) -> Option<i64> {
    (share.is_finite()).then(|| libm::round((share * 1000.0).min(1e15)) as i64)
}
