//! Temperatures out of an event's sensor elements: point samples and summaries over a span.
//!
//! A report without a time of its own has its element's; without that, the event's. An element with
//! a start and an end speaks for the span. A report of an error condition is no reading, and a
//! number that is no temperature (below absolute zero) is left out: the time it should have spoken
//! for then shows as a gap. A report of an alarm condition (CBV 2.0, sensor alert types) without a
//! number is kept as an alarm at the time of its event.

use gs1::epcis::{Event, SensorElement, SensorReport};
use serde_json::Value;

use crate::cold_chain::{Sample, Summary, plausible};
use crate::judge_thing::first_half;
use crate::state::{Digest, Marks, NameId, Readings};

/// Report type: number of the first reading of the element (`value`), or of the first and the last
/// (`minValue`, `maxValue`). A device counts its readings without a break.
pub const SEQUENCE_REPORT: &str = "urn:theriac:sensor:sequence_number";
/// Report type: `rawData` of the batch before this one (`uriValue`), the link of a hash chain.
pub const PREVIOUS_REPORT: &str = "urn:theriac:sensor:previous_raw_data";
/// Report type: the battery was changed before the first reading (`booleanValue`), after which
/// counting, chain and clock may begin anew.
pub const BATTERY_REPORT: &str = "urn:theriac:sensor:battery_replaced";

/// Extension member of an event by which a bridge tells of a logger's file: `signature` (`valid`,
/// `invalid`, `absent`) and `calibration` with its `state` (`valid`, `expired`, `unknown`).
const LOGGER: &str = "urn:theriac:epcis:logger";

/// Most readings taken from one event.
const READINGS_MAX: usize = 100_000;

/// The temperatures an event brings, one entry a device.
pub(crate) fn readings_of(event: &Event, mut intern: impl FnMut(&str) -> NameId) -> Vec<Readings> {
    let mut all: Vec<Readings> = Vec::new();
    let mut taken = 0;
    for element in &event.sensor_elements {
        for report in &element.reports {
            let device = report
                .device_id
                .as_ref()
                .or(element.metadata.device_id.as_ref())
                .map(|device| intern(device));
            let known = all.iter().position(|readings| readings.device == device);
            let at = known.unwrap_or_else(|| {
                all.push(Readings {
                    device,
                    ..Readings::default()
                });
                all.len().saturating_sub(1)
            });
            let Some(readings) = all.get_mut(at) else {
                continue;
            };
            if is_temperature(report) && taken < READINGS_MAX {
                taken += 1;
                add(readings, event.event_time_ms, element, report);
            } else {
                mark(&mut readings.told, element, report);
            }
        }
    }
    all.retain(|readings| !readings.is_empty());
    let flags = told_of_file(event);
    for readings in all.iter_mut().filter(|_| flags != 0) {
        readings.told.get_or_insert_default().flags |= flags;
    }
    for readings in &mut all {
        readings.samples.sort_unstable();
        readings.samples.dedup();
        readings.samples.shrink_to_fit();
    }
    all
}

/// What a bridge says about the file that it read the logger's readings from.
fn told_of_file(event: &Event) -> u8 {
    let told = event.has_extensions() && event.mentions(r#"logger""#);
    let Some(logger) = told.then(|| event.extension(LOGGER)).flatten() else {
        return 0;
    };
    let is = |at: &str, word: &str| logger.pointer(at).and_then(Value::as_str) == Some(word);
    let mut flags = 0;
    if is("/signature", "invalid") {
        flags |= Marks::FORGED;
    }
    if is("/calibration/state", "expired") {
        flags |= Marks::LAPSED;
    }
    flags
}

/// What a device says about its own counting, taken from the reports that are no temperatures.
fn mark(told: &mut Option<Box<Marks>>, element: &SensorElement, report: &SensorReport) {
    let whole = |value: &Option<gs1::Decimal>| {
        let milli = value.as_ref().and_then(|value| value.milli())?;
        u64::try_from(milli).ok().map(|milli| milli / 1000)
    };
    let known = [SEQUENCE_REPORT, PREVIOUS_REPORT, BATTERY_REPORT];
    let Some(kind) = report.type_.as_deref().filter(|it| known.contains(it)) else {
        return;
    };
    let marks = told.get_or_insert_default();
    match kind {
        SEQUENCE_REPORT => {
            marks.first = whole(&report.value).or_else(|| whole(&report.min_value));
            marks.last = whole(&report.max_value);
        }
        PREVIOUS_REPORT => {
            let text = report.uri_value.as_ref().or(report.string_value.as_ref());
            marks.previous = text.map(|text| digest(text));
        }
        _ => {
            if report.boolean_value == Some(true) {
                marks.flags |= Marks::BATTERY;
            }
        }
    }
    if let Some(raw) = &element.metadata.raw_data {
        marks.raw = Some(digest(raw));
    }
}

fn digest(text: &str) -> Digest {
    first_half(blake3::hash(text.as_bytes()).as_bytes())
}

fn is_temperature(report: &SensorReport) -> bool {
    report.is_temperature() && !is_condition(report, "ERROR_CONDITION")
}

fn is_condition(report: &SensorReport, word: &str) -> bool {
    let exception = report.exception.as_deref();
    exception.is_some_and(|text| text.ends_with(word))
}

fn add(to: &mut Readings, event_ms: i64, element: &SensorElement, report: &SensorReport) {
    let mc = |value: &Option<gs1::Decimal>| {
        value
            .as_ref()
            .and_then(|value| report.milli_celsius(value))
            .filter(|mc| plausible(*mc))
    };
    let metadata = &element.metadata;
    let value = mc(&report.value);
    let (min, max, mean) = (
        mc(&report.min_value),
        mc(&report.max_value),
        mc(&report.mean_value),
    );
    let moment = report.time_ms.or(metadata.time_ms);
    let span = metadata.start_time_ms.zip(metadata.end_time_ms);
    let lowest = [value, min, mean, max].into_iter().flatten().min();
    let highest = [value, min, mean, max].into_iter().flatten().max();
    let (Some(min_mc), Some(max_mc)) = (lowest, highest) else {
        if is_condition(report, "ALARM_CONDITION") {
            to.told.get_or_insert_default().flags |= Marks::ALARM;
        }
        return;
    };
    match (moment, span) {
        (None, Some((from_ms, to_ms))) if from_ms < to_ms => {
            to.summaries.push(Summary {
                from_ms,
                to_ms,
                min_mc,
                max_mc,
                mean_mc: mean.or(value),
            });
        }
        (moment, _) => {
            let t_ms = moment.or(metadata.end_time_ms).unwrap_or(event_ms);
            to.samples.push(Sample { t_ms, mc: min_mc });
            if max_mc != min_mc {
                to.samples.push(Sample { t_ms, mc: max_mc });
            }
        }
    }
}
