//! The stream of news: alerts with their place in the ledger, resumed after the last one received,
//! and nobody hears of what is not theirs.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use tests::trade::{NOW_MS, Trade, WARM, commission};

/// How long a read waits for something to come.
const SILENCE: Duration = Duration::from_millis(500);
/// Reads that may find nothing before one gives up: twenty seconds.
const SILENCES_MAX: u32 = 40;

/// An event of the stream: kind, id, data.
type News = (String, Option<u64>, Value);

/// A stream that was opened.
struct Listener {
    lines: BufReader<TcpStream>,
}

impl Listener {
    fn open(trade: &Trade, who: &str, last: Option<u64>) -> Self {
        let url = trade.url();
        let host = url.trim_start_matches("http://");
        let mut socket = TcpStream::connect(host).expect("a connection");
        socket.set_read_timeout(Some(SILENCE)).expect("a timeout");
        let last = last.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        let request = format!(
            "GET /api/v1/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\
             Accept-Encoding: gzip\r\n{last}\r\n",
            trade.keys[who]
        );
        socket.write_all(request.as_bytes()).expect("a request");
        let mut listener = Self {
            lines: BufReader::new(socket),
        };
        let head = listener
            .until(|line| line.trim().is_empty())
            .expect("a head");
        assert!(
            head.contains("200 OK") && head.contains("text/event-stream"),
            "{head}"
        );
        listener
    }

    /// Reads lines until one fits; `None` when none does for a while.
    fn until(&mut self, fits: impl Fn(&str) -> bool) -> Option<String> {
        let mut text = String::new();
        let mut silent = 0;
        while silent < SILENCES_MAX {
            let mut line = String::new();
            // A timeout keeps what was read of the line.
            while !line.ends_with('\n') && silent < SILENCES_MAX {
                match self.lines.read_line(&mut line) {
                    Ok(0) => return None,
                    Ok(_) => {}
                    Err(_) => silent += 1,
                }
            }
            text.push_str(&line);
            if fits(&line) {
                return Some(text);
            }
        }
        None
    }

    /// The next event of a kind.
    fn next(&mut self, kind: &str) -> Option<News> {
        let wanted = format!("event: {kind}\n");
        loop {
            let text = self.until(|line| line.starts_with("data: "))?;
            if !text.contains(&wanted) {
                continue;
            }
            let field = |name: &str| {
                let line = text.lines().rev().find_map(|line| line.strip_prefix(name));
                line.map(str::to_owned)
            };
            let data = field("data: ").and_then(|it| serde_json::from_str(&it).ok());
            let id = field("id: ").and_then(|it| it.parse().ok());
            return Some((kind.to_owned(), id, data.unwrap_or_default()));
        }
    }
}

/// The same packs are commissioned once more: a finding about each.
fn twice(trade: &Trade, serial: &str, n: i64) {
    let again = commission(WARM, &[serial], "L1", NOW_MS - 1_000 * n);
    trade.capture("maker", &[again]);
}

#[test]
fn alerts_arrive_and_a_client_that_comes_back_misses_none() {
    let trade = Trade::new();
    trade.deliver(
        WARM,
        &["A1", "A2", "A3"],
        "L1",
        "https://id.gs1.org/00/395060001000000150",
    );
    let mut live = Listener::open(&trade, "maker", None);
    twice(&trade, "A1", 1);
    let (_, first, data) = live.next("alert").expect("an alert");
    assert_eq!(data["rule"], "C06", "{data:#}");
    let first = first.expect("an id");
    drop(live);
    twice(&trade, "A2", 2);
    twice(&trade, "A3", 3);
    let mut back = Listener::open(&trade, "maker", Some(first));
    let subjects: Vec<Value> = (0..2)
        .map(|_| back.next("alert").expect("an alert missed").2["subject"].clone())
        .collect();
    let of = |serial: &str| json!(tests::trade::id(WARM, serial));
    assert_eq!(subjects, [of("A2"), of("A3")]);
    let (_, _, ledger) = Listener::open(&trade, "pharmacy", None)
        .next("ledger")
        .expect("the size");
    assert!(
        ledger["events"].as_u64().is_some_and(|events| events >= 6),
        "{ledger:#}"
    );
}

#[test]
fn a_notice_of_a_recall_is_pushed_to_its_holder_until_it_is_confirmed() {
    let trade = Trade::new();
    trade.deliver(
        WARM,
        &["A1"],
        "L1",
        "https://id.gs1.org/00/395060001000000167",
    );
    let mut holder = Listener::open(&trade, "wholesaler", None);
    let recall = json!({ "type": "recall", "gtin": WARM, "lot": "L1", "reason": "broken seal" });
    drop(
        trade
            .post("maker", "/api/v1/decisions", &recall)
            .expect(201),
    );
    let notices = format!("/api/v1/recalls/{WARM}/L1/notices");
    drop(trade.post("maker", &notices, &json!({})).expect(201));
    let (_, _, notice) = holder.next("notice").expect("a notice");
    assert_eq!(notice["reason"], "broken seal");
    let mut again = Listener::open(&trade, "wholesaler", None);
    assert!(
        again.next("notice").is_some(),
        "it comes until it is confirmed"
    );
}

#[test]
fn a_wrong_id_is_refused_and_the_stream_ends_with_the_node() {
    let mut trade = Trade::new();
    let mut answer = ureq::get(format!("{}/api/v1/stream", trade.url()))
        .header("authorization", format!("Bearer {}", trade.keys["maker"]))
        .header("last-event-id", "yesterday")
        .config()
        .http_status_as_error(false)
        .build()
        .call()
        .expect("an answer");
    assert_eq!(
        answer.status().as_u16(),
        400,
        "{:?}",
        answer.body_mut().read_to_string()
    );
    let mut live = Listener::open(&trade, "maker", None);
    trade.restart();
    assert!(live.next("alert").is_none(), "the stream has ended");
}
