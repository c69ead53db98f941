//! Genuine signed files (read from beside the checkout) and small files of our own for the shape.

use std::path::PathBuf;

use gs1::Epc;
use proptest::prelude::*;

use super::number::{milli_celsius, zone_minutes};
use super::*;

fn root() -> RootKey {
    RootKey::pinned().expect("the pinned root is a key")
}

/// The genuine files; `None`, loudly, where they are absent.
fn genuine() -> Option<PathBuf> {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let folder = base.join("rfid/berlinger");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {} is absent", folder.display());
    None
}

fn is_valid(bytes: &[u8]) -> bool {
    signature::check(bytes, &root()) == SignatureState::Valid
}

const SMALL: &str = "Device: Q-tag\r\nConf:\r\n Serial: 7\r\n Lot: L\r\n Zone: 5.50\r\n \
    Temp unit: F\r\nRes:\r\n MKT: 50.0\r\nHist:\r\n 1:\r\n  Date: 2024-02-29\r\n  \
    Min T: +32.0, TS Min T: 00:42\r\n  Max T: , TS Max T: --:--\r\n  Avrg T: +41.0\r\nData:\r\n\
    \tyyyy-MM-dd hh:mm\tT\tOut of limits\r\n\t2024-02-29 05:30\t+41.0\t\r\n\
    \t2024-02-29 05:40\t31.1\tx\r\n\t2024-02-29 05:50\t--.-\r\n";

#[test]
fn the_genuine_files_are_read_and_their_signatures_hold() {
    let Some(folder) = genuine() else { return };
    let text = std::fs::read(folder.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let files = expected["files"].as_array().unwrap();
    assert_eq!(files.len(), 4);
    for wanted in files {
        let name = wanted["file"].as_str().unwrap();
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let file = read(&bytes, &root()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(file.signature, SignatureState::Valid, "{name}");
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
        assert_eq!(Some(file.lot.as_str()), wanted["lot"].as_str(), "{name}");
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
        assert!(!file.readings.is_empty() || !file.days.is_empty(), "{name}");
        if let Some(mean) = wanted["device_mkt_c"].as_str() {
            assert_eq!(
                milli_celsius(mean, TemperatureUnit::Celsius),
                file.kinetic_mean_milli_c
            );
            let mean = wanted["avg"].as_str().unwrap();
            assert_eq!(
                milli_celsius(mean, TemperatureUnit::Celsius),
                file.mean_milli_c
            );
        }
    }
}

/// Every byte with one bit changed, another bit for each place; then with the bit changed that is
/// the case of a letter or hex digit.
fn no_byte_can_be_changed(name: &str) {
    let Some(folder) = genuine() else { return };
    let good = std::fs::read(folder.join(name)).unwrap();
    assert!(is_valid(&good), "{name}");
    for at in 0..good.len() {
        let mut bytes = good.clone();
        for change in [1 << (at % 8), 0x20] {
            bytes[at] = good[at] ^ change;
            assert!(!is_valid(&bytes), "{name}: byte {at} xor {change:#x}");
        }
    }
}

#[test]
fn no_byte_of_a_genuine_file_can_be_changed() {
    no_byte_can_be_changed("fridgetag2_130400191544.txt");
}

#[test]
fn no_byte_of_a_second_file_can_be_changed_slow() {
    no_byte_can_be_changed("qtag_RCPJ00010_02.txt");
}

#[test]
fn the_long_file_is_guarded_from_end_to_end() {
    let Some(folder) = genuine() else { return };
    let good = std::fs::read(folder.join("fridgetag2L_130500109088.txt")).unwrap();
    for at in (0..good.len()).step_by(4_999) {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        assert!(!is_valid(&bytes), "byte {at}");
    }
}

#[test]
fn cuts_additions_and_conversions_are_found() {
    let Some(folder) = genuine() else { return };
    let good = std::fs::read(folder.join("fridgetag2_130400191544.txt")).unwrap();
    for end in 0..good.len() {
        assert!(!is_valid(&good[..end]), "cut at {end}");
    }
    for start in (1..good.len()).step_by(7) {
        assert!(!is_valid(&good[start..]), "beginning at {start}");
    }
    let text = String::from_utf8(good).unwrap();
    let signed = text.lines().last().unwrap();
    let rows = [
        (text.replace("\r\n", "\n"), "converted"),
        (text.replace("\r\n", "\r"), "converted"),
        (text.replace("\r\n", "\r\r\n"), "converted"),
        (format!("{text}\r\n"), "complete"),
        (format!("{text} "), "complete"),
        (format!("{text}{signed}\r\n"), "complete"),
        (format!("\u{feff}{text}"), "content"),
        (format!("\r\n{text}"), "content"),
        (text.replacen("Serial: ", "Serial:  ", 1), "content"),
        (text.replacen("Issuer: B", "Issuer: b", 1), "certificate"),
        (
            text.replace(signed, &signed.replace("Sig: ", "Sig: 00")),
            "hex",
        ),
        (
            text.replace(signed, &signed.to_uppercase().replace("SIG", "Sig")),
            "hex",
        ),
        (text.replace(" Public Key: ", " Public Key: zz"), "hex"),
    ];
    for (changed, expected) in rows {
        let SignatureState::Invalid(fault) = signature::check(changed.as_bytes(), &root()) else {
            panic!("{expected}: not found")
        };
        assert!(
            fault.to_string().contains(expected),
            "{fault} is not {expected}"
        );
    }
}

#[test]
fn a_certificate_of_another_file_certifies_only_its_lot() {
    let Some(folder) = genuine() else { return };
    let load = |name: &str| String::from_utf8(std::fs::read(folder.join(name)).unwrap()).unwrap();
    let (one, other) = (
        load("fridgetag2_130400191544.txt"),
        load("qtag_RCPJ00010_02.txt"),
    );
    let (_, tail) = other.rsplit_once("\r\nCert:").unwrap();
    let (head, _) = one.rsplit_once("\r\nCert:").unwrap();
    let grafted = format!("{head}\r\nCert:{tail}");
    assert_eq!(
        signature::check(grafted.as_bytes(), &root()),
        SignatureState::Invalid(Fault::Content)
    );
    // A file of the same lot: the certificate is right, the signature is another file's.
    let same_lot = load("fridgetag2_130400191542.txt");
    let line = same_lot.lines().last().unwrap();
    let swapped = one.replace(one.lines().last().unwrap(), line);
    assert_eq!(
        signature::check(swapped.as_bytes(), &root()),
        SignatureState::Invalid(Fault::Content)
    );
}

#[test]
fn another_root_certifies_nothing() {
    // The generator of P-256 (SEC 2, 2.4.2), as good a public key as any.
    let generator = concat!(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    );
    let other: RootKey = generator.parse().unwrap();
    for wrong in [
        "",
        "04",
        "zz",
        &generator.replace("51f5", "51f6"),
        generator.trim_start_matches("04"),
    ] {
        assert!(wrong.parse::<RootKey>().is_err(), "{wrong}");
    }
    let Some(folder) = genuine() else { return };
    let bytes = std::fs::read(folder.join("qtag_RCPJ00010_02.txt")).unwrap();
    assert_eq!(
        signature::check(&bytes, &other),
        SignatureState::Invalid(Fault::Certificate)
    );
}

#[test]
fn zone_unit_and_gaps_are_heeded() {
    let file = read(SMALL.as_bytes(), &root()).unwrap();
    assert_eq!(file.signature, SignatureState::Absent);
    assert_eq!((file.device.as_str(), file.serial.as_str()), ("Q-tag", "7"));
    assert_eq!(
        (file.zone_minutes, file.unit),
        (330, TemperatureUnit::Fahrenheit)
    );
    assert_eq!(file.kinetic_mean_milli_c, Some(10_000));
    let readings: Vec<_> = file
        .readings
        .iter()
        .map(|reading| (reading.milli_c, reading.out_of_limits))
        .collect();
    assert_eq!(readings, [(5_000, false), (-500, true)]);
    assert_eq!(
        file.missing.len(),
        1,
        "the device wrote the time but no temperature"
    );
    let [day] = file.days.as_slice() else {
        panic!("{:?}", file.days)
    };
    assert_eq!(
        (day.min_milli_c, day.max_milli_c, day.mean_milli_c),
        (Some(0), None, Some(5_000))
    );
}

#[test]
fn what_cannot_be_read_is_named_with_its_line() {
    let row = |row: &str| SMALL.replace("2024-02-29 05:30\t+41.0", row);
    let rows = [
        (String::new(), "not a logger file"),
        ("Hello\r\n".to_owned(), "not a logger file"),
        (
            "Device: X\r\nConf:\r\n".to_owned(),
            "line 2: no serial number",
        ),
        (row("2023-02-29 05:30\t41.0"), "line 17: a reading's time"),
        (row("2024-02-29 5:30\t41.0"), "line 17: a reading's time"),
        (row("2024-02-29 05:30\twarm"), "line 17: not a temperature"),
        (
            SMALL.replace("2024-02-29 05:30\t+41.0\t", "2024-02-29 05:30"),
            "line 17: a reading without",
        ),
        (SMALL.replace("5.50", "east"), "the zone is not"),
        (
            SMALL.replace("unit: F", "unit: K"),
            "line 6: unknown temperature unit",
        ),
        (
            SMALL.replace("2024-02-29\r\n  Min", "2024-13-29\r\n  Min"),
            "line 11: the day",
        ),
        (
            SMALL.replace("  Date: 2024-02-29\r\n", ""),
            "statistics before the day",
        ),
    ];
    for (text, expected) in rows {
        let error = read(text.as_bytes(), &root())
            .expect_err(expected)
            .to_string();
        assert!(error.contains(expected), "{error} is not {expected}");
    }
    let large = vec![b'x'; FILE_BYTES_MAX + 1];
    assert!(matches!(
        read(&large, &root()),
        Err(LoggerError::TooLarge(_))
    ));
}

#[test]
fn numbers_are_exact() {
    let celsius = [
        ("4.4", Some(4_400)),
        ("+8.0", Some(8_000)),
        ("-0.5", Some(-500)),
        ("-7.25", Some(-7_250)),
        ("0", Some(0)),
        ("999", Some(999_000)),
        ("", None),
        (".5", None),
        ("5.", None),
        ("--", None),
        ("+-1", None),
        ("1e3", None),
        ("1.2345", None),
        ("10000", None),
        ("9999", None),
        ("\u{661}", None),
    ];
    for (text, expected) in celsius {
        assert_eq!(
            milli_celsius(text, TemperatureUnit::Celsius),
            expected,
            "{text:?}"
        );
    }
    let fahrenheit = [
        ("32", 0),
        ("-40", -40_000),
        ("212.0", 100_000),
        ("31.1", -500),
        ("0", -17_778),
    ];
    for (text, expected) in fahrenheit {
        assert_eq!(
            milli_celsius(text, TemperatureUnit::Fahrenheit),
            Some(expected),
            "{text:?}"
        );
    }
    let zones = [
        ("0.00", Some(0)),
        ("1.00", Some(60)),
        ("-3.50", Some(-210)),
        ("5.30", Some(330)),
        ("5.75", Some(345)),
        ("5.45", Some(345)),
        ("14.00", Some(840)),
        ("14.50", None),
        ("5.10", None),
        ("x", None),
        ("", None),
    ];
    for (text, expected) in zones {
        assert_eq!(zone_minutes(text), expected, "{text:?}");
    }
}

#[test]
fn readings_become_events_that_name_the_file() {
    let file = read(SMALL.as_bytes(), &root()).unwrap();
    let context = epcis::Context {
        subject: Some(Epc::parse("urn:epc:id:sscc:9521321.0000000001").unwrap()),
        read_point: Some(Epc::parse("https://id.gs1.org/414/9521321000018").unwrap()),
        device_id: None,
        sensor: None,
    };
    let events = epcis::events(&file, &context).unwrap();
    let [event] = events.as_slice() else {
        panic!("{} events", events.len())
    };
    let json = event.to_json();
    assert_eq!(json["bizStep"], "sensor_reporting");
    assert_eq!(json["eventTimeZoneOffset"], "+05:30");
    assert_eq!(json["theriac:logger"]["signature"], "absent");
    let metadata = &json["sensorElementList"][0]["sensorMetadata"];
    let hash = format!("ni:///sha-256;{}", hex::encode(file.sha256));
    assert_eq!(metadata["rawData"], serde_json::json!(hash));
    assert_eq!(metadata["deviceID"], "urn:x-berlinger:serial:7");
    let [element] = event.sensor_elements.as_slice() else {
        panic!("{json}")
    };
    // 05:30 local at +05:30 is midnight UTC on 29 February 2024.
    let midnight = 1_709_164_800_000;
    assert_eq!(element.metadata.start_time_ms, Some(midnight));
    assert_eq!(element.metadata.end_time_ms, Some(midnight + 600_000));
    let reports: Vec<_> = element
        .reports
        .iter()
        .map(|report| {
            let milli = report
                .value
                .as_ref()
                .and_then(|value| report.milli_celsius(value));
            (report.time_ms, milli, report.exception.as_deref())
        })
        .collect();
    assert_eq!(
        reports,
        [
            (Some(midnight), Some(5_000), None),
            (
                Some(midnight + 600_000),
                Some(-500),
                Some("ALARM_CONDITION")
            ),
        ]
    );
    let again = epcis::events(&file, &context).unwrap();
    assert_eq!(again[0].canonical_json(), event.canonical_json());
}

#[test]
fn every_reading_of_a_genuine_file_is_in_some_event() {
    let Some(folder) = genuine() else { return };
    let counts = [
        ("fridgetag2L_130500109088.txt", 11, 10_653),
        ("qtag_RCPJ00010_02.txt", 1, 124),
        ("fridgetag2_130400191542.txt", 1, 60),
        ("fridgetag2_130400191544.txt", 1, 4),
    ];
    for (name, events, reports) in counts {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let file = read(&bytes, &root()).unwrap();
        let made = epcis::events(&file, &epcis::Context::default()).unwrap();
        let told = made.iter().flat_map(|event| &event.sensor_elements);
        let told: usize = told.map(|element| element.reports.len()).sum();
        assert_eq!((made.len(), told), (events, reports), "{name}");
        assert!(
            made.iter()
                .all(|event| event.canonical_json().len() < 200_000),
            "{name}"
        );
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _said = signature::check(&bytes, &root());
        let _said = read(&bytes, &root());
    }

    #[test]
    fn no_lines_make_it_panic(
        lines in "(Conf:|Data:|Hist:|Res:|Sig: |Sig Cert: |Cert:| Public Key: |\t[0-9:. -]{0,20}\t|[ -~]{0,30}|\r\n){0,40}"
    ) {
        let text = format!("Device: {lines}");
        let _said = read(text.as_bytes(), &root());
    }
}
