//! The stream of news: alerts with their place in the ledger, resumed after the last one received,
//! and nobody hears of what is not theirs, nor anything once the key has ended.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use service::auth::{Role, Scope};
use service::store::NewApiKey;
use tests::trade::{DAY_MS, NOW_MS, Trade, WARM, commission, gln};

/// How long a read waits for something to come.
const SILENCE: Duration = Duration::from_millis(500);
/// Reads that may find nothing before one gives up: twenty seconds.
const SILENCES_MAX: u32 = 40;

/// An event of the stream: kind, id, data.
type News = (String, Option<String>, Value);

/// A stream that was opened.
struct Listener {
    lines: BufReader<TcpStream>,
}

impl Listener {
    fn open(trade: &Trade, who: &str, last: Option<&str>) -> Self {
        Self::with_key(trade, &trade.keys[who], last)
    }

    fn with_key(trade: &Trade, key: &str, last: Option<&str>) -> Self {
        let url = trade.url();
        let host = url.trim_start_matches("http://");
        let mut socket = TcpStream::connect(host).expect("a connection");
        socket.set_read_timeout(Some(SILENCE)).expect("a timeout");
        let last = last.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        let request = format!(
            "GET /api/v1/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n\
             Accept-Encoding: gzip\r\n{last}\r\n"
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

    /// Whether it ends without a further alert: the last chunk of the body.
    fn ends(&mut self) -> bool {
        let text = self.until(|line| line == "0\r\n" || line == "event: alert\n");
        text.is_some_and(|text| text.ends_with("0\r\n"))
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
            let id = field("id: ");
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
    let mut back = Listener::open(&trade, "maker", Some(&first));
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

/// One record can bring many alerts: whoever has some of them gets the others, in the same order.
#[test]
fn alerts_of_one_record_are_told_apart() {
    let trade = Trade::new();
    let packs = ["A1", "A2", "A3"];
    let pallet = "https://id.gs1.org/00/395060001000000174";
    trade.deliver(WARM, &packs, "L1", pallet);
    let mut live = Listener::open(&trade, "maker", None);
    let again = commission(WARM, &packs, "L1", NOW_MS - 1_000);
    trade.capture("maker", &[again]);
    let told: Vec<(String, Value)> = (0..3)
        .map(|_| live.next("alert").expect("an alert"))
        .map(|(_, id, data)| (id.expect("an id"), data["id"].clone()))
        .collect();
    let place = told[2].0.parse::<u64>().expect("the whole record's place");
    for at in 0..2 {
        assert!(told[at].0.starts_with(&format!("{place}.")), "{told:?}");
        let mut back = Listener::open(&trade, "maker", Some(&told[at].0));
        for (id, finding) in &told[at + 1..] {
            let (_, next, data) = back.next("alert").expect("an alert missed");
            assert_eq!((next.as_ref(), &data["id"]), (Some(id), finding));
        }
    }
    // With the last, as with the whole record's place of a client of old, all of it is had.
    let mut back = Listener::open(&trade, "maker", Some(&told[2].0));
    twice(&trade, "A1", 2);
    let (_, next, _) = back.next("alert").expect("an alert");
    assert!(next.expect("an id").parse::<u64>().expect("a number") > place);
}

/// A key that was revoked or has expired hears nothing more, though the connection was opened with
/// it while it was good.
#[test]
fn a_stream_ends_with_its_key() {
    let trade = Trade::new();
    let pallet = "https://id.gs1.org/00/395060001000000181";
    trade.deliver(WARM, &["A1", "A2", "A3"], "L1", pallet);
    let key = |label: &str, expires_ms: Option<i64>| {
        let new = NewApiKey {
            party: Some(gln("maker").to_owned()),
            roles: [Role::Manufacturer].into(),
            label: label.to_owned(),
            expires_ms,
            scope: Scope::default(),
        };
        trade.node().create_api_key(new).expect("a key")
    };
    let (revoked, short) = (key("revoked", None), key("short", Some(NOW_MS + DAY_MS)));
    let mut one = Listener::with_key(&trade, &revoked.key, None);
    let mut two = Listener::with_key(&trade, &short.key, None);
    let mut stays = Listener::open(&trade, "maker", None);
    twice(&trade, "A1", 1);
    for listener in [&mut one, &mut two] {
        assert!(listener.next("alert").is_some(), "while the key is good");
    }
    let gone = trade.node().revoke_api_key(&revoked.id);
    gone.expect("revoked");
    twice(&trade, "A2", 2);
    assert!(one.ends(), "it was revoked");
    assert!(two.next("alert").is_some());
    trade.world.advance(DAY_MS);
    twice(&trade, "A3", 3);
    assert!(two.ends(), "it has expired");
    for _ in 0..3 {
        assert!(stays.next("alert").is_some(), "others hear all of it");
    }
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
