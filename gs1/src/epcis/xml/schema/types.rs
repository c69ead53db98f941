//! The simple types of the schemas, by their lexical rules (XML Schema part 2). Where validators
//! in use differ from the text of the standard the difference is said.

use super::super::map;

/// A simple type of the EPCIS schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Simple {
    /// `xsd:string`.
    Text,
    /// `xsd:anyURI`.
    Uri,
    /// `xsd:dateTime`, years of four digits and more.
    DateTime,
    /// `epcis:DateTimeStamp` of EPCIS 2.0: four digits, offset required.
    TimeStamp,
    /// `xsd:decimal`.
    Decimal,
    /// `xsd:double`.
    Double,
    /// `xsd:integer`.
    Integer,
    /// A type derived from `xsd:integer`, with its bounds.
    Bounded(i128, i128),
    /// `xsd:date`.
    Date,
    /// `xsd:boolean`.
    Boolean,
    /// `xsd:hexBinary`.
    HexBinary,
    /// One of a list.
    One(&'static [&'static str]),
}

impl Simple {
    /// Why a text is no value of this type; `None` when it is one.
    pub(in super::super) fn fault(self, text: &str) -> Option<String> {
        let trimmed = text.trim_matches([' ', '\t', '\n', '\r']);
        let fits = match self {
            Self::Text => true,
            Self::Uri => is_uri_reference(trimmed),
            // The white space around a plain date and time should not matter by the standard;
            // libxml2, whose verdict our partners see, refuses it.
            Self::DateTime => is_date_time(text),
            Self::TimeStamp => is_timestamp(trimmed),
            Self::Decimal => !trimmed.contains(['e', 'E']) && is_number(trimmed),
            Self::Double => matches!(trimmed, "INF" | "-INF" | "NaN") || is_number(trimmed),
            Self::Integer => {
                let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
                !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
            }
            Self::Bounded(min, max) => {
                let digits = trimmed.strip_prefix('+').unwrap_or(trimmed);
                let value = digits.parse::<i128>().ok();
                value.is_some_and(|value| (min..=max).contains(&value))
            }
            Self::Date => {
                let (day, offset) = text.split_at_checked(10).unwrap_or((text, ""));
                is_date_time(&format!("{day}T00:00:00{offset}"))
            }
            Self::Boolean => map::boolean(trimmed).is_some(),
            Self::HexBinary => {
                trimmed.len().is_multiple_of(2) && trimmed.bytes().all(|b| b.is_ascii_hexdigit())
            }
            Self::One(values) => values.contains(&text),
        };
        (!fits).then(|| format!("{text:?} is not {}", self.name()))
    }

    fn name(self) -> String {
        let name = match self {
            Self::Text => "a text",
            Self::Uri => "a uri",
            Self::DateTime => "a date and time of xml schema",
            Self::TimeStamp => "a date and time with offset",
            Self::Decimal => "a decimal number",
            Self::Double => "a number",
            Self::Integer | Self::Bounded(..) => "a whole number of the type",
            Self::Date => "a date of xml schema",
            Self::Boolean => "true or false",
            Self::HexBinary => "hexadecimal",
            Self::One(values) => return format!("one of {}", values.join(", ")),
        };
        name.to_owned()
    }

    /// The type that an `xsi:type` of XML Schema names, as far as we check it.
    pub(in super::super) fn of_schema(local: &str) -> Option<Self> {
        let above = |min| Self::Bounded(min, i128::MAX);
        Some(match local {
            "string" => Self::Text,
            "anyURI" => Self::Uri,
            "dateTime" => Self::DateTime,
            "date" => Self::Date,
            "decimal" => Self::Decimal,
            "double" | "float" => Self::Double,
            "boolean" => Self::Boolean,
            "hexBinary" => Self::HexBinary,
            "integer" => Self::Integer,
            "byte" => Self::Bounded(i8::MIN.into(), i8::MAX.into()),
            "short" => Self::Bounded(i16::MIN.into(), i16::MAX.into()),
            "int" => Self::Bounded(i32::MIN.into(), i32::MAX.into()),
            "long" => Self::Bounded(i64::MIN.into(), i64::MAX.into()),
            "unsignedByte" => Self::Bounded(0, u8::MAX.into()),
            "unsignedShort" => Self::Bounded(0, u16::MAX.into()),
            "unsignedInt" => Self::Bounded(0, u32::MAX.into()),
            "unsignedLong" => Self::Bounded(0, u64::MAX.into()),
            "nonNegativeInteger" => above(0),
            "positiveInteger" => above(1),
            "nonPositiveInteger" => Self::Bounded(i128::MIN, 0),
            "negativeInteger" => Self::Bounded(i128::MIN, -1),
            _ => return None,
        })
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|text| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && all_digits(digits)
    });
    all_digits(whole) && all_digits(fraction) && whole.len() + fraction.len() > 0 && exponent_fits
}

/// The pattern of `epcis:DateTimeStamp`, on a day that exists.
pub(in super::super) fn is_timestamp(text: &str) -> bool {
    let year = text.as_bytes().get(..5);
    let four = year.is_some_and(|year| {
        matches!(year, [a, b, c, d, b'-']
        if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()))
    });
    let hour = text.get(11..13);
    four && is_date_time(text) && hour != Some("24") && has_offset(text)
}

fn has_offset(text: &str) -> bool {
    let clock = text.split_once('T').map_or("", |(_, clock)| clock);
    clock.contains(['Z', '+', '-'])
}

/// `xsd:dateTime`: year of four digits or more, an existing day, `24:00:00` for midnight, an
/// optional offset up to 14 hours.
fn is_date_time(text: &str) -> bool {
    let Some((date, clock)) = text.split_once('T') else {
        return false;
    };
    let date = date.strip_prefix('-').unwrap_or(date);
    let mut fields = date.splitn(3, '-');
    let (Some(year), Some(month), Some(day)) = (fields.next(), fields.next(), fields.next()) else {
        return false;
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let year_fits = digits(year) && year.len() >= 4 && (year.len() == 4 || !year.starts_with('0'));
    let (Some(month), Some(day)) = (two(month), two(day)) else {
        return false;
    };
    // The Gregorian calendar repeats after 400 years.
    let tail = year.get(year.len().saturating_sub(4)..).unwrap_or_default();
    let Some(year) = tail
        .parse::<i32>()
        .ok()
        .filter(|_| year_fits && year != "0000")
    else {
        return false;
    };
    let cut = clock.find(['Z', '+', '-']).unwrap_or(clock.len());
    let (clock, offset) = clock.split_at_checked(cut).unwrap_or((clock, ""));
    chrono::NaiveDate::from_ymd_opt(year, month, day).is_some()
        && is_clock(clock)
        && is_offset(offset)
}

fn is_clock(clock: &str) -> bool {
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let fraction_fits = fraction
        .is_none_or(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    let mut fields = clock.split(':');
    let (Some(hour), Some(minute), Some(second), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return false;
    };
    match (two(hour), two(minute), two(second)) {
        (Some(24), Some(0), Some(0)) => {
            fraction_fits && fraction.is_none_or(|digits| digits.bytes().all(|b| b == b'0'))
        }
        (Some(hour), Some(minute), Some(second)) => {
            hour < 24 && minute < 60 && second < 60 && fraction_fits
        }
        _ => false,
    }
}

fn is_offset(offset: &str) -> bool {
    if matches!(offset, "" | "Z") {
        return true;
    }
    let Some((hours, minutes)) = offset.get(1..).and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    match (two(hours), two(minutes)) {
        (Some(14), Some(0)) => true,
        (Some(hours), Some(minutes)) => hours < 14 && minutes < 60,
        _ => false,
    }
}

fn two(text: &str) -> Option<u32> {
    let fits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| fits)
}

/// `xsd:anyURI`: a URI reference (RFC 3986) once spaces and other characters are escaped.
fn is_uri_reference(text: &str) -> bool {
    let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
    let escapes_fit = text.split('%').skip(1).all(|after| {
        let mut digits = after.bytes();
        let mut hex = || digits.next().is_some_and(|digit| digit.is_ascii_hexdigit());
        hex() && hex()
    });
    if fragment.contains('#') || !escapes_fit {
        return false;
    }
    let path = before.split('?').next().unwrap_or_default();
    let first = path.split('/').next().unwrap_or_default();
    let after_scheme = match first.split_once(':') {
        Some((scheme, _)) => {
            let mut letters = scheme.chars();
            let fits = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
                && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
            if !fits {
                return false;
            }
            path.split_once(':').map_or("", |(_, rest)| rest)
        }
        None => path,
    };
    match after_scheme.strip_prefix("//") {
        Some(rest) => is_authority(rest.split('/').next().unwrap_or_default()),
        None => !after_scheme.contains(['[', ']']),
    }
}

fn is_authority(text: &str) -> bool {
    let host = text.rsplit_once('@').map_or(text, |(_, host)| host);
    let (host, port) = match host.strip_prefix('[') {
        Some(literal) => match literal.split_once(']') {
            Some((_, after)) => ("", after.strip_prefix(':').unwrap_or(after)),
            None => return false,
        },
        None => host.split_once(':').unwrap_or((host, "")),
    };
    !host.contains(['[', ']']) && port.bytes().all(|b| b.is_ascii_digit())
}
