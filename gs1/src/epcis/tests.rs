//! Events and documents: what is kept, what is normalised, what is refused.

mod building;
mod master_data;
mod problems;
mod random;
mod repairs;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Document, EPCIS_CONTEXT, Event, EventKind, ParseError, ProblemKind, parse_document};
use crate::cbv::{BizStep, Disposition};
use crate::limits;

/// A valid commissioning of one pack, as JSON to be varied.
fn commissioning() -> Value {
    json!({
        "@context": [EPCIS_CONTEXT, { "ext": "https://example.com/ext/" }],
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T02:00:00.000-05:00",
        "eventTimeZoneOffset": "-05:00",
        "action": "ADD",
        "epcList": [
            "urn:epc:id:sgtin:9506000.013435.1",
            "https://id.gs1.org/01/09506000134352/21/2",
        ],
        "bizStep": "commissioning",
        "disposition": "active",
        "readPoint": { "id": "urn:epc:id:sgln:9520123.45678.L1" },
        "ilmd": { "cbvmda:lotNumber": "LE850", "cbvmda:itemExpirationDate": "2027-12-31" },
    })
}

/// The event with one member set (or removed, by null).
fn with(pointer: &str, value: Value) -> Value {
    let mut event = commissioning();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = event.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Array(items), value) => items[name.parse::<usize>().unwrap()] = value,
        (Value::Object(map), Value::Null) => drop(map.remove(name)),
        (Value::Object(map), value) => drop(map.insert(name.to_owned(), value)),
        (other, _) => panic!("{other}"),
    }
    event
}

fn read(json: &Value) -> Result<Event, ParseError> {
    parse_document(json.to_string().as_bytes()).map(|mut document| document.events.remove(0))
}

fn document(context: &Value, events: &[Value]) -> Value {
    json!({
        "@context": context,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T07:00:00Z",
        "epcisBody": { "eventList": events },
    })
}

#[test]
fn the_typed_view_is_normalised() {
    let event = read(&commissioning()).unwrap();
    assert_eq!(event.event_time_ms, 1_772_348_400_000);
    assert_eq!(event.biz_step, Some(BizStep::Commissioning));
    assert_eq!(event.disposition, Some(Disposition::Active));
    assert_eq!(event.ilmd.lot.as_ref().unwrap().as_str(), "LE850");
    assert_eq!(event.ilmd.expiry.unwrap().to_string(), "2027-12-31");
    let epcs: Vec<String> = event
        .epcs()
        .into_iter()
        .map(crate::Epc::canonical)
        .collect();
    assert_eq!(
        epcs,
        [
            "https://id.gs1.org/01/09506000134352/21/1",
            "https://id.gs1.org/01/09506000134352/21/2",
        ]
    );
    let place = event.read_point.as_ref().unwrap().canonical();
    assert_eq!(place, "https://id.gs1.org/414/9520123456788/254/L1");
    assert_eq!(event.to_json(), commissioning());
    assert!(matches!(&event.kind, EventKind::Object(own) if own.epc_list.len() == 2));
}

#[test]
fn terms_in_every_spelling_are_one_term() {
    let mut event = commissioning();
    event["@context"] =
        json!([EPCIS_CONTEXT, { "c": "https://ref.gs1.org/cbv/", "own": "https://example.com/" }]);
    for spelling in [
        "c:BizStep-commissioning",
        "cbv:BizStep-commissioning",
        "https://ref.gs1.org/cbv/BizStep-commissioning",
    ] {
        event["bizStep"] = json!(spelling);
        assert_eq!(
            read(&event).unwrap().biz_step,
            Some(BizStep::Commissioning),
            "{spelling}"
        );
    }
    event["bizStep"] = json!("own:cooling");
    let own = BizStep::Other("https://example.com/cooling".to_owned());
    assert_eq!(read(&event).unwrap().biz_step, Some(own));
}

#[test]
fn the_same_thing_in_two_spellings_is_named_once() {
    let event = with(
        "/epcList/1",
        json!("https://example.com/01/09506000134352/21/1"),
    );
    assert_eq!(read(&event).unwrap().epcs().len(), 1);
}

#[test]
fn an_event_carries_the_context_of_its_document() {
    let mut inner = commissioning();
    inner.as_object_mut().unwrap().remove("@context");
    inner["ext:colour"] = json!({ "ext:deep": [1, "two", null, { "ext:x": 0.5 }] });
    let context = json!([EPCIS_CONTEXT, { "ext": "https://example.com/ext/" }]);
    let parsed = parse_document(document(&context, &[inner.clone()]).to_string().as_bytes());
    let Document { events, header } = parsed.unwrap();
    assert_eq!(header.schema_version.as_deref(), Some("2.0"));
    let event = &events[0];
    assert_eq!(event.to_json()["@context"], context);
    assert_eq!(
        event.extension("https://example.com/ext/colour"),
        Some(&inner["ext:colour"])
    );
    assert_eq!(event.extension("https://example.com/ext/weight"), None);
    assert!(event.has_extensions() && !read(&commissioning()).unwrap().has_extensions());
    assert_eq!(
        Event::from_canonical(&event.canonical_json()).as_ref(),
        Ok(event)
    );

    // An event that repeats the definitions reads the same; one that adds its own keeps both.
    inner["@context"] = context.clone();
    let parsed = parse_document(document(&context, &[inner.clone()]).to_string().as_bytes());
    assert_eq!(parsed.unwrap().events, events);
    inner["@context"] = json!({ "ext": "https://example.com/other/" });
    let parsed = parse_document(document(&context, &[inner]).to_string().as_bytes()).unwrap();
    assert!(
        parsed.events[0]
            .extension("https://example.com/other/colour")
            .is_some()
    );
    assert_eq!(
        parsed.events[0].to_json()["@context"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn an_aggregation_needs_its_parent_and_its_children() {
    let event = |parts: Value| {
        let mut event = json!({
            "@context": EPCIS_CONTEXT,
            "type": "AggregationEvent",
            "eventTime": "2026-03-01T07:00:00Z",
            "eventTimeZoneOffset": "+00:00",
        });
        event
            .as_object_mut()
            .unwrap()
            .extend(parts.as_object().unwrap().clone());
        read(&event)
    };
    let (parent, child) = (
        "urn:epc:id:sscc:952012.03456789123",
        "urn:epc:id:sgtin:9506000.013435.1",
    );
    let (class, set) = (
        json!([{ "epcClass": "urn:x:y" }]),
        json!({ "set": ["active"] }),
    );
    let rows = [
        (
            json!({ "action": "ADD", "parentID": parent, "childEPCs": [child] }),
            true,
        ),
        (json!({ "action": "ADD", "childEPCs": [child] }), false),
        (json!({ "action": "ADD", "parentID": parent }), false),
        (
            json!({ "action": "ADD", "parentID": parent, "childEPCs": [] }),
            false,
        ),
        (json!({ "action": "OBSERVE", "childEPCs": [child] }), true),
        (json!({ "action": "OBSERVE", "parentID": parent }), false),
        (json!({ "action": "DELETE", "parentID": parent }), true),
        (json!({ "action": "DELETE", "childEPCs": [child] }), false),
        (
            json!({ "action": "ADD", "parentID": parent, "childQuantityList": class }),
            true,
        ),
        (
            json!({ "action": "ADD", "parentID": parent, "childEPCs": [child], "ilmd": {} }),
            false,
        ),
        (
            json!({ "action": "DELETE", "parentID": parent, "persistentDisposition": set }),
            false,
        ),
    ];
    for (parts, fits) in rows {
        assert_eq!(event(parts.clone()).is_ok(), fits, "{parts}");
    }
}

#[test]
fn all_problems_of_a_document_are_gathered_up_to_the_bound() {
    let broken = with("/action", json!("CREATE"));
    let context = json!(EPCIS_CONTEXT);
    let parse = |count: usize| {
        let text = document(&context, &vec![broken.clone(); count]).to_string();
        parse_document(text.as_bytes()).unwrap_err()
    };
    let few = parse(7);
    assert_eq!((few.problems.len(), few.truncated), (7, false));
    assert_eq!(few.problems[6].pointer, "/epcisBody/eventList/6/action");
    assert!(few.to_string().ends_with("(and 6 more)"), "{few}");
    let many = parse(500);
    assert_eq!(
        (many.problems.len(), many.truncated),
        (limits::PROBLEMS_MAX, true)
    );
}

#[test]
fn envelopes_are_checked() {
    let good = document(&json!(EPCIS_CONTEXT), &[commissioning()]);
    for (name, pointer) in [
        ("@context", ""),
        ("schemaVersion", ""),
        ("creationDate", ""),
        ("epcisBody", ""),
    ] {
        let mut document = good.clone();
        document.as_object_mut().unwrap().remove(name);
        let error = parse_document(document.to_string().as_bytes()).unwrap_err();
        let text = format!("required {name} is missing");
        assert!(
            error
                .problems
                .iter()
                .any(|one| one.pointer == pointer && one.what == text),
            "{error:#?}"
        );
    }
    for text in [
        "",
        "[]",
        "7",
        "null",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"EPCISDocument\"}",
    ] {
        assert!(parse_document(text.as_bytes()).is_err(), "{text}");
    }
    let empty = parse_document(document(&json!(EPCIS_CONTEXT), &[]).to_string().as_bytes());
    assert!(empty.unwrap().events.is_empty());
}

#[test]
fn a_query_document_is_read() {
    let text = json!({
        "@context": EPCIS_CONTEXT,
        "type": "EPCISQueryDocument",
        "epcisBody": { "queryResults": {
            "queryName": "SimpleEventQuery",
            "resultsBody": { "eventList": [commissioning()] },
        } },
    });
    let read = parse_document(text.to_string().as_bytes()).unwrap();
    assert_eq!(read.header.query_name.as_deref(), Some("SimpleEventQuery"));
    assert_eq!(read.events, [self::read(&commissioning()).unwrap()]);
}

#[test]
fn bounds_hold() {
    let context =
        json!({ "p": format!("https://example.com/{}", "x".repeat(limits::CONTEXT_BYTES_MAX)) });
    let error = read(&with("/@context", context)).unwrap_err();
    assert_eq!(error.problems[0].kind, ProblemKind::Limit);
    let large = vec![b' '; limits::DOCUMENT_BYTES_MAX + 1];
    assert_eq!(
        parse_document(&large).unwrap_err().problems[0].kind,
        ProblemKind::Limit
    );
    let events = vec![json!({}); limits::DOCUMENT_EVENTS_MAX + 1];
    let text = document(&json!(EPCIS_CONTEXT), &events).to_string();
    let error = parse_document(text.as_bytes()).unwrap_err();
    assert_eq!(error.problems[0].pointer, "/epcisBody/eventList");
    let wide = json!({ "p": format!("https://example.com/{}", "x".repeat(8000)) });
    let text = document(&wide, &vec![json!({}); 5000]).to_string();
    let error = parse_document(text.as_bytes()).unwrap_err();
    assert_eq!(error.problems[0].pointer, "/@context");
}

#[test]
fn messages_quote_no_more_than_they_need() {
    let long = "x".repeat(100_000);
    for (pointer, value) in [("/bizStep", json!(long)), (&*format!("/{long}"), json!(1))] {
        let error = read(&with(pointer, value)).unwrap_err();
        assert!(error.to_string().len() < 1000);
    }
    let error = read(&with("/eventID", json!(format!("urn:x:{long}")))).unwrap_err();
    assert_eq!(error.problems[0].kind, ProblemKind::Limit);
}

#[test]
fn a_context_that_defines_nothing_is_a_context() {
    let event = read(&with("/@context", json!([]))).unwrap();
    assert_eq!(Event::from_canonical(&event.canonical_json()), Ok(event));
    let mut inner = commissioning();
    inner.as_object_mut().unwrap().remove("@context");
    assert!(parse_document(document(&json!([]), &[inner]).to_string().as_bytes()).is_ok());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e9_f64..1e9).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("\\PC{0,6}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn extensions_survive_whatever_they_hold(value in any_json()) {
        let event = with("/ext:any", value);
        if let Ok(event) = read(&event) {
            let canonical = event.canonical_json();
            let again = Event::from_canonical(&canonical).unwrap();
            prop_assert_eq!(&again, &event);
            prop_assert_eq!(again.canonical_json(), canonical);
        } else {
            prop_assert_eq!(&event["ext:any"], &Value::Null);
        }
    }

    #[test]
    fn any_member_of_any_value_is_read_or_refused(
        name in prop::sample::select(&[
            "@context", "type", "eventTime", "eventTimeZoneOffset", "action", "epcList", "bizStep",
            "readPoint", "ilmd", "sensorElementList", "quantityList", "errorDeclaration",
        ][..]),
        value in any_json(),
    ) {
        let event = with(&format!("/{name}"), value);
        if let Ok(event) = read(&event) {
            prop_assert_eq!(Event::from_canonical(&event.canonical_json()), Ok(event));
        }
    }

    #[test]
    fn reading_bytes_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(parse_document(&bytes));
        drop(Event::from_canonical(&bytes));
    }

    #[test]
    fn the_order_of_members_and_white_space_do_not_matter(seed in any::<u64>()) {
        let event = read(&commissioning()).unwrap();
        let mut members: Vec<(String, Value)> =
            commissioning().as_object().unwrap().clone().into_iter().collect();
        let len = members.len() as u64;
        members.rotate_left(usize::try_from(seed % len).unwrap());
        let text: Vec<String> =
            members.iter().map(|(name, value)| format!(" {} : {value:#}\n", json!(name))).collect();
        let read = Event::from_canonical(format!("{{{}}}", text.join(",")).as_bytes()).unwrap();
        prop_assert_eq!(read.canonical_json(), event.canonical_json());
        prop_assert_eq!(read.event_id_or_hash(), event.event_id_or_hash());
    }
}
