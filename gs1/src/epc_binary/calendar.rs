//! Dates and times of a tag: seven bits of year, four of month, five each of day and hour, six each
//! of minute and second (TDS 2.3, 14.5.8 to 14.5.11).

use super::bits::{Reader, Writer};
use super::error::BinaryError;
use super::value::problem;
use crate::expiry::ExpiryDate;

/// Bits of year, month, day, hour, minute, second.
const WIDTHS: [u32; 6] = [7, 4, 5, 5, 6, 6];

/// Reads the first `parts` (3..=6) of them as two digits each.
pub(super) fn read(
    bits: &mut Reader<'_>,
    field: &'static str,
    parts: usize,
) -> Result<String, BinaryError> {
    let bit = bits.at();
    let mut text = String::with_capacity(parts * 2);
    for width in WIDTHS.iter().take(parts) {
        text.push_str(&bits.decimal(field, *width, 2)?);
    }
    if exists(&text) {
        Ok(text)
    } else {
        Err(problem(
            field,
            bit,
            &format!("is {text}, which is not in the calendar"),
        ))
    }
}

/// Writes six to twelve digits; false when they name no time.
pub(super) fn write(out: &mut Writer, digits: &str) -> bool {
    let mut rest = digits;
    for width in WIDTHS {
        let Some((pair, tail)) = rest.split_at_checked(2) else {
            break;
        };
        let Ok(number) = pair.parse::<u64>() else {
            return false;
        };
        out.push(number, width);
        rest = tail;
    }
    rest.is_empty() && exists(digits)
}

/// Whether the digits name a day (00 is the last of the month) and a time, 24:00:00 included.
fn exists(digits: &str) -> bool {
    let Some((date, time)) = digits.split_at_checked(6) else {
        return false;
    };
    if ExpiryDate::parse_yymmdd(date).is_err() {
        return false;
    }
    let part = |at: usize| {
        time.get(at..at + 2)
            .map_or(Some(0), |pair| pair.parse::<u8>().ok())
    };
    match (part(0), part(2), part(4)) {
        (Some(24), Some(0), Some(0)) => true,
        (Some(hour), Some(minute), Some(second)) => hour < 24 && minute < 60 && second < 60,
        _ => false,
    }
}
