//! Events of our own make.

use serde_json::json;

use super::super::{Action, Event, EventKind, SensorElement, SensorMetadata, SensorReport};
use crate::cbv::{BizStep, Disposition};
use crate::{Decimal, Epc, Lot};

const TIME_MS: i64 = 1_772_348_400_000;

fn epc(text: &str) -> Epc {
    Epc::parse(text).unwrap()
}

fn pack(serial: &str) -> Epc {
    epc(&format!("https://id.gs1.org/01/09506000134352/21/{serial}"))
}

#[test]
fn a_commissioning_reads_back_as_it_was_built() {
    let event = Event::object(
        Action::Add,
        [pack("1"), pack("2")],
        TIME_MS,
        BizStep::Commissioning,
    )
    .with_event_id("urn:uuid:4bdbf090-d48d-49f3-9436-6c219c3ecb54")
    .with_time_zone_offset("-05:00")
    .with_disposition(&Disposition::Active)
    .with_read_point(&epc("urn:epc:id:sgln:9520123.45678.L1"))
    .with_biz_location(&epc("urn:epc:id:sgln:9520123.45678.0"))
    .with_biz_transaction(Some("po"), "urn:acme:po:1")
    .with_source("owning_party", &epc("urn:epc:id:pgln:9520123.45678"))
    .with_destination("location", &epc("urn:epc:id:sgln:9520123.45678.0"))
    .with_quantity(
        &epc("https://id.gs1.org/01/09506000134352"),
        Some(Decimal::from(3)),
        None,
    )
    .with_ilmd(
        &Lot::parse("LE850").unwrap(),
        chrono::NaiveDate::from_ymd_opt(2027, 12, 31).unwrap(),
    )
    .with_extension("thr", "https://example.com/thr/", "shift", json!(2))
    .build()
    .unwrap();
    assert_eq!(event.event_time_ms, TIME_MS);
    assert_eq!(
        event.to_json()["eventTime"],
        "2026-03-01T02:00:00.000-05:00"
    );
    assert_eq!(event.epcs(), [&pack("1"), &pack("2")]);
    assert_eq!(event.sources[0].type_, "owning_party");
    assert_eq!(event.ilmd.lot.as_ref().unwrap().as_str(), "LE850");
    assert_eq!(
        event.extension("https://example.com/thr/shift"),
        Some(&json!(2))
    );
    assert_eq!(Event::from_canonical(&event.canonical_json()), Ok(event));
}

#[test]
fn sensor_readings_keep_their_thousandths() {
    let element = SensorElement {
        metadata: SensorMetadata {
            device_id: Some("urn:epc:id:giai:4000001.111".to_owned()),
            start_time_ms: Some(TIME_MS),
            end_time_ms: Some(TIME_MS + 60_000),
            ..SensorMetadata::default()
        },
        reports: vec![
            SensorReport::temperature(-5, TIME_MS),
            SensorReport {
                exception: Some("ALARM_CONDITION".to_owned()),
                ..SensorReport::temperature(8_100, TIME_MS + 60_000)
            },
        ],
    };
    let place = epc("urn:epc:id:sgln:9520123.45678.0");
    let event = Event::object(Action::Observe, [], TIME_MS, BizStep::SensorReporting)
        .with_read_point(&place)
        .with_sensor_element(&element)
        .build()
        .unwrap();
    assert_eq!(event.sensor_elements, [element]);
    let reports = &event.sensor_elements[0].reports;
    let read: Vec<_> = reports
        .iter()
        .map(|one| one.milli_celsius(one.value.as_ref().unwrap()))
        .collect();
    assert_eq!(read, [Some(-5), Some(8_100)]);
    assert!(reports.iter().all(SensorReport::is_temperature));
}

#[test]
fn what_is_not_valid_cannot_be_built() {
    let parent = epc("urn:epc:id:sscc:952012.03456789123");
    let rows = [
        (
            "no children",
            Event::aggregation(Action::Add, &parent, [], TIME_MS, BizStep::Packing),
        ),
        (
            "ilmd on an observation",
            Event::object(Action::Observe, [pack("1")], TIME_MS, BizStep::Shipping).with_ilmd(
                &Lot::parse("A").unwrap(),
                chrono::NaiveDate::from_ymd_opt(2027, 12, 31).unwrap(),
            ),
        ),
        (
            "a time beyond the calendar",
            Event::object(Action::Add, [pack("1")], i64::MAX, BizStep::Packing),
        ),
        (
            "an offset that is none",
            Event::object(Action::Add, [pack("1")], TIME_MS, BizStep::Packing)
                .with_time_zone_offset("CET"),
        ),
        (
            "an identifier that is no uri",
            Event::object(
                Action::Add,
                [Epc::Other("x y".to_owned())],
                TIME_MS,
                BizStep::Packing,
            ),
        ),
        (
            "a foreign step that is no uri",
            Event::object(
                Action::Add,
                [pack("1")],
                TIME_MS,
                BizStep::Other("cooling".to_owned()),
            ),
        ),
        (
            "a report without type",
            Event::object(Action::Add, [pack("1")], TIME_MS, BizStep::Packing).with_sensor_element(
                &SensorElement {
                    reports: vec![SensorReport::default()],
                    ..SensorElement::default()
                },
            ),
        ),
    ];
    for (case, builder) in rows {
        assert!(builder.build().is_err(), "{case}");
    }
}

#[test]
fn an_event_without_id_is_named_by_its_content() {
    let build = |time_ms| {
        Event::aggregation(
            Action::Add,
            &epc("urn:epc:id:sscc:952012.03456789123"),
            [pack("1")],
            time_ms,
            BizStep::Packing,
        )
    };
    let event = build(TIME_MS).build().unwrap();
    assert!(matches!(&event.kind, EventKind::Aggregation(own) if own.child_epcs.len() == 1));
    let id = event.event_id_or_hash();
    assert!(
        id.starts_with("ni:///sha-256;") && id.ends_with("?ver=JCS"),
        "{id}"
    );
    let recorded = event.clone().with_record_time(TIME_MS + 5).unwrap();
    assert_eq!(recorded.record_time_ms, Some(TIME_MS + 5));
    assert_eq!(recorded.event_id_or_hash(), id);
    let declared = build(TIME_MS).with_error_declaration(TIME_MS, Some("did_not_occur"), &[]);
    assert_eq!(declared.build().unwrap().event_id_or_hash(), id);
    assert_ne!(build(TIME_MS + 1).build().unwrap().event_id_or_hash(), id);
    let named = event.with_event_id(&id).unwrap();
    assert_eq!(named.event_id_or_hash(), id);
    assert!(named.with_event_id("not a uri").is_err());
}
