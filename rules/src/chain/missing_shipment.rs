//! C15: goods are received, given out or ended where, by the records, nobody sent them.
//!
//! **Condition.** A receipt, a dispensing, or another end (destruction, export, sample, check-out,
//! theft, lock) by a party that neither has the thing nor is what a shipment of it is bound for.
//! The manufacturer locks and ends its packs wherever they are, an authority takes samples there.
//! The records that must be missing for it to be honest are counted: one at a receipt (the
//! shipment), two at an end (the shipment and the receipt), one at an end after a receipt that is
//! only inferred from a container seen open, and at an end by who had the thing before: goods come
//! back unrecorded all the time.
//!
//! **Severity.** One missing record: S1, somebody should send it ("goods before data" is daily
//! business). Two missing independently: S2, and S3 when they have not come within the grace of
//! three business days (HDA exceptions guideline). Never S3 with one missing record, nor on a lane
//! that master data knows. **Thresholds** `grace_days`. The catalogue says S2 to S3 and asks for
//! two independent missing records before S3. One lost record in a hundred is usual; holding what
//! one of them leaves open would hold a hundred times what the budget of alarms allows (one scan in
//! ten thousand). So two missing records are asked for the hold as well, and one is told.
//!
//! **False alarms**: with a share m of records lost, one is missing in m and two in m squared of
//! all cases; that is why one holds nothing. Goods that nobody ever moved on record (a maker who
//! does not report shipments), parties that act for one another, and unknown parties tell nothing.
//! A receipt that merely stands before its shipment is a matter of clocks (C22). What is received
//! inside a container is the container's matter. **Late facts**: the shipment or receipt that
//! arrives late resolves the finding; the grace runs from when the ledger learned of the goods, so
//! goods and data late together are not blamed.

use super::custody::{Standpoint, key};
use super::{due, timing};
use crate::finding::{RuleId, Severity};
use crate::item::{Life, Moment, dispenses, operation};
use crate::judge_thing::{Case, Draft};
use crate::pack_state::Operation;
use crate::say::Way;
use crate::say::chain::End;
use crate::state::EventRec;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    for (moment, missing) in gaps(case) {
        let event = moment.entry.event;
        let overdue = case.state.clock_ms >= grace_ends(case, event);
        let (from, to) = (moment.before.holder, case.state.party_of(event));
        let usual = matches!((from, to), (Some(from), Some(to)) if case.state.is_lane(from, to));
        let severity = match missing {
            0 | 1 => Severity::S1,
            _ if overdue && !usual => Severity::S3,
            _ => Severity::S2,
        };
        let since = moment.before.seen.and_then(|(id, _)| case.event(id));
        let (holder, party) = (case.party(from), case.doer(event));
        let say = sentence(case, moment);
        out.push(
            Draft::new(RuleId::C15, severity, event, key(event), say)
                .resting_on(since)
                .fact("missing_records", missing)
                .fact("grace_days", case.state.profile.chain.grace_days)
                .named("holder", &holder)
                .named("party", &party),
        );
    }
}

/// What happened there, in words.
fn sentence(case: &Case<'_>, moment: &Moment<'_>) -> Way {
    let event = moment.entry.event;
    let (from, by) = (moment.before.holder, case.state.party_of(event));
    let (party, holder, at_ms) = (case.party(by), case.party(from), event.time_ms);
    let receipt = event.step.receives();
    if !receipt && !dispenses(event) {
        let end = operation(case.id, &moment.entry).filter(|it| *it != Operation::Supply);
        return Way::EndedElsewhere {
            end: end.map_or(End::Decommissioned, |it| End::of(Life::of(it.state()))),
            party,
            at_ms,
            holder,
        };
    }
    if !receipt && by == from {
        return Way::OutOfOpenBox { party, at_ms };
    }
    Way::WithoutShipment {
        receipt,
        party,
        at_ms,
        holder,
    }
}

/// When the grace of a standing gap ends.
pub(crate) fn deadlines(case: &Case<'_>) -> Vec<i64> {
    gaps(case)
        .filter(|(_, missing)| *missing > 1)
        .map(|(moment, _)| grace_ends(case, moment.entry.event))
        .collect()
}

fn grace_ends(case: &Case<'_>, event: &EventRec) -> i64 {
    due::business_days_after(event.known_ms(), case.state.profile.chain.grace_days)
}

/// Whether a pack is ended, locked or reported here, other than by who may do that wherever it is:
/// its manufacturer, and an authority that takes a sample.
fn ends(case: &Case<'_>, moment: &Moment<'_>) -> bool {
    let asked = operation(case.id, &moment.entry);
    let Some(asked) = asked.filter(|it| !matches!(it, Operation::Undo | Operation::Upload)) else {
        return false;
    };
    let party = case.state.party_of(moment.entry.event);
    let Some(party) = party.map(|id| case.state.names.text(id)) else {
        return false;
    };
    let product = case
        .gtin()
        .and_then(|it| case.state.masters.products.get(it));
    let makes = product.is_some_and(|it| it.mah == *party);
    let known = case.state.masters.parties.get(party);
    let authority = known.is_some_and(|it| it.role == "regulator");
    !(makes || authority && asked == Operation::Sample)
}

/// Whether who acts here had the thing at some time before.
fn had_it(case: &Case<'_>, moment: &Moment<'_>) -> bool {
    let party = case.state.party_of(moment.entry.event);
    let earlier = case.moments.iter();
    let mut earlier = earlier.take_while(|it| it.entry.event.order() < moment.entry.event.order());
    party.is_some() && earlier.any(|it| it.before.holder == party)
}

fn gaps<'c, 'a>(case: &'c Case<'a>) -> impl Iterator<Item = (&'c Moment<'a>, u32)> {
    case.own().filter_map(|moment| {
        let (event, before) = (moment.entry.event, &moment.before);
        let gives = dispenses(event) || ends(case, moment);
        let unborn = case.gtin().is_some() && before.birth.is_none();
        if !(gives || event.step.receives()) || unborn || before.life.is_over() {
            return None;
        }
        let at = Standpoint::of(case.state, event);
        let missing = case.state.missing_records(before, at);
        // What comes back comes back unrecorded all the time, and is then destroyed.
        let returned = || !dispenses(event) && !event.step.receives() && had_it(case, moment);
        let missing = if missing > 1 && returned() {
            1
        } else {
            missing
        };
        let only_clocks = || timing::shipped_after(case, moment).is_some();
        (missing > 0 && !only_clocks()).then_some((moment, missing))
    })
}
