//! The engine: one record in, findings out. A total function: nothing a record says can make it
//! fail, and the same records in the same order give the same state, byte for byte.
//!
//! An event costs what it names. Goods inside a container are reached through the container: they
//! are judged again only when the container is shipped (custody), when something of their own lies
//! later in time than the event (it arrived late), or when an aggregation changed.

use std::collections::BTreeSet;

use gs1::{Epc, Gtin, Lot};
use serde::{Deserialize, Serialize};

use crate::capture::Capture;
use crate::catalogue::{Check, RULES};
use crate::cold_chain::replay::{Print, prints};
use crate::cold_chain::{Span, StorageProfile};
use crate::finding::{Finding, RuleId};
use crate::judge_thing::Draft;
use crate::profile::Profile;
use crate::record::{Decision, Fact, MasterData, Product, Record, Stamp};
use crate::state::event::Kind;
use crate::state::thing::Watch;
use crate::state::{Marks, NameId, State, ThingId};
use crate::telemetry::{Reading, Seen, Series, legs, replayed};

/// Most findings kept of one thing at one time; more of the same tell nobody anything.
pub(crate) const DRAFTS_MAX: usize = 256;
/// Fewest quiet readings that have everything judged again.
const QUIET_MIN: u32 = 32;
/// Most other things judged again because a device tells more about its counting.
const OTHERS_MAX: usize = 16;

/// State folded from records, and the rules that judge it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

    /// An engine whose thresholds change: each profile holds from a record time (ms since the Unix
    /// epoch) on, whatever time the event claims, so a replay judges as was judged. Findings name
    /// the version they were judged by; what was judged before is judged anew when it is touched.
    pub fn with_profiles(first: Profile, mut later: Vec<(i64, Profile)>) -> Self {
        later.sort_by_key(|(from_ms, _)| *from_ms);
        let mut engine = Self::new(first);
        engine.state.upcoming = later;
        engine
    }

    /// The thresholds it judges by.
    pub fn profile(&self) -> &Profile {
        &self.state.profile
    }

    /// Whether a product is known here: told by master data, or packs of it were made.
    pub fn knows_product(&self, gtin: &Gtin) -> bool {
        self.state.knows_product(gtin)
    }

    /// Records applied so far.
    pub fn applied(&self) -> u64 {
        self.state.applied
    }

    /// Takes in one record, in ledger order. Returns the findings that it made appear, changed or
    /// resolved; a record seen before does nothing.
    pub fn apply(&mut self, record: &Record) -> Vec<Finding> {
        self.state.applied = self.state.applied.saturating_add(1);
        self.state.clock_ms = self.state.clock_ms.max(record.stamp.recorded_ms);
        self.state.choose_profile(record.stamp.recorded_ms);
        if matches!(record.fact, Fact::Master(_) | Fact::Decision(_)) {
            self.state.pasts.forget();
        }
        let mut changes = match &record.fact {
            Fact::Event(event) => match self.state.capture(&record.stamp, event) {
                Some(capture) => self.judge(&capture, &record.stamp),
                None => Vec::new(),
            },
            Fact::Master(data) => self.learn(data, &record.stamp),
            Fact::Decision(decision) => self.decide(decision, &record.stamp),
            Fact::Verification(asked) => self.ask(asked, &record.stamp),
        };
        changes.extend(self.judge_due(&record.stamp));
        changes.extend(self.pass_time(&record.stamp));
        changes.dedup();
        changes
    }

    /// Takes in master data. Another storage condition, logger interval, data sheet or certificate
    /// has earlier readings judged anew; names, parties and coordinates hold from the next event
    /// on.
    fn learn(&mut self, data: &MasterData, stamp: &Stamp) -> Vec<Finding> {
        let mut product = None;
        let mut again = Vec::new();
        if let MasterData::Device(device) = data {
            self.state.loggers.certify(device);
        }
        let old_device = match data {
            MasterData::Device(device) => self.device(&device.id).cloned(),
            _ => None,
        };
        let old_product = match data {
            MasterData::Product(product) => self.product(&product.gtin).cloned(),
            _ => None,
        };
        // A place's party is compared with parties of events, so it needs a number of its own.
        if let MasterData::Location(location) = data {
            self.state.names.intern(&location.party);
            self.state.known_places.forget();
        }
        self.state.masters.put(data.clone());
        match data {
            MasterData::Product(told) => {
                let conditions = |it: &Product| (it.storage.clone(), it.conditions.clone());
                let now = self.product(&told.gtin).map(conditions);
                if old_product.as_ref().map(conditions) != now {
                    again = self.state.measured_things(&told.gtin);
                }
                product = Some(told.gtin.clone());
            }
            MasterData::Device(told) if old_device.as_ref() != Some(told) => {
                let name = self.state.names.find(&told.id);
                again.extend(
                    name.into_iter()
                        .flat_map(|it| self.state.loggers.things(it)),
                );
            }
            _ => {}
        }
        let mut changes = self.judge_unborn(product.as_slice(), stamp);
        changes.extend(self.judge_registry(data, stamp));
        changes.extend(self.learn_partner_rules(data, stamp));
        for id in again {
            changes.extend(self.judge_readings(id, stamp));
        }
        changes
    }

    /// Takes in a decision; a longer use has the lot's findings about expiry judged anew, a recall
    /// has the lot counted through.
    fn decide(&mut self, decision: &Decision, stamp: &Stamp) -> Vec<Finding> {
        self.state.decide(decision, stamp);
        match decision.bare() {
            Decision::ExtendExpiry { .. } | Decision::Undo { .. } => {
                let dated = self.state.subjects_of(&[RuleId::C04, RuleId::C11]);
                let dated = dated.into_iter();
                dated.flat_map(|id| self.judge_events(id, stamp)).collect()
            }
            Decision::Recall { gtin, lot, .. } => self.judge_lot(gtin, lot, true, stamp),
            _ => Vec::new(),
        }
    }

    /// Judges everything an event may have changed.
    fn judge(&mut self, capture: &Capture, stamp: &Stamp) -> Vec<Finding> {
        self.state.look_up_places();
        let mut changes = Vec::new();
        if !capture.only_readings {
            let inside = self.contents_to_judge(capture);
            let around = self.state.overdue_around(&capture.touched);
            let twins = self.state.twins_of(capture);
            let mut others = self.state.strangers_of(capture.event, &capture.touched);
            others.retain(|id| !capture.touched.contains(id) && inside.binary_search(id).is_err());
            others.extend(around.iter().chain(&twins));
            let named = capture.touched.iter().chain(&inside);
            self.judge_alike(named.chain(&others), stamp, &mut changes);
            if !self.state.consortium.is_idle(stamp.position) {
                for id in &capture.touched {
                    changes.extend(self.judge_partner_rules(*id, stamp));
                }
            }
            changes.extend(self.judge_lots(capture, &inside, stamp));
            let (event, touched) = (capture.event, &capture.touched);
            let counted = self.count_partner_rules(event, touched, capture.takes_back, stamp);
            changes.extend(counted);
        }
        for id in &capture.measured {
            if !self.is_quiet(*id, capture) {
                changes.extend(self.judge_readings(*id, stamp));
            }
        }
        for id in self.state.seen_by_the_same(capture) {
            changes.extend(self.judge_readings(id, stamp));
        }
        changes.extend(self.judge_unborn(&capture.products, stamp));
        changes
    }

    /// Judges again what a deadline has passed for.
    fn judge_due(&mut self, stamp: &Stamp) -> Vec<Finding> {
        let mut changes = Vec::new();
        for id in self.state.take_due() {
            changes.extend(self.judge_events(id, stamp));
        }
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

    fn judge_readings(&mut self, id: ThingId, stamp: &Stamp) -> Vec<Finding> {
        let (series, prints) = self.state.all_series(id);
        let (drafts, mut watch) = self.state.reading_drafts(id, &series, &prints);
        let (low_mc, high_mc) = self.state.partner_band(stamp.position);
        if let Some(watch) = &mut watch {
            watch.low_mc = watch.low_mc.max(low_mc);
            watch.high_mc = watch.high_mc.min(high_mc);
        }
        if let Some(thing) = self.state.thing_mut(id) {
            thing.more_mut().watch = watch;
        }
        let mut changes = self
            .state
            .settle(id, drafts, |it| judges_readings(it.rule), stamp);
        replayed::remember(&mut self.state, id, &series, &prints);
        let mut budgets = self.state.sharing_budgets(id);
        budgets.insert(id);
        for id in budgets {
            let drafts = self.state.budget_drafts(id);
            changes.extend(
                self.state
                    .settle(id, drafts, |it| judges_budgets(it.rule), stamp),
            );
        }
        changes.extend(self.judge_partner_readings(id, stamp));
        changes
    }

    /// A further reading of the same device inside every band, soon after the last one and counted
    /// on, changes no finding (see [`Watch`]).
    fn is_quiet(&mut self, id: ThingId, capture: &Capture) -> bool {
        let state = &mut self.state;
        let jump_ms = state.profile.sensors.clock_jump_ms;
        let Some([readings]) = state.readings.get(&capture.event).map(Box::as_ref) else {
            return false;
        };
        if !capture.only_readings || !readings.summaries.is_empty() {
            return false;
        }
        let thing = state.things.get_mut(id.row());
        let watch = thing.and_then(|thing| thing.more_mut().watch.as_mut());
        let Some(watch) = watch.filter(|watch| watch.device == readings.device) else {
            return false;
        };
        let marks = readings.marks();
        let counted = marks.first == watch.next_number && marks.last.is_none();
        if !counted || marks.previous.is_some() || marks.flags != 0 {
            return false;
        }
        for sample in &readings.samples {
            let inside = (watch.low_mc..=watch.high_mc).contains(&sample.mc);
            let step_ms = sample.t_ms.saturating_sub(watch.last_ms);
            let late = sample.t_ms > watch.calibrated_until_ms;
            let change = i64::from(sample.mc.abs_diff(watch.last_mc)).saturating_mul(60_000);
            let fast = change > i64::from(watch.rate_mc_per_min).saturating_mul(step_ms);
            let jumped = marks.first.is_some()
                && watch
                    .interval_ms
                    .is_some_and(|it| (step_ms - it).abs() > jump_ms);
            if !inside || late || fast || jumped || step_ms <= 0 || step_ms > watch.break_ms {
                return false;
            }
            watch.last_ms = sample.t_ms;
            watch.last_mc = sample.mc;
        }
        watch.next_number = readings.last_number().map(|last| last.saturating_add(1));
        let more = u32::try_from(readings.samples.len()).unwrap_or(u32::MAX);
        watch.quiet = watch.quiet.saturating_add(more);
        watch.quiet <= (watch.judged / 8).max(QUIET_MIN)
    }

    /// Goods inside the touched containers that the event may change: each once, in table order.
    fn contents_to_judge(&self, capture: &Capture) -> Vec<ThingId> {
        let Some(event) = self.state.event(capture.event) else {
            return Vec::new();
        };
        let has_later = |id: ThingId| {
            let newest = self.state.thing(id).and_then(|thing| thing.touches.last());
            let newest = newest.and_then(|id| self.state.event(*id));
            newest.is_some_and(|newest| newest.time_ms > event.time_ms)
        };
        let mut found: Vec<ThingId> = Vec::new();
        for container in &capture.touched {
            if self.state.is_empty(*container) {
                continue;
            }
            let all = event.step.ships()
                || capture.takes_back
                || (event.kind == Kind::Aggregation && has_later(*container));
            let mut inside = self.state.ever_inside(*container);
            inside.retain(|id| all || has_later(*id));
            if found.is_empty() {
                found = inside;
            } else {
                found.append(&mut inside);
                found.sort();
                found.dedup();
            }
        }
        if !found.is_empty() {
            let named: BTreeSet<ThingId> = capture.touched.iter().copied().collect();
            found.retain(|id| !named.contains(id));
        }
        found
    }
}

fn judges_budgets(rule: RuleId) -> bool {
    RULES
        .iter()
        .any(|row| row.id == rule && matches!(row.check, Check::Budget))
}

fn judges_readings(rule: RuleId) -> bool {
    RULES
        .iter()
        .any(|row| row.id == rule && matches!(row.check, Check::Readings(_)))
}

impl State {
    /// Things with readings that are packs of a product or ever held one.
    fn measured_things(&self, gtin: &Gtin) -> Vec<ThingId> {
        let is = |id: ThingId| self.gtin(id) == Some(gtin);
        self.all_things()
            .filter(|(_, thing)| !thing.measured().is_empty())
            .map(|(id, _)| id)
            .filter(|id| is(*id) || self.ever_inside(*id).into_iter().any(is))
            .collect()
    }

    /// Other things measured by a device that an event tells something about: its counting, or
    /// what it is bound to.
    fn seen_by_the_same(&self, capture: &Capture) -> Vec<ThingId> {
        let readings = self.readings.get(&capture.event);
        if readings.is_none() && capture.touched.iter().all(|id| self.gtin(*id).is_some()) {
            return Vec::new();
        }
        let readings = readings.into_iter().flatten();
        let counting = readings.filter(|it| it.marks().first.is_some() || it.marks().raw.is_some());
        let mut devices: BTreeSet<NameId> = counting.filter_map(|it| it.device).collect();
        let others = capture
            .touched
            .iter()
            .filter(|id| self.gtin(**id).is_none());
        let bound = others.filter_map(|id| self.thing_names.other(*id));
        for epc in bound.filter(|epc| matches!(epc, Epc::Giai(_))) {
            devices.extend(self.loggers.named(epc, &self.names));
        }
        let things = devices.into_iter().flat_map(|it| self.loggers.things(it));
        let others: BTreeSet<ThingId> = things
            .filter(|id| !capture.measured.contains(id))
            .take(OTHERS_MAX)
            .collect();
        others.into_iter().collect()
    }

    /// All that was measured of a thing, by device, with the stretches that a replay would repeat.
    fn all_series(&self, id: ThingId) -> (Vec<Series>, Vec<Vec<Print>>) {
        let always = Span {
            from_ms: i64::MIN,
            to_ms: i64::MAX,
        };
        let series = self.series(id, always);
        let prints = series.iter().map(|it| prints(&it.samples)).collect();
        (series, prints)
    }

    /// What the temperature rules say about a thing, and what they compared with.
    fn reading_drafts(
        &self,
        id: ThingId,
        series: &[Series],
        prints: &[Vec<Print>],
    ) -> (Vec<Draft>, Option<Watch>) {
        if series.is_empty() {
            return (Vec::new(), None);
        }
        let legs = legs(&self.timeline(id));
        let sources = self.sources(id);
        let storages = self.storages(id);
        let mut drafts = Vec::new();
        for (i, &(storage, assumed)) in storages.iter().enumerate() {
            let seen: Vec<Seen> = series.iter().map(|it| Seen::of(it, storage)).collect();
            let reading = Reading {
                state: self,
                thing: id,
                storage,
                assumed,
                series,
                prints,
                seen: &seen,
                first: i == 0,
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
        // A way that ends unwatched is mended by the very next reading.
        let last_ms = series
            .iter()
            .filter_map(|it| it.samples.last())
            .map(|it| it.t_ms);
        let last_ms = last_ms.max().unwrap_or(i64::MAX);
        let open_end = |it: &Draft| it.rule == RuleId::T08 && it.until_ms > last_ms;
        // So is an alarm without a reading.
        let alarmed = series.iter().any(|it| it.flags & Marks::ALARM != 0);
        let watch = if alarmed || drafts.iter().any(open_end) {
            None
        } else {
            self.watch(id, series, &storages)
        };
        (drafts, watch)
    }

    /// What a further reading is compared with to tell whether it is quiet; only where one device
    /// alone measures.
    fn watch(
        &self,
        id: ThingId,
        series: &[Series],
        storages: &[(&StorageProfile, bool)],
    ) -> Option<Watch> {
        let [only] = series else { return None };
        let lows = storages.iter().map(|(storage, _)| storage.lowest_inside());
        let highs = storages.iter().map(|(storage, _)| storage.highest_inside());
        let newest = only.samples.last()?;
        let last_ms = newest.t_ms;
        let certificates = only
            .device
            .map(|device| self.loggers.calibrations(self.names.text(device)))
            .filter(|certificates| !certificates.is_empty());
        let valid = |it: &&Span| it.from_ms <= last_ms && last_ms <= it.to_ms;
        let calibrated_until_ms = match certificates {
            None => i64::MAX,
            Some(all) => all.iter().find(valid).map_or(i64::MIN, |it| it.to_ms),
        };
        let batches = self.measured(id, only.device);
        let batch = batches.max_by_key(|(readings, _)| readings.span().map(|span| span.to_ms));
        let last = batch.and_then(|(readings, _)| readings.last_number());
        Some(Watch {
            device: only.device,
            low_mc: lows.max()?,
            high_mc: highs.min()?,
            last_ms,
            last_mc: newest.mc,
            break_ms: only.break_ms,
            rate_mc_per_min: self.able(only.device).rate_mc_per_min,
            interval_ms: self.told_interval_ms(only.device),
            calibrated_until_ms,
            next_number: last.map(|last| last.saturating_add(1)),
            judged: u32::try_from(only.samples.len()).unwrap_or(u32::MAX),
            quiet: 0,
        })
    }

    /// Changes to the profile that holds at a record time.
    fn choose_profile(&mut self, recorded_ms: i64) {
        let begun = |it: &(i64, Profile)| it.0 <= recorded_ms;
        while self.upcoming.first().is_some_and(begun) {
            self.profile = self.upcoming.remove(0).1;
            self.pasts.forget();
        }
    }

    /// The lot a pack was commissioned into, where anything was ever decided about lots.
    pub(crate) fn decided_lot_of(
        &self,
        thing: ThingId,
        birth: &crate::state::EventRec,
    ) -> Option<&crate::state::LotState> {
        if !self.decisions.of_lots {
            return None;
        }
        self.lot_named(self.gtin(thing)?, birth.told().lot?)
    }

    /// The lot class of a pack, as an identifier.
    pub(crate) fn lot_epc(&self, thing: ThingId) -> Option<Epc> {
        let birth = self.event(self.thing(thing)?.birth?)?;
        let lot = Lot::parse(self.names.text(birth.told().lot?)).ok()?;
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
}
