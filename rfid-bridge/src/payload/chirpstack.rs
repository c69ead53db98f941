//! `ChirpStack` v4: uplinks of `LoRaWAN` probes. What a probe measured is in `object`, in the words
//! of its codec; taken are `temperature`, `humidity` and `pressure`, as a number or as one number
//! a channel (Cayenne LPP). `deduplicationId` and `fCnt` name the uplink, however often it is
//! delivered; a jump of `fCnt` tells how many never came.

use serde_json::Value;

use super::json::{decimal, time_ms, whole};
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
        // Joins, acknowledgements, states and logs have no frame counter.
        decoded.skipped += 1;
        return Ok(());
    };
    if let Some(id) = item.get("deduplicationId").and_then(Value::as_str) {
        decoded.id = Some(format!("chirpstack/{id}/{sequence}"));
    }
    let at_ms = step.place(item.get("time").and_then(time_ms));
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
    decoded.raws.push(Raw::Sensor(Report {
        device: device.to_ascii_lowercase(),
        sequence: Some(sequence),
        at_ms,
        samples,
    }));
    Ok(())
}
