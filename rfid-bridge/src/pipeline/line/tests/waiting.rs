//! A bridge that is slower than its readers: what waits for it belongs to what it has heard.

use super::*;
use crate::llrp::session::Now;
use crate::reader::clock::Played;

/// A bridge with a clock that stands, tags that pass after half a second, and a channel of two.
fn slow() -> (Bridge, &'static Played, mpsc::Sender<Told>) {
    let mut bridge = Bridge::start(1 << 20, "");
    bridge.die();
    let (clock, played) = Clock::played();
    bridge.clock = clock;
    bridge.live(500);
    let (to, from) = mpsc::channel(2);
    bridge.line().from = from;
    (bridge, played, to)
}

fn at(played: &Played, mono_ms: u64) {
    let unix_ms = 1_790_000_000_000 + i64::try_from(mono_ms).unwrap();
    played.set(Now { mono_ms, unix_ms });
}

/// Observations that were told, and the reads in them.
fn observed(bridge: &mut Bridge) -> (u64, u64) {
    let totals = bridge.line().passages.smoother.totals();
    (totals.observations, totals.observed)
}

#[tokio::test]
async fn reads_that_wait_are_heard_before_their_passage_is_over() {
    let (mut bridge, played, to) = slow();
    at(played, 1_000);
    bridge.read(0, 0..3, 1).await;
    at(played, 1_400);
    let heard = bridge.tags(0..3, 1);
    to.try_send(Told { source: 0, heard }).unwrap();
    at(played, 1_600);
    assert!(bridge.line().look().await.unwrap());
    assert_eq!(observed(&mut bridge), (0, 0), "the last read is 200 ms old");
    at(played, 2_000);
    assert!(!bridge.line().look().await.unwrap());
    assert_eq!(observed(&mut bridge), (3, 6), "one passage of each");
}

#[tokio::test]
async fn nothing_is_over_while_more_waits_than_can_be_seen() {
    let (mut bridge, played, to) = slow();
    at(played, 1_000);
    for _ in 0..2 {
        let heard = bridge.tags(0..3, 1);
        to.try_send(Told { source: 0, heard }).unwrap();
    }
    // The channel is full: the reader's task waits with what it read since.
    at(played, 3_000);
    assert!(bridge.line().look().await.unwrap());
    assert_eq!(observed(&mut bridge), (0, 0));
    let heard = bridge.tags(0..3, 1);
    to.try_send(Told { source: 0, heard }).unwrap();
    bridge.line().look().await.unwrap();
    at(played, 3_500);
    bridge.line().look().await.unwrap();
    assert_eq!(observed(&mut bridge), (3, 9), "one passage of each");
}
