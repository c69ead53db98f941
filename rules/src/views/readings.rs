//! The readings of a thing: all of them, one series for each logger and each thing it measured, and
//! the few that a chart is drawn from at once.

use std::borrow::Cow;

use gs1::Epc;

use super::cold::READINGS_MAX;
use crate::cold_chain::{Sample, Span};
use crate::engine::Engine;
use crate::state::{State, ThingId};
use crate::telemetry::Series;

/// The whole life of a thing.
pub(super) const ALWAYS: Span = Span {
    from_ms: i64::MIN,
    to_ms: i64::MAX,
};

/// What one logger measured of one thing, for the time that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingSeries {
    /// The device.
    pub device: Option<String>,
    /// Canonical id of what it was measured on.
    pub shipment: String,
    /// Every reading, oldest first. A summary is two: its lowest when it begins, its highest when
    /// it ends.
    pub readings: Vec<Sample>,
}

impl Engine {
    /// Every reading of a thing and of the containers it was in, each for its time; those that
    /// [`Self::cold_chain_of`] lists the extremes of.
    pub fn readings_of(&self, epc: &Epc) -> Vec<ReadingSeries> {
        self.state
            .find(epc)
            .map_or_else(Vec::new, |id| self.state.readings_around(id, ALWAYS))
    }
}

impl State {
    pub(super) fn readings_around(&self, id: ThingId, within: Span) -> Vec<ReadingSeries> {
        let mut all = Vec::new();
        for (on, span) in self.spans_around(id, within) {
            let shipment = self.canonical(on);
            all.extend(self.series(on, span).into_iter().map(|series| {
                let device = series.device.map(|id| self.names.text(id).to_owned());
                ReadingSeries {
                    device,
                    shipment: shipment.clone(),
                    readings: own(series),
                }
            }));
        }
        all
    }

    /// The thing itself, and each container it was in for the time it was, within a span.
    pub(super) fn spans_around(&self, id: ThingId, within: Span) -> Vec<(ThingId, Span)> {
        let around = self.containers_told(id).into_iter();
        let around = around.filter_map(|(on, span)| Some((on, span.overlap(within)?)));
        let mut spans = vec![(id, within)];
        spans.extend(around);
        spans
    }
}

fn own(series: Series) -> Vec<Sample> {
    if series.summaries.is_empty() {
        return series.samples;
    }
    readings(&series).into_owned()
}

/// Every reading of a series, oldest first.
pub(super) fn readings(series: &Series) -> Cow<'_, [Sample]> {
    if series.summaries.is_empty() {
        return Cow::Borrowed(&series.samples);
    }
    let ends = series.summaries.iter().flat_map(|summary| {
        let (lowest, highest) = (summary.min_mc, summary.max_mc);
        [(summary.from_ms, lowest), (summary.to_ms, highest)]
    });
    let ends = ends.map(|(t_ms, mc)| Sample { t_ms, mc });
    let mut all: Vec<Sample> = series.samples.iter().copied().chain(ends).collect();
    all.sort_unstable();
    Cow::Owned(all)
}

/// Of each series the readings that show its shape, in all [`READINGS_MAX`] at most. Those of a
/// short series stay all; a longer one keeps its first and its last, and of equally many readings
/// in a row the lowest and the highest.
pub(super) fn thinned(all: &[Cow<'_, [Sample]>]) -> Vec<Vec<Sample>> {
    let lengths: Vec<usize> = all.iter().map(|series| series.len()).collect();
    let shares = shares(&lengths, READINGS_MAX);
    let series = all.iter().zip(shares);
    series
        .map(|(series, most)| extremes(series, most))
        .collect()
}

/// How many of each series are kept: equally many, and what the short ones leave goes to the long.
fn shares(lengths: &[usize], most: usize) -> Vec<usize> {
    let mut order: Vec<(usize, usize)> = lengths.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let (mut left, mut waiting) = (most, order.len());
    let mut shares: Vec<(usize, usize)> = Vec::with_capacity(waiting);
    for (length, at) in order {
        let share = length.min(left.checked_div(waiting).unwrap_or_default());
        left = left.saturating_sub(share);
        waiting = waiting.saturating_sub(1);
        shares.push((at, share));
    }
    shares.sort_unstable();
    shares.into_iter().map(|(_, share)| share).collect()
}

/// At most so many of a series, in its order.
fn extremes(series: &[Sample], most: usize) -> Vec<Sample> {
    if series.len() <= most {
        return series.to_vec();
    }
    let (first, last) = match (series.first(), series.last()) {
        (Some(first), Some(last)) if most >= 4 => (*first, *last),
        _ => return both_ends(series).take(most).collect(),
    };
    let inner = series
        .get(1..series.len().saturating_sub(1))
        .unwrap_or_default();
    let stretches = most.saturating_sub(2) / 2;
    let stretch = inner.len().div_ceil(stretches.max(1));
    let inner = inner.chunks(stretch.max(1)).flat_map(both_ends);
    [first].into_iter().chain(inner).chain([last]).collect()
}

/// The lowest and the highest, the earlier first; a stretch of one reading has one.
fn both_ends(stretch: &[Sample]) -> impl Iterator<Item = Sample> + use<> {
    let numbered = || stretch.iter().copied().zip(0_usize..);
    let lowest = numbered().min_by_key(|(sample, _)| sample.mc);
    let highest = numbered().max_by_key(|(sample, _)| sample.mc);
    let mut kept: Vec<(Sample, usize)> = lowest.into_iter().chain(highest).collect();
    kept.sort_unstable_by_key(|(_, at)| *at);
    kept.dedup_by_key(|(_, at)| *at);
    kept.into_iter().map(|(sample, _)| sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(count: i32) -> Vec<Sample> {
        let sample = |at: i32| Sample {
            t_ms: i64::from(at),
            mc: at * 7_919 % 1_009,
        };
        (0..count).map(sample).collect()
    }

    #[test]
    fn short_series_stay_and_the_long_share_the_rest() {
        assert_eq!(shares(&[3, 900, 30, 900], 100), [3, 33, 30, 34]);
        assert_eq!(shares(&[3, 4], 100), [3, 4]);
        assert_eq!(shares(&[9, 9, 9], 2), [0, 1, 1]);
        assert!(shares(&[], 100).is_empty());
    }

    #[test]
    fn any_number_is_kept_in_order_and_with_the_extremes() {
        let all = series(1_000);
        for most in 0..=1_100 {
            let kept = extremes(&all, most);
            assert!(
                kept.len() <= most && kept.len() + 4 >= most.min(all.len()) / 2,
                "{most}"
            );
            assert!(kept.is_sorted_by(|a, b| a.t_ms < b.t_ms), "{most}");
            if most >= 4 {
                assert!(
                    kept.first() == all.first() && kept.last() == all.last(),
                    "{most}"
                );
            }
            if most >= 2 {
                let mc = |it: &Sample| it.mc;
                assert_eq!(
                    kept.iter().map(mc).min(),
                    all.iter().map(mc).min(),
                    "{most}"
                );
                assert_eq!(
                    kept.iter().map(mc).max(),
                    all.iter().map(mc).max(),
                    "{most}"
                );
            }
        }
    }

    #[test]
    fn however_many_loggers_the_view_is_bounded() {
        let many: Vec<Cow<'_, [Sample]>> = (0..6_000).map(|_| Cow::Owned(series(3))).collect();
        let kept = thinned(&many);
        assert_eq!(kept.iter().map(Vec::len).sum::<usize>(), READINGS_MAX);
    }
}
