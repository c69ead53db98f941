//! Identifiers and terms in the spelling that was asked for, wherever an event has them.

use serde_json::{Value, json};

use super::{CbvFormat, EpcFormat, epc_format, vocabulary};
use crate::Epc;
use crate::epcis::{EPCIS_CONTEXT, Event};

fn event() -> Event {
    let json = json!({
        "@context": [EPCIS_CONTEXT],
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T07:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "ADD",
        "epcList": ["urn:epc:id:sgtin:9506000.013435.32a%2Fb", "urn:uuid:1"],
        "quantityList": [{"epcClass": "urn:epc:class:lgtin:9506000.013435.A1", "quantity": 1}],
        "readPoint": {"id": "urn:epc:id:sgln:9521141.12345.0"},
        "bizLocation": {"id": "urn:epc:id:sgln:9521141.12345.5"},
        "bizTransactionList": [{"type": "po", "bizTransaction": "urn:epc:id:gdti:9521141.12345.1"}],
        "sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:9521141.12345"}],
        "destinationList": [{"type": "location", "destination": "urn:epc:id:sgln:9521141.12345.0"}],
        "sensorElementList": [{
            "sensorMetadata": {"deviceID": "urn:epc:id:giai:9521141.1"},
            "sensorReport": [{"type": "Temperature", "deviceID": "urn:epc:id:giai:9521141.2"}],
        }],
    });
    Event::from_json(&json).unwrap_or_else(|e| panic!("{e:#?}"))
}

fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(map) => map.values().for_each(|item| strings(item, found)),
        _ => {}
    }
}

fn identifiers(event: &Event, start: &str) -> usize {
    let mut found = Vec::new();
    strings(&event.to_json(), &mut found);
    found.iter().filter(|text| text.starts_with(start)).count()
}

#[test]
fn every_identifier_is_translated_and_back() {
    let urns = event();
    let seven = |_: &Epc| Some(7);
    let (links, left) = epc_format(&urns, EpcFormat::AlwaysDigitalLink, &seven).expect("an event");
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(identifiers(&links, "https://id.gs1.org/"), 9);
    assert_eq!(identifiers(&links, "urn:epc:"), 0);
    assert_eq!(identifiers(&links, "urn:uuid:"), 1);
    assert_eq!(links.epcs(), urns.epcs());
    assert_eq!(links.read_point, urns.read_point);
    let (back, left) = epc_format(&links, EpcFormat::AlwaysUrn, &seven).expect("an event");
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(back, urns);
    for format in [EpcFormat::NoPreference, EpcFormat::NeverTranslates] {
        assert_eq!(
            epc_format(&links, format, &seven).expect("an event").0,
            links
        );
    }
}

#[test]
fn an_unknown_company_prefix_leaves_the_link_and_says_so() {
    let seven = |_: &Epc| Some(7);
    let (links, _) = epc_format(&event(), EpcFormat::AlwaysDigitalLink, &seven).expect("an event");
    let nobody_knows = |_: &Epc| None;
    let (same, left) = epc_format(&links, EpcFormat::AlwaysUrn, &nobody_knows).expect("an event");
    assert_eq!(same, links);
    assert_eq!(left.len(), 9);
    assert!(
        left.iter()
            .any(|one| one.pointer == "/sensorElementList/0/sensorReport/0/deviceID")
    );
    let too_long = |_: &Epc| Some(12);
    let (_, left) = epc_format(&links, EpcFormat::AlwaysUrn, &too_long).expect("an event");
    assert!(
        left.iter()
            .all(|one| one.to_string().contains("stays a digital link"))
    );
}

#[test]
fn header_values() {
    for (text, format) in [
        ("No_Preference", EpcFormat::NoPreference),
        ("Always_GS1_Digital_Link", EpcFormat::AlwaysDigitalLink),
        ("Always_EPC_URN", EpcFormat::AlwaysUrn),
        ("Never_Translates", EpcFormat::NeverTranslates),
    ] {
        assert_eq!(EpcFormat::parse(text), Some(format));
        assert_eq!(format.as_str(), text);
    }
    assert_eq!(EpcFormat::parse("always_epc_urn"), None);
    assert_eq!(
        CbvFormat::parse("Always_Web_URI"),
        Some(CbvFormat::AlwaysWebUri)
    );
    assert_eq!(CbvFormat::parse("Always_EPC_URN"), None);
}

#[test]
fn terms_as_uris() {
    let rows = [
        (
            CbvFormat::NoPreference,
            "packing",
            "urn:epcglobal:cbv:bizstep:packing",
        ),
        (
            CbvFormat::AlwaysUrn,
            "https://ref.gs1.org/cbv/BizStep-packing",
            "urn:epcglobal:cbv:bizstep:packing",
        ),
        (
            CbvFormat::AlwaysWebUri,
            "packing",
            "https://ref.gs1.org/cbv/BizStep-packing",
        ),
        (
            CbvFormat::NeverTranslates,
            "https://ref.gs1.org/cbv/BizStep-packing",
            "https://ref.gs1.org/cbv/BizStep-packing",
        ),
        (
            CbvFormat::AlwaysUrn,
            "https://x.example/step",
            "https://x.example/step",
        ),
    ];
    for (format, term, uri) in rows {
        assert_eq!(format.spell(vocabulary::BIZ_STEP, term), uri);
    }
    let type_ = CbvFormat::AlwaysWebUri.spell(vocabulary::MEASUREMENT, "Temperature");
    assert_eq!(type_, "https://gs1.org/voc/Temperature");
}
