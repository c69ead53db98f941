//! Ruuvi's published vectors and ours, from the fixtures folder when it is there.

use std::path::Path;

use serde_json::Value;

use super::*;

#[test]
fn vectors() {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        std::path::PathBuf::from,
    );
    let path = base.join("rfid/sensors/ruuvi_rawv2.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is absent", path.display());
        return;
    };
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert!(rows.len() >= 6);
    for row in rows {
        let bytes = hex::decode(row["hex"].as_str().unwrap()).unwrap();
        let told = decode(&bytes);
        if let Some(error) = row.get("error") {
            assert_eq!(told.unwrap_err().to_string(), error.as_str().unwrap());
            continue;
        }
        let told = told.unwrap();
        let number = |value: Option<i64>| value.map_or(Value::Null, Value::from);
        let acceleration: Vec<Value> = told
            .acceleration_mg
            .iter()
            .map(|it| number(it.map(i64::from)))
            .collect();
        let pairs = [
            ("t_milli_c", number(told.temperature_milli_c.map(i64::from))),
            ("rh_ppm", number(told.humidity_ppm.map(i64::from))),
            ("p_pa", number(told.pressure_pa.map(i64::from))),
            ("acc_mg", Value::Array(acceleration)),
            ("batt_mv", number(told.battery_mv.map(i64::from))),
            ("tx_dbm", number(told.tx_dbm.map(i64::from))),
            ("moves", number(told.moves.map(i64::from))),
            ("seq", number(told.sequence.map(i64::from))),
            (
                "mac",
                told.address
                    .map_or(Value::Null, |it| hex::encode(it).into()),
            ),
        ];
        for (name, value) in pairs {
            let expected = match &row[name] {
                // "Nothing measured" may be told for all axes at once.
                Value::Null if name == "acc_mg" => Value::Array(vec![Value::Null; 3]),
                other => other.clone(),
            };
            assert_eq!(value, expected, "{name} of {}", row["hex"]);
        }
    }
}

#[test]
fn manufacturer_data_is_found_among_other_structures() {
    let rows: [(&str, Option<&str>); 7] = [
        ("02010603ff9904", Some("")),
        ("02010605ff99040512", Some("0512")),
        ("05ff99040512020106", Some("0512")),
        ("05ff4c000512", None),
        // A length that runs over the end, nothing, and a structure without a type.
        ("05ff9904", None),
        ("", None),
        ("0005ff99040512", Some("0512")),
    ];
    for (advertisement, expected) in rows {
        let bytes = hex::decode(advertisement).unwrap();
        let found = manufacturer_data(&bytes).map(hex::encode);
        assert_eq!(found.as_deref(), expected, "{advertisement}");
    }
}

#[test]
fn another_format_is_named() {
    let mut bytes = [0; 24];
    bytes[0] = 3;
    assert_eq!(decode(&bytes), Err(RuuviError::Format(3)));
}
