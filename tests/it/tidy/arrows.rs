//! The arrows of ARCHITECTURE.md against `cargo metadata`: who may depend on whom, and which
//! crate may name which rim library directly.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Our crates and the crates of ours that each may name. Kept equal to the table in
/// ARCHITECTURE.md ("Arrows").
const ARROWS: [(&str, &[&str]); 11] = [
    ("gs1", &[]),
    ("tangle-verify", &[]),
    ("tangle", &["tangle-verify"]),
    ("rules", &["gs1"]),
    ("rfid-bridge", &["gs1", "tangle"]),
    ("service", &["gs1", "rules", "tangle"]),
    (
        "tests",
        &[
            "gs1",
            "rfid-bridge",
            "rules",
            "service",
            "tangle",
            "tangle-verify",
        ],
    ),
    ("fuzz-frame", &[]),
    ("world", &["gs1", "rules"]),
    ("ledger-bench", &["gs1", "tangle"]),
    ("xtask", &[]),
];

/// Rim libraries and the only crates that may name them (tests aside).
const RIM: [(&str, &[&str]); 9] = [
    ("actix-web", &["ledger-bench", "service"]),
    ("clap", &["rfid-bridge", "service"]),
    ("getrandom", &["rfid-bridge", "service"]),
    (
        "redb",
        &["ledger-bench", "rfid-bridge", "service", "tangle"],
    ),
    ("petgraph", &["tangle"]),
    ("ed25519-dalek", &["tangle", "tangle-verify"]),
    ("tokio", &["ledger-bench", "rfid-bridge", "service"]),
    ("ureq", &["rfid-bridge", "service", "tests"]),
    ("anyhow", &["rfid-bridge", "service", "tests", "xtask"]),
];

/// name -> names of its direct normal dependencies.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let out = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(super::root())
        .output()
        .expect("cargo metadata runs");
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let metadata: Value = serde_json::from_slice(&out.stdout).expect("metadata is JSON");
    let mut all = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let wanted = package["dependencies"]
            .as_array()
            .expect("dependencies")
            .iter()
            .filter(|dependency| dependency["kind"].is_null())
            .map(|dependency| dependency["name"].as_str().expect("a name").to_owned())
            .collect();
        all.insert(package["name"].as_str().expect("a name").to_owned(), wanted);
    }
    all
}

#[test]
fn arrows_are_those_of_the_architecture() {
    let actual = dependencies();
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let members: BTreeSet<&str> = actual.keys().map(String::as_str).collect();
    assert_eq!(
        ours, members,
        "the table names exactly the workspace's members"
    );
    for (name, allowed) in ARROWS {
        let named: BTreeSet<&str> = actual[name]
            .iter()
            .map(String::as_str)
            .filter(|wanted| ours.contains(wanted))
            .collect();
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        assert!(
            named.is_subset(&allowed),
            "{name} may name {allowed:?}, names {named:?}"
        );
    }
}

#[test]
fn rim_libraries_stay_in_their_rooms() {
    let actual = dependencies();
    for (library, allowed) in RIM {
        for (name, wanted) in &actual {
            let here = wanted.contains(library);
            assert!(
                !here || allowed.contains(&name.as_str()),
                "{name} must not name {library}"
            );
        }
    }
}

#[test]
fn architecture_md_prints_the_same_arrows() {
    let text = std::fs::read_to_string(super::root().join("ARCHITECTURE.md")).expect("it is there");
    for (name, allowed) in ARROWS.iter().filter(|(name, _)| *name != "tests") {
        let list = if allowed.is_empty() {
            "(none of ours)".into()
        } else {
            allowed.join(", ")
        };
        let line = format!("| `{name}` | {list} |");
        assert!(
            text.contains(&line),
            "ARCHITECTURE.md lacks the row: {line}"
        );
    }
}

#[test]
fn every_crate_takes_the_shared_lints_and_versions() {
    for (path, text) in super::sources(".", &["Cargo.toml"]) {
        if path == "Cargo.toml" || path.contains("/fuzz/") || path.contains("/wasm/") {
            continue;
        }
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{path}: takes the shared lints"
        );
        let own = text.lines().find(|line| line.contains("version = \""));
        assert_eq!(own, None, "{path}: versions live in the root table only");
    }
}

#[test]
fn every_dependency_has_a_line_of_reason() {
    let reasons =
        std::fs::read_to_string(super::root().join("docs/dependencies.md")).expect("it is there");
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    for (name, wanted) in dependencies() {
        for library in wanted
            .iter()
            .filter(|wanted| !ours.contains(wanted.as_str()))
        {
            let told = reasons.lines().any(|line| {
                line.split('|').nth(1).is_some_and(|cell| {
                    cell.split(',')
                        .any(|word| word.trim().trim_matches('`') == library)
                })
            });
            assert!(
                told,
                "docs/dependencies.md has no reason for {library}, used by {name}"
            );
        }
    }
}
