//! A played demo world behind a real server: what `theriac demo` prints and writes, as values.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::http::Client;
use crate::process::Running;

/// A running `theriac demo`.
#[derive(Debug)]
pub struct Demo {
    running: Running,
    /// Its data directory.
    pub dir: PathBuf,
    /// What it wrote into `demo.json`.
    pub facts: Value,
    /// A client without a key.
    pub client: Client,
    holder: TempDir,
}

impl Demo {
    /// Plays `packs` packs on a free port and waits until all is there.
    #[must_use]
    pub fn play(packs: usize, seed: u64) -> Self {
        let holder = tempfile::tempdir().expect("a temporary folder");
        let (dir, packs, seed) = (
            holder.path().join("node"),
            packs.to_string(),
            seed.to_string(),
        );
        // A relative folder, as most people give one.
        let mut running = Running::start_in(
            holder.path(),
            "theriac",
            &[
                "demo",
                "--data",
                "node",
                "--listen",
                "127.0.0.1:0",
                "--scale",
                &packs,
                "--seed",
                &seed,
            ],
        );
        let url = running.wait_for("listening on");
        running.wait_for("ready");
        let facts = facts(&dir);
        Self {
            running,
            dir,
            facts,
            client: Client::new(&url),
            holder,
        }
    }

    /// A client with the key of `who` (`pharmacy_a`, `regulator`, ...).
    #[must_use]
    pub fn of(&self, who: &str) -> Client {
        self.client.with_key(self.text(&format!("/keys/{who}")))
    }

    /// A text in `demo.json` by JSON pointer.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        let found = self.facts.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("demo.json has no text at {pointer}: {}", self.facts))
    }

    /// The verdict on a scan, as `who` is told.
    #[must_use]
    pub fn verify(&self, who: &str, scan: &str) -> Value {
        let body = serde_json::json!({ "scan": scan });
        self.of(who)
            .post("/api/v1/verify", &body)
            .expect(200)
            .json()
    }

    /// Stops the server in good order and keeps the folder.
    #[must_use]
    pub fn stop(self) -> (PathBuf, TempDir) {
        let status = self.running.stop();
        assert!(status.success(), "an orderly stop is a success: {status}");
        (self.dir, self.holder)
    }
}

/// `demo.json` of a data directory.
///
/// # Panics
/// When it is not there or no JSON.
#[must_use]
pub fn facts(dir: &Path) -> Value {
    let path = dir.join("demo.json");
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).expect("demo.json is JSON")
}
