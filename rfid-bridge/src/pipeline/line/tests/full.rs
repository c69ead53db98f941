//! A spool that fills while the service is away, with a kill while reads are being dropped.

use super::*;
use Stage::{Coarse, Dropping, Free, Held};

/// Values of the sensors' events, as text, in order of delivery.
fn values(bridge: &Bridge) -> Vec<String> {
    let events = bridge.with("logger").into_iter();
    let reports = events.flat_map(|event| {
        let reports = &event["sensorElementList"][0]["sensorReport"];
        reports.as_array().unwrap().clone()
    });
    reports.map(|report| report["value"].to_string()).collect()
}

#[tokio::test]
async fn what_is_dropped_is_told_and_nothing_else_is_lost() {
    let mut bridge = Bridge::start(60_000, "");
    let mut stages = vec![Free];
    let mut tags = 0;
    while *stages.last().unwrap() < Dropping {
        bridge.read(0, tags..tags + 50, 1).await;
        bridge.tick().await;
        tags += 50;
        let stage = bridge.stage();
        if stage == Held && !stages.contains(&stage) {
            assert_eq!(bridge.letter(7, 1, "4.5").await, Outcome::Later);
            assert_eq!(bridge.letter(8, 1, "8.5").await, Outcome::Kept, "an alarm");
        }
        if stages.last() != Some(&stage) {
            stages.push(stage);
        }
        assert!(tags < 10_000, "it does not fill: {stages:?}");
    }
    assert_eq!(stages, [Free, Coarse, Held, Dropping]);

    // Raw reads are dropped and counted, letters stay outside, alarms get in.
    bridge.read(0, 20_000..20_030, 2).await;
    bridge.read(1, 20_000..20_010, 1).await;
    assert_eq!(bridge.letter(7, 2, "4.75").await, Outcome::Later);
    assert_eq!(bridge.letter(8, 2, "9.5").await, Outcome::Kept);
    for (count, celsius) in (3..).zip(["4", "5", "5.5"]) {
        bridge.loose(8, count, celsius).await;
    }
    bridge.tick().await;
    bridge.die();
    bridge.live(0);
    assert_eq!(bridge.stage(), Dropping);
    bridge.read(0, 20_030..20_040, 1).await;
    for (count, celsius) in (6..).zip(["3.5", "5", "4.5", "9"]) {
        bridge.loose(8, count, celsius).await;
    }
    bridge.tick().await;

    bridge.deliver();
    assert_eq!(bridge.with("data_gap").len(), 0, "not over yet");
    let wanted = ["8.5", "9.5", "4", "5.5", "3.5", "4.5", "9"];
    assert_eq!(
        values(&bridge),
        wanted,
        "alarms at once, extremes with them"
    );
    assert_eq!(bridge.stage(), Free);
    bridge.tick().await;
    assert_eq!(
        bridge.letter(7, 1, "4.5").await,
        Outcome::Kept,
        "sent again"
    );
    bridge.read(0, 30_000..30_001, 1).await;
    bridge.tick().await;
    bridge.deliver();
    arrived(&bridge, tags);
    gaps(&bridge);
}

/// Everything that was taken is there, once.
fn arrived(bridge: &Bridge, tags: u16) {
    let told: Vec<&Value> = bridge
        .with("rfid")
        .into_iter()
        .flat_map(|event| event["epcList"].as_array().unwrap())
        .collect();
    let seen: BTreeSet<String> = told.iter().map(ToString::to_string).collect();
    let wanted: BTreeSet<String> = (0..tags)
        .chain([30_000])
        .map(|serial| Value::from(identify(&tag(serial)).canonical()).to_string())
        .collect();
    assert_eq!(seen, wanted);
    assert_eq!(told.len(), wanted.len(), "none twice");
}

/// What was dropped is told, to the last read and value.
fn gaps(bridge: &Bridge) {
    let mut lost: Vec<(String, u64)> = Vec::new();
    for event in bridge.with("data_gap") {
        let gap = &event["theriac:data_gap"];
        assert_eq!(gap["cause"], "spool_full");
        assert!(gap["from_ms"].as_i64() <= gap["to_ms"].as_i64());
        let whose = format!("{} {}", gap["source"], gap["device"]).replace('"', "");
        lost.push((whose, gap["lost"].as_u64().unwrap()));
    }
    lost.sort();
    let wanted = [
        ("cold-1 0102030405060708", 2),
        ("dock-1 null", 70),
        ("dock-2 null", 10),
    ];
    assert_eq!(lost, wanted.map(|(whose, count)| (whose.to_owned(), count)));
}
