//! Times of the event hash: UTC, exactly three decimals, the fourth one rounded.

use chrono::{DateTime, SecondsFormat};

/// How what lies beyond the millisecond is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    /// By the fourth decimal: 5 and more go up (CBV 2.0, 8.9).
    HalfUp,
    /// To even, of the microseconds, as the Python package does.
    HalfEven,
}

/// The canonical text of an RFC 3339 time. A leap second counts as the second after it. None for
/// what is no time, or lies outside the years 0 to 9999.
pub(super) fn canonical(text: &str, rounding: Rounding) -> Option<String> {
    if let Some(plain) = already(text) {
        return Some(plain);
    }
    let (whole, digits) = split_fraction(text)?;
    let seconds = DateTime::parse_from_rfc3339(&whole)
        .ok()?
        .timestamp_millis();
    let ms = seconds.checked_add(millis(digits, rounding)?)?;
    let text = DateTime::from_timestamp_millis(ms)?.to_rfc3339_opts(SecondsFormat::Millis, true);
    (text.len() == 24 && !text.starts_with(['-', '+'])).then_some(text)
}

/// A text that is canonical as it stands, which most are not, but many nearly.
fn already(text: &str) -> Option<String> {
    let fits = text.len() == 24 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    let time = fits
        .then(|| DateTime::parse_from_rfc3339(text).ok())
        .flatten()?;
    // A leap second is printed as such and must not stay.
    (time.timestamp_subsec_nanos() < 1_000_000_000).then(|| text.to_owned())
}

/// The time without its fraction, and the digits of the fraction.
fn split_fraction(text: &str) -> Option<(String, &str)> {
    let Some((before, after)) = text.split_once('.') else {
        return Some((text.to_owned(), ""));
    };
    let end = after.find(|c: char| !c.is_ascii_digit())?;
    let (digits, offset) = after.split_at_checked(end)?;
    (!digits.is_empty()).then(|| (format!("{before}{offset}"), digits))
}

fn millis(digits: &str, rounding: Rounding) -> Option<i64> {
    let decimal = |at: usize| {
        digits
            .as_bytes()
            .get(at)
            .map_or(0, |digit| i64::from(digit.wrapping_sub(b'0')))
    };
    let ms = decimal(0) * 100 + decimal(1) * 10 + decimal(2);
    let up = match rounding {
        Rounding::HalfUp => decimal(3) >= 5,
        Rounding::HalfEven => {
            let rest = decimal(3) * 100 + decimal(4) * 10 + decimal(5);
            rest > 500 || (rest == 500 && ms % 2 == 1)
        }
    };
    ms.checked_add(i64::from(up))
}

#[cfg(test)]
mod tests {
    use super::{Rounding, canonical};

    #[test]
    fn times_are_utc_with_three_decimals() {
        let rows = [
            ("2020-03-04T11:00:30+01:00", "2020-03-04T10:00:30.000Z"),
            ("2020-03-04T11:00:30.1-02:30", "2020-03-04T13:30:30.100Z"),
            ("2023-01-18T11:04:03.1415Z", "2023-01-18T11:04:03.142Z"),
            ("2023-01-18T11:04:03.1414999Z", "2023-01-18T11:04:03.141Z"),
            ("2023-01-18T11:04:03.9996Z", "2023-01-18T11:04:04.000Z"),
            ("2023-12-31T23:59:59.9995Z", "2024-01-01T00:00:00.000Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
            ("2016-12-31T23:59:60.123Z", "2017-01-01T00:00:00.123Z"),
            ("2016-12-31T18:59:60.9999-05:00", "2017-01-01T00:00:01.000Z"),
            ("2020-03-04T10:00:30.000Z", "2020-03-04T10:00:30.000Z"),
            (
                "2020-03-04t10:00:30.123456789123456789z",
                "2020-03-04T10:00:30.123Z",
            ),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
        ];
        for (text, expected) in rows {
            assert_eq!(
                canonical(text, Rounding::HalfUp).as_deref(),
                Some(expected),
                "{text}"
            );
        }
        for text in [
            "",
            "x",
            "2020-03-04",
            "2020-03-04T10:00:30.Z",
            "2020-03-04T10:00:30.1",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59.9999Z",
        ] {
            assert_eq!(canonical(text, Rounding::HalfUp), None, "{text}");
        }
    }

    #[test]
    fn half_to_even_as_the_python_package_rounds() {
        let rows = [
            (".1405Z", ".140Z"),
            (".1415Z", ".142Z"),
            (".14050001Z", ".140Z"),
            (".140501Z", ".141Z"),
            (".9995Z", ".000Z"),
        ];
        for (text, expected) in rows {
            let time = canonical(&format!("2023-01-18T11:04:03{text}"), Rounding::HalfEven);
            assert!(
                time.as_ref().is_some_and(|time| time.ends_with(expected)),
                "{text} {time:?}"
            );
        }
    }
}
