//! Kinetic means of goods and not of devices: over the time that goods were inside what was
//! measured, and over all devices that measured one after the other.
//!
//! A logger runs before the box is packed and goes on in an office until it is read out; what it
//! measures there says nothing about the goods. And a window of 30 days is longer than most loggers
//! stay on: one is replaced by another, and each alone covers no window. What nobody measured in
//! between is never filled in: it is supposed to have been as mild as the condition allows, so that
//! what comes out is the least that the mean can have been.

use std::borrow::Cow;
use std::cmp::Reverse;

use gs1::Epc;

use super::Series;
use crate::cold_chain::coverage::{clip, covered_by_samples, uncovered};
use crate::cold_chain::{MktGate, Sample, Span, StorageProfile, WindowMkt, union, worst_window};
use crate::state::{State, ThingId};

impl State {
    /// When goods were inside a thing; `None` where none ever were: it is judged for itself.
    fn loaded(&self, id: ThingId) -> Option<Vec<Span>> {
        let goods = |child: &ThingId| !matches!(self.epc(*child), Some(Epc::Giai(_)));
        let inside = self.thing(id)?.children().iter().copied().filter(goods);
        let spans: Vec<Span> = inside
            .flat_map(|child| {
                let mut stays = self.stays(child);
                stays.extend(self.stays_told_by_their_end(child));
                stays.retain(|stay| stay.parent == id);
                stays.into_iter().map(|stay| stay.span)
            })
            .collect();
        (!spans.is_empty()).then(|| union(spans))
    }

    /// What was measured of a thing while goods were inside it; all of it where none ever were, or
    /// where it was never so warm that a mean could exceed the gate's limit.
    pub(crate) fn while_loaded<'a>(
        &self,
        id: ThingId,
        series: &'a [Series],
        gate: Option<MktGate>,
    ) -> Cow<'a, [Series]> {
        let loaded = gate
            .filter(|gate| series.iter().any(|it| is_above(it, gate.limit_mc)))
            .and_then(|_| self.loaded(id));
        match loaded {
            Some(loaded) => Cow::Owned(series.iter().map(|it| within(it, &loaded)).collect()),
            None => Cow::Borrowed(series),
        }
    }
}

fn is_above(series: &Series, limit_mc: i32) -> bool {
    let mut samples = series.samples.iter();
    let mut summaries = series.summaries.iter();
    samples.any(|it| it.mc > limit_mc) || summaries.any(|it| it.max_mc > limit_mc)
}

/// The part of a series that lies within some spans, the result of [`union`].
fn within(series: &Series, spans: &[Span]) -> Series {
    let samples = spans.iter();
    let samples = samples.flat_map(|span| clip(&series.samples, *span, series.break_ms));
    let mut summaries = series.summaries.clone();
    summaries.retain(|it| {
        let (from_ms, to_ms) = (it.from_ms, it.to_ms);
        let own = Span { from_ms, to_ms };
        spans.iter().any(|span| span.overlap(own).is_some())
    });
    Series {
        samples: samples.collect(),
        summaries,
        ..*series
    }
}

/// The worst mean of all that was measured of the same goods, put together, where it exceeds the
/// gate's limit whatever was not measured.
pub(crate) fn too_warm_together(series: &[Series], storage: &StorageProfile) -> Option<WindowMkt> {
    let gate = storage.mkt?;
    // No mean is above the warmest reading.
    if !series.iter().any(|it| is_above(it, gate.limit_mc)) {
        return None;
    }
    let samples = together(series, storage.low_mc)?;
    let worst = worst_window(&samples, storage, i64::MAX, storage.activation).ok()?;
    (worst.celsius > f64::from(gate.limit_mc) / 1000.0).then_some(worst)
}

/// All samples as one series, each moment by the device that was warmest at any time, with what
/// nobody measured at `mild_mc`. `None` where one series without a hole is all there is.
fn together(series: &[Series], mild_mc: i32) -> Option<Vec<Sample>> {
    let mut tracks: Vec<&Series> = series.iter().filter(|it| !it.samples.is_empty()).collect();
    tracks.sort_by_key(|it| Reverse(it.samples.iter().map(|sample| sample.mc).max()));
    let mut covered: Vec<Span> = Vec::new();
    let mut samples: Vec<Sample> = Vec::new();
    for track in &tracks {
        let own = covered_by_samples(&track.samples, track.break_ms);
        if covered.is_empty() {
            samples.extend(&track.samples);
        } else {
            let free = own.iter().flat_map(|span| uncovered(*span, &covered));
            samples.extend(free.flat_map(|span| clip(&track.samples, span, track.break_ms)));
        }
        covered = union([covered, own].concat());
    }
    if tracks.len() < 2 && covered.len() < 2 {
        return None;
    }
    let near_ms = tracks.iter().map(|track| track.break_ms).max()?;
    for (before, after) in covered.iter().zip(covered.iter().skip(1)) {
        let (from_ms, to_ms) = (before.to_ms, after.from_ms);
        if to_ms.saturating_sub(from_ms) > near_ms {
            let edges = [from_ms.saturating_add(1), to_ms.saturating_sub(1)];
            samples.extend(edges.map(|t_ms| Sample { t_ms, mc: mild_mc }));
        }
    }
    samples.sort_unstable();
    Some(samples)
}
