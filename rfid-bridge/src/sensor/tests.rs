//! Real signed logger files (read from beside the checkout), and files of our own for the shape.

use std::path::{Path, PathBuf};

use gs1::Epc;

use super::seal::{Fault, Seal, TrustAnchor};
use super::{LoggerError, Trip, berlinger, events};

fn root() -> TrustAnchor {
    TrustAnchor::pinned().expect("the pinned root is a key")
}

fn shared() -> Option<PathBuf> {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let dir = base.join("rfid/berlinger");
    if dir.is_dir() {
        return Some(dir);
    }
    eprintln!("SKIPPED: {} is absent", dir.display());
    None
}

const SMALL: &str = "Device: Q-tag\r\nConf:\r\n Serial: 7\r\n Zone: 5.50\r\n Temp unit: F\r\n \
    Logging Interval: 10\r\n MKT Energy: 83.0\r\nRes:\r\n MKT: 50.0\r\nData:\r\n\
    \tyyyy-MM-dd hh:mm\tT\tOut of limits\r\n\t2024-02-29 05:30\t+41.0\t\r\n\
    \t2024-02-29 05:40\t31.1\tx\r\n";

#[test]
fn the_real_files_are_read_and_their_seals_hold() {
    let Some(dir) = shared() else { return };
    let expected = std::fs::read(dir.join("expected.json")).expect("the expectations");
    let expected: serde_json::Value = serde_json::from_slice(&expected).expect("JSON");
    let files = expected["files"].as_array().expect("files");
    assert_eq!(files.len(), 4);
    for wanted in files {
        let name = wanted["file"].as_str().expect("a name");
        let bytes = std::fs::read(dir.join(name)).expect("a file");
        let file = berlinger::parse(&bytes, &root()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(file.seal, Seal::Valid, "{name}");
        assert_eq!(
            Some(file.device.as_str()),
            wanted["device"].as_str(),
            "{name}"
        );
        assert_eq!(
            Some(file.serial.as_str()),
            wanted["serial"].as_str(),
            "{name}"
        );
        assert_eq!(file.lot.as_deref(), wanted["lot"].as_str(), "{name}");
        assert_eq!(
            Some(file.readings.len() as u64),
            wanted["data_points"].as_u64(),
            "{name}"
        );
        assert_eq!(
            Some(hex::encode(file.sha256).as_str()),
            wanted["sha256"].as_str(),
            "{name}"
        );
        if let Some(mkt) = wanted["device_mkt_c"].as_str() {
            assert_eq!(mkt, "10.5");
            assert_eq!(file.device_mkt_milli_c, Some(10_500));
            assert_eq!(file.device_average_milli_c, Some(5_400));
            assert_eq!(file.mkt_energy_j_mol, Some(83_000));
        }
    }
}

#[test]
fn no_byte_of_a_real_file_can_be_changed() {
    let Some(dir) = shared() else { return };
    let good = std::fs::read(dir.join("fridgetag2_130400191544.txt")).expect("the smallest file");
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        assert_ne!(Seal::of(&bytes, &root()), Seal::Valid, "byte {at}");
        bytes[at] = good[at] ^ 0x20;
        assert_ne!(Seal::of(&bytes, &root()), Seal::Valid, "byte {at}, case");
    }
    let text = String::from_utf8(good.clone()).expect("ASCII");
    for changed in [
        text.replace("\r\n", "\n"),
        format!("{text}\r\n"),
        format!("\r\n{text}"),
        text[..text.len() - 3].to_owned(),
        text.replacen("Serial: ", "Serial:  ", 1),
    ] {
        assert_ne!(
            Seal::of(changed.as_bytes(), &root()),
            Seal::Valid,
            "{changed:.80}"
        );
    }
    for end in 0..good.len() - 2 {
        assert_ne!(Seal::of(&good[..end], &root()), Seal::Valid, "cut at {end}");
    }
}

#[test]
fn another_root_certifies_nothing() {
    let Some(dir) = shared() else { return };
    let bytes = std::fs::read(dir.join("qtag_RCPJ00010_02.txt")).expect("a file");
    let mut generator = hex::decode(concat!(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    ))
    .expect("the generator of P-256");
    let other = TrustAnchor::from_sec1(&generator).expect("a point");
    assert_eq!(
        Seal::of(&bytes, &other),
        Seal::Invalid {
            why: Fault::Certificate
        }
    );
    generator[64] ^= 1;
    assert_eq!(TrustAnchor::from_sec1(&generator), None, "not on the curve");
}

#[test]
fn zone_unit_and_interval_are_heeded() {
    let file = berlinger::parse(SMALL.as_bytes(), &root()).expect("readable");
    assert_eq!(file.seal, Seal::Absent);
    assert_eq!((file.zone_minutes, file.interval_s), (330, Some(600)));
    assert_eq!(file.device_mkt_milli_c, Some(10_000));
    let readings: Vec<_> = file
        .readings
        .iter()
        .map(|r| (r.time_ms, r.milli_c, r.out_of_limits))
        .collect();
    let midnight = 1_709_164_800_000;
    assert_eq!(
        readings,
        [(midnight, 5_000, false), (midnight + 600_000, -500, true)]
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let row = |row: &str| SMALL.replace("2024-02-29 05:30\t+41.0", row);
    let line = |line, expected| LoggerError::Line { line, expected };
    let cases = [
        (String::new(), LoggerError::Missing { field: "Device" }),
        (
            "Device: X\r\nConf:\r\n".into(),
            LoggerError::Missing { field: "Serial" },
        ),
        (
            row("2023-02-29 05:30\t41.0"),
            line(12, "a time and a temperature"),
        ),
        (
            row("2024-02-29 05:30\twarm"),
            line(12, "a time and a temperature"),
        ),
        (
            row("2024-02-29 05:30"),
            line(12, "a time and a temperature"),
        ),
        (SMALL.replace("5.50", "east"), line(4, "hours from UTC")),
        (
            SMALL.replace("Interval: 10", "Interval: ten"),
            line(6, "whole minutes"),
        ),
        (SMALL.replace("Q-tag", "\0"), line(1, "text")),
    ];
    for (text, expected) in cases {
        assert_eq!(
            berlinger::parse(text.as_bytes(), &root()),
            Err(expected),
            "{text:?}"
        );
    }
}

#[test]
fn readings_become_events_that_name_the_file() {
    let file = berlinger::parse(SMALL.as_bytes(), &root()).expect("readable");
    let trip = Trip {
        about: vec![Epc::parse("https://id.gs1.org/00/095060001343520000").expect("an SSCC")],
        device_id: "https://id.gs1.org/8004/9506000LOGGER7".into(),
        read_point: None,
    };
    let made = events(&file, &trip).expect("valid events");
    assert_eq!(made.len(), 1);
    let json = made[0].to_json();
    let element = &json["sensorElementList"][0];
    let raw = element["sensorMetadata"]["rawData"]
        .as_str()
        .expect("rawData");
    assert_eq!(raw, format!("ni:///sha-256;{}", hex::encode(file.sha256)));
    let reports = element["sensorReport"].as_array().expect("reports");
    assert_eq!(reports.len(), 2);
    assert_eq!(reports[1]["exception"], "ALARM_CONDITION");
    assert_eq!(reports[1]["value"], serde_json::json!(-0.5));
    assert_eq!(
        made,
        events(&file, &trip).expect("again"),
        "the same file gives the same events"
    );
    let bad = Trip {
        device_id: "no uri".into(),
        ..trip
    };
    assert!(events(&file, &bad).is_err());
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _outcome = berlinger::parse(&bytes, &root());
    }

    #[test]
    fn no_lines_make_it_panic(lines in "(Conf:|Data:|Sig: |Cert:|\t[0-9:. -]{0,20}\t|[ -~]{0,30}|\r\n){0,40}") {
        let _outcome = berlinger::parse(lines.as_bytes(), &root());
    }
}
