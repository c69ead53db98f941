//! Verification for trading partners: the paths, bodies and words of GS1 Lightweight Verification
//! Messaging, and its truth table.

use serde_json::{Value, json};
use tests::trade::{Trade, WARM, gln, id, scan};

use super::text;

const UUID: &str = "0190a6b5-0000-7000-8000-000000000001";

fn asked(serial: &str, lot: &str, rest: &str) -> String {
    format!(
        "gtin/{WARM}/lot/{lot}/ser/{serial}?linkType=verificationService\
         &context=dscsaSaleableReturn&corrUUID={UUID}{rest}"
    )
}

fn stocked() -> Trade {
    let trade = Trade::new();
    let serials = ["A1", "A2", "A3", "A4"];
    trade.deliver(
        WARM,
        &serials,
        "L1",
        "https://id.gs1.org/00/395060001000000112",
    );
    let ids: Vec<String> = serials.iter().map(|serial| id(WARM, serial)).collect();
    trade.hand_on(&ids, "pharmacy", 1);
    trade
}

/// `verified`, the reason why not, what else has to be known.
fn answer(trade: &Trade, serial: &str, lot: &str, expiry: &str) -> (bool, String, String) {
    let requester = gln("wholesaler");
    let rest = format!("&reqGLN={requester}{expiry}");
    let path = format!("/vrs/{}", asked(serial, lot, &rest));
    let told = trade.get("wholesaler", &path).expect(200).json();
    assert_eq!(text(&told, "/responderGLN"), gln("maker"));
    assert_eq!(text(&told, "/corrUUID"), UUID);
    assert!(text(&told, "/verificationTimestamp").ends_with('Z'));
    let word = |name: &str| told["data"][name].as_str().unwrap_or("").to_owned();
    let verified = told["data"]["verified"].as_bool().expect("a truth");
    (
        verified,
        word("verificationFailureReason"),
        word("additionalInfo"),
    )
}

#[test]
fn the_truth_table_holds() {
    let trade = stocked();
    drop(trade.operate("pharmacy", "dispense", &[scan(WARM, "A2", "L1")]));
    let yes = |info: &str| (true, String::new(), info.to_owned());
    let no = |reason: &str, info: &str| (false, reason.to_owned(), info.to_owned());
    for (serial, lot, expiry, expected) in [
        ("A1", "L1", "&exp=280131", yes("")),
        ("A1", "L1", "", yes("")),
        // Day 00 is the last day of the month.
        ("A1", "L1", "&exp=280100", yes("")),
        ("ZZ", "L1", "&exp=280131", no("No_match_GTIN_Serial", "")),
        (
            "A1",
            "L9",
            "&exp=280131",
            no("No_match_GTIN_Serial_Lot", ""),
        ),
        (
            "A1",
            "L1",
            "&exp=280331",
            no("No_match_GTIN_Serial_Expiry", ""),
        ),
        (
            "A1",
            "L9",
            "&exp=280331",
            no("No_match_GTIN_Serial_Lot_Expiry", ""),
        ),
        ("A2", "L1", "&exp=280131", no("Not_for_re-distribution", "")),
    ] {
        assert_eq!(
            answer(&trade, serial, lot, expiry),
            expected,
            "{serial} {lot} {expiry}"
        );
    }
    let decide = |decision: Value| {
        drop(
            trade
                .post("maker", "/api/v1/decisions", &decision)
                .expect(201),
        );
    };
    decide(
        json!({ "type": "extend_expiry", "gtin": WARM, "lot": "L1", "expiry": "2028-06-30",
        "reason": "stability data" }),
    );
    assert_eq!(
        answer(&trade, "A1", "L1", "&exp=280131"),
        yes("ExpirationExtended")
    );
    assert_eq!(
        answer(&trade, "A1", "L1", "&exp=280630"),
        yes("ExpirationExtended")
    );
    // Verified and recalled: the identifier is right, and the pack is not to be sold.
    decide(json!({ "type": "recall", "gtin": WARM, "lot": "L1", "reason": "broken seal" }));
    assert_eq!(answer(&trade, "A1", "L1", "&exp=280131"), yes("Recalled"));
}

#[test]
fn a_copied_identifier_is_suspect_though_verified() {
    let trade = stocked();
    trade.node().flush_questions();
    for who in ["other", "third"] {
        let body = json!({ "scan": scan(WARM, "A1", "L1"), "location": gln(who) });
        drop(trade.post(who, "/api/v1/verify", &body).expect(200));
    }
    let strange = json!({ "scan": scan(WARM, "A1", "L1"),
        "location": "https://id.gs1.org/414/9506000199993" });
    drop(trade.post("other", "/api/v1/verify", &strange).expect(200));
    trade.node().flush_questions();
    let (verified, _, info) = answer(&trade, "A1", "L1", "&exp=280131");
    assert_eq!((verified, info.as_str()), (true, "Suspect"));
}

#[test]
fn who_may_ask_and_what_cannot_be_asked() {
    let trade = stocked();
    let me = gln("wholesaler");
    let rows = [
        (
            "wholesaler",
            asked("A1", "L1", &format!("&reqGLN={me}")),
            200,
        ),
        (
            "wholesaler",
            format!("verify/{}", asked("A1", "L1", &format!("&reqGLN={me}"))),
            200,
        ),
        (
            "wholesaler",
            asked("A1", "L1", "&reqGLN=9506000199986"),
            401,
        ),
        (
            "wholesaler",
            asked("A1", "L1", &format!("&reqGLN={}", gln("maker"))),
            403,
        ),
        ("wholesaler", asked("A1", "L1", ""), 400),
        (
            "wholesaler",
            asked("A1", "L1", &format!("&reqGLN={me}&exp=281399")),
            400,
        ),
        (
            "wholesaler",
            asked("A1", "L1", &format!("&reqGLN={me}&colour=red")),
            400,
        ),
        (
            "wholesaler",
            asked("A1", "L1", &format!("&reqGLN={me}")).replace(WARM, "09506000199990"),
            400,
        ),
        (
            "wholesaler",
            asked("A1", "L1", &format!("&reqGLN={me}")).replace(WARM, "09506000134376"),
            404,
        ),
        (
            "wholesaler",
            asked("A1", "L1", &format!("&reqGLN={me}")).replace("dscsaSaleableReturn", "x"),
            400,
        ),
        (
            "wholesaler",
            asked("A1", "L1", &format!("&reqGLN={me}")).replace(UUID, "7"),
            400,
        ),
        (
            "wholesaler",
            format!("checkConnectivity?gtin={WARM}&reqGLN={me}"),
            200,
        ),
        (
            "wholesaler",
            "checkConnectivity?gtin=09506000134376&reqGLN=".to_owned() + me,
            404,
        ),
        (
            "wholesaler",
            format!("checkConnectivity?gtin={WARM}&reqGLN=9506000199986"),
            401,
        ),
        (
            "pharmacy",
            format!("checkConnectivity?gtin={WARM}&reqGLN={me}"),
            403,
        ),
    ];
    for (who, path, status) in rows {
        let answer = trade.get(who, &format!("/vrs/{path}"));
        assert_eq!(answer.status, status, "{who} {path}: {}", answer.text());
    }
    let found = trade.get(
        "wholesaler",
        &format!("/vrs/checkConnectivity?gtin={WARM}&reqGLN={me}&context=dscsaSaleableReturn"),
    );
    assert_eq!(
        found.expect(200).json(),
        json!({ "responderGLN": gln("maker") })
    );
    let nobody = tests::http::Client::new(&trade.url());
    let path = format!("/vrs/{}", asked("A1", "L1", &format!("&reqGLN={me}")));
    assert_eq!(nobody.get(&path).status, 401);
    assert_eq!(nobody.get("/vrs/nothing").status, 404);
}
