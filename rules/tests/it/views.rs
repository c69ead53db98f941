//! What the API shows of packs, lots and shipments, as JSON.

use rules::{Engine, Profile};
use serde_json::{Value, json};

use super::cast;
use super::scenario;

fn engine(rows: &str) -> Engine {
    let scenario = scenario::parse(&format!("== views\n{rows}")).remove(0);
    let mut engine = Engine::new(Profile::default());
    for record in scenario.play() {
        engine.apply(&record);
    }
    engine
}

const STORY: &str = "
1 08:00 | M | commission lot=L1 | p1..p4 |
1 09:00 | M | pack s1           | p1 p2  |
1 10:00 | M | pack s9           | s1     |
1 12:00 | M | ship W            | s9     |
1 12:00 | M | measure 5x12 9 9 5x10 | s9 | T01:S2
1 16:00 | W | receive           | s9     |
1 17:00 | W | unpack s9         | s1     |
2 08:00 | W | ship P            | s1     |
4 08:00 | P | receive           | p1     |
4 09:00 | P | dispense          | p1     |
";

fn value(view: impl serde::Serialize) -> Value {
    serde_json::to_value(view).unwrap()
}

#[test]
fn a_pack_with_its_history() {
    let engine = engine(STORY);
    let gs1::Epc::Sgtin(p1) = cast::thing("p1") else {
        unreachable!()
    };
    let pack = value(engine.pack(&p1).unwrap());
    assert_eq!(pack["id"], json!(p1.to_string()));
    assert_eq!(pack["status"], json!("dispensed"));
    assert_eq!(pack["eu_status"], json!("supplied"));
    assert_eq!(pack["lot"], json!("L1"));
    assert_eq!(pack["expiry"], json!("2027-12-31"));
    assert_eq!(pack["holder"]["name"], json!("Pharmacy Helsinki"));
    let history = engine.history(&cast::thing("p1"));
    let told: Vec<&str> = history
        .iter()
        .map(|entry| entry.sentence.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "Commissioned at Maker by Maker.",
            "Packed at Maker by Maker.",
            "Packed at Maker by Maker.",
            "Shipped at Maker by Maker.",
            "Received at Wholesaler by Wholesaler.",
            "Unpacked at Wholesaler by Wholesaler.",
            "Shipped at Wholesaler by Wholesaler.",
            "Received at Pharmacy Helsinki by Pharmacy Helsinki.",
            "Dispensed at Pharmacy Helsinki by Pharmacy Helsinki.",
        ]
    );
    assert_eq!(history[3].parent, Some(cast::thing("s9").canonical()));
    let containers = value(engine.containers_of(&cast::thing("p1")));
    assert_eq!(containers.as_array().unwrap().len(), 2);
    assert_eq!(containers[1]["id"], json!(cast::thing("s9").canonical()));
    let parties: Vec<String> = ['M', 'W', 'P'].map(cast::gln_of).to_vec();
    assert_eq!(engine.parties_of(&cast::thing("p1")), parties);
}

#[test]
fn a_pack_keeps_the_temperatures_of_its_time_in_the_container() {
    let engine = engine(STORY);
    let view = |word: &str| {
        let gs1::Epc::Sgtin(pack) = cast::thing(word) else {
            unreachable!()
        };
        value(engine.cold_chain(&pack))
    };
    let inside = view("p2");
    assert_eq!(inside["status"], json!("excursion"));
    assert_eq!(
        (&inside["low_c"], &inside["high_c"]),
        (&json!(2.0), &json!(8.0))
    );
    assert_eq!(inside["readings"].as_array().unwrap().len(), 24);
    assert_eq!(inside["readings"][12]["c"], json!(9.0));
    assert_eq!(
        inside["readings"][0]["shipment"],
        json!(cast::thing("s9").canonical())
    );
    // Crossing 8.0 at three quarters up, and a quarter down, of a ten-minute step: 15 minutes.
    assert_eq!(inside["excursions"][0]["seconds"], json!(900));
    assert_eq!(inside["out_of_range_s"], json!(900));
    assert!(inside["mkt_refusal"].as_str().unwrap().contains("window"));
    assert_eq!(view("p3")["status"], json!("no_data"));
    assert_eq!(engine.findings_for(&cast::thing("p2")).len(), 1);
    assert!(engine.findings_for(&cast::thing("p3")).is_empty());
}

/// A lot may have as many findings as packs, so they are ranked before they are put into words.
#[test]
fn the_gravest_findings_of_a_lot_come_first_and_all_are_counted() {
    let engine = engine(
        "
1 08:00 > 90 08:00 | M | commission lot=L1 | p1..p4 | C22:S1
91 08:00           | M | commission lot=L1 | p1     | C06:S2
92 08:00           | P | dispense          | p2     |
",
    );
    let lot = cast::thing("lL1");
    let ranks = |limit, wanted: fn(&rules::Finding) -> bool| {
        let (views, count) = engine.lot_findings(&lot, limit, wanted);
        let rank = |it: &rules::FindingView| {
            let stands = it.status == rules::FindingStatus::Open;
            (!stands, std::cmp::Reverse(it.severity))
        };
        assert!(views.is_sorted_by_key(rank), "{views:#?}");
        (views.iter().map(|it| it.rule).collect::<Vec<_>>(), count)
    };
    let (all, count) = ranks(usize::MAX, |_| true);
    assert!(count >= 2 && all.len() == count, "{all:?}");
    assert_eq!(engine.findings_for(&lot).len(), count);
    assert_eq!(ranks(1, |_| true), (all[..1].to_vec(), count));
    assert_eq!(ranks(0, |_| true), (vec![], count));
    assert_eq!(ranks(9, |_| false), (vec![], 0));
}

#[test]
fn a_lot_adds_up_and_a_shipment_shows_its_contents() {
    let engine = engine(STORY);
    let gtin = gs1::Gtin::parse(cast::FRIDGE).unwrap();
    let lot = gs1::Lot::parse("L1").unwrap();
    let view = value(engine.lot(&gtin, &lot).unwrap());
    let numbers: Vec<u64> = ["made", "located", "terminal", "unknown"]
        .map(|name| view[name].as_u64().unwrap())
        .to_vec();
    assert_eq!(numbers, [4, 3, 1, 0]);
    assert_eq!(
        view["by_status"],
        json!({ "active": 2, "dispensed": 1, "in_transit": 1 })
    );
    assert_eq!(view["holders"][0]["count"], json!(2));
    let page = engine.lot_packs(&gtin, &lot, 1, 2);
    assert_eq!(page.len(), 2);
    assert_eq!(page[0].serial, "SER2");
    let pallet = value(engine.shipment(&cast::thing("s9")).unwrap());
    assert_eq!(
        pallet["packs"],
        json!(2),
        "emptied: what was in it when it left"
    );
    assert_eq!(
        pallet["contents"][0]["children"].as_array().unwrap().len(),
        2
    );
    assert_eq!(pallet["legs"][0]["from"]["name"], json!("Maker"));
    assert_eq!(pallet["legs"][0]["to"]["name"], json!("Wholesaler"));
    assert_eq!(pallet["devices"], json!([cast::LOGGER]));
    assert_eq!(
        engine.products_of(&cast::thing("s9")),
        [gtin],
        "also after it was emptied"
    );
    // The dispensed pack is no longer in its case, the other one is.
    assert_eq!(engine.contents_of(&cast::thing("s1")), [cast::thing("p2")]);
}

#[test]
fn a_lot_knows_what_its_packs_were_made_into() {
    let engine = engine(
        "
1 08:00 | M | commission lot=L1           | p1..p5 |
2 08:00 | M | transform into=p6,p7 lot=L2 | p1 p2  |
2 09:00 | M | transform into=p8 lot=L2    | p3     |
3 08:00 | M | transform into=p9 lot=L3    | p8     |
3 09:00 | M | transform into=p5 lot=L1    | p4     |
4 08:00 | M | commission lot=L9           | p10    |
4 09:00 | M | transform @it into=p11 lot=L4 | p5   |
4 10:00 | M | void it                     | p5     |
",
    );
    let gtin = gs1::Gtin::parse(cast::FRIDGE).unwrap();
    let made_of = |lot: &str| {
        let made = engine.made_of(&gtin, &gs1::Lot::parse(lot).unwrap());
        made.into_iter()
            .map(|it| (it.lot.map(|lot| lot.to_string()), it.packs))
            .collect::<Vec<_>>()
    };
    let lot = |name: &str, packs: usize| (Some(name.to_owned()), packs);
    assert_eq!(made_of("L1"), [lot("L2", 3), lot("L3", 1)]);
    assert_eq!(made_of("L2"), [lot("L3", 1)]);
    for none in ["L3", "L9", "X"] {
        assert_eq!(made_of(none), [], "{none}");
    }
}

#[test]
fn master_data_and_decisions_have_one_json_form() {
    for (text, same) in [
        (
            r#"{"type":"location","gln":"9506000134352","party":"9506000134352","name":"Dock"}"#,
            json!("https://id.gs1.org/414/9506000134352"),
        ),
        (
            r#"{"type":"location","id":"urn:epc:id:sgln:950600.013435.D1","party":"x","name":"D"}"#,
            json!("https://id.gs1.org/414/9506000134352/254/D1"),
        ),
    ] {
        let data: rules::MasterData = serde_json::from_str(text).unwrap();
        assert_eq!(value(&data)["id"], same);
        let again: rules::MasterData = serde_json::from_value(value(&data)).unwrap();
        assert_eq!(again, data);
    }
    for decision in [
        json!({"type":"recall","gtin":"09506000134352","lot":"L1","reason":"r"}),
        json!({"type":"qa_release","subject":cast::thing("s1"),"reason":"r"}),
        json!({"type":"qa_reject","subject":cast::thing("lL1"),"reason":"r"}),
    ] {
        let read: rules::Decision = serde_json::from_value(decision.clone()).unwrap();
        assert_eq!(value(&read), decision);
    }
    for wrong in [
        r#"{"type":"recall","gtin":"1","lot":"L1","reason":"r"}"#,
        r#"{"type":"location","id":"https://id.gs1.org/01/09506000134352","party":"x","name":"D"}"#,
        r#"{"type":"miracle"}"#,
    ] {
        assert!(
            serde_json::from_str::<rules::Decision>(wrong).is_err(),
            "{wrong}"
        );
        assert!(
            serde_json::from_str::<rules::MasterData>(wrong).is_err(),
            "{wrong}"
        );
    }
}
