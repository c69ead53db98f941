//! Capture: JSON documents of 100 events with ten packs each, over eight connections; a document
//! is answered when its block is on disk, ordered and judged. Beside it `PostgreSQL` takes the same
//! events as `jsonb` with indexes on what a node can be asked for, each document a COPY and a
//! durable commit of its own, from as many clients; it neither parses a document nor judges.

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use postgres::{Client, NoTls};
use serde_json::Value;

use super::goods::{EVENTS, document, events};
use super::load;
use super::node::Site;
use crate::rivals::heavy::Postgres;
use crate::world::load as machine;

const CLIENTS: usize = 8;

const TABLE: &str = "
    CREATE TABLE event (number BIGINT PRIMARY KEY, id TEXT NOT NULL, time TIMESTAMPTZ NOT NULL,
                        step TEXT, place TEXT, lot TEXT, epcs TEXT[] NOT NULL, body JSONB NOT NULL);
    CREATE INDEX ON event (id);
    CREATE INDEX ON event (time);
    CREATE INDEX ON event (step);
    CREATE INDEX ON event (place);
    CREATE INDEX ON event (lot);
    CREATE INDEX ON event USING GIN (epcs);";

pub(crate) fn capture(documents: usize) {
    let site = Site::fresh();
    let all: Vec<Vec<Value>> = (0..documents).map(events).collect();
    let mut requests = all.iter().map(|events| site.capture(&document(events)));
    let (before, most) = (site.process.busy(), (Duration::MAX, 202));
    let done = load::run(site.process.address, CLIENTS, most, |_| requests.next());
    let count = (documents * EVENTS) as f64;
    let ours = count / done.seconds;
    let busy = site.process.busy() - before;
    let memory = site.process.resident();
    drop(requests);
    drop(site);
    let theirs = postgres(&all).map(|seconds| count / seconds);
    println!(
        "{{\"bench\":\"capture\",\"documents\":{documents},\"events_per_s\":{ours:.0},\
         \"p50_ms\":{:.1},\"p99_ms\":{:.1},\"node_cpu_us_per_event\":{:.1},\"node_mib\":{memory:.0},\
         \"postgres_events_per_s\":{:.0},\"ratio\":{:.2},\"load\":{}}}",
        done.quantile(0.5),
        done.quantile(0.99),
        busy * 1e6 / count,
        theirs.unwrap_or(0.0),
        theirs.map_or(0.0, |theirs| ours / theirs),
        machine(),
    );
}

/// Seconds that `PostgreSQL` takes; `None` without one.
fn postgres(documents: &[Vec<Value>]) -> Option<f64> {
    let server = Postgres::start()?;
    let connect = || Client::connect(&server.address, NoTls).expect("it answers");
    connect().batch_execute(TABLE).expect("a table");
    let lines: Vec<String> = documents.iter().enumerate().map(rows).collect();
    let next = AtomicUsize::new(0);
    let clients: Vec<Client> = (0..CLIENTS).map(|_| connect()).collect();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for mut client in clients {
            let (lines, next) = (&lines, &next);
            scope.spawn(move || {
                while let Some(lines) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut copy = client.copy_in("COPY event FROM STDIN").expect("copies");
                    copy.write_all(lines.as_bytes()).expect("copies");
                    copy.finish().expect("durable");
                }
            });
        }
    });
    Some(start.elapsed().as_secs_f64())
}

/// A document as COPY reads it.
fn rows((document, events): (usize, &Vec<Value>)) -> String {
    let mut text = String::new();
    for (at, event) in events.iter().enumerate() {
        let field = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or("");
        let epcs: Vec<&str> = event["epcList"]
            .as_array()
            .expect("packs")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        text += &format!(
            "{}\t{}\t{}\t{}\t{}\t{}\t{{{}}}\t{}\n",
            document * EVENTS + at,
            field("/eventID"),
            field("/eventTime"),
            field("/bizStep"),
            field("/bizLocation/id"),
            field("/ilmd/cbvmda:lotNumber"),
            epcs.join(","),
            event.to_string().replace('\\', "\\\\"),
        );
    }
    text
}
