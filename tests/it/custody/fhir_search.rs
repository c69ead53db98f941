//! FHIR searches: nothing that fits is out of reach, every resource of a Bundle is where the Bundle
//! says, series of several loggers stay apart, and words are those of the version.

use std::collections::BTreeSet;

use gs1::BizStep;
use serde_json::{Value, json};
use tests::http::segment;
use tests::trade::{
    DAY_MS, NOW_MS, Trade, WARM, commission, gln, id, moved, pack, paper, time_text,
};

use super::{number, rows, text};

const PALLET: &str = "https://id.gs1.org/00/395060001000000174";

fn get(trade: &Trade, path: &str) -> Value {
    trade.get("maker", path).expect(200).json()
}

/// All resources of a search, page by page, as the links lead; no page may hold more than `most`.
fn all(trade: &Trade, path: &str, most: usize) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let bundle = get(trade, &path);
        let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
        assert!(entries.len() <= most, "{path}: {}", entries.len());
        for entry in &entries {
            let url = text(entry, "/fullUrl").strip_prefix(&trade.url());
            let read = get(trade, url.unwrap_or_else(|| panic!("elsewhere: {entry:#}")));
            assert_eq!(read, entry["resource"]);
        }
        let link = |relation: &str| {
            let mut links = rows(&bundle, "/link").iter();
            let link = links.find(|link| link["relation"] == relation)?;
            Some(text(link, "/url").strip_prefix(&trade.url())?.to_owned())
        };
        assert_eq!(link("self"), Some(path));
        next = link("next");
        found.extend(entries.into_iter().map(|entry| entry["resource"].clone()));
    }
    let ids: BTreeSet<&str> = found.iter().map(|it| text(it, "/id")).collect();
    assert_eq!(ids.len(), found.len(), "each once");
    found
}

/// Packs that are made twice, in order; each is a finding.
fn made_twice(trade: &Trade, serials: &[&str]) {
    trade.capture(
        "maker",
        &[commission(WARM, serials, "L1", NOW_MS - 9 * DAY_MS)],
    );
    trade.capture(
        "maker",
        &[commission(WARM, serials, "L1", NOW_MS - 8 * DAY_MS)],
    );
}

/// What is not listed as a whole is not said to be empty.
#[test]
fn a_search_without_what_it_needs_is_refused() {
    let trade = Trade::new();
    trade.deliver(WARM, &["A1"], "L1", PALLET);
    for version in ["r4", "r5"] {
        for (kind, needed) in [
            ("Medication", "identifier"),
            ("AuditEvent", "entity"),
            ("Provenance", "target"),
            ("Observation", "subject"),
        ] {
            for more in ["", "?_count=3"] {
                let path = format!("/fhir/{version}/{kind}{more}");
                let told = trade.get("maker", &path).expect(400).json();
                assert_eq!(told["resourceType"], "OperationOutcome");
                let why = text(&told, "/issue/0/diagnostics");
                assert!(why.contains(needed), "{why}");
            }
            let path = format!("/fhir/{version}/{kind}?_id=none");
            assert_eq!(get(&trade, &path)["total"], 0);
        }
        for kind in ["SupplyDelivery", "DetectedIssue", "DeviceMetric"] {
            drop(get(&trade, &format!("/fhir/{version}/{kind}")));
        }
    }
}

#[test]
fn an_issue_is_found_however_many_came_after_it() {
    let trade = Trade::new();
    made_twice(&trade, &["A1"]);
    let serials: Vec<String> = (0..520).map(|n| format!("B{n:03}")).collect();
    let serials: Vec<&str> = serials.iter().map(String::as_str).collect();
    made_twice(&trade, &serials);
    let about = segment(&id(WARM, "A1"));
    for version in ["r4", "r5"] {
        let path = format!("/fhir/{version}/DetectedIssue?implicated={about}");
        let found = get(&trade, &path);
        assert_eq!(found["total"], 1, "{found:#}");
        let token = format!("https%3A%2F%2Fid.gs1.org%7C{about}");
        let path = format!("/fhir/{version}/DetectedIssue?implicated={token}");
        assert_eq!(
            get(&trade, &path)["entry"][0]["resource"],
            found["entry"][0]["resource"]
        );
    }
    let pages = all(
        &trade,
        "/fhir/r4/DetectedIssue?status=preliminary&_count=150",
        150,
    );
    assert!(pages.len() > 520, "{}", pages.len());
    let since = format!("ge{}", time_text(NOW_MS - 1_000));
    let path = |bound: &str| format!("/fhir/r4/DetectedIssue?_lastUpdated={bound}&_count=1");
    assert_eq!(rows(&get(&trade, &path(&since)), "/entry").len(), 1);
    assert_eq!(get(&trade, &path("lt2026"))["total"], 0);
}

#[test]
fn an_issue_stands_in_the_words_of_the_version() {
    let trade = Trade::new();
    made_twice(&trade, &["A1"]);
    let issue = get(&trade, "/fhir/r4/DetectedIssue");
    let id = text(&issue, "/entry/0/resource/id").to_owned();
    let cases = get(&trade, "/api/v1/cases");
    let case = segment(text(&cases, "/cases/0/id"));
    let closed = json!({ "act": { "resolve": "false_alarm" }, "reason": "the line sent it twice",
        "signature": { "signer": "qp-17", "meaning": "approval" } });
    let path = format!("/api/v1/cases/{case}/rulings");
    drop(trade.post("maker", &path, &closed).expect(201));
    for (version, word) in [("r4", "cancelled"), ("r5", "entered-in-error")] {
        let read = get(&trade, &format!("/fhir/{version}/DetectedIssue/{id}"));
        assert_eq!(text(&read, "/status"), word);
        let path = format!("/fhir/{version}/DetectedIssue?status={word},final");
        assert_eq!(get(&trade, &path)["entry"][0]["resource"], read);
    }
    for path in [
        "r5/DetectedIssue?status=cancelled",
        "r4/DetectedIssue?status=mitigated",
    ] {
        drop(trade.get("maker", &format!("/fhir/{path}")).expect(400));
    }
}

/// What a logger read of the pallet, in minutes after it left.
fn measured(trade: &Trade, device: &str, readings: &[(i64, f64)]) {
    let time = |minute: i64| time_text(NOW_MS - 7 * DAY_MS + minute * 60_000);
    let report = |(minute, celsius): &(i64, f64)| {
        let time = time(*minute);
        json!({ "type": "Temperature", "value": celsius, "uom": "CEL", "time": time })
    };
    let event = json!({
        "type": "ObjectEvent",
        "eventID": format!("urn:uuid:0190a6b5-0000-7000-8000-{:012}", device.len()),
        "eventTime": time(600),
        "eventTimeZoneOffset": "+00:00",
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "epcList": [PALLET],
        "sensorElementList": [{ "sensorMetadata": { "deviceID": device },
            "sensorReport": readings.iter().map(report).collect::<Vec<_>>() }],
    });
    trade.capture("maker", &[event]);
}

#[test]
fn each_logger_is_a_series_of_its_own_and_of_equal_steps_in_r4() {
    let trade = Trade::new();
    trade.deliver(WARM, &["A1"], "L1", PALLET);
    measured(&trade, "urn:test:a", &[(10, 4.0), (20, 4.1), (30, 4.2)]);
    measured(
        &trade,
        "urn:test:uneven",
        &[(12, 7.0), (22, 7.1), (32, 7.2), (47, 7.3), (48, 7.4)],
    );
    let series = |version: &str, subject: &str| {
        let path = format!("/fhir/{version}/Observation?subject={}", segment(subject));
        let of = |it: Value| {
            let device = text(&it, "/device/identifier/value").to_owned();
            let data = it.pointer("/valueSampledData/data");
            let single = it.pointer("/valueQuantity/value").map(Value::to_string);
            let data = data
                .and_then(Value::as_str)
                .map(ToOwned::to_owned)
                .or(single);
            (device, data.unwrap(), it)
        };
        let found = all(&trade, &path, 200);
        found.into_iter().map(of).collect::<Vec<_>>()
    };
    let plain = |found: &[(String, String, Value)]| {
        let plain = found.iter().map(|(a, b, _)| format!("{a} {b}"));
        plain.collect::<Vec<_>>()
    };
    let found = series("r4", PALLET);
    let expected = [
        "urn:test:a 4.000 4.100 4.200",
        "urn:test:uneven 7.000 7.100 7.200",
        "urn:test:uneven 7.300 7.400",
    ];
    assert_eq!(plain(&found), expected);
    let periods = [600_000, 600_000, 60_000];
    for ((.., it), period) in found.iter().zip(periods) {
        assert_eq!(it["valueSampledData"]["period"], period, "{it:#}");
    }
    let start = |at: usize| text(&found[at].2, "/effectivePeriod/start").to_owned();
    assert_eq!(start(2), time_text(NOW_MS - 7 * DAY_MS + 47 * 60_000));
    let found = series("r5", PALLET);
    let expected = [
        "urn:test:a 4.000 4.100 4.200",
        "urn:test:uneven 7.000 7.100 7.200 7.300 7.400",
    ];
    assert_eq!(plain(&found), expected);
    assert_eq!(found[0].2["valueSampledData"]["interval"], 600_000);
    let offsets = text(&found[1].2, "/valueSampledData/offsets");
    assert_eq!(offsets, "0 600000 1200000 2100000 2160000");
    // Of the paper it went under, and of the pack inside.
    for subject in [paper("maker", "L1"), id(WARM, "A1")] {
        assert_eq!(plain(&series("r5", &subject)), expected, "{subject}");
    }
}

#[test]
fn shipments_and_devices_have_ids_that_read_back_and_pages() {
    let trade = Trade::new();
    let serials: Vec<String> = (0..7).map(|n| format!("C{n}")).collect();
    let packs: Vec<&str> = serials.iter().map(String::as_str).collect();
    let mut events = vec![commission(WARM, &packs, "L1", NOW_MS - 9 * DAY_MS)];
    for (n, days) in serials.iter().zip(1..) {
        let advice = paper("maker", &format!("AN-ADVICE-WITH-A-LONG-NAME-{n}"));
        let thing = id(WARM, n);
        events.push(moved(
            ("maker", "wholesaler"),
            BizStep::Shipping,
            &[&thing],
            days,
            Some(&advice),
        ));
    }
    trade.capture("maker", &events);
    assert_eq!(all(&trade, "/fhir/r4/SupplyDelivery?_count=3", 3).len(), 7);
    let devices: Vec<Value> = [
        "short",
        "urn:test:a-logger-with-a-name-longer-than-an-id-may-be",
    ]
    .iter()
    .map(|id| {
        json!({ "type": "device", "id": id, "party": gln("maker"), "kind": "logger",
                "interval_ms": 600_000 })
    })
    .collect();
    drop(
        trade
            .post("admin", "/api/v1/master-data", &json!(devices))
            .expect(201),
    );
    assert_eq!(all(&trade, "/fhir/r5/DeviceMetric?_count=1", 1).len(), 2);
    let bundle = get(&trade, "/fhir/r5/DeviceMetric?_count=1");
    assert_eq!(number(&bundle, "/total"), 2);
    let found = get(
        &trade,
        "/fhir/r5/DeviceMetric?identifier=urn%3Atheriac%3Adevice%7Cshort",
    );
    assert_eq!(found["total"], 1);
    let key = text(&found, "/entry/0/resource/id");
    for (query, total) in [
        (format!("_id={key}"), 1),
        (format!("_id={key},nothing&_format=json"), 1),
        ("_id=nothing".to_owned(), 0),
        ("_format=application/fhir%2Bjson".to_owned(), 2),
        ("_format=application/fhir+json".to_owned(), 2),
    ] {
        let found = get(&trade, &format!("/fhir/r5/DeviceMetric?{query}"));
        assert_eq!(found["total"], total, "{query}");
    }
    for (query, status) in [
        ("_format=xml", 406),
        ("_count=0", 400),
        ("_cursor=here", 400),
        ("_lastUpdated=2026", 400),
        ("_id=a&identifier=b", 400),
    ] {
        let answer = trade.get("maker", &format!("/fhir/r5/DeviceMetric?{query}"));
        assert_eq!(answer.status, status, "{query}");
        assert_eq!(answer.json()["resourceType"], "OperationOutcome", "{query}");
    }
    drop(
        trade
            .get("maker", "/fhir/r4/metadata?_format=json")
            .expect(200),
    );
    drop(
        trade
            .get("maker", "/fhir/r4/metadata?_format=xml")
            .expect(406),
    );
    let told = get(&trade, "/fhir/r4/metadata");
    for resource in rows(&told, "/rest/0/resource") {
        let name = text(resource, "/type");
        for parameter in rows(resource, "/searchParam") {
            let value = match text(parameter, "/type") {
                "date" => "2026",
                _ if parameter["name"] == "status" => "final",
                _ => "nothing",
            };
            let needed = match name {
                "Medication" => "identifier",
                "AuditEvent" => "entity",
                "Provenance" => "target",
                "Observation" => "subject",
                _ => "",
            };
            let mut path = format!("/fhir/r4/{name}?{}={value}", text(parameter, "/name"));
            let given = parameter["name"] == needed || parameter["name"] == "_id";
            if !needed.is_empty() && !given {
                path = format!("{path}&{needed}=nothing");
            }
            assert_eq!(get(&trade, &path)["total"], 0, "{path}");
        }
    }
}

#[test]
fn medications_are_found_by_token_and_packs_without_a_lot_name_their_product() {
    let trade = Trade::new();
    let mut made = commission(WARM, &["N1", "N2"], "L1", NOW_MS - 9 * DAY_MS);
    let fields = made.as_object_mut().unwrap();
    fields.remove("ilmd");
    let things = [id(WARM, "N1"), id(WARM, "N2")];
    let things: Vec<&str> = things.iter().map(String::as_str).collect();
    let advice = paper("maker", "ADV1");
    let sent = moved(
        ("maker", "wholesaler"),
        BizStep::Shipping,
        &things,
        7,
        Some(&advice),
    );
    trade.capture("maker", &[made, sent]);
    trade.capture(
        "maker",
        &[
            commission(WARM, &["A1"], "L/1", NOW_MS - 9 * DAY_MS),
            pack(PALLET, WARM, &["A1"], NOW_MS - 8 * DAY_MS),
        ],
    );
    for version in ["r4", "r5"] {
        let find = |asked: &str| {
            let path = format!("/fhir/{version}/Medication?identifier={}", segment(asked));
            get(&trade, &path)
        };
        let pack = id(WARM, "A1");
        let found = find(&pack);
        assert_eq!(found["total"], 1);
        let same = [
            format!("https://id.gs1.org|{pack}"),
            format!("https://id.gs1.org/01/{WARM}/10/L%2F1"),
        ];
        for asked in &same {
            let resource = &find(asked)["entry"][0]["resource"];
            assert_eq!(*resource, found["entry"][0]["resource"], "{asked}");
        }
        for asked in ["nothing", "urn:other|1", things[0], &id(WARM, "NEVER")] {
            assert_eq!(find(asked)["total"], 0, "{asked}");
        }
        let path = format!("/fhir/{version}/SupplyDelivery?identifier=ADV1");
        let supply = get(&trade, &path)["entry"][0]["resource"].clone();
        let item = &supply["suppliedItem"];
        let item = if version == "r4" { item } else { &item[0] };
        assert_eq!(item["quantity"]["value"], 2);
        assert_eq!(item["itemCodeableConcept"]["coding"][0]["code"], WARM);
        assert_eq!(item.get("itemReference"), None);
    }
}
