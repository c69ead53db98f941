//! The folded state that a node keeps on disk: it opens from it and answers as if everything had
//! been folded anew, believes it only where it is the state of this very ledger, and forgets in it
//! what is erased. That a kept state equals a folded one is also held by every test that stops a
//! node and checks its directory.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use service::auth::Role;

use crate::lab::{HOSPITAL, Lab, NOW_MS, commission, pack_path};

fn file(lab: &Lab) -> PathBuf {
    lab.dir.path().join("state.snapshot")
}

/// What can be seen from outside of what was folded.
fn seen(lab: &Lab) -> Vec<Value> {
    let mut verdict = lab.verify(Role::Pharmacy, "A1");
    verdict.as_object_mut().unwrap().remove("took_ms");
    verdict.as_object_mut().unwrap().remove("finality");
    let at = |role, path: &str| lab.get(role, path).expect(200).json();
    let mut seen = vec![verdict];
    for (role, path) in [
        (Role::Regulator, "/epcis/events?perPage=1000".to_owned()),
        (Role::Regulator, pack_path("A1", "history")),
        (Role::Regulator, "/api/v1/shipments".to_owned()),
        (Role::Regulator, "/api/v1/alerts".to_owned()),
        (Role::Manufacturer, "/api/v1/grants".to_owned()),
        (Role::Regulator, "/epcis/bizSteps".to_owned()),
    ] {
        let answer = at(role, &path);
        seen.push(without_proof_sizes(answer));
    }
    seen
}

/// The log grows by what is recorded of a stop.
fn without_proof_sizes(mut value: Value) -> Value {
    match &mut value {
        Value::Object(map) => {
            map.remove("finality");
            map.remove("checkpoint_size");
            for inner in map.values_mut() {
                *inner = without_proof_sizes(inner.take());
            }
        }
        Value::Array(list) => {
            for inner in list {
                *inner = without_proof_sizes(inner.take());
            }
        }
        _ => {}
    }
    value
}

fn record(lab: &Lab, serial: &str) {
    lab.capture(Role::Manufacturer, &[commission(&[serial], "LOT1", NOW_MS)])
        .expect(202);
}

/// What a check says of the file, and whether anything else is wrong.
fn differences(dir: &Path, rebuild: bool) -> Vec<String> {
    let report = service::check(dir, rebuild).unwrap();
    report.differences.iter().map(ToString::to_string).collect()
}

#[test]
fn a_node_opens_from_the_state_it_kept_and_goes_on_as_if_it_had_folded_all() {
    let mut lab = Lab::new();
    lab.play();
    let grant = json!({"to": {"party": HOSPITAL}, "of": {"kind": "all"}, "purpose": "audit"});
    lab.post(Role::Manufacturer, "/api/v1/grants", &grant)
        .expect(201);
    for round in 0..3 {
        let before = seen(&lab);
        lab.stop();
        assert_eq!(
            fs::metadata(file(&lab)).unwrap().permissions().mode() & 0o777,
            0o600
        );
        // Folds everything from the log, and holds the kept state against it.
        assert_eq!(differences(lab.dir.path(), true), Vec::<String>::new());
        lab.start();
        assert!(lab.node().recalled() > 0, "round {round}");
        assert_eq!(seen(&lab), before, "round {round}");
        record(&lab, &format!("K{round}"));
    }
}

#[test]
fn a_state_older_than_the_ledger_is_gone_on_from() {
    let mut lab = Lab::new();
    lab.play();
    lab.stop();
    let old = fs::read(file(&lab)).unwrap();
    lab.start();
    let recalled = lab.node().recalled();
    for serial in ["L1", "L2", "L3"] {
        record(&lab, serial);
    }
    let before = seen(&lab);
    lab.stop();
    fs::write(file(&lab), old).unwrap();
    lab.start();
    assert_eq!(lab.node().recalled(), recalled);
    assert_eq!(seen(&lab), before);
    lab.stop();
    assert_eq!(differences(lab.dir.path(), true), Vec::<String>::new());
}

#[test]
fn a_state_of_more_than_the_ledger_has_is_not_believed() {
    let (mut lab, mut other) = (Lab::new(), Lab::new());
    lab.play();
    other.play();
    record(&other, "M1");
    other.stop();
    lab.stop();
    // The same world, the same seeds, the same network, one event more.
    fs::copy(file(&other), file(&lab)).unwrap();
    lab.start();
    assert_eq!(lab.node().recalled(), 0);
    assert_eq!(
        lab.get(Role::Regulator, &pack_path("M1", "history")).status,
        404
    );
    record(&lab, "M2");
}

#[test]
fn a_damaged_state_costs_time_and_nothing_else() {
    let mut lab = Lab::new();
    lab.play();
    let before = seen(&lab);
    lab.stop();
    let good = fs::read(file(&lab)).unwrap();
    let mut cuts: Vec<Vec<u8>> = [0, 7, 8, 40, good.len() / 3, good.len() / 2, good.len() - 1]
        .iter()
        .map(|at| {
            let mut bad = good.clone();
            bad[*at] ^= 0x10;
            bad
        })
        .collect();
    cuts.extend([
        Vec::new(),
        good[..good.len() / 2].to_vec(),
        [&good[..], b"x"].concat(),
    ]);
    for (number, bad) in cuts.into_iter().enumerate() {
        fs::write(file(&lab), &bad).unwrap();
        let said = differences(lab.dir.path(), false);
        assert!(
            said.len() == 1 && said[0].starts_with("state.snapshot"),
            "damage {number}: {said:?}"
        );
        lab.start();
        assert_eq!(lab.node().recalled(), 0, "damage {number}");
        assert_eq!(seen(&lab), before, "damage {number}");
        // Opening kept a sound one in its place.
        lab.stop();
        assert_eq!(differences(lab.dir.path(), true), Vec::<String>::new());
    }
}

#[test]
fn what_is_erased_is_in_no_state_that_is_kept() {
    let has = |dir: &Path, text: &str| {
        let bytes = fs::read(dir.join("state.snapshot")).unwrap_or_default();
        bytes.windows(text.len()).any(|it| it == text.as_bytes())
    };
    let mut lab = Lab::new();
    let event = commission(&["ERASED1"], "GONELOT", NOW_MS - 86_400_000);
    lab.capture(Role::Manufacturer, &[event]).expect(202);
    lab.stop();
    assert!(has(lab.dir.path(), "GONELOT"));
    lab.start();
    let history = lab.get(Role::Regulator, &pack_path("ERASED1", "history"));
    let block = history.json()["events"][0]["block"].clone();
    let wanted = json!({"items": [{"block": block, "items": [0]}], "reason": "asked for"});
    lab.post(Role::Admin, "/api/v1/ledger/erase", &wanted)
        .expect(200);
    assert!(!has(lab.dir.path(), "GONELOT"), "while the node runs");
    lab.crash();
    assert!(!has(lab.dir.path(), "GONELOT"), "after a crash");
    lab.start();
    assert!(!has(lab.dir.path(), "GONELOT"), "after opening");
    lab.stop();
    assert!(file(&lab).exists() && !has(lab.dir.path(), "GONELOT"));
}

#[test]
fn none_is_kept_when_none_is_wanted() {
    let mut lab = Lab::new();
    lab.play();
    lab.stop();
    fs::remove_file(file(&lab)).unwrap();
    for _ in 0..2 {
        lab.start_with(|config| config.ledger.snapshot_facts = 0);
        assert_eq!(lab.node().recalled(), 0);
        lab.stop();
        assert!(!file(&lab).exists());
    }
}
