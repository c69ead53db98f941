//! What becomes of sensors' own times: kept, doubted, or refused.

use super::*;
use crate::source::Report;

const DAY_MS: i64 = 86_400_000;

fn mapping(more: &str) -> Format {
    let text = format!(
        "epc = \"/epc\"\ntime = \"/ts\"\n{more}\n[[value]]\npointer = \"/t\"\n\
         type = \"Temperature\"\nuom = \"CEL\""
    );
    let mapping: Mapping = toml::from_str(&text).unwrap();
    assert_eq!(mapping.fault(), None, "{more}");
    Format::Mapped(Box::new(mapping))
}

fn rfc3339(ms: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(ms).unwrap();
    time.to_rfc3339()
}

/// The first report of a message.
fn report(format: &Format, body: &str) -> Result<Report, String> {
    let told = decode(format, message("site/probe-7", body.as_bytes()));
    let told = told.map_err(|error| error.to_string())?;
    let report = told.raws.into_iter().find_map(|raw| match raw {
        Raw::Sensor(report) => Some(report),
        _ => None,
    });
    Ok(report.expect("a report"))
}

#[test]
fn a_reading_keeps_its_own_time_and_a_doubtful_one_says_when_it_came() {
    let hour = 3_600_000;
    for (ago_ms, is_doubtful) in [
        (hour, false),
        (30 * DAY_MS, false),
        (30 * DAY_MS + 1, true),
        (40 * DAY_MS, true),
        (-5_000, false),
        (-5_001, true),
        (-hour, true),
        (NOW_MS - 9_000, true),
    ] {
        let own = NOW_MS - ago_ms;
        let time = rfc3339(own);
        for (format, body) in [
            (mapping(""), format!(r#"{{"ts":"{time}","t":5}}"#)),
            (
                Format::Tive,
                format!(r#"{{"timestamp":"{time}","temperature":5,"battery":87}}"#),
            ),
            (
                Format::Chirpstack,
                format!(
                    r#"{{"time":"{time}","fCnt":1,"deviceInfo":{{"devEui":"01"}},
                       "object":{{"temperature":{{"1":4.5}},"battery":87}}}}"#
                ),
            ),
        ] {
            let report = report(&format, &body).unwrap();
            for sample in &report.samples {
                assert_eq!(sample.at_ms, own, "{body}");
                assert_eq!(sample.arrived_ms, is_doubtful.then_some(NOW_MS), "{body}");
            }
            // What is missing before it is told by the gateway's clock.
            let placed = if is_doubtful { NOW_MS } else { own };
            assert_eq!(report.at_ms, placed, "{body}");
        }
    }
    let report = report(&mapping(""), r#"{"t":5}"#).unwrap();
    let sample = &report.samples[0];
    assert_eq!((sample.at_ms, sample.arrived_ms), (NOW_MS, None), "untold");
}

#[test]
fn a_mapped_time_is_read_or_its_reading_refused() {
    let ten = Ok(1_795_168_800_000);
    let nine = Ok(1_795_165_200_000);
    let zone = "time_zone = \"+01:00\"";
    let dotted = "time_zone = \"+01:00\"\ntime_pattern = \"%d.%m.%Y %H:%M\"";
    let rows = [
        ("", "2026-11-20T10:00:00Z", ten),
        ("", "2026-11-20 10:00:00Z", ten),
        ("", "2026-11-20 10:00:00 UTC", ten),
        ("", "2026-11-20 11:00:00 +0100", ten),
        ("", "2026-11-20 11:00:00.000+01:00", ten),
        ("", "2026-11-20 10:00:00", Err(())),
        ("", "20.11.2026 11:00", Err(())),
        ("", "soon", Err(())),
        ("", "1969-12-31T23:59:59Z", Err(())),
        (zone, "2026-11-20 10:00:00", nine),
        (zone, "2026-11-20T10:00", nine),
        (zone, "2026-11-20T10:00:00Z", ten),
        (zone, "20.11.2026 10:00", Err(())),
        (dotted, "20.11.2026 10:00", nine),
        (dotted, "2026-11-20T10:00:00Z", ten),
        (dotted, "2026-11-20 10:00:00", Err(())),
    ];
    for (more, time, expected) in rows {
        let told = report(&mapping(more), &format!(r#"{{"ts":"{time}","t":5}}"#));
        let at_ms = told.as_ref().map(|it| it.samples[0].at_ms).map_err(|_| ());
        assert_eq!(at_ms, expected, "{more} {time} {told:?}");
        if let Err(why) = told {
            assert!(
                why.contains("time /ts") && why.contains("time_zone"),
                "{why}"
            );
        }
    }
    // A tag goes by its arrival, whatever its reader's clock says.
    check(
        &mapping(""),
        r#"{"ts":"soon","epc":"3074"}"#,
        &["tag 3074 tid  a0 - x1 0"],
    );
}

#[test]
fn a_zone_or_pattern_that_cannot_be_is_named() {
    for (more, expected) in [
        ("time_zone = \"+01:00\"", "goes with time"),
        ("time = \"/a\"\ntime_zone = \"CET\"", "is not +HH:MM"),
        (
            "time = \"/a\"\ntime_pattern = \"%d\"",
            "goes with time_zone",
        ),
        (
            "time = \"/a\"\ntime_zone = \"+1\"\ntime_pattern = \"%Q\"",
            "is none",
        ),
    ] {
        let mapping: Mapping = toml::from_str(&format!("epc = \"/e\"\n{more}")).unwrap();
        let fault = mapping.fault().expect(more);
        assert!(fault.contains(expected), "{fault}");
    }
}
