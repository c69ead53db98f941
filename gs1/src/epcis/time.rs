//! Times of EPCIS: RFC 3339 with an offset, to the millisecond.

use chrono::{DateTime, FixedOffset, SecondsFormat};

/// Milliseconds since the Unix epoch of an RFC 3339 date and time; finer digits are cut off.
pub(super) fn parse(text: &str) -> Option<i64> {
    let marker = text.as_bytes().get(10)?;
    if !matches!(marker, b'T' | b't') || text.len() > 64 {
        return None;
    }
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| time.timestamp_millis())
}

/// The text of a time in UTC. None outside the years 0 to 9999.
pub(super) fn format(ms: i64) -> Option<String> {
    let text = DateTime::from_timestamp_millis(ms)?.to_rfc3339_opts(SecondsFormat::Millis, true);
    (text.len() == 24 && !text.starts_with(['-', '+'])).then_some(text)
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
    (time.len() == 29 && !time.starts_with(['-', '+'])).then_some(time)
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
    use super::{format, format_at, is_offset, parse};

    #[test]
    fn times_are_read_to_the_millisecond() {
        let rows = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-03-01T02:00:00.000-05:00", Some(1_772_348_400_000)),
            ("2026-03-01T02:00:00.9999-05:00", Some(1_772_348_400_999)),
            ("1969-12-31T23:59:59.9995Z", Some(-1)),
            ("2026-03-01t07:00:00z", Some(1_772_348_400_000)),
            ("0000-01-01T00:00:00Z", Some(-62_167_219_200_000)),
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
        for impossible in [i64::MIN, i64::MAX, 253_402_300_800_000, -62_167_219_200_001] {
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
}
