//! What sources tell of their sensors' batteries, and what is too vague to be told on.

use super::*;

/// What is told of a battery: value, unit, and whether it is low.
fn told(format: &Format, body: &str) -> Vec<String> {
    let decoded = decode(format, message("t/probe-7", body.as_bytes())).unwrap();
    let samples = decoded.raws.iter().flat_map(|raw| match raw {
        Raw::Sensor(report) => report.samples.clone(),
        _ => Vec::new(),
    });
    let of_batteries = samples.filter(|sample| sample.measure.is_battery());
    let line = |it: Sample| {
        let low = if it.alarm { " low" } else { "" };
        format!("{} {}{low}", it.value, it.measure.uom)
    };
    of_batteries.map(line).collect()
}

#[test]
fn codecs_of_chirpstack_say_it_in_their_words() {
    for (object, expected) in [
        (r#"{"battery":92,"temperature":4.5}"#, Some("92 P1")),
        (r#"{"batteryLevel":"17.5"}"#, Some("17.5 P1")),
        (r#"{"battery":3.61}"#, Some("3.61 VLT")),
        (r#"{"BatV":3.04,"battery":80}"#, Some("3.04 VLT")),
        // Percent or volts? Millivolts? No battery at all.
        (r#"{"battery":3}"#, None),
        (r#"{"battery":3612}"#, None),
        (r#"{"vbat":0}"#, None),
        (r#"{"battery":"full"}"#, None),
        (r#"{"battery":-1}"#, None),
        ("{}", None),
    ] {
        let body = format!(r#"{{"fCnt":7,"deviceInfo":{{"devEui":"01"}},"object":{object}}}"#);
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(told(&Format::Chirpstack, &body), expected, "{object}");
    }
}

#[test]
fn a_status_of_chirpstack_tells_the_battery_and_nothing_else() {
    let status = |more: &str| {
        format!(
            r#"{{"deduplicationId":"d-9","deviceInfo":{{"devEui":"0A"}},"margin":12,
            "time":"2026-03-02T08:15:30Z",{more}}}"#
        )
    };
    check(
        &Format::Chirpstack,
        &status(r#""externalPowerSource":false,"batteryLevel":62.5"#),
        &[
            "sensor 0a #- -30000",
            "  urn:theriac:sensor:battery 62.5 P1",
            "id chirpstack/d-9/status",
        ],
    );
    for other in [
        r#""batteryLevelUnavailable":true,"batteryLevel":0"#,
        r#""externalPowerSource":true,"batteryLevel":0"#,
        r#""batteryLevel":254"#,
        r#""devAddr":"00189440""#,
    ] {
        check(&Format::Chirpstack, &status(other), &["skipped 1"]);
    }
}

#[test]
fn a_ruuvi_tag_is_low_by_its_cold() {
    // Battery in the upper 11 bits after the acceleration, mV above 1,600; temperature in 0.005 C.
    let tag = |milli_c: i32, mv: u16| {
        let steps = i16::try_from(milli_c / 5).unwrap().to_be_bytes();
        let power = ((mv - 1_600) << 5 | 0x16).to_be_bytes();
        let (steps, power) = (hex::encode(steps), hex::encode(power));
        let data = format!("1bff990405{steps}5394c37c0004fffc040c{power}4200cdcbb8334c884f");
        told(&Format::Ruuvi, &format!(r#"{{"data":"{data}"}}"#))
    };
    for (milli_c, mv, expected) in [
        (5_000, 2_500, "2.5 VLT"),
        (0, 2_499, "2.499 VLT low"),
        (-5, 2_300, "2.3 VLT"),
        (-19_995, 2_299, "2.299 VLT low"),
        (-20_000, 2_000, "2 VLT"),
        (-40_000, 1_999, "1.999 VLT low"),
    ] {
        assert_eq!(tag(milli_c, mv), [expected], "{milli_c}");
    }
}
