//! T01: a temperature outside the storage band. Every excursion is one finding that holds the
//! goods until quality assurance has decided; excursions less than an hour apart are one.

use super::{EXCURSIONS_MAX, Reading};
use crate::cold_chain::kinetic::HOUR_MS;
use crate::cold_chain::{
    Activation, Excursion, MktRefusal, Side, Span, excursion, mkt_trapezoid, mkt_with_gap,
    out_of_range, worst_window,
};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::{Cold, Say};

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    let storage = reading.storage;
    for side in [Side::Above, Side::Below] {
        for (i, stay) in merged(reading, side).into_iter().enumerate() {
            if i < EXCURSIONS_MAX {
                out.push(draft(reading, &stay));
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
}

/// Excursions on one side of all devices, those less than an hour apart joined.
fn merged(reading: &Reading<'_>, side: Side) -> Vec<Excursion> {
    let (low, high) = (reading.storage.low_mc, reading.storage.high_mc);
    let mut stays: Vec<Excursion> = Vec::new();
    for series in reading.series {
        let mut found = out_of_range(&series.samples, low, high, series.break_ms);
        excursion::add_summaries(&mut found, &series.summaries, low, high);
        stays.extend(
            found
                .excursions
                .into_iter()
                .filter(|stay| stay.side == side),
        );
    }
    stays.sort_unstable();
    let mut joined: Vec<Excursion> = Vec::new();
    for stay in stays {
        match joined.last_mut() {
            Some(last) if stay.from_ms.saturating_sub(last.to_ms) < HOUR_MS => {
                last.to_ms = last.to_ms.max(stay.to_ms);
                last.certain_ms = last.certain_ms.saturating_add(stay.certain_ms);
                last.open |= stay.open;
                last.peak_mc = match side {
                    Side::Above => last.peak_mc.max(stay.peak_mc),
                    Side::Below => last.peak_mc.min(stay.peak_mc),
                };
            }
            _ => joined.push(stay),
        }
    }
    joined
}

fn draft(reading: &Reading<'_>, stay: &Excursion) -> Draft {
    let storage = reading.storage;
    let span = Span {
        from_ms: stay.from_ms,
        to_ms: stay.to_ms,
    };
    let limit_mc = if stay.side == Side::Above {
        storage.high_mc
    } else {
        storage.low_mc
    };
    let mut draft = Draft {
        rule: RuleId::T01,
        key: format!("{} {:?} {}", storage.id, stay.side, stay.from_ms),
        severity: Severity::S2,
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
    .fact(
        "may_be_longer",
        stay.open || stay.certain_ms < span.length_ms(),
    );
    if stay.side == Side::Above {
        for (name, value) in kinetic_facts(reading) {
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

/// What the kinetic gate says about the excursion: a number over the legal window, or why there is
/// none, with the bounds between which it lies when only part of the window was measured.
fn kinetic_facts(reading: &Reading<'_>) -> Vec<(&'static str, String)> {
    let storage = reading.storage;
    let mut facts = vec![(
        "activation_j_mol",
        format!("{:.2}", Activation::USP.kelvin() * 8.314_472),
    )];
    let samples = reading
        .series
        .iter()
        .filter(|series| !series.samples.is_empty());
    for series in samples {
        match worst_window(&series.samples, storage, series.break_ms, Activation::USP) {
            Ok(worst) => facts.push(("mkt_c", format!("{:.3}", worst.celsius))),
            Err(refusal) => {
                if let (MktRefusal::WindowNotCovered { .. }, Some(gate)) = (&refusal, storage.mkt)
                    && let Ok(mean) = mkt_trapezoid(&series.samples, Activation::USP)
                {
                    let missing = gate.window_ms.saturating_sub(mean.covered_ms).max(0);
                    for (name, mc) in [
                        ("mkt_at_least_c", storage.low_mc),
                        ("mkt_at_most_c", storage.ambient_mc),
                    ] {
                        if let Some(bound) = with_gap(mean.celsius, mean.covered_ms, missing, mc) {
                            facts.push((name, format!("{bound:.3}")));
                        }
                    }
                }
                facts.push(("mkt_refusal", refusal.to_string()));
            }
        }
    }
    facts
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a temperature in thousandths fits"
)]
fn with_gap(celsius: f64, covered_ms: i64, missing_ms: i64, mc: i32) -> Option<f64> {
    let mean_mc = libm::round(celsius * 1000.0) as i32;
    let measured = crate::cold_chain::Segment {
        mc: mean_mc,
        ms: covered_ms,
    };
    mkt_with_gap(&[measured], missing_ms, mc, Activation::USP)
        .ok()
        .map(|mkt| mkt.celsius)
}
