//! Fields of JSON as readers write them: numbers that may be texts, times in four spellings, bytes
//! in two. Missing is `None`; there but wrong is an error of the caller's choice.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chrono::{DateTime, NaiveDateTime};
use gs1::Decimal;
use serde_json::Value;

use crate::llrp::parameter::EpcBits;

/// Longest EPC, TID or other memory that is read, bytes: the longest bank of a Gen2 tag report.
pub const MEMORY_BYTES_MAX: usize = 512;

/// A number exactly as written; a text that is one counts, too, because many senders quote.
pub fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Decimal::parse(&number.to_string()).ok(),
        Value::String(text) => Decimal::parse(text.trim().trim_start_matches('+')).ok(),
        _ => None,
    }
}

/// What is left in a battery in percent; a number beyond that is of another unit, or nonsense.
pub fn percent(value: &Value) -> Option<Decimal> {
    let told = decimal(value)?;
    (0..=100_000).contains(&told.milli()?).then_some(told)
}

/// A whole number in a range; a fraction is no whole number.
pub fn whole<T: TryFrom<i64>>(value: &Value) -> Option<T> {
    T::try_from(decimal(value)?.whole()?).ok()
}

/// Hundredths of a dBm of a signal in dBm.
pub fn cdbm(value: &Value) -> Option<i32> {
    let milli = decimal(value)?.milli()?;
    // A reader's -200 dBm to +100 dBm: beyond it is another unit or nonsense.
    let cdbm = i32::try_from(milli / 10).ok()?;
    (-20_000..=10_000).contains(&cdbm).then_some(cdbm)
}

/// Milliseconds since the Unix epoch of a time: RFC 3339, the same with a blank for the `T`, with
/// `+0000` or `UTC`, or a number of seconds, milliseconds, microseconds or nanoseconds, told apart
/// by their size.
pub fn time_ms(value: &Value) -> Option<i64> {
    if let Value::String(text) = value
        && let Some(ms) = text_ms(text)
    {
        return Some(ms);
    }
    let number = decimal(value)?;
    // Seconds have ten digits from 2001 to 2286, so the size of the number tells the unit.
    let milli = number.milli()?;
    let seconds = milli / 1000;
    let ms = match seconds {
        100_000_000..=99_999_999_999 => milli,
        100_000_000_000..=99_999_999_999_999 => seconds,
        100_000_000_000_000..=99_999_999_999_999_999 => seconds / 1000,
        _ => return None,
    };
    Some(ms)
}

fn text_ms(text: &str) -> Option<i64> {
    let mut text = text.trim().to_owned();
    if text.as_bytes().get(10) == Some(&b' ') {
        text = text.replacen(' ', "T", 1).replace(' ', "");
    }
    if let Some(before) = text.strip_suffix("UTC") {
        text = format!("{before}Z");
    }
    DateTime::parse_from_rfc3339(&text)
        .or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f%z"))
        .ok()
        .map(|time| time.timestamp_millis())
}

/// Date and time without an offset that everybody reads alike.
const PLAIN: [&str; 4] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
];

/// Milliseconds since the Unix epoch of a text that names no offset, in a zone so many minutes
/// ahead of UTC; by the pattern, or by one of the plain forms of ISO 8601 without one.
pub fn local_ms(value: &Value, pattern: Option<&str>, zone_minutes: i32) -> Option<i64> {
    let text = value.as_str()?.trim();
    let read = |pattern: &str| NaiveDateTime::parse_from_str(text, pattern).ok();
    let local = match pattern {
        Some(pattern) => read(pattern),
        None => PLAIN.into_iter().find_map(read),
    }?;
    Some(local.and_utc().timestamp_millis() - i64::from(zone_minutes) * 60_000)
}

/// Bytes in hex, of even length; blanks, dashes and `0x` do not count.
pub fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let digits: String = text.chars().filter(|it| !matches!(it, ' ' | '-')).collect();
    let bytes = hex::decode(digits).ok()?;
    (bytes.len() <= MEMORY_BYTES_MAX).then_some(bytes)
}

/// Bytes in base64, with padding or without.
pub fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let bytes = STANDARD
        .decode(text)
        .or_else(|_| STANDARD_NO_PAD.decode(text))
        .ok()?;
    (bytes.len() <= MEMORY_BYTES_MAX).then_some(bytes)
}

/// The EPC of some bytes.
pub fn epc(bytes: &[u8]) -> Option<EpcBits> {
    EpcBits::from_bytes(bytes).ok()
}
