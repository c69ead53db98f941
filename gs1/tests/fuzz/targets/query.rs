//! Queries, units and how an event is held against them.

use gs1::epcis::{Event, parse_document};
use gs1::query::{NoMasterData, Query};

use super::text;
use fuzz_frame::Target;

const TOKENS: &[&str] = &[
    "&",
    "=",
    "|",
    "%7C",
    "EQ_",
    "GE_",
    "LT_",
    "EXISTS_",
    "INNER_",
    "ILMD_",
    "ERROR_DECLARATION_",
    "SENSORREPORT_",
    "MATCH_anyEPC",
    "EQ_bizTransaction_po",
    "HASATTR_",
    "EQATTR_",
    "value_CEL",
    "sDev_FAH",
    "quantity",
    "ext:a",
    "orderBy",
    "eventTime",
    "urn:epc:idpat:sgtin:*.*.*",
    "urn:epc:id:sgtin:9506000.013435.1",
    "2026-03-01T00:00:00Z",
    "1e300",
    "true",
];

pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "query_url",
        seeds: &[
            b"eventType=ObjectEvent&EQ_bizStep=shipping%7Cpacking&GE_eventTime=2026-03-01T00:00:00Z",
            b"MATCH_anyEPC=urn:epc:idpat:sgtin:9506000.*.*&EQ_ext:a=1&orderBy=ext:a",
            b"GT_maxValue_CEL=8&LT_sDev_FAH=1.5&EQ_type=Temperature&EXISTS_INNER_ext:b=",
        ],
        dictionary: TOKENS,
        run: url,
    },
    Target {
        name: "query_body",
        seeds: &[
            br#"{"eventType":["ObjectEvent"],"GE_quantity":5,"EXISTS_errorDeclaration":null}"#,
            br#"{"@context":{"ext":"https://example.com/ext/"},"EQ_ext:a":["1"],"maxEventCount":3}"#,
        ],
        dictionary: TOKENS,
        run: body,
    },
];

fn url(input: &[u8]) -> bool {
    let read = Query::from_url(&text(input), None);
    if let Err(error) = &read {
        assert!(
            !error.faults.is_empty() && error.to_string().len() < 2000,
            "{error}"
        );
    }
    read.is_ok_and(|query| answers(&query))
}

fn body(input: &[u8]) -> bool {
    let Ok(body) = serde_json::from_slice(input) else {
        return false;
    };
    Query::from_json(&body).is_ok_and(|query| answers(&query))
}

/// Asks the query of a few events; selecting and matching must agree.
fn answers(query: &Query) -> bool {
    let events: Vec<Event> = super::epcis::SAMPLES
        .iter()
        .filter_map(|bytes| parse_document(bytes).ok())
        .flat_map(|document| document.events)
        .collect();
    let matching = events
        .iter()
        .filter(|event| query.matches(event, 0))
        .count();
    let limit = query.event_count_limit().unwrap_or(usize::MAX);
    match query.select(events.iter().map(|event| (event, 0)), &NoMasterData) {
        Ok(found) => assert_eq!(found.len(), matching.min(limit)),
        Err(_) => assert!(query.max_event_count().is_some_and(|max| matching > max)),
    }
    let _told = query.indexed_by();
    true
}
