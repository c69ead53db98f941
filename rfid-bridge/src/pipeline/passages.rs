//! From reads to the events of passages: where a tag is, when it has passed, which way it went,
//! whether it was a stray, and which shipment it belongs to. All of it is a function of reads,
//! inputs and times; the line that owns this puts the results on disk.

use std::collections::{BTreeMap, BTreeSet};

use gs1::epcis::Event;

use super::together::Together;
use crate::capture::{self, Batcher, Beside, CaptureError, Place};
use crate::config::Config;
use crate::config::ConfigError;
use crate::config::door::{DoorLayout, Layout};
use crate::direction::{Door, Moved};
use crate::expect::{AdviceFile, Expected};
use crate::locate::{LocateConfig, Locator};
use crate::smooth::{Observation, Smoother, Stray, Suppressed};
use crate::source::{InputChange, TagRead};
use crate::timekeeping::Gateway;

/// An event and the passages it tells.
#[derive(Debug)]
pub(super) struct Passed {
    pub(super) place: usize,
    pub(super) event: Event,
    pub(super) numbers: Vec<u64>,
    /// It completes a shipment: somebody waits for that.
    pub(super) urgent: bool,
}

/// Everything between reads and events.
#[derive(Debug)]
pub(super) struct Passages {
    pub(super) layout: Layout,
    pub(super) smoother: Smoother,
    pub(super) locator: Locator,
    doors: BTreeMap<usize, (DoorLayout, Door)>,
    pub(super) expected: Expected,
    batcher: Batcher,
    together: Together,
    quiet_ms: u64,
    /// A batch is complete when nothing is left in its field: what comes later would not have been
    /// over before the batch was quiet, either.
    closes_early: bool,
    device: [u8; 32],
    /// The gateway's clocks now.
    pub(super) gateway: Gateway,
}

impl Passages {
    pub(super) fn new(config: &Config, device: [u8; 32]) -> Result<Self, ConfigError> {
        let layout = config.layout()?;
        let door = |(at, door): (&usize, &DoorLayout)| {
            (*at, (door.clone(), Door::new(door.config.clone())))
        };
        let stray_dbm = config.expected.as_ref().and_then(|it| it.stray_dbm);
        let smoothing = config.smoothing();
        let closes_early = smoothing.idle_ms >= config.batches().quiet_ms;
        let mut smoother = Smoother::new(smoothing);
        for (at, door) in &layout.doors {
            if let Some(ms) = door.config.crossed_idle_ms {
                smoother.door(*at, ms);
            }
        }
        Ok(Self {
            smoother,
            closes_early,
            locator: Locator::new(LocateConfig::default()),
            doors: layout.doors.iter().map(door).collect(),
            expected: Expected::new(stray_dbm),
            batcher: Batcher::new(config.batches()),
            together: Together::default(),
            quiet_ms: config.batches().quiet_ms,
            layout,
            device,
            gateway: Gateway::default(),
        })
    }

    /// Goes on counting, and waiting for shipments, where others have ended.
    pub(super) fn go_on_from(&mut self, before: &mut Self) {
        self.smoother.count_from(before.smoother.totals());
        self.expected.go_on_from(&mut before.expected);
    }

    /// Takes over whatever is open at places that are still the same. Returns the numbers of
    /// passages that are yet to be told.
    pub(super) fn take_over(&mut self, before: &mut Self) -> BTreeSet<u64> {
        let places = self.layout.same_places(&before.layout);
        let mut open = self.smoother.take_over(&mut before.smoother, &places);
        open.extend(self.batcher.take_over(&mut before.batcher, &places));
        self.together.take_over(&mut before.together, &places);
        for (from, to) in &places {
            let door = before.doors.get_mut(from).map(|(_, door)| door);
            if let Some((ours, theirs)) = self.doors.get_mut(to).zip(door) {
                std::mem::swap(&mut ours.1, theirs);
            }
        }
        open
    }

    /// The places of a source that tags are heard at.
    fn places_of(&self, source: usize) -> impl Iterator<Item = usize> {
        let zones = self.layout.zones.iter();
        let zones = zones.filter(move |((owner, _), _)| *owner == source);
        std::iter::once(source).chain(zones.map(|(_, at)| *at))
    }

    /// Keeps what is open at a source until `until`, or until it is heard again.
    pub(super) fn hold(&mut self, source: usize, until: u64) {
        for place in self.places_of(source).collect::<Vec<_>>() {
            self.smoother.hold(place, until);
        }
    }

    /// A source is heard again.
    pub(super) fn release(&mut self, source: usize, now: u64) {
        for place in self.places_of(source).collect::<Vec<_>>() {
            self.smoother.release(place, now);
        }
    }

    pub(super) fn place(&self, at: usize) -> Option<&Place> {
        self.layout.places.get(at)
    }

    /// From now on passages and events are collected `factor` times as long.
    pub(super) fn pace(&mut self, factor: u64) {
        self.smoother.pace(factor);
        self.batcher.pace(factor);
    }

    /// The area a place is in.
    pub(super) fn area_of(&self, place: usize) -> Option<usize> {
        let of_zone = || {
            let mut zones = self.layout.zones.iter();
            let ((source, _), _) = zones.find(|(_, at)| **at == place)?;
            self.layout.areas.get(source)
        };
        self.layout.areas.get(&place).or_else(of_zone).copied()
    }

    /// An area's name: that of the first place in it.
    pub(super) fn area_name(&self, area: usize) -> &str {
        let mut sources = self.layout.areas.iter();
        let first = sources.find(|(_, it)| **it == area);
        let place = first.and_then(|(source, _)| self.place(*source));
        place.map_or("", |place| place.name.as_str())
    }

    /// Takes a read of a source; the events of what had to be closed early.
    pub(super) fn read(
        &mut self,
        source: usize,
        read: &TagRead,
        now: u64,
    ) -> Result<Vec<Passed>, CaptureError> {
        let zone = self.layout.zones.get(&(source, read.antenna));
        let heard = zone.copied().unwrap_or(source);
        let place = match self.layout.areas.get(&source) {
            Some(area) if read.epc.bits > 0 => {
                let signal = (heard, read.rssi_cdbm);
                self.locator
                    .locate(*area, &read.epc, signal, read.arrived.mono_ms)
            }
            _ => heard,
        };
        if !self.expected.is_empty() && read.epc.bits > 0 && !self.doors.contains_key(&place) {
            self.together.read(place, &read.epc, now);
        }
        let early = self.smoother.read(place, read);
        self.add(early, now)
    }

    /// Takes a change of an input.
    pub(super) fn input(&mut self, source: usize, change: InputChange) {
        for (at, (layout, door)) in &mut self.doors {
            if layout.source != source {
                continue;
            }
            match door.input(change.port, change.high, change.at_ms) {
                Some(Moved::Begins) => self.smoother.crossing_begins(*at),
                Some(Moved::Through(from_ms, to_ms, way)) => {
                    self.smoother.crossed(*at, (from_ms, to_ms), way);
                }
                None => {}
            }
        }
    }

    /// Takes the despatch advices as they are now.
    pub(super) fn expect(&mut self, advices: Vec<AdviceFile>) -> Result<(), String> {
        self.expected.replace(advices)
    }

    /// The events that are due at monotonic time `now`; all of them with `flush`.
    pub(super) fn due(&mut self, now: u64, flush: bool) -> Result<Vec<Passed>, CaptureError> {
        self.locator.tick(now);
        let over = if flush {
            self.smoother.flush()
        } else {
            self.smoother.due(now)
        };
        let mut out = self.add(over, now)?;
        out.extend(self.whole(now)?);
        let batches = if flush {
            self.batcher.flush()
        } else {
            self.complete(now)
        };
        out.extend(self.record(batches)?);
        Ok(out)
    }

    /// The batches that nothing more is to be added to.
    fn complete(&mut self, now: u64) -> Vec<Vec<Observation>> {
        let ways = self.doors.iter().flat_map(|(at, (layout, _))| {
            let ways = layout.ways.values();
            ways.map(|way| (*way, *at))
        });
        let field: BTreeMap<usize, usize> = ways.collect();
        let field = |place: usize| field.get(&place).copied().unwrap_or(place);
        for place in self.batcher.places() {
            if self.smoother.is_held(field(place), now) {
                self.batcher.touch(place, now);
            }
        }
        let mut batches = self.batcher.due(now);
        if self.closes_early {
            let smoother = &self.smoother;
            let is_empty = |place| !smoother.is_waiting(field(place));
            batches.extend(self.batcher.complete(is_empty));
        }
        batches
    }

    /// Tells shipments that are in a field as a whole, before the last of their tags has gone.
    fn whole(&mut self, now: u64) -> Result<Vec<Passed>, CaptureError> {
        if self.expected.is_empty() {
            self.together.clear();
            return Ok(Vec::new());
        }
        let places = &self.layout.places;
        let name = |at: usize| places.get(at).map(|place| place.name.as_str());
        let quiet = (now, self.quiet_ms);
        let whole = self
            .together
            .whole(&self.expected, &self.smoother, name, quiet);
        let mut out = Vec::new();
        for place in whole {
            let told = self.smoother.tell_at(place);
            out.extend(self.add(told, now)?);
            let batch = self.batcher.close(place);
            out.extend(self.record(batch.into_iter().collect())?);
        }
        Ok(out)
    }

    fn add(&mut self, over: Vec<Observation>, now: u64) -> Result<Vec<Passed>, CaptureError> {
        let mut full = Vec::new();
        for mut observation in over {
            self.together.gone(observation.place, &observation.epc);
            if let Some((layout, door)) = self.doors.get(&observation.place) {
                if door.is_stray(&observation) {
                    self.smoother.take_back(&observation, Stray::Still);
                    continue;
                }
                let way = door.direction(&observation);
                if let Some(before) = self.smoother.went_before(&observation)
                    && door.meanwhile(&observation).is_none_or(|way| way == before)
                {
                    self.smoother.take_back(&observation, Stray::Parked);
                    continue;
                }
                if let Some(way) = way {
                    self.smoother.went(&observation, way);
                }
                let place = way.and_then(|way| layout.ways.get(&way));
                observation.place = place.copied().unwrap_or(observation.place);
            }
            full.extend(self.batcher.add(observation, now));
        }
        self.record(full)
    }

    /// Makes events of batches.
    fn record(&mut self, batches: Vec<Vec<Observation>>) -> Result<Vec<Passed>, CaptureError> {
        let mut out = Vec::new();
        for mut batch in batches {
            let at = batch.first().map_or(0, |observation| observation.place);
            let Some(place) = self.layout.places.get(at) else {
                continue;
            };
            self.together.recorded(at);
            let (matched, strays) = self.expected.matches(&place.name, &mut batch);
            for stray in &strays {
                self.smoother.take_back(stray, Stray::Unexpected);
            }
            // Both ways through a door count what was suppressed at the door.
            let base = self
                .layout
                .places
                .iter()
                .position(|it| it.name == place.name);
            let here = self.smoother.suppressed(base.unwrap_or(at));
            let there = if base == Some(at) {
                Suppressed::default()
            } else {
                self.smoother.suppressed(at)
            };
            let urgent = matched.as_ref().is_some_and(|it| it.seen == it.expected);
            let beside = Beside {
                suppressed: here.with(there),
                matched,
                gateway: self.gateway.clone(),
            };
            out.push(Passed {
                urgent,
                place: at,
                event: capture::event(place, &self.device, &batch, &beside)?,
                numbers: batch.iter().map(|it| it.number).collect(),
            });
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
