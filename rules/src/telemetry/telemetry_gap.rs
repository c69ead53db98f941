//! T08: nobody watched the temperature.
//!
//! Condition: two readings farther apart than twice the programmed interval; a logger that began
//! late or ended early on the way from shipment to receipt; or readings that a counting device
//! numbered and that have not arrived. Source: EN 12830 (recording without interruption), EU GDP
//! 2013/C 343/01 chapter 9. Inside a gap nothing is known and nothing is drawn, so the goods are
//! held (S2) for quality assurance: *indeterminate*, with the kinetic mean as bounds (had the last
//! temperature been held, had it gone to ambient). No other rule may pass over it.
//!
//! Where only summaries were reported no interval was promised: their silence at an end of the way
//! is told (S1) but holds nothing.
//!
//! False positives: a logger that sends while roaming, a gateway that was off; a delivery booked in
//! once more after it was opened, where only that booking arrived; a receiver whose clock is ahead.
//! Neither tells when the way ended (see [`super::legs`]). Late facts: a logger
//! read out after receipt fills the gap and resolves it; missing numbers that arrive do the same.

use super::{EXCURSIONS_MAX, Reading, band_excursion, sequence, unwatched};
use crate::cold_chain::{Gap, Span};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::{Cold, Sensors};

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let series = reading.series.iter();
    let only_summaries = series.clone().all(|series| series.samples.is_empty());
    let break_ms = series.map(|series| series.break_ms).min().unwrap_or(0);
    let gaps = unwatched(reading.state, reading.series, reading.legs);
    for gap in gaps.into_iter().take(EXCURSIONS_MAX) {
        let severity = if gap.at_an_end && only_summaries {
            Severity::S1
        } else {
            Severity::S2
        };
        out.push(of_gap(reading, gap, severity, break_ms));
    }
    if reading.first {
        missing_numbers(reading, out);
    }
}

fn of_gap(reading: &Reading<'_>, gap: Gap, severity: Severity, break_ms: i64) -> Draft {
    let near = Span {
        from_ms: gap.span.from_ms.saturating_sub(break_ms),
        to_ms: gap.span.to_ms.saturating_add(break_ms),
    };
    let say = Cold::Gap {
        from_ms: gap.span.from_ms,
        to_ms: gap.span.to_ms,
    };
    let key = format!("{} {}", reading.storage.id, gap.span.from_ms);
    let mut draft = reading.draft((RuleId::T08, severity), key, gap.span, say);
    draft.evidence = reading.evidence(near);
    draft = draft
        .fact("storage", &reading.storage.id)
        .fact("gap_ms", gap.span.length_ms())
        .fact("tolerated_ms", break_ms)
        .fact("at_an_end", gap.at_an_end);
    if let Some((held_mc, least, most)) = band_excursion::bounds_over(reading, gap.span) {
        draft = draft
            .fact("held_mc", held_mc)
            .fact("ambient_mc", reading.storage.ambient_mc)
            .fact("mkt_if_held_c", format!("{least:.3}"))
            .fact("mkt_if_ambient_c", format!("{most:.3}"))
            .fact(
                "activation_j_mol",
                reading.storage.activation.joule_per_mol(),
            );
    }
    draft
}

/// Readings that a device counted and that nobody has, where their time shows no gap of its own.
fn missing_numbers(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    for series in reading.series {
        let holes = sequence::holes(reading, series);
        for hole in holes.into_iter().take(EXCURSIONS_MAX) {
            let device = reading.state.device_name(series.device);
            let say = Sensors::NumbersMissing {
                count: hole.missing,
                device: device.to_owned(),
                from_ms: hole.span.from_ms,
                to_ms: hole.span.to_ms,
            };
            let key = format!("numbers {device} {}", hole.from_number);
            let draft = reading.draft((RuleId::T08, Severity::S2), key, hole.span, say);
            out.push(
                draft
                    .fact("device", device)
                    .fact("missing", hole.missing)
                    .fact("first_missing", hole.from_number),
            );
        }
    }
}
