//! Time out of range: when readings leave a band, for how long, and how far.
//!
//! Limits are inclusive: exactly 8.000 degrees is inside 2 to 8. Between two samples the
//! temperature is taken as a straight line, so a crossing has a time of its own; it is computed in
//! integers and cut to the millisecond. Nothing is drawn across a telemetry gap: an excursion that
//! meets one ends at its last sample and says that it may have lasted longer.

use serde::{Deserialize, Serialize};

use super::coverage::Span;
use super::{Sample, Summary};

/// Which limit was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Above the upper limit.
    Above,
    /// Below the lower limit.
    Below,
}

/// One stay outside the band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Excursion {
    /// When the band was left (crossing), ms since the Unix epoch.
    pub from_ms: i64,
    /// When it was entered again (crossing), ms since the Unix epoch.
    pub to_ms: i64,
    /// Above or below.
    pub side: Side,
    /// The reading farthest outside, milli-degrees Celsius.
    pub peak_mc: i32,
    /// Time spent outside, ms: the whole span for samples, for a summary only when even its milder
    /// extreme is outside (else zero).
    pub certain_ms: i64,
    /// The least that the sampling allows, ms: from the first sample outside to the last.
    pub least_ms: i64,
    /// The most, ms: from the last sample inside before to the first one after.
    pub most_ms: i64,
    /// It meets a gap or the end of the readings, so it may have lasted longer.
    pub open: bool,
}

impl Side {
    /// Of two readings the one farther outside.
    pub fn farther(self, a: i32, b: i32) -> i32 {
        match self {
            Self::Above => a.max(b),
            Self::Below => a.min(b),
        }
    }
}

impl Excursion {
    /// From leaving the band to entering it again.
    pub fn span(&self) -> Span {
        Span {
            from_ms: self.from_ms,
            to_ms: self.to_ms,
        }
    }

    /// Takes in another stay on the same side that overlaps or touches this one: time both tell of
    /// counts once.
    pub(crate) fn join(&mut self, other: &Self) {
        let shared = self.span().overlap(other.span()).map_or(0, Span::length_ms);
        let sum = |a: i64, b: i64| a.saturating_add(b).saturating_sub(shared).max(a).max(b);
        self.certain_ms = sum(self.certain_ms, other.certain_ms);
        self.least_ms = sum(self.least_ms, other.least_ms);
        self.most_ms = sum(self.most_ms, other.most_ms);
        self.from_ms = self.from_ms.min(other.from_ms);
        self.to_ms = self.to_ms.max(other.to_ms);
        self.open |= other.open;
        self.peak_mc = self.side.farther(self.peak_mc, other.peak_mc);
    }
}

/// Everything outside a band.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutOfRange {
    /// Total certain time above the upper limit, ms.
    pub above_ms: i64,
    /// Total certain time below the lower limit, ms.
    pub below_ms: i64,
    /// Each stay outside, in time order.
    pub excursions: Vec<Excursion>,
}

impl OutOfRange {
    /// Certain time outside on either side, ms.
    pub fn total_ms(&self) -> i64 {
        self.above_ms.saturating_add(self.below_ms)
    }

    fn push(&mut self, excursion: Excursion) {
        let sum = match excursion.side {
            Side::Above => &mut self.above_ms,
            Side::Below => &mut self.below_ms,
        };
        *sum = sum.saturating_add(excursion.certain_ms);
        self.excursions.push(excursion);
    }
}

/// Stays outside `low_mc..=high_mc` of samples in time order; samples farther apart than
/// `break_ms` are not joined.
pub fn out_of_range(samples: &[Sample], low_mc: i32, high_mc: i32, break_ms: i64) -> OutOfRange {
    let mut found = OutOfRange::default();
    for side in [Side::Above, Side::Below] {
        let limit = if side == Side::Above { high_mc } else { low_mc };
        for excursion in one_side(samples, side, limit, break_ms) {
            found.push(excursion);
        }
    }
    found.excursions.sort_unstable();
    found
}

/// Adds what summaries tell: outside for certain only when even the milder extreme is outside.
pub fn add_summaries(found: &mut OutOfRange, summaries: &[Summary], low_mc: i32, high_mc: i32) {
    for summary in summaries {
        let whole = summary.to_ms.saturating_sub(summary.from_ms).max(0);
        let (from_ms, to_ms) = (summary.from_ms, summary.to_ms);
        let stay = |side, peak_mc, all: bool| Excursion {
            from_ms,
            to_ms,
            side,
            peak_mc,
            certain_ms: if all { whole } else { 0 },
            least_ms: if all { whole } else { 0 },
            most_ms: whole,
            open: false,
        };
        if summary.max_mc > high_mc {
            found.push(stay(Side::Above, summary.max_mc, summary.min_mc > high_mc));
        }
        if summary.min_mc < low_mc {
            found.push(stay(Side::Below, summary.min_mc, summary.max_mc < low_mc));
        }
    }
    found.excursions.sort_unstable();
}

fn outside(side: Side, mc: i32, limit: i32) -> bool {
    match side {
        Side::Above => mc > limit,
        Side::Below => mc < limit,
    }
}

/// Stays beyond one limit of samples in time order; see [`out_of_range`].
pub fn one_side(samples: &[Sample], side: Side, limit: i32, break_ms: i64) -> Vec<Excursion> {
    let mut stays = Vec::new();
    let mut stay: Option<Excursion> = None;
    let mut last: Option<Sample> = None;
    for &sample in samples {
        let joined = last.filter(|last| sample.t_ms.saturating_sub(last.t_ms) <= break_ms);
        if joined.is_none()
            && let Some(cut) = stay.take()
        {
            stays.push(cut_off(cut));
        }
        if outside(side, sample.mc, limit) {
            let current = stay.get_or_insert_with(|| begun(joined, sample, side, limit));
            let step = sample.t_ms.saturating_sub(current.to_ms);
            current.least_ms = current.least_ms.saturating_add(step);
            current.most_ms = current.most_ms.saturating_add(step);
            current.to_ms = sample.t_ms;
            current.peak_mc = side.farther(current.peak_mc, sample.mc);
        } else if let (Some(mut done), Some(last)) = (stay.take(), joined) {
            done.most_ms = done
                .most_ms
                .saturating_add(sample.t_ms.saturating_sub(last.t_ms));
            done.to_ms = crossing(last, sample, limit);
            stays.push(done);
        }
        last = Some(sample);
    }
    stays.extend(stay.map(cut_off));
    for stay in &mut stays {
        stay.certain_ms = stay.to_ms.saturating_sub(stay.from_ms).max(0);
    }
    stays
}

/// A stay that begins with a sample outside. `to_ms` is the sample, the time before it counts as
/// the most.
fn begun(joined: Option<Sample>, sample: Sample, side: Side, limit: i32) -> Excursion {
    let before = joined.map_or(0, |last| sample.t_ms.saturating_sub(last.t_ms));
    Excursion {
        from_ms: joined.map_or(sample.t_ms, |last| crossing(last, sample, limit)),
        to_ms: sample.t_ms,
        side,
        peak_mc: sample.mc,
        certain_ms: 0,
        least_ms: 0,
        most_ms: before,
        open: joined.is_none(),
    }
}

fn cut_off(stay: Excursion) -> Excursion {
    Excursion { open: true, ..stay }
}

/// The moment the straight line between two samples meets the limit, cut to the millisecond.
fn crossing(left: Sample, right: Sample, limit: i32) -> i64 {
    let rise = i128::from(right.mc) - i128::from(left.mc);
    if rise == 0 {
        return left.t_ms;
    }
    let span = i128::from(right.t_ms) - i128::from(left.t_ms);
    let at = span * (i128::from(limit) - i128::from(left.mc)) / rise;
    left.t_ms
        .saturating_add(i64::try_from(at.clamp(0, span.max(0))).unwrap_or(0))
}
