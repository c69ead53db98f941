//! What is written is valid, and says the same when it is read.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::super::translate::CbvFormat;
use super::super::super::{Document, Target, convert, parse_document, validate};
use super::super::{Loss, Version, parse, schema_problems, write};

const VERSIONS: [Version; 2] = [Version::V1_2, Version::V2_0];

fn document(own: &Value) -> Document {
    let mut event = json!({
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T07:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "ADD",
        "epcList": ["https://id.gs1.org/01/09506000134352/21/1"],
    });
    for (name, value) in own.as_object().expect("members") {
        event[name] = value.clone();
    }
    let json = json!({
        "@context": [super::super::super::EPCIS_CONTEXT, {"x": "http://x.example/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T07:00:00Z",
        "epcisBody": {"eventList": [event]},
    });
    parse_document(json.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e:#?}"))
}

/// Writes, checks against the schema, reads again: the event without context, and the losses.
fn there_and_back(document: &Document, version: Version) -> (Value, Vec<Loss>) {
    let (bytes, losses) = write(document, version, CbvFormat::default());
    let text = String::from_utf8_lossy(&bytes);
    let problems = schema_problems(&bytes);
    assert!(problems.is_empty(), "{problems:#?}\n{text}");
    let again = parse(&bytes).unwrap_or_else(|e| panic!("{e:#?}\n{text}"));
    (bare(&again), losses)
}

fn bare(document: &Document) -> Value {
    let mut json = document.events.first().expect("an event").to_json();
    json.as_object_mut().expect("an object").remove("@context");
    json
}

#[test]
fn values_of_json_survive_xml() {
    let rows = [
        json!({"x:a": "text"}),
        json!({"x:a": ""}),
        json!({"x:a": " \n padded\t "}),
        json!({"x:a": "a<b>&\"']]>\r\n\u{e9}\u{1f48a}"}),
        json!({"x:a": "2026-03-01"}),
        json!({"x:a": 10, "x:b": 2.5, "x:c": true, "x:d": null, "x:e": -1}),
        json!({"x:a": [1, "two", {"b": "3"}, false]}),
        json!({"x:a": {"@type": "xsd:date", "@value": "2026-03-01"}}),
        json!({"x:a": {"@value": "3.5", "@attributes": {"u": "a\"<\n", "x:v": "1"}}}),
        json!({"x:a": {"b": {"c": {"x:d": ["1", "2"]}}, "@attributes": {"u": "1"}}}),
        json!({"ilmd": {"cbvmda:lotNumber": "A1", "x:weight": 3.5}}),
        json!({"readPoint": {"id": "urn:epc:id:sgln:9521141.12345.0", "x:a": "1"}}),
        json!({"bizStep": "https://x.example/step", "disposition": "active"}),
        json!({"quantityList": [{
            "epcClass": "https://id.gs1.org/01/09506000134352", "quantity": 200.5, "uom": "KGM"}]}),
        json!({"sensorElementList": [{"sensorReport": [{
            "type": "Temperature", "value": -2.5, "uom": "CEL", "x:a": "b",
            "component": "x", "exception": "ALARM_CONDITION", "booleanValue": false}]}]}),
        json!({"persistentDisposition": {"set": ["damaged"], "unset": ["active"]}}),
        json!({"errorDeclaration": {"declarationTime": "2026-03-02T07:00:00Z",
            "reason": "did_not_occur", "correctiveEventIDs": ["urn:uuid:1"], "x:a": "1"}}),
        json!({"certificationInfo": "https://x.example/certificate"}),
    ];
    for own in rows {
        let document = document(&own);
        for version in VERSIONS {
            let (again, losses) = there_and_back(&document, version);
            assert_eq!(again, bare(&document), "{version:?}");
            assert!(losses.is_empty(), "{own} {version:?}: {losses:#?}");
        }
    }
}

#[test]
fn what_xml_cannot_say_is_told() {
    let rows = [
        (json!({"x:a": [1]}), "array of 1"),
        (json!({"x:a": []}), "array of 0"),
        (json!({"x:a": [[1, 2], 3]}), "array in an array"),
        (json!({"x:a": {}}), "without members"),
        (json!({"x:a": "\u{1}"}), "character"),
        (json!({"x:a": {"not a name": 1}}), "no xml name"),
        (json!({"x:1": 1}), "no xml name"),
        (
            json!({"certificationInfo": ["https://a.example", "https://b.example"]}),
            "room for one",
        ),
        (json!({"sourceList": []}), "empty list"),
        (
            json!({"sensorElementList": [{"sensorReport": [
                {"type": "Temperature", "x:a": {"b": 1}}]}]}),
            "attribute",
        ),
        (
            json!({"@context": ["https://x.example/context.jsonld"]}),
            "context",
        ),
        (
            json!({"x:a": {"@value": "1", "@language": "en"}}),
            "@language",
        ),
    ];
    for (own, part) in rows {
        let document = document(&own);
        for version in VERSIONS {
            let (_, losses) = there_and_back(&document, version);
            let told = losses.iter().any(|loss| loss.to_string().contains(part));
            assert!(told, "{own} {version:?}: {losses:#?}");
        }
    }
}

#[test]
fn a_prefix_means_its_namespace_also_where_two_events_differ() {
    let event = |namespace: &str| {
        json!({
            "@context": {"x": namespace},
            "type": "ObjectEvent",
            "eventTime": "2026-03-01T07:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "action": "ADD",
            "epcList": ["https://id.gs1.org/01/09506000134352/21/1"],
            "x:a": "x:term",
            "http://y.example/ns#b": "1",
        })
    };
    let json = json!({
        "@context": [super::super::super::EPCIS_CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T07:00:00Z",
        "epcisBody": {"eventList": [event("http://one.example/"), event("http://two.example/")]},
    });
    let converted =
        convert(json.to_string().as_bytes(), Target::Xml(Version::V2_0)).expect("it is read");
    let again = parse(&converted.bytes).expect("it is read");
    for (event, namespace) in again
        .events
        .iter()
        .zip(["http://one.example/", "http://two.example/"])
    {
        assert!(
            event.extension(&format!("{namespace}a")).is_some(),
            "{namespace}"
        );
        assert!(event.extension("http://y.example/ns#b").is_some());
    }
}

#[test]
fn every_form_becomes_every_other() {
    let start = document(&json!({"x:a": 1, "bizStep": "packing"}))
        .to_json()
        .to_string();
    let targets = [
        Target::Json,
        Target::Xml(Version::V2_0),
        Target::Xml(Version::V1_2),
    ];
    for first in targets {
        let once = convert(start.as_bytes(), first).expect("it is read").bytes;
        assert!(
            validate(&once).accepted && validate(&once).schema_valid,
            "{first:?}"
        );
        for second in targets {
            let twice = convert(&once, second).expect("it is read").bytes;
            let back = convert(&twice, Target::Json).expect("it is read").bytes;
            let back = parse_document(&back).expect("it is json");
            let wanted = parse_document(start.as_bytes()).expect("it is json");
            assert_eq!(bare(&back), bare(&wanted), "{first:?} {second:?}");
        }
    }
    assert_eq!(Target::parse("xml1.2"), Some(Target::Xml(Version::V1_2)));
    assert_eq!(Target::parse("XML"), None);
}

/// Values that extensions may have.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Value::from),
        "[ \t\n\r<>&\"'a]{0,8}".prop_map(Value::from),
        (-1_000_000_i64..1_000_000).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        (-1000_i32..1000).prop_map(|n| json!(f64::from(n) / 8.0)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("(x:)?[a-z\u{e9}][a-z0-9.-]{0,5}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_extension_is_written_validly_and_kept_unless_told(value in value()) {
        let document = document(&json!({"x:a": value}));
        for version in VERSIONS {
            let (again, losses) = there_and_back(&document, version);
            if losses.is_empty() {
                prop_assert_eq!(&again, &bare(&document));
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _verdict = validate(text.as_bytes());
        let _verdict = validate(super::with(&text).as_bytes());
        let _verdict = validate(super::with(&format!("<x:a>{text}</x:a>")).as_bytes());
    }
}
