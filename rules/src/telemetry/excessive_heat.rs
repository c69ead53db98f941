//! T07: a temperature that nothing excuses.
//!
//! Condition: any reading above the profile's highest temperature ever (40 degrees unless the
//! product says otherwise). Source: USP <659> "excessive heat" and <1079.2>: above 40 degrees no
//! mean and no duration is weighed. Severity S2; a reading within the guard band of the limit is
//! *indeterminate*.
//!
//! False positives: the logger lay in the sun and not in the box. Triage: T11 tells when a second
//! logger on the same goods differs or the change was faster than the sensor can follow.
//!
//! Late facts: one late reading suffices; readings taken back resolve it.

use super::Reading;
use crate::cold_chain::{Side, Span};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::Cold;

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let Some(limit_mc) = reading.storage.max_ever_mc else {
        return;
    };
    let warmer = |seen: &super::Seen| seen.hottest_mc.is_some_and(|mc| mc > limit_mc);
    if !reading.seen.iter().any(warmer) {
        return;
    }
    let series = reading.series.iter();
    let mut stays: Vec<_> = series
        .flat_map(|series| super::seen::stays_beyond(series, Side::Above, limit_mc))
        .collect();
    stays.sort_unstable();
    let (Some(first), Some(peak_mc)) = (stays.first(), stays.iter().map(|s| s.peak_mc).max())
    else {
        return;
    };
    let until_ms = stays.iter().map(|stay| stay.to_ms).max();
    let span = Span {
        from_ms: first.from_ms,
        to_ms: until_ms.unwrap_or(first.to_ms),
    };
    let guard_mc = reading.state.guard_mc(reading.series);
    let doubtful = peak_mc <= limit_mc.saturating_add(guard_mc);
    let say = Cold::Excessive {
        peak_mc,
        limit_mc,
        at_ms: span.from_ms,
    };
    let key = reading.storage.id.clone();
    let draft = reading.draft((RuleId::T07, Severity::S2), key, span, say);
    let certainty = if doubtful {
        "indeterminate"
    } else {
        "definite"
    };
    out.push(
        draft
            .fact("storage", &reading.storage.id)
            .fact("limit_mc", limit_mc)
            .fact("peak_mc", peak_mc)
            .fact("guard_mc", guard_mc)
            .fact("certainty", certainty),
    );
}
