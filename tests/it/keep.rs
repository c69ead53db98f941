//! A node is copied, the copy goes on as the node did, and its blocks can be drawn and carried
//! away: `theriac backup` and `theriac ledger` on a real data directory.

use std::path::Path;

use serde_json::Value;
use tests::process::{Finished, Running, finish};

fn run(args: &[&str], code: i32) -> Finished {
    let run = finish("theriac", args);
    assert_eq!(run.code, code, "{args:?}: {}{}", run.out, run.err);
    run
}

fn json(args: &[&str]) -> Value {
    let run = run(&[args, &["--format", "json"]].concat(), 0);
    serde_json::from_str(&run.out).expect("JSON on standard output")
}

#[test]
fn a_copied_node_answers_as_the_node_did() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| holder.path().join(name).to_string_lossy().into_owned();
    let (node, copy) = (path("node"), path("copy"));
    let listen = ["--listen", "127.0.0.1:0"];
    let demo = [
        "demo",
        "--data",
        &node,
        "--scale",
        "10",
        "--exit-when-ready",
    ];
    let facts = json(&[&demo[..], &listen].concat());

    let copied = json(&["backup", "--data", &node, "--to", &copy]);
    assert!(copied["blocks"].as_u64() > Some(10), "{copied:#}");
    assert_eq!(copied["keys"], true);
    run(&["check", "--data", &copy, "--rebuild"], 0);
    let again = run(&["backup", "--data", &node, "--to", &copy], 2);
    assert!(again.err.contains("already holds a node"), "{}", again.err);

    let mut served = Running::start(
        "theriac",
        &[&["serve", "--data", &copy][..], &listen].concat(),
    );
    let server = served.wait_for("listening on");
    let in_use = run(&["backup", "--data", &copy, "--to", &path("third")], 5);
    assert!(in_use.err.contains("in use"), "{}", in_use.err);
    let key = facts["keys"]["regulator"].as_str().expect("a key");
    let scan = facts["scans"]["genuine"].as_str().expect("a scan");
    let history = json(&["trace", scan, "--server", &server, "--key", key]);
    let block = history
        .pointer("/events/0/block")
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("the block of an event: {history:#}"))
        .to_owned();
    assert!(served.stop().success(), "an orderly stop is a success");
    drawn_and_carried_away(&copy, &block, holder.path());
}

fn drawn_and_carried_away(data: &str, block: &str, holder: &Path) {
    let dot = run(&["ledger", "dot", "--data", data, "--around", block], 0);
    assert!(dot.out.starts_with("digraph"), "{}", dot.out);
    assert!(
        dot.out.contains(block) && dot.out.contains("->"),
        "{}",
        dot.out
    );
    let args = [
        "ledger",
        "dot",
        "--data",
        data,
        "--around",
        block,
        "--language",
        "graphml",
    ];
    assert!(run(&args, 0).out.contains("<graphml"));
    let nobody = "00".repeat(32);
    run(&["ledger", "dot", "--data", data, "--around", &nobody], 3);
    run(&["ledger", "dot", "--data", data, "--around", "5f2b"], 2);

    let bundle = |name: &str| holder.join(name).to_string_lossy().into_owned();
    let (all, cone) = (bundle("all"), bundle("cone"));
    let export = ["ledger", "export", "--data", data, "--output"];
    let whole = json(&[&export[..], &[&all]].concat());
    let part = json(&[&export[..], &[&cone, "--cone", block]].concat());
    let blocks = |it: &Value| it["blocks"].as_u64().expect("a count");
    assert!(
        0 < blocks(&part) && blocks(&part) < blocks(&whole),
        "{part} {whole}"
    );
    let bytes = std::fs::metadata(&all).expect("the bundle").len();
    assert_eq!(whole["bytes"].as_u64(), Some(bytes));
    run(&[&export[..], &[&all]].concat(), 2);

    let ledger_only = bundle("ledger");
    let args = [
        "backup",
        "--data",
        data,
        "--to",
        &ledger_only,
        "--ledger-only",
        "--snapshot",
    ];
    assert_eq!(json(&args)["keys"], false);
    assert!(!Path::new(&ledger_only).join("keys").exists());
    run(&["check", "--data", &ledger_only], 0);
}
