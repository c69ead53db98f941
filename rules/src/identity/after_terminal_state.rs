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
use crate::state::{EventRec, Step};
use crate::texts;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(end) = case.now.end.and_then(|id| case.event(id)) else {
        return;
    };
    let mut visits: BTreeMap<(Severity, String), Vec<&Moment<'_>>> = BTreeMap::new();
    for moment in case.own().filter(|moment| counts(moment)) {
        let event = moment.entry.event;
        let place = event.place().and_then(|place| case.state.places.epc(place));
        let place = place.map(|epc| crate::state::intern::premises(epc).canonical());
        visits
            .entry((severity(case, end, event), place.unwrap_or_default()))
            .or_default()
            .push(moment);
    }
    for ((severity, place), moments) in visits {
        let (Some(first), Some(last)) = (moments.first(), moments.last()) else {
            continue;
        };
        let event = first.entry.event;
        let elsewhere = is_elsewhere(case, end, event);
        let mut draft = Draft::new(
            RuleId::C09,
            severity,
            event,
            format!("{severity:?} {place}"),
        );
        draft.until_ms = last.entry.event.time_ms;
        let evidence = moments.iter().take(EVIDENCE_MAX - 1);
        draft.evidence = evidence
            .map(|moment| moment.entry.event.evidence())
            .collect();
        let (there, here) = (case.place(end.place()), case.place(event.place()));
        let life = case.now.life;
        out.push(
            draft
                .resting_on(Some(end))
                .conclusive(elsewhere)
                .saying(texts::after_the_end(
                    life,
                    &there,
                    end.time_ms,
                    &here,
                    event.time_ms,
                ))
                .fact("ended_at", there)
                .fact("seen_at", here)
                .fact(
                    "days_after",
                    event.time_ms.saturating_sub(end.time_ms) / 86_400_000,
                )
                .fact("events", moments.len()),
        );
    }
}

/// Readings of a logger, and goods on their way back or to destruction, may follow any end.
fn counts(moment: &Moment<'_>) -> bool {
    let lawful = match moment.entry.event.step {
        Step::SensorReporting | Step::Reverse => true,
        Step::Destroying | Step::Decommissioning => moment.before.life != Life::Destroyed,
        _ => false,
    };
    moment.before.life.is_over() && !lawful
}

fn severity(case: &Case<'_>, end: &EventRec, event: &EventRec) -> Severity {
    let soon = event.time_ms.saturating_sub(end.time_ms) <= case.state.profile.same_place_ms;
    match (end.place(), event.place()) {
        (Some(_), Some(_)) if is_elsewhere(case, end, event) => Severity::S3,
        (Some(_), Some(_)) if soon => Severity::S1,
        (Some(_), Some(_)) => Severity::S3,
        _ => Severity::S2,
    }
}

fn is_elsewhere(case: &Case<'_>, end: &EventRec, event: &EventRec) -> bool {
    match (end.place(), event.place()) {
        (Some(there), Some(here)) => !case.state.places.same_premises(there, here),
        _ => false,
    }
}
