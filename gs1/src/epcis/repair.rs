//! What was probably meant: proposals for values that break a rule, made only where one answer
//! stands out. A proposal is never applied here; it goes with the problem to whoever can judge.

use serde_json::Value;

use super::EPCIS_CONTEXT;
use super::problem::Mend;
use super::tape::Node;
use super::{format, time};
use crate::cbv::Vocabulary;
use crate::epc::Epc;
use crate::{check_digit, scan};

/// Longest text that is compared with the words of a list.
const WORD_CHARS_MAX: usize = 64;

/// The word that a text is nearest to, when no other is as near: small slips of the keyboard,
/// another case, other separators.
pub(super) fn closest<'w>(words: impl IntoIterator<Item = &'w str>, text: &str) -> Option<&'w str> {
    if text.chars().count() > WORD_CHARS_MAX || text.is_empty() {
        return None;
    }
    let wanted = folded(text);
    let slips = match wanted.len() {
        0..=2 => 0,
        3..=7 => 1,
        _ => 2,
    };
    let mut best: Option<(&str, usize)> = None;
    let mut tied = false;
    for word in words {
        let distance = distance(&wanted, &folded(word));
        match best {
            Some((_, least)) if distance > least => {}
            Some((_, least)) if distance == least => tied = true,
            _ => (best, tied) = (Some((word, distance)), false),
        }
    }
    best.filter(|(_, distance)| *distance <= slips && !tied)
        .map(|(word, _)| word)
}

/// Letters and digits in lower case.
fn folded(text: &str) -> Vec<char> {
    let solid = text.chars().filter(|c| c.is_alphanumeric());
    solid.flat_map(char::to_lowercase).collect()
}

/// Edit distance: insertions, deletions, substitutions and swaps of neighbours.
fn distance(one: &[char], other: &[char]) -> usize {
    let width = other.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut row: Vec<usize> = (0..width).collect();
    let mut last = None;
    for (index, a) in one.iter().enumerate() {
        let mut next = Vec::with_capacity(width);
        next.push(index + 1);
        let mut left = None;
        for (at, b) in other.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut least = (cell(&row, at) + usize::from(a != b))
                .min(cell(&row, at + 1) + 1)
                .min(cell(&next, at) + 1);
            if at > 0 && Some(b) == last && left == Some(a) {
                least = least.min(cell(&before, at - 1) + 1);
            }
            next.push(least);
            left = Some(b);
        }
        last = Some(a);
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or_default()
}

/// The bare word of a term that is spelt out where the schema wants the word, or the word it is
/// nearest to.
pub(super) fn term(vocabulary: &Vocabulary, text: &str) -> Option<&'static str> {
    // A step of CBV 1.2 that has no successor; what is near to it means something else.
    if text == "transforming" {
        return None;
    }
    let spelt_out = vocabulary
        .normalise(text)
        .ok()
        .and_then(|word| vocabulary.word(&word));
    spelt_out.or_else(|| closest(vocabulary.words().iter().copied(), text))
}

/// A URI for a text that is none.
pub(super) fn uri(text: &str) -> Option<String> {
    let trimmed = text.trim();
    if format::is_uri(trimmed) {
        return Some(trimmed.to_owned());
    }
    let as_link = format!("https://{trimmed}");
    if trimmed.contains('/')
        && let Ok(epc) = Epc::parse(&as_link)
        && !matches!(epc, Epc::Other(_))
    {
        return Some(as_link);
    }
    if is_uuid(trimmed) {
        return Some(format!("urn:uuid:{trimmed}"));
    }
    let digits = trimmed.bytes().all(|b| b.is_ascii_digit());
    let key = match trimmed.len() {
        18 => format!("https://id.gs1.org/00/{trimmed}"),
        8 | 12 | 13 | 14 => format!("https://id.gs1.org/01/{trimmed:0>14}"),
        _ => String::new(),
    };
    if digits && !key.is_empty() {
        return Epc::parse(&key).is_ok().then_some(key);
    }
    scan::parse(trimmed).ok()?.epc().map(|epc| epc.canonical())
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let hex = text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
    hex && lengths == [8, 4, 4, 4, 12]
}

/// An identifier with its check digits put right.
pub(super) fn identifier(text: &str) -> Option<String> {
    let mut segments: Vec<String> = text.split('/').map(str::to_owned).collect();
    for at in 1..segments.len() {
        let key = segments.get(at - 1).is_some_and(|ai| {
            matches!(
                ai.as_str(),
                "00" | "01" | "402" | "414" | "415" | "417" | "8006" | "8017" | "8018"
            )
        });
        let Some(value) = segments.get_mut(at).filter(|_| key) else {
            continue;
        };
        let whole = value.bytes().all(|b| b.is_ascii_digit());
        if whole && matches!(value.len(), 8 | 12 | 13 | 14 | 17 | 18) && value.pop().is_some() {
            let digit = check_digit::of(value.as_bytes());
            value.push(char::from(b'0' + digit));
        }
    }
    let mended = segments.join("/");
    let known = Epc::parse(&mended).is_ok_and(|epc| !matches!(epc, Epc::Other(_)));
    (mended != text && known).then_some(mended)
}

/// A date and time in the form of the schema; `zone` is the offset to use where it has none.
pub(super) fn time(text: &str, zone: Option<&str>) -> Option<String> {
    let mut text = text.trim().to_owned();
    if text.get(10..11) == Some(" ") {
        text.replace_range(10..11, "T");
    }
    let (date, rest) = text.split_at_checked(11)?;
    let clock_end = rest
        .find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.')
        .unwrap_or(rest.len());
    let (clock, offset) = rest.split_at_checked(clock_end)?;
    let offset = match offset.trim() {
        "" => zone.and_then(time_zone)?,
        given => time_zone_or_z(given)?,
    };
    let clock = if clock.len() == 5 {
        format!("{clock}:00")
    } else {
        clock.to_owned()
    };
    let mended = format!("{date}{clock}{offset}");
    time::parse(&mended).map(|_| mended)
}

fn time_zone_or_z(text: &str) -> Option<String> {
    if matches!(text, "Z" | "z") {
        return Some("Z".to_owned());
    }
    time_zone(text)
}

/// An offset in the form of the schema, `+hh:mm`.
pub(super) fn time_zone(text: &str) -> Option<String> {
    let text = text.trim();
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some("+00:00".to_owned());
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => ('+', rest),
        ("-" | "\u{2212}", rest) => ('-', rest),
        _ => ('+', text),
    };
    let (hours, minutes) = rest
        .split_once(':')
        .or_else(|| {
            (rest.len() == 4)
                .then(|| rest.split_at_checked(2))
                .flatten()
        })
        .unwrap_or((rest, "00"));
    let mended = format!("{sign}{hours:0>2}:{minutes:0>2}");
    time::is_offset(&mended).then_some(mended)
}

/// What to put where a required member is absent.
pub(super) fn absent(name: &'static str, object: Node<'_>) -> Option<Mend> {
    let text = match name {
        "@context" => EPCIS_CONTEXT.to_owned(),
        "schemaVersion" => "2.0".to_owned(),
        "eventTimeZoneOffset" => {
            let time = object.get("eventTime").and_then(Node::text)?;
            time::parse(&time)?;
            time_zone(
                time.get(19..)?
                    .trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()),
            )?
        }
        _ => return None,
    };
    Some(Mend::Add(name, Value::String(text)))
}

/// The same value as another JSON type: one item for a list, a list for one item, a number out of
/// its quotes or into them.
pub(super) fn retyped(node: Node<'_>, expected: &str) -> Option<Mend> {
    let text = node.text();
    let value = match expected {
        "an array" if node.sort() != "null" => Value::Array(vec![node.to_value()]),
        "a number" => {
            let number = serde_json::from_str::<serde_json::Number>(text?.trim()).ok()?;
            Value::Number(number)
        }
        "true or false" => match text?.trim() {
            "true" | "1" => Value::Bool(true),
            "false" | "0" => Value::Bool(false),
            _ => return None,
        },
        _ => {
            let mut items = node.items().into_iter().flatten();
            match (items.next(), items.next(), node.number()) {
                (Some(only), None, _) if only.sort() == expected => only.to_value(),
                (None, _, Some(number)) if expected == "a string" => Value::from(number),
                _ => return None,
            }
        }
    };
    Some(Mend::Replace(value))
}
