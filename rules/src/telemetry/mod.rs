//! Rules about temperature: one file per rule. They are checked on the thing the readings were
//! taken of (usually a pallet), once for every storage condition of what was inside; the packs
//! inside take the findings over for the time they were there.
//!
//! Late facts: readings uploaded after receipt are weighed together with the earlier ones; a gap
//! they fill is resolved. Readings of an event that was taken back do not count.

pub(crate) mod account;
pub(crate) mod band_excursion;
pub(crate) mod calibration;
pub(crate) mod cumulative;
pub(crate) mod ends;
pub(crate) mod excessive_heat;
pub(crate) mod flatline;
pub(crate) mod freeze;
pub(crate) mod kinetic_window;
pub(crate) mod load;
pub(crate) mod physics;
pub(crate) mod replayed;
pub(crate) mod seen;
pub(crate) mod sequence;
pub(crate) mod single_event;
pub(crate) mod stability_budget;
pub(crate) mod telemetry_gap;
pub(crate) mod threshold_alarm;
pub(crate) mod thresholds;

use std::collections::{BTreeMap, BTreeSet};

use crate::cold_chain::replay::Print;
use crate::cold_chain::{
    Gap, Sample, Span, StorageProfile, Summary, coverage, gaps, median_interval_ms, union,
};
use crate::finding::{EVIDENCE_MAX, EvidenceRef, RuleId, Severity};
use crate::judge_thing::{Anchor, Draft};
use crate::record::Device;
use crate::say::Say;
use crate::state::{EventId, EventRec, Marks, NameId, Readings, State, Step, ThingId};
use crate::timeline::Entry;
pub(crate) use seen::Seen;

/// Findings of one rule about one thing and storage condition; what exceeds them is in the last.
pub(crate) const EXCURSIONS_MAX: usize = 64;
/// Fewest distinct sample times from which a programmed interval is inferred.
const INFER_FROM: usize = 3;
/// Loggers that record on events can be arbitrarily fast; a gap is never shorter than this.
const INTERVAL_MIN_MS: i64 = 60_000;

/// What one device measured, in time order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    pub(crate) device: Option<NameId>,
    pub(crate) samples: Vec<Sample>,
    pub(crate) summaries: Vec<Summary>,
    /// Programmed interval: told, inferred or supposed, ms.
    pub(crate) interval_ms: i64,
    /// Neighbours farther apart than this leave a gap, ms.
    pub(crate) break_ms: i64,
    /// What was told with any of them ([`crate::state::Marks::flags`]).
    pub(crate) flags: u8,
}

impl Series {
    fn is_measured(&self) -> bool {
        !(self.samples.is_empty() && self.summaries.is_empty())
    }
}

/// A way from a shipment to its receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leg {
    pub(crate) shipped: EventId,
    pub(crate) received: Option<EventId>,
    pub(crate) from_ms: i64,
    /// When it ended, where that is on record.
    pub(crate) to_ms: Option<i64>,
}

/// Everything measured of one thing, judged against one storage condition.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    pub(crate) state: &'a State,
    pub(crate) thing: ThingId,
    pub(crate) storage: &'a StorageProfile,
    /// The condition is the profile's default: the product has no master data.
    pub(crate) assumed: bool,
    pub(crate) series: &'a [Series],
    /// The stretches of each series that a replay would repeat.
    pub(crate) prints: &'a [Vec<Print>],
    /// What each series shows in the light of the storage condition.
    pub(crate) seen: &'a [Seen],
    /// It is the first of several storage conditions: what concerns the devices and not the goods
    /// is said once.
    pub(crate) first: bool,
    pub(crate) legs: &'a [Leg],
    /// Time each event's readings speak for.
    pub(crate) sources: &'a [(Span, EventId)],
}

impl Reading<'_> {
    /// Records whose readings fall into a span, oldest first.
    pub(crate) fn evidence(&self, span: Span) -> Vec<EvidenceRef> {
        self.sources
            .iter()
            .filter(|(source, _)| source.overlap(span).is_some())
            .filter_map(|(_, id)| Some(self.state.event(*id)?.evidence()))
            .take(EVIDENCE_MAX)
            .collect()
    }
}

impl Reading<'_> {
    /// A finding about a span, resting on the records whose readings fall into it.
    pub(crate) fn draft(
        &self,
        (rule, severity): (RuleId, Severity),
        key: String,
        span: Span,
        say: impl Into<Say>,
    ) -> Draft {
        let anchor = Anchor {
            time_ms: span.from_ms,
            evidence: None,
        };
        let mut draft = Draft::on(rule, severity, anchor, key, say);
        draft.until_ms = span.to_ms;
        draft.evidence = self.evidence(span);
        draft
    }

    /// A finding about one device, told from others about it by `what`.
    pub(crate) fn of_device(
        &self,
        (rule, severity): (RuleId, Severity),
        (series, what): (&Series, &str),
        span: Span,
        say: impl Into<Say>,
    ) -> Draft {
        let device = self.state.device_name(series.device);
        self.draft((rule, severity), format!("{what} {device}"), span, say)
            .fact("device", device)
            .fact("what", what)
    }
}

impl State {
    /// What was measured of a thing itself within a span, by device.
    pub(crate) fn series(&self, id: ThingId, within: Span) -> Vec<Series> {
        let mut by_device: BTreeMap<Option<NameId>, Series> = BTreeMap::new();
        for (readings, event) in self.measured(id, None) {
            let series = by_device.entry(readings.device).or_default();
            let inside = |t_ms: i64| within.from_ms <= t_ms && t_ms <= within.to_ms;
            let samples = readings.samples.iter().filter(|sample| inside(sample.t_ms));
            series.samples.extend(samples);
            let span = |summary: &Summary| Span {
                from_ms: summary.from_ms,
                to_ms: summary.to_ms,
            };
            let touching = |summary: &&Summary| span(summary).overlap(within).is_some();
            series
                .summaries
                .extend(readings.summaries.iter().filter(touching));
            let flags = readings.marks().flags;
            if flags != 0 && self.spoken_for(readings, event).overlap(within).is_some() {
                series.flags |= flags;
            }
        }
        let finish = |(device, mut series): (Option<NameId>, Series)| {
            series.device = device;
            series.samples.sort_unstable();
            series.samples.dedup();
            series.summaries.sort_unstable();
            series.summaries.dedup();
            series.interval_ms = self.interval_ms(&series);
            series.break_ms = self.break_ms(series.interval_ms);
            series
        };
        let mut all: Vec<Series> = by_device
            .into_iter()
            .map(finish)
            .filter(|series| series.is_measured() || series.flags & Marks::ALARM != 0)
            .collect();
        // By name, so that it does not matter which device was heard of first.
        all.sort_by_key(|series| series.device.map(|device| self.names.text(device)));
        all
    }

    /// Time that readings speak for; an alarm alone, for the moment of its event.
    fn spoken_for(&self, readings: &Readings, event: EventId) -> Span {
        readings.span().unwrap_or_else(|| {
            let at_ms = self.event(event).map_or(0, |event| event.time_ms);
            Span {
                from_ms: at_ms,
                to_ms: at_ms,
            }
        })
    }

    /// Alarms that a device raised about a thing within a span without saying how warm it was, at
    /// moments of which no reading tells: the device, when, and the event.
    pub(crate) fn bare_alarms(
        &self,
        (id, within): (ThingId, Span),
        series: &[Series],
    ) -> Vec<(Option<NameId>, i64, EventId)> {
        if !series.iter().any(|it| it.flags & Marks::ALARM != 0) {
            return Vec::new();
        }
        let covered = covered(series);
        let measured = self.measured(id, None);
        let alarms = measured.filter(|(readings, _)| readings.marks().is(Marks::ALARM));
        let alarms = alarms.filter_map(|(readings, id)| {
            let event = self.event(id)?;
            Some((readings.device, event.time_ms, id))
        });
        let told = |t_ms: i64| {
            let mut covered = covered.iter();
            covered.any(|span| span.from_ms <= t_ms && t_ms <= span.to_ms)
        };
        let inside = |t_ms: i64| within.from_ms <= t_ms && t_ms <= within.to_ms;
        alarms
            .filter(|(_, t_ms, _)| inside(*t_ms) && !told(*t_ms))
            .collect()
    }

    /// Time each event's readings of a thing speak for.
    pub(crate) fn sources(&self, id: ThingId) -> Vec<(Span, EventId)> {
        let mut sources: Vec<(Span, EventId)> = self
            .measured(id, None)
            .filter_map(|(readings, event)| Some((readings.span()?, event)))
            .collect();
        sources.sort_unstable();
        sources
    }

    /// Readings taken of a thing (by one device, where it is named), in ledger order, without those
    /// of events that were taken back.
    pub(crate) fn measured(
        &self,
        id: ThingId,
        device: Option<NameId>,
    ) -> impl Iterator<Item = (&Readings, EventId)> {
        let mut next = 0;
        self.thing(id)
            .map_or(&[][..], |thing| thing.measured())
            .iter()
            .flat_map(move |id| self.readings_next(*id, &mut next))
            .filter(move |(readings, _)| device.is_none() || readings.device == device)
    }

    /// Readings that an event brought, unless it was taken back.
    pub(crate) fn readings_at(&self, id: EventId) -> impl Iterator<Item = (&Readings, EventId)> {
        let mut anywhere = usize::MAX;
        self.readings_next(id, &mut anywhere)
    }

    /// The same of an event that is mostly the next to have brought any (see
    /// [`crate::state::sorted::Growing::get_next`]).
    fn readings_next<'a>(
        &'a self,
        id: EventId,
        next: &mut usize,
    ) -> impl Iterator<Item = (&'a Readings, EventId)> + use<'a> {
        let counts = self
            .event(id)
            .is_some_and(|event| event.told().voided_by.is_none());
        let readings = self.readings.get_next(&id, next).filter(|_| counts);
        readings.into_iter().flatten().map(move |it| (it, id))
    }

    /// The programmed interval: told of the device, else the median of what it delivered, else the
    /// profile's supposition.
    fn interval_ms(&self, series: &Series) -> i64 {
        let inferred = || {
            if !series.samples.is_empty() {
                let enough = series.samples.len() >= INFER_FROM;
                return median_interval_ms(&series.samples).filter(|_| enough);
            }
            let length = |summary: &Summary| summary.to_ms.saturating_sub(summary.from_ms);
            let mut lengths: Vec<i64> = series.summaries.iter().map(length).collect();
            lengths.sort_unstable();
            lengths.get(lengths.len().saturating_sub(1) / 2).copied()
        };
        self.told_interval_ms(series.device)
            .or_else(inferred)
            .unwrap_or(self.profile.interval_by_default_ms)
            .max(1)
    }

    /// The interval master data tells of a device, ms.
    pub(crate) fn told_interval_ms(&self, device: Option<NameId>) -> Option<i64> {
        self.device_of(device).and_then(|device| device.interval_ms)
    }

    /// Master data of a device.
    pub(crate) fn device_of(&self, device: Option<NameId>) -> Option<&Device> {
        self.masters.devices.get(self.names.text(device?))
    }

    /// A device as people say it.
    pub(crate) fn device_name(&self, device: Option<NameId>) -> &str {
        device.map_or("without a name", |device| self.names.text(device))
    }

    /// How far apart neighbours may be without leaving a gap, ms.
    fn break_ms(&self, interval_ms: i64) -> i64 {
        interval_ms
            .max(INTERVAL_MIN_MS)
            .saturating_mul(i64::from(self.profile.gap_intervals.max(1)))
    }

    /// Storage conditions of a thing: its own product's, or those of everything ever inside. The
    /// flag tells that the condition is the profile's default.
    pub(crate) fn storages(&self, id: ThingId) -> Vec<(&StorageProfile, bool)> {
        let inside = self.ever_inside(id);
        self.storages_of(inside.iter().chain([&id]))
    }

    /// Storage conditions of some things together, as [`Self::storages`] tells them.
    pub(crate) fn storages_of<'a>(
        &self,
        things: impl Iterator<Item = &'a ThingId>,
    ) -> Vec<(&StorageProfile, bool)> {
        let mut ids: BTreeMap<&str, (&StorageProfile, bool)> = BTreeMap::new();
        let mut products = BTreeSet::new();
        let mut last = None;
        for id in things {
            let gtin = self.gtin(*id);
            if gtin != last {
                products.extend(gtin);
                last = gtin;
            }
        }
        for gtin in products {
            let product = self.masters.products.get(gtin);
            let known = product.is_some_and(|p| p.storage.is_some() || p.conditions.is_some());
            if let Some(storage) = self.storage_of(Some(gtin)) {
                ids.entry(&storage.id).or_insert((storage, true)).1 &= !known;
            }
        }
        if let (true, Some(storage)) = (ids.is_empty(), self.storage_of(None)) {
            ids.insert(&storage.id, (storage, true));
        }
        ids.into_values().collect()
    }
}

/// Shipments of a thing with the receipts that ended them, oldest first. A receipt that was booked
/// after its own party had opened the container tells that the goods came, and not when: its way
/// ends at an unknown time. A receipt by a clock that is ahead was no later than its record.
pub(crate) fn legs(timeline: &[Entry<'_>]) -> Vec<Leg> {
    let mut legs: Vec<Leg> = Vec::new();
    let mut opened: Option<&EventRec> = None;
    for entry in timeline {
        let open = legs.last_mut().filter(|leg| leg.received.is_none());
        if entry.event.step.ships() {
            opened = None;
        } else if matches!(entry.event.regroups(), Some((_, false))) {
            opened = opened.or(Some(entry.event));
        }
        match entry.event.step {
            Step::Shipping | Step::Departing
                if open.is_none() || entry.event.step == Step::Shipping =>
            {
                let from_ms = entry.event.time_ms;
                legs.push(Leg {
                    shipped: entry.id,
                    received: None,
                    from_ms,
                    to_ms: None,
                });
            }
            Step::Receiving | Step::Accepting => {
                if let Some(leg) = open {
                    let came_before = opened.is_some_and(|it| is_by_the_same(it, entry.event));
                    leg.received = Some(entry.id);
                    leg.to_ms = Some(entry.event.latest_ms()).filter(|_| !came_before);
                }
            }
            Step::VoidShipping if open.is_some() => {
                legs.pop();
            }
            _ => {}
        }
    }
    legs
}

/// Whether two events were told by one party, or happened at one place.
fn is_by_the_same(one: &EventRec, other: &EventRec) -> bool {
    let same_party = one.actor.is_some() && one.actor == other.actor;
    same_party || (one.place().is_some() && one.place() == other.place())
}

/// Keeps of the ways only what lies within a span.
pub(crate) fn clip_legs(legs: &mut Vec<Leg>, within: Span) {
    legs.retain_mut(|leg| {
        let way = Span {
            from_ms: leg.from_ms,
            to_ms: leg.to_ms.unwrap_or(i64::MAX),
        };
        let common = way.overlap(within);
        if let Some(common) = common {
            leg.from_ms = common.from_ms;
            leg.to_ms = (common.to_ms < i64::MAX).then_some(common.to_ms);
        }
        common.is_some()
    });
}

/// Time all devices together speak for.
pub(crate) fn covered(series: &[Series]) -> Vec<Span> {
    let spans = series.iter().flat_map(|series| {
        let mut spans = coverage::covered_by_samples(&series.samples, series.break_ms);
        spans.extend(coverage::covered_by_summaries(&series.summaries));
        spans
    });
    union(spans.collect())
}

/// Unwatched time: on the way where ways are known and the logger was there at all, else between
/// the first and the last reading.
pub(crate) fn unwatched(state: &State, series: &[Series], legs: &[Leg]) -> Vec<Gap> {
    let covered = covered(series);
    let (Some(first), Some(last)) = (covered.first(), covered.last()) else {
        return Vec::new();
    };
    let all = Span {
        from_ms: first.from_ms,
        to_ms: last.to_ms,
    };
    let tolerated = series
        .iter()
        .map(|series| series.break_ms)
        .min()
        .unwrap_or(0);
    if legs.is_empty() {
        return gaps(all, &covered, tolerated);
    }
    let ends = tolerated.max(state.profile.silent_end_ms);
    let mut found = Vec::new();
    for leg in legs {
        let to_ms = leg.to_ms.unwrap_or_else(|| all.to_ms.max(leg.from_ms));
        let watch = Span {
            from_ms: leg.from_ms,
            to_ms,
        };
        if covered.iter().any(|span| span.overlap(watch).is_some()) {
            found.extend(gaps(watch, &covered, tolerated));
        }
    }
    found.retain(|gap| !gap.at_an_end || gap.span.length_ms() > ends);
    found
}
