//! Named queries, and what subscribers get: by webhook against a receiver that the test plays, and
//! on a WebSocket.
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use service::app::epcis::webhook::signature;
use service::auth::Role;

use crate::lab::{Lab, NOW_MS, commission};

pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What a receiver was sent.
pub(crate) struct Sent {
    headers: String,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn events(&self) -> Vec<Value> {
        let document: Value = serde_json::from_slice(&self.body).unwrap();
        let list = document.pointer("/epcisBody/queryResults/resultsBody/eventList");
        list.unwrap().as_array().unwrap().clone()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }
}

/// A receiver that answers with these statuses one after the other, and then with 200.
pub(crate) fn receiver(statuses: Vec<u16>) -> (String, Receiver<Sent>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut statuses = statuses.into_iter();
        for stream in listener.incoming().map_while(Result::ok) {
            let Some(sent) = read(&stream) else { continue };
            let status = statuses.next().unwrap_or(200);
            let answer =
                format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            (&stream).write_all(answer.as_bytes()).ok();
            if send.send(sent).is_err() {
                return;
            }
        }
    });
    (url, receive)
}

fn read(mut stream: &TcpStream) -> Option<Sent> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        if let Some(at) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            let headers = String::from_utf8_lossy(&bytes[..at]).into_owned();
            let sent = Sent {
                headers,
                body: Vec::new(),
            };
            let length: usize = sent.header("content-length")?.parse().ok()?;
            while bytes.len() < at + 4 + length {
                let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
                bytes.extend_from_slice(&chunk[..count]);
            }
            let body = bytes[at + 4..at + 4 + length].to_vec();
            return Some(Sent { body, ..sent });
        }
        let count = stream.read(&mut chunk).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    }
}

pub(crate) fn named(lab: &Lab, role: Role, name: &str, query: &Value) {
    let body = json!({ "name": name, "query": query });
    let answer = lab.post(role, "/epcis/queries", &body).expect(201);
    assert_eq!(answer.headers["location"], format!("/epcis/queries/{name}"));
}

pub(crate) fn subscribe(lab: &Lab, name: &str, body: &Value) -> String {
    let path = format!("/epcis/queries/{name}/subscriptions");
    let answer = lab.post(Role::Manufacturer, &path, body).expect(201);
    let made = answer.json();
    assert!(
        made.get("signatureToken").is_none(),
        "the secret is not told: {made}"
    );
    answer.headers["location"].clone()
}

fn capture(lab: &Lab, serial: &str) {
    lab.capture(Role::Manufacturer, &[commission(&[serial], "LOT1", NOW_MS)])
        .expect(202);
}

#[test]
fn a_named_query_is_a_resource_of_its_party() {
    let mut lab = Lab::new();
    lab.play();
    named(
        &lab,
        Role::Manufacturer,
        "mine",
        &json!({ "EQ_bizStep": ["commissioning"] }),
    );
    named(
        &lab,
        Role::Wholesaler,
        "mine",
        &json!({ "eventType": ["ObjectEvent"] }),
    );
    let twice = json!({ "name": "mine", "query": {} });
    assert_eq!(
        lab.post(Role::Manufacturer, "/epcis/queries", &twice)
            .expect(409)
            .json()["type"],
        "epcisException:ResourceAlreadyExistsException"
    );
    for (body, exception) in [
        (json!({ "name": "a/b", "query": {} }), "ValidationException"),
        (
            json!({ "name": "x", "query": [] }),
            "QueryValidationException",
        ),
        (
            json!({ "name": "x", "query": { "EQ_colour": ["red"] } }),
            "QueryParameterException",
        ),
        (json!({ "name": "x" }), "ValidationException"),
        (
            json!({ "name": "x", "query": { "MATCH_epc": ["urn:epc:idpat:foo:1.*"] } }),
            "QueryParameterException",
        ),
    ] {
        let problem = lab
            .post(Role::Manufacturer, "/epcis/queries", &body)
            .expect(400)
            .json();
        assert_eq!(
            problem["type"],
            format!("epcisException:{exception}"),
            "{body}"
        );
    }
    let bearer = format!("Bearer {}", lab.keys[&Role::Manufacturer]);
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    let doubled = r#"{"name":"x","query":{"EQ_action":["ADD"],"EQ_action":["DELETE"]}}"#;
    let refused = lab.send("POST", "/epcis/queries", &headers, doubled.as_bytes());
    let refused = refused.expect(400).json();
    assert_eq!(refused["type"], "epcisException:ValidationException");
    assert!(
        refused["detail"].as_str().unwrap().contains("given twice"),
        "{refused}"
    );
    lab.crash();
    lab.start();
    let list = lab
        .get(Role::Manufacturer, "/epcis/queries")
        .expect(200)
        .json();
    assert_eq!(
        list,
        json!([{ "name": "mine", "query": { "EQ_bizStep": ["commissioning"] } }])
    );
    let path = "/epcis/queries/mine/events";
    assert_eq!(
        lab.get(Role::Manufacturer, path).expect(200).events().len(),
        1
    );
    assert_eq!(
        lab.get(Role::Wholesaler, path).expect(200).events().len(),
        3
    );
    let missing = lab.get(Role::Pharmacy, path).expect(404).json();
    assert_eq!(missing["type"], "epcisException:NoSuchNameException");
    let controls = lab
        .get(Role::Manufacturer, &format!("{path}?stream=true"))
        .expect(400)
        .json();
    assert_eq!(
        controls["type"],
        "epcisException:SubscriptionControlsException"
    );
    lab.ask(
        Role::Manufacturer,
        ("DELETE", "/epcis/queries/mine"),
        &[],
        &[],
    )
    .expect(204);
    assert_eq!(lab.get(Role::Manufacturer, path).status, 404);
    assert_eq!(lab.get(Role::Wholesaler, path).status, 200);
}

#[test]
fn a_subscriber_gets_every_event_once_signed_and_again_until_it_takes_it() {
    let mut lab = Lab::new();
    capture(&lab, "OLD");
    named(
        &lab,
        Role::Manufacturer,
        "made",
        &json!({ "EQ_bizStep": ["commissioning"] }),
    );
    let (dest, receive) = receiver(vec![500, 302, 200]);
    let body = json!({ "dest": dest, "signatureToken": "s3cret", "stream": true });
    let location = subscribe(&lab, "made", &body);
    capture(&lab, "N1");
    let first = receive.recv_timeout(PATIENCE).unwrap();
    assert_eq!(
        first.header("GS1-Signature").unwrap(),
        signature("s3cret", &first.body)
    );
    assert_eq!(first.events().len(), 1, "what was there before is not sent");
    // It is sent again when its time has come, and not before; also by the node that was killed.
    assert!(receive.recv_timeout(Duration::from_millis(400)).is_err());
    lab.crash();
    lab.start();
    lab.world.advance(1_000);
    let second = receive.recv_timeout(PATIENCE).unwrap();
    assert_eq!(second.events()[0]["eventID"], first.events()[0]["eventID"]);
    capture(&lab, "N2");
    lab.world.advance(2_000);
    let third = receive.recv_timeout(PATIENCE).unwrap();
    assert_eq!(third.events().len(), 2, "what came meanwhile comes along");
    capture(&lab, "N3");
    let fourth = receive.recv_timeout(PATIENCE).unwrap();
    assert_eq!(
        fourth.events().len(),
        1,
        "nothing is sent twice that was taken"
    );
    for _ in 0..600 {
        let told = lab.get(Role::Manufacturer, &location).expect(200).json();
        if told["lastNotifiedAt"].is_string() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let told = lab.get(Role::Manufacturer, &location).expect(200).json();
    assert!(
        told["lastNotifiedAt"].is_string() && told.get("signatureToken").is_none(),
        "{told}"
    );
    assert_eq!(lab.get(Role::Wholesaler, &location).status, 404);
    lab.ask(Role::Manufacturer, ("DELETE", &location), &[], &[])
        .expect(204);
    assert_eq!(lab.get(Role::Manufacturer, &location).status, 404);
    capture(&lab, "N4");
    assert!(
        receive.recv_timeout(Duration::from_millis(500)).is_err(),
        "ended"
    );
}

#[test]
fn a_receiver_that_finds_it_too_large_is_sent_less() {
    let lab = Lab::new();
    named(&lab, Role::Manufacturer, "made", &json!({}));
    let events: Vec<_> = (0..8)
        .map(|n| commission(&[&format!("P{n}")], "LOT1", NOW_MS + n))
        .collect();
    lab.capture(Role::Manufacturer, &events).expect(202);
    let (dest, receive) = receiver(vec![413, 413]);
    let from = "2026-01-01T00:00:00Z";
    subscribe(
        &lab,
        "made",
        &json!({ "dest": dest, "stream": true, "initialRecordTime": from }),
    );
    let mut sizes = Vec::new();
    let mut taken = Vec::new();
    while taken.len() < 8 {
        let sent = receive.recv_timeout(PATIENCE).unwrap();
        sizes.push(sent.events().len());
        if sizes.len() > 2 {
            taken.extend(sent.events().iter().map(|it| it["eventID"].clone()));
        }
    }
    assert_eq!(sizes[..3], [8, 4, 2]);
    let sent: Vec<_> = events.iter().map(|it| it["eventID"].clone()).collect();
    assert_eq!(taken, sent, "each once, in order");
}

#[test]
fn a_schedule_is_kept_and_an_empty_report_sent_where_asked_for() {
    let lab = Lab::new();
    named(&lab, Role::Manufacturer, "made", &json!({}));
    let (dest, receive) = receiver(Vec::new());
    // It is eight o'clock.
    let schedule = json!({ "hour": "9", "minute": "30" });
    subscribe(
        &lab,
        "made",
        &json!({ "dest": dest, "schedule": schedule, "reportIfEmpty": true }),
    );
    capture(&lab, "S1");
    lab.world.advance(89 * 60 * 1_000);
    assert!(
        receive.recv_timeout(Duration::from_millis(500)).is_err(),
        "not yet"
    );
    lab.world.advance(60 * 1_000);
    assert_eq!(receive.recv_timeout(PATIENCE).unwrap().events().len(), 1);
    lab.world.advance(24 * 3_600 * 1_000);
    assert_eq!(receive.recv_timeout(PATIENCE).unwrap().events().len(), 0);
    let neither = json!({ "dest": dest });
    let both = json!({ "dest": dest, "stream": true, "schedule": { "hour": "1" } });
    let never = json!({ "dest": dest, "schedule": { "hour": "25" } });
    for body in [neither, both, never] {
        let path = "/epcis/queries/made/subscriptions";
        let problem = lab.post(Role::Manufacturer, path, &body).expect(400).json();
        assert_eq!(
            problem["type"], "epcisException:SubscriptionControlsException",
            "{body}"
        );
    }
}

#[test]
fn nothing_is_sent_into_the_operators_own_network() {
    let mut lab = Lab::new();
    named(&lab, Role::Manufacturer, "made", &json!({}));
    let (dest, receive) = receiver(Vec::new());
    subscribe(&lab, "made", &json!({ "dest": dest, "stream": true }));
    lab.stop();
    lab.private = false;
    lab.start();
    for dest in [
        "http://127.0.0.1:9/",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "ftp://x.example/",
        "nonsense",
    ] {
        let body = json!({ "dest": dest, "stream": true });
        let path = "/epcis/queries/made/subscriptions";
        let problem = lab.post(Role::Manufacturer, path, &body).expect(400).json();
        assert_eq!(
            problem["type"], "epcisException:ValidationException",
            "{dest}"
        );
    }
    // Nor to one that was allowed before.
    capture(&lab, "X1");
    assert!(receive.recv_timeout(Duration::from_secs(1)).is_err());
}

/// A WebSocket client, as far as this test needs one.
pub(crate) struct Socket(TcpStream);

impl Socket {
    pub(crate) fn open(lab: &Lab, path: &str) -> (Self, String) {
        let address = lab.url("").trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Authorization: Bearer {}\r\n\r\n",
            lab.keys[&Role::Manufacturer]
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        (Self(stream), String::from_utf8(head).unwrap())
    }

    /// The next frame: its opcode and payload.
    pub(crate) fn frame(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).unwrap();
        let length = match head[1] & 0x7f {
            126 => {
                let mut bytes = [0; 2];
                self.0.read_exact(&mut bytes).unwrap();
                u64::from(u16::from_be_bytes(bytes))
            }
            127 => {
                let mut bytes = [0; 8];
                self.0.read_exact(&mut bytes).unwrap();
                u64::from_be_bytes(bytes)
            }
            short => u64::from(short),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut payload).unwrap();
        (head[0] & 0x0f, payload)
    }

    /// The events of the next document.
    fn events(&mut self) -> Vec<Value> {
        loop {
            let (opcode, payload) = self.frame();
            if opcode == 1 {
                let sent = Sent {
                    headers: String::new(),
                    body: payload,
                };
                return sent.events();
            }
        }
    }
}

#[test]
fn a_websocket_carries_what_is_new_and_ends_with_its_query() {
    let lab = Lab::new();
    named(
        &lab,
        Role::Manufacturer,
        "live",
        &json!({ "EQ_bizStep": ["commissioning"] }),
    );
    capture(&lab, "OLD");
    let (mut socket, head) = Socket::open(&lab, "/epcis/queries/live/events?stream=true");
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(
        head.to_ascii_lowercase()
            .contains("gs1-query-min-record-time:"),
        "{head}"
    );
    capture(&lab, "W1");
    let first = socket.events();
    assert_eq!(first.len(), 1);
    assert!(
        first[0]["epcList"][0].as_str().unwrap().ends_with("W1"),
        "{first:?}"
    );
    capture(&lab, "W2");
    assert!(
        socket.events()[0]["epcList"][0]
            .as_str()
            .unwrap()
            .ends_with("W2")
    );
    let from = "/epcis/queries/live/events?stream=true&initialRecordTime=2026-01-01T00:00:00Z";
    let (mut other, _) = Socket::open(&lab, from);
    assert_eq!(other.events().len(), 3);
    lab.ask(
        Role::Manufacturer,
        ("DELETE", "/epcis/queries/live"),
        &[],
        &[],
    )
    .expect(204);
    capture(&lab, "W3");
    let (opcode, reason) = socket.frame();
    assert_eq!(opcode, 8, "closed");
    assert!(
        String::from_utf8_lossy(&reason).contains("NoSuchName"),
        "{reason:?}"
    );
    for path in [
        "/epcis/queries/live/events?stream=true",
        "/epcis/queries/live/events",
    ] {
        let (_, head) = Socket::open(&lab, path);
        assert!(head.starts_with("HTTP/1.1 4"), "{path}: {head}");
    }
}

/// The close frame that comes, with whatever came before it.
fn closed(socket: &mut Socket) -> (u16, String, Vec<Vec<Value>>) {
    let mut before = Vec::new();
    loop {
        let (opcode, payload) = socket.frame();
        match opcode {
            8 => {
                let code = u16::from_be_bytes([payload[0], payload[1]]);
                let reason = String::from_utf8_lossy(&payload[2..]).into_owned();
                return (code, reason, before);
            }
            1 => before.push(
                Sent {
                    headers: String::new(),
                    body: payload,
                }
                .events(),
            ),
            _ => {}
        }
    }
}

#[test]
fn a_websocket_ends_with_its_query_or_key_although_nothing_new_comes() {
    let lab = Lab::new();
    let delete = |role, path: &str| lab.ask(role, ("DELETE", path), &[], &[]).expect(204);
    let every = "/epcis/queries/q/events?second=0/1&reportIfEmpty=true";
    let stream = "/epcis/queries/q/events?stream=true";
    named(&lab, Role::Manufacturer, "q", &json!({}));
    let mut sockets: Vec<_> = [every, stream]
        .iter()
        .map(|path| Socket::open(&lab, path).0)
        .collect();
    delete(Role::Manufacturer, "/epcis/queries/q");
    for socket in &mut sockets {
        let (code, reason, _) = closed(socket);
        assert_eq!((code, reason.as_str()), (1008, "NoSuchNameException"));
    }
    named(&lab, Role::Manufacturer, "q", &json!({}));
    let mut sockets: Vec<_> = [every, stream]
        .iter()
        .map(|path| Socket::open(&lab, path).0)
        .collect();
    let key = lab.keys[&Role::Manufacturer].split('_').nth(1).unwrap();
    delete(Role::Admin, &format!("/api/v1/keys/{key}"));
    for socket in &mut sockets {
        // It is time for an empty report.
        lab.world.advance(1_000);
        assert_eq!(closed(socket).0, 1008);
    }
}

#[test]
fn another_query_of_the_same_name_feeds_no_old_subscriber() {
    let lab = Lab::new();
    let none = json!({ "EQ_bizStep": ["destroying"] });
    named(&lab, Role::Manufacturer, "q", &none);
    let (mut socket, _) = Socket::open(&lab, "/epcis/queries/q/events?stream=true");
    let query = ("DELETE", "/epcis/queries/q");
    lab.ask(Role::Manufacturer, query, &[], &[]).expect(204);
    named(&lab, Role::Manufacturer, "q", &json!({}));
    capture(&lab, "R1");
    let (code, reason, before) = closed(&mut socket);
    assert_eq!((code, reason.as_str()), (1008, "NoSuchNameException"));
    assert!(before.is_empty(), "{before:?}");
}
