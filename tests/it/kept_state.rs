//! The folded state is kept while requests come without a pause, and a kill (SIGKILL) at any
//! moment leaves one that the log agrees with, byte for byte: the next opening goes on from it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use service::{Config, Node, World};
use tests::http::Client;
use tests::process::{finish, until};
use tests::site::{Site, observation};

/// Threads that record.
const WRITERS: u64 = 3;
/// Kills.
const ROUNDS: u64 = 3;

#[test]
fn a_kill_under_load_leaves_a_state_that_the_log_agrees_with() {
    let mut site = Site::fresh();
    for round in 0..ROUNDS {
        let kept = site.dir.join("state.snapshot");
        drop(std::fs::remove_file(&kept));
        let acknowledged = AtomicU64::new(0);
        let over = AtomicBool::new(false);
        let stopped = std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (client, acknowledged, over) = (site.admin.clone(), &acknowledged, &over);
                let series = format!("R{round}W{writer}N");
                scope.spawn(move || record(&client, &series, acknowledged, over));
            }
            // Requests come without a pause of the seconds that a quiet node waits for.
            until("a state that is kept under load", || {
                kept.exists().then_some(())
            });
            let then = acknowledged.load(Ordering::Relaxed);
            until("more than what is kept", || {
                (acknowledged.load(Ordering::Relaxed) > then + 2 * round).then_some(())
            });
            let stopped = site.killed();
            over.store(true, Ordering::Relaxed);
            stopped
        });
        let data = stopped.dir.to_string_lossy().into_owned();
        let agrees = |when: &str| {
            let check = finish("theriac", &["check", "--data", &data, "--rebuild"]);
            assert_eq!(check.code, 0, "{when}: {}{}", check.out, check.err);
            assert!(stopped.dir.join("state.snapshot").exists(), "{when}");
        };
        agrees("after the kill");
        let mut config = Config::for_testing(&stopped.dir);
        // Nothing is kept before it is closed.
        config.ledger.snapshot_facts = u64::MAX;
        let node = Node::open(&config, World::real()).expect("it opens");
        let recalled = node.recalled();
        assert!(recalled > 0, "round {round}: it opens from what was kept");
        node.close().expect("it closes");
        drop(node);
        let node = Node::open(&Config::for_testing(&stopped.dir), World::real());
        let node = node.expect("it opens again");
        assert_eq!(node.recalled(), recalled);
        node.close().expect("it closes");
        drop(node);
        agrees("after it was gone on from");
        site = stopped.started(&[]);
        let count = acknowledged.load(Ordering::Relaxed);
        eprintln!("round {round}: {count} acknowledged, {recalled} facts recalled");
        for writer in 0..WRITERS {
            let first = format!("urn:test:R{round}W{writer}N0");
            let path = format!("/epcis/events/{}", tests::http::segment(&first));
            let _there = site.admin.get(&path).expect(200);
        }
    }
}

/// Records one event after the other until it is over or the node is gone.
fn record(client: &Client, series: &str, acknowledged: &AtomicU64, over: &AtomicBool) {
    for number in 0.. {
        let document = observation(&format!("{series}{number}"));
        match client.try_post("/epcis/capture", &document) {
            Some(answer) if answer.status == 202 => {
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            _ => return,
        }
        if over.load(Ordering::Relaxed) {
            return;
        }
    }
}
