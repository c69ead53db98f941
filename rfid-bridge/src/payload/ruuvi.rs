//! Ruuvi Gateway: Bluetooth advertisements as it heard them, `data` in hex, `ts` in seconds. The
//! `RuuviTag`'s measurements are in the manufacturer data of the advertisement (AD type 0xFF,
//! company 0x0499); other tags' advertisements are passed over.

use serde_json::Value;

use super::json::{hex_bytes, time_ms};
use super::{Decoded, PayloadError, Step};
use crate::sensor::ruuvi::{self, Ruuvi};
use crate::source::{Measure, Raw, Report, Sample};

pub(super) fn read(step: Step<'_>, decoded: &mut Decoded) -> Result<(), PayloadError> {
    let Some(data) = step.item.get("data").and_then(Value::as_str) else {
        decoded.skipped += 1;
        return Ok(());
    };
    let bytes = hex_bytes(data).ok_or_else(|| step.wrong("data", "is not hex"))?;
    let Some(payload) = ruuvi::manufacturer_data(&bytes) else {
        decoded.skipped += 1;
        return Ok(());
    };
    let Ok(told) = ruuvi::decode(payload) else {
        decoded.skipped += 1;
        return Ok(());
    };
    let time = ["ts", "gwts"]
        .iter()
        .find_map(|name| step.item.get(name).and_then(time_ms));
    let at_ms = step.measured(time);
    let device = match told.address {
        Some(address) => hex::encode(address),
        None => step.topic_end().replace(':', "").to_ascii_lowercase(),
    };
    if device.is_empty() {
        return Err(step.wrong("data", "names no tag"));
    }
    if let Some(sequence) = told.sequence {
        // The counter is short and several gateways hear one tag: with the time it names the
        // measurement well enough.
        decoded.id = Some(format!("ruuvi/{device}/{sequence}/{}", at_ms / 60_000));
    }
    decoded.raws.push(Raw::Sensor(Report {
        device,
        sequence: None,
        at_ms: step.place(time),
        samples: samples(&told, at_ms),
    }));
    Ok(())
}

/// What can be believed of an advertisement; a humidity above 100 % is a fault of the sensor and
/// is told as one.
fn samples(told: &Ruuvi, at_ms: i64) -> Vec<Sample> {
    let milli = |value: i64| gs1::Decimal::from_milli(value);
    let temperature = told
        .temperature_milli_c
        .map(|value| Sample::new(Measure::TEMPERATURE_CEL, milli(value.into()), at_ms));
    let humidity = told.humidity_ppm.map(|ppm| Sample {
        fault: ppm > 1_000_000,
        ..Sample::new(Measure::HUMIDITY_P1, milli(i64::from(ppm) / 10), at_ms)
    });
    let pressure = told
        .pressure_pa
        .map(|pa| Sample::new(Measure::PRESSURE_HPA, milli(i64::from(pa) * 10), at_ms));
    let battery = told.battery_mv.map(|mv| Sample {
        alarm: mv < battery_mv_min(told.temperature_milli_c),
        ..Sample::new(Measure::BATTERY_VLT, milli(i64::from(mv)), at_ms)
    });
    [temperature, humidity, pressure, battery]
        .into_iter()
        .flatten()
        .collect()
}

/// Below this the tag's cell is nearly empty, as its maker's own application warns: the colder it
/// is, the less a full one gives.
fn battery_mv_min(milli_c: Option<i32>) -> u16 {
    match milli_c {
        Some(..=-20_000) => 2_000,
        Some(..0) => 2_300,
        _ => 2_500,
    }
}
