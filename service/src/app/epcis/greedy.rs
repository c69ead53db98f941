//! `GS1-Capture-Error-Behaviour: proceed`: a document taken apart, so that what is right of it can
//! be recorded and what is wrong told event by event. What is wrong with the envelope still
//! refuses the whole.
use std::collections::{BTreeMap, BTreeSet};

use gs1::epcis::{Document, Event, Problem, is_xml, parse_any, parse_document, xml};
use serde_json::{Value, json};

use crate::app::capture::invalid;
use crate::app::failure::{Code, Failure, Fault};

/// Where the events of a document may stand.
const LISTS: [&str; 2] = [
    "/epcisBody/eventList",
    "/epcisBody/queryResults/resultsBody/eventList",
];

/// A document taken apart.
#[derive(Debug)]
pub(super) struct Parts {
    /// The events that can be read, with the header of all.
    pub(super) document: Document,
    /// What is wrong with the others, by their number in the document.
    pub(super) faults: BTreeMap<usize, Vec<Fault>>,
}

/// Takes a document apart.
///
/// # Errors
/// `validation` when the envelope itself cannot be read.
pub(super) fn parts(bytes: &[u8]) -> Result<Parts, Failure> {
    let error = match parse_any(bytes) {
        Ok(document) => {
            return Ok(Parts {
                document,
                faults: BTreeMap::new(),
            });
        }
        Err(error) => error,
    };
    let mut whole = if is_xml(bytes) {
        xml::to_json(bytes).map_err(|error| invalid(&error))?
    } else {
        serde_json::from_slice(bytes).map_err(|_| invalid(&error))?
    };
    let list = LISTS
        .into_iter()
        .find(|list| whole.pointer(list).is_some_and(Value::is_array));
    let list = list.ok_or_else(|| invalid(&error))?;
    let mut faults: BTreeMap<usize, Vec<Fault>> = BTreeMap::new();
    for problem in &error.problems {
        let at = number_in(&problem.pointer, list).ok_or_else(|| invalid(&error))?;
        faults.entry(at).or_default().push(fault(problem));
    }
    let bad: BTreeSet<usize> = faults.keys().copied().collect();
    let events = match whole.pointer_mut(list).map(Value::take) {
        Some(Value::Array(events)) => events,
        _ => Vec::new(),
    };
    let mut document: Option<Document> = None;
    let mut good = Vec::new();
    for (at, event) in events.into_iter().enumerate() {
        if bad.contains(&at) {
            continue;
        }
        match one(&whole, list, event) {
            Ok(mut read) => {
                good.append(&mut read.events);
                document.get_or_insert(read);
            }
            Err(more) => {
                faults.insert(at, more);
            }
        }
    }
    let mut document = document.ok_or_else(|| nothing(&faults))?;
    document.events = good;
    Ok(Parts { document, faults })
}

/// The document with one event only; `whole` has an empty place for the list.
fn one(whole: &Value, list: &str, event: Value) -> Result<Document, Vec<Fault>> {
    let mut alone = whole.clone();
    if let Some(place) = alone.pointer_mut(list) {
        *place = Value::Array(vec![event]);
    }
    let read = parse_document(alone.to_string().as_bytes());
    read.map_err(|error| error.problems.iter().map(fault).collect())
}

/// The number of the event that a pointer leads into.
fn number_in(pointer: &str, list: &str) -> Option<usize> {
    let rest = pointer.strip_prefix(list)?.strip_prefix('/')?;
    rest.split('/').next()?.parse().ok()
}

fn fault(problem: &Problem) -> Fault {
    Fault {
        pointer: problem.pointer.clone(),
        detail: problem.to_string(),
    }
}

fn nothing(faults: &BTreeMap<usize, Vec<Fault>>) -> Failure {
    let all = faults.values().flatten().cloned().collect();
    Failure::new(Code::Validation, "no event of the document is valid EPCIS").with_faults(all)
}

/// What was wrong with an event, as an entry of a job's `errors`.
pub(super) fn told(at: usize, faults: &[Fault]) -> Value {
    let detail: Vec<&str> = faults.iter().take(5).map(|it| it.detail.as_str()).collect();
    json!({
        "type": "epcisException:ValidationException",
        "title": Code::Validation.row().title,
        "status": 400,
        "detail": format!("event {at}: {}", detail.join("; ")),
        "errors": faults.iter().take(20).map(|it| json!({
            "pointer": it.pointer,
            "detail": it.detail,
        })).collect::<Vec<_>>()
    })
}

/// The one event of a body that must hold just one.
///
/// # Errors
/// `validation`.
pub(super) fn single(bytes: &[u8]) -> Result<Event, Failure> {
    let mut document = parse_any(bytes).map_err(|error| invalid(&error))?;
    match (document.events.pop(), document.events.is_empty()) {
        (Some(event), true) => Ok(event),
        _ => Err(Failure::new(
            Code::Validation,
            "the body holds no single event; documents go to /epcis/capture",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(action: &str, serial: u32) -> Value {
        json!({
            "type": "ObjectEvent", "action": action, "bizStep": "shipping",
            "eventTime": "2026-11-21T08:00:00Z", "eventTimeZoneOffset": "+00:00",
            "epcList": [format!("https://id.gs1.org/01/09506000134352/21/{serial}")]
        })
    }

    fn document(events: &[Value]) -> Vec<u8> {
        let document = json!({
            "@context": [gs1::epcis::EPCIS_CONTEXT], "type": "EPCISDocument",
            "schemaVersion": "2.0", "creationDate": "2026-11-21T08:00:00Z",
            "epcisBody": { "eventList": events }
        });
        document.to_string().into_bytes()
    }

    #[test]
    fn what_is_right_is_kept_and_what_is_wrong_told_by_its_number() {
        let parts = parts(&document(&[
            event("OBSERVE", 1),
            event("LOSE", 2),
            event("ADD", 3),
        ]));
        let parts = parts.unwrap();
        assert_eq!(parts.document.events.len(), 2);
        assert_eq!(parts.faults.keys().collect::<Vec<_>>(), [&1]);
        let told = told(1, &parts.faults[&1]);
        assert!(
            told["detail"].as_str().unwrap().starts_with("event 1: "),
            "{told}"
        );
    }

    #[test]
    fn an_envelope_that_cannot_be_read_refuses_all() {
        for bytes in [b"{".to_vec(), b"{}".to_vec(), document(&[event("LOSE", 1)])] {
            assert_eq!(parts(&bytes).unwrap_err().code(), Code::Validation);
        }
    }

    #[test]
    fn of_a_single_event_there_is_one() {
        let mut bare = event("OBSERVE", 1);
        bare["@context"] = json!([gs1::epcis::EPCIS_CONTEXT]);
        assert!(single(bare.to_string().as_bytes()).is_ok());
        let two = document(&[event("OBSERVE", 1), event("OBSERVE", 2)]);
        assert_eq!(single(&two).unwrap_err().code(), Code::Validation);
    }
}
