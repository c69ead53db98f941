//! Times of EPCIS: RFC 3339 with an offset, to the millisecond.

use chrono::{DateTime, FixedOffset, SecondsFormat};

/// Milliseconds since the Unix epoch of a date and time with offset, as XML Schema and RFC 3339
/// both write it (no leap second, no year 0); finer digits are cut off, towards the past.
pub(super) fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (head, rest) = bytes.split_first_chunk::<19>()?;
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T' | b't',
        clock @ ..,
    ] = head
    else {
        return None;
    };
    let [h1, h2, b':', n1, n2, b':', s1, s2] = clock else {
        return None;
    };
    let year = two(*y1, *y2)? * 100 + two(*y3, *y4)?;
    let (month, day) = (two(*m1, *m2)?, two(*d1, *d2)?);
    let (hour, minute, second) = (two(*h1, *h2)?, two(*n1, *n2)?, two(*s1, *s2)?);
    let known = (1..=9999).contains(&year) && (1..=12).contains(&month);
    if !known || day < 1 || day > month_days(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (milli, rest) = fraction(rest)?;
    let offset = offset_minutes(rest)?;
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset;
    Some((minutes * 60 + second) * 1000 + milli)
}

/// The milliseconds of `.digits`, and what follows them.
fn fraction(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', digits)) = rest.split_first() else {
        return Some((0, rest));
    };
    let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = digits.split_at_checked(count)?;
    let mut milli = 0;
    for place in 0..3 {
        milli = milli * 10 + digits.get(place).map_or(0, |digit| i64::from(digit - b'0'));
    }
    (count > 0).then_some((milli, rest))
}

/// Minutes east of Greenwich of `Z` or `+hh:mm`, as far as 23:59.
fn offset_minutes(text: &[u8]) -> Option<i64> {
    let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] = text else {
        return matches!(text, [b'Z' | b'z']).then_some(0);
    };
    let (hours, minutes) = (two(*h1, *h2)?, two(*m1, *m2)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let size = hours * 60 + minutes;
    Some(if *sign == b'-' { -size } else { size })
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn month_days(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar. Years begin in March here, so that the leap
/// day is the last of one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let before = year * 365 + year / 4 - year / 100 + year / 400;
    before + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// The text of a time in UTC. None outside the years 1 to 9999.
pub(super) fn format(ms: i64) -> Option<String> {
    let text = DateTime::from_timestamp_millis(ms)?.to_rfc3339_opts(SecondsFormat::Millis, true);
    written(text, 24)
}

/// The text of a time at an offset that [`is_offset`].
pub(super) fn format_at(ms: i64, offset: &str) -> Option<String> {
    let minutes = |range| {
        offset
            .get(range)
            .and_then(|digits: &str| digits.parse::<i32>().ok())
    };
    let seconds = (minutes(1..3)? * 60 + minutes(4..6)?) * 60;
    let seconds = if offset.starts_with('-') {
        -seconds
    } else {
        seconds
    };
    let time = DateTime::from_timestamp_millis(ms)?
        .with_timezone(&FixedOffset::east_opt(seconds)?)
        .to_rfc3339_opts(SecondsFormat::Millis, false);
    written(time, 29)
}

/// A text of this length that [`parse`] reads.
fn written(text: String, len: usize) -> Option<String> {
    (text.len() == len && !text.starts_with(['-', '+']) && !text.starts_with("0000"))
        .then_some(text)
}

/// Whether a text is a time-zone offset as EPCIS writes it, `-14:00` to `+14:00`.
pub(super) fn is_offset(text: &str) -> bool {
    let [sign, h1, h2, b':', m1, m2] = text.as_bytes() else {
        return false;
    };
    let hours = (h1.wrapping_sub(b'0'), h2.wrapping_sub(b'0'));
    let minutes = (m1.wrapping_sub(b'0'), m2.wrapping_sub(b'0'));
    let up_to_13 = matches!(hours, (0, 0..=9) | (1, 0..=3)) && matches!(minutes, (0..=5, 0..=9));
    matches!(sign, b'+' | b'-') && (up_to_13 || (hours == (1, 4) && minutes == (0, 0)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{format, format_at, is_offset, parse};

    #[test]
    fn times_are_read_to_the_millisecond() {
        let rows = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-03-01T02:00:00.000-05:00", Some(1_772_348_400_000)),
            ("2026-03-01T02:00:00.9999-05:00", Some(1_772_348_400_999)),
            ("1969-12-31T23:59:59.9995Z", Some(-1)),
            ("2026-03-01t07:00:00z", Some(1_772_348_400_000)),
            ("0001-01-01T00:00:00Z", Some(-62_135_596_800_000)),
            ("0000-12-31T23:00:00-01:00", None),
            ("9999-12-31T23:59:59.999Z", Some(253_402_300_799_999)),
            ("2024-02-29T23:59:59.5+23:59", Some(1_709_164_859_500)),
            ("2016-12-31T23:59:60Z", None),
            ("2026-03-01T07:00:00.Z", None),
            ("2026-03-01T07:00:00+0100", None),
            ("2026-03-01T07:00:00+01:00x", None),
            ("2026-04-31T07:00:00Z", None),
            ("\u{661}026-04-01T07:00:00Z", None),
            ("22-07-2026", None),
            ("2026-03-01", None),
            ("2026-03-01T07:00:00", None),
            ("2026-03-01 07:00:00Z", None),
            ("2026-02-29T07:00:00Z", None),
            ("2026-03-01T25:00:00Z", None),
            ("2026-03-01T07:00Z", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(
            format(1_772_348_400_000).as_deref(),
            Some("2026-03-01T07:00:00.000Z")
        );
        let local = format_at(1_772_348_400_000, "-05:00");
        assert_eq!(local.as_deref(), Some("2026-03-01T02:00:00.000-05:00"));
        for impossible in [i64::MIN, i64::MAX, 253_402_300_800_000, -62_135_596_800_001] {
            assert_eq!(format(impossible), None, "{impossible}");
        }
    }

    #[test]
    fn offsets() {
        let good = ["+00:00", "-05:30", "+13:59", "+14:00", "-14:00"];
        let bad = [
            "", "Z", "+1:00", "+14:01", "+15:00", "02:00", "+02-00", "+0a:00", "+00:60",
        ];
        for text in good {
            assert!(is_offset(text), "{text}");
        }
        for text in bad {
            assert!(!is_offset(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn times_are_read_as_another_library_does(
            ms in -62_135_596_800_000_i64..253_402_300_800_000, offset in -839_i32..=839,
        ) {
            let size = offset.abs();
            let sign = if offset < 0 { '-' } else { '+' };
            let text = format!("{sign}{:02}:{:02}", size / 60, size % 60);
            if let Some(text) = format_at(ms, &text) {
                let other = chrono::DateTime::parse_from_rfc3339(&text).unwrap();
                prop_assert_eq!(parse(&text), Some(other.timestamp_millis()));
                prop_assert_eq!(parse(&text), Some(ms));
            }
        }
    }
}
