//! What becomes of measured values: batches, events, alarms, calibration, counting.

use gs1::Decimal;

use super::*;
use crate::source::Measure;

const DAY: i64 = 1_790_000_000_000;

fn sample(milli_c: i64, at_ms: i64) -> Sample {
    Sample::new(
        Measure::TEMPERATURE_CEL,
        Decimal::from_milli(milli_c),
        at_ms,
    )
}

fn kept(device: &str, sample: Sample) -> KeptSample {
    KeptSample {
        place: 0,
        device: device.to_owned(),
        sample,
        loose: false,
    }
}

fn place() -> Epc {
    Epc::parse("https://id.gs1.org/414/9521321000018/254/cold-2").unwrap()
}

fn told(batch: &SampleBatch, sensor: &Sensor) -> serde_json::Value {
    let read_point = place();
    let at = Where {
        feed: "cold-2",
        read_point: &read_point,
        bridge: &[1; 32],
        gateway: &Gateway::default(),
    };
    event(at, batch, sensor).unwrap().to_json()
}

#[test]
fn a_batch_waits_for_its_age_and_an_alarm_does_not() {
    let mut batcher = SampleBatcher::new(5_000);
    assert_eq!(batcher.add(kept("a", sample(4_000, 1)), false, 100), 0);
    assert_eq!(batcher.add(kept("a", sample(4_100, 2)), false, 4_000), 1);
    assert_eq!(batcher.add(kept("b", sample(9_000, 3)), true, 4_000), 2);
    let due = batcher.due(4_000, false);
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].device, "b");
    assert!(batcher.due(5_099, false).is_empty());
    let due = batcher.due(5_100, false);
    assert_eq!(
        due[0].samples.iter().map(|it| it.0).collect::<Vec<_>>(),
        [0, 1]
    );
    for at in 0..=EVENT_SAMPLES_MAX {
        batcher.restore(
            100 + u64::try_from(at).unwrap(),
            kept("c", sample(0, 0)),
            false,
            6_000,
        );
    }
    let sizes: Vec<usize> = batcher
        .due(6_000, false)
        .iter()
        .map(|it| it.samples.len())
        .collect();
    assert_eq!(sizes, [EVENT_SAMPLES_MAX, 1], "full at once, in two events");
    batcher.pace(10, None);
    batcher.add(kept("f", sample(0, 0)), false, 0);
    assert!(batcher.due(49_999, false).is_empty(), "ten times as long");
    assert_eq!(batcher.due(50_000, false).len(), 1);
    batcher.pace(1, Some(9_000));
    batcher.add(kept("f", sample(0, 0)), false, 0);
    let loose = KeptSample {
        loose: true,
        ..kept("g", sample(0, 0))
    };
    batcher.add(loose, false, 0);
    assert_eq!(batcher.due(8_999, false).len(), 1);
    assert_eq!(batcher.due(9_000, false)[0].loose.len(), 1);
    batcher.pace(1, None);
    batcher.restore(9_999, kept("e", sample(0, 0)), true, 6_000);
    assert_eq!(batcher.due(6_000, false).len(), 1, "urgent still");
    batcher.add(kept("d", sample(0, 0)), false, 6_000);
    assert_eq!(batcher.due(6_000, true).len(), 1);
}

#[test]
fn an_event_says_what_was_measured_and_what_it_is_worth() {
    let humidity = Sample {
        fault: true,
        channel: Some("2".to_owned()),
        ..Sample::new(
            Measure::HUMIDITY_P1,
            Decimal::parse("163.835").unwrap(),
            DAY + 50,
        )
    };
    let batch = SampleBatch {
        place: 0,
        device: "0102030405060708".to_owned(),
        samples: vec![
            (7, sample(4_500, DAY)),
            (8, sample(8_001, DAY + 100)),
            (9, humidity),
        ],
        loose: BTreeSet::new(),
    };
    let sensor = Sensor {
        certificate: Some("DKD-118".to_owned()),
        calibrated_until_ms: Some(DAY + 100),
        limits_milli_c: (Some(2_000), Some(8_000)),
        ..Sensor::default()
    };
    let json = told(&batch, &sensor);
    let element = &json["sensorElementList"][0];
    assert_eq!(
        element["sensorMetadata"]["deviceID"],
        "urn:dev:mac:0102030405060708"
    );
    let reports = element["sensorReport"].as_array().unwrap();
    let row = |at: usize, name: &str| reports[at].get(name).map(ToString::to_string);
    assert_eq!(row(0, "value").as_deref(), Some("4.5"));
    assert_eq!(row(0, "exception"), None);
    assert_eq!(row(1, "value").as_deref(), Some("8.001"));
    assert_eq!(row(1, "exception").as_deref(), Some("\"ALARM_CONDITION\""));
    assert_eq!(row(2, "type").as_deref(), Some("\"RelativeHumidity\""));
    assert_eq!(row(2, "exception").as_deref(), Some("\"ERROR_CONDITION\""));
    assert_eq!(
        row(2, "deviceID").as_deref(),
        Some("\"urn:dev:mac:0102030405060708#2\"")
    );
    let logger = &json["theriac:logger"];
    assert_eq!(logger["signature"], "absent");
    assert_eq!(logger["calibration"]["state"], "valid");
    assert_eq!(logger["calibration"]["certificate"], "DKD-118");
    let again = told(&batch, &sensor);
    assert_eq!(again["eventID"], json["eventID"]);
    let mut other = batch;
    other.samples[0].1 = sample(4_501, DAY);
    assert_ne!(told(&other, &sensor)["eventID"], json["eventID"]);
}

#[test]
fn calibration_has_an_end() {
    let sensor = |until| Sensor {
        calibrated_until_ms: until,
        ..Sensor::default()
    };
    for (until, at, state) in [
        (None, DAY, "unknown"),
        (Some(DAY), DAY, "valid"),
        (Some(DAY), DAY + 1, "expired"),
    ] {
        assert_eq!(calibration(&sensor(until), at)["state"], state);
    }
}

#[test]
fn limits_hold_in_every_unit() {
    let sensor = Sensor {
        limits_milli_c: (Some(2_000), Some(8_000)),
        ..Sensor::default()
    };
    let of = |text: &str, uom: &str| {
        let value = Decimal::parse(text).unwrap();
        Sample::new(Measure::new("Temperature", uom), value, DAY)
    };
    for (text, uom, alarm) in [
        ("8", "CEL", false),
        ("8.001", "CEL", true),
        ("1.999", "CEL", true),
        ("46.4", "FAH", false),
        ("46.5", "FAH", true),
        ("275.15", "KEL", false),
        ("275.14", "KEL", true),
        ("99", "P1", false),
    ] {
        assert_eq!(sensor.is_alarm(&of(text, uom)), alarm, "{text} {uom}");
    }
    assert!(!Sensor::default().is_alarm(&of("900", "CEL")), "no limits");
}

#[test]
fn devices_without_a_number_get_a_name() {
    assert_eq!(device_uri("f", "cbb8334C884F"), "urn:dev:mac:cbb8334c884f");
    assert_eq!(device_uri("f 1", "a/b"), "urn:x-theriac:sensor:f%201:a%2Fb");
}

#[test]
fn what_is_missing_in_a_count_is_told_once() {
    let mut sequences = Sequences::default();
    let mut heard = |sequence: u64, at_ms: i64| {
        let report = Report {
            device: "a".to_owned(),
            sequence: Some(sequence),
            at_ms,
            samples: Vec::new(),
        };
        sequences.heard(0, &report).map(|gap| {
            assert_eq!(gap.device.as_deref(), Some("a"));
            format!(
                "{} {}..{} {:?}",
                gap.cause.word(),
                gap.from_ms,
                gap.to_ms,
                gap.lost
            )
        })
    };
    let rows = [
        (100, 1, None),
        (101, 2, None),
        (105, 6, Some("missing 2..6 Some(3)")),
        // Late, and twice.
        (103, 7, None),
        (105, 8, None),
        (106, 9, None),
        (0, 10, Some("reset 9..10 None")),
        (1, 11, None),
        (500, 12, Some("missing 11..12 Some(498)")),
        (7, 13, Some("reset 12..13 None")),
    ];
    for (sequence, at_ms, expected) in rows {
        assert_eq!(heard(sequence, at_ms).as_deref(), expected, "{sequence}");
    }
    assert_eq!(sequences.get(0, "a").map(|it| it.sequence), Some(7));
    assert_eq!(sequences.get(1, "a"), None);
}

#[test]
fn values_that_came_at_quite_another_time_are_marked_with_both_times() {
    let gateway = Gateway {
        quality: timekeeping::Quality::Synchronised,
        unix_ms: DAY + 9,
        ..Gateway::default()
    };
    let mut batch = SampleBatch {
        place: 0,
        device: "a".to_owned(),
        samples: vec![(1, sample(4_000, DAY)), (2, sample(4_000, DAY - 7))],
        loose: BTreeSet::new(),
    };
    let read_point = place();
    let told = |batch: &SampleBatch| {
        let at = Where {
            feed: "cold-2",
            read_point: &read_point,
            bridge: &[1; 32],
            gateway: &gateway,
        };
        event(at, batch, &Sensor::default()).unwrap().to_json()
    };
    assert_eq!(told(&batch).get("theriac:clock"), None);
    batch.samples[1].1.at_ms = 5;
    batch.samples[1].1.arrived_ms = Some(DAY);
    let json = told(&batch);
    let expected = serde_json::json!({
        "time_quality": "synchronised",
        "gateway": { "unix_ms": DAY + 9 },
        "sensor": { "readings": 1, "first_ms": 5, "last_ms": 5,
            "arrived_first_ms": DAY, "arrived_last_ms": DAY },
    });
    assert_eq!(json["theriac:clock"], expected);
    let report = &json["sensorElementList"][0]["sensorReport"][1];
    assert_eq!(report["time"], "1970-01-01T00:00:00.005Z");
    // Its row survives the bridge, and one of an earlier bridge is read.
    let row = serde_json::to_value(&batch.samples[1].1).unwrap();
    assert_eq!(
        serde_json::from_value::<Sample>(row.clone()).unwrap(),
        batch.samples[1].1
    );
    let mut row = row;
    row.as_object_mut().unwrap().remove("arrived_ms");
    assert_eq!(
        serde_json::from_value::<Sample>(row).unwrap().arrived_ms,
        None
    );
}
