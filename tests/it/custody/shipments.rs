//! Shipments by SSCC, by despatch advice, by shipment number; what was expected and what came; the
//! list of them; the sum of a lot.

use gs1::BizStep;
use serde_json::{Value, json};
use tests::http::segment;
use tests::trade::{DAY_MS, NOW_MS, Trade, WARM, commission, id, moved, pack, paper, path, scan};

use super::{number, rows, text};

const FIRST: &str = "https://id.gs1.org/00/395060001000000082";
const SECOND: &str = "https://id.gs1.org/00/395060001000000099";
/// A shipment number of the maker.
const GSIN: &str = "https://id.gs1.org/402/95060001000001231";

/// Two pallets of three packs each leave under one despatch advice and one shipment number.
fn sent() -> Trade {
    let trade = Trade::new();
    let (one, two) = (["A1", "A2", "A3"], ["B1", "B2", "B3"]);
    let all = ["A1", "A2", "A3", "B1", "B2", "B3", "X1"];
    let mut shipping = moved(
        ("maker", "wholesaler"),
        BizStep::Shipping,
        &[FIRST, SECOND],
        7,
        None,
    );
    shipping["bizTransactionList"] = json!([
        { "type": "desadv", "bizTransaction": paper("maker", "DA-77") },
        { "bizTransaction": GSIN },
    ]);
    trade.capture(
        "maker",
        &[
            commission(WARM, &all, "L1", NOW_MS - 9 * DAY_MS),
            pack(FIRST, WARM, &one, NOW_MS - 8 * DAY_MS),
            pack(SECOND, WARM, &two, NOW_MS - 8 * DAY_MS),
            shipping,
        ],
    );
    trade
}

fn shipment(trade: &Trade, who: &str, of: &str) -> Value {
    trade
        .get(who, &path("shipments", of, ""))
        .expect(200)
        .json()
}

#[test]
fn a_despatch_advice_a_shipment_number_and_an_sscc_lead_to_the_goods() {
    let trade = sent();
    let advice = paper("maker", "DA-77");
    for (asked, kind, packs, units) in [
        (FIRST, "unit", 3, 1),
        ("urn:epc:id:sscc:9506000.3100000008", "unit", 3, 1),
        (advice.as_str(), "paper", 6, 2),
        ("DA-77", "paper", 6, 2),
        (GSIN, "paper", 6, 2),
        ("urn:epc:id:gsin:9506000.100000123", "paper", 6, 2),
    ] {
        for who in ["maker", "wholesaler", "regulator"] {
            let found = shipment(&trade, who, asked);
            assert_eq!(found["kind"], kind, "{asked}: {found:#}");
            assert_eq!(number(&found, "/packs"), packs, "{asked}: {found:#}");
            assert_eq!(rows(&found, "/units").len(), units, "{asked}");
            assert_eq!(text(&found, "/receipt/state"), "in_transit", "{found:#}");
            assert_eq!(number(&found, "/receipt/expected"), packs);
            assert_eq!(number(&found, "/receipt/missing_count"), 0);
        }
        // The pharmacy has no part in it.
        drop(
            trade
                .get("pharmacy", &path("shipments", asked, ""))
                .expect(404),
        );
    }
    let found = shipment(&trade, "maker", FIRST);
    assert!(
        rows(&found, "/papers").iter().any(|it| it == &advice),
        "{found:#}"
    );
    drop(
        trade
            .get("maker", &path("shipments", "DA-78", ""))
            .expect(404),
    );
    let list = trade
        .get("wholesaler", "/api/v1/shipments")
        .expect(200)
        .json();
    let ids: Vec<&str> = rows(&list, "/shipments")
        .iter()
        .map(|it| text(it, "/id"))
        .collect();
    assert!(
        ids.contains(&advice.as_str()) && ids.contains(&GSIN),
        "{list:#}"
    );
    let list = trade
        .get("pharmacy", "/api/v1/shipments")
        .expect(200)
        .json();
    assert!(rows(&list, "/shipments").is_empty(), "{list:#}");
}

/// The second pallet is lost, of the first one pack is scanned, and a pack comes that nobody sent.
#[test]
fn what_came_is_held_against_what_was_sent() {
    let trade = sent();
    let advice = paper("maker", "DA-77");
    let (scanned, extra) = (id(WARM, "A1"), id(WARM, "X1"));
    let came = [FIRST, &scanned, &extra];
    let receipt = moved(
        ("maker", "wholesaler"),
        BizStep::Receiving,
        &came,
        6,
        Some(&advice),
    );
    trade.capture("wholesaler", &[receipt]);
    let found = shipment(&trade, "wholesaler", "DA-77");
    let receipt = &found["receipt"];
    assert_eq!(text(receipt, "/state"), "partly_received", "{receipt:#}");
    for (name, count) in [
        ("expected", 6),
        ("scanned", 1),
        ("inferred", 2),
        ("missing_count", 3),
    ] {
        assert_eq!(
            number(receipt, &format!("/{name}")),
            count,
            "{name}: {receipt:#}"
        );
    }
    let missing = ["B1", "B2", "B3"].map(|serial| json!(id(WARM, serial)));
    assert_eq!(rows(receipt, "/missing"), missing);
    assert_eq!(rows(receipt, "/extra"), [json!(extra)], "{receipt:#}");
    let first = shipment(&trade, "wholesaler", FIRST);
    assert_eq!(text(&first, "/receipt/state"), "received", "{first:#}");
    assert_eq!(number(&first, "/receipt/extra_count"), 1);
    assert_eq!(
        text(&shipment(&trade, "wholesaler", SECOND), "/receipt/state"),
        "in_transit"
    );
    // The rest comes a day later.
    let later = moved(
        ("maker", "wholesaler"),
        BizStep::Receiving,
        &[SECOND],
        5,
        Some(&advice),
    );
    trade.capture("wholesaler", &[later]);
    let found = shipment(&trade, "wholesaler", "DA-77");
    assert_eq!(text(&found, "/receipt/state"), "received", "{found:#}");
    assert_eq!(number(&found, "/receipt/missing_count"), 0);
}

#[test]
fn what_was_sent_or_not_survives_a_restart() {
    let mut trade = sent();
    let before = shipment(&trade, "maker", "DA-77");
    trade.restart();
    assert_eq!(shipment(&trade, "maker", "DA-77"), before);
}

#[test]
fn made_is_located_plus_ended_plus_unknown() {
    let trade = sent();
    let quantity = json!([{ "type": "lot_quantity", "gtin": WARM, "lot": "L1", "packs": 7 }]);
    drop(
        trade
            .post("maker", "/api/v1/master-data", &quantity)
            .expect(201),
    );
    let came = moved(
        ("maker", "wholesaler"),
        BizStep::Receiving,
        &[FIRST],
        6,
        None,
    );
    trade.capture("wholesaler", &[came]);
    drop(trade.operate("wholesaler", "destroy", &[scan(WARM, "A1", "L1")]));
    let sum = |who: &str| {
        trade.get(
            who,
            &format!("/api/v1/lots/{WARM}/{}/reconciliation", segment("L1")),
        )
    };
    let told = sum("maker").expect(200).json();
    for (name, count) in [
        ("authorised", 7),
        ("made", 7),
        ("located", 6),
        ("terminal", 1),
        ("unknown", 0),
    ] {
        assert_eq!(
            number(&told, &format!("/{name}")),
            count,
            "{name}: {told:#}"
        );
    }
    assert_eq!(told["balanced"], true);
    assert_eq!(sum("regulator").expect(200).json(), told);
    for who in ["wholesaler", "pharmacy"] {
        drop(sum(who).expect(404));
    }
    let more = commission(WARM, &["Y1"], "L1", NOW_MS - DAY_MS);
    trade.capture("maker", &[more]);
    assert_eq!(
        sum("maker").expect(200).json()["balanced"],
        false,
        "one more than authorised"
    );
}

/// A lot whose every event came too late has a finding for each: the answer holds the first hundred
/// and says how many there are, and later pages of packs do not repeat them.
#[test]
fn a_lot_tells_its_gravest_findings_and_how_many_there_are() {
    let trade = Trade::new();
    let serials: Vec<String> = (0..130).map(|at| format!("L{at:03}")).collect();
    let late = NOW_MS - 400 * DAY_MS;
    let made = serials.iter().zip(0..).map(|(serial, at)| {
        let made_ms = late + at * 60_000;
        commission(WARM, &[serial.as_str()], "L9", made_ms)
    });
    trade.capture("maker", &made.collect::<Vec<_>>());
    let page = |query: &str| {
        let path = format!("/api/v1/lots/{WARM}/L9?limit=100{query}");
        trade.get("maker", &path).expect(200).json()
    };
    let first = page("");
    assert_eq!(rows(&first, "/findings").len(), 100);
    assert!(
        number(&first, "/finding_count") >= 130,
        "{}",
        first["finding_count"]
    );
    let next = page(&format!("&cursor={}", text(&first, "/next")));
    assert_eq!(rows(&next, "/packs").len(), 30);
    assert!(rows(&next, "/findings").is_empty());
    assert_eq!(next["finding_count"], first["finding_count"]);
}
