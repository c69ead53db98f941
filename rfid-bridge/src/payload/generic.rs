//! Any other JSON, by pointers (RFC 6901) in the configuration: where the items are, and where in
//! an item the EPC, the antenna or the measured values are. For flat arrays of small makers, for
//! codecs of one's own, and for tomorrow's product of a maker above.
//!
//! ```toml
//! [feed.mapping]
//! items = "/records"              # an array; the message itself unless set
//! epc = "/EPC"                    # hex; epc_coding = "base64" or "uri" for others
//! tid = "/TID"
//! antenna = "/gateID"
//! rssi = "/rssi"                  # dBm; rssi_unit = "cdbm" for hundredths
//! time = "/timestamp"             # RFC 3339 or Unix time; readings with another are refused
//! time_zone = "+01:00"            # of a time that names none, such as 2026-11-20 10:00:00
//! time_pattern = "%d.%m.%Y %H:%M" # strftime, with time_zone, for any other form
//! id = "/eventID"                 # what names a message, however often it comes
//! [[feed.mapping.value]]          # measured values, for sensors
//! pointer = "/t"
//! type = "Temperature"            # CBV measurement type
//! uom = "CEL"                     # UN/ECE Rec. 20
//! [[feed.mapping.value]]
//! pointer = "/bat"
//! type = "urn:theriac:sensor:battery"   # the sensor's own: P1 (percent) or VLT
//! uom = "P1"
//! ```

use gs1::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::json::{base64_bytes, cdbm, decimal, epc, hex_bytes, local_ms, time_ms, whole};
use super::{DEVICE_CHARS_MAX, Decoded, ITEMS_MAX, PayloadError, Step};
use crate::llrp::parameter::EpcBits;
use crate::llrp::tag::ReaderTime;
use crate::sensor::magnus::Calibration;
use crate::sensor::measures;
use crate::sensor::table::zone_minutes;
use crate::source::{InputChange, Measure, Raw, Report, Sample, TagRead};

/// Where things are in a message. Pointers are relative to the item, `items` to the message.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The array of items; the message is the item when there is none.
    pub items: Option<String>,
    /// The EPC.
    pub epc: Option<String>,
    /// How it is written.
    #[serde(default)]
    pub epc_coding: Coding,
    /// TID memory, hex.
    pub tid: Option<String>,
    /// Antenna port.
    pub antenna: Option<String>,
    /// Signal strength.
    pub rssi: Option<String>,
    /// Its unit.
    #[serde(default)]
    pub rssi_unit: SignalUnit,
    /// Sightings the item stands for.
    pub count: Option<String>,
    /// When.
    pub time: Option<String>,
    /// Offset from UTC, `+HH:MM`, of times that name none.
    pub time_zone: Option<String>,
    /// `strftime` pattern of such times; the plain forms of ISO 8601 unless set.
    pub time_pattern: Option<String>,
    /// The sensor's name; the end of the topic unless set.
    pub device: Option<String>,
    /// The sensor's own counter of messages.
    pub sequence: Option<String>,
    /// What names the message.
    pub id: Option<String>,
    /// An input's port, with `state`.
    pub input: Option<String>,
    /// An input's state: `true`, `1`, `HIGH` or not.
    pub state: Option<String>,
    /// Measured values.
    #[serde(default)]
    pub value: Vec<ValueMapping>,
    /// USER words 8..=11 of a Magnus S3 tag, hex; with `magnus_code`.
    pub magnus_calibration: Option<String>,
    /// RESERVED words 0xC..=0xE of the same, hex, or 0xE alone.
    pub magnus_code: Option<String>,
}

/// How an EPC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Coding {
    /// Hexadecimal digits.
    #[default]
    Hex,
    /// Base64.
    Base64,
}

/// Unit of signal strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignalUnit {
    /// dBm.
    #[default]
    Dbm,
    /// Hundredths of a dBm.
    Cdbm,
}

/// One measured value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueMapping {
    /// Where.
    pub pointer: String,
    /// CBV measurement type.
    #[serde(rename = "type")]
    pub type_: String,
    /// UN/ECE Rec. 20 code.
    pub uom: String,
}

impl ValueMapping {
    fn measure(&self) -> Result<Measure, String> {
        let wrong = |why: String| format!("value {:?}: {why}", self.pointer);
        measures::measure(&self.type_, &self.uom).map_err(wrong)
    }
}

impl Mapping {
    /// The first pointer that is none, or the reason why this maps nothing.
    pub fn fault(&self) -> Option<String> {
        let pointers = [
            &self.items,
            &self.epc,
            &self.tid,
            &self.antenna,
            &self.rssi,
            &self.count,
            &self.time,
            &self.device,
            &self.sequence,
            &self.id,
            &self.input,
            &self.state,
            &self.magnus_calibration,
            &self.magnus_code,
        ];
        let values = self.value.iter().map(|value| &value.pointer);
        let wrong = pointers
            .into_iter()
            .flatten()
            .chain(values)
            .find(|pointer| !pointer.is_empty() && !pointer.starts_with('/'));
        if let Some(pointer) = wrong {
            return Some(format!("{pointer:?} is no JSON pointer: it begins with /"));
        }
        if self.input.is_some() != self.state.is_some() {
            return Some("input and state go together".to_owned());
        }
        if self.magnus_calibration.is_some() != self.magnus_code.is_some() {
            return Some("magnus_calibration and magnus_code go together".to_owned());
        }
        let wrong = self.value.iter().find_map(|value| value.measure().err());
        if let Some(why) = wrong.or_else(|| self.time_fault()) {
            return Some(why);
        }
        let says = self.epc.is_some() || self.input.is_some() || self.magnus_code.is_some();
        (!says && self.value.is_empty())
            .then(|| "neither epc nor input nor value: it would say nothing".to_owned())
    }

    fn time_fault(&self) -> Option<String> {
        if self.time_zone.is_some() && self.time.is_none() {
            return Some("time_zone goes with time".to_owned());
        }
        if let Some(zone) = self.time_zone.as_deref()
            && zone_minutes(zone).is_none()
        {
            return Some(format!("time_zone {zone:?} is not +HH:MM"));
        }
        let pattern = self.time_pattern.as_deref()?;
        if self.time_zone.is_none() {
            return Some("time_pattern goes with time_zone".to_owned());
        }
        let mut items = chrono::format::StrftimeItems::new(pattern);
        items
            .any(|item| matches!(item, chrono::format::Item::Error))
            .then(|| format!("time_pattern {pattern:?} is none"))
    }

    /// The item's time; none where it names none.
    fn time(&self, step: Step<'_>) -> Result<Option<i64>, PayloadError> {
        let Some(told) = find(step, self.time.as_deref()) else {
            return Ok(None);
        };
        let zone = self.time_zone.as_deref().and_then(zone_minutes);
        let local = || local_ms(told, self.time_pattern.as_deref(), zone?);
        let ms = match &self.time_pattern {
            Some(_) => local().or_else(|| time_ms(told)),
            None => time_ms(told).or_else(local),
        };
        let ms = ms.filter(|ms| *ms >= 0).ok_or_else(|| {
            let pointer = self.time.as_deref().unwrap_or_default();
            step.wrong(
                &format!("time {pointer}"),
                "is neither RFC 3339 nor Unix time: time_zone and time_pattern of the mapping \
                 tell others",
            )
        })?;
        Ok(Some(ms))
    }
}

pub(super) fn read(
    mapping: &Mapping,
    step: Step<'_>,
    decoded: &mut Decoded,
) -> Result<(), PayloadError> {
    let Some(pointer) = mapping.items.as_deref() else {
        return one(mapping, step, decoded);
    };
    match step.item.pointer(pointer) {
        Some(Value::Array(items)) if items.len() > ITEMS_MAX => {
            Err(PayloadError::TooMany(items.len()))
        }
        Some(Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                one(mapping, Step { item, at, ..step }, decoded)?;
            }
            Ok(())
        }
        _ => Err(step.wrong(pointer, "is no array")),
    }
}

fn one(mapping: &Mapping, step: Step<'_>, decoded: &mut Decoded) -> Result<(), PayloadError> {
    let read = mapping.time(step);
    // A tag is where it is when it is heard of; a reading is worth nothing without its time.
    let time = read.as_ref().ok().copied().flatten();
    if let Some(id) = find(step, mapping.id.as_deref()) {
        let before = decoded.id.take().unwrap_or_default();
        decoded.id = Some(format!("{before}/{id}"));
    }
    let before = decoded.raws.len();
    if let Some(read) = tag(mapping, step, time)? {
        decoded.raws.push(Raw::Tags(vec![read]));
    }
    decoded.raws.extend(input(mapping, step, time)?);
    decoded.raws.extend(sensor(mapping, step, read)?);
    if decoded.raws.len() == before {
        decoded.skipped += 1;
    }
    Ok(())
}

fn find<'a>(step: Step<'a>, pointer: Option<&str>) -> Option<&'a Value> {
    step.item.pointer(pointer?).filter(|value| !value.is_null())
}

fn tag(
    mapping: &Mapping,
    step: Step<'_>,
    time: Option<i64>,
) -> Result<Option<TagRead>, PayloadError> {
    let Some(told) = find(step, mapping.epc.as_deref()) else {
        return Ok(None);
    };
    let code = told.as_str().and_then(|text| match mapping.epc_coding {
        Coding::Hex => hex_bytes(text),
        Coding::Base64 => base64_bytes(text),
    });
    let epc: Option<EpcBits> = code.and_then(|bytes| epc(&bytes));
    let tid = match find(step, mapping.tid.as_deref()) {
        None => Vec::new(),
        Some(value) => value
            .as_str()
            .and_then(hex_bytes)
            .ok_or_else(|| step.wrong("tid", "is not hex"))?,
    };
    let rssi = find(step, mapping.rssi.as_deref()).and_then(|value| match mapping.rssi_unit {
        SignalUnit::Dbm => cdbm(value),
        SignalUnit::Cdbm => whole(value),
    });
    let at_ms = step.place(time);
    let stamp = time.and_then(|ms| u64::try_from(ms).ok());
    let stamp = stamp.map(|ms| ReaderTime::Utc(ms.saturating_mul(1000)));
    Ok(Some(TagRead {
        epc: epc.ok_or_else(|| step.wrong("epc", "is not what epc_coding says"))?,
        tid,
        antenna: find(step, mapping.antenna.as_deref())
            .and_then(whole)
            .unwrap_or(0),
        rssi_cdbm: rssi,
        count: find(step, mapping.count.as_deref())
            .and_then(whole)
            .unwrap_or(1)
            .max(1),
        reader_first: stamp,
        reader_last: stamp,
        first_ms: at_ms,
        last_ms: at_ms,
        arrived: step.message.at,
    }))
}

fn input(
    mapping: &Mapping,
    step: Step<'_>,
    time: Option<i64>,
) -> Result<Option<Raw>, PayloadError> {
    let port = find(step, mapping.input.as_deref());
    let (Some(port), Some(state)) = (port, find(step, mapping.state.as_deref())) else {
        return Ok(None);
    };
    let high = match state {
        Value::Bool(it) => *it,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => ["high", "1", "true", "on"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word)),
        _ => return Err(step.wrong("state", "is no state")),
    };
    Ok(Some(Raw::Input(InputChange {
        port: whole(port).ok_or_else(|| step.wrong("input", "is no port"))?,
        high,
        at_ms: step.place(time),
    })))
}

fn sensor(
    mapping: &Mapping,
    step: Step<'_>,
    time: Result<Option<i64>, PayloadError>,
) -> Result<Option<Raw>, PayloadError> {
    let at_ms = step.measured(time.as_ref().ok().copied().flatten());
    let mut samples = Vec::new();
    for value in &mapping.value {
        let Some(told) = find(step, Some(&value.pointer)) else {
            continue;
        };
        let number = decimal(told).ok_or_else(|| step.wrong(&value.pointer, "is no number"))?;
        let measure = value.measure();
        let measure = measure.map_err(|_| step.wrong(&value.pointer, "has no measure"))?;
        samples.push(Sample::new(measure, number, at_ms));
    }
    samples.extend(magnus(mapping, step, at_ms)?);
    if samples.is_empty() {
        return Ok(None);
    }
    let time = time?;
    let device = match find(step, mapping.device.as_deref()) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return Err(step.wrong("device", "is neither text nor number")),
        None => step.topic_end().to_owned(),
    };
    if device.is_empty() || device.chars().count() > DEVICE_CHARS_MAX {
        return Err(step.wrong("device", "is missing or too long"));
    }
    Ok(Some(Raw::Sensor(Report {
        device,
        sequence: find(step, mapping.sequence.as_deref()).and_then(whole),
        at_ms: step.place(time),
        samples,
    })))
}

/// The temperature of a Magnus S3 tag; a bad read is a fault without a value worth keeping.
fn magnus(mapping: &Mapping, step: Step<'_>, at_ms: i64) -> Result<Option<Sample>, PayloadError> {
    let calibration = find(step, mapping.magnus_calibration.as_deref());
    let (Some(calibration), Some(code)) = (calibration, find(step, mapping.magnus_code.as_deref()))
    else {
        return Ok(None);
    };
    let words = |value: &Value| {
        value
            .as_str()
            .and_then(hex_bytes)
            .map(|bytes| be_words(&bytes))
    };
    let calibration = words(calibration).and_then(|words| words.first_chunk::<4>().copied());
    let Some(calibration) = calibration else {
        return Err(step.wrong("magnus_calibration", "is not four words"));
    };
    let (signal, code) = match words(code).as_deref() {
        Some([code]) => (None, *code),
        Some([_sensor, signal, code]) => (Some(*signal), *code),
        _ => return Err(step.wrong("magnus_code", "is neither one word nor three")),
    };
    let told = Calibration::read(calibration).and_then(|it| it.milli_c(code, signal));
    Ok(told.ok().map(|milli_c| {
        let value = Decimal::from_milli(i64::from(milli_c));
        Sample::new(Measure::TEMPERATURE_CEL, value, at_ms)
    }))
}

fn be_words(bytes: &[u8]) -> Vec<u16> {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|pair| u16::from_be_bytes(*pair))
        .collect()
}
