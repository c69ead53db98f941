//! C17: goods were received where they were not sent.
//!
//! **Condition.** A receipt of the thing itself, on a shipment whose destination is known, by
//! another party than the one it is bound for and at other premises than its destination.
//!
//! **Severity** S2. Triage to S1: the receiver ships it on to the destination (a cross-dock), or
//! the receiver is the right party at another of its premises. Nothing: goods that come back to
//! their sender (refused), and parties that act for the receiver or the sender. **Thresholds**
//! none.
//!
//! **False alarms**: carriers and cross-docks that record receipts: state them as delegations, or
//! let them record the onward shipment. The receipt at the destination alone does not settle it:
//! goods received twice are what a copy looks like. **Late facts**: a late shipment to the receiver
//! resolves it; the late onward shipment lowers it.

use super::custody::key;
use crate::finding::{RuleId, Severity};
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::say::Way;
use crate::state::EventRec;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    for moment in case.own().filter(|m| m.entry.event.step.receives()) {
        out.extend(receipt(case, moment));
    }
}

fn receipt(case: &Case<'_>, moment: &Moment<'_>) -> Option<Draft> {
    let (state, event) = (case.state, moment.entry.event);
    let shipment = case.event(moment.before.shipped?)?;
    let (party, at_ms) = (state.party_of(event)?, event.time_ms);
    let sender = state.party_of(shipment)?;
    let bound_for = state.destination_of(shipment);
    if bound_for.is_none() && shipment.told().destination_place.is_none() {
        return None;
    }
    let there = shipment.told().destination_place;
    let at_place = matches!((there, event.place()),
        (Some(there), Some(here)) if state.places.same_premises(there, here));
    let for_them = bound_for.is_some_and(|to| to != party && state.may_act_for(to, party, at_ms));
    if at_place || for_them || state.may_act_for(sender, party, at_ms) {
        return None;
    }
    let same_party = bound_for == Some(party);
    // Another door of the right company, known only by its party, is no other place.
    if same_party && there.is_none_or(|there| state.party_at(there).is_none()) {
        return None;
    }
    let passed_on = ships_on(case, moment, shipment);
    let severity = if same_party || passed_on {
        Severity::S1
    } else {
        Severity::S2
    };
    let (here, to) = (case.place(event.place()), case.party(bound_for));
    let say = Way::Misdelivered {
        here: here.clone(),
        at_ms,
        to: to.clone(),
    };
    Some(
        Draft::new(RuleId::C17, severity, event, key(event), say)
            .resting_on(Some(shipment))
            .named("received_at", &here)
            .named("bound_for", &to)
            .fact("cross_dock", passed_on),
    )
}

/// Whether the receiver's next shipment goes where the goods were bound for.
fn ships_on(case: &Case<'_>, receipt: &Moment<'_>, shipment: &EventRec) -> bool {
    let state = case.state;
    let party = state.party_of(receipt.entry.event);
    let next = case.moments.iter().find(|moment| {
        let event = moment.entry.event;
        event.order() > receipt.entry.event.order() && event.step.ships()
    });
    next.is_some_and(|next| {
        let event = next.entry.event;
        let to = state.destination_of(event);
        let same = to.is_some() && to == state.destination_of(shipment);
        same && state.party_of(event) == party
    })
}
