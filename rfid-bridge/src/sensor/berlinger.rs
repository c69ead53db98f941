//! Text files of Berlinger Fridge-tag and Q-tag loggers: lines `Key: value`, one blank of
//! indentation a level, and a `Data:` section with one tab-separated reading a line in the
//! device's local time.

use chrono::NaiveDateTime;
use gs1::Decimal;
use sha2::{Digest, Sha256};

use super::seal::{Seal, TrustAnchor};
use super::{FILE_BYTES_MAX, LoggerError, LoggerFile, Reading};

/// Sections that start at the left margin and matter here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Head,
    Configuration,
    Results,
    Data,
    Other,
}

/// Reads a file and checks its seal against `root`.
pub fn parse(bytes: &[u8], root: &TrustAnchor) -> Result<LoggerFile, LoggerError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(LoggerError::TooLarge { bytes: bytes.len() });
    }
    let text = text(bytes)?;
    let mut draft = Draft::default();
    let mut section = Section::Head;
    for (at, line) in text.lines().enumerate() {
        section = next_section(section, line);
        draft.line(section, at + 1, line)?;
    }
    draft.finish(Seal::of(bytes, root), Sha256::digest(bytes).into())
}

/// The device writes ASCII; anything else is not its file.
fn text(bytes: &[u8]) -> Result<&str, LoggerError> {
    let good = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'));
    good.ok_or_else(|| {
        let bad = bytes
            .iter()
            .position(|byte| *byte == 0 || !byte.is_ascii())
            .unwrap_or_default();
        let before = bytes.get(..bad).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        LoggerError::Line {
            line,
            expected: "text",
        }
    })
}

fn next_section(section: Section, line: &str) -> Section {
    match line.trim_end() {
        "Conf:" => Section::Configuration,
        "Res:" | "Hist:" => Section::Results,
        "Data:" => Section::Data,
        heading if heading.ends_with(':') && !heading.starts_with([' ', '\t']) => Section::Other,
        _ => section,
    }
}

#[derive(Default)]
struct Draft {
    device: Option<String>,
    serial: Option<String>,
    lot: Option<String>,
    zone_minutes: i32,
    fahrenheit: bool,
    interval_s: Option<u32>,
    mkt: Option<Decimal>,
    mkt_energy: Option<Decimal>,
    average: Option<Decimal>,
    readings: Vec<Reading>,
}

impl Draft {
    fn line(&mut self, section: Section, number: usize, line: &str) -> Result<(), LoggerError> {
        let expect = |expected| LoggerError::Line {
            line: number,
            expected,
        };
        if section == Section::Data {
            if let Some(row) = line.strip_prefix('\t') {
                return self
                    .row(row)
                    .ok_or_else(|| expect("a time and a temperature"));
            }
            return Ok(());
        }
        let Some((key, value)) = line.split_once(": ") else {
            return Ok(());
        };
        let (key, value) = (key.trim_start(), value.trim());
        let decimal = || Decimal::parse(value.trim_start_matches('+')).ok();
        match (section, key) {
            (Section::Head, "Device") => self.device = Some(value.to_owned()),
            (Section::Configuration, "Serial") => self.serial = Some(value.to_owned()),
            (Section::Configuration, "Lot") => self.lot = Some(value.to_owned()),
            (Section::Configuration, "Zone") => {
                self.zone_minutes = zone(value).ok_or_else(|| expect("hours from UTC"))?;
            }
            (Section::Configuration, "Temp unit") => self.fahrenheit = is_fahrenheit(value),
            (Section::Configuration, "Logging Interval") => {
                let minutes: u32 = value.parse().map_err(|_| expect("whole minutes"))?;
                self.interval_s = minutes.checked_mul(60);
            }
            (Section::Configuration, "MKT Energy") => self.mkt_energy = decimal(),
            (Section::Results, "MKT") if line.starts_with(" M") => self.mkt = decimal(),
            (Section::Results, "Avrg T") if line.starts_with(" A") => self.average = decimal(),
            _ => {}
        }
        Ok(())
    }

    /// `2022-11-08 04:49 <tab> 4.4 <tab> x`; the row of headings is passed over.
    fn row(&mut self, row: &str) -> Option<()> {
        let mut cells = row.split('\t').map(str::trim);
        let (time, value, mark) = (
            cells.next()?,
            cells.next()?,
            cells.next().unwrap_or_default(),
        );
        if time == "yyyy-MM-dd hh:mm" {
            return Some(());
        }
        let local = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").ok()?;
        let utc_ms = local.and_utc().timestamp_millis() - i64::from(self.zone_minutes) * 60_000;
        let value = Decimal::parse(value.trim_start_matches('+')).ok()?;
        let milli_c = value.milli_celsius(self.unit())?;
        self.readings.push(Reading {
            time_ms: utc_ms,
            milli_c,
            out_of_limits: mark == "x",
        });
        Some(())
    }

    fn unit(&self) -> &'static str {
        if self.fahrenheit { "FAH" } else { "CEL" }
    }

    fn finish(self, seal: Seal, sha256: [u8; 32]) -> Result<LoggerFile, LoggerError> {
        let unit = self.unit();
        let celsius = |value: Option<Decimal>| value.and_then(|value| value.milli_celsius(unit));
        Ok(LoggerFile {
            device: self
                .device
                .ok_or(LoggerError::Missing { field: "Device" })?,
            serial: self
                .serial
                .ok_or(LoggerError::Missing { field: "Serial" })?,
            lot: self.lot,
            zone_minutes: self.zone_minutes,
            interval_s: self.interval_s,
            device_mkt_milli_c: celsius(self.mkt),
            // kJ/mol in the file; thousandths of it are J/mol.
            mkt_energy_j_mol: self.mkt_energy.and_then(Decimal::milli),
            device_average_milli_c: celsius(self.average),
            readings: self.readings,
            seal,
            sha256,
        })
    }
}

fn is_fahrenheit(unit: &str) -> bool {
    unit.eq_ignore_ascii_case("F")
}

/// `5.50` hours are 330 minutes; at most a day either way.
fn zone(text: &str) -> Option<i32> {
    let milli_hours = Decimal::parse(text.trim_start_matches('+')).ok()?.milli()?;
    let minutes = i32::try_from(milli_hours.checked_mul(60)? / 1_000).ok()?;
    (-1_440..=1_440).contains(&minutes).then_some(minutes)
}
