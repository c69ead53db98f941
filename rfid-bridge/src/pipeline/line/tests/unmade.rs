//! What makes no event: one sensor whose identity is none must not end the bridge for all others,
//! and nothing that was acknowledged may be lost by it.

use super::*;

/// The sensor of [`Bridge::letter`] with number 9, named as it cannot be, and as it can.
const WRONG: &str = "[[sensor]]\ndevice = \"0102030405060709\"\ndevice_id = \"probe 9: left\"\n";
const RIGHT: &str = "[[sensor]]\ndevice = \"0102030405060709\"\ndevice_id = \"urn:x:9\"\n";
const FEED: &str = r#"[[feed]]
name = "loggers"
read_point = "https://id.gs1.org/414/9521321000018/254/cold-1"
format = "hobo"
path = "/loggers"
"#;

/// Sensors and first values of the delivered events.
fn told(bridge: &Bridge) -> Vec<(String, String)> {
    let events = bridge.with("logger").into_iter();
    let row = |event: &Value| {
        let element = &event["sensorElementList"][0];
        let device = element["sensorMetadata"]["deviceID"].as_str().unwrap();
        (
            device.to_owned(),
            element["sensorReport"][0]["value"].to_string(),
        )
    };
    events.map(row).collect()
}

#[tokio::test]
async fn values_that_make_no_event_wait_for_a_configuration_in_which_they_do() {
    let mut bridge = Bridge::start(1 << 24, WRONG);
    assert_eq!(bridge.letter(9, 1, "4.5").await, Outcome::Kept);
    assert_eq!(bridge.letter(8, 1, "5.5").await, Outcome::Kept);
    bridge.tick().await;
    bridge.deliver();
    let other = ("urn:dev:mac:0102030405060708".to_owned(), "5.5".to_owned());
    assert_eq!(
        told(&bridge),
        std::slice::from_ref(&other),
        "the others go on"
    );
    bridge.die();
    bridge.live(0);
    bridge.tick().await;
    bridge.deliver();
    assert_eq!(told(&bridge).len(), 1, "still none, and the bridge lives");
    bridge.die();
    bridge.more = RIGHT;
    bridge.live(0);
    bridge.tick().await;
    bridge.deliver();
    assert_eq!(
        told(&bridge),
        [other, ("urn:x:9".to_owned(), "4.5".to_owned())]
    );
    bridge.die();
    bridge.live(0);
    bridge.tick().await;
    bridge.deliver();
    assert_eq!(told(&bridge).len(), 2, "once");
}

#[tokio::test]
async fn a_file_that_makes_no_event_is_refused() {
    let sensor = "[[sensor]]\ndevice = \"5\"\ndevice_id = \"probe 5: left\"\n";
    let more: String = [FEED, sensor].concat();
    let mut bridge = Bridge::start(1 << 24, more.leak());
    let text = "\"Date Time, GMT+01:00\",\"Temp, C (LGR S/N: 5)\"\n2026-03-02 08:00:00,4\n";
    let file = ("a.csv".to_owned(), text.as_bytes().to_vec());
    let outcome = bridge.line().take_file(3, file, None).await.unwrap();
    let Outcome::Unreadable(why) = outcome else {
        panic!("{outcome:?}");
    };
    assert!(
        why.contains("makes no event") && why.contains("deviceID"),
        "{why}"
    );
    assert_eq!(bridge.letter(8, 1, "5.5").await, Outcome::Kept);
}
