//! The maker's example and bad reads, from the fixtures folder when it is there; bounds of ours.

use std::path::Path;

use serde_json::Value;

use super::*;

fn word(value: &Value) -> Option<u16> {
    u16::from_str_radix(value.as_str()?, 16).ok()
}

#[test]
fn vectors() {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        std::path::PathBuf::from,
    );
    let path = base.join("rfid/sensors/magnus_s3.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is absent", path.display());
        return;
    };
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(rows.len() >= 4);
    for row in rows {
        let words = row["calibration_words_user_8_11"].as_array().unwrap();
        let words: Vec<u16> = words.iter().map(|it| word(it).unwrap()).collect();
        let calibration = Calibration::read(words.try_into().unwrap());
        let code = word(&row["temp_code_reserved_E"]).unwrap();
        let signal = word(&row["ocrssi_reserved_D"]);
        let told = calibration.and_then(|it| it.milli_c(code, signal));
        let Some(expected) = row["temperature_c"].as_f64() else {
            let said = told.unwrap_err().to_string();
            let expected = row["error"].as_str().unwrap();
            let start = expected.split(['(', ' ']).next().unwrap();
            assert!(said.contains(start), "{said} is not {expected}");
            continue;
        };
        let (decoded, calibration) = (&row["decoded"], calibration.unwrap());
        assert_eq!(decoded["code1"], calibration.code1);
        assert_eq!(decoded["temp1"], calibration.temp1);
        assert_eq!(decoded["code2"], calibration.code2);
        assert_eq!(decoded["temp2"], calibration.temp2);
        // The vector has four decimals, we keep three.
        let difference = f64::from(told.unwrap()) / 1000.0 - expected;
        assert!(difference.abs() < 0.000_51, "{told:?} is not {expected}");
    }
}

#[test]
fn rounding_is_half_away_from_zero_on_both_sides() {
    let calibration = Calibration {
        code1: 2_000,
        temp1: 800,
        code2: 2_008,
        temp2: 801,
    };
    // A tenth of a degree over eight codes: 12.5 thousandths a code.
    assert_eq!(calibration.milli_c(2_001, None), Ok(13));
    assert_eq!(calibration.milli_c(1_999, None), Ok(-13));
    let falling = Calibration {
        code1: 2_008,
        code2: 2_000,
        ..calibration
    };
    assert_eq!(falling.milli_c(2_007, Some(3)), Ok(13));
}

#[test]
fn what_cannot_be_is_refused() {
    let good = [0xc603, 0x9068, 0x9b3e, 0x5604];
    let calibration = Calibration::read(good).unwrap();
    for bit in 0..64 {
        let mut words = good;
        words[bit / 16] ^= 1 << (bit % 16);
        assert_eq!(
            Calibration::read(words),
            Err(MagnusError::Checksum),
            "bit {bit}"
        );
    }
    assert_eq!(calibration.milli_c(999, None), Err(MagnusError::Code(999)));
    assert_eq!(
        calibration.milli_c(3_501, None),
        Err(MagnusError::Code(3_501))
    );
    assert_eq!(
        calibration.milli_c(2_000, Some(2)),
        Err(MagnusError::Signal(2))
    );
}
