//! A node of one's own: initialised, served on a free port by the real binary, with the admin's
//! key at hand.

use std::path::PathBuf;

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
    holder: TempDir,
}

impl Site {
    /// A fresh node.
    #[must_use]
    pub fn fresh() -> Self {
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
        Self::serve(dir, holder, &key)
    }

    fn serve(dir: PathBuf, holder: TempDir, key: &str) -> Self {
        let data = dir.to_string_lossy();
        let mut running = Running::start(
            "theriac",
            &["serve", "--data", &data, "--listen", "127.0.0.1:0"],
        );
        let admin = Client::new(&running.wait_for("listening on")).with_key(key);
        Self {
            running,
            dir,
            admin,
            holder,
        }
    }

    /// The same node after an orderly stop and a new start.
    #[must_use]
    pub fn restarted(self, key: &str) -> Self {
        let Self {
            running,
            dir,
            holder,
            ..
        } = self;
        assert!(running.stop().success(), "an orderly stop is a success");
        Self::serve(dir, holder, key)
    }
}
