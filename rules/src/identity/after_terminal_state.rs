//! C09: a pack whose life has ended (see [`crate::pack_state`]) is handled again.
//!
//! **Condition.** An event of the thing itself after its end that the end does not lead to:
//! readings, the way back, destruction after any end; the journey of exported goods and samples
//! from where they were decommissioned; repackaging after a check-out.
//!
//! **Severity.** At other premises S3, conclusive: it proves a copied identifier. At the same
//! premises within ten days S1, a repeated scan; but the third supply, shipment, receipt or
//! commissioning after the end (`soft_repeats` are told softly, scans within `same_scan_ms` are
//! one) is S2, an alert; after ten days S3. Where a place is unknown S2. A locked pack that is
//! supplied or shipped: S2. **Thresholds** `same_place_ms` (EU 2016/161 article 13),
//! `soft_repeats`, `same_scan_ms`.
//!
//! **False alarms**: a doubled trigger; a shelf read of a dispensed pack that waits for its patient
//! (only told at the same premises); a contractor who records the destruction after the pharmacy
//! did. **Late facts**: events are compared by event time, so an end that is reported late turns
//! the events after it into findings, and an end that is taken back clears them. A lawful undo
//! ([`crate::chain::undo`]) makes later events ordinary and leaves what came before it.

use std::collections::BTreeMap;

use crate::chain::undo::known_to_differ;
use crate::finding::{EVIDENCE_MAX, RuleId, Severity};
use crate::item::{Life, Moment, dispenses};
use crate::judge_thing::{Case, Draft};
use crate::say::Chain;
use crate::say::chain::End;
use crate::state::event::Fate;
use crate::state::intern::premises;
use crate::state::{EventRec, PlaceId, Step};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let mut repeats = 0;
    let mut repeated_ms = i64::MIN;
    let mut visits: BTreeMap<(Severity, String), Vec<Visit<'_>>> = BTreeMap::new();
    for moment in case.own().filter(|moment| counts(case, moment)) {
        let end = moment.before.end.and_then(|id| case.event(id));
        let Some(end) = end else { continue };
        let mut visit = Visit {
            alert: false,
            end,
            life: moment.before.life,
            event: moment.entry.event,
        };
        let event = visit.event;
        let again =
            event.time_ms.saturating_sub(repeated_ms) > case.state.profile.chain.same_scan_ms;
        if claims(event) && visit.severity(case) == Severity::S1 && again {
            repeats += 1;
            repeated_ms = event.time_ms;
        }
        visit.alert = claims(event) && repeats > case.state.profile.chain.soft_repeats;
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
    /// The same premises have repeated themselves too often.
    alert: bool,
}

impl Visit<'_> {
    fn severity(&self, case: &Case<'_>) -> Severity {
        let (end, event) = (self.end, self.event);
        let soon = event.time_ms.saturating_sub(end.time_ms) <= case.state.profile.same_place_ms;
        match (end.place(), event.place()) {
            _ if self.life == Life::Locked => Severity::S2,
            (Some(_), Some(_)) if self.is_elsewhere(case) => Severity::S3,
            (Some(_), Some(_)) if soon && self.alert => Severity::S2,
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
            .conclusive(severity == Severity::S3 && first.is_elsewhere(case))
            .named("ended_at", &there)
            .named("seen_at", &here)
            .fact(
                "days_after",
                event.time_ms.saturating_sub(end.time_ms) / 86_400_000,
            )
            .fact("events", visits.len()),
    )
}

/// Whether an event treats the pack as one that may still be supplied, and not just sees it.
fn claims(event: &EventRec) -> bool {
    let step = event.step;
    step.ships() || step.receives() || dispenses(event) || event.is_birth()
}

/// Whether an event follows an end that it may not follow.
fn counts(case: &Case<'_>, moment: &Moment<'_>) -> bool {
    let (event, before) = (moment.entry.event, &moment.before);
    let life = before.life;
    if life == Life::Locked {
        return dispenses(event) || event.step.ships();
    }
    if !life.is_over() || event.fate == Fate::Reverse {
        return false;
    }
    let (there, here) = (
        before.end.and_then(|id| case.event(id)?.place()),
        event.place(),
    );
    let at_home = match (there, here) {
        (Some(there), Some(here)) => case.state.places.same_premises(there, here),
        _ => true,
    };
    match event.step {
        // Destruction and taking off the books follow any end, also by a contractor.
        Step::SensorReporting
        | Step::Reverse
        | Step::Undo
        | Step::Destroying
        | Step::Decommissioning => false,
        // What was decommissioned to leave, leaves; where it arrives is abroad or an authority.
        step if step.ships() => {
            !(at_home && matches!(life, Life::Exported | Life::Sample | Life::FreeSample))
        }
        step if step.receives() => !is_sent_abroad(case, life, there, here),
        Step::Packing | Step::Unpacking => {
            !(at_home && matches!(life, Life::CheckedOut | Life::Exported | Life::Sample))
        }
        _ => true,
    }
}

/// Whether goods that were decommissioned to leave have arrived in another country, or a sample
/// where samples go.
fn is_sent_abroad(
    case: &Case<'_>,
    life: Life,
    there: Option<PlaceId>,
    here: Option<PlaceId>,
) -> bool {
    let country = |place: Option<PlaceId>| {
        let epc = case.state.places.epc(place?)?;
        case.state.masters.location(epc)?.country.clone()
    };
    match life {
        Life::Exported => known_to_differ(country(there), country(here)),
        Life::Sample | Life::FreeSample => true,
        _ => false,
    }
}
