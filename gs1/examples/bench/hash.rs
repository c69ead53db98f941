//! Names of events by content, over events as a packing line makes them.

use gs1::epcis::{Event, parse_document};
use gs1::event_hash::{self, Profile};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::measure::{Bench, Figure, Seeded, Yardstick};

/// Events a call hashes.
const EVENTS: usize = 500;

pub(crate) fn bench(bench: &mut Bench) {
    let events = events(1);
    let texts: Vec<Vec<u8>> = events.iter().map(Event::canonical_json).collect();
    let sha256 = || {
        let digests = texts.iter().map(Sha256::digest);
        digests.filter(|digest| digest.first() == Some(&0)).count()
    };
    let yardstick = Yardstick {
        name: "sha256_of_the_json",
        units: EVENTS,
        call: &sha256,
    };
    for profile in Profile::ALL {
        let name = format!("event_hash_{profile}");
        let figure = Figure {
            name: &name,
            unit: "events/s",
            units: EVENTS,
        };
        let call = || {
            let names = events.iter().map(|event| event_hash::of(event, profile));
            names.map(|name| name.len()).sum::<usize>()
        };
        bench.run(&figure, call, &yardstick);
    }
}

/// Commissionings of ten packs each, about 1 KB of JSON.
pub(crate) fn events(seed: u64) -> Vec<Event> {
    let mut random = Seeded(seed);
    let list: Vec<_> = (0..EVENTS).map(|_| commissioning(&mut random)).collect();
    let document = json!({
        "@context": [gs1::epcis::EPCIS_CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T07:00:00Z",
        "epcisBody": { "eventList": list },
    });
    parse_document(document.to_string().as_bytes())
        .expect("a valid document")
        .events
}

fn commissioning(random: &mut Seeded) -> serde_json::Value {
    let epcs: Vec<String> = (0..10)
        .map(|_| {
            format!(
                "urn:epc:id:sgtin:9506000.013435.{:010}",
                random.below(1 << 33)
            )
        })
        .collect();
    let (hour, milli) = (random.below(24), random.below(1000));
    json!({
        "type": "ObjectEvent",
        "eventTime": format!("2026-03-01T{hour:02}:15:30.{milli:03}-05:00"),
        "eventTimeZoneOffset": "-05:00",
        "action": "ADD",
        "epcList": epcs,
        "bizStep": "commissioning",
        "disposition": "active",
        "readPoint": { "id": "urn:epc:id:sgln:9520123.45678.L1" },
        "bizLocation": { "id": "urn:epc:id:sgln:9520123.45678.0" },
        "bizTransactionList": [
            { "type": "prodorder", "bizTransaction": format!("urn:x-example:po:{}", random.next()) },
        ],
        "ilmd": {
            "cbvmda:lotNumber": format!("LOT{:05}", random.below(100_000)),
            "cbvmda:itemExpirationDate": "2029-12-31",
        },
    })
}
