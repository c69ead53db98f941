//! Whether an event meets a condition. A field that the event does not have meets none.

use super::condition::{Bound, Condition, EpcField, MasterDataField, PlaceField, TimeField};
use super::{MasterData, Units};
use super::{extension, sensor};
use crate::cbv::{BizStep, Disposition};
use crate::decimal::Decimal;
use crate::epc::Epc;
use crate::epcis::{Event, EventKind, QuantityElement, SourceDest};
use crate::unit::{self, Reading, Unit};

/// The event types of EPCIS 2.0.
pub(super) const EVENT_TYPES: [&str; 5] = [
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
];

/// The event in question, with what is known about it from outside.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) event: &'a Event,
    pub(super) record_time_ms: i64,
    pub(super) master_data: &'a dyn MasterData,
    pub(super) units: Units,
}

impl<'a> Subject<'a> {
    pub(super) fn meets(&self, condition: &Condition) -> bool {
        let event = self.event;
        match condition {
            Condition::EventType(types) => types.iter().any(|one| one == event.kind.name()),
            Condition::Time(field, bound, ms) => self
                .times(*field)
                .into_iter()
                .any(|time| within(time, *bound, *ms)),
            Condition::Action(list) => one_of(event.action.as_ref(), list),
            Condition::BizStep(list) => one_of(event.biz_step.as_ref(), list),
            Condition::Disposition(list) => one_of(event.disposition.as_ref(), list),
            Condition::PersistentSet(list) => event
                .persistent_disposition
                .set
                .iter()
                .any(|one| list.contains(one)),
            Condition::PersistentUnset(list) => event
                .persistent_disposition
                .unset
                .iter()
                .any(|one| list.contains(one)),
            Condition::Place(field, list) => one_of(self.place(*field), list),
            Condition::PlaceWithin(field, list) => self.place(*field).is_some_and(|place| {
                let within = |wider: &Epc| self.master_data.is_within(place, wider);
                list.iter().any(|wider| place == wider || within(wider))
            }),
            Condition::TransformationId(list) => match &event.kind {
                EventKind::Transformation(own) => own
                    .transformation_id
                    .as_deref()
                    .is_some_and(|id| list.contains(&canonical(id))),
                _ => false,
            },
            Condition::EventId(list) => one_of(event.event_id.as_ref(), list),
            Condition::Match(field, patterns) => self
                .epcs(*field)
                .any(|epc| patterns.iter().any(|pattern| pattern.matches(epc))),
            Condition::Quantity(comparison, unit, values) => {
                let wanted = unit.as_deref().map(|code| (code, self.units.of(code)));
                self.quantities().any(|element| {
                    quantity_order(element, wanted.as_ref(), values)
                        .into_iter()
                        .any(|order| comparison.holds(order))
                })
            }
            Condition::HasErrorDeclaration
            | Condition::ErrorReason(_)
            | Condition::CorrectiveEventId(_) => self.declares(condition),
            Condition::BizTransaction(type_, ids) => event
                .biz_transactions
                .iter()
                .any(|one| one.type_.as_ref() == Some(type_) && ids.contains(&canonical(&one.id))),
            Condition::Source(type_, ids) => party(&event.sources, type_, ids),
            Condition::Destination(type_, ids) => party(&event.destinations, type_, ids),
            Condition::HasSensorElements
            | Condition::SensorText(..)
            | Condition::SensorBoolean(_)
            | Condition::SensorValue(..) => self.measures(condition),
            Condition::Extension(scope, name, test) => extension::meets(event, *scope, name, test),
            Condition::HasAttribute(field, names) => self.elements(field).iter().any(|element| {
                names
                    .iter()
                    .any(|name| !self.master_data.attribute(element, name).is_empty())
            }),
            Condition::Attribute(field, name, values) => {
                self.elements(field).iter().any(|element| {
                    let found = self.master_data.attribute(element, name);
                    found.iter().any(|value| values.contains(value))
                })
            }
        }
    }

    fn measures(&self, condition: &Condition) -> bool {
        let event = self.event;
        match condition {
            Condition::SensorText(field, list) => sensor::has_text(event, *field, list),
            Condition::SensorBoolean(wanted) => {
                sensor::reports(event).any(|report| report.boolean_value == Some(*wanted))
            }
            Condition::SensorValue(field, comparison, unit, values) => {
                let unit = unit.as_deref().map(|code| (code, self.units.of(code)));
                sensor::has_value(event, (*field, *comparison), unit.as_ref(), values)
            }
            _ => !event.sensor_elements.is_empty(),
        }
    }

    fn declares(&self, condition: &Condition) -> bool {
        let Some(declaration) = &self.event.error_declaration else {
            return false;
        };
        match condition {
            Condition::ErrorReason(list) => one_of(declaration.reason.as_ref(), list),
            Condition::CorrectiveEventId(list) => declaration
                .corrective_event_ids
                .iter()
                .any(|id| list.contains(id)),
            _ => true,
        }
    }

    fn times(&self, field: TimeField) -> Vec<i64> {
        let event = self.event;
        match field {
            TimeField::Event => vec![event.event_time_ms],
            TimeField::Record => vec![self.record_time_ms],
            TimeField::ErrorDeclaration => {
                let declaration = event.error_declaration.iter();
                declaration.map(|one| one.declaration_time_ms).collect()
            }
            TimeField::Sensor | TimeField::SensorStart | TimeField::SensorEnd => {
                sensor::times(event, field)
            }
        }
    }

    fn place(&self, field: PlaceField) -> Option<&'a Epc> {
        match field {
            PlaceField::ReadPoint => self.event.read_point.as_ref(),
            PlaceField::BizLocation => self.event.biz_location.as_ref(),
        }
    }

    fn epcs(&self, field: EpcField) -> impl Iterator<Item = &'a Epc> {
        let (epcs, [quantities, more]) = match field {
            EpcField::Epc
            | EpcField::Parent
            | EpcField::Input
            | EpcField::Output
            | EpcField::Any => (instances(self.event, field), [&[][..], &[]]),
            classes => ((None, [&[][..], &[]]), classes_of(self.event, classes)),
        };
        let (parent, [list, second]) = epcs;
        let classes = quantities
            .iter()
            .chain(more)
            .map(|element| &element.epc_class);
        parent.into_iter().chain(list).chain(second).chain(classes)
    }

    fn quantities(&self) -> impl Iterator<Item = &'a QuantityElement> {
        classes_of(self.event, EpcField::AnyClass)
            .into_iter()
            .flatten()
    }

    /// The vocabulary elements in a field, as canonical URIs.
    fn elements(&self, field: &MasterDataField) -> Vec<String> {
        let event = self.event;
        let parties = |list: &[SourceDest]| list.iter().map(|one| one.id.canonical()).collect();
        match field {
            MasterDataField::ReadPoint => event.read_point.iter().map(Epc::canonical).collect(),
            MasterDataField::BizLocation => event.biz_location.iter().map(Epc::canonical).collect(),
            MasterDataField::BizStep => event.biz_step.iter().map(BizStep::uri).collect(),
            MasterDataField::Disposition => {
                event.disposition.iter().map(Disposition::uri).collect()
            }
            MasterDataField::BizTransaction => event
                .biz_transactions
                .iter()
                .map(|one| canonical(&one.id))
                .collect(),
            MasterDataField::Source => parties(&event.sources),
            MasterDataField::Destination => parties(&event.destinations),
            MasterDataField::Extension(name) => {
                let texts = extension::texts(event, name);
                texts.iter().map(|text| canonical(text)).collect()
            }
            MasterDataField::EpcClass => self
                .quantities()
                .map(|element| element.epc_class.canonical())
                .collect(),
        }
    }
}

/// The parent and the lists of instances that a parameter looks at.
fn instances(event: &Event, field: EpcField) -> (Option<&Epc>, [&[Epc]; 2]) {
    let (any, own) = (field == EpcField::Any, field == EpcField::Epc);
    let parent = |parent| {
        if any || field == EpcField::Parent {
            parent
        } else {
            None
        }
    };
    let list = |list, wanted: bool| if any || wanted { list } else { &[][..] };
    match &event.kind {
        EventKind::Object(it) => (None, [list(&it.epc_list, own), &[]]),
        EventKind::Aggregation(it) => (
            parent(it.parent_id.as_ref()),
            [list(&it.child_epcs, own), &[]],
        ),
        EventKind::Transaction(it) => (
            parent(it.parent_id.as_ref()),
            [list(&it.epc_list, own), &[]],
        ),
        EventKind::Association(it) => (
            parent(Some(&it.parent_id)),
            [list(&it.child_epcs, own), &[]],
        ),
        EventKind::Transformation(it) => {
            let input = list(&it.input_epc_list, field == EpcField::Input);
            (
                None,
                [input, list(&it.output_epc_list, field == EpcField::Output)],
            )
        }
    }
}

/// The quantity lists that a parameter looks at.
fn classes_of(event: &Event, field: EpcField) -> [&[QuantityElement]; 2] {
    let own = matches!(field, EpcField::Class | EpcField::AnyClass);
    let list = |list, wanted: bool| if wanted { list } else { &[][..] };
    match &event.kind {
        EventKind::Object(it) => [list(&it.quantity_list, own), &[]],
        EventKind::Aggregation(it) => [list(&it.child_quantity_list, own), &[]],
        EventKind::Transaction(it) => [list(&it.quantity_list, own), &[]],
        EventKind::Association(it) => [list(&it.child_quantity_list, own), &[]],
        EventKind::Transformation(it) => {
            let any = field == EpcField::AnyClass;
            [
                list(
                    &it.input_quantity_list,
                    any || field == EpcField::InputClass,
                ),
                list(
                    &it.output_quantity_list,
                    any || field == EpcField::OutputClass,
                ),
            ]
        }
    }
}

/// How a quantity stands to each value of the query.
fn quantity_order(
    element: &QuantityElement,
    unit: Option<&(&str, Option<Unit>)>,
    values: &[Decimal],
) -> Vec<std::cmp::Ordering> {
    let Some(quantity) = element.quantity else {
        return Vec::new();
    };
    let order = |value: &Decimal| match unit {
        None => Some(quantity.cmp(value)),
        Some(wanted) => measured(
            (quantity, element.uom.as_deref()),
            (*value, wanted),
            Reading::Point,
        ),
    };
    values.iter().filter_map(order).collect()
}

impl Units {
    /// The unit of a code where values of other units are to be converted into it.
    fn of(self, code: &str) -> Option<Unit> {
        match self {
            Self::Converted => Unit::of(code),
            Self::AsWritten => None,
        }
    }
}

/// How a measured value stands to one of the query. None where their units cannot be compared.
pub(super) fn measured(
    (value, uom): (Decimal, Option<&str>),
    (wanted, (code, unit)): (Decimal, &(&str, Option<Unit>)),
    reading: Reading,
) -> Option<std::cmp::Ordering> {
    let uom = uom?;
    if uom == *code {
        return Some(value.cmp(&wanted));
    }
    unit::compare((value, &Unit::of(uom)?), (wanted, unit.as_ref()?), reading)
}

fn within(time: i64, bound: Bound, ms: i64) -> bool {
    match bound {
        Bound::NotBefore => time >= ms,
        Bound::Before => time < ms,
    }
}

fn one_of<T: PartialEq>(value: Option<&T>, list: &[T]) -> bool {
    value.is_some_and(|value| list.contains(value))
}

fn party(parties: &[SourceDest], type_: &str, ids: &[Epc]) -> bool {
    parties
        .iter()
        .any(|one| one.type_ == type_ && ids.contains(&one.id))
}

/// An identifier in the one spelling we write; any other text as it is.
pub(super) fn canonical(text: &str) -> String {
    Epc::parse(text).map_or_else(|_| text.to_owned(), |epc| epc.canonical())
}
