//! Work on a case: what parties say about it, who hears that, and the case file.
use serde_json::{Value, json};
use service::auth::Role;
use service::client::segment;
use service::evidence::{Evidence, Found, check};
use tangle::verify::proof::Policy;

use crate::lab::{GTIN, Lab, MAKER, NOW_MS, WHOLESALER, commission, pack_id};

/// A pack of the story is made twice; its case.
fn story() -> (Lab, String) {
    let lab = Lab::new();
    lab.play();
    lab.world.advance(5_000);
    let again = commission(&["A1"], "LOT1", NOW_MS - 1_000);
    lab.capture(Role::Manufacturer, &[again]).expect(202);
    let cases = lab.get(Role::Regulator, "/api/v1/cases").expect(200).json();
    let id = cases["cases"][0]["id"].as_str().unwrap().to_owned();
    (lab, id)
}

fn path(id: &str, more: &str) -> String {
    format!("/api/v1/cases/{}{more}", segment(id))
}

fn texts(lab: &Lab, role: Role, id: &str) -> Vec<String> {
    let case = lab.get(role, &path(id, "")).expect(200).json();
    let comments = case["comments"].as_array().unwrap().iter();
    let text = |it: &Value| {
        format!(
            "{}: {}",
            it["name"].as_str().unwrap(),
            it["text"].as_str().unwrap()
        )
    };
    comments.map(text).collect()
}

#[test]
fn every_party_to_a_case_hears_what_the_others_say_and_nobody_else() {
    let (lab, id) = story();
    let say = |role, text: &str| lab.post(role, &path(&id, "/comments"), &json!({ "text": text }));
    let made = say(Role::Wholesaler, "  We keep the carton.\nSeal broken. ");
    let made = made.expect(201).json();
    assert_eq!(made["party"], WHOLESALER);
    assert_eq!(made["text"], "We keep the carton.\nSeal broken.");
    say(Role::Manufacturer, "Send it to us.").expect(201);
    say(Role::Regulator, "Due in a week.").expect(201);
    let all = [
        "The wholesaler: We keep the carton.\nSeal broken.",
        "The manufacturer: Send it to us.",
        "The regulator: Due in a week.",
    ];
    for role in [
        Role::Wholesaler,
        Role::Manufacturer,
        Role::Regulator,
        Role::Admin,
    ] {
        assert_eq!(texts(&lab, role, &id), all, "{role}");
    }
    // Who has no part in it neither sees the case nor adds to it, nor reads the block.
    lab.get(Role::Pharmacy, &path(&id, "")).expect(404);
    say(Role::Pharmacy, "And we?").expect(404);
    let block = format!("/api/v1/blocks/{}", made["block"].as_str().unwrap());
    lab.get(Role::Pharmacy, &block).expect(404);
    let seen = lab.get(Role::Manufacturer, &block).expect(200).json();
    assert_eq!(seen["items"][0]["media"], "comment");
    assert_eq!(seen["items"][0]["json"]["text"], made["text"]);
    // An administrator speaks for nobody.
    say(Role::Admin, "Hello").expect(403);
    say(Role::Auditor, "Hello").expect(403);
}

#[test]
fn a_comment_has_bounds_and_stays() {
    let (mut lab, id) = story();
    let say = |lab: &Lab, text: &str| {
        lab.post(
            Role::Wholesaler,
            &path(&id, "/comments"),
            &json!({ "text": text }),
        )
    };
    for bad in ["", " \n ", &"x".repeat(2_001)] {
        say(&lab, bad).expect(422);
    }
    say(&lab, &"\u{e4}".repeat(2_000)).expect(201);
    let nothing = path("C06 nothing", "/comments");
    lab.post(Role::Wholesaler, &nothing, &json!({ "text": "x" }))
        .expect(404);
    let before = texts(&lab, Role::Manufacturer, &id);
    lab.crash();
    lab.start();
    assert_eq!(texts(&lab, Role::Manufacturer, &id), before);
    assert_eq!(before.len(), 1);
}

#[test]
fn a_grant_lets_hear_and_not_speak() {
    let (lab, id) = story();
    let grant = json!({ "to": { "party": crate::lab::PHARMACY },
        "of": { "kind": "lot", "gtin": GTIN, "lot": "LOT1" }, "purpose": "complaint" });
    lab.post(Role::Manufacturer, "/api/v1/grants", &grant)
        .expect(201);
    lab.get(Role::Pharmacy, &path(&id, "")).expect(200);
    let said = json!({ "text": "x" });
    lab.post(Role::Pharmacy, &path(&id, "/comments"), &said)
        .expect(404);
}

fn file(lab: &Lab, role: Role, id: &str) -> Evidence {
    let answer = lab.get(role, &path(id, "/evidence")).expect(200);
    assert!(answer.headers["content-disposition"].contains("case.evidence.json"));
    serde_json::from_slice(&answer.body).unwrap()
}

fn failed(evidence: &Evidence) -> Option<String> {
    let policy = Policy {
        keys: None,
        witnesses_min: 0,
    };
    let steps = check(evidence, &policy);
    steps
        .into_iter()
        .find(|it| it.found == Found::Fails)
        .map(|it| it.name)
}

#[test]
fn the_case_file_holds_everything_and_is_checked_offline() {
    let (lab, id) = story();
    let said = json!({ "text": "We keep\nthe carton." });
    lab.post(Role::Wholesaler, &path(&id, "/comments"), &said)
        .expect(201);
    let ruled = json!({ "act": { "assign": MAKER }, "reason": "look into it" });
    lab.post(Role::Manufacturer, &path(&id, "/rulings"), &ruled)
        .expect(201);
    let made = file(&lab, Role::Regulator, &id);
    assert_eq!(failed(&made), None);
    assert_eq!(made.about, id);
    assert_eq!(made.findings.len(), 1);
    let finding = &made.findings[0];
    assert_eq!(
        (&*finding.rule, finding.subjects.as_slice()),
        ("C06", &[pack_id("A1")][..])
    );
    assert!(!finding.evidence.is_empty() && !finding.sentence.is_empty());
    // Made, packed, shipped, received, made again; said; decided: in this order.
    let ends: Vec<&str> = made
        .summary
        .iter()
        .rev()
        .take(2)
        .map(String::as_str)
        .collect();
    assert_eq!(
        ends,
        [
            "assign_alert: look into it",
            "case_comment: We keep the carton."
        ]
    );
    assert_eq!(made.documents.len(), 7, "{:#?}", made.summary);

    // A change of anything is found.
    let mut other = made.clone();
    other.findings[0].evidence[0].item += 9;
    assert_eq!(failed(&other).as_deref(), Some("findings"));
    let mut other = made.clone();
    other.documents[5].event["text"] = json!("We sold it.");
    assert_eq!(failed(&other).as_deref(), Some("document"));
    let mut other = made.clone();
    other.summary.pop();
    assert_eq!(failed(&other).as_deref(), Some("summary"));
    let mut other = made;
    other.proofs.pop_first();
    assert!(failed(&other).is_some());
}

#[test]
fn a_party_gets_of_the_case_file_what_it_sees() {
    let (lab, id) = story();
    let whole = file(&lab, Role::Regulator, &id);
    let theirs = file(&lab, Role::Wholesaler, &id);
    assert_eq!(failed(&theirs), None);
    assert!(theirs.documents.len() <= whole.documents.len());
    lab.get(Role::Pharmacy, &path(&id, "/evidence")).expect(404);
    lab.get(Role::Regulator, &path("C06 nothing", "/evidence"))
        .expect(404);
    let opened = lab.get(Role::Wholesaler, &path(&id, "")).expect(200).json();
    let at = service::app::time_text(NOW_MS + 5_000);
    assert_eq!(opened["case"]["opened_at"], at);
}
