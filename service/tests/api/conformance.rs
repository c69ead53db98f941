//! What the draft conformance requirements of EPCIS 2.0 (TCR-53, TCR-54) ask of an event repository
//! beyond the schema: sensor values are compared across units, attributes of sensor elements and of
//! their reports are searched together, documents that give one at both levels and associations
//! that say nothing are refused.
use serde_json::{Value, json};
use service::auth::Role;
use service::client::segment;

use crate::lab::{Lab, NOW_MS, document, place};

const READER: &str = "https://id.gs1.org/8004/9506000134352A";
const OTHER: &str = "https://id.gs1.org/8004/9506000134352B";

/// An observation with a sensor element, its metadata and one report.
fn measured(name: &str, metadata: &Value, report: &Value) -> Value {
    let place = place(crate::lab::MAKER).canonical();
    json!({
        "type": "ObjectEvent",
        "eventID": format!("urn:test:{name}"),
        "eventTime": chrono::DateTime::from_timestamp_millis(NOW_MS).unwrap().to_rfc3339(),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": { "id": place },
        "sensorElementList": [{ "sensorMetadata": metadata, "sensorReport": [report] }],
    })
}

fn found(lab: &Lab, query: &str) -> Vec<String> {
    let path = format!("/epcis/events?{query}");
    let events = lab.get(Role::Admin, &path).expect(200).events();
    let id = |event: &Value| event["eventID"].as_str().unwrap().replace("urn:test:", "");
    events.iter().map(id).collect()
}

#[test]
fn a_query_in_one_unit_finds_what_was_measured_in_another() {
    let lab = Lab::new();
    let report =
        |value: f64, unit: &str| json!({ "type": "Temperature", "value": value, "uom": unit });
    let events = [
        measured("celsius", &json!({}), &report(26.0, "CEL")),
        measured("kelvin", &json!({}), &report(299.15, "KEL")),
        measured("fahrenheit", &json!({}), &report(78.8, "FAH")),
        measured("cold", &json!({}), &report(5.0, "CEL")),
        measured(
            "grams",
            &json!({}),
            &json!({ "type": "Mass", "value": 300, "uom": "GRM" }),
        ),
    ];
    lab.capture(Role::Admin, &events).expect(202);
    let warm = ["celsius", "kelvin", "fahrenheit"];
    for query in [
        "GE_value_KEL=299",
        "EQ_value_KEL=299.15",
        "EQ_value_CEL=26",
        "GT_value_FAH=70",
        "GE_value_CEL=26",
    ] {
        assert_eq!(found(&lab, query), warm, "{query}");
    }
    assert_eq!(found(&lab, "LE_value_KEL=280"), ["cold"]);
    assert_eq!(found(&lab, "EQ_value_KGM=0.3"), ["grams"]);
    assert_eq!(found(&lab, "LT_value_KEL=1"), [""; 0]);
}

#[test]
fn attributes_of_an_element_and_of_its_reports_are_searched_together() {
    let lab = Lab::new();
    let with = |name: &str, value: &str| json!({ name: value });
    let mut events = Vec::new();
    for (name, yes, no) in [
        ("deviceID", READER, OTHER),
        (
            "dataProcessingMethod",
            "https://example.com/253/a",
            "https://example.com/253/b",
        ),
        (
            "bizRules",
            "https://example.com/rules/a",
            "https://example.com/rules/b",
        ),
    ] {
        let report = |own: Value| {
            let mut report = json!({ "type": "Temperature", "value": 5, "uom": "CEL" });
            report
                .as_object_mut()
                .unwrap()
                .extend(own.as_object().unwrap().clone());
            report
        };
        events.push(measured(
            &format!("{name}-element"),
            &with(name, yes),
            &report(json!({})),
        ));
        events.push(measured(
            &format!("{name}-neither"),
            &with(name, no),
            &report(json!({})),
        ));
        // The standard has business rules for the element only.
        if name != "bizRules" {
            events.push(measured(
                &format!("{name}-report"),
                &json!({}),
                &report(with(name, yes)),
            ));
        }
    }
    lab.capture(Role::Admin, &events).expect(202);
    for (name, value) in [
        ("deviceID", READER),
        ("dataProcessingMethod", "https://example.com/253/a"),
        ("bizRules", "https://example.com/rules/a"),
    ] {
        let mut wanted = vec![format!("{name}-element")];
        if name != "bizRules" {
            wanted.push(format!("{name}-report"));
        }
        let query = format!("EQ_{name}={}", segment(value));
        assert_eq!(found(&lab, &query), wanted, "{query}");
    }
}

#[test]
fn one_attribute_at_both_levels_is_refused_where_nothing_is_tolerated() {
    let lab = Lab::new();
    let report = json!({ "type": "Temperature", "value": 5, "uom": "CEL", "deviceID": OTHER });
    let both = document(&[measured("both", &json!({ "deviceID": READER }), &report)]).to_string();
    let send = |path: &str, prefer: &str| {
        let headers = [("Content-Type", "application/json"), ("Prefer", prefer)];
        lab.ask(Role::Admin, ("POST", path), &headers, both.as_bytes())
    };
    for path in ["/epcis/capture", "/epcis/events"] {
        let problem = send(path, "handling=strict").expect(400).json();
        assert_eq!(problem["type"], "epcisException:ValidationException");
        let place = problem["errors"][0]["pointer"].as_str().unwrap();
        assert!(
            place.starts_with("/epcisBody/eventList/0/sensorElementList/0"),
            "{place}"
        );
    }
    assert_eq!(found(&lab, "").len(), 0);
    // Documents of GS1's own do it: they are taken where nobody asks for the letter.
    send("/epcis/capture", "handling=lenient").expect(202);
    assert_eq!(found(&lab, ""), ["both"]);
    let good = json!({ "type": "Temperature", "value": 5, "uom": "CEL" });
    let good = document(&[measured("good", &json!({ "deviceID": READER }), &good)]).to_string();
    let headers = [
        ("Content-Type", "application/json"),
        ("Prefer", "handling=strict"),
    ];
    let answer = lab.ask(
        Role::Admin,
        ("POST", "/epcis/capture"),
        &headers,
        good.as_bytes(),
    );
    assert_eq!(
        answer.expect(202).headers["preference-applied"],
        "handling=strict"
    );
}

#[test]
fn an_association_without_parent_or_children_is_refused() {
    let lab = Lab::new();
    let whole = json!({
        "type": "AssociationEvent",
        "eventID": "urn:test:association",
        "eventTime": "2026-11-21T08:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "action": "ADD",
        "parentID": READER,
        "childEPCs": [OTHER],
    });
    let without = |name: &str, action: &str| {
        let mut event = whole.clone();
        event["action"] = json!(action);
        event.as_object_mut().unwrap().remove(name);
        event
    };
    for event in [
        without("parentID", "ADD"),
        without("parentID", "DELETE"),
        without("childEPCs", "ADD"),
        without("childEPCs", "OBSERVE"),
    ] {
        let problem = lab.capture(Role::Admin, &[event]).expect(400).json();
        assert_eq!(problem["type"], "epcisException:ValidationException");
    }
    // All children leave their parent: that needs none named.
    lab.capture(Role::Admin, &[without("childEPCs", "DELETE")])
        .expect(202);
    lab.capture(Role::Admin, &[whole]).expect(202);
}
