//! C16: goods were shipped and nobody has received them.
//!
//! **Condition.** A shipment with a known destination that names the thing, neither received nor
//! called off, and no sign that it arrived: no event of the thing at its destination or by the
//! party it is bound for, no event of anything inside it by anybody but the sender. It is overdue
//! when the ledger's clock has passed the shipment (or its late record) by the 99th percentile of
//! its lane.
//!
//! **Severity.** S1 when overdue: somebody forgot to receive, or should look. S3 after `lost_ms`:
//! lost or stolen until somebody says where it is; not conclusive, so it is shown as a hold until a
//! second witness speaks, when the goods turn up elsewhere (C14, C15, C17; see [`crate::fusion`]).
//! **Thresholds** `lane_p99_ms` or the lane's own, `lost_ms`.
//!
//! **False alarms**: a receipt forgotten or lost; that is why it is only told at first, and why any
//! sign of life of the contents settles it. Goods whose life has ended did arrive. **Late facts**:
//! time passes with the ledger ([`super::due`]); a receipt that arrives late, or the first event of
//! anything inside at the destination, resolves the finding.

use super::custody::key;
use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Case, Draft};
use crate::say::Way;
use crate::state::{EventId, EventRec, ThingId};

/// Most contents asked for a sign of life.
const CONTENTS_MAX: usize = 4_096;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(shipment) = under_way(case) else {
        return;
    };
    let clock_ms = case.state.clock_ms;
    let [told_ms, lost_ms] = due(case, shipment);
    if clock_ms < told_ms || has_arrived(case, shipment) {
        return;
    }
    let lost = clock_ms >= lost_ms;
    let severity = if lost { Severity::S3 } else { Severity::S1 };
    let to = case.party(case.state.destination_of(shipment));
    let say = Way::NeverReceived {
        lost,
        shipped_ms: shipment.time_ms,
        to: to.clone(),
    };
    out.push(
        Draft::new(RuleId::C16, severity, shipment, key(shipment), say)
            .named("bound_for", &to)
            .fact("overdue_ms", told_ms.saturating_sub(shipment.known_ms())),
    );
}

pub(crate) fn deadlines(case: &Case<'_>) -> Vec<i64> {
    under_way(case).map_or_else(Vec::new, |shipment| due(case, shipment).to_vec())
}

/// The shipment of the thing itself that it is still on.
fn under_way<'a>(case: &Case<'a>) -> Option<&'a EventRec> {
    let id = case.now.shipped?;
    let own = case.own().any(|moment| moment.entry.id == id);
    let known = |it: &&EventRec| {
        it.told().destination_place.is_some() || case.state.destination_of(it).is_some()
    };
    case.event(id).filter(known).filter(|_| own)
}

/// When it is overdue, and when it is supposed lost.
fn due(case: &Case<'_>, shipment: &EventRec) -> [i64; 2] {
    let state = case.state;
    let ends = (state.party_of(shipment), state.destination_of(shipment));
    let lane = match ends {
        (Some(from), Some(to)) => state
            .masters
            .lane(state.names.text(from), state.names.text(to)),
        _ => None,
    };
    let chain = &state.profile.chain;
    let p99_ms = lane.map_or(chain.lane_p99_ms, |lane| lane.p99_ms);
    let from_ms = shipment.known_ms();
    [
        from_ms.saturating_add(p99_ms),
        from_ms.saturating_add(chain.lost_ms.max(p99_ms)),
    ]
}

fn has_arrived(case: &Case<'_>, shipment: &EventRec) -> bool {
    let state = case.state;
    let here = case.own().any(|moment| {
        let event = moment.entry.event;
        event.order() > shipment.order()
            && state.is_destination(shipment, state.party_of(event), event.place())
    });
    here || contents(case).any(|id| {
        let newest = state.thing(id).and_then(|thing| thing.touches.last());
        newest.is_some_and(|newest| is_elsewhere(case, shipment, *newest))
    })
}

fn contents(case: &Case<'_>) -> impl Iterator<Item = ThingId> {
    case.state
        .ever_inside(case.id)
        .into_iter()
        .take(CONTENTS_MAX)
}

/// Whether an event after the shipment is somebody else's than the sender's.
fn is_elsewhere(case: &Case<'_>, shipment: &EventRec, event: EventId) -> bool {
    let Some(event) = case.event(event) else {
        return false;
    };
    let (by, sender) = (case.state.party_of(event), case.state.party_of(shipment));
    event.told().voided_by.is_none()
        && event.order() > shipment.order()
        && by.is_some()
        && by != sender
}
