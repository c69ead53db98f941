//! What one past has spent: the readings of every container a pack was in, cut to the time it was
//! inside, put together so that time watched by several loggers counts once.

use super::Series;
use super::stability_budget::Measure;
use crate::cold_chain::budget::WHOLE;
use crate::cold_chain::coverage::{clip, covered_by_samples, covered_by_summaries, uncovered};
use crate::cold_chain::kinetic::{HOUR_MS, float};
use crate::cold_chain::{
    Gap, Sample, Segment, Span, Spent, StorageProfile, Summary, equivalent_hours,
    equivalent_hours_over, union,
};
use crate::state::{NameId, ThingId};

/// The least and the most that may have been spent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) least: f64,
    pub(crate) most: f64,
}

/// What a past has spent.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    tracks: Vec<Track>,
    gaps: Vec<Span>,
    /// First and last moment measured.
    pub(crate) span: Span,
    /// Time in the bands of the budget.
    pub(crate) bands: Spent,
    /// Hours at the reference temperature, where there is one.
    pub(crate) equivalent_hours: Bounds,
    /// Share of the vaccine vial monitor's end point.
    pub(crate) vvm: Bounds,
    /// Time on the way that nobody measured, ms.
    pub(crate) unmeasured_ms: i64,
}

/// One logger on one container.
#[derive(Debug, Clone)]
struct Track {
    on: ThingId,
    device: Option<NameId>,
    samples: Vec<Sample>,
    summaries: Vec<Summary>,
    break_ms: i64,
    covered: Vec<Span>,
}

impl Account {
    pub(crate) fn new(storage: &StorageProfile) -> Self {
        Self {
            tracks: Vec::new(),
            gaps: Vec::new(),
            span: Span {
                from_ms: i64::MAX,
                to_ms: i64::MIN,
            },
            bands: Spent::new(storage),
            equivalent_hours: Bounds::default(),
            vvm: Bounds::default(),
            unmeasured_ms: 0,
        }
    }

    /// Adds what was measured of a container while the pack was inside.
    pub(crate) fn add(&mut self, on: ThingId, during: Span, all: Vec<Series>, gaps: Vec<Gap>) {
        for series in all {
            let samples = clip(&series.samples, during, series.break_ms);
            let summaries: Vec<Summary> = series
                .summaries
                .into_iter()
                .filter(|it| span_of(it).overlap(during).is_some())
                .collect();
            let mut covered = covered_by_samples(&samples, series.break_ms);
            covered.extend(covered_by_summaries(&summaries));
            let covered: Vec<Span> = union(covered)
                .into_iter()
                .filter_map(|span| span.overlap(during))
                .collect();
            let (Some(first), Some(last)) = (covered.first(), covered.last()) else {
                continue;
            };
            self.span.from_ms = self.span.from_ms.min(first.from_ms);
            self.span.to_ms = self.span.to_ms.max(last.to_ms);
            self.tracks.push(Track {
                on,
                device: series.device,
                samples,
                summaries,
                break_ms: series.break_ms,
                covered,
            });
        }
        let inside = gaps.into_iter().filter_map(|gap| gap.span.overlap(during));
        self.gaps.extend(inside);
    }

    /// Adds everything up; `None` where nothing was measured.
    pub(crate) fn close(mut self, storage: &StorageProfile) -> Option<Self> {
        if self.tracks.is_empty() {
            return None;
        }
        let mut tracks = std::mem::take(&mut self.tracks);
        if tracks.len() > 1 {
            // The worst logger first: what it watched, the others only confirm.
            tracks.sort_by_cached_key(|track| {
                let mut alone = Spent::new(storage);
                track.add_to(&mut alone, storage, &track.covered);
                let (least, most) = (alone.least(storage), alone.most(storage));
                let heat = track.samples.iter().map(|sample| sample.mc).max();
                (
                    std::cmp::Reverse((least, most, heat)),
                    track.on,
                    track.device,
                )
            });
        }
        let mut covered: Vec<Span> = Vec::new();
        for track in &tracks {
            let free: Vec<Span> = if covered.is_empty() {
                track.covered.clone()
            } else {
                let spans = track.covered.iter();
                spans.flat_map(|span| uncovered(*span, &covered)).collect()
            };
            track.add_to(&mut self.bands, storage, &free);
            self.add_kinetics(track, storage, &free);
            covered = union([covered, track.covered.clone()].concat());
        }
        for gap in union(std::mem::take(&mut self.gaps)) {
            for hole in uncovered(gap, &covered) {
                self.add_gap(storage, &tracks, hole);
            }
        }
        Some(self)
    }

    /// The share spent in a measure, where it is more than allowed whatever was not measured;
    /// infinite when a temperature was met that no band covers.
    pub(crate) fn is_spent(&self, storage: &StorageProfile, measure: Measure) -> Option<f64> {
        match measure {
            Measure::Bands => {
                let least = self.bands.least(storage);
                (least > WHOLE).then(|| share(least))
            }
            Measure::Equivalent => {
                let budget = storage.equivalent?;
                let allowed = float(budget.allowed_ms.max(1)) / float(HOUR_MS);
                let least = self.equivalent_hours.least / allowed;
                (least > 1.0).then_some(least)
            }
            Measure::Vvm => {
                let spent = storage.vvm.map(|_| self.vvm.least)?;
                (spent >= 1.0).then_some(spent)
            }
        }
    }

    fn add_kinetics(&mut self, track: &Track, storage: &StorageProfile, free: &[Span]) {
        for span in free {
            let samples = clip(&track.samples, *span, track.break_ms);
            if let Some(budget) = storage.equivalent {
                let (reference, activation) = (budget.reference_mc, storage.activation);
                let hours = equivalent_hours_over(&samples, track.break_ms, reference, activation);
                self.equivalent_hours.add(hours.unwrap_or(0.0));
            }
            if let Some(vvm) = storage.vvm {
                let spent = vvm.spent_over(&samples, track.break_ms);
                self.vvm.add(spent.unwrap_or(0.0));
            }
            for summary in &track.summaries {
                let common = span_of(summary).overlap(*span);
                let ms = common.map_or(0, Span::length_ms);
                self.add_stay(storage, ms, summary.min_mc, summary.max_mc);
            }
        }
    }

    /// Adds a stay somewhere between two temperatures.
    fn add_stay(&mut self, storage: &StorageProfile, ms: i64, low_mc: i32, high_mc: i32) {
        let at = |mc| [Segment { mc, ms }];
        if let Some(budget) = storage.equivalent {
            let hours = |mc| {
                let reference = budget.reference_mc;
                equivalent_hours(&at(mc), reference, storage.activation).unwrap_or(0.0)
            };
            self.equivalent_hours.least += hours(low_mc);
            self.equivalent_hours.most += hours(high_mc);
        }
        if let Some(vvm) = storage.vvm {
            self.vvm.least += vvm.spent(&at(low_mc)).unwrap_or(0.0);
            self.vvm.most += vvm.spent(&at(high_mc)).unwrap_or(0.0);
        }
    }

    /// Adds time that nobody measured: at best in the band, at worst as the last reading before it
    /// or at ambient.
    fn add_gap(&mut self, storage: &StorageProfile, tracks: &[Track], hole: Span) {
        let ms = hole.length_ms();
        self.unmeasured_ms = self.unmeasured_ms.saturating_add(ms);
        let samples = tracks.iter().flat_map(|track| &track.samples);
        let before = samples.filter(|sample| sample.t_ms <= hole.from_ms);
        let held = before.max_by_key(|sample| (sample.t_ms, sample.mc));
        let held_mc = held.map_or(storage.ambient_mc, |sample| sample.mc);
        let suppositions = [held_mc, storage.ambient_mc];
        self.bands.add_unmeasured(storage, ms, &suppositions);
        let (low, high) = (storage.lowest_inside(), held_mc.max(storage.ambient_mc));
        self.add_stay(storage, ms, low.min(high), high);
    }
}

impl Bounds {
    fn add(&mut self, both: f64) {
        self.least += both;
        self.most += both;
    }
}

impl Track {
    fn add_to(&self, spent: &mut Spent, storage: &StorageProfile, free: &[Span]) {
        for span in free {
            let samples = clip(&self.samples, *span, self.break_ms);
            spent.add_samples(storage, &samples, self.break_ms);
            for summary in &self.summaries {
                let common = span_of(summary).overlap(*span);
                spent.add_summary(storage, summary, common.map_or(0, Span::length_ms));
            }
        }
    }
}

/// Thousand-millionths as a share.
pub(crate) fn share(spent: i64) -> f64 {
    if spent == i64::MAX {
        f64::INFINITY
    } else {
        float(spent) / float(WHOLE)
    }
}

fn span_of(summary: &Summary) -> Span {
    Span {
        from_ms: summary.from_ms,
        to_ms: summary.to_ms,
    }
}
