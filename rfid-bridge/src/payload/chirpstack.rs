//! `ChirpStack` v4: uplinks of `LoRaWAN` probes. What a probe measured is in `object`, in the words
//! of its codec; taken are `temperature`, `humidity` and `pressure`, as a number or as one number a
//! channel (Cayenne LPP), and what codecs tell of the battery. What the network asked the probe
//! itself comes as a `status` event, percent of its battery among it. `deduplicationId` and `fCnt`
//! name the uplink, however often it is delivered; a jump of `fCnt` tells how many never came.

use serde_json::Value;

use super::json::{decimal, percent, time_ms, whole};
use super::{DEVICE_CHARS_MAX, Decoded, PayloadError, Step};
use crate::source::{Measure, Raw, Report, Sample};

/// Words of codecs, what they mean, and in which unit (UN/ECE Rec. 20).
const WORDS: [(&str, Measure); 7] = [
    ("temperature", Measure::TEMPERATURE_CEL),
    ("temperatureSensor", Measure::TEMPERATURE_CEL),
    ("temp", Measure::TEMPERATURE_CEL),
    ("humidity", Measure::HUMIDITY_P1),
    ("humiditySensor", Measure::HUMIDITY_P1),
    ("pressure", Measure::PRESSURE_HPA),
    ("barometer", Measure::PRESSURE_HPA),
];

/// The same for batteries. These words are percent with most codecs and volts with some: from ten
/// on it is percent, a fraction below is volts, and a whole number below may be either and is not
/// told.
const BATTERIES: [&str; 3] = ["battery", "batteryLevel", "battery_level"];
const VOLTAGES: [&str; 5] = ["BatV", "batV", "batteryVoltage", "battery_voltage", "vbat"];
/// A probe's battery gives less, thousandths of a volt.
const MILLI_V_MAX: i64 = 60_000;

pub(super) fn read(step: Step<'_>, decoded: &mut Decoded) -> Result<(), PayloadError> {
    let item = step.item;
    let device = item.pointer("/deviceInfo/devEui").and_then(Value::as_str);
    let Some(device) = device else {
        return Err(step.wrong("deviceInfo.devEui", "is missing"));
    };
    if device.is_empty() || device.chars().count() > DEVICE_CHARS_MAX {
        return Err(step.wrong("deviceInfo.devEui", "is empty or too long"));
    }
    let sequence: Option<u64> = item.get("fCnt").and_then(whole);
    let Some(sequence) = sequence else {
        // Joins, acknowledgements and logs have no frame counter, and neither has a status.
        match status(step) {
            Some(samples) => {
                let id = item.get("deduplicationId").and_then(Value::as_str);
                decoded.id = id.map(|id| format!("chirpstack/{id}/status"));
                decoded.raws.push(Raw::Sensor(Report {
                    device: device.to_ascii_lowercase(),
                    sequence: None,
                    at_ms: step.place(item.get("time").and_then(time_ms)),
                    samples: vec![samples],
                }));
            }
            None => decoded.skipped += 1,
        }
        return Ok(());
    };
    if let Some(id) = item.get("deduplicationId").and_then(Value::as_str) {
        decoded.id = Some(format!("chirpstack/{id}/{sequence}"));
    }
    let time = item.get("time").and_then(time_ms);
    let at_ms = step.measured(time);
    let mut samples = Vec::new();
    for (word, measure) in WORDS {
        match item.pointer(&format!("/object/{word}")) {
            None => {}
            Some(Value::Object(channels)) => {
                for (channel, value) in channels {
                    let value = decimal(value)
                        .ok_or_else(|| step.wrong("object", "has a channel without a number"))?;
                    samples.push(Sample {
                        channel: Some(channel.chars().take(16).collect()),
                        ..Sample::new(measure.clone(), value, at_ms)
                    });
                }
            }
            Some(value) => {
                let value = decimal(value).ok_or_else(|| step.wrong(word, "is no number"))?;
                samples.push(Sample::new(measure, value, at_ms));
            }
        }
    }
    samples.extend(battery(item, at_ms));
    decoded.raws.push(Raw::Sensor(Report {
        device: device.to_ascii_lowercase(),
        sequence: Some(sequence),
        at_ms: step.place(time),
        samples,
    }));
    Ok(())
}

/// What a `status` event tells of the battery; none for another event, or a probe that has none or
/// does not know.
fn status(step: Step<'_>) -> Option<Sample> {
    let is = |name: &str| step.item.get(name).and_then(Value::as_bool) == Some(true);
    if is("externalPowerSource") || is("batteryLevelUnavailable") {
        return None;
    }
    step.item.get("margin").and_then(decimal)?;
    let left = step.item.get("batteryLevel").and_then(percent)?;
    let at_ms = step.measured(step.item.get("time").and_then(time_ms));
    Some(Sample::new(Measure::BATTERY_P1, left, at_ms))
}

/// What a codec tells of the battery.
fn battery(item: &Value, at_ms: i64) -> Option<Sample> {
    let object = item.get("object")?;
    let find = |words: &[&str]| words.iter().find_map(|word| object.get(*word));
    if let Some(volts) = find(&VOLTAGES).and_then(decimal)
        && volts
            .milli()
            .is_some_and(|it| (1..MILLI_V_MAX).contains(&it))
    {
        return Some(Sample::new(Measure::BATTERY_VLT, volts, at_ms));
    }
    let told = find(&BATTERIES).and_then(percent)?;
    let measure = match (told.milli()?, told.whole()) {
        (10_000.., _) => Measure::BATTERY_P1,
        (_, None) => Measure::BATTERY_VLT,
        (_, Some(_)) => return None,
    };
    Some(Sample::new(measure, told, at_ms))
}
