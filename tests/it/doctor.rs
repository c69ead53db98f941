//! `theriac doctor` on a sound node, on a running one, and on one whose house has been left open.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tests::process::finish;
use tests::site::Site;

/// The answer, and the exit code.
fn doctor(args: &[&str]) -> (Value, i32) {
    let run = finish("theriac", &[&["doctor", "--format", "json"], args].concat());
    let answer = serde_json::from_str(&run.out);
    (
        answer.unwrap_or_else(|error| panic!("{error}: {}", run.err)),
        run.code,
    )
}

/// How a subject turned out, and what was seen.
fn look<'a>(answer: &'a Value, subject: &str) -> (&'a str, &'a str) {
    let looks = answer["looks"].as_array().expect("a list");
    let look = looks.iter().find(|look| look["subject"] == subject);
    let look = look.unwrap_or_else(|| panic!("{subject}: {answer:#}"));
    let remedy = look["remedy"].as_str().expect("a remedy");
    assert_eq!(look["health"] == "ok", remedy.is_empty(), "{look}");
    (
        look["health"].as_str().expect("a word"),
        look["seen"].as_str().expect("a sentence"),
    )
}

fn made(at: &Path) -> String {
    let data = at.join("node").to_string_lossy().into_owned();
    let run = finish("theriac", &["init", "--data", &data]);
    assert_eq!(run.code, 0, "{}", run.err);
    data
}

#[test]
fn what_is_wrong_is_said_with_its_remedy() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let data = made(holder.path());
    let listen = ["--data", &data, "--listen", "127.0.0.1:0"];
    let (sound, code) = doctor(&listen);
    assert_eq!(code, 0, "{sound:#}");
    for subject in [
        "data directory",
        "secrets",
        "privacy of secrets",
        "clock",
        "address",
    ] {
        assert_eq!(look(&sound, subject).0, "ok", "{sound:#}");
    }
    assert_eq!(look(&sound, "witnesses").0, "warning");

    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let (answer, code) = doctor(&["--data", &data, "--listen", &address]);
    assert_eq!((look(&answer, "address").0, code), ("failure", 7));

    let seed = Path::new(&data).join("keys/root.seed");
    fs::set_permissions(&seed, fs::Permissions::from_mode(0o644)).expect("a mode");
    let (answer, code) = doctor(&listen);
    let (health, seen) = look(&answer, "privacy of secrets");
    assert_eq!((health, code), ("failure", 7));
    assert!(seen.contains("root.seed"), "{seen}");

    fs::remove_file(&seed).expect("the key goes");
    let (answer, _) = doctor(&listen);
    assert!(
        look(&answer, "secrets").1.contains("root.seed"),
        "{answer:#}"
    );
    assert!(!seed.exists(), "a look makes nothing");

    let ahead = fs::File::options()
        .append(true)
        .open(Path::new(&data).join("ledger/genesis.cbor"))
        .expect("a file");
    let written = ahead
        .metadata()
        .and_then(|it| it.modified())
        .expect("a time");
    let later = written + Duration::from_hours(2);
    ahead.set_modified(later).expect("a time");
    let (answer, _) = doctor(&listen);
    assert_eq!(look(&answer, "clock").0, "failure", "{answer:#}");
}

#[test]
fn a_missing_node_is_a_failure_and_a_running_one_none() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let nowhere = holder.path().join("none").to_string_lossy().into_owned();
    let (answer, code) = doctor(&["--data", &nowhere, "--listen", "127.0.0.1:0"]);
    assert_eq!((look(&answer, "data directory").0, code), ("failure", 7));

    let site = Site::fresh();
    let data = site.dir.to_string_lossy().into_owned();
    let (answer, code) = doctor(&["--data", &data, "--listen", "127.0.0.1:0"]);
    assert_eq!(
        (&answer["running"], code),
        (&Value::Bool(true), 0),
        "{answer:#}"
    );
    assert!(look(&answer, "address").1.contains("running"));

    let run = finish(
        "theriac",
        &["doctor", "--data", &data, "--listen", "127.0.0.1:0"],
    );
    assert!(run.out.contains("warning witnesses"), "{}", run.out);
    assert!(run.out.contains("-> ask another company"), "{}", run.out);
}
