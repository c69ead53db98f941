//! C22: times that cannot be right.
//!
//! **Conditions**, each a finding of its own:
//! - *future*: the event claims to be later than its record by more than `future_ms`;
//! - *backdated*: it was recorded more than `backdated_ms` after it happened, and moves the thing;
//! - *before it was made*: the thing was handled before its commissioning, clocks allowed to
//!   differ;
//! - *received before shipped*: a receipt, and within `order_ms` the shipment to that receiver,
//!   with no other movement between;
//! - *out of order*: one device signed two events of the thing in the other order than their times;
//! - *expiry*: the last day of use lies before the commissioning.
//!
//! **Severity** S1: the data are wrong, not the goods; S2 for an expiry before the commissioning
//! and for a receipt before its shipment that no time zone explains. **Repair**: where a shift by
//! whole hours, at most `zone_ms`, puts the times right, the finding names it.
//!
//! **False alarms**: an offline device that delivers late is late, not backdated, and the order of
//! records from different devices means nothing. What concerns an event as such is told once, of
//! the thing it names first. A line that uploads after packing handles packs before they are made:
//! told. **Late facts**: the shipment that arrives late turns a receipt without shipment (C15) into
//! one in the wrong order, or resolves both.

use super::custody::key;
use crate::finding::{EVIDENCE_MAX, RuleId, Severity};
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::profile::Profile;
use crate::say::{Way, words};
use crate::state::EventRec;

const HOUR_MS: i64 = 3_600_000;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let chain = &case.state.profile.chain;
    let ahead = |event: &EventRec| event.time_ms.saturating_sub(event.record.at_ms);
    let leads = |event: &EventRec| event.lead == Some(case.id);
    let future = |event: &EventRec| leads(event) && ahead(event) > chain.future_ms;
    if let Some(found) = all_of(case, "future", future) {
        out.push(found);
    }
    let backdated_ms = chain.backdated_ms.saturating_neg();
    let backdated = |event: &EventRec| leads(event) && moves(event) && ahead(event) < backdated_ms;
    if let Some(found) = all_of(case, "backdated", backdated) {
        out.push(found);
    }
    before_made(case, out);
    for moment in case.own().filter(|m| m.entry.event.step.receives()) {
        if let Some(found) = wrong_order(case, moment) {
            out.push(found);
        }
    }
    out_of_order(case, out);
    born_expired(case, out);
}

fn moves(event: &EventRec) -> bool {
    event.step.ships() || event.step.receives() || event.is_birth()
}

/// One finding for all events of the thing that share a fault.
fn all_of(case: &Case<'_>, what: &str, has: impl Fn(&EventRec) -> bool) -> Option<Draft> {
    let found: Vec<&EventRec> = case
        .own()
        .map(|moment| moment.entry.event)
        .filter(|event| has(event))
        .collect();
    let (first, last) = (found.first()?, found.last()?);
    let off_ms = first.time_ms.saturating_sub(first.record.at_ms);
    let place = case.place(first.place());
    let hours = whole_hours(&case.state.profile, off_ms).filter(|_| off_ms > 0);
    let (at_ms, recorded_ms) = (first.time_ms, first.record.at_ms);
    let say = if off_ms > 0 {
        Way::InTheFuture {
            place,
            at_ms,
            recorded_ms,
            hours,
        }
    } else {
        Way::Backdated {
            place,
            at_ms,
            recorded_ms,
        }
    };
    let mut draft = Draft::new(RuleId::C22, Severity::S1, first, what.to_owned(), say);
    draft.until_ms = last.time_ms;
    let evidence = found.iter().take(EVIDENCE_MAX);
    draft.evidence = evidence.map(|event| event.evidence()).collect();
    Some(repair(draft, hours).fact("events", found.len()))
}

fn before_made(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(birth) = case.birth() else { return };
    let tolerance_ms = case.state.profile.clock_tolerance_ms;
    let Some(first) = case.own().map(|moment| moment.entry.event).next() else {
        return;
    };
    let early_ms = birth.time_ms.saturating_sub(first.time_ms);
    if early_ms <= tolerance_ms.saturating_mul(2) || first.is_birth() || first.made(case.id) {
        return;
    }
    let hours = shift(&case.state.profile, early_ms);
    let place = case.place(first.place());
    let say = Way::HandledBeforeMade {
        place,
        at_ms: first.time_ms,
        made_ms: birth.time_ms,
        hours,
    };
    let key = "before made".to_owned();
    let draft = Draft::new(RuleId::C22, Severity::S1, first, key, say)
        .resting_on(Some(birth))
        .fact("early_ms", early_ms);
    out.push(repair(draft, hours));
}

/// The shipment that a receipt seems to have come before.
pub(crate) fn shipped_after<'a>(case: &Case<'a>, receipt: &Moment<'_>) -> Option<&'a EventRec> {
    let (state, event) = (case.state, receipt.entry.event);
    if !event.step.receives() || receipt.before.shipped.is_some() {
        return None;
    }
    let holder = receipt.before.holder?;
    let party = state.party_of(event)?;
    let next = case
        .moments
        .iter()
        .filter(|moment| moment.entry.event.order() > event.order())
        .find(|moment| {
            let step = moment.entry.event.step;
            step.ships() || (step.receives() && moment.entry.event.place() != event.place())
        })?;
    let shipment = next.entry.event;
    let late_ms = shipment.time_ms.saturating_sub(event.time_ms);
    let matches = shipment.step.ships()
        && state.party_of(shipment) == Some(holder)
        && holder != party
        && state.is_destination(shipment, Some(party), event.place());
    (matches && late_ms <= state.profile.chain.order_ms).then_some(shipment)
}

fn wrong_order(case: &Case<'_>, moment: &Moment<'_>) -> Option<Draft> {
    let event = moment.entry.event;
    let shipment = shipped_after(case, moment)?;
    let profile = &case.state.profile;
    let late_ms = shipment.time_ms.saturating_sub(event.time_ms);
    if late_ms <= profile.clock_tolerance_ms.saturating_mul(2) {
        return None;
    }
    let hours = shift(profile, late_ms);
    let severity = if hours.is_some() {
        Severity::S1
    } else {
        Severity::S2
    };
    let place = case.place(event.place());
    let say = Way::ReceivedBeforeShipped {
        place,
        at_ms: event.time_ms,
        shipped_ms: shipment.time_ms,
        hours,
    };
    let draft = Draft::new(RuleId::C22, severity, event, key(event), say)
        .resting_on(Some(shipment))
        .fact("late_ms", late_ms);
    Some(repair(draft, hours))
}

fn out_of_order(case: &Case<'_>, out: &mut Vec<Draft>) {
    let tolerance_ms = case.state.profile.clock_tolerance_ms;
    let mut signed: Vec<&EventRec> = case
        .own()
        .map(|moment| moment.entry.event)
        .filter(|event| event.told().device.is_some())
        .collect();
    signed.sort_by_key(|event| (event.told().device, event.record.position));
    let back = signed.windows(2).find(|pair| {
        matches!(pair, [a, b] if a.told().device == b.told().device
            && a.time_ms.saturating_sub(b.time_ms) > tolerance_ms)
    });
    if let Some([first, second]) = back {
        let device = second
            .told()
            .device
            .map_or("", |id| case.state.names.text(id));
        let say = Way::ClockWentBack {
            device: device.to_owned(),
            first_ms: first.time_ms,
            second_ms: second.time_ms,
        };
        let key = format!("order {device}");
        out.push(
            Draft::new(RuleId::C22, Severity::S1, second, key, say)
                .resting_on(Some(first))
                .fact("device", device),
        );
    }
}

fn born_expired(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(birth) = case.birth() else { return };
    let Some(last_day) = birth.told().expiry.map(i64::from) else {
        return;
    };
    if last_day < birth.local_day() {
        let say = Way::ExpiredWhenMade {
            last_day,
            made_ms: birth.time_ms,
        };
        let key = "expiry".to_owned();
        out.push(
            Draft::new(RuleId::C22, Severity::S2, birth, key, say)
                .fact("expiry", words::iso_day(last_day)),
        );
    }
}

fn repair(draft: Draft, hours: Option<i64>) -> Draft {
    match hours {
        Some(hours) => draft.fact("zone_off_by_hours", hours),
        None => draft,
    }
}

/// The whole hours that a difference is made of, clocks allowed to disagree.
fn whole_hours(profile: &Profile, ms: i64) -> Option<i64> {
    let hours = ms.saturating_add(HOUR_MS / 2).div_euclid(HOUR_MS);
    let rest_ms = ms.saturating_sub(hours.saturating_mul(HOUR_MS));
    let near = rest_ms.saturating_abs() <= profile.clock_tolerance_ms;
    (near && hours > 0 && hours.saturating_mul(HOUR_MS) <= profile.chain.zone_ms).then_some(hours)
}

/// The fewest whole hours that make up for a lateness, if a time zone can be that far off.
fn shift(profile: &Profile, late_ms: i64) -> Option<i64> {
    let hours = late_ms.saturating_add(HOUR_MS - 1).div_euclid(HOUR_MS);
    (late_ms > 0 && hours.saturating_mul(HOUR_MS) <= profile.chain.zone_ms).then_some(hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_zones_are_whole_hours() {
        let profile = Profile::default();
        let minute = 60_000;
        for (minutes, hours) in [
            (60, Some(1)),
            (69, Some(1)),
            (71, None),
            (111, Some(2)),
            (9, None),
            (840, Some(14)),
            (900, None),
        ] {
            assert_eq!(whole_hours(&profile, minutes * minute), hours, "{minutes}");
        }
        for (minutes, hours) in [(1, Some(1)), (61, Some(2)), (840, Some(14)), (841, None)] {
            assert_eq!(shift(&profile, minutes * minute), hours, "{minutes}");
        }
    }
}
