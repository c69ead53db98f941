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
    let log = read(&bytes, Some(DateOrder::Mdy)).unwrap();
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
    let mdy = Some(DateOrder::Mdy);
    let rows: [(&str, &str, Option<DateOrder>, &[&str]); 4] = [
        (
            "\u{b0}",
            "1,03/02/26 01:00:00 PM,40.10,49.0\n2,03/02/26 01:05:00 PM,,\n",
            mdy,
            &["1772474400000 40.1 FAH", "1772474400000 49 P1"],
        ),
        (
            "?",
            "1,12/31/2025 23:59:59,40.10,\n",
            None,
            &["1767243599000 40.1 FAH"],
        ),
        // The thirteenth can only be a day: the whole file is day first.
        (
            "?",
            "1,02/03/2026 08:00:00,40,\n2,13/03/2026 08:00:00,41,\n",
            None,
            &["1772456400000 40 FAH", "1773406800000 41 FAH"],
        ),
        (
            "?",
            "1,2026-03-02 08:00:00,-4.0,\n",
            None,
            &["1772456400000 -4 FAH"],
        ),
    ];
    for (degree, text, order, expected) in rows {
        assert_eq!(lines(&read(&table(degree, text), order).unwrap()), expected);
    }
}

/// Readings every ten minutes from midnight of the fifth of a month, each date written by `date`.
fn every_ten_minutes(count: usize, hours: &str, date: impl Fn(usize) -> String) -> String {
    let start = chrono::NaiveTime::MIN;
    let row = |at: usize| {
        let minutes = i64::try_from(at % 144 * 10).unwrap();
        let time = start + chrono::TimeDelta::minutes(minutes);
        format!("{at},{} {},5.0,\n", date(5 + at / 144), time.format(hours))
    };
    (0..count).map(row).collect()
}

#[test]
fn the_order_of_a_date_is_that_of_even_steps() {
    let noon = "%I:%M:%S %p";
    let of_day = "%H:%M:%S";
    // 2026-11-05, 2026-05-05 and 2005-11-26, midnight five hours behind UTC.
    let (november, may) = (1_793_854_800_000, 1_777_957_200_000);
    let british = |day: usize| format!("{day:02}/11/26");
    let american = |day: usize| format!("05/{day:02}/26");
    for hours in [noon, of_day] {
        for (text, first) in [
            (every_ten_minutes(432, hours, british), november),
            (every_ten_minutes(432, hours, american), may),
        ] {
            let log = read(&table("?", &text), None).unwrap();
            let times: Vec<i64> = log.samples.iter().map(|it| it.at_ms).collect();
            let even: Vec<i64> = (0..432).map(|at| first + at * 600_000).collect();
            assert_eq!(times, even, "{hours}");
        }
        // Within one day both are as even, and each is read when it is told.
        let text = every_ten_minutes(144, hours, british);
        let error = read(&table("?", &text), None).unwrap_err().to_string();
        assert!(error.contains("\"05/11/26 "), "{error}");
        assert!(error.contains("date_order = \"dmy\""), "{error}");
        let may_11 = may + 6 * 86_400_000;
        for (order, first) in [(DateOrder::Dmy, november), (DateOrder::Mdy, may_11)] {
            let log = read(&table("?", &text), Some(order)).unwrap();
            assert_eq!(log.samples[0].at_ms, first, "{order:?} {hours}");
        }
    }
}

#[test]
fn each_probe_is_a_series_of_its_own() {
    let text = |first: &str, second: &str| {
        format!(
            "\"#\",\"Date Time, GMT+00:00\",\"Temp, C (LGR S/N: 8, SEN S/N: {first})\",\
             \"Temp, C (LGR S/N: 8, SEN S/N: {second})\",\"RH, % (LGR S/N: 8, SEN S/N: 8)\"\n\
             1,2026-03-02 08:00:00,4,12,50\n"
        )
    };
    for (first, second, channels) in [
        ("71", "72", [Some("71"), Some("72"), None]),
        ("8", "8", [Some("1"), Some("2"), None]),
    ] {
        let log = read(text(first, second).as_bytes(), None).unwrap();
        let told: Vec<Option<&str>> = log.samples.iter().map(|it| it.channel.as_deref()).collect();
        assert_eq!(told, channels);
    }
    let one = "\"Date Time, GMT+00:00\",\"Temp, C (LGR S/N: 8, SEN S/N: 7)\"\n\
               2026-03-02 08:00:00,4\n";
    let log = read(one.as_bytes(), None).unwrap();
    assert_eq!(
        log.samples[0].channel, None,
        "a logger with one is that one"
    );
}

#[test]
fn semicolons_decimal_commas_and_a_time_apart() {
    let text = "Plot Title: x\r\n#;Date;Time, GMT+00:00;Temp, \u{b0}C (LGR S/N: 5)\r\n\
        1;03/02/26;08:00:00;4,52\r\n";
    let log = read(text.as_bytes(), Some(DateOrder::Mdy)).unwrap();
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
        let error = read(text.as_bytes(), None).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(!is_hobo(b"Device: Q-tag"));
}
