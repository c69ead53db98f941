//! Events of any content: what is read is written to the same JSON, and canonical bytes are those
//! of another canonicaliser.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{Event, parse_document};
use super::{EPCIS_CONTEXT, any_json, document};

fn uri() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9A-Za-z]{1,8}".prop_map(|serial| format!("urn:epc:id:sgtin:9506000.013435.{serial}")),
        "[0-9A-Za-z._-]{1,8}"
            .prop_map(|serial| format!("https://id.gs1.org/01/09506000134352/21/{serial}")),
        "[a-z]{1,5}".prop_map(|word| format!("urn:example:{word}")),
        "[a-z]{1,5}".prop_map(|word| format!("ext:{word}")),
    ]
}

fn list() -> impl Strategy<Value = Value> {
    prop::collection::btree_set(uri(), 1..6).prop_map(|set| set.into_iter().collect())
}

fn decimal() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<i32>().prop_map(|milli| json!(f64::from(milli) / 1000.0)),
    ]
}

fn extensions() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("ext:[a-z]{1,4}", any_json(), 0..3)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

fn sensors() -> impl Strategy<Value = Value> {
    let report = (decimal(), extensions()).prop_map(|(value, more)| {
        let mut report = json!({ "type": "Temperature", "value": value, "uom": "CEL" });
        let more = more.as_object().unwrap().clone();
        report.as_object_mut().unwrap().extend(more);
        report
    });
    prop::collection::vec(report, 1..4).prop_map(|reports| {
        json!([{ "sensorMetadata": { "time": "2026-03-01T07:00:00Z" }, "sensorReport": reports }])
    })
}

/// What events of every type may have beside their own members.
fn common() -> impl Strategy<Value = Map<String, Value>> {
    let parts = (
        prop::option::of(uri().prop_map(|id| json!({ "id": id, "anything": [1] }))),
        prop::option::of(sensors()),
        extensions(),
        prop::option::of(prop::sample::select(
            &["shipping", "cbv:BizStep-x", "ext:own"][..],
        )),
        any::<u32>(),
    );
    parts.prop_map(|(place, sensors, more, step, seconds)| {
        let mut event = more.as_object().unwrap().clone();
        let time = super::super::time::format(i64::from(seconds) * 1000).unwrap();
        event.insert("eventTime".to_owned(), json!(time));
        event.insert("eventTimeZoneOffset".to_owned(), json!("+01:00"));
        for (name, value) in [
            ("readPoint", place),
            ("sensorElementList", sensors),
            ("bizStep", step.map(Value::from)),
        ] {
            if let Some(value) = value {
                event.insert(name.to_owned(), value);
            }
        }
        event
    })
}

fn event() -> impl Strategy<Value = Value> {
    let quantity = (uri(), decimal())
        .prop_map(|(class, quantity)| json!([{ "epcClass": class, "quantity": quantity }]));
    (common(), list(), list(), quantity, 0..5_usize).prop_map(
        |(mut event, one, other, quantity, kind)| {
            let own = match kind {
                0 => json!({ "type": "ObjectEvent", "action": "ADD", "epcList": one,
                    "quantityList": quantity, "ilmd": { "ext:of": other } }),
                1 => json!({ "type": "AggregationEvent", "action": "DELETE",
                    "parentID": one[0], "childEPCs": other }),
                2 => json!({ "type": "TransactionEvent", "action": "OBSERVE", "epcList": one,
                    "bizTransactionList": [{ "type": "po", "bizTransaction": other[0] }] }),
                3 => json!({ "type": "TransformationEvent", "inputEPCList": one,
                    "outputQuantityList": quantity, "transformationID": other[0] }),
                _ => json!({ "type": "AssociationEvent", "action": "ADD", "parentID": one[0],
                    "childQuantityList": quantity }),
            };
            event.extend(own.as_object().unwrap().clone());
            Value::Object(event)
        },
    )
}

proptest! {
    #[test]
    fn what_is_read_is_written(events in prop::collection::vec(event(), 1..4)) {
        let context = json!([EPCIS_CONTEXT, { "ext": "https://example.com/ext/" }]);
        let source = document(&context, &events);
        let read = parse_document(source.to_string().as_bytes()).unwrap();
        // Through another canonicaliser: `1.0` is `1`.
        let same = |json: &Value| serde_json_canonicalizer::to_string(json).unwrap();
        prop_assert_eq!(same(&read.to_json()), same(&source));
        for (event, mut given) in read.events.into_iter().zip(events) {
            given["@context"] = context.clone();
            let canonical = event.canonical_json();
            let wanted = serde_json_canonicalizer::to_string(&given).unwrap();
            prop_assert_eq!(std::str::from_utf8(&canonical).unwrap(), wanted);
            let again = Event::from_canonical(&canonical).unwrap();
            prop_assert_eq!(&*again, &*event);
            prop_assert_eq!(again.canonical_json(), canonical);

            let recorded = event.clone().with_record_time(1_772_348_400_000).unwrap();
            prop_assert_eq!(recorded.event_id_or_hash(), event.event_id_or_hash());
            prop_assert_eq!(&recorded.to_json()["recordTime"], "2026-03-01T07:00:00.000Z");
            let again = Event::from_canonical(&recorded.canonical_json()).unwrap();
            prop_assert_eq!(&*again, &*recorded);
            let named = recorded.with_event_id("urn:example:id").unwrap();
            prop_assert_eq!(&named.to_json()["eventID"], "urn:example:id");
            prop_assert_eq!(named.event_id.as_deref(), Some("urn:example:id"));
            prop_assert!(named.with_event_id("no uri").is_err());
        }
    }
}
