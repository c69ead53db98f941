//! What readers and sensors say over MQTT and HTTP, and files of loggers. Every maker has a form of
//! its own; each is read here by a function from bytes to the few things that all sources say
//! ([`Raw`]). Fields are optional wherever a maker's description lets them be, unknown kinds of
//! messages are counted and passed over, and what is not the format at all is an error that the
//! sender gets to hear.
//!
//! Times: a reader's own time is taken when it is not in the future and not older than
//! [`HELD_MS_MAX`] (a broker may have held the message while we were away), otherwise the time of
//! arrival; the reader's own stamp stays in the read either way. A sensor's time is that of its
//! measurement and stays as it was told: a logger on a ship hands over what is months old. Where
//! it is as far off as that, the time of arrival stands beside it ([`Sample::arrived_ms`]).

use serde_json::Value;
use thiserror::Error;

use crate::llrp::session::Now;
use crate::sensor::berlinger::{self, RootKey};
use crate::sensor::hobo::{self, DateOrder};
use crate::sensor::log::LogFile;
use crate::sensor::table::TableFormat;
use crate::source::{Raw, Sample};

mod chirpstack;
pub mod generic;
mod impinj;
pub mod json;
mod ruuvi;
mod speedway;
mod tive;
mod zebra;

pub use generic::Mapping;

/// Longest message that is read, bytes.
pub const BYTES_MAX: usize = 4 << 20;
/// Items in one message.
pub const ITEMS_MAX: usize = 10_000;
/// How long a message may have been held on its way, ms: thirty days.
pub const HELD_MS_MAX: i64 = 30 * 86_400_000;
/// How far ahead a source's clock may run before it is not believed, ms.
const AHEAD_MS_MAX: i64 = 5_000;
/// Characters of a device's name.
pub const DEVICE_CHARS_MAX: usize = 128;

/// Whose JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Format {
    /// Impinj IoT device interface (R700, R720): stream, webhook, MQTT.
    Impinj,
    /// Zebra IoT Connector (FX7500, FX9600, FXR90, ATR7000).
    Zebra,
    /// Impinj Speedway Connect.
    Speedway,
    /// `ChirpStack` v4 uplinks (`LoRaWAN`).
    Chirpstack,
    /// Tive API v3 readings, as webhooks send them.
    Tive,
    /// Ruuvi Gateway: advertisements of `RuuviTags`, data format 5.
    Ruuvi,
    /// Anything else, by JSON pointers.
    Mapped(Box<Mapping>),
    /// Signed text of Berlinger's loggers, by the key that certifies them.
    Berlinger(Box<RootKey>),
    /// Exports of `HOBOware`, with the order of their dates where it is told.
    Hobo(Option<DateOrder>),
    /// Tables of other loggers.
    Table(Box<TableFormat>),
}

impl Format {
    /// Whether it is whole files of loggers.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::Berlinger(_) | Self::Hobo(_) | Self::Table(_))
    }

    /// A format by the word of the configuration; those with settings of their own have none.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "impinj" => Self::Impinj,
            "zebra" => Self::Zebra,
            "speedway" => Self::Speedway,
            "chirpstack" => Self::Chirpstack,
            "tive" => Self::Tive,
            "ruuvi" => Self::Ruuvi,
            "hobo" => Self::Hobo(None),
            _ => return None,
        })
    }
}

/// A message as it came.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Topic or path it came by; its last part names the device when the body does not.
    pub topic: &'a str,
    /// The bytes.
    pub body: &'a [u8],
    /// When it came.
    pub at: Now,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// In the order of the message.
    pub raws: Vec<Raw>,
    /// What makes this message this message, when its sender says so: an id or a time of its own.
    /// Without it two equal messages may be two.
    pub id: Option<String>,
    /// Items of a kind we have no use for.
    pub skipped: u32,
}

/// A message that is not of the format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PayloadError {
    /// Not JSON, or longer than allowed.
    #[error("not a JSON message: {0}")]
    Json(String),
    /// A field is missing, or not what it should be.
    #[error("item {item}: {field} {why}")]
    Field {
        /// Which item, from 0.
        item: usize,
        /// Which field.
        field: String,
        /// What is wrong.
        why: &'static str,
    },
    /// Not a file of the logger's kind.
    #[error("{0}")]
    File(String),
    /// More than [`ITEMS_MAX`].
    #[error("{0} items in one message, at most 10000 are read")]
    TooMany(usize),
}

/// Reads a message.
///
/// # Errors
/// [`PayloadError`]; then nothing of the message is used.
pub fn decode(format: &Format, message: Message<'_>) -> Result<Decoded, PayloadError> {
    if let Some(file) = file(format, message.body) {
        let file = file.map_err(PayloadError::File)?;
        return Ok(Decoded {
            id: Some(format!("file/{}", hex::encode(file.sha256()))),
            raws: vec![Raw::Log(Box::new(file))],
            skipped: 0,
        });
    }
    let items = items(message.body)?;
    if items.len() > ITEMS_MAX {
        return Err(PayloadError::TooMany(items.len()));
    }
    let mut decoded = Decoded::default();
    for (at, item) in items.iter().enumerate() {
        let step = Step { item, at, message };
        match format {
            Format::Impinj => impinj::read(step, &mut decoded)?,
            Format::Zebra => zebra::read(step, &mut decoded)?,
            Format::Speedway => speedway::read(step, &mut decoded)?,
            Format::Chirpstack => chirpstack::read(step, &mut decoded)?,
            Format::Tive => tive::read(step, &mut decoded)?,
            Format::Ruuvi => ruuvi::read(step, &mut decoded)?,
            Format::Mapped(mapping) => generic::read(mapping, step, &mut decoded)?,
            // Read above, as a whole.
            Format::Berlinger(_) | Format::Hobo(_) | Format::Table(_) => {}
        }
    }
    merge(&mut decoded.raws);
    doubt(&mut decoded.raws, message.at.unix_ms);
    Ok(decoded)
}

/// A logger's file, when the format is one of files.
fn file(format: &Format, body: &[u8]) -> Option<Result<LogFile, String>> {
    let table = match format {
        Format::Berlinger(root) => {
            let read = berlinger::read(body, root).map_err(|error| error.to_string());
            return Some(read.map(LogFile::Berlinger));
        }
        Format::Hobo(order) => hobo::read(body, *order),
        Format::Table(table) => table.read(body),
        _ => return None,
    };
    Some(table.map(LogFile::Table).map_err(|error| error.to_string()))
}

/// The values of a body: one, an array of them, or one a line.
fn items(body: &[u8]) -> Result<Vec<Value>, PayloadError> {
    if body.len() > BYTES_MAX {
        return Err(PayloadError::Json(format!("{} bytes", body.len())));
    }
    let mut items = Vec::new();
    for value in serde_json::Deserializer::from_slice(body).into_iter::<Value>() {
        match value.map_err(|error| PayloadError::Json(error.to_string()))? {
            Value::Array(all) => items.extend(all),
            one => items.push(one),
        }
    }
    Ok(items)
}

/// Neighbouring reads become one list: they go through the pipeline together.
fn merge(raws: &mut Vec<Raw>) {
    let mut merged: Vec<Raw> = Vec::with_capacity(raws.len());
    for raw in raws.drain(..) {
        match (merged.last_mut(), raw) {
            (Some(Raw::Tags(before)), Raw::Tags(more)) => before.extend(more),
            (_, raw) => merged.push(raw),
        }
    }
    *raws = merged;
}

/// Puts the time of arrival beside sensors' times that are far from it.
fn doubt(raws: &mut [Raw], now_ms: i64) {
    let samples = raws.iter_mut().filter_map(|raw| match raw {
        Raw::Sensor(report) => Some(report.samples.iter_mut()),
        _ => None,
    });
    let is_doubtful = |it: &&mut Sample| !is_believable(it.at_ms, now_ms);
    for sample in samples.flatten().filter(is_doubtful) {
        sample.arrived_ms = Some(now_ms);
    }
}

/// Whether something that arrived at `now_ms` may have happened at `ms`.
fn is_believable(ms: i64, now_ms: i64) -> bool {
    (now_ms.saturating_sub(HELD_MS_MAX)..=now_ms.saturating_add(AHEAD_MS_MAX)).contains(&ms)
}

/// One item of a message on its way through a decoder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'a> {
    item: &'a Value,
    at: usize,
    message: Message<'a>,
}

impl Step<'_> {
    fn wrong(&self, field: &str, why: &'static str) -> PayloadError {
        PayloadError::Field {
            item: self.at,
            field: field.to_owned(),
            why,
        }
    }

    /// A source's time on the gateway's clock: as it is when it can be, otherwise the arrival.
    fn place(&self, told_ms: Option<i64>) -> i64 {
        let now = self.message.at.unix_ms;
        told_ms.filter(|ms| is_believable(*ms, now)).unwrap_or(now)
    }

    /// When a sensor measured: as it says, and on arrival when it does not say.
    fn measured(&self, told_ms: Option<i64>) -> i64 {
        told_ms.unwrap_or(self.message.at.unix_ms)
    }

    /// The last part of the topic.
    fn topic_end(&self) -> &str {
        let topic = self.message.topic.trim_end_matches('/');
        topic.rsplit('/').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
