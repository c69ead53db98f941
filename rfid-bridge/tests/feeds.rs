//! The bridge with sources that send messages: a real `mosquitto` (Debian package, which `cargo
//! xtask ci` installs; without it these tests say so and pass) and clients that post. What was
//! acknowledged is delivered, once, whenever the bridge dies and the link breaks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rumqttc::{Client, Event, MqttOptions, Packet, QoS};

#[path = "feeds/alerts.rs"]
mod alerts;
#[path = "common/authority.rs"]
mod authority;
mod common;
#[path = "feeds/doctor.rs"]
mod doctor;
#[path = "feeds/full.rs"]
mod full;
#[path = "common/offline.rs"]
mod offline;
#[path = "feeds/tls.rs"]
mod tls;

use common::{Process, Service, bridge, genuine_logger_file, summary};

/// The session of the bridge at the broker.
const SESSION: &str = "bridge-dock-1";
/// What whoever pushes must show.
const TOKEN: &str = "a-token-of-sixteen-characters";
/// The keys of a feed of [`reading`]s.
const READINGS: &str = "broker = \"site\"\ntopic = \"cold/#\"\n[feed.mapping]\nid = \"/id\"\n\
    device = \"/d\"\n[[feed.mapping.value]]\npointer = \"/t\"\n\
    type = \"Temperature\"\nuom = \"CEL\"";

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn wait_for(port: u16) {
    for _ in 0..400 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("nobody listens on port {port}");
}

/// Starts a broker; `None` without one on this machine.
fn broker(folder: &Path, more: &str) -> Option<(Process, u16)> {
    let program = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"]
        .into_iter()
        .find(|path| Path::new(path).exists());
    let Some(program) = program else {
        eprintln!("SKIPPED: mosquitto is not installed");
        return None;
    };
    let port = free_port();
    let config = folder.join("mosquitto.conf");
    let text = format!(
        "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n\
         max_inflight_messages 500\npersistence false\n{more}\n"
    );
    std::fs::write(&config, text).unwrap();
    let child = Command::new(program)
        .arg("-c")
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let process = Process(child);
    wait_for(port);
    Some((process, port))
}

/// Makes the bridge's session and its subscription, so that nothing is lost before it starts.
fn subscribe_first(port: u16, filters: &[&str]) {
    let mut options = MqttOptions::new(SESSION, "127.0.0.1", port);
    options.set_clean_session(false);
    let (client, mut connection) = Client::new(options, 10);
    for filter in filters {
        client.subscribe(*filter, QoS::AtLeastOnce).unwrap();
    }
    let mut left = filters.len();
    for event in connection.iter() {
        match event {
            Ok(Event::Incoming(Packet::SubAck(_))) => left -= 1,
            Err(error) => panic!("{error}"),
            _ => {}
        }
        if left == 0 {
            break;
        }
    }
    client.disconnect().unwrap();
    // Until the disconnection has been sent.
    while connection.recv().is_ok_and(|event| event.is_ok()) {}
}

/// Publishes at `QoS` 1 and waits until the broker has everything.
fn publish(port: u16, messages: impl Iterator<Item = (String, String)> + Send + 'static) {
    let mut options = MqttOptions::new("publisher", "127.0.0.1", port);
    options.set_inflight(200);
    let (client, mut connection) = Client::new(options, 400);
    let sent = Arc::new(AtomicUsize::new(usize::MAX));
    let total = Arc::clone(&sent);
    let sending = std::thread::spawn(move || {
        let mut count = 0;
        for (topic, body) in messages {
            client
                .publish(topic, QoS::AtLeastOnce, false, body)
                .unwrap();
            count += 1;
        }
        total.store(count, Ordering::SeqCst);
        client
    });
    let mut acknowledged = 0;
    while acknowledged < sent.load(Ordering::SeqCst) {
        match connection.recv_timeout(Duration::from_millis(200)) {
            Ok(Ok(Event::Incoming(Packet::PubAck(_)))) => acknowledged += 1,
            Ok(Err(error)) => panic!("{error}"),
            Ok(Ok(_)) | Err(_) => {}
        }
    }
    drop(sending.join().unwrap());
}

/// Writes keys and configuration; `sources` is the part about feeds.
fn configure(folder: &Path, service: &str, sources: &str) {
    std::fs::write(folder.join("push.token"), TOKEN).unwrap();
    common::configure(folder, service, 500, "", sources);
}

fn run(folder: &Path, more: &[&str]) -> Command {
    let config = folder.join("bridge.toml");
    let mut command = bridge(&["run", "--config", config.to_str().unwrap()]);
    command
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn feed(name: &str, more: &str) -> String {
    format!(
        "[[feed]]\nname = \"{name}\"\nbiz_step = \"receiving\"\n\
         read_point = \"https://id.gs1.org/414/9521321000018/254/{name}\"\n{more}\n"
    )
}

fn on_broker(port: u16) -> String {
    format!(
        "[[broker]]\nname = \"site\"\naddress = \"127.0.0.1:{port}\"\nclient_id = \"{SESSION}\"\n"
    )
}

fn on_push(port: u16) -> String {
    format!("[push]\nlisten = \"127.0.0.1:{port}\"\ntoken_file = \"push.token\"\n")
}

/// An uplink of a `LoRaWAN` probe.
fn up(id: &str, count: u64, celsius: &str) -> (String, String) {
    let body = format!(
        r#"{{"deduplicationId":"{id}","fCnt":{count},"object":{{"temperature":{celsius}}},
        "deviceInfo":{{"devEui":"0102030405060708"}}}}"#
    );
    ("lora/up".to_owned(), body)
}

const EPC: &str = "3074257bf7194e4000001a85";

#[test]
fn tags_and_measurements_come_by_a_broker() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_broker, port)) = broker(folder.path(), "") else {
        return;
    };
    let service = Service::start();
    let sources = [
        on_broker(port),
        feed("dock-2", "format = \"zebra\"\nbroker = \"site\"\ntopic = \"zebra/+/data\""),
        feed("cold-2", "format = \"chirpstack\"\nbroker = \"site\"\ntopic = \"lora/#\""),
        "[[sensor]]\ndevice = \"0102030405060708\"\nmax_c = \"8\"\ncalibrated_until = \"2099-01-01\""
            .to_owned(),
    ]
    .join("\n");
    configure(folder.path(), &service.url, &sources);
    subscribe_first(port, &["zebra/+/data", "lora/#"]);
    let read =
        format!(r#"{{"type":"SIMPLE","data":{{"idHex":"{EPC}","antenna":2,"TID":"e280"}}}}"#);
    let messages = [
        ("zebra/a/data".to_owned(), read),
        ("zebra/a/data".to_owned(), "no JSON".to_owned()),
        up("d-1", 7, "4.5"),
        // The same uplink by another gateway, then one after two that never came.
        up("d-1", 7, "4.5"),
        up("d-2", 10, "8.25"),
    ];
    publish(port, messages.into_iter());
    let output = run(folder.path(), &["--once"]).output().unwrap();
    let done = summary(&output);
    assert_eq!(output.status.code(), Some(0), "{done}");
    let letters = &done["letters"];
    assert_eq!(letters["kept"], 3, "{done}");
    assert_eq!(
        (&letters["known"], &letters["unreadable"]),
        (&1.into(), &1.into())
    );
    let events = service.documents();
    let with = |name: &str| -> Vec<&serde_json::Value> {
        events
            .iter()
            .filter(|event| event.get(name).is_some())
            .collect()
    };
    let tags = with("theriac:rfid");
    assert_eq!(tags.len(), 1);
    assert_eq!(tags[0]["theriac:tags"][0]["tid"], "E280");
    let gaps = with("theriac:data_gap");
    let missing = gaps
        .iter()
        .find(|gap| gap["theriac:data_gap"]["cause"] == "missing");
    assert_eq!(missing.expect("two uplinks")["theriac:data_gap"]["lost"], 2);
    let values: BTreeSet<(String, String)> = with("theriac:logger")
        .iter()
        .flat_map(|event| {
            event["sensorElementList"][0]["sensorReport"]
                .as_array()
                .unwrap()
        })
        .map(|report| (report["value"].to_string(), report["exception"].to_string()))
        .collect();
    let expected = [("4.5", "null"), ("8.25", "\"ALARM_CONDITION\"")];
    let expected = expected.map(|(value, alarm)| (value.to_owned(), alarm.to_owned()));
    assert_eq!(values, BTreeSet::from(expected));
    let calibration = &with("theriac:logger")[0]["theriac:logger"]["calibration"];
    assert_eq!(calibration["state"], "valid");
    // Nothing is left at the broker.
    let again = run(folder.path(), &["--once", "--first-ms", "800"])
        .output()
        .unwrap();
    assert_eq!(summary(&again)["letters"]["kept"], 0);
}

#[test]
fn a_passage_that_was_acknowledged_outlives_the_bridge() {
    let folder = tempfile::tempdir().unwrap();
    let Some((_broker, port)) = broker(folder.path(), "") else {
        return;
    };
    let service = Service::start();
    let feed = feed(
        "dock-2",
        "format = \"zebra\"\nbroker = \"site\"\ntopic = \"zebra\"",
    );
    configure(folder.path(), &service.url, &(on_broker(port) + &feed));
    let config = folder.path().join("bridge.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("idle_ms = 500", "idle_ms = 60000")).unwrap();
    subscribe_first(port, &["zebra"]);
    let read = format!(r#"{{"type":"SIMPLE","data":{{"idHex":"{EPC}"}}}}"#);
    publish(port, [("zebra".to_owned(), read)].into_iter());
    let mut child = Process(run(folder.path(), &[]).spawn().unwrap());
    // The tag stands in the door for a minute; the bridge dies when the broker has its answer.
    let spool = folder.path().join("spool.redb");
    for _ in 0..400 {
        std::thread::sleep(Duration::from_millis(25));
        if !spool.exists() {
            continue;
        }
        child.0.kill().unwrap();
        child.0.wait().unwrap();
        let kept = rfid_bridge::spool::Spool::open(&spool)
            .unwrap()
            .kept()
            .unwrap();
        if !kept.is_empty() {
            break;
        }
        child = Process(run(folder.path(), &[]).spawn().unwrap());
        std::thread::sleep(Duration::from_millis(500));
    }
    std::fs::write(&config, text).unwrap();
    let output = run(folder.path(), &["--once", "--first-ms", "1500"])
        .output()
        .unwrap();
    let done = summary(&output);
    assert_eq!(done["undelivered"], 0, "{done}");
    let told = service.documents();
    let passages = told
        .iter()
        .filter(|event| event.get("theriac:rfid").is_some());
    assert_eq!(passages.count(), 1, "{told:?}");
}

/// Sends one request; the status and the text of the answer.
fn post(port: u16, path: &str, token: &str, body: &str) -> (u16, String) {
    let answer = exchange(port, path, token, body);
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let text = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    (status, text.trim().to_owned())
}

/// The whole answer to a POST, as it came.
fn exchange(port: u16, path: &str, token: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: bridge\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn webhooks_are_answered_when_they_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let port = free_port();
    let sources = [
        on_push(port),
        feed("dock-3", "format = \"impinj\"\npath = \"/dock-3\""),
        feed("truck-1", "format = \"tive\"\npath = \"/tive/7\""),
    ]
    .join("\n");
    configure(folder.path(), &service.url, &sources);
    let child = run(folder.path(), &["--once", "--quiet-ms", "2000"])
        .spawn()
        .unwrap();
    wait_for(port);
    let read =
        format!(r#"[{{"eventType":"tagInventory","tagInventoryEvent":{{"epcHex":"{EPC}"}}}}]"#);
    let reading = r#"{"timestamp":"2026-03-02T08:15:30Z","temperature":-18.5}"#;
    let rows = [
        ("/dock-3", "wrong", read.as_str(), 401),
        ("/dock-4", TOKEN, &read, 404),
        ("/dock-3", TOKEN, "{", 422),
        ("/dock-3", TOKEN, &read, 200),
        ("/dock-3", TOKEN, "[]", 200),
        ("/tive/7", TOKEN, reading, 200),
        ("/tive/7", TOKEN, r#"{"temperature":4}"#, 422),
    ];
    for (path, token, body, expected) in rows {
        let (status, text) = post(port, path, token, body);
        assert_eq!(status, expected, "{path} {body}: {text}");
    }
    assert_eq!(post(port, "/tive/7", TOKEN, reading).1, "known");
    let output = child.wait_with_output().unwrap();
    let done = summary(&output);
    assert_eq!(output.status.code(), Some(0), "{done}");
    let told = service.documents();
    let reports: Vec<String> = told
        .iter()
        .filter_map(|event| event.pointer("/sensorElementList/0/sensorReport/0/value"))
        .map(ToString::to_string)
        .collect();
    assert_eq!(reports, ["-18.5"]);
    assert_eq!(done["observations"], 1, "{done}");
}

/// A link that breaks: carries bytes both ways and cuts every connection each `period`.
fn breaking_link(to: u16, period: Duration, cuts: &Arc<AtomicUsize>) -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
    let breaks = Arc::new(AtomicBool::new(true));
    let (kept, cutting, cut) = (Arc::clone(&open), Arc::clone(&breaks), Arc::clone(cuts));
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(period);
            if cutting.load(Ordering::SeqCst) {
                for stream in kept.lock().unwrap().drain(..) {
                    cut.fetch_add(1, Ordering::SeqCst);
                    // It may be closed already.
                    let _closed = stream.shutdown(Shutdown::Both);
                }
            }
        }
    });
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(near), Ok(far)) = (stream, TcpStream::connect(("127.0.0.1", to))) else {
                continue;
            };
            open.lock().unwrap().push(near.try_clone().unwrap());
            let pairs = [
                (near.try_clone().unwrap(), far.try_clone().unwrap()),
                (far, near),
            ];
            for (mut from, mut to) in pairs {
                std::thread::spawn(move || {
                    let _until_it_ends = std::io::copy(&mut from, &mut to);
                    let _closed = to.shutdown(Shutdown::Both);
                });
            }
        }
    });
    (port, breaks)
}

/// A message with a value of its own, so that one lost or told twice shows.
fn reading(at: usize) -> (String, String) {
    let (whole, milli, probe) = (at / 1000, at % 1000, at % 60);
    let body = format!(r#"{{"id":{at},"d":"probe-{probe}","t":{whole}.{milli:03}}}"#);
    (format!("cold/{probe}"), body)
}

/// Kills the bridge and cuts its link while `count` messages come; each value is delivered once.
fn chaos(count: usize, kills: u64) {
    let folder = tempfile::tempdir().unwrap();
    let Some((_broker, port)) = broker(folder.path(), "") else {
        return;
    };
    let service = Service::start();
    let cuts = Arc::new(AtomicUsize::new(0));
    let (link, breaks) = breaking_link(port, Duration::from_millis(700), &cuts);
    configure(
        folder.path(),
        &service.url,
        &(on_broker(link) + &feed("cold-1", READINGS)),
    );
    subscribe_first(port, &["cold/#"]);
    let publishing = std::thread::spawn(move || publish(port, (0..count).map(reading)));
    for life in 0..kills {
        let child = run(folder.path(), &[])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut child = Process(child);
        std::thread::sleep(Duration::from_millis(500 + life * 377 % 500));
        child.0.kill().unwrap();
        child.0.wait().unwrap();
    }
    publishing.join().unwrap();
    breaks.store(false, Ordering::SeqCst);
    let output = run(
        folder.path(),
        &["--once", "--quiet-ms", "2500", "--first-ms", "5000"],
    )
    .output()
    .unwrap();
    let done = summary(&output);
    assert_eq!(
        (&done["undelivered"], &done["refused"]),
        (&0.into(), &0.into()),
        "{done}"
    );
    let mut values = Vec::new();
    for event in service.documents() {
        let reports = event.pointer("/sensorElementList/0/sensorReport");
        let reports = reports.and_then(serde_json::Value::as_array);
        for report in reports.into_iter().flatten() {
            values.push((report["value"].as_f64().unwrap() * 1000.0).round());
        }
    }
    let told = values.len();
    values.sort_by(f64::total_cmp);
    values.dedup();
    eprintln!(
        "{count} messages, {kills} kills, {} cuts: {} values, {} twice, last run {done}",
        cuts.load(Ordering::SeqCst),
        values.len(),
        told - values.len()
    );
    assert_eq!(values.len(), count, "lost");
    assert_eq!(told, count, "told twice");
    service.check_chain();
}

#[test]
fn no_message_is_lost_or_told_twice() {
    chaos(3_000, 3);
}

#[test]
fn no_message_of_sixty_thousand_is_lost_or_told_twice_slow() {
    chaos(60_000, 8);
}

#[test]
fn logger_files_are_read_from_a_folder() {
    let Some((_, text)) = genuine_logger_file() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let sources = feed("cold-1", "format = \"berlinger\"\nfolder = \"loggers\"")
        + "[[sensor]]\ndevice = \"RCPJ00010\"\ncertificate = \"C-1\"\n\
           calibrated_until = \"2020-01-01\"\n";
    configure(folder.path(), &service.url, &sources);
    let loggers = folder.path().join("loggers");
    std::fs::create_dir(&loggers).unwrap();
    std::fs::write(loggers.join("a.txt"), &text).unwrap();
    std::fs::write(loggers.join("b.txt"), text.replacen("24.3", "7.3", 1)).unwrap();
    std::fs::write(loggers.join("c.txt"), "no logger").unwrap();
    std::fs::write(loggers.join("d.txt"), &text).unwrap();
    let output = run(folder.path(), &["--once"]).output().unwrap();
    let done = summary(&output);
    assert_eq!(done["letters"]["kept"], 2, "{done}");
    assert_eq!(
        done["letters"]["known"], 1,
        "the same file under another name"
    );
    let told = service.documents();
    let states: BTreeSet<&str> = told
        .iter()
        .map(|event| event["theriac:logger"]["signature"].as_str().unwrap())
        .collect();
    assert_eq!(states, BTreeSet::from(["valid", "invalid"]));
    assert!(told.iter().all(|event| {
        event["theriac:logger"]["calibration"]["state"] == "expired"
            && event
                .pointer("/sensorElementList/0/sensorMetadata/rawData")
                .is_some()
    }));
    let names = |name: &str| -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(loggers.join(name))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("done"), ["a.txt", "b.txt", "d.txt"]);
    assert_eq!(names("refused"), ["c.txt", "c.txt.reason"]);
}
