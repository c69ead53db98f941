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
    assert_eq!(seen(&lab), before);
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
