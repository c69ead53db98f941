//! Exports as `HOBOware` writes them: the fixture when it is there, and ours.

use std::path::Path;

use super::*;

fn lines(log: &TableLog) -> Vec<String> {
    log.samples
        .iter()
        .map(|it| format!("{} {} {}", it.at_ms, it.value, it.measure.uom))
        .collect()
}

#[test]
fn the_example_is_read() {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        std::path::PathBuf::from,
    );
    let path = base.join("rfid/sensors/hobo_like.csv");
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("SKIPPED: {} is absent", path.display());
        return;
    };
    assert!(is_hobo(&bytes));
    let log = read(&bytes).unwrap();
    assert_eq!((log.device.as_str(), log.zone_minutes), ("20338010", 60));
    assert_eq!(
        lines(&log),
        [
            "1772434800000 4.52 CEL",
            "1772435100000 4.61 CEL",
            "1772435400000 8.44 CEL",
            "1772435700000 7.9 CEL",
        ]
    );
    assert_eq!(log.missing, 1, "the row at which the host was connected");
}

/// A header in Windows-1252, and the degree sign as it comes.
fn table(degree: &str, rows: &str) -> Vec<u8> {
    let text = format!(
        "\"#\",\"Date Time, GMT-05:00\",\"Temp, {degree}F (LGR S/N: 77, SEN S/N: 77)\",\
         \"RH, % (LGR S/N: 77, SEN S/N: 77)\"\r\n{rows}"
    );
    WINDOWS_1252.encode(&text).0.into_owned()
}

#[test]
fn units_hours_and_dates_are_found() {
    let rows: [(&str, &str, &[&str]); 4] = [
        (
            "\u{b0}",
            "1,03/02/26 01:00:00 PM,40.10,49.0\n2,03/02/26 01:05:00 PM,,\n",
            &["1772474400000 40.1 FAH", "1772474400000 49 P1"],
        ),
        (
            "?",
            "1,12/31/2025 23:59:59,40.10,\n",
            &["1767243599000 40.1 FAH"],
        ),
        // The thirteenth can only be a day: the whole file is day first.
        (
            "?",
            "1,02/03/2026 08:00:00,40,\n2,13/03/2026 08:00:00,41,\n",
            &["1772456400000 40 FAH", "1773406800000 41 FAH"],
        ),
        (
            "?",
            "1,2026-03-02 08:00:00,-4.0,\n",
            &["1772456400000 -4 FAH"],
        ),
    ];
    for (degree, text, expected) in rows {
        assert_eq!(lines(&read(&table(degree, text)).unwrap()), expected);
    }
}

#[test]
fn semicolons_decimal_commas_and_a_time_apart() {
    let text = "Plot Title: x\r\n#;Date;Time, GMT+00:00;Temp, \u{b0}C (LGR S/N: 5)\r\n\
        1;03/02/26;08:00:00;4,52\r\n";
    let log = read(text.as_bytes()).unwrap();
    assert_eq!(lines(&log), ["1772438400000 4.52 CEL"]);
}

#[test]
fn what_is_no_export_is_told() {
    for (text, expected) in [
        ("", "header"),
        ("a,b\n1,2\n", "header"),
        (
            "\"Date Time, GMT+99:00\",\"Temp, C (LGR S/N: 5)\"\n",
            "zone",
        ),
        (
            "\"Date Time, GMT+01:00\",\"Voltage, V (LGR S/N: 5)\"\n",
            "series",
        ),
        ("\"Date Time, GMT+01:00\",\"Temp, C\"\n", "serial"),
        (
            "\"Date Time, GMT+01:00\",\"Temp, C (LGR S/N: 5)\"\nyesterday,4\n",
            "row 2",
        ),
    ] {
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(!is_hobo(b"Device: Q-tag"));
}
