//! The signed recall list: what is on it, that its signature is the log's and no checkpoint's, and
//! when its bytes change.
use serde_json::{Value, json};
use service::app::recall_list::{RecallList, TITLE};
use service::auth::Role;
use tangle::VerifierKey;
use tangle::verify::checkpoint::{Note, verify_note};

use crate::lab::{GTIN, Lab, NOW_MS, PHARMACY, commission};

const PATH: &str = "/api/v1/recall-list";

fn list(lab: &Lab, role: Role) -> (String, String, RecallList) {
    let answer = lab.get(role, PATH).expect(200);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(answer.headers["cache-control"], "private, no-cache");
    let text = String::from_utf8(answer.body).unwrap();
    let note = Note::parse(&text).unwrap();
    let (title, line) = note.text.split_once('\n').unwrap();
    assert_eq!(title, TITLE);
    let list = serde_json::from_str(line).unwrap();
    (text, answer.headers["etag"].clone(), list)
}

fn key(lab: &Lab) -> VerifierKey {
    let me = lab.get(Role::Pharmacy, "/api/v1/me").expect(200).json();
    me["log_key"].as_str().unwrap().parse().unwrap()
}

fn recall(lab: &Lab, decision: &Value) {
    lab.post(Role::Manufacturer, "/api/v1/decisions", decision)
        .expect(201);
}

#[test]
fn a_counter_that_had_no_part_in_a_lot_learns_that_it_is_recalled_and_nothing_more() {
    let lab = Lab::new();
    lab.play();
    assert!(list(&lab, Role::Pharmacy).2.lots.is_empty());
    lab.world.advance(60_000);
    recall(
        &lab,
        &json!({ "type": "recall", "gtin": GTIN, "lot": "LOT1", "level": "pharmacy",
            "reason": "seal\nof \u{201c}caps\u{201d}" }),
    );
    let (text, _, told) = list(&lab, Role::Pharmacy);
    let lots = serde_json::to_value(&told.lots).unwrap();
    let at = service::app::time_text(NOW_MS + 60_000);
    let reason = "seal\nof \u{201c}caps\u{201d}";
    let expected = json!([{ "gtin": GTIN, "lot": "LOT1", "at": at, "level": "pharmacy",
        "reason": reason }]);
    assert_eq!(lots, expected);
    assert_eq!(told.issued_at, at);
    assert_eq!(
        told.valid_until,
        service::app::time_text(NOW_MS + 60_000 + 86_400_000)
    );
    assert_eq!(told.log, "example.com/lab");
    let size = lab.node().checkpoint().unwrap().checkpoint.size;
    assert_eq!(told.size, size);
    assert_eq!(told.products, []);
    // Nobody who holds or handled a pack is on it, and it is the same for everybody.
    let said = Note::parse(&text).unwrap().text;
    for secret in [crate::lab::MAKER, crate::lab::WHOLESALER, PHARMACY, "A1"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
    for role in [Role::Regulator, Role::Auditor, Role::Admin] {
        assert_eq!(list(&lab, role).0, text, "{role}");
    }
    for role in [Role::Gateway, Role::Device] {
        lab.get(role, PATH).expect(403);
    }
    // As `GET /api/v1/recalls` does not: that tells how far it has come.
    let part = lab.get(Role::Pharmacy, "/api/v1/recalls").expect(200);
    assert_eq!(part.json()["recalls"], json!([]));
}

#[test]
fn the_log_signed_it_and_it_is_no_checkpoint() {
    let lab = Lab::new();
    let (text, _, _) = list(&lab, Role::Wholesaler);
    let keys = [key(&lab)];
    let signers = Note::parse(&text).unwrap().signers(&keys).unwrap().len();
    assert_eq!(signers, 1);
    assert!(verify_note(&text, &keys).is_err());
    let changed = text.replace("\"lots\":[]", "\"lots\":[ ]");
    assert_ne!(changed, text);
    assert!(Note::parse(&changed).unwrap().signers(&keys).is_err());
}

#[test]
fn the_bytes_stay_until_a_recall_changes_or_a_quarter_of_an_hour_has_passed() {
    let mut lab = Lab::new();
    let (first, tag, _) = list(&lab, Role::Pharmacy);
    let again = |lab: &Lab, tag: &str| {
        let headers = [("If-None-Match", tag)];
        lab.ask(Role::Pharmacy, ("GET", PATH), &headers, &[])
    };
    lab.world.advance(14 * 60_000);
    // Records that recall nothing change nothing.
    let made = commission(&["B1"], "LOT9", NOW_MS);
    lab.capture(Role::Manufacturer, &[made]).expect(202);
    let answer = again(&lab, &tag).expect(304);
    assert!(answer.body.is_empty());
    assert_eq!(answer.headers["etag"], tag);
    assert_eq!(list(&lab, Role::Pharmacy).0, first);

    recall(
        &lab,
        &json!({ "type": "recall", "gtin": GTIN, "lot": "LOT9", "reason": "seal" }),
    );
    again(&lab, &tag).expect(200);
    let (_, tag, told) = list(&lab, Role::Pharmacy);
    assert_eq!(told.lots[0].lot, "LOT9");

    let withdrawn = json!({ "type": "withdraw", "gtin": GTIN, "reason": "licence" });
    recall(&lab, &withdrawn);
    again(&lab, &tag).expect(200);
    let (_, tag, told) = list(&lab, Role::Pharmacy);
    assert_eq!(told.lots.len(), 1);
    assert_eq!(told.products.len(), 1);
    assert_eq!(
        (&*told.products[0].gtin, &*told.products[0].reason),
        (GTIN, "licence")
    );

    lab.world.advance(15 * 60_000);
    again(&lab, &tag).expect(200);
    // A node that is started again signs one of its own, and still knows.
    let before = list(&lab, Role::Pharmacy).2.lots;
    lab.stop();
    lab.start();
    assert_eq!(list(&lab, Role::Pharmacy).2.lots, before);
}
