//! Logger files that are tables: delimited text in whatever character set, decimal sign, date
//! order and zone the maker's software writes. What a file cannot say of itself stands in the
//! configuration; [`super::hobo`] finds it in the file's own header.
//!
//! ```toml
//! [feed.table]
//! encoding = "windows-1252"        # a label of the WHATWG Encoding Standard; a BOM wins
//! delimiter = ";"
//! decimal = ","
//! header = "Datum"                 # the row that begins with this names the columns
//! time = "Datum"                   # column of date and time, with time_of_day if apart
//! time_of_day = "Uhrzeit"
//! pattern = "%d.%m.%Y %H:%M:%S"    # of both, joined by a blank
//! zone = "+01:00"                  # of the file's times
//! device = "LT-4711"               # or device_row = "Serial", a row before the header
//! missing = ["---", "n/a"]         # cells that are no measurement; empty ones never are
//! [[feed.table.column]]
//! name = "Temperatur"              # the header begins with this
//! type = "Temperature"
//! uom = "CEL"
//! ```

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use encoding_rs::Encoding;
use gs1::Decimal;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::measures;
use crate::source::{Measure, Sample};

/// Largest file that is read, bytes.
pub const FILE_BYTES_MAX: usize = 32 << 20;
/// Rows of one file: ten years of readings every five minutes.
pub const ROWS_MAX: usize = 1_100_000;
/// Rows before the header.
const PREAMBLE_MAX: usize = 200;

/// How a table is to be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFormat {
    /// Label of the character set; UTF-8 unless set.
    pub encoding: Option<String>,
    /// Between cells; a comma unless set.
    pub delimiter: Option<char>,
    /// Between whole and fraction; a point unless set.
    pub decimal: Option<char>,
    /// What the header row's first cell begins with; the first row unless set.
    pub header: Option<String>,
    /// Column of the time.
    pub time: String,
    /// Column of the time of day, when it is apart.
    pub time_of_day: Option<String>,
    /// `strftime` pattern of the time.
    pub pattern: String,
    /// Offset from UTC, `+HH:MM`.
    pub zone: String,
    /// The logger's name.
    pub device: Option<String>,
    /// First cell of the row before the header whose second cell is the logger's name.
    pub device_row: Option<String>,
    /// Cells that are no measurement.
    #[serde(default)]
    pub missing: Vec<String>,
    /// What is measured.
    pub column: Vec<Column>,
}

/// One measured column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What its header begins with.
    pub name: String,
    /// CBV measurement type.
    #[serde(rename = "type")]
    pub type_: String,
    /// UN/ECE Rec. 20 code.
    pub uom: String,
}

/// What a table says.
#[derive(Debug, Clone, PartialEq)]
pub struct TableLog {
    /// What made the file.
    pub model: String,
    /// The logger's name or serial number.
    pub device: String,
    /// Minutes that the file's times are ahead of UTC.
    pub zone_minutes: i32,
    /// Values in the order of the file, row by row.
    pub samples: Vec<Sample>,
    /// Cells without a measurement.
    pub missing: u64,
    /// SHA-256 of the file as it came.
    pub sha256: [u8; 32],
}

/// A file that is not the table it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TableError {
    /// Larger than [`FILE_BYTES_MAX`], or more rows than [`ROWS_MAX`].
    #[error("the file is larger than what is read")]
    TooLarge,
    /// Bytes that are none of the character set.
    #[error("the file is not {0}")]
    Encoding(&'static str),
    /// A date that may be two, and nothing else in the file tells which.
    #[error(
        "row {row}: {cell:?} may have its day first or its month, and nothing in the file tells: \
         set date_order = \"dmy\" or \"mdy\" in the [[feed]]"
    )]
    Ambiguous {
        /// Row of the file, from 1.
        row: u64,
        /// The cell.
        cell: String,
    },
    /// No such row or column.
    #[error("no {0} in the file")]
    Lacks(String),
    /// A cell.
    #[error("row {row}: {cell:?} is {what}")]
    Cell {
        /// Row of the file, from 1.
        row: u64,
        /// The cell.
        cell: String,
        /// What is wrong.
        what: &'static str,
    },
}

impl Column {
    fn measure(&self) -> Result<Measure, String> {
        let wrong = |why: String| format!("column {:?}: {why}", self.name);
        measures::measure(&self.type_, &self.uom).map_err(wrong)
    }
}

impl TableFormat {
    /// What is wrong with the format itself.
    pub fn fault(&self) -> Option<String> {
        if let Some(label) = &self.encoding
            && Encoding::for_label(label.as_bytes()).is_none()
        {
            return Some(format!("encoding {label:?} is none"));
        }
        if zone_minutes(&self.zone).is_none() {
            return Some(format!("zone {:?} is not +HH:MM", self.zone));
        }
        let mut columns = self.column.iter();
        if let Some(why) = columns.find_map(|column| column.measure().err()) {
            return Some(why);
        }
        if self.column.is_empty() {
            return Some("no column: it would say nothing".to_owned());
        }
        if self.device.is_some() == self.device_row.is_some() {
            return Some("either device or device_row is needed".to_owned());
        }
        let is_ascii = |it: Option<char>| it.is_none_or(|it| it.is_ascii());
        let same = self.decimal.is_some() && self.decimal == Some(self.delimiter.unwrap_or(','));
        if !is_ascii(self.delimiter) || !matches!(self.decimal, None | Some('.' | ',')) || same {
            return Some("delimiter and decimal are two ASCII characters".to_owned());
        }
        let items = chrono::format::StrftimeItems::new(&self.pattern);
        let mut items = items.map(|item| matches!(item, chrono::format::Item::Error));
        items
            .any(|wrong| wrong)
            .then(|| format!("pattern {:?} is none", self.pattern))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn read(&self, bytes: &[u8]) -> Result<TableLog, TableError> {
        let text = text(bytes, self.encoding.as_deref())?;
        let rows = rows(&text, self.delimiter.unwrap_or(','))?;
        let is_header = |cells: &Vec<String>| {
            let first = cells.first().map_or("", String::as_str);
            self.header
                .as_deref()
                .is_none_or(|start| first.starts_with(start))
        };
        let at = rows
            .iter()
            .take(PREAMBLE_MAX)
            .position(|row| is_header(&row.cells))
            .ok_or_else(|| TableError::Lacks("header row".to_owned()))?;
        let (preamble, rest) = rows.split_at(at);
        let (header, data) = rest
            .split_first()
            .ok_or_else(|| TableError::Lacks("header row".to_owned()))?;
        let device = self.device(preamble)?;
        let find = |name: &str| {
            header
                .cells
                .iter()
                .position(|cell| cell.starts_with(name))
                .ok_or_else(|| TableError::Lacks(format!("column {name:?}")))
        };
        let time = find(&self.time)?;
        let of_day = self.time_of_day.as_deref().map(find).transpose()?;
        let mut columns = Vec::new();
        for column in &self.column {
            let measure = column.measure().map_err(TableError::Lacks)?;
            let (at, name) = (find(&column.name)?, Some(column.name.clone()));
            columns.push((Series::new(at, measure), name));
        }
        let zone = zone_minutes(&self.zone).ok_or(TableError::Lacks("zone".to_owned()))?;
        let plan = Plan {
            time,
            of_day,
            patterns: vec![self.pattern.clone()],
            zone_minutes: zone,
            decimal: self.decimal.unwrap_or('.'),
            columns: probes(&columns),
            missing: &self.missing,
        };
        let (samples, missing) = plan.read(data)?;
        Ok(TableLog {
            model: "table".to_owned(),
            device,
            zone_minutes: zone,
            samples,
            missing,
            sha256: Sha256::digest(bytes).into(),
        })
    }

    fn device(&self, preamble: &[Row]) -> Result<String, TableError> {
        let Some(start) = &self.device_row else {
            return Ok(self.device.clone().unwrap_or_default());
        };
        let row = preamble.iter().find(|row| {
            row.cells
                .first()
                .is_some_and(|cell| cell.starts_with(start.as_str()))
        });
        row.and_then(|row| row.cells.get(1))
            .filter(|cell| !cell.is_empty() && cell.chars().count() <= 128)
            .cloned()
            .ok_or_else(|| TableError::Lacks(format!("row {start:?} with the logger's name")))
    }
}

/// One row of a file.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Its line, from 1.
    pub(super) line: u64,
    /// Its cells, without the blanks around them.
    pub(super) cells: Vec<String>,
}

/// The text of a file: by its byte order mark, or else by the label.
pub(super) fn text<'a>(bytes: &'a [u8], label: Option<&str>) -> Result<Cow<'a, str>, TableError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(TableError::TooLarge);
    }
    let named = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = named.unwrap_or(encoding_rs::UTF_8);
    let (text, used, is_wrong) = encoding.decode(bytes);
    if is_wrong {
        return Err(TableError::Encoding(used.name()));
    }
    Ok(text)
}

/// The rows of a text; empty lines are none.
pub(super) fn rows(text: &str, delimiter: char) -> Result<Vec<Row>, TableError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(delimiter).unwrap_or(b','))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| TableError::Encoding("UTF-8"))?;
        if rows.len() >= ROWS_MAX {
            return Err(TableError::TooLarge);
        }
        rows.push(Row {
            line: record.position().map_or(0, csv::Position::line),
            cells: record.iter().map(ToOwned::to_owned).collect(),
        });
    }
    Ok(rows)
}

/// A column of measured values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Series {
    pub(super) at: usize,
    pub(super) measure: Measure,
    /// Which of several probes measured it.
    pub(super) channel: Option<String>,
}

impl Series {
    pub(super) fn new(at: usize, measure: Measure) -> Self {
        Self {
            at,
            measure,
            channel: None,
        }
    }
}

/// Several columns of one kind are several probes: each gets its name, or else its number.
pub(super) fn probes(columns: &[(Series, Option<String>)]) -> Vec<Series> {
    let like = |series: &Series| {
        let kind = series.measure.type_.clone();
        let is_like = move |(it, _): &&(Series, Option<String>)| it.measure.type_ == kind;
        columns.iter().filter(is_like)
    };
    let named = columns.iter().map(|(series, name)| {
        let mut series = series.clone();
        if like(&series).count() < 2 {
            return series;
        }
        let alone = like(&series).filter(|(_, other)| other == name).count() == 1;
        let before = like(&series).take_while(|(it, _)| it.at != series.at);
        let number = (before.count() + 1).to_string();
        series.channel = Some(name.clone().filter(|_| alone).unwrap_or(number));
        series
    });
    named.collect()
}

/// Where things are in the rows of a table.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) time: usize,
    pub(super) of_day: Option<usize>,
    /// Those that fit every row are the file's; of several that whose times are evenly spaced.
    pub(super) patterns: Vec<String>,
    pub(super) zone_minutes: i32,
    pub(super) decimal: char,
    pub(super) columns: Vec<Series>,
    pub(super) missing: &'a [String],
}

impl Plan<'_> {
    /// Values and the number of cells without one.
    pub(super) fn read(&self, data: &[Row]) -> Result<(Vec<Sample>, u64), TableError> {
        let data: Vec<&Row> = data
            .iter()
            .filter(|row| row.cells.iter().any(|cell| !cell.is_empty()))
            .collect();
        let times = self.times(&data)?;
        let (mut samples, mut missing) = (Vec::new(), 0);
        for (row, at_ms) in data.iter().zip(times) {
            for series in &self.columns {
                let cell = row.cells.get(series.at).map_or("", String::as_str);
                if cell.is_empty() || self.missing.iter().any(|it| it == cell) {
                    missing += 1;
                    continue;
                }
                let value = number(cell, self.decimal).ok_or_else(|| TableError::Cell {
                    row: row.line,
                    cell: cell.to_owned(),
                    what: "no number",
                })?;
                samples.push(Sample {
                    channel: series.channel.clone(),
                    ..Sample::new(series.measure.clone(), value, at_ms)
                });
            }
        }
        Ok((samples, missing))
    }

    fn times(&self, data: &[&Row]) -> Result<Vec<i64>, TableError> {
        let is_sure = self.patterns.len() == 1;
        let (mut fitting, mut first_fault) = (Vec::new(), None);
        for pattern in &self.patterns {
            match self.times_by(pattern, data) {
                // Two digits are a year of four, too: that of nobody's logger.
                Ok(times) if is_sure || times.iter().all(|ms| *ms > YEAR_1990_MS) => {
                    if !fitting.contains(&times) {
                        fitting.push(times);
                    }
                }
                Ok(_) => {}
                Err(fault) => _ = first_fault.get_or_insert(fault),
            }
        }
        let lacks = || TableError::Lacks("time pattern".to_owned());
        let even = |times: &Vec<i64>| unevenness(times);
        let Some(best) = fitting.iter().map(even).min() else {
            return Err(first_fault.unwrap_or_else(lacks));
        };
        fitting.retain(|times| unevenness(times) == best);
        match (fitting.pop(), fitting.is_empty(), data.first()) {
            (Some(times), true, _) => Ok(times),
            (_, _, Some(row)) => Err(TableError::Ambiguous {
                row: row.line,
                cell: self.time_text(row),
            }),
            _ => Err(lacks()),
        }
    }

    fn time_text(&self, row: &Row) -> String {
        let cell = |at: usize| row.cells.get(at).map_or("", String::as_str);
        match self.of_day {
            Some(of_day) => format!("{} {}", cell(self.time), cell(of_day)),
            None => cell(self.time).to_owned(),
        }
    }

    /// The rows' times by one pattern.
    fn times_by(&self, pattern: &str, data: &[&Row]) -> Result<Vec<i64>, TableError> {
        let offset = i64::from(self.zone_minutes) * 60_000;
        let time = |row: &&Row| {
            let text = self.time_text(row);
            match NaiveDateTime::parse_from_str(&text, pattern) {
                Ok(local) => Ok(local.and_utc().timestamp_millis() - offset),
                Err(_) => Err(TableError::Cell {
                    row: row.line,
                    cell: text,
                    what: "no time of the pattern",
                }),
            }
        };
        data.iter().map(time).collect()
    }
}

/// 1990-01-01, ms since the Unix epoch.
const YEAR_1990_MS: i64 = 631_152_000_000;

/// Steps from row to row that are not the commonest step forward.
fn unevenness(times: &[i64]) -> usize {
    let mut steps: BTreeMap<i64, usize> = BTreeMap::new();
    for (before, after) in times.iter().zip(times.iter().skip(1)) {
        *steps.entry(after.saturating_sub(*before)).or_default() += 1;
    }
    let forward = steps.iter().filter(|(step, _)| **step > 0);
    let even = forward.map(|(_, count)| *count).max().unwrap_or(0);
    times.len().saturating_sub(1).saturating_sub(even)
}

/// A number with a decimal sign, a sign, and digits that may lack the zero before it.
pub(super) fn number(cell: &str, decimal: char) -> Option<Decimal> {
    let cell = cell.trim();
    let (sign, digits) = match cell.strip_prefix(['-', '\u{2212}']) {
        Some(digits) => ("-", digits),
        None => ("", cell.strip_prefix('+').unwrap_or(cell)),
    };
    let (whole, fraction) = digits.split_once(decimal).unwrap_or((digits, "0"));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || fraction.is_empty() || digits.is_empty() {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Decimal::parse(&format!("{sign}{whole}.{fraction}")).ok()
}

/// Minutes of `+HH:MM`, `-HHMM` or `+H`.
pub fn zone_minutes(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let is_short = |part: &str| {
        (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_short(hours) || !is_short(minutes) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests;
