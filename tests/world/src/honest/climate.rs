//! What a logger in a box measures: a fridge that breathes around five degrees, every ten minutes,
//! in tenths of a degree as real loggers report them. Readings are handed in on arrival.

use gs1::Epc;
use gs1::epcis::{Action, SensorElement, SensorMetadata, SensorReport};
use serde_json::json;

use super::Crossing;
use crate::atlas::SiteId;
use crate::faults::journey::Journey;
use crate::post::Care;
use crate::seeded::Seeded;
use crate::world::World;
use crate::{DAY, MINUTE, START_MS};

/// The programmed interval of every logger.
pub(crate) const INTERVAL: i64 = 10 * MINUTE;
/// Calibrated until long after the end of the world.
const CALIBRATED_FOR: i64 = 400 * DAY;

/// One reading: ms since the Unix epoch, and milli-degrees Celsius.
pub(crate) type Reading = (i64, i32);

/// What one logger hands in.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    pub(crate) device: String,
    pub(crate) readings: Vec<Reading>,
    /// Numbers of the first and the last reading, of a logger that counts.
    pub(crate) numbers: Option<(u64, u64)>,
}

impl World {
    /// The readings of a journey, with whatever happened to box and logger.
    pub(crate) fn ride<T>(
        &mut self,
        crossing: &Crossing<T>,
        packs: &[u32],
        now: i64,
        from: SiteId,
        to: SiteId,
        may_go_wrong: bool,
    ) {
        let device = self.logger(from, now, None);
        let skew = self.atlas.sites[from].skew_ms;
        let (since, until) = (crossing.shipped_ms + skew - INTERVAL, now + 2 * INTERVAL);
        let readings = steady(&mut self.cheats.cold, since, until);
        let log = Log {
            device,
            readings,
            numbers: None,
        };
        let journey = Journey {
            unit: &crossing.unit,
            packs,
            from,
            to,
            shipped_ms: crossing.shipped_ms,
            arrived_ms: now,
        };
        let mut log = log;
        let (logs, care) = if self.heated(&journey, &mut log.readings).is_some() {
            (vec![log], Care::Sure)
        } else if may_go_wrong && !self.params.honest {
            self.spoil(&journey, log)
        } else {
            (vec![log], Care::Usual)
        };
        for log in logs {
            self.hand_in_log(&crossing.unit, &log, until, to, care);
        }
    }

    fn hand_in_log(&mut self, unit: &Epc, log: &Log, at_ms: i64, site: SiteId, care: Care) {
        let reports = log
            .readings
            .iter()
            .map(|(t_ms, mc)| SensorReport::temperature(*mc, *t_ms))
            .chain(log.numbers.map(counted));
        let element = SensorElement {
            metadata: SensorMetadata {
                device_id: Some(log.device.clone()),
                ..SensorMetadata::default()
            },
            reports: reports.collect(),
        };
        let event = self
            .object(
                Action::Observe,
                vec![unit.clone()],
                at_ms,
                "sensor_reporting",
                site,
            )
            .with_sensor_element(&element);
        self.send(event, at_ms, site, care);
    }

    /// A logger of the sender, told to the ledger before its first use.
    pub(crate) fn logger(
        &mut self,
        owner: SiteId,
        now: i64,
        calibrated_until: Option<i64>,
    ) -> String {
        self.cheats.loggers += 1;
        let id = format!("urn:epc:id:giai:9506000.LOG{:06}", self.cheats.loggers);
        let body = json!({
            "type": "device",
            "id": id,
            "party": self.atlas.sites[owner].party,
            "kind": "logger",
            "calibrated_until_ms": calibrated_until.unwrap_or(START_MS + CALIBRATED_FOR),
            "interval_ms": INTERVAL,
        });
        self.tell(now, Some(owner), body);
        id
    }
}

/// What a logger that counts says of its numbers.
fn counted((first, last): (u64, u64)) -> SensorReport {
    let number = |number: u64| number.to_string().parse().ok();
    SensorReport {
        type_: Some(rules::SEQUENCE_REPORT.to_owned()),
        min_value: number(first),
        max_value: number(last),
        ..SensorReport::default()
    }
}

/// A fridge that works.
pub(crate) fn steady(dice: &mut Seeded, from_ms: i64, to_ms: i64) -> Vec<Reading> {
    let mut readings = Vec::new();
    let (mut at_ms, mut drift) = (from_ms, 0_i64);
    while at_ms <= to_ms {
        drift = (drift + dice.between(-1, 1)).clamp(-6, 6);
        let tenths = 50 + drift + dice.between(-2, 2);
        readings.push((at_ms, tenths as i32 * 100));
        at_ms += INTERVAL;
    }
    readings
}
