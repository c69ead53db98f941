//! Files that Onset's `HOBOware` exports from HOBO loggers. The header says most of what is needed:
//! the zone, the unit of each series, the serial number of the logger. What it does not say is
//! found in the rows: the order of the date's parts, and whether the hours are twelve or
//! twenty-four. Where two orders fit it is the one whose times are evenly spaced, and a file within
//! one day needs to be told ([`DateOrder`]). The degree sign comes in UTF-8, in Windows-1252, or as
//! a question mark.

use encoding_rs::WINDOWS_1252;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::table::{Plan, Row, Series, TableError, TableLog, probes, rows, text, zone_minutes};
use crate::source::Measure;

/// Order of a date's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Day, month, year.
    Dmy,
    /// Month, day, year: American, as `HOBOware` has it unless told otherwise.
    Mdy,
    /// Year, month, day.
    Ymd,
}

/// Dates as `HOBOware` writes them.
const DATES: [(&str, DateOrder); 7] = [
    ("%m/%d/%y", DateOrder::Mdy),
    ("%m/%d/%Y", DateOrder::Mdy),
    ("%d/%m/%y", DateOrder::Dmy),
    ("%d/%m/%Y", DateOrder::Dmy),
    ("%y/%m/%d", DateOrder::Ymd),
    ("%Y/%m/%d", DateOrder::Ymd),
    ("%Y-%m-%d", DateOrder::Ymd),
];
/// Both ways to count hours.
const HOURS: [&str; 2] = ["%I:%M:%S %p", "%H:%M:%S"];

/// The patterns of an order, or of all.
fn patterns(order: Option<DateOrder>) -> Vec<String> {
    let is_wanted = |of: DateOrder| order.is_none_or(|order| order == of);
    let dates = DATES.iter().filter(|(_, of)| is_wanted(*of));
    dates
        .flat_map(|(date, _)| HOURS.map(|hours| format!("{date} {hours}")))
        .collect()
}

/// Whether a file looks like one of these.
pub fn is_hobo(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let start = String::from_utf8_lossy(start);
    start.contains("Plot Title:") || (start.contains("GMT") && start.contains("LGR S/N:"))
}

/// Reads a file; its dates in any order that is evident, or in `order`.
///
/// # Errors
/// [`TableError`].
pub fn read(bytes: &[u8], order: Option<DateOrder>) -> Result<TableLog, TableError> {
    let decoded = match text(bytes, None) {
        Ok(decoded) => decoded,
        Err(TableError::Encoding(_)) => text(bytes, Some(WINDOWS_1252.name()))?,
        Err(error) => return Err(error),
    };
    let delimiter = delimiter(&decoded);
    let rows = rows(&decoded, delimiter)?;
    let at = rows
        .iter()
        .take(10)
        .position(|row| row.cells.iter().any(|cell| cell.contains("GMT")))
        .ok_or_else(|| TableError::Lacks("header with the zone (GMT)".to_owned()))?;
    let (header, data) = rows
        .get(at..)
        .and_then(<[Row]>::split_first)
        .ok_or_else(|| TableError::Lacks("header".to_owned()))?;
    let cells = &header.cells;
    let zone_cell = cells.iter().position(|cell| cell.contains("GMT"));
    let zone_cell = zone_cell.ok_or_else(|| TableError::Lacks("zone".to_owned()))?;
    let zone = cells
        .get(zone_cell)
        .and_then(|cell| zone(cell))
        .ok_or_else(|| TableError::Lacks("zone after GMT".to_owned()))?;
    // Date and time are one column, or two of which the second names the zone.
    let date = cells.iter().position(|cell| cell.starts_with("Date"));
    let (time, of_day) = match date {
        Some(date) if date != zone_cell => (date, Some(zone_cell)),
        _ => (zone_cell, None),
    };
    let columns: Vec<(Series, Option<String>)> = cells
        .iter()
        .enumerate()
        .filter_map(|(at, cell)| Some((Series::new(at, measure(cell)?), probe(cell))))
        .collect();
    if columns.is_empty() {
        return Err(TableError::Lacks(
            "series of temperature or humidity".to_owned(),
        ));
    }
    let device = cells
        .iter()
        .find_map(|cell| serial(cell))
        .ok_or_else(|| TableError::Lacks("serial number (LGR S/N)".to_owned()))?;
    let first = columns.first().map_or(0, |(series, _)| series.at);
    let plan = Plan {
        time,
        of_day,
        patterns: patterns(order),
        zone_minutes: zone,
        decimal: decimal(data, first),
        columns: probes(&columns),
        missing: &[],
    };
    let (samples, missing) = plan.read(data)?;
    Ok(TableLog {
        model: "HOBO".to_owned(),
        device,
        zone_minutes: zone,
        samples,
        missing,
        sha256: Sha256::digest(bytes).into(),
    })
}

/// What separates cells in the line that names the zone, outside quotation marks.
fn delimiter(text: &str) -> char {
    let line = text.lines().take(10).find(|line| line.contains("GMT"));
    let line = line.unwrap_or_default();
    let outside: String = line.split('"').step_by(2).collect();
    [';', '\t']
        .into_iter()
        .find(|it| outside.contains(*it))
        .unwrap_or(',')
}

/// A comma, when the values have one.
fn decimal(data: &[Row], column: usize) -> char {
    let cells = data.iter().filter_map(|row| row.cells.get(column));
    let mut with_comma = cells.filter(|cell| cell.contains(','));
    if with_comma.next().is_some() {
        ','
    } else {
        '.'
    }
}

/// Minutes of `... GMT-05:00`.
fn zone(cell: &str) -> Option<i32> {
    let (_, after) = cell.rsplit_once("GMT")?;
    let offset: String = after
        .trim()
        .chars()
        .take_while(|it| it.is_ascii_digit() || matches!(it, '+' | '-' | ':'))
        .collect();
    if offset.is_empty() {
        return Some(0);
    }
    zone_minutes(&offset)
}

/// What a column measures, when it is something we take.
fn measure(cell: &str) -> Option<Measure> {
    let name = cell.split(" (").next().unwrap_or(cell);
    let (kind, unit) = name.split_once(',')?;
    let unit = unit.trim();
    match kind.trim() {
        "Temp" | "Temperature" if unit.ends_with('C') => Some(Measure::TEMPERATURE_CEL),
        "Temp" | "Temperature" if unit.ends_with('F') => Some(Measure::TEMPERATURE_FAH),
        "RH" if unit.starts_with('%') => Some(Measure::HUMIDITY_P1),
        _ => None,
    }
}

/// The logger's serial number in a column's header.
fn serial(cell: &str) -> Option<String> {
    number_after(cell, "LGR S/N:")
}

/// The probe's.
fn probe(cell: &str) -> Option<String> {
    number_after(cell, "SEN S/N:")
}

fn number_after(cell: &str, word: &str) -> Option<String> {
    let (_, after) = cell.split_once(word)?;
    let serial = after.split([',', ')']).next().unwrap_or_default().trim();
    let is_serial = !serial.is_empty() && serial.len() <= 32;
    is_serial.then(|| serial.to_owned())
}

#[cfg(test)]
mod tests;
