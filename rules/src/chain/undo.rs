//! C10: a decommissioned identifier was made active again against article 13 of the Delegated
//! Regulation (EU) 2016/161.
//!
//! **Condition.** An undo is lawful when all of these hold: the same party at the same premises
//! that decommissioned (a); at most ten days later (b), a lock excepted; the pack is not out of
//! date (c); its lot is not recalled, and it is neither stolen nor intended for destruction (d); it
//! was not supplied to the public (e): the records show no sale over the counter, no opened pack
//! and no return. An undo is an event of the business step `urn:theriac:epcis:undo`, or a
//! declaration of error on the event that ended the pack's life.
//!
//! **Effect.** An undo that breaks a clause leaves the pack as it was. A declaration of error is
//! taken at its word, because it says that the event never happened; it is told all the same.
//! **Severity** S2; S1 when there was nothing to undo. **Thresholds** `same_place_ms`.
//!
//! **False alarms**: a pharmacy that got a new GLN asks from "another" place: where either place or
//! party is unknown, the clause is not held against it, and locations of one GLN are one premises.
//! Days are counted in event time, so an undo made offline and recorded late is in time. **Late
//! facts**: an end that arrives after its undo, or a recall dated before it, is weighed where it
//! belongs; the finding appears, changes or is resolved with the next judgement.

use super::custody::key;
use crate::finding::{RuleId, Severity};
use crate::item::{Item, Life, operation};
use crate::judge_thing::{Case, Draft};
use crate::pack_state::{Answer, Operation, PackState};
use crate::say::Way;
use crate::say::way::Breach;
use crate::state::event::Fate;
use crate::state::{EventRec, State, Step, ThingId};
use crate::timeline::Entry;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    if case.gtin().is_none() {
        return;
    }
    for moment in case.own().filter(|m| m.entry.event.step == Step::Undo) {
        let event = moment.entry.event;
        let breach = breach(case.state, case.id, &moment.before, event, event.time_ms);
        let end = moment.before.end.and_then(|id| case.event(id));
        out.extend(breach.map(|breach| finding(case, breach, end, event)));
    }
    declared(case, out);
}

/// Ends that a declaration of error took back.
fn declared(case: &Case<'_>, out: &mut Vec<Draft>) {
    for id in case.thing.touches.iter() {
        let Some(end) = case.event(*id) else { continue };
        let Some(declaration) = end.told().voided_by.and_then(|id| case.event(id)) else {
            continue;
        };
        let entry = Entry {
            id: *id,
            event: end,
            via: None,
        };
        let Some(Answer::Becomes(state)) =
            operation(case.id, &entry).map(|operation| PackState::Active.answer(operation))
        else {
            continue;
        };
        // Another end stands: nothing became active.
        let stands = case.now.end.and_then(|id| case.event(id));
        if stands.is_some_and(|other| other.order() <= end.order()) {
            continue;
        }
        let life = match state {
            PackState::Stolen => Life::Stolen,
            PackState::Destroyed => Life::Destroyed,
            PackState::Locked => Life::Locked,
            _ => Life::Dispensed,
        };
        let item = Item {
            life,
            end: Some(*id),
            birth: case.thing.birth,
            handed_over: end.fate == Fate::RetailSold,
            ..Item::default()
        };
        let declared_ms = declaration.record.at_ms;
        let breach = breach(case.state, case.id, &item, declaration, declared_ms);
        out.extend(breach.map(|breach| finding(case, breach, Some(end), declaration)));
    }
}

fn finding(case: &Case<'_>, breach: Breach, end: Option<&EventRec>, undo: &EventRec) -> Draft {
    let severity = if breach == Breach::NothingToUndo {
        Severity::S1
    } else {
        Severity::S2
    };
    let place = case.place(undo.place());
    let say = Way::IllegalUndo {
        breach,
        place: place.clone(),
        at_ms: undo.known_ms(),
    };
    let mut draft = Draft::new(RuleId::C10, severity, undo, key(undo), say)
        .resting_on(end)
        .fact("clause", format!("{breach:?}"))
        .named("undone_at", &place)
        .fact("limit_ms", case.state.profile.same_place_ms);
    if let Some(end) = end {
        draft = draft.named("ended_at", &case.place(end.place()));
    }
    draft
}

/// The first clause that making this thing active again at `at_ms` breaks.
pub(crate) fn breach(
    state: &State,
    id: ThingId,
    item: &Item,
    undo: &EventRec,
    at_ms: i64,
) -> Option<Breach> {
    let answer = item.life.state().answer(Operation::Undo);
    match answer {
        Answer::Refused => return Some(Breach::Irrevocable),
        Answer::AlreadySet | Answer::Becomes(_) => return Some(Breach::NothingToUndo),
        Answer::UndoInTime | Answer::UndoAnyTime => {}
    }
    let end = state.event(item.end?)?;
    if known_to_differ(state.party_of(end), state.party_of(undo)) {
        return Some(Breach::OtherParty);
    }
    if let (Some(there), Some(here)) = (end.place(), undo.place())
        && !state.places.same_premises(there, here)
    {
        return Some(Breach::OtherPremises);
    }
    let late = at_ms.saturating_sub(end.time_ms) > state.profile.same_place_ms;
    if late && answer == Answer::UndoInTime {
        return Some(Breach::TooLate);
    }
    let birth = item.birth.and_then(|id| state.event(id));
    let last_day = birth.and_then(|birth| birth.told().expiry).map(i64::from);
    let local_ms = at_ms.saturating_add(i64::from(undo.zone_min) * 60_000);
    if last_day.is_some_and(|last_day| local_ms.div_euclid(86_400_000) > last_day) {
        return Some(Breach::Expired);
    }
    let recall = birth
        .and_then(|birth| state.decided_lot_of(id, birth))
        .and_then(|lot| lot.recall.as_ref());
    if recall.is_some_and(|recall| recall.record.at_ms <= at_ms) {
        return Some(Breach::Recalled);
    }
    item.handed_over.then_some(Breach::SuppliedToThePublic)
}

/// Whether two known values differ: what is not known proves nothing.
pub(crate) fn known_to_differ<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a != b)
}
