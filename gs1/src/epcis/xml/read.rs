//! From an XML document of any envelope and version to a [`Document`]: the tree is mapped to the
//! JSON of EPCIS 2.0, which the one reader of events checks, and every problem that it finds gets
//! its place in the XML.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::document::{Document, Envelope, Header, parse_document};
use super::super::problem::{ParseError, Path, Place, Problem, ProblemKind};
use super::super::time;
use super::map::Mapper;
use super::names::{Schema, Version};
use super::read_event::{EVENTS, QUANTITY_EVENT};
use super::text;
use super::tree::{Element, Tree};
use crate::limits::{
    CONTEXT_BYTES_MAX, CONTEXT_COPIES_BYTES_MAX, DOCUMENT_EVENTS_MAX, EVENT_DEPTH_MAX,
};

/// A document that was read, and what was noticed on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The document, as its JSON would read.
    pub document: Document,
    /// The version that its namespace says; for a bare event the one whose elements it uses.
    pub version: Version,
    /// What was left out because it says nothing or has no place in EPCIS 2.0.
    pub notes: Vec<Note>,
}

/// Something that a reader of the document may want to know and that is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Note {
    /// Where.
    pub place: Place,
    /// What.
    pub what: String,
}

/// Reads an XML document of EPCIS 1.2 or 2.0: `EPCISDocument`, `EPCISQueryDocument` with query
/// results, `EPCISMasterDataDocument`, or a bare event. Elements may stand in any order and be
/// qualified or not; [`super::validate_xml`] is stricter.
///
/// # Errors
/// [`ParseError`] with every problem found, each with line and column.
pub fn read(bytes: &[u8]) -> Result<Reading, ParseError> {
    let text = text::decode(bytes)?;
    let tree = Tree::parse(&text)?;
    let mut mapper = Mapper::new(&tree, false);
    if let Some(document) = document(&mut mapper) {
        let doctype = tree
            .notes
            .iter()
            .map(|(at, what)| (*at, (*what).to_owned()));
        let notes = doctype.chain(mapper.notes).map(|(at, what)| Note {
            place: text::place(&text, at),
            what,
        });
        return Ok(Reading {
            document,
            version: version(&tree),
            notes: notes.collect(),
        });
    }
    // Places cost; only what is wrong pays for them.
    let mut again = Mapper::new(&tree, true);
    let _none = document(&mut again);
    Err(placed(again, &text))
}

/// The JSON that a document maps to as it stands, whether or not its values are valid: an event
/// has a name before anybody accepts it.
///
/// # Errors
/// [`ParseError`] where there are no events to be found.
pub fn json(bytes: &[u8]) -> Result<Value, ParseError> {
    let text = text::decode(bytes)?;
    let tree = Tree::parse(&text)?;
    let mut mapper = Mapper::new(&tree, false);
    mapper.repeats = true;
    match to_json(&mut mapper) {
        Some((_, json)) => Ok(json),
        None => Err(mapper.problems.into_error()),
    }
}

/// The document, or the problems in the mapper.
fn document(mapper: &mut Mapper<'_, '_>) -> Option<Document> {
    let (header, json) = to_json(mapper)?;
    match parse_document(json.to_string().as_bytes()) {
        Ok(Document { events, .. }) if mapper.problems.is_empty() => {
            Some(Document { events, header })
        }
        Ok(_) => None,
        Err(error) => {
            mapper.problems.extend(error);
            None
        }
    }
}

/// Problems with their places: that of the member, or of what holds it.
pub(super) fn placed(mapper: Mapper<'_, '_>, text: &str) -> ParseError {
    let places = mapper.places.unwrap_or_default();
    let mut error = mapper.problems.into_error();
    for problem in &mut error.problems {
        problem.place = Some(text::place(text, nearest(&places, &problem.pointer)));
    }
    error
        .problems
        .sort_by_key(|problem: &Problem| problem.place);
    error
}

fn nearest(places: &BTreeMap<String, usize>, pointer: &str) -> usize {
    let mut pointer = pointer;
    loop {
        if let Some(at) = places.get(pointer) {
            return *at;
        }
        match pointer.rsplit_once('/') {
            Some((outer, _)) => pointer = outer,
            None => return 0,
        }
    }
}

fn version(tree: &Tree<'_>) -> Version {
    let declared = Version::of(tree.namespace(&tree.root)).map(|(version, _)| version);
    declared.unwrap_or(Version::V2_0)
}

/// The document as JSON of EPCIS 2.0, and its header apart.
pub(super) fn to_json(mapper: &mut Mapper<'_, '_>) -> Option<(Header, Value)> {
    let tree = mapper.tree;
    let root = &tree.root;
    mapper.record(&Path::ROOT, root.at);
    let known = Version::of(tree.namespace(root)).map(|(_, schema)| schema);
    match (known, root.local) {
        (Some(Schema::Core), "EPCISDocument") => core(mapper, root),
        (Some(Schema::Query), "EPCISQueryDocument") => query(mapper, root),
        (Some(Schema::MasterData), "EPCISMasterDataDocument") => master_data(mapper, root),
        _ if is_event(mapper, root) => {
            let header = Header {
                envelope: Envelope::Event,
                ..Header::default()
            };
            let events = vec![mapper.bare_event(root)];
            finish(mapper, header, events, &Path::ROOT)
        }
        _ => {
            let namespace = tree.namespace(root);
            let what = format!(
                "root element {:?} of namespace {namespace:?} is no document of epcis events",
                root.local
            );
            mapper.problems.add(ProblemKind::Value, &Path::ROOT, what);
            None
        }
    }
}

fn is_event<'a>(mapper: &Mapper<'_, 'a>, element: &Element<'a>) -> bool {
    let known = EVENTS.contains(&element.local) || element.local == QUANTITY_EVENT;
    known && mapper.is_own(element)
}

fn core<'a>(mapper: &mut Mapper<'_, 'a>, root: &Element<'a>) -> Option<(Header, Value)> {
    let mut header = envelope(mapper, root, Envelope::Document);
    let body_path = Path::ROOT.key("epcisBody");
    let body = required(mapper, root, "EPCISBody", &body_path)?;
    let list_path = body_path.key("eventList");
    let mut events = Vec::new();
    match mapper.child(body, "EventList") {
        Some(list) => event_list(mapper, list, &list_path, &mut events),
        None => mapper.note(body, "there is no list of events"),
    }
    for other in &body.children {
        if !mapper.is_own(other) {
            mapper.extension(&mut header.extensions, other, &body_path);
        }
    }
    finish(mapper, header, events, &list_path)
}

fn query<'a>(mapper: &mut Mapper<'_, 'a>, root: &Element<'a>) -> Option<(Header, Value)> {
    let mut header = envelope(mapper, root, Envelope::QueryDocument);
    let body_path = Path::ROOT.key("epcisBody");
    let body = required(mapper, root, "EPCISBody", &body_path)?;
    let results_path = body_path.key("queryResults");
    let Some(results) = mapper.child(body, "QueryResults") else {
        let found = body.children.first().map_or("nothing", |child| child.local);
        let what = format!("holds {found}, expected QueryResults");
        mapper.problems.add(ProblemKind::Missing, &body_path, what);
        return None;
    };
    mapper.record(&results_path, results.at);
    let name_path = results_path.key("queryName");
    if let Some(name) = mapper.child(results, "queryName") {
        header.query_name = Some(mapper.text(name, &name_path));
    } else {
        let what = "required queryName is missing";
        mapper
            .problems
            .add(ProblemKind::Missing, &results_path, what);
    }
    let id_path = results_path.key("subscriptionID");
    let id = mapper.child(results, "subscriptionID");
    header.subscription_id = id.map(|id| mapper.text(id, &id_path));
    let inner_path = results_path.key("resultsBody");
    let inner = required(mapper, results, "resultsBody", &inner_path)?;
    let list_path = inner_path.key("eventList");
    let mut events = Vec::new();
    if let Some(list) = mapper.child(inner, "EventList") {
        event_list(mapper, list, &list_path, &mut events);
    } else if let Some(list) = mapper.child(inner, "VocabularyList") {
        header.master_data = Some(mapper.master_data(list, &inner_path));
    } else {
        let what = "required EventList is missing";
        mapper.problems.add(ProblemKind::Missing, &inner_path, what);
    }
    finish(mapper, header, events, &list_path)
}

fn master_data<'a>(mapper: &mut Mapper<'_, 'a>, root: &Element<'a>) -> Option<(Header, Value)> {
    let mut header = envelope(mapper, root, Envelope::Document);
    let body_path = Path::ROOT.key("epcisBody");
    let body = required(mapper, root, "EPCISBody", &body_path)?;
    if let Some(list) = mapper.child(body, "VocabularyList") {
        let header_path = Path::ROOT.key("epcisHeader");
        header.master_data = Some(mapper.master_data(list, &header_path.key("epcisMasterData")));
    }
    finish(mapper, header, Vec::new(), &body_path)
}

/// Attributes and header of a document, and what others put beside its body.
fn envelope<'a>(mapper: &mut Mapper<'_, 'a>, root: &Element<'a>, envelope: Envelope) -> Header {
    let mut header = Header {
        envelope,
        ..Header::default()
    };
    let own = ["schemaVersion", "creationDate"];
    mapper.attributes(&mut header.extensions, root, &Path::ROOT, &own);
    // The document is that of EPCIS 2.0 from here on.
    header.schema_version = attribute(mapper, root, "schemaVersion").map(|_| "2.0".to_owned());
    header.creation_date_ms = attribute(mapper, root, "creationDate").and_then(|text| {
        let time = time::parse(&text);
        if time.is_none() && time::parse(&format!("{text}Z")).is_some() {
            mapper.note(root, "creationDate without time zone is left out");
        } else if time.is_none() {
            let path = Path::ROOT.key("creationDate");
            let what = format!("{text:?} is not a date and time with offset");
            mapper.problems.add(ProblemKind::Value, &path, what);
        }
        header.creation_date = time.map(|_| text);
        time
    });
    for child in &root.children {
        if mapper.is(child, "EPCISHeader") {
            mapper.header(child, &mut header);
        } else if !mapper.is_own(child) {
            mapper.extension(&mut header.extensions, child, &Path::ROOT);
        } else if child.local != "EPCISBody" {
            mapper.note(child, "element that epcis does not define is left out");
        }
    }
    header
}

fn attribute<'a>(mapper: &mut Mapper<'_, 'a>, root: &Element<'a>, name: &str) -> Option<String> {
    let Some(attribute) = root.attribute(name) else {
        let what = format!("required attribute {name} is missing");
        mapper.problems.add(ProblemKind::Missing, &Path::ROOT, what);
        return None;
    };
    mapper.record(&Path::ROOT.key(name), attribute.at);
    Some(attribute.value.trim().to_owned())
}

fn required<'e, 'a>(
    mapper: &mut Mapper<'_, 'a>,
    element: &'e Element<'a>,
    name: &str,
    path: &Path<'_>,
) -> Option<&'e Element<'a>> {
    let child = mapper.child(element, name);
    mapper.record(path, child.unwrap_or(element).at);
    if child.is_none() {
        let what = format!("required {name} is missing");
        mapper.problems.add(ProblemKind::Missing, path, what);
    }
    child
}

/// The events of a list; EPCIS 1.2 has its later types in `extension`, as deep as its converter
/// nests them.
fn event_list<'a>(
    mapper: &mut Mapper<'_, 'a>,
    list: &Element<'a>,
    path: &Path<'_>,
    events: &mut Vec<Map<String, Value>>,
) {
    mapper.record(path, list.at);
    mapper.no_text(list, path);
    for child in &list.children {
        if mapper.problems.full() {
            return;
        }
        if mapper.is(child, "extension") {
            event_list(mapper, child, path, events);
        } else if is_event(mapper, child) {
            let path = path.index(events.len());
            let event = mapper.event(child, &path);
            events.push(event);
        } else {
            let path = path.index(events.len());
            mapper.record(&path, child.at);
            let what = format!("{:?} is not an event type we read", child.local);
            mapper.problems.add(ProblemKind::Value, &path, what);
        }
    }
}

/// The events in an envelope, with the context that all their prefixes have.
fn finish(
    mapper: &mut Mapper<'_, '_>,
    mut header: Header,
    maps: Vec<Map<String, Value>>,
    path: &Path<'_>,
) -> Option<(Header, Value)> {
    let json = mapper.prefixes.to_context();
    let problems = &mut mapper.problems;
    let bytes = json.to_string().len();
    if maps.len() > DOCUMENT_EVENTS_MAX {
        let what = format!(
            "has {} events, at most {DOCUMENT_EVENTS_MAX} are read",
            maps.len()
        );
        problems.add(ProblemKind::Limit, path, what);
        return None;
    }
    if bytes > CONTEXT_BYTES_MAX || maps.len().saturating_mul(bytes) > CONTEXT_COPIES_BYTES_MAX {
        let what = "namespaces are too many to be carried into so many events";
        problems.add(ProblemKind::Limit, &Path::ROOT, what);
        return None;
    }
    for (index, map) in maps.iter().enumerate() {
        if map.values().any(|value| is_deeper(value, EVENT_DEPTH_MAX)) {
            let what = format!("nesting is deeper than {EVENT_DEPTH_MAX} levels");
            problems.add(ProblemKind::Limit, &path.index(index), what);
            return None;
        }
    }
    let document = in_envelope(header.envelope, &json, maps);
    header.context = Some(json);
    Some((header, document))
}

/// The events as a JSON document of the same envelope, so that its pointers are ours.
fn in_envelope(envelope: Envelope, context: &Value, maps: Vec<Map<String, Value>>) -> Value {
    let mut maps = maps;
    if envelope == Envelope::Event {
        let mut event = maps.pop().unwrap_or_default();
        event.insert("@context".to_owned(), context.clone());
        return Value::Object(event);
    }
    let list = Value::Array(maps.into_iter().map(Value::Object).collect());
    let list = object([("eventList", list)]);
    let (type_, body) = match envelope {
        Envelope::QueryDocument => {
            let name = ("queryName", Value::from(""));
            let results = object([name, ("resultsBody", list)]);
            ("EPCISQueryDocument", object([("queryResults", results)]))
        }
        _ => ("EPCISDocument", list),
    };
    let [version, date] = ["2.0", "1970-01-01T00:00:00Z"].map(Value::from);
    object([
        ("@context", context.clone()),
        ("type", Value::from(type_)),
        ("schemaVersion", version),
        ("creationDate", date),
        ("epcisBody", body),
    ])
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let members = members.map(|(name, value)| (name.to_owned(), value));
    Value::Object(Map::from_iter(members))
}

/// Whether arrays and objects nest deeper than `left` levels.
fn is_deeper(value: &Value, left: usize) -> bool {
    let inner: Vec<&Value> = match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => return false,
    };
    left == 0 || inner.into_iter().any(|value| is_deeper(value, left - 1))
}
