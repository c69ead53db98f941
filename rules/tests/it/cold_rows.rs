//! Rows of scenarios about temperatures, and master data that goes with them.
//!
//! `measure 5x12 9 - 5` are readings every ten minutes from the row's time (`-`: not taken), by
//! logger 1 in degrees Celsius. Words before them change that: `by=2` another logger, `every=30`
//! minutes, `unit=FAH`, `n=13` the number of the first reading, `raw=a` and `prev=b` hashes,
//! `battery` changed, `signed=2` by logger 2, `wave=40:3` forty readings of pattern 3 that moves,
//! `span=24:1..9` a summary of that many hours with its extremes, `kind=Humidity` no temperatures.
//! `alarm` is an alarm without a temperature, of the time of its event.
//! `file=invalid` and `cal=expired` are what a bridge says of the file they were read from.
//!
//! `logger 2 cal=1..90 every=30 buffered rate=1` is a data sheet, days for the calibration.
//! `conditions 2..8 band=8..15:10 equivalent=5:48 vvm=VVM7 gate=24:8:15 energy=120 max=30` is the
//! refrigerated product's own storage condition, allowances in hours. Logger 2 as a thing is `g2`.

use gs1::Epc;
use gs1::epcis::{SensorElement, SensorMetadata, SensorReport};
use rules::cold_chain::{Activation, BudgetBand, EquivalentBudget, MktGate, StorageProfile, Vvm};
use rules::{
    BATTERY_REPORT, Device, MasterData, PREVIOUS_REPORT, Product, SEQUENCE_REPORT, Sensor,
};

use super::cast;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The id of a logger by number.
pub(crate) fn logger(number: &str) -> String {
    format!("urn:epc:id:giai:9506000.LOG{number}")
}

/// A logger as a thing.
pub(crate) fn logger_epc(number: &str) -> Epc {
    Epc::parse(&logger(number)).unwrap()
}

/// The readings of a `measure` row.
pub(crate) fn element(from_ms: i64, words: &[&str]) -> SensorElement {
    let value = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
    let minutes: i64 = value("every=").map_or(10, |text| text.parse().unwrap());
    let unit = value("unit=").unwrap_or("CEL");
    let mut reports: Vec<SensorReport> = Vec::new();
    let mut t_ms = from_ms;
    let mut add = |milli: Option<i32>| {
        if let Some(milli) = milli {
            let mut report = SensorReport::temperature(milli, t_ms);
            report.uom = Some(unit.to_owned());
            if let Some(kind) = value("kind=") {
                report.type_ = Some(kind.to_owned());
            }
            reports.push(report);
        }
        t_ms += minutes * 60_000;
    };
    for word in words {
        if let Some(wave) = word.strip_prefix("wave=") {
            for milli in pattern(wave) {
                add(Some(milli));
            }
            continue;
        }
        let (value, times) = word.split_once('x').unwrap_or((word, "1"));
        let reading = match value.parse::<gs1::Decimal>() {
            Ok(reading) => Some(i32::try_from(reading.milli().unwrap()).unwrap()),
            Err(_) if *word == "-" => None,
            Err(_) => continue,
        };
        for _ in 0..times.parse::<usize>().unwrap() {
            add(reading);
        }
    }
    let span = value("span=").map(|text| {
        let (hours, extremes) = text.split_once(':').unwrap();
        let (low, high) = extremes.split_once("..").unwrap();
        let mut report = SensorReport::temperature(0, 0);
        (report.value, report.time_ms) = (None, None);
        report.min_value = Some(low.parse().unwrap());
        report.max_value = Some(high.parse().unwrap());
        reports.push(report);
        from_ms + hours.parse::<i64>().unwrap() * HOUR_MS
    });
    marks(&mut reports, words);
    SensorElement {
        metadata: SensorMetadata {
            device_id: Some(logger(value("by=").unwrap_or("1"))),
            raw_data: value("raw=").map(hash),
            start_time_ms: span.map(|_| from_ms),
            end_time_ms: span,
            ..SensorMetadata::default()
        },
        reports,
    }
}

/// What a bridge says of a logger's file, where the row tells anything of it.
pub(crate) fn file(words: &[&str]) -> Option<serde_json::Value> {
    let value = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
    let (signature, state) = (value("file="), value("cal="));
    (signature.or(state).is_some()).then(|| {
        serde_json::json!({
            "signature": signature.unwrap_or("absent"),
            "calibration": { "state": state.unwrap_or("unknown") },
        })
    })
}

fn marks(reports: &mut Vec<SensorReport>, words: &[&str]) {
    let value = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
    let mark = |kind: &str| SensorReport {
        type_: Some(kind.to_owned()),
        ..SensorReport::default()
    };
    if let Some(number) = value("n=") {
        reports.push(SensorReport {
            value: Some(number.parse().unwrap()),
            ..mark(SEQUENCE_REPORT)
        });
    }
    if let Some(previous) = value("prev=") {
        reports.push(SensorReport {
            uri_value: Some(hash(previous)),
            ..mark(PREVIOUS_REPORT)
        });
    }
    if words.contains(&"alarm") {
        reports.push(SensorReport {
            exception: Some("ALARM_CONDITION".to_owned()),
            ..mark("Temperature")
        });
    }
    if words.contains(&"battery") {
        reports.push(SensorReport {
            boolean_value: Some(true),
            ..mark(BATTERY_REPORT)
        });
    }
}

fn hash(name: &str) -> String {
    format!("ni:///sha-256;{name}")
}

/// Readings that move inside 2 to 8 degrees and look like no other pattern's.
fn pattern(text: &str) -> Vec<i32> {
    let (count, seed) = text.split_once(':').unwrap();
    let mut state: u64 = seed.parse().unwrap();
    let count: usize = count.parse().unwrap();
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            4_000 + 100 * i32::try_from((state >> 33) % 20).unwrap()
        })
        .collect()
}

/// Master data of a `logger` row.
pub(crate) fn device(day_1_ms: i64, words: &[&str]) -> MasterData {
    let value = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
    let day = |text: &str| day_1_ms + (text.parse::<i64>().unwrap() - 1) * DAY_MS;
    let (from, until) = value("cal=").map_or((None, None), |text| {
        let (from, until) = text.split_once("..").unwrap();
        ((!from.is_empty()).then(|| day(from)), Some(day(until)))
    });
    let milli = |name: &str| value(name).map(|text| text.parse::<i32>().unwrap() * 1000);
    MasterData::Device(Device {
        id: logger(words[0]),
        party: cast::gln_of('M'),
        kind: "logger".to_owned(),
        calibrated_until_ms: until,
        interval_ms: Some(value("every=").map_or(600_000, |m| m.parse::<i64>().unwrap() * 60_000)),
        locations: Vec::new(),
        sensor: Some(Box::new(Sensor {
            calibrated_from_ms: from,
            rate_mc_per_min: milli("rate="),
            high_mc: milli("top="),
            guard_mc: milli("guard="),
            buffered: words.contains(&"buffered"),
            ..Sensor::default()
        })),
    })
}

/// Master data of a `conditions` row.
pub(crate) fn conditions(words: &[&str]) -> MasterData {
    let value = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
    let range = |text: &str| {
        let (low, high) = text.split_once("..").unwrap();
        let milli = |text: &str| text.parse::<i32>().unwrap() * 1000;
        (milli(low), milli(high))
    };
    let hours = |text: &str| text.parse::<i64>().unwrap() * HOUR_MS;
    let (low, high) = range(words[0]);
    let bands = words.iter().filter_map(|word| word.strip_prefix("band="));
    let bands = bands.map(|text| {
        let (band, allowed) = text.split_once(':').unwrap();
        let (low_mc, high_mc) = range(band);
        BudgetBand {
            low_mc,
            high_mc,
            allowed_ms: hours(allowed),
        }
    });
    let own = StorageProfile {
        budget: bands.collect(),
        equivalent: value("equivalent=").map(|text| {
            let (reference, allowed) = text.split_once(':').unwrap();
            EquivalentBudget {
                reference_mc: reference.parse::<i32>().unwrap() * 1000,
                allowed_ms: hours(allowed),
            }
        }),
        vvm: value("vvm=").map(|text| match text {
            "VVM2" => Vvm::Vvm2,
            "VVM7" => Vvm::Vvm7,
            "VVM14" => Vvm::Vvm14,
            _ => Vvm::Vvm30,
        }),
        activation: value("energy=").map_or(Activation::USP, |text| Activation {
            centijoule_per_mol: text.parse::<u32>().unwrap() * 100_000,
        }),
        mkt: value("gate=").map(|text| {
            let numbers: Vec<i32> = text.split(':').map(|it| it.parse().unwrap()).collect();
            MktGate {
                window_ms: i64::from(numbers[0]) * HOUR_MS,
                limit_mc: numbers[1] * 1000,
                ceiling_mc: numbers[2] * 1000,
                time_above_ms_max: DAY_MS,
            }
        }),
        max_ever_mc: value("max=").map(|text| text.parse::<i32>().unwrap() * 1000),
        ..StorageProfile::new("own", low, high)
    };
    let MasterData::Product(product) = cast::stored("2-8C") else {
        unreachable!()
    };
    MasterData::Product(Product {
        conditions: Some(Box::new(own)),
        ..product
    })
}
