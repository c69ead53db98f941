//! The commands and the page with which people look after a gateway: `run --record` and `replay`,
//! `import`, `doctor`, and the page while the bridge works. Real programs, real TCP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise"
)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

mod common;

use common::{Process, Service, bridge, door, err, genuine_logger_file, out};
use serde_json::Value;

/// How long anything may take to come up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with a configured bridge.
struct Gateway {
    folder: tempfile::TempDir,
}

impl Gateway {
    fn new(reader: &str, service: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let device = "label = \"dock <1>\"\nclock_file = \"kept\"";
        let sources = common::reader(reader, "dock-1") + more;
        common::configure(folder.path(), service, 500, device, &sources);
        // Events say nothing of a clock that is right.
        std::fs::write(folder.path().join("kept"), "").unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, command: &str, more: &[&str]) -> Command {
        let mut run = bridge(&[command, "--config"]);
        run.arg(self.path("bridge.toml")).args(more);
        run
    }

    fn finish(&self, command: &str, more: &[&str]) -> Output {
        self.command(command, more).output().unwrap()
    }
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn a_recording_is_played_to_the_same_events_every_time() {
    let service = Service::start();
    let (_sim, reader) = door(&["--tags", "40", "--dwell-ms", "400", "--once"]);
    let gateway = Gateway::new(&reader, &service.url, "");
    let file = gateway.path("door.rec");
    let record = ["--once", "--record", file.to_str().unwrap()];
    let done = gateway.finish("run", &record);
    assert_eq!(done.status.code(), Some(0), "{}{}", out(&done), err(&done));
    let again = gateway.finish("run", &["--once", "--record", file.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2), "never over another recording");

    let play = || gateway.finish("replay", &[file.to_str().unwrap()]);
    let first = play();
    assert_eq!(first.status.code(), Some(0), "{}", err(&first));
    assert_eq!(play().stdout, first.stdout, "byte for byte");
    let events: Vec<Value> = out(&first)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut epcs: Vec<String> = events
        .iter()
        .filter_map(|event| event["epcList"].as_array())
        .flatten()
        .map(|epc| epc.as_str().unwrap().to_owned())
        .collect();
    epcs.sort();
    epcs.dedup();
    let (tags, _) = service.events();
    assert_eq!(
        epcs,
        tags.into_iter().collect::<Vec<_>>(),
        "what the run told"
    );
    // On another machine, and through another configuration.
    let other = Gateway::new(&nobody(), &service.url, "");
    let device = std::fs::copy(gateway.path("device.key"), other.path("device.key"));
    assert!(device.is_ok());
    let there = other.finish("replay", &[file.to_str().unwrap()]);
    assert_eq!(there.stdout, first.stdout);
    let text = std::fs::read_to_string(other.path("bridge.toml")).unwrap();
    let text = text.replace("name = \"dock-1\"", "name = \"gate-1\"");
    std::fs::write(other.path("bridge.toml"), text).unwrap();
    let strange = other.finish("replay", &[file.to_str().unwrap()]);
    assert_eq!(strange.status.code(), Some(2));
    assert!(err(&strange).contains("dock-1"), "{}", err(&strange));
    assert!(
        !other.path("spool.redb").exists(),
        "a replay touches no spool"
    );
}

#[test]
fn a_capture_of_a_reader_is_played_and_gives_its_tags() {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let capture = base.join("rfid/llrp_impinj_pyllrp.jsonl");
    if !capture.exists() {
        eprintln!("SKIPPED: {} is absent", capture.display());
        return;
    }
    let gateway = Gateway::new(&nobody(), "http://127.0.0.1:9", "");
    let words = ["--llrp", "dock-1", capture.to_str().unwrap()];
    let played = gateway.finish("replay", &words);
    assert_eq!(played.status.code(), Some(0), "{}", err(&played));
    assert!(!played.stdout.is_empty());
    assert_eq!(gateway.finish("replay", &words).stdout, played.stdout);
}

#[test]
fn files_of_loggers_are_taken_once_whether_the_bridge_runs_or_not() {
    let Some((logger, _)) = genuine_logger_file() else {
        return;
    };
    let feed = "[[feed]]\nname = \"cold-1\"\nformat = \"berlinger\"\nfolder = \"loggers\"\n\
        read_point = \"https://id.gs1.org/414/9521321000018/254/cold-1\"\n";
    let service = Service::start();
    let gateway = Gateway::new(&nobody(), &service.url, feed);
    let file = logger.to_str().unwrap();
    let bad = gateway.path("bad.txt");
    std::fs::write(&bad, "no logger wrote this").unwrap();
    let pack = "https://id.gs1.org/01/09521321000018/21/4711";
    let words = ["--subject", pack, file, bad.to_str().unwrap(), "/none.txt"];
    let run = gateway.finish("import", &words);
    assert_eq!(run.status.code(), Some(7), "{}", err(&run));
    let said = out(&run);
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].starts_with("kept "), "{said}");
    assert!(
        lines[1].starts_with("refused ") && lines[1].contains("bad.txt: "),
        "{said}"
    );
    assert!(lines[2].contains("/none.txt: "), "{said}");
    let copy = gateway.path("renamed.txt");
    std::fs::copy(&logger, &copy).unwrap();
    let run = gateway.finish("import", &[copy.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(0), "{}", err(&run));
    assert!(out(&run).starts_with("known "), "{}", out(&run));

    // The daemon delivers what was put there while it did not run, and takes from its folder.
    let mut running = gateway.command("run", &[]);
    let _running = Process(running.stdout(Stdio::null()).spawn().unwrap());
    until("the import is delivered", || {
        (!service.documents().is_empty()).then_some(())
    });
    let told = service.documents();
    let subject = format!("{told:?}");
    assert!(subject.contains("4711"), "{subject}");
    let run = gateway.finish("import", &["--subject", pack, file]);
    assert_eq!(
        run.status.code(),
        Some(2),
        "the running bridge cannot be told"
    );
    let run = gateway.finish("import", &[file]);
    assert_eq!(run.status.code(), Some(0), "{}{}", out(&run), err(&run));
    assert!(out(&run).starts_with("handed "), "{}", out(&run));
    let name = logger.file_name().unwrap();
    until("the bridge puts it away", || {
        gateway
            .path("loggers/done")
            .join(name)
            .exists()
            .then_some(())
    });
    let count = service.events().1.values().sum::<usize>();
    assert_eq!(count, told.len(), "nothing new was said");
}

fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    #[expect(clippy::disallowed_methods, reason = "a test that waits has an end")]
    let start = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "never came: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Status and whole answer of a request.
fn get(address: &str, request: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let head = format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer))
}

/// A figure of `/metrics`.
fn figure(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[test]
fn the_page_tells_how_it_stands_while_the_bridge_works() {
    let service = Service::start();
    let (mut sim, reader) = door(&["--tags", "25", "--dwell-ms", "300"]);
    let address = nobody();
    let gateway = Gateway::new(
        &reader,
        &service.url,
        &format!("[health]\nlisten = \"{address}\"\n"),
    );
    let mut running = gateway.command("run", &[]);
    let _running = Process(running.stdout(Stdio::null()).spawn().unwrap());
    let metrics = until("the tags are delivered", || {
        let (_, text) = get(&address, "GET /metrics")?;
        (figure(&text, "rfid_bridge_blocks_delivered_total")? > 0.0).then_some(text)
    });
    for (name, least) in [
        ("rfid_bridge_reads_total", 25.0),
        ("rfid_bridge_observations_total", 25.0),
        ("rfid_bridge_events_total", 1.0),
        ("rfid_bridge_blocks_sealed_total", 1.0),
        ("rfid_bridge_source_up{source=\"dock-1\"", 1.0),
        ("rfid_bridge_spool_file_bytes", 1.0),
        ("rfid_bridge_service_up", 1.0),
    ] {
        let value = figure(&metrics, name).unwrap_or_else(|| panic!("{name} in {metrics}"));
        assert!(value >= least, "{name} {value}");
    }
    assert_eq!(
        figure(&metrics, "rfid_bridge_blocks_refused_total"),
        Some(0.0)
    );
    let (status, page) = get(&address, "GET /").unwrap();
    assert_eq!(status, 200);
    for part in [
        "dock &lt;1&gt;",
        "dock-1",
        "It records.",
        "inventory runs",
        "default-src 'none'",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("thr_0_x"), "no secret is on it");
    for (request, status) in [
        ("GET /healthz", 200),
        ("GET /readyz", 200),
        ("HEAD /", 200),
        ("POST /", 405),
        ("GET /other", 404),
    ] {
        assert_eq!(get(&address, request).unwrap().0, status, "{request}");
    }
    sim.0.kill().unwrap();
    until("the reader is missed", || {
        let (status, text) = get(&address, "GET /readyz")?;
        (status == 503 && text.contains("no source is heard")).then_some(())
    });
    let (_, metrics) = get(&address, "GET /metrics").unwrap();
    let up = figure(&metrics, "rfid_bridge_source_up{source=\"dock-1\"");
    assert_eq!(up, Some(0.0));
}

/// The looks of `doctor --format json`, by subject.
fn examined(gateway: &Gateway) -> (i32, std::collections::BTreeMap<String, (String, String)>) {
    let run = gateway.finish("doctor", &["--format", "json"]);
    let answer: Value =
        serde_json::from_slice(&run.stdout).unwrap_or_else(|_| panic!("{}", err(&run)));
    let text = |look: &Value, name: &str| look[name].as_str().unwrap().to_owned();
    let looks = answer["looks"].as_array().unwrap().iter().map(|look| {
        let told = format!("{} -> {}", text(look, "seen"), text(look, "remedy"));
        (text(look, "subject"), (text(look, "health"), told))
    });
    let code = run.status.code().unwrap();
    assert_eq!(answer["ok"], code == 0, "{answer}");
    (code, looks.collect())
}

/// All files below a folder with their contents.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    all.sort();
    all
}

#[test]
fn the_doctor_sees_what_is_right_and_what_is_wrong_and_changes_nothing() {
    let (_sim, reader) = door(&["--tags", "5", "--dwell-ms", "300"]);
    let away = format!("http://{}", nobody());
    let feed = "[[feed]]\nname = \"cold-1\"\nformat = \"hobo\"\nfolder = \"loggers\"\n\
        read_point = \"https://id.gs1.org/414/9521321000018/254/cold-1\"\n";
    let gateway = Gateway::new(&reader, &away, feed);
    let before = files(gateway.folder.path());
    let (code, looks) = examined(&gateway);
    let health = |name: &str| looks[name].0.as_str();
    assert_eq!(code, 7, "{looks:?}");
    for (subject, expected) in [
        ("configuration", "ok"),
        ("device key", "ok"),
        ("API key", "ok"),
        ("spool", "ok"),
        ("clock", "ok"),
        ("feed cold-1", "ok"),
        ("reader dock-1", "ok"),
        ("service", "failure"),
    ] {
        assert_eq!(health(subject), expected, "{subject}: {:?}", looks[subject]);
    }
    assert_eq!(files(gateway.folder.path()), before, "nothing was changed");
    assert!(!gateway.path("loggers").exists());

    // Everything that may be wrong on a first day.
    std::fs::remove_file(gateway.path("device.key")).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(gateway.path("api.key"), open).unwrap();
    let text = std::fs::read_to_string(gateway.path("bridge.toml")).unwrap();
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = mute.local_addr().unwrap().to_string();
    let text = text.replace(&reader, &mute);
    std::fs::write(gateway.path("bridge.toml"), text).unwrap();
    std::fs::write(gateway.path("spool.redb"), "no spool").unwrap();
    std::fs::remove_file(gateway.path("kept")).unwrap();
    let (_, looks) = examined(&gateway);
    for (subject, health, told) in [
        ("device key", "failure", "rfid-bridge enrol"),
        ("API key", "warning", "chmod 600"),
        ("spool", "failure", "keep a copy"),
        ("clock", "warning", "follows no reference"),
        ("reader dock-1", "failure", "check the port"),
    ] {
        let (is, says) = &looks[subject];
        assert!(
            is == health && says.contains(told),
            "{subject}: {is} {says}"
        );
    }
    std::fs::write(gateway.path("bridge.toml"), "[device]\n").unwrap();
    let (code, looks) = examined(&gateway);
    assert_eq!((code, looks.len()), (7, 1), "{looks:?}");
    let text = gateway.finish("doctor", &[]);
    assert!(
        out(&text).starts_with("failure configuration"),
        "{}",
        out(&text)
    );
}

#[test]
fn the_doctor_leaves_a_running_bridge_its_reader() {
    let service = Service::start();
    let (_sim, reader) = door(&["--tags", "5", "--dwell-ms", "300", "--pause-ms", "300"]);
    let gateway = Gateway::new(&reader, &service.url, "");
    let mut running = gateway.command("run", &[]);
    let _running = Process(running.stdout(Stdio::null()).spawn().unwrap());
    until("the tags are delivered", || {
        (!service.events().0.is_empty()).then_some(())
    });
    let (_, looks) = examined(&gateway);
    assert!(looks["spool"].1.contains("the bridge runs"), "{looks:?}");
    let (health, said) = &looks["reader dock-1"];
    assert!(
        health == "ok" && said.contains("the bridge has it"),
        "{health} {said}"
    );
    let before = service.events().1.len();
    until("it goes on", || {
        (service.events().1.len() > before).then_some(())
    });
}
