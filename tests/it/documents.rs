//! Real EPCIS 2.0 documents of others (read from beside the checkout): every valid one is captured
//! whole and every event of it is found again by query; every invalid one is refused with the
//! place of each error.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::fixtures::shared;
use tests::http::{Client, segment};
use tests::site::Site;

fn json_files(dir: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(dir)
        .expect("a folder")
        .filter_map(Result::ok)
        .collect();
    entries.sort_by_key(fs::DirEntry::path);
    for path in entries.iter().map(fs::DirEntry::path) {
        if path.is_dir() {
            json_files(&path, found);
        } else if path
            .extension()
            .is_some_and(|end| end == "json" || end == "jsonld")
        {
            found.push(path);
        }
    }
}

fn events(document: &Value) -> Vec<&Value> {
    for pointer in [
        "/epcisBody/eventList",
        "/epcisBody/queryResults/resultsBody/eventList",
    ] {
        if let Some(list) = document.pointer(pointer).and_then(Value::as_array) {
            return list.iter().collect();
        }
    }
    if document.get("eventTime").is_some() {
        vec![document]
    } else {
        Vec::new()
    }
}

/// Whether the slice's interface takes this document: events only, of the two types it promises.
fn covered(document: &Value) -> bool {
    let list = events(document);
    !list.is_empty()
        && list.iter().all(|event| {
            matches!(
                event["type"].as_str(),
                Some("ObjectEvent" | "AggregationEvent")
            )
        })
}

#[test]
fn valid_documents_are_captured_and_every_event_is_found_again() {
    let Some(base) = shared("epcis/documents") else {
        return;
    };
    let verdicts = fs::read(base.join("validity-json-schema.json")).expect("the verdicts");
    let verdicts: Value = serde_json::from_slice(&verdicts).expect("JSON");
    let site = Site::fresh();
    let mut files = Vec::new();
    json_files(&base, &mut files);
    let (mut captured, mut skipped) = (0, BTreeMap::<&str, usize>::new());
    for file in &files {
        let name = file
            .strip_prefix(&base)
            .expect("below")
            .to_string_lossy()
            .into_owned();
        let Ok(document) = serde_json::from_slice::<Value>(&fs::read(file).expect("a file")) else {
            continue;
        };
        if !covered(&document) {
            *skipped.entry("other event types or no events").or_default() += 1;
        } else if !is_valid(&verdicts, &name) {
            *skipped
                .entry("invalid by the standard's schema")
                .or_default() += 1;
        } else {
            capture(&site.admin, &name, &document);
            captured += 1;
        }
    }
    eprintln!(
        "captured {captured} of {} files, left out: {skipped:?}",
        files.len()
    );
    assert!(captured >= 15, "only {captured} documents were captured");
}

/// The standard's own schema's verdict on a file.
fn is_valid(verdicts: &Value, name: &str) -> bool {
    verdicts[format!("documents/{name}")]["gs1_json_schema_valid"] == true
}

fn capture(client: &Client, name: &str, document: &Value) {
    let answer = client.post("/epcis/capture", document);
    assert_eq!(answer.status, 202, "{name}: {}", answer.text());
    let job = answer.location.expect("a capture names its job");
    let path = job
        .find("/epcis/")
        .map_or(job.as_str(), |at| &job[at..])
        .to_owned();
    let job = client.get(&path).expect(200).json();
    assert_eq!(job["success"], true, "{name}: {job:#}");
    for event in events(document) {
        found_again(client, name, event);
    }
}

/// By its id where it has one, and by an EPC, a parent or its exact time.
fn found_again(client: &Client, name: &str, event: &Value) {
    if let Some(id) = event["eventID"].as_str() {
        let path = format!("/epcis/events/{}", segment(id));
        let answer = client.get(&path).expect(200).json();
        assert!(
            holds(&answer, event),
            "{name}: {id} came back changed: {answer:#}"
        );
    }
    let first = |field: &str| event[field].as_array()?.first()?.as_str();
    let query = if let Some(epc) = first("epcList").or_else(|| first("childEPCs")) {
        format!("MATCH_anyEPC={}", segment(epc))
    } else if let Some(parent) = event["parentID"].as_str() {
        format!("MATCH_parentID={}", segment(parent))
    } else {
        format!(
            "GE_eventTime={}",
            segment(event["eventTime"].as_str().expect("a time"))
        )
    };
    let answer = client
        .get(&format!("/epcis/events?{query}&perPage=1000"))
        .expect(200)
        .json();
    assert!(holds(&answer, event), "{name}: not found by {query}");
}

/// Whether the answer holds an event with every field of the captured one.
fn holds(answer: &Value, wanted: &Value) -> bool {
    let wanted = wanted.as_object().expect("an event");
    events(answer).iter().any(|event| {
        wanted
            .iter()
            .filter(|(field, _)| *field != "recordTime" && *field != "@context")
            .all(|(field, value)| event.get(field).is_some_and(|found| same(found, value)))
    })
}

/// Equality of JSON in which 26.0 and 26 are one number, as in canonical JSON.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, one)| other.get(key).is_some_and(|it| same(one, it)))
        }
        _ => one == other,
    }
}

#[test]
fn invalid_documents_are_refused_with_the_place_of_the_error() {
    let Some(base) = shared("epcis/documents/openepcis/2.0/EPCIS/JSON/Capture/Invalid") else {
        return;
    };
    let site = Site::fresh();
    let mut files = Vec::new();
    json_files(&base, &mut files);
    assert!(!files.is_empty());
    for file in files {
        let bytes = fs::read(&file).expect("a file");
        let answer = site
            .admin
            .post_bytes("/epcis/capture", "application/json", &bytes);
        let text = answer.text();
        assert_eq!(answer.status, 400, "{}: {text}", file.display());
        assert!(
            text.contains("/epcisBody/eventList/"),
            "{} names no place: {text}",
            file.display()
        );
    }
}
