//! Changes of state in the words of the European system: who may, what follows what, the conditions
//! of an undo, and that each pack is answered for itself.

use serde_json::{Value, json};
use tests::trade::{DAY_MS, NOW_MS, Trade, WARM, commission, gln, id, scan};

use super::{number, rows, text};

const PALLET: &str = "https://id.gs1.org/00/395060001000000068";

/// Packs of a lot, at the pharmacy since yesterday.
fn stocked(serials: &[&str]) -> Trade {
    let trade = Trade::new();
    trade.deliver(WARM, serials, "L1", PALLET);
    let ids: Vec<String> = serials.iter().map(|serial| id(WARM, serial)).collect();
    trade.hand_on(&ids, "pharmacy", 1);
    trade
}

/// Result, state and code of the only pack of an answer.
fn one(answer: &Value) -> (String, String, String) {
    let of = |name: &str| {
        let value = answer.pointer(&format!("/packs/0/{name}"));
        value.and_then(Value::as_str).unwrap_or("-").to_owned()
    };
    (of("result"), of("state"), of("code"))
}

fn told(result: &str, state: &str, code: &str) -> (String, String, String) {
    (result.to_owned(), state.to_owned(), code.to_owned())
}

#[test]
fn each_step_of_a_packs_life_is_answered_by_state_and_reason() {
    let trade = stocked(&["A1", "A2", "A3", "A4", "A5"]);
    // Rows: days that pass, who, what, serial; result, state and code.
    let rows = [
        (
            0, "pharmacy", "dispense", "A1", "changed", "supplied", "DONE",
        ),
        (
            0,
            "pharmacy",
            "dispense",
            "A1",
            "unchanged",
            "supplied",
            "ALREADY_SET",
        ),
        (0, "pharmacy", "undo", "A1", "changed", "active", "DONE"),
        (
            0,
            "pharmacy",
            "undo",
            "A1",
            "unchanged",
            "active",
            "NOTHING_TO_UNDO",
        ),
        (
            0, "pharmacy", "dispense", "A1", "changed", "supplied", "DONE",
        ),
        (
            0,
            "other",
            "dispense",
            "A1",
            "refused",
            "supplied",
            "ALREADY_DISPENSED_ELSEWHERE",
        ),
        (
            0,
            "pharmacy",
            "dispense",
            "NEVER",
            "refused",
            "unknown",
            "UNKNOWN_SERIAL",
        ),
        (
            0,
            "pharmacy",
            "destroy",
            "A2",
            "changed",
            "destroyed",
            "DONE",
        ),
        (
            0,
            "pharmacy",
            "undo",
            "A2",
            "refused",
            "destroyed",
            "IRREVOCABLE",
        ),
        (
            0,
            "pharmacy",
            "dispense",
            "A2",
            "refused",
            "destroyed",
            "DESTROYED",
        ),
        (0, "pharmacy", "sample", "A3", "changed", "sample", "DONE"),
        (
            0,
            "pharmacy",
            "dispense",
            "A3",
            "refused",
            "sample",
            "STATE_FORBIDS",
        ),
        (0, "maker", "lock", "A4", "changed", "locked", "DONE"),
        (
            0,
            "pharmacy",
            "dispense",
            "A4",
            "refused",
            "locked",
            "STATE_FORBIDS",
        ),
        (
            0,
            "maker",
            "report_stolen",
            "A5",
            "changed",
            "stolen",
            "DONE",
        ),
        (
            0, "pharmacy", "dispense", "A5", "refused", "stolen", "STOLEN",
        ),
        // Ten days later a lock can still be taken back, a supply cannot.
        (
            11, "pharmacy", "undo", "A1", "refused", "supplied", "TOO_LATE",
        ),
        (0, "pharmacy", "undo", "A3", "refused", "sample", "TOO_LATE"),
        (0, "maker", "undo", "A4", "changed", "active", "DONE"),
        (
            0, "pharmacy", "dispense", "A4", "changed", "supplied", "DONE",
        ),
    ];
    for (days, who, operation, serial, result, state, code) in rows {
        trade.world.advance(days * DAY_MS + 1_000);
        let answer = trade.operate(who, operation, &[scan(WARM, serial, "L1")]);
        let got = one(&answer);
        assert_eq!(
            got,
            told(result, state, code),
            "{who} {operation} {serial}: {answer:#}"
        );
        assert_eq!(
            answer["block"].is_string(),
            result == "changed",
            "{answer:#}"
        );
        assert!(text(&answer, "/packs/0/sentence").len() > 10);
    }
    let history = tests::trade::path("packs", &id(WARM, "A1"), "/history");
    let history = trade.get("pharmacy", &history).expect(200).json();
    let steps: Vec<&str> = rows_of(&history);
    let ends = steps.iter().filter(|step| **step == "dispensing").count();
    assert_eq!(ends, 2, "what was refused is not on record: {steps:?}");
}

fn rows_of(history: &Value) -> Vec<&str> {
    let steps = rows(history, "/events").iter();
    steps
        .filter_map(|event| event["biz_step"].as_str())
        .collect()
}

#[test]
fn the_reason_has_the_systems_number_and_the_hubs_alert() {
    let trade = stocked(&["A1"]);
    let numbers = |serial: &str, lot: &str| {
        let answer = trade.operate("pharmacy", "dispense", &[scan(WARM, serial, lot)]);
        let of = |name: &str| answer["packs"][0][name].as_str().unwrap_or("-").to_owned();
        (of("return_code"), of("hub_alert"))
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(numbers("NO", "L1"), pair("NMVS_NC_PC_02", "#A3"));
    assert_eq!(numbers("NO", "NOLOT"), pair("NMVS_FE_LOT_03", "#A2"));
    assert_eq!(numbers("A1", "L2"), pair("NMVS_FE_LOT_13", "#A68"));
    assert_eq!(numbers("A1", "L1"), pair("-", "-"));
    assert_eq!(numbers("A1", "L1"), pair("NMVS_NC_PCK_19", "#A7"));
    let undo = trade.operate("other", "undo", &[scan(WARM, "A1", "L1")]);
    assert_eq!(one(&undo).2, "NOT_YOURS", "{undo:#}");
}

#[test]
fn an_undo_is_for_the_same_party_at_the_same_premises() {
    let trade = stocked(&["A1", "A2"]);
    let body = |operation: &str, serial: &str, place: &str| {
        let scans = [scan(WARM, serial, "L1")];
        json!({ "operation": operation, "scans": scans, "location": place })
    };
    let post = |who: &str, body: &Value| {
        trade
            .post(who, "/api/v1/operations", body)
            .expect(200)
            .json()
    };
    let here = format!("https://id.gs1.org/414/{}/254/counter-1", gln("pharmacy"));
    let there = gln("third");
    assert_eq!(
        one(&post("pharmacy", &body("dispense", "A1", &here))).0,
        "changed"
    );
    // The wholesaler had a part in the pack, and did not dispense it.
    let undo = post("wholesaler", &body("undo", "A1", gln("wholesaler")));
    assert_eq!(one(&undo).2, "OTHER_PARTY", "{undo:#}");
    assert_eq!(
        one(&post("pharmacy", &body("undo", "A1", there))).2,
        "OTHER_PREMISES"
    );
    // Another counter of the same premises may.
    let beside = format!("https://id.gs1.org/414/{}/254/counter-2", gln("pharmacy"));
    assert_eq!(
        one(&post("pharmacy", &body("undo", "A1", &beside))).0,
        "changed"
    );
}

#[test]
fn a_recalled_or_expired_pack_is_not_supplied_but_may_be_destroyed() {
    let trade = stocked(&["A1", "A2", "A3"]);
    drop(trade.operate("pharmacy", "dispense", &[scan(WARM, "A3", "L1")]));
    let recall = json!({ "type": "recall", "gtin": WARM, "lot": "L1", "reason": "broken seal" });
    drop(
        trade
            .post("maker", "/api/v1/decisions", &recall)
            .expect(201),
    );
    let answer = trade.operate("pharmacy", "dispense", &[scan(WARM, "A1", "L1")]);
    assert_eq!(one(&answer), told("refused", "active", "RECALLED"));
    let answer = trade.operate("pharmacy", "undo", &[scan(WARM, "A3", "L1")]);
    assert_eq!(one(&answer), told("refused", "supplied", "RECALLED"));
    let answer = trade.operate("pharmacy", "destroy", &[scan(WARM, "A1", "L1")]);
    assert_eq!(one(&answer), told("changed", "destroyed", "DONE"));

    let trade = stocked(&["B1"]);
    trade.world.advance(800 * DAY_MS);
    let answer = trade.operate("pharmacy", "dispense", &[scan(WARM, "B1", "L1")]);
    assert_eq!(one(&answer).2, "EXPIRED", "{answer:#}");
}

#[test]
fn who_may_do_what() {
    let trade = stocked(&["A1"]);
    let scans = [scan(WARM, "A1", "L1")];
    for (who, operation, status) in [
        ("pharmacy", "export", 403),
        ("pharmacy", "lock", 403),
        ("pharmacy", "free_sample", 403),
        ("wholesaler", "dispense", 403),
        ("wholesaler", "report_stolen", 403),
        ("maker", "dispense", 403),
        ("regulator", "destroy", 403),
        ("admin", "destroy", 403),
        ("pharmacy", "eat", 400),
        ("pharmacy", "dispense", 200),
    ] {
        let body = json!({ "operation": operation, "scans": scans });
        let answer = trade.post(who, "/api/v1/operations", &body);
        assert_eq!(
            answer.status,
            status,
            "{who} {operation}: {}",
            answer.text()
        );
    }
    // What is not there and what is not one's own is answered alike.
    let foreign = trade.operate("other", "destroy", &[scan(WARM, "A1", "L1")]);
    let absent = trade.operate("other", "destroy", &[scan(WARM, "ZZ", "L1")]);
    for name in ["result", "state", "code", "sentence"] {
        assert_eq!(
            foreign["packs"][0][name], absent["packs"][0][name],
            "{name}"
        );
    }
}

#[test]
fn some_of_many_change_and_the_same_request_is_carried_out_once() {
    let trade = stocked(&["A1", "A2"]);
    let scans = [
        scan(WARM, "A1", "L1"),
        "garbage".to_owned(),
        scan(WARM, "A2", "L1"),
        scan(WARM, "A2", "L1"),
        scan(WARM, "NO", "L1"),
    ];
    let body = json!({ "operation": "dispense", "scans": scans }).to_string();
    let send = || {
        let mut answer = ureq::post(format!("{}/api/v1/operations", trade.url()))
            .header(
                "authorization",
                format!("Bearer {}", trade.keys["pharmacy"]),
            )
            .header("content-type", "application/json")
            .header("idempotency-key", "till-7-1")
            .send(body.as_bytes())
            .expect("an answer");
        let bytes = answer.body_mut().read_to_vec().expect("a body");
        serde_json::from_slice::<Value>(&bytes).expect("JSON")
    };
    let first = send();
    assert_eq!(number(&first, "/changed"), 2, "{first:#}");
    assert_eq!(number(&first, "/refused"), 3, "{first:#}");
    let codes: Vec<&str> = rows(&first, "/packs")
        .iter()
        .map(|it| text(it, "/code"))
        .collect();
    assert_eq!(
        codes,
        [
            "DONE",
            "UNREADABLE",
            "DONE",
            "TWICE_IN_REQUEST",
            "UNKNOWN_SERIAL"
        ]
    );
    assert_eq!(send(), first, "the answer is given again");
}

/// Two tills at once: one of them supplies.
#[test]
fn two_requests_at_once_supply_a_pack_once() {
    let trade = stocked(&["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"]);
    for serial in ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"] {
        let scans = [scan(WARM, serial, "L1")];
        let changed: u64 = std::thread::scope(|scope| {
            let tills: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        number(&trade.operate("pharmacy", "dispense", &scans), "/changed")
                    })
                })
                .collect();
            tills
                .into_iter()
                .map(|till| till.join().expect("a till"))
                .sum()
        });
        assert_eq!(changed, 1, "{serial}");
    }
}

#[test]
fn a_return_is_saleable_when_it_was_sold_here_lately_and_kept_well() {
    let trade = stocked(&["A1"]);
    let cold = "https://id.gs1.org/00/395060001000000075";
    trade.deliver(tests::trade::COLD, &["C1"], "LC", cold);
    let check = |gtin: &str, serial: &str, lot: &str| {
        let body = json!({ "scans": [scan(gtin, serial, lot)], "location": gln("wholesaler") });
        let answer = trade
            .post("wholesaler", "/api/v1/returns/check", &body)
            .expect(200)
            .json();
        let reasons = rows(&answer, "/packs/0/reasons").iter();
        let reasons: Vec<String> = reasons
            .map(|it| it.as_str().unwrap_or_default().to_owned())
            .collect();
        (
            text(&answer, "/packs/0/saleable").to_owned(),
            reasons.join(" "),
        )
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(check(WARM, "A1", "L1"), pair("yes", ""));
    assert_eq!(
        check(WARM, "NO", "L1"),
        pair("no", "UNKNOWN_SERIAL NOT_SOLD_BY_YOU")
    );
    // It has it, and never sold it; and nobody measured how warm it was.
    let (saleable, reasons) = check(tests::trade::COLD, "C1", "LC");
    assert_eq!(saleable, "ask");
    assert!(
        reasons.contains("NOT_SOLD_BY_YOU") && reasons.contains("COLD_CHAIN"),
        "{reasons}"
    );
    trade.world.advance(12 * DAY_MS);
    assert_eq!(check(WARM, "A1", "L1"), pair("ask", "RETURNED_TOO_LATE"));
    drop(trade.operate("pharmacy", "dispense", &[scan(WARM, "A1", "L1")]));
    let (saleable, reasons) = check(WARM, "A1", "L1");
    assert_eq!(saleable, "no");
    assert!(reasons.contains("ALREADY_DISPENSED_ELSEWHERE"), "{reasons}");
    let late = commission(WARM, &["A9"], "L1", NOW_MS);
    trade.capture("maker", &[late]);
}

/// What is wrong with a request is named by the field of the request.
#[test]
fn a_wrong_offset_of_local_time_is_named() {
    let trade = stocked(&["A1"]);
    let ask = |zone: &str| {
        let body = json!({ "operation": "dispense", "scans": [scan(WARM, "A1", "L1")],
            "time_zone_offset": zone });
        trade.post("pharmacy", "/api/v1/operations", &body)
    };
    for zone in [
        "", "CET", "+1:00", "+01:60", "+15:00", "-14:30", "01:00", "Z", "+01:0a", "++1:00",
    ] {
        let told = ask(zone).expect(422).json();
        assert!(
            text(&told, "/detail").starts_with("time_zone_offset:"),
            "{told:#}"
        );
    }
    for zone in ["+14:00", "-13:59", "+00:00"] {
        drop(ask(zone).expect(200));
    }
}
