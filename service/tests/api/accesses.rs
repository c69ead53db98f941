//! The access log: every route leaves a line, with who, what and how it ended; refusals too.

use serde_json::Value;
use service::auth::Role;
use service::http::router::ROUTES;

use crate::lab::{Lab, WHOLESALER};

fn logged(lab: &Lab, query: &str) -> Vec<Value> {
    let answer = lab.get(
        Role::Regulator,
        &format!("/api/v1/accesses?per_page=1000{query}"),
    );
    let lines = answer.expect(200).json()["accesses"].clone();
    lines.as_array().expect("a list").clone()
}

/// Coverage: a route that nobody notes is a route that nobody can account for.
#[test]
fn every_route_leaves_a_line_for_whoever_asks() {
    let lab = Lab::new();
    let audited = ROUTES.iter().filter(|route| {
        ["/api/", "/epcis", "/fhir", "/vrs"]
            .iter()
            .any(|root| route.path.starts_with(root))
    });
    let mut asked = 0;
    for route in audited {
        let path = route.path.replace("{tail}", "");
        let path = path.replace(['{', '}'], "x");
        lab.send(
            route.method,
            &path,
            &[("X-Request-Id", &format!("covered-{asked}"))],
            &[],
        );
        asked += 1;
    }
    assert!(asked > 20, "{asked}");
    let lines = logged(&lab, "");
    for number in 0..asked {
        let id = format!("covered-{number}");
        let line = lines.iter().find(|line| line["request"] == id);
        let line = line.unwrap_or_else(|| panic!("{id} left no line"));
        assert_eq!(line["key"], Value::Null, "{line}");
    }
}

#[test]
fn a_line_tells_who_what_why_by_which_rule_and_how_it_ended() {
    let lab = Lab::new();
    let bearer = format!("Bearer {}", lab.keys[&Role::Wholesaler]);
    let headers = [
        ("Authorization", bearer.as_str()),
        ("X-Purpose", "returns\u{e4} desk"),
    ];
    lab.send("GET", "/api/v1/keys", &headers[..1], &[]);
    let why = [headers[0], ("X-Purpose", "returns desk")];
    lab.send("GET", "/api/v1/packs/nothing/history?x=1", &why, &[]);
    let refused = logged(&lab, &format!("&party={WHOLESALER}&status=403"));
    assert_eq!(refused.len(), 1, "{refused:#?}");
    assert_eq!(refused[0]["action"], "manage_keys");
    assert_eq!(refused[0]["route"], "/api/v1/keys");
    let seen = logged(&lab, "&contains=packs/nothing");
    assert_eq!(seen[0]["why"], "returns desk");
    assert_eq!(seen[0]["target"], "/api/v1/packs/nothing/history?x=1");
    let own = logged(&lab, "&action=read_accesses");
    assert!(own.len() >= 2, "looking is an access, too: {own:#?}");
    lab.get(Role::Wholesaler, "/api/v1/accesses").expect(403);
}

#[test]
fn pages_follow_each_other_without_gaps() {
    let lab = Lab::new();
    for _ in 0..25 {
        lab.get(Role::Regulator, "/api/v1/me").expect(200);
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/accesses?per_page=10&contains=/me{cursor}");
        let page = lab.get(Role::Regulator, &path).expect(200).json();
        let lines = page["accesses"].as_array().expect("a list");
        seen.extend(
            lines
                .iter()
                .map(|line| line["seq"].as_u64().expect("a number")),
        );
        match page["next"].as_u64() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut sorted = seen.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.dedup();
    assert_eq!(seen, sorted, "newest first, each once");
    assert!(seen.len() >= 25, "{}", seen.len());
}

#[test]
fn the_log_goes_on_after_a_crash_and_the_ledger_vouches_for_it() {
    let mut lab = Lab::new();
    lab.get(Role::Regulator, "/api/v1/me").expect(200);
    lab.crash();
    lab.start();
    let before = logged(&lab, "");
    assert!(
        before.iter().any(|line| line["route"] == "/api/v1/me"),
        "{before:#?}"
    );
    let anchor = lab
        .node()
        .anchor_access_log()
        .unwrap()
        .expect("lines since the start");
    assert!(
        lab.node().anchor_access_log().unwrap().is_none(),
        "once is enough"
    );
    let lines = logged(&lab, "");
    let line = lines
        .iter()
        .find(|line| line["seq"] == anchor.access_log_lines);
    assert_eq!(
        line.expect("the line")["hash"],
        Value::from(anchor.access_log_hash)
    );
}
