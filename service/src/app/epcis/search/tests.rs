//! What is recorded while a question is answered.

use serde_json::json;

use super::*;
use crate::auth::{Role, Scope};
use crate::{Config, World};

fn record(node: &Node, id: &str) {
    let document = json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-01T00:00:00Z",
        "epcisBody": { "eventList": [{
            "type": "ObjectEvent",
            "eventID": id,
            "eventTime": "2026-01-01T00:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "action": "OBSERVE",
            "bizStep": "inspecting",
            "epcList": ["https://id.gs1.org/01/09506000134352/21/1"],
        }] },
    });
    node.capture(None, document.to_string().as_bytes()).unwrap();
}

/// Whoever keeps a place by the number would never be told of it.
#[test]
fn an_event_that_comes_between_the_plan_and_its_rows_is_not_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::manual(1_772_323_200_000, 7);
    crate::init(dir.path(), "example.com/lab", &world).unwrap();
    let node = Node::open(&Config::for_testing(dir.path()), world).unwrap();
    let admin = Principal {
        key_id: "00000000".to_owned(),
        party: None,
        roles: [Role::Admin].into(),
        person: None,
        scope: Scope::default(),
    };
    let questions = [json!({ "EQ_bizStep": ["inspecting"] }), json!({})];
    for (at, question) in questions.iter().enumerate() {
        let query = Query::from_json(question).unwrap();
        let (_, mut place) = since(&node, &admin, &query, 0, PAGE_MAX).unwrap();
        let mut told = Vec::new();
        for round in 0..3 {
            record(&node, &format!("urn:test:{at}:{round}:planned"));
            let search = Search::new(&node, &admin, &query, place).unwrap();
            record(&node, &format!("urn:test:{at}:{round}:later"));
            let mut look = Look::new(&search, PAGE_MAX);
            place = look.forward(place).unwrap();
            told.extend(look.hits.into_iter().map(|hit| hit.ordinal));
        }
        let (rest, end) = since(&node, &admin, &query, place, PAGE_MAX).unwrap();
        told.extend(rest.into_iter().map(|hit| hit.ordinal));
        assert_eq!(told, (end - 6..end).collect::<Vec<_>>(), "{question}");
    }
}
