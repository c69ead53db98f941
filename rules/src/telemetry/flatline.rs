//! T09: a sensor that stopped measuring shows its last reading for ever.
//!
//! Condition: a run of identical counts so long that the device's own habit of repeating a reading
//! makes it less likely than one in a million (`p_same^n < 1e-6`, `p_same` from the rest of its
//! readings), while another logger on the same goods moved by more than three standard deviations
//! of its own noise and by more than both loggers may be wrong. Source: the runs test of sensor
//! validation (IEEE 1451 practice). Severity S2.
//!
//! False positives: a probe in a buffer is flat by design. Triage: a device that master data calls
//! buffered is told (S1) and holds nothing. Without a second logger nothing is said: a good cold
//! room is flat.
//!
//! Late facts: the second logger may be read out later; it then brings the flat line to light.

use super::{EXCURSIONS_MAX, Reading, Series};
use crate::cold_chain::kinetic::float;
use crate::cold_chain::{Sample, Span};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::Sensors;

/// Steps of the other logger needed to know its noise.
const STEPS_MIN: usize = 8;

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    if !reading.first || reading.series.len() < 2 {
        return;
    }
    for series in reading.series {
        let mut found = Vec::new();
        let steps = series.samples.len().saturating_sub(1);
        let equal = runs(series).map(|run| run.len().saturating_sub(1)).sum();
        for run in runs(series).filter(|run| is_improbable(reading, (equal, steps), run)) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            let span = Span {
                from_ms: first.t_ms,
                to_ms: last.t_ms,
            };
            let others = reading.series.iter();
            let mut others = others.filter(|other| other.device != series.device);
            if let Some(other) = others.find(|other| moved(reading, series, other, span)) {
                found.push(draft(reading, series, other, run, span));
            }
        }
        found.truncate(EXCURSIONS_MAX);
        out.append(&mut found);
    }
}

/// Runs of equal readings without a gap.
fn runs(series: &Series) -> impl Iterator<Item = &[Sample]> {
    let break_ms = series.break_ms;
    series.samples.chunk_by(move |left, right| {
        left.mc == right.mc && right.t_ms.saturating_sub(left.t_ms) <= break_ms
    })
}

/// Whether the device's habit outside the run (steps that repeat a reading, of all steps) makes
/// the run too unlikely.
fn is_improbable(reading: &Reading<'_>, (equal, steps): (usize, usize), run: &[Sample]) -> bool {
    if run.len() < 3 {
        return false;
    }
    let in_run = run.len().saturating_sub(1);
    let (equal, all) = (equal.saturating_sub(in_run), steps.saturating_sub(in_run));
    // Half of sixteen more are supposed to repeat beside what was seen: a short past is no habit.
    let habit = count(equal.saturating_add(8)) / count(all.saturating_add(16));
    let one_in = f64::from(reading.state.profile.sensors.flatline_one_in.max(2));
    count(in_run) * libm::log(habit) < -libm::log(one_in)
}

fn moved(reading: &Reading<'_>, flat: &Series, other: &Series, span: Span) -> bool {
    let inside = |sample: &&Sample| span.from_ms <= sample.t_ms && sample.t_ms <= span.to_ms;
    let readings = || other.samples.iter().filter(inside).map(|sample| sample.mc);
    let (Some(low), Some(high)) = (readings().min(), readings().max()) else {
        return false;
    };
    let range = f64::from(high.abs_diff(low));
    let guard = |series: &Series| reading.state.able(series.device).guard_mc;
    let wrong = f64::from(guard(flat).saturating_add(guard(other)));
    let sigmas = f64::from(reading.state.profile.sensors.flatline_sigmas);
    let noise = noise(other, span).max(f64::from(reading.state.able(other.device).count_mc));
    range > sigmas * noise && range > wrong
}

/// Standard deviation of a reading, from the steps between neighbours outside a span.
fn noise(series: &Series, apart_from: Span) -> f64 {
    let outside =
        |sample: &Sample| sample.t_ms < apart_from.from_ms || apart_from.to_ms < sample.t_ms;
    let pairs = series.samples.iter().zip(series.samples.iter().skip(1));
    let steps: Vec<f64> = pairs
        .filter(|(left, right)| outside(left) && outside(right))
        .filter(|(left, right)| right.t_ms.saturating_sub(left.t_ms) <= series.break_ms)
        .map(|(left, right)| f64::from(right.mc) - f64::from(left.mc))
        .collect();
    if steps.len() < STEPS_MIN {
        return 0.0;
    }
    let squares: f64 = steps.iter().map(|step| step * step).sum();
    libm::sqrt(squares / count(steps.len()) / 2.0)
}

fn count(number: usize) -> f64 {
    float(i64::try_from(number).unwrap_or(i64::MAX))
}

fn draft(
    reading: &Reading<'_>,
    series: &Series,
    other: &Series,
    run: &[Sample],
    span: Span,
) -> Draft {
    let device = reading.state.device_name(series.device);
    let buffered = reading.state.able(series.device).buffered;
    let mc = run.first().map_or(0, |sample| sample.mc);
    let severity = if buffered { Severity::S1 } else { Severity::S2 };
    let say = Sensors::Flatline {
        device: device.to_owned(),
        count: run.len(),
        mc,
        from_ms: span.from_ms,
        to_ms: span.to_ms,
    };
    let key = format!("{device} {}", span.from_ms);
    let draft = reading.draft((RuleId::T09, severity), key, span, say);
    draft
        .fact("device", device)
        .fact("other", reading.state.device_name(other.device))
        .fact("samples", run.len())
        .fact("buffered", buffered)
}
