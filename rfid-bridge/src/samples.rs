//! From measured values to events. What a sensor measures within some seconds becomes one
//! `ObjectEvent` with the step `sensor_reporting`, every value as it was told; an alarm or a value
//! out of the sensor's limits does not wait. Beside the values stands what they are worth: whether
//! the sensor was calibrated, by which certificate and until when.

use std::collections::{BTreeMap, BTreeSet};

use gs1::epcis::{Action, Event, ParseError, SensorElement, SensorMetadata, SensorReport};
use gs1::{BizStep, Epc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::capture::{EXTENSION_NAMESPACE, EXTENSION_PREFIX, uuid_urn};
use crate::source::{Gap, GapCause, Measure, Report, Sample};
use crate::timekeeping::{self, Gateway};

/// Values in one event.
pub const EVENT_SAMPLES_MAX: usize = 500;
/// How late a sensor's message may come after a later one, in messages, before it counts as a
/// sensor that began anew.
const LATE_MAX: u64 = 16;

/// What is known of a sensor beside what it says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sensor {
    /// Its identity as a URI; otherwise one is made of its name.
    pub device_id: Option<String>,
    /// What it measures: a pack, case, pallet or shipment.
    pub subject: Option<Epc>,
    /// The subject was told with a file, in place of what the configuration says: what is told of
    /// it is apart from what was told of the same file before.
    pub is_apart: bool,
    /// Its calibration certificate.
    pub certificate: Option<String>,
    /// End of the calibration, ms since the Unix epoch.
    pub calibrated_until_ms: Option<i64>,
    /// Lowest and highest temperature that is no alarm, thousandths of a degree Celsius.
    pub limits_milli_c: (Option<i32>, Option<i32>),
    /// Lowest voltage at which its battery is not low, thousandths of a volt; what the source says
    /// unless set.
    pub battery_min_milli_v: Option<i64>,
}

/// A value that waits for its event, as a row on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptSample {
    /// Where, by its place in the configuration; the caller writes it as a name.
    #[serde(skip)]
    pub place: usize,
    /// The sensor as it names itself.
    pub device: String,
    /// The value.
    pub sample: Sample,
    /// Its sender does not keep it and heard no acknowledgement: it may be thinned out.
    #[serde(default)]
    pub loose: bool,
}

/// The values of one sensor that make one event.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleBatch {
    /// Where.
    pub place: usize,
    /// The sensor as it names itself.
    pub device: String,
    /// Numbers and values, in order of arrival.
    pub samples: Vec<(u64, Sample)>,
    /// Numbers of those that may be thinned out.
    pub loose: BTreeSet<u64>,
}

/// Collects values into batches, one per sensor at a time.
#[derive(Debug, Default)]
pub struct SampleBatcher {
    age_ms_max: u64,
    /// What the age is multiplied by, or what it is instead.
    pace: (u64, Option<u64>),
    next: u64,
    open: BTreeMap<(usize, String), Open>,
}

#[derive(Debug)]
struct Open {
    opened_at: u64,
    urgent: bool,
    samples: Vec<(u64, Sample)>,
    loose: BTreeSet<u64>,
}

impl SampleBatcher {
    /// No values yet; a batch is an event at this age.
    pub fn new(age_ms_max: u64) -> Self {
        Self {
            age_ms_max,
            pace: (1, None),
            ..Self::default()
        }
    }

    /// From now on values wait `factor` times as long for others, those that may be thinned out
    /// `instead` ms.
    pub fn pace(&mut self, factor: u64, instead: Option<u64>) {
        self.pace = (factor, instead);
    }

    /// Adds a value at monotonic time `now_ms` and numbers it; `urgent` ones do not wait.
    pub fn add(&mut self, kept: KeptSample, urgent: bool, now_ms: u64) -> u64 {
        let number = self.next;
        let open = self.put(number, kept, now_ms);
        open.urgent |= urgent;
        number
    }

    /// Takes up a value of an earlier process.
    pub fn restore(&mut self, number: u64, kept: KeptSample, urgent: bool, now_ms: u64) {
        self.put(number, kept, now_ms).urgent |= urgent;
    }

    fn put(&mut self, number: u64, kept: KeptSample, now_ms: u64) -> &mut Open {
        self.next = self.next.max(number + 1);
        let open = self
            .open
            .entry((kept.place, kept.device))
            .or_insert_with(|| Open {
                opened_at: now_ms,
                urgent: false,
                samples: Vec::new(),
                loose: BTreeSet::new(),
            });
        open.samples.push((number, kept.sample));
        open.loose.extend(kept.loose.then_some(number));
        open
    }

    /// The batches that are due at monotonic time `now_ms`; all of them with `flush`.
    pub fn due(&mut self, now_ms: u64, flush: bool) -> Vec<SampleBatch> {
        let (factor, instead) = self.pace;
        let paced = self.age_ms_max.saturating_mul(factor);
        // Rows that nothing is taken from take less room as an event.
        let age = |open: &Open| match instead {
            Some(instead) if !open.loose.is_empty() => instead,
            _ => paced,
        };
        let keys: Vec<(usize, String)> = self
            .open
            .iter()
            .filter(|(_, open)| {
                let full = open.samples.len() >= EVENT_SAMPLES_MAX;
                flush || full || open.urgent || open.opened_at + age(open) <= now_ms
            })
            .map(|(key, _)| key.clone())
            .collect();
        let mut out = Vec::new();
        for key in keys {
            let Some(open) = self.open.remove(&key) else {
                continue;
            };
            let (place, device) = key;
            for samples in open.samples.chunks(EVENT_SAMPLES_MAX) {
                out.push(SampleBatch {
                    place,
                    device: device.clone(),
                    samples: samples.to_vec(),
                    loose: open.loose.clone(),
                });
            }
        }
        out
    }
}

impl Sensor {
    /// Its subject, where that is apart.
    pub fn subject_apart(&self) -> Option<String> {
        let subject = self.subject.as_ref().filter(|_| self.is_apart)?;
        Some(subject.canonical())
    }

    /// Whether somebody should know of a value at once. A low battery lasts for days yet.
    pub fn is_urgent(&self, sample: &Sample) -> bool {
        sample.fault || (self.is_alarm(sample) && !sample.measure.is_battery())
    }

    /// Whether a value is out of this sensor's limits.
    pub fn is_alarm(&self, sample: &Sample) -> bool {
        if sample.measure == Measure::BATTERY_VLT
            && let Some(min) = self.battery_min_milli_v
        {
            return sample.value.milli().is_some_and(|milli| milli < min);
        }
        let value = || sample.value.milli_celsius(&sample.measure.uom);
        let Some(milli_c) = (sample.measure.type_ == "Temperature")
            .then(value)
            .flatten()
        else {
            return sample.alarm;
        };
        let (low, high) = self.limits_milli_c;
        sample.alarm
            || low.is_some_and(|low| milli_c < low)
            || high.is_some_and(|high| milli_c > high)
    }
}

/// `calibration` beside an event: what stands of a sensor's calibration at a time.
pub fn calibration(sensor: &Sensor, at_ms: i64) -> serde_json::Value {
    let state = match sensor.calibrated_until_ms {
        None => "unknown",
        Some(until) if at_ms <= until => "valid",
        Some(_) => "expired",
    };
    let mut out = json!({ "state": state });
    if let Some(out) = out.as_object_mut() {
        let certificate = sensor.certificate.as_deref();
        out.extend(certificate.map(|it| ("certificate".to_owned(), json!(it))));
        let until = sensor.calibrated_until_ms;
        out.extend(until.map(|it| ("until_ms".to_owned(), json!(it))));
    }
    out
}

/// A sensor's identity as a URI: `urn:dev:mac:` (RFC 9039) for a name that is an EUI-48 or EUI-64,
/// otherwise its name under the feed's.
pub fn device_uri(feed: &str, device: &str) -> String {
    let is_hex = device.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && matches!(device.len(), 12 | 16) {
        return format!("urn:dev:mac:{}", device.to_ascii_lowercase());
    }
    format!("urn:x-theriac:sensor:{}:{}", escaped(feed), escaped(device))
}

/// One of several probes of a device.
pub fn probe_uri(device: &str, channel: &str) -> String {
    format!("{device}#{}", escaped(channel))
}

/// What a URN may not hold, percent-encoded.
fn escaped(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    });
    bytes.collect()
}

/// Where a feed's sensors are.
#[derive(Debug, Clone, Copy)]
pub struct Where<'a> {
    /// The feed's name.
    pub feed: &'a str,
    /// `readPoint`.
    pub read_point: &'a Epc,
    /// Key id of the bridge.
    pub bridge: &'a [u8; 32],
    /// Its clocks.
    pub gateway: &'a Gateway,
}

/// The event of one batch; its id follows from its content.
///
/// # Errors
/// [`ParseError`] when a measure or an identifier makes no valid event.
pub fn event(at: Where<'_>, batch: &SampleBatch, sensor: &Sensor) -> Result<Event, ParseError> {
    let times = batch.samples.iter().map(|(_, sample)| sample.at_ms);
    let first_ms = times.clone().min().unwrap_or(0);
    let last_ms = times.max().unwrap_or(0);
    let device_id = sensor
        .device_id
        .clone()
        .unwrap_or_else(|| device_uri(at.feed, &batch.device));
    let mut hasher = blake3::Hasher::new_derive_key("theriac rfid-bridge sensor id v1");
    hasher.update(at.bridge);
    hasher.update(device_id.as_bytes());
    let mut reports = Vec::with_capacity(batch.samples.len());
    for (_, sample) in &batch.samples {
        let text = format!(
            "\n{} {} {} {} {}",
            sample.at_ms,
            sample.measure.type_,
            sample.measure.uom,
            sample.value,
            sample.channel.as_deref().unwrap_or_default()
        );
        hasher.update(text.as_bytes());
        reports.push(report(at.feed, &batch.device, sample, sensor));
    }
    let metadata = SensorMetadata {
        start_time_ms: Some(first_ms),
        end_time_ms: Some(last_ms),
        device_id: Some(device_id),
        ..SensorMetadata::default()
    };
    let logger = json!({
        "feed": at.feed,
        "device": batch.device,
        "signature": "absent",
        "calibration": calibration(sensor, last_ms),
    });
    let mut event = Event::object(
        Action::Observe,
        sensor.subject.clone(),
        last_ms,
        BizStep::SensorReporting,
    )
    .with_event_id(&uuid_urn(hasher.finalize().as_bytes()))
    .with_read_point(at.read_point)
    .with_sensor_element(&SensorElement { metadata, reports })
    .with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "logger", logger);
    let samples = batch.samples.iter().map(|(_, sample)| sample);
    if let Some(mark) = timekeeping::of_samples(at.gateway, samples) {
        event = event.with_extension(EXTENSION_PREFIX, EXTENSION_NAMESPACE, "clock", mark);
    }
    event.build()
}

fn report(feed: &str, device: &str, sample: &Sample, sensor: &Sensor) -> SensorReport {
    let exception = if sample.fault {
        Some("ERROR_CONDITION")
    } else if sensor.is_alarm(sample) {
        Some("ALARM_CONDITION")
    } else {
        None
    };
    // Probes of one sensor are devices of their own.
    let device_id = sample.channel.as_deref().map(|channel| {
        let known = sensor.device_id.clone();
        let device = known.unwrap_or_else(|| device_uri(feed, device));
        probe_uri(&device, channel)
    });
    SensorReport {
        type_: Some(sample.measure.type_.clone().into_owned()),
        uom: Some(sample.measure.uom.clone().into_owned()),
        value: Some(sample.value),
        time_ms: Some(sample.at_ms),
        exception: exception.map(ToOwned::to_owned),
        device_id,
        ..SensorReport::default()
    }
}

/// Sensors' own counting of their messages: what is missing in it never came.
#[derive(Debug, Default)]
pub struct Sequences(BTreeMap<(usize, String), Counted>);

/// Where a sensor's counting stands; a row on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Number of its latest message.
    pub sequence: u64,
    /// When that came, ms since the Unix epoch.
    pub at_ms: i64,
}

impl Sequences {
    /// Counts a message; what must have been lost before it.
    pub fn heard(&mut self, place: usize, report: &Report) -> Option<Gap> {
        let new = Counted {
            sequence: report.sequence?,
            at_ms: report.at_ms,
        };
        let key = (place, report.device.clone());
        let Some(last) = self.0.get(&key).copied() else {
            self.0.insert(key, new);
            return None;
        };
        let is_late = new.sequence <= last.sequence && new.sequence + LATE_MAX >= last.sequence;
        if is_late && new.sequence != 0 {
            return None;
        }
        self.0.insert(key, new);
        let (cause, lost) = if new.sequence <= last.sequence {
            (GapCause::Reset, None)
        } else {
            (GapCause::Missing, Some(new.sequence - last.sequence - 1))
        };
        (lost != Some(0)).then(|| Gap {
            cause,
            from_ms: last.at_ms.min(new.at_ms),
            to_ms: new.at_ms,
            lost,
            device: Some(report.device.clone()),
        })
    }

    /// Where a sensor's counting stands.
    pub fn get(&self, place: usize, device: &str) -> Option<Counted> {
        self.0.get(&(place, device.to_owned())).copied()
    }

    /// Takes up the counting of an earlier process.
    pub fn restore(&mut self, place: usize, device: String, counted: Counted) {
        self.0.insert((place, device), counted);
    }
}

pub mod thin;

#[cfg(test)]
mod tests;
