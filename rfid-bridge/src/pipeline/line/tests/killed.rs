//! What the next process knows: how far a shipment has come, where a tag is, who was not heard.

use super::*;

/// An advice of the tags with these serial numbers.
fn advise(bridge: &Bridge, serials: std::ops::Range<u16>) {
    let epcs: Vec<String> = serials
        .map(|serial| identify(&tag(serial)).canonical())
        .collect();
    let advice = serde_json::json!({
        "id": "urn:epcglobal:cbv:bt:9521321000018:ASN-17",
        "epcs": epcs,
    });
    let file = bridge.folder.path().join("asn-17.json");
    std::fs::write(file, advice.to_string()).unwrap();
}

/// How far the shipment has come with each event.
fn progress(bridge: &Bridge) -> Vec<String> {
    let events = bridge.with("expected").into_iter();
    events
        .map(|event| {
            let it = &event["theriac:expected"];
            format!(
                "{}/{} missing {}",
                it["seen"], it["expected"], it["missing"]
            )
        })
        .collect()
}

#[tokio::test]
async fn a_pallet_half_through_the_door_is_reconciled_once() {
    let mut bridge = Bridge::start(1 << 20, "");
    advise(&bridge, 0..30);
    // Ten tags are told, ten more are in the door when the bridge dies.
    bridge.tick().await;
    bridge.read(0, 0..10, 3).await;
    bridge.tick().await;
    bridge.die();
    bridge.live(60_000);
    bridge.tick().await;
    bridge.read(0, 10..20, 3).await;
    bridge.tick().await;
    bridge.die();
    bridge.live(0);
    bridge.tick().await;
    bridge.die();
    bridge.live(0);
    bridge.tick().await;
    bridge.read(0, 20..30, 3).await;
    bridge.tick().await;
    bridge.deliver();
    let wanted = ["10/30 missing 20", "20/30 missing 10", "30/30 missing 0"];
    assert_eq!(progress(&bridge), wanted);
    // The advice goes, and so do its rows.
    let rows = |bridge: &mut Bridge| {
        let kept = bridge.line().spool.kept().unwrap();
        kept.iter().filter(|(key, _)| key[0] == b'x').count()
    };
    assert_eq!(rows(&mut bridge), 3);
    std::fs::remove_file(bridge.folder.path().join("asn-17.json")).unwrap();
    let later = bridge.clock.now().mono_ms + 60_000;
    bridge.line().tick(later).await.unwrap();
    assert_eq!(rows(&mut bridge), 0);
}

#[tokio::test]
async fn a_tag_stays_where_it_was() {
    let mut bridge = Bridge::start(1 << 20, AREA);
    bridge.read(0, 7..8, 1).await;
    bridge.tick().await;
    bridge.die();
    bridge.live(0);
    // The neighbour's door hears it as well, first.
    bridge.read(1, 7..8, 1).await;
    bridge.tick().await;
    bridge.deliver();
    let points: Vec<String> = bridge
        .with("rfid")
        .iter()
        .map(|event| event["readPoint"]["id"].to_string())
        .collect();
    assert_eq!(points.len(), 2);
    assert!(points.iter().all(|it| it.contains("dock-1")), "{points:?}");
}

#[tokio::test]
async fn the_time_of_a_reader_that_was_not_heard_is_told() {
    let mut bridge = Bridge::start(1 << 20, "");
    let status = |up| {
        let text = String::new();
        Heard::Raw(Raw::Status(if up {
            Status::Up(text)
        } else {
            Status::Resting(text)
        }))
    };
    let noted = |bridge: &mut Bridge| -> Vec<i64> {
        let kept = bridge.line().spool.kept().unwrap().into_iter();
        kept.filter(|(key, _)| key[0] == b'a')
            .map(|(_, row)| {
                let row: Value = serde_json::from_slice(&row).unwrap();
                row["listening"]["at_ms"].as_i64().unwrap()
            })
            .collect()
    };
    bridge.tick().await;
    assert!(noted(&mut bridge).is_empty(), "nobody is heard yet");
    bridge.hear(0, status(true)).await;
    bridge.line().listened_at = 0;
    bridge.line().note_listening();
    bridge.tick().await;
    let first = noted(&mut bridge);
    assert_eq!(first.len(), 1);
    bridge.hear(0, status(false)).await;
    tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    bridge.line().note_listening();
    bridge.tick().await;
    assert_eq!(noted(&mut bridge), first, "paused or cut off");
    bridge.die();
    bridge.live(0);
    bridge.tick().await;
    bridge.die();
    bridge.live(0);
    bridge.tick().await;
    bridge.deliver();
    let gaps = bridge.with("data_gap");
    let bounds: Vec<(i64, i64)> = gaps
        .iter()
        .map(|event| {
            let gap = &event["theriac:data_gap"];
            assert_eq!(gap["cause"], "stopped");
            (
                gap["from_ms"].as_i64().unwrap(),
                gap["to_ms"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(bounds[0].0, first[0]);
    let is_whole = bounds.windows(2).all(|pair| pair[0].1 == pair[1].0);
    assert!(is_whole, "without a hole, and nothing twice: {bounds:?}");
}
