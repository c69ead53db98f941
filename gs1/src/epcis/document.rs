//! The envelopes in which events travel: `EPCISDocument`, `EPCISQueryDocument`, or a bare event;
//! read into a [`Document`] and written back to the same JSON.

mod read;
mod validate;
mod write;

use serde_json::{Map, Value};

pub use validate::{Validation, validate_json};

use super::event::Event;
use super::master_data::{self, MasterVocabulary};
use super::problem::{Note, ParseError, Problems, Rule};
use super::tape::Tape;

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
    /// `id`, as given.
    pub id: Option<String>,
    /// `schemaVersion`.
    pub schema_version: Option<String>,
    /// `creationDate` in milliseconds.
    pub creation_date_ms: Option<i64>,
    /// `creationDate` as given; counts only while it is the time of `creation_date_ms`.
    pub creation_date: Option<String>,
    /// `sender`: in XML, the sender of the Standard Business Document Header.
    pub sender: Option<String>,
    /// `receiver`: in XML, the receiver of the Standard Business Document Header.
    pub receiver: Option<String>,
    /// `instanceIdentifier`: in XML, that of the Standard Business Document Header.
    pub instance_identifier: Option<String>,
    /// `queryName` of a query document.
    pub query_name: Option<String>,
    /// `subscriptionID` of a query document.
    pub subscription_id: Option<String>,
    /// `epcisMasterData` as it was; of a query document its `vocabularyList`, in an object of that
    /// one member. [`Header::vocabularies`] is the typed view of both.
    pub master_data: Option<Value>,
    /// Other members of `epcisHeader`, such as the DSCSA transaction statement, as they were.
    pub extensions: Map<String, Value>,
    /// The `@context` of the document, which defines the prefixes of these members.
    pub context: Option<Value>,
    /// Members of the envelope's other objects that EPCIS does not define, as they were.
    pub other: OtherMembers,
}

/// Extensions of an envelope, by the object they stand in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherMembers {
    /// Of the document.
    pub document: Map<String, Value>,
    /// Of `epcisBody`.
    pub body: Map<String, Value>,
    /// Of `queryResults`.
    pub results: Map<String, Value>,
    /// Of `resultsBody`.
    pub results_body: Map<String, Value>,
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

impl Header {
    /// The master data as typed values, prefixes written out.
    pub fn vocabularies(&self) -> Vec<MasterVocabulary> {
        self.master_data.as_ref().map_or_else(Vec::new, |data| {
            master_data::typed(data, self.context.as_ref())
        })
    }
}

impl Document {
    /// The document as JSON: what was read, the context of the document not repeated in events.
    pub fn to_json(&self) -> Value {
        write::document(self)
    }
}

/// Reads a document of any envelope.
///
/// # Errors
/// [`ParseError`] with every problem found, each with the JSON pointer of its place; nothing of a
/// document with a problem is accepted. A sensor attribute that is given both for the element and
/// for a report ([`Rule::SensorAttributeTwice`]) is no reason to refuse here; see
/// [`parse_document_strictly`].
pub fn parse_document(bytes: &[u8]) -> Result<Document, ParseError> {
    let tape = Tape::read_exact(bytes)?;
    let mut problems = Problems::default();
    let document = read::document(tape.root(), &mut problems);
    problems.into_result()?;
    Ok(document)
}

/// Reads a document as the conformance requirements of EPCIS 2.0 ask, every rule enforced.
///
/// # Errors
/// As [`parse_document`], and for sensor attributes that are given twice.
pub fn parse_document_strictly(bytes: &[u8]) -> Result<Document, ParseError> {
    let tape = Tape::read_exact(bytes)?;
    let mut problems = Problems::default();
    let document = read::document(tape.root(), &mut problems);
    if problems.is_empty() {
        return Ok(document);
    }
    Err(problems.into_error())
}

/// Reads a bare event.
pub(super) fn parse_event(bytes: &[u8]) -> Result<Event, ParseError> {
    let tape = Tape::read_exact(bytes)?;
    let mut problems = Problems::default();
    let event = read::bare_event(tape.root(), &mut problems);
    problems.into_result()?;
    event.ok_or_else(|| {
        // No event and no problem: a fault of the reader, reported as one of the document.
        ParseError::of("", Note::ours(Rule::Value, "event could not be read"))
    })
}
