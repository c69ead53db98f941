//! Another configuration for a running bridge: a bad one is refused, one that does not come up is
//! taken back, a better one is read by, and no tag is lost while sources stop and start.

use std::path::PathBuf;
use std::time::Duration;

use super::chaos::{script, told_once, wait_for};
use super::*;

/// A bridge with its log in a file.
struct Logged {
    process: Process,
    log: PathBuf,
}

impl Logged {
    fn start(folder: &Path) -> Self {
        let log = folder.join("bridge.log");
        let config = folder.join("bridge.toml");
        let good = folder.join("good.toml");
        let child = bridge(&["run", "--config", config.to_str().unwrap()])
            .args(["--last-good", good.to_str().unwrap()])
            .env("RUST_LOG", "info")
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Self {
            process: Process(child),
            log,
        }
    }

    /// Waits until the log has so many lines with these words.
    fn wait_for_lines(&self, words: &str, count: usize) -> String {
        for _ in 0..600 {
            let log = std::fs::read_to_string(&self.log).unwrap();
            let mut lines = log.lines().filter(|line| line.contains(words));
            if let Some(line) = lines.nth(count - 1) {
                return line.to_owned();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(&self.log).unwrap();
        panic!("no {count} lines with {words:?} in\n{log}");
    }

    fn hang_up(&self) {
        let pid = self.process.0.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &pid]).status().unwrap();
        assert!(sent.success());
    }
}

/// More of the configuration: another reader, and a trial that ends soon.
fn more(reader: &str) -> String {
    "[reload]\ncome_up_ms = 1500\n".to_owned() + &common::reader(reader, "dock-2")
}

#[test]
fn reloads_are_refused_tried_taken_back_and_lose_no_tag() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let pallets = script(folder.path());
    let (_first, first) = door(&["--tags", "500", "--script", &pallets]);
    // Tags that the first reader never sees.
    let others = folder.path().join("others.script");
    std::fs::write(&others, "0 pass 501-520 from 1 to 4 for 800\n").unwrap();
    let (_second, second) = door(&["--tags", "520", "--script", others.to_str().unwrap()]);
    configure(folder.path(), &first, &service.url, 700);
    let file = folder.path().join("bridge.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    let bridge = Logged::start(folder.path());
    bridge.wait_for_lines("source is heard", 1);
    let change = |text: &str| {
        std::fs::write(&file, text).unwrap();
        bridge.hang_up();
    };

    // It cannot be read.
    change(&good.replace("biz_step", "biz_stop"));
    let line = bridge.wait_for_lines("reload refused", 1);
    assert!(line.contains("biz_stop"), "{line}");
    // It would be another bridge.
    change(&good.replace("spool.redb", "other.redb"));
    let line = bridge.wait_for_lines("reload refused", 2);
    assert!(line.contains("needs a restart"), "{line}");
    // It does not start: somebody listens there.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    std::fs::write(folder.path().join("push.token"), "0123456789abcdef\n").unwrap();
    let push = format!(
        r#"
        [push]
        listen = "{}"
        token_file = "push.token"
        [[feed]]
        name = "cloud"
        read_point = "https://id.gs1.org/414/9521321000018/254/cloud"
        format = "impinj"
        path = "/cloud"
        "#,
        taken.local_addr().unwrap()
    );
    change(&format!("{good}{push}"));
    let line = bridge.wait_for_lines("reload refused", 3);
    assert!(line.contains("listening on"), "{line}");
    bridge.wait_for_lines("source is heard", 2);
    // It starts, and the reader is not heard any more.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let lost = good.replace(&first, &nobody.unwrap().to_string());
    change(&format!("{lost}{}", more(&second)));
    let line = bridge.wait_for_lines("reload refused", 4);
    assert!(line.contains("not heard in time: dock-1"), "{line}");
    bridge.wait_for_lines("source is heard", 4);
    // A better one.
    change(&format!("{good}{}", more(&second)));
    bridge.wait_for_lines("configuration works", 3);

    wait_for(&service, 520);
    drop(bridge);
    told_once(&service, 520);
    let told = service.documents();
    let by_second =
        |event: &serde_json::Value| event["readPoint"]["id"].to_string().contains("dock-2");
    assert!(told.iter().any(by_second), "the second reader is read");
    let losses = told
        .iter()
        .filter(|event| event.get("theriac:data_gap").is_some());
    let stopped = losses.filter(|event| event["theriac:data_gap"]["cause"] == "stopped");
    assert_eq!(stopped.count(), 0, "the bridge ran all the time");
}

#[test]
fn a_reload_in_the_middle_of_a_passage_makes_one_event_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let script = folder.path().join("one.script");
    std::fs::write(
        &script,
        "0 stay 1-40 at 2 for 6000 rssi -50..-45 percent 100\n",
    )
    .unwrap();
    let (_sim, address) = door(&["--tags", "40", "--script", script.to_str().unwrap()]);
    configure(folder.path(), &address, &service.url, 2_000);
    let file = folder.path().join("bridge.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    let bridge = Logged::start(folder.path());
    bridge.wait_for_lines("source is heard", 1);
    std::thread::sleep(Duration::from_millis(800));
    // Another setting, the same door; then a source that is not heard, and back again.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr();
    let lost = good.replace(&address, &nobody.unwrap().to_string());
    let short = "[reload]\ncome_up_ms = 300\n";
    for (round, text) in [
        (
            2,
            good.replace("sample_age_ms_max = 300", "sample_age_ms_max = 4000"),
        ),
        (3, format!("{lost}{short}")),
    ] {
        std::fs::write(&file, text).unwrap();
        bridge.hang_up();
        bridge.wait_for_lines("configuration works", round);
    }
    wait_for(&service, 40);
    drop(bridge);
    told_once(&service, 40);
    let told = service.documents();
    let passages = told
        .iter()
        .filter(|event| event.get("theriac:rfid").is_some());
    let tags: Vec<usize> = passages
        .map(|event| event["epcList"].as_array().unwrap().len())
        .collect();
    assert_eq!(tags, [40]);
    service.check_chain();
}

#[test]
fn a_start_after_a_bad_edit_uses_the_last_good_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start();
    let (_sim, address) = door(&["--tags", "5", "--dwell-ms", "300", "--pause-ms", "300"]);
    configure(folder.path(), &address, &service.url, 200);
    let first = Logged::start(folder.path());
    first.wait_for_lines("configuration works", 1);
    drop(first);
    let file = folder.path().join("bridge.toml");
    std::fs::write(&file, "[device").unwrap();
    let second = Logged::start(folder.path());
    second.wait_for_lines("starting with the last good one", 1);
    wait_for(&service, 5);
    drop(second);
    assert_eq!(service.events().0.len(), 5);
    service.check_chain();
}
