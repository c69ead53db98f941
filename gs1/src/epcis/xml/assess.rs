//! A verdict on an XML document: the schema's first, then what the standard says beyond it, each
//! problem with line and column.

use std::collections::BTreeSet;

use super::super::document::{Validation, validate_json};
use super::super::problem::{ParseError, Source};
use super::map::Mapper;
use super::{read, schema, text, tree};

/// Judges an XML document of EPCIS 1.2 or 2.0 of any envelope. `schema_valid` is the verdict of
/// the XML Schema that the root's namespace names; a bare event has none and is not valid by it.
pub fn validate_xml(bytes: &[u8]) -> Validation {
    let text = match text::decode(bytes) {
        Ok(text) => text,
        Err(error) => return unread(error),
    };
    let tree = match tree::Tree::parse(&text) {
        Ok(tree) => tree,
        Err(error) => return unread(error),
    };
    let mut problems = schema::validate(&tree);
    let schema_valid = problems.is_empty();
    let said: BTreeSet<_> = problems.iter().map(|one| (one.place, one.kind)).collect();
    let mut mapper = Mapper::new(&tree, true);
    let json = read::to_json(&mut mapper);
    let mapped = mapper.problems.is_empty();
    let mut accepted = mapped && json.is_some();
    let mut truncated = false;
    let mut events = 0;
    if let Some((_, json)) = json {
        let verdict = validate_json(json.to_string().as_bytes());
        accepted &= verdict.accepted;
        truncated = verdict.truncated;
        events = verdict.events;
        mapper.problems.extend(ParseError {
            problems: verdict.problems,
            truncated,
        });
    }
    if !mapper.problems.is_empty() {
        let more = read::placed(mapper, &text).problems.into_iter();
        let more = more.filter(|one| !said.contains(&(one.place, one.kind)));
        problems.extend(more.map(|mut one| {
            // The schema of JSON has no say here; what it refuses is a rule of the standard.
            if one.origin == Source::Schema {
                one.origin = Source::Conformance;
            }
            one
        }));
    }
    problems.sort_by_key(|problem| problem.place);
    let conformant = problems.iter().all(|one| one.origin == Source::Ours);
    Validation {
        schema_valid,
        conformant: schema_valid && conformant,
        accepted,
        events,
        problems,
        truncated,
    }
}

/// What is no XML, or beyond a bound.
fn unread(error: ParseError) -> Validation {
    Validation {
        schema_valid: false,
        conformant: false,
        accepted: false,
        events: 0,
        problems: error.problems,
        truncated: error.truncated,
    }
}
