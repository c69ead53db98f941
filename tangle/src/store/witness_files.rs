//! What a witness remembers, as files: one note for each log, replaced in one step and synced
//! before the witness gives its cosignature away.

use std::io;
use std::path::Path;

use tangle_verify::VerifierKey;
use tangle_verify::checkpoint::{Note, origin_hash};
use tangle_verify::limits::NOTE_BYTES_MAX;

use super::files::{Directory, Files, Lock, read_all, write_whole};
use crate::witness::{Evidence, Seen, WitnessStore};

/// A directory of notes, named by the SHA-256 of the origin: `<64 hex digits>.note`.
#[derive(Debug)]
pub struct WitnessFiles<F = Directory> {
    files: F,
    /// Held, not read: keeps a second witness out, which could sign a second history.
    _lock: Option<Lock>,
}

impl WitnessFiles {
    /// Opens or makes the directory and keeps other processes out of it.
    pub fn open(dir: &Path) -> io::Result<Self> {
        let files = Directory::create(dir)?;
        let lock = files.lock()?;
        Ok(Self {
            files,
            _lock: Some(lock),
        })
    }
}

impl<F: Files> WitnessFiles<F> {
    /// The evidence kept against a log, what is proven first, checked with the log's keys.
    pub fn evidence(&self, origin: &str, keys: &[VerifierKey]) -> io::Result<Vec<Evidence>> {
        let mut found = Vec::new();
        for word in ["fork", "suspicion"] {
            let name = format!("{}.{word}", origin_hash(origin));
            let bytes = read_all(&self.files, &name, 3 * NOTE_BYTES_MAX as u64)?;
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            found.extend(text.and_then(|text| Evidence::from_text(&text, keys)));
        }
        Ok(found)
    }

    /// Over any files; the caller sees to it that nobody else uses them.
    pub fn over(files: F) -> Self {
        Self { files, _lock: None }
    }
}

fn name(origin: &str) -> String {
    format!("{}.note", origin_hash(origin))
}

impl<F: Files> WitnessStore for WitnessFiles<F> {
    fn load(&self, origin: &str) -> io::Result<Option<Seen>> {
        let name = name(origin);
        let Some(bytes) = read_all(&self.files, &name, NOTE_BYTES_MAX as u64)? else {
            return Ok(None);
        };
        let damaged = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        let note = String::from_utf8(bytes).map_err(|_| damaged(format!("{name} is no text")))?;
        let checkpoint = Note::parse(&note).and_then(|note| note.checkpoint());
        let checkpoint = checkpoint.map_err(|error| damaged(format!("{name}: {error}")))?;
        Ok(Some(Seen {
            size: checkpoint.size,
            root: checkpoint.root,
            note,
        }))
    }

    fn save(&mut self, origin: &str, seen: &Seen) -> io::Result<()> {
        write_whole(&self.files, &name(origin), seen.note.as_bytes())
    }

    fn accuse(&mut self, origin: &str, evidence: &Evidence) -> io::Result<()> {
        let word = if evidence.proven { "fork" } else { "suspicion" };
        let name = format!("{}.{word}", origin_hash(origin));
        if evidence.proven && self.files.open(&name)?.is_some() {
            return Ok(());
        }
        write_whole(&self.files, &name, evidence.to_text().as_bytes())
    }
}
