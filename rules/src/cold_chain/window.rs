//! The window a mean kinetic temperature may legally be taken over (USP <1079.2>): 24 consecutive
//! hours for refrigerated goods, 30 consecutive days for controlled room temperature, the high
//! excursion inside it. A mean over any other span looks better than it is (the chapter's own
//! example passes over 52 weeks and fails over 30 days), so it is refused.

use serde::{Deserialize, Serialize};

use super::kinetic::{Rates, celsius_of, float, kelvin};
use super::{Activation, MktGate, MktRefusal, Sample, StorageProfile};

/// The worst window found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WindowMkt {
    /// Highest mean kinetic temperature over any window, degrees Celsius.
    pub celsius: f64,
    /// Where that window begins, ms since the Unix epoch.
    pub from_ms: i64,
    /// Where it ends, ms since the Unix epoch.
    pub to_ms: i64,
    /// The activation energy used.
    pub activation: Activation,
}

/// The highest mean kinetic temperature over every window of the defined length. Samples must be in
/// time order; where neighbours are more than `break_ms` apart the readings fall into runs, and a
/// window lies inside one run.
///
/// # Errors
/// [`MktRefusal::FrozenProduct`], [`MktRefusal::NoGate`], [`MktRefusal::NoReadings`],
/// [`MktRefusal::NotATemperature`], [`MktRefusal::LowExcursion`] when any reading is below the
/// band, and [`MktRefusal::WindowNotCovered`] when no run is long enough, or when a run too short
/// holds a reading above the limit while no other window already exceeds it.
pub fn worst_window(
    samples: &[Sample],
    storage: &StorageProfile,
    break_ms: i64,
    activation: Activation,
) -> Result<WindowMkt, MktRefusal> {
    let gate = gate_of(storage)?;
    if samples.is_empty() {
        return Err(MktRefusal::NoReadings);
    }
    if samples.iter().any(|sample| sample.mc < storage.low_mc) {
        return Err(MktRefusal::LowExcursion {
            low_mc: storage.low_mc,
        });
    }
    let mut worst: Option<WindowMkt> = None;
    let mut longest_ms = 0;
    let mut hot_in_short_run = false;
    for run in runs(samples, break_ms) {
        let covered_ms = length_ms(run);
        longest_ms = longest_ms.max(covered_ms);
        if covered_ms < gate.window_ms {
            hot_in_short_run |= run.iter().any(|sample| sample.mc > gate.limit_mc);
            continue;
        }
        let found = worst_of_run(run, gate, activation)?;
        if worst.is_none_or(|worst| found.celsius > worst.celsius) {
            worst = Some(found);
        }
    }
    let limit = f64::from(gate.limit_mc) / 1000.0;
    match worst {
        Some(worst) if worst.celsius > limit || !hot_in_short_run => Ok(worst),
        _ => Err(MktRefusal::WindowNotCovered {
            covered_ms: longest_ms,
            defined_ms: gate.window_ms,
        }),
    }
}

/// Refuses a window other than the one defined for this storage.
///
/// # Errors
/// [`MktRefusal::FrozenProduct`], [`MktRefusal::NoGate`] or [`MktRefusal::WindowNotDefined`].
pub fn check_window(storage: &StorageProfile, asked_ms: i64) -> Result<MktGate, MktRefusal> {
    let gate = *gate_of(storage)?;
    if asked_ms == gate.window_ms {
        Ok(gate)
    } else {
        Err(MktRefusal::WindowNotDefined {
            asked_ms,
            defined_ms: gate.window_ms,
        })
    }
}

fn gate_of(storage: &StorageProfile) -> Result<&MktGate, MktRefusal> {
    storage.mkt.as_ref().ok_or_else(|| {
        let storage_id = storage.id.clone();
        if storage.is_frozen() {
            MktRefusal::FrozenProduct {
                storage: storage_id,
            }
        } else {
            MktRefusal::NoGate {
                storage: storage_id,
            }
        }
    })
}

/// Samples cut where neighbours are more than `break_ms` apart.
fn runs(samples: &[Sample], break_ms: i64) -> impl Iterator<Item = &[Sample]> {
    samples.chunk_by(move |left, right| right.t_ms.saturating_sub(left.t_ms) <= break_ms)
}

fn length_ms(run: &[Sample]) -> i64 {
    match (run.first(), run.last()) {
        (Some(first), Some(last)) => last.t_ms.saturating_sub(first.t_ms),
        _ => 0,
    }
}

/// The integral of the relative rate, piecewise quadratic in time.
struct Dose {
    times: Vec<i64>,
    rates: Vec<f64>,
    /// Integral from the first sample to each sample, in ms.
    sums: Vec<f64>,
}

impl Dose {
    fn new(run: &[Sample], a: f64, reference: f64) -> Result<Self, MktRefusal> {
        let mut dose = Self {
            times: Vec::with_capacity(run.len()),
            rates: Vec::with_capacity(run.len()),
            sums: Vec::with_capacity(run.len()),
        };
        let mut known = Rates::new(a, reference, run.len());
        for sample in run {
            let here = known.of(sample.mc)?;
            let step = match (dose.times.last(), dose.rates.last(), dose.sums.last()) {
                (Some(t), Some(r), Some(sum)) => {
                    sum + float(sample.t_ms.saturating_sub(*t)) * (r + here) / 2.0
                }
                _ => 0.0,
            };
            dose.times.push(sample.t_ms);
            dose.rates.push(here);
            dose.sums.push(step);
        }
        Ok(dose)
    }

    /// Rate and integral at a moment inside the run. `left` is a guess of the sample before it,
    /// corrected on the way: moments asked for in order cost a step each.
    fn at(&self, t_ms: i64, left: &mut usize) -> (f64, f64) {
        let time = |i: usize| self.times.get(i).copied();
        while *left > 0 && time(*left).is_none_or(|t0| t0 > t_ms) {
            *left -= 1;
        }
        while time(left.saturating_add(1)).is_some_and(|t1| t1 <= t_ms) {
            *left += 1;
        }
        let right = left.saturating_add(1);
        let get = |values: &[f64], i: usize| values.get(i).copied().unwrap_or(0.0);
        let t0 = time(*left).unwrap_or(t_ms);
        let (r0, sum) = (get(&self.rates, *left), get(&self.sums, *left));
        let Some(t1) = time(right).filter(|t1| *t1 > t0) else {
            return (r0, sum);
        };
        let r1 = get(&self.rates, right);
        let passed = float(t_ms.saturating_sub(t0));
        let here = r0 + (r1 - r0) * passed / float(t1.saturating_sub(t0));
        (here, sum + passed * (r0 + here) / 2.0)
    }

    /// Integral over the window that begins at `start_ms`, and how it changes with the start.
    fn over(&self, start_ms: i64, window_ms: i64, near: &mut (usize, usize)) -> (f64, f64) {
        let (r0, from) = self.at(start_ms, &mut near.0);
        let (r1, to) = self.at(start_ms.saturating_add(window_ms), &mut near.1);
        (to - from, r1 - r0)
    }
}

/// Moments at which a window may begin so that one of its ends meets a sample, in time order.
fn starts(run: &[Sample], window_ms: i64) -> Vec<i64> {
    let first = run.first().map_or(0, |sample| sample.t_ms);
    let last = run.last().map_or(0, |sample| sample.t_ms);
    let latest = last.saturating_sub(window_ms);
    let mut begins = run.iter().map(|sample| sample.t_ms).peekable();
    let ends = run
        .iter()
        .map(|sample| sample.t_ms.saturating_sub(window_ms));
    let mut ends = ends.peekable();
    let mut merged = Vec::with_capacity(run.len().saturating_mul(2));
    loop {
        let next = match (begins.peek(), ends.peek()) {
            (Some(begin), Some(end)) if begin <= end => begins.next(),
            (Some(_), None) => begins.next(),
            (_, Some(_)) => ends.next(),
            (None, None) => return merged,
        };
        let next = next.filter(|start| (first..=latest).contains(start));
        if let Some(start) = next.filter(|start| merged.last() != Some(start)) {
            merged.push(start);
        }
    }
}

/// A window can only be worst where one of its ends meets a sample, or between two such places
/// where the rates at both ends are equal.
fn worst_of_run(
    run: &[Sample],
    gate: &MktGate,
    activation: Activation,
) -> Result<WindowMkt, MktRefusal> {
    let a = activation.kelvin();
    let reference = kelvin(gate.limit_mc)?;
    let dose = Dose::new(run, a, reference)?;
    let first = run.first().map_or(0, |sample| sample.t_ms);
    let mut worst = (f64::NEG_INFINITY, first);
    let mut before: Option<(i64, f64)> = None;
    let mut near = (0, 0);
    for start in starts(run, gate.window_ms) {
        let (integral, slope) = dose.over(start, gate.window_ms, &mut near);
        keep_worse(&mut worst, integral, start);
        if let Some((last, rising)) = before
            && rising > 0.0
            && slope < 0.0
        {
            let share = rising / (rising - slope);
            let vertex = last.saturating_add(rounded(float(start.saturating_sub(last)) * share));
            let (integral, _) = dose.over(vertex, gate.window_ms, &mut near);
            keep_worse(&mut worst, integral, vertex);
        }
        before = Some((start, slope));
    }
    let (integral, from_ms) = worst;
    let celsius = celsius_of(a, integral / float(gate.window_ms), reference);
    let to_ms = from_ms.saturating_add(gate.window_ms);
    Ok(WindowMkt {
        celsius,
        from_ms,
        to_ms,
        activation,
    })
}

fn keep_worse(worst: &mut (f64, i64), integral: f64, start: i64) {
    if integral > worst.0 {
        *worst = (integral, start);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a share of a window, far below 2^53 ms"
)]
fn rounded(ms: f64) -> i64 {
    libm::round(ms) as i64
}

/// Why the kinetic gate may not excuse readings although a mean exists: one was above its ceiling,
/// or they were above the band for too long in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BeyondGate {
    /// The highest reading, milli-degrees Celsius.
    Ceiling(i32),
    /// Time above the band, ms.
    TimeAbove(i64),
}

/// Whether readings may be put through the gate at all (see [`BeyondGate`]).
pub fn beyond_gate(gate: &MktGate, hottest_mc: i32, above_ms: i64) -> Option<BeyondGate> {
    if hottest_mc > gate.ceiling_mc {
        return Some(BeyondGate::Ceiling(hottest_mc));
    }
    (above_ms > gate.time_above_ms_max).then_some(BeyondGate::TimeAbove(above_ms))
}
