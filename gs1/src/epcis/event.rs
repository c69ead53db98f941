//! One event: its JSON, and the typed view that is read from it.

mod read;
mod read_parts;
mod read_sensor;
mod rules;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::context::Context;
use super::fields::{Action, EventFields, EventKind};
use super::problem::{Note, ParseError, Path, Problems, Rule};
use super::reader::Reader;
use super::tape::{Node, Tape};
use super::{build::EventBuilder, canonical, document, time};
use crate::cbv::BizStep;
use crate::epc::Epc;

/// A valid EPCIS event. Its fields are those of [`EventFields`], by dereference; they are for
/// reading only, because they mirror the JSON.
///
/// The JSON is kept as text; the tree that [`Event::json`] lends is made when first asked for.
#[derive(Debug, Clone)]
pub struct Event {
    /// The event as it was written, with or without a context of its own.
    source: Box<str>,
    /// All definitions in force, shared with the other events of the document.
    context: Arc<Context>,
    fields: EventFields,
    /// It has a member whose name has a prefix.
    extended: bool,
    json: OnceLock<Map<String, Value>>,
}

impl Event {
    /// Begins an `ObjectEvent`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a bare variant reads best at the call"
    )]
    pub fn object(
        action: Action,
        epcs: impl IntoIterator<Item = Epc>,
        time_ms: i64,
        biz_step: BizStep,
    ) -> EventBuilder {
        EventBuilder::new("ObjectEvent", time_ms)
            .action(action)
            .biz_step(&biz_step)
            .epcs("epcList", epcs)
    }

    /// Begins an `AggregationEvent`: `children` are put into, seen in, or taken out of `parent`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a bare variant reads best at the call"
    )]
    pub fn aggregation(
        action: Action,
        parent: &Epc,
        children: impl IntoIterator<Item = Epc>,
        time_ms: i64,
        biz_step: BizStep,
    ) -> EventBuilder {
        EventBuilder::new("AggregationEvent", time_ms)
            .action(action)
            .biz_step(&biz_step)
            .parent(parent)
            .epcs("childEPCs", children)
    }

    /// Reads one bare event, which must have its own `@context`.
    ///
    /// # Errors
    /// [`ParseError`] with every problem found.
    pub fn from_json(json: &Value) -> Result<Self, ParseError> {
        // Through text, so that the bounds and the one form of numbers hold here too.
        Self::from_canonical(json.to_string().as_bytes())
    }

    /// Reads one bare event from bytes, canonical or not.
    ///
    /// # Errors
    /// [`ParseError`] with every problem found.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, ParseError> {
        document::parse_event(bytes)
    }

    /// Every instance the event names, once each: items, parent, children, inputs and outputs.
    pub fn epcs(&self) -> Vec<&Epc> {
        let mut seen = BTreeSet::new();
        let (parent, lists): (Option<&Epc>, [&[Epc]; 2]) = match &self.kind {
            EventKind::Object(own) => (None, [&own.epc_list, &[]]),
            EventKind::Aggregation(own) => (own.parent_id.as_ref(), [&own.child_epcs, &[]]),
            EventKind::Association(own) => (Some(&own.parent_id), [&own.child_epcs, &[]]),
            EventKind::Transaction(own) => (own.parent_id.as_ref(), [&own.epc_list, &[]]),
            EventKind::Transformation(own) => (None, [&own.input_epc_list, &own.output_epc_list]),
        };
        let all = parent.into_iter().chain(lists.into_iter().flatten());
        all.filter(|epc| seen.insert(*epc)).collect()
    }

    /// Every class the event names in its quantity lists, once each.
    pub fn epc_classes(&self) -> Vec<&Epc> {
        let mut seen = BTreeSet::new();
        let lists = match &self.kind {
            EventKind::Object(own) => [own.quantity_list.as_slice(), &[]],
            EventKind::Aggregation(own) => [own.child_quantity_list.as_slice(), &[]],
            EventKind::Association(own) => [own.child_quantity_list.as_slice(), &[]],
            EventKind::Transaction(own) => [own.quantity_list.as_slice(), &[]],
            EventKind::Transformation(own) => [
                own.input_quantity_list.as_slice(),
                &own.output_quantity_list,
            ],
        };
        let classes = lists
            .into_iter()
            .flatten()
            .map(|element| &element.epc_class);
        classes.filter(|class| seen.insert(*class)).collect()
    }

    /// The parent, in events that have one.
    pub fn parent(&self) -> Option<&Epc> {
        match &self.kind {
            EventKind::Aggregation(own) => own.parent_id.as_ref(),
            EventKind::Association(own) => Some(&own.parent_id),
            EventKind::Transaction(own) => own.parent_id.as_ref(),
            EventKind::Object(_) | EventKind::Transformation(_) => None,
        }
    }

    /// The JSON of the event, as it was read, with its own `@context`.
    pub fn json(&self) -> &Map<String, Value> {
        self.json.get_or_init(|| {
            let mut json = self.received();
            json.insert("@context".to_owned(), self.context.to_json());
            json
        })
    }

    /// The event as JSON: what was read, with its own `@context`.
    pub fn to_json(&self) -> Value {
        Value::Object(self.json().clone())
    }

    /// The event in canonical form (JSON Canonicalization Scheme, RFC 8785).
    pub fn canonical_json(&self) -> Vec<u8> {
        self.canonical_without(&[])
    }

    /// The `eventID`; where there is none, a name made of the content, `recordTime` and
    /// `errorDeclaration` left out: `ni:///sha-256;{hex}?ver=JCS`. It is not the CBV event hash.
    pub fn event_id_or_hash(&self) -> String {
        if let Some(id) = &self.event_id {
            return id.clone();
        }
        let digest = Sha256::digest(self.canonical_without(&["recordTime", "errorDeclaration"]));
        let hex = digest
            .iter()
            .fold(String::with_capacity(64), |mut hex, byte| {
                // Writing to a string cannot fail.
                let _infallible = write!(hex, "{byte:02x}");
                hex
            });
        format!("ni:///sha-256;{hex}?ver=JCS")
    }

    /// This event under an `eventID`.
    ///
    /// # Errors
    /// [`ParseError`] when `id` is not a URI.
    pub fn with_event_id(self, id: &str) -> Result<Self, ParseError> {
        let source = self.source_with("eventID", id);
        let tape = Tape::read_exact(source.as_bytes())?;
        let mut problems = Problems::default();
        let event = Self::read(tape.root(), &self.context, &Path::ROOT, &mut problems);
        problems.into_result()?;
        Ok(event.unwrap_or(self))
    }

    /// This event with the time at which it was recorded.
    ///
    /// # Errors
    /// [`ParseError`] when the time is outside the years 1 to 9999.
    pub fn with_record_time(mut self, record_time_ms: i64) -> Result<Self, ParseError> {
        let Some(text) = time::format(record_time_ms) else {
            let what = format!("{record_time_ms} ms is outside the years 1 to 9999");
            return Err(ParseError::of(
                "/recordTime",
                Note::schema(Rule::DateTime, what),
            ));
        };
        self.source = self.source_with("recordTime", &text).into();
        self.fields.record_time_ms = Some(record_time_ms);
        self.json = OnceLock::new();
        Ok(self)
    }

    /// Whether the text of the event holds these characters: a cheap question to ask before
    /// [`Self::extension`], which has to make a tree of the whole event.
    pub fn mentions(&self, text: &str) -> bool {
        self.source.contains(text)
    }

    /// Whether the event has any extension member of its own; without one, [`Self::extension`]
    /// finds nothing.
    pub fn has_extensions(&self) -> bool {
        self.extended
    }

    /// The value of an extension member of the event, by its full name: namespace and local name.
    pub fn extension(&self, name: &str) -> Option<&Value> {
        self.json()
            .iter()
            .find(|(key, _)| self.context.expand(key) == name)
            .map(|(_, value)| value)
    }

    /// Reads an event inside a document whose context is `outer`.
    pub(super) fn read(
        node: Node<'_>,
        outer: &Arc<Context>,
        path: &Path<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let context = match node.get("@context") {
            Some(own) => Context::join(outer, own, &path.key("@context"), problems),
            None => Arc::clone(outer),
        };
        let fields = read::event(&mut Reader::new(&context, problems), node, path)?;
        let mut members = node.members()?;
        Some(Self {
            source: node.source().into(),
            extended: members.any(|(name, _)| name.contains(':')),
            context,
            fields,
            json: OnceLock::new(),
        })
    }

    /// The event as it was received, without what its document's context says.
    pub(super) fn received(&self) -> Map<String, Value> {
        // The text was read before, so it can be read again.
        Tape::read(self.source.as_bytes())
            .map(|tape| tape.root().to_map())
            .unwrap_or_default()
    }

    /// Whether the event as it was received says the same inside a document of this context.
    pub(super) fn stands_in(&self, context: &Arc<Context>) -> bool {
        let Ok(tape) = Tape::read(self.source.as_bytes()) else {
            return false;
        };
        match tape.root().get("@context") {
            Some(own) => {
                let mut problems = Problems::default();
                let joined = Context::join(context, own, &Path::ROOT, &mut problems);
                joined.is_same(&self.context)
            }
            None => context.is_same(&self.context),
        }
    }

    fn canonical_without(&self, aside: &[&str]) -> Vec<u8> {
        let context = self.context.canonical();
        let mut out = Vec::with_capacity(self.source.len() + context.len() + 16);
        if let Ok(tape) = Tape::read(self.source.as_bytes()) {
            canonical::event(tape.root(), context, aside, &mut out);
        }
        out
    }

    /// The text of the event with one member set.
    fn source_with(&self, name: &str, text: &str) -> String {
        let mut source = String::with_capacity(self.source.len() + text.len() + name.len() + 16);
        source.push('{');
        if let Ok(tape) = Tape::read(self.source.as_bytes()) {
            for (known, value) in tape.root().members().into_iter().flatten() {
                if known != name {
                    source.push_str(&Value::from(&*known).to_string());
                    source.push(':');
                    value.write_source(&mut source);
                    source.push(',');
                }
            }
        }
        // Writing to a string cannot fail.
        let _infallible = write!(source, "{}:{}}}", Value::from(name), Value::from(text));
        source
    }
}

impl Deref for Event {
    type Target = EventFields;

    fn deref(&self) -> &EventFields {
        &self.fields
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.canonical_json() == other.canonical_json()
    }
}

impl Eq for Event {}

impl serde::Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(to)
    }
}

impl<'de> serde::Deserialize<'de> for Event {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(from)?;
        Self::from_json(&json).map_err(serde::de::Error::custom)
    }
}
