//! From parameters to conditions. Everything that is wrong is gathered, parameter by parameter.

use std::collections::BTreeSet;

use serde_json::Value;

use super::condition::{Condition, MasterDataField, SensorText};
use super::error::{Exception, Fault, QueryError};
use super::extension::{ExtensionName, ExtensionTest};
use super::names::{self, Holder, Parameter};
use super::order::{Direction, OrderBy};
use super::pattern::Pattern;
use super::value::{Raw, TOO_MANY, quoted};
use super::{Comparison, Query, matching};
use crate::cbv::{
    BIZ_TRANSACTION_TYPES, BizStep, Disposition, ERROR_REASONS, MEASUREMENT_TYPES,
    SOURCE_DESTINATION_TYPES, Vocabulary,
};
use crate::epc::Epc;
use crate::epcis::Action;
use crate::event_hash::Names;
use crate::limits::{PROBLEM_CHARS_MAX, QUERY_PARAMETERS_MAX, QUERY_VALUES_MAX};
use crate::uri;

pub(super) fn pairs<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    context: Option<&Value>,
) -> Result<Query, QueryError> {
    let names = context.map(Names::of_context).unwrap_or_default();
    let mut reader = Reader::new(names);
    for (name, value) in pairs {
        reader.take(name, Raw::Text(value))?;
    }
    reader.finish()
}

pub(super) fn body(body: &Value) -> Result<Query, QueryError> {
    let Some(map) = body.as_object() else {
        let why = "query is not a json object";
        return Err(QueryError::one(Exception::QueryValidation, "", why));
    };
    let mut reader = Reader::new(Names::of(map));
    for (name, value) in map.iter().filter(|(name, _)| *name != "@context") {
        reader.take(name, Raw::Json(value))?;
    }
    reader.finish()
}

struct Reader<'a> {
    names: Names<'a>,
    query: Query,
    seen: BTreeSet<String>,
    faults: Vec<Fault>,
    too_complex: bool,
}

impl<'a> Reader<'a> {
    fn new(names: Names<'a>) -> Self {
        Self {
            names,
            query: Query::default(),
            seen: BTreeSet::new(),
            faults: Vec::new(),
            too_complex: false,
        }
    }

    fn take(&mut self, name: &str, value: Raw<'_>) -> Result<(), QueryError> {
        if self.seen.len() == QUERY_PARAMETERS_MAX {
            let why = format!("query has more than {QUERY_PARAMETERS_MAX} parameters");
            return Err(QueryError::one(Exception::QueryTooComplex, "", why));
        }
        let read = if self.seen.insert(name.to_owned()) {
            match names::parameter(name) {
                Some(parameter) => self.read(parameter, value),
                None => Err("is no parameter of an event query".to_owned()),
            }
        } else {
            Err("is given twice; values of a list are separated by |".to_owned())
        };
        if let Err(why) = read {
            self.too_complex |= why.starts_with(TOO_MANY);
            let parameter = name.chars().take(100).collect();
            let why = why.chars().take(PROBLEM_CHARS_MAX).collect();
            self.faults.push(Fault { parameter, why });
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Query, QueryError> {
        if self.query.limit.is_some() && self.query.max.is_some() {
            self.faults.push(Fault {
                parameter: "maxEventCount".to_owned(),
                why: "is given together with eventCountLimit; one excludes the other".to_owned(),
            });
        }
        let values: usize = self.query.conditions.iter().map(values).sum();
        if values > QUERY_VALUES_MAX {
            let why = format!("query has {values} values, at most {QUERY_VALUES_MAX} are read");
            return Err(QueryError::one(Exception::QueryTooComplex, "", why));
        }
        if self.faults.is_empty() {
            return Ok(self.query);
        }
        let exception = if self.too_complex {
            Exception::QueryTooComplex
        } else {
            Exception::QueryParameter
        };
        Err(QueryError {
            exception,
            faults: self.faults,
        })
    }

    fn read(&mut self, parameter: Parameter<'_>, value: Raw<'_>) -> Result<(), String> {
        match parameter {
            Parameter::OrderBy => self.query.order_by = Some(self.order_by(value.text()?)?),
            Parameter::OrderDirection => self.query.direction = direction(value.text()?)?,
            Parameter::EventCountLimit => self.query.limit = Some(value.count()?),
            Parameter::MaxEventCount => self.query.max = Some(value.count()?),
            Parameter::HasErrorDeclaration | Parameter::HasSensorElements => {
                if value.given()? {
                    self.query.conditions.push(match parameter {
                        Parameter::HasErrorDeclaration => Condition::HasErrorDeclaration,
                        _ => Condition::HasSensorElements,
                    });
                }
            }
            Parameter::Extension(scope, name, comparison) => {
                let Some(test) = extension_test(comparison, value)? else {
                    return Ok(());
                };
                let name = ExtensionName::new(name, &self.names);
                self.query
                    .conditions
                    .push(Condition::Extension(scope, name, test));
            }
            Parameter::HasAttribute(holder) => {
                let names = list(value, |text| Ok(text.to_owned()))?;
                let condition = Condition::HasAttribute(self.holder(holder)?, names);
                self.query.conditions.push(condition);
            }
            Parameter::Attribute(holder, name) => {
                let values = list(value, |text| Ok(text.to_owned()))?;
                let field = self.holder(holder)?;
                let condition = Condition::Attribute(field, name.to_owned(), values);
                self.query.conditions.push(condition);
            }
            other => self.query.conditions.push(condition(other, value)?),
        }
        Ok(())
    }

    fn holder(&self, holder: Holder<'_>) -> Result<MasterDataField, String> {
        match holder {
            Holder::Field(name) => {
                let unknown = || format!("names {}, which is no field", quoted(name));
                names::master_data(name).ok_or_else(unknown)
            }
            Holder::Extension(name) => {
                let name = ExtensionName::new(name, &self.names);
                Ok(MasterDataField::Extension(name))
            }
        }
    }

    fn order_by(&self, field: &str) -> Result<OrderBy, String> {
        match field {
            "eventTime" => Ok(OrderBy::EventTime),
            "recordTime" => Ok(OrderBy::RecordTime),
            other if other.contains(':') => {
                Ok(OrderBy::Extension(ExtensionName::new(other, &self.names)))
            }
            other => Err(format!(
                "names {}, expected eventTime, recordTime or a prefixed extension",
                quoted(other)
            )),
        }
    }
}

fn direction(text: &str) -> Result<Direction, String> {
    match text {
        "ASC" => Ok(Direction::Ascending),
        "DESC" => Ok(Direction::Descending),
        other => Err(format!("has {}, expected ASC or DESC", quoted(other))),
    }
}

/// None for an `EXISTS_` that is not asked for.
fn extension_test(
    comparison: Option<Comparison>,
    value: Raw<'_>,
) -> Result<Option<ExtensionTest>, String> {
    match comparison {
        None => Ok(value.given()?.then_some(ExtensionTest::Exists)),
        Some(Comparison::Eq) => ExtensionTest::any_of(value).map(Some),
        Some(comparison) => ExtensionTest::compared(comparison, value).map(Some),
    }
}

/// The conditions that are one list or one value.
fn condition(parameter: Parameter<'_>, value: Raw<'_>) -> Result<Condition, String> {
    Ok(match parameter {
        Parameter::EventType => Condition::EventType(list(value, event_type)?),
        Parameter::Time(field, bound) => Condition::Time(field, bound, value.time()?),
        Parameter::Action => Condition::Action(list(value, action)?),
        Parameter::BizStep => Condition::BizStep(list(value, step)?),
        Parameter::Disposition => Condition::Disposition(list(value, disposition)?),
        Parameter::PersistentSet => Condition::PersistentSet(list(value, disposition)?),
        Parameter::PersistentUnset => Condition::PersistentUnset(list(value, disposition)?),
        Parameter::Place(field) => Condition::Place(field, list(value, epc)?),
        Parameter::PlaceWithin(field) => Condition::PlaceWithin(field, list(value, epc)?),
        Parameter::TransformationId => Condition::TransformationId(list(value, identifier)?),
        Parameter::EventId => Condition::EventId(list(value, uri)?),
        Parameter::Match(field) => Condition::Match(field, list(value, Pattern::parse)?),
        Parameter::Quantity(comparison, unit) => {
            let numbers = numbers(comparison, value)?;
            Condition::Quantity(comparison, unit.map(str::to_owned), numbers)
        }
        Parameter::ErrorReason => {
            Condition::ErrorReason(list(value, |text| term(&ERROR_REASONS, text))?)
        }
        Parameter::CorrectiveEventId => Condition::CorrectiveEventId(list(value, uri)?),
        Parameter::BizTransaction(type_) => {
            let type_ = type_of(&BIZ_TRANSACTION_TYPES, type_);
            Condition::BizTransaction(type_, list(value, identifier)?)
        }
        Parameter::Source(type_) => {
            Condition::Source(type_of(&SOURCE_DESTINATION_TYPES, type_), list(value, epc)?)
        }
        Parameter::Destination(type_) => {
            Condition::Destination(type_of(&SOURCE_DESTINATION_TYPES, type_), list(value, epc)?)
        }
        Parameter::SensorText(field) => Condition::SensorText(field, sensor_texts(field, value)?),
        Parameter::SensorBoolean => Condition::SensorBoolean(value.boolean()?),
        Parameter::SensorValue(field, comparison, unit) => {
            let numbers = numbers(comparison, value)?;
            Condition::SensorValue(field, comparison, unit.map(str::to_owned), numbers)
        }
        // Read by the caller, which holds what they change.
        Parameter::OrderBy
        | Parameter::OrderDirection
        | Parameter::EventCountLimit
        | Parameter::MaxEventCount
        | Parameter::HasErrorDeclaration
        | Parameter::HasSensorElements
        | Parameter::HasAttribute(_)
        | Parameter::Attribute(..)
        | Parameter::Extension(..) => return Err("is no list".to_owned()),
    })
}

/// How many values a condition compares with.
fn values(condition: &Condition) -> usize {
    match condition {
        Condition::EventType(list)
        | Condition::TransformationId(list)
        | Condition::EventId(list)
        | Condition::ErrorReason(list)
        | Condition::CorrectiveEventId(list)
        | Condition::BizTransaction(_, list)
        | Condition::SensorText(_, list)
        | Condition::HasAttribute(_, list)
        | Condition::Attribute(_, _, list) => list.len(),
        Condition::Match(_, list) => list.len(),
        Condition::BizStep(list) => list.len(),
        Condition::Place(_, list)
        | Condition::PlaceWithin(_, list)
        | Condition::Source(_, list)
        | Condition::Destination(_, list) => list.len(),
        Condition::Quantity(_, _, list) | Condition::SensorValue(_, _, _, list) => list.len(),
        _ => 1,
    }
}

fn list<T>(value: Raw<'_>, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    value.texts()?.into_iter().map(read).collect()
}

/// `EQ` takes a list, every other comparison one number.
fn numbers(comparison: Comparison, value: Raw<'_>) -> Result<Vec<crate::Decimal>, String> {
    match comparison {
        Comparison::Eq => value.numbers(),
        _ => value.number().map(|one| vec![one]),
    }
}

fn event_type(text: &str) -> Result<String, String> {
    let word = text.strip_prefix("epcis:").unwrap_or(text);
    if matching::EVENT_TYPES.contains(&word) {
        return Ok(word.to_owned());
    }
    if uri::is_uri(text) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "names {}, which is no event type of epcis and no uri",
        quoted(text)
    ))
}

fn action(text: &str) -> Result<Action, String> {
    Action::parse(text)
        .ok_or_else(|| format!("has {}, expected ADD, OBSERVE or DELETE", quoted(text)))
}

fn step(text: &str) -> Result<BizStep, String> {
    BizStep::parse(text).map_err(|error| error.to_string())
}

fn disposition(text: &str) -> Result<Disposition, String> {
    Disposition::parse(text).map_err(|error| error.to_string())
}

fn term(vocabulary: &Vocabulary, text: &str) -> Result<String, String> {
    vocabulary
        .normalise(text)
        .map_err(|error| error.to_string())
}

/// The type in the name of a parameter. A word of no list is the type of no event, no mistake.
fn type_of(vocabulary: &Vocabulary, text: &str) -> String {
    vocabulary
        .normalise(text)
        .unwrap_or_else(|_| text.to_owned())
}

fn epc(text: &str) -> Result<Epc, String> {
    Epc::parse(text).map_err(|error| format!("has {}: {error}", quoted(text)))
}

fn identifier(text: &str) -> Result<String, String> {
    epc(text).map(|epc| epc.canonical())
}

fn uri(text: &str) -> Result<String, String> {
    if uri::is_uri(text) {
        return Ok(text.to_owned());
    }
    Err(format!("has {}, which is no uri", quoted(text)))
}

fn sensor_texts(field: SensorText, value: Raw<'_>) -> Result<Vec<String>, String> {
    match field {
        SensorText::Type => list(value, |text| term(&MEASUREMENT_TYPES, text)),
        SensorText::StringValue => list(value, |text| Ok(text.to_owned())),
        SensorText::HexBinaryValue => list(value, |text| {
            let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            if hex && text.len() % 2 == 0 {
                return Ok(text.to_ascii_lowercase());
            }
            Err(format!(
                "has {}, which is no hexadecimal text",
                quoted(text)
            ))
        }),
        _ => list(value, identifier),
    }
}
