//! Scheduled subscriptions to queries that bound how many events an execution gives.
use serde_json::{Value, json};
use service::auth::Role;

use crate::lab::{Lab, NOW_MS, commission, pack_id};
use crate::subscribe::{PATIENCE, Sent, Socket, named, receiver, subscribe};

const HOUR_MS: i64 = 3_600_000;

/// Captures packs that were made one minute after the other.
fn capture(lab: &Lab, serials: &[&str]) {
    let events: Vec<_> = (1..)
        .zip(serials)
        .map(|(at, serial)| commission(&[serial], "LOT1", NOW_MS + at * 60_000))
        .collect();
    lab.capture(Role::Manufacturer, &events).expect(202);
}

fn packs(serials: &[&str]) -> Vec<Value> {
    serials.iter().map(|it| json!(pack_id(it))).collect()
}

fn named_in(sent: &Sent) -> Vec<Value> {
    let events = sent.events();
    events.iter().map(|it| it["epcList"][0].clone()).collect()
}

#[test]
fn each_execution_gives_so_many_events() {
    let lab = Lab::new();
    let latest = json!({ "eventCountLimit": 2, "orderBy": "eventTime" });
    named(&lab, Role::Manufacturer, "latest", &latest);
    let few = json!({ "maxEventCount": 2 });
    named(&lab, Role::Manufacturer, "few", &few);
    let schedule = json!({ "minute": "30" });
    // The first is refused once: all of the execution comes again.
    let (dest, latest) = receiver(vec![413]);
    let body = json!({ "dest": dest, "schedule": schedule });
    subscribe(&lab, "latest", &body);
    let (dest, few) = receiver(Vec::new());
    subscribe(&lab, "few", &json!({ "dest": dest, "schedule": schedule }));

    capture(&lab, &["E1", "E2", "E3"]);
    lab.world.advance(HOUR_MS);
    let refused = latest.recv_timeout(PATIENCE).unwrap();
    assert_eq!(named_in(&refused), packs(&["E3", "E2"]));
    for serial in ["E3", "E2"] {
        let sent = latest.recv_timeout(PATIENCE).unwrap();
        assert_eq!(named_in(&sent), packs(&[serial]));
    }
    let told = few.recv_timeout(PATIENCE).unwrap();
    assert_eq!(
        told.header("Content-Type").unwrap(),
        "application/problem+json"
    );
    let problem: Value = serde_json::from_slice(&told.body).unwrap();
    assert_eq!(problem["type"], "epcisException:QueryTooLargeException");
    assert_eq!(problem["status"], 413);

    // What an execution left out is past.
    capture(&lab, &["E4"]);
    lab.world.advance(HOUR_MS);
    for receive in [latest, few] {
        let sent = receive.recv_timeout(PATIENCE).unwrap();
        assert_eq!(named_in(&sent), packs(&["E4"]));
    }
}

#[test]
fn a_socket_at_set_times_keeps_to_the_bound_too() {
    let lab = Lab::new();
    named(
        &lab,
        Role::Manufacturer,
        "few",
        &json!({ "maxEventCount": 1 }),
    );
    let path = "/epcis/queries/few/events?minute=30&reportIfEmpty=true";
    let (mut socket, _) = Socket::open(&lab, path);
    let mut next = || {
        lab.world.advance(HOUR_MS);
        loop {
            if let (1, payload) = socket.frame() {
                return serde_json::from_slice::<Value>(&payload).unwrap();
            }
        }
    };
    let events = |document: &Value| {
        let list = document.pointer("/epcisBody/queryResults/resultsBody/eventList");
        list.unwrap().as_array().unwrap().len()
    };
    assert_eq!(events(&next()), 0);
    capture(&lab, &["S1", "S2"]);
    assert_eq!(next()["type"], "epcisException:QueryTooLargeException");
    capture(&lab, &["S3"]);
    assert_eq!(events(&next()), 1);
}

#[test]
fn there_is_no_stream_of_a_query_that_counts() {
    let lab = Lab::new();
    for (name, query) in [
        ("few", json!({ "maxEventCount": 2 })),
        ("first", json!({ "eventCountLimit": 2 })),
    ] {
        named(&lab, Role::Manufacturer, name, &query);
        let path = format!("/epcis/queries/{name}/subscriptions");
        let body = json!({ "dest": "http://127.0.0.1:9/", "stream": true });
        let problem = lab
            .post(Role::Manufacturer, &path, &body)
            .expect(400)
            .json();
        let exception = "epcisException:SubscriptionControlsException";
        assert_eq!(problem["type"], exception);
        let path = format!("/epcis/queries/{name}/events?stream=true");
        let (_, head) = Socket::open(&lab, &path);
        assert!(head.starts_with("HTTP/1.1 400"), "{head}");
    }
}
