//! One run of `schemathesis` against a node with the data of a demo, and what it found: each breach
//! once, with its operation, status and first line.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::demo;
use tests::http::Client;
use tests::process::{Running, finish};
use tests::site;

use super::excused::Excused;

/// Made-up requests of each operation, on top of those at the edges.
const EXAMPLES: u32 = 2;
const SEED: u64 = 1;
/// What is looked at in each answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance";
/// Settings of the node: the tool is one caller that asks as fast as it can.
const SETTINGS: &str = "[limits]\nkey_per_s = 0\nkey_burst = 0\nstranger_per_s = 0\n\
    stranger_burst = 0\n[log]\nfilter = \"warn\"\n";

/// At the edges of a whole document are thousands of requests: for a longer run.
const SHORT: &str = "[[operations]]\ninclude-name = [\"POST /capture\", \"POST /events\"]\n\
    phases.coverage.enabled = false\n";

/// Where the tool is.
pub(super) fn tool() -> Option<PathBuf> {
    let found = std::env::var_os("THERIAC_SCHEMATHESIS").map(PathBuf::from);
    if found.is_none() {
        eprintln!("SKIPPED: THERIAC_SCHEMATHESIS names no schemathesis; cargo xtask contract");
    }
    found
}

/// A node with the data of a demo, and a key that may do everything.
pub(super) struct Node {
    client: Client,
    key: String,
    holder: TempDir,
    _running: Running,
}

impl Node {
    /// Plays a demo and serves it.
    pub(super) fn start() -> Self {
        let holder = tempfile::tempdir().expect("a temporary folder");
        let dir = holder.path().join("node");
        let data = dir.to_string_lossy();
        let play = ["demo", "--data", &data, "--listen", "127.0.0.1:0"];
        let rest = ["--scale", "60", "--seed", "7", "--exit-when-ready"];
        let played = finish("theriac", &[&play[..], &rest].concat());
        assert_eq!(played.code, 0, "{}", played.err);
        let settings = holder.path().join("settings.toml");
        std::fs::write(&settings, SETTINGS).expect("written");
        let (running, client) = site::served(&dir, &["--config", &settings.to_string_lossy()]);
        let facts = demo::facts(&dir);
        let of = |who: &str| client.with_key(facts["keys"][who].as_str().expect("a key"));
        let me = of("manufacturer").get("/api/v1/me").expect(200).json();
        let all = json!({
            "party": me["party"]["gln"],
            "roles": ["admin", "manufacturer", "wholesaler", "pharmacy", "regulator", "gateway"],
            "label": "contract",
        });
        let made = of("admin").post("/api/v1/keys", &all).expect(201).json();
        Self {
            key: made["key"].as_str().expect("a key").to_owned(),
            client,
            holder,
            _running: running,
        }
    }

    /// The address of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.client.base())
    }
}

/// A run to be.
pub(super) struct Run {
    tool: PathBuf,
    command: Command,
    report: PathBuf,
    description: Value,
    without: Option<&'static str>,
}

impl Run {
    /// Of a description, against the node at an address.
    pub(super) fn of(tool: &Path, description: &Path, url: &str, node: &Node) -> Self {
        let number = |name: &str| {
            std::env::var(name)
                .ok()
                .and_then(|it| it.parse::<u64>().ok())
        };
        let asked = number("THERIAC_CONTRACT_EXAMPLES");
        let seed = number("THERIAC_CONTRACT_SEED").unwrap_or(SEED);
        let examples = asked.unwrap_or(EXAMPLES.into());
        eprintln!("seed {seed}, {examples} examples of each operation");
        let report = node.holder.path().join("report.ndjson");
        let (phases, settings) = match asked {
            None => ("examples,coverage,fuzzing", SHORT),
            Some(_) => ("examples,coverage,fuzzing,stateful", ""),
        };
        let file = node.holder.path().join("schemathesis.toml");
        std::fs::write(&file, settings).expect("written");
        let mut command = Command::new(tool);
        command
            .arg("--config-file")
            .arg(file)
            .arg("run")
            .arg(description)
            .args(["--url", url, "--phases", phases, "--checks", CHECKS])
            .args(["-H", &format!("Authorization: Bearer {}", node.key)])
            .args(["--seed", &seed.to_string()])
            .args(["--max-examples", &examples.to_string()])
            .args(["--continue-on-failure", "--no-shrink", "--workers", "1"])
            .args(["--request-timeout", "30", "--warnings", "off"])
            .args(["--report", "ndjson", "--report-ndjson-path"])
            .arg(&report)
            .current_dir(node.holder.path())
            .env("SCHEMATHESIS_HOOKS", beside("hooks.py"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("NO_PROXY", "127.0.0.1");
        let text = std::fs::read(description).expect("the description is there");
        Self {
            tool: tool.to_owned(),
            command,
            report,
            description: serde_json::from_slice(&text).expect("the description is JSON"),
            without: None,
        }
    }

    /// Leaves a path out.
    pub(super) fn without(mut self, path: &'static str) -> Self {
        self.command.args(["--exclude-path", path]);
        self.without = Some(path);
        self
    }

    /// Plays it; every operation of the description was asked for then.
    pub(super) fn play(mut self) -> Found {
        let out = self.command.output().expect("the tool starts");
        let said = String::from_utf8_lossy(&out.stdout);
        let digest = Command::new(self.tool.with_file_name("python"))
            .arg(beside("digest.py"))
            .arg(&self.report)
            .output()
            .expect("the tool's Python starts");
        let told = String::from_utf8_lossy(&digest.stderr);
        assert!(digest.status.success(), "{told}\n{said}");
        let found: Found = serde_json::from_slice(&digest.stdout).expect("JSON");
        let untried: Vec<_> = self
            .operations()
            .difference(&found.tried)
            .cloned()
            .collect();
        assert!(untried.is_empty(), "never asked for: {untried:?}\n{said}");
        eprintln!("{} cases, {} operations", found.cases, found.tried.len());
        found
    }

    fn operations(&self) -> BTreeSet<String> {
        const METHODS: [&str; 5] = ["get", "post", "delete", "options", "put"];
        let paths = self.description["paths"].as_object().expect("paths");
        let of_path = |(path, item): (&String, &Value)| {
            let methods = METHODS.iter().filter(|method| item.get(**method).is_some());
            let all = methods.map(|method| format!("{} {path}", method.to_uppercase()));
            all.collect::<Vec<_>>()
        };
        let tried = paths
            .iter()
            .filter(|(path, _)| Some(path.as_str()) != self.without);
        tried.flat_map(of_path).collect()
    }
}

/// A file of this folder.
fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("it/contract")
        .join(name)
}

/// What a run found.
#[derive(Debug, Deserialize)]
pub(super) struct Found {
    /// Requests made.
    pub(super) cases: usize,
    tried: BTreeSet<String>,
    breaches: BTreeSet<Breach>,
}

/// A breach of the description.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Breach {
    /// Method and path.
    pub(super) operation: String,
    /// Status of the answer; 0 when no request could be made.
    pub(super) status: u64,
    /// What the tool calls it, and the first line of why.
    pub(super) what: String,
}

/// Every breach must be excused, and every excuse needed.
pub(super) fn judge(found: &Found, excused: &[Excused]) {
    let fresh: Vec<_> = found
        .breaches
        .iter()
        .filter(|breach| !excused.iter().any(|it| it.fits(breach)))
        .collect();
    assert!(fresh.is_empty(), "mend these: {fresh:#?}");
    let needed = |it: &Excused, operation: &str| {
        let fits = |breach: &Breach| breach.operation == operation && it.fits(breach);
        found.breaches.iter().any(fits)
    };
    let stale: Vec<_> = excused
        .iter()
        .flat_map(|it| it.operations.iter().map(move |operation| (it, *operation)))
        .filter(|(it, operation)| !needed(it, operation))
        .map(|(it, operation)| format!("{operation} {}: {}", it.status, it.what))
        .collect();
    assert!(stale.is_empty(), "take these off the list: {stale:#?}");
}

#[test]
fn a_breach_without_an_excuse_and_an_excuse_without_a_breach_both_fail() {
    let excuse = [Excused {
        operations: &["GET /x"],
        also: &[],
        status: 418,
        what: "Received: 418",
        why: "a teapot",
    }];
    let played = |status: &[u64]| Found {
        cases: 1,
        tried: BTreeSet::new(),
        breaches: status
            .iter()
            .map(|status| Breach {
                operation: "GET /x".to_owned(),
                status: *status,
                what: "Undocumented: Received: 418".to_owned(),
            })
            .collect(),
    };
    judge(&played(&[418]), &excuse);
    for (found, excused) in [
        (played(&[418]), &[][..]),
        (played(&[418, 500]), &excuse),
        (played(&[]), &excuse),
    ] {
        let caught = std::panic::catch_unwind(|| judge(&found, excused));
        assert!(caught.is_err(), "{found:?}");
    }
}
