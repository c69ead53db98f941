//! C19: what is packed in what does not add up, seen from the thing that is packed.
//!
//! **Conditions**, each a finding of its own:
//! - *two live parents*: put into a container while it was in another one that neither gave it up
//!   nor was emptied, and neither of the two is inside the other;
//! - *not in it*: taken out of a container it was not in;
//! - *cycle*: a container was put into something that was inside it;
//! - *parent elsewhere*: the thing was handled by somebody while the container it was in was under
//!   way to somebody else;
//! - *mixed*: it lies in a case of one product (a GTIN of indicator 1 to 8) with another product,
//!   or in a case of one lot and is of another.
//!
//! **Severity** S2. Triage to S1: whoever repacks has the thing (rework without a DELETE, a lost
//! packing record), or the thing was left behind at the sender's. With C12 or C14 the finding
//! weighs more by itself (see [`crate::fusion`]). What a container says of its contents as a whole
//! is in [`super::aggregation_contents`]. **Thresholds** none.
//!
//! **False alarms**: repacking is recorded carelessly everywhere, so only contradictions between
//! parties hold goods. Kits (indicator 0) may mix. Taking out twice is forgiven. **Late facts**:
//! the DELETE, packing or receipt that arrives late resolves the finding.

use super::aggregation_contents;
use super::custody::key;
use crate::finding::{RuleId, Severity};
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::say::Way;
use crate::state::{EventRec, NameId, Step, ThingId};

/// Most contents looked through for one that a thing is compared with.
const SIBLINGS_MAX: usize = 64;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    aggregation_contents::check(case, out);
    let marks = marks_of(case);
    if marks.is_empty() {
        return;
    }
    judge_marks(case, &marks, out);
    for moment in case.own() {
        if let Some(found) = parent_elsewhere(case, moment) {
            out.push(found);
        }
    }
    // Only a case of one product, and not just any box, tells what belongs in it.
    let groups = |mark: &Mark<'_>| case.state.gtin(mark.parent).is_some_and(is_grouping);
    if marks.iter().any(groups)
        && let Some(found) = mixed(case)
    {
        out.push(found);
    }
}

/// A container that the thing is in, by its own marks.
#[derive(Clone, Copy)]
struct Inside<'a> {
    parent: ThingId,
    since: &'a EventRec,
}

/// The thing was put into a container, or taken out.
#[derive(Clone, Copy)]
struct Mark<'a> {
    parent: ThingId,
    into: bool,
    event: &'a EventRec,
}

/// Marks that stand, in event-time order.
fn marks_of<'a>(case: &Case<'a>) -> Vec<Mark<'a>> {
    let own = case.thing.touches.iter().filter_map(|id| case.event(*id));
    own.filter(|event| event.told().voided_by.is_none())
        .filter_map(|event| {
            let (parent, into) = event.regroups()?;
            (parent != case.id).then_some(Mark {
                parent,
                into,
                event,
            })
        })
        .collect()
}

fn judge_marks(case: &Case<'_>, marks: &[Mark<'_>], out: &mut Vec<Draft>) {
    let mut inside: Option<Inside<'_>> = None;
    let mut left: Vec<ThingId> = Vec::new();
    for mark in marks {
        let event = mark.event;
        let open = inside.filter(|it| !was_emptied(case, *it, event.time_ms));
        if mark.into {
            if let Some(found) = open.and_then(|open| two_parents(case, open, mark, event)) {
                out.push(found);
            }
            if let Some(found) = cycle(case, mark, event) {
                out.push(found);
            }
            left.clear();
            inside = Some(Inside {
                parent: mark.parent,
                since: event,
            });
            continue;
        }
        match open {
            Some(open) if open.parent == mark.parent => inside = None,
            // Emptied, or taken out before: said twice.
            _ if inside.is_some_and(|it| it.parent == mark.parent)
                || left.contains(&mark.parent) => {}
            _ => out.push(not_in_it(case, open, mark, event)),
        }
        left.push(mark.parent);
    }
}

fn was_emptied(case: &Case<'_>, inside: Inside<'_>, until_ms: i64) -> bool {
    let parent = case.state.thing(inside.parent);
    let disbands = parent.map_or(&[][..], |parent| parent.disbands());
    disbands.iter().filter_map(|id| case.event(*id)).any(|it| {
        let span = inside.since.time_ms..=until_ms;
        it.told().voided_by.is_none() && span.contains(&it.time_ms)
    })
}

/// Whether the party of an event had the thing, or made the last record of its packing.
fn is_rework(case: &Case<'_>, event: &EventRec, last: Option<&EventRec>) -> bool {
    let (state, party) = (case.state, case.state.party_of(event));
    let before = case
        .moments
        .iter()
        .find(|m| m.entry.event.order() == event.order());
    let holder = before.and_then(|moment| moment.before.holder.or(moment.before.bound_for));
    let bound_for = before.and_then(|moment| moment.before.bound_for);
    let packer = last.and_then(|last| state.party_of(last));
    let may = |of: Option<NameId>| match (of, party) {
        (Some(of), Some(by)) => state.may_act_for(of, by, event.time_ms),
        _ => false,
    };
    party.is_none() || holder.is_none() || may(holder) || may(bound_for) || may(packer)
}

fn weigh(rework: bool) -> Severity {
    if rework { Severity::S1 } else { Severity::S2 }
}

fn two_parents(
    case: &Case<'_>,
    open: Inside<'_>,
    mark: &Mark<'_>,
    event: &EventRec,
) -> Option<Draft> {
    let state = case.state;
    let holds = |outer: ThingId, inner: ThingId| {
        state.containers(inner).iter().any(|(around, span)| {
            *around == outer && span.from_ms <= event.time_ms && event.time_ms <= span.to_ms
        })
    };
    let (old, new) = (open.parent, mark.parent);
    if old == new || holds(old, new) || holds(new, old) {
        return None;
    }
    let rework = is_rework(case, event, Some(open.since));
    let (old, new) = (state.canonical(old), state.canonical(new));
    let say = Way::TwoParents {
        new: new.clone(),
        at_ms: event.time_ms,
        old: old.clone(),
    };
    let key = format!("parents {}", key(event));
    Some(
        Draft::new(RuleId::C19, weigh(rework), event, key, say)
            .resting_on(Some(open.since))
            .fact("first_parent", old)
            .fact("second_parent", new)
            .fact("rework", rework),
    )
}

fn not_in_it(
    case: &Case<'_>,
    open: Option<Inside<'_>>,
    mark: &Mark<'_>,
    event: &EventRec,
) -> Draft {
    // What came here with its box was in it: the packing was not recorded.
    let state = case.state;
    let came = state.party_of(event).is_some_and(|party| {
        state.has_come_to(mark.parent, party, event.order(), crate::item::OUTER_MAX)
    });
    let rework = came || open.is_none() || is_rework(case, event, open.map(|open| open.since));
    let parent = state.canonical(mark.parent);
    let say = Way::NotInIt {
        parent: parent.clone(),
        at_ms: event.time_ms,
    };
    let key = format!("not in it {}", key(event));
    Draft::new(RuleId::C19, weigh(rework), event, key, say)
        .resting_on(open.map(|open| open.since))
        .fact("parent", parent)
        .fact("rework", rework)
}

/// The thing was put into something that is inside it at that moment.
fn cycle(case: &Case<'_>, mark: &Mark<'_>, event: &EventRec) -> Option<Draft> {
    if case.thing.children().is_empty() {
        return None;
    }
    let around = case.state.containers(mark.parent);
    let (_, span) = around.iter().find(|(container, span)| {
        *container == case.id && span.from_ms <= event.time_ms && event.time_ms <= span.to_ms
    })?;
    let touches = &case.state.thing(mark.parent)?.touches;
    let last = touches
        .iter()
        .filter_map(|other| case.event(*other))
        .find(|other| other.time_ms == span.from_ms && other.regroups().is_some());
    let rework = is_rework(case, event, last);
    let parent = case.state.canonical(mark.parent);
    let say = Way::InsideItself {
        parent: parent.clone(),
        at_ms: event.time_ms,
    };
    let key = format!("cycle {}", key(event));
    Some(
        Draft::new(RuleId::C19, weigh(rework), event, key, say)
            .resting_on(last)
            .fact("parent", parent),
    )
}

/// Handled by somebody while its container is on the way to somebody else. Shipments and receipts
/// are other rules' matters (C14, C15, C17).
fn parent_elsewhere(case: &Case<'_>, moment: &Moment<'_>) -> Option<Draft> {
    let (state, event) = (case.state, moment.entry.event);
    let lawful = event.step.ships()
        || event.step.receives()
        || matches!(
            event.step,
            Step::VoidShipping | Step::Reverse | Step::SensorReporting
        );
    let shipped = moment.before.shipped?;
    if lawful || moment.before.life.is_over() || case.thing.touches.contains(&shipped) {
        return None;
    }
    let shipment = case.event(shipped)?;
    let party = state.party_of(event)?;
    let sender = state.party_of(shipment)?;
    let unknown =
        state.destination_of(shipment).is_none() && shipment.told().destination_place.is_none();
    if unknown || state.is_destination(shipment, Some(party), event.place()) {
        return None;
    }
    let left_behind = state.may_act_for(sender, party, event.time_ms);
    let to = case.party(state.destination_of(shipment));
    let here = case.place(event.place());
    let say = Way::ParentElsewhere {
        here: here.clone(),
        at_ms: event.time_ms,
        to: to.clone(),
    };
    let key = format!("elsewhere {}", key(event));
    Some(
        Draft::new(RuleId::C19, weigh(left_behind), event, key, say)
            .resting_on(Some(shipment))
            .named("seen_at", &here)
            .named("parent_bound_for", &to)
            .fact("left_behind", left_behind),
    )
}

/// Of another product or lot than the case it lies in now.
fn mixed(case: &Case<'_>) -> Option<Draft> {
    let state = case.state;
    let stays = state.stays(case.id);
    let stay = stays.last().filter(|stay| stay.is_open())?;
    let parent = state.thing(stay.parent)?;
    let outer = state
        .sgtin(stay.parent)
        .filter(|sgtin| is_grouping(&sgtin.gtin))?;
    let own = case.gtin()?;
    let event = case.event(stay.since)?;
    // The first to be put in tells what the case holds.
    let packed = |id: ThingId| {
        let last = state.stays(id).last().copied();
        let there = last.filter(|it| it.is_open() && it.parent == stay.parent)?;
        Some((case.event(there.since)?.order(), id))
    };
    let siblings = parent.children().iter().take(SIBLINGS_MAX);
    let first = siblings.filter_map(|id| packed(*id)).min();
    let first = first.filter(|(order, _)| *order < event.order());
    let first = first.and_then(|(_, id)| state.gtin(id));
    let gtin_differs = first.is_some_and(|first| first != own);
    let lot_of = |birth: Option<&EventRec>| birth.and_then(|birth| birth.told().lot);
    let outer_birth = parent.birth.and_then(|id| state.event(id));
    let (outer_lot, own_lot) = (lot_of(outer_birth), lot_of(case.birth()));
    let lot_differs = super::undo::known_to_differ(outer_lot, own_lot);
    if !gtin_differs && !lot_differs {
        return None;
    }
    let lot = |id: Option<_>| id.map_or(String::new(), |id| state.names.text(id).to_owned());
    let say = Way::MixedCase {
        product: gtin_differs,
        case: outer.serial.to_string(),
        at_ms: event.time_ms,
    };
    Some(
        Draft::new(RuleId::C19, Severity::S2, event, "mixed".to_owned(), say)
            .resting_on(outer_birth)
            .fact("case", state.canonical(stay.parent))
            .fact("case_lot", lot(outer_lot))
            .fact("pack_lot", lot(own_lot))
            .fact("other_product", gtin_differs),
    )
}

/// A GTIN with an indicator of 1 to 8 groups trade items of one kind (GS1 General Specifications).
pub(crate) fn is_grouping(gtin: &gs1::Gtin) -> bool {
    matches!(gtin.as_str().as_bytes().first(), Some(b'1'..=b'8'))
}
