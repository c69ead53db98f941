//! T04: the mean kinetic temperature over the legal window exceeds its limit, or may not be used to
//! excuse what happened.
//!
//! Condition: the worst mean over any window of exactly the legal length (24 h refrigerated, 30 d
//! controlled room temperature) is above the limit; or a reading was above the gate's ceiling; or
//! more time than the gate allows was spent above the band. Source: USP <1079.2>. Severity S2.
//! Passing the gate releases nothing: an excursion stays with quality assurance, who find the
//! number among its facts, with the window and the activation energy. Refusals (frozen goods, low
//! excursions, a window not covered) are told there as well and are no findings of their own.
//!
//! False positives: an activation energy that is not the product's (the verdict can flip with it).
//! Triage: it is stored with each result, and master data can tell the product's own.
//!
//! Late facts: as all readings. A quiet reading inside the band is not judged at once; it is at the
//! next one that is not quiet, when enough have come together, or at the next event of the goods.

use super::{Reading, Seen, Series};
use crate::cold_chain::alarm::covered_ms;
use crate::cold_chain::window::{BeyondGate, beyond_gate};
use crate::cold_chain::{Excursion, MktGate, Side, Span, WindowMkt};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::Cold;

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let Some(gate) = reading.storage.mkt else {
        return;
    };
    let limit = f64::from(gate.limit_mc) / 1000.0;
    for (series, seen) in reading.series.iter().zip(reading.seen) {
        if let Some(Ok(worst)) = &seen.kinetic
            && worst.celsius > limit
        {
            out.push(too_warm(reading, series, worst, gate));
        }
    }
    out.extend(not_excused(reading, gate));
}

fn too_warm(reading: &Reading<'_>, series: &Series, worst: &WindowMkt, gate: MktGate) -> Draft {
    let storage = reading.storage;
    let limit = f64::from(gate.limit_mc) / 1000.0;
    let device = series.device.map_or("", |id| reading.state.names.text(id));
    let span = Span {
        from_ms: worst.from_ms,
        to_ms: worst.to_ms,
    };
    let say = Cold::KineticMean {
        mean_mc: milli(worst.celsius),
        limit_mc: gate.limit_mc,
        window_ms: gate.window_ms,
    };
    let key = format!("{} {device}", storage.id);
    let draft = reading.draft((RuleId::T04, Severity::S2), key, span, say);
    draft
        .fact("storage", &storage.id)
        .fact("mkt_c", format!("{:.3}", worst.celsius))
        .fact("limit_c", format!("{limit:.3}"))
        .fact("window_ms", gate.window_ms)
        .fact(
            "activation_j_mol",
            format!("{:.2}", worst.activation.joule_per_mol()),
        )
}

/// The gate may not be used at all, whatever the mean is.
fn not_excused(reading: &Reading<'_>, gate: MktGate) -> Option<Draft> {
    let storage = reading.storage;
    let hottest_mc = reading
        .seen
        .iter()
        .filter_map(|seen| seen.hottest_mc)
        .max()?;
    let above = |seen: &Seen| -> Vec<Excursion> {
        let stays = seen.out.excursions.iter();
        stays
            .filter(|stay| stay.side == Side::Above)
            .copied()
            .collect()
    };
    let stays: Vec<Excursion> = reading.seen.iter().flat_map(above).collect();
    let beyond = beyond_gate(&gate, hottest_mc, covered_ms(&stays))?;
    let span = Span {
        from_ms: stays.iter().map(|stay| stay.from_ms).min()?,
        to_ms: stays.iter().map(|stay| stay.to_ms).max()?,
    };
    let (say, name, value) = match beyond {
        BeyondGate::Ceiling(mc) => (
            Cold::AboveCeiling {
                hottest_mc: mc,
                ceiling_mc: gate.ceiling_mc,
            },
            "hottest_mc",
            i64::from(mc),
        ),
        BeyondGate::TimeAbove(ms) => (
            Cold::AboveTooLong {
                ms,
                allowed_ms: gate.time_above_ms_max,
            },
            "above_ms",
            ms,
        ),
    };
    let key = format!("{} not excused", storage.id);
    let draft = reading.draft((RuleId::T04, Severity::S2), key, span, say);
    Some(
        draft
            .fact("storage", &storage.id)
            .fact(name, value)
            .fact("ceiling_mc", gate.ceiling_mc)
            .fact("above_ms_allowed", gate.time_above_ms_max),
    )
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a temperature in thousandths fits"
)]
fn milli(celsius: f64) -> i32 {
    libm::round(celsius * 1000.0) as i32
}
