//! C08 over-issue. Condition: packs commissioned into (gtin, lot) > authorised quantity x (1 +
//! tol), tol = [`over_issue_tolerance`] / 10,000. Source: catalogue C08. Severity S3, about the
//! lot; packs made at or after the moment the quantity was used up share it, the others do not.
//!
//! [`over_issue_tolerance`]: super::thresholds::LotThresholds::over_issue_tolerance
//!
//! False positives: samples and rework count as made; the authorised quantity was amended. Triage:
//! an amended quantity, and a commissioning that is taken back, are counted anew and resolve it.

use super::LotCase;
use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Anchor, Draft};
use crate::say::LotSay;
use crate::state::LotKey;

pub(crate) fn check(case: &LotCase<'_>, out: &mut Vec<Draft>) {
    let key: &dyn LotKey = &(case.gtin, case.lot.as_str());
    let Some(quantity) = case.state.masters.quantities.get(key) else {
        return;
    };
    let tolerance = u64::from(case.state.profile.lots.over_issue_tolerance);
    let allowed = u64::from(quantity.packs) * (10_000 + tolerance) / 10_000;
    let allowed = usize::try_from(allowed).unwrap_or(usize::MAX);
    if case.known.packs.len() <= allowed {
        return;
    }
    let births = case.known.packs.iter().filter(|id| case.holds(**id));
    let births = births.filter_map(|id| case.state.event(case.state.thing(*id)?.birth?));
    let mut births: Vec<_> = births.collect();
    let made = births.len();
    births.sort_by_key(|birth| birth.order());
    let Some(exceeding) = births.get(allowed) else {
        return;
    };
    let say = LotSay::OverIssue {
        lot: case.lot.to_string(),
        made: u32::try_from(made).unwrap_or(u32::MAX),
        allowed: quantity.packs,
    };
    let key = "over-issue".to_owned();
    let anchor = Anchor::of(exceeding);
    let mut draft = Draft::on(RuleId::C08, Severity::S3, anchor, key, say);
    draft.until_ms = births.last().map_or(draft.at_ms, |birth| birth.time_ms);
    out.push(
        draft
            .fact("made", made)
            .fact("authorised", quantity.packs)
            .fact("tolerance_per_10000", tolerance),
    );
}
