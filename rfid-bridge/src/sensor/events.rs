//! A logger's readings as EPCIS: one `ObjectEvent` a day of readings, bizStep `sensor_reporting`,
//! each reading with its own time, the file's hash as `rawData` (an RFC 6920 `ni` URI).

use gs1::Epc;
use gs1::cbv::BizStep;
use gs1::epcis::{Action, Event, ParseError, SensorElement, SensorMetadata, SensorReport};

use super::{LoggerFile, Reading};

/// Readings in one event at most: a day of five-minute readings.
const READINGS_PER_EVENT: usize = 288;

/// What the logger travelled with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// What the readings are about: the pallet, the shipment, a place's fridge.
    pub about: Vec<Epc>,
    /// Id of the logger, a URI such as a GIAI.
    pub device_id: String,
    /// Where the readings were taken, for a logger that stands still.
    pub read_point: Option<Epc>,
}

/// The readings as events, in order. The same file and trip give the same events.
///
/// # Errors
/// When the parts make no valid event, such as a device id that is no URI.
pub fn events(file: &LoggerFile, trip: &Trip) -> Result<Vec<Event>, ParseError> {
    let digest = hex::encode(file.sha256);
    let raw = format!("ni:///sha-256;{digest}");
    let one = |(part, readings): (usize, &[Reading])| {
        let times = || readings.iter().map(|reading| reading.time_ms);
        let (first, last) = (
            times().min().unwrap_or_default(),
            times().max().unwrap_or_default(),
        );
        let element = SensorElement {
            metadata: SensorMetadata {
                start_time_ms: Some(first),
                end_time_ms: Some(last),
                device_id: Some(trip.device_id.clone()),
                raw_data: Some(raw.clone()),
                ..SensorMetadata::default()
            },
            reports: readings.iter().map(report).collect(),
        };
        let about = trip.about.iter().cloned();
        let mut event = Event::object(Action::Observe, about, last, BizStep::SensorReporting)
            .with_event_id(&format!("ni:///sha-256;{digest}?part={part}"))
            .with_sensor_element(&element);
        if let Some(place) = &trip.read_point {
            event = event.with_read_point(place);
        }
        event.build()
    };
    file.readings
        .chunks(READINGS_PER_EVENT)
        .enumerate()
        .map(one)
        .collect()
}

fn report(reading: &Reading) -> SensorReport {
    let exception = reading.out_of_limits.then(|| "ALARM_CONDITION".to_owned());
    SensorReport {
        exception,
        ..SensorReport::temperature(reading.milli_c, reading.time_ms)
    }
}
