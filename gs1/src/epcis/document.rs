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
    /// Other members of `epcisHeader`, such as the DSCSA transaction statement, as they were.
    pub extensions: Map<String, Value>,
    /// The `@context` of the document, which defines the prefixes of these members.
    pub context: Option<Value>,
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
            let event = Event::read_bare(map, &mut problems);
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
    let mut header = Header {
        envelope: Envelope::Document,
        id: reader.optional(at, "id", Reader::uri),
        schema_version: reader.required(at, "schemaVersion", version),
        creation_date_ms: reader.required(at, "creationDate", Reader::time),
        sender: reader.optional(at, "sender", Reader::text),
        receiver: reader.optional(at, "receiver", Reader::text),
        instance_identifier: reader.optional(at, "instanceIdentifier", Reader::text),
        context: map.get("@context").cloned(),
        ..Header::default()
    };
    let header_members = reader.optional(at, "epcisHeader", |reader, value, path| {
        reader
            .extensible(value, path, &["epcisMasterData"])
            .cloned()
    });
    header.extensions = header_members.unwrap_or_default();
    header.master_data = header.extensions.remove("epcisMasterData");
    let events = inner(body, "epcisBody", &path, problems)
        .map(|body| events(body, &context, &path.key("epcisBody"), problems))
        .unwrap_or_default();
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
    let at = (&map, &path);
    let mut header = Header {
        envelope: Envelope::QueryDocument,
        id: reader.optional(at, "id", Reader::uri),
        schema_version: reader.optional(at, "schemaVersion", version),
        creation_date_ms: reader.optional(at, "creationDate", Reader::time),
        context: map.get("@context").cloned(),
        ..Header::default()
    };
    let events = query_events(body, &context, &mut header, problems).unwrap_or_default();
    Document { events, header }
}

/// `epcisBody/queryResults/resultsBody/eventList`, with what stands beside it on the way.
fn query_events(
    body: Option<Value>,
    context: &Context,
    header: &mut Header,
    problems: &mut Problems,
) -> Option<Vec<Event>> {
    let body_at = Path::ROOT.key("epcisBody");
    let mut body = inner(body, "epcisBody", &Path::ROOT, problems)?;
    let results = body.remove("queryResults");
    let mut reader = Reader { context, problems };
    let extra = |name: &str| uri::is_uri(name);
    reader.members(&body, &body_at, extra);

    let results_at = body_at.key("queryResults");
    let mut results = inner(results, "queryResults", &body_at, problems)?;
    let results_body = results.remove("resultsBody");
    let mut reader = Reader { context, problems };
    reader.members(&results, &results_at, |name| {
        matches!(name, "queryName" | "subscriptionID") || extra(name)
    });
    header.query_name = reader.required((&results, &results_at), "queryName", Reader::text);
    header.subscription_id =
        reader.optional((&results, &results_at), "subscriptionID", Reader::text);

    let list_at = results_at.key("resultsBody");
    let results_body = inner(results_body, "resultsBody", &results_at, problems)?;
    let mut reader = Reader { context, problems };
    reader.members(&results_body, &list_at, |name| {
        matches!(name, "eventList" | "vocabularyList") || extra(name)
    });
    Some(events(results_body, context, &list_at, problems))
}

fn document_context(map: &Map<String, Value>, problems: &mut Problems) -> Context {
    if let Some(value) = map.get("@context") {
        return Context::default().with(value, &Path::ROOT.key("@context"), problems);
    }
    problems.add(
        ProblemKind::Missing,
        &Path::ROOT,
        "required @context is missing",
    );
    Context::default()
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

/// A member that must be an object.
fn inner(
    value: Option<Value>,
    name: &'static str,
    path: &Path<'_>,
    problems: &mut Problems,
) -> Option<Map<String, Value>> {
    match value {
        Some(Value::Object(map)) => return Some(map),
        None => problems.add(
            ProblemKind::Missing,
            path,
            format!("required {name} is missing"),
        ),
        Some(_) => problems.add(ProblemKind::Type, &path.key(name), "is not an object"),
    }
    None
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
