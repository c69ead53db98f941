//! From JSON to the fields of an event: the rules of EPCIS 2.0 (7.3, 7.4) about what must be
//! there and what may be, each arm with the clause it stands for.

use serde_json::{Map, Value};

use super::super::fields::{
    Action, AggregationEvent, AssociationEvent, BizTransaction, ErrorDeclaration, EventFields,
    EventKind, Ilmd, ObjectEvent, PersistentDisposition, QuantityElement, SourceDest,
    TransactionEvent, TransformationEvent,
};
use super::super::problem::{Path, ProblemKind};
use super::super::reader::Reader;
use super::super::{shape, time};
use super::read_sensor;
use crate::cbv::{self, BizStep, Disposition};
use crate::epc::Epc;
use crate::expiry::ExpiryDate;
use crate::key::Lot;
use crate::uri;

type Object<'a> = (&'a Map<String, Value>, &'a Path<'a>);

pub(super) fn event(
    reader: &mut Reader<'_>,
    map: &Map<String, Value>,
    path: &Path<'_>,
) -> Option<EventFields> {
    let at = (map, path);
    let name = reader.required(at, "type", Reader::text)?;
    let Some(own) = shape::own_members(&name) else {
        return reader.wrong(
            &path.key("type"),
            format!("{name:?} is not an event type we read"),
        );
    };
    reader.members(map, path, |name| {
        shape::is_member(own, name) || uri::is_uri(name)
    });
    let event_time_ms = reader.required(at, "eventTime", Reader::time);
    let time_zone_offset = reader.required(at, "eventTimeZoneOffset", offset);
    let action = action_of(reader, at, &name);
    let kind = kind(reader, at, &name, action);
    let fields = EventFields {
        event_id: reader.optional(at, "eventID", Reader::id),
        record_time_ms: reader.optional(at, "recordTime", Reader::time),
        action,
        biz_step: reader.optional(at, "bizStep", biz_step),
        disposition: reader.optional(at, "disposition", disposition),
        persistent_disposition: reader
            .optional(at, "persistentDisposition", persistent_disposition)
            .unwrap_or_default(),
        read_point: reader.optional(at, "readPoint", place),
        biz_location: reader.optional(at, "bizLocation", place),
        biz_transactions: reader.list(at, "bizTransactionList", biz_transaction),
        sources: reader.list(at, "sourceList", |reader, value, path| {
            source_dest(reader, (value, path), shape::SOURCE, "source")
        }),
        destinations: reader.list(at, "destinationList", |reader, value, path| {
            source_dest(reader, (value, path), shape::DESTINATION, "destination")
        }),
        sensor_elements: reader.list(at, "sensorElementList", read_sensor::element),
        ilmd: reader.optional(at, "ilmd", ilmd).unwrap_or_default(),
        error_declaration: reader.optional(at, "errorDeclaration", error_declaration),
        certification_info: certification_info(reader, at),
        kind: kind?,
        event_time_ms: event_time_ms?,
        time_zone_offset: time_zone_offset?,
    };
    Some(fields)
}

fn action_of(reader: &mut Reader<'_>, at: Object<'_>, name: &str) -> Option<Action> {
    if name == "TransformationEvent" {
        return None;
    }
    reader.required(at, "action", |reader, value, path| {
        let text = reader.text(value, path)?;
        Action::parse(&text)
            .or_else(|| reader.wrong(path, format!("{text:?} is not one of ADD, OBSERVE, DELETE")))
    })
}

fn kind(
    reader: &mut Reader<'_>,
    at: Object<'_>,
    name: &str,
    action: Option<Action>,
) -> Option<EventKind> {
    match name {
        "ObjectEvent" => Some(EventKind::Object(object(reader, at, action))),
        "AggregationEvent" => Some(EventKind::Aggregation(aggregation(reader, at, action))),
        "AssociationEvent" => association(reader, at, action).map(EventKind::Association),
        "TransactionEvent" => Some(EventKind::Transaction(transaction(reader, at, action))),
        _ => Some(EventKind::Transformation(transformation(reader, at))),
    }
}

/// 7.4.2: something must be named, and master data belongs to what comes into being.
fn object(reader: &mut Reader<'_>, at: Object<'_>, action: Option<Action>) -> ObjectEvent {
    let (map, path) = at;
    let own = ObjectEvent {
        epc_list: reader.list(at, "epcList", Reader::epc),
        quantity_list: reader.list(at, "quantityList", quantity),
    };
    reader.distinct(map, "epcList", path);
    let sensed = has_items(map, "sensorElementList") && map.contains_key("readPoint");
    if !map.contains_key("epcList") && !has_items(map, "quantityList") && !sensed {
        missing(
            reader,
            path,
            "epcList, quantityList, or sensorElementList with readPoint",
        );
    }
    if map.contains_key("ilmd") && action.is_some_and(|action| action != Action::Add) {
        let what = "ilmd is only for action ADD";
        reader
            .problems
            .add(ProblemKind::Value, &path.key("ilmd"), what);
    }
    own
}

/// 7.4.3: the parent may be unknown only when it was merely observed.
fn aggregation(
    reader: &mut Reader<'_>,
    at: Object<'_>,
    action: Option<Action>,
) -> AggregationEvent {
    let (map, path) = at;
    children_present(reader, at, action);
    if !map.contains_key("parentID") && action.is_some_and(|action| action != Action::Observe) {
        missing(reader, path, "parentID");
    }
    AggregationEvent {
        parent_id: reader.optional(at, "parentID", Reader::epc),
        child_epcs: reader.list(at, "childEPCs", Reader::epc),
        child_quantity_list: reader.list(at, "childQuantityList", quantity),
    }
}

/// 7.4.6: the parent is always known.
fn association(
    reader: &mut Reader<'_>,
    at: Object<'_>,
    action: Option<Action>,
) -> Option<AssociationEvent> {
    children_present(reader, at, action);
    let parent_id = reader.required(at, "parentID", Reader::epc);
    let child_epcs = reader.list(at, "childEPCs", Reader::epc);
    let child_quantity_list = reader.list(at, "childQuantityList", quantity);
    Some(AssociationEvent {
        parent_id: parent_id?,
        child_epcs,
        child_quantity_list,
    })
}

/// A `DELETE` without children takes everything out; nothing else may do without them.
fn children_present(reader: &mut Reader<'_>, (map, path): Object<'_>, action: Option<Action>) {
    let children = has_items(map, "childEPCs") || has_items(map, "childQuantityList");
    if !children && action.is_some_and(|action| action != Action::Delete) {
        missing(reader, path, "childEPCs or childQuantityList");
    }
}

/// 7.4.4: a business transaction, and what it is about.
fn transaction(
    reader: &mut Reader<'_>,
    at: Object<'_>,
    action: Option<Action>,
) -> TransactionEvent {
    let (map, path) = at;
    if !has_items(map, "bizTransactionList") {
        missing(reader, path, "bizTransactionList with at least one item");
    }
    let named = map.contains_key("epcList") || has_items(map, "quantityList");
    if !named && action.is_some_and(|action| action != Action::Delete) {
        missing(reader, path, "epcList or quantityList");
    }
    TransactionEvent {
        parent_id: reader.optional(at, "parentID", Reader::epc),
        epc_list: reader.list(at, "epcList", Reader::epc),
        quantity_list: reader.list(at, "quantityList", quantity),
    }
}

/// 7.4.5: inputs and outputs, or one of them and the transformation that joins the events.
fn transformation(reader: &mut Reader<'_>, at: Object<'_>) -> TransformationEvent {
    let (map, path) = at;
    let inputs = has_items(map, "inputEPCList") || has_items(map, "inputQuantityList");
    let outputs = has_items(map, "outputEPCList") || has_items(map, "outputQuantityList");
    let joined = map.contains_key("transformationID");
    if !(inputs && outputs || joined && (inputs || outputs)) {
        missing(
            reader,
            path,
            "inputs and outputs, or transformationID with one of them",
        );
    }
    reader.distinct(map, "inputEPCList", path);
    reader.distinct(map, "outputEPCList", path);
    TransformationEvent {
        input_epc_list: reader.list(at, "inputEPCList", Reader::epc),
        input_quantity_list: reader.list(at, "inputQuantityList", quantity),
        output_epc_list: reader.list(at, "outputEPCList", Reader::epc),
        output_quantity_list: reader.list(at, "outputQuantityList", quantity),
        transformation_id: reader.optional(at, "transformationID", Reader::id),
    }
}

fn has_items(map: &Map<String, Value>, name: &str) -> bool {
    map.get(name)
        .and_then(Value::as_array)
        .is_some_and(|items| !items.is_empty())
}

fn missing(reader: &mut Reader<'_>, path: &Path<'_>, what: &str) {
    reader.problems.add(
        ProblemKind::Missing,
        path,
        format!("required {what} is missing"),
    );
}

fn offset(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<String> {
    let text = reader.text(value, path)?;
    if time::is_offset(&text) {
        return Some(text);
    }
    reader.wrong(
        path,
        format!("{text:?} is not an offset from -14:00 to +14:00"),
    )
}

fn biz_step(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<BizStep> {
    let term = reader.term(&cbv::BIZ_STEPS, value, path)?;
    BizStep::parse(&term).ok()
}

fn disposition(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<Disposition> {
    let term = reader.term(&cbv::DISPOSITIONS, value, path)?;
    Disposition::parse(&term).ok()
}

fn persistent_disposition(
    reader: &mut Reader<'_>,
    value: &Value,
    path: &Path<'_>,
) -> Option<PersistentDisposition> {
    let map = reader.closed(value, path, shape::PERSISTENT_DISPOSITION)?;
    if map.is_empty() {
        missing(reader, path, "set or unset");
    }
    for name in map.keys().filter(|name| !has_items(map, name)) {
        missing(reader, &path.key(name), "disposition");
    }
    reader.distinct(map, "set", path);
    reader.distinct(map, "unset", path);
    Some(PersistentDisposition {
        set: reader.list((map, path), "set", disposition),
        unset: reader.list((map, path), "unset", disposition),
    })
}

fn place(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<Epc> {
    let map = reader.object(value, path)?;
    reader.required((map, path), "id", Reader::epc)
}

fn quantity(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<QuantityElement> {
    let map = reader.closed(value, path, shape::QUANTITY)?;
    let epc_class = reader.required((map, path), "epcClass", Reader::epc);
    let quantity = reader.optional((map, path), "quantity", Reader::decimal);
    let uom = reader.optional((map, path), "uom", |reader, value, path| {
        let text = reader.text(value, path)?;
        let fits = matches!(text.len(), 2 | 3)
            && text
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if fits {
            Some(text)
        } else {
            reader.wrong(path, format!("{text:?} is not a unit code"))
        }
    });
    Some(QuantityElement {
        epc_class: epc_class?,
        quantity,
        uom,
    })
}

fn biz_transaction(
    reader: &mut Reader<'_>,
    value: &Value,
    path: &Path<'_>,
) -> Option<BizTransaction> {
    let map = reader.closed(value, path, shape::BIZ_TRANSACTION)?;
    let type_ = reader.optional((map, path), "type", |reader, value, path| {
        reader.term(&cbv::BIZ_TRANSACTION_TYPES, value, path)
    });
    let id = reader.required((map, path), "bizTransaction", Reader::id)?;
    Some(BizTransaction { type_, id })
}

fn source_dest(
    reader: &mut Reader<'_>,
    (value, path): (&Value, &Path<'_>),
    members: &[&str],
    id: &'static str,
) -> Option<SourceDest> {
    let map = reader.closed(value, path, members)?;
    let type_ = reader.required((map, path), "type", |reader, value, path| {
        reader.term(&cbv::SOURCE_DESTINATION_TYPES, value, path)
    });
    let id = reader.required((map, path), id, Reader::epc);
    Some(SourceDest {
        type_: type_?,
        id: id?,
    })
}

fn ilmd(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<Ilmd> {
    let map = reader.extensible(value, path, &[])?;
    let mut ilmd = Ilmd::default();
    for (name, value) in map {
        let path = path.key(name);
        match reader
            .context
            .expand(name)
            .strip_prefix("urn:epcglobal:cbv:mda:")
        {
            Some("lotNumber") => ilmd.lot = ilmd_lot(reader, value, &path),
            Some("itemExpirationDate") => ilmd.expiry = ilmd_date(reader, value, &path),
            _ => {}
        }
    }
    Some(ilmd)
}

fn ilmd_lot(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<Lot> {
    let text = reader.text(literal(value), path)?;
    match Lot::parse(&text) {
        Ok(lot) => Some(lot),
        Err(error) => reader.wrong(path, error.to_string()),
    }
}

/// A date, or the date of a date and time.
fn ilmd_date(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<chrono::NaiveDate> {
    let text = reader.text(literal(value), path)?;
    let day = match text.split_at_checked(10) {
        Some((day, rest)) if !rest.is_empty() && time::parse(&text).is_some() => day,
        _ => text.as_str(),
    };
    match ExpiryDate::from_iso(day) {
        Ok(date) => Some(date.resolve(2000)),
        Err(error) => reader.wrong(path, error.to_string()),
    }
}

/// The value of a JSON-LD literal that carries its type.
fn literal(value: &Value) -> &Value {
    value.get("@value").unwrap_or(value)
}

fn error_declaration(
    reader: &mut Reader<'_>,
    value: &Value,
    path: &Path<'_>,
) -> Option<ErrorDeclaration> {
    let map = reader.extensible(value, path, shape::ERROR_DECLARATION)?;
    let time = reader.required((map, path), "declarationTime", Reader::time);
    let reason = reader.optional((map, path), "reason", |reader, value, path| {
        reader.term(&cbv::ERROR_REASONS, value, path)
    });
    let corrective_event_ids = reader.list((map, path), "correctiveEventIDs", Reader::id);
    Some(ErrorDeclaration {
        declaration_time_ms: time?,
        reason,
        corrective_event_ids,
    })
}

fn certification_info(reader: &mut Reader<'_>, at: Object<'_>) -> Vec<String> {
    let read = |reader: &mut Reader<'_>, value: &Value, path: &Path<'_>| match value {
        Value::Array(_) => reader.items(value, path, Reader::uri),
        one => reader.uri(one, path).map(|uri| vec![uri]),
    };
    reader
        .optional(at, "certificationInfo", read)
        .unwrap_or_default()
}
