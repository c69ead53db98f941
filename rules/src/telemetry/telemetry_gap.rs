//! T08: nobody watched the temperature for more than twice the programmed interval, or the logger
//! began late or ended early. Inside a gap nothing is known, so the goods are held.
//!
//! Where only summaries were reported no interval was promised: their silence at an end of the way
//! is told (S1) but holds nothing. A logger read out after receipt fills the gap and resolves it.

use super::{EXCURSIONS_MAX, Reading, unwatched};
use crate::cold_chain::Span;
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::{Cold, Say};

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let only_summaries = reading
        .series
        .iter()
        .all(|series| series.samples.is_empty());
    let break_ms = reading
        .series
        .iter()
        .map(|series| series.break_ms)
        .min()
        .unwrap_or(0);
    let gaps = unwatched(reading.state, reading.series, reading.legs);
    for gap in gaps.into_iter().take(EXCURSIONS_MAX) {
        let severity = if gap.at_an_end && only_summaries {
            Severity::S1
        } else {
            Severity::S2
        };
        let near = Span {
            from_ms: gap.span.from_ms.saturating_sub(break_ms),
            to_ms: gap.span.to_ms.saturating_add(break_ms),
        };
        let draft = Draft {
            rule: RuleId::T08,
            key: format!("{} {}", reading.storage.id, gap.span.from_ms),
            severity,
            conclusive: false,
            at_ms: gap.span.from_ms,
            until_ms: gap.span.to_ms,
            evidence: reading.evidence(near),
            say: Say::Cold(Cold::Gap {
                from_ms: gap.span.from_ms,
                to_ms: gap.span.to_ms,
            }),
            facts: std::collections::BTreeMap::new(),
        };
        out.push(
            draft
                .fact("storage", &reading.storage.id)
                .fact("gap_ms", gap.span.length_ms())
                .fact("tolerated_ms", break_ms)
                .fact("at_an_end", gap.at_an_end),
        );
    }
}
