//! How many events an answer has (EPCIS 2.0, 8.2.7.1): `eventCountLimit` cuts it off, beyond
//! `maxEventCount` there is none, `perPage` is how much of it comes at a time. The three are
//! different things, for every path that gives events and for what the caller may see.
use serde_json::json;
use service::auth::Role;
use service::limits::PAGE_MAX;

use crate::lab::{Answer, Lab, NOW_MS, commission};

/// Five events of the maker.
fn lab() -> Lab {
    let lab = Lab::new();
    let events: Vec<_> = (0..5)
        .map(|n| commission(&[&format!("C{n}")], "LOT1", NOW_MS + n))
        .collect();
    lab.capture(Role::Manufacturer, &events).expect(202);
    lab
}

/// The sizes of all pages from the first on.
fn pages(lab: &Lab, role: Role, path: &str) -> Vec<usize> {
    let (mut path, mut sizes) = (path.to_owned(), Vec::new());
    loop {
        let answer = lab.get(role, &path).expect(200);
        sizes.push(answer.events().len());
        match answer.headers.get("link") {
            Some(link) => link.split(['<', '>']).nth(1).unwrap().clone_into(&mut path),
            None => return sizes,
        }
    }
}

fn is(answer: Answer, status: u16, exception: &str) {
    let problem = answer.expect(status).json();
    assert_eq!(
        problem["type"],
        format!("epcisException:{exception}"),
        "{problem}"
    );
}

#[test]
fn a_maximum_refuses_and_a_limit_cuts_off() {
    let lab = lab();
    for path in [
        "/epcis/events?",
        "/epcis/bizSteps/commissioning/events?",
        "/epcis/eventTypes/ObjectEvent/events?",
    ] {
        let of = |rest: &str| pages(&lab, Role::Manufacturer, &format!("{path}{rest}"));
        assert_eq!(of(""), [5]);
        assert_eq!(of("perPage=2"), [2, 2, 1]);
        assert_eq!(of("eventCountLimit=3"), [3]);
        assert_eq!(of("eventCountLimit=3&perPage=2"), [2, 1]);
        assert_eq!(of("eventCountLimit=4&perPage=2"), [2, 2]);
        assert_eq!(of("eventCountLimit=9&perPage=2"), [2, 2, 1]);
        assert_eq!(of("maxEventCount=5"), [5]);
        assert_eq!(of("maxEventCount=5&perPage=3"), [3, 2]);
        assert_eq!(of(&format!("perPage={}", PAGE_MAX + 1)), [5]);
        let ask = |rest: &str| lab.get(Role::Manufacturer, &format!("{path}{rest}"));
        is(ask("maxEventCount=4"), 413, "QueryTooLargeException");
        // A short page is no way around it.
        is(
            ask("maxEventCount=4&perPage=2"),
            413,
            "QueryTooLargeException",
        );
        for wrong in [
            "maxEventCount=5&eventCountLimit=5",
            "maxEventCount=0",
            "eventCountLimit=-1",
            "perPage=0",
        ] {
            is(ask(wrong), 400, "QueryParameterException");
        }
    }
}

#[test]
fn only_what_the_caller_sees_is_counted() {
    let lab = lab();
    // The wholesaler took part in none of the maker's events.
    assert_eq!(
        pages(&lab, Role::Wholesaler, "/epcis/events?maxEventCount=1"),
        [0]
    );
    let own = commission(&["W1"], "LOT1", NOW_MS);
    lab.capture(Role::Wholesaler, &[own]).expect(202);
    assert_eq!(
        pages(&lab, Role::Wholesaler, "/epcis/events?maxEventCount=1"),
        [1]
    );
    let all = lab.get(Role::Regulator, "/epcis/events?maxEventCount=5");
    is(all, 413, "QueryTooLargeException");
    assert_eq!(
        pages(
            &lab,
            Role::Regulator,
            "/epcis/events?maxEventCount=6&perPage=4"
        ),
        [4, 2]
    );
}

#[test]
fn a_named_query_keeps_its_own_counts() {
    let lab = lab();
    for (name, query) in [
        ("strict", json!({ "maxEventCount": 4 })),
        ("wide", json!({ "maxEventCount": 5 })),
        ("cut", json!({ "eventCountLimit": 3 })),
    ] {
        let body = json!({ "name": name, "query": query });
        lab.post(Role::Manufacturer, "/epcis/queries", &body)
            .expect(201);
    }
    let of = |name: &str| format!("/epcis/queries/{name}/events?perPage=2");
    is(
        lab.get(Role::Manufacturer, &of("strict")),
        413,
        "QueryTooLargeException",
    );
    assert_eq!(pages(&lab, Role::Manufacturer, &of("wide")), [2, 2, 1]);
    assert_eq!(pages(&lab, Role::Manufacturer, &of("cut")), [2, 1]);
}

#[test]
fn a_page_stays_what_it_was_and_its_token_ends() {
    let lab = lab();
    let first = lab
        .get(Role::Manufacturer, "/epcis/events?perPage=2")
        .expect(200);
    let path = first.headers["link"]
        .split(['<', '>'])
        .nth(1)
        .unwrap()
        .to_owned();
    let ids = |answer: Answer| -> Vec<_> {
        let events = answer.expect(200).events();
        events.into_iter().map(|it| it["eventID"].clone()).collect()
    };
    let second = ids(lab.get(Role::Manufacturer, &path));
    let late = commission(&["LATE"], "LOT1", NOW_MS - 1_000_000);
    lab.capture(Role::Manufacturer, &[late]).expect(202);
    assert_eq!(
        ids(lab.get(Role::Manufacturer, &path)),
        second,
        "not moved by what came"
    );
    lab.world.advance(service::limits::PAGE_TOKEN_MS);
    let ended = lab.get(Role::Manufacturer, &path);
    is(ended, 400, "QueryParameterException");
}
