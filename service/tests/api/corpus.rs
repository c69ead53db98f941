//! A corpus of pharmaceutical events with queries and the events each must find: captured through
//! the API, asked for through the API. Skipped where the fixtures are absent.
use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;
use service::auth::Role;
use service::client::segment;

use crate::lab::Lab;

pub(crate) fn fixtures(path: &str) -> Option<PathBuf> {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let found = base.join(path);
    if !found.is_dir() {
        eprintln!("SKIPPED: {} is absent", found.display());
        return None;
    }
    Some(found)
}

fn json(path: &std::path::Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn query_string(parameters: &Value) -> String {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), ToOwned::to_owned)
    };
    let pair = |(name, value): (&String, &Value)| {
        let values = value.as_array().map_or_else(
            || text(value),
            |list| list.iter().map(text).collect::<Vec<_>>().join("|"),
        );
        format!("{}={}", segment(name), segment(&values))
    };
    let pairs: Vec<_> = parameters.as_object().unwrap().iter().map(pair).collect();
    pairs.join("&")
}

/// An event's id, marked when it is the copy that declares an error.
fn label(event: &Value) -> String {
    let mark = if event.get("errorDeclaration").is_some() {
        "#err"
    } else {
        ""
    };
    format!("{}{mark}", event["eventID"].as_str().unwrap())
}

/// The corpus reads units in two ways: `uom-conversion` expects degrees Fahrenheit to find what was
/// reported in Celsius, every other tag expects them not to.
fn units(row: &Value) -> &'static str {
    match row["tag"].as_str() {
        Some("uom-conversion") => "converted",
        _ => "as_written",
    }
}

#[test]
fn every_query_of_the_corpus_finds_exactly_the_expected_events() {
    let Some(base) = fixtures("epcis/query") else {
        return;
    };
    let lab = Lab::new();
    for name in ["corpus-00.jsonld", "corpus-01.jsonld", "corpus-02.jsonld"] {
        lab.post(Role::Admin, "/epcis/capture", &json(&base.join(name)))
            .expect(202);
    }
    let bearer = format!("Bearer {}", lab.keys[&Role::Regulator]);
    let mut by_tag: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    let all = json(&base.join("queries.json"));
    for row in all["queries"].as_array().unwrap() {
        let query = query_string(&row["params"]);
        let path = format!("/epcis/events?perPage=1000&{query}");
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Theriac-Units", units(row)),
        ];
        let answer = lab.send("GET", &path, &headers, &[]).expect(200);
        let found: Vec<_> = answer.events().iter().map(label).collect();
        let ids =
            |name: &str| -> Option<Vec<String>> { serde_json::from_value(row[name].clone()).ok() };
        let right = match ids("expect_ordered") {
            Some(expected) => found == expected,
            None => sorted(found) == sorted(ids("expect_event_ids").unwrap()),
        };
        let tag = by_tag
            .entry(row["tag"].as_str().unwrap().to_owned())
            .or_default();
        tag.0 += usize::from(right);
        tag.1 += 1;
        if !right {
            wrong.push(format!("{} {query}", row["id"]));
        }
    }
    for (tag, (right, all)) in &by_tag {
        eprintln!("{tag:32} {right:3} of {all:3}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let answered: usize = by_tag.values().map(|(right, _)| right).sum();
    assert!(answered >= 251, "only {answered} queries");
    for row in all["negative"].as_array().unwrap() {
        let path = format!("/epcis/events?{}", query_string(&row["params"]));
        let status = u16::try_from(row["status"].as_u64().unwrap()).unwrap();
        let problem = lab.get(Role::Regulator, &path).expect(status).json();
        let expected = row["exception"]
            .as_str()
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        assert_eq!(
            problem["type"],
            format!("epcisException:{expected}"),
            "{path}"
        );
    }
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

/// Page by page the same events come, in the same order, as in one page.
#[test]
fn pages_put_together_are_the_whole_answer_in_every_order() {
    let Some(base) = fixtures("epcis/query") else {
        return;
    };
    let lab = Lab::new();
    for name in ["corpus-00.jsonld", "corpus-01.jsonld", "corpus-02.jsonld"] {
        lab.post(Role::Admin, "/epcis/capture", &json(&base.join(name)))
            .expect(202);
    }
    for query in [
        "eventType=ObjectEvent",
        "orderBy=eventTime&orderDirection=ASC",
        "orderBy=eventTime",
        "orderBy=recordTime&orderDirection=DESC",
        "orderBy=recordTime&orderDirection=ASC",
        "orderBy=example:shelf&orderDirection=ASC",
        "orderBy=eventTime&eventCountLimit=23",
    ] {
        let path = format!("/epcis/events?perPage=1000&{query}");
        let whole: Vec<_> = lab.get(Role::Regulator, &path).expect(200).events();
        let mut path = format!("/epcis/events?perPage=7&{query}");
        let mut parts = Vec::new();
        loop {
            let answer = lab.get(Role::Regulator, &path).expect(200);
            let events = answer.events();
            assert!(!events.is_empty() && events.len() <= 7, "{query}");
            parts.extend(events);
            let Some(link) = answer.headers.get("link") else {
                break;
            };
            assert!(
                answer.headers.contains_key("gs1-next-page-token-expires"),
                "{query}"
            );
            path = link.split(['<', '>']).nth(1).unwrap().to_owned();
        }
        assert_eq!(parts.len(), whole.len(), "{query}");
        assert_eq!(parts, whole, "{query}");
        if query.contains("Limit") {
            assert_eq!(parts.len(), 23);
        }
    }
}
