//! A bridge whose spool is full says so to those that keep what they send: a broker gets no
//! acknowledgement and a client 503, until the service is there again and everything arrives. And
//! what it takes to fill one of the usual size: more than three days.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rfid_bridge::keyfile;
use rfid_bridge::pipeline::{self, Summary};
use rfid_bridge::reload::{Active, Control, Loaded};
use rfid_bridge::spool::pressure::{Stage, stage};
use rfid_bridge::spool::{BYTES_MAX, Spool};
use tokio::sync::{mpsc, watch};

use super::common::Service;
use super::offline::Offline;
use super::{
    EPC, READINGS, TOKEN, broker, configure, exchange, feed, free_port, on_broker, on_push,
    publish, reading, subscribe_first, wait_for,
};

/// The bridge in this process, before a spool of 60 kB: smaller than a file may ask for.
struct Small {
    stop: watch::Sender<bool>,
    thread: std::thread::JoinHandle<Summary>,
}

impl Small {
    fn start(folder: &Path) -> Self {
        let mut first = Loaded::read(&folder.join("bridge.toml")).unwrap();
        first.config.spool.bytes_max = Some(60_000);
        let key = keyfile::load(&first.config.device.key_file).unwrap().key;
        let (stop, stopped) = watch::channel(false);
        let control = Control {
            stop: stopped,
            reloads: mpsc::channel(1).1,
            active: watch::channel(Active::default()).0,
            last_good: None,
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            let run = pipeline::run(first, key, None, control);
            runtime.block_on(run).unwrap()
        });
        Self { stop, thread }
    }

    fn stop(self) -> Summary {
        self.stop.send(true).unwrap();
        self.thread.join().unwrap()
    }
}

/// Waits, a minute at most.
fn until(mut is_so: impl FnMut() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it does not come about");
}

/// How often each measured value was delivered.
fn values(service: &Service) -> BTreeMap<String, usize> {
    let mut values = BTreeMap::new();
    for event in service.documents() {
        let reports = event.pointer("/sensorElementList/0/sensorReport");
        for report in reports.and_then(|it| it.as_array()).into_iter().flatten() {
            *values.entry(report["value"].to_string()).or_insert(0) += 1;
        }
    }
    values
}

#[test]
fn a_broker_keeps_what_there_is_no_room_for() {
    const COUNT: usize = 900;
    let folder = tempfile::tempdir().unwrap();
    let Some((_broker, port)) = broker(folder.path(), "") else {
        return;
    };
    let service = Service::start();
    *service.failing.lock().unwrap() = u32::MAX;
    let sources = on_broker(port) + &feed("cold-1", READINGS);
    configure(folder.path(), &service.url, &sources);
    subscribe_first(port, &["cold/#"]);
    publish(port, (0..COUNT).map(reading));
    let bridge = Small::start(folder.path());
    // Whatever it can take without the service, it has taken by then.
    std::thread::sleep(Duration::from_secs(3));
    *service.failing.lock().unwrap() = 0;
    until(|| values(&service).len() == COUNT);
    let done = bridge.stop();
    assert!(done.letters.later > 0, "it was full: {done:?}");
    assert_eq!(done.letters.kept, u64::try_from(COUNT).unwrap());
    assert_eq!(done.dropped.reads + done.dropped.values, 0);
    let values = values(&service);
    assert!(values.values().all(|times| *times == 1), "each once");
    service.check_chain();
}

/// Posts; the head of the answer.
fn post(port: u16, path: &str, body: &str) -> String {
    exchange(port, path, TOKEN, body)
}

#[test]
fn a_client_is_told_to_come_again_unless_it_brings_an_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    *service.failing.lock().unwrap() = u32::MAX;
    let port = free_port();
    let sources = [
        on_push(port),
        feed("dock-3", "format = \"impinj\"\npath = \"/dock-3\""),
        feed("cold-2", "format = \"chirpstack\"\npath = \"/lora\""),
        "[[sensor]]\ndevice = \"0102030405060708\"\nmax_c = \"8\"\n".to_owned(),
    ]
    .join("\n");
    configure(folder.path(), &service.url, &sources);
    let bridge = Small::start(folder.path());
    wait_for(port);
    let tags = |from: u32| {
        let one = |serial: u32| {
            let epc = format!("{}{serial:06x}", EPC.split_at(18).0);
            format!(r#"{{"eventType":"tagInventory","tagInventoryEvent":{{"epcHex":"{epc}"}}}}"#)
        };
        let all: Vec<String> = (from..from + 40).map(one).collect();
        format!("[{}]", all.join(","))
    };
    let mut taken = 0;
    let refused = loop {
        let answer = post(port, "/dock-3", &tags(taken));
        if !answer.starts_with("HTTP/1.1 200 ") {
            break answer;
        }
        taken += 40;
        assert!(taken < 40_000, "it does not fill");
    };
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(
        refused
            .to_ascii_lowercase()
            .contains("\r\nretry-after: 30\r\n")
    );
    let alarm = r#"{"deduplicationId":"d","fCnt":1,"object":{"temperature":8.5},
        "deviceInfo":{"devEui":"0102030405060708"}}"#;
    let answer = post(port, "/lora", alarm);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    *service.failing.lock().unwrap() = 0;
    until(|| post(port, "/dock-3", &tags(taken)).starts_with("HTTP/1.1 200 "));
    let wanted = usize::try_from(taken).unwrap() + 40;
    until(|| service.events().0.len() == wanted);
    let done = bridge.stop();
    assert_eq!((done.dropped.reads, done.undelivered), (0, 0));
    assert_eq!(values(&service).get("8.5"), Some(&1));
    service.check_chain();
}

#[test]
fn three_days_without_the_service_leave_the_spool_free() {
    const SECONDS: u64 = 72 * 3_600;
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(&folder.path().join("spool.redb")).unwrap();
    let mut offline = Offline::new(true);
    let mut weight = |seconds: u64| {
        offline.pass(seconds, &spool);
        spool.figures().bytes
    };
    let (first, both) = (weight(60), weight(540));
    let all = (both - first) * SECONDS / 540;
    let percent = all * 100 / BYTES_MAX;
    assert_eq!(
        stage(all, BYTES_MAX, Stage::Free),
        Stage::Free,
        "{percent} %"
    );
    assert!(percent >= 10, "it weighs something: {percent} %");
}
