//! Files of Berlinger Fridge-tag 2 and Q-tag loggers: text with CR LF line ends, one space of
//! indentation per level, `Key: value` pairs joined by commas, and at the end a certificate and a
//! signature made by the device itself. [`signature`] checks those over the bytes as they are;
//! this module reads what they say, as integers and local times; [`epcis`] makes events of it.
//!
//! ```text
//! Device: Q-tag CLm doc LR       what made the file
//! Conf:                          configuration: serial, lot, zone, alarm limits
//!  Serial: RCPJ00010
//! Res: or Hist:                  the device's own statistics: of the run, or of each day
//! Data:                          readings, tab separated; "x" marks those out of limits
//! <TAB>2022-11-08 04:49<TAB>4.4<TAB><TAB>
//! Cert: .. Sig Cert: .. Sig: ..  who certified the device's lot, and the device's signature
//! ```

use chrono::{NaiveDate, NaiveDateTime};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub mod epcis;
mod number;
pub mod signature;

pub use number::TemperatureUnit;
use number::{milli_celsius, zone_minutes};
pub use signature::{Fault, RootKey, SignatureState};

/// Largest file that is read, bytes: ten years of readings every ten minutes.
pub const FILE_BYTES_MAX: usize = 32 << 20;

/// A logger's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggerFile {
    /// `Device`: the model.
    pub device: String,
    /// `Serial`.
    pub serial: String,
    /// `Lot`: production lot, whose key signs.
    pub lot: String,
    /// `Zone`: minutes that local times are ahead of UTC.
    pub zone_minutes: i32,
    /// Unit of the file; values here are milli-degrees Celsius whatever it is.
    pub unit: TemperatureUnit,
    /// `MKT`: mean kinetic temperature by the device, for a Q-tag that has stopped.
    pub kinetic_mean_milli_c: Option<i32>,
    /// `Avrg T`: mean by the device, likewise.
    pub mean_milli_c: Option<i32>,
    /// Readings in the order of the file.
    pub readings: Vec<Reading>,
    /// Times at which the device wrote a row without a temperature.
    pub missing: Vec<NaiveDateTime>,
    /// Daily statistics, newest first as in the file, for a Fridge-tag.
    pub days: Vec<Day>,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Whether the device signed these bytes.
    pub signature: SignatureState,
}

/// One reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// By the device's clock and zone.
    pub local: NaiveDateTime,
    /// Thousandths of a degree Celsius.
    pub milli_c: i32,
    /// The device marked it as out of its limits.
    pub out_of_limits: bool,
}

/// One day's statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The local day.
    pub date: NaiveDate,
    /// Lowest, thousandths of a degree Celsius; absent when nothing was measured.
    pub min_milli_c: Option<i32>,
    /// Highest.
    pub max_milli_c: Option<i32>,
    /// Mean.
    pub mean_milli_c: Option<i32>,
}

/// A file that cannot be read as a logger's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoggerError {
    /// Something else altogether.
    #[error("not a logger file: it does not begin with \"Device: \"")]
    NotALogger,
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("the file has {0} bytes, more than the accepted 33554432")]
    TooLarge(usize),
    /// A logger file that is damaged.
    #[error("line {line}: {what}; device signature {signature}")]
    Malformed {
        /// Line from 1.
        line: usize,
        /// What is wrong.
        what: &'static str,
        /// What the signature says of the same bytes.
        signature: SignatureState,
    },
}

/// Reads a file and checks its signature against `root`. An invalid signature is not an error but
/// a state, because the readings of a forged file are evidence too.
///
/// # Errors
/// [`LoggerError`].
pub fn read(bytes: &[u8], root: &RootKey) -> Result<LoggerFile, LoggerError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(LoggerError::TooLarge(bytes.len()));
    }
    if !bytes.starts_with(b"Device: ") {
        return Err(LoggerError::NotALogger);
    }
    let signature = signature::check(bytes, root);
    let fault = |(line, what)| LoggerError::Malformed {
        line,
        what,
        signature: signature.clone(),
    };
    // The fields we read are ASCII; a user's own text in another encoding must not stop us.
    let text = String::from_utf8_lossy(bytes);
    let mut found = Found::default();
    for (line, text) in (1..).zip(text.lines()) {
        found.line(text).map_err(|what| fault((line, what)))?;
    }
    let lines = text.lines().count();
    let end = |what: &'static str| fault((lines, what));
    let zone = found.zone.as_deref().unwrap_or("0.00");
    Ok(LoggerFile {
        device: found.device,
        serial: found.serial.ok_or(end("no serial number in the file"))?,
        lot: found.lot.unwrap_or_default(),
        zone_minutes: zone_minutes(zone).ok_or(end("the zone is not an offset in hours"))?,
        unit: found.unit,
        kinetic_mean_milli_c: found.kinetic_mean,
        mean_milli_c: found.mean,
        readings: found.readings,
        missing: found.missing,
        days: found.days,
        sha256: Sha256::digest(bytes).into(),
        signature,
    })
}

/// What was found so far, and in which section we are.
#[derive(Debug, Default)]
struct Found {
    section: Section,
    device: String,
    serial: Option<String>,
    lot: Option<String>,
    zone: Option<String>,
    unit: TemperatureUnit,
    kinetic_mean: Option<i32>,
    mean: Option<i32>,
    readings: Vec<Reading>,
    missing: Vec<NaiveDateTime>,
    days: Vec<Day>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Section {
    #[default]
    Head,
    Configuration,
    Result,
    History,
    Data,
    Other,
}

impl Found {
    fn line(&mut self, text: &str) -> Result<(), &'static str> {
        if let Some(row) = text.strip_prefix('\t') {
            return if self.section == Section::Data {
                self.row(row)
            } else {
                Ok(())
            };
        }
        let level = text.len() - text.trim_start_matches(' ').len();
        let (key, value) = text.trim().split_once(':').unwrap_or((text.trim(), ""));
        let value = value.trim();
        if level == 0 {
            self.section = match key {
                "Conf" => Section::Configuration,
                "Res" => Section::Result,
                "Hist" => Section::History,
                "Data" => Section::Data,
                "Device" => {
                    value.clone_into(&mut self.device);
                    Section::Head
                }
                _ => Section::Other,
            };
            return Ok(());
        }
        match (self.section, level, key) {
            (Section::Configuration, 1, "Serial") => self.serial = Some(value.to_owned()),
            (Section::Configuration, 1, "Lot") => self.lot = Some(value.to_owned()),
            (Section::Configuration, 1, "Zone") => self.zone = Some(value.to_owned()),
            (Section::Configuration, 1, "Temp unit") => {
                self.unit = TemperatureUnit::parse(value).ok_or("unknown temperature unit")?;
            }
            (Section::Result, 1, "MKT") => self.kinetic_mean = self.temperature(value)?,
            (Section::Result, 1, "Avrg T") => self.mean = self.temperature(value)?,
            (Section::History, 2, "Date") => self.days.push(Day {
                date: NaiveDate::parse_from_str(value, "%Y-%m-%d")
                    .map_err(|_| "the day is not a date")?,
                min_milli_c: None,
                max_milli_c: None,
                mean_milli_c: None,
            }),
            (Section::History, 2, "Min T" | "Max T" | "Avrg T") => self.daily(key, value)?,
            _ => {}
        }
        Ok(())
    }

    fn daily(&mut self, key: &str, value: &str) -> Result<(), &'static str> {
        let milli_c = self.temperature(value)?;
        let day = self
            .days
            .last_mut()
            .ok_or("statistics before the day they belong to")?;
        match key {
            "Min T" => day.min_milli_c = milli_c,
            "Max T" => day.max_milli_c = milli_c,
            _ => day.mean_milli_c = milli_c,
        }
        Ok(())
    }

    /// The first of a line's comma-joined values.
    fn temperature(&self, value: &str) -> Result<Option<i32>, &'static str> {
        let first = value.split(',').next().unwrap_or_default().trim();
        if first.is_empty() || first.starts_with("--") {
            return Ok(None);
        }
        milli_celsius(first, self.unit)
            .map(Some)
            .ok_or("not a temperature")
    }

    fn row(&mut self, row: &str) -> Result<(), &'static str> {
        let mut columns = row.split('\t');
        let time = columns.next().unwrap_or_default();
        if time == "yyyy-MM-dd hh:mm" {
            return Ok(());
        }
        let local = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M")
            .ok()
            .filter(|_| time.len() == 16)
            .ok_or("a reading's time is not yyyy-MM-dd hh:mm")?;
        let temperature = columns
            .next()
            .ok_or("a reading without a temperature column")?;
        let out_of_limits = columns.next().is_some_and(|mark| mark == "x");
        match self.temperature(temperature)? {
            Some(milli_c) => self.readings.push(Reading {
                local,
                milli_c,
                out_of_limits,
            }),
            None => self.missing.push(local),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
