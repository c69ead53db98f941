//! Raw reads per second through the whole bridge: LLRP over TCP, smoothing, events, the spool.
//! The reader offers more than it is asked for; its socket pushes back when the bridge is slower.
//! Memory is the high-water mark of the bridge's process, processor time that of each process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Tags in the field; each answers in each round.
const TAGS: u64 = 2_000;
/// Rounds per second: 50, so 100,000 reads/s are offered.
const INTERVAL_MS: u64 = 20;
/// How long the pallet stands there.
const DWELL_MS: u64 = 10_000;
/// Quiet after which the bridge's run is over.
const QUIET_MS: u64 = 1_000;

pub(super) fn bench() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut sim, address) = reader();
    configure(folder.path(), &address);
    let config = folder.path().join("bridge.toml");
    let start = super::now();
    let quiet = QUIET_MS.to_string();
    let mut bridge = Command::new(program("rfid-bridge"))
        .args(["run", "--once", "--deliver-ms", "0", "--quiet-ms", &quiet])
        .arg("--config")
        .arg(&config)
        .env("RUST_LOG", "error")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the bridge starts");
    let (mut memory_kb, mut busy) = (0, (0.0, 0.0));
    while bridge.try_wait().expect("the bridge").is_none() {
        memory_kb = high_water(bridge.id()).unwrap_or(memory_kb);
        busy = (
            processor(bridge.id()).unwrap_or(busy.0),
            processor(sim.id()).unwrap_or(busy.1),
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let wall = start.elapsed().as_secs_f64() - QUIET_MS as f64 / 1000.0;
    sim.kill().expect("the reader ends");
    sim.wait().expect("the reader ends");
    let told = bridge.stdout.take().expect("piped");
    let summary: serde_json::Value = serde_json::from_reader(told).expect("a summary");
    let reads = summary["reads"].as_f64().unwrap_or_default();
    let line = serde_json::json!({
        "bench": "doors",
        "value": (reads / wall).round(),
        "unit": "raw reads/s",
        "offered": TAGS * 1000 / INTERVAL_MS,
        "reads": reads,
        "observations": summary["observations"],
        "events": summary["events"],
        "bridge_cpu_s": busy.0,
        "reader_cpu_s": busy.1,
        "reads_per_bridge_cpu_s": (reads / busy.0).round(),
        "rss_mb": (f64::from(memory_kb) / 102.4).round() / 10.0,
    });
    println!("{line}");
}

/// A program of this crate: examples lie in a folder beside the programs.
fn program(name: &str) -> PathBuf {
    let here = std::env::current_exe().expect("a path");
    let target = here.parent().and_then(Path::parent).expect("target folder");
    target.join(name)
}

fn reader() -> (Child, String) {
    let mut command = Command::new(program("reader-sim"));
    command.args(["--listen", "127.0.0.1:0", "--read-percent", "100"]);
    for (name, value) in [
        ("--tags", TAGS),
        ("--dwell-ms", DWELL_MS),
        ("--interval-ms", INTERVAL_MS),
    ] {
        command.arg(name).arg(value.to_string());
    }
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .expect("the reader starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("an address");
    let address = line
        .trim()
        .rsplit(' ')
        .next()
        .unwrap_or_default()
        .to_owned();
    (child, address)
}

fn configure(folder: &Path, reader: &str) {
    let key = folder.join("device.key");
    let made = Command::new(program("rfid-bridge"))
        .arg("keygen")
        .arg("--out")
        .arg(&key)
        .stdout(Stdio::null())
        .status();
    assert!(made.expect("keygen").success(), "a key");
    std::fs::write(folder.join("api.key"), "thr_0_x\n").expect("a file");
    let text = format!(
        r#"
        [device]
        key_file = "device.key"
        [[reader]]
        address = "{reader}"
        name = "dock-1"
        read_point = "https://id.gs1.org/414/9521321000018/254/dock-1"
        biz_step = "receiving"
        report_every_n = 100
        [uplink]
        url = "http://127.0.0.1:9"
        api_key_file = "api.key"
        [spool]
        path = "spool.redb"
        "#
    );
    std::fs::write(folder.join("bridge.toml"), text).expect("a file");
}

/// The most memory a process ever had, in kB.
pub(super) fn high_water(pid: u32) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Processor time of a process so far, in seconds (Linux counts it in hundredths).
fn processor(pid: u32) -> Option<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after = text.rsplit(')').next()?;
    let ticks = |at: usize| after.split_whitespace().nth(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}
