//! What the hash covers and what it does not, by profile; and that a name is the same however an
//! event is written.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{DocumentError, Profile, document, document_pre_hashes, of, pre_hash};
use crate::epcis::{EPCIS_CONTEXT, Event};

fn event() -> Value {
    json!({
        "@context": [EPCIS_CONTEXT, { "x": "https://x.example/" }],
        "type": "ObjectEvent",
        "eventTime": "2020-03-04T11:00:30.9996+01:00",
        "eventTimeZoneOffset": "+01:00",
        "action": "ADD",
        "epcList": ["urn:epc:id:sgtin:4012345.011111.2", "urn:epc:id:sgtin:4012345.011111.10"],
        "bizStep": "commissioning",
        "readPoint": { "id": "urn:epc:id:sgln:4012345.00011.0", "x:aisle": 7.0 },
        "sourceList": [{ "type": "location", "source": "urn:epc:id:sgln:4012345.00011.0" }],
        "ilmd": { "cbvmda:lotNumber": "00123", "x:b": { "x:c": [2, "1", true] } },
        "x:top": { "x:in": "  padded  ", "x:empty": [], "x:nothing": null },
    })
}

fn texts(event: &Value, profile: Profile) -> Vec<String> {
    document_pre_hashes(event.to_string().as_bytes(), profile).unwrap()
}

fn text(event: &Value, profile: Profile) -> String {
    texts(event, profile).remove(0)
}

const HEAD: &str = "eventType=ObjectEventeventTime=2020-03-04T10:00:31.000Z\
    eventTimeZoneOffset=+01:00epcListepc=https://id.gs1.org/01/04012345111118/21/10\
    epc=https://id.gs1.org/01/04012345111118/21/2action=ADD\
    bizStep=https://ref.gs1.org/cbv/BizStep-commissioning\
    readPointid=https://id.gs1.org/414/4012345000115";
const SOURCE: &str = "sourceListtype=https://ref.gs1.org/cbv/SDT-location\
    source=https://id.gs1.org/414/4012345000115";

#[test]
fn an_event_of_an_xml_document_has_a_name_before_the_document_is_valid() {
    // No name of a query, a unit named twice, a GRAI without the zero that (8003) begins with.
    let document = |epcs: &str| {
        format!(
            "<q:EPCISQueryDocument xmlns:q='urn:epcglobal:epcis-query:xsd:2' schemaVersion='2.0' \
             creationDate='2020-03-04T11:00:00Z'><EPCISBody><q:QueryResults><resultsBody>\
             <EventList><ObjectEvent><eventTime>2020-03-04T10:00:31Z</eventTime>\
             <eventTimeZoneOffset>+01:00</eventTimeZoneOffset><epcList>{epcs}</epcList>\
             <action>ADD</action></ObjectEvent></EventList></resultsBody></q:QueryResults>\
             </EPCISBody></q:EPCISQueryDocument>"
        )
    };
    let unit = "<epc>urn:epc:id:sgtin:4012345.011111.2</epc>";
    let asset = "<epc>https://a.example/x/8003/952012200000001004?y=1</epc>";
    let link = "epc=https://id.gs1.org/01/04012345111118/21/2";
    let rows = [
        (unit.to_owned(), link.to_owned()),
        (unit.repeat(2), link.repeat(2)),
        (
            asset.to_owned(),
            "epc=https://id.gs1.org/8003/952012200000001004".to_owned(),
        ),
    ];
    for (epcs, expected) in rows {
        let texts = document_pre_hashes(document(&epcs).as_bytes(), Profile::Cbv20).unwrap();
        let wanted = format!(
            "eventType=ObjectEventeventTime=2020-03-04T10:00:31.000ZeventTimeZoneOffset=+01:00\
             epcList{expected}action=ADD"
        );
        assert_eq!(texts, [wanted], "{epcs}");
    }
    let error = document_pre_hashes(b"<a/>", Profile::Cbv20).unwrap_err();
    assert!(matches!(error, DocumentError::Xml(_)), "{error}");
}

#[test]
fn every_profile_has_its_order() {
    let ilmd = "ilmd{https://x.example/}b{https://x.example/}c=1{https://x.example/}c=2\
        {https://x.example/}c=true{urn:epcglobal:cbv:mda:}lotNumber=123";
    let top = "{https://x.example/}top{https://x.example/}in=padded";
    let aisle = "{https://x.example/}aisle=7";
    let rows = [
        (Profile::Cbv20, format!("{HEAD}{aisle}{SOURCE}{ilmd}{top}")),
        (Profile::Cbv21, format!("{HEAD}{aisle}{SOURCE}{ilmd}{top}")),
        (
            Profile::Python19,
            format!(
                "{HEAD}{aisle}{}{SOURCE}{top}",
                ilmd.replace("=true", "=True")
            ),
        ),
    ];
    for (profile, expected) in rows {
        assert_eq!(text(&event(), profile), expected, "{profile}");
    }
}

#[test]
fn the_name_is_a_uri_with_the_version() {
    let mut json = event();
    json["bizStep"] = json!("commissioning");
    let event = Event::from_json(&json).unwrap();
    for profile in Profile::ALL {
        let name = of(&event, profile);
        let digest = name.strip_prefix("ni:///sha-256;").unwrap();
        let (hex, version) = digest.split_once("?ver=").unwrap();
        assert!(hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
        assert_eq!(version, profile.version());
        assert_eq!(profile.name().parse(), Ok(profile));
    }
    let error = "cbv1.2".parse::<Profile>().unwrap_err().to_string();
    assert_eq!(
        error,
        "\"cbv1.2\" is no event hash profile, expected cbv2.0, cbv2.1 or python-1.9"
    );
}

#[test]
fn words_in_every_spelling_are_one_word() {
    for spelling in [
        "urn:epcglobal:cbv:bizstep:commissioning",
        "cbv:BizStep-commissioning",
        "https://ref.gs1.org/cbv/BizStep-commissioning",
        "r:BizStep-commissioning",
    ] {
        let mut event = event();
        event["@context"] = json!([{ "x": "https://x.example/", "r": "https://ref.gs1.org/cbv/" }]);
        event["bizStep"] = json!(spelling);
        let expected = text(&self::event(), Profile::Cbv20);
        assert_eq!(text(&event, Profile::Cbv20), expected, "{spelling}");
    }
    let mut event = event();
    event["bizStep"] = json!("flying");
    let prefixed = "bizStep=https://ref.gs1.org/cbv/BizStep-flyingreadPoint";
    assert!(text(&event, Profile::Cbv20).contains(prefixed));
    assert!(text(&event, Profile::Python19).contains("bizStep=flyingreadPoint"));
}

#[test]
fn what_is_outside_the_hash_changes_nothing_and_all_else_does() {
    let changed = |name: &str, value: Value| {
        let mut event = event();
        event[name] = value;
        text(&event, Profile::Cbv20) != text(&self::event(), Profile::Cbv20)
    };
    let error = json!({ "declarationTime": "2021-01-01T00:00:00Z" });
    let rows = [
        ("eventID", json!("urn:uuid:1"), false),
        ("recordTime", json!("2021-01-01T00:00:00Z"), false),
        ("errorDeclaration", error, false),
        ("certificationInfo", json!("https://x.example/cert"), false),
        ("rdfs:comment", json!("words"), false),
        ("quantityList", json!([]), false),
        ("sensorElementList", json!([]), false),
        ("eventTime", json!("2020-03-04T11:00:31+01:00"), false),
        ("eventTime", json!("2020-03-04T11:00:32+01:00"), true),
        ("eventTimeZoneOffset", json!("+02:00"), true),
        ("action", json!("OBSERVE"), true),
        ("disposition", json!("active"), true),
        ("x:other", json!(0), true),
        ("ilmd", json!({}), true),
    ];
    for (name, value, expected) in rows {
        assert_eq!(changed(name, value.clone()), expected, "{name} {value}");
    }
    let mut certified = event();
    certified["certificationInfo"] = json!(["https://x.example/b", "https://x.example/a"]);
    let text = text(&certified, Profile::Python19);
    let order = "certificationInfo=https://x.example/acertificationInfo=https://x.example/b\
        epcList";
    assert!(text.contains(order), "{text}");
}

#[test]
fn numbers_keep_their_digits() {
    let rows = [
        ("1.0", "1"),
        ("12345678901234567891", "12345678901234567891"),
        ("0.10", "0.1"),
        ("1e2", "100"),
        ("2.5E-3", "0.0025"),
        ("-0", "0"),
        ("\"1e2\"", "1e2"),
        ("\"00123456789012345678\"", "123456789012345678"),
    ];
    for (given, expected) in rows {
        let json = event().to_string().replace("7.0", given);
        let text = document_pre_hashes(json.as_bytes(), Profile::Cbv20)
            .unwrap()
            .remove(0);
        assert!(
            text.contains(&format!("}}aisle={expected}sourceList")),
            "{given}: {text}"
        );
    }
}

#[test]
fn a_document_names_its_events_in_order() {
    let mut second = event();
    second["action"] = json!("OBSERVE");
    second.as_object_mut().unwrap().remove("@context");
    let body = json!({ "eventList": [event(), second] });
    let results = json!({ "queryResults": { "queryName": "q", "resultsBody": body } });
    let context = json!([EPCIS_CONTEXT, { "x": "https://x.example/" }]);
    let rows = [
        json!({ "@context": context, "type": "EPCISDocument", "epcisBody": body }),
        json!({ "@context": context, "type": "EPCISQueryDocument", "epcisBody": results }),
    ];
    for row in rows {
        let names = document(row.to_string().as_bytes(), Profile::Cbv20).unwrap();
        assert_eq!(names.len(), 2);
        let mut alone = second.clone();
        alone["@context"] = context.clone();
        let alone = document(alone.to_string().as_bytes(), Profile::Cbv20).unwrap();
        assert_eq!(names.get(1), alone.first());
    }
}

#[test]
fn what_cannot_be_named_is_told() {
    let rows = [
        ("", "reading json: EOF"),
        ("[]", "document: is not a json object"),
        (
            "{\"type\":\"EPCISDocument\"}",
            "/epcisBody/eventList: is not an array",
        ),
        ("{\"type\":\"Event\"}", "/type: is no event type"),
        (
            "{\"type\":\"ObjectEvent\"}",
            "/eventTime: is not a date and time",
        ),
        (
            "{\"type\":\"ObjectEvent\",\"eventTime\":\"yesterday\"}",
            "/eventTime: is not a date",
        ),
        ("{\"a\":1,\"a\":1}", "member \"a\" occurs twice"),
        ("{\"a\":01}", "reading json"),
        ("{\"a\":1.}", "reading json"),
        ("{\"a\":-}", "reading json"),
        ("{\"a\":\"\\", "reading json"),
        ("\u{feff}{", "reading json"),
    ];
    for (text, part) in rows {
        let error = document(text.as_bytes(), Profile::Cbv20)
            .unwrap_err()
            .to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let deep = "[".repeat(40);
    let error = document(deep.as_bytes(), Profile::Cbv20).unwrap_err();
    assert!(
        matches!(error, DocumentError::Limit { max: 32, .. }),
        "{error}"
    );
    assert!(document(&[0xff], Profile::Cbv20).is_err());
}

/// Values as extensions hold them.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e9_f64..1e9).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("x:[a-z]{1,4}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The same JSON with every list turned around.
fn turned(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().rev().map(turned).collect(),
        Value::Object(map) => {
            let keep = |name: &str| name == "@context";
            map.iter()
                .map(|(name, value)| {
                    let value = if keep(name) {
                        value.clone()
                    } else {
                        turned(value)
                    };
                    (name.clone(), value)
                })
                .collect()
        }
        other => other.clone(),
    }
}

/// The same JSON with the prefix `x` of its member names called `other`. Names only: a value that
/// reads like one, as `"x:"` does, stays what it is.
fn renamed(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(renamed).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| {
                let name = match name.strip_prefix('x') {
                    Some(rest) if rest.is_empty() || rest.starts_with(':') => {
                        format!("other{rest}")
                    }
                    _ => name.clone(),
                };
                (name, renamed(value))
            })
            .collect(),
        other => other.clone(),
    }
}

#[test]
fn a_value_like_a_prefixed_name_keeps_its_text() {
    let mut event = event();
    event["x:any"] = json!(["x:", "\"x:", "x", { "x:a": "x:a" }]);
    let renamed = renamed(&event);
    assert_eq!(
        renamed["other:any"],
        json!(["x:", "\"x:", "x", { "other:a": "x:a" }])
    );
    assert_eq!(text(&renamed, Profile::Cbv20), text(&event, Profile::Cbv20));
}

proptest! {
    #[test]
    fn the_order_of_lists_does_not_matter(value in any_json()) {
        let mut event = event();
        event["x:any"] = value;
        for profile in Profile::ALL {
            prop_assert_eq!(text(&turned(&event), profile), text(&event, profile));
        }
    }

    #[test]
    fn the_name_of_a_prefix_does_not_matter(value in any_json()) {
        let mut event = event();
        event["x:any"] = value;
        prop_assert_eq!(text(&renamed(&event), Profile::Cbv20), text(&event, Profile::Cbv20));
    }

    #[test]
    fn an_event_read_has_the_name_of_its_document(value in any_json()) {
        let mut event = event();
        event["x:any"] = value;
        if let Ok(read) = Event::from_json(&event) {
            for profile in Profile::ALL {
                prop_assert_eq!(pre_hash(&read, profile), text(&event, profile));
            }
        }
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(document(&bytes, Profile::Cbv20));
    }
}
