//! C19, seen from the container: does it hold what was declared?
//!
//! **Conditions**: an aggregation event says how many children there are (`declared`, a whole
//! number in our namespace `urn:theriac:epcis:`) and the records know of more at that moment; or
//! somebody looked at everything in it (disposition `completeness_verified`) and did not list
//! something that the records say is inside.
//!
//! **Severity** S2 for more than declared: something was added. S1 for fewer, and for children not
//! seen: a reader reads less than all, and unpacking is recorded carelessly; holding a whole case
//! for one missing pack would be a false alarm for all others. **Thresholds** none.
//!
//! **False alarms**: a partial read; that is why only `completeness_verified` counts as a look at
//! everything. **Late facts**: a packing or unpacking that arrives late changes what was inside at
//! that moment, and the finding with it.

use super::custody::key;
use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Case, Draft};
use crate::say::Way;
use crate::state::event::{Fate, Kind};
use crate::state::{EventId, EventRec, ThingId, number};

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    if case.thing.children().is_empty() {
        return;
    }
    for moment in case.own() {
        let (id, event) = (moment.entry.id, moment.entry.event);
        if event.kind != Kind::Aggregation || event.told().parent != Some(case.id) {
            continue;
        }
        if let Some(declared) = case.state.declared(id) {
            out.extend(counted(case, event, declared));
        }
        if event.fate == Fate::Complete {
            out.extend(looked_at(case, id, event));
        }
    }
}

fn counted(case: &Case<'_>, event: &EventRec, declared: u32) -> Option<Draft> {
    let inside = inside(case, event).len();
    let declared_len = usize::try_from(declared).unwrap_or(usize::MAX);
    if inside == declared_len {
        return None;
    }
    let severity = if inside > declared_len {
        Severity::S2
    } else {
        Severity::S1
    };
    let say = Way::OtherCount {
        declared,
        inside: number(inside),
        at_ms: event.time_ms,
    };
    let key = format!("count {}", key(event));
    Some(
        Draft::new(RuleId::C19, severity, event, key, say)
            .fact("declared", declared)
            .fact("inside", inside),
    )
}

fn looked_at(case: &Case<'_>, id: EventId, event: &EventRec) -> Option<Draft> {
    let inside = inside(case, event);
    let unseen = inside
        .iter()
        .filter_map(|child| case.state.thing(*child))
        .filter(|child| !child.touches.contains(&id))
        .count();
    let say = Way::NotSeenInside {
        unseen: number(unseen),
        inside: number(inside.len()),
        at_ms: event.time_ms,
    };
    let key = format!("unseen {}", key(event));
    (unseen > 0).then(|| {
        Draft::new(RuleId::C19, Severity::S1, event, key, say)
            .fact("inside", inside.len())
            .fact("unseen", unseen)
    })
}

/// What the records say is inside right after an event.
fn inside(case: &Case<'_>, event: &EventRec) -> Vec<ThingId> {
    let children = case.state.children_at(case.id, event.time_ms);
    // Both ends of a stay count as inside; what this moment took out is not.
    let stays_on = |child: &ThingId| {
        case.state.stays(*child).iter().any(|stay| {
            stay.parent == case.id
                && stay.span.from_ms <= event.time_ms
                && event.time_ms < stay.span.to_ms
        })
    };
    children.into_iter().filter(stays_on).collect()
}
