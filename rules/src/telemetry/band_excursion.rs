//! T01: a temperature outside the storage band.
//!
//! Condition: a sample, or an extreme of a summary, beyond the band's limits (inclusive or
//! exclusive by profile); between samples a straight line, so crossings have a time of their own.
//! Or an alarm that the device raised by limits of its own, of which nobody has the readings.
//! Source: the storage condition on the label; EU GDP 2013/C 343/01 chapter 9 (every deviation is
//! reported and investigated). Severity S2: held until quality assurance has decided; S1 where the
//! profile says that its alarms decide (WHO shipping devices). Excursions less than an hour apart
//! are one.
//!
//! False positives: a door was opened, the probe hangs in the air and not in the product. Triage:
//! the finding tells how long, the least and the most the sampling allows, the kinetic mean over
//! the legal window, and whether the peak lies within the logger's guard band (*indeterminate*).
//!
//! Late facts: readings uploaded after receipt are weighed together with the earlier ones; a
//! corrected storage condition has them judged anew.

use super::seen::Seen;
use super::{EXCURSIONS_MAX, Reading, Series};
use crate::cold_chain::kinetic::HOUR_MS;
use crate::cold_chain::{
    Excursion, MktRefusal, Side, Span, mkt_equal_interval, mkt_trapezoid, mkt_with_gap,
};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::{Anchor, Draft};
use crate::say::{Cold, Say, Sensors};
use crate::state::EventRec;

const ALWAYS: Span = Span {
    from_ms: i64::MIN,
    to_ms: i64::MAX,
};

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let storage = reading.storage;
    let kinetic = kinetic_facts(reading);
    for side in [Side::Above, Side::Below] {
        for (i, stay) in merged(reading, side).into_iter().enumerate() {
            if i < EXCURSIONS_MAX {
                out.push(draft(reading, &stay, &kinetic));
            } else if let Some(last) = out.last_mut() {
                last.until_ms = last.until_ms.max(stay.to_ms);
            }
        }
    }
    let assumed = if reading.assumed {
        " (assumed: no master data)"
    } else {
        ""
    };
    for draft in out.iter_mut().filter(|draft| draft.rule == RuleId::T01) {
        draft.facts.insert(
            "storage_note".to_owned(),
            format!("{}{assumed}", storage.id),
        );
    }
    if reading.first {
        alarms(reading, out);
    }
}

/// What only the device itself tells.
fn alarms(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let state = reading.state;
    let alarms = state.bare_alarms((reading.thing, ALWAYS), reading.series);
    for (device, at_ms, event) in alarms.into_iter().take(EXCURSIONS_MAX) {
        let device = state.device_name(device).to_owned();
        let anchor = Anchor {
            time_ms: at_ms,
            evidence: state.event(event).map(EventRec::evidence),
        };
        let key = format!("alarm {device} {at_ms}");
        let fact = device.clone();
        let say = Sensors::AlarmWithoutReading { device, at_ms };
        let draft = Draft::on(RuleId::T01, Severity::S2, anchor, key, say);
        out.push(draft.fact("device", fact));
    }
}

/// Excursions on one side of all devices, those less than an hour apart joined.
fn merged(reading: &Reading<'_>, side: Side) -> Vec<Excursion> {
    let all = reading.seen.iter().flat_map(|seen| &seen.out.excursions);
    let mut stays: Vec<Excursion> = all.filter(|stay| stay.side == side).copied().collect();
    stays.sort_unstable();
    let mut joined: Vec<Excursion> = Vec::new();
    for stay in stays {
        match joined.last_mut() {
            Some(last) if stay.from_ms.saturating_sub(last.to_ms) < HOUR_MS => last.join(&stay),
            _ => joined.push(stay),
        }
    }
    joined
}

fn draft(reading: &Reading<'_>, stay: &Excursion, kinetic: &[(&'static str, String)]) -> Draft {
    let storage = reading.storage;
    let span = stay.span();
    let (limit_mc, inside_mc) = if stay.side == Side::Above {
        (storage.high_mc, storage.highest_inside())
    } else {
        (storage.low_mc, storage.lowest_inside())
    };
    let guard_mc = reading.state.guard_mc(reading.series);
    let doubtful = stay.peak_mc.abs_diff(inside_mc) <= guard_mc.unsigned_abs();
    let mut draft = Draft {
        rule: RuleId::T01,
        key: format!("{} {:?} {}", storage.id, stay.side, stay.from_ms),
        severity: if storage.alarms_decide {
            Severity::S1
        } else {
            Severity::S2
        },
        conclusive: false,
        at_ms: stay.from_ms,
        until_ms: stay.to_ms,
        evidence: reading.evidence(span),
        say: say(stay, limit_mc),
        facts: std::collections::BTreeMap::new(),
    }
    .fact("storage", &storage.id)
    .fact("limit_mc", limit_mc)
    .fact("peak_mc", stay.peak_mc)
    .fact("outside_ms", stay.certain_ms)
    .fact("outside_least_ms", stay.least_ms)
    .fact("outside_most_ms", stay.most_ms)
    .fact("guard_mc", guard_mc)
    .fact(
        "certainty",
        if doubtful {
            "indeterminate"
        } else {
            "definite"
        },
    )
    .fact(
        "may_be_longer",
        stay.open || stay.certain_ms < span.length_ms(),
    );
    if stay.side == Side::Above {
        for (name, value) in kinetic {
            draft = draft.fact(name, value);
        }
    }
    draft
}

fn say(stay: &Excursion, limit_mc: i32) -> Say {
    let (peak_mc, ms, at_least) = (stay.peak_mc, stay.certain_ms, stay.open);
    let from_ms = stay.from_ms;
    Say::Cold(match stay.side {
        Side::Above => Cold::TooWarm {
            peak_mc,
            limit_mc,
            ms,
            at_least,
            from_ms,
        },
        Side::Below => Cold::TooCold {
            peak_mc,
            limit_mc,
            ms,
            at_least,
            from_ms,
        },
    })
}

/// What the kinetic gate says about an excursion: a number over the legal window, or why there is
/// none, with the bounds between which it lies when only part of the window was measured.
fn kinetic_facts(reading: &Reading<'_>) -> Vec<(&'static str, String)> {
    if reading.seen.iter().all(|seen| seen.out.above_ms == 0) {
        return Vec::new();
    }
    let joule = reading.storage.activation.joule_per_mol();
    let mut facts = vec![("activation_j_mol", format!("{joule:.2}"))];
    for (series, seen) in reading.series.iter().zip(reading.seen) {
        facts.extend(of_series(reading, series, seen));
    }
    facts
}

fn of_series(reading: &Reading<'_>, series: &Series, seen: &Seen) -> Vec<(&'static str, String)> {
    let storage = reading.storage;
    let mut facts = Vec::new();
    let refusal = match &seen.kinetic {
        None => return facts,
        Some(Ok(worst)) => {
            facts.push(("mkt_c", format!("{:.3}", worst.celsius)));
            facts.push(("mkt_window_ms", (worst.to_ms - worst.from_ms).to_string()));
            None
        }
        Some(Err(refusal)) => Some(refusal),
    };
    if storage.mkt.is_some()
        && let Ok(plain) = mkt_equal_interval(&series.samples, storage.activation)
    {
        // What the device itself would print for the whole time: no legal window, cut to a tenth.
        let device = libm::floor(plain.celsius * 10.0) / 10.0;
        facts.push(("mkt_plain_c", format!("{:.3}", plain.celsius)));
        facts.push(("mkt_device_c", format!("{device:.1}")));
    }
    let Some(refusal) = refusal else { return facts };
    if let (MktRefusal::WindowNotCovered { .. }, Some(gate)) = (refusal, storage.mkt)
        && let Ok(mean) = mkt_trapezoid(&series.samples, storage.activation)
    {
        let missing = gate.window_ms.saturating_sub(mean.covered_ms).max(0);
        for (name, mc) in [
            ("mkt_at_least_c", storage.low_mc),
            ("mkt_at_most_c", storage.ambient_mc),
        ] {
            let bound = with_gap(
                mean.celsius,
                mean.covered_ms,
                missing,
                mc,
                storage.activation,
            );
            facts.extend(bound.map(|bound| (name, format!("{bound:.3}"))));
        }
    }
    facts.push(("mkt_refusal", refusal.to_string()));
    facts
}

/// The kinetic mean of a measured time and an unmeasured one that is supposed to have been at `mc`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a temperature in thousandths fits"
)]
pub(crate) fn with_gap(
    celsius: f64,
    covered_ms: i64,
    missing_ms: i64,
    mc: i32,
    activation: crate::cold_chain::Activation,
) -> Option<f64> {
    let measured = crate::cold_chain::Segment {
        mc: libm::round(celsius * 1000.0) as i32,
        ms: covered_ms,
    };
    mkt_with_gap(&[measured], missing_ms, mc, activation)
        .ok()
        .map(|mkt| mkt.celsius)
}

/// The kinetic mean bounds over the window that ends with a gap: had the temperature been held, and
/// had it gone to ambient.
pub(crate) fn bounds_over(reading: &Reading<'_>, gap: Span) -> Option<(i32, f64, f64)> {
    let gate = reading.storage.mkt?;
    let before = Span {
        from_ms: gap.to_ms.saturating_sub(gate.window_ms),
        to_ms: gap.from_ms,
    };
    let nearest = |series: &&Series| series.samples.last().map(|sample| sample.t_ms);
    let sampled = reading.series.iter().filter(|it| !it.samples.is_empty());
    let series = sampled.max_by_key(nearest)?;
    let measured = crate::cold_chain::coverage::clip(&series.samples, before, series.break_ms);
    let held_mc = measured.last()?.mc;
    let activation = reading.storage.activation;
    let mean = mkt_trapezoid(&measured, activation).ok()?;
    let supposed = |mc| {
        with_gap(
            mean.celsius,
            mean.covered_ms,
            gap.length_ms(),
            mc,
            activation,
        )
    };
    let ambient_mc = reading.storage.ambient_mc;
    Some((held_mc, supposed(held_mc)?, supposed(ambient_mc)?))
}
