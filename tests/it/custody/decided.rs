//! What people decided about goods, as every view of a pack tells it: one view must not call good
//! what another has stopped. And what has nothing to decide about is refused.

use serde_json::{Value, json};
use tests::http::segment;
use tests::trade::{COLD, DAY_MS, NOW_MS, Trade, WARM, gln, id, moved, scan, time_text};

use super::{rows, text};

const PALLET: &str = "https://id.gs1.org/00/395060001000000303";

fn decide(trade: &Trade, who: &str, decision: &Value) -> Value {
    let decided = trade.post(who, "/api/v1/decisions", decision);
    decided.expect(201).json()
}

fn history(trade: &Trade, serial: &str) -> Value {
    let path = format!("/api/v1/packs/{}/history", segment(&id(WARM, serial)));
    trade.get("maker", &path).expect(200).json()
}

fn vrs(trade: &Trade, serial: &str, expiry: &str) -> Value {
    let requester = gln("wholesaler");
    let path = format!(
        "/vrs/gtin/{WARM}/lot/L1/ser/{serial}?linkType=verificationService\
         &context=dscsaSaleableReturn&corrUUID=0190a6b5-0000-7000-8000-000000000001\
         &reqGLN={requester}&exp={expiry}"
    );
    let told = trade.get("wholesaler", &path).expect(200).json();
    told["data"].clone()
}

/// What the returns desk is told: `saleable` and the reasons.
fn returned(trade: &Trade, scan: &str) -> (String, String) {
    let body = json!({ "scans": [scan], "location": gln("wholesaler") });
    let answer = trade.post("wholesaler", "/api/v1/returns/check", &body);
    let answer = answer.expect(200).json();
    let reasons = rows(&answer, "/packs/0/reasons").iter();
    let reasons: Vec<&str> = reasons.filter_map(Value::as_str).collect();
    let saleable = text(&answer, "/packs/0/saleable").to_owned();
    (saleable, reasons.join(" "))
}

fn stocked(serials: &[&str]) -> Trade {
    let trade = Trade::new();
    trade.deliver(WARM, serials, "L1", PALLET);
    let ids: Vec<String> = serials.iter().map(|serial| id(WARM, serial)).collect();
    trade.hand_on(&ids, "pharmacy", 1);
    trade
}

#[test]
fn rejected_and_held_goods_are_clean_for_no_trading_partner() {
    let trade = stocked(&["A1", "A2", "A3"]);
    for (kind, serial) in [("qa_reject", "A1"), ("qa_hold", "A2")] {
        let subject = id(WARM, serial);
        decide(
            &trade,
            "maker",
            &json!({ "type": kind, "subject": subject, "reason": "cracked vials" }),
        );
    }
    let rejected = vrs(&trade, "A1", "280131");
    assert_eq!(rejected["verified"], false, "{rejected:#}");
    assert_eq!(
        text(&rejected, "/verificationFailureReason"),
        "Not_for_re-distribution"
    );
    let held = vrs(&trade, "A2", "280131");
    assert_eq!(held["verified"], true, "{held:#}");
    assert_eq!(text(&held, "/additionalInfo"), "Suspect");
    assert_eq!(vrs(&trade, "A3", "280131")["additionalInfo"], Value::Null);
}

#[test]
fn a_withdrawn_product_is_stopped_in_every_view() {
    let trade = stocked(&["A1"]);
    decide(
        &trade,
        "maker",
        &json!({ "type": "withdraw", "gtin": WARM, "reason": "no benefit" }),
    );
    let told = history(&trade, "A1");
    assert_eq!(told["pack"]["recalled"], true, "{told:#}");
    assert_eq!(text(&told, "/pack/recall/reason"), "no benefit");
    assert_ne!(text(&told, "/pack/eu_status"), "active");
    let lot = trade.get("maker", &format!("/api/v1/lots/{WARM}/L1"));
    let lot = lot.expect(200).json();
    assert_eq!(text(&lot, "/recalled/reason"), "no benefit");
}

#[test]
fn an_extended_lot_has_its_new_last_day_in_every_view() {
    let trade = stocked(&["A1"]);
    decide(
        &trade,
        "maker",
        &json!({ "type": "extend_expiry", "gtin": WARM, "lot": "L1", "expiry": "2028-06-30",
            "reason": "stability data" }),
    );
    assert_eq!(text(&history(&trade, "A1"), "/pack/expiry"), "2028-06-30");
    let lot = trade.get("maker", &format!("/api/v1/lots/{WARM}/L1"));
    assert_eq!(text(&lot.expect(200).json(), "/expiry"), "2028-06-30");
    let ask = json!({ "scan": scan(WARM, "A1", "L1") });
    let verdict = trade.post("pharmacy", "/api/v1/verify", &ask);
    assert_eq!(
        text(&verdict.expect(200).json(), "/pack/expiry"),
        "2028-06-30"
    );
    // The label has the old one.
    for printed in ["280131", "280630"] {
        assert_eq!(vrs(&trade, "A1", printed)["verified"], true, "{printed}");
    }
    assert_eq!(vrs(&trade, "A1", "290131")["verified"], false);
}

#[test]
fn an_undo_that_takes_nothing_back_is_refused() {
    let trade = stocked(&["A1"]);
    let hold = json!({ "type": "qa_hold", "subject": id(WARM, "A1"), "reason": "look" });
    let recall = json!({ "type": "recall", "gtin": WARM, "lot": "L2", "reason": "seal" });
    let block = |decision: &Value| {
        let decided = decide(&trade, "maker", decision);
        text(&decided, "/block").to_owned()
    };
    let (held, recalled) = (block(&hold), block(&recall));
    let undo = |who: &str, block: &str| {
        let decision = json!({ "type": "undo", "decision": { "block": block, "item": 0 },
            "reason": "in error" });
        trade.post(who, "/api/v1/decisions", &decision)
    };
    // What is another's is told like what is none.
    let none = undo("maker", &"ab".repeat(32)).expect(404).json();
    let others = undo("regulator", &held).expect(404).json();
    assert_eq!(text(&none, "/detail"), text(&others, "/detail"));
    drop(undo("maker", &recalled).expect(409));
    drop(undo("maker", &held).expect(201));
    drop(undo("maker", &held).expect(409));
}

#[test]
fn what_was_opened_or_never_left_is_no_return() {
    let trade = stocked(&["A1", "A2"]);
    assert_eq!(returned(&trade, &scan(WARM, "A1", "L1")).0, "yes");
    let part = json!({
        "type": "ObjectEvent",
        "eventTime": time_text(NOW_MS - DAY_MS / 2),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "dispensing",
        "disposition": "partially_dispensed",
        "epcList": [id(WARM, "A1")],
        "readPoint": { "id": tests::trade::place("pharmacy").canonical() },
    });
    let (pack, back) = (id(WARM, "A1"), ("pharmacy", "wholesaler"));
    let step = |step: &str| gs1::BizStep::parse(step).expect("a step");
    let sent = moved(back, step("shipping"), &[&pack], 0, None);
    trade.capture("pharmacy", &[part, sent]);
    let came = moved(back, step("receiving"), &[&pack], 0, None);
    trade.capture("wholesaler", &[came]);
    let (saleable, reasons) = returned(&trade, &scan(WARM, "A1", "L1"));
    assert_eq!(saleable, "no");
    assert!(reasons.contains("OPENED"), "{reasons}");

    // A shipment that was called off was no sale.
    let other = Trade::new();
    other.deliver(WARM, &["B1"], "L1", PALLET);
    let (pack, on) = (id(WARM, "B1"), ("wholesaler", "pharmacy"));
    let sent = moved(on, step("shipping"), &[&pack], 2, None);
    let called_off = moved(on, step("void_shipping"), &[&pack], 1, None);
    other.capture("wholesaler", &[sent, called_off]);
    let (saleable, reasons) = returned(&other, &scan(WARM, "B1", "L1"));
    assert_eq!(
        (saleable.as_str(), reasons.as_str()),
        ("ask", "NOT_SOLD_BY_YOU")
    );
}

/// Nine degrees for hours; quality assurance looked and released the goods.
#[test]
fn a_released_excursion_bars_no_return() {
    let trade = Trade::new();
    trade.deliver(COLD, &["C1"], "LC", PALLET);
    let reading = |hour: i64| {
        json!({ "type": "Temperature", "value": if hour < 6 { 9.0 } else { 5.0 }, "uom": "CEL",
            "time": time_text(NOW_MS - 7 * DAY_MS + hour * 3_600_000) })
    };
    let measured = json!({
        "type": "ObjectEvent",
        "eventTime": time_text(NOW_MS - 6 * DAY_MS),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "epcList": [PALLET],
        "sensorElementList": [{
            "sensorMetadata": { "deviceID": "urn:test:logger-7" },
            "sensorReport": (0..=24).map(reading).collect::<Vec<_>>() }],
    });
    trade.capture("maker", &[measured]);
    trade.hand_on(&[id(COLD, "C1")], "pharmacy", 1);
    let scanned = scan(COLD, "C1", "LC");
    let (saleable, reasons) = returned(&trade, &scanned);
    assert_eq!(saleable, "no");
    assert_eq!(
        reasons.matches("COLD_CHAIN_EXCURSION").count(),
        1,
        "{reasons}"
    );
    decide(
        &trade,
        "maker",
        &json!({ "type": "qa_release", "subject": PALLET, "reason": "stable at 25 C" }),
    );
    let (saleable, reasons) = returned(&trade, &scanned);
    assert_ne!(saleable, "no");
    assert!(!reasons.contains("COLD_CHAIN_EXCURSION"), "{reasons}");
}

/// Goods that a third party took by mistake: who they were sent to still sees where they are.
#[test]
fn whom_goods_were_sent_to_keeps_sight_of_them() {
    let trade = Trade::new();
    trade.deliver(WARM, &["A1"], "L1", PALLET);
    let pack = id(WARM, "A1");
    let sent = moved(
        ("wholesaler", "pharmacy"),
        gs1::BizStep::Shipping,
        &[&pack],
        2,
        None,
    );
    trade.capture("wholesaler", &[sent]);
    let path = format!("/api/v1/packs/{}/history", segment(&pack));
    drop(trade.get("pharmacy", &path).expect(200));
    let astray = moved(
        ("wholesaler", "third"),
        gs1::BizStep::Receiving,
        &[&pack],
        1,
        None,
    );
    trade.capture("third", &[astray]);
    drop(trade.get("pharmacy", &path).expect(200));
    drop(trade.get("other", &path).expect(404));
}
