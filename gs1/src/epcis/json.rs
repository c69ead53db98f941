//! JSON in, bounded and exact: depth, size and number of values are limited, a member that occurs
//! twice is refused (readers disagree on which one counts, and a signature must not cover both
//! meanings), and so is a number that a JSON number cannot carry to its last digit.

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::problem::{ParseError, ProblemKind};
use crate::limits::{DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_VALUES_MAX};

/// Reads a JSON text. Numbers come out normalised: whole ones up to 2^53 as integers.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, ParseError> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let got = bytes.len();
        let what = format!("document has {got} bytes, at most {DOCUMENT_BYTES_MAX} are read");
        return Err(ParseError::one(ProblemKind::Limit, "", what));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    scan(bytes)?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let mut left = DOCUMENT_VALUES_MAX;
    let value = Bounded { left: &mut left }.deserialize(&mut reader);
    value
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| ParseError::one(ProblemKind::Json, "", format!("reading json: {error}")))
}

/// Looks at the text before it is parsed: nesting, and numbers, whose digits parsing would lose.
fn scan(bytes: &[u8]) -> Result<(), ParseError> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                if depth > DOCUMENT_DEPTH_MAX {
                    let what =
                        format!("nesting at byte {at} is deeper than {DOCUMENT_DEPTH_MAX} levels");
                    return Err(ParseError::one(ProblemKind::Limit, "", what));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let rest = bytes.get(at..).unwrap_or_default();
                let number = |b: &u8| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let len = rest.iter().take_while(|b| number(b)).count();
                let token = rest.get(..len).unwrap_or_default();
                if !is_exact(token) {
                    let what = format!("number at byte {at} cannot be kept exactly as json number");
                    return Err(ParseError::one(ProblemKind::Json, "", what));
                }
                at += len - 1;
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// The closing quote of the string that opens at `at`, or the end.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') | None => return at,
            Some(_) => at += 1,
        }
    }
}

/// Whether the double nearest to a number has the number's own digits. What is no number at all
/// is left to the parser to refuse.
fn is_exact(token: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(token) else {
        return true;
    };
    let Ok(double) = text.parse::<f64>() else {
        return true;
    };
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return true;
    }
    if significant.len() > 17 || !double.is_finite() {
        return false;
    }
    let printed = format!("{double:.*e}", significant.len() - 1);
    let printed = printed.split('e').next().unwrap_or_default();
    printed
        .chars()
        .filter(char::is_ascii_digit)
        .eq(significant.chars())
}

/// Reads one value and counts it.
struct Bounded<'a> {
    left: &'a mut usize,
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        *self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| de::Error::custom(format!("more than {DOCUMENT_VALUES_MAX} values")))?;
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a json value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(number(Number::from(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(number(Number::from(value)))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let value = Number::from_f64(value).ok_or_else(|| E::custom("number is not finite"))?;
        Ok(number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Bounded { left: self.left })? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(de::Error::custom(format!("member {key:?} occurs twice")));
            }
            let value = members.next_value_seed(Bounded { left: self.left })?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// One form per number: whole numbers up to 2^53 are integers, all others doubles.
fn number(value: Number) -> Value {
    const WHOLE_MAX: i64 = 1 << 53;
    let whole = value.as_i64().or_else(|| {
        // Only a short decimal text names a whole number exactly; no float arithmetic is needed.
        let text = crate::decimal::Decimal::parse(&value.to_string()).ok()?;
        text.whole()
    });
    match whole {
        Some(whole) if (-WHOLE_MAX..=WHOLE_MAX).contains(&whole) => Value::from(whole),
        _ => value
            .as_f64()
            .and_then(Number::from_f64)
            .map_or(Value::Number(value), Value::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use serde_json::json;

    #[test]
    fn numbers_have_one_form() {
        let rows = [
            ("1.0", json!(1)),
            ("1e2", json!(100)),
            ("-0.0", json!(0)),
            ("26.2", json!(26.2)),
            ("9007199254740992", json!(9_007_199_254_740_992_i64)),
            ("1e17", json!(1e17)),
            ("100000000000000000", json!(1e17)),
            ("26.199999999999999", json!(26.2)),
            ("5e-324", json!(5e-324)),
        ];
        for (text, value) in rows {
            assert_eq!(parse(text.as_bytes()).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
        let rows = [
            ("9007199254740993", "kept exactly"),
            ("12345678901234567890", "kept exactly"),
            ("0.1234567890123456789", "kept exactly"),
            ("1e400", "kept exactly"),
            ("{\"a\":1,\"a\":1}", "occurs twice"),
            ("{\"a\":1,\"\\u0061\":2}", "occurs twice"),
            ("[1,]", "reading json"),
            ("[1] x", "reading json"),
            ("\"\\ud800\"", "reading json"),
            ("\"\u{1}\"", "reading json"),
            ("01", "reading json"),
            ("--1", "reading json"),
            ("", "reading json"),
            ("\"", "reading json"),
            ("\"\\", "reading json"),
            (deep.as_str(), "deeper"),
        ];
        for (text, part) in rows {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(parse(b"\"\xff\"").is_err());
        assert!(parse(b"\xef\xbb\xbf{}").is_ok());
    }
}
