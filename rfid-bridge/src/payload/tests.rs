//! Vectors of every format: a message as text, and what it says as lines. The makers' examples
//! are read from the fixtures folder when it is there.

use std::path::{Path, PathBuf};

use super::*;

mod batteries;
mod times;

/// 2026-03-02T08:16:00Z.
const NOW_MS: i64 = 1_772_439_360_000;

fn message<'a>(topic: &'a str, body: &'a [u8]) -> Message<'a> {
    let at = Now {
        mono_ms: 5,
        unix_ms: NOW_MS,
    };
    Message { topic, body, at }
}

/// What a message says: one line each, times relative to [`NOW_MS`].
fn lines(decoded: &Decoded) -> Vec<String> {
    let ago = |ms: i64| ms - NOW_MS;
    let mut out = Vec::new();
    for raw in &decoded.raws {
        match raw {
            Raw::Tags(reads) => out.extend(reads.iter().map(|read| {
                let rssi = read.rssi_cdbm.map_or("-".to_owned(), |it| it.to_string());
                let tid = hex::encode(&read.tid);
                let epc = hex::encode(&read.epc.bytes);
                let (antenna, count) = (read.antenna, read.count);
                format!(
                    "tag {epc} tid {tid} a{antenna} {rssi} x{count} {}",
                    ago(read.last_ms)
                )
            })),
            Raw::Input(it) => out.push(format!("gpi {} {} {}", it.port, it.high, ago(it.at_ms))),
            Raw::Status(status) => out.push(format!("{status:?}")),
            Raw::Scan(scan) => out.push(format!("scan {}", scan.item.uri)),
            Raw::Gap(gap) => {
                let lost = gap.lost.map_or("-".to_owned(), |lost| lost.to_string());
                let (from, to) = (ago(gap.from_ms), ago(gap.to_ms));
                out.push(format!("gap {} {from}..{to} lost {lost}", gap.cause.word()));
            }
            Raw::Log(file) => out.push(format!(
                "log {} {} x{}",
                file.device(),
                file.signature(),
                file.readings()
            )),
            Raw::Sensor(report) => {
                let number = report.sequence.map_or("-".to_owned(), |it| it.to_string());
                out.push(format!(
                    "sensor {} #{number} {}",
                    report.device,
                    ago(report.at_ms)
                ));
                out.extend(report.samples.iter().map(|sample| {
                    let channel = sample.channel.as_deref().unwrap_or("");
                    let fault = if sample.fault { " fault" } else { "" };
                    let (type_, uom) = (&sample.measure.type_, &sample.measure.uom);
                    format!("  {type_}{channel} {} {uom}{fault}", sample.value)
                }));
            }
        }
    }
    if let Some(id) = &decoded.id {
        out.push(format!("id {id}"));
    }
    if decoded.skipped > 0 {
        out.push(format!("skipped {}", decoded.skipped));
    }
    out
}

fn check(format: &Format, body: &str, expected: &[&str]) {
    let told = decode(format, message("site/probe-7", body.as_bytes()));
    match told {
        Ok(decoded) => assert_eq!(lines(&decoded), expected, "{body}"),
        Err(error) => assert_eq!(vec![format!("error {error}")], expected, "{body}"),
    }
}

const EPC: &str = "3074257bf7194e4000001a85";

#[test]
fn impinj() {
    let rows: [(&str, &[&str]); 11] = [
        (
            r#"{"timestamp":"2026-03-02T08:15:59.5Z","eventType":"tagInventory",
               "tagInventoryEvent":{"epcHex":"3074257BF7194E4000001A85","tidHex":"E2801160",
               "antennaPort":1,"peakRssiCdbm":-5234}}"#,
            &["tag 3074257bf7194e4000001a85 tid e2801160 a1 -5234 x1 -500"],
        ),
        // Base64 only, no signal, and the more exact time wins.
        (
            r#"[{"timestamp":"2026-03-02T08:15:59Z","eventType":"tagInventory",
               "tagInventoryEvent":{"epc":"MHQle/cZTkAAABqF","antennaPort":2,
               "lastSeenTime":"2026-03-02T08:15:58.999999999Z"}}]"#,
            &["tag 3074257bf7194e4000001a85 tid  a2 - x1 -1001"],
        ),
        // A clock of the future, one of the last century, and none at all.
        (
            r#"{"timestamp":"2031-01-01T00:00:00Z","eventType":"tagInventory",
               "tagInventoryEvent":{"epcHex":"E280"}}
               {"timestamp":"1970-01-01T00:00:09Z","eventType":"tagInventory",
               "tagInventoryEvent":{"epcHex":"E280"}}
               {"eventType":"tagInventory","tagInventoryEvent":{"epcHex":""}}"#,
            &[
                "tag e280 tid  a0 - x1 0",
                "tag e280 tid  a0 - x1 0",
                "tag  tid  a0 - x1 0",
            ],
        ),
        (
            r#"{"eventType":"overflow","overflowEvent":{"eventsPurged":120,
               "firstEventTimestamp":"2026-03-02T08:15:30.5Z",
               "lastEventTimestamp":"2026-03-02T08:15:30.9Z"}}"#,
            &["gap overflow -29500..-29100 lost 120"],
        ),
        (
            r#"{"timestamp":"2026-03-02T08:16:00Z","eventType":"overflow","overflowEvent":{}}"#,
            &["gap overflow 0..0 lost -"],
        ),
        (
            r#"{"eventType":"antennaDisconnected","antennaDisconnectedEvent":{"antennaPort":2}}
               {"eventType":"inventoryStatus","inventoryStatusEvent":{"inventoryStatus":"idle"}}
               {"eventType":"somethingNew","somethingNewEvent":{}}"#,
            &[
                "Antenna { port: 2, connected: false }",
                "Down(\"idle\")",
                "skipped 1",
            ],
        ),
        (
            r#"{"timestamp":"2026-03-02T08:15:59Z","eventType":"gpiTransition",
               "gpiTransitionEvent":{"gpi":1,"transition":"high-to-low"}}"#,
            &["gpi 1 false -1000"],
        ),
        ("[]", &[]),
        ("", &[]),
        (
            r#"[{"eventType":"tagInventory","tagInventoryEvent":{"epcHex":"30742"}}]"#,
            &["error item 0: epcHex is not hex"],
        ),
        (r#"{"a":1}"#, &["error item 0: eventType is missing"]),
    ];
    for (body, expected) in rows {
        check(&Format::Impinj, body, expected);
    }
}

#[test]
fn zebra_and_speedway() {
    let rows: [(Format, String, &[&str]); 9] = [
        (
            Format::Zebra,
            format!(
                r#"[{{"type":"INVENTORY","timestamp":"2026-03-02T08:15:30.010+0000","data":{{
                "idHex":"{EPC}","antenna":3,"peakRssi":-60.5,"reads":14,"TID":"e280"}}}}]"#
            ),
            &["tag 3074257bf7194e4000001a85 tid e280 a3 -6050 x14 -29990"],
        ),
        (
            Format::Zebra,
            r#"{"type":"GPI","pin":1,"state":"LOW","timestamp":"2026-03-02T09:15:30+0100"}"#
                .to_owned(),
            &["gpi 1 false -30000"],
        ),
        (
            Format::Zebra,
            r#"{"type":"HEARTBEAT","data":{"cpu":3}}"#.to_owned(),
            &["skipped 1"],
        ),
        (
            Format::Zebra,
            r#"{"type":"SIMPLE","data":{"idHex":"zz"}}"#.to_owned(),
            &["error item 0: idHex is not hex"],
        ),
        (
            Format::Zebra,
            "7".to_owned(),
            &["error item 0: item is no object"],
        ),
        (
            Format::Speedway,
            format!(
                r#"{{"reader_name":"r","tag_reads":[
                {{"antennaPort":7,"epc":"{EPC}","peakRssi":"-51","isHeartBeat":false,
                  "firstSeenTimestamp":"2026-03-02T08:15:59Z"}},
                {{"antennaPort":"8","epc":"{EPC}","firstSeenTimestamp":1772439358500000}},
                {{"isHeartBeat":true,"epc":"*"}}]}}"#
            ),
            &[
                "tag 3074257bf7194e4000001a85 tid  a7 -5100 x1 -1000",
                "tag 3074257bf7194e4000001a85 tid  a8 - x1 -1500",
                "skipped 1",
            ],
        ),
        (
            Format::Speedway,
            r#"{"tag_reads":{}}"#.to_owned(),
            &["error item 0: tag_reads is no array"],
        ),
        (
            Format::Speedway,
            r#"{"epc":5}"#.to_owned(),
            &["error item 0: epc is missing"],
        ),
        (
            Format::Speedway,
            "{".to_owned(),
            &["error not a JSON message: EOF while parsing an object at line 1 column 1"],
        ),
    ];
    for (format, body, expected) in rows {
        check(&format, &body, expected);
    }
}

#[test]
fn chirpstack() {
    let rows: [(Format, &str, &[&str]); 5] = [
        (
            Format::Chirpstack,
            r#"{"deduplicationId":"d-1","time":"2026-03-02T08:15:30.123Z","fCnt":4471,
               "deviceInfo":{"devEui":"01020304050607AB"},
               "object":{"temperature":{"1":4.50,"3":-18.1},"humidity":49}}"#,
            &[
                "sensor 01020304050607ab #4471 -29877",
                "  Temperature1 4.5 CEL",
                "  Temperature3 -18.1 CEL",
                "  RelativeHumidity 49 P1",
                "id chirpstack/d-1/4471",
            ],
        ),
        // An uplink whose codec says nothing still counts.
        (
            Format::Chirpstack,
            r#"{"fCnt":0,"deviceInfo":{"devEui":"01"}}"#,
            &["sensor 01 #0 0"],
        ),
        (
            Format::Chirpstack,
            r#"{"deviceInfo":{"devEui":"01"},"devAddr":"00189440"}"#,
            &["skipped 1"],
        ),
        (
            Format::Chirpstack,
            r#"{"fCnt":1,"deviceInfo":{"devEui":"01"},"object":{"temperature":"warm"}}"#,
            &["error item 0: temperature is no number"],
        ),
        (
            Format::Chirpstack,
            r#"{"fCnt":1}"#,
            &["error item 0: deviceInfo.devEui is missing"],
        ),
    ];
    for (format, body, expected) in rows {
        check(&format, body, expected);
    }
}

#[test]
fn tive() {
    let rows: [(Format, &str, &[&str]); 5] = [
        (
            Format::Tive,
            r#"{"timestamp":"2026-03-02T08:15:30Z","temperature":5.20,"humidity":41.0,
               "pressure":1002.3,"light":null,"location":{"latitude":50.03}}"#,
            &[
                "sensor probe-7 #- -30000",
                "  Temperature 5.2 CEL",
                "  RelativeHumidity 41 P1",
                "  Pressure 1002.3 A97",
                "id tive/probe-7/1772439330000/0",
            ],
        ),
        (
            Format::Tive,
            r#"[{"timestamp":1772439330,"deviceId":863257,"temperature":"-70.25"}]"#,
            &[
                "sensor 863257 #- -30000",
                "  Temperature -70.25 CEL",
                "id tive/863257/1772439330000/0",
            ],
        ),
        (
            Format::Tive,
            r#"{"timestamp":"2026-03-02T08:15:30Z","battery":87.5}"#,
            &[
                "sensor probe-7 #- -30000",
                "  urn:theriac:sensor:battery 87.5 P1",
                "id tive/probe-7/1772439330000/0",
            ],
        ),
        (
            Format::Tive,
            r#"{"timestamp":"2026-03-02T08:15:30Z","battery":4012}"#,
            &["skipped 1"],
        ),
        (
            Format::Tive,
            r#"{"temperature":5}"#,
            &["error item 0: timestamp is missing or no time"],
        ),
    ];
    for (format, body, expected) in rows {
        check(&format, body, expected);
    }
}

#[test]
fn ruuvi_gateway() {
    let advertisement = "0201061BFF99040512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F";
    let body =
        format!(r#"{{"gw_mac":"AA","rssi":-53,"ts":"1772439330","data":"{advertisement}"}}"#);
    let expected: &[&str] = &[
        "sensor cbb8334c884f #- -30000",
        "  Temperature 24.3 CEL",
        "  RelativeHumidity 53.49 P1",
        "  Pressure 1000.44 A97",
        "  urn:theriac:sensor:battery 2.977 VLT",
        "id ruuvi/cbb8334c884f/205/29540655",
    ];
    check(&Format::Ruuvi, &body, expected);
    for other in ["0201061AFF4C000215", "", "0201061BFF990403"] {
        let body = format!(r#"{{"data":"{other}"}}"#);
        check(&Format::Ruuvi, &body, &["skipped 1"]);
    }
    // Wetter than water is a fault of the sensor, and is told as one.
    let wet = "1BFF9904057FFFFFFEFFFE7FFF7FFF7FFFFFDEFEFFFECBB8334C884F";
    let told = decode(
        &Format::Ruuvi,
        message("t", format!(r#"{{"data":"{wet}"}}"#).as_bytes()),
    );
    assert_eq!(
        lines(&told.unwrap())[2],
        "  RelativeHumidity 163.835 P1 fault"
    );
}

#[test]
fn mapped() {
    let mapping = |text: &str| Format::Mapped(Box::new(toml::from_str(text).unwrap()));
    let flat = mapping(
        r#"items = "/records"
        epc = "/EPC"
        tid = "/TID"
        antenna = "/gateID"
        rssi = "/rssi"
        count = "/n"
        time = "/timestamp"
        id = "/eventID""#,
    );
    check(
        &flat,
        r#"{"records":[
            {"eventID":17,"gateID":2,"EPC":"0x30 74","TID":"e280","rssi":-50.25,"n":3,
             "timestamp":"2026-03-02T08:15:59Z"},
            {"eventID":18,"EPC":null}]}"#,
        &[
            "tag 3074 tid e280 a2 -5025 x3 -1000",
            "id /17/18",
            "skipped 1",
        ],
    );
    check(
        &flat,
        r#"{"records":7}"#,
        &["error item 0: /records is no array"],
    );
    let sensor = mapping(
        r#"device = "/id"
        sequence = "/n"
        input = "/door/port"
        state = "/door/open"
        [[value]]
        pointer = "/t"
        type = "Temperature"
        uom = "KEL"
        [[value]]
        pointer = "/u~1v"
        type = "Voltage"
        uom = "VLT""#,
    );
    check(
        &sensor,
        r#"{"id":"box","n":9,"t":278.15,"u/v":"3.30","door":{"port":4,"open":"on"}}"#,
        &[
            "gpi 4 true 0",
            "sensor box #9 0",
            "  Temperature 278.15 KEL",
            "  Voltage 3.3 VLT",
        ],
    );
    check(&sensor, r#"{"t":{}}"#, &["error item 0: /t is no number"]);
    let magnus = mapping(
        r#"device = "/epc"
        magnus_calibration = "/user"
        magnus_code = "/reserved""#,
    );
    check(
        &magnus,
        r#"{"epc":"3074","user":"C60390689B3E5604","reserved":"0087001608D0"}"#,
        &["sensor 3074 #- 0", "  Temperature 23.053 CEL"],
    );
    // Read too weakly: no temperature is better than a wrong one.
    check(
        &magnus,
        r#"{"epc":"3074","user":"C60390689B3E5604","reserved":"0087000108D0"}"#,
        &["skipped 1"],
    );
}

#[test]
fn a_mapping_that_cannot_be_is_named() {
    for (text, expected) in [
        ("epc = \"EPC\"", "no JSON pointer"),
        ("epc = \"/a\"\ninput = \"/b\"", "go together"),
        ("epc = \"/a\"\nmagnus_code = \"/b\"", "go together"),
        ("time = \"/a\"", "would say nothing"),
        (
            "[[value]]\npointer = \"/t\"\ntype = \"temp\"\nuom = \"CEL\"",
            "did you mean \"Temperature\"?",
        ),
    ] {
        let mapping: Mapping = toml::from_str(text).unwrap();
        let fault = mapping.fault().expect(text);
        assert!(fault.contains(expected), "{fault}");
    }
    assert_eq!(
        toml::from_str::<Mapping>("epc = \"/a\"").unwrap().fault(),
        None
    );
}

#[test]
fn size_is_bounded() {
    let many = format!("[{}1]", "1,".repeat(ITEMS_MAX));
    check(
        &Format::Zebra,
        &many,
        &["error 10001 items in one message, at most 10000 are read"],
    );
    let long = vec![b' '; BYTES_MAX + 1];
    assert!(matches!(
        decode(&Format::Zebra, message("t", &long)),
        Err(PayloadError::Json(_))
    ));
    let deep = "[".repeat(5_000);
    assert!(decode(&Format::Impinj, message("t", deep.as_bytes())).is_err());
}

#[test]
fn times_are_told_apart_by_their_size() {
    use serde_json::json;
    let rows = [
        (json!("2026-03-02T08:15:30Z"), Some(1_772_439_330_000)),
        (
            json!("2026-03-02T08:15:30.250+0000"),
            Some(1_772_439_330_250),
        ),
        (json!(1_772_439_330), Some(1_772_439_330_000)),
        (json!(1_772_439_330.25), Some(1_772_439_330_250)),
        (json!("1772439330250"), Some(1_772_439_330_250)),
        (json!(1_772_439_330_250_000_i64), Some(1_772_439_330_250)),
        (json!(1_772_439_330_250_000_000_i64), None),
        (json!(12), None),
        (json!("yesterday"), None),
        (json!(null), None),
    ];
    for (value, expected) in rows {
        assert_eq!(json::time_ms(&value), expected, "{value}");
    }
}

/// The folder of third-party fixtures, if it is there.
fn fixtures(name: &str) -> Option<PathBuf> {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let path = base.join("rfid/vendor_json").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is absent", path.display());
    None
}

#[test]
fn examples_of_the_makers_are_read() {
    let rows: [(Format, &str, &[&str]); 7] = [
        (
            Format::Impinj,
            "impinj_r700_stream.ndjson",
            &[
                "Up(\"running\")",
                "tag 3074257bf7194e4000001a85 tid e280116020006f4af3c1094d a1 -5234 x1 -29779",
                "tag 3074257bf7194e4000001a86 tid  a2 -6100 x1 -29677",
                "gap overflow -29500..-29100 lost 120",
                "Antenna { port: 2, connected: false }",
            ],
        ),
        (
            Format::Zebra,
            "zebra_iotc_simple.json",
            &["tag 3074257bf7194e4000001a85 tid  a2 -4700 x1 -30000"],
        ),
        (
            Format::Zebra,
            "zebra_iotc_batch.json",
            &[
                "tag 3074257bf7194e4000001a85 tid  a1 -5200 x14 -30000",
                "tag 311ba1b300ce0a6a83000000 tid  a3 -6000 x2 -29990",
            ],
        ),
        (Format::Zebra, "zebra_gpi.json", &["gpi 1 false -30100"]),
        // Its time is years ago, so it is the time of arrival that counts.
        (
            Format::Speedway,
            "speedway_connect.json",
            &["tag 999908290000000000000004 tid e28011002000564500000002 a7 -5100 x1 0"],
        ),
        (
            Format::Chirpstack,
            "chirpstack_v4_up.json",
            &[
                "sensor 0102030405060708 #4471 -29877",
                "  Temperature1 4.5 CEL",
                "  RelativeHumidity2 49 P1",
                "id chirpstack/3ac7e3c4-4401-4b8d-9386-a5c902f9202d/4471",
            ],
        ),
        (
            Format::Tive,
            "tive_sensor_reading.json",
            &[
                "sensor probe-7 #- -30000",
                "  Temperature 5.2 CEL",
                "  RelativeHumidity 41 P1",
                "  Pressure 1002.3 A97",
                "  Illuminance 0 LUX",
                "  urn:theriac:sensor:battery 87 P1",
                "id tive/probe-7/1772439330000/0",
            ],
        ),
    ];
    for (format, name, expected) in rows {
        let Some(path) = fixtures(name) else { return };
        check(&format, &std::fs::read_to_string(path).unwrap(), expected);
    }
}

proptest::proptest! {
    /// No bytes make a decoder panic.
    #[test]
    fn whatever_comes_is_an_answer(body: Vec<u8>, at in 0_usize..6) {
        let formats = ["impinj", "zebra", "speedway", "chirpstack", "tive", "ruuvi"];
        let format = Format::by_name(formats[at]).unwrap();
        let _either = decode(&format, message("t", &body));
    }
}

#[test]
fn files_of_loggers_are_letters_too() {
    let root = RootKey::pinned().unwrap();
    let text = "Device: Q-tag\r\nConf:\r\n Serial: 7\r\nData:\r\n\t2024-02-29 05:30\t4.1\t\r\n";
    let told = decode(
        &Format::Berlinger(Box::new(root)),
        message("a.txt", text.as_bytes()),
    );
    let told = lines(&told.unwrap());
    assert_eq!(told[0], "log 7 absent x1");
    assert!(told[1].starts_with("id file/"), "{told:?}");
    let hobo = "\"Date Time, GMT+01:00\",\"Temp, C (LGR S/N: 5)\"\n03/02/26 08:00:00,4\n";
    let told = decode(
        &Format::Hobo(Some(DateOrder::Mdy)),
        message("b.csv", hobo.as_bytes()),
    );
    assert_eq!(lines(&told.unwrap())[0], "log 5 absent x1");
    check(
        &Format::Hobo(None),
        "a,b\n",
        &["error no header with the zone (GMT) in the file"],
    );
}
