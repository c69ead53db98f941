//! Keeping what witnesses say of our checkpoints. A busy log signs a new checkpoint long before
//! the witnesses have answered about the one before, so the latest one they co-signed is kept
//! beside the latest: proofs of everything it covers are made under it and carry the
//! cosignatures.
//!
//! ```text
//! <vkey>*          of the log and of the witnesses, one a line
//!                  an empty line
//! <signed note>    with their signatures
//! ```

use std::sync::Arc;

use tangle_verify::VerifierKey;
use tangle_verify::checkpoint::{Note, NoteSignature};
use tangle_verify::limits::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX};
use tangle_verify::merkle::path::root_of;

use super::cut::parse_keys;
use super::files::{Files, read_all, write_whole};
use super::shared::Signed;
use super::tangle::{Tangle, storage};
use super::tree;
use crate::error::Broken;

/// The file.
pub(super) const WITNESSED: &str = "witnessed";

impl Tangle {
    /// Keeps a checkpoint that this log signed with the cosignatures given, each with the
    /// witness's key; the answer is how many are kept that were not before. Those that do not
    /// hold are passed over, and so is a note that is not of this log. An older checkpoint, or
    /// one with fewer than `enough` cosignatures and fewer than the kept one, replaces nothing.
    /// Durable on return.
    pub fn keep_cosignatures(
        &mut self,
        note: &str,
        cosignatures: &[(NoteSignature, VerifierKey)],
        enough: usize,
    ) -> Result<usize, Broken> {
        self.guarded(|it| it.keep_or_fail(note, cosignatures, enough))
    }

    fn keep_or_fail(
        &mut self,
        note: &str,
        cosignatures: &[(NoteSignature, VerifierKey)],
        enough: usize,
    ) -> Result<usize, Broken> {
        let view = self.shared.view();
        let Some(mut fresh) = view.signed.and_then(|latest| own(note, &latest.keys)) else {
            return Ok(0);
        };
        let size = fresh.checkpoint.size;
        if size > view.leaves {
            return Ok(0);
        }
        let root = root_of(size, |at| tree::node(&self.shared.index, at))?;
        if root != fresh.checkpoint.root {
            return Ok(0);
        }
        let kept = view.witnessed;
        let text = Note::parse(&fresh.note).map(|note| note.text).ok();
        let same = kept
            .as_ref()
            .filter(|kept| Note::parse(&kept.note).map(|note| note.text).ok() == text);
        if let Some(same) = same {
            fresh = Signed::clone(same);
        }
        let before = same.map_or(0, |same| witnesses(same));
        add(&mut fresh, cosignatures);
        let (count, others) = (witnesses(&fresh), kept.as_deref().map_or(0, witnesses));
        let older = kept
            .as_ref()
            .is_some_and(|kept| size < kept.checkpoint.size);
        if count == before || older || count < enough.min(others) {
            return Ok(0);
        }
        let text = to_text(&fresh);
        write_whole(self.files.as_ref(), WITNESSED, text.as_bytes()).map_err(storage(WITNESSED))?;
        self.shared
            .publish(|view| view.witnessed = Some(Arc::new(fresh)));
        Ok(count - before)
    }
}

/// A note that the log signed, with the log's key only.
fn own(note: &str, keys: &[VerifierKey]) -> Option<Signed> {
    let mut note = Note::parse(note).ok()?;
    let checkpoint = note.checkpoint().ok()?;
    let keys: Vec<_> = keys
        .iter()
        .filter(|key| checkpoint.is_signed_by(key))
        .cloned()
        .collect();
    note.signatures
        .retain(|line| keys.iter().any(|key| line.is_by(key)));
    let signers = note.signers(&keys).ok()?;
    (!signers.is_empty()).then(|| Signed {
        note: note.to_text(),
        checkpoint,
        keys: keys.clone(),
    })
}

/// Adds the cosignatures that hold and are not there.
fn add(signed: &mut Signed, cosignatures: &[(NoteSignature, VerifierKey)]) {
    let Ok(mut note) = Note::parse(&signed.note) else {
        return;
    };
    for (line, key) in cosignatures {
        let fits = note.signatures.len() < NOTE_SIGNATURES_MAX && !signed.keys.contains(key);
        let holds = key.is_witness() && line.is_by(key) && line.check(key, &note.text).is_ok();
        if fits && holds {
            note.signatures.push(line.clone());
            signed.keys.push(key.clone());
        }
    }
    signed.note = note.to_text();
}

fn witnesses(signed: &Signed) -> usize {
    signed.keys.iter().filter(|key| key.is_witness()).count()
}

pub(super) fn to_text(signed: &Signed) -> String {
    let keys: Vec<_> = signed.keys.iter().map(ToString::to_string).collect();
    format!("{}\n\n{}", keys.join("\n"), signed.note)
}

/// What is kept. Nothing rests on it and it can be had again from the witnesses, so what cannot
/// be read is taken for nothing here; `check` names it.
pub(super) fn read_witnessed(files: &dyn Files) -> Option<Signed> {
    try_read(files).ok().flatten()
}

/// As [`read_witnessed`], with the damage.
pub(super) fn try_read(files: &dyn Files) -> Result<Option<Signed>, Broken> {
    let damaged = |what: &str| Broken::corrupt(WITNESSED, 0, what);
    let max = 3 * NOTE_BYTES_MAX as u64;
    let bytes = match read_all(files, WITNESSED, max) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            return Err(damaged(&error.to_string()));
        }
        Err(error) => return Err(storage(WITNESSED)(error)),
    };
    let Some(bytes) = bytes else { return Ok(None) };
    let signed = parse(&bytes).ok_or_else(|| damaged("it is not what was written"))?;
    Ok(Some(signed))
}

fn parse(bytes: &[u8]) -> Option<Signed> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (keys, note) = text.split_once("\n\n")?;
    let keys = parse_keys(keys)?;
    let parsed = Note::parse(note).ok()?;
    let checkpoint = parsed.checkpoint().ok()?;
    let signers = parsed.signers(&keys).ok()?;
    let all = signers.len() == keys.len() && parsed.signatures.len() == keys.len();
    let by_log = signers.iter().any(|key| checkpoint.is_signed_by(key));
    (all && by_log).then(|| Signed {
        note: note.to_owned(),
        checkpoint,
        keys: keys.clone(),
    })
}
