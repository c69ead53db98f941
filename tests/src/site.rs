//! A node of one's own: initialised, served on a free port by the real binary, with the admin's
//! key at hand.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::http::Client;
use crate::process::{Running, finish};

/// A running node in a folder that cleans up.
#[derive(Debug)]
pub struct Site {
    running: Running,
    /// Its data directory.
    pub dir: PathBuf,
    /// A client with the admin's key.
    pub admin: Client,
    /// The key of its log (C2SP vkey).
    pub log_key: String,
    holder: TempDir,
}

impl Site {
    /// A fresh node.
    #[must_use]
    pub fn fresh() -> Self {
        Self::fresh_with(&[])
    }

    /// A fresh node, served with further arguments.
    #[must_use]
    pub fn fresh_with(args: &[&str]) -> Self {
        let holder = tempfile::tempdir().expect("a temporary folder");
        let dir = holder.path().join("node");
        let init = finish(
            "theriac",
            &["init", "--data", &dir.to_string_lossy(), "--format", "json"],
        );
        assert_eq!(init.code, 0, "{}{}", init.out, init.err);
        let facts: Value = serde_json::from_str(&init.out).expect("init prints JSON");
        let key = facts["admin_key"]
            .as_str()
            .expect("with the admin's key")
            .to_owned();
        let log_key = facts["checkpoint_key"].as_str();
        let log_key = log_key.expect("with the log's key").to_owned();
        Self::serve(dir, holder, (&key, log_key), args)
    }

    fn serve(dir: PathBuf, holder: TempDir, keys: (&str, String), args: &[&str]) -> Self {
        let (key, log_key) = keys;
        let (running, admin) = served(&dir, args);
        Self {
            running,
            dir,
            admin: admin.with_key(key),
            log_key,
            holder,
        }
    }

    /// Kills the node as a power cut would (SIGKILL).
    #[must_use]
    pub fn killed(self) -> Stopped {
        self.running.kill();
        Stopped {
            dir: self.dir,
            key: self.admin.key().unwrap_or_default().to_owned(),
            log_key: self.log_key,
            holder: self.holder,
        }
    }

    /// Stops the node in good order.
    #[must_use]
    pub fn stopped(self) -> Stopped {
        assert!(
            self.running.stop().success(),
            "an orderly stop is a success"
        );
        Stopped {
            dir: self.dir,
            key: self.admin.key().unwrap_or_default().to_owned(),
            log_key: self.log_key,
            holder: self.holder,
        }
    }

    /// The same node after an orderly stop and a new start.
    #[must_use]
    pub fn restarted(self, key: &str) -> Self {
        let mut stopped = self.stopped();
        key.clone_into(&mut stopped.key);
        stopped.started(&[])
    }
}

/// A node that does not run; its folder is still there.
#[derive(Debug)]
pub struct Stopped {
    /// Its data directory.
    pub dir: PathBuf,
    /// The admin's key.
    pub key: String,
    log_key: String,
    holder: TempDir,
}

impl Stopped {
    /// Runs again.
    #[must_use]
    pub fn started(self, args: &[&str]) -> Site {
        Site::serve(self.dir, self.holder, (&self.key, self.log_key), args)
    }

    /// A path beside the data directory that goes with it.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.holder.path().join(name)
    }
}

impl Site {
    /// A path beside the data directory that goes with it.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.holder.path().join(name)
    }
}

/// Serves a data directory on a free port; the client has no key yet.
#[must_use]
pub fn served(dir: &Path, args: &[&str]) -> (Running, Client) {
    let data = dir.to_string_lossy();
    let serve = ["serve", "--data", &data, "--listen", "127.0.0.1:0"];
    let mut running = Running::start("theriac", &[&serve[..], args].concat());
    let client = Client::new(&running.wait_for("listening on"));
    (running, client)
}

/// A document with one observation of the pack with this serial number.
#[must_use]
pub fn observation(serial: &str) -> Value {
    serde_json::json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-01T00:00:00Z",
        "epcisBody": { "eventList": [{
            "type": "ObjectEvent",
            "eventID": format!("urn:test:{serial}"),
            "eventTime": "2026-01-01T00:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "action": "OBSERVE",
            "bizStep": "inspecting",
            "epcList": [format!("https://id.gs1.org/01/09506000134352/21/{serial}")],
        }] },
    })
}
