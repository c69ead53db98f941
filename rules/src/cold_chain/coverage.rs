//! What time the readings speak for, and what time nobody watched.
//!
//! A logger promises a reading every interval. Two readings farther apart than twice that interval
//! leave a gap; a gap is told, never filled in.

use serde::{Deserialize, Serialize};

use super::{Sample, Summary};

/// A closed span of time, ms since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First moment.
    pub from_ms: i64,
    /// Last moment.
    pub to_ms: i64,
}

impl Span {
    /// Length in ms, zero when reversed.
    pub fn length_ms(self) -> i64 {
        self.to_ms.saturating_sub(self.from_ms).max(0)
    }

    /// From the first moment of two spans to the last.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self {
            from_ms: self.from_ms.min(other.from_ms),
            to_ms: self.to_ms.max(other.to_ms),
        }
    }

    /// The common part, if there is one (a single shared moment counts).
    pub fn overlap(self, other: Self) -> Option<Self> {
        let span = Self {
            from_ms: self.from_ms.max(other.from_ms),
            to_ms: self.to_ms.min(other.to_ms),
        };
        (span.from_ms <= span.to_ms).then_some(span)
    }
}

/// Unwatched time and where it lies in the span that should have been watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// The unwatched time.
    pub span: Span,
    /// No reading bounds it on one side: the watch began late, or ended early.
    pub at_an_end: bool,
}

/// Samples inside a span, in time order, with the points where the straight line between two joined
/// neighbours enters and leaves it, so that the parts of a series add up to the whole.
pub fn clip(samples: &[Sample], span: Span, break_ms: i64) -> Vec<Sample> {
    let from = samples.partition_point(|sample| sample.t_ms < span.from_ms);
    let to = samples.partition_point(|sample| sample.t_ms <= span.to_ms);
    let get = |i: usize| samples.get(i).copied();
    let at = |left: Option<Sample>, right: Option<Sample>, t_ms: i64| {
        let (left, right) = (left?, right?);
        let inside = left.t_ms < t_ms && t_ms < right.t_ms;
        let joined = right.t_ms.saturating_sub(left.t_ms) <= break_ms;
        (inside && joined).then(|| between(left, right, t_ms))
    };
    let before = from.checked_sub(1).and_then(get);
    let last = to.checked_sub(1).and_then(get);
    let entering = at(before, get(from), span.from_ms);
    let leaving = at(last, get(to), span.to_ms).filter(|_| span.from_ms < span.to_ms);
    let inside = samples.get(from..to).unwrap_or(&[]).iter().copied();
    entering.into_iter().chain(inside).chain(leaving).collect()
}

/// The point of a straight line, cut to a thousandth.
fn between(left: Sample, right: Sample, t_ms: i64) -> Sample {
    let width = i128::from(right.t_ms) - i128::from(left.t_ms);
    let rise = i128::from(right.mc) - i128::from(left.mc);
    let passed = i128::from(t_ms) - i128::from(left.t_ms);
    let mc = i128::from(left.mc) + rise * passed / width.max(1);
    let mc = i32::try_from(mc).unwrap_or(left.mc);
    Sample { t_ms, mc }
}

/// The parts of a span that none of `covered` (the result of [`union`]) overlaps.
pub fn uncovered(span: Span, covered: &[Span]) -> Vec<Span> {
    let holes = gaps(span, covered, 0);
    holes.into_iter().map(|gap| gap.span).collect()
}

/// Median distance of neighbouring samples, ms: the programmed interval when nobody told it.
/// `None` below two distinct times.
pub fn median_interval_ms(samples: &[Sample]) -> Option<i64> {
    let mut steps: Vec<i64> = samples
        .iter()
        .zip(samples.iter().skip(1))
        .map(|(left, right)| right.t_ms.saturating_sub(left.t_ms))
        .filter(|step| *step > 0)
        .collect();
    steps.sort_unstable();
    steps.get(steps.len().saturating_sub(1) / 2).copied()
}

/// Spans that samples in time order speak for: neighbours at most `break_ms` apart are joined, a
/// lone sample speaks for its own moment.
pub fn covered_by_samples(samples: &[Sample], break_ms: i64) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for sample in samples {
        match spans.last_mut() {
            Some(last) if sample.t_ms.saturating_sub(last.to_ms) <= break_ms => {
                last.to_ms = sample.t_ms;
            }
            _ => spans.push(Span {
                from_ms: sample.t_ms,
                to_ms: sample.t_ms,
            }),
        }
    }
    spans
}

/// Spans that summaries speak for.
pub fn covered_by_summaries(summaries: &[Summary]) -> Vec<Span> {
    summaries
        .iter()
        .map(|s| Span {
            from_ms: s.from_ms,
            to_ms: s.to_ms,
        })
        .collect()
}

/// Joins overlapping and touching spans; the result is in time order.
pub fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.from_ms <= span.to_ms);
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from_ms <= last.to_ms => last.to_ms = last.to_ms.max(span.to_ms),
            _ => joined.push(span),
        }
    }
    joined
}

/// Time of `watch` that none of `covered` speaks for, where it is longer than `tolerated_ms`.
/// `covered` must be the result of [`union`].
pub fn gaps(watch: Span, covered: &[Span], tolerated_ms: i64) -> Vec<Gap> {
    let mut found = Vec::new();
    let mut from_ms = watch.from_ms;
    // A hole between two readings is none at an end, even where a reading meets the end itself.
    let mut after_a_reading = false;
    let end = Span {
        from_ms: watch.to_ms,
        to_ms: watch.to_ms,
    };
    let inside = covered.iter().filter_map(|span| span.overlap(watch));
    for (span, is_reading) in inside.map(|span| (span, true)).chain([(end, false)]) {
        let hole = Span {
            from_ms,
            to_ms: span.from_ms,
        };
        if hole.length_ms() > tolerated_ms {
            found.push(Gap {
                span: hole,
                at_an_end: !(after_a_reading && is_reading),
            });
        }
        from_ms = from_ms.max(span.to_ms);
        after_a_reading |= is_reading;
    }
    found
}
