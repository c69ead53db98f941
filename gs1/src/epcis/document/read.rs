//! From JSON to a document.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::context::Context;
use super::super::event::Event;
use super::super::problem::{Note, Path, Problems, Rule};
use super::super::reader::Reader;
use super::super::tape::Node;
use super::super::{master_data, repair, shape};
use super::{Document, Envelope, Header};
use crate::limits::{CONTEXT_COPIES_BYTES_MAX, DOCUMENT_EVENTS_MAX};

/// A document of any envelope.
pub(super) fn document(root: Node<'_>, problems: &mut Problems) -> Document {
    let name = root.get("type").and_then(Node::text);
    let envelope = match name.as_deref() {
        Some("EPCISDocument") => Envelope::Document,
        Some("EPCISQueryDocument") => Envelope::QueryDocument,
        _ => Envelope::Event,
    };
    let mut document = Document {
        events: Vec::new(),
        header: Header {
            envelope,
            ..Header::default()
        },
    };
    if envelope == Envelope::Event {
        document.events.extend(bare_event(root, problems));
        return document;
    }
    let path = Path::ROOT;
    let context = match root.get("@context") {
        Some(own) => {
            document.header.context = Some(own.to_value());
            Context::join(&Arc::default(), own, &path.key("@context"), problems)
        }
        None => Arc::default(),
    };
    let mut reader = Reader::new(&context, problems);
    let required: &[&'static str] = match envelope {
        Envelope::Document => &["@context", "schemaVersion", "creationDate", "epcisBody"],
        _ => &["@context", "epcisBody"],
    };
    for name in required {
        reader.require(root, &path, name);
    }
    for (name, value) in root.members().into_iter().flatten() {
        let at = path.key(&name);
        if name != "epcisBody" {
            member(&mut reader, &mut document.header, (&name, value), &at);
            continue;
        }
        document.events = match envelope {
            Envelope::Document => {
                let other = &mut document.header.other.body;
                body(reader.problems, &context, value, &at, other)
            }
            _ => query_body(&mut reader, &context, (value, &at), &mut document.header),
        };
    }
    document
}

/// A member of the document other than its body.
fn member(
    reader: &mut Reader<'_>,
    header: &mut Header,
    (name, value): (&str, Node<'_>),
    at: &Path<'_>,
) {
    let whole = header.envelope == Envelope::Document;
    match name {
        "@context" | "type" => {}
        "id" => {
            let known = reader.uri(value, at).is_some();
            header.id = value.text().filter(|_| known).map(Into::into);
        }
        "schemaVersion" => header.schema_version = version(reader, value, at),
        "creationDate" => {
            header.creation_date_ms = reader.time(value, at);
            header.creation_date = value.text().map(Into::into);
        }
        "sender" if whole => header.sender = reader.string(value, at),
        "receiver" if whole => header.receiver = reader.string(value, at),
        "instanceIdentifier" if whole => header.instance_identifier = reader.string(value, at),
        "epcisHeader" if whole => {
            for (name, value) in reader.object(value, at).into_iter().flatten() {
                let at = at.key(&name);
                if name == "epcisMasterData" {
                    master_data::check(reader, value, &at);
                    header.master_data = Some(value.to_value());
                } else {
                    reader.extension(&name, &at, &[&["epcisMasterData"]]);
                    header
                        .extensions
                        .insert(name.into_owned(), value.to_value());
                }
            }
        }
        _ => {
            let known = if whole {
                shape::DOCUMENT
            } else {
                shape::QUERY_DOCUMENT
            };
            reader.extension(name, at, &[known]);
            let other = &mut header.other.document;
            other.insert(name.to_owned(), value.to_value());
        }
    }
}

/// `epcisBody` of a document, whose other members the schema leaves free.
fn body(
    problems: &mut Problems,
    context: &Arc<Context>,
    node: Node<'_>,
    path: &Path<'_>,
    other: &mut Map<String, Value>,
) -> Vec<Event> {
    let mut reader = Reader::new(context, problems);
    let Some(members) = reader.object(node, path) else {
        return Vec::new();
    };
    reader.require(node, path, "eventList");
    let mut list = Vec::new();
    for (name, value) in members {
        if name == "eventList" {
            list = events(problems, context, value, &path.key("eventList"));
        } else {
            other.insert(name.into_owned(), value.to_value());
        }
    }
    list
}

/// `epcisBody/queryResults/resultsBody/eventList`, with what stands beside it on the way.
fn query_body(
    reader: &mut Reader<'_>,
    context: &Arc<Context>,
    (node, path): (Node<'_>, &Path<'_>),
    header: &mut Header,
) -> Vec<Event> {
    let mut list = Vec::new();
    for (name, results) in level(reader, node, path, &["queryResults"], &["queryResults"]) {
        let at = path.key(&name);
        if name != "queryResults" {
            header.other.body.insert(name.clone(), results.to_value());
            continue;
        }
        let known = ["queryName", "subscriptionID", "resultsBody"];
        for (name, value) in level(reader, results, &at, &["queryName", "resultsBody"], &known) {
            let at = at.key(&name);
            match &*name {
                "queryName" => header.query_name = reader.string(value, &at),
                "subscriptionID" => header.subscription_id = reader.string(value, &at),
                "resultsBody" => list = results_body(reader, context, (value, &at), header),
                _ => drop(header.other.results.insert(name.clone(), value.to_value())),
            }
        }
    }
    list
}

fn results_body(
    reader: &mut Reader<'_>,
    context: &Arc<Context>,
    (node, path): (Node<'_>, &Path<'_>),
    header: &mut Header,
) -> Vec<Event> {
    let mut list = Vec::new();
    let known = ["eventList", "vocabularyList"];
    for (name, value) in level(reader, node, path, &["eventList"], &known) {
        let at = path.key(&name);
        match &*name {
            "eventList" => list = events(reader.problems, context, value, &at),
            "vocabularyList" => {
                reader.items(value, &at, master_data::vocabulary);
                header.master_data = Some(json!({ "vocabularyList": value.to_value() }));
            }
            _ => drop(
                header
                    .other
                    .results_body
                    .insert(name.clone(), value.to_value()),
            ),
        }
    }
    list
}

/// The members of one level of a query document; extensions are allowed at each.
fn level<'t>(
    reader: &mut Reader<'_>,
    node: Node<'t>,
    path: &Path<'_>,
    required: &[&'static str],
    known: &[&str],
) -> Vec<(String, Node<'t>)> {
    let mut found = Vec::new();
    let Some(members) = reader.object(node, path) else {
        return found;
    };
    for name in required {
        reader.require(node, path, name);
    }
    for (name, value) in members {
        if !known.contains(&&*name) {
            reader.extension(&name, &path.key(&name), &[known]);
        }
        found.push((name.into_owned(), value));
    }
    found
}

fn events(
    problems: &mut Problems,
    context: &Arc<Context>,
    node: Node<'_>,
    path: &Path<'_>,
) -> Vec<Event> {
    let mut reader = Reader::new(context, problems);
    let Some(items) = node.items() else {
        return reader.not(node, path, "an array").unwrap_or_default();
    };
    let count = node.items().map_or(0, Iterator::count);
    if count > DOCUMENT_EVENTS_MAX {
        let what = format!("has {count} events, at most {DOCUMENT_EVENTS_MAX} are read");
        problems.note(path, Note::ours(Rule::Limit, what));
        return Vec::new();
    }
    if count.saturating_mul(context.bytes()) > CONTEXT_COPIES_BYTES_MAX {
        let what = "context is too large to be carried into so many events";
        problems.note(&Path::ROOT.key("@context"), Note::ours(Rule::Limit, what));
        return Vec::new();
    }
    let mut events = Vec::with_capacity(count);
    for (index, item) in items.enumerate() {
        if problems.full() {
            break;
        }
        let path = path.index(index);
        if item.members().is_some() {
            events.extend(Event::read(item, context, &path, problems));
        } else {
            Reader::new(context, problems).not::<()>(item, &path, "an object");
        }
    }
    events
}

/// An event that stands alone and must therefore have its own context.
pub(super) fn bare_event(root: Node<'_>, problems: &mut Problems) -> Option<Event> {
    if root.members().is_none() {
        let what = "is not a json object";
        problems.note(
            &Path::ROOT,
            Note::schema(Rule::Type, what).expected("an object"),
        );
        return None;
    }
    if !root.has("@context") {
        let mend = repair::absent("@context", root);
        problems.note(&Path::ROOT, Note::missing("@context").mend(mend));
    }
    Event::read(root, &Arc::default(), &Path::ROOT, problems)
}

/// Digits with dots between, as `2.0`.
fn version(reader: &mut Reader<'_>, node: Node<'_>, path: &Path<'_>) -> Option<String> {
    let text = reader.text(node, path)?;
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.split('.').all(number) {
        return Some(text.into_owned());
    }
    let note = Note::schema(Rule::Version, format!("{text:?} is not a version number"))
        .expected("digits with dots between, as 2.0");
    reader.wrong(path, note)
}
