//! Devices: what is told of them, to whom, page by page.
use gs1::epcis::parse_document;
use serde_json::{Value, json};
use service::NewDevice;
use service::auth::Role;
use tangle::{Draft, Hlc, Item, Kind, Media, Parents, SigningKey};

use crate::lab::{Answer, Lab, MAKER, NOW_MS, WHOLESALER, device_of};

const DAY_MS: i64 = 86_400_000;

fn register(lab: &Lab, number: u8, party: &str, label: &str) -> SigningKey {
    let key = device_of(number);
    let device = NewDevice {
        key: key.key_id(),
        party: party.to_owned(),
        label: label.to_owned(),
        role: tangle::Role::Gateway,
        attributes: std::collections::BTreeMap::new(),
    };
    lab.node().register_device(device).unwrap();
    key
}

/// Uploads one block of a device with events.
fn upload(lab: &Lab, key: &SigningKey, events: &[Value]) -> Answer {
    let path = format!("/api/v1/tips?author={}", key.key_id());
    let tips = lab.get(Role::Gateway, &path).expect(200).json();
    let document = json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
            { "theriac": "urn:theriac:epcis:" }],
        "type": "EPCISDocument", "schemaVersion": "2.0",
        "creationDate": "2026-11-21T08:00:00Z", "epcisBody": { "eventList": events }
    });
    let read = parse_document(document.to_string().as_bytes()).unwrap();
    let item = |(at, event): (usize, &gs1::epcis::Event)| Item {
        salt: [u8::try_from(at).unwrap(); 16],
        media: Media::EPCIS_EVENT,
        body: event.canonical_json(),
    };
    let parents = tips["parents"].as_array().unwrap().iter();
    let parents = parents.map(|id| id.as_str().unwrap().parse().unwrap());
    let draft = Draft {
        kind: Kind::Events,
        epoch: 0,
        seq: tips["seq"].as_u64().unwrap(),
        prev: tips["prev"].as_str().map(|it| it.parse().unwrap()),
        parents: Parents::from_unsorted(parents).unwrap(),
        hlc: Hlc(tips["hlc"].as_str().unwrap().parse().unwrap()),
        anchor: None,
        items: read.events.iter().enumerate().map(item).collect(),
    };
    let block = draft.author(key, lab.node().network()).unwrap();
    let media = [("Content-Type", "application/cbor")];
    let sent = lab.ask(
        Role::Gateway,
        ("POST", "/api/v1/blocks"),
        &media,
        block.bytes(),
    );
    let receipts = sent.expect(200);
    assert_eq!(receipts.json()["receipts"][0]["status"], "recorded");
    receipts
}

fn event(more: &Value) -> Value {
    let mut event = json!({
        "type": "ObjectEvent", "action": "OBSERVE", "epcList": [],
        "eventTime": "2026-11-21T07:59:00Z", "eventTimeZoneOffset": "+00:00",
        "bizStep": "inspecting",
        "readPoint": { "id": format!("https://id.gs1.org/414/{WHOLESALER}") },
    });
    for (name, value) in more.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

fn told(lab: &Lab, role: Role, query: &str) -> Value {
    let path = format!("/api/v1/devices{query}");
    lab.get(role, &path).expect(200).json()
}

fn names(page: &Value) -> Vec<&str> {
    let devices = page["devices"].as_array().unwrap().iter();
    devices.map(|it| it["label"].as_str().unwrap()).collect()
}

/// Two gateways of the wholesaler, one of the maker, loggers in master data and in readings.
fn fleet() -> Lab {
    let lab = Lab::new();
    let dock = register(&lab, 1, WHOLESALER, "dock-1");
    register(&lab, 2, WHOLESALER, "dock-2");
    register(&lab, 3, MAKER, "line-1");
    let logger = json!([{ "type": "device", "id": "urn:dev:logger-1", "party": WHOLESALER,
        "kind": "logger", "calibrated_until_ms": NOW_MS + 10 * DAY_MS }]);
    lab.post(Role::Admin, "/api/v1/master-data", &logger)
        .expect(201);
    let gap = event(
        &json!({ "theriac:data_gap": { "source": "dock", "cause": "overflow",
        "from_ms": NOW_MS - 9_000, "to_ms": NOW_MS - 4_000, "lost": 120 },
        "theriac:clock": { "time_quality": "unsynchronised", "gateway": { "unix_ms": NOW_MS },
            "reader": { "clock": "utc", "offset_ms": 2_400 } } }),
    );
    let readings = |device: &str, percent: u8| {
        json!({ "sensorElementList": [{
            "sensorMetadata": { "deviceID": device, "time": "2026-11-21T07:58:00Z" },
            "sensorReport": [{ "type": "Temperature", "value": 5.2, "uom": "CEL" },
                { "type": "urn:theriac:sensor:battery", "value": percent, "uom": "P1" }] }],
            "epcList": ["https://id.gs1.org/00/395060000000000016"],
            "theriac:logger": { "feed": "usb", "device": device } })
    };
    let events = [
        gap,
        event(&readings("urn:dev:logger-1", 80)),
        event(&readings("urn:dev:sensor-9", 12)),
    ];
    upload(&lab, &dock, &events);
    lab
}

#[test]
fn what_records_tell_of_a_device_is_told_with_the_reasons_to_look_at_it() {
    let mut lab = fleet();
    let look = |lab: &Lab| told(lab, Role::Wholesaler, "");
    let page = look(&lab);
    assert_eq!(
        names(&page),
        ["dock-1", "dock-2", "urn:dev:logger-1", "urn:dev:sensor-9"]
    );
    assert_eq!((&page["total"], &page["attention"]), (&json!(4), &json!(3)));
    let dock = &page["devices"][0];
    let at = service::app::time_text;
    let expected = json!({
        "id": device_of(1).key_id().to_string(), "label": "dock-1", "kind": "gateway",
        "party": WHOLESALER, "party_name": "The wholesaler", "key": "active", "key_until": null,
        "enrolled_at": at(NOW_MS), "seen_at": at(NOW_MS), "blocks": 1, "observations": 3,
        "readings": 0,
        "gaps": { "count": 1, "lost": 120, "cause": "overflow", "from": at(NOW_MS - 9_000),
            "to": at(NOW_MS - 4_000) },
        "spool": { "count": 1, "lost": 120, "cause": "overflow", "from": at(NOW_MS - 9_000),
            "to": at(NOW_MS - 4_000) },
        "clock": { "synchronised": false, "offset_ms": 2_400, "at": "2026-11-21T07:59:00.000Z" },
        "battery": null, "calibrated_until": null, "attention": ["spool", "clock"],
    });
    assert_eq!(*dock, expected);
    assert_eq!(
        page["devices"][1]["attention"],
        json!([]),
        "enrolled a moment ago"
    );
    let logger = &page["devices"][2];
    assert_eq!(
        (&logger["kind"], &logger["key"]),
        (&json!("logger"), &Value::Null)
    );
    assert_eq!(logger["readings"], 1);
    assert_eq!(logger["attention"], json!(["calibration_due"]));
    let sensor = &page["devices"][3];
    assert_eq!(sensor["battery"]["milli"], 12_000);
    assert_eq!(sensor["attention"], json!(["battery"]));

    // The state that was folded and kept says the same after the node is started again.
    lab.stop();
    lab.start();
    assert_eq!(look(&lab), page);

    lab.world.advance(30 * DAY_MS);
    let later = look(&lab);
    let devices = later["devices"].as_array().unwrap().iter();
    let reasons: Vec<&Value> = devices.map(|it| &it["attention"]).collect();
    assert_eq!(
        reasons,
        [
            &json!(["silent", "clock"]),
            &json!(["never_seen"]),
            &json!(["silent", "calibration_over"]),
            &json!(["silent", "battery"]),
        ]
    );
}

#[test]
fn a_party_sees_its_own_devices_and_who_sees_everything_all() {
    let lab = fleet();
    for (role, expected) in [
        (Role::Manufacturer, 1),
        (Role::Pharmacy, 0),
        (Role::Wholesaler, 4),
        (Role::Admin, 5),
        (Role::Regulator, 5),
        (Role::Auditor, 5),
    ] {
        let page = told(&lab, role, "");
        assert_eq!(page["total"], expected, "{role}");
        assert_eq!(names(&page).len(), expected, "{role}");
    }
    assert_eq!(names(&told(&lab, Role::Manufacturer, "")), ["line-1"]);
    lab.get(Role::Gateway, "/api/v1/devices").expect(403);
}

#[test]
fn pages_hold_each_device_once_and_the_filter_only_those_that_need_attention() {
    let lab = fleet();
    let mut found = Vec::new();
    let mut query = "?per_page=2".to_owned();
    loop {
        let page = told(&lab, Role::Admin, &query);
        found.extend(names(&page).into_iter().map(ToOwned::to_owned));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        query = format!("?per_page=2&after={}", service::client::segment(next));
    }
    let whole = told(&lab, Role::Admin, "");
    assert_eq!(found, names(&whole));
    let some = told(&lab, Role::Admin, "?attention=true");
    assert_eq!(
        names(&some),
        ["dock-1", "urn:dev:logger-1", "urn:dev:sensor-9"]
    );
    assert_eq!((&some["total"], &some["attention"]), (&json!(5), &json!(3)));
    for bad in ["?after=nothing", "?attention=yes", "?per_page=x", "?more=1"] {
        lab.get(Role::Admin, &format!("/api/v1/devices{bad}"))
            .expect(400);
    }
    // A name of somebody else's device is no name for the maker.
    let theirs = format!("{WHOLESALER}/{}", device_of(1).key_id());
    let path = format!(
        "/api/v1/devices?after={}",
        service::client::segment(&theirs)
    );
    lab.get(Role::Manufacturer, &path).expect(400);
}
