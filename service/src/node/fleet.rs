//! What records tell of the machines that made them: when each was heard last, how much it brought,
//! which gaps it signed, how good its clock is, how full its battery. Folded from the order like
//! everything else; who registered which key is the registry's.
use std::collections::BTreeMap;

use gs1::epcis::{Event, SensorReport};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tangle::registry::Operation;
use tangle::{KeyId, VerifiedBlock};

/// Business step and member of an event that tells of a gap.
const GAP: &str = "urn:theriac:epcis:data_gap";
/// Member of an event that was made while a clock was wrong.
const CLOCK: &str = "urn:theriac:epcis:clock";
/// Type of a sensor report that tells how full a battery is.
pub const BATTERY_REPORT: &str = "urn:theriac:sensor:battery";
/// Causes of gaps in which somebody's memory ran over: a reader's, or the bridge's own spool.
const SPOOL_CAUSES: [&str; 2] = ["overflow", "spool_full"];
/// Sensors that are told apart; what further ones tell is not kept here.
const SENSORS_MAX: usize = 100_000;
/// Longest cause of a gap that is kept, characters.
const CAUSE_CHARS_MAX: usize = 32;

/// All machines of which records tell.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Fleet {
    /// By the key that signs.
    keys: BTreeMap<[u8; 32], Machine>,
    /// By the party that recorded it and `deviceID`.
    sensors: BTreeMap<(String, String), Sensor>,
}

/// What a gateway or device that signs blocks told.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Machine {
    /// When its key was registered first, Unix milliseconds.
    pub enrolled_ms: Option<i64>,
    /// When its latest block was ordered, Unix milliseconds.
    pub seen_ms: Option<i64>,
    /// Blocks.
    pub blocks: u64,
    /// Events.
    pub observations: u64,
    /// Gaps it signed.
    pub gaps: Gaps,
    /// Of these, gaps in which its spool or a reader's memory ran over.
    pub overflows: Gaps,
    /// How its clock stood with its latest event that says so.
    pub clock: Option<Clock>,
}

/// Times in which something may have been missed.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Gaps {
    /// How many.
    pub count: u64,
    /// Observations that are known to be lost.
    pub lost: u64,
    /// The one that ended last.
    pub last: Option<Gap>,
}

/// A gap.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Gap {
    /// `overflow`, `disconnected`, `missing`, `reset`, `stopped`, `paused`, `spool_full`.
    pub cause: String,
    /// When it began, Unix milliseconds.
    pub from_ms: i64,
    /// When it ended, Unix milliseconds.
    pub to_ms: i64,
}

/// A clock that is wrong, or of which nobody can tell.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Clock {
    /// The gateway's own clock follows a reference; none where it could not tell.
    pub synchronised: Option<bool>,
    /// How far a reader's clock is behind the gateway's, milliseconds.
    pub offset_ms: Option<i64>,
    /// Time of the event that says so, Unix milliseconds.
    pub at_ms: i64,
}

/// What a sensor told.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Sensor {
    /// When an event with its readings was ordered last, Unix milliseconds.
    pub seen_ms: Option<i64>,
    /// Events with readings of it.
    pub observations: u64,
    /// Its battery.
    pub battery: Option<Battery>,
}

/// How full a battery is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Battery {
    /// In thousandths of the unit.
    pub milli: i64,
    /// Unit: `P1` percent, `VLT` volt.
    pub uom: String,
    /// Whoever read it says that it is low.
    pub low: bool,
    /// When it was read, Unix milliseconds.
    pub at_ms: i64,
}

impl Fleet {
    /// The machine behind a key, if records tell of it.
    pub fn machine(&self, key: &KeyId) -> Option<&Machine> {
        self.keys.get(key.as_bytes())
    }

    /// Sensors of which records tell: party, `deviceID`, what they told.
    pub fn sensors(&self) -> impl Iterator<Item = (&str, &str, &Sensor)> {
        let sensors = self.sensors.iter();
        sensors.map(|((party, id), told)| (party.as_str(), id.as_str(), told))
    }

    /// A sensor by the party that recorded its readings.
    pub fn sensor(&self, party: &str, id: &str) -> Option<&Sensor> {
        self.sensors.get(&(party.to_owned(), id.to_owned()))
    }

    /// Takes in when keys were registered.
    pub(super) fn registered(&mut self, block: &VerifiedBlock, recorded_ms: i64) {
        for (_, item) in block.items() {
            if let Ok(Operation::Author(author)) = Operation::from_bytes(&item.body) {
                let known = self.keys.entry(*author.key.as_bytes()).or_default();
                known.enrolled_ms.get_or_insert(recorded_ms);
            }
        }
    }

    /// Takes in that a machine made a block.
    pub(super) fn made(&mut self, key: &KeyId, recorded_ms: i64) {
        let machine = self.keys.entry(*key.as_bytes()).or_default();
        machine.blocks = machine.blocks.saturating_add(1);
        machine.seen_ms = Some(recorded_ms);
    }

    /// Takes in the events of a machine's block.
    pub(super) fn told(&mut self, key: &KeyId, event: &Event) {
        let machine = self.keys.entry(*key.as_bytes()).or_default();
        machine.observations = machine.observations.saturating_add(1);
        if event.mentions("data_gap")
            && let Some((gap, lost)) = gap(event)
        {
            if SPOOL_CAUSES.contains(&gap.cause.as_str()) {
                machine.overflows.add(gap.clone(), lost);
            }
            machine.gaps.add(gap, lost);
        }
        let mark = event.mentions("clock").then(|| event.extension(CLOCK));
        match mark.flatten() {
            Some(mark) => machine.clock = Some(clock(mark, event.event_time_ms)),
            // Those of files carry the logger's own times, and no mark.
            None if !event.mentions("logger") => machine.clock = None,
            None => {}
        }
    }

    /// Takes in what an event tells of sensors, whoever recorded it.
    pub(super) fn sensed(&mut self, party: &str, event: &Event, recorded_ms: i64) {
        let mut named: BTreeMap<&str, Option<Battery>> = BTreeMap::new();
        for element in &event.sensor_elements {
            let whole = element.metadata.device_id.as_deref();
            for report in &element.reports {
                let Some(id) = report.device_id.as_deref().or(whole) else {
                    continue;
                };
                let at_ms = report.time_ms.or(element.metadata.time_ms);
                let told = battery(report, at_ms.unwrap_or(event.event_time_ms));
                let known = named.entry(id).or_default();
                *known = told.or_else(|| known.take());
            }
        }
        for (id, battery) in named {
            let key = (party.to_owned(), id.to_owned());
            if self.sensors.len() >= SENSORS_MAX && !self.sensors.contains_key(&key) {
                continue;
            }
            let sensor = self.sensors.entry(key).or_default();
            sensor.seen_ms = Some(recorded_ms);
            sensor.observations = sensor.observations.saturating_add(1);
            let newer = |told: &Battery| {
                let known = sensor.battery.as_ref();
                known.is_none_or(|known| known.at_ms <= told.at_ms)
            };
            if let Some(told) = battery.filter(newer) {
                sensor.battery = Some(told);
            }
        }
    }
}

impl Gaps {
    fn add(&mut self, gap: Gap, lost: u64) {
        self.count = self.count.saturating_add(1);
        self.lost = self.lost.saturating_add(lost);
        if self
            .last
            .as_ref()
            .is_none_or(|last| last.to_ms <= gap.to_ms)
        {
            self.last = Some(gap);
        }
    }
}

/// The gap that an event tells of, and how much was lost where that was counted.
fn gap(event: &Event) -> Option<(Gap, u64)> {
    let told = event.extension(GAP)?;
    let cause = told.get("cause")?.as_str()?;
    let gap = Gap {
        cause: cause.chars().take(CAUSE_CHARS_MAX).collect(),
        from_ms: told.get("from_ms")?.as_i64()?,
        to_ms: told.get("to_ms")?.as_i64()?,
    };
    let lost = told.get("lost").and_then(Value::as_u64);
    Some((gap, lost.unwrap_or(0)))
}

fn clock(mark: &Value, at_ms: i64) -> Clock {
    let offset = mark.pointer("/reader/offset_ms");
    Clock {
        synchronised: match mark.get("time_quality").and_then(Value::as_str) {
            Some("synchronised") => Some(true),
            Some("unsynchronised") => Some(false),
            _ => None,
        },
        offset_ms: offset.and_then(Value::as_i64),
        at_ms,
    }
}

/// What a report says of a battery, in a unit that is known here.
fn battery(report: &SensorReport, at_ms: i64) -> Option<Battery> {
    if report.type_.as_deref() != Some(BATTERY_REPORT) {
        return None;
    }
    let uom = report
        .uom
        .as_deref()
        .filter(|it| ["P1", "VLT"].contains(it))?;
    Some(Battery {
        milli: report.value?.milli()?,
        uom: uom.to_owned(),
        low: report.exception.as_deref().is_some_and(is_alarm),
        at_ms,
    })
}

/// The CBV's error of that name, bare or as a URI.
fn is_alarm(exception: &str) -> bool {
    exception.ends_with("ALARM_CONDITION")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(more: &Value) -> Event {
        let mut event = json!({
            "type": "ObjectEvent", "action": "OBSERVE", "epcList": [],
            "eventTime": "2026-11-21T08:00:00Z", "eventTimeZoneOffset": "+00:00",
            "bizStep": "receiving"
        });
        for (name, value) in more.as_object().unwrap() {
            event[name] = value.clone();
        }
        let document = json!({
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                { "theriac": "urn:theriac:epcis:" }],
            "type": "EPCISDocument", "schemaVersion": "2.0",
            "creationDate": "2026-11-21T08:00:00Z",
            "epcisBody": { "eventList": [event] }
        });
        let read = gs1::epcis::parse_document(document.to_string().as_bytes());
        read.unwrap().events.remove(0)
    }

    #[test]
    fn gaps_are_counted_and_the_one_that_ended_last_is_kept() {
        let key = KeyId::new([1; 32]);
        let mut fleet = Fleet::default();
        for (cause, from_ms, to_ms, lost) in [
            ("stopped", 10, 30, None),
            ("overflow", 40, 90, Some(120)),
            ("disconnected", 50, 60, Some(3)),
            ("spool_full", 20, 35, Some(7)),
            ("paused", 5, 6, None),
        ] {
            let mut told = json!({ "source": "dock", "cause": cause, "from_ms": from_ms,
                "to_ms": to_ms });
            if let Some(lost) = lost {
                told["lost"] = json!(lost);
            }
            fleet.told(&key, &event(&json!({ "theriac:data_gap": told })));
        }
        // Members that are malformed are passed over.
        fleet.told(&key, &event(&json!({ "theriac:data_gap": { "cause": 1 } })));
        let told = fleet.machine(&key).unwrap();
        let last = Gap {
            cause: "overflow".to_owned(),
            from_ms: 40,
            to_ms: 90,
        };
        assert_eq!((told.gaps.count, told.gaps.lost), (5, 130));
        assert_eq!(told.gaps.last, Some(last.clone()));
        assert_eq!((told.overflows.count, told.overflows.lost), (2, 127));
        assert_eq!(told.overflows.last, Some(last));
        assert_eq!(told.observations, 6);
    }

    #[test]
    fn a_clock_is_wrong_until_an_event_comes_without_a_mark() {
        let key = KeyId::new([1; 32]);
        let mut fleet = Fleet::default();
        let mark = json!({ "theriac:clock": { "time_quality": "unsynchronised",
            "gateway": { "unix_ms": 5 }, "reader": { "clock": "utc", "offset_ms": -2500 } } });
        fleet.told(&key, &event(&mark));
        let wrong = Some((Some(false), Some(-2500)));
        let state = |fleet: &Fleet| {
            let clock = fleet.machine(&key).unwrap().clock.as_ref();
            clock.map(|it| (it.synchronised, it.offset_ms))
        };
        assert_eq!(state(&fleet), wrong);
        let file = json!({ "theriac:logger": { "feed": "usb", "device": "x" } });
        fleet.told(&key, &event(&file));
        assert_eq!(
            state(&fleet),
            wrong,
            "a file says nothing of the gateway's clock"
        );
        for (word, known) in [("unknown", None), ("synchronised", Some(true))] {
            let mark = json!({ "theriac:clock": { "time_quality": word } });
            fleet.told(&key, &event(&mark));
            assert_eq!(state(&fleet), Some((known, None)));
        }
        fleet.told(&key, &event(&json!({})));
        assert_eq!(state(&fleet), None);
    }

    #[test]
    fn a_sensor_is_its_partys_and_its_latest_battery_counts() {
        let mut fleet = Fleet::default();
        let told = |percent: f64, time: &str| {
            event(&json!({ "sensorElementList": [{
                "sensorMetadata": { "deviceID": "urn:dev:1", "time": time },
                "sensorReport": [
                    { "type": "Temperature", "value": 5.1, "uom": "CEL" },
                    { "type": "urn:theriac:sensor:battery", "value": percent, "uom": "P1" },
                    { "type": "urn:theriac:sensor:battery", "value": 2.4, "uom": "VLT",
                      "deviceID": "urn:dev:3", "exception": "ALARM_CONDITION" },
                    { "type": "urn:theriac:sensor:battery", "value": 1, "uom": "KGM" },
                    { "type": "Temperature", "value": 5.2, "uom": "CEL",
                      "deviceID": "urn:dev:2" },
                ]
            }] }))
        };
        fleet.sensed("a", &told(80.5, "2026-11-21T08:00:00Z"), 10);
        fleet.sensed("a", &told(17.0, "2026-11-21T09:00:00Z"), 20);
        // A file that comes late.
        fleet.sensed("a", &told(99.0, "2026-11-20T09:00:00Z"), 30);
        let one = fleet.sensor("a", "urn:dev:1").unwrap();
        assert_eq!((one.seen_ms, one.observations), (Some(30), 3));
        let battery = one.battery.as_ref().unwrap();
        assert_eq!((battery.milli, battery.low), (17_000, false));
        let volts = fleet.sensor("a", "urn:dev:3").unwrap().battery.as_ref();
        assert!(volts.is_some_and(|it| it.low && it.milli == 2_400));
        assert_eq!(fleet.sensor("a", "urn:dev:2").unwrap().battery, None);
        assert_eq!(fleet.sensor("b", "urn:dev:1"), None);
        assert_eq!(fleet.sensors().count(), 3);
    }
}
