//! T11: readings that no air and no sensor can give.
//!
//! Condition: a change between neighbouring readings faster than the device can follow; a reading
//! outside the sensor's range; or two sensors on one thing that differ by more than two degrees for
//! more than three samples. Source: the device's data sheet (master data), EN 12830 response times;
//! WHO TRS 961 Annex 9 supplement 8 (mapping: sensors side by side agree). Severity S2; S1 where
//! the difference changes nothing: both sensors are inside the band, or one of them sits in a
//! buffer and follows slowly.
//!
//! False positives: placement (one sensor at the door, one in the middle). Triage: as above, and
//! the finding names both devices and the greatest difference.
//!
//! Late facts: a second device read out late can bring the difference to light; a device whose data
//! sheet is told later is judged anew.

use super::{Reading, Series};
use crate::cold_chain::{Sample, Span};
use crate::finding::{RuleId, Severity};
use crate::judge_thing::Draft;
use crate::say::Sensors;

/// Devices on one thing of which each pair is compared.
const DEVICES_MAX: usize = 8;

pub(crate) fn check(reading: &Reading<'_>, out: &mut Vec<Draft>) {
    if !reading.first {
        return;
    }
    for series in reading.series {
        out.extend(too_fast(reading, series));
        out.extend(out_of_range(reading, series));
    }
    let devices = || reading.series.iter().take(DEVICES_MAX).enumerate();
    for (i, a) in devices() {
        for (_, b) in devices().filter(|(j, _)| *j > i) {
            out.extend(differ(reading, a, b));
        }
    }
}

fn too_fast(reading: &Reading<'_>, series: &Series) -> Option<Draft> {
    let able = reading.state.able(series.device);
    let limit = i64::from(able.rate_mc_per_min);
    let noise = able.guard_mc.unsigned_abs().saturating_mul(2);
    let pairs = series.samples.iter().zip(series.samples.iter().skip(1));
    let mut fast = pairs.filter(|(left, right)| {
        let ms = right.t_ms.saturating_sub(left.t_ms);
        let change = left.mc.abs_diff(right.mc);
        let joined = 0 < ms && ms <= series.break_ms;
        joined && change > noise && i64::from(change) * 60_000 > limit.saturating_mul(ms)
    });
    let (left, right) = fast.next()?;
    let times = fast.count().saturating_add(1);
    let span = Span {
        from_ms: left.t_ms,
        to_ms: right.t_ms,
    };
    let say = Sensors::TooFast {
        device: reading.state.device_name(series.device).to_owned(),
        from_mc: left.mc,
        to_mc: right.mc,
        ms: span.length_ms(),
        at_ms: right.t_ms,
    };
    let draft = reading.of_device((RuleId::T11, Severity::S2), (series, "rate"), span, say);
    Some(draft.fact("limit_mc_per_min", limit).fact("times", times))
}

fn out_of_range(reading: &Reading<'_>, series: &Series) -> Option<Draft> {
    let able = reading.state.able(series.device);
    let (low, high) = (able.low_mc, able.high_mc);
    let samples = series.samples.iter().map(|it| (it.t_ms, it.mc));
    let summaries = series.summaries.iter();
    let extremes = summaries.flat_map(|it| [(it.from_ms, it.min_mc), (it.to_ms, it.max_mc)]);
    let mut bad = samples
        .chain(extremes)
        .filter(|(_, mc)| *mc < low || *mc > high);
    let (at_ms, mc) = bad.next()?;
    let to_ms = bad.map(|(t_ms, _)| t_ms).max().unwrap_or(at_ms);
    let span = Span {
        from_ms: at_ms,
        to_ms: to_ms.max(at_ms),
    };
    let say = Sensors::OutOfRange {
        device: reading.state.device_name(series.device).to_owned(),
        mc,
        at_ms,
    };
    let draft = reading.of_device((RuleId::T11, Severity::S2), (series, "range"), span, say);
    Some(draft.fact("low_mc", low).fact("high_mc", high))
}

/// Samples of two devices taken within half an interval of each other, side by side.
fn side_by_side<'a>(a: &'a Series, b: &'a Series) -> impl Iterator<Item = (Sample, Sample)> + 'a {
    let near_ms = a.interval_ms.max(b.interval_ms) / 2;
    let mut next = 0;
    a.samples.iter().filter_map(move |left| {
        let get = |i: usize| b.samples.get(i).copied();
        let distance = |right: &Sample| right.t_ms.abs_diff(left.t_ms);
        while let (Some(here), Some(there)) = (get(next), get(next.saturating_add(1))) {
            if distance(&there) > distance(&here) {
                break;
            }
            next = next.saturating_add(1);
        }
        let right = get(next)?;
        (distance(&right) <= near_ms.unsigned_abs()).then_some((*left, right))
    })
}

fn differ(reading: &Reading<'_>, a: &Series, b: &Series) -> Option<Draft> {
    let thresholds = &reading.state.profile.sensors;
    let limit = thresholds.differ_mc.unsigned_abs();
    let (low, high) = (
        reading.storage.lowest_inside(),
        reading.storage.highest_inside(),
    );
    let inside = |sample: Sample| (low..=high).contains(&sample.mc);
    let mut run: Vec<(Sample, Sample)> = Vec::new();
    let mut longest: Vec<(Sample, Sample)> = Vec::new();
    for (left, right) in side_by_side(a, b) {
        if left.mc.abs_diff(right.mc) > limit {
            run.push((left, right));
            continue;
        }
        if run.len() > longest.len() {
            longest = std::mem::take(&mut run);
        }
        run.clear();
    }
    if run.len() > longest.len() {
        longest = run;
    }
    let allowed = usize::try_from(thresholds.differ_samples).unwrap_or(usize::MAX);
    let (first, last) = (longest.first()?, longest.last()?);
    if longest.len() <= allowed {
        return None;
    }
    let differences = longest.iter().map(|(l, r)| l.mc.abs_diff(r.mc));
    let most_mc = differences.max().and_then(|mc| i32::try_from(mc).ok());
    let harmless = longest.iter().all(|(l, r)| inside(*l) && inside(*r));
    let buffered = [a, b]
        .iter()
        .any(|it| reading.state.able(it.device).buffered);
    let severity = if harmless || buffered {
        Severity::S1
    } else {
        Severity::S2
    };
    let span = Span {
        from_ms: first.0.t_ms,
        to_ms: last.0.t_ms,
    };
    let other = reading.state.device_name(b.device).to_owned();
    let say = Sensors::Differ {
        device: reading.state.device_name(a.device).to_owned(),
        other: other.clone(),
        most_mc: most_mc.unwrap_or(i32::MAX),
        count: longest.len(),
        from_ms: span.from_ms,
    };
    let what = format!("differ {other}");
    let draft = reading.of_device((RuleId::T11, severity), (a, &what), span, say);
    Some(
        draft
            .fact("limit_mc", limit)
            .fact("most_mc", most_mc.unwrap_or(i32::MAX))
            .fact("samples", longest.len())
            .fact("both_inside", harmless)
            .fact("buffered", buffered),
    )
}
