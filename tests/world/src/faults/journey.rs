//! What happens to a cold box and its logger on the way, each labelled: warm, frozen, not watched,
//! not calibrated, stuck, impossible, out of time.

use gs1::Epc;
use gs1::epcis::Action;

use crate::atlas::SiteId;
use crate::honest::climate::{INTERVAL, Log, Reading};
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;
use crate::{DAY, HOUR, START_MS};

/// Share of cold journeys on which something goes wrong.
const SPOILED: f64 = 0.06;
/// What can go wrong, in turn.
const KINDS: [Kind; 11] = [
    Kind::Warm,
    Kind::Frozen,
    Kind::Gap,
    Kind::SilentEnd,
    Kind::Flatline,
    Kind::Replayed,
    Kind::Unphysical,
    Kind::Lapsed,
    Kind::ForeignLogger,
    Kind::ClockJump,
    Kind::Warm,
];

/// A journey of a cold box.
#[derive(Debug)]
pub(crate) struct Journey<'a> {
    pub(crate) unit: &'a Epc,
    pub(crate) packs: &'a [u32],
    pub(crate) from: SiteId,
    pub(crate) to: SiteId,
    pub(crate) shipped_ms: i64,
    pub(crate) arrived_ms: i64,
}

impl World {
    /// What the loggers of this journey hand in.
    pub(crate) fn spoil(&mut self, journey: &Journey<'_>, log: Log) -> (Vec<Log>, Care) {
        let long_enough = journey.arrived_ms - journey.shipped_ms >= 10 * HOUR;
        if !long_enough || !self.cheats.cold.chance(SPOILED) {
            self.cheats.archive(&log);
            return (vec![log], Care::Usual);
        }
        let kind = KINDS[self.cheats.spoiled % KINDS.len()];
        self.cheats.spoiled += 1;
        let plain = log.clone();
        let Some(logs) = self.spoilt(kind, journey, log) else {
            return (vec![plain], Care::Usual);
        };
        let at_ms = journey.arrived_ms;
        self.plant(kind, journey.unit, at_ms, journey.to);
        for pack in journey.packs {
            self.mark(kind, *pack, at_ms, journey.to);
        }
        self.label_pallets(kind, journey);
        (logs, Care::Sure)
    }

    fn spoilt(&mut self, kind: Kind, journey: &Journey<'_>, mut log: Log) -> Option<Vec<Log>> {
        let (from, to) = (journey.shipped_ms, journey.arrived_ms);
        let middle = from + (to - from) / 2;
        match kind {
            Kind::Warm => plateau(&mut log.readings, middle, 5 * HOUR, 14_500),
            Kind::Frozen => plateau(&mut log.readings, middle, 2 * HOUR, -2_500),
            Kind::Gap => log
                .readings
                .retain(|(at_ms, _)| (at_ms - middle).abs() > 2 * HOUR),
            Kind::SilentEnd if self.cheats.spoiled.is_multiple_of(2) => {
                log.readings.retain(|(at_ms, _)| *at_ms > from + 3 * HOUR);
            }
            Kind::SilentEnd => log.readings.retain(|(at_ms, _)| *at_ms < to - 3 * HOUR),
            Kind::Flatline => return Some(self.stuck(journey, log, middle)),
            Kind::Replayed => return self.replay(log),
            Kind::Unphysical => {
                let at = log.readings.len() / 2;
                // Two hundred degrees up and down within two readings.
                log.readings[at].1 = 95_000;
                log.readings[at + 1].1 = -60_000;
            }
            Kind::Lapsed => {
                log.device = self.logger(journey.from, to, Some(START_MS - 30 * DAY));
            }
            Kind::ForeignLogger => self.bind_elsewhere(&log.device, journey),
            Kind::ClockJump => {
                let last = log.readings.len() as u64;
                log.numbers = Some((1, last));
                let late = log.readings.iter_mut().filter(|(at_ms, _)| *at_ms > middle);
                late.for_each(|(at_ms, _)| *at_ms += 2 * HOUR);
            }
            _ => return None,
        }
        Some(vec![log])
    }

    /// The logger is packed into somebody else's box, by that box's own papers.
    fn bind_elsewhere(&mut self, device: &str, journey: &Journey<'_>) {
        let other = self.unit();
        let at = self.atlas.centre(journey.from + 1);
        let logger = Epc::parse(device).expect("a logger");
        let before = journey.shipped_ms - HOUR;
        let event = self.aggregation(Action::Add, &other, vec![logger], before, at);
        self.send(event, journey.arrived_ms, at, Care::Sure);
    }

    /// One of two loggers repeats its last value while the box warms up and cools down by degrees.
    fn stuck(&mut self, journey: &Journey<'_>, log: Log, middle: i64) -> Vec<Log> {
        let mut moving = Log {
            device: self.logger(journey.from, journey.arrived_ms, None),
            readings: log.readings.clone(),
            numbers: None,
        };
        for (at_ms, mc) in &mut moving.readings {
            let into = (HOUR * 3 - (*at_ms - middle).abs()).max(0);
            *mc += (into * 2_200 / (3 * HOUR)) as i32 / 100 * 100;
        }
        let mut flat = log;
        let value = flat.readings[0].1;
        for (at_ms, mc) in &mut flat.readings {
            if (*at_ms - middle).abs() < 4 * HOUR {
                *mc = value;
            }
        }
        vec![flat, moving]
    }
}

/// Up or down to a temperature within an hour, there for a while, and back.
pub(crate) fn plateau(readings: &mut [Reading], middle: i64, length: i64, mc: i32) {
    let ramp = 6 * INTERVAL;
    for (at_ms, value) in readings {
        let outside = ((*at_ms - middle).abs() - length / 2).clamp(0, ramp);
        let share = ramp - outside;
        let shift = i64::from(mc - 5_000) * share / ramp;
        *value += shift as i32 / 100 * 100;
    }
}
