//! From reads to the events of passages: where a tag is, when it has passed, which way it went,
//! whether it was a stray, and which shipment it belongs to. All of it is a function of reads,
//! inputs and times; the line that owns this puts the results on disk.

use std::collections::BTreeMap;

use gs1::epcis::Event;

use super::together::Together;
use crate::capture::{self, Batcher, Beside, CaptureError, Place};
use crate::config::Config;
use crate::config::ConfigError;
use crate::config::door::{DoorLayout, Layout};
use crate::direction::Door;
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
        Ok(Self {
            smoother: Smoother::new(config.smoothing()),
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
        for (layout, door) in self.doors.values_mut() {
            if layout.source == source {
                door.input(change.port, change.high, change.at_ms);
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
            self.batcher.due(now)
        };
        out.extend(self.record(batches)?);
        Ok(out)
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
