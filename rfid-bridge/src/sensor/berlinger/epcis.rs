//! A logger's file as EPCIS events: `ObjectEvents` with the business step `sensor_reporting`, the
//! readings as temperature reports in degrees Celsius, the hash of the file as `rawData`, and the
//! state of the device signature beside them.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use gs1::epcis::{Action, Event, ParseError, SensorElement, SensorMetadata, SensorReport};
use gs1::{BizStep, Decimal, Epc};
use serde_json::json;

use super::{Day, LoggerFile, Reading};
use crate::capture::{EXTENSION_NAMESPACE, EXTENSION_PREFIX};
use crate::samples::{Sensor, calibration};

/// Readings in one event: some 90 KiB of JSON, far below what a block takes.
pub const EVENT_READINGS_MAX: usize = 1_000;

/// What the file does not say.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// What was measured: a pack, case, pallet or shipment.
    pub subject: Option<Epc>,
    /// Where.
    pub read_point: Option<Epc>,
    /// The logger's identity as a URI; otherwise it is made of its serial number.
    pub device_id: Option<String>,
    /// What else is known of the logger: limits and calibration.
    pub sensor: Option<Sensor>,
}

/// The events of a file, oldest first: of its readings, or of its daily statistics when it has no
/// readings. Empty when it has neither.
///
/// # Errors
/// [`ParseError`] when the context's identifiers make no valid event.
pub fn events(file: &LoggerFile, context: &Context) -> Result<Vec<Event>, ParseError> {
    if file.readings.is_empty() {
        let mut days = file.days.clone();
        days.sort_by_key(|day| day.date);
        return days
            .chunks(EVENT_READINGS_MAX)
            .filter_map(|days| of_days(file, context, days))
            .collect();
    }
    file.readings
        .chunks(EVENT_READINGS_MAX)
        .filter_map(|readings| of_readings(file, context, readings))
        .collect()
}

/// The hash of the file as a URI.
pub fn raw_data(file: &LoggerFile) -> String {
    format!("ni:///sha-256;{}", hex::encode(file.sha256))
}

/// The logger as a URI: it has no GS1 key of its own.
pub fn device_id(file: &LoggerFile) -> String {
    let serial = file.serial.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    format!("urn:x-berlinger:serial:{}", serial.collect::<String>())
}

fn of_readings(
    file: &LoggerFile,
    context: &Context,
    readings: &[Reading],
) -> Option<Result<Event, ParseError>> {
    let reports = readings
        .iter()
        .map(|reading| {
            let mut report =
                SensorReport::temperature(reading.milli_c, utc_ms(file, reading.local));
            report.exception = reading.out_of_limits.then(|| "ALARM_CONDITION".to_owned());
            report
        })
        .collect();
    let times = readings.iter().map(|reading| utc_ms(file, reading.local));
    Some(event(
        file,
        context,
        reports,
        (times.clone().min()?, times.max()?),
    ))
}

fn of_days(
    file: &LoggerFile,
    context: &Context,
    days: &[Day],
) -> Option<Result<Event, ParseError>> {
    let decimal = |milli: Option<i32>| milli.map(|milli| Decimal::from_milli(i64::from(milli)));
    let start = |day: &Day| day.date.and_time(NaiveTime::MIN);
    let reports: Vec<SensorReport> = days
        .iter()
        .filter(|day| day.min_milli_c.is_some() || day.mean_milli_c.is_some())
        .map(|day| SensorReport {
            type_: Some("Temperature".to_owned()),
            uom: Some("CEL".to_owned()),
            min_value: decimal(day.min_milli_c),
            max_value: decimal(day.max_milli_c),
            mean_value: decimal(day.mean_milli_c),
            time_ms: Some(utc_ms(file, start(day))),
            ..SensorReport::default()
        })
        .collect();
    if reports.is_empty() {
        return None;
    }
    let first = utc_ms(file, start(days.first()?));
    let last = utc_ms(file, start(days.last()?) + TimeDelta::days(1));
    Some(event(file, context, reports, (first, last)))
}

fn event(
    file: &LoggerFile,
    context: &Context,
    reports: Vec<SensorReport>,
    (first_ms, last_ms): (i64, i64),
) -> Result<Event, ParseError> {
    let metadata = SensorMetadata {
        start_time_ms: Some(first_ms),
        end_time_ms: Some(last_ms),
        device_id: Some(context.device_id.clone().unwrap_or_else(|| device_id(file))),
        raw_data: Some(raw_data(file)),
        ..SensorMetadata::default()
    };
    let mut logger = json!({
        "device": file.device,
        "serial": file.serial,
        "lot": file.lot,
        "signature": file.signature.word(),
    });
    if let Some((sensor, logger)) = context.sensor.as_ref().zip(logger.as_object_mut()) {
        logger.insert("calibration".to_owned(), calibration(sensor, last_ms));
    }
    let step = BizStep::SensorReporting;
    let mut event = Event::object(Action::Observe, context.subject.clone(), last_ms, step)
        .with_time_zone_offset(&offset(file.zone_minutes))
        .with_sensor_element(&SensorElement { metadata, reports })
        .with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "logger", logger);
    if let Some(place) = &context.read_point {
        event = event.with_read_point(place);
    }
    event.build()
}

fn utc_ms(file: &LoggerFile, local: NaiveDateTime) -> i64 {
    local.and_utc().timestamp_millis() - i64::from(file.zone_minutes) * 60_000
}

pub(crate) fn offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
