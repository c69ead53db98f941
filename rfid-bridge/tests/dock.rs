//! The two programs together: `reader-sim` plays a dock door, `rfid-bridge` records it and hands
//! its blocks to a service of a few lines that keeps what it is given. Real processes, real TCP,
//! and for one test a real `kill -9`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

#[path = "dock/chaos.rs"]
mod chaos;
mod common;
#[path = "dock/paused.rs"]
mod paused;
#[path = "dock/reload.rs"]
mod reload;

use common::{Process, Service, bridge, door, genuine_logger_file, summary};

fn configure(folder: &Path, reader: &str, service: &str, idle_ms: u64) {
    let reader = common::reader(reader, "dock-1");
    common::configure(folder, service, idle_ms, "", &reader);
}

fn once(folder: &Path, more: &[&str]) -> Output {
    let config = folder.join("bridge.toml");
    bridge(&["run", "--once", "--config", config.to_str().unwrap()])
        .args(more)
        .output()
        .unwrap()
}

/// A bridge that runs until the test or somebody else ends it.
fn running(folder: &Path) -> Process {
    let config = folder.join("bridge.toml");
    let child = bridge(&["run", "--config", config.to_str().unwrap()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Process(child)
}

#[test]
fn a_passage_reaches_the_service_whole_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    *service.failing.lock().unwrap() = 2;
    let (mut sim, address) = door(&["--tags", "300", "--dwell-ms", "600", "--once"]);
    configure(folder.path(), &address, &service.url, 700);
    let output = once(folder.path(), &[]);
    let done = summary(&output);
    assert_eq!(output.status.code(), Some(0), "{done}");
    assert_eq!(done["observations"], 300);
    assert_eq!(done["undelivered"], 0);
    assert!(done["reads"].as_u64() >= Some(300), "{done}");
    assert_eq!(done["delivered"], done["blocks"]);
    let (tags, events) = service.events();
    assert_eq!(tags.len(), 300);
    assert!(
        tags.iter()
            .all(|tag| tag.starts_with("https://id.gs1.org/01/09521321000018/21/"))
    );
    assert!(events.values().all(|times| *times == 1), "{events:?}");
    service.check_chain();
    assert!(
        sim.0.wait().unwrap().success(),
        "the door ends after one passage"
    );
}

#[test]
fn offline_everything_waits_and_goes_out_later() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    // The first run meets the service (which then takes nothing), the second run delivers both.
    *service.failing.lock().unwrap() = u32::MAX;
    let (_sim, address) = door(&["--tags", "20", "--dwell-ms", "300"]);
    configure(folder.path(), &address, &service.url, 700);
    let output = once(folder.path(), &["--deliver-ms", "1500"]);
    assert_eq!(output.status.code(), Some(7), "{}", summary(&output));
    assert_eq!(service.events().0.len(), 0);
    *service.failing.lock().unwrap() = 0;
    let output = once(folder.path(), &[]);
    let done = summary(&output);
    assert_eq!(output.status.code(), Some(0), "{done}");
    assert!(
        done["delivered"].as_u64() > done["blocks"].as_u64(),
        "{done}"
    );
    assert_eq!(service.events().0.len(), 20);
    assert!(service.events().1.len() >= 2, "each passage has its event");
    service.check_chain();
    let told = service.documents();
    let causes: Vec<&str> = told
        .iter()
        .filter_map(|event| event.pointer("/theriac:data_gap/cause")?.as_str())
        .collect();
    assert!(causes.contains(&"stopped"), "between the runs: {causes:?}");
}

#[test]
fn a_service_that_was_never_met_costs_nothing_but_time() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let (_sim, address) = door(&["--tags", "5", "--dwell-ms", "300"]);
    configure(folder.path(), &address, &format!("http://{nobody}"), 700);
    let output = once(folder.path(), &["--deliver-ms", "500"]);
    let done = summary(&output);
    assert_eq!(
        (output.status.code(), done["blocks"].as_u64()),
        (Some(7), Some(0)),
        "{done}"
    );
    assert_eq!(
        done["undelivered"], done["events"],
        "events wait for a chain to join"
    );
    let service = Service::start();
    configure(folder.path(), &address, &service.url, 700);
    assert_eq!(once(folder.path(), &[]).status.code(), Some(0));
    assert_eq!(service.events().0.len(), 5);
    service.check_chain();
}

#[test]
fn a_killed_bridge_loses_nothing_it_spooled_and_forks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let (_sim, address) = door(&[
        "--tags",
        "10",
        "--dwell-ms",
        "100",
        "--interval-ms",
        "20",
        "--pause-ms",
        "400",
    ]);
    configure(folder.path(), &address, &service.url, 150);
    for life in 0..12_u64 {
        // Every other life is spent offline, so that blocks pile up across deaths.
        *service.failing.lock().unwrap() = if life % 2 == 0 { 0 } else { u32::MAX };
        let mut child = running(folder.path());
        std::thread::sleep(std::time::Duration::from_millis(500 + life * 131 % 700));
        child.0.kill().unwrap();
        child.0.wait().unwrap();
    }
    *service.failing.lock().unwrap() = 0;
    let output = once(folder.path(), &["--quiet-ms", "150"]);
    let done = summary(&output);
    assert_eq!(done["undelivered"], 0, "{done}");
    assert_eq!(done["refused"], 0, "{done}");
    let (tags, events) = service.events();
    assert_eq!(tags.len(), 10);
    assert!(events.len() > 3, "{} events of 12 lives", events.len());
    assert!(
        events.values().all(|times| *times == 1),
        "each event in one block: {events:?}"
    );
    service.check_chain();
}

#[test]
fn wrong_use_is_told_by_the_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none");
    let missing = missing.to_str().unwrap();
    let code = |arguments: &[&str]| bridge(arguments).output().unwrap().status.code();
    assert_eq!(code(&["run", "--config", missing]), Some(2));
    assert_eq!(code(&["run"]), Some(2));
    assert_eq!(code(&["read-logger", missing]), Some(3));
    let file = folder.path().join("logger.txt");
    std::fs::write(&file, "no logger").unwrap();
    assert_eq!(code(&["read-logger", file.to_str().unwrap()]), Some(2));
    std::fs::write(&file, "Device: X\r\nConf:\r\n Serial: 1\r\n").unwrap();
    assert_eq!(
        code(&["read-logger", file.to_str().unwrap()]),
        Some(6),
        "unsigned"
    );
    std::fs::write(&file, "Device: X\r\nConf:\r\n").unwrap();
    assert_eq!(
        code(&["read-logger", file.to_str().unwrap()]),
        Some(6),
        "damaged"
    );
}

#[test]
fn a_genuine_logger_file_is_told_from_an_edited_one() {
    let Some((genuine, text)) = genuine_logger_file() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let edited = folder.path().join("edited.txt");
    std::fs::write(&edited, text.replacen("24.3", "7.3", 1)).unwrap();
    for (file, code, word) in [(&genuine, 0, "valid"), (&edited, 6, "invalid")] {
        for format in ["text", "json", "epcis"] {
            let output = bridge(&["read-logger", "--format", format])
                .arg(file)
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(code), "{format}");
            let told = String::from_utf8(output.stdout).unwrap();
            match format {
                "text" => assert!(told.contains(&format!("device signature {word}")), "{told}"),
                "json" => {
                    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
                    assert_eq!(told["signature"], word);
                    assert_eq!(told["readings"].as_array().unwrap().len(), 124);
                }
                _ => {
                    let document = gs1::epcis::parse_document(told.as_bytes()).unwrap();
                    assert_eq!(document.events.len(), 1);
                }
            }
        }
    }
}
