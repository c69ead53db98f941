//! What a thing was made from and what was made from it, across transformations: both directions,
//! bounded, circles included, and only as far as the caller sees.
use serde_json::{Value, json};
use service::auth::Role;
use service::client::segment;

use crate::lab::{Lab, pack_id};

/// A transformation of things by serial number; `id` joins it with others.
fn transformed(inputs: &[&str], outputs: &[&str], id: Option<&str>) -> Value {
    let all = |serials: &[&str]| serials.iter().map(|it| pack_id(it)).collect::<Vec<_>>();
    let mut event = json!({
        "type": "TransformationEvent",
        "eventID": format!("urn:test:{}.{}", inputs.join("-"), outputs.join("-")),
        "eventTime": "2026-11-20T08:00:00Z",
        "eventTimeZoneOffset": "+00:00",
        "bizStep": "commissioning",
    });
    let fields = event.as_object_mut().unwrap();
    if !inputs.is_empty() {
        fields.insert("inputEPCList".to_owned(), json!(all(inputs)));
    }
    if !outputs.is_empty() {
        fields.insert("outputEPCList".to_owned(), json!(all(outputs)));
    }
    fields.extend(id.map(|id| ("transformationID".to_owned(), json!(id))));
    event
}

fn ask(lab: &Lab, role: Role, serial: &str, query: &str) -> Value {
    let path = format!(
        "/api/v1/packs/{}/genealogy{query}",
        segment(&pack_id(serial))
    );
    lab.get(role, &path).expect(200).json()
}

/// Serial numbers with their steps.
fn side(answer: &Value, name: &str) -> Vec<(String, u64)> {
    let list = answer[name].as_array().unwrap();
    let serial = |it: &Value| {
        it["id"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap()
            .to_owned()
    };
    let row = |it: &Value| (serial(it), it["steps"].as_u64().unwrap());
    list.iter().map(row).collect()
}

fn rows(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs
        .iter()
        .map(|(id, steps)| ((*id).to_owned(), *steps))
        .collect()
}

#[test]
fn both_directions_are_followed_as_far_as_asked_for() {
    let lab = Lab::new();
    let chain = [
        transformed(&["RAW1", "RAW2"], &["BULK"], None),
        transformed(&["BULK"], &["PACK1", "PACK2"], None),
        transformed(&["PACK1"], &["KIT"], None),
        transformed(&["OTHER"], &["ELSE"], None),
    ];
    lab.capture(Role::Manufacturer, &chain).expect(202);
    let bulk = ask(&lab, Role::Manufacturer, "BULK", "");
    assert_eq!(side(&bulk, "ancestors"), rows(&[("RAW1", 1), ("RAW2", 1)]));
    let wanted = rows(&[("PACK1", 1), ("PACK2", 1), ("KIT", 2)]);
    assert_eq!(side(&bulk, "descendants"), wanted);
    assert_eq!(bulk["truncated"], false);
    assert_eq!(bulk["descendants"][2]["via"], pack_id("PACK1"));
    assert_eq!(bulk["descendants"][2]["event"], "urn:test:PACK1.KIT");
    let kit = ask(&lab, Role::Manufacturer, "KIT", "");
    let wanted = rows(&[("PACK1", 1), ("BULK", 2), ("RAW1", 3), ("RAW2", 3)]);
    assert_eq!(side(&kit, "ancestors"), wanted);
    // No further than asked for, and it says so.
    let near = ask(&lab, Role::Manufacturer, "KIT", "?depth=2");
    assert_eq!(side(&near, "ancestors"), rows(&[("PACK1", 1), ("BULK", 2)]));
    assert_eq!(near["truncated"], true);
    let all = ask(&lab, Role::Manufacturer, "KIT", "?depth=3");
    assert_eq!(all["truncated"], false);
    for wrong in ["?depth=0", "?depth=33", "?depth=x", "?deep=1"] {
        let path = format!(
            "/api/v1/packs/{}/genealogy{wrong}",
            segment(&pack_id("KIT"))
        );
        assert_eq!(lab.get(Role::Manufacturer, &path).status, 400, "{wrong}");
    }
}

#[test]
fn events_of_one_transformation_are_taken_together_and_circles_end() {
    let lab = Lab::new();
    let events = [
        transformed(&["IN1"], &[], Some("urn:test:batch7")),
        transformed(&["IN2"], &[], Some("urn:test:batch7")),
        transformed(&[], &["OUT"], Some("urn:test:batch7")),
        transformed(&["A"], &["B"], None),
        transformed(&["B"], &["A"], None),
    ];
    lab.capture(Role::Manufacturer, &events).expect(202);
    let out = ask(&lab, Role::Manufacturer, "OUT", "");
    assert_eq!(side(&out, "ancestors"), rows(&[("IN1", 1), ("IN2", 1)]));
    let one = ask(&lab, Role::Manufacturer, "IN1", "");
    assert_eq!(side(&one, "descendants"), rows(&[("OUT", 1)]));
    let circle = ask(&lab, Role::Manufacturer, "A", "");
    assert_eq!(side(&circle, "ancestors"), rows(&[("B", 1)]));
    assert_eq!(side(&circle, "descendants"), rows(&[("B", 1)]));
}

#[test]
fn nobody_follows_what_is_not_theirs_to_see() {
    let lab = Lab::new();
    let made = transformed(&["SECRET"], &["SOLD"], None);
    lab.capture(Role::Manufacturer, &[made]).expect(202);
    let path = |serial: &str| format!("/api/v1/packs/{}/genealogy", segment(&pack_id(serial)));
    let stranger = lab.get(Role::Pharmacy, &path("SOLD"));
    let unknown = lab.get(Role::Pharmacy, &path("NEVER"));
    assert_eq!((stranger.status, unknown.status), (404, 404));
    assert_eq!(stranger.json()["detail"], unknown.json()["detail"]);
    let regulator = ask(&lab, Role::Regulator, "SOLD", "");
    assert_eq!(side(&regulator, "ancestors"), rows(&[("SECRET", 1)]));
}
