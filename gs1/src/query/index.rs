//! What an index can answer of a query, so that a store need not look at every event.

use super::Query;
use super::condition::{Bound, Condition, EpcField, PlaceField, TimeField};
use super::pattern::Pattern;
use crate::cbv::{BizStep, Disposition};
use crate::epc::Epc;
use crate::key::Gtin;

/// A condition that an index can answer. Every event that matches the query is among those that
/// the index has for one of the values; [`Query::matches`] decides about each.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexedBy {
    /// One of these event ids.
    EventIds(Vec<String>),
    /// One of these identifiers among the parent and the instances of the event.
    Epcs(Vec<Epc>),
    /// One of these classes in a quantity list.
    Classes(Vec<Epc>),
    /// An item of one of these products, or the product itself.
    Products(Vec<Gtin>),
    /// One of these business transactions, canonical, of the type.
    Transactions(String, Vec<String>),
    /// One of these transformations, canonical.
    Transformations(Vec<String>),
    /// One of these places.
    Places(PlaceField, Vec<Epc>),
    /// One of these steps.
    BizSteps(Vec<BizStep>),
    /// One of these dispositions.
    Dispositions(Vec<Disposition>),
    /// Of these types.
    EventTypes(Vec<String>),
    /// `eventTime` in milliseconds, from (inclusive) and before.
    EventTime(Option<i64>, Option<i64>),
    /// `recordTime` in milliseconds, from (inclusive) and before.
    RecordTime(Option<i64>, Option<i64>),
}

impl Query {
    /// All conditions that an index can answer, the most selective kinds first.
    pub fn indexed_by(&self) -> Vec<IndexedBy> {
        let mut found: Vec<IndexedBy> = self.conditions().iter().filter_map(indexed).collect();
        found.sort_by_key(rank);
        for (field, make) in [
            (TimeField::Event, IndexedBy::EventTime as fn(_, _) -> _),
            (TimeField::Record, IndexedBy::RecordTime as fn(_, _) -> _),
        ] {
            let (from, before) = self.times(field);
            if from.is_some() || before.is_some() {
                found.push(make(from, before));
            }
        }
        found
    }

    fn times(&self, wanted: TimeField) -> (Option<i64>, Option<i64>) {
        let bound = |wanted_bound: Bound| {
            self.conditions()
                .iter()
                .find_map(|condition| match condition {
                    Condition::Time(field, bound, ms) => {
                        (*field == wanted && *bound == wanted_bound).then_some(*ms)
                    }
                    _ => None,
                })
        };
        (bound(Bound::NotBefore), bound(Bound::Before))
    }
}

fn rank(indexed: &IndexedBy) -> u8 {
    match indexed {
        IndexedBy::EventIds(_) => 0,
        IndexedBy::Transformations(_) => 1,
        IndexedBy::Epcs(_) => 2,
        IndexedBy::Transactions(..) => 3,
        IndexedBy::Classes(_) => 4,
        IndexedBy::Products(_) => 5,
        IndexedBy::Places(..) => 6,
        IndexedBy::BizSteps(_) | IndexedBy::Dispositions(_) => 7,
        _ => 8,
    }
}

fn indexed(condition: &Condition) -> Option<IndexedBy> {
    Some(match condition {
        Condition::EventId(ids) => IndexedBy::EventIds(ids.clone()),
        Condition::TransformationId(ids) => IndexedBy::Transformations(ids.clone()),
        Condition::BizTransaction(type_, ids) => {
            IndexedBy::Transactions(type_.clone(), ids.clone())
        }
        Condition::Place(field, places) => IndexedBy::Places(*field, places.clone()),
        Condition::BizStep(steps) => IndexedBy::BizSteps(steps.clone()),
        Condition::Disposition(list) => IndexedBy::Dispositions(list.clone()),
        Condition::EventType(types) => IndexedBy::EventTypes(types.clone()),
        Condition::Match(field, patterns) => {
            let exact = |pattern: &Pattern| match pattern {
                Pattern::Is(epc) => Some(epc.clone()),
                _ => None,
            };
            let product = |pattern: &Pattern| match pattern {
                Pattern::Product(gtin) => Some(gtin.clone()),
                _ => None,
            };
            let exact: Option<Vec<Epc>> = patterns.iter().map(exact).collect();
            match (exact, patterns.iter().map(product).collect()) {
                (Some(epcs), _) if is_class(*field) => IndexedBy::Classes(epcs),
                (Some(epcs), _) => IndexedBy::Epcs(epcs),
                (None, Some(products)) => IndexedBy::Products(products),
                (None, None) => return None,
            }
        }
        _ => return None,
    })
}

fn is_class(field: EpcField) -> bool {
    matches!(
        field,
        EpcField::Class | EpcField::InputClass | EpcField::OutputClass | EpcField::AnyClass
    )
}
