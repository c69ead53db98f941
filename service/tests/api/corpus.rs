//! A corpus of pharmaceutical events with queries and the events each must find: captured through
//! the API, asked for through the API. Skipped where the fixtures are absent.
use std::path::PathBuf;

use serde_json::Value;
use service::auth::Role;
use service::client::segment;

use crate::lab::Lab;

fn fixtures(path: &str) -> Option<PathBuf> {
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

#[test]
fn every_query_this_node_knows_finds_exactly_the_expected_events() {
    let Some(base) = fixtures("epcis/query") else {
        return;
    };
    let lab = Lab::new();
    for name in ["corpus-00.jsonld", "corpus-01.jsonld", "corpus-02.jsonld"] {
        lab.post(Role::Admin, "/epcis/capture", &json(&base.join(name)))
            .expect(202);
    }
    let (mut right, mut unknown) = (0, 0);
    let all = json(&base.join("queries.json"));
    for row in all["queries"].as_array().unwrap() {
        let query = query_string(&row["params"]);
        let answer = lab.get(
            Role::Regulator,
            &format!("/epcis/events?perPage=1000&{query}"),
        );
        if answer.status == 400 {
            let detail = answer.json()["detail"].to_string();
            assert!(
                detail.contains("not a parameter this node knows"),
                "{query}: {detail}"
            );
            unknown += 1;
            continue;
        }
        let mut found: Vec<_> = answer.expect(200).events().iter().map(label).collect();
        let expected = row["expect_event_ids"].as_array().unwrap();
        let mut expected: Vec<_> = expected
            .iter()
            .map(|it| it.as_str().unwrap().to_owned())
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{} {query}", row["id"]);
        right += 1;
    }
    eprintln!("{right} queries answered, {unknown} use parameters that are not known yet");
    assert!(right >= 100, "only {right} queries were answered");
    for row in all["negative"].as_array().unwrap() {
        let path = format!("/epcis/events?{}", query_string(&row["params"]));
        let problem = lab.get(Role::Regulator, &path).expect(400).json();
        assert_eq!(
            problem["type"], "epcisException:QueryParameterException",
            "{path}"
        );
    }
}
