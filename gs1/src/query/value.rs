//! Values of parameters as they arrive: text of a URL with `|` between the items of a list, or
//! JSON. Either gives the same typed values; what does not fit is told in words.

use serde_json::Value;

use super::error::{Exception, QueryError};
use crate::decimal::Decimal;
use crate::limits::{QUERY_BYTES_MAX, QUERY_VALUES_MAX};

/// A value that was not read yet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Raw<'a> {
    Text(&'a str),
    Json(&'a Value),
}

impl<'a> Raw<'a> {
    /// A list of texts. A single text counts as a list of one.
    pub(super) fn texts(self) -> Result<Vec<&'a str>, String> {
        let texts = match self {
            Self::Text(text) => text.split('|').collect(),
            Self::Json(Value::String(text)) => vec![text.as_str()],
            Self::Json(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().ok_or_else(|| not(item, "a string")))
                .collect::<Result<_, _>>()?,
            Self::Json(other) => return Err(not(other, "an array of strings")),
        };
        bounded(texts.len())?;
        if texts.iter().any(|text| text.is_empty()) {
            return Err("has an empty value".to_owned());
        }
        Ok(texts)
    }

    /// One text.
    pub(super) fn text(self) -> Result<&'a str, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Json(Value::String(text)) => Ok(text),
            Self::Json(other) => Err(not(other, "a string")),
        }
    }

    /// A list of numbers; a single number counts as a list of one.
    pub(super) fn numbers(self) -> Result<Vec<Decimal>, String> {
        match self {
            Self::Text(text) => {
                let texts: Vec<_> = text.split('|').collect();
                bounded(texts.len())?;
                texts.into_iter().map(number).collect()
            }
            Self::Json(Value::Array(items)) => {
                bounded(items.len())?;
                items.iter().map(json_number).collect()
            }
            Self::Json(one) => json_number(one).map(|number| vec![number]),
        }
    }

    /// One number.
    pub(super) fn number(self) -> Result<Decimal, String> {
        match self.numbers()?.as_slice() {
            [one] => Ok(*one),
            _ => Err("takes one number".to_owned()),
        }
    }

    /// A number of events.
    pub(super) fn count(self) -> Result<usize, String> {
        let number = self.number()?;
        let count = number.whole().and_then(|whole| usize::try_from(whole).ok());
        count
            .filter(|count| *count > 0)
            .ok_or_else(|| "must be a whole number above 0".to_owned())
    }

    /// A parameter that is given or not. The standard's void value, `true` and `1` are given.
    pub(super) fn given(self) -> Result<bool, String> {
        match self {
            Self::Text("" | "true" | "1") | Self::Json(Value::Null | Value::Bool(true)) => Ok(true),
            Self::Text("false" | "0") | Self::Json(Value::Bool(false)) => Ok(false),
            Self::Json(Value::String(text)) => Raw::Text(text).given(),
            Self::Json(Value::Number(number)) if number.as_u64() == Some(1) => Ok(true),
            Self::Json(Value::Number(number)) if number.as_u64() == Some(0) => Ok(false),
            _ => Err("must be true or false".to_owned()),
        }
    }

    /// true or false.
    pub(super) fn boolean(self) -> Result<bool, String> {
        match self {
            Self::Text("true") | Self::Json(Value::Bool(true)) => Ok(true),
            Self::Text("false") | Self::Json(Value::Bool(false)) => Ok(false),
            _ => Err("must be true or false".to_owned()),
        }
    }

    /// A time with a zone, in milliseconds.
    pub(super) fn time(self) -> Result<i64, String> {
        let text = self.text()?;
        time(text).ok_or_else(|| {
            format!(
                "has {}, which is no time with a zone (rfc 3339)",
                quoted(text)
            )
        })
    }
}

/// Milliseconds of an RFC 3339 time. A plus sign that a URL did not escape arrives as a space.
pub(super) fn time(text: &str) -> Option<i64> {
    if text.len() > 64 || !matches!(text.as_bytes().get(10), Some(b'T' | b't')) {
        return None;
    }
    let time = chrono::DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok()?;
    Some(time.timestamp_millis())
}

fn number(text: &str) -> Result<Decimal, String> {
    Decimal::parse(text).map_err(|error| format!("has a value that is no number: {error}"))
}

fn json_number(value: &Value) -> Result<Decimal, String> {
    match value {
        Value::Number(one) => number(&one.to_string()),
        Value::String(text) => number(text),
        other => Err(not(other, "a number")),
    }
}

/// Quotes a value, but not the whole of a long one.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(100) {
        Some((end, _)) => format!("{:?}...", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

/// The message for too long a list starts with these words.
pub(super) const TOO_MANY: &str = "has more values than are read:";

fn bounded(count: usize) -> Result<(), String> {
    if count <= QUERY_VALUES_MAX {
        return Ok(());
    }
    Err(format!("{TOO_MANY} {count}, at most {QUERY_VALUES_MAX}"))
}

fn not(value: &Value, expected: &str) -> String {
    let got = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    format!("holds {got}, expected {expected}")
}

/// Takes the query string of a URL apart.
pub(super) fn url_pairs(text: &str) -> Result<Vec<(String, String)>, QueryError> {
    if text.len() > QUERY_BYTES_MAX {
        let why = format!(
            "has {} bytes, at most {QUERY_BYTES_MAX} are read",
            text.len()
        );
        return Err(QueryError::one(Exception::QueryTooComplex, "", why));
    }
    let decoded = |part: &str| {
        let part = part.replace('+', " ");
        let bytes = percent_encoding::percent_decode_str(&part);
        let text = bytes.decode_utf8().map(std::borrow::Cow::into_owned);
        text.map_err(|_| {
            let why = format!("has {}, whose escapes are no utf-8", quoted(&part));
            QueryError::one(Exception::QueryParameter, "", why)
        })
    };
    let fields = text.split('&').filter(|field| !field.is_empty());
    let pair = |field: &str| {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        Ok((decoded(name)?, decoded(value)?))
    };
    fields.map(pair).collect()
}
