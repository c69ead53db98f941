//! Whole files of loggers, whichever maker's, as events: the readings with their own units, the
//! hash of the file as it came, whether the device signed it and whether it was calibrated. An
//! event's id follows from the file's hash, so that a file read twice says nothing new.

use gs1::epcis::{Action, Event, ParseError, SensorElement, SensorMetadata, SensorReport};
use gs1::{BizStep, Epc};
use serde_json::json;

use super::berlinger::{LoggerFile, epcis};
use super::table::TableLog;
use crate::capture::{EXTENSION_NAMESPACE, EXTENSION_PREFIX, uuid_urn};
use crate::samples::{Sensor, calibration, device_uri, probe_uri};
use crate::source::Sample;

/// Values in one event.
pub const EVENT_SAMPLES_MAX: usize = 1_000;

/// A logger's file.
#[derive(Debug, Clone, PartialEq)]
pub enum LogFile {
    /// Signed text of a Berlinger logger.
    Berlinger(LoggerFile),
    /// A table: HOBO, or by configuration.
    Table(TableLog),
}

impl LogFile {
    /// The logger as it names itself.
    pub fn device(&self) -> &str {
        match self {
            Self::Berlinger(file) => &file.serial,
            Self::Table(table) => &table.device,
        }
    }

    /// SHA-256 of the file as it came.
    pub fn sha256(&self) -> [u8; 32] {
        match self {
            Self::Berlinger(file) => file.sha256,
            Self::Table(table) => table.sha256,
        }
    }

    /// What the device's signature says: `valid`, `invalid` or `absent`.
    pub fn signature(&self) -> &'static str {
        match self {
            Self::Berlinger(file) => file.signature.word(),
            Self::Table(_) => "absent",
        }
    }

    /// Readings in the file.
    pub fn readings(&self) -> usize {
        match self {
            Self::Berlinger(file) => file.readings.len(),
            Self::Table(table) => table.samples.len(),
        }
    }

    /// The events of the file, oldest first; none when nothing was measured.
    ///
    /// # Errors
    /// [`ParseError`] when a measure or an identifier makes no valid event.
    pub fn events(
        &self,
        read_point: Option<&Epc>,
        sensor: &Sensor,
    ) -> Result<Vec<Event>, ParseError> {
        match self {
            Self::Berlinger(file) => {
                let context = epcis::Context {
                    subject: sensor.subject.clone(),
                    read_point: read_point.cloned(),
                    device_id: sensor.device_id.clone(),
                    sensor: Some(sensor.clone()),
                };
                epcis::events(file, &context)
            }
            Self::Table(table) => table
                .samples
                .chunks(EVENT_SAMPLES_MAX)
                .enumerate()
                .map(|(part, samples)| of_table(table, (part, samples), read_point, sensor))
                .collect(),
        }
    }
}

/// Names the part of a file that an event is, and the subject where that is apart.
pub(super) fn part_id(sha256: &[u8; 32], part: usize, sensor: &Sensor) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("theriac rfid-bridge logger event id v1");
    hasher.update(sha256);
    hasher.update(&u64::try_from(part).unwrap_or(u64::MAX).to_be_bytes());
    if let Some(subject) = sensor.subject_apart() {
        hasher.update(subject.as_bytes());
    }
    uuid_urn(hasher.finalize().as_bytes())
}

fn of_table(
    table: &TableLog,
    (part, samples): (usize, &[Sample]),
    read_point: Option<&Epc>,
    sensor: &Sensor,
) -> Result<Event, ParseError> {
    let times = samples.iter().map(|sample| sample.at_ms);
    let (first_ms, last_ms) = (times.clone().min(), times.max());
    let known = sensor.device_id.clone();
    let device = known.unwrap_or_else(|| device_uri(&table.model, &table.device));
    // Probes of one logger are devices of their own.
    let probe = |sample: &Sample| Some(probe_uri(&device, sample.channel.as_deref()?));
    let metadata = SensorMetadata {
        start_time_ms: first_ms,
        end_time_ms: last_ms,
        device_id: Some(device.clone()),
        raw_data: Some(format!("ni:///sha-256;{}", hex::encode(table.sha256))),
        ..SensorMetadata::default()
    };
    let reports = samples.iter().map(|sample| SensorReport {
        type_: Some(sample.measure.type_.clone().into_owned()),
        uom: Some(sample.measure.uom.clone().into_owned()),
        value: Some(sample.value),
        time_ms: Some(sample.at_ms),
        exception: sensor
            .is_alarm(sample)
            .then(|| "ALARM_CONDITION".to_owned()),
        device_id: probe(sample),
        ..SensorReport::default()
    });
    let element = SensorElement {
        metadata,
        reports: reports.collect(),
    };
    let last_ms = last_ms.unwrap_or(0);
    let logger = json!({
        "device": table.device,
        "model": table.model,
        "signature": "absent",
        "calibration": calibration(sensor, last_ms),
    });
    let step = BizStep::SensorReporting;
    let mut event = Event::object(Action::Observe, sensor.subject.clone(), last_ms, step)
        .with_event_id(&part_id(&table.sha256, part, sensor))
        .with_time_zone_offset(&epcis::offset(table.zone_minutes))
        .with_sensor_element(&element)
        .with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "logger", logger);
    if let Some(place) = read_point {
        event = event.with_read_point(place);
    }
    event.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensor::hobo::{self, DateOrder};

    #[test]
    fn a_table_keeps_units_hash_and_calibration() {
        use std::fmt::Write as _;

        let mut text = String::from("\"#\",\"Date Time, GMT+01:00\",\"Temp, F (LGR S/N: 5)\"\n");
        for row in 0..EVENT_SAMPLES_MAX + 2 {
            let (hour, minute) = (row / 60 % 24, row % 60);
            writeln!(
                text,
                "{row},03/02/26 {hour:02}:{minute:02}:00,46.{}",
                row % 10
            )
            .unwrap();
        }
        let log = LogFile::Table(hobo::read(text.as_bytes(), Some(DateOrder::Mdy)).unwrap());
        let sensor = Sensor {
            limits_milli_c: (None, Some(8_000)),
            calibrated_until_ms: Some(0),
            ..Sensor::default()
        };
        let read_point = Epc::parse("https://id.gs1.org/414/9521321000018").unwrap();
        let events = log.events(Some(&read_point), &sensor).unwrap();
        assert_eq!(events.len(), 2);
        let json = events[0].to_json();
        assert_eq!(json["eventTimeZoneOffset"], "+01:00");
        let metadata = &json["sensorElementList"][0]["sensorMetadata"];
        let hash = format!("ni:///sha-256;{}", hex::encode(log.sha256()));
        assert_eq!(metadata["rawData"], hash);
        let reports = json["sensorElementList"][0]["sensorReport"]
            .as_array()
            .unwrap();
        assert_eq!(reports.len(), EVENT_SAMPLES_MAX);
        assert_eq!(reports[1]["uom"], "FAH");
        assert_eq!(reports[1]["value"].to_string(), "46.1");
        // 46.4 F are 8.0 degrees Celsius.
        assert_eq!(reports[4].get("exception"), None);
        assert_eq!(reports[5]["exception"], "ALARM_CONDITION");
        assert_eq!(json["theriac:logger"]["calibration"]["state"], "expired");
        assert_eq!(json["theriac:logger"]["signature"], "absent");
        let ids: Vec<String> = events.iter().map(Event::event_id_or_hash).collect();
        assert_ne!(ids[0], ids[1]);
        let again = log.events(Some(&read_point), &sensor).unwrap();
        assert_eq!(again[1].event_id_or_hash(), ids[1]);
    }

    #[test]
    fn probes_of_one_logger_are_devices_of_their_own() {
        let text = "\"Date Time, GMT+00:00\",\"Temp, C (LGR S/N: 8, SEN S/N: 1)\",\
                    \"Temp, C (LGR S/N: 8, SEN S/N: 2)\"\n2026-03-02 08:00:00,4,12\n";
        let log = LogFile::Table(hobo::read(text.as_bytes(), None).unwrap());
        let json = log.events(None, &Sensor::default()).unwrap()[0].to_json();
        let element = &json["sensorElementList"][0];
        let device = element["sensorMetadata"]["deviceID"].as_str().unwrap();
        let reports = element["sensorReport"].as_array().unwrap();
        for (report, probe, value) in [(&reports[0], 1, "4"), (&reports[1], 2, "12")] {
            assert_eq!(report["deviceID"], format!("{device}#{probe}"));
            assert_eq!(report["value"].to_string(), value);
        }
    }
}
