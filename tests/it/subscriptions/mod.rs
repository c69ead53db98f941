//! Subscriptions when the node is killed: while events are captured and delivered, the process gets
//! SIGKILL again and again. Whatever was acknowledged arrives, in the ledger's order; what was
//! taken is repeated at most once for a kill, never skipped, never sent for ever.

mod hook;
mod socket;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tests::http::Client;
use tests::process::{Running, until};
use tests::site::{Site, Stopped, observation, served};

use crate::crash::{mix, number};
use hook::Hook;
use socket::Socket;

/// Kills of each test.
const ROUNDS: u64 = 6;
/// Events sent to a subscriber together at most.
const TOGETHER: usize = 100;

/// A node that may be killed at any moment, and what it acknowledged.
struct Victim {
    running: Option<Running>,
    client: Client,
    settings: PathBuf,
    stopped: Stopped,
    acknowledged: Vec<String>,
    sent: u64,
}

impl Victim {
    fn new() -> Self {
        let stopped = Site::fresh().stopped();
        let settings = stopped.beside("settings.toml");
        let text = "[subscriptions]\nallow_private = true\n[log]\nfilter = \"warn\"\n";
        std::fs::write(&settings, text).expect("written");
        let mut victim = Self {
            running: None,
            client: Client::new("http://127.0.0.1:9"),
            settings,
            stopped,
            acknowledged: Vec::new(),
            sent: 0,
        };
        victim.start();
        let query = json!({ "name": "all", "query": { "EQ_bizStep": ["inspecting"] } });
        let made = victim.client.post("/epcis/queries", &query);
        assert_eq!(made.status, 201, "{}", made.text());
        victim
    }

    fn start(&mut self) {
        let settings = self.settings.to_string_lossy();
        let (running, client) = served(&self.stopped.dir, &["--config", &settings]);
        self.client = client.with_key(&self.stopped.key);
        self.running = Some(running);
    }

    fn kill(&mut self) {
        self.running.take().expect("it runs").kill();
    }

    /// Captures an event; it counts when it was acknowledged.
    fn capture(&mut self) {
        self.sent += 1;
        let event = format!("s{}", self.sent);
        let answer = self.client.try_post("/epcis/capture", &observation(&event));
        if answer.is_some_and(|answer| answer.status == 202) {
            self.acknowledged.push(format!("urn:test:{event}"));
        }
    }

    /// Captures for a while of this seed and kills the node at its end, amid what is under way.
    fn round(&mut self, seed: u64) {
        for _ in 0..(3 + mix(seed) % 30) {
            self.capture();
        }
        std::thread::sleep(Duration::from_millis(mix(seed ^ 7) % 40));
        self.kill();
        self.start();
    }
}

fn seed() -> u64 {
    let seed = number("THERIAC_SEED").unwrap_or(1);
    eprintln!("seed {seed} (THERIAC_SEED)");
    seed
}

/// Ids of the events of a query document.
fn ids(document: &Value) -> Vec<String> {
    let list = document.pointer("/epcisBody/queryResults/resultsBody/eventList");
    let list = list.and_then(Value::as_array).expect("a list of events");
    let id = |event: &Value| event["eventID"].as_str().expect("an id").to_owned();
    list.iter().map(id).collect()
}

/// First arrivals, in their order.
fn firsts(arrived: &[String]) -> Vec<&String> {
    let mut seen = BTreeSet::new();
    arrived.iter().filter(|id| seen.insert(*id)).collect()
}

/// Everything acknowledged arrived, in order, and what came twice is bounded by the kills.
fn judge(acknowledged: &[String], arrived: &[String], kills: u64) {
    let firsts = firsts(arrived);
    let lost: Vec<_> = acknowledged
        .iter()
        .filter(|id| !firsts.contains(id))
        .collect();
    assert!(
        lost.is_empty(),
        "acknowledged and never delivered: {lost:?}"
    );
    let in_order: Vec<_> = firsts
        .iter()
        .filter(|id| acknowledged.contains(id))
        .collect();
    assert!(
        in_order.into_iter().copied().eq(acknowledged),
        "another order: {firsts:?}"
    );
    let repeated = arrived.len() - firsts.len();
    eprintln!(
        "{} acknowledged, {repeated} repeated after {kills} kills",
        acknowledged.len()
    );
    let bound = TOGETHER * usize::try_from(kills).expect("few");
    assert!(repeated <= bound, "{repeated} repeated");
}

#[test]
fn a_webhook_gets_everything_although_the_node_is_killed() {
    let (seed, mut victim) = (seed(), Victim::new());
    let hook = Hook::open();
    let wanted = json!({ "dest": hook.url, "stream": true });
    let path = "/epcis/queries/all/subscriptions";
    let made = victim.client.post(path, &wanted);
    assert_eq!(made.status, 201, "{}", made.text());
    for round in 0..ROUNDS {
        // In every other round the receiver fails now and then: that is not taken, and comes again.
        hook.fail(if round % 2 == 1 { 2 } else { 0 });
        victim.round(seed ^ (round << 8));
    }
    hook.fail(0);
    victim.capture();
    let last = victim.acknowledged.last().expect("some").clone();
    until("the last event at the receiver", || {
        hook.taken().contains(&last).then_some(())
    });
    let settled = hook.taken();
    judge(&victim.acknowledged, &settled, ROUNDS);
    // Taken is taken: a restart in good order and a further event bring that event only.
    assert!(victim.running.take().expect("it runs").stop().success());
    victim.start();
    victim.capture();
    let last = victim.acknowledged.last().expect("some").clone();
    until("one more event at the receiver", || {
        hook.taken().contains(&last).then_some(())
    });
    assert_eq!(hook.taken()[settled.len()..], [last]);
}

#[test]
fn a_socket_that_comes_back_goes_on_where_it_was() {
    let (seed, mut victim) = (seed(), Victim::new());
    // From the beginning on until something came: a round may end before anything does, and a
    // socket without a time has only what is new.
    let (mut arrived, mut from) = (Vec::new(), Some("1970-01-01T00:00:00Z".to_owned()));
    for round in 0..ROUNDS {
        let mut socket = Socket::open(&victim.client, "all", from.as_deref());
        // The other end of a killed node's socket closes: that ends the reading.
        let reader = std::thread::spawn(move || {
            let (mut ids, mut last) = (Vec::new(), None);
            while let Some(document) = socket.document() {
                ids.extend(super::subscriptions::ids(&document));
                last = socket::record_time(&document).or(last);
            }
            (ids, last)
        });
        victim.round(seed ^ (round << 16));
        let (ids, last) = reader.join().expect("it reads");
        arrived.extend(ids);
        from = last.or(from);
    }
    let mut socket = Socket::open(&victim.client, "all", from.as_deref());
    victim.capture();
    let last = victim.acknowledged.last().expect("some").clone();
    while !arrived.contains(&last) {
        arrived.extend(ids(&socket.document().expect("it goes on")));
    }
    judge(&victim.acknowledged, &arrived, ROUNDS);
}
