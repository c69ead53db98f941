//! Reading EPCIS documents, beside reading the same bytes as JSON without looking at them.

use gs1::epcis::{Event, parse_document};
use serde_json::{Value, json};

use crate::measure::{Bench, Figure, Yardstick};

pub(crate) fn bench(bench: &mut Bench) {
    let mut list: Vec<Value> = crate::hash::events(2).iter().map(Event::to_json).collect();
    // As documents are: a hundred events that share the context of the document.
    list.truncate(100);
    for event in list.iter_mut().filter_map(Value::as_object_mut) {
        event.remove("@context");
    }
    let events = list.len();
    let document = json!({
        "@context": [gs1::epcis::EPCIS_CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T07:00:00Z",
        "epcisBody": { "eventList": list },
    });
    let bytes = document.to_string().into_bytes();
    let yardstick = || serde_json::from_slice::<Value>(&bytes).is_ok();
    let yardstick = Yardstick {
        name: "serde_json_value",
        units: events,
        call: &yardstick,
    };
    let figure = Figure {
        name: "epcis_json_parse",
        unit: "events/s",
        units: events,
    };
    bench.run(&figure, || parse_document(&bytes).is_ok(), &yardstick);

    let parsed = parse_document(&bytes).expect("the document is read").events;
    let trees: Vec<Value> = parsed.iter().map(Event::to_json).collect();
    let yardstick = || {
        trees
            .iter()
            .map(|tree| tree.to_string().len())
            .sum::<usize>()
    };
    let yardstick = Yardstick {
        name: "serde_json_to_string",
        units: events,
        call: &yardstick,
    };
    let figure = Figure {
        name: "epcis_canonical_json",
        unit: "events/s",
        units: events,
    };
    let canonical = || {
        let sizes = parsed.iter().map(|event| event.canonical_json().len());
        sizes.sum::<usize>()
    };
    bench.run(&figure, canonical, &yardstick);
}
