//! From a captured document to an answer at the counter, and what a capture refuses.
use serde_json::{Value, json};
use service::auth::Role;

use crate::lab::{GTIN, Lab, MAKER, NOW_MS, SSCC, commission, document, pack_id, pack_path};

#[test]
fn a_captured_event_is_found_verified_told_and_proved() {
    let lab = Lab::new();
    lab.play();
    let verdict = lab.verify(Role::Pharmacy, "A1");
    assert_eq!(verdict["pack"]["id"], pack_id("A1"), "{verdict:#}");
    assert_eq!(verdict["finality"]["status"], "final");
    assert!(verdict["steps"].is_array() && verdict["took_ms"].is_number());

    let history = lab
        .get(Role::Regulator, &pack_path("A1", "history"))
        .expect(200)
        .json();
    assert_eq!(history["pack"]["lot"], "LOT1", "{history:#}");
    let steps: Vec<_> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["biz_step"].clone())
        .collect();
    assert_eq!(
        steps,
        ["commissioning", "packing", "shipping", "receiving"],
        "{history:#}"
    );
    let first = &history["events"][0];
    assert_eq!(first["finality"]["status"], "final");
    assert_eq!(history["containers"][0]["id"], SSCC);

    let lot = lab
        .get(Role::Manufacturer, &format!("/api/v1/lots/{GTIN}/LOT1"))
        .expect(200)
        .json();
    assert_eq!(
        (&lot["made"], &lot["packs"][1]["serial"]),
        (&json!(2), &json!("A2")),
        "{lot:#}"
    );
    let path = format!("/api/v1/shipments/{}", service::client::segment(SSCC));
    let shipment = lab.get(Role::Wholesaler, &path).expect(200).json();
    assert_eq!(shipment["packs"], 2, "{shipment:#}");

    let proof = lab
        .get(Role::Regulator, &pack_path("A1", "proof"))
        .expect(200);
    let trust = [lab.node().log_key().clone()];
    let report = tangle::verify::proof::verify(&proof.body, Some(&trust));
    assert!(report.steps.iter().all(|step| step.ok), "{report:#?}");
    let other = std::slice::from_ref(&tangle::verifier_key("x", &key()).unwrap()).to_vec();
    let report = tangle::verify::proof::verify(&proof.body, Some(&other));
    assert!(report.steps.iter().any(|step| !step.ok), "{report:#?}");

    let block = first["block"].as_str().unwrap();
    let view = lab
        .get(Role::Regulator, &format!("/api/v1/blocks/{block}"))
        .expect(200)
        .json();
    assert_eq!(view["organisation"], MAKER, "{view:#}");
    assert_eq!(view["outcome"]["outcome"], "applied");
    assert_eq!(view["items"].as_array().unwrap().len(), 3);
}

fn key() -> tangle::SigningKey {
    tangle::SigningKey::from_seed([9; 32])
}

#[test]
fn what_was_captured_comes_back_as_it_was() {
    let lab = Lab::new();
    let mut event = commission(&["B1"], "LOT1", NOW_MS);
    event["example:colour"] = json!({"deep": ["red", 1.50, null, {"x": true}]});
    event["epcList"] = json!([format!("urn:epc:id:sgtin:9506000.013435.B1")]);
    let mut sent = document(std::slice::from_ref(&event));
    sent["@context"] = json!([sent["@context"], {"example": "https://example.com/ns/"}]);
    let answer = lab
        .post(Role::Manufacturer, "/epcis/capture", &sent)
        .expect(202);
    assert_eq!(answer.headers["gs1-epcis-version"], "2.0");
    let job = lab
        .get(Role::Manufacturer, &answer.headers["location"])
        .expect(200)
        .json();
    assert_eq!(
        (&job["success"], &job["running"]),
        (&json!(true), &json!(false)),
        "{job:#}"
    );
    assert!(lab.get(Role::Pharmacy, &answer.headers["location"]).status == 404);

    let id = service::client::segment(event["eventID"].as_str().unwrap());
    let found = lab
        .get(Role::Manufacturer, &format!("/epcis/events/{id}"))
        .expect(200)
        .events();
    for (name, value) in event.as_object().unwrap() {
        assert_eq!(&found[0][name], value, "{name}");
    }
    assert!(found[0]["recordTime"].is_string());
    assert!(
        found[0]["@context"]
            .to_string()
            .contains("https://example.com/ns/"),
        "{found:#?}"
    );
}

#[test]
fn a_document_sent_twice_is_recorded_once() {
    let lab = Lab::new();
    let events = [commission(&["C1"], "LOT1", NOW_MS)];
    let first = lab.capture(Role::Manufacturer, &events).expect(202);
    let again = lab.capture(Role::Manufacturer, &events).expect(202);
    assert_eq!(first.headers["location"], again.headers["location"]);
    assert_eq!(
        lab.get(Role::Regulator, "/epcis/events")
            .expect(200)
            .events()
            .len(),
        1
    );
    assert_eq!(lab.verify(Role::Pharmacy, "C1")["findings"], json!([]));
}

/// The ledger refuses no true record because its id is a bad one, and an id alone proves nothing.
#[test]
fn an_event_under_the_id_of_another_one_is_judged_all_the_same() {
    let lab = Lab::new();
    let first = commission(&["F1"], "LOT1", NOW_MS);
    let mut other = commission(&["F2"], "LOT1", NOW_MS);
    other["eventID"] = first["eventID"].clone();
    lab.capture(Role::Manufacturer, &[first]).expect(202);
    lab.capture(Role::Manufacturer, &[other]).expect(202);
    for serial in ["F1", "F2"] {
        let verdict = lab.verify(Role::Pharmacy, serial);
        assert_eq!(verdict["code"], "GENUINE", "{serial}: {verdict:#}");
    }
}

#[test]
fn commissioning_by_another_party_is_recorded_and_disputed() {
    let lab = Lab::new();
    lab.capture(
        Role::Manufacturer,
        &[commission(&["D1"], "LOT1", NOW_MS - 10)],
    )
    .expect(202);
    let copy = commission(&["D1"], "LOT1", NOW_MS - 5);
    let second = lab.capture(Role::Wholesaler, &[copy]).expect(202);
    let block = second.headers["location"]
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let view = lab
        .get(Role::Regulator, &format!("/api/v1/blocks/{block}"))
        .expect(200)
        .json();
    assert_eq!(view["outcome"]["outcome"], "disputed", "{view:#}");
    assert_eq!(lab.verify(Role::Pharmacy, "D1")["verdict"], "hold");
    let alerts = lab
        .get(Role::Regulator, "/api/v1/alerts?status=open")
        .expect(200)
        .json();
    assert_eq!(alerts["alerts"][0]["subject"], pack_id("D1"), "{alerts:#}");
}

#[test]
fn a_recalled_lot_is_recalled_by_its_maker_or_the_regulator_only() {
    let lab = Lab::new();
    lab.play();
    let recall =
        json!({"type": "recall", "gtin": GTIN, "lot": "LOT1", "reason": "glass splinters"});
    assert_eq!(
        lab.post(Role::Pharmacy, "/api/v1/decisions", &recall)
            .status,
        403
    );
    let other = json!({"type": "recall", "gtin": "09506000134369", "lot": "L", "reason": "x"});
    assert_eq!(
        lab.post(Role::Manufacturer, "/api/v1/decisions", &other)
            .status,
        403
    );
    let empty = json!({"type": "recall", "gtin": GTIN, "lot": "LOT1", "reason": " "});
    assert_eq!(
        lab.post(Role::Manufacturer, "/api/v1/decisions", &empty)
            .status,
        422
    );
    assert_ne!(
        lab.verify(Role::Pharmacy, "A1")["verdict"],
        "do_not_dispense"
    );
    lab.post(Role::Regulator, "/api/v1/decisions", &recall)
        .expect(201);
    let verdict = lab.verify(Role::Pharmacy, "A1");
    assert_eq!(verdict["verdict"], "do_not_dispense", "{verdict:#}");
    assert_eq!(verdict["pack"]["recalled"], true);
}

#[test]
fn an_unreadable_scan_is_an_answer_and_an_unknown_pack_a_verdict() {
    let lab = Lab::new();
    lab.play();
    for scan in ["", "(01)09506000134353(21)A1", "hello", "\u{1F48A}", "(99"] {
        let body = json!({ "scan": scan });
        let verdict = lab
            .post(Role::Pharmacy, "/api/v1/verify", &body)
            .expect(200)
            .json();
        assert_eq!(verdict["verdict"], "read_again", "{scan:?}: {verdict:#}");
    }
    let unknown = lab.verify(Role::Pharmacy, "NEVER1");
    assert_eq!(unknown["verdict"], "do_not_dispense", "{unknown:#}");
    assert_eq!(unknown["finality"], Value::Null);
}

#[test]
fn a_wrong_document_is_refused_whole_with_every_fault_by_place() {
    let lab = Lab::new();
    let good = commission(&["E1"], "LOT1", NOW_MS);
    let mut bad = commission(&["E2"], "LOT1", NOW_MS);
    bad["action"] = json!("CREATE");
    bad["eventTime"] = json!("yesterday");
    let answer = lab.capture(Role::Manufacturer, &[good, bad]).expect(400);
    let problem = answer.json();
    assert_eq!(problem["code"], "validation", "{problem:#}");
    assert_eq!(problem["type"], "epcisException:ValidationException");
    let pointers: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["pointer"].clone())
        .collect();
    assert!(
        pointers.contains(&json!("/epcisBody/eventList/1/action")),
        "{pointers:?}"
    );
    assert!(
        pointers.contains(&json!("/epcisBody/eventList/1/eventTime")),
        "{pointers:?}"
    );
    assert!(
        lab.get(Role::Regulator, "/epcis/events")
            .expect(200)
            .events()
            .is_empty()
    );
    assert_eq!(lab.capture(Role::Manufacturer, &[]).status, 400);
}

#[test]
fn an_idempotency_key_gives_the_same_answer_or_says_why_not() {
    let lab = Lab::new();
    let bearer = format!("Bearer {}", lab.keys[&Role::Regulator]);
    let send = |key: &str, reason: &str| {
        let body = json!({"type": "recall", "gtin": GTIN, "lot": "L9", "reason": reason});
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", key),
        ];
        lab.send(
            "POST",
            "/api/v1/decisions",
            &headers,
            body.to_string().as_bytes(),
        )
    };
    let first = send("k1", "dirt").expect(201);
    let again = send("k1", "dirt").expect(201);
    assert_eq!(
        (&first.body, &first.headers["location"]),
        (&again.body, &again.headers["location"])
    );
    assert_eq!(
        send("k1", "glass").expect(422).json()["code"],
        "idempotency_mismatch"
    );
    assert_ne!(send("k2", "dirt").expect(201).body, first.body);
    assert_eq!(
        send(&"k".repeat(129), "dirt").expect(400).json()["code"],
        "malformed"
    );
}
