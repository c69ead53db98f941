//! K01: judging things by the rules in force, and the ways in for the engine.
//!
//! A rule about things is judged on everything recorded about a thing while it is in force, each
//! time the thing is judged, so a record that arrives late or is taken back changes what the rule
//! says. A rule that was retired is judged no more, and what it said stays.

use std::collections::BTreeMap;

use super::declaration::{Condition, Declaration, Mode};
use super::evaluate::{Meter, Scene, Truth};
use super::fit::walk;
use super::limits::SAMPLES_MAX;
use super::registry::Rule;
use crate::cold_chain::{Side, Span, out_of_range};
use crate::engine::Engine;
use crate::finding::{EVIDENCE_MAX, EvidenceRef, Finding, RuleId};
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::record::{MasterData, Stamp};
use crate::say::PartnerSay;
use crate::state::{EventId, State, ThingId};
use crate::views::status_word;

/// Things judged again with one record because their time has come.
const DUE_MAX: usize = 64;

/// What one rule says about one thing.
#[derive(Debug)]
struct Judged {
    declaration: Declaration,
    drafts: Vec<Draft>,
    missing: BTreeMap<&'static str, EvidenceRef>,
    /// When it may say something else without any record, ms.
    due_ms: Option<i64>,
}

impl Judged {
    fn new(rule: &Rule) -> Self {
        Self {
            declaration: rule.declaration.clone(),
            drafts: Vec::new(),
            missing: BTreeMap::new(),
            due_ms: None,
        }
    }
}

impl Engine {
    /// Takes the ledger's time and judges what has waited for it.
    pub(crate) fn pass_time(&mut self, stamp: &Stamp) -> Vec<Finding> {
        let due = self.state.consortium.tick(stamp.recorded_ms, DUE_MAX);
        due.into_iter()
            .flat_map(|id| self.judge_partner_rules(id, stamp))
            .collect()
    }

    /// Takes in a declaration or an activation; judges again what waited for other master data.
    pub(crate) fn learn_partner_rules(&mut self, data: &MasterData, stamp: &Stamp) -> Vec<Finding> {
        match data {
            MasterData::ConsortiumRule(declaration) => {
                self.state.consortium.declare(declaration);
                Vec::new()
            }
            MasterData::RuleActivation(activation) => {
                self.state.consortium.activate(activation, stamp);
                self.state.forget_watches();
                Vec::new()
            }
            _ => {
                let waiting = self.state.consortium.problems.things();
                let judged = waiting.into_iter();
                judged
                    .flat_map(|id| self.judge_partner_rules(id, stamp))
                    .collect()
            }
        }
    }

    /// Judges a thing by the rules about records and about time.
    pub(crate) fn judge_partner_rules(&mut self, id: ThingId, stamp: &Stamp) -> Vec<Finding> {
        if self.state.consortium.is_idle(stamp.position) {
            return Vec::new();
        }
        let Some(case) = Case::of(&self.state, id) else {
            return Vec::new();
        };
        let rules = self.state.consortium.in_force(stamp.position);
        let judged = rules.filter_map(|rule| match rule.declaration.mode {
            Mode::Records => Some(records(rule, &case)),
            Mode::Time => Some(time(rule, &case)),
            Mode::Readings | Mode::Group => None,
        });
        let judged: Vec<Judged> = judged.collect();
        self.settle_partner_rules(id, judged, stamp)
    }

    /// Judges a thing by the rules about its readings.
    pub(crate) fn judge_partner_readings(&mut self, id: ThingId, stamp: &Stamp) -> Vec<Finding> {
        let rules = self.state.consortium.in_force(stamp.position);
        let rules = rules.filter(|rule| rule.declaration.mode == Mode::Readings);
        let judged = rules.map(|rule| self.state.readings(rule, id)).collect();
        self.settle_partner_rules(id, judged, stamp)
    }

    /// Counts an event for the rules about groups, or takes it out of the counts.
    pub(crate) fn count_partner_rules(
        &mut self,
        event: EventId,
        things: &[ThingId],
        takes_back: bool,
        stamp: &Stamp,
    ) -> Vec<Finding> {
        if takes_back {
            self.state.uncount_groups(event, stamp)
        } else if self.state.consortium.is_idle(stamp.position) {
            Vec::new()
        } else {
            self.state.count_groups(event, things, stamp)
        }
    }

    fn settle_partner_rules(
        &mut self,
        id: ThingId,
        judged: Vec<Judged>,
        stamp: &Stamp,
    ) -> Vec<Finding> {
        let mut changes = Vec::new();
        for it in judged {
            let hash = it.declaration.hash_text();
            let own = |finding: &Finding| {
                finding.rule == RuleId::K01 && finding.facts.get("rule_hash") == Some(&hash)
            };
            changes.extend(self.state.settle(id, it.drafts, own, stamp));
            if let Some(due_ms) = it.due_ms {
                self.state.consortium.wait(due_ms, id);
            }
            let told = self
                .state
                .note_problems(&it.declaration, Some(id), &it.missing, stamp);
            changes.extend(told);
        }
        changes
    }
}

/// A rule on each record of the thing.
fn records(rule: &Rule, case: &Case<'_>) -> Judged {
    let mut judged = Judged::new(rule);
    let own: Vec<&Moment<'_>> = case.own().collect();
    for (i, moment) in own.iter().enumerate() {
        let event = moment.entry.event;
        if !rule.judges(event.record.position) {
            continue;
        }
        let scene = Scene {
            thing: Some(case.id),
            event: Some(event),
            before: Some(&moment.before),
            past: own.get(..=i).unwrap_or_default(),
            ..Scene::of(case.state)
        };
        let mut meter = Meter::default();
        let truth = meter.truth(&rule.declaration.when, &scene);
        debug_assert!(meter.steps <= rule.declaration.cost);
        match truth {
            Truth::Yes => judged
                .drafts
                .push(draft(rule, event.evidence(), event.time_ms)),
            Truth::Unknown(field) => {
                judged.missing.insert(field, event.evidence());
            }
            Truth::No => {}
        }
    }
    judged
}

/// A rule on each stay of the thing in one state. The last one lasts until now, by the ledger.
fn time(rule: &Rule, case: &Case<'_>) -> Judged {
    let mut judged = Judged::new(rule);
    let now_ms = case.state.consortium.clock_ms;
    let status_after = |i: usize| {
        let next = case.moments.get(i + 1);
        status_word(next.map_or(&case.now, |moment| &moment.before))
    };
    let mut i = 0;
    while let Some(moment) = case.moments.get(i) {
        let (start, status) = (moment.entry.event, status_after(i));
        i += 1;
        while i < case.moments.len() && status_after(i) == status {
            i += 1;
        }
        let end = case.moments.get(i).map(|moment| moment.entry.event.time_ms);
        if moment.entry.via.is_some() || !rule.judges(start.record.position) {
            continue;
        }
        let to_ms = end.unwrap_or_else(|| now_ms.max(start.time_ms));
        let scene = Scene {
            thing: Some(case.id),
            stay: Some((status, to_ms.saturating_sub(start.time_ms))),
            ..Scene::of(case.state)
        };
        let mut meter = Meter::default();
        let truth = meter.truth(&rule.declaration.when, &scene);
        debug_assert!(meter.steps <= rule.declaration.cost);
        match truth {
            Truth::Yes => {
                let mut draft = draft(rule, start.evidence(), start.time_ms);
                draft.until_ms = end.unwrap_or(start.time_ms);
                judged.drafts.push(draft.fact("status", status));
            }
            Truth::Unknown(field) => {
                judged.missing.insert(field, start.evidence());
            }
            Truth::No => {}
        }
        if end.is_none() {
            judged.due_ms = next_due(&rule.declaration.when, status, start.time_ms, now_ms);
        }
    }
    judged
}

/// The next moment at which a stay that goes on becomes too long.
fn next_due(when: &Condition, now: &str, from_ms: i64, now_ms: i64) -> Option<i64> {
    let mut due = None;
    walk(when, &mut |part| {
        if let Condition::State { status, longer_ms } = part
            && status == now
        {
            let at_ms = from_ms.saturating_add(*longer_ms).saturating_add(1);
            if at_ms > now_ms {
                due = Some(due.map_or(at_ms, |due: i64| due.min(at_ms)));
            }
        }
    });
    due
}

impl State {
    /// A rule on the readings taken of a thing.
    fn readings(&self, rule: &Rule, id: ThingId) -> Judged {
        let mut judged = Judged::new(rule);
        let mut limits = Vec::new();
        walk(&rule.declaration.when, &mut |part| {
            if let Condition::Temperature {
                above,
                limit_mc,
                longer_ms,
            } = part
            {
                limits.push((*above, *limit_mc, *longer_ms));
            }
        });
        let always = Span {
            from_ms: i64::MIN,
            to_ms: i64::MAX,
        };
        let sources = self.sources(id);
        let evidence = |span: Span| {
            let near = sources
                .iter()
                .filter(|(source, _)| source.overlap(span).is_some());
            let refs = near.filter_map(|(_, id)| Some(self.event(*id)?.evidence()));
            refs.take(EVIDENCE_MAX).collect::<Vec<_>>()
        };
        for series in self.series(id, always) {
            if series.samples.len() > SAMPLES_MAX {
                judged
                    .missing
                    .extend(evidence(always).first().map(|it| ("samples", *it)));
                continue;
            }
            for (above, limit_mc, longer_ms) in &limits {
                let (low, high, side) = if *above {
                    (i32::MIN, *limit_mc, Side::Above)
                } else {
                    (*limit_mc, i32::MAX, Side::Below)
                };
                let out = out_of_range(&series.samples, low, high, series.break_ms);
                let long = out.excursions.into_iter();
                for stay in long.filter(|it| it.side == side && it.certain_ms > *longer_ms) {
                    let span = Span {
                        from_ms: stay.from_ms,
                        to_ms: stay.to_ms,
                    };
                    let Some(first) = evidence(span).first().copied() else {
                        continue;
                    };
                    match self.truth_elsewhere(rule, id, true) {
                        Truth::Yes => {
                            let mut draft = draft(rule, first, stay.from_ms);
                            draft.key =
                                format!("{} {}", rule.declaration.hash_text(), stay.from_ms);
                            draft.until_ms = stay.to_ms;
                            draft.evidence = evidence(span);
                            judged
                                .drafts
                                .push(draft.fact("outside_ms", stay.certain_ms));
                        }
                        Truth::Unknown(field) => {
                            judged.missing.insert(field, first);
                        }
                        Truth::No => {}
                    }
                }
            }
        }
        judged.drafts.dedup_by(|a, b| a.key == b.key);
        judged
    }

    /// What a rule says of a thing when its temperatures and stays are given.
    fn truth_elsewhere(&self, rule: &Rule, id: ThingId, contents: bool) -> Truth {
        let scene = Scene {
            thing: Some(id),
            contents,
            ..Scene::of(self)
        };
        let mut meter = Meter::default();
        let truth = meter.truth(&rule.declaration.when, &scene);
        debug_assert!(meter.steps <= rule.declaration.cost);
        truth
    }

    /// Whether a finding about a container by a rule of a consortium does not concern a thing that
    /// was in it: another product, another lot.
    pub(crate) fn is_spared(&self, finding: &Finding, thing: ThingId) -> bool {
        let Some(hash) = finding.facts.get("rule_hash") else {
            return false;
        };
        let hash = crate::hex::decode_array(hash);
        let rule = hash.and_then(|hash| self.consortium.rule(&hash));
        rule.is_some_and(|rule| self.truth_elsewhere(rule, thing, false) == Truth::No)
    }

    /// The narrowest band that rules in force ask about, in thousandths of a degree.
    pub(crate) fn partner_band(&self, position: u64) -> (i32, i32) {
        let (mut low, mut high) = (i32::MIN, i32::MAX);
        for rule in self.consortium.in_force(position) {
            walk(&rule.declaration.when, &mut |part| match part {
                Condition::Temperature {
                    above: true,
                    limit_mc,
                    ..
                } => high = high.min(*limit_mc),
                Condition::Temperature { limit_mc, .. } => low = low.max(*limit_mc),
                _ => {}
            });
        }
        (low, high)
    }

    /// Has every thing's readings judged in full at the next one.
    fn forget_watches(&mut self) {
        let watched: Vec<ThingId> = {
            let all = self.all_things();
            let with = all.filter(|(_, thing)| !thing.measured().is_empty());
            with.map(|(id, _)| id).collect()
        };
        for id in watched {
            if let Some(thing) = self.thing_mut(id) {
                thing.more_mut().watch = None;
            }
        }
    }
}

fn draft(rule: &Rule, evidence: EvidenceRef, at_ms: i64) -> Draft {
    let declaration = &rule.declaration;
    let hash = declaration.hash_text();
    let block = crate::hex::encode(&evidence.block);
    let draft = Draft {
        rule: RuleId::K01,
        key: format!("{hash} {block}:{}", evidence.item),
        severity: rule.severity(),
        conclusive: false,
        at_ms,
        until_ms: at_ms,
        evidence: vec![evidence],
        say: PartnerSay::of(declaration).into(),
        facts: BTreeMap::new(),
    };
    draft
        .fact("rule", declaration.name())
        .fact("rule_version", declaration.version())
        .fact("rule_hash", hash)
}
