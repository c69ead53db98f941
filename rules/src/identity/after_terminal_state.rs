//! C09: a pack whose life has ended (dispensed, destroyed, stolen, taken off the books) is handled
//! again. At other premises this alone proves a copied identifier; at the same premises within ten
//! days it is a repeated scan (EU 2016/161 article 13).
//!
//! Late facts: events are compared by event time, so an end that is reported late turns the events
//! after it into findings, and an end that is taken back clears them.

use std::collections::BTreeMap;

use crate::finding::{EVIDENCE_MAX, RuleId, Severity};
use crate::item::{Life, Moment};
use crate::judge_thing::{Case, Draft};
use crate::say::Chain;
use crate::say::chain::End;
use crate::state::event::Fate;
use crate::state::intern::premises;
use crate::state::{EventRec, Step};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    if case.now.end.is_none() {
        return;
    }
    let mut visits: BTreeMap<(Severity, String), Vec<Visit<'_>>> = BTreeMap::new();
    for moment in case.own().filter(|moment| counts(moment)) {
        let end = moment.before.end.and_then(|id| case.event(id));
        let Some(end) = end else { continue };
        let visit = Visit {
            end,
            life: moment.before.life,
            event: moment.entry.event,
        };
        let place = visit
            .event
            .place()
            .and_then(|place| case.state.places.epc(place));
        let place = place
            .map(|epc| premises(epc).canonical())
            .unwrap_or_default();
        visits
            .entry((visit.severity(case), place))
            .or_default()
            .push(visit);
    }
    for ((severity, place), visits) in visits {
        out.extend(finding(case, severity, &place, &visits));
    }
}

/// A handling after the end of life.
struct Visit<'a> {
    end: &'a EventRec,
    life: Life,
    event: &'a EventRec,
}

impl Visit<'_> {
    fn severity(&self, case: &Case<'_>) -> Severity {
        let (end, event) = (self.end, self.event);
        let soon = event.time_ms.saturating_sub(end.time_ms) <= case.state.profile.same_place_ms;
        match (end.place(), event.place()) {
            (Some(_), Some(_)) if self.is_elsewhere(case) => Severity::S3,
            (Some(_), Some(_)) if soon => Severity::S1,
            (Some(_), Some(_)) => Severity::S3,
            _ => Severity::S2,
        }
    }

    fn is_elsewhere(&self, case: &Case<'_>) -> bool {
        match (self.end.place(), self.event.place()) {
            (Some(there), Some(here)) => !case.state.places.same_premises(there, here),
            _ => false,
        }
    }
}

/// One finding for all handlings of one severity at one place.
fn finding(
    case: &Case<'_>,
    severity: Severity,
    place: &str,
    visits: &[Visit<'_>],
) -> Option<Draft> {
    let (first, last) = (visits.first()?, visits.last()?);
    let (end, event) = (first.end, first.event);
    let (there, here) = (case.place(end.place()), case.place(event.place()));
    let say = Chain::AfterTheEnd {
        end: End::of(first.life),
        there: there.clone(),
        at_ms: end.time_ms,
        here: here.clone(),
        again_ms: event.time_ms,
    };
    let key = format!("{severity:?} {place}");
    let mut draft = Draft::new(RuleId::C09, severity, event, key, say);
    draft.until_ms = last.event.time_ms;
    draft.evidence = visits
        .iter()
        .take(EVIDENCE_MAX - 1)
        .map(|visit| visit.event.evidence())
        .collect();
    Some(
        draft
            .resting_on(Some(end))
            .conclusive(first.is_elsewhere(case))
            .named("ended_at", &there)
            .named("seen_at", &here)
            .fact(
                "days_after",
                event.time_ms.saturating_sub(end.time_ms) / 86_400_000,
            )
            .fact("events", visits.len()),
    )
}

/// Readings of a logger, and goods on their way back or to destruction, may follow any end.
fn counts(moment: &Moment<'_>) -> bool {
    let event = moment.entry.event;
    let lawful = match event.step {
        _ if event.fate == Fate::Reverse => true,
        Step::SensorReporting | Step::Reverse => true,
        Step::Destroying | Step::Decommissioning => moment.before.life != Life::Destroyed,
        _ => false,
    };
    moment.before.life.is_over() && !lawful
}
