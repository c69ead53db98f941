//! Tables as makers' software writes them: character sets, decimal signs, dates, gaps.

use super::*;

fn format(text: &str) -> TableFormat {
    let format: TableFormat = toml::from_str(text).unwrap();
    assert_eq!(format.fault(), None);
    format
}

const GERMAN: &str = r#"
    encoding = "windows-1252"
    delimiter = ";"
    decimal = ","
    header = "Datum"
    time = "Datum"
    time_of_day = "Uhrzeit"
    pattern = "%d.%m.%Y %H:%M"
    zone = "+01:00"
    device_row = "Seriennummer"
    missing = ["---"]
    [[column]]
    name = "Temperatur"
    type = "Temperature"
    uom = "CEL"
    [[column]]
    name = "Feuchte"
    type = "RelativeHumidity"
    uom = "P1"
"#;

fn lines(log: &TableLog) -> Vec<String> {
    log.samples
        .iter()
        .map(|it| {
            format!(
                "{} {} {} {}",
                it.at_ms, it.measure.type_, it.value, it.measure.uom
            )
        })
        .collect()
}

#[test]
fn a_german_table_in_windows_1252() {
    let text = "Ger\u{e4}t;Logger\r\nSeriennummer;A-17\r\n\r\n\
        Datum;Uhrzeit;Temperatur [\u{b0}C];Feuchte [%]\r\n\
        02.03.2026;08:00;-04,50;49\r\n02.03.2026;08:05;---;49,5\r\n;;;\r\n";
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let log = format(GERMAN).read(&bytes).unwrap();
    assert_eq!(
        (log.device.as_str(), log.zone_minutes, log.missing),
        ("A-17", 60, 1)
    );
    assert_eq!(
        lines(&log),
        [
            "1772434800000 Temperature -4.5 CEL",
            "1772434800000 RelativeHumidity 49 P1",
            "1772435100000 RelativeHumidity 49.5 P1",
        ]
    );
    // The same text with the mark of UTF-16 is the same table with another hash.
    let wide: Vec<u8> = "\u{feff}"
        .chars()
        .chain(text.chars())
        .flat_map(|it| u16::try_from(u32::from(it)).unwrap().to_le_bytes())
        .collect();
    let again = format(GERMAN).read(&wide).unwrap();
    assert_eq!(lines(&again), lines(&log));
    assert_ne!(again.sha256, log.sha256);
}

const PLAIN: &str = r#"
    time = "t"
    pattern = "%Y-%m-%dT%H:%M:%S"
    zone = "-03:30"
    device = "x"
    [[column]]
    name = "v"
    type = "Temperature"
    uom = "KEL"
"#;

#[test]
fn what_is_wrong_is_told_with_its_row() {
    let rows: [(&[u8], &str); 8] = [
        (b"t,v\n2026-03-02T08:00:00,277.65\n", "ok 1772451000000"),
        (
            b"t,v\n\n2026-03-02T08:00:00,\"277.65\"\n",
            "ok 1772451000000",
        ),
        (
            b"t,v\n2026-03-02T08:00:00,warm\n",
            "row 2: \"warm\" is no number",
        ),
        (
            b"t,v\n2026-03-02T08:00:00,1\n2026-03-02,1\n",
            "row 3: \"2026-03-02\" is no time",
        ),
        (b"t,w\n2026-03-02T08:00:00,1\n", "no column \"v\""),
        (b"", "no header row"),
        (b"t,v\n2026-03-02T08:00:00,\xe9\n", "the file is not UTF-8"),
        (b"t,v\n2026-03-02T08:00:00\n", "missing 1"),
    ];
    for (bytes, expected) in rows {
        let told = match format(PLAIN).read(bytes) {
            Ok(log) if log.missing > 0 => format!("missing {}", log.missing),
            Ok(log) => format!("ok {}", log.samples[0].at_ms),
            Err(error) => error.to_string(),
        };
        assert!(told.starts_with(expected), "{told} is not {expected}");
    }
    let large = vec![b'x'; FILE_BYTES_MAX + 1];
    assert_eq!(format(PLAIN).read(&large), Err(TableError::TooLarge));
}

#[test]
fn formats_that_cannot_be_are_named() {
    for (from, to, expected) in [
        ("\"windows-1252\"", "\"klingon\"", "encoding"),
        ("\"+01:00\"", "\"CET\"", "zone"),
        ("\"%d.%m.%Y %H:%M\"", "\"%Q\"", "pattern"),
        ("decimal = \",\"", "decimal = \";\"", "decimal"),
        ("device_row = \"Seriennummer\"", "", "device"),
        (
            "\"Temperature\"",
            "\"temp\"",
            "did you mean \"Temperature\"",
        ),
        ("\"CEL\"", "\"Celsius\"", "did you mean \"CEL\""),
    ] {
        let format: TableFormat = toml::from_str(&GERMAN.replace(from, to)).unwrap();
        let fault = format.fault().expect(expected);
        assert!(fault.contains(expected), "{fault}");
    }
}

#[test]
fn columns_of_one_kind_are_probes_by_their_names() {
    let second = "[[column]]\nname = \"w\"\ntype = \"Temperature\"\nuom = \"CEL\"\n";
    let format = format(&format!("{PLAIN}{second}"));
    let log = format.read(b"t,v,w\n2026-03-02T08:00:00,277,4\n").unwrap();
    let told: Vec<Option<&str>> = log.samples.iter().map(|it| it.channel.as_deref()).collect();
    assert_eq!(told, [Some("v"), Some("w")]);
}

#[test]
fn numbers_and_zones() {
    let rows = [
        ("4,5", ',', Some("4.5")),
        ("-04,50", ',', Some("-4.5")),
        ("+0.0", '.', Some("0")),
        (",5", ',', Some("0.5")),
        ("\u{2212}7", '.', Some("-7")),
        ("4,5", '.', None),
        ("1.234,5", ',', None),
        ("4.", '.', None),
        ("", '.', None),
        ("-", '.', None),
        ("1e3", '.', None),
    ];
    for (cell, decimal, expected) in rows {
        let told = number(cell, decimal).map(|it| it.to_string());
        assert_eq!(told.as_deref(), expected, "{cell}");
    }
    for (zone, minutes) in [
        ("+01:00", Some(60)),
        ("-0330", Some(-210)),
        ("+9", Some(540)),
        ("+15:00", None),
        ("+01:60", None),
        ("01:00", None),
        ("+", None),
        ("", None),
    ] {
        assert_eq!(zone_minutes(zone), minutes, "{zone}");
    }
}
