//! C18: shipped twice without a receipt between, or received twice without a shipment between.
//!
//! **Condition.** A shipment of the thing by the party that has already shipped it, neither
//! received nor called off; or a receipt at the premises where the last receipt was, by the same
//! party.
//!
//! **Severity.** S2. Triage to S1 (`resend_ms`): soon after the first one and, for a shipment, not
//! to another destination: a message sent again under a new time, a tag read twice at a dock door.
//! Nothing: `departing` after `shipping` and `accepting` after `receiving`, which are the halves of
//! one step; a record sent again (same id or same content) never gets here.
//!
//! **False alarms**: a calling-off or a receipt that was lost: both go away when it arrives. The
//! receiver who ships on without a receipt is not this rule's matter, nor is a stranger (C14). A
//! receipt by somebody else is C15's. **Late facts**: the receipt, shipment or calling-off that
//! arrives late falls between the two and resolves the finding.

use super::custody::key;
use crate::finding::{RuleId, Severity};
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::say::Way;
use crate::state::{EventRec, Step};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    for moment in case.own().filter(|moment| !moment.before.life.is_over()) {
        match moment.entry.event.step {
            Step::Shipping => out.extend(shipment(case, moment)),
            Step::Receiving => out.extend(receipt(case, moment)),
            _ => {}
        }
    }
}

fn shipment(case: &Case<'_>, moment: &Moment<'_>) -> Option<Draft> {
    let (state, event) = (case.state, moment.entry.event);
    let first = case.event(moment.before.shipped?)?;
    let (party, sender) = (state.party_of(event)?, state.party_of(first)?);
    if party != sender {
        return None;
    }
    let (to, again_to) = (state.destination_of(first), state.destination_of(event));
    let elsewhere = super::undo::known_to_differ(to, again_to);
    let soon = !elsewhere && is_soon(case, first, event);
    let say = Way::ShippedTwice {
        first_ms: first.time_ms,
        again_ms: event.time_ms,
    };
    Some(finding(first, event, soon, say).fact("other_destination", elsewhere))
}

fn receipt(case: &Case<'_>, moment: &Moment<'_>) -> Option<Draft> {
    let (state, event) = (case.state, moment.entry.event);
    let first_id = moment.before.received?;
    // A thing counted when its container is opened was received with the container.
    let own = case.own().any(|moment| moment.entry.id == first_id);
    let first = case.event(first_id).filter(|_| own)?;
    let (there, here) = (first.place()?, event.place()?);
    let same = state.places.same_premises(there, here);
    if !same || state.party_of(first) != state.party_of(event) {
        return None;
    }
    let soon = is_soon(case, first, event);
    let say = Way::ReceivedTwice {
        place: case.place(Some(here)),
        first_ms: first.time_ms,
        again_ms: event.time_ms,
    };
    Some(finding(first, event, soon, say))
}

fn is_soon(case: &Case<'_>, first: &EventRec, again: &EventRec) -> bool {
    again.time_ms.saturating_sub(first.time_ms) <= case.state.profile.chain.resend_ms
}

fn finding(first: &EventRec, again: &EventRec, soon: bool, say: Way) -> Draft {
    let severity = if soon { Severity::S1 } else { Severity::S2 };
    Draft::new(RuleId::C18, severity, again, key(again), say)
        .resting_on(Some(first))
        .fact("apart_ms", again.time_ms.saturating_sub(first.time_ms))
}
