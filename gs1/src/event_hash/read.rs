//! Reading documents for their hashes. An event has a name before it is valid: partners name
//! events that a stricter reader refuses, and `eventID`, which no hash covers, may even stand
//! there twice. So only what the hash needs is asked for. Numbers keep all their digits.

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::value;
use crate::limits::{
    DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_EVENTS_MAX, DOCUMENT_VALUES_MAX,
};

/// Why the events of a document have no hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Beyond a bound of [`crate::limits`].
    #[error("document has {what}, at most {max} are read")]
    Limit {
        /// What there is too much of.
        what: String,
        /// The bound.
        max: usize,
    },
    /// Not JSON, or a member that contradicts itself.
    #[error("reading json: {0}")]
    Json(String),
    /// XML that cannot be read.
    #[error("reading xml: {0}")]
    Xml(String),
    /// JSON, but no EPCIS document and no event.
    #[error("{}: {what}", if pointer.is_empty() { "document" } else { pointer })]
    Shape {
        /// JSON pointer to the place.
        pointer: String,
        /// What was expected there.
        what: &'static str,
    },
}

/// The events of a document and the context around them.
pub(super) struct Events {
    pub(super) context: Map<String, Value>,
    pub(super) list: Vec<Map<String, Value>>,
}

/// Reads an `EPCISDocument`, an `EPCISQueryDocument` or a bare event.
pub(super) fn json(bytes: &[u8]) -> Result<Events, DocumentError> {
    of_value(parse(bytes)?)
}

/// As [`json`], where the text is read already.
pub(super) fn of_value(document: Value) -> Result<Events, DocumentError> {
    let Value::Object(mut map) = document else {
        return Err(shape("", "is not a json object"));
    };
    let pointer = match map.get("type").and_then(Value::as_str) {
        Some("EPCISDocument") => "/epcisBody/eventList",
        Some("EPCISQueryDocument") => "/epcisBody/queryResults/resultsBody/eventList",
        _ => {
            event(&map, "")?;
            return Ok(Events {
                context: Map::new(),
                list: vec![map],
            });
        }
    };
    let mut body = map.remove("epcisBody").unwrap_or_default();
    let inner = pointer.strip_prefix("/epcisBody").unwrap_or_default();
    let list = body.pointer_mut(inner).map(Value::take);
    let Some(Value::Array(list)) = list else {
        return Err(shape(pointer, "is not an array of events"));
    };
    if list.len() > DOCUMENT_EVENTS_MAX {
        return Err(limit(format!("{} events", list.len()), DOCUMENT_EVENTS_MAX));
    }
    let mut events = Vec::with_capacity(list.len());
    for (index, value) in list.into_iter().enumerate() {
        let pointer = format!("{pointer}/{index}");
        let Value::Object(map) = value else {
            return Err(shape(&pointer, "is not an object"));
        };
        event(&map, &pointer)?;
        events.push(map);
    }
    map.retain(|name, _| name == "@context");
    Ok(Events {
        context: map,
        list: events,
    })
}

/// What an event must have to be one.
fn event(map: &Map<String, Value>, pointer: &str) -> Result<(), DocumentError> {
    let kinds = [
        "ObjectEvent",
        "AggregationEvent",
        "TransactionEvent",
        "TransformationEvent",
        "AssociationEvent",
    ];
    let kind = map.get("type").and_then(Value::as_str).unwrap_or_default();
    if !kinds.contains(&kind) {
        return Err(shape(
            &format!("{pointer}/type"),
            "is no event type of epcis",
        ));
    }
    let time = map.get("eventTime").and_then(Value::as_str);
    if time
        .and_then(|text| super::time::canonical(text.trim(), super::ROUNDING))
        .is_none()
    {
        let what = "is not a date and time of rfc 3339";
        return Err(shape(&format!("{pointer}/eventTime"), what));
    }
    Ok(())
}

fn parse(bytes: &[u8]) -> Result<Value, DocumentError> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(limit(format!("{} bytes", bytes.len()), DOCUMENT_BYTES_MAX));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| json_error(&error))?;
    let text = numbers_as_text(text)?;
    let mut reader = serde_json::Deserializer::from_str(&text);
    let mut left = DOCUMENT_VALUES_MAX;
    let value = Bounded { left: &mut left }.deserialize(&mut reader);
    value
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|error| json_error(&error))
}

/// The same JSON with every number as a text of all its digits; checks the depth on the way.
fn numbers_as_text(text: &str) -> Result<String, DocumentError> {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let (mut rest, mut depth) = (text, 0_usize);
    while let Some(byte) = rest.as_bytes().first() {
        let len = match byte {
            b'"' => string_len(rest),
            b'-' | b'0'..=b'9' => {
                let part = |b: &u8| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                rest.bytes().take_while(part).count()
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > DOCUMENT_DEPTH_MAX {
                    return Err(limit("deeper nesting".to_owned(), DOCUMENT_DEPTH_MAX));
                }
                1
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                1
            }
            _ => rest
                .find([
                    '"', '-', '{', '[', '}', ']', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
                ])
                .unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at_checked(len).unwrap_or((rest, ""));
        let number = matches!(byte, b'-' | b'0'..=b'9') && is_json_number(token);
        match value::number(token, true).filter(|_| number) {
            Some(number) => {
                out.push('"');
                out.push_str(&number);
                out.push('"');
            }
            None => out.push_str(token),
        }
        rest = after;
    }
    Ok(out)
}

/// The grammar of RFC 8259 beyond what [`value::number`] asks for.
fn is_json_number(token: &str) -> bool {
    let digits = token.strip_prefix('-').unwrap_or(token);
    let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
    let leading_zero = whole > 1 && digits.starts_with('0');
    let bare_point = digits.get(whole..).is_some_and(|rest| {
        rest.strip_prefix('.')
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    whole > 0 && !leading_zero && !bare_point
}

/// Bytes of the string that `text` opens with, quotes included.
fn string_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

/// Members that no hash covers: they may contradict themselves.
const ASIDE: [&str; 3] = ["eventID", "recordTime", "errorDeclaration"];

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
            let twice = map.contains_key(&key) && !ASIDE.contains(&key.as_str());
            if twice {
                return Err(de::Error::custom(format!("member {key:?} occurs twice")));
            }
            let value = members.next_value_seed(Bounded { left: self.left })?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

fn shape(pointer: &str, what: &'static str) -> DocumentError {
    DocumentError::Shape {
        pointer: pointer.to_owned(),
        what,
    }
}

fn limit(what: String, max: usize) -> DocumentError {
    DocumentError::Limit { what, max }
}

fn json_error(error: &dyn std::error::Error) -> DocumentError {
    DocumentError::Json(error.to_string())
}
