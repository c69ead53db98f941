//! The command line as scripts use it: exit codes, the forms of a scan, files that are missing or
//! damaged, a node that is in use or not there.

use std::fs;

use serde_json::Value;
use tests::process::{Finished, finish};

/// Nobody listens on the discard port of this machine.
const NOBODY: &str = "http://127.0.0.1:9";

fn text(run: &Finished) -> String {
    format!("{}{}", run.out, run.err)
}

#[test]
fn wrong_usage_is_two_and_help_is_zero() {
    for args in [
        &["no-such-command"][..],
        &[],
        &["verify"],
        &["capture"],
        &["demo", "--scale", "9"],
        &["demo", "--scale", "many"],
        &["serve", "--listen", "nowhere"],
        &["verify", "x", "--server", "not a url"],
        &["keys", "create", "--role", "emperor"],
        &["verify-proof", "x", "--key", "garbled"],
    ] {
        let run = finish("theriac", args);
        assert_eq!(run.code, 2, "{args:?}: {}", text(&run));
        assert!(!run.err.is_empty(), "{args:?} says why");
    }
    for command in [
        "init",
        "serve",
        "demo",
        "verify",
        "trace",
        "capture",
        "check",
        "doctor",
        "backup",
        "ledger",
        "witness",
        "verify-proof",
        "proof",
        "evidence",
        "verify-evidence",
        "pack",
        "recall",
        "keys",
        "accesses",
        "epc",
        "epcis",
        "event-hash",
        "openapi",
    ] {
        let run = finish("theriac", &[command, "--help"]);
        assert_eq!(run.code, 0, "{command}: {}", text(&run));
        assert!(run.out.contains("Usage:"), "{}", run.out);
    }
}

#[test]
fn without_a_node_a_pack_is_not_checked_and_the_code_is_five() {
    let scan = "0109506000134352211ABC{GS}1728063010LOT";
    let run = finish(
        "theriac",
        &[
            "verify", scan, "--server", NOBODY, "--key", "thr_x", "--format", "json",
        ],
    );
    assert_eq!(run.code, 5, "{}", text(&run));
    let verdict: Value = serde_json::from_str(&run.out).expect("JSON on standard output");
    assert_eq!(verdict["verdict"], "not_checked");
    assert_eq!(verdict["pack"]["serial"], "1ABC");
    for (field, kind) in [
        ("steps", true),
        ("findings", true),
        ("code", false),
        ("sentence", false),
    ] {
        let right = if kind {
            verdict[field].is_array()
        } else {
            verdict[field].is_string()
        };
        assert!(right, "{field}: {verdict:#}");
    }
    assert!(
        verdict["pack"].is_object() && verdict["took_ms"].is_number(),
        "{verdict:#}"
    );
    assert_eq!(run.err.lines().count(), 1, "one line: {}", run.err);
    for args in [
        &["trace", "(01)09506000134352(21)1ABC"][..],
        &["proof", "(01)09506000134352(21)1ABC"],
        &["keys", "list"],
    ] {
        let run = finish("theriac", &[args, &["--server", NOBODY][..]].concat());
        assert_eq!(run.code, 5, "{args:?}: {}", text(&run));
        assert!(
            run.err.contains("THERIAC_SERVER"),
            "it says what to do: {}",
            run.err
        );
    }
}

#[test]
fn missing_and_damaged_files_are_three_and_six() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| holder.path().join(name).to_string_lossy().into_owned();
    let run = finish("theriac", &["verify-proof", &path("none")]);
    assert_eq!(run.code, 3, "{}", text(&run));
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("text", b"c2sp.org/tlog-proof@v1\n"),
        ("binary", b"\xff\x00\xfe"),
    ] {
        fs::write(path(name), bytes).expect("a file");
        let run = finish(
            "theriac",
            &["verify-proof", &path(name), "--format", "json"],
        );
        assert_eq!(run.code, 6, "{name}: {}", text(&run));
        let report: Value = serde_json::from_str(&run.out).expect("JSON on standard output");
        assert_eq!(report["failed"], "file", "{report:#}");
        assert!(run.err.contains("'file'"), "it names the step: {}", run.err);
    }
    for args in [
        &["check", "--data"][..],
        &["keys", "list", "--data"],
        &["serve", "--data"],
    ] {
        let run = finish("theriac", &[args, &[path("no-node").as_str()][..]].concat());
        assert_eq!(run.code, 3, "{args:?}: {}", text(&run));
    }
}

#[test]
fn a_node_is_made_once_checked_and_not_shared() {
    let site = tests::site::Site::fresh();
    let data = site.dir.to_string_lossy().into_owned();
    let again = finish("theriac", &["init", "--data", &data]);
    assert_eq!(again.code, 2, "{}", text(&again));
    for args in [
        &["check", "--data", &data][..],
        &["check", "--data", &data, "--rebuild"],
        &["keys", "create", "--role", "admin", "--data", &data],
        &["serve", "--data", &data, "--listen", "127.0.0.1:0"],
    ] {
        let run = finish("theriac", args);
        assert_eq!(run.code, 5, "{args:?} while a node runs: {}", text(&run));
        assert!(run.err.contains("in use"), "{}", run.err);
    }
}

#[test]
fn a_running_node_is_asked_with_a_key_or_refuses() {
    let site = tests::site::Site::fresh();
    let server = site.admin.base().to_owned();
    let admin = site.admin.key().expect("the admin's key").to_owned();
    let run = |args: &[&str], key: &str| {
        finish(
            "theriac",
            &[args, &["--server", &server, "--key", key][..]].concat(),
        )
    };
    let pack = "(01)09506000134352(21)1ABC";
    for key in [
        "",
        "nonsense",
        "thr_00000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let refused = run(&["verify", pack], key);
        assert_eq!(refused.code, 4, "{key:?}: {}", text(&refused));
    }
    let made = run(
        &["keys", "create", "--role", "regulator", "--format", "json"],
        &admin,
    );
    assert_eq!(made.code, 0, "{}", text(&made));
    let made: Value = serde_json::from_str(&made.out).expect("JSON");
    let regulator = made["key"].as_str().expect("a key");
    assert_eq!(run(&["keys", "list"], &admin).code, 0);
    assert_eq!(run(&["keys", "list"], regulator).code, 4);
    let unknown = run(&["trace", pack], regulator);
    assert_eq!(unknown.code, 3, "{}", text(&unknown));
    let unreadable = run(&["verify", "hello", "--format", "json"], regulator);
    assert_eq!(unreadable.code, 1, "{}", text(&unreadable));
    let verdict: Value = serde_json::from_str(&unreadable.out).expect("JSON");
    assert_eq!(verdict["verdict"], "read_again", "{verdict:#}");
    captures_some_of_two_files(&site, &run, &admin);
}

fn captures_some_of_two_files(
    site: &tests::site::Site,
    run: &dyn Fn(&[&str], &str) -> Finished,
    admin: &str,
) {
    let path = |name: &str| site.dir.join(name).to_string_lossy().into_owned();
    let (good, bad) = (path("good.json"), path("bad.json"));
    let document = serde_json::json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-01T00:00:00Z",
        "epcisBody": { "eventList": [{
            "type": "ObjectEvent",
            "eventTime": "2026-01-01T00:00:00Z",
            "eventTimeZoneOffset": "+00:00",
            "action": "OBSERVE",
            "bizStep": "inspecting",
            "epcList": ["https://id.gs1.org/01/09506000134352/21/CLI1"],
        }] },
    });
    fs::write(&good, document.to_string()).expect("a file");
    fs::write(&bad, "{}").expect("a file");
    let all = run(&["capture", &good], admin);
    assert_eq!(all.code, 0, "{}", text(&all));
    assert!(
        all.out.contains("captured 1 events from 1 of 1 files"),
        "{}",
        all.out
    );
    let some = run(&["capture", &good, &bad, "--format", "json"], admin);
    assert_eq!(some.code, 7, "{}", text(&some));
    let report: Value = serde_json::from_str(&some.out).expect("JSON");
    assert_eq!(
        (&report["events"], &report["failed"]),
        (&1.into(), &1.into()),
        "{report:#}"
    );
    assert_eq!(run(&["capture", &bad], admin).code, 2);
    assert_eq!(run(&["capture", &path("none.json")], admin).code, 3);
}

#[test]
fn a_finished_demo_is_served_again_and_an_unfinished_one_is_refused() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let data = holder.path().join("node");
    let demo = |data: &std::path::Path| {
        let data = data.to_string_lossy();
        let args = [
            "demo",
            "--data",
            &data,
            "--listen",
            "127.0.0.1:0",
            "--scale",
            "10",
        ];
        finish(
            "theriac",
            &[&args[..], &["--exit-when-ready", "--format", "json"]].concat(),
        )
    };
    let first = demo(&data);
    assert_eq!(first.code, 0, "{}", text(&first));
    let again = demo(&data);
    assert_eq!(again.code, 0, "{}", text(&again));
    let facts = |run: &Finished| serde_json::from_str::<Value>(&run.out).expect("only JSON");
    assert_eq!(facts(&first)["scans"], facts(&again)["scans"]);
    assert_eq!(facts(&first)["keys"], facts(&again)["keys"]);
    assert_eq!(
        facts(&again),
        tests::demo::facts(&data),
        "demo.json tells the new address"
    );

    fs::remove_file(data.join("demo.json")).expect("it was written");
    let refused = demo(&data);
    assert_eq!(refused.code, 2, "{}", text(&refused));
    assert!(refused.err.contains("no finished demo"), "{}", refused.err);

    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let other = holder.path().join("other");
    let other_text = other.to_string_lossy();
    let run = finish(
        "theriac",
        &["demo", "--data", &other_text, "--listen", &address],
    );
    assert_eq!(run.code, 2, "{}", text(&run));
    assert!(
        !other.exists(),
        "nothing is made for an address that cannot be had"
    );
}
