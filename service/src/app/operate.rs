//! Running a node over the years: copies while it goes on, blocks from a file, items whose time
//! has come, and how it stands with the witnesses. For administrators.
use std::path::{Path, PathBuf};

use tangle::{Copied, Media};

use crate::app::failure::{Code, Failure};
use crate::auth::{Permit, actions};
use crate::copy::Copying;
use crate::limits::TEXT_CHARS_MAX;
use crate::node::{Erasing, Erasure, Node, TakenIn, WitnessState};

/// Copies the node into `name` below its folder for backups.
///
/// # Errors
/// As [`Node::backup`].
pub fn backup(
    node: &Node,
    _permit: &Permit<actions::Operate>,
    name: &str,
    what: Copying,
) -> Result<(PathBuf, Copied), Failure> {
    node.backup(name, what)
}

/// Takes in a bundle file.
///
/// # Errors
/// As [`Node::import`].
pub fn import(
    node: &Node,
    _permit: &Permit<actions::Operate>,
    bundle: &Path,
) -> Result<TakenIn, Failure> {
    node.import(bundle)
}

/// Erases items.
///
/// # Errors
/// As [`erase_for`].
pub fn erase(
    node: &Node,
    _permit: &Permit<actions::Operate>,
    erasing: &Erasing,
) -> Result<Erasure, Failure> {
    erase_for(node, erasing)
}

/// Erases items for whoever holds the data directory.
///
/// # Errors
/// As [`Node::erase`]; `unprocessable` without a reason or with one that is too long.
pub fn erase_for(node: &Node, erasing: &Erasing) -> Result<Erasure, Failure> {
    let chars = erasing.reason.trim().chars().count();
    if !(1..=TEXT_CHARS_MAX).contains(&chars) {
        let text = format!("an erasure needs a reason of 1 to {TEXT_CHARS_MAX} characters");
        return Err(Failure::new(Code::Unprocessable, text));
    }
    node.erase(erasing)
}

/// How it stands with each configured witness.
pub fn witnesses(node: &Node, _permit: &Permit<actions::Operate>) -> Vec<WitnessState> {
    node.witnesses()
}

/// The media whose items may be erased by age, by name.
pub const MEDIA: [(&str, Media); 5] = [
    ("epcis_event", Media::EPCIS_EVENT),
    ("decision", Media::DECISION),
    ("master_data", Media::MASTER_DATA),
    ("logger_file", Media::LOGGER_FILE),
    ("attestation", Media::ATTESTATION),
];

/// The media with this name.
///
/// # Errors
/// `unprocessable`, with the names there are.
pub fn media(name: &str) -> Result<Media, Failure> {
    let found = MEDIA.iter().find(|(known, _)| *known == name);
    found.map(|(_, media)| *media).ok_or_else(|| {
        let names = MEDIA.map(|(name, _)| name).join(", ");
        let text = format!("{name:?} is no kind of item: expected one of {names}");
        Failure::new(Code::Unprocessable, text)
    })
}
