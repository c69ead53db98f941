//! What the API shows of the played world: every pack's verdict, one pack's way, the lot's sum,
//! the shipments, the dock door.

use serde_json::Value;
use tests::demo::Demo;
use tests::http::segment;

use super::pack_path;

fn rows<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field]
        .as_array()
        .unwrap_or_else(|| panic!("no list `{field}` in {value:#}"))
}

fn count(value: &Value, field: &str) -> u64 {
    value[field]
        .as_u64()
        .unwrap_or_else(|| panic!("no number `{field}` in {value:#}"))
}

/// Every pack of the lot, asked by the regulator: nothing that was not planted is alarmed.
pub(super) fn all_other_packs_are_spared(demo: &Demo) {
    let regulator = demo.of("regulator");
    let (gtin, lot) = (demo.text("/lot/gtin"), demo.text("/lot/lot"));
    let answer = regulator
        .get(&format!("/api/v1/lots/{gtin}/{lot}?limit=1000"))
        .expect(200)
        .json();
    let clone = demo.text("/scans/clone");
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    for pack in rows(&answer, "packs") {
        let id = pack["id"].as_str().expect("a pack has an id");
        let serial = pack["serial"].as_str().expect("and a serial");
        let status = pack["status"].as_str().expect("and a status");
        let verdict = demo.verify("regulator", id);
        let class = verdict["verdict"].as_str().unwrap_or_default();
        *seen.entry(class.to_owned()).or_default() += 1;
        let warm = is_warm(&verdict);
        let expected = if clone.contains(&format!("21{serial}\u{1d}")) || status == "dispensed" {
            "do_not_dispense"
        } else if warm {
            "hold"
        } else {
            "genuine"
        };
        assert_eq!(class, expected, "{id} ({status}): {verdict:#}");
    }
    assert!(
        seen.get("genuine").copied().unwrap_or_default() > 100,
        "{seen:?}"
    );
    assert!(
        seen.get("hold").copied().unwrap_or_default() < 100,
        "{seen:?}"
    );
}

/// Whether the cold chain of the pack asked about is the reason; only the warm pallet's packs may.
fn is_warm(verdict: &Value) -> bool {
    verdict["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|finding| {
            finding["rule"]
                .as_str()
                .is_some_and(|rule| rule.starts_with('T'))
        })
}

/// From the line to the counter, in order, each event with place, party and block; and the
/// cold chain with its readings.
pub(super) fn history_tells_the_whole_way(demo: &Demo) {
    let scan = demo.text("/scans/genuine");
    let history = demo
        .of("regulator")
        .get(&pack_path(scan, "history"))
        .expect(200)
        .json();
    let events = rows(&history, "events");
    let steps: Vec<_> = events
        .iter()
        .filter_map(|event| event["biz_step"].as_str())
        .collect();
    for wanted in ["commissioning", "packing", "shipping", "receiving"] {
        assert!(steps.contains(&wanted), "{wanted} is missing: {steps:?}");
    }
    for event in events {
        assert_eq!(event["block"].as_str().map(str::len), Some(64), "{event:#}");
        assert!(
            event["sentence"]
                .as_str()
                .is_some_and(|text| text.len() > 10),
            "{event:#}"
        );
    }
    let cold = &history["cold_chain"];
    assert_eq!(cold["status"], "within", "{cold:#}");
    assert!(rows(cold, "readings").len() > 20, "{cold:#}");
    assert!(
        cold["mkt_c"].is_number() || cold["mkt_refusal"].is_string(),
        "{cold:#}"
    );

    let warm = demo.text("/scans/excursion");
    let history = demo
        .of("regulator")
        .get(&pack_path(warm, "history"))
        .expect(200)
        .json();
    let cold = &history["cold_chain"];
    assert_eq!(cold["status"], "excursion");
    let excursions = rows(cold, "excursions");
    assert!(!excursions.is_empty(), "{cold:#}");
    assert!(
        excursions[0]["peak_c"]
            .as_f64()
            .is_some_and(|peak| peak > 8.0),
        "{excursions:#?}"
    );
    assert!(
        cold["out_of_range_s"]
            .as_f64()
            .is_some_and(|seconds| seconds > 0.0)
    );
}

/// made = located + terminal + unknown, and the holders' packs are the located ones.
pub(super) fn the_lot_adds_up(demo: &Demo) {
    for pointer in ["/lot", "/recalled_lot"] {
        let gtin = demo.text(&format!("{pointer}/gtin"));
        let lot = demo.text(&format!("{pointer}/lot"));
        let answer = demo
            .of("regulator")
            .get(&format!("/api/v1/lots/{gtin}/{lot}"));
        let answer = answer.expect(200).json();
        let made = count(&answer, "made");
        let sum = ["located", "terminal", "unknown"]
            .iter()
            .map(|field| count(&answer, field));
        assert_eq!(made, sum.sum::<u64>(), "{answer:#}");
        let held: u64 = rows(&answer, "holders")
            .iter()
            .map(|holder| count(holder, "count"))
            .sum();
        assert_eq!(held, count(&answer, "located"), "{answer:#}");
        assert!(made > 0);
        let recalled = !answer["recalled"].is_null();
        assert_eq!(recalled, pointer == "/recalled_lot", "{answer:#}");
    }
    let missing = demo
        .of("regulator")
        .get("/api/v1/lots/09506000134352/NOSUCHLOT");
    assert_eq!(missing.status, 404, "{}", missing.text());
}

/// A pallet's contents, devices and cold-chain state.
pub(super) fn shipments_carry_their_readings(demo: &Demo) {
    for (pointer, status) in [
        ("/shipment", "within"),
        ("/excursion_shipment", "excursion"),
    ] {
        let path = format!("/api/v1/shipments/{}", segment(demo.text(pointer)));
        let shipment = demo.of("regulator").get(&path).expect(200).json();
        assert_eq!(shipment["cold_chain"]["status"], status, "{pointer}");
        assert!(
            !rows(&shipment, "devices").is_empty(),
            "{pointer} names its logger"
        );
        assert!(
            !rows(&shipment, "legs").is_empty(),
            "{pointer} has its legs"
        );
    }
}

/// The dock door's events came over LLRP and in the gateway's own signed block.
pub(super) fn the_dock_door_was_read_by_llrp(demo: &Demo) {
    let events = demo
        .of("regulator")
        .get("/epcis/events?EQ_action=OBSERVE&perPage=1000");
    let events = events.expect(200).json();
    let list = events.pointer("/epcisBody/queryResults/resultsBody/eventList");
    let list = list
        .and_then(Value::as_array)
        .expect("an EPCISQueryDocument");
    let at_dock = list.iter().filter(|event| {
        event
            .pointer("/readPoint/id")
            .and_then(Value::as_str)
            .is_some_and(|id| {
                demo.facts["dock_door"]
                    .as_str()
                    .is_some_and(|door| id == door)
            })
    });
    assert!(
        at_dock.count() > 0,
        "no event of the dock door among {}",
        list.len()
    );
}
