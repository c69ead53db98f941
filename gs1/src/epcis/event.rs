//! One event: its JSON, and the typed view that is read from it.

mod read;
mod read_sensor;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Deref;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::context::Context;
use super::fields::{Action, EventFields, EventKind};
use super::problem::{ParseError, Path, ProblemKind, Problems};
use super::reader::Reader;
use super::{build::EventBuilder, document, time};
use crate::cbv::BizStep;
use crate::epc::Epc;

/// A valid EPCIS event. Its fields are those of [`EventFields`], by dereference; they are for
/// reading only, because they mirror the JSON.
#[derive(Debug, Clone)]
pub struct Event {
    json: Map<String, Value>,
    fields: EventFields,
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
        &self.json
    }

    /// The event as JSON: what was read, with its own `@context`.
    pub fn to_json(&self) -> Value {
        Value::Object(self.json.clone())
    }

    /// The event in canonical form (JSON Canonicalization Scheme, RFC 8785).
    pub fn canonical_json(&self) -> Vec<u8> {
        canonical(&self.json)
    }

    /// The `eventID`; where there is none, a name made of the content, `recordTime` and
    /// `errorDeclaration` left out: `ni:///sha-256;{hex}?ver=JCS`. It is not the CBV event hash.
    pub fn event_id_or_hash(&self) -> String {
        if let Some(id) = &self.event_id {
            return id.clone();
        }
        let mut content = self.json.clone();
        for aside in ["recordTime", "errorDeclaration"] {
            content.remove(aside);
        }
        let digest = Sha256::digest(canonical(&content));
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
    pub fn with_event_id(mut self, id: &str) -> Result<Self, ParseError> {
        self.json.insert("eventID".to_owned(), Value::from(id));
        Self::from_map(self.json)
    }

    /// This event with the time at which it was recorded.
    ///
    /// # Errors
    /// [`ParseError`] when the time is outside the years 0 to 9999.
    pub fn with_record_time(mut self, record_time_ms: i64) -> Result<Self, ParseError> {
        let text = time::format(record_time_ms).unwrap_or_default();
        self.json.insert("recordTime".to_owned(), Value::from(text));
        Self::from_map(self.json)
    }

    /// The value of an extension member of the event, by its full name: namespace and local name.
    pub fn extension(&self, name: &str) -> Option<&Value> {
        let context = self.own_context();
        self.json
            .iter()
            .find(|(key, _)| context.expand(key) == name)
            .map(|(_, value)| value)
    }

    /// Reads an event whose `@context` is in `json`.
    pub(super) fn from_map(json: Map<String, Value>) -> Result<Self, ParseError> {
        let mut problems = Problems::default();
        let event = Self::read_bare(json, &mut problems);
        problems.into_result()?;
        event.ok_or_else(Self::unread)
    }

    /// Reads an event that stands alone and must therefore have its own context.
    pub(super) fn read_bare(json: Map<String, Value>, problems: &mut Problems) -> Option<Self> {
        if !json.contains_key("@context") {
            problems.add(
                ProblemKind::Missing,
                &Path::ROOT,
                "required @context is missing",
            );
        }
        Self::read(json, &Context::default(), &Path::ROOT, problems)
    }

    /// Reads an event inside a document whose context is `outer`.
    pub(super) fn read(
        mut json: Map<String, Value>,
        outer: &Context,
        path: &Path<'_>,
        problems: &mut Problems,
    ) -> Option<Self> {
        let context = match json.get("@context") {
            Some(own) => outer.with(own, &path.key("@context"), problems),
            None => outer.clone(),
        };
        let mut reader = Reader {
            context: &context,
            problems,
        };
        let fields = read::event(&mut reader, &json, path)?;
        json.insert("@context".to_owned(), context.to_json());
        Some(Self { json, fields })
    }

    /// No fields and no problem: a fault of the reader, reported as one of the document.
    pub(super) fn unread() -> ParseError {
        ParseError::one(ProblemKind::Value, "", "event could not be read")
    }

    fn own_context(&self) -> Context {
        let mut problems = Problems::default();
        match self.json.get("@context") {
            Some(own) => Context::default().with(own, &Path::ROOT, &mut problems),
            None => Context::default(),
        }
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
        self.json == other.json
    }
}

impl Eq for Event {}

impl serde::Serialize for Event {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(to)
    }
}

impl<'de> serde::Deserialize<'de> for Event {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(from)?;
        Self::from_json(&json).map_err(serde::de::Error::custom)
    }
}

/// RFC 8785. Values that were read hold only finite numbers and valid strings, so it cannot fail.
fn canonical(json: &Map<String, Value>) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(json).unwrap_or_default()
}
