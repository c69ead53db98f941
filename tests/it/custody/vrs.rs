//! Verification for trading partners: the paths, bodies and words of GS1 Lightweight Verification
//! Messaging, and its truth table.

use serde_json::{Value, json};
use tests::http::segment;
use tests::trade::{DAY_MS, NOW_MS, Trade, WARM, commission, gln, id, scan};

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

/// Every character that a lot or a serial number may hold (GS1 General Specifications, set 82), as
/// it comes in a path, and twice encoded as a value of its own: the pack is found, and what is on
/// record of the question says the same.
#[test]
fn every_character_of_a_lot_and_a_serial_number_arrives() {
    const SET: &str = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_\
                       abcdefghijklmnopqrstuvwxyz";
    assert_eq!(SET.len(), 82);
    let set: Vec<char> = SET.chars().collect();
    let mut names: Vec<String> = set.chunks(14).map(|some| some.iter().collect()).collect();
    let marks = set.iter().filter(|it| !it.is_ascii_alphanumeric());
    names.extend(marks.map(|mark| format!("P{mark}1{mark}")));
    names.extend(["P(10)3", "(17)280131", "P%2B1", "<GS>10A", "A/../B"].map(str::to_owned));
    let trade = Trade::new();
    let lot_of = |name: &str| name.chars().rev().collect::<String>();
    let made: Vec<Value> = names
        .iter()
        .map(|name| commission(WARM, &[&segment(name)], &lot_of(name), NOW_MS - DAY_MS))
        .collect();
    trade.capture("maker", &made);
    for name in &names {
        let (serial, lot) = (segment(name), segment(&lot_of(name)));
        let told = answer(&trade, &serial, &lot, "&exp=280131");
        assert_eq!(told, (true, String::new(), String::new()), "{name}");
        let (verified, reason, _) = answer(&trade, &serial, "L9", "&exp=280131");
        let reason = (verified, reason.as_str());
        assert_eq!(reason, (false, "No_match_GTIN_Serial_Lot"), "{name}");
    }
    let (verified, reason, _) = answer(&trade, "P%252B", "L", "");
    assert_eq!((verified, reason.as_str()), (false, "No_match_GTIN_Serial"));
}

/// What a partner asked is on record as it was meant: nothing is said against a genuine pack.
#[test]
fn a_question_about_odd_characters_raises_no_alarm() {
    let trade = Trade::new();
    let names = ["P/1", "P+2", "P%3", "P(10)4", "P<GS>5"];
    let made: Vec<Value> = names
        .iter()
        .map(|name| commission(WARM, &[&segment(name)], name, NOW_MS - DAY_MS))
        .collect();
    trade.capture("maker", &made);
    for name in names {
        let told = answer(&trade, &segment(name), &segment(name), "&exp=280131");
        assert!(told.0, "{name}: {told:?}");
    }
    trade.node().flush_questions();
    let alerts = trade.get("maker", "/api/v1/alerts").expect(200).json();
    assert_eq!(alerts["alerts"], json!([]), "{alerts:#}");
    // Nor does the counter: the label says what was recorded.
    for name in names {
        let part = segment(name);
        let link = format!("https://id.gs1.org/01/{WARM}/10/{part}/21/{part}?17=280131");
        let body = json!({ "scan": link });
        let told = trade.post("wholesaler", "/api/v1/verify", &body);
        let told = told.expect(200).json();
        assert_eq!(text(&told, "/verdict"), "genuine", "{told:#}");
        assert_eq!(text(&told, "/pack/lot"), name);
    }
}

/// A pack that is locked while somebody investigates is one that was assigned, and suspect.
#[test]
fn a_locked_pack_is_suspect_until_it_is_unlocked() {
    let trade = stocked();
    let packs = [scan(WARM, "A1", "L1")];
    let locked = trade.operate("maker", "lock", &packs);
    assert_eq!(locked["packs"][0]["state"], "locked", "{locked:#}");
    let word = || answer(&trade, "A1", "L1", "&exp=280131");
    assert_eq!(word(), (true, String::new(), "Suspect".to_owned()));
    drop(trade.operate("maker", "undo", &packs));
    assert_eq!(word(), (true, String::new(), String::new()));
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
