//! What a session is good for and how it ends: by time, by its person, by an administrator; never
//! because the identity provider is down. Other sites' pages cannot use it.
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
