//! An alarm waits for nothing: neither for its event's other values nor for its block's other
//! events, whatever those are allowed to wait.

use std::time::Duration;

use super::common::{Process, Service};
use super::{TOKEN, configure, feed, free_port, on_push, post, run, wait_for};

#[test]
fn an_alarm_is_delivered_while_everything_else_still_waits() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let port = free_port();
    let sources = [
        on_push(port),
        feed("cold-2", "format = \"chirpstack\"\npath = \"/lora\""),
        feed("dock-3", "format = \"impinj\"\npath = \"/dock-3\""),
        "[[sensor]]\ndevice = \"0000000000000001\"\nmax_c = \"8\"\n".to_owned(),
    ]
    .join("\n");
    configure(folder.path(), &service.url, &sources);
    let file = folder.path().join("bridge.toml");
    let hour = std::fs::read_to_string(&file)
        .unwrap()
        .replace("age_ms_max = 200", "age_ms_max = 3600000")
        .replace("sample_age_ms_max = 300", "sample_age_ms_max = 3600000");
    std::fs::write(&file, hour).unwrap();
    let _bridge = Process(run(folder.path(), &[]).spawn().unwrap());
    wait_for(port);
    let up = |device: u8, count: u8, celsius: &str| {
        let body = format!(
            r#"{{"deduplicationId":"{device}-{count}","fCnt":{count},
            "object":{{"temperature":{celsius}}},
            "deviceInfo":{{"devEui":"000000000000000{device}"}}}}"#
        );
        let told = post(port, "/lora", TOKEN, &body);
        assert_eq!(told, (200, "kept".to_owned()));
    };
    let values = |wanted: &str| {
        let has_it = || {
            let told = service.documents();
            let texts = told.iter().map(ToString::to_string);
            texts.filter(|it| it.contains("sensorReport")).collect()
        };
        for _ in 0..1_200 {
            let told: Vec<String> = has_it();
            if told.iter().any(|it| it.contains(wanted)) {
                return told;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("{wanted} was not delivered");
    };
    up(2, 1, "4.25");
    up(1, 1, "4.5");
    up(1, 2, "8.25");
    let told = values("8.25");
    assert!(told.iter().all(|it| !it.contains("4.25")), "{told:?}");
    assert!(told.iter().any(|it| it.contains("4.5")), "its own series");
    assert!(told.iter().any(|it| it.contains("ALARM_CONDITION")));
    // And once more: being urgent is not used up.
    up(1, 3, "9.75");
    let told = values("9.75");
    assert!(told.iter().all(|it| !it.contains("4.25")), "{told:?}");
    service.check_chain();
}
