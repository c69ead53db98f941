//! Canonical values: numbers without needless zeros, identifiers as Digital Links on id.gs1.org at
//! their finest level, anything else as it is.

use std::borrow::Cow;

use crate::digital_link;
use crate::epc::Epc;

/// Most characters a number may take when it is written out.
const DIGITS_MAX: i32 = 1000;

/// A text that may be a number, an identifier, or neither.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    match text.as_bytes().first() {
        Some(b'0'..=b'9' | b'-' | b'+' | b'.') => {
            number(text, false).map_or(Cow::Borrowed(text), Cow::Owned)
        }
        Some(b'u' | b'U' | b'h' | b'H') => identifier(text),
        _ => Cow::Borrowed(text),
    }
}

/// An EPC URN or a Digital Link in canonical form; any other text as it is.
pub(super) fn identifier(text: &str) -> Cow<'_, str> {
    let epc = text
        .get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:epc:"));
    let web = text
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("http"));
    if !(epc || web) {
        return Cow::Borrowed(text);
    }
    let read = |text: &str| match Epc::parse(text) {
        Ok(Epc::Other(_)) if web => finest(text),
        Err(_) if web => moved(text),
        Ok(Epc::Other(_)) | Err(_) => None,
        Ok(epc) => Some(plain(epc.canonical())),
    };
    let found = read(text).or_else(|| {
        if web {
            read(&with_numbers(text)?)
        } else {
            None
        }
    });
    found.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// An identifier that was read.
pub(super) fn epc(epc: &Epc) -> Cow<'_, str> {
    match epc {
        Epc::Other(text) => self::text(text),
        known => Cow::Owned(plain(known.canonical())),
    }
}

/// Names of keys and qualifiers that the first editions of Digital Link allowed for numbers.
const SHORT_NAMES: [(&str, &str); 17] = [
    ("/gtin/", "/01/"),
    ("/itip/", "/8006/"),
    ("/cpid/", "/8010/"),
    ("/gln/", "/414/"),
    ("/party/", "/417/"),
    ("/gsrnp/", "/8017/"),
    ("/gsrn/", "/8018/"),
    ("/gcn/", "/255/"),
    ("/sscc/", "/00/"),
    ("/gdti/", "/253/"),
    ("/ginc/", "/401/"),
    ("/gsin/", "/402/"),
    ("/grai/", "/8003/"),
    ("/giai/", "/8004/"),
    ("/cpv/", "/22/"),
    ("/lot/", "/10/"),
    ("/ser/", "/21/"),
];

/// A web address with numbers for short names; none where it holds none.
fn with_numbers(text: &str) -> Option<String> {
    let held = || SHORT_NAMES.iter().filter(|(name, _)| text.contains(name));
    held().next()?;
    Some(held().fold(text.to_owned(), |text, (name, ai)| text.replace(name, ai)))
}

/// A Digital Link of a key that [`Epc`] does not model: its key and the finest qualifier.
fn finest(text: &str) -> Option<String> {
    let link = digital_link::parse(text).ok()??;
    let (key, value) = link.path.first()?;
    let value = crate::uri::encode_component(value);
    let finest = ["21", "235", "10", "254", "8011", "8020"];
    let mut qualifiers = link.path.iter().skip(1);
    let qualifier = finest
        .iter()
        .find_map(|ai| qualifiers.clone().find(|(found, _)| found == ai));
    let out = match qualifier.or_else(|| qualifiers.next()) {
        Some((ai, finer)) => {
            let finer = crate::uri::encode_component(finer);
            format!("https://id.gs1.org/{key}/{value}/{ai}/{finer}")
        }
        None => format!("https://id.gs1.org/{key}/{value}"),
    };
    Some(plain(out))
}

/// A Digital Link whose key or qualifier breaks its format, at the canonical address and otherwise
/// as it stands: implementations look at the path only.
fn moved(text: &str) -> Option<String> {
    let (_, path) = text.split_once("://")?;
    let path = path.split(['?', '#']).next()?;
    let words: Vec<&str> = path.split('/').collect();
    let key = words
        .iter()
        .skip(1)
        .position(|word| digital_link::is_primary(word))?;
    let words = words.get(key + 1..).filter(|words| words.len() > 1)?;
    Some(format!("https://id.gs1.org/{}", words.join("/")))
}

/// The Digital Link standard leaves three more characters as they are than we escape elsewhere;
/// all implementations of the hash do.
fn plain(link: String) -> String {
    if !link.contains('%') {
        return link;
    }
    link.replace("%27", "'")
        .replace("%3B", ";")
        .replace("%3D", "=")
}

/// A number written out: no sign `+`, no leading zeros, no zeros at the end of a fraction, no
/// exponent. Digits are never lost. None for what is no number, or too long to be written out.
pub(super) fn number(text: &str, exponent_allowed: bool) -> Option<String> {
    let (negative, rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) if exponent_allowed => (mantissa, exponent.parse().ok()?),
        Some(_) => return None,
        None => (rest, 0_i32),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let mut all = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let len = i32::try_from(all.len()).ok()?;
    if !(-DIGITS_MAX..=DIGITS_MAX).contains(&point) || len > DIGITS_MAX {
        return None;
    }
    // Zeros so that the point falls inside the digits or at an end of them.
    let (before, after) = (0.max(-point), 0.max(point - len));
    all.insert_str(0, &"0".repeat(usize::try_from(before).ok()?));
    all.push_str(&"0".repeat(usize::try_from(after).ok()?));
    let (whole, fraction) = all.split_at_checked(usize::try_from(point.max(0)).ok()?)?;
    let (whole, fraction) = (
        whole.trim_start_matches('0'),
        fraction.trim_end_matches('0'),
    );
    let zero = whole.is_empty() && fraction.is_empty();
    let sign = if negative && !zero { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let dot = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{dot}{fraction}"))
}

/// A number as Python reads and prints it: the nearest double, whole ones written out.
pub(super) fn double(text: &str) -> Option<String> {
    let looks = text
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    let double: f64 = looks.then(|| text.parse().ok()).flatten()?;
    if !double.is_finite() {
        return None;
    }
    // Rust prints the shortest digits that read back, without exponent; Python's exponents for
    // very small numbers are written out too, since no vector shows one.
    let printed = if double.fract() == 0.0 {
        format!("{double:.0}")
    } else {
        format!("{double}")
    };
    Some(if double == 0.0 {
        "0".to_owned()
    } else {
        printed
    })
}

#[cfg(test)]
mod tests {
    use super::{double, number, text};

    #[test]
    fn numbers_are_exact() {
        let rows = [
            ("0", "0"),
            ("-0", "0"),
            ("00123", "123"),
            ("+5", "5"),
            ("1.50", "1.5"),
            ("1.0", "1"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-00.10", "-0.1"),
            ("000", "0"),
            ("12345678901234567891", "12345678901234567891"),
            ("0.12345678901234567890", "0.1234567890123456789"),
        ];
        for (given, expected) in rows {
            assert_eq!(number(given, false).as_deref(), Some(expected), "{given}");
            assert_eq!(text(given), expected, "{given}");
        }
        let rows = [
            ("1e2", "100"),
            ("1.5E-3", "0.0015"),
            ("12e-1", "1.2"),
            ("1.25e1", "12.5"),
            ("100e-2", "1"),
            ("0e9", "0"),
            ("5e-324", &format!("0.{}5", "0".repeat(323))),
        ];
        for (given, expected) in rows {
            assert_eq!(number(given, true).as_deref(), Some(expected), "{given}");
            assert_eq!(text(given), given, "a text with an exponent is no quantity");
        }
        for given in [
            "",
            "-",
            ".",
            "1.2.3",
            "1e",
            "0x1",
            "1 2",
            "2019-10-07",
            "1e9999999999",
            "1e2000",
            "inf",
            "NaN",
            "1_000",
        ] {
            assert_eq!(number(given, true), None, "{given}");
        }
    }

    #[test]
    fn doubles_lose_digits_as_python_does() {
        let rows = [
            ("111100001111000011110000", "111100001111000003641344"),
            ("1e2", "100"),
            ("00123", "123"),
            ("26.20", "26.2"),
        ];
        for (given, expected) in rows {
            assert_eq!(double(given).as_deref(), Some(expected), "{given}");
        }
        assert_eq!(double("2019-10-07"), None);
    }

    #[test]
    fn identifiers_in_every_spelling() {
        let rows = [
            (
                "urn:epc:id:sgtin:4012345.011111.9876",
                "https://id.gs1.org/01/04012345111118/21/9876",
            ),
            (
                "https://example.com/x/01/04012345111118/10/L/21/9876?17=291231",
                "https://id.gs1.org/01/04012345111118/21/9876",
            ),
            (
                "https://example.com/01/4012345111118",
                "https://id.gs1.org/01/04012345111118",
            ),
            (
                "urn:epc:id:sgln:4012345.00011.0",
                "https://id.gs1.org/414/4012345000115",
            ),
            (
                "urn:epc:id:sgtin:4012345.011111.a'b%2F",
                "https://id.gs1.org/01/04012345111118/21/a'b%2F",
            ),
            (
                " urn:epcglobal:cbv:bt:0614141073467:1152 ",
                "urn:epcglobal:cbv:bt:0614141073467:1152",
            ),
            (
                "http://transaction.acme.com/po/12345678",
                "http://transaction.acme.com/po/12345678",
            ),
            ("\u{e9}t\u{e9}", "\u{e9}t\u{e9}"),
            ("hh\u{e9}\u{e9}\u{e9}\u{e9}", "hh\u{e9}\u{e9}\u{e9}\u{e9}"),
        ];
        for (given, expected) in rows {
            assert_eq!(text(given), expected, "{given}");
        }
    }
}
