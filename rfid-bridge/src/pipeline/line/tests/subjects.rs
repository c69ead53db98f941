//! A file that was handed in for the wrong subject, and then for the right one.

use super::*;
use crate::samples::Sensor;
use gs1::Epc;

const FEED: &str = r#"[[feed]]
name = "loggers"
read_point = "https://id.gs1.org/414/9521321000018/254/cold-1"
format = "hobo"
path = "/loggers"
[[sensor]]
device = "6"
subject = "https://id.gs1.org/00/095201234567891235"
"#;
const ONE: &str = "https://id.gs1.org/00/095201234567891235";
const OTHER: &str = "https://id.gs1.org/00/195201234567891232";

fn of(subject: &str) -> Sensor {
    Sensor {
        subject: Some(Epc::parse(subject).unwrap()),
        ..Sensor::default()
    }
}

async fn import(bridge: &mut Bridge, logger: u8, sensor: Option<&Sensor>) -> Outcome {
    let text = format!(
        "\"Date Time, GMT+01:00\",\"Temp, C (LGR S/N: {logger})\"\n2026-03-02 08:00:00,4\n"
    );
    let file = ("a.csv".to_owned(), text.into_bytes());
    bridge.line().take_file(3, file, sensor).await.unwrap()
}

#[tokio::test]
async fn a_file_is_told_once_for_each_subject() {
    use Outcome::{Kept, Known};
    let mut bridge = Bridge::start(1 << 24, FEED);
    let (one, other) = (of(ONE), of(OTHER));
    // Logger 6 has a subject by the configuration, logger 5 has none.
    for (logger, sensor, expected) in [
        (5, Some(&one), Kept),
        (5, Some(&one), Known),
        (5, Some(&other), Kept),
        (5, Some(&other), Known),
        (5, Some(&one), Known),
        (5, None, Known),
        (6, None, Kept),
        (6, Some(&one), Known),
        (6, Some(&other), Kept),
        (6, None, Known),
    ] {
        let outcome = import(&mut bridge, logger, sensor).await;
        assert_eq!(outcome, expected, "{logger} {sensor:?}");
    }
    bridge.tick().await;
    bridge.deliver();
    let told = bridge.with("logger");
    let subjects: Vec<&str> = told
        .iter()
        .map(|it| it["epcList"][0].as_str().unwrap())
        .collect();
    assert_eq!(subjects, [ONE, OTHER, ONE, OTHER]);
    let ids: BTreeSet<String> = told.iter().map(|it| it["eventID"].to_string()).collect();
    assert_eq!(ids.len(), 4, "each is an event of its own");
}
