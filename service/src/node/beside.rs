//! What `check` says of a node's files beside the ledger's own: keys that are missing, damaged,
//! open to others or not those of this ledger, and a checkpoint that is gone without a trace.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tangle::registry::{Operation, Role};
use tangle::store::Difference;
use tangle::{CheckReport, KeyId, SigningKey, VerifierKey};

use super::fold::OPERATOR;
use crate::keys::{DataDir, KeyStore};

const RESTORE: &str = "restore the file from a backup";
/// Keys without which a node does not open.
const NEEDED: [&str; 4] = ["root.seed", "node.seed", "note.seed", "api-key-hash.seed"];

/// Adds what is wrong, in the network of this root key. A directory without keys is a copy of a
/// ledger, and has nothing beside it.
pub(super) fn check(data: &DataDir, root: KeyId, report: &mut CheckReport) {
    checkpoint(data, report);
    if !data.keys().is_dir() {
        return;
    }
    let known = Known::of(root, &report.registered);
    for name in NEEDED {
        if !data.keys().join(name).exists() {
            let what = "the file is gone, and the node does not open without it";
            note(report, name, what, RESTORE);
        }
    }
    let mut names: Vec<String> = fs::read_dir(data.keys())
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|it| it == "seed"))
        .collect();
    names.sort();
    let mut publics = BTreeMap::new();
    for name in names {
        if let Some(public) = key(data, &name, &known, report) {
            publics.insert(name, public);
        }
    }
    if publics.get("root.seed") == Some(&known.root) {
        missing(&known, &publics, report);
    }
    let own = KeyStore::open(data).and_then(|it| it.is_hash_key_own());
    if matches!(own, Ok(false)) && !is_noted(report, "api-key-hash.seed") {
        let what = "it is not the key under which the API keys were kept: none would be known";
        note(report, "api-key-hash.seed", what, RESTORE);
    }
}

/// Whose keys the network's root registered.
struct Known {
    root: KeyId,
    organisations: BTreeMap<String, BTreeSet<KeyId>>,
    /// With the organisation of each.
    authors: BTreeMap<KeyId, String>,
    /// Organisations for which this node was to record.
    recorded_for: BTreeSet<String>,
}

impl Known {
    fn of(root: KeyId, registered: &[Operation]) -> Self {
        let mut known = Self {
            root,
            organisations: BTreeMap::new(),
            authors: BTreeMap::new(),
            recorded_for: BTreeSet::new(),
        };
        for operation in registered {
            match operation {
                Operation::Organisation(it) => {
                    let keys = known.organisations.entry(it.id.clone()).or_default();
                    keys.insert(it.key);
                }
                Operation::Author(it) => {
                    known.authors.insert(it.key, it.organisation.clone());
                    let own = format!("node for {}", it.organisation);
                    if it.role == Role::Node && it.label == own {
                        known.recorded_for.insert(it.organisation.clone());
                    }
                }
                _ => {}
            }
        }
        known
    }

    /// Whether the key of a file is the one that was registered.
    fn is(&self, name: &str, key: &KeyId) -> bool {
        let author = |id: &str| self.authors.get(key).is_some_and(|of| of == id);
        let stem = name.strip_suffix(".seed").unwrap_or(name);
        match stem.split_once('-') {
            None if stem == "root" => self.root == *key,
            None if stem == "node" => author(OPERATOR),
            // Keys are made before they are registered: a crash in between leaves them.
            Some(("author" | "organisation", id)) if !self.organisations.contains_key(id) => true,
            Some(("author", id)) => author(id),
            Some(("organisation", id)) => {
                let keys = self.organisations.get(id);
                keys.is_some_and(|keys| keys.contains(key))
            }
            // Of another use: nothing is known of it.
            _ => true,
        }
    }
}

/// Every party that was registered here has its two keys here: without them nothing is recorded
/// for it.
fn missing(known: &Known, publics: &BTreeMap<String, KeyId>, report: &mut CheckReport) {
    for id in &known.recorded_for {
        let mut names = vec![format!("organisation-{id}.seed")];
        if id != OPERATOR {
            names.push(format!("author-{id}.seed"));
        }
        for name in names.iter().filter(|name| !publics.contains_key(*name)) {
            if !is_noted(report, name) {
                let what = "the file is gone, and nothing can be recorded for its party";
                note(report, name, what, RESTORE);
            }
        }
    }
}

fn is_noted(report: &CheckReport, name: &str) -> bool {
    let named = format!("keys/{name}");
    report.differences.iter().any(|it| it.file == named)
}

/// What is wrong with one key file; gives the public key.
fn key(data: &DataDir, name: &str, known: &Known, report: &mut CheckReport) -> Option<KeyId> {
    let path = data.keys().join(name);
    let mode = fs::metadata(&path).map_or(0, |it| it.permissions().mode());
    if mode & 0o077 != 0 {
        let what = "others than its owner may use the file";
        note(
            report,
            name,
            what,
            "chmod 600 it, and withdraw the key if others had access",
        );
    }
    let mut seed = [0; 32];
    let text = fs::read_to_string(&path).unwrap_or_default();
    if hex::decode_to_slice(text.trim_end(), &mut seed).is_err() {
        note(report, name, "it does not hold 64 hex digits", RESTORE);
        return None;
    }
    let public = SigningKey::from_seed(seed).key_id();
    let stranger = match name {
        "note.seed" => !signers(data).iter().any(|key| *key.key() == public) && has(data),
        "api-key-hash.seed" => false,
        // A log that does not read to its first registration says nothing about keys.
        _ => !known.organisations.is_empty() && !known.is(name, &public),
    };
    if stranger {
        note(
            report,
            name,
            "it is not the key that this ledger knows",
            RESTORE,
        );
    }
    Some(public)
}

fn has(data: &DataDir) -> bool {
    data.ledger().join("checkpoint").exists()
}

fn signers(data: &DataDir) -> Vec<VerifierKey> {
    let text = fs::read_to_string(data.ledger().join("checkpoint.keys")).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

/// A node signs a checkpoint after each milestone; only between the first of both there is none.
fn checkpoint(data: &DataDir, report: &mut CheckReport) {
    let named = report.differences.iter().any(|it| it.file == "checkpoint");
    if report.milestones > 1 && !has(data) && !named {
        report.differences.push(Difference {
            file: "checkpoint".to_owned(),
            offset: 0,
            what: format!(
                "the file is gone, though {} milestones were cut",
                report.milestones
            ),
            remedy: "restore it from a backup or from a witness",
        });
    }
}

fn note(report: &mut CheckReport, name: &str, what: &str, remedy: &'static str) {
    report.differences.push(Difference {
        file: format!("keys/{name}"),
        offset: 0,
        what: what.to_owned(),
        remedy,
    });
}
