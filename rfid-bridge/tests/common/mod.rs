//! What tests of the whole bridge have in common: a service that takes blocks, processes that die
//! with the test, and the configuration of a bridge that waits for nothing long.

#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use gs1::epcis::Event;
use tangle::{NetworkId, SignedBlock, VerifiedBlock};

/// A genuine file of a Berlinger logger and its text, where the shared fixtures are; says so where
/// they are not.
#[expect(clippy::print_stderr, reason = "a test that skips says so")]
pub fn genuine_logger_file() -> Option<(PathBuf, String)> {
    let base = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let path = base.join("rfid/berlinger/qtag_RCPJ00010_02.txt");
    let text = std::fs::read_to_string(&path);
    if text.is_err() {
        eprintln!("SKIPPED: {} is absent", path.display());
    }
    Some((path, text.ok()?))
}

/// A service that takes blocks, remembers them, and fails when told to.
pub struct Service {
    pub url: String,
    pub blocks: Arc<Mutex<Vec<VerifiedBlock>>>,
    /// How many uploads are still answered with 503; `u32::MAX` for all.
    pub failing: Arc<Mutex<u32>>,
}

fn network() -> NetworkId {
    NetworkId::new([3; 32])
}

impl Service {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let blocks: Arc<Mutex<Vec<VerifiedBlock>>> = Arc::default();
        let failing: Arc<Mutex<u32>> = Arc::default();
        let (kept, fails) = (Arc::clone(&blocks), Arc::clone(&failing));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, fails) = (Arc::clone(&kept), Arc::clone(&fails));
                std::thread::spawn(move || serve(&stream.unwrap(), &kept, &fails));
            }
        });
        Self {
            url,
            blocks,
            failing,
        }
    }

    /// Tags told by all events, and how often each event came.
    pub fn events(&self) -> (BTreeSet<String>, BTreeMap<String, usize>) {
        let (mut tags, mut events) = (BTreeSet::new(), BTreeMap::new());
        for block in self.blocks.lock().unwrap().iter() {
            for (_, item) in block.items() {
                let event = Event::from_canonical(&item.body).unwrap();
                tags.extend(event.epcs().iter().map(|epc| epc.canonical()));
                *events.entry(event.event_id_or_hash()).or_default() += 1;
            }
        }
        (tags, events)
    }

    /// All events as JSON, in the order of the chain.
    pub fn documents(&self) -> Vec<serde_json::Value> {
        let blocks = self.blocks.lock().unwrap();
        let items = blocks.iter().flat_map(VerifiedBlock::items);
        items
            .map(|(_, item)| Event::from_canonical(&item.body).unwrap().to_json())
            .collect()
    }

    /// The blocks are one chain without gap or fork.
    pub fn check_chain(&self) {
        let blocks = self.blocks.lock().unwrap();
        let mut prev = None;
        for (at, block) in (0..).zip(blocks.iter()) {
            assert_eq!((block.header().seq, block.header().prev), (at, prev));
            prev = Some(*block.id());
        }
    }
}

/// Answers the requests of one connection.
fn serve(stream: &TcpStream, blocks: &Mutex<Vec<VerifiedBlock>>, failing: &Mutex<u32>) {
    let mut from = BufReader::new(stream);
    let mut to = stream;
    loop {
        let (mut request, mut line, mut length) = (String::new(), String::new(), 0);
        if from.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
        while from.read_line(&mut line).unwrap() > 2 {
            let (name, value) = line.split_once(':').unwrap();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut body = vec![0; length];
        from.read_exact(&mut body).unwrap();
        let (status, answer) = if request.starts_with("GET /api/v1/tips?author=") {
            ("200 OK", tips(&blocks.lock().unwrap()))
        } else if request.starts_with("GET ") {
            ("404 Not Found", "{}".to_owned())
        } else {
            let mut left = failing.lock().unwrap();
            if *left > 0 {
                *left = if *left == u32::MAX { *left } else { *left - 1 };
                ("503 Service Unavailable", "{}".to_owned())
            } else {
                ("200 OK", take(&body, &mut blocks.lock().unwrap()))
            }
        };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
            answer.len()
        );
        // The bridge may have been killed meanwhile.
        if to.write_all(format!("{head}{answer}").as_bytes()).is_err() {
            return;
        }
    }
}

fn tips(blocks: &[VerifiedBlock]) -> String {
    let last = blocks.last();
    serde_json::json!({
        "network": network().to_string(),
        "epoch": 0,
        "seq": last.map_or(0, |block| block.header().seq + 1),
        "prev": last.map(|block| block.id().to_string()),
        "parents": [],
        "hlc": last.map_or(0, |block| block.header().hlc.0).to_string(),
    })
    .to_string()
}

/// Keeps the blocks of an upload (an array of at most 23, as these tests send).
fn take(body: &[u8], blocks: &mut Vec<VerifiedBlock>) -> String {
    let count = usize::from(body[0] & 0x1f);
    let mut rest = &body[1..];
    let mut receipts = Vec::new();
    for _ in 0..count {
        let (envelope, after) = rest.split_at(item_len(rest));
        rest = after;
        let block = SignedBlock::decode(envelope).expect("an envelope");
        let block = block.verify(&network()).expect("an authentic block");
        let known = blocks.iter().any(|other| other.id() == block.id());
        let status = if known { "known" } else { "recorded" };
        receipts.push(serde_json::json!({"id": block.id().to_string(), "status": status}));
        if !known {
            blocks.push(block);
        }
    }
    serde_json::json!({ "receipts": receipts }).to_string()
}

/// Bytes of the first CBOR item: byte strings, arrays and tags, all an envelope is made of.
fn item_len(bytes: &[u8]) -> usize {
    let (major, short) = (bytes[0] >> 5, bytes[0] & 0x1f);
    let wide = if short < 24 { 0 } else { 1 << (short - 24) };
    let argument = bytes[1..=wide]
        .iter()
        .fold(0, |value, byte| value << 8 | usize::from(*byte));
    let argument = if wide == 0 {
        usize::from(short)
    } else {
        argument
    };
    let head = 1 + wide;
    match major {
        2 => head + argument,
        4 => (0..argument).fold(head, |at, _| at + item_len(&bytes[at..])),
        6 => head + item_len(&bytes[head..]),
        _ => panic!("an envelope has no item of major type {major}"),
    }
}

/// A process that dies with the test.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// One of our programs, or what `THERIAC_BRIDGE_PROGRAMS` has in its place: an emulator's words and
/// a folder of programs of another machine (`cargo xtask arm --run`).
fn program(name: &str, built: &str) -> Command {
    let Ok(elsewhere) = std::env::var("THERIAC_BRIDGE_PROGRAMS") else {
        return Command::new(built);
    };
    let path = format!("{elsewhere}/{name}");
    let mut words = path.split_whitespace();
    let mut command = Command::new(words.next().unwrap());
    command.args(words);
    command
}

/// The bridge's program.
pub fn bridge(arguments: &[&str]) -> Command {
    let mut command = program("rfid-bridge", env!("CARGO_BIN_EXE_rfid-bridge"));
    command.args(arguments).env("RUST_LOG", "warn");
    command
}

/// A simulated reader at a door, and its address.
pub fn door(arguments: &[&str]) -> (Process, String) {
    let mut child = program("reader-sim", env!("CARGO_BIN_EXE_reader-sim"))
        .args(["--listen", "127.0.0.1:0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let out = child.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").expect(&line);
    (Process(child), address.to_owned())
}

/// A reader at a dock door, as a table of the configuration.
pub fn reader(address: &str, name: &str) -> String {
    format!(
        "[[reader]]\naddress = \"{address}\"\nname = \"{name}\"\nbiz_step = \"receiving\"\n\
         read_point = \"https://id.gs1.org/414/9521321000018/254/{name}\"\n"
    )
}

/// Writes `bridge.toml`, and keys where there are none. `device` is more of the device's table,
/// `sources` are whole tables.
pub fn configure(folder: &Path, service: &str, idle_ms: u64, device: &str, sources: &str) {
    let key = folder.join("device.key");
    if !key.exists() {
        let made = bridge(&["keygen", "--out", key.to_str().unwrap()])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", err(&made));
        assert_eq!(made.stdout.len(), 65, "a key id and a line end");
    }
    let api_key = folder.join("api.key");
    std::fs::write(&api_key, "thr_0_x\n").unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&api_key, private).unwrap();
    let text = format!(
        r#"
        [device]
        key_file = "device.key"
        {device}
        [uplink]
        url = "{service}"
        api_key_file = "api.key"
        backoff_ms_max = 200
        [spool]
        path = "spool.redb"
        [smoothing]
        idle_ms = {idle_ms}
        [blocks]
        passage_quiet_ms = 100
        age_ms_max = 200
        sample_age_ms_max = 300
        {sources}
        "#
    );
    std::fs::write(folder.join("bridge.toml"), text).unwrap();
}

/// What a program said.
pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it complained about.
pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What `run --once` says of itself when it ends.
pub fn summary(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", err(output)))
}
