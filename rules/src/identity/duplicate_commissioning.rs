//! C06: the same pack was commissioned twice.
//!
//! A resent record (same event id or same content) is recognised before any rule and does nothing;
//! a declaration of error takes the first one back. What remains is a second making of one
//! identifier: by the same company a restarted line, by another company a forgery.
//! Late facts: the commissioning the ledger recorded first counts, whatever time the other claims.

use crate::finding::{RuleId, Severity};
use crate::hex;
use crate::judge_thing::{Case, Draft};
use crate::say::Chain;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let Some(first) = case.birth() else { return };
    let maker = case.state.party_of(first);
    for moment in case.own().filter(|moment| moment.entry.event.is_birth()) {
        let event = moment.entry.event;
        if Some(moment.entry.id) == case.now.birth {
            continue;
        }
        let other = case.state.party_of(event);
        let apart_ms = event.time_ms.saturating_sub(first.time_ms).saturating_abs();
        let tolerance_ms = case.state.profile.recommission_tolerance_ms;
        let severity = match (maker, other) {
            (Some(a), Some(b)) if a != b => Severity::S4,
            _ if apart_ms < tolerance_ms => Severity::S1,
            _ => Severity::S2,
        };
        let key = hex::encode(&event.evidence().block) + ":" + &event.evidence().item.to_string();
        let (maker, other) = (case.party(maker), case.party(other));
        let say = Chain::CommissionedTwice {
            first: maker.clone(),
            at_ms: first.time_ms,
            second: other.clone(),
            again_ms: event.time_ms,
        };
        out.push(
            Draft::new(RuleId::C06, severity, event, key, say)
                .resting_on(Some(first))
                .named("first_by", &maker)
                .named("second_by", &other)
                .fact("apart_ms", apart_ms),
        );
    }
}
