//! The uplink against a server of a few lines that says what a test wants and tells what it heard.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;

use tangle::SigningKey;

use super::*;

mod tls;

fn uplink(url: &str, key: &str) -> Uplink {
    Uplink::new(url, key, TlsFiles::default()).unwrap()
}

/// Answers one request after the other with the given status lines and bodies, then ends.
/// Returns the address and what was asked: request line, authorization, body.
fn server(
    answers: &[(&'static str, String)],
) -> (String, mpsc::Receiver<(String, String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (told, heard) = mpsc::channel();
    let answers = answers.to_vec();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut from = BufReader::new(stream.try_clone().unwrap());
            let (mut request, mut line) = (String::new(), String::new());
            from.read_line(&mut request).unwrap();
            let (mut length, mut authorization) = (0, String::new());
            while from.read_line(&mut line).unwrap() > 2 {
                let (name, value) = line.split_once(':').unwrap();
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.trim().parse().unwrap(),
                    "authorization" => authorization = value.trim().to_owned(),
                    _ => {}
                }
                line.clear();
            }
            let mut asked = vec![0; length];
            from.read_exact(&mut asked).unwrap();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            // A client that stops reading early is part of the test.
            let _written = stream.write_all(answer.as_bytes());
            let _heard = told.send((request.trim().to_owned(), authorization, asked));
        }
    });
    (url, heard)
}

fn receipts(statuses: &[&str]) -> String {
    let list: Vec<_> = statuses
        .iter()
        .map(|status| serde_json::json!({"id": "00", "status": status}))
        .collect();
    serde_json::json!({ "receipts": list }).to_string()
}

#[test]
fn blocks_go_out_as_one_array_and_each_gets_its_receipt() {
    let answer = receipts(&["recorded", "known", "waiting", "rejected"]);
    let (url, heard) = server(&[("200 OK", answer)]);
    let uplink = uplink(&format!("{url}/"), "thr_secret");
    let blocks: [&[u8]; 4] = [&[1], &[2, 2], &[3], &[4]];
    let got = uplink.post(blocks.into_iter()).unwrap();
    let verdicts: Vec<_> = got
        .iter()
        .map(|it| (it.is_delivered(), it.is_rejected()))
        .collect();
    assert_eq!(
        verdicts,
        [(true, false), (true, false), (false, false), (false, true)]
    );
    let (request, authorization, body) = heard.recv().unwrap();
    assert_eq!(request, "POST /api/v1/blocks HTTP/1.1");
    assert_eq!(authorization, "Bearer thr_secret");
    assert_eq!(body, [0x84, 1, 2, 2, 3, 4]);
}

#[test]
fn a_rejection_that_may_pass_is_no_refusal() {
    let text = r#"{"id":"00","status":"rejected","retry":true,"code":3,"reason":"not yet"}"#;
    let receipt: Receipt = serde_json::from_str(text).unwrap();
    assert!(!receipt.is_rejected() && !receipt.is_delivered());
}

#[test]
fn tips_are_asked_for_the_devices_own_key() {
    let answer = format!(
        r#"{{"network":"{}","epoch":0,"seq":3,"prev":"{}","parents":[],"hlc":"99"}}"#,
        "11".repeat(32),
        "22".repeat(32)
    );
    let (url, heard) = server(&[("200 OK", answer)]);
    let author = SigningKey::from_seed([1; 32]).key_id();
    let chain = uplink(&url, "k").tips(&author).unwrap();
    assert_eq!((chain.seq, chain.hlc.0), (3, 99));
    let (request, ..) = heard.recv().unwrap();
    assert_eq!(
        request,
        format!("GET /api/v1/tips?author={author} HTTP/1.1")
    );
}

#[test]
fn what_is_no_answer_is_an_error_that_says_so() {
    let long = "x".repeat(10_000);
    let cases = [
        ("503 Busy", "later".to_owned(), "answered 503: later"),
        ("401 Unauthorized", long, "answered 401: xxx"),
        ("302 Found", String::new(), "answered 302"),
        ("200 OK", "not json".to_owned(), "cannot be understood"),
        (
            "200 OK",
            receipts(&["recorded", "recorded"]),
            "2 receipts for 1 blocks",
        ),
        ("200 OK", receipts(&[]), "0 receipts for 1 blocks"),
        ("200 OK", " ".repeat(2 << 20), "cannot be understood"),
    ];
    for (status, body, expected) in cases {
        let (url, _heard) = server(&[(status, body)]);
        let error = uplink(&url, "k")
            .post([&[0x80][..]].into_iter())
            .unwrap_err();
        let text = error.to_string();
        assert!(text.contains(expected), "{text}");
        assert!(text.len() < 500, "{} bytes of error", text.len());
    }
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let error = uplink(&format!("http://{nobody}"), "k").post([&[0x80][..]].into_iter());
    assert!(
        matches!(error, Err(UplinkError::Unreachable { .. })),
        "{error:?}"
    );
}

#[test]
fn arrays_have_the_shortest_head() {
    for (count, head) in [
        (0, vec![0x80]),
        (23, vec![0x97]),
        (24, vec![0x98, 24]),
        (300, vec![0x99, 1, 44]),
    ] {
        let items = vec![&[7_u8][..]; count];
        let bytes = array(items.into_iter());
        assert_eq!(bytes.len(), head.len() + count);
        assert!(bytes.starts_with(&head), "{count}");
    }
}

#[test]
fn waits_double_until_something_succeeds() {
    let mut backoff = Backoff::new(100, 450);
    assert!(backoff.may_try(0));
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..5 {
        backoff.failed(now);
        assert!(!backoff.may_try(backoff.until() - 1));
        waits.push(backoff.until() - now);
        now = backoff.until();
    }
    assert_eq!(waits, [100, 200, 400, 450, 450]);
    backoff.hurry();
    assert!(!backoff.may_try(backoff.until() - 1));
    assert_eq!(
        backoff.until() - (now - 450),
        100,
        "as after a first failure"
    );
    backoff.succeeded();
    backoff.hurry();
    assert!(backoff.may_try(0));
    backoff.failed(now);
    assert_eq!(backoff.until() - now, 100);
}
