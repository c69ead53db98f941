//! Those who use the node in a soak, each with one connection and at a measured pace: a maker's
//! line that captures documents and single events, a maker that locks packs, a dock whose blocks
//! are signed, a counter that asks, and an integrator that queries and follows pages. Whoever is
//! cut off by a kill connects again and sends the same request, as a good client does.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::facts::{Fact, Facts};
use crate::served::blocks::Dock;
use crate::served::goods::{GTIN, PACKS, document, id, made, scan};
use crate::served::node::Site;
use crate::served::wire::{Wire, request};

/// Events of a document here: small ones, so that many are on the way at the kills.
const EVENTS: usize = 10;
/// Numbers of packs that no other actor uses.
const SINGLE: usize = 40_000_000;

/// What an actor asks for.
enum Part {
    Documents,
    Single,
    Lock,
    Dock(Box<Dock>),
    Counter,
    Queries,
}

/// One user.
pub(super) struct Actor {
    part: Part,
    key: String,
    address: SocketAddr,
    pace: Duration,
}

/// A request, what to hope for, and the facts in a good answer.
struct Turn {
    request: Vec<u8>,
    hoped: &'static [u16],
    facts: fn(&Value, &[String]) -> Vec<Fact>,
    ids: Vec<String>,
}

impl Actor {
    /// Everybody.
    pub(super) fn all(site: &Site) -> Vec<Self> {
        let dock = Dock::new(site, 7);
        let dock_key = dock.api_key.clone();
        let mut all = Self::readers(site);
        all.push(Self::new(site, Part::Documents, &site.maker, 25));
        all.push(Self::new(site, Part::Single, &site.maker, 10));
        all.push(Self::new(site, Part::Lock, &site.maker, 50));
        all.push(Self::new(site, Part::Dock(Box::new(dock)), &dock_key, 10));
        all
    }

    /// Those who only ask.
    pub(super) fn readers(site: &Site) -> Vec<Self> {
        vec![
            Self::new(site, Part::Counter, &site.pharmacy, 5),
            Self::new(site, Part::Queries, &site.maker, 20),
        ]
    }

    fn new(site: &Site, part: Part, key: &str, pace_ms: u64) -> Self {
        Self {
            part,
            key: key.to_owned(),
            address: site.process.address,
            pace: Duration::from_millis(pace_ms),
        }
    }

    /// Asks until it is over.
    pub(super) fn act(mut self, facts: &Facts, over: &AtomicBool) {
        let mut wire = None;
        for number in 0.. {
            let turn = self.turn(number);
            let begun = Instant::now();
            loop {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                if self.ask(&mut wire, &turn, facts).is_some() {
                    break;
                }
                wire = None;
                std::thread::sleep(Duration::from_millis(50));
            }
            std::thread::sleep(self.pace.saturating_sub(begun.elapsed()));
        }
    }

    /// `None` when the connection is gone or the node is not ready.
    fn ask(&self, wire: &mut Option<Wire>, turn: &Turn, facts: &Facts) -> Option<()> {
        if wire.is_none() {
            *wire = Some(Wire::try_connect(self.address).ok()?);
        }
        let answer = wire.as_mut()?.try_ask(&turn.request).ok()?;
        if answer.status == 503 {
            return None;
        }
        let hoped = turn.hoped.contains(&answer.status);
        facts.answered(hoped, self.name(), (answer.status, answer.body));
        if hoped {
            let body = serde_json::from_slice(answer.body).unwrap_or_default();
            facts.note((turn.facts)(&body, &turn.ids));
        }
        Some(())
    }

    fn name(&self) -> &'static str {
        match self.part {
            Part::Documents => "documents",
            Part::Single => "single events",
            Part::Lock => "locks",
            Part::Dock(_) => "blocks",
            Part::Counter => "the counter",
            Part::Queries => "queries",
        }
    }

    fn turn(&mut self, number: usize) -> Turn {
        match &mut self.part {
            Part::Documents => documents(&self.key, number),
            Part::Single => single(&self.key, number),
            Part::Lock => lock(&self.key, number),
            Part::Dock(dock) => {
                let block = dock.next_block();
                let to = ("POST", "/api/v1/blocks");
                Turn {
                    request: request(to, &self.key, "application/cbor", &block.0),
                    hoped: &[200],
                    facts: |_, ids| ids.iter().cloned().map(Fact::Block).collect(),
                    ids: vec![block.1],
                }
            }
            Part::Counter => counter(&self.key, number),
            Part::Queries => queries(&self.key, number),
        }
    }
}

fn named(first: usize, count: usize) -> (Vec<Value>, Vec<String>) {
    let ids: Vec<String> = (0..count)
        .map(|at| format!("urn:soak:{}", first + at))
        .collect();
    let events = ids.iter().enumerate().map(|(at, name)| {
        let mut event = made((first + at) * PACKS).to_json();
        let fields = event.as_object_mut().expect("an object");
        fields.remove("@context");
        fields.insert("eventID".into(), json!(name));
        event
    });
    (events.collect(), ids)
}

fn events_of(_: &Value, ids: &[String]) -> Vec<Fact> {
    ids.iter().cloned().map(Fact::Event).collect()
}

fn documents(key: &str, number: usize) -> Turn {
    let (events, ids) = named(number * EVENTS, EVENTS);
    let to = ("POST", "/epcis/capture");
    Turn {
        request: request(to, key, "application/json", &document(&events)),
        hoped: &[202],
        facts: events_of,
        ids,
    }
}

fn single(key: &str, number: usize) -> Turn {
    let (events, ids) = named(SINGLE / PACKS + number, 1);
    let mut event = events.into_iter().next().expect("one");
    event["@context"] = json!(["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]);
    let to = ("POST", "/epcis/events");
    Turn {
        request: request(to, key, "application/json", event.to_string().as_bytes()),
        // 409: it was taken and the answer lost in a kill.
        hoped: &[201, 409],
        facts: events_of,
        ids,
    }
}

fn lock(key: &str, number: usize) -> Turn {
    let body = json!({ "operation": "lock", "scans": [scan(number * 7)] }).to_string();
    let to = ("POST", "/api/v1/operations");
    Turn {
        request: request(to, key, "application/json", body.as_bytes()),
        hoped: &[200],
        facts: |answer, _| {
            let block = answer["block"].as_str().map(str::to_owned);
            block.map(Fact::Block).into_iter().collect()
        },
        ids: Vec::new(),
    }
}

fn counter(key: &str, number: usize) -> Turn {
    let body = json!({ "scan": scan(number.wrapping_mul(7_919) % 50_000) }).to_string();
    let to = ("POST", "/api/v1/verify");
    Turn {
        request: request(to, key, "application/json", body.as_bytes()),
        hoped: &[200],
        facts: |_, _| Vec::new(),
        ids: Vec::new(),
    }
}

fn queries(key: &str, number: usize) -> Turn {
    let epc = id(number.wrapping_mul(7_919) % 50_000);
    let epc = epc.replace(':', "%3A").replace('/', "%2F");
    let path = match number % 5 {
        0 => "/epcis/events?EQ_bizStep=commissioning&perPage=100".to_owned(),
        1 => "/api/v1/alerts".to_owned(),
        2 => format!("/api/v1/lots/{GTIN}/L0/reconciliation"),
        3 => "/api/v1/checkpoint".to_owned(),
        _ => format!("/epcis/events?MATCH_anyEPC={epc}"),
    };
    Turn {
        request: request(("GET", &path), key, "application/json", b""),
        hoped: &[200, 404],
        facts: |_, _| Vec::new(),
        ids: Vec::new(),
    }
}
