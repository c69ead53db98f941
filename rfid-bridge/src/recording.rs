//! What sources told, as a file that can be played again: JSON lines, the first of which says what
//! this is. `run --record` writes one beside the work, `replay` makes events of one. Everything
//! that the pipeline is told is in it with the time at which it was told, so that a recording
//! and a configuration give the same events, byte for byte, on every machine.
//!
//! ```text
//! {"recording":"rfid-bridge/1","bridge":"<version>"}
//! {"mono_ms":51,"unix_ms":1798761600051,"source":"dock-1","tags":[{"epc":"3034...","bits":96,...}]}
//! {"mono_ms":80,"unix_ms":1798761600080,"source":"dock-1","input":{"port":1,"high":true,...}}
//! {"mono_ms":90,"unix_ms":1798761600090,"source":"cold-1","letter":{"topic":"a.txt","body":"..."}}
//! {"mono_ms":95,"unix_ms":1798761600095,"source":"dock-1","up":"inventory runs"}
//! {"end":"stopped"}
//! ```
//!
//! `body` is base64, `epc` and `tid` are hex. `end` is `full` when the file reached its bound; a
//! recording whose writer was killed has none.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::llrp::parameter::EpcBits;
use crate::llrp::session::Now;
use crate::llrp::tag::ReaderTime;
use crate::scan::{self, Scan};
use crate::source::{
    Gap, GapCause, Heard, InputChange, Letter, Raw, Receipt, Report, Sample, Status, TagRead, Told,
};

pub mod llrp;
pub mod record;

pub use record::RecordEntry;

/// What the first line says.
const FORMAT: &str = "rfid-bridge/1";
/// Longest line that is read, bytes: the longest letter in base64, and its frame.
const LINE_BYTES_MAX: u64 = 8 << 20;

/// A recording that cannot be written or read.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// The file.
    #[error("recording {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is none of a recording.
    #[error("recording, line {line}: {why}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Head { recording: String, bridge: String },
    End { end: String },
    Item(Box<Item>),
}

/// Something that was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// When, ms of a clock that never steps.
    pub mono_ms: u64,
    /// When, ms since the Unix epoch.
    pub unix_ms: i64,
    /// By whom: the source's name in the configuration.
    pub source: String,
    /// What.
    #[serde(flatten)]
    said: Said,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Tags(Vec<Tag>),
    Input {
        port: u16,
        high: bool,
        at_ms: i64,
    },
    Up(String),
    Down(String),
    Resting(String),
    Antenna {
        port: u16,
        connected: bool,
    },
    Gap {
        cause: String,
        from_ms: i64,
        to_ms: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lost: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
    },
    Sensor {
        device: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sequence: Option<u64>,
        at_ms: i64,
        samples: Vec<Sample>,
    },
    Letter {
        topic: String,
        body: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
    Scan {
        uri: String,
        uid: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reader: String,
        at_ms: i64,
    },
    /// Something that has no form here; only its name is kept.
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tag {
    epc: String,
    bits: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    tid: String,
    antenna: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rssi_cdbm: Option<i32>,
    count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reader_first: Option<Stamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reader_last: Option<Stamp>,
    first_ms: i64,
    last_ms: i64,
}

/// A reader's time, microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stamp {
    Utc(u64),
    Uptime(u64),
}

impl Item {
    /// What `source` told at a time.
    pub fn of(source: &str, heard: &Heard, at: Now) -> Self {
        Self {
            mono_ms: at.mono_ms,
            unix_ms: at.unix_ms,
            source: source.to_owned(),
            said: Said::of(heard),
        }
    }

    /// When it was told.
    pub fn at(&self) -> Now {
        Now {
            mono_ms: self.mono_ms,
            unix_ms: self.unix_ms,
        }
    }

    /// The same to be told again by source number `source`; nothing for what has no form here.
    ///
    /// # Errors
    /// What cannot be: an odd number of hex digits, a cause that is none.
    pub fn told(self, source: usize) -> Result<Option<Told>, String> {
        let at = self.at();
        let heard = self.said.heard(at)?;
        Ok(heard.map(|heard| Told { source, heard }))
    }
}

impl Said {
    fn of(heard: &Heard) -> Self {
        let raw = match heard {
            Heard::Letter(letter) => {
                return Self::Letter {
                    topic: letter.topic.clone(),
                    body: STANDARD.encode(&letter.body),
                    again: letter.again,
                };
            }
            Heard::Raw(raw) => raw,
        };
        match raw {
            Raw::Tags(tags) => Self::Tags(tags.iter().map(Tag::of).collect()),
            Raw::Input(it) => Self::Input {
                port: it.port,
                high: it.high,
                at_ms: it.at_ms,
            },
            Raw::Status(Status::Up(how)) => Self::Up(how.clone()),
            Raw::Status(Status::Down(why)) => Self::Down(why.clone()),
            Raw::Status(Status::Resting(why)) => Self::Resting(why.clone()),
            Raw::Status(Status::Antenna { port, connected }) => Self::Antenna {
                port: *port,
                connected: *connected,
            },
            Raw::Gap(it) => Self::Gap {
                cause: it.cause.word().to_owned(),
                from_ms: it.from_ms,
                to_ms: it.to_ms,
                lost: it.lost,
                device: it.device.clone(),
            },
            Raw::Sensor(it) => Self::Sensor {
                device: it.device.clone(),
                sequence: it.sequence,
                at_ms: it.at_ms,
                samples: it.samples.clone(),
            },
            Raw::Scan(it) => Self::Scan {
                uri: it.item.uri.clone(),
                uid: hex::encode(&it.uid),
                reader: it.reader.clone(),
                at_ms: it.at_ms,
            },
            // Files of loggers come in letters.
            Raw::Log(_) => Self::Other("log".to_owned()),
        }
    }

    fn heard(self, at: Now) -> Result<Option<Heard>, String> {
        let raw = match self {
            Self::Tags(tags) => {
                let tags = tags.into_iter().map(|tag| tag.read(at));
                Raw::Tags(tags.collect::<Result<_, _>>()?)
            }
            Self::Input { port, high, at_ms } => Raw::Input(InputChange { port, high, at_ms }),
            Self::Up(how) => Raw::Status(Status::Up(how)),
            Self::Down(why) => Raw::Status(Status::Down(why)),
            Self::Resting(why) => Raw::Status(Status::Resting(why)),
            Self::Antenna { port, connected } => Raw::Status(Status::Antenna { port, connected }),
            Self::Gap {
                cause,
                from_ms,
                to_ms,
                lost,
                device,
            } => Raw::Gap(Gap {
                cause: GapCause::by_word(&cause).ok_or_else(|| format!("no cause {cause:?}"))?,
                from_ms,
                to_ms,
                lost,
                device,
            }),
            Self::Sensor {
                device,
                sequence,
                at_ms,
                samples,
            } => Raw::Sensor(Report {
                device,
                sequence,
                at_ms,
                samples,
            }),
            Self::Letter { topic, body, again } => {
                let body = STANDARD
                    .decode(body)
                    .map_err(|error| format!("body: {error}"))?;
                return Ok(Some(Heard::Letter(Letter {
                    topic,
                    body,
                    at,
                    again,
                    receipt: Receipt::new(|_| ()),
                })));
            }
            Self::Scan {
                uri,
                uid,
                reader,
                at_ms,
            } => Raw::Scan(Box::new(Scan {
                item: scan::item(&uri).map_err(|error| format!("uri: {error}"))?,
                uid: hex::decode(uid).map_err(|error| format!("uid: {error}"))?,
                reader,
                at_ms,
            })),
            Self::Other(_) => return Ok(None),
        };
        Ok(Some(Heard::Raw(raw)))
    }
}

impl Tag {
    fn of(read: &TagRead) -> Self {
        Self {
            epc: hex::encode(&read.epc.bytes),
            bits: read.epc.bits,
            tid: hex::encode(&read.tid),
            antenna: read.antenna,
            rssi_cdbm: read.rssi_cdbm,
            count: read.count,
            reader_first: read.reader_first.map(Stamp::of),
            reader_last: read.reader_last.map(Stamp::of),
            first_ms: read.first_ms,
            last_ms: read.last_ms,
        }
    }

    fn read(self, arrived: Now) -> Result<TagRead, String> {
        let bytes = hex::decode(&self.epc).map_err(|error| format!("epc: {error}"))?;
        if bytes.len() != usize::from(self.bits).div_ceil(8) {
            return Err(format!(
                "epc: {} bits are not {} bytes",
                self.bits,
                bytes.len()
            ));
        }
        Ok(TagRead {
            epc: EpcBits {
                bits: self.bits,
                bytes,
            },
            tid: hex::decode(&self.tid).map_err(|error| format!("tid: {error}"))?,
            antenna: self.antenna,
            rssi_cdbm: self.rssi_cdbm,
            count: self.count.max(1),
            reader_first: self.reader_first.map(Stamp::time),
            reader_last: self.reader_last.map(Stamp::time),
            first_ms: self.first_ms,
            last_ms: self.last_ms,
            arrived,
        })
    }
}

impl Stamp {
    fn of(time: ReaderTime) -> Self {
        match time {
            ReaderTime::Utc(us) => Self::Utc(us),
            ReaderTime::Uptime(us) => Self::Uptime(us),
        }
    }

    fn time(self) -> ReaderTime {
        match self {
            Self::Utc(us) => ReaderTime::Utc(us),
            Self::Uptime(us) => ReaderTime::Uptime(us),
        }
    }
}

/// Writes a recording.
#[derive(Debug)]
pub struct Writer {
    to: BufWriter<File>,
    path: PathBuf,
    left: u64,
}

/// Whether more fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// It does.
    More,
    /// The file is at its bound, and is ended.
    Full,
}

impl Writer {
    /// Begins a file that does not exist yet, readable by its owner alone, of `bytes_max` at most.
    ///
    /// # Errors
    /// [`RecordingError::File`].
    pub fn create(path: &Path, bytes_max: u64) -> Result<Self, RecordingError> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(path);
        let mut writer = Self {
            to: BufWriter::new(file.map_err(|source| failed(path, source))?),
            path: path.to_owned(),
            left: bytes_max,
        };
        writer.line(&Line::Head {
            recording: FORMAT.to_owned(),
            bridge: env!("CARGO_PKG_VERSION").to_owned(),
        })?;
        Ok(writer)
    }

    /// Writes what was told.
    ///
    /// # Errors
    /// [`RecordingError::File`].
    pub fn write(&mut self, item: Item) -> Result<Room, RecordingError> {
        if self.line(&Line::Item(Box::new(item)))? {
            return Ok(Room::More);
        }
        self.end("full")?;
        Ok(Room::Full)
    }

    /// Brings what was written to the file.
    ///
    /// # Errors
    /// [`RecordingError::File`].
    pub fn flush(&mut self) -> Result<(), RecordingError> {
        let flushed = self.to.flush();
        flushed.map_err(|source| failed(&self.path, source))
    }

    /// Ends the recording with a word that says why.
    ///
    /// # Errors
    /// [`RecordingError::File`].
    pub fn end(&mut self, why: &str) -> Result<(), RecordingError> {
        self.left = u64::MAX;
        self.line(&Line::End {
            end: why.to_owned(),
        })?;
        self.flush()
    }

    /// False when the line does not fit, and was not written.
    fn line(&mut self, line: &Line) -> Result<bool, RecordingError> {
        // Lines are made of texts and numbers: there is nothing to fail.
        let mut text = serde_json::to_vec(line).unwrap_or_default();
        text.push(b'\n');
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        let Some(left) = self.left.checked_sub(length) else {
            return Ok(false);
        };
        self.left = left;
        let written = self.to.write_all(&text);
        written.map_err(|source| failed(&self.path, source))?;
        Ok(true)
    }
}

fn failed(path: &Path, source: std::io::Error) -> RecordingError {
    RecordingError::File {
        path: path.to_owned(),
        source,
    }
}

/// The items of a recording, in the order of the file.
///
/// # Errors
/// [`RecordingError`] when the file cannot be opened or does not begin like a recording.
pub fn read(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Item, RecordingError>>, RecordingError> {
    let file = File::open(path).map_err(|source| failed(path, source))?;
    items(BufReader::new(file), path)
}

fn items(
    mut from: impl BufRead,
    path: &Path,
) -> Result<impl Iterator<Item = Result<Item, RecordingError>>, RecordingError> {
    let mut number = 0;
    let path = path.to_owned();
    let mut next = move || -> Result<Option<Line>, RecordingError> {
        let mut text = Vec::new();
        number += 1;
        let mut bounded = (&mut from).take(LINE_BYTES_MAX);
        let read = bounded.read_until(b'\n', &mut text);
        if read.map_err(|source| failed(&path, source))? == 0 {
            return Ok(None);
        }
        if text.last() != Some(&b'\n') {
            // The writer was killed within a line; or the line has no end worth waiting for.
            return match u64::try_from(text.len()) {
                Ok(length) if length < LINE_BYTES_MAX => Ok(None),
                _ => Err(wrong(number, &"is too long")),
            };
        }
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| wrong(number, &error))
    };
    match next()? {
        Some(Line::Head { recording, .. }) if recording == FORMAT => {}
        _ => {
            return Err(wrong(
                1,
                &format!("this is no recording of the form {FORMAT}"),
            ));
        }
    }
    Ok(std::iter::from_fn(move || match next() {
        Ok(Some(Line::Item(item))) => Some(Ok(*item)),
        Ok(Some(Line::End { .. }) | None) => None,
        Ok(Some(Line::Head { .. })) => Some(Err(wrong(0, &"a second head"))),
        Err(error) => Some(Err(error)),
    }))
}

fn wrong(line: u64, why: &dyn std::fmt::Display) -> RecordingError {
    RecordingError::Line {
        line,
        why: why.to_string(),
    }
}

#[cfg(test)]
mod tests;
