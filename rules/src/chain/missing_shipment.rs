//! C15: goods are received or given out where, by the records, nobody sent them.
//!
//! **Condition.** A receipt, or a dispensing, by a party that neither has the thing nor is what a
//! shipment of it is bound for. The records that must be missing for it to be honest are counted:
//! one at a receipt (the shipment), two at a dispensing (the shipment and the receipt), one at a
//! dispensing after a receipt that is only inferred from a container seen open.
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
use crate::item::{Moment, dispenses};
use crate::judge_thing::{Case, Draft};
use crate::say::Way;
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
        let say = Way::WithoutShipment {
            receipt: event.step.receives(),
            party: party.clone(),
            at_ms: event.time_ms,
            holder: holder.clone(),
        };
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

fn gaps<'c, 'a>(case: &'c Case<'a>) -> impl Iterator<Item = (&'c Moment<'a>, u32)> {
    case.own().filter_map(|moment| {
        let (event, before) = (moment.entry.event, &moment.before);
        let gives = dispenses(event);
        let unborn = case.gtin().is_some() && before.birth.is_none();
        if !(gives || event.step.receives()) || unborn || before.life.is_over() {
            return None;
        }
        let at = Standpoint::of(case.state, event);
        let missing = case.state.missing_records(before, at);
        let only_clocks = || timing::shipped_after(case, moment).is_some();
        (missing > 0 && !only_clocks()).then_some((moment, missing))
    })
}
