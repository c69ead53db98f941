//! Master data and the other parts of an envelope: read, checked, written back.

use serde_json::{Value, json};

use super::super::{Document, parse_document, validate_json};
use super::{EPCIS_CONTEXT, commissioning};

fn vocabulary_list() -> Value {
    json!([{
        "type": "urn:epcglobal:epcis:vtype:Location",
        "vocabularyElementList": [{
            "id": "urn:epc:id:sgln:9520123.45678.0",
            "attributes": [
                { "id": "ext:name", "attribute": "Warehouse" },
                { "id": "ext:doors", "attribute": 4 },
                { "id": "ext:address", "attribute": { "ext:city": "Bonn", "ext:post": ["a", "b"] } },
                { "id": "ext:nothing" },
            ],
            "children": ["urn:epc:id:sgln:9520123.45678.1"],
        }],
    }])
}

fn whole_document() -> Value {
    let mut event = commissioning();
    event.as_object_mut().unwrap().remove("@context");
    json!({
        "@context": [EPCIS_CONTEXT, { "ext": "https://example.com/ext/" }],
        "id": "ext:document-1",
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T07:00:00.0+00:00",
        "sender": "urn:epc:id:pgln:9520123.45678",
        "receiver": "urn:epc:id:pgln:9520123.45679",
        "instanceIdentifier": "42",
        "ext:signature": { "ext:of": [null, true] },
        "epcisHeader": {
            "epcisMasterData": { "vocabularyList": vocabulary_list() },
            "ext:statement": "legal",
        },
        "epcisBody": { "eventList": [event], "free": 1 },
    })
}

fn read(json: &Value) -> Document {
    parse_document(json.to_string().as_bytes()).unwrap()
}

#[test]
fn an_envelope_is_written_as_it_was_read() {
    let document = read(&whole_document());
    assert_eq!(document.to_json(), whole_document());
    assert_eq!(
        document.header.sender.as_deref(),
        Some("urn:epc:id:pgln:9520123.45678")
    );
    // A time that was changed is written anew.
    let mut later = document;
    later.header.creation_date_ms = Some(0);
    assert_eq!(later.to_json()["creationDate"], "1970-01-01T00:00:00.000Z");

    let query = json!({
        "@context": EPCIS_CONTEXT,
        "type": "EPCISQueryDocument",
        "epcisBody": {
            "ext:a": 1,
            "queryResults": {
                "queryName": "SimpleMasterDataQuery",
                "subscriptionID": "s1",
                "ext:b": 2,
                "resultsBody": {
                    "eventList": [],
                    "vocabularyList": vocabulary_list(),
                    "ext:c": 3,
                },
            },
        },
    });
    let document = read(&query);
    assert_eq!(document.to_json(), query);
    assert_eq!(document.header.vocabularies().len(), 1);
    // Events of another context keep it.
    let mut mixed = document;
    mixed.events = read(&whole_document()).events;
    let pointer = "/epcisBody/queryResults/resultsBody/eventList/0/@context";
    assert!(mixed.to_json().pointer(pointer).is_some());
}

#[test]
fn vocabularies_are_typed() {
    let vocabularies = read(&whole_document()).header.vocabularies();
    let element = &vocabularies[0].elements[0];
    assert_eq!(vocabularies[0].type_, "urn:epcglobal:epcis:vtype:Location");
    assert_eq!(element.children, ["urn:epc:id:sgln:9520123.45678.1"]);
    let ids: Vec<&str> = element
        .attributes
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(ids[0], "https://example.com/ext/name");
    assert_eq!(element.attributes[1].value, Some(json!(4)));
    assert_eq!(
        element.attributes[2].value.as_ref().unwrap()["ext:city"],
        "Bonn"
    );
    assert_eq!(element.attributes[3].value, None);
}

#[test]
fn master_data_are_checked() {
    const DATA: &str = "/epcisHeader/epcisMasterData";
    const ELEMENT: &str = "/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList/0";
    // Where | what stands there instead | where the problem is.
    let rows = [
        ("/epcisHeader", json!([]), ""),
        (DATA, json!("x"), ""),
        (DATA, json!({ "vocabularyList": {} }), "/vocabularyList"),
        (DATA, json!({ "vocabularyList": [{}] }), "/vocabularyList/0"),
        (
            DATA,
            json!({ "vocabularyList": [{ "type": "x" }] }),
            "/vocabularyList/0/type",
        ),
        (ELEMENT, json!({}), ""),
        (
            ELEMENT,
            json!({ "id": "urn:x:y", "children": ["x"] }),
            "/children/0",
        ),
        (
            ELEMENT,
            json!({ "id": "urn:x:y", "attributes": [{}] }),
            "/attributes/0",
        ),
        (
            ELEMENT,
            json!({ "id": "urn:x:y", "attributes": [{ "id": "urn:a:b", "attribute": true }] }),
            "/attributes/0/attribute",
        ),
    ];
    for (place, value, at) in rows {
        let mut document = whole_document();
        *document.pointer_mut(place).unwrap() = value.clone();
        let found = validate_json(document.to_string().as_bytes());
        let pointer = format!("{place}{at}");
        assert!(!found.schema_valid, "{place}: {value}");
        assert!(
            found.problems.iter().any(|one| one.pointer == pointer),
            "{found:#?}"
        );
    }
}
