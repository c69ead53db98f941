//! Who may call what: every route times every role (and no key at all), against the policies.
//! The routes come from the server's own table, so a new one is tested the day it is added.
use service::auth::Role;
use service::auth::policy::roles_of;
use service::http::router::{ROUTES, Route};

use crate::lab::Lab;

/// A path that fits the pattern and names nothing real.
fn path_of(route: &Route) -> String {
    route
        .path
        .replace("{subscription}", "nothing")
        .replace("{token}", "nothing")
        .replace("{certificate}", "nothing")
        .replace("{gtin}", "09506000134352")
        .replace("{lot}", "NOPE")
        .replace("{version}", "r4")
        .replace("{resource}", "Medication")
        .replace("{serial}", "S1")
        .replace("{id}", "nothing")
}

fn may(route: &Route, role: Role) -> bool {
    let Some(action) = route.action else {
        return true;
    };
    roles_of(action).contains(&role)
}

#[test]
fn every_route_lets_in_whom_the_policy_says_and_nobody_else() {
    let lab = Lab::new();
    for route in ROUTES {
        let path = path_of(route);
        for role in Role::ALL {
            let bearer = format!("Bearer {}", lab.keys[&role]);
            let headers = [
                ("Authorization", bearer.as_str()),
                ("Content-Type", "text/nothing"),
                // A stream that began would not end.
                ("Last-Event-ID", "nothing"),
            ];
            let status = lab.send(route.method, &path, &headers, b"?").status;
            let let_in = status != 401 && status != 403;
            assert_eq!(
                let_in,
                may(route, role),
                "{} {path} as {role}: {status}",
                route.method
            );
            assert!(status < 500, "{} {path} as {role}: {status}", route.method);
        }
        for header in [
            ("X-Nothing", String::new()),
            ("Authorization", "Bearer".to_owned()),
            ("Authorization", format!("Basic {}", lab.keys[&Role::Admin])),
            ("Authorization", "Bearer thr_00000000_AAAA".to_owned()),
            ("X-API-Key", format!("thr_00000000_{}", "A".repeat(43))),
        ] {
            let status = lab
                .send(route.method, &path, &[(header.0, &header.1)], b"")
                .status;
            let expected = route.action.is_some();
            assert_eq!(
                status == 401,
                expected,
                "{} {path} {header:?}",
                route.method
            );
        }
        if route.action.is_some() {
            let in_url = format!("{path}?key={}", lab.keys[&Role::Admin]);
            assert_eq!(
                lab.send(route.method, &in_url, &[], b"").status,
                401,
                "{in_url}"
            );
        }
    }
}

#[test]
fn a_key_is_taken_from_either_header_and_tells_who_it_is() {
    let lab = Lab::new();
    let key = lab.keys[&Role::Pharmacy].clone();
    let me = lab
        .send("GET", "/api/v1/me", &[("X-API-Key", &key)], &[])
        .expect(200)
        .json();
    assert_eq!(me["party"]["gln"], crate::lab::PHARMACY);
    assert_eq!(me["party"]["name"], "The pharmacy");
    assert_eq!(me["roles"], serde_json::json!(["pharmacy"]));
    assert_eq!(me["network"].as_str().unwrap().len(), 64);
    assert!(
        me["log_key"]
            .as_str()
            .unwrap()
            .starts_with("example.com/lab+"),
        "{me}"
    );
}
