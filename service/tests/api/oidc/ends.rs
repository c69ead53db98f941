//! What a session is good for and how it ends: by time, by its person, by an administrator; never
//! because the identity provider is down. Other sites' pages cannot use it.
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;
use service::auth::Role;

use super::browser::{Browser, COOKIE, Desk, ORIGIN, code};
use super::provider::Alg;

const MINUTE_MS: i64 = 60_000;

#[test]
fn nobody_notices_that_the_provider_is_down_but_who_wants_to_sign_in() {
    let mut desk = Desk::new(Alg::Es256);
    let mut browser = desk.signed_in();
    let mut begun = Browser::default();
    let back = begun.go_and_return(&desk, "/auth/login");
    desk.provider.down();
    desk.lab.world.advance(MINUTE_MS + 1);
    browser.get(&desk.lab, "/api/v1/me").expect(200);
    desk.lab.get(Role::Pharmacy, "/api/v1/me").expect(200);
    for path in ["/auth/login", &back] {
        let refused = begun.get(&desk.lab, path).expect(503);
        assert_eq!(code(&refused), "sign_in_unavailable");
        assert_eq!(refused.headers["retry-after"], "1");
    }
    browser.get(&desk.lab, "/auth/me").expect(200);
    // A restart of the node does not need it either.
    desk.lab.stop();
    desk.lab.start();
    browser.get(&desk.lab, "/api/v1/me").expect(200);
    assert_eq!(
        code(&begun.get(&desk.lab, "/auth/login").expect(503)),
        "sign_in_unavailable"
    );
    desk.provider.up();
    let soon = begun.get(&desk.lab, "/auth/login");
    assert_eq!(soon.status, 503, "it is left alone for a moment");
    desk.lab.world.advance(3_000);
    desk.signed_in();
    browser
        .post(&desk.lab, "/auth/logout", &json!({}))
        .expect(200);
}

#[test]
fn signing_out_ends_the_session_at_once() {
    let desk = Desk::new(Alg::Es256);
    let mut browser = desk.signed_in();
    let mut other = desk.signed_in();
    let mut again = browser.clone();
    let out = browser
        .post(&desk.lab, "/auth/logout", &json!({}))
        .expect(200)
        .json();
    let end = out["end_session_url"].as_str().unwrap();
    let wanted = format!("{}/logout?client_id=theriac-node", desk.provider.url());
    assert!(end.starts_with(&wanted), "{end}");
    assert!(!browser.cookies.contains_key(COOKIE));
    again.get(&desk.lab, "/api/v1/me").expect(401);
    assert_eq!(
        again.get(&desk.lab, "/auth/me").json()["session"],
        json!(null)
    );
    again
        .post(&desk.lab, "/auth/logout", &json!({}))
        .expect(200);
    other.get(&desk.lab, "/api/v1/me").expect(200);
}

/// A stream of news that a browser opened.
fn stream(desk: &Desk, browser: &Browser) -> TcpStream {
    let url = desk.lab.url("");
    let mut socket = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nCookie: {COOKIE}={}\r\n\
         Origin: {ORIGIN}\r\nSec-Fetch-Site: same-origin\r\n\r\n",
        browser.cookies[COOKIE]
    );
    socket.write_all(head.as_bytes()).unwrap();
    let told = until(&mut socket, "event: ledger");
    assert!(told.starts_with("HTTP/1.1 200"), "{told}");
    socket
}

/// What comes until a text has come; where the answer ends before, what came.
fn until(socket: &mut TcpStream, wanted: &str) -> String {
    let (mut text, mut chunk) = (String::new(), [0; 8_192]);
    while !text.contains(wanted) && !text.ends_with("0\r\n\r\n") {
        let count = socket.read(&mut chunk).unwrap();
        assert_ne!(count, 0, "the connection ended: {text}");
        text.push_str(&String::from_utf8_lossy(&chunk[..count]));
        assert!(!text.contains("\n: \n"), "the stream goes on: {text}");
    }
    text
}

#[test]
fn a_stream_of_news_ends_with_its_session() {
    let desk = Desk::new(Alg::Es256);
    let mut out = desk.signed_in();
    let idle = desk.signed_in();
    let mut used = desk.signed_in();
    let mut streams = [&out, &idle, &used].map(|browser| stream(&desk, browser));
    // Not with the other sessions of the same person.
    out.post(&desk.lab, "/auth/logout", &json!({})).expect(200);
    until(&mut streams[0], "event: alert");
    desk.lab.world.advance(29 * MINUTE_MS);
    used.get(&desk.lab, "/api/v1/me").expect(200);
    // To listen is not to use.
    desk.lab.world.advance(MINUTE_MS);
    until(&mut streams[1], "event: alert");
    desk.lab
        .capture(
            Role::Manufacturer,
            &[crate::lab::commission(&["S1"], "L1", crate::lab::NOW_MS)],
        )
        .expect(202);
    let told = until(&mut streams[2], "event: ledger");
    assert!(told.contains("event: ledger"), "{told}");
}

#[test]
fn a_session_ends_when_nobody_uses_it_and_in_any_case() {
    let mut desk = Desk::new(Alg::Es256);
    let mut browser = desk.signed_in();
    for _ in 0..23 {
        desk.lab.world.advance(29 * MINUTE_MS);
        browser.get(&desk.lab, "/auth/me").expect(200);
        browser.get(&desk.lab, "/api/v1/me").expect(200);
    }
    // What is known of its use survives a restart.
    desk.lab.stop();
    desk.lab.start();
    browser.get(&desk.lab, "/api/v1/me").expect(200);
    desk.lab.world.advance(29 * MINUTE_MS);
    browser.get(&desk.lab, "/api/v1/me").expect(200);
    desk.lab.world.advance(24 * MINUTE_MS);
    browser.get(&desk.lab, "/api/v1/me").expect(401);
    let mut idle = desk.signed_in();
    desk.lab.world.advance(30 * MINUTE_MS);
    idle.get(&desk.lab, "/api/v1/me").expect(401);
}

#[test]
fn an_administrator_sees_sessions_and_ends_them() {
    let desk = Desk::new(Alg::Es256);
    let mut browser = desk.signed_in();
    let list = desk
        .lab
        .get(Role::Admin, "/api/v1/sessions")
        .expect(200)
        .json();
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0]["name"], "Ada");
    assert!(!list.to_string().contains(&browser.cookies[COOKIE]));
    browser.get(&desk.lab, "/api/v1/sessions").expect(403);
    let path = format!("/api/v1/sessions/{}", sessions[0]["id"].as_str().unwrap());
    desk.lab
        .ask(Role::Pharmacy, ("DELETE", &path), &[], &[])
        .expect(403);
    desk.lab
        .ask(Role::Admin, ("DELETE", &path), &[], &[])
        .expect(204);
    browser.get(&desk.lab, "/api/v1/me").expect(401);
    desk.lab
        .ask(Role::Admin, ("DELETE", &path), &[], &[])
        .expect(404);
    // A person may administer as well.
    desk.provider
        .says(json!({"name": "Ada", "roles": ["admins"]}));
    let mut admin = desk.signed_in();
    let own = admin.get(&desk.lab, "/api/v1/sessions").expect(200).json();
    let own = format!(
        "/api/v1/sessions/{}",
        own["sessions"][0]["id"].as_str().unwrap()
    );
    admin
        .send(&desk.lab, ("DELETE", &own), &[("Origin", ORIGIN)], &[])
        .expect(204);
    admin.get(&desk.lab, "/api/v1/sessions").expect(401);
}

#[test]
fn other_sites_pages_cannot_use_a_session() {
    let desk = Desk::new(Alg::Es256);
    let mut browser = desk.signed_in();
    let scan = json!({"scan": "(01)09506000134352(21)S1", "purpose": "training"}).to_string();
    let json = ("Content-Type", "application/json");
    let ours = ("Origin", ORIGIN);
    let mut status = |method: &str, path: &str, headers: &[(&str, &str)]| {
        let answer = browser.send(&desk.lab, (method, path), headers, scan.as_bytes());
        answer.status
    };
    let host = desk.lab.url("");
    for forged in [
        vec![json],
        vec![json, ("Origin", "https://evil.example")],
        vec![json, ("Origin", "null")],
        vec![json, ("Origin", "https://node.example.com.evil.example")],
        vec![json, ("Origin", "http://node.example.com")],
        vec![json, ("Origin", "https://node.example.com:444")],
        vec![json, ("Origin", &host)],
        vec![json, ours, ("Sec-Fetch-Site", "cross-site")],
        vec![json, ours, ("Sec-Fetch-Site", "same-site")],
    ] {
        assert_eq!(status("POST", "/api/v1/verify", &forged), 403, "{forged:?}");
        assert_eq!(status("POST", "/auth/logout", &forged), 403, "{forged:?}");
    }
    let stream = "/epcis/queries/x/events?stream=true";
    let foreign = [("Origin", "https://evil.example")];
    assert_eq!(status("GET", stream, &foreign), 403);
    assert_eq!(status("GET", "/api/v1/me", &foreign), 403);
    assert_eq!(status("GET", "/api/v1/me", &[]), 200);
    assert_eq!(status("POST", "/api/v1/verify", &[json, ours]), 200);
}

#[test]
fn a_cookie_is_taken_as_it_was_given_and_only_without_a_key() {
    let desk = Desk::new(Alg::Es256);
    let browser = desk.signed_in();
    let value = browser.cookies[COOKIE].clone();
    let me = |cookie: &str, key: Option<&str>| {
        let mut headers = vec![("Cookie", cookie)];
        headers.extend(key.map(|key| ("X-API-Key", key)));
        desk.lab.send("GET", "/api/v1/me", &headers, &[])
    };
    me(&format!("a=b; {COOKIE}={value}"), None).expect(200);
    for wrong in [
        format!("theriac={value}"),
        format!("__host-theriac={value}"),
        format!("{COOKIE}={value}A"),
        format!("{COOKIE}={}", value.to_ascii_uppercase()),
        format!("{COOKIE}={value}; {COOKIE}={value}"),
        format!("{COOKIE}="),
        format!("{COOKIE}-sign-in={value}"),
    ] {
        me(&wrong, None).expect(401);
    }
    let cookie = format!("{COOKIE}={value}");
    let key = &desk.lab.keys[&Role::Regulator];
    let found = me(&cookie, Some(key)).expect(200).json();
    assert_eq!(found["roles"], json!(["regulator"]), "the key goes first");
    me(&cookie, Some("thr_nothing")).expect(401);
}

#[test]
fn what_goes_on_without_a_person_is_not_made_by_one() {
    let desk = Desk::new(Alg::Es256);
    let mut browser = desk.signed_in();
    let query = json!({"name": "mine", "query": {"eventType": ["ObjectEvent"]}});
    browser
        .post(&desk.lab, "/epcis/queries", &query)
        .expect(201);
    let wanted = json!({"dest": "http://127.0.0.1:9/", "stream": true});
    let path = "/epcis/queries/mine/subscriptions";
    let refused = browser.post(&desk.lab, path, &wanted).expect(403).json();
    assert!(
        refused["detail"].as_str().unwrap().contains("API key"),
        "{refused}"
    );
}
