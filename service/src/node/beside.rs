//! What `check` says of a node's files beside the ledger's own: keys that are missing, damaged,
//! open to others or not those of this ledger, and a checkpoint that is gone without a trace.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tangle::store::Difference;
use tangle::{CheckReport, KeyId, SigningKey, VerifierKey};

use super::fold::Fold;
use crate::keys::DataDir;

const RESTORE: &str = "restore the file from a backup";
/// Keys without which a node does not open.
const NEEDED: [&str; 4] = ["root.seed", "node.seed", "note.seed", "api-key-hash.seed"];

/// Adds what is wrong. `fold` is the state if the order was folded; a directory without keys is a
/// copy of a ledger, and has nothing beside it.
pub(super) fn check(data: &DataDir, fold: Option<&Fold>, report: &mut CheckReport) {
    checkpoint(data, report);
    if !data.keys().is_dir() {
        return;
    }
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
    for name in names {
        key(data, &name, fold, report);
    }
}

fn key(data: &DataDir, name: &str, fold: Option<&Fold>, report: &mut CheckReport) {
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
        return;
    }
    let public = SigningKey::from_seed(seed).key_id();
    let stranger = match name {
        "note.seed" => !signers(data).iter().any(|key| *key.key() == public) && has(data),
        "node.seed" => fold.is_some_and(|fold| unknown(fold, &public)),
        _ => false,
    };
    if stranger {
        note(
            report,
            name,
            "it is not the key that this ledger knows",
            RESTORE,
        );
    }
}

fn unknown(fold: &Fold, key: &KeyId) -> bool {
    fold.milestones > 0 && fold.registry().principal(key).is_none()
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
