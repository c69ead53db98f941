//! What an event must say as a whole, after its members were read: EPCIS 2.0, 7.4, and the two
//! requirements of conformance that no schema can express.

use super::super::fields::Action;
use super::super::format;
use super::super::problem::{Mend, Note, Path, Rule};
use super::super::reader::Reader;
use super::super::shape::EventType;
use super::super::tape::Node;
use super::read_parts as parts;

pub(super) fn whole(
    reader: &mut Reader<'_>,
    (event_type, node): (EventType, Node<'_>),
    path: &Path<'_>,
    action: Option<Action>,
) {
    if event_type != EventType::Transformation && action.is_none() {
        reader.require(node, path, "action");
    }
    match event_type {
        EventType::Object => object(reader, node, path, action),
        EventType::Aggregation => {
            children(reader, node, path, action);
            let observed = action.is_none_or(|action| action == Action::Observe);
            if !observed && !node.has("parentID") {
                let what = "required parentID is missing";
                let note = Note::conformance(Rule::ParentMissing, what)
                    .expected("parentID, unless action is OBSERVE (epcis 2.0, 7.4.3)");
                reader.problems.note(path, note);
            }
        }
        EventType::Association => {
            children(reader, node, path, action);
            reader.require(node, path, "parentID");
        }
        EventType::Transaction => transaction(reader, node, path, action),
        EventType::Transformation => transformation(reader, node, path),
    }
}

/// 7.4.2: something must be named, and master data belongs to what comes into being.
fn object(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>, action: Option<Action>) {
    let epcs = node.get("epcList");
    let named = epcs.is_some()
        || has_items(node, "quantityList")
        || has_items(node, "sensorElementList") && node.has("readPoint");
    if !named {
        nothing_named(
            reader,
            path,
            "epcList, quantityList, or sensorElementList with readPoint",
        );
    }
    if let Some(epcs) = epcs {
        reader.distinct(epcs, &path.key("epcList"));
    }
    if node.has("ilmd") && action.is_some_and(|action| action != Action::Add) {
        let note = Note::schema(Rule::IlmdAction, "ilmd is only for action ADD")
            .expected("no ilmd, or action ADD")
            .mend(Some(Mend::Remove));
        reader.problems.note(&path.key("ilmd"), note);
    }
}

/// A `DELETE` without children takes everything out; nothing else may do without them.
fn children(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>, action: Option<Action>) {
    let children = has_items(node, "childEPCs") || has_items(node, "childQuantityList");
    if !children && action.is_some_and(|action| action != Action::Delete) {
        nothing_named(reader, path, "childEPCs or childQuantityList");
    }
}

/// 7.4.4: a business transaction, and what it is about.
fn transaction(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>, action: Option<Action>) {
    if !has_items(node, "bizTransactionList") {
        nothing_named(reader, path, "bizTransactionList with at least one item");
    }
    let named = node.has("epcList") || has_items(node, "quantityList");
    if !named && action.is_some_and(|action| action != Action::Delete) {
        nothing_named(reader, path, "epcList or quantityList");
    }
}

/// 7.4.5: inputs and outputs, or one of them and the transformation that joins the events.
fn transformation(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) {
    let inputs = has_items(node, "inputEPCList") || has_items(node, "inputQuantityList");
    let outputs = has_items(node, "outputEPCList") || has_items(node, "outputQuantityList");
    let joined = node.has("transformationID");
    if !(inputs && outputs || joined && (inputs || outputs)) {
        let what = "inputs and outputs, or transformationID with one of them";
        nothing_named(reader, path, what);
    }
    for name in ["inputEPCList", "outputEPCList"] {
        if let Some(list) = node.get(name) {
            reader.distinct(list, &path.key(name));
        }
    }
}

/// An event of a type of somebody else: the schema asks for what all events have, and leaves the
/// rest to whoever defined the type. It is not kept, because nothing here knows what it means.
pub(super) fn extended(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>, name: &str) {
    let at = path.key("type");
    if format::is_uri(name) {
        let what = format!("{name:?} is not an event type we read");
        let note = Note::ours(Rule::EventType, what).expected("one of the event types of epcis");
        reader.problems.note(&at, note);
    } else {
        let types = EventType::NAMES;
        let note = Note::schema(Rule::EventType, format!("{name:?} is not an event type"))
            .expected(format!("{}, or a uri", types.join(", ")))
            .text(super::super::repair::closest(types, name));
        reader.problems.note(&at, note);
    }
    reader.require(node, path, "eventTime");
    reader.require(node, path, "eventTimeZoneOffset");
    for (name, value) in node.members().into_iter().flatten() {
        let at = path.key(&name);
        match &*name {
            "eventTime" | "recordTime" => drop(reader.time(value, &at)),
            "eventTimeZoneOffset" => drop(super::read::offset(reader, value, &at)),
            "eventID" => drop(reader.uri(value, &at)),
            "certificationInfo" => drop(parts::certification_info(reader, value, &at)),
            "errorDeclaration" => drop(parts::error_declaration(reader, value, &at)),
            _ => {}
        }
    }
}

fn has_items(node: Node<'_>, name: &str) -> bool {
    node.get(name).is_some_and(Node::has_items)
}

fn nothing_named(reader: &mut Reader<'_>, path: &Path<'_>, what: &str) {
    let note = Note::schema(Rule::NothingNamed, format!("required {what} is missing"));
    reader.problems.note(path, note.expected(what));
}
