//! Temperatures out of an event's sensor elements: point samples and summaries over a span.
//!
//! A report without a time of its own has its element's; without that, the event's. An element with
//! a start and an end speaks for the span. A report of an error condition is no reading, and a
//! number that is no temperature (below absolute zero) is left out: the time it should have spoken
//! for then shows as a gap.

use gs1::epcis::{Event, SensorElement, SensorReport};

use crate::cold_chain::{Sample, Summary, plausible};
use crate::state::{NameId, Readings};

/// Most readings taken from one event.
const READINGS_MAX: usize = 100_000;

/// The temperatures an event brings.
pub(crate) fn readings_of(event: &Event, mut intern: impl FnMut(&str) -> NameId) -> Readings {
    let mut readings = Readings::default();
    for element in &event.sensor_elements {
        for report in element
            .reports
            .iter()
            .filter(|report| is_temperature(report))
        {
            let device = report
                .device_id
                .as_ref()
                .or(element.metadata.device_id.as_ref());
            if readings.device.is_none() {
                readings.device = device.map(|device| intern(device));
            }
            if readings.samples.len() + readings.summaries.len() < READINGS_MAX {
                add(&mut readings, event.event_time_ms, element, report);
            }
        }
    }
    readings
}

fn is_temperature(report: &SensorReport) -> bool {
    let faulty = report
        .exception
        .as_deref()
        .is_some_and(|text| text.ends_with("ERROR_CONDITION"));
    report.is_temperature() && !faulty
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
