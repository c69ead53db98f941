//! The EPCIS query language (EPCIS 2.0, 8.2.7.1): named parameters, joined by AND, each with
//! values that are joined by OR. A [`Query`] is read once, from URL parameters or from a JSON
//! body, and is valid from then on; [`Query::matches`] tells whether an event is asked for.
//!
//! Identifiers match whatever their spelling (EPC URN, Digital Link of any host), words of the
//! CBV likewise, and measurements across units. An unknown parameter is an error, because an
//! answer that ignores half of a question is a wrong answer.

mod condition;
mod error;
mod extension;
mod index;
mod matching;
mod names;
mod order;
mod pattern;
mod read;
mod sensor;
#[cfg(test)]
mod tests;
mod value;

pub use condition::{
    Bound, Comparison, Condition, EpcField, MasterDataField, PlaceField, SensorText, SensorValue,
    TimeField,
};
pub use error::{Exception, Fault, QueryError};
pub use extension::{ExtensionName, ExtensionTest, ExtensionValue, Level, Scope};
pub use index::IndexedBy;
pub use order::{Direction, OrderBy};
pub use pattern::Pattern;

use serde_json::Value;

use crate::epc::Epc;
use crate::epcis::Event;

/// A valid query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    conditions: Vec<Condition>,
    order_by: Option<OrderBy>,
    direction: Direction,
    limit: Option<usize>,
    max: Option<usize>,
    units: Units,
}

/// How values of different units are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Units {
    /// By what they measure: a query in degrees Celsius finds what was reported in kelvin, as the
    /// draft conformance requirement TCR-53 asks. An excursion must not hide behind its unit.
    #[default]
    Converted,
    /// Only where the unit is that of the query, as the parameters' own text reads.
    AsWritten,
}

/// Master data that some parameters ask for.
pub trait MasterData {
    /// Whether a place is another place, or lies within it at any depth.
    fn is_within(&self, place: &Epc, ancestor: &Epc) -> bool;

    /// The values of an attribute of a vocabulary element, by the element's canonical URI and the
    /// attribute's full name; empty where there is none.
    fn attribute(&self, element: &str, name: &str) -> Vec<String>;
}

/// No master data: a place lies only within itself, nothing has attributes.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMasterData;

impl MasterData for NoMasterData {
    fn is_within(&self, place: &Epc, ancestor: &Epc) -> bool {
        place == ancestor
    }

    fn attribute(&self, _: &str, _: &str) -> Vec<String> {
        Vec::new()
    }
}

impl Query {
    /// Reads URL parameters, percent-decoding done, lists separated by `|`. Prefixes of
    /// extensions are looked up in `context`, a JSON-LD context, where one is given.
    ///
    /// # Errors
    /// [`QueryError`], naming every parameter that is wrong and why.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        context: Option<&Value>,
    ) -> Result<Self, QueryError> {
        read::pairs(pairs, context)
    }

    /// Reads the query string of a URL, without its question mark.
    ///
    /// # Errors
    /// As [`Query::from_pairs`]; also where a percent escape is broken.
    pub fn from_url(text: &str, context: Option<&Value>) -> Result<Self, QueryError> {
        let pairs = value::url_pairs(text)?;
        let pairs = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        Self::from_pairs(pairs, context)
    }

    /// Reads the JSON body of a query. Its `@context` defines the prefixes of extensions.
    ///
    /// # Errors
    /// [`QueryError`], naming every parameter that is wrong and why.
    pub fn from_json(body: &Value) -> Result<Self, QueryError> {
        read::body(body)
    }

    /// What is asked for; all conditions hold for an event that matches.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// `orderBy`.
    pub fn order_by(&self) -> Option<&OrderBy> {
        self.order_by.as_ref()
    }

    /// `orderDirection`.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// `eventCountLimit`: no more than the first so many events are asked for.
    pub fn event_count_limit(&self) -> Option<usize> {
        self.limit
    }

    /// `maxEventCount`: more events than that are an error, not an answer.
    pub fn max_event_count(&self) -> Option<usize> {
        self.max
    }

    /// This query with another way to compare values of different units.
    #[must_use]
    pub fn with_units(mut self, units: Units) -> Self {
        self.units = units;
        self
    }

    /// Whether an event is asked for. `record_time_ms` is when it was recorded here.
    pub fn matches(&self, event: &Event, record_time_ms: i64) -> bool {
        self.matches_with(event, record_time_ms, &NoMasterData)
    }

    /// As [`Query::matches`], with master data for `WD_`, `HASATTR_` and `EQATTR_`.
    pub fn matches_with(
        &self,
        event: &Event,
        record_time_ms: i64,
        master_data: &dyn MasterData,
    ) -> bool {
        let subject = matching::Subject {
            event,
            record_time_ms,
            master_data,
            units: self.units,
        };
        self.conditions
            .iter()
            .all(|condition| subject.meets(condition))
    }

    /// The events asked for, in the order asked for; without `orderBy` in the order given.
    ///
    /// # Errors
    /// [`QueryError`] of [`Exception::QueryTooLarge`] beyond `maxEventCount`.
    pub fn select<'e>(
        &self,
        events: impl IntoIterator<Item = (&'e Event, i64)>,
        master_data: &dyn MasterData,
    ) -> Result<Vec<&'e Event>, QueryError> {
        let asked = |(event, time): &(&Event, i64)| self.matches_with(event, *time, master_data);
        let mut found: Vec<_> = events.into_iter().filter(asked).collect();
        if let Some(max) = self.max.filter(|max| found.len() > *max) {
            return Err(error::too_large(found.len(), max));
        }
        found.sort_by(|left, right| self.compare(*left, *right));
        found.truncate(self.limit.unwrap_or(usize::MAX));
        Ok(found.into_iter().map(|(event, _)| event).collect())
    }
}
