//! A despatch advice is told by the journey that went under it: shortages stay, nothing that was
//! sent by others is missing, and nobody is blamed for the temperatures of a later way.

use gs1::BizStep;
use serde_json::{Value, json};
use tests::http::segment;
use tests::trade::{
    DAY_MS, NOW_MS, Trade, WARM, commission, gln, id, moved, pack, paper, time_text,
};

use super::{number, rows, text};

const PALLET: &str = "https://id.gs1.org/00/395060001000000228";
const OUT: (&str, &str) = ("maker", "wholesaler");
const ON: (&str, &str) = ("wholesaler", "pharmacy");

/// A pallet of packs is sent to the wholesaler under `ADV1`.
fn sent(serials: &[&str]) -> Trade {
    let trade = Trade::new();
    let advice = paper("maker", "ADV1");
    trade.capture(
        "maker",
        &[
            commission(WARM, serials, "L1", NOW_MS - 20 * DAY_MS),
            pack(PALLET, WARM, serials, NOW_MS - 19 * DAY_MS),
            moved(OUT, BizStep::Shipping, &[PALLET], 18, Some(&advice)),
        ],
    );
    trade
}

/// What comes to the wholesaler under `ADV1`.
fn came(trade: &Trade, things: &[&str]) {
    let advice = paper("maker", "ADV1");
    let receipt = moved(OUT, BizStep::Receiving, things, 17, Some(&advice));
    trade.capture("wholesaler", &[receipt]);
}

/// The wholesaler takes packs out of the pallet (all of them, where none is named) or puts some in.
fn regrouped(trade: &Trade, action: &str, serials: &[&str], days: i64) {
    let named = if serials.is_empty() { &["A1"] } else { serials };
    let mut event = pack(PALLET, WARM, named, NOW_MS - days * DAY_MS);
    if serials.is_empty() {
        event["childEPCs"] = json!([]);
    }
    event["action"] = json!(action);
    event["eventID"] = json!(format!("urn:uuid:0190a6b5-0000-7000-8000-{days:012}"));
    let here = json!({ "id": format!("https://id.gs1.org/414/{}", gln("wholesaler")) });
    event["readPoint"] = here;
    trade.capture("wholesaler", &[event]);
}

/// The pallet goes on to the pharmacy under `ADV2`, and comes.
fn sent_on(trade: &Trade) {
    let advice = paper("wholesaler", "ADV2");
    let event = moved(ON, BizStep::Shipping, &[PALLET], 10, Some(&advice));
    trade.capture("wholesaler", &[event]);
    let event = moved(ON, BizStep::Receiving, &[PALLET], 9, Some(&advice));
    trade.capture("pharmacy", &[event]);
}

fn shipment(trade: &Trade, of: &str) -> Value {
    let path = format!("/api/v1/shipments/{}", segment(of));
    trade.get("wholesaler", &path).expect(200).json()
}

fn receipt(trade: &Trade, of: &str) -> (String, u64, u64) {
    let found = shipment(trade, of);
    let number = |name: &str| number(&found, &format!("/receipt/{name}"));
    let state = text(&found, "/receipt/state").to_owned();
    (state, number("expected"), number("missing_count"))
}

fn told(state: &str, expected: u64, missing: u64) -> (String, u64, u64) {
    (state.to_owned(), expected, missing)
}

#[test]
fn a_shortage_stays_when_what_came_is_packed_anew_and_goes_on() {
    let trade = sent(&["A1", "A2", "A3", "A4"]);
    let (first, second) = (id(WARM, "A1"), id(WARM, "A2"));
    came(&trade, &[&first, &second]);
    assert_eq!(receipt(&trade, "ADV1"), told("partly_received", 4, 2));
    regrouped(&trade, "DELETE", &[], 13);
    regrouped(&trade, "ADD", &["A1", "A2"], 12);
    sent_on(&trade);
    assert_eq!(receipt(&trade, "ADV1"), told("partly_received", 4, 2));
    assert_eq!(receipt(&trade, "ADV2"), told("received", 2, 0));
    // The unit itself is told by its latest journey.
    assert_eq!(receipt(&trade, PALLET), told("received", 2, 0));
    let path = "/api/v1/shipments/ADV1/exception-report?email=a@b.example";
    let report = trade.get("wholesaler", path).expect(200).json();
    let missing: Vec<&str> = rows(&report, "/exceptions/missing_product")
        .iter()
        .map(|it| text(it, "/product_serial"))
        .collect();
    assert_eq!(missing, ["A3", "A4"]);
}

#[test]
fn what_is_taken_out_or_put_in_after_receipt_changes_no_receipt() {
    let trade = sent(&["A1", "A2", "A3"]);
    let own = id(WARM, "X1");
    let other = paper("maker", "ADV0");
    trade.capture(
        "maker",
        &[
            commission(WARM, &["X1"], "L2", NOW_MS - 20 * DAY_MS),
            moved(OUT, BizStep::Shipping, &[&own], 19, Some(&other)),
        ],
    );
    let event = moved(OUT, BizStep::Receiving, &[&own], 18, Some(&other));
    trade.capture("wholesaler", &[event]);
    came(&trade, &[PALLET]);
    let whole = told("received", 3, 0);
    assert_eq!(receipt(&trade, "ADV1"), whole);
    regrouped(&trade, "ADD", &["X1"], 13);
    assert_eq!(receipt(&trade, "ADV1"), whole);
    assert_eq!(number(&shipment(&trade, "ADV1"), "/packs"), 3);
    regrouped(&trade, "DELETE", &["A1"], 12);
    assert_eq!(receipt(&trade, "ADV1"), whole);
    sent_on(&trade);
    assert_eq!(receipt(&trade, "ADV1"), whole);
    assert_eq!(receipt(&trade, "ADV2"), told("received", 3, 0));
}

/// A reading each hour from days before now on.
fn measured(trade: &Trade, celsius: f64, (days, hours): (i64, i64)) {
    let reading = |hour: i64| {
        json!({ "type": "Temperature", "value": celsius, "uom": "CEL",
            "time": time_text(NOW_MS - days * DAY_MS + hour * 3_600_000) })
    };
    let event = json!({
        "type": "ObjectEvent",
        "eventID": format!("urn:uuid:0190a6b5-0000-7000-9000-{days:012}"),
        "eventTime": time_text(NOW_MS - days * DAY_MS + hours * 3_600_000),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "epcList": [PALLET],
        "sensorElementList": [{
            "sensorMetadata": { "deviceID": "urn:test:logger-7" },
            "sensorReport": (0..=hours).map(reading).collect::<Vec<_>>() }],
    });
    trade.capture("maker", &[event]);
}

#[test]
fn a_paper_tells_the_ways_and_the_temperatures_of_its_own_journey() {
    let trade = sent(&["A1", "A2", "A3"]);
    measured(&trade, 20.0, (18, 24));
    came(&trade, &[PALLET]);
    sent_on(&trade);
    measured(&trade, 48.0, (10, 24));
    let first = shipment(&trade, "ADV1");
    assert_eq!(text(&first, "/cold_chain/status"), "within", "{first:#}");
    assert_eq!(number(&first, "/cold_chain/readings_total"), 25);
    let second = shipment(&trade, "ADV2");
    assert_eq!(
        text(&second, "/cold_chain/status"),
        "excursion",
        "{second:#}"
    );
    for (of, readings) in [("ADV1", 25), ("ADV2", 25), (PALLET, 50)] {
        let path = format!("/api/v1/shipments/{}/readings", segment(of));
        let all = trade.get("wholesaler", &path).expect(200).json();
        assert_eq!(number(&all, "/count"), readings, "{of}");
    }
    for (found, (from, to)) in [(&first, OUT), (&second, ON)] {
        let legs = rows(found, "/legs");
        assert_eq!(legs.len(), 1, "{found:#}");
        assert_eq!(text(&legs[0], "/from/gln"), gln(from));
        assert_eq!(text(&legs[0], "/to/gln"), gln(to));
    }
    assert_eq!(rows(&shipment(&trade, PALLET), "/legs").len(), 2);
}

/// Loose packs under one paper went one way together, wherever each of them went later.
#[test]
fn loose_packs_of_a_paper_share_its_way() {
    let trade = Trade::new();
    let serials = ["B1", "B2", "B3"];
    let packs = serials.map(|serial| id(WARM, serial));
    let packs: Vec<&str> = packs.iter().map(String::as_str).collect();
    let advice = paper("maker", "ADV1");
    trade.capture(
        "maker",
        &[
            commission(WARM, &serials, "L1", NOW_MS - 20 * DAY_MS),
            moved(OUT, BizStep::Shipping, &packs, 18, Some(&advice)),
        ],
    );
    came(&trade, &packs);
    let on = paper("wholesaler", "ADV2");
    let event = moved(ON, BizStep::Shipping, &packs[..2], 10, Some(&on));
    trade.capture("wholesaler", &[event]);
    assert_eq!(rows(&shipment(&trade, "ADV1"), "/legs").len(), 1);
    assert_eq!(receipt(&trade, "ADV1"), told("received", 3, 0));
    assert_eq!(receipt(&trade, "ADV2"), told("in_transit", 2, 0));
    for version in ["r4", "r5"] {
        let path = format!(
            "/fhir/{version}/SupplyDelivery?identifier={}",
            segment(&advice)
        );
        let bundle = trade.get("wholesaler", &path).expect(200).json();
        let found = &bundle["entry"][0]["resource"];
        assert_eq!(text(found, "/supplier/identifier/value"), gln("maker"));
        assert_eq!(
            text(found, "/receiver/0/identifier/value"),
            gln("wholesaler")
        );
        assert_eq!(text(found, "/status"), "completed");
        let item = &found["suppliedItem"];
        let item = if version == "r4" { item } else { &item[0] };
        assert_eq!(item["quantity"]["value"], 3, "{found:#}");
    }
}
