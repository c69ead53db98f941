//! Conditions on members that EPCIS does not define: at the level of the event or inside one of
//! its fields, there directly or anywhere below (`INNER_`).

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::condition::Comparison;
use super::value::{self, Raw, quoted};
use crate::decimal::Decimal;
use crate::epcis::Event;
use crate::event_hash::Names;

/// Where an extension stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The object whose extensions are meant.
    pub level: Level,
    /// At any depth inside the extensions there, instead of the extensions themselves.
    pub inner: bool,
}

/// Objects of an event that may have extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the objects")]
pub enum Level {
    Event,
    Ilmd,
    ErrorDeclaration,
    SensorElement,
    SensorMetadata,
    SensorReport,
    ReadPoint,
    BizLocation,
}

/// The name of an extension: as it was written, and in full where its prefix is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtensionName {
    written: String,
    full: Option<String>,
}

impl ExtensionName {
    pub(super) fn new(written: &str, names: &Names<'_>) -> Self {
        let full = names
            .split(written)
            .map(|(namespace, local)| format!("{namespace}{local}"));
        Self {
            written: written.to_owned(),
            full,
        }
    }

    /// The name as the query gave it.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Namespace and local name, where the query defines the prefix.
    pub fn full(&self) -> Option<&str> {
        self.full.as_deref()
    }

    /// Whether a member of an event has this name. A name whose prefix the query does not define
    /// is compared as it is written, in full, or as `namespace#local` as the XML binding has it.
    fn is(&self, key: &str, names: &Names<'_>) -> bool {
        if let Some(full) = &self.full {
            return names.full(key) == full.as_str();
        }
        key == self.written
            || names.split(key).is_some_and(|(namespace, local)| {
                let rest = self.written.strip_prefix(namespace);
                // The namespace of CBV master data ends in a colon, which XML's does not.
                let bare = namespace.strip_suffix(':');
                let bare = bare.and_then(|bare| self.written.strip_prefix(bare));
                rest == Some(local)
                    || [rest, bare]
                        .iter()
                        .any(|rest| rest.and_then(|rest| rest.strip_prefix('#')) == Some(local))
            })
    }
}

/// What an extension is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtensionValue {
    /// A number.
    Number(Decimal),
    /// A number that is written otherwise than the shortest form of it (`00123` is none): of
    /// texts only the same is meant, of numbers every spelling.
    Written(String, Decimal),
    /// A time, in milliseconds since the Unix epoch.
    Time(i64),
    /// Any other text.
    Text(String),
}

/// What is asked of an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtensionTest {
    /// It is there.
    Exists,
    /// It is one of these.
    AnyOf(Vec<ExtensionValue>),
    /// It is greater or less, as a number or as a time.
    Compared(Comparison, ExtensionValue),
}

impl ExtensionTest {
    pub(super) fn any_of(value: Raw<'_>) -> Result<Self, String> {
        let values = match value {
            Raw::Json(Value::Number(_)) => vec![ExtensionValue::Number(value.number()?)],
            Raw::Json(Value::Array(items)) if items.iter().any(Value::is_number) => value
                .numbers()?
                .into_iter()
                .map(ExtensionValue::Number)
                .collect(),
            Raw::Json(Value::Bool(word)) => vec![ExtensionValue::Text(word.to_string())],
            other => other.texts()?.into_iter().map(read).collect(),
        };
        Ok(Self::AnyOf(values))
    }

    pub(super) fn compared(comparison: Comparison, value: Raw<'_>) -> Result<Self, String> {
        let value = match value {
            Raw::Json(Value::Number(_)) => ExtensionValue::Number(value.number()?),
            other => match read(other.text()?) {
                ExtensionValue::Written(_, number) => ExtensionValue::Number(number),
                ExtensionValue::Text(text) => {
                    let text = quoted(&text);
                    return Err(format!("has {text}, expected a number, a date or a time"));
                }
                known => known,
            },
        };
        Ok(Self::Compared(comparison, value))
    }

    /// Whether a value is asked for. Of a list, one item is enough.
    fn accepts(&self, value: &Value) -> bool {
        if *self == Self::Exists {
            return true;
        }
        match value {
            Value::Array(items) => items.iter().any(|item| self.accepts(item)),
            Value::Null => false,
            other => plain(other).is_some_and(|scalar| {
                let text = scalar_text(scalar);
                let number = scalar.is_number() || is_typed_number(other);
                match self {
                    Self::Exists => true,
                    Self::AnyOf(wanted) => wanted.iter().any(|wanted| equal(wanted, &text, number)),
                    Self::Compared(comparison, bound) => {
                        order(&text, bound).is_some_and(|order| comparison.holds(order))
                    }
                }
            }),
        }
    }
}

/// The one value of an extension: itself, or that of an object which XML or JSON-LD typed.
pub(super) fn plain(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(map) => {
            let inner = map.get("#text").or_else(|| map.get("@value"));
            inner.or_else(|| map.get("@id")).and_then(plain)
        }
        Value::Array(_) | Value::Null => None,
        scalar => Some(scalar),
    }
}

/// Whether a typed value (`{"@type": "xsd:decimal", "@value": "5"}`) is of a type of numbers.
fn is_typed_number(value: &Value) -> bool {
    const NUMBERS: [&str; 8] = [
        "decimal", "double", "float", "int", "integer", "long", "short", "byte",
    ];
    let named = value.get("@type").and_then(Value::as_str);
    named.is_some_and(|named| {
        let local = named.rsplit([':', '#']).next().unwrap_or_default();
        NUMBERS.contains(&local) || local.starts_with("unsigned") || local.ends_with("Integer")
    })
}

/// A text of a URL or of JSON may be a number, a date, a time, or only a text.
fn read(text: &str) -> ExtensionValue {
    if let Ok(number) = Decimal::parse(text) {
        if number.to_string() == text {
            return ExtensionValue::Number(number);
        }
        return ExtensionValue::Written(text.to_owned(), number);
    }
    instant(text).map_or_else(
        || ExtensionValue::Text(text.to_owned()),
        ExtensionValue::Time,
    )
}

/// A time, or a date as its first moment in UTC.
fn instant(text: &str) -> Option<i64> {
    if text.len() == 10 {
        let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        return Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis());
    }
    value::time(text)
}

fn scalar_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

fn equal(wanted: &ExtensionValue, text: &str, number: bool) -> bool {
    match wanted {
        ExtensionValue::Written(wanted, _) if !number => wanted == text,
        ExtensionValue::Text(wanted) => wanted == text,
        other => order(text, other).is_some_and(Ordering::is_eq),
    }
}

/// How a value of an event stands to a number or a time of the query. None where it is neither.
fn order(text: &str, bound: &ExtensionValue) -> Option<Ordering> {
    match bound {
        ExtensionValue::Number(bound) | ExtensionValue::Written(_, bound) => {
            Some(Decimal::parse(text).ok()?.cmp(bound))
        }
        ExtensionValue::Time(bound) => Some(instant(text)?.cmp(bound)),
        ExtensionValue::Text(_) => None,
    }
}

/// Whether an event has an extension that passes the test.
pub(super) fn meets(
    event: &Event,
    scope: Scope,
    name: &ExtensionName,
    test: &ExtensionTest,
) -> bool {
    let json = event.json();
    let names = Names::of(json);
    let holds = |map: &Map<String, Value>| found(map, (scope.inner, name), &names, test);
    let object = |key: &str| json.get(key).and_then(Value::as_object);
    let sensors = || {
        let list = json.get("sensorElementList").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_object)
    };
    match scope.level {
        Level::Event => holds(json),
        Level::Ilmd => object("ilmd").is_some_and(holds),
        Level::ErrorDeclaration => object("errorDeclaration").is_some_and(holds),
        Level::ReadPoint => object("readPoint").is_some_and(holds),
        Level::BizLocation => object("bizLocation").is_some_and(holds),
        Level::SensorElement => sensors().any(holds),
        Level::SensorMetadata => sensors()
            .filter_map(|element| element.get("sensorMetadata")?.as_object())
            .any(holds),
        Level::SensorReport => sensors()
            .filter_map(|element| element.get("sensorReport")?.as_array())
            .flatten()
            .filter_map(Value::as_object)
            .any(holds),
    }
}

/// The values that extensions of this name have at the level of the event.
pub(super) fn values<'e>(event: &'e Event, name: &ExtensionName) -> Vec<&'e Value> {
    let names = Names::of(event.json());
    let named = event.json().iter().filter(|(key, _)| name.is(key, &names));
    named.map(|(_, value)| value).collect()
}

/// The texts that extensions of this name have at the level of the event, each of a list.
pub(super) fn texts(event: &Event, name: &ExtensionName) -> Vec<String> {
    let mut texts = Vec::new();
    for value in values(event, name) {
        let items = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        let found = items.iter().filter_map(plain).filter_map(Value::as_str);
        texts.extend(found.map(str::to_owned));
    }
    texts
}

fn found(
    map: &Map<String, Value>,
    (inner, name): (bool, &ExtensionName),
    names: &Names<'_>,
    test: &ExtensionTest,
) -> bool {
    let mut extensions = map.iter().filter(|(key, _)| key.contains(':'));
    if inner {
        return extensions.any(|(_, value)| below(value, name, names, test));
    }
    extensions.any(|(key, value)| name.is(key, names) && test.accepts(value))
}

/// Whether a member anywhere inside a value passes. Documents are read with bounded depth.
fn below(value: &Value, name: &ExtensionName, names: &Names<'_>, test: &ExtensionTest) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| below(item, name, names, test)),
        Value::Object(map) => map.iter().any(|(key, value)| {
            (name.is(key, names) && test.accepts(value)) || below(value, name, names, test)
        }),
        _ => false,
    }
}
