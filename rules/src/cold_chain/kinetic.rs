//! Mean kinetic temperature: the one temperature that would have degraded the product as much as
//! the whole history did. It is never below the time-weighted mean, and it is easily misused, so
//! everything that may not be computed is refused by name instead of returned as a number.
//!
//! `T_K = (dH/R) / -ln(sum(w * exp(-dH/(R*T))) / sum(w))`, with T in kelvin. USP's convention of
//! 83.14472 kJ/mol over 8.314472 J/(mol K) makes dH/R exactly 10,000 K. The sum is taken relative
//! to its largest term, so it neither underflows for frozen goods nor overflows for hot ones.

use serde::{Deserialize, Serialize};

use super::{Sample, plausible};

/// Milliseconds in an hour.
pub(crate) const HOUR_MS: i64 = 3_600_000;
const ZERO_CELSIUS_K: f64 = 273.15;
const GAS_CONSTANT: f64 = 8.314_472;

/// An activation energy, stored with every result because a verdict can depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Activation {
    /// Heat of activation, J/mol times 100 (83.14472 kJ/mol is 8,314,472).
    pub centijoule_per_mol: u32,
}

impl Activation {
    /// The convention of USP <1079.2>: 83.14472 kJ/mol.
    pub const USP: Self = Self {
        centijoule_per_mol: 8_314_472,
    };

    /// The heat of activation in J/mol.
    pub fn joule_per_mol(self) -> f64 {
        f64::from(self.centijoule_per_mol) / 100.0
    }

    /// dH/R in kelvin: 10,000 for the USP convention.
    pub fn kelvin(self) -> f64 {
        f64::from(self.centijoule_per_mol) / 100.0 / GAS_CONSTANT
    }
}

impl Default for Activation {
    fn default() -> Self {
        Self::USP
    }
}

/// A stay at one temperature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Milli-degrees Celsius.
    pub mc: i32,
    /// How long, ms; must be positive to count.
    pub ms: i64,
}

/// A mean kinetic temperature with what it was computed from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mkt {
    /// Degrees Celsius.
    pub celsius: f64,
    /// Time it covers, ms.
    pub covered_ms: i64,
    /// The activation energy used.
    pub activation: Activation,
}

/// Why there is no mean kinetic temperature to give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum MktRefusal {
    /// Nothing was measured.
    #[error("no readings to take a mean of")]
    NoReadings,
    /// A reading no thermometer can give.
    #[error("reading of {mc} thousandths of a degree is not a temperature")]
    NotATemperature {
        /// The reading, milli-degrees Celsius.
        mc: i32,
    },
    /// Frozen and ultra-cold products: the model does not describe them (USP <1079.2>).
    #[error("storage {storage} is frozen: a mean kinetic temperature does not apply")]
    FrozenProduct {
        /// The storage profile.
        storage: String,
    },
    /// Cold hours may not pay for hot ones.
    #[error("readings below {low_mc} thousandths of a degree may not lower the mean")]
    LowExcursion {
        /// The lower limit, milli-degrees Celsius.
        low_mc: i32,
    },
    /// The window asked for is not the one defined for this storage.
    #[error("window of {asked_ms} ms asked, but {defined_ms} ms is defined")]
    WindowNotDefined {
        /// The window asked for, ms.
        asked_ms: i64,
        /// The window the pharmacopoeia defines, ms.
        defined_ms: i64,
    },
    /// Readings do not reach over a whole window.
    #[error("readings cover {covered_ms} ms of the {defined_ms} ms window")]
    WindowNotCovered {
        /// Longest stretch without a gap, ms.
        covered_ms: i64,
        /// The window the pharmacopoeia defines, ms.
        defined_ms: i64,
    },
    /// The product's own conditions name no window and no limit.
    #[error("storage {storage} has no limit for a mean kinetic temperature")]
    NoGate {
        /// The storage profile.
        storage: String,
    },
}

/// Mean kinetic temperature of stays at known temperatures. No window is checked here: this is the
/// formula; [`super::worst_window`] is what a decision may rest on.
///
/// # Errors
/// [`MktRefusal::NoReadings`] when no stay has a positive length, and
/// [`MktRefusal::NotATemperature`].
pub fn mkt(segments: &[Segment], activation: Activation) -> Result<Mkt, MktRefusal> {
    let stays = || segments.iter().filter(|segment| segment.ms > 0);
    let mut hottest = 0.0;
    let mut covered_ms = 0_i64;
    for segment in stays() {
        hottest = f64::max(hottest, kelvin(segment.mc)?);
        covered_ms = covered_ms.saturating_add(segment.ms);
    }
    if covered_ms == 0 {
        return Err(MktRefusal::NoReadings);
    }
    let a = activation.kelvin();
    let mut rates = Rates::new(a, hottest, segments.len());
    let mut sum = 0.0;
    for segment in stays() {
        sum += float(segment.ms) * rates.of(segment.mc)?;
    }
    Ok(Mkt {
        celsius: celsius_of(a, sum / float(covered_ms), hottest),
        covered_ms,
        activation,
    })
}

/// Mean kinetic temperature of samples at any spacing: the degradation *rate* is joined by straight
/// lines between samples (trapezoid in the rate domain), which on a ramp errs a tenth as much as
/// holding each sample. Samples must be in time order; equal times count once. A single sample is
/// its own mean over no time.
///
/// # Errors
/// As [`mkt`].
pub fn mkt_trapezoid(samples: &[Sample], activation: Activation) -> Result<Mkt, MktRefusal> {
    let hottest = hottest(samples)?;
    let a = activation.kelvin();
    let mut integral = 0.0;
    let mut covered_ms = 0_i64;
    for (left, right) in samples.iter().zip(samples.iter().skip(1)) {
        let step = right.t_ms.saturating_sub(left.t_ms).max(0);
        let (before, after) = (kelvin(left.mc)?, kelvin(right.mc)?);
        let mean = f64::midpoint(rate(a, before, hottest), rate(a, after, hottest));
        integral += float(step) * mean;
        covered_ms = covered_ms.saturating_add(step);
    }
    if covered_ms == 0 {
        return mkt_equal_interval(samples, activation);
    }
    let celsius = celsius_of(a, integral / float(covered_ms), hottest);
    Ok(Mkt {
        celsius,
        covered_ms,
        activation,
    })
}

/// The plain value printed by loggers: every sample weighs the same, whatever the spacing. Given
/// beside [`mkt_trapezoid`] so that a report can be compared with a logger's own.
///
/// # Errors
/// As [`mkt`].
pub fn mkt_equal_interval(samples: &[Sample], activation: Activation) -> Result<Mkt, MktRefusal> {
    let stays: Vec<Segment> = samples
        .iter()
        .map(|sample| Segment {
            mc: sample.mc,
            ms: 1,
        })
        .collect();
    let mut plain = mkt(&stays, activation)?;
    plain.covered_ms = match (samples.first(), samples.last()) {
        (Some(first), Some(last)) => last.t_ms.saturating_sub(first.t_ms).max(0),
        _ => 0,
    };
    Ok(plain)
}

/// Mean kinetic temperature when `gap_ms` of the time was not measured and is supposed to have
/// been at `assumed_mc`. Call it with the mildest and the harshest supposition: between the two
/// lies the truth, and unless both agree with the limit the answer is indeterminate.
///
/// # Errors
/// As [`mkt`].
pub fn mkt_with_gap(
    segments: &[Segment],
    gap_ms: i64,
    assumed_mc: i32,
    activation: Activation,
) -> Result<Mkt, MktRefusal> {
    let mut supposed = segments.to_vec();
    supposed.push(Segment {
        mc: assumed_mc,
        ms: gap_ms,
    });
    mkt(&supposed, activation)
}

/// [`equivalent_hours`] over samples in time order: the rate is joined by straight lines, and
/// neighbours farther apart than `break_ms` are not joined.
///
/// # Errors
/// [`MktRefusal::NotATemperature`].
pub fn equivalent_hours_over(
    samples: &[Sample],
    break_ms: i64,
    reference_mc: i32,
    activation: Activation,
) -> Result<f64, MktRefusal> {
    let (a, reference) = (activation.kelvin(), kelvin(reference_mc)?);
    let mut hours = 0.0;
    let mut before: Option<(i64, f64)> = None;
    for sample in samples {
        let here = rate(a, kelvin(sample.mc)?, reference);
        if let Some((t_ms, last)) = before {
            let step = sample.t_ms.saturating_sub(t_ms);
            if step <= break_ms {
                hours += float(step) / float(HOUR_MS) * f64::midpoint(last, here);
            }
        }
        before = Some((sample.t_ms, here));
    }
    Ok(hours)
}

/// Hours at `reference_mc` that would have degraded the product as much as these stays did:
/// `sum(t * exp(dH/R * (1/T_ref - 1/T)))`.
///
/// # Errors
/// [`MktRefusal::NotATemperature`].
pub fn equivalent_hours(
    segments: &[Segment],
    reference_mc: i32,
    activation: Activation,
) -> Result<f64, MktRefusal> {
    let a = activation.kelvin();
    let reference = kelvin(reference_mc)?;
    let mut hours = 0.0;
    for segment in segments.iter().filter(|segment| segment.ms > 0) {
        hours += float(segment.ms) / float(HOUR_MS) * rate(a, kelvin(segment.mc)?, reference);
    }
    Ok(hours)
}

/// How many hours at `hot_mc`, the rest of the window at `base_mc`, keep the mean kinetic
/// temperature of the window at or below `limit_mc`; found by bisection to a millionth of an hour.
/// The whole window when even that is mild enough, zero when the base alone is too warm.
///
/// # Errors
/// [`MktRefusal::NotATemperature`], or [`MktRefusal::NoReadings`] for an empty window.
pub fn hours_to_limit(
    hot_mc: i32,
    base_mc: i32,
    limit_mc: i32,
    window_ms: i64,
) -> Result<f64, MktRefusal> {
    if window_ms <= 0 {
        return Err(MktRefusal::NoReadings);
    }
    let a = Activation::USP.kelvin();
    let limit = kelvin(limit_mc)?;
    let (hot, base) = (
        rate(a, kelvin(hot_mc)?, limit),
        rate(a, kelvin(base_mc)?, limit),
    );
    let window = float(window_ms) / float(HOUR_MS);
    let mild = |hours: f64| hours * hot + (window - hours) * base <= window;
    if mild(window) {
        return Ok(window);
    }
    let (mut low, mut high) = (0.0, window);
    while high - low > 1e-9 * window {
        let middle = f64::midpoint(low, high);
        if mild(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Degradation rate at `kelvin` relative to the rate at `reference` (both in kelvin, above zero).
pub(crate) fn rate(a: f64, kelvin: f64, reference: f64) -> f64 {
    libm::exp(a * (1.0 / reference - 1.0 / kelvin))
}

/// Relative rates computed before: a logger's readings are few different numbers.
pub(crate) struct Rates {
    a: f64,
    reference: f64,
    slots: Vec<Option<(i32, f64)>>,
}

impl Rates {
    /// More than a logger with a resolution of 0.01 degrees has between freezing and 40 degrees.
    const SLOTS_MAX: usize = 4_096;

    /// Rates of so many readings relative to `reference`, in kelvin.
    pub(crate) fn new(a: f64, reference: f64, readings: usize) -> Self {
        let slots = readings.min(Self::SLOTS_MAX).next_power_of_two();
        Self {
            a,
            reference,
            slots: vec![None; slots],
        }
    }

    /// The rate at a temperature, milli-degrees Celsius.
    pub(crate) fn of(&mut self, mc: i32) -> Result<f64, MktRefusal> {
        let slot = crate::state::index(mc.cast_unsigned()) & (self.slots.len() - 1);
        let known = self.slots.get(slot).copied().flatten();
        if let Some((_, rate)) = known.filter(|known| known.0 == mc) {
            return Ok(rate);
        }
        let rate = rate(self.a, kelvin(mc)?, self.reference);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some((mc, rate));
        }
        Ok(rate)
    }
}

/// The temperature in Celsius at which the relative rate is `mean`.
pub(crate) fn celsius_of(a: f64, mean: f64, reference: f64) -> f64 {
    a / (a / reference - libm::log(mean)) - ZERO_CELSIUS_K
}

/// Kelvin of degrees Celsius.
pub(crate) fn celsius_kelvin(celsius: f64) -> f64 {
    celsius + ZERO_CELSIUS_K
}

/// Kelvin of milli-degrees Celsius, if it is a temperature.
pub(crate) fn kelvin(mc: i32) -> Result<f64, MktRefusal> {
    if plausible(mc) {
        Ok(f64::from(mc) / 1000.0 + ZERO_CELSIUS_K)
    } else {
        Err(MktRefusal::NotATemperature { mc })
    }
}

/// A duration as a float; exact below 2^53 ms, which is 285,000 years.
#[expect(
    clippy::cast_precision_loss,
    reason = "durations stay far below 2^53 ms"
)]
pub(crate) fn float(ms: i64) -> f64 {
    ms as f64
}

fn hottest(samples: &[Sample]) -> Result<f64, MktRefusal> {
    let top = samples
        .iter()
        .map(|sample| sample.mc)
        .max()
        .ok_or(MktRefusal::NoReadings)?;
    kelvin(top)
}
