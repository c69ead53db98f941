//! The envelopes in which events travel: `EPCISDocument`, `EPCISQueryDocument`, or a bare event.

use serde_json::{Map, Value};

use super::context::Context;
use super::event::Event;
use super::problem::{ParseError, Path, ProblemKind, Problems};
use super::reader::Reader;
use super::{json, shape};
use crate::limits::{CONTEXT_COPIES_BYTES_MAX, DOCUMENT_EVENTS_MAX};
use crate::uri;

/// A document taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The events, in document order, each self-contained.
    pub events: Vec<Event>,
    /// What the envelope said.
    pub header: Header,
}

/// What an envelope says about its events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// Which envelope it was.
    pub envelope: Envelope,
    /// `id`.
    pub id: Option<String>,
    /// `schemaVersion`.
    pub schema_version: Option<String>,
    /// `creationDate` in milliseconds.
    pub creation_date_ms: Option<i64>,
    /// `sender`.
    pub sender: Option<String>,
    /// `receiver`.
    pub receiver: Option<String>,
    /// `instanceIdentifier`.
    pub instance_identifier: Option<String>,
    /// `queryName` of a query document.
    pub query_name: Option<String>,
    /// `subscriptionID` of a query document.
    pub subscription_id: Option<String>,
    /// `epcisMasterData` as it was, not interpreted.
    pub master_data: Option<Value>,
}

/// The kinds of envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Envelope {
    /// `EPCISDocument`.
    #[default]
    Document,
    /// `EPCISQueryDocument`.
    QueryDocument,
    /// A bare event.
    Event,
}

/// Reads a document of any envelope.
///
/// # Errors
/// [`ParseError`] with every problem found, each with the JSON pointer of its place; nothing of a
/// document with a problem is accepted.
pub fn parse_document(bytes: &[u8]) -> Result<Document, ParseError> {
    let Value::Object(map) = json::parse(bytes)? else {
        return Err(ParseError::one(
            ProblemKind::Type,
            "",
            "is not a json object",
        ));
    };
    let mut problems = Problems::default();
    let document = match map.get("type").and_then(Value::as_str) {
        Some("EPCISDocument") => read_document(map, &mut problems),
        Some("EPCISQueryDocument") => read_query_document(map, &mut problems),
        _ => {
            let header = Header {
                envelope: Envelope::Event,
                ..Header::default()
            };
            let event = Event::read(map, &Context::default(), &Path::ROOT, &mut problems);
            Document {
                events: event.into_iter().collect(),
                header,
            }
        }
    };
    problems.into_result()?;
    Ok(document)
}

/// Reads a bare event.
pub(super) fn parse_event(bytes: &[u8]) -> Result<Event, ParseError> {
    match json::parse(bytes)? {
        Value::Object(map) => Event::from_map(map),
        _ => Err(ParseError::one(
            ProblemKind::Type,
            "",
            "is not a json object",
        )),
    }
}

fn read_document(mut map: Map<String, Value>, problems: &mut Problems) -> Document {
    let path = Path::ROOT;
    let body = map.remove("epcisBody");
    let context = document_context(&map, problems);
    let mut reader = Reader {
        context: &context,
        problems,
    };
    reader.members(&map, &path, |name| {
        shape::DOCUMENT.contains(&name) || uri::is_uri(name)
    });
    let at = (&map, &path);
    let mut header = header(&mut reader, at, Envelope::Document);
    if header.schema_version.is_none() {
        reader.required(at, "schemaVersion", Reader::text);
    }
    if header.creation_date_ms.is_none() && !map.contains_key("creationDate") {
        reader.required(at, "creationDate", Reader::time);
    }
    header.sender = reader.optional(at, "sender", Reader::text);
    header.receiver = reader.optional(at, "receiver", Reader::text);
    header.instance_identifier = reader.optional(at, "instanceIdentifier", Reader::text);
    header.master_data = reader.optional(at, "epcisHeader", |reader, value, path| {
        reader
            .extensible(value, path, &["epcisMasterData"])?
            .get("epcisMasterData")
            .cloned()
    });
    let events = match body {
        Some(Value::Object(body)) => events(body, &context, &path.key("epcisBody"), problems),
        other => no_object(other, "epcisBody", &path, problems),
    };
    Document { events, header }
}

fn read_query_document(mut map: Map<String, Value>, problems: &mut Problems) -> Document {
    let path = Path::ROOT;
    let body = map.remove("epcisBody");
    let context = document_context(&map, problems);
    let mut reader = Reader {
        context: &context,
        problems,
    };
    reader.members(&map, &path, |name| {
        shape::QUERY_DOCUMENT.contains(&name) || uri::is_uri(name)
    });
    let mut header = header(&mut reader, (&map, &path), Envelope::QueryDocument);
    let body_path = path.key("epcisBody");
    let results_path = body_path.key("queryResults");
    let inner_path = results_path.key("resultsBody");
    let Some(mut results) = inner(body, "epcisBody", &path, problems).and_then(|mut body| {
        let results = body.remove("queryResults");
        let mut reader = Reader {
            context: &context,
            problems,
        };
        reader.members(&body, &body_path, |name| {
            shape::QUERY_BODY.contains(&name) || uri::is_uri(name)
        });
        inner(results, "queryResults", &body_path, problems)
    }) else {
        return Document {
            events: Vec::new(),
            header,
        };
    };
    let results_body = results.remove("resultsBody");
    let mut reader = Reader {
        context: &context,
        problems,
    };
    reader.members(&results, &results_path, |name| {
        shape::QUERY_RESULTS.contains(&name) || uri::is_uri(name)
    });
    let at = (&results, &results_path);
    header.query_name = reader.required(at, "queryName", Reader::text);
    header.subscription_id = reader.optional(at, "subscriptionID", Reader::text);
    let Some(results_body) = inner(results_body, "resultsBody", &results_path, problems) else {
        return Document {
            events: Vec::new(),
            header,
        };
    };
    let mut reader = Reader {
        context: &context,
        problems,
    };
    reader.members(&results_body, &inner_path, |name| {
        shape::RESULTS_BODY.contains(&name) || uri::is_uri(name)
    });
    let events = events(results_body, &context, &inner_path, problems);
    Document { events, header }
}

fn document_context(map: &Map<String, Value>, problems: &mut Problems) -> Context {
    match map.get("@context") {
        Some(value) => Context::default().with(value, &Path::ROOT.key("@context"), problems),
        None => {
            problems.add(
                ProblemKind::Missing,
                &Path::ROOT,
                "required @context is missing",
            );
            Context::default()
        }
    }
}

fn header(
    reader: &mut Reader<'_>,
    at: (&Map<String, Value>, &Path<'_>),
    envelope: Envelope,
) -> Header {
    Header {
        envelope,
        id: reader.optional(at, "id", Reader::uri),
        schema_version: reader.optional(at, "schemaVersion", version),
        creation_date_ms: reader.optional(at, "creationDate", Reader::time),
        ..Header::default()
    }
}

/// Digits with dots between, as `2.0`.
fn version(reader: &mut Reader<'_>, value: &Value, path: &Path<'_>) -> Option<String> {
    let text = reader.text(value, path)?;
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if text.split('.').all(number) {
        return Some(text);
    }
    reader.wrong(path, format!("{text:?} is not a version number"))
}

fn inner(
    value: Option<Value>,
    name: &'static str,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Option<Map<String, Value>> {
    match value {
        Some(Value::Object(map)) => Some(map),
        other => {
            let _no_events: Vec<Event> = no_object(other, name, path, problems);
            None
        }
    }
}

fn no_object(
    value: Option<Value>,
    name: &'static str,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Vec<Event> {
    match value {
        None => problems.add(
            ProblemKind::Missing,
            path,
            format!("required {name} is missing"),
        ),
        Some(_) => problems.add(ProblemKind::Type, &path.key(name), "is not an object"),
    }
    Vec::new()
}

fn events(
    mut body: Map<String, Value>,
    context: &Context,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Vec<Event> {
    let path_of_list = path.key("eventList");
    let list = match body.remove("eventList") {
        Some(Value::Array(list)) => list,
        Some(_) => {
            problems.add(ProblemKind::Type, &path_of_list, "is not an array");
            return Vec::new();
        }
        None => {
            problems.add(ProblemKind::Missing, path, "required eventList is missing");
            return Vec::new();
        }
    };
    if list.len() > DOCUMENT_EVENTS_MAX {
        let what = format!(
            "has {} events, at most {DOCUMENT_EVENTS_MAX} are read",
            list.len()
        );
        problems.add(ProblemKind::Limit, &path_of_list, what);
        return Vec::new();
    }
    if list.len().saturating_mul(context.bytes()) > CONTEXT_COPIES_BYTES_MAX {
        let what = "context is too large to be carried into so many events";
        problems.add(ProblemKind::Limit, &Path::ROOT.key("@context"), what);
        return Vec::new();
    }
    let mut events = Vec::with_capacity(list.len());
    for (index, value) in list.into_iter().enumerate() {
        if problems.full() {
            break;
        }
        let path = path_of_list.index(index);
        match value {
            Value::Object(map) => events.extend(Event::read(map, context, &path, problems)),
            _ => problems.add(ProblemKind::Type, &path, "is not an object"),
        }
    }
    events
}
