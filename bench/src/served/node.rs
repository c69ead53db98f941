//! The node as a process: made in a scratch directory, served on a free port without limits on
//! how often one may ask, with a maker and a pharmacy. A yardstick's server is started likewise.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::goods::{EVENTS, GTIN, MAKER, PACKS, PHARMACY, document, events};
use super::load;
use super::wire::{Wire, request};
use crate::Scratch;

/// A server in a process of its own, ended when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts a program that says `listening on ADDRESS` on standard output.
    pub(crate) fn start(program: &Path, words: &[&str]) -> Self {
        Self::start_with(program, words, &[])
    }

    /// As [`Process::start`], with further variables of the environment.
    fn start_with(program: &Path, words: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(program)
            .args(words)
            .envs(environment.iter().copied())
            .env("THERIAC__LIMITS__KEY_PER_S", "0")
            .env("THERIAC__LOG__FILTER", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let address = loop {
            let line = lines.next().expect("it listens").expect("text");
            if let Some((_, address)) = line.split_once("listening on ") {
                let address = address.trim().trim_start_matches("http://");
                break address.trim_end_matches('/').parse().expect("an address");
            }
        };
        // It may go on talking.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// MiB of memory that are resident.
    pub(crate) fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let word = line.and_then(|rest| rest.split_whitespace().next());
        word.and_then(|word| word.parse::<f64>().ok())
            .unwrap_or(0.0)
            / 1024.0
    }

    /// Seconds of processor time it has used.
    pub(crate) fn busy(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks = fields.split_whitespace().skip(11).take(2);
        ticks.filter_map(|it| it.parse::<f64>().ok()).sum::<f64>() / 100.0
    }
}

impl Process {
    fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// How a node is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start {
    /// From the state it kept, as usual.
    Kept,
    /// Everything is folded from the log, and nothing is kept.
    Folded,
}

/// A node with parties and their keys.
pub(crate) struct Site {
    pub(crate) process: Process,
    pub(crate) admin: String,
    pub(crate) maker: String,
    pub(crate) pharmacy: String,
    dir: PathBuf,
    _scratch: Option<Scratch>,
}

/// Beside this program.
fn theriac() -> PathBuf {
    let own = std::env::current_exe().expect("a program");
    let path = own.with_file_name("theriac");
    assert!(path.exists(), "build it: cargo build --release -p service");
    path
}

impl Site {
    /// An empty node.
    pub(crate) fn fresh() -> Self {
        let scratch = Scratch::new("node");
        let site = Self::begin(&scratch.0.join("node"));
        Self {
            _scratch: Some(scratch),
            ..site
        }
    }

    fn begin(dir: &Path) -> Self {
        let made = Command::new(theriac())
            .args(["init", "--format", "json", "--data"])
            .arg(dir)
            .output()
            .expect("it runs");
        let facts: Value = serde_json::from_slice(&made.stdout).expect("facts");
        let admin = facts["admin_key"].as_str().expect("a key").to_owned();
        let process = served(dir, "127.0.0.1:0");
        let mut site = Self {
            process,
            admin,
            maker: String::new(),
            pharmacy: String::new(),
            dir: dir.to_owned(),
            _scratch: None,
        };
        site.maker = site.party(MAKER, "manufacturer");
        site.pharmacy = site.party(PHARMACY, "pharmacy");
        let product = json!([{ "type": "product", "gtin": GTIN, "name": "Metformin 500 mg",
            "mah": MAKER, "storage": "CRT" }]);
        site.manage("/api/v1/master-data", &product);
        site
    }

    /// A node with so many packs; kept in the folder of `LEDGER_BENCH_NODE` for the next run.
    pub(crate) fn grown(packs: usize) -> Self {
        let Some(kept) = std::env::var_os("LEDGER_BENCH_NODE").map(PathBuf::from) else {
            let site = Self::fresh();
            site.grow(packs);
            return site;
        };
        let (dir, facts) = (kept.join("node"), kept.join("keys.json"));
        if let Ok(text) = std::fs::read(&facts) {
            let keys: [String; 3] = serde_json::from_slice(&text).expect("keys");
            let [admin, maker, pharmacy] = keys;
            return Self {
                process: served(&dir, "127.0.0.1:0"),
                admin,
                maker,
                pharmacy,
                dir,
                _scratch: None,
            };
        }
        let site = Self::begin(&dir);
        site.grow(packs);
        let keys = json!([site.admin, site.maker, site.pharmacy]);
        std::fs::write(facts, keys.to_string()).expect("a file");
        site
    }

    /// Kills the node as a power cut of its process would (SIGKILL) and serves what it left at the
    /// same address; gives the seconds until it listened.
    pub(crate) fn kill_and_serve(&mut self, how: Start) -> f64 {
        self.process.kill();
        let (address, start) = (self.process.address.to_string(), Instant::now());
        self.process = match how {
            Start::Kept => served(&self.dir, &address),
            Start::Folded => {
                let nothing = [("THERIAC__LEDGER__SNAPSHOT_FACTS", "0")];
                served_with(&self.dir, &address, &nothing)
            }
        };
        start.elapsed().as_secs_f64()
    }

    /// Bytes of the state that is kept.
    pub(crate) fn kept_bytes(&self) -> u64 {
        let kept = std::fs::metadata(self.dir.join("state.snapshot"));
        kept.map_or(0, |it| it.len())
    }

    /// Has so many packs made.
    pub(crate) fn grow(&self, packs: usize) {
        self.grow_on(0, packs);
    }

    /// Has packs made until there are so many, of which some are there.
    pub(crate) fn grow_on(&self, from: usize, packs: usize) {
        let mut at = from.div_ceil(EVENTS * PACKS);
        let count = packs.div_ceil(EVENTS * PACKS);
        let done = load::run(self.process.address, 4, (Duration::MAX, 202), |_| {
            let next = (at < count).then(|| self.capture(&document(&events(at))));
            at += 1;
            next
        });
        eprintln!("{} documents in {:.1} s", done.requests, done.seconds);
    }

    /// The request that captures a document as the maker.
    pub(crate) fn capture(&self, document: &[u8]) -> Vec<u8> {
        let to = ("POST", "/epcis/capture");
        request(to, &self.maker, "application/json", document)
    }

    /// Something that only the admin may do; the answer's JSON.
    pub(crate) fn manage(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let media = "application/json";
        let request = request(("POST", path), &self.admin, media, body.as_bytes());
        let mut wire = Wire::connect(self.process.address);
        let answer = wire.ask(&request);
        let text = String::from_utf8_lossy(answer.body);
        assert_eq!(answer.status, 201, "{path}: {text}");
        serde_json::from_slice(answer.body).unwrap_or_default()
    }

    /// Registers a party; a key of it.
    fn party(&self, gln: &str, role: &str) -> String {
        let party = json!({ "gln": gln, "name": role, "role": role });
        self.manage("/api/v1/parties", &party);
        let key = json!({ "party": gln, "roles": [role] });
        let made = self.manage("/api/v1/keys", &key);
        made["key"].as_str().expect("a key").to_owned()
    }
}

fn served(dir: &Path, listen: &str) -> Process {
    served_with(dir, listen, &[])
}

fn served_with(dir: &Path, listen: &str, environment: &[(&str, &str)]) -> Process {
    let data = dir.to_string_lossy();
    let words = ["serve", "--data", &data, "--listen", listen];
    Process::start_with(&theriac(), &words, environment)
}
