//! What a caller sends must not be able to write lines of its own into the log, nor to steer the
//! terminal of who reads it (CWE-117): hostile text in every place a request has, in both forms of
//! the log.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tests::process::{binary, finish};

/// A forged line: it must not be found at the beginning of one.
const FORGED: &str = "2026-11-21T08:00:00Z  INFO forged";

/// Requests, and whether HTTP itself lets them come as far as the node.
fn hostile() -> Vec<(String, bool)> {
    let forged = format!("a\r\n{FORGED}\u{1b}[2J\u{85}\u{2028}");
    let percent = forged
        .bytes()
        .fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
    let scan = json!({ "scan": forged, "location": forged }).to_string();
    let event = json!({ "@context": forged, "type": forged, "eventTime": forged }).to_string();
    let post = |path: &str, body: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer KEY\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let get = |path: &str, head: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer KEY\r\nConnection: close\r\n\
             {head}\r\n"
        )
    };
    let here = |request: String| (request, true);
    vec![
        here(get(&format!("/{percent}"), "")),
        here(get(&format!("/api/v1/packs/{percent}?x={percent}"), "")),
        here(get(&format!("/epcis/queries/{percent}"), "")),
        here(get(
            "/api/v1/me",
            &format!("X-Purpose: {percent}\u{85}\r\n"),
        )),
        here(get("/api/v1/me", "User-Agent: a\u{9b}31m\u{2028}\r\n")),
        here(post("/api/v1/verify", &scan)),
        here(post("/epcis/events", &event)),
        here(post("/epcis/capture", &event)),
        here(post(
            &format!("/epcis/queries/{percent}/subscriptions"),
            &event,
        )),
        (get("/api/v1/me", "X-Request-Id: a\u{1b}[2J\r\n"), false),
        (get("/api/v1/me", "X-Purpose: a\u{1b}[31m\r\n"), false),
        (get("/a\u{1b}[31m", ""), false),
    ]
}

/// What a node writes to its log while it is asked hostile things.
fn log_of(format: &str) -> String {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let data = holder.path().join("node").to_string_lossy().into_owned();
    let init = finish("theriac", &["init", "--data", &data, "--format", "json"]);
    let facts: Value = serde_json::from_str(&init.out).expect("init prints JSON");
    let key = facts["admin_key"].as_str().expect("with the admin's key");
    let log = holder.path().join("log");
    let mut child = Command::new(binary("theriac"))
        .args(["serve", "--data", &data, "--listen", "127.0.0.1:0"])
        .env("THERIAC__LOG__FORMAT", format)
        .env("THERIAC__LOG__FILTER", "trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&log).expect("a file"))
        .spawn()
        .expect("it starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let mut lines = out.lines().map_while(Result::ok);
    let address = lines.find_map(|line| {
        let (_, address) = line.split_once("listening on http://")?;
        Some(address.trim_end_matches('/').to_owned())
    });
    let address = address.expect("it listens");
    for (request, _) in hostile() {
        let text = request.replace("KEY", key);
        let mut stream = TcpStream::connect(&address).expect("it listens");
        stream.write_all(text.as_bytes()).expect("it reads");
        let mut said = Vec::new();
        stream.read_to_end(&mut said).expect("it answers");
        assert!(said.starts_with(b"HTTP/1.1 "), "{text}");
    }
    child.kill().expect("it runs");
    child.wait().expect("it ran");
    std::fs::read_to_string(&log).expect("a log")
}

#[test]
fn callers_write_no_lines_of_their_own_into_the_log() {
    for format in ["json", "text"] {
        let log = log_of(format);
        let mut answered = 0;
        for line in log.lines() {
            assert!(!line.starts_with(FORGED), "{format}: {line}");
            let control = line.chars().find(|letter| letter.is_control());
            assert_eq!(control, None, "{format}: {line}");
            answered += usize::from(line.contains("answered a request"));
            if format == "json" {
                let read = serde_json::from_str::<Value>(line);
                assert!(read.is_ok_and(|it| it["level"].is_string()), "{line}");
            }
        }
        let reached = hostile().iter().filter(|(_, reaches)| *reaches).count();
        assert_eq!(answered, reached, "{format}");
    }
}
