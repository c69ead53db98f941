//! The order of an answer: by a time, or by an extension of the event.

use std::cmp::Ordering;

use serde_json::Value;

use super::extension::{self, ExtensionName};
use super::{Query, value};
use crate::decimal::Decimal;
use crate::epcis::Event;

/// `orderBy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderBy {
    /// `eventTime`.
    EventTime,
    /// `recordTime`.
    RecordTime,
    /// An extension at the level of the event. Events without it come last.
    Extension(ExtensionName),
}

/// `orderDirection`; descending unless said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Direction {
    /// `ASC`.
    Ascending,
    /// `DESC`.
    #[default]
    Descending,
}

impl Query {
    /// How two events stand in the order asked for; each with when it was recorded. Equal where
    /// the query does not say.
    pub fn compare(&self, left: (&Event, i64), right: (&Event, i64)) -> Ordering {
        let Some(order_by) = &self.order_by else {
            return Ordering::Equal;
        };
        let order = match order_by {
            OrderBy::EventTime => left.0.event_time_ms.cmp(&right.0.event_time_ms),
            OrderBy::RecordTime => left.1.cmp(&right.1),
            OrderBy::Extension(name) => match (key(left.0, name), key(right.0, name)) {
                (Some(left), Some(right)) => left.cmp(&right),
                // Last in either direction.
                (left, right) => return right.is_some().cmp(&left.is_some()),
            },
        };
        match self.direction {
            Direction::Ascending => order,
            Direction::Descending => order.reverse(),
        }
    }
}

/// What an extension is sorted by: numbers before times before texts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(Decimal),
    Time(i64),
    Text(String),
}

fn key(event: &Event, name: &ExtensionName) -> Option<Key> {
    let values = extension::values(event, name);
    let text = match extension::plain(values.first()?)? {
        Value::String(text) => text.clone(),
        scalar => scalar.to_string(),
    };
    let number = Decimal::parse(&text).ok().map(Key::Number);
    let time = || value::time(&text).map(Key::Time);
    Some(number.or_else(time).unwrap_or(Key::Text(text)))
}
