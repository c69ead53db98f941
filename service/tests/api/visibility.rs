//! The same rows, asked for by everybody: who took part sees them, the others get the answer they
//! would get if there was nothing.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use service::auth::Role;
use service::auth::policy::roles_of;
use service::client::segment;
use service::http::router::ROUTES;

use crate::every::Every;
use crate::lab::{Answer, GTIN, Lab, SSCC, pack_id, pack_path};

#[test]
fn rows_are_for_those_who_took_part() {
    let lab = Lab::new();
    lab.play();
    let events = lab
        .get(Role::Regulator, "/epcis/events")
        .expect(200)
        .events();
    let event = events[0]["eventID"].as_str().unwrap();
    let block = {
        let history = lab.get(Role::Regulator, &pack_path("A1", "history")).json();
        history["events"][0]["block"].as_str().unwrap().to_owned()
    };
    let paths = [
        pack_path("A1", "history"),
        pack_path("A1", "proof"),
        format!("/api/v1/lots/{GTIN}/LOT1"),
        format!("/api/v1/shipments/{}", segment(SSCC)),
        format!("/api/v1/shipments/{}/readings", segment(SSCC)),
        pack_path("A1", "readings"),
        format!("/epcis/events/{}", segment(event)),
        format!("/api/v1/blocks/{block}"),
        format!("/api/v1/blocks/{block}/proof?item=0"),
    ];
    for path in &paths {
        for (role, status) in [
            (Role::Admin, 200),
            (Role::Regulator, 200),
            (Role::Manufacturer, 200),
            (Role::Wholesaler, 200),
            (Role::Pharmacy, 404),
        ] {
            assert_eq!(lab.get(role, path).status, status, "{path} as {role}");
        }
    }
    assert!(
        lab.get(Role::Pharmacy, "/epcis/events")
            .expect(200)
            .events()
            .is_empty()
    );
    assert_eq!(
        lab.get(Role::Wholesaler, "/epcis/events")
            .expect(200)
            .events()
            .len(),
        4
    );
}

#[test]
fn what_is_hidden_answers_like_what_is_not_there() {
    let lab = Lab::new();
    lab.play();
    let problem = |path: &str| {
        let mut body = lab.get(Role::Pharmacy, path).expect(404).json();
        body.as_object_mut().unwrap().remove("instance");
        body
    };
    assert_eq!(
        problem(&pack_path("A1", "history")),
        problem(&pack_path("NONE", "history"))
    );
    let lot = |lot: &str| problem(&format!("/api/v1/lots/{GTIN}/{lot}"));
    assert_eq!(lot("LOT1"), lot("NONE"));
}

#[test]
fn a_stranger_learns_what_to_do_with_a_pack_and_not_who_has_it() {
    let lab = Lab::new();
    lab.play();
    assert!(lab.verify(Role::Wholesaler, "A1")["pack"]["holder"].is_object());
    assert!(lab.verify(Role::Pharmacy, "A1")["pack"]["holder"].is_null());
}

#[test]
fn a_wholesaler_sees_of_a_lot_its_own_packs_and_holdings() {
    let lab = Lab::new();
    lab.play();
    let more = crate::lab::commission(&["A3"], "LOT1", crate::lab::NOW_MS);
    lab.capture(Role::Manufacturer, &[more]).expect(202);
    let path = format!("/api/v1/lots/{GTIN}/LOT1");
    let of = |role| {
        let lot = lab.get(role, &path).expect(200).json();
        let count = |field: &str| lot[field].as_array().unwrap().len();
        (
            lot["made"].as_u64().unwrap(),
            count("packs"),
            count("holders"),
        )
    };
    assert_eq!(of(Role::Manufacturer), (3, 3, 2));
    assert_eq!(of(Role::Wholesaler), (3, 2, 1));
}

/// Operations that answer a stranger otherwise about what is there than about what is not, and
/// why. An entry that answers alike, or is gone, fails.
const TELLS_STRANGERS: [(&str, &str, &str); 2] = [
    (
        "GET",
        "/vrs/gtin/{gtin}/lot/{lot}/ser/{serial}",
        "whether a pack is genuine is what is asked, by whoever holds it",
    ),
    (
        "GET",
        "/vrs/verify/gtin/{gtin}/lot/{lot}/ser/{serial}",
        "whether a pack is genuine is what is asked, by whoever holds it",
    ),
];

/// A name of the same form, of nothing that is there; the same name where it is no secret.
fn unknown(name: &str) -> String {
    let is_hex = |text: &str| text.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-');
    let made = format!("{GTIN}-");
    match name {
        "A1" | "LOT1" | "LOT2" => "NONE".to_owned(),
        "mine" | "spare" => "nothing".to_owned(),
        SSCC => "https://id.gs1.org/00/395060001000000174".to_owned(),
        _ if name == pack_id("A1") => pack_id("NONE"),
        _ if name.contains("/414/") => "https://id.gs1.org/414/9506000100098".to_owned(),
        _ if name.starts_with(&made) => format!("{made}{}", hex::encode("NONE")),
        // Ids: the last digits are others.
        _ if name.len() >= 32 && is_hex(name.trim_start_matches("urn:uuid:")) => {
            format!("{}7777", &name[..name.len() - 4])
        }
        _ => name.to_owned(),
    }
}

/// All that an answer says, without what is of one request alone.
fn said(answer: &Answer) -> (u16, BTreeMap<String, String>, String) {
    let mut headers = answer.headers.clone();
    headers.remove("x-request-id");
    headers.remove("date");
    let mut body = String::from_utf8_lossy(&answer.body).into_owned();
    if let Ok(mut json) = serde_json::from_slice::<Value>(&answer.body) {
        if let Some(fields) = json.as_object_mut() {
            fields.remove("instance");
        }
        body = json.to_string();
    }
    (answer.status, headers, body)
}

/// The tenant matrix: a party that may do the same as the others, and has no part in the story,
/// asks every operation that names something.
#[test]
fn unknown_and_not_yours_answer_alike_on_every_operation_that_names_something() {
    let every = Every::new();
    let lab = &every.lab;
    let (mut asked, mut told) = (0, BTreeSet::new());
    for request in &every.requests {
        let row = |it: &&service::http::router::Route| {
            (it.method, it.path) == (request.method, request.pattern)
        };
        let action = ROUTES.iter().find(row).and_then(|it| it.action).unwrap();
        let names: Vec<String> = request.names.iter().map(|name| unknown(name)).collect();
        if names == request.names || !roles_of(action).contains(&Role::Hospital) {
            continue;
        }
        let bearer = format!("Bearer {}", lab.keys[&Role::Hospital]);
        let headers = [("Authorization", bearer.as_str())];
        let of = |names: &[String]| {
            said(&request.send_to(lab, &request.path_with(names, Role::Hospital), &headers))
        };
        let (there, not_there) = (of(&request.names), of(&names));
        let row = (request.method, request.pattern);
        if TELLS_STRANGERS.iter().any(|it| (it.0, it.1) == row) {
            assert_ne!(there.2, not_there.2, "{row:?} needs no exception");
            told.insert(row);
            continue;
        }
        assert_eq!(there, not_there, "{row:?} {names:?}");
        // A failure, or a list of nothing.
        let empty = ["\"eventList\":[]", "\"member\":[]"];
        let nothing = empty.iter().any(|list| there.2.contains(list));
        assert!(there.0 == 404 || nothing, "{row:?}: {there:?}");
        asked += 1;
    }
    assert_eq!(told.len(), TELLS_STRANGERS.len());
    assert!(asked >= 30, "{asked}");
}

/// Paths of everything in a value that is not empty, places in lists left out.
fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                fields(value, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(list) => list.iter().for_each(|it| fields(it, path, found)),
        Value::Null => {}
        _ => {
            found.insert(path.to_owned());
        }
    }
}

fn fields_of(value: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    fields(value, "", &mut found);
    found
}

/// The same event, and the same pack, seen by several roles.
#[test]
fn a_role_sees_the_fields_that_it_should() {
    let lab = Lab::new();
    lab.play();
    let again = crate::lab::commission(&["A1"], "LOT1", crate::lab::NOW_MS - 1_000);
    lab.capture(Role::Manufacturer, &[again]).expect(202);
    let events = lab.get(Role::Admin, "/epcis/events").expect(200).events();
    let path = format!(
        "/epcis/events/{}",
        segment(events[0]["eventID"].as_str().unwrap())
    );
    let whole = lab.get(Role::Admin, &path).expect(200).json();
    for role in [
        Role::Regulator,
        Role::Auditor,
        Role::Manufacturer,
        Role::Wholesaler,
    ] {
        // An event was signed whole, and is shown whole or not at all.
        assert_eq!(lab.get(role, &path).expect(200).json(), whole, "{role}");
    }
    for role in [Role::Pharmacy, Role::Hospital, Role::ThirdPartyLogistics] {
        lab.get(role, &path).expect(404);
    }
    let full = fields_of(&lab.verify(Role::Wholesaler, "A1"));
    for role in [Role::Admin, Role::Regulator, Role::Manufacturer] {
        assert_eq!(fields_of(&lab.verify(role, "A1")), full, "{role}");
    }
    let told = fields_of(&lab.verify(Role::Pharmacy, "A1"));
    assert!(told.is_subset(&full), "{told:?}");
    let kept_back: BTreeSet<_> = full.difference(&told).map(String::as_str).collect();
    let theirs = [
        "/pack/holder",
        "/evidence",
        "/findings/evidence",
        "/findings/facts",
    ];
    for path in &kept_back {
        assert!(theirs.iter().any(|it| path.starts_with(it)), "{path}");
    }
    for part in theirs {
        assert!(
            kept_back.iter().any(|path| path.starts_with(part)),
            "{part}"
        );
    }
    let finding = &lab.verify(Role::Pharmacy, "A1")["findings"][0];
    assert_eq!(finding["subjects"], serde_json::json!([pack_id("A1")]));
}
