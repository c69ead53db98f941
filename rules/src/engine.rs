//! The engine: one record in, findings out. A total function: nothing a record says can make it
//! fail, and the same records in the same order give the same state, byte for byte.
//!
//! An event costs what it names. Goods inside a container are reached through the container: they
//! are judged again only when the container is shipped (custody), when something of their own lies
//! later in time than the event (it arrived late), or when an aggregation changed.

use std::collections::BTreeSet;

use gs1::{Epc, Gtin, Lot};

use crate::capture::Capture;
use crate::catalogue::{Check, RULES};
use crate::cold_chain::Span;
use crate::finding::{Finding, RuleId};
use crate::judge_thing::{Case, Draft};
use crate::profile::Profile;
use crate::record::{Decision, Fact, MasterData, Record, Stamp};
use crate::state::event::Kind;
use crate::state::thing::Watch;
use crate::state::{QaDecision, Recall, State, Step, ThingId};
use crate::telemetry::{Reading, legs};

/// Most findings kept of one thing at one time; more of the same tell nobody anything.
const DRAFTS_MAX: usize = 256;

/// State folded from records, and the rules that judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    pub(crate) state: State,
}

impl Engine {
    /// An engine that has seen nothing.
    pub fn new(profile: Profile) -> Self {
        Self {
            state: State {
                profile,
                ..State::default()
            },
        }
    }

    /// The thresholds it judges by.
    pub fn profile(&self) -> &Profile {
        &self.state.profile
    }

    /// Records applied so far.
    pub fn applied(&self) -> u64 {
        self.state.applied
    }

    /// Takes in one record, in ledger order. Returns the findings that it made appear, changed or
    /// resolved; a record seen before does nothing.
    pub fn apply(&mut self, record: &Record) -> Vec<Finding> {
        self.state.applied = self.state.applied.saturating_add(1);
        let mut changes = match &record.fact {
            Fact::Event(event) => match self.state.capture(&record.stamp, event) {
                Some(capture) => self.judge(&capture, &record.stamp),
                None => Vec::new(),
            },
            Fact::Master(data) => self.learn(data, &record.stamp),
            Fact::Decision(decision) => {
                self.decide(decision, &record.stamp);
                Vec::new()
            }
        };
        changes.dedup();
        changes
    }

    /// Takes in master data. Another storage condition or logger interval has earlier readings
    /// judged anew; names, parties and coordinates hold from the next event on.
    fn learn(&mut self, data: &MasterData, stamp: &Stamp) -> Vec<Finding> {
        let (product, again) = match data {
            MasterData::Product(product) => {
                let old = self.product(&product.gtin);
                let changed = old.is_none_or(|old| old.storage != product.storage);
                (Some(product.gtin.clone()), changed)
            }
            MasterData::Device(device) => {
                let old = self.device(&device.id).and_then(|old| old.interval_ms);
                (None, old != device.interval_ms)
            }
            MasterData::Party(_) | MasterData::Location(_) => (None, false),
        };
        self.state.masters.put(data.clone());
        let mut changes = self.judge_unborn(product.as_slice(), stamp);
        if again && !self.state.readings.is_empty() {
            for id in self.state.measured_things(product.as_ref()) {
                changes.extend(self.judge_readings(id, stamp));
            }
        }
        changes
    }

    fn decide(&mut self, decision: &Decision, stamp: &Stamp) {
        let by = stamp
            .actor
            .as_deref()
            .map(|actor| self.state.names.intern(actor));
        let (subject, reason, release) = match decision {
            Decision::Recall { gtin, lot, reason } => {
                let lot = self
                    .state
                    .lots
                    .entry((gtin.clone(), lot.clone()))
                    .or_default();
                let record = stamp.into();
                lot.recall.get_or_insert_with(|| Recall {
                    reason: reason.clone(),
                    by,
                    record,
                });
                return;
            }
            Decision::QaRelease { subject, reason } => (subject, reason, true),
            Decision::QaReject { subject, reason } => (subject, reason, false),
        };
        let decision = QaDecision {
            release,
            reason: reason.clone(),
            by,
            record: stamp.into(),
        };
        self.state
            .decisions
            .entry(subject.clone())
            .or_default()
            .push(decision);
    }

    /// Judges everything an event may have changed.
    fn judge(&mut self, capture: &Capture, stamp: &Stamp) -> Vec<Finding> {
        let mut changes = Vec::new();
        if !capture.only_readings {
            let inside = self.contents_to_judge(capture);
            for id in capture.touched.iter().chain(&inside) {
                changes.extend(self.judge_events(*id, stamp));
            }
        }
        for id in &capture.measured {
            if !self.is_quiet(*id, capture) {
                changes.extend(self.judge_readings(*id, stamp));
            }
        }
        changes.extend(self.judge_unborn(&capture.products, stamp));
        changes
    }

    /// Packs of products that have just become known here and were never commissioned.
    fn judge_unborn(&mut self, products: &[Gtin], stamp: &Stamp) -> Vec<Finding> {
        let unborn: Vec<ThingId> = products
            .iter()
            .filter_map(|gtin| self.state.products.get(gtin))
            .flat_map(|product| product.unborn.iter().copied())
            .collect();
        unborn
            .into_iter()
            .flat_map(|id| self.judge_events(id, stamp))
            .collect()
    }

    fn judge_events(&mut self, id: ThingId, stamp: &Stamp) -> Vec<Finding> {
        let Some(case) = Case::of(&self.state, id) else {
            return Vec::new();
        };
        let mut drafts = Vec::new();
        for rule in RULES {
            if let Check::Events(check) = rule.check {
                check(&case, &mut drafts);
            }
        }
        drafts.truncate(DRAFTS_MAX);
        self.state.settle(id, drafts, judges_events, stamp)
    }

    fn judge_readings(&mut self, id: ThingId, stamp: &Stamp) -> Vec<Finding> {
        let (drafts, watch) = self.state.reading_drafts(id);
        if let Some(thing) = self.state.thing_mut(id) {
            thing.more_mut().watch = watch;
        }
        self.state.settle(id, drafts, judges_readings, stamp)
    }

    /// A further reading inside every band, soon after the last one, changes no finding.
    fn is_quiet(&mut self, id: ThingId, capture: &Capture) -> bool {
        let readings = self.state.readings.get(&capture.event);
        let only_samples = readings
            .filter(|readings| readings.summaries.is_empty())
            .cloned();
        let (Some(readings), true) = (only_samples, capture.only_readings) else {
            return false;
        };
        let watch = self
            .state
            .thing_mut(id)
            .and_then(|thing| thing.more_mut().watch.as_mut());
        let Some(watch) = watch else { return false };
        for sample in &readings.samples {
            let inside = (watch.low_mc..=watch.high_mc).contains(&sample.mc);
            let step_ms = sample.t_ms.saturating_sub(watch.last_ms);
            if !inside || step_ms <= 0 || step_ms > watch.break_ms {
                return false;
            }
            watch.last_ms = sample.t_ms;
        }
        true
    }

    /// Goods inside the touched containers that the event may change.
    fn contents_to_judge(&self, capture: &Capture) -> BTreeSet<ThingId> {
        let Some(event) = self.state.event(capture.event) else {
            return BTreeSet::new();
        };
        let has_later = |id: ThingId| {
            let newest = self.state.thing(id).and_then(|thing| thing.touches.last());
            let newest = newest.and_then(|id| self.state.event(*id));
            newest.is_some_and(|newest| newest.time_ms > event.time_ms)
        };
        let mut found = BTreeSet::new();
        for container in &capture.touched {
            let all = event.step == Step::Shipping
                || capture.takes_back
                || (event.kind == Kind::Aggregation && has_later(*container));
            let inside = self.state.ever_inside(*container);
            found.extend(inside.into_iter().filter(|id| all || has_later(*id)));
        }
        for id in &capture.touched {
            found.remove(id);
        }
        found
    }
}

fn judges_events(rule: RuleId) -> bool {
    RULES
        .iter()
        .any(|row| row.id == rule && matches!(row.check, Check::Events(_)))
}

fn judges_readings(rule: RuleId) -> bool {
    RULES
        .iter()
        .any(|row| row.id == rule && matches!(row.check, Check::Readings(_)))
}

impl State {
    /// Things with readings; of a product, only those that are packs of it or ever held one.
    fn measured_things(&self, product: Option<&Gtin>) -> Vec<ThingId> {
        let is = |id: ThingId| product.is_none_or(|gtin| self.gtin(id) == Some(gtin));
        self.all_things()
            .filter(|(_, thing)| !thing.measured().is_empty())
            .map(|(id, _)| id)
            .filter(|id| is(*id) || self.ever_inside(*id).into_iter().any(is))
            .collect()
    }

    /// What the temperature rules say about a thing, and what they compared with.
    fn reading_drafts(&self, id: ThingId) -> (Vec<Draft>, Option<Watch>) {
        let always = Span {
            from_ms: i64::MIN,
            to_ms: i64::MAX,
        };
        let series = self.series(id, always);
        if series.is_empty() {
            return (Vec::new(), None);
        }
        let legs = legs(&self.timeline(id));
        let sources = self.sources(id);
        let storages = self.storages(id);
        let mut drafts = Vec::new();
        for &(storage, assumed) in &storages {
            let reading = Reading {
                state: self,
                storage,
                assumed,
                series: &series,
                legs: &legs,
                sources: &sources,
            };
            let mut found = Vec::new();
            for rule in RULES {
                if let Check::Readings(check) = rule.check {
                    check(&reading, &mut found);
                }
            }
            drafts.append(&mut found);
        }
        drafts.truncate(DRAFTS_MAX);
        let low_mc = storages.iter().map(|(storage, _)| storage.low_mc).max();
        let high_mc = storages.iter().map(|(storage, _)| storage.high_mc).min();
        let break_ms = series.iter().map(|series| series.break_ms).min();
        let last = series
            .iter()
            .filter_map(|series| series.samples.last())
            .map(|s| s.t_ms)
            .min();
        let watch = match (low_mc, high_mc, break_ms, last) {
            (Some(low_mc), Some(high_mc), Some(break_ms), Some(last_ms)) if series.len() == 1 => {
                Some(Watch {
                    low_mc,
                    high_mc,
                    last_ms,
                    break_ms,
                })
            }
            _ => None,
        };
        (drafts, watch)
    }

    /// The lot a pack was commissioned into.
    pub(crate) fn lot_of(
        &self,
        thing: ThingId,
        birth: &crate::state::EventRec,
    ) -> Option<&crate::state::LotState> {
        let lot = Lot::parse(self.names.text(birth.lot?)).ok()?;
        self.lots.get(&(self.gtin(thing)?.clone(), lot))
    }

    /// The lot class of a pack, as an identifier.
    pub(crate) fn lot_epc(&self, thing: ThingId) -> Option<Epc> {
        let birth = self.event(self.thing(thing)?.birth?)?;
        let lot = Lot::parse(self.names.text(birth.lot?)).ok()?;
        Some(Epc::Lgtin {
            gtin: self.gtin(thing)?.clone(),
            lot,
        })
    }

    /// Whether a product is known here: told by master data, or commissioned.
    pub(crate) fn knows_product(&self, gtin: &Gtin) -> bool {
        self.masters.products.contains_key(gtin)
            || self
                .products
                .get(gtin)
                .is_some_and(|product| product.commissioned)
    }

    /// Coordinates of a place, by master data.
    pub(crate) fn point_of(
        &self,
        place: Option<crate::state::PlaceId>,
    ) -> Option<crate::geo::Point> {
        self.masters.location(self.places.epc(place?)?)?.point()
    }
}
