//! EPCIS documents and events: what is accepted is written and read back to the same value.

use gs1::epcis::{Event, parse_document};
use gs1::event_hash::{self, Profile};

use fuzz_frame::Target;

const TOKENS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "\\u0000",
    "\\ud800",
    "\"@context\"",
    "\"type\"",
    "\"epcList\"",
    "\"ilmd\"",
    "\"sensorElementList\"",
    "\"errorDeclaration\"",
    "\"action\":\"ADD\"",
    "\"ObjectEvent\"",
    "\"TransformationEvent\"",
    "\"2026-03-01T02:00:00.000-05:00\"",
    "\"ext:x\":1",
    "23:59:60",
    ".9996",
];

pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "epcis_event",
        seeds: &[OBJECT, SENSOR],
        dictionary: TOKENS,
        run: event,
    },
    Target {
        name: "epcis_document",
        seeds: &[DOCUMENT],
        dictionary: TOKENS,
        run: document,
    },
    Target {
        name: "event_hash",
        seeds: &[DOCUMENT, OBJECT, SENSOR],
        dictionary: TOKENS,
        run: hash,
    },
];

/// One of each, for targets that need an event.
pub(crate) const SAMPLES: [&[u8]; 3] = [OBJECT, SENSOR, DOCUMENT];

const OBJECT: &[u8] = br#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",{"ext":"https://example.com/ext/"}],"type":"ObjectEvent","eventTime":"2026-03-01T02:00:00.000-05:00","eventTimeZoneOffset":"-05:00","action":"ADD","epcList":["urn:epc:id:sgtin:9506000.013435.1"],"bizStep":"commissioning","disposition":"active","readPoint":{"id":"urn:epc:id:sgln:9520123.45678.L1"},"ilmd":{"cbvmda:lotNumber":"LE850"},"ext:a":{"ext:b":[1,"two"]}}"#;
const SENSOR: &[u8] = br#"{"@context":"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld","type":"ObjectEvent","eventTime":"2026-03-01T07:00:00Z","eventTimeZoneOffset":"+00:00","action":"OBSERVE","epcList":[],"readPoint":{"id":"urn:epc:id:sgln:9520123.45678.L1"},"sensorElementList":[{"sensorMetadata":{"time":"2026-03-01T07:00:00Z"},"sensorReport":[{"type":"Temperature","value":26.2,"uom":"CEL"}]}]}"#;
const DOCUMENT: &[u8] = br#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-03-01T07:00:00Z","epcisBody":{"eventList":[{"type":"AggregationEvent","eventTime":"2026-03-01T07:00:00Z","eventTimeZoneOffset":"+00:00","action":"ADD","parentID":"urn:epc:id:sscc:952012.03456789123","childEPCs":["urn:epc:id:sgtin:9506000.013435.1"]}]}}"#;

fn event(input: &[u8]) -> bool {
    let Ok(event) = Event::from_canonical(input) else {
        return false;
    };
    round_trip(&event);
    true
}

fn document(input: &[u8]) -> bool {
    let Ok(document) = parse_document(input) else {
        return false;
    };
    document.events.iter().for_each(round_trip);
    true
}

fn round_trip(event: &Event) {
    let canonical = event.canonical_json();
    let again = Event::from_canonical(&canonical).expect("canonical bytes are read");
    assert_eq!(&again, event);
    assert_eq!(*again, **event);
    assert_eq!(again.canonical_json(), canonical);
}

fn hash(input: &[u8]) -> bool {
    let Ok(texts) = event_hash::document_pre_hashes(input, Profile::Cbv20) else {
        return false;
    };
    // What the strict reader takes too has the same name there.
    if let Ok(document) = parse_document(input) {
        let read = document.events.iter();
        let strict: Vec<String> = read
            .map(|event| event_hash::pre_hash(event, Profile::Cbv20))
            .collect();
        assert_eq!(texts, strict);
    }
    for profile in Profile::ALL {
        assert!(event_hash::document(input, profile).is_ok());
    }
    true
}
