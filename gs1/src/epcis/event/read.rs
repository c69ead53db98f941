//! From JSON to the fields of an event: the rules of EPCIS 2.0 (7.3, 7.4) about what must be
//! there and what may be, each arm with the clause it stands for. Members are taken as they come;
//! what an event as a whole must say is looked at when all of them are known.

use super::super::fields::{
    Action, AggregationEvent, AssociationEvent, ErrorDeclaration, EventFields, EventKind, Ilmd,
    ObjectEvent, PersistentDisposition, QuantityElement, TransactionEvent, TransformationEvent,
};
use super::super::problem::{Note, Path, Rule};
use super::super::reader::Reader;
use super::super::shape::{self, EventType};
use super::super::tape::Node;
use super::super::{repair, time};
use super::{read_parts as parts, read_sensor, rules};
use crate::cbv::{self, BizStep, Disposition};
use crate::epc::Epc;

pub(super) fn event<'a>(
    reader: &mut Reader<'a>,
    node: Node<'a>,
    path: &Path<'_>,
) -> Option<EventFields> {
    reader.event = Some(node);
    reader.require(node, path, "type");
    let type_path = path.key("type");
    let name = reader.text(node.get("type")?, &type_path)?;
    let Some(event_type) = EventType::of(&name) else {
        rules::extended(reader, node, path, &name);
        return None;
    };
    let mut draft = Draft::default();
    for (name, value) in node.members()? {
        let at = path.key(&name);
        let known = draft.common(reader, &name, value, &at)
            || event_type.has(&name) && draft.own(reader, &name, value, &at);
        if !known {
            reader.extension(&name, &at, &[shape::COMMON, event_type.members()]);
        }
    }
    if draft.event_time_ms.is_none() {
        reader.require(node, path, "eventTime");
    }
    if draft.time_zone_offset.is_none() {
        reader.require(node, path, "eventTimeZoneOffset");
    }
    rules::whole(reader, (event_type, node), path, draft.action);
    draft.finish(event_type)
}

/// What is known of an event so far.
#[derive(Default)]
pub(super) struct Draft {
    event_time_ms: Option<i64>,
    time_zone_offset: Option<String>,
    record_time_ms: Option<i64>,
    event_id: Option<String>,
    certification_info: Vec<String>,
    error_declaration: Option<ErrorDeclaration>,
    action: Option<Action>,
    biz_step: Option<BizStep>,
    disposition: Option<Disposition>,
    persistent_disposition: PersistentDisposition,
    read_point: Option<Epc>,
    biz_location: Option<Epc>,
    biz_transactions: Vec<super::super::fields::BizTransaction>,
    sources: Vec<super::super::fields::SourceDest>,
    destinations: Vec<super::super::fields::SourceDest>,
    sensor_elements: Vec<super::super::sensor::SensorElement>,
    ilmd: Ilmd,
    parent_id: Option<Epc>,
    /// `epcList`, `childEPCs` or `inputEPCList`.
    epcs: Vec<Epc>,
    quantities: Vec<QuantityElement>,
    outputs: Vec<Epc>,
    output_quantities: Vec<QuantityElement>,
    transformation_id: Option<String>,
}

impl Draft {
    /// Members of every event. False for any other name.
    fn common(
        &mut self,
        reader: &mut Reader<'_>,
        name: &str,
        value: Node<'_>,
        at: &Path<'_>,
    ) -> bool {
        match name {
            // Read before the other members.
            "@context" | "type" => {}
            "eventTime" => self.event_time_ms = reader.time(value, at),
            "eventTimeZoneOffset" => self.time_zone_offset = offset(reader, value, at),
            "recordTime" => self.record_time_ms = reader.time(value, at),
            "eventID" => self.event_id = reader.id(value, at),
            "certificationInfo" => {
                self.certification_info = parts::certification_info(reader, value, at);
            }
            "errorDeclaration" => {
                self.error_declaration = parts::error_declaration(reader, value, at);
            }
            "bizStep" => self.biz_step = biz_step(reader, value, at),
            "disposition" => self.disposition = parts::disposition(reader, value, at),
            "readPoint" => self.read_point = parts::place(reader, value, at),
            "bizLocation" => self.biz_location = parts::place(reader, value, at),
            "bizTransactionList" => {
                self.biz_transactions = reader.items(value, at, parts::biz_transaction);
            }
            "sourceList" => self.sources = reader.items(value, at, parts::source),
            "destinationList" => self.destinations = reader.items(value, at, parts::destination),
            "sensorElementList" => {
                self.sensor_elements = reader.items(value, at, read_sensor::element);
            }
            _ => return false,
        }
        true
    }

    /// Members of some event types. False for any other name.
    fn own(&mut self, reader: &mut Reader<'_>, name: &str, value: Node<'_>, at: &Path<'_>) -> bool {
        match name {
            "action" => self.action = action(reader, value, at),
            "epcList" | "childEPCs" | "inputEPCList" => {
                self.epcs = reader.items(value, at, Reader::epc);
            }
            "quantityList" | "childQuantityList" | "inputQuantityList" => {
                self.quantities = reader.items(value, at, parts::quantity);
            }
            "outputEPCList" => self.outputs = reader.items(value, at, Reader::epc),
            "outputQuantityList" => {
                self.output_quantities = reader.items(value, at, parts::quantity);
            }
            "parentID" => self.parent_id = reader.epc(value, at),
            "transformationID" => self.transformation_id = reader.id(value, at),
            "persistentDisposition" => {
                self.persistent_disposition = parts::persistent_disposition(reader, value, at);
            }
            "ilmd" => self.ilmd = parts::ilmd(reader, value, at),
            _ => return false,
        }
        true
    }

    fn finish(self, event_type: EventType) -> Option<EventFields> {
        let kind = match event_type {
            EventType::Object => EventKind::Object(ObjectEvent {
                epc_list: self.epcs,
                quantity_list: self.quantities,
            }),
            EventType::Aggregation => EventKind::Aggregation(AggregationEvent {
                parent_id: self.parent_id,
                child_epcs: self.epcs,
                child_quantity_list: self.quantities,
            }),
            EventType::Transaction => EventKind::Transaction(TransactionEvent {
                parent_id: self.parent_id,
                epc_list: self.epcs,
                quantity_list: self.quantities,
            }),
            EventType::Transformation => EventKind::Transformation(TransformationEvent {
                input_epc_list: self.epcs,
                input_quantity_list: self.quantities,
                output_epc_list: self.outputs,
                output_quantity_list: self.output_quantities,
                transformation_id: self.transformation_id,
            }),
            EventType::Association => EventKind::Association(AssociationEvent {
                parent_id: self.parent_id?,
                child_epcs: self.epcs,
                child_quantity_list: self.quantities,
            }),
        };
        Some(EventFields {
            kind,
            event_id: self.event_id,
            event_time_ms: self.event_time_ms?,
            time_zone_offset: self.time_zone_offset?,
            record_time_ms: self.record_time_ms,
            action: self.action,
            biz_step: self.biz_step,
            disposition: self.disposition,
            persistent_disposition: self.persistent_disposition,
            read_point: self.read_point,
            biz_location: self.biz_location,
            biz_transactions: self.biz_transactions,
            sources: self.sources,
            destinations: self.destinations,
            sensor_elements: self.sensor_elements,
            ilmd: self.ilmd,
            error_declaration: self.error_declaration,
            certification_info: self.certification_info,
        })
    }
}

fn action(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<Action> {
    let text = reader.text(node, path)?;
    Action::parse(&text).or_else(|| {
        let words = ["ADD", "OBSERVE", "DELETE"];
        let note = Note::schema(
            Rule::Enumeration,
            format!("{text:?} is not one of {}", words.join(", ")),
        )
        .expected("ADD, OBSERVE or DELETE")
        .text(repair::closest(words, &text));
        reader.wrong(path, note)
    })
}

pub(super) fn offset(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<String> {
    let text = reader.text(node, path)?;
    if time::is_offset(&text) {
        return Some(text.into_owned());
    }
    let what = format!("{text:?} is not an offset from -14:00 to +14:00");
    let note = Note::schema(Rule::TimeZoneOffset, what)
        .expected("+hh:mm or -hh:mm")
        .text(repair::time_zone(&text));
    reader.wrong(path, note)
}

fn biz_step(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<BizStep> {
    if let Some((text, true)) = node.written()
        && let Some(step) = BizStep::from_word(text)
    {
        return Some(step);
    }
    let term = reader.term(&cbv::BIZ_STEPS, node, path)?;
    BizStep::parse(&term).ok()
}
