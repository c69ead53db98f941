//! Tags per second and core: 400 reports of 50 tags each as a reader sends them (EPC-96, antenna,
//! signal, first and last sighting, count), through framer and decoder, and then through a whole
//! session that makes reads of them. The rate is per second of processor time of the one thread.

use std::hint::black_box;
use std::time::Duration;

use rfid_bridge::llrp::event::{CONNECTION_SUCCESS, EventNotification, ReaderEvent};
use rfid_bridge::llrp::frame::Framer;
use rfid_bridge::llrp::message::{Body, Message};
use rfid_bridge::llrp::parameter::{Parameter, Tv};
use rfid_bridge::llrp::session::{Input, Now, Output, Session, SessionConfig};
use rfid_bridge::llrp::tag::{ReaderTime, TagReport};

const REPORTS: u32 = 400;
const TAGS: u32 = 50;
/// Bytes read from a socket at once, as by the bridge.
const READ_BYTES: usize = 64 * 1024;
const ROUND: Duration = Duration::from_millis(300);
const ROUNDS: usize = 7;

pub(super) fn bench() {
    let bytes = corpus();
    let (mut plain, mut session, mut yard) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plain.push(rate(|| decode(&bytes)));
        session.push(rate(|| hear(&bytes)));
        yard.push(rate(|| {
            black_box(blake3::hash(&bytes));
            u64::from(REPORTS * TAGS)
        }));
    }
    let yard = median(yard);
    for (name, rates) in [("llrp-decode", plain), ("llrp-session", session)] {
        let value = median(rates);
        let line = serde_json::json!({
            "bench": name,
            "value": value.round(),
            "unit": "tags/s/core",
            "baseline": { "what": "BLAKE3 of the same bytes", "value": yard.round() },
            "ratio": (value / yard * 1000.0).round() / 1000.0,
            "bytes_a_tag": bytes.len() as f64 / f64::from(REPORTS * TAGS),
        });
        println!("{line}");
    }
}

fn corpus() -> Vec<u8> {
    let mut bytes = Vec::new();
    for report in 0..REPORTS {
        let tags = (0..TAGS).map(|at| tag(report * TAGS + at)).collect();
        let others = Vec::new();
        let body = Body::RoAccessReport { tags, others };
        bytes.extend(Message::new(report, body).encode().expect("a report fits"));
    }
    bytes
}

fn tag(number: u32) -> TagReport {
    let mut epc = [0x30, 0x74, 0x25, 0x7b, 0xf7, 0x19, 0x4e, 0x40, 0, 0, 0, 0];
    epc[8..].copy_from_slice(&number.to_be_bytes());
    let seen = 1_790_000_000_000_000 + u64::from(number) * 700;
    let antenna = u16::try_from(number % 4).expect("below 4") + 1;
    let tvs = [
        Tv::Epc96(epc),
        Tv::AntennaId(antenna),
        Tv::PeakRssi(-50),
        Tv::FirstSeenUtc(seen),
        Tv::LastSeenUtc(seen + 300),
        Tv::TagSeenCount(1),
    ];
    TagReport {
        parameters: tvs.map(Parameter::Tv).to_vec(),
    }
}

fn decode(bytes: &[u8]) -> u64 {
    let (mut framer, mut count) = (Framer::new(), 0);
    for piece in bytes.chunks(READ_BYTES) {
        framer.push(piece);
        while let Some(frame) = framer.next_frame().expect("our own bytes") {
            let message = Message::decode(&frame).expect("our own bytes");
            if let Body::RoAccessReport { tags, .. } = black_box(message).body {
                count += tags.len() as u64;
            }
        }
    }
    count
}

fn hear(bytes: &[u8]) -> u64 {
    let now = Now {
        mono_ms: 1_000,
        unix_ms: 1_790_000_000_000,
    };
    let mut session = Session::new(SessionConfig::default());
    while session.poll(now) != Output::Connect {}
    session.handle(Input::Connected, now);
    let at = ReaderTime::Utc(1_790_000_000_000_000);
    let events = vec![ReaderEvent::ConnectionAttempt(CONNECTION_SUCCESS)];
    let greeting = Body::EventNotification(EventNotification { at, events });
    let greeting = Message::new(1, greeting).encode().expect("a greeting fits");
    session.handle(Input::Bytes(&greeting), now);
    let mut count = 0;
    for piece in bytes.chunks(READ_BYTES) {
        session.handle(Input::Bytes(piece), now);
        loop {
            match session.poll(now) {
                Output::WakeAt(_) => break,
                Output::Report(reads) => count += black_box(reads).len() as u64,
                _ => {}
            }
        }
    }
    count
}

/// Tags per second of processor time.
fn rate(mut call: impl FnMut() -> u64) -> f64 {
    let (start, from) = (super::now(), cpu());
    let mut tags = 0;
    while start.elapsed() < ROUND {
        tags += call();
    }
    let took = match (from, cpu()) {
        (Some(from), Some(to)) if to > from => to.saturating_sub(from),
        _ => start.elapsed(),
    };
    tags as f64 / took.as_secs_f64()
}

/// Time this thread has had a processor: the first number of Linux's `schedstat`, nanoseconds.
fn cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
