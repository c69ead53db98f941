//! C13: the same thing is at two sites at the same time.
//!
//! **Condition.** Two events in a row that name the thing itself, at different premises of
//! different parties, whose times (for a reader: from the first to the last read) are at most
//! `overlap_ms` apart, with no shipment in either. Faster than any way can be, so neither speed nor
//! coordinates are needed; where both are known and far apart, C12 speaks as well.
//!
//! **Severity.** S3, not conclusive: clocks are wrong more often than goods are in two places.
//! Triage to S1: one of the readers read the tag fewer than `read_quorum` times (it heard a
//! neighbour's dock), or the two sites are one by their coordinates. **Thresholds** `overlap_ms`,
//! `read_quorum`, `location_radius_km`.
//!
//! **False alarms**: readers that hear through a wall; GLNs of one building; one company's rooms; a
//! shipment that was lost between neighbours. Events of a container say nothing here: a pack may
//! have left it unrecorded. **Late facts**: an event that arrives late between the two, or a
//! shipment, resolves it.

use super::custody::key;
use crate::finding::{RuleId, Severity};
use crate::geo::distance_km;
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::say::Way;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let mut last: Option<&Moment<'_>> = None;
    for moment in &case.moments {
        if moment.entry.via.is_some() || moment.entry.event.seen_at().is_none() {
            if moment.entry.event.step.ships() {
                last = None;
            }
            continue;
        }
        if let Some(last) = last.replace(moment)
            && let Some(found) = pair(case, last, moment)
        {
            out.push(found);
        }
    }
}

fn pair(case: &Case<'_>, a: &Moment<'_>, b: &Moment<'_>) -> Option<Draft> {
    let state = case.state;
    let (first, second) = (a.entry.event, b.entry.event);
    let chain = &state.profile.chain;
    if first.step.ships() || second.step.ships() {
        return None;
    }
    let (there, here) = (first.seen_at()?, second.seen_at()?);
    let parties = (state.party_of(first), state.party_of(second));
    let one_company = parties.0.is_some() && parties.0 == parties.1;
    if one_company || state.places.same_premises(there, here) {
        return None;
    }
    let until_ms = span(case, a).1;
    let from_ms = span(case, b).0;
    if from_ms.saturating_sub(until_ms) > chain.overlap_ms {
        return None;
    }
    let weak = [a, b].iter().any(|moment| {
        let passage = state.passage(moment.entry.id);
        passage.is_some_and(|passage| passage.reads < chain.read_quorum)
    });
    let points = (state.point_of(Some(there)), state.point_of(Some(here)));
    let km = match points {
        (Some(there), Some(here)) => Some(distance_km(there, here)),
        _ => None,
    };
    let one_site = km.is_some_and(|km| km <= f64::from(state.profile.location_radius_km));
    let severity = if weak || one_site {
        Severity::S1
    } else {
        Severity::S3
    };
    let (there, here) = (case.place(Some(there)), case.place(Some(here)));
    let key = key(first) + " " + &key(second);
    let say = Way::AtTwoSites {
        there: there.clone(),
        here: here.clone(),
        at_ms: second.time_ms,
    };
    Some(
        Draft::new(RuleId::C13, severity, second, key, say)
            .resting_on(Some(first))
            .named("first_site", &there)
            .named("second_site", &here)
            .fact("weak_read", weak)
            .fact("one_site", one_site)
            .fact("overlap_ms", chain.overlap_ms),
    )
}

/// From when to when a thing was seen in an event.
fn span(case: &Case<'_>, moment: &Moment<'_>) -> (i64, i64) {
    let at_ms = moment.entry.event.time_ms;
    case.state
        .passage(moment.entry.id)
        .map_or((at_ms, at_ms), |passage| {
            (passage.first_ms.min(at_ms), passage.last_ms.max(at_ms))
        })
}
