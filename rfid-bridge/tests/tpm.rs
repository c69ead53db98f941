//! A key sealed by a TPM, with `tpm2-tools` and a TPM in software: opened on the machine that
//! sealed it, worth nothing on another.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise"
)]

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

mod common;

use common::{Process, bridge, err, out};

/// A TPM in software, fresh from the factory, and how tools find it.
struct Tpm {
    _running: Process,
    tcti: String,
}

impl Tpm {
    fn start(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        // The tools expect the control port after the other one.
        let port = (0..100)
            .find_map(|_| {
                let one = TcpListener::bind("127.0.0.1:0").ok()?;
                let port = one.local_addr().ok()?.port();
                TcpListener::bind(("127.0.0.1", port.checked_add(1)?)).ok()?;
                Some(port)
            })
            .expect("two ports in a row");
        let child = Command::new("swtpm")
            .args(["socket", "--tpm2", "--flags", "not-need-init,startup-clear"])
            .arg("--tpmstate")
            .arg(format!("dir={}", folder.display()))
            .arg("--server")
            .arg(format!("type=tcp,port={port}"))
            .arg("--ctrl")
            .arg(format!("type=tcp,port={}", port + 1))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let running = Process(child);
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port + 1)).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Self {
            _running: running,
            tcti: format!("swtpm:host=127.0.0.1,port={port}"),
        }
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut run = bridge(words);
        run.env("TPM2TOOLS_TCTI", &self.tcti).output().unwrap()
    }
}

#[test]
fn a_sealed_key_is_opened_by_its_tpm_and_by_no_other() {
    for tool in ["swtpm", "tpm2_unseal"] {
        if Command::new(tool).arg("--version").output().is_err() {
            eprintln!("SKIPPED: {tool} is not installed");
            return;
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let tpm = Tpm::start(&folder.path().join("tpm"));
    let path = folder.path().join("device.key");
    let file = path.to_str().unwrap();
    let made = tpm.run(&["keygen", "--seal-tpm", "--out", file]);
    assert!(made.status.success(), "{}", err(&made));
    let id = out(&made).trim().to_owned();
    assert_eq!(id.len(), 64);
    let again = tpm.run(&["keygen", "--seal-tpm", "--out", file]);
    assert_eq!(again.status.code(), Some(2), "never over another");
    let config = folder.path().join("bridge.toml");
    let reader = common::reader("127.0.0.1:9", "dock-1");
    common::configure(folder.path(), "http://127.0.0.1:9", 500, "", &reader);
    let config = config.to_str().unwrap();
    // Several times: nothing is left behind in the TPM.
    for _ in 0..4 {
        let run = tpm.run(&["doctor", "--config", config]);
        let said = out(&run);
        let line = said
            .lines()
            .find(|line| line.contains("device key"))
            .unwrap();
        assert!(line.starts_with("ok "), "{line}");
        assert!(
            line.contains(&id) && line.contains("sealed by a TPM"),
            "{line}"
        );
    }
    let started = ["run", "--once", "--first-ms", "50", "--deliver-ms", "50"];
    let run = tpm.run(&[&started[..], &["--config", config]].concat());
    assert_eq!(run.status.code(), Some(7), "it ran: {}", err(&run));

    let other = Tpm::start(&folder.path().join("other"));
    let run = other.run(&[&started[..], &["--config", config]].concat());
    assert_eq!(run.status.code(), Some(2), "{}", err(&run));
    assert!(err(&run).contains("tpm2_load"), "{}", err(&run));
    let run = other.run(&["doctor", "--config", config]);
    assert!(out(&run).contains("failure device key"), "{}", out(&run));
    let mut text = std::fs::read_to_string(&path).unwrap();
    let at = text.find("\"private\":\"").unwrap() + 40;
    let flipped = if text.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    text.replace_range(at..=at, flipped);
    std::fs::write(&path, text).unwrap();
    let run = tpm.run(&[&started[..], &["--config", config]].concat());
    assert_eq!(run.status.code(), Some(2), "an edited object is refused");
}
