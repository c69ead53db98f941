//! A verdict on a document with all that is wrong with it, for whoever has to mend the file.

use serde::Serialize;

use super::super::problem::{ParseError, Problem, Problems, Source};
use super::super::tape::{Node, Tape};
use super::read;

/// What validation found.
#[expect(
    clippy::struct_excessive_bools,
    reason = "three verdicts of three authorities, which a reader of the JSON wants by name"
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Validation {
    /// Whether GS1's JSON Schema of EPCIS 2.0 accepts the document.
    pub schema_valid: bool,
    /// Whether the text of the standard and its conformance requirements accept it too.
    pub conformant: bool,
    /// Whether [`parse_document`](super::parse_document) accepts it.
    pub accepted: bool,
    /// How many events stand in the document.
    pub events: usize,
    /// Everything that is wrong, in document order where the order is known.
    pub problems: Vec<Problem>,
    /// Whether more was found than is listed.
    pub truncated: bool,
}

/// Judges an EPCIS document in JSON of any envelope. A member that occurs twice counts as JSON
/// readers commonly take it, by its last value.
pub fn validate_json(bytes: &[u8]) -> Validation {
    let mut problems = Problems::default();
    let events = match Tape::read(bytes) {
        Ok(tape) => {
            tape.remark(&mut problems);
            read::document(tape.root(), &mut problems);
            count(tape.root())
        }
        Err(error) => {
            // What could not be read to its end is no valid document, whoever sets the bound.
            return Validation {
                schema_valid: false,
                conformant: false,
                accepted: false,
                events: 0,
                problems: error.problems,
                truncated: error.truncated,
            };
        }
    };
    let accepted = problems.are_tolerated();
    let ParseError {
        problems,
        truncated,
    } = problems.into_error();
    let none = |source| {
        problems
            .iter()
            .all(|problem: &Problem| problem.origin != source)
    };
    let schema_valid = none(Source::Schema);
    Validation {
        schema_valid,
        conformant: schema_valid && none(Source::Conformance),
        accepted,
        events,
        problems,
        truncated,
    }
}

/// How many events a document has, good or bad.
fn count(root: Node<'_>) -> usize {
    let Some(body) = root.get("epcisBody") else {
        let event = root.get("type").and_then(Node::text);
        return usize::from(event.is_some_and(|name| !name.starts_with("EPCIS")));
    };
    let results = || {
        body.get("queryResults")?
            .get("resultsBody")?
            .get("eventList")
    };
    let list = body.get("eventList").or_else(results);
    list.and_then(Node::items).map_or(0, Iterator::count)
}
