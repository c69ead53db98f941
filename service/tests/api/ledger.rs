//! The ledger for people: its pages, its figures, and what of a block is told to whom.
use serde_json::{Value, json};
use service::auth::Role;

use crate::lab::{Lab, NOW_MS, commission};

fn pages(lab: &Lab, role: Role, per_page: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut path = format!("/api/v1/blocks?per_page={per_page}");
    loop {
        let page = lab.get(role, &path).expect(200).json();
        let blocks = page["blocks"].as_array().unwrap();
        assert!(blocks.len() <= per_page);
        all.extend(blocks.iter().cloned());
        let Some(next) = page["next"].as_u64() else {
            return all;
        };
        path = format!("/api/v1/blocks?per_page={per_page}&before={next}");
    }
}

#[test]
fn pages_hold_every_block_once_the_newest_first_and_parents_come_later() {
    let lab = Lab::new();
    lab.play();
    for per_page in [1, 7, 100] {
        let all = pages(&lab, Role::Admin, per_page);
        let positions: Vec<u64> = all
            .iter()
            .map(|block| block["position"].as_u64().unwrap())
            .collect();
        let count = u64::try_from(all.len()).unwrap();
        assert_eq!(positions, (0..count).rev().collect::<Vec<_>>());
        let ledger = lab.get(Role::Admin, "/api/v1/ledger").expect(200).json();
        assert_eq!(ledger["blocks"], count);
        for (at, block) in all.iter().enumerate() {
            assert_eq!(block["final"], true);
            assert!(block["seen"].is_object(), "an administrator sees all");
            for parent in block["parents"].as_array().unwrap() {
                let older = all[at + 1..].iter().any(|it| it["id"] == *parent);
                let genesis = parent == &lab.get(Role::Admin, "/api/v1/me").json()["network"];
                assert!(older || genesis, "{parent} of {block}");
            }
        }
    }
    lab.get(Role::Admin, "/api/v1/blocks?before=x").expect(400);
    let none = lab.get(Role::Admin, "/api/v1/blocks?before=0").expect(200);
    assert_eq!(none.json(), json!({ "blocks": [], "next": null }));
    let most = lab.get(Role::Admin, "/api/v1/blocks?per_page=100000");
    assert!(most.expect(200).json()["blocks"].as_array().unwrap().len() <= 100);
}

#[test]
fn of_a_block_that_is_somebody_elses_only_its_shape_is_told() {
    let lab = Lab::new();
    lab.play();
    let of = |role| pages(&lab, role, 100);
    let (whole, told) = (of(Role::Admin), of(Role::Pharmacy));
    assert_eq!(whole.len(), told.len());
    let mut hidden = 0;
    for (all, part) in whole.iter().zip(&told) {
        let id = part["id"].as_str().unwrap();
        let one = lab.get(Role::Pharmacy, &format!("/api/v1/blocks/{id}"));
        // What is no link in the list is not there for the key, either.
        assert_eq!(one.status == 200, part["seen"].is_object(), "{part}");
        let mut shape = all.clone();
        shape["seen"] = Value::Null;
        if part["seen"].is_null() {
            assert_eq!(part, &shape);
            assert_eq!(all["seen"]["kind"], "events", "{all}");
            hidden += 1;
        }
    }
    assert_eq!(hidden, 2, "two captures that the pharmacy had no part in");
    // Who took part sees who recorded it, and how many of the items are for it.
    let more = commission(&["Z1"], "LOT7", NOW_MS - 1_000);
    let received = crate::lab::move_to(gs1::BizStep::Departing, crate::lab::MAKER, NOW_MS);
    lab.capture(Role::Manufacturer, &[more, received])
        .expect(202);
    let newest = &of(Role::Wholesaler)[0];
    let seen = &newest["seen"];
    assert_eq!(seen["organisation"], crate::lab::MAKER);
    assert_eq!(seen["name"], "The manufacturer");
    assert_eq!((&seen["items"], &seen["visible"]), (&json!(2), &json!(1)));
    let own = &of(Role::Manufacturer)[0]["seen"];
    assert_eq!((&own["items"], &own["visible"]), (&json!(2), &json!(2)));
    assert!(of(Role::Pharmacy)[0]["seen"].is_null());
}

#[test]
fn a_devices_block_says_which_device_and_how_long_it_took() {
    let lab = Lab::new();
    let block = crate::gateway::a_block(&lab, crate::lab::device_of(1));
    lab.world.advance(90_000);
    let media = [("Content-Type", "application/cbor")];
    let sent = lab.ask(Role::Device, ("POST", "/api/v1/blocks"), &media, &block);
    assert_eq!(sent.expect(200).json()["receipts"][0]["status"], "recorded");
    let newest = &pages(&lab, Role::Wholesaler, 1)[0];
    assert_eq!(newest["seen"]["device"], "dock-7", "{newest}");
    let ledger = lab.get(Role::Pharmacy, "/api/v1/ledger").expect(200).json();
    assert_eq!(ledger["finality"]["p50_ms"], 0);
    assert_eq!(ledger["waiting"], 0);
    assert_eq!(ledger["writes"], true);
    assert_eq!(ledger["tips"]["count"].as_u64(), Some(1), "{ledger}");
    let blocks = ledger["blocks"].as_u64().unwrap();
    assert_eq!(ledger["rate"]["blocks"], blocks);
    lab.world.advance(301_000);
    let later = lab.get(Role::Pharmacy, "/api/v1/ledger").expect(200).json();
    assert_eq!(later["rate"]["blocks"], 0);
    assert_eq!(later["rate"]["per_second"], 0.0);
    assert_eq!(later["size"], ledger["size"]);
}
