//! The access log of a real node: whole after an orderly stop, and tampering is named.

use std::fs;
use std::path::{Path, PathBuf};

use tests::process::{Running, finish};

fn log_file(data: &Path) -> PathBuf {
    let mut files: Vec<PathBuf> = fs::read_dir(data.join("access"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files.remove(0)
}

fn check(data: &Path) -> (i32, String) {
    let run = finish(
        "theriac",
        &["accesses", "check", "--data", &data.to_string_lossy()],
    );
    (run.code, format!("{}{}", run.out, run.err))
}

#[test]
fn a_log_is_whole_until_somebody_changes_it() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let data = holder.path().join("node");
    let dir = data.to_string_lossy().into_owned();
    let init = finish("theriac", &["init", "--data", &dir, "--format", "json"]);
    let facts: serde_json::Value = serde_json::from_str(&init.out).expect("JSON");
    let key = facts["admin_key"].as_str().expect("a key");
    let mut node = Running::start(
        "theriac",
        &["serve", "--data", &dir, "--listen", "127.0.0.1:0"],
    );
    let server = node.wait_for("listening on");
    let ask = ["--server", &server, "--key", key];
    for _ in 0..3 {
        assert_eq!(
            finish("theriac", &[&["keys", "list"], &ask[..]].concat()).code,
            0
        );
    }
    let listed = finish(
        "theriac",
        &[&["accesses", "list", "--action", "manage_keys"], &ask[..]].concat(),
    );
    assert_eq!(
        listed.out.lines().count(),
        3,
        "{}{}",
        listed.out,
        listed.err
    );
    assert_eq!(check(&data).0, 5, "the node is running");
    assert!(node.stop().success());

    let (code, said) = check(&data);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("1 recordings in the ledger agree"), "{said}");

    let path = log_file(&data);
    let text = fs::read_to_string(&path).expect("the log");
    let changed = text.replacen("\"status\":200", "\"status\":403", 1);
    fs::write(&path, &changed).expect("written");
    let (code, said) = check(&data);
    assert_eq!(code, 6, "{said}");
    assert!(said.contains("was changed"), "{said}");

    let shorter: Vec<&str> = text.split_inclusive('\n').take(2).collect();
    fs::write(&path, shorter.concat()).expect("written");
    let (code, said) = check(&data);
    assert_eq!(
        code, 6,
        "a log cut short is a chain, but not the one recorded: {said}"
    );
    assert!(said.contains("are gone"), "{said}");

    fs::write(&path, &text).expect("written");
    assert_eq!(check(&data).0, 0);
}
