//! EPCIS 2.0 events in JSON: what happened to which things, when, where and why.
//!
//! The JSON of an event is the truth and is kept whole, extensions included; [`EventFields`] is a
//! typed view of it that is made once, when the event is read, and cannot drift from it. So
//! [`Event::to_json`] gives back what came in, and two events are equal when their JSON is.
//!
//! Differences from the document as received are three, all without loss: the JSON-LD context of
//! the document is carried into each event, so that an event alone still defines its prefixes;
//! `1.0` is written `1`; and object members have no order.

mod build;
mod canonical;
mod context;
mod convert;
mod document;
mod event;
mod fields;
mod format;
mod master_data;
mod number;
mod problem;
mod reader;
mod repair;
mod sensor;
mod shape;
mod tape;
#[cfg(test)]
mod tests;
mod time;
pub mod translate;
pub mod xml;

pub use build::EventBuilder;
pub use convert::{Converted, Target, convert, is_xml, parse_any, validate};
pub use document::{
    Document, Envelope, Header, OtherMembers, Validation, parse_document, parse_document_strictly,
    validate_json,
};
pub use event::Event;
pub use fields::{
    Action, AggregationEvent, AssociationEvent, BizTransaction, ErrorDeclaration, EventFields,
    EventKind, Ilmd, ObjectEvent, PersistentDisposition, QuantityElement, SourceDest,
    TransactionEvent, TransformationEvent,
};
pub use master_data::{MasterAttribute, MasterVocabulary, VocabularyElement};
pub use problem::{ParseError, Place, Problem, ProblemKind, Repair, Rule, Source};
pub use sensor::{SensorElement, SensorMetadata, SensorReport};

/// The JSON-LD context of EPCIS 2.0, by address. It is known by heart here and never fetched.
pub const EPCIS_CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";
