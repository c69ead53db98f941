//! C14: goods are shipped by someone who neither has them nor owns them.
//!
//! **Condition.** The party of a shipment is not who has the thing by the records (possession: its
//! commissioning, receipts and shipments, its own and those of the containers it was in), not who a
//! shipment under way is bound for, not its owner where documents have named one (ownership is a
//! machine of its own, see [`crate::item`]), and acts for none of them by a delegation.
//!
//! **Severity** S3, conclusive. Triage to S2, not conclusive: goods usually go from who has them to
//! who ships them (a lane of the master data), so that the two records between are missing, and not
//! the right; to S1: a container of undeclared contents came from who has them to who ships them
//! (see [`crate::chain::undeclared`]), or a case that holds fewer than its sisters did, and a
//! reader missed the pack when it was packed (see [`crate::chain::short_case`]). A shipment that
//! its own receipt seems to precede is a matter of clocks (C22).
//! **Thresholds** none.
//!
//! **False alarms**: a missing receipt (the receiver may ship on); a third-party warehouse (state
//! it as a delegation, or name owners in the documents); both records of one leg lost, m squared.
//! Unknown parties prove nothing. A pack whose packing was not recorded, taken out of a case that
//! the shipper had, came with the case. A container shipped by a stranger is one finding, not one
//! for each pack inside. **Late facts**: a receipt that arrives late puts the possession right and
//! resolves the finding.

use crate::chain::timing;
use crate::finding::{RuleId, Severity};
use crate::hex;
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::say::Chain;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    for moment in case.moments.iter().filter(|m| m.entry.event.step.ships()) {
        if let Some(found) = shipment(case, moment) {
            out.push(found);
        }
    }
}

fn shipment(case: &Case<'_>, moment: &Moment<'_>) -> Option<Draft> {
    let (event, before) = (moment.entry.event, &moment.before);
    let (holder, shipper) = (before.holder?, case.state.party_of(event)?);
    let expected = [Some(holder), before.bound_for, before.owner]
        .into_iter()
        .flatten()
        .any(|of| case.state.may_act_for(of, shipper, event.time_ms));
    // A receipt by the one it is shipped to, before it: clocks, and no stranger (C22).
    let follows = |receipt: &Moment<'_>| {
        timing::shipped_after(case, receipt).is_some_and(|it| it.order() == event.order())
    };
    if expected || before.life.is_over() || case.own().any(follows) {
        return None;
    }
    // A container shipped by a stranger is one finding, not one for each pack inside.
    if let Some(container) = moment.entry.via
        && case
            .state
            .has_finding(container, RuleId::C14, event.evidence())
    {
        return None;
    }
    let usual = case.state.is_lane(holder, shipper);
    let undeclared = case.state.came_undeclared(before, shipper, event.order());
    let missed = || case.came_in_short_case(before, shipper, event.order());
    let short = undeclared.is_none().then(missed).flatten();
    let inside = undeclared.or(short);
    let severity = match inside {
        Some(_) => Severity::S1,
        None if usual => Severity::S2,
        None => Severity::S3,
    };
    let since = before.seen.and_then(|(id, _)| case.event(id));
    let key = hex::encode(&event.evidence().block) + ":" + &event.evidence().item.to_string();
    let (holder, shipper) = (case.party(Some(holder)), case.party(Some(shipper)));
    let say = Chain::ShippedByNonHolder {
        shipper: shipper.clone(),
        at_ms: event.time_ms,
        holder: holder.clone(),
    };
    Some(
        Draft::new(RuleId::C14, severity, event, key, say)
            .resting_on(since)
            .conclusive(!usual && inside.is_none())
            .named("shipper", &shipper)
            .named("holder", &holder)
            .fact("usual_lane", usual)
            .maybe(
                "undeclared_container",
                undeclared.map(|id| case.state.canonical(id)),
            )
            .maybe("short_case", short.map(|id| case.state.canonical(id))),
    )
}
