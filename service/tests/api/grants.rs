//! Grants of sight: on every path that shows rows, before one is given, while it holds, after it
//! is taken back and after its end; given by whom, of what, and never more than its giver sees.
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use gs1::BizStep;
use serde_json::{Value, json};
use service::auth::Role;
use service::client::segment;

use crate::lab::{
    Answer, CARRIER, GTIN, HOSPITAL, Lab, MAKER, NOW_MS, PHARMACY, SSCC, commission, move_to,
    pack_id, pack_path,
};
use crate::subscribe::receiver;

const HOUR_MS: i64 = 3_600_000;

fn give(lab: &Lab, by: Role, to: &str, of: &Value) -> Answer {
    give_for(lab, by, to, of, (None, None))
}

fn give_for(
    lab: &Lab,
    by: Role,
    to: &str,
    of: &Value,
    (from_ms, until_ms): (Option<i64>, Option<i64>),
) -> Answer {
    let time = |ms: Option<i64>| ms.map(service::app::time_text);
    let body = json!({
        "to": { "party": to },
        "of": of,
        "purpose": "complaint 2026-17",
        "from": time(from_ms),
        "until": time(until_ms),
    });
    lab.post(by, "/api/v1/grants", &body)
}

fn given(lab: &Lab, by: Role, to: &str, of: &Value) -> String {
    let made = give(lab, by, to, of).expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

fn revoke(lab: &Lab, by: Role, id: &str) -> Answer {
    let path = format!("/api/v1/grants/{id}/revoke");
    lab.post(by, &path, &json!({ "reason": "closed" }))
}

fn everything() -> Value {
    json!({ "kind": "all" })
}

/// Every path that shows one row of the story that `Lab::play` tells.
fn paths(lab: &Lab) -> Vec<String> {
    let history = lab.get(Role::Admin, &pack_path("A1", "history")).json();
    let block = history["events"][0]["block"].as_str().unwrap();
    let events = lab.get(Role::Admin, "/epcis/events").expect(200).events();
    let event = events[0]["eventID"].as_str().unwrap();
    let pack = segment(&pack_id("A1"));
    let unit = segment(SSCC);
    let digits = SSCC.rsplit('/').next().unwrap();
    let medication = format!("{GTIN}-{}", hex::encode("LOT1"));
    vec![
        pack_path("A1", "history"),
        pack_path("A1", "proof"),
        pack_path("A1", "evidence"),
        format!("/api/v1/lots/{GTIN}/LOT1"),
        format!("/api/v1/lots/{GTIN}/LOT1/reconciliation"),
        format!("/api/v1/lots/{GTIN}/LOT1/trace"),
        format!("/api/v1/lots/{GTIN}/LOT1/units"),
        format!("/api/v1/shipments/{unit}"),
        format!("/api/v1/shipments/{unit}/links"),
        format!("/api/v1/shipments/{unit}/evidence"),
        format!("/api/v1/shipments/{unit}/readings"),
        pack_path("A1", "readings"),
        format!("/api/v1/blocks/{block}"),
        format!("/api/v1/blocks/{block}/proof?item=0"),
        format!("/epcis/events/{}", segment(event)),
        format!("/epcis/epcs/{pack}"),
        format!("/epcis/epcs/{pack}/events"),
        format!("/fhir/r4/Medication/{medication}"),
        format!("/fhir/r5/SupplyDelivery/{digits}"),
        format!("/fhir/r4/Provenance/{block}"),
        format!("/fhir/r5/AuditEvent/{block}"),
    ]
}

/// What lists show: events, things, shipments, resources, alerts, cases.
fn counts(lab: &Lab, role: Role) -> [usize; 7] {
    let entries = |path: &str, field: &str| {
        let answer = lab.get(role, path).expect(200).json();
        answer[field].as_array().map_or(0, Vec::len)
    };
    let pack = segment(&pack_id("A1"));
    let events = lab.get(role, "/epcis/events").expect(200).events().len();
    [
        events,
        entries("/epcis/epcs", "member"),
        entries("/api/v1/shipments", "shipments"),
        entries(&format!("/fhir/r4/Medication?identifier={pack}"), "entry"),
        entries(&format!("/fhir/r4/Provenance?target={pack}"), "entry"),
        entries("/api/v1/alerts", "alerts"),
        entries("/api/v1/cases", "cases"),
    ]
}

fn statuses(lab: &Lab, role: Role, paths: &[String]) -> Vec<u16> {
    paths
        .iter()
        .map(|path| lab.get(role, path).status)
        .collect()
}

/// A story with a finding: a pack is made twice.
fn story() -> Lab {
    let lab = Lab::new();
    lab.play();
    let again = commission(&["A1"], "LOT1", NOW_MS - 1_000);
    lab.capture(Role::Manufacturer, &[again]).expect(202);
    lab
}

#[test]
fn a_grant_opens_every_path_while_it_holds_and_only_then() {
    let lab = story();
    let paths = paths(&lab);
    let (none, all) = (vec![404; paths.len()], vec![200; paths.len()]);
    let hers = counts(&lab, Role::Manufacturer);
    assert!(hers.iter().all(|count| *count > 0), "{hers:?}");
    let closed = |lab: &Lab, when: &str| {
        assert_eq!(statuses(lab, Role::Hospital, &paths), none, "{when}");
        assert_eq!(counts(lab, Role::Hospital), [0; 7], "{when}");
    };
    closed(&lab, "before");
    let id = given(&lab, Role::Manufacturer, HOSPITAL, &everything());
    assert_eq!(
        statuses(&lab, Role::Hospital, &paths),
        all,
        "while it holds"
    );
    assert_eq!(counts(&lab, Role::Hospital), hers, "while it holds");
    assert_eq!(
        statuses(&lab, Role::Pharmacy, &paths),
        none,
        "to nobody else"
    );
    revoke(&lab, Role::Manufacturer, &id).expect(200);
    closed(&lab, "taken back");
    let until = Some(NOW_MS + HOUR_MS);
    give_for(
        &lab,
        Role::Manufacturer,
        HOSPITAL,
        &everything(),
        (None, until),
    )
    .expect(201);
    assert_eq!(statuses(&lab, Role::Hospital, &paths), all, "with an end");
    lab.world.advance(HOUR_MS);
    closed(&lab, "after its end");
    let from = Some(NOW_MS + 2 * HOUR_MS);
    give_for(
        &lab,
        Role::Manufacturer,
        HOSPITAL,
        &everything(),
        (from, None),
    )
    .expect(201);
    closed(&lab, "before it begins");
    lab.world.advance(HOUR_MS);
    assert_eq!(
        statuses(&lab, Role::Hospital, &paths),
        all,
        "from its begin on"
    );
}

#[test]
fn a_grant_survives_a_restart_and_a_rebuild() {
    let mut lab = story();
    let paths = paths(&lab);
    let kept = given(&lab, Role::Manufacturer, HOSPITAL, &everything());
    let gone = given(&lab, Role::Manufacturer, PHARMACY, &everything());
    revoke(&lab, Role::Manufacturer, &gone).expect(200);
    let listed = |lab: &Lab| {
        lab.get(Role::Manufacturer, "/api/v1/grants")
            .expect(200)
            .json()
    };
    let before = listed(&lab);
    assert_eq!(before["grants"][1]["id"], kept);
    assert_eq!(before["grants"][0]["status"], "revoked");
    lab.stop();
    let report = service::check(lab.dir.path(), true).unwrap();
    assert!(report.is_sound(), "{report:#?}");
    lab.start();
    assert_eq!(listed(&lab), before);
    assert_eq!(
        statuses(&lab, Role::Hospital, &paths),
        vec![200; paths.len()]
    );
    assert_eq!(
        statuses(&lab, Role::Pharmacy, &paths),
        vec![404; paths.len()]
    );
}

#[test]
fn each_extent_opens_what_lies_in_it_and_nothing_beside() {
    let lab = Lab::new();
    lab.play();
    let apart = commission(&["B1"], "LOT2", NOW_MS - 50_000_000);
    lab.capture(Role::Manufacturer, &[apart]).expect(202);
    let paths = [
        pack_path("A1", "history"),
        pack_path("A2", "history"),
        pack_path("B1", "history"),
        format!("/api/v1/lots/{GTIN}/LOT1"),
        format!("/api/v1/lots/{GTIN}/LOT2"),
        format!("/api/v1/shipments/{}", segment(SSCC)),
    ];
    for (of, expected) in [
        (
            json!({"kind": "pack", "id": pack_id("A1")}),
            [1, 0, 0, 0, 0, 0],
        ),
        (
            json!({"kind": "pack", "id": format!("(01){GTIN}(21)A2")}),
            [0, 1, 0, 0, 0, 0],
        ),
        (json!({"kind": "shipment", "id": SSCC}), [1, 1, 0, 0, 0, 1]),
        (
            json!({"kind": "lot", "gtin": GTIN, "lot": "LOT1"}),
            [1, 1, 0, 1, 0, 0],
        ),
        (
            json!({"kind": "lot", "gtin": GTIN, "lot": "LOT2"}),
            [0, 0, 1, 0, 1, 0],
        ),
        (json!({"kind": "product", "gtin": GTIN}), [1, 1, 1, 1, 1, 0]),
        (everything(), [1, 1, 1, 1, 1, 1]),
    ] {
        let id = given(&lab, Role::Manufacturer, HOSPITAL, &of);
        let open: Vec<i32> = statuses(&lab, Role::Hospital, &paths)
            .into_iter()
            .map(|status| i32::from(status == 200))
            .collect();
        assert_eq!(open, expected, "{of}");
        revoke(&lab, Role::Manufacturer, &id).expect(200);
    }
}

#[test]
fn nobody_gives_more_than_it_sees_by_its_own_right() {
    let lab = Lab::new();
    lab.play();
    let apart = commission(&["B1"], "LOT2", NOW_MS - 50_000_000);
    lab.capture(Role::Manufacturer, &[apart]).expect(202);
    given(&lab, Role::Wholesaler, HOSPITAL, &everything());
    let product = json!({ "kind": "product", "gtin": GTIN });
    given(&lab, Role::Wholesaler, HOSPITAL, &product);
    let status = |role, serial: &str| lab.get(role, &pack_path(serial, "history")).status;
    assert_eq!(status(Role::Hospital, "A1"), 200);
    assert_eq!(
        status(Role::Hospital, "B1"),
        404,
        "the wholesaler never had it"
    );
    let lot = lab
        .get(Role::Hospital, &format!("/api/v1/lots/{GTIN}/LOT1"))
        .expect(200)
        .json();
    assert_eq!(
        lot["holders"],
        json!([]),
        "only the maker shows a lot as a whole"
    );
    // What one was granted is not one's own to give.
    given(&lab, Role::Hospital, PHARMACY, &everything());
    assert_eq!(status(Role::Pharmacy, "A1"), 404);
    for of in [
        json!({ "kind": "pack", "id": pack_id("A1") }),
        json!({ "kind": "pack", "id": pack_id("NONE") }),
        json!({ "kind": "lot", "gtin": GTIN, "lot": "LOT1" }),
        json!({ "kind": "shipment", "id": SSCC }),
    ] {
        give(&lab, Role::Hospital, PHARMACY, &of).expect(404);
    }
}

#[test]
fn a_grant_lets_read_and_nothing_else() {
    let lab = Lab::new();
    lab.play();
    let scan = format!("(01){GTIN}(21)A1(17)280131(10)LOT1");
    let destroy = |lab: &Lab| {
        let body = json!({ "operation": "destroy", "scans": [scan] });
        let told = lab.post(Role::Hospital, "/api/v1/operations", &body);
        told.expect(200).json()
    };
    let before = destroy(&lab);
    assert_eq!(before["packs"][0]["code"], "NOT_YOURS", "{before:#}");
    given(&lab, Role::Manufacturer, HOSPITAL, &everything());
    lab.get(Role::Hospital, &pack_path("A1", "history"))
        .expect(200);
    assert_eq!(destroy(&lab), before);
}

#[test]
fn both_sides_see_a_grant_and_nobody_else_does() {
    let lab = Lab::new();
    lab.play();
    let id = given(&lab, Role::Manufacturer, HOSPITAL, &everything());
    let seen = |role| {
        let answer = lab.get(role, "/api/v1/grants").expect(200).json();
        answer["grants"].as_array().unwrap().len()
    };
    let in_block = |role| {
        let block = lab.get(role, &format!("/api/v1/blocks/{id}"));
        !block.json()["items"][0]["json"].is_null()
    };
    for (role, sees) in [
        (Role::Manufacturer, true),
        (Role::Hospital, true),
        (Role::Regulator, true),
        (Role::Auditor, true),
        (Role::Admin, true),
        (Role::Wholesaler, false),
        (Role::Pharmacy, false),
    ] {
        assert_eq!(seen(role), usize::from(sees), "{role}");
        assert_eq!(in_block(role), sees, "{role}");
    }
    // Who did not give it cannot take it back, and does not learn that it is there.
    for role in [Role::Hospital, Role::Pharmacy] {
        let strange = revoke(&lab, role, &"0".repeat(64)).expect(404).json();
        let there = revoke(&lab, role, &id).expect(404).json();
        assert_eq!(there["detail"], strange["detail"]);
    }
    for role in [Role::Regulator, Role::Auditor, Role::Admin, Role::Gateway] {
        revoke(&lab, role, &id).expect(403);
        give(&lab, role, PHARMACY, &everything()).expect(403);
    }
    let first = revoke(&lab, Role::Manufacturer, &id).expect(200).json();
    lab.world.advance(HOUR_MS);
    let second = revoke(&lab, Role::Manufacturer, &id).expect(200).json();
    assert_eq!(first, second, "twice changes nothing");
    assert_eq!(
        (&first["status"], &first["revocation"]),
        (&json!("revoked"), &json!("closed"))
    );
}

#[test]
fn what_is_no_grant_is_refused() {
    let lab = Lab::new();
    lab.play();
    let good = json!({ "to": { "party": HOSPITAL }, "of": { "kind": "all" }, "purpose": "p" });
    let with = |path: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(path).unwrap() = value;
        lab.post(Role::Manufacturer, "/api/v1/grants", &body).status
    };
    for (path, value) in [
        ("/to", json!({})),
        ("/to", json!({ "party": HOSPITAL, "role": "auditor" })),
        ("/to", json!({ "role": "pharmacy" })),
        ("/to", json!({ "party": MAKER })),
        ("/to", json!({ "party": "9506000100104" })),
        ("/to", json!({ "party": "operator" })),
        ("/of", json!({ "kind": "pack" })),
        ("/of", json!({ "kind": "all", "gtin": GTIN })),
        ("/of", json!({ "kind": "lot", "gtin": GTIN })),
        ("/of", json!({ "kind": "product", "gtin": "1" })),
        ("/purpose", json!(" ")),
        ("/purpose", json!("x".repeat(501))),
    ] {
        assert_eq!(with(path, value.clone()), 422, "{path} {value}");
    }
    let at = |ms| Some(NOW_MS + ms);
    for times in [(at(5), at(5)), (at(-9), at(0)), (None, at(-1))] {
        give_for(&lab, Role::Manufacturer, HOSPITAL, &everything(), times).expect(422);
    }
    assert_eq!(
        lab.post(Role::Manufacturer, "/api/v1/grants", &good).status,
        201
    );
}

#[test]
fn all_who_oversee_in_a_role_can_be_granted() {
    let lab = Lab::new();
    lab.play();
    let scope = service::auth::Scope {
        mandate: Some(service::auth::Mandate {
            countries: ["FR".to_owned()].into(),
            gtin_prefixes: std::collections::BTreeSet::new(),
        }),
        device: None,
    };
    let key = lab.made_key(None, Role::Auditor, scope, None);
    let bearer = format!("Bearer {key}");
    let path = pack_path("A1", "history");
    let status = || {
        lab.send("GET", &path, &[("Authorization", &bearer)], &[])
            .status
    };
    assert_eq!(status(), 404, "outside of the mandate");
    let body =
        |role: &str| json!({ "to": { "role": role }, "of": { "kind": "all" }, "purpose": "audit" });
    lab.post(Role::Manufacturer, "/api/v1/grants", &body("regulator"))
        .expect(201);
    assert_eq!(status(), 404, "granted to another role");
    lab.post(Role::Manufacturer, "/api/v1/grants", &body("auditor"))
        .expect(201);
    assert_eq!(status(), 200);
}

#[test]
fn a_subscriber_gets_what_is_captured_while_a_grant_holds() {
    let lab = Lab::new();
    lab.play();
    let (url, sent) = receiver(vec![]);
    let query = json!({ "name": "all", "query": { "eventType": ["ObjectEvent"] } });
    lab.post(Role::Hospital, "/epcis/queries", &query)
        .expect(201);
    let body = json!({ "dest": url, "stream": true, "signatureToken": "s3cret" });
    lab.post(Role::Hospital, "/epcis/queries/all/subscriptions", &body)
        .expect(201);
    let made = |serial: &str| {
        let event = commission(&[serial], "LOT1", NOW_MS);
        lab.capture(Role::Manufacturer, std::slice::from_ref(&event))
            .expect(202);
        event["eventID"].clone()
    };
    // An event of its own: when it has come, everything before it was looked at.
    let own = |at: i64| {
        let event = move_to(BizStep::Receiving, HOSPITAL, NOW_MS + at);
        lab.capture(Role::Hospital, std::slice::from_ref(&event))
            .expect(202);
        event["eventID"].clone()
    };
    let next = || {
        let sent = sent
            .recv_timeout(std::time::Duration::from_mins(1))
            .unwrap();
        let ids = sent
            .events()
            .into_iter()
            .map(|event| event["eventID"].clone());
        ids.collect::<Vec<_>>()
    };
    made("B1");
    let mark = own(1);
    assert_eq!(next(), [mark], "before");
    let id = given(&lab, Role::Manufacturer, HOSPITAL, &everything());
    let seen = made("B2");
    assert_eq!(next(), [seen], "while it holds");
    revoke(&lab, Role::Manufacturer, &id).expect(200);
    made("B3");
    let mark = own(2);
    assert_eq!(next(), [mark], "after");
}

/// What a stream of news says first.
fn news(lab: &Lab, role: Role) -> String {
    listen(lab, role).1
}

/// A stream of news and what it says first.
fn listen(lab: &Lab, role: Role) -> (TcpStream, String) {
    let url = lab.url("");
    let mut socket = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let key = &lab.keys[&role];
    let head = format!(
        "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
         Last-Event-ID: 0\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).unwrap();
    let mut text = String::new();
    let mut chunk = [0; 8_192];
    // Alerts come before the ledger's sizes.
    while !text.contains("event: ledger") {
        let count = socket.read(&mut chunk).unwrap();
        assert_ne!(count, 0, "the stream ended: {text}");
        text.push_str(&String::from_utf8_lossy(&chunk[..count]));
    }
    (socket, text)
}

#[test]
fn a_stream_tells_the_alerts_that_are_granted() {
    let lab = story();
    let tells = |role| news(&lab, role).contains("event: alert");
    assert!(tells(Role::Manufacturer) && !tells(Role::ThirdPartyLogistics));
    let pack = json!({ "kind": "pack", "id": pack_id("A1") });
    let id = given(&lab, Role::Manufacturer, CARRIER, &pack);
    assert!(tells(Role::ThirdPartyLogistics));
    revoke(&lab, Role::Manufacturer, &id).expect(200);
    assert!(!tells(Role::ThirdPartyLogistics));
}

/// A grant that is given or taken back holds for streams that are open.
#[test]
fn an_open_stream_asks_anew_what_is_granted() {
    let lab = story();
    let (mut socket, began) = listen(&lab, Role::ThirdPartyLogistics);
    let size = |text: &str| {
        let (_, rest) = text.rsplit_once("\"events\":")?;
        let digits = rest.split(|it: char| !it.is_ascii_digit()).next()?;
        digits.parse::<u64>().ok()
    };
    let mut events = size(&began).unwrap();
    // A pack that is made twice, and what comes until the ledger has both events.
    let mut twice = |serial: &str| {
        for at in [NOW_MS - 2_000, NOW_MS - 1_000] {
            lab.capture(Role::Manufacturer, &[commission(&[serial], "LOT1", at)])
                .expect(202);
        }
        events += 2;
        let mut text = String::new();
        let mut chunk = [0; 8_192];
        while size(&text).is_none_or(|it| it < events) || !text.ends_with("\n\n\r\n") {
            let count = socket.read(&mut chunk).unwrap();
            assert_ne!(count, 0, "the stream ended: {text}");
            text.push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
        text.contains("event: alert")
    };
    assert!(!twice("B1"), "before");
    let id = given(&lab, Role::Manufacturer, CARRIER, &everything());
    assert!(twice("B2"), "while it holds");
    revoke(&lab, Role::Manufacturer, &id).expect(200);
    assert!(!twice("B3"), "after");
}
