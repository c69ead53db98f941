//! What a node knows after it was stopped, and after it was cut off: everything it acknowledged.
use serde_json::Value;
use service::auth::Role;

use crate::lab::{Lab, NOW_MS, commission, pack_path};

/// What can be seen from outside.
fn seen(lab: &Lab) -> (Vec<Value>, Value, Value, String) {
    let events = lab
        .get(Role::Regulator, "/epcis/events?perPage=1000")
        .expect(200)
        .events();
    let history = lab
        .get(Role::Regulator, &pack_path("A1", "history"))
        .expect(200)
        .json();
    let mut verdict = lab.verify(Role::Pharmacy, "A1");
    verdict.as_object_mut().unwrap().remove("took_ms");
    let checkpoint = lab.get(Role::Regulator, "/api/v1/checkpoint").expect(200);
    (
        events,
        history,
        verdict,
        String::from_utf8(checkpoint.body).unwrap(),
    )
}

#[test]
fn a_stopped_node_comes_back_as_it_was() {
    let mut lab = Lab::new();
    lab.play();
    let before = seen(&lab);
    lab.stop();
    let report = service::check(lab.dir.path(), true).unwrap();
    assert!(report.is_sound(), "{report:#?}");
    lab.start();
    let after = seen(&lab);
    // A stop lets the ledger vouch for the access log: one block, and the milestone that orders it.
    let size = |note: &str| note.lines().nth(1).and_then(|it| it.parse::<u64>().ok());
    let grown = size(&before.3).expect("a size") + 2;
    assert_eq!(size(&after.3), Some(grown));
    let told = |seen: &dyn std::fmt::Debug| format!("{seen:?}");
    let (old, new) = (size(&before.3).unwrap_or(0), grown);
    let before = told(&(before.0, before.1, before.2));
    let before = before.replace(
        &format!("\"checkpoint_size\": Number({old})"),
        &format!("\"checkpoint_size\": Number({new})"),
    );
    assert_eq!(told(&(after.0, after.1, after.2)), before);
    lab.capture(Role::Manufacturer, &[commission(&["Z1"], "LOT1", NOW_MS)])
        .expect(202);
    assert_eq!(
        lab.verify(Role::Pharmacy, "Z1")["finality"]["status"],
        "final"
    );
}

#[test]
fn a_node_that_was_cut_off_has_lost_nothing() {
    let mut lab = Lab::new();
    lab.play();
    for round in 0..3 {
        let before = seen(&lab);
        lab.crash();
        let report = service::check(lab.dir.path(), true).unwrap();
        assert!(report.is_sound(), "{report:#?}");
        lab.start();
        assert_eq!(seen(&lab), before, "round {round}");
        let serial = format!("R{round}");
        lab.capture(
            Role::Manufacturer,
            &[commission(&[&serial], "LOT1", NOW_MS)],
        )
        .expect(202);
    }
}

#[test]
fn two_nodes_do_not_share_a_directory() {
    let lab = Lab::new();
    let config = service::Config::for_testing(lab.dir.path());
    assert!(service::Node::open(&config, lab.world.clone()).is_err());
    assert!(service::init(lab.dir.path(), "example.com/lab", &lab.world).is_err());
}

#[test]
fn an_empty_directory_is_no_node() {
    let dir = tempfile::tempdir().unwrap();
    let config = service::Config::for_testing(dir.path());
    let error = service::Node::open(&config, service::World::manual(0, 1)).unwrap_err();
    assert!(error.to_string().contains("theriac init"), "{error}");
}

#[test]
fn after_a_failed_write_the_node_reads_and_records_nothing_until_restarted() {
    let mut lab = Lab::new();
    lab.play();
    // The next checkpoint cannot be written: its place is taken by a folder.
    let block = lab.dir.path().join("ledger/checkpoint.new");
    std::fs::create_dir(&block).unwrap();
    for serial in ["S1", "S2"] {
        let event = commission(&[serial], "LOT1", NOW_MS);
        let answer = lab.capture(Role::Manufacturer, &[event]).expect(503);
        assert_eq!(answer.json()["code"], "storage_stopped");
    }
    let ready = lab.send("GET", "/readyz", &[], &[]).expect(503);
    assert_eq!(ready.json()["code"], "storage_stopped");
    assert_eq!(lab.verify(Role::Pharmacy, "A1")["pack"]["lot"], "LOT1");
    lab.get(Role::Regulator, &pack_path("A1", "history"))
        .expect(200);

    lab.stop();
    std::fs::remove_dir(&block).unwrap();
    let report = service::check(lab.dir.path(), true).unwrap();
    assert!(report.is_sound(), "{report:#?}");
    lab.start();
    for serial in ["S1", "S2"] {
        let event = commission(&[serial], "LOT1", NOW_MS);
        lab.capture(Role::Manufacturer, &[event]).expect(202);
        assert_eq!(
            lab.verify(Role::Pharmacy, serial)["findings"],
            serde_json::json!([])
        );
    }
}

/// A clock that was set back is the node's fault and passes: nothing is refused for good, and what
/// was accepted to be done later is done when the clock is right.
#[test]
fn while_the_clock_is_behind_the_ledger_the_node_records_nothing_and_says_so() {
    let mut lab = Lab::new();
    lab.play();
    let document = |serial: &str| {
        let event = commission(&[serial], "LOT1", NOW_MS);
        crate::lab::document(&[event]).to_string()
    };
    let json = ("Content-Type", "application/json");
    let later = [json, ("Prefer", "respond-async")];
    let way = ("POST", "/epcis/capture");
    let ask = |lab: &Lab, headers: &[(&str, &str)], serial: &str| {
        lab.ask(
            Role::Manufacturer,
            way,
            headers,
            document(serial).as_bytes(),
        )
    };
    // So much a block may be ahead of the clock, and not more.
    lab.world.advance(-300_000);
    ask(&lab, &[json], "S0").expect(202);
    lab.send("GET", "/readyz", &[], &[]).expect(200);
    lab.world.advance(-7_200_000);
    for restarted in [false, true] {
        if restarted {
            lab.stop();
            lab.start();
        }
        let answer = ask(&lab, &[json], "S1").expect(503);
        assert_eq!(answer.json()["code"], "clock_behind");
        assert!(answer.headers.contains_key("retry-after"));
        let ready = lab.send("GET", "/readyz", &[], &[]).expect(503);
        assert_eq!(ready.json()["code"], "clock_behind");
        lab.get(Role::Regulator, &pack_path("A1", "history"))
            .expect(200);
    }
    let job = ask(&lab, &later, "S2").expect(202).headers["location"].clone();
    let running = lab.get(Role::Manufacturer, &job).expect(200).json();
    assert_eq!(running["running"], true, "{running:#}");
    lab.world.advance(7_500_000);
    lab.send("GET", "/readyz", &[], &[]).expect(200);
    assert_eq!(crate::epcis::done(&lab, &job)["success"], true);
    ask(&lab, &[json], "S1").expect(202);
    for serial in ["S0", "S1", "S2"] {
        assert_eq!(lab.verify(Role::Pharmacy, serial)["pack"]["lot"], "LOT1");
    }
}

#[test]
fn everything_captured_at_once_is_there_once() {
    let lab = Lab::new();
    std::thread::scope(|scope| {
        for thread in 0..8_i64 {
            let lab = &lab;
            scope.spawn(move || {
                for round in 0..10_i64 {
                    let serial = format!("T{thread}N{round}");
                    let event = commission(&[&serial], "LOT1", NOW_MS + thread);
                    lab.capture(Role::Manufacturer, &[event]).expect(202);
                    let verdict = lab.verify(Role::Pharmacy, &serial);
                    assert_eq!(verdict["finality"]["status"], "final", "{serial}");
                }
            });
        }
    });
    let events = lab
        .get(Role::Regulator, "/epcis/events?perPage=1000")
        .expect(200)
        .events();
    let ids: std::collections::BTreeSet<_> =
        events.iter().map(|it| it["eventID"].to_string()).collect();
    assert_eq!((events.len(), ids.len()), (80, 80));
}

#[test]
fn a_large_document_spans_blocks_and_stays_whole() {
    let lab = Lab::new();
    let events: Vec<Value> = (0..700)
        .map(|n| commission(&[&format!("M{n}")], "LOT1", NOW_MS + n))
        .collect();
    lab.capture(Role::Manufacturer, &events).expect(202);
    let mut found = 0;
    let mut path = "/epcis/events?perPage=300".to_owned();
    loop {
        let answer = lab.get(Role::Regulator, &path).expect(200);
        found += answer.events().len();
        let Some(link) = answer.headers.get("link") else {
            break;
        };
        path = link.split(['<', '>']).nth(1).unwrap().to_owned();
    }
    assert_eq!(found, 700);
    lab.get(Role::Regulator, &pack_path("M699", "proof"))
        .expect(200);
}
