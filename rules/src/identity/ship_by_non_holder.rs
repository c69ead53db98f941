//! C14: goods are shipped by someone who does not hold them.
//!
//! Who holds a thing follows its commissioning, receipts and shipments, its own and those of the
//! containers it was in; shipping a container ships what is inside. Unknown parties prove nothing.
//! A company that goods were sent to may ship them on without a recorded receipt: the receipt is
//! missing, not the right. Late facts: a receipt that arrives late puts the custody right and
//! resolves the finding.

use crate::finding::{RuleId, Severity};
use crate::hex;
use crate::item::Moment;
use crate::judge_thing::{Case, Draft};
use crate::say::Chain;
use crate::state::Step;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    for moment in case
        .moments
        .iter()
        .filter(|m| m.entry.event.step == Step::Shipping)
    {
        out.extend(shipment(case, moment));
    }
}

fn shipment(case: &Case<'_>, moment: &Moment<'_>) -> Option<Draft> {
    let (event, before) = (moment.entry.event, &moment.before);
    let (holder, shipper) = (before.holder?, case.state.party_of(event)?);
    let expected = holder == shipper || before.bound_for == Some(shipper);
    if expected || before.life.is_over() {
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
    let since = before.seen.and_then(|(id, _)| case.event(id));
    let key = hex::encode(&event.evidence().block) + ":" + &event.evidence().item.to_string();
    let (holder, shipper) = (case.party(Some(holder)), case.party(Some(shipper)));
    let say = Chain::ShippedByNonHolder {
        shipper: shipper.clone(),
        at_ms: event.time_ms,
        holder: holder.clone(),
    };
    Some(
        Draft::new(RuleId::C14, Severity::S3, event, key, say)
            .resting_on(since)
            .conclusive(true)
            .named("shipper", &shipper)
            .named("holder", &holder),
    )
}
