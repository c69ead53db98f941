//! The folded state on disk, so that a node with years of records opens in the time of the last
//! hours. The file is derived and never believed for itself: it says which code folded it, over
//! which log (its root at that size) and what its bytes hash to. Where one of these is not so the
//! order is folded anew from the ledger, as if there were no file. It holds what the records say,
//! so it is its owner's alone, and erasing items begins by removing it.
//!
//! ```text
//! "thstate1" | Head (postcard) | Fold (postcard) | BLAKE3 of all before
//! ```
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tangle::{BlockId, Broken, Reader};

use super::fold::Fold;

/// First bytes of the file: the form and its version.
const MAGIC: &[u8; 8] = b"thstate1";
/// Which code folds: see `build.rs`.
const CODE: &str = env!("THERIAC_FOLD");
/// Written between two looks at whether somebody waits, bytes; flushed to disk as well, so that
/// the last flush is as short as the others.
const STRIDE_BYTES: usize = 4 << 20;

/// What a kept state is of.
#[derive(Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Head {
    code: String,
    network: [u8; 32],
    /// Leaves of the log when it was folded so far, and their root: it covers the order and every
    /// outcome.
    leaves: u64,
    root: [u8; 32],
}

/// Why a kept state is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    /// It was never written.
    #[error("there is none")]
    Absent,
    /// It cannot be read.
    #[error("the file cannot be read")]
    File(#[from] io::Error),
    /// Its bytes are not those that were written.
    #[error("the file is damaged")]
    Damaged,
    /// Another release made it.
    #[error("it was folded by another release")]
    Code,
    /// The ledger is not the one that was folded: an older copy, or another node's.
    #[error("it was folded from another ledger, or from more than there is")]
    Ledger,
    /// The ledger does not read.
    #[error("the ledger cannot be read")]
    Broken(#[from] Broken),
}

impl Unfit {
    /// Whether somebody should know.
    pub(super) fn is_strange(&self) -> bool {
        !matches!(self, Self::Absent | Self::Code)
    }
}

/// Where the state is kept, and how much of it.
#[derive(Debug)]
pub(super) struct Snapshots {
    path: PathBuf,
    /// Facts folded since the last one that make another worth while; never when 0.
    every: u64,
    /// Facts in the last one.
    kept: u64,
}

impl Snapshots {
    pub(super) fn new(path: PathBuf, every: u64) -> Self {
        Self {
            path,
            every,
            kept: 0,
        }
    }

    /// The state that was kept, if it is one of this ledger.
    pub(super) fn recall(&mut self, reader: &Reader) -> Result<Fold, Unfit> {
        if self.every == 0 {
            return Err(Unfit::Absent);
        }
        let fold = read(&self.path, reader)?;
        self.kept = fold.items();
        Ok(fold)
    }

    /// Whether so much was folded that it should be kept.
    pub(super) fn is_due(&self, fold: &Fold) -> bool {
        self.every > 0 && fold.items().saturating_sub(self.kept) >= self.every
    }

    /// Keeps the state, unless `interrupted` says meanwhile that something else is to be done. A
    /// failure costs time at the next opening and nothing else, so it is only told.
    pub(super) fn keep(&mut self, fold: &Fold, reader: &Reader, interrupted: impl FnMut() -> bool) {
        match write(&self.path, fold, reader, STRIDE_BYTES, interrupted) {
            Ok(Some(bytes)) => {
                self.kept = fold.items();
                tracing::info!(facts = self.kept, bytes, "kept the folded state");
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the folded state could not be kept"),
        }
    }

    /// Removes it for good.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        self.kept = 0;
        for path in [unfinished(&self.path), self.path.clone()] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        sync_folder(&self.path)
    }
}

/// Reads a kept state and holds it against the ledger.
pub(super) fn read(path: &Path, reader: &Reader) -> Result<Fold, Unfit> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Unfit::Absent),
        other => other?,
    };
    let (head, body) = opened(&bytes)?;
    let known = reader.root_at(head.leaves).ok();
    if head.network != *reader.network().as_bytes() || known != Some(head.root) {
        return Err(Unfit::Ledger);
    }
    let (mut fold, rest) = postcard::take_from_bytes::<Fold>(body).map_err(|_| Unfit::Damaged)?;
    if !rest.is_empty() || leaves(&fold) != head.leaves {
        return Err(Unfit::Damaged);
    }
    drop(bytes);
    fold.authorise(reader.genesis().root, |id: &BlockId| {
        reader.block(id)?.ok_or(Unfit::Ledger)
    })?;
    Ok(fold)
}

/// The head and what follows it, of bytes that are as they were written, by this code.
fn opened(bytes: &[u8]) -> Result<(Head, &[u8]), Unfit> {
    let (told, sum) = bytes.split_last_chunk::<32>().ok_or(Unfit::Damaged)?;
    if blake3::hash(told) != blake3::Hash::from_bytes(*sum) {
        return Err(Unfit::Damaged);
    }
    let told = told.strip_prefix(MAGIC).ok_or(Unfit::Code)?;
    let (head, body) = postcard::take_from_bytes::<Head>(told).map_err(|_| Unfit::Code)?;
    if head.code != CODE {
        return Err(Unfit::Code);
    }
    Ok((head, body))
}

/// A state that was kept, to be held against one that was folded.
#[derive(Debug)]
pub(super) struct Kept {
    leaves: u64,
    hash: blake3::Hash,
}

impl Kept {
    /// What is kept at `path`; none where nothing is, or something of another release.
    ///
    /// # Errors
    /// [`Unfit::Damaged`] and [`Unfit::File`].
    pub(super) fn at(path: &Path) -> Result<Option<Self>, Unfit> {
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        match opened(&bytes) {
            Ok((head, body)) => Ok(Some(Self {
                leaves: head.leaves,
                hash: blake3::hash(body),
            })),
            Err(Unfit::Code) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Whether this is what was kept; none where it is of another moment.
    pub(super) fn is(&self, fold: &Fold) -> Option<bool> {
        if leaves(fold) != self.leaves {
            return None;
        }
        let bytes = postcard::to_stdvec(fold).ok()?;
        Some(blake3::hash(&bytes) == self.hash)
    }
}

/// Each block has a leaf, and each milestone has one.
fn leaves(fold: &Fold) -> u64 {
    u64::try_from(fold.catalog.block_count())
        .unwrap_or(u64::MAX)
        .saturating_add(u64::from(fold.milestones))
}

/// Writes the state beside its place, then puts it there; the bytes written, or none when it was
/// interrupted.
fn write(
    path: &Path,
    fold: &Fold,
    reader: &Reader,
    stride_bytes: usize,
    interrupted: impl FnMut() -> bool,
) -> io::Result<Option<u64>> {
    let leaves = leaves(fold);
    let head = Head {
        code: CODE.to_owned(),
        network: *reader.network().as_bytes(),
        leaves,
        root: reader.root_at(leaves).map_err(io::Error::other)?,
    };
    let unfinished = unfinished(path);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    let mut spout = Spout {
        file,
        hasher: blake3::Hasher::new(),
        buffer: Vec::with_capacity(stride_bytes),
        stride_bytes,
        bytes: 0,
        interrupted,
        failed: None,
    };
    let written = spout.write_all(MAGIC).is_ok()
        && postcard::to_io(&head, &mut spout).is_ok()
        && postcard::to_io(fold, &mut spout).is_ok();
    if !written {
        fs::remove_file(&unfinished)?;
        return match spout.failed.take() {
            Some(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
            Some(error) => Err(error),
            None => Err(io::Error::other("the state cannot be written")),
        };
    }
    let bytes = spout.finish()?;
    fs::rename(&unfinished, path)?;
    sync_folder(path)?;
    Ok(Some(bytes))
}

/// A file that hashes what goes into it, and asks now and then whether it should go on.
struct Spout<I> {
    file: File,
    hasher: blake3::Hasher,
    buffer: Vec<u8>,
    stride_bytes: usize,
    bytes: u64,
    interrupted: I,
    /// postcard tells that something failed, and not what.
    failed: Option<io::Error>,
}

impl<I: FnMut() -> bool> Spout<I> {
    /// Brings what was gathered to the disk.
    fn drain(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.file.sync_data()?;
        self.hasher.update(&self.buffer);
        self.bytes = self.bytes.saturating_add(self.buffer.len() as u64);
        self.buffer.clear();
        Ok(())
    }

    /// Ends the file with its hash; how many bytes it has.
    fn finish(mut self) -> io::Result<u64> {
        self.drain()?;
        self.file.write_all(self.hasher.finalize().as_bytes())?;
        self.file.sync_all()?;
        Ok(self.bytes)
    }
}

impl<I: FnMut() -> bool> Write for Spout<I> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < self.stride_bytes {
            return Ok(bytes.len());
        }
        let mut drained = self.drain();
        if drained.is_ok() && (self.interrupted)() {
            drained = Err(io::ErrorKind::Interrupted.into());
        }
        drained.map(|()| bytes.len()).map_err(|error| {
            self.failed = Some(error);
            // Not the kind itself: an interrupted `write_all` tries again.
            io::Error::other("the state is not written to its end")
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unfinished(path: &Path) -> PathBuf {
    path.with_extension("new")
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Node, World};

    /// Who waits is served first: a state half written is given up, and the one that was kept
    /// stays.
    #[test]
    fn a_state_that_is_interrupted_leaves_what_was_kept() {
        let dir = tempfile::tempdir().unwrap();
        let world = World::manual(1_772_323_200_000, 7);
        crate::init(dir.path(), "example.com/lab", &world).unwrap();
        let node = Node::open(&Config::for_testing(dir.path()), world).unwrap();
        let path = dir.path().join("kept.snapshot");
        let shared = &node.0.shared;
        let fold = shared.fold();
        let keep = |rounds: usize| {
            let mut left = rounds;
            let interrupted = || {
                left = left.saturating_sub(1);
                left == 0
            };
            shared.with_reader(|reader| write(&path, &fold, reader, 16, interrupted))
        };
        let bytes = keep(usize::MAX).unwrap().unwrap().expect("it is written");
        let first = fs::read(&path).unwrap();
        assert_eq!(bytes + 32, first.len() as u64);
        let recalled = shared.with_reader(|reader| read(&path, reader)).unwrap();
        assert_eq!(recalled.unwrap(), *fold);
        for rounds in [1, 2, first.len() / 32] {
            assert_eq!(
                keep(rounds).unwrap().unwrap(),
                None,
                "after {rounds} strides"
            );
            assert_eq!(fs::read(&path).unwrap(), first);
            assert!(!unfinished(&path).exists());
        }
    }
}
