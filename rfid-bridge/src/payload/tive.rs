//! Tive trackers: readings of the API v3, alone or in arrays, as its webhooks send them.
//! Temperature in degrees Celsius, humidity in percent, pressure in hectopascals, light in lux,
//! what is left in the battery in percent. Positions are not taken: where a truck is belongs to its
//! carrier, and a block is for ever.

use serde_json::Value;

use super::json::{decimal, percent, time_ms};
use super::{DEVICE_CHARS_MAX, Decoded, PayloadError, Step};
use crate::source::{Measure, Raw, Report, Sample};

/// Where the tracker's name may stand.
const DEVICE: [&str; 5] = [
    "/deviceId",
    "/deviceName",
    "/device/id",
    "/tracker/id",
    "/imei",
];

const FIELDS: [(&str, Measure); 4] = [
    ("/temperature", Measure::TEMPERATURE_CEL),
    ("/humidity", Measure::HUMIDITY_P1),
    ("/pressure", Measure::PRESSURE_HPA),
    ("/light", Measure::ILLUMINANCE_LUX),
];

pub(super) fn read(step: Step<'_>, decoded: &mut Decoded) -> Result<(), PayloadError> {
    let item = step.item;
    let named = DEVICE.iter().find_map(|pointer| {
        let value = item.pointer(pointer)?;
        value
            .as_str()
            .map(ToOwned::to_owned)
            .or_else(|| value.as_u64().map(|id| id.to_string()))
    });
    let device = named.unwrap_or_else(|| step.topic_end().to_owned());
    if device.is_empty() || device.chars().count() > DEVICE_CHARS_MAX {
        return Err(step.wrong("deviceId", "is missing or too long"));
    }
    let time = item
        .get("timestamp")
        .and_then(time_ms)
        .filter(|ms| *ms >= 0);
    let Some(time) = time else {
        return Err(step.wrong("timestamp", "is missing or no time"));
    };
    let at_ms = step.measured(Some(time));
    let mut samples = Vec::new();
    for (pointer, measure) in FIELDS {
        match item.pointer(pointer) {
            None | Some(Value::Null) => {}
            Some(value) => {
                let value = decimal(value).ok_or_else(|| step.wrong(pointer, "is no number"))?;
                samples.push(Sample::new(measure, value, at_ms));
            }
        }
    }
    let battery = item.get("battery").and_then(percent);
    samples.extend(battery.map(|left| Sample::new(Measure::BATTERY_P1, left, at_ms)));
    if samples.is_empty() {
        decoded.skipped += 1;
        return Ok(());
    }
    // A message of several readings is as old as its last.
    decoded.id = Some(format!("tive/{device}/{time}/{}", step.at));
    decoded.raws.push(Raw::Sensor(Report {
        device,
        sequence: None,
        at_ms: step.place(Some(time)),
        samples,
    }));
    Ok(())
}
