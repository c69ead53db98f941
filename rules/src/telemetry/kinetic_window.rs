//! T04: the mean kinetic temperature over the legal window exceeds its limit, or may not be used to
//! excuse what happened.
//!
//! Condition: the worst mean over any window of exactly the legal length (24 h refrigerated, 30 d
//! controlled room temperature) is above the limit; or a reading was above the gate's ceiling; or
//! more time than the gate allows was spent above the band. Only time counts in which goods were
//! inside. Where no device alone covers a window, all that measured the thing are put together, and
//! what none of them measured is supposed to have been as mild as allowed (see [`super::load`]).
//! Source: USP <1079.2>. Severity S2.
//! Passing the gate releases nothing: an excursion stays with quality assurance, who find the
//! number among its facts, with the window and the activation energy. Refusals (frozen goods, low
//! excursions, a window not covered) are told there as well and are no findings of their own.
//!
//! False positives: an activation energy that is not the product's (the verdict can flip with it).
//! Triage: it is stored with each result, and master data can tell the product's own.
//!
//! Late facts: as all readings. A quiet reading inside the band is not judged at once; it is at the
//! next one that is not quiet, when enough have come together, or at the next event of the goods.

use std::borrow::Cow;

use super::load::too_warm_together;
use super::{Reading, Seen};
use crate::cold_chain::alarm::covered_ms;
use crate::cold_chain::window::{BeyondGate, beyond_gate};
use crate::cold_chain::{Excursion, MktGate, Side, Span, StorageProfile, WindowMkt};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::Cold;
use crate::state::{State, ThingId};

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let Some(gate) = reading.storage.mkt else {
        return;
    };
    let loaded = reading
        .state
        .while_loaded(reading.thing, reading.series, Some(gate));
    let seen = match &loaded {
        Cow::Borrowed(_) => Cow::Borrowed(reading.seen),
        Cow::Owned(series) => {
            let series = series.iter();
            Cow::Owned(series.map(|it| Seen::of(it, reading.storage)).collect())
        }
    };
    let limit = f64::from(gate.limit_mc) / 1000.0;
    let before = out.len();
    for (series, seen) in loaded.iter().zip(seen.iter()) {
        if let Some(Ok(worst)) = &seen.kinetic
            && worst.celsius > limit
        {
            let device = series.device.map_or("", |id| reading.state.names.text(id));
            out.push(too_warm(reading, device, worst, gate));
        }
    }
    if out.len() == before
        && let Some(worst) = too_warm_together(&loaded, reading.storage)
    {
        out.push(too_warm(reading, "together", &worst, gate));
    }
    out.extend(not_excused(reading, &seen, gate));
}

impl State {
    /// Whether the rule would speak of what was measured of a container while a thing was inside:
    /// a pack that left before it grew warm is not held for those that stayed.
    pub(crate) fn is_too_warm(
        &self,
        (on, inside): (ThingId, Span),
        storage: &StorageProfile,
    ) -> bool {
        let Some(gate) = storage.mkt else {
            return false;
        };
        let series = self.series(on, inside);
        let seen: Vec<Seen> = series.iter().map(|it| Seen::of(it, storage)).collect();
        let limit = f64::from(gate.limit_mc) / 1000.0;
        let exceeds = |worst: &WindowMkt| worst.celsius > limit;
        let alone = |seen: &Seen| matches!(&seen.kinetic, Some(Ok(worst)) if exceeds(worst));
        seen.iter().any(alone)
            || too_warm_together(&series, storage).is_some()
            || beyond(&seen, gate).is_some()
    }
}

/// Why the gate may not be used for what was seen, and from when to when it was too warm.
fn beyond(seen: &[Seen], gate: MktGate) -> Option<(BeyondGate, Span)> {
    let hottest_mc = seen.iter().filter_map(|seen| seen.hottest_mc).max()?;
    let stays = seen.iter().flat_map(|seen| &seen.out.excursions);
    let above = stays.filter(|stay| stay.side == Side::Above);
    let stays: Vec<Excursion> = above.copied().collect();
    let beyond = beyond_gate(&gate, hottest_mc, covered_ms(&stays))?;
    let span = Span {
        from_ms: stays.iter().map(|stay| stay.from_ms).min()?,
        to_ms: stays.iter().map(|stay| stay.to_ms).max()?,
    };
    Some((beyond, span))
}

fn too_warm(reading: &Reading<'_>, of: &str, worst: &WindowMkt, gate: MktGate) -> Draft {
    let storage = reading.storage;
    let limit = f64::from(gate.limit_mc) / 1000.0;
    let span = Span {
        from_ms: worst.from_ms,
        to_ms: worst.to_ms,
    };
    let say = Cold::KineticMean {
        mean_mc: milli(worst.celsius),
        limit_mc: gate.limit_mc,
        window_ms: gate.window_ms,
    };
    let key = format!("{} {of}", storage.id);
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
fn not_excused(reading: &Reading<'_>, seen: &[Seen], gate: MktGate) -> Option<Draft> {
    let storage = reading.storage;
    let (beyond, span) = beyond(seen, gate)?;
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
