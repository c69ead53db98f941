//! Queries as a whole: prefixes, master data, order, limits, what an index is told, properties.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{RECORDED, aggregation, event, hit, measured, object, transformation};
use crate::epc::Epc;
use crate::epcis::{EPCIS_CONTEXT, Event};
use crate::query::{Direction, Exception, IndexedBy, MasterData, NoMasterData, Query, QueryError};

#[test]
fn a_query_may_use_other_prefixes_than_the_event() {
    let context =
        json!([EPCIS_CONTEXT, { "my": "https://ext.example/", "ext": "https://no.example/" }]);
    let hit = |name: &str| {
        let query = Query::from_pairs([(name, "A1")], Some(&context)).unwrap();
        query.matches(&object(), RECORDED)
    };
    assert!(hit("EQ_my:shelf"));
    assert!(!hit("EQ_ext:shelf"), "the query means another namespace");
    let body = json!({ "@context": context, "EQ_my:shelf": ["A1"], "GE_my:count": 30 });
    assert!(
        Query::from_json(&body)
            .unwrap()
            .matches(&object(), RECORDED)
    );
}

/// One site with a hall in it; the hall is cold.
struct Sites;

impl MasterData for Sites {
    fn is_within(&self, place: &Epc, ancestor: &Epc) -> bool {
        place.canonical().ends_with("/254/L1") && ancestor.canonical() == "urn:x:site"
    }

    fn attribute(&self, element: &str, name: &str) -> Vec<String> {
        let hall = element.ends_with("/254/L1") && name == "https://md.example/climate_zone";
        if hall {
            vec!["cold".to_owned()]
        } else {
            Vec::new()
        }
    }
}

#[test]
fn master_data() {
    let rows = [
        ("WD_readPoint", "urn:x:site", true),
        ("WD_bizLocation", "urn:x:site", false),
        ("HASATTR_readPoint", "https://md.example/climate_zone", true),
        ("HASATTR_readPoint", "https://md.example/other", false),
        (
            "HASATTR_bizLocation",
            "https://md.example/climate_zone",
            false,
        ),
        (
            "EQATTR_readPoint_https://md.example/climate_zone",
            "warm|cold",
            true,
        ),
        (
            "EQ_ATTR_readPoint_https://md.example/climate_zone",
            "warm",
            false,
        ),
        ("HASATTR_ext:sites", "https://md.example/climate_zone", true),
        (
            "HASATTR_ext:shelf",
            "https://md.example/climate_zone",
            false,
        ),
        (
            "EQATTR_ext:sites_https://md.example/climate_zone",
            "cold",
            true,
        ),
        (
            "EQATTR_ext:sites_https://md.example/climate_zone",
            "warm",
            false,
        ),
    ];
    for (name, value, expected) in rows {
        let query = Query::from_pairs([(name, value)], None).unwrap();
        assert_eq!(
            query.matches_with(&object(), RECORDED, &Sites),
            expected,
            "{name}={value}"
        );
        assert!(
            !query.matches(&object(), RECORDED),
            "{name} without master data"
        );
    }
}

#[test]
fn order_and_limits() {
    let events: Vec<Event> = (1..=4)
        .map(|hour| {
            let mut parts =
                json!({ "action": "ADD", "epcList": ["urn:epc:id:sgtin:9506000.013435.1"] });
            parts["eventTime"] = json!(format!("2026-03-01T{:02}:00:00Z", hour * 7 % 5));
            parts["ext:count"] = if hour == 2 {
                json!(null)
            } else {
                json!(hour * 7 % 4)
            };
            // As XML types it: 21, 14, 7, 0 are no order of texts.
            let typed = json!({ "@type": "xsd:integer", "@value": (28 - hour * 7).to_string() });
            parts["ext:typed"] = typed;
            event("ObjectEvent", &parts)
        })
        .collect();
    let order = |pairs: &[(&str, &str)]| {
        let query = Query::from_pairs(pairs.iter().copied(), None).unwrap();
        let found = query.select(events.iter().zip(0_i64..), &NoMasterData)?;
        let place = |event: &Event| {
            events
                .iter()
                .position(|one| std::ptr::eq(one, event))
                .unwrap()
        };
        Ok::<Vec<usize>, QueryError>(found.into_iter().map(place).collect())
    };
    assert_eq!(order(&[]).unwrap(), [0, 1, 2, 3]);
    let rows = [
        ("eventTime", "ASC", [2, 0, 3, 1]),
        ("eventTime", "DESC", [1, 3, 0, 2]),
        ("recordTime", "DESC", [3, 2, 1, 0]),
        ("ext:count", "ASC", [3, 2, 0, 1]),
        ("ext:count", "DESC", [0, 2, 3, 1]),
        ("ext:typed", "ASC", [3, 2, 1, 0]),
        ("ext:typed", "DESC", [0, 1, 2, 3]),
    ];
    for (field, direction, expected) in rows {
        let pairs = [("orderBy", field), ("orderDirection", direction)];
        assert_eq!(order(&pairs).unwrap(), expected, "{field} {direction}");
    }
    let first = [("orderBy", "eventTime"), ("eventCountLimit", "2")];
    assert_eq!(order(&first).unwrap(), [1, 3]);
    assert_eq!(order(&[("maxEventCount", "4")]).unwrap().len(), 4);
    let error = order(&[("maxEventCount", "3")]).unwrap_err();
    assert_eq!(
        (error.exception, error.exception.status()),
        (Exception::QueryTooLarge, 413)
    );
    let query = Query::from_pairs([("orderBy", "eventTime")], None).unwrap();
    assert_eq!(query.direction(), Direction::Descending);
}

#[test]
fn an_index_is_told_what_it_can_answer() {
    let query = Query::from_pairs(
        [
            ("EQ_bizStep", "shipping"),
            ("GE_eventTime", "1970-01-01T00:00:01Z"),
            ("MATCH_anyEPC", "urn:epc:id:sgtin:9506000.013435.1"),
            ("MATCH_epc", "urn:epc:idpat:sgtin:9506000.013435.*"),
            ("MATCH_anyEPCClass", "urn:epc:class:lgtin:9506000.013435.L1"),
            ("EQ_eventID", "urn:x:1|urn:x:2"),
            ("EQ_ext:shelf", "A1"),
        ],
        None,
    );
    let told = query.unwrap().indexed_by();
    let kinds: Vec<&str> = told
        .iter()
        .map(|one| match one {
            IndexedBy::EventIds(_) => "ids",
            IndexedBy::Epcs(_) => "epcs",
            IndexedBy::Classes(_) => "classes",
            IndexedBy::Products(_) => "products",
            IndexedBy::BizSteps(_) => "steps",
            IndexedBy::EventTime(Some(1000), None) => "time",
            _ => "other",
        })
        .collect();
    assert_eq!(
        kinds,
        ["ids", "epcs", "classes", "products", "steps", "time"]
    );
}

/// Parameters with values that fit them.
const PAIRS: [(&str, &str); 12] = [
    ("eventType", "ObjectEvent|AggregationEvent"),
    ("GE_eventTime", "2026-03-01T11:00:00Z"),
    ("EQ_action", "ADD"),
    ("EQ_bizStep", "shipping|packing"),
    ("MATCH_anyEPC", "urn:epc:id:sgtin:9506000.013435.1"),
    ("MATCH_epcClass", "urn:epc:idpat:sgtin:9506000.*.*"),
    ("GE_quantity", "20"),
    ("GT_maxValue_CEL", "7.5"),
    ("EXISTS_errorDeclaration", "true"),
    ("EQ_ext:shelf", "A1"),
    ("EQ_INNER_ext:inner", "5"),
    ("LT_recordTime", "2026-03-02T00:00:00.001Z"),
];

proptest! {
    #[test]
    fn parameters_are_joined_by_and(chosen in prop::collection::btree_set(0..PAIRS.len(), 0..6)) {
        let pairs: Vec<_> = chosen.iter().map(|at| PAIRS[*at]).collect();
        let query = Query::from_pairs(pairs.iter().copied(), None).unwrap();
        for event in [object(), measured(), aggregation(), transformation()] {
            let each = pairs.iter().all(|(name, value)| hit(&event, name, value));
            prop_assert_eq!(query.matches(&event, RECORDED), each);
        }
    }

    #[test]
    fn url_and_body_are_the_same_query(
        chosen in prop::collection::btree_set(0..PAIRS.len(), 0..6),
    ) {
        let pairs: Vec<_> = chosen.iter().map(|at| PAIRS[*at]).collect();
        let url: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace('|', "%7C")))
            .collect();
        let mut body: serde_json::Map<String, Value> = serde_json::Map::new();
        for (name, value) in &pairs {
            let value = match value.parse::<f64>() {
                Ok(_) => serde_json::from_str(value).unwrap(),
                Err(_) if value.contains('|') || name.starts_with("EQ_") || name.starts_with("MATCH")
                    => json!(value.split('|').collect::<Vec<_>>()),
                Err(_) => json!(value),
            };
            body.insert((*name).to_owned(), value);
        }
        let from_url = Query::from_url(&url.join("&"), None).unwrap();
        let from_body = Query::from_json(&Value::Object(body)).unwrap();
        for event in [object(), measured(), aggregation(), transformation()] {
            let found = from_url.matches(&event, RECORDED);
            prop_assert_eq!(found, from_body.matches(&event, RECORDED));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(name in "\\PC{0,24}", value in "\\PC{0,24}") {
        for text in [format!("{name}={value}"), format!("EQ_{name}={value}")] {
            drop(Query::from_url(&text, None));
        }
        drop(Query::from_pairs([(name.as_str(), value.as_str())], None));
    }
}
