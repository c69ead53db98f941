//! Every reading of a shipment and of a pack in it, as columns and as a table, for those who see
//! its cold chain; and what the thinned view says of them.
use gs1::BizStep;
use serde_json::{Value, json};
use service::app::time_text;
use service::auth::Role;
use service::client::segment;

use crate::lab::{Answer, Lab, MAKER, NOW_MS, SSCC, move_to, pack_path};

const PAPER: &str = "urn:epcglobal:cbv:bt:9506000100012:D1";
/// After it was shipped, and before it came.
const FROM_MS: i64 = NOW_MS - 68_900_000;

/// One reading a second, in thousandths of a degree.
fn told(count: i32) -> Vec<(i64, i32)> {
    let reading = |at| (FROM_MS + i64::from(at) * 1_000, 4_000 + at % 1_001);
    (0..count).map(reading).collect()
}

fn measured(device: &str, readings: &[(i64, i32)]) -> Value {
    let report = |(at_ms, mc): &(i64, i32)| {
        json!({ "type": "Temperature", "uom": "CEL", "time": time_text(*at_ms),
            "value": f64::from(*mc) / 1000.0 })
    };
    let reports: Vec<Value> = readings.iter().map(report).collect();
    json!({
        "type": "ObjectEvent",
        "eventTime": time_text(readings.last().unwrap().0),
        "eventTimeZoneOffset": "+00:00",
        "epcList": [SSCC],
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": { "id": format!("https://id.gs1.org/414/{MAKER}") },
        "sensorElementList": [{ "sensorMetadata": { "deviceID": device },
            "sensorReport": reports }],
    })
}

/// A pallet that two loggers measured, more often than a view lists.
fn story() -> (Lab, [(&'static str, Vec<(i64, i32)>); 2]) {
    let lab = Lab::new();
    lab.play();
    let loggers = [
        ("https://id.gs1.org/8004/9506000LOG1", told(6_000)),
        ("https://id.gs1.org/8004/9506000LOG2", told(40)),
    ];
    for (device, readings) in &loggers {
        for part in readings.chunks(3_000) {
            let event = measured(device, part);
            lab.capture(Role::Manufacturer, &[event]).expect(202);
        }
    }
    let mut sent = move_to(BizStep::Shipping, MAKER, NOW_MS - 69_000_000);
    sent["bizTransactionList"] = json!([{ "type": "desadv", "bizTransaction": PAPER }]);
    lab.capture(Role::Manufacturer, &[sent]).expect(202);
    (lab, loggers)
}

fn path(of: &str) -> String {
    format!("/api/v1/shipments/{}/readings", segment(of))
}

fn columns(answer: &Answer) -> Vec<(String, Vec<(i64, i32)>)> {
    let told = answer.json();
    let series = told["series"].as_array().unwrap().iter();
    let read = |it: &Value| {
        assert_eq!(it["shipment"], SSCC);
        let column = |name: &str| it[name].as_array().unwrap().clone().into_iter();
        let mut at = it["from_ms"].as_i64().unwrap();
        let rows = column("steps_ms").zip(column("milli_celsius"));
        let rows = rows.map(|(step, mc)| {
            at += step.as_i64().unwrap();
            (at, i32::try_from(mc.as_i64().unwrap()).unwrap())
        });
        (it["device"].as_str().unwrap().to_owned(), rows.collect())
    };
    series.map(read).collect()
}

#[test]
fn all_readings_come_as_columns_whatever_the_view_leaves_out() {
    let (lab, loggers) = story();
    let expected = loggers.map(|(device, readings)| (device.to_owned(), readings));
    let shipment = format!("/api/v1/shipments/{}", segment(SSCC));
    let view = lab.get(Role::Wholesaler, &shipment).expect(200).json();
    let chain = &view["cold_chain"];
    assert_eq!(chain["readings_total"], json!(6_040));
    let listed = chain["readings"].as_array().unwrap();
    assert!(listed.len() <= 5_000, "{}", listed.len());
    let second = |it: &&Value| it["device"] == json!(expected[1].0);
    assert_eq!(listed.iter().filter(second).count(), 40);
    for path in [path(SSCC), path(PAPER), pack_path("A1", "readings")] {
        let answer = lab.get(Role::Wholesaler, &path).expect(200);
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.json()["count"], json!(6_040), "{path}");
        assert_eq!(columns(&answer), expected, "{path}");
        assert_eq!(lab.get(Role::Pharmacy, &path).status, 404, "{path}");
    }
    let id = |of: &str| lab.get(Role::Wholesaler, of).json()["id"].clone();
    assert_eq!(id(&path(PAPER)), json!(SSCC));
    assert_eq!(
        lab.get(
            Role::Wholesaler,
            &path("https://id.gs1.org/00/395060000000000023")
        )
        .status,
        404
    );
}

#[test]
fn who_asks_for_a_table_gets_a_row_for_each_reading() {
    let (lab, loggers) = story();
    let csv = [("Accept", "text/csv")];
    let answer = lab
        .ask(Role::Wholesaler, ("GET", &path(SSCC)), &csv, &[])
        .expect(200);
    assert_eq!(
        answer.headers["content-type"],
        "text/csv; charset=utf-8; header=present"
    );
    assert!(answer.headers["vary"].contains("accept"));
    let mut expected = vec!["time_utc,celsius,device,shipment".to_owned()];
    for (device, readings) in &loggers {
        for (at_ms, mc) in readings {
            let celsius = f64::from(*mc) / 1000.0;
            expected.push(format!("{},{celsius},{device},{SSCC}", time_text(*at_ms)));
        }
    }
    let text = String::from_utf8(answer.body).unwrap();
    assert_eq!(text.strip_suffix("\r\n").unwrap(), expected.join("\r\n"));
}

#[test]
fn who_has_the_answer_is_not_sent_it_again_until_there_is_a_new_reading() {
    let (lab, loggers) = story();
    let ask =
        |headers: &[(&str, &str)]| lab.ask(Role::Wholesaler, ("GET", &path(SSCC)), headers, &[]);
    let tag = ask(&[]).expect(200).headers["etag"].clone();
    assert!(ask(&[("If-None-Match", &tag)]).expect(304).body.is_empty());
    ask(&[("If-None-Match", &tag), ("Accept", "text/csv")]).expect(200);
    let later = [(NOW_MS - 61_000_000, 5_000)];
    let event = measured(loggers[0].0, &later);
    lab.capture(Role::Manufacturer, &[event]).expect(202);
    ask(&[("If-None-Match", &tag)]).expect(200);
}
