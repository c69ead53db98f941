//! Dates and times of the day as digits.

use super::fault::{Fault, FaultKind};
use super::plain::digits;

fn length(data: &[u8], expected: usize) -> Result<(), Fault> {
    match data.len() {
        len if len < expected => Err(Fault::whole(FaultKind::TooShort, data)),
        len if len > expected => Err(Fault::whole(FaultKind::TooLong, data)),
        _ => Ok(()),
    }
}

/// The number that the digits from `at` up to `to` write.
fn number(data: &[u8], at: usize, to: usize) -> u32 {
    let digits = data.get(at..to).unwrap_or_default();
    digits.iter().fold(0, |sum, digit| {
        sum * 10 + u32::from(digit.wrapping_sub(b'0'))
    })
}

/// Two digits up to `max`.
pub(super) fn two_digits(data: &[u8], max: u32, kind: FaultKind) -> Result<(), Fault> {
    length(data, 2)?;
    digits(data)?;
    if number(data, 0, 2) > max {
        return Err(Fault::whole(kind, data));
    }
    Ok(())
}

pub(super) fn hour_minute(data: &[u8]) -> Result<(), Fault> {
    length(data, 4)?;
    let (hour, minute) = data.split_at_checked(2).unwrap_or_default();
    two_digits(hour, 23, FaultKind::Hour)?;
    two_digits(minute, 59, FaultKind::Minute).map_err(|fault| Fault {
        at: fault.at + 2,
        ..fault
    })
}

/// `YYMMDD`. Two digits of year that four divides are a leap year: of the three centuries they
/// may stand for, 1900 and 2100 are never the right one for `00`.
pub(super) fn short_date(data: &[u8], day_may_be_zero: bool) -> Result<(), Fault> {
    length(data, 6)?;
    digits(data)?;
    day_of_month(
        data,
        2,
        number(data, 0, 2).is_multiple_of(4),
        day_may_be_zero,
    )
}

/// `YYYYMMDD`.
pub(super) fn long_date(data: &[u8], day_may_be_zero: bool) -> Result<(), Fault> {
    length(data, 8)?;
    digits(data)?;
    let year = number(data, 0, 4);
    let by = |divisor| year.is_multiple_of(divisor);
    day_of_month(data, 4, by(4) && !by(100) || by(400), day_may_be_zero)
}

/// Month and day from `at` on.
fn day_of_month(data: &[u8], at: usize, leap: bool, zero: bool) -> Result<(), Fault> {
    let (month, day) = (number(data, at, at + 2), number(data, at + 2, at + 4));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return Err(Fault::span(FaultKind::Month, at, 2)),
    };
    if day > last || day == 0 && !zero {
        return Err(Fault::span(FaultKind::Day, at + 2, 2));
    }
    Ok(())
}
