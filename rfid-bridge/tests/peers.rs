//! Other people's LLRP against ours: `PyPI` `sllurp` and `pyllrp` read from `reader-sim`, and the
//! bridge's session reads from a reader emulator built on npm `llrpjs`. The peers are not part of
//! this project; a test whose peer is not installed says so and passes. They are looked for in
//! the folder `THERIAC_LLRP_PEERS`, or in `target/peers` of the workspace, which `cargo xtask ci`
//! fills: `venv/bin/python` with `sllurp==3.0.5 pyllrp==3.1.1 bitstring==4.2.3` (sllurp is
//! GPL-3.0: run, never linked or copied) and `node_modules/llrpjs` 1.0.1; without the folder,
//! `python3` and `node` of the path. `tshark` (GPL-2.0-or-later: run only) is that of the path.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rfid_bridge::llrp::session::{Notice, Session, SessionConfig};
use rfid_bridge::reader::clock::Clock;
use rfid_bridge::reader::tcp::{self, Target, What};
use tokio::sync::{mpsc, watch};

#[path = "peers/dissected.rs"]
mod dissected;
#[path = "peers/pcap.rs"]
mod pcap;
#[path = "llrp/sample.rs"]
mod sample;

/// A process that dies with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// The program's process and the rest of its first line after `prefix`.
fn started(mut command: Command, prefix: &str) -> (Process, String) {
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let rest = line.trim().strip_prefix(prefix).expect(&line).to_owned();
    (Process(child), rest)
}

fn reader_sim(tags: &str) -> (Process, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reader-sim"));
    command.args([
        "--listen",
        "127.0.0.1:0",
        "--dwell-ms",
        "1000",
        "--tags",
        tags,
    ]);
    let (process, address) = started(command, "listening on ");
    let port = address.rsplit(':').next().unwrap().to_owned();
    (process, port)
}

/// Where the peers are installed.
fn peers() -> PathBuf {
    std::env::var_os("THERIAC_LLRP_PEERS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/peers"),
        PathBuf::from,
    )
}

fn node() -> Command {
    let mut command = Command::new("node");
    command.env("NODE_PATH", peers().join("node_modules"));
    command
}

fn peer(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/peers")
        .join(name);
    file.to_str().unwrap().to_owned()
}

/// Runs a Python client against a door of 200 tags; it prints how many distinct ones it saw.
fn python_client(module: &str, script: &str) {
    let own = peers().join("venv/bin/python");
    let python = if own.exists() {
        own
    } else {
        PathBuf::from("python3")
    };
    let import = format!("import {module}");
    let found = Command::new(&python)
        .args(["-c", &import])
        .stderr(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        let python = python.display();
        eprintln!("SKIPPED: {python} has no module {module}; see the head of this file");
        return;
    }
    let (_sim, port) = reader_sim("200");
    // Twice: a reader must also serve the next client.
    for _ in 0..2 {
        let output = Command::new(&python)
            .args([&peer(script), &port, "4"])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert_eq!(told.lines().last(), Some("distinct 200"), "{told}\n{wrong}");
    }
}

#[test]
fn sllurp_reads_every_tag_from_our_reader() {
    python_client("sllurp.llrp", "sllurp_client.py");
}

#[test]
fn pyllrp_reads_every_tag_from_our_reader() {
    python_client("pyllrp.pyllrp", "pyllrp_client.py");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_session_reads_every_tag_from_llrpjs() {
    let mut node = node();
    let found = node
        .args(["-e", "require('llrpjs')"])
        .stderr(Stdio::null())
        .status();
    if !found.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: node finds no module llrpjs; see the head of this file");
        return;
    }
    let mut command = self::node();
    command
        .arg(peer("llrpjs_reader.js"))
        .args(["200", "10", "50"]);
    let (_emulator, port) = started(command, "listening ");

    let (to, mut from) = mpsc::channel(64);
    let (stop, stopped) = watch::channel(false);
    let session = Session::new(SessionConfig::default());
    let target = Target {
        reader: 0,
        address: format!("127.0.0.1:{port}"),
        tls: None,
    };
    let task = tokio::spawn(tcp::run(target, session, Clock::start(), to, stopped));
    let (mut tags, mut notices) = (BTreeSet::new(), Vec::new());
    while tags.len() < 200 {
        let told = tokio::time::timeout(Duration::from_secs(20), from.recv()).await;
        match told.expect("reads in time").expect("a session").what {
            What::Reads(reads) => tags.extend(reads.into_iter().map(|read| read.epc.bytes)),
            What::Notice(notice) => notices.push(notice),
        }
    }
    assert!(notices.contains(&Notice::Armed), "{notices:?}");
    assert!(
        !notices
            .iter()
            .any(|notice| matches!(notice, Notice::Lost(_))),
        "{notices:?}"
    );
    stop.send(true).unwrap();
    // The emulator answers CLOSE_CONNECTION, so the task ends by itself.
    let ended = async {
        while from.recv().await.is_some() {}
        task.await
    };
    tokio::time::timeout(Duration::from_secs(10), ended)
        .await
        .expect("a good-bye")
        .unwrap();
}
