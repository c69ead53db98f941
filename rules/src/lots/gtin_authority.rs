//! C07 GTIN authority. Condition: p is commissioned by an actor that held no right to its GTIN at
//! the time of the event. Source: catalogue C07. Severity S4, conclusive.
//!
//! Rights are on record by GTIN prefix with their time (see [`crate::record::GtinAuthority`]); of
//! those that cover a GTIN the longest prefix decides, so one GTIN of a company can be transferred.
//! A product without any right on record is not judged: no registry, no verdict.
//! False positives: a contract manufacturer without its delegation, a transfer date. Triage: a
//! right that arrives late or is corrected is weighed at the event's own time and resolves it.

use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Anchor, Case, Draft};
use crate::say::LotSay;

pub(crate) fn check(case: &Case<'_>, out: &mut Vec<Draft>) {
    let (Some(gtin), Some(birth)) = (case.gtin(), case.birth()) else {
        return;
    };
    let masters = &case.state.masters;
    let rights: Vec<_> = masters
        .authorities
        .values()
        .filter(|right| !right.prefix.is_empty() && gtin.as_str().starts_with(&right.prefix))
        .collect();
    let Some(longest) = rights.iter().map(|right| right.prefix.len()).max() else {
        return;
    };
    let Some(actor) = case.state.party_of(birth) else {
        return;
    };
    let gln = case.state.names.text(actor);
    let mut covering = rights.iter().filter(|right| right.prefix.len() == longest);
    if covering
        .clone()
        .any(|right| right.party == gln && right.holds(birth.time_ms, 0))
    {
        return;
    }
    let owner = covering
        .find(|right| right.delegated_by.is_none() && right.holds(birth.time_ms, 0))
        .map(|right| right.party.clone());
    let owner = owner.map(|gln| case.state.party_called(&gln));
    let maker = case.party(Some(actor));
    let say = LotSay::WithoutAuthority {
        maker: maker.clone(),
        gtin: gtin.to_string(),
        owner: owner.clone(),
        at_ms: birth.time_ms,
    };
    let key = gln.to_owned();
    out.push(
        Draft::on(RuleId::C07, Severity::S4, Anchor::of(birth), key, say)
            .conclusive(true)
            .named("maker", &maker)
            .named("owner", &owner)
            .fact("gtin", gtin),
    );
}
