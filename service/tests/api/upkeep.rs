//! What administrators do to a node over the years, at the API: erasing items by name and by age,
//! and what is refused because it is still needed.
use serde_json::{Value, json};
use service::auth::Role;
use tangle::BlockId;

use crate::lab::{Lab, NOW_MS, commission, pack_path};

const DAY_MS: i64 = 86_400_000;

/// The blocks of a pack's events, the oldest first.
fn blocks(lab: &Lab, serial: &str) -> Vec<String> {
    let history = lab
        .get(Role::Regulator, &pack_path(serial, "history"))
        .expect(200)
        .json();
    let events = history["events"].as_array().unwrap().clone();
    let block = |event: &Value| event["block"].as_str().unwrap().to_owned();
    events.iter().map(block).collect()
}

fn erase(lab: &Lab, body: &Value) -> crate::lab::Answer {
    lab.post(Role::Admin, "/api/v1/ledger/erase", body)
}

fn check(lab: &mut Lab) {
    lab.stop();
    let report = service::check(lab.dir.path(), true).unwrap();
    assert!(report.is_sound(), "{:?}", report.differences);
    lab.start();
}

#[test]
fn an_item_is_erased_with_its_reason_and_known_no_more() {
    let mut lab = Lab::new();
    lab.capture(
        Role::Manufacturer,
        &[commission(&["E1"], "LOT1", NOW_MS - DAY_MS)],
    )
    .expect(202);
    lab.capture(
        Role::Manufacturer,
        &[commission(&["E2"], "LOT2", NOW_MS - DAY_MS)],
    )
    .expect(202);
    let block = blocks(&lab, "E1").remove(0);
    let proof = format!("/api/v1/blocks/{block}/proof");
    let before = lab.get(Role::Admin, &proof).expect(200).body;

    let wanted = |dry_run: bool| json!({"items": [{"block": block, "items": [0]}], "reason": "asked for", "dry_run": dry_run});
    let told = erase(&lab, &wanted(true)).expect(200).json();
    assert_eq!(
        (&told["erased"], &told["items"]),
        (&json!(false), &json!(1)),
        "{told:#}"
    );
    assert_eq!(blocks(&lab, "E1").len(), 1, "a dry run erases nothing");

    let told = erase(&lab, &wanted(false)).expect(200).json();
    assert_eq!(
        (&told["erased"], &told["items"]),
        (&json!(true), &json!(1)),
        "{told:#}"
    );
    let forgotten = |lab: &Lab| {
        let verdict = lab.verify(Role::Pharmacy, "E1");
        assert_ne!(verdict["verdict"], "genuine", "{verdict:#}");
        let history = lab.get(Role::Regulator, &pack_path("E1", "history"));
        assert_eq!(history.status, 404, "the running node forgets, too");
        assert_eq!(blocks(lab, "E2").len(), 1);
    };
    forgotten(&lab);
    // The block is still proved, now under a later checkpoint.
    let after = lab.get(Role::Admin, &proof).expect(200).body;
    for file in [before, after] {
        let report = tangle::verify::proof::verify(&file, None);
        assert!(report.ok(), "{:?}", report.failed());
    }
    let id: BlockId = told["attestation"].as_str().unwrap().parse().unwrap();
    let attestation = lab.node().block(&id).unwrap().unwrap();
    let (_, item) = attestation.items().next().unwrap();
    let said: Value = serde_json::from_slice(&item.body).unwrap();
    assert_eq!(
        (&said["reason"], &said["type"]),
        (&json!("asked for"), &json!("erasure"))
    );
    check(&mut lab);
    forgotten(&lab);
    lab.crash();
    lab.start();
    forgotten(&lab);
}

#[test]
fn what_later_blocks_rest_on_is_kept() {
    let mut lab = Lab::new();
    // The same pack is made twice: the second block is disputed because of the first.
    for (role, ago) in [(Role::Manufacturer, 10), (Role::Wholesaler, 5)] {
        lab.capture(role, &[commission(&["T1"], "LOT1", NOW_MS - ago)])
            .expect(202);
    }
    let made = blocks(&lab, "T1");
    let outcome = |block: &String| {
        let view = lab.get(Role::Admin, &format!("/api/v1/blocks/{block}"));
        view.expect(200).json()["outcome"]["outcome"].clone()
    };
    assert!(made.iter().any(|block| outcome(block) == "disputed"));
    let first = made
        .iter()
        .find(|block| outcome(block) == "applied")
        .unwrap();
    for dry_run in [true, false] {
        let body = json!({"items": [{"block": first, "items": [0]}], "reason": "r",
                          "dry_run": dry_run});
        let refused = erase(&lab, &body).expect(422);
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("still needed"), "{detail}");
    }
    assert_eq!(blocks(&lab, "T1"), made);
    // The disputed one may go, and its outcome stays what the log says.
    let second = made
        .iter()
        .find(|block| outcome(block) == "disputed")
        .unwrap()
        .clone();
    let body = json!({"items": [{"block": second, "items": [0]}], "reason": "r"});
    erase(&lab, &body).expect(200);
    let view = lab.get(Role::Admin, &format!("/api/v1/blocks/{second}"));
    assert_eq!(view.expect(200).json()["outcome"]["outcome"], "disputed");
    check(&mut lab);
}

#[test]
fn items_go_when_their_time_has_come_and_not_before() {
    let mut lab = Lab::new();
    lab.capture(
        Role::Manufacturer,
        &[commission(&["R1"], "LOT1", NOW_MS - DAY_MS)],
    )
    .expect(202);
    lab.world.advance(10 * DAY_MS);
    lab.capture(
        Role::Manufacturer,
        &[commission(&["R2"], "LOT2", NOW_MS + 9 * DAY_MS)],
    )
    .expect(202);
    let body = |days: u32| json!({"retention": [{"media": "epcis_event", "keep_days": days}], "reason": "age"});
    let early = erase(&lab, &body(30)).expect(422).json();
    assert!(
        early["detail"]
            .as_str()
            .unwrap()
            .contains("nothing to erase"),
        "{early:#}"
    );
    let told = erase(&lab, &body(5)).expect(200).json();
    assert_eq!(told["items"], 1, "{told:#}");
    assert_eq!(
        lab.get(Role::Regulator, &pack_path("R1", "history")).status,
        404
    );
    assert_eq!(blocks(&lab, "R2").len(), 1);
    check(&mut lab);
}

#[test]
fn what_makes_no_sense_is_refused_with_the_reason() {
    let lab = Lab::new();
    lab.capture(
        Role::Manufacturer,
        &[commission(&["M1"], "LOT1", NOW_MS - DAY_MS)],
    )
    .expect(202);
    let block = blocks(&lab, "M1").remove(0);
    let registry = lab.node().block(&block.parse().unwrap()).unwrap().unwrap();
    let mut below = registry.header().approved().copied().collect::<Vec<_>>();
    let registry = loop {
        let id = below.pop().expect("a registry block in the past cone");
        let found = lab.node().block(&id).unwrap().unwrap();
        if found.header().kind == tangle::Kind::Registry {
            break id.to_string();
        }
        below.extend(found.header().approved());
    };
    let items = |block: &str, items: &[u16]| json!([{"block": block, "items": items}]);
    for (wanted, reason, status, named) in [
        (items(&block, &[7]), "r", 422, "no item 7"),
        (items(&registry, &[0]), "r", 422, "for good"),
        (items(&"00".repeat(32), &[0]), "r", 404, "no such block"),
        (items("5f2b", &[0]), "r", 422, "64 hex digits"),
        (items(&block, &[0]), " ", 422, "a reason"),
        (json!([]), "r", 422, "nothing to erase"),
    ] {
        let body = json!({"items": wanted, "reason": reason});
        let refused = erase(&lab, &body).expect(status).json();
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains(named), "{body}: {detail}");
    }
    let media = json!({"retention": [{"media": "registry", "keep_days": 1}], "reason": "r"});
    let refused = erase(&lab, &media).expect(422).json();
    assert!(
        refused["detail"].as_str().unwrap().contains("logger_file"),
        "{refused:#}"
    );
    assert_eq!(blocks(&lab, "M1"), [block]);

    let name = json!({"name": "one"});
    let refused = lab
        .post(Role::Admin, "/api/v1/backups", &name)
        .expect(422)
        .json();
    assert!(
        refused["detail"].as_str().unwrap().contains("backup.dir"),
        "{refused:#}"
    );
}
