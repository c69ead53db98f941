//! The form of a kept state on disk. Parts come first, each with its hash in the head, which comes
//! last because only then everything is known; the last hash covers the head and the form.
//!
//! ```text
//! "thstate2" | parts (postcard) | Head (postcard) | length of Head (u32, LE) | BLAKE3
//! ```
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use tangle::{BlockId, Reader};

use super::Unfit;
use crate::node::fold::Fold;
use crate::node::fold::frozen::{Frozen, PARTS, Part};

/// First bytes of the file: the form and its version.
const MAGIC: &[u8; 8] = b"thstate2";
/// Those of the form before, of which nothing is read any more.
const MAGIC_BEFORE: &[u8; 8] = b"thstate1";
/// Which code folds: see `build.rs`.
const CODE: &str = env!("THERIAC_FOLD");
/// Written between two looks at whether it should go on, bytes; flushed to disk as well, so that
/// the last flush is as short as the others.
pub(super) const STRIDE_BYTES: usize = 4 << 20;
/// Bytes behind the head: its length and the last hash.
const TAIL_BYTES: usize = 36;
/// Longest head, bytes.
const HEAD_BYTES_MAX: usize = 4_096;

/// What a kept state is of.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Head {
    code: String,
    network: [u8; 32],
    /// Leaves of the log when it was folded so far, and their root: it covers the order and every
    /// outcome.
    leaves: u64,
    root: [u8; 32],
    /// Length and hash of each part.
    parts: Vec<Sum>,
}

/// Length and hash of some bytes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
struct Sum {
    bytes: u64,
    hash: [u8; 32],
}

impl Head {
    /// The head of a state, without its parts.
    pub(super) fn of(fold: &Fold, reader: &Reader) -> io::Result<Self> {
        let leaves = leaves(fold);
        Ok(Self {
            code: CODE.to_owned(),
            network: *reader.network().as_bytes(),
            leaves,
            root: reader.root_at(leaves).map_err(io::Error::other)?,
            parts: Vec::new(),
        })
    }

    /// Reads the head of a file, whose parts then have the lengths it says.
    fn read(file: &File) -> Result<Self, Unfit> {
        let length = file.metadata()?.len();
        let mut magic = [0; MAGIC.len()];
        let mut tail = [0; TAIL_BYTES];
        let least = (magic.len() + tail.len()) as u64;
        let most = length.checked_sub(least).ok_or(Unfit::Damaged)?;
        file.read_exact_at(&mut magic, 0)?;
        if magic == *MAGIC_BEFORE {
            return Err(Unfit::Code);
        }
        file.read_exact_at(&mut tail, length - TAIL_BYTES as u64)?;
        let (size, hash) = tail.split_first_chunk::<4>().ok_or(Unfit::Damaged)?;
        let size = u32::from_le_bytes(*size);
        if u64::from(size) > most || size as usize > HEAD_BYTES_MAX {
            return Err(Unfit::Damaged);
        }
        let mut bytes = vec![0; size as usize];
        let begin = length - TAIL_BYTES as u64 - u64::from(size);
        file.read_exact_at(&mut bytes, begin)?;
        if hash != last_hash(magic, &bytes, size).as_bytes() {
            return Err(Unfit::Damaged);
        }
        let (head, rest) = postcard::take_from_bytes::<Self>(&bytes).map_err(|_| Unfit::Code)?;
        if head.code != CODE {
            return Err(Unfit::Code);
        }
        let told = head
            .parts
            .iter()
            .try_fold(MAGIC.len() as u64, |sum, part| sum.checked_add(part.bytes));
        if !rest.is_empty() || head.parts.len() != PARTS || told != Some(begin) {
            return Err(Unfit::Damaged);
        }
        Ok(head)
    }

    /// Reads the bytes of a part, and holds them against its hash.
    fn part(&self, file: &File, part: usize) -> Result<Vec<u8>, Unfit> {
        let sum = self.parts.get(part).ok_or(Unfit::Damaged)?;
        let before = self.parts.iter().take(part).map(|it| it.bytes).sum::<u64>();
        let mut bytes = vec![0; usize::try_from(sum.bytes).map_err(|_| Unfit::Damaged)?];
        file.read_exact_at(&mut bytes, before.saturating_add(MAGIC.len() as u64))?;
        if blake3::hash(&bytes) != blake3::Hash::from_bytes(sum.hash) {
            return Err(Unfit::Damaged);
        }
        Ok(bytes)
    }
}

/// A state that was read and not yet held against the ledger.
#[derive(Debug)]
pub(super) struct Loaded {
    head: Head,
    fold: Fold,
}

/// Reads a kept state, with as many threads as the machine has cores.
pub(super) fn load(path: &Path) -> Result<Loaded, Unfit> {
    let file = opened(path)?;
    let head = Head::read(&file)?;
    // The longest first, so that no thread begins it when the others are done.
    let mut order: Vec<usize> = (0..PARTS).collect();
    order.sort_by_key(|part| std::cmp::Reverse(head.parts.get(*part).map(|it| it.bytes)));
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(part) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let bytes = head.part(&file, *part)?;
            done.push(Part::read(*part, &bytes).map_err(|_| Unfit::Damaged)?);
        }
        Ok::<_, Unfit>(done)
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let parts = std::thread::scope(|scope| {
        let others: Vec<_> = (1..cores.min(PARTS)).map(|_| scope.spawn(work)).collect();
        let mut parts = work()?;
        for other in others {
            parts.extend(other.join().map_err(|_| Unfit::Damaged)??);
        }
        Ok::<_, Unfit>(parts)
    })?;
    let fold = Fold::thawed(parts).map_err(|_| Unfit::Damaged)?;
    if leaves(&fold) != head.leaves {
        return Err(Unfit::Damaged);
    }
    Ok(Loaded { head, fold })
}

impl Loaded {
    /// The state, if it is one of this ledger.
    pub(super) fn fit(mut self, reader: &Reader) -> Result<Fold, Unfit> {
        let known = reader.root_at(self.head.leaves).ok();
        let same = self.head.network == *reader.network().as_bytes();
        if !same || known != Some(self.head.root) {
            return Err(Unfit::Ledger);
        }
        let root = reader.genesis().root;
        self.fold
            .authorise(root, |id: &BlockId| reader.block(id)?.ok_or(Unfit::Ledger))?;
        Ok(self.fold)
    }
}

/// A state that was kept, to be held against one that was folded.
#[derive(Debug)]
pub(in crate::node) struct Kept(Head);

impl Kept {
    /// What is kept at `path`; none where nothing is, or something of another release.
    ///
    /// # Errors
    /// [`Unfit::Damaged`] and [`Unfit::File`].
    pub(in crate::node) fn at(path: &Path) -> Result<Option<Self>, Unfit> {
        let read = || {
            let file = opened(path)?;
            let head = Head::read(&file)?;
            for part in 0..PARTS {
                head.part(&file, part)?;
            }
            Ok::<_, Unfit>(head)
        };
        match read() {
            Ok(head) => Ok(Some(Self(head))),
            Err(Unfit::Absent | Unfit::Code) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Whether this is what was kept; none where it is of another moment.
    pub(in crate::node) fn is(&self, fold: &Fold) -> Option<bool> {
        if leaves(fold) != self.0.leaves {
            return None;
        }
        let frozen = fold.frozen();
        let same = self.0.parts.iter().enumerate().all(|(part, sum)| {
            let mut to = BufWriter::new(Measure::default());
            let written = frozen.write(part, &mut to).is_ok();
            written && to.into_inner().is_ok_and(|to| to.sum() == *sum)
        });
        Some(same)
    }
}

/// Each block has a leaf, and each milestone has one.
fn leaves(fold: &Fold) -> u64 {
    u64::try_from(fold.catalog.block_count())
        .unwrap_or(u64::MAX)
        .saturating_add(u64::from(fold.milestones))
}

fn opened(path: &Path) -> Result<File, Unfit> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Unfit::Absent),
        other => Ok(other?),
    }
}

fn last_hash(magic: [u8; 8], head: &[u8], size: u32) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(&magic)
        .update(head)
        .update(&size.to_le_bytes());
    hasher.finalize()
}

/// Writes the state beside its place, then puts it there; the bytes written, or none when it was
/// interrupted.
pub(super) fn write(
    path: &Path,
    frozen: &Frozen,
    mut head: Head,
    stride_bytes: usize,
    interrupted: impl FnMut() -> bool,
) -> io::Result<Option<u64>> {
    let unfinished = unfinished(path);
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    let mut spout = Spout {
        file,
        measure: Measure::default(),
        measured: 0,
        buffer: Vec::with_capacity(stride_bytes),
        stride_bytes,
        bytes: 0,
        interrupted,
        failed: None,
    };
    let mut written = spout.write_all(MAGIC).is_ok();
    for part in 0..PARTS {
        spout.begin_part();
        written = written && frozen.write(part, &mut spout).is_ok();
        head.parts.push(spout.sum());
    }
    written = written && spout.end_with(&head).is_ok();
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

/// Length and hash of what was fed to it.
#[derive(Default)]
struct Measure {
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Measure {
    fn feed(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
    }

    fn sum(&self) -> Sum {
        Sum {
            bytes: self.bytes,
            hash: *self.hasher.finalize().as_bytes(),
        }
    }
}

impl Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.feed(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that measures what goes into it, and asks now and then whether it should go on.
struct Spout<I> {
    file: File,
    /// Of the part that is written.
    measure: Measure,
    /// Bytes of the buffer that were measured, or are no part's.
    measured: usize,
    buffer: Vec<u8>,
    stride_bytes: usize,
    bytes: u64,
    interrupted: I,
    /// postcard tells that something failed, and not what.
    failed: Option<io::Error>,
}

impl<I: FnMut() -> bool> Spout<I> {
    fn begin_part(&mut self) {
        self.measure = Measure::default();
        self.measured = self.buffer.len();
    }

    /// Length and hash of the part so far.
    fn sum(&mut self) -> Sum {
        self.catch_up();
        self.measure.sum()
    }

    fn catch_up(&mut self) {
        let more = self.buffer.get(self.measured..).unwrap_or_default();
        self.measure.feed(more);
        self.measured = self.buffer.len();
    }

    /// Brings what was gathered to the disk.
    fn drain(&mut self) -> io::Result<()> {
        self.catch_up();
        self.measured = 0;
        self.file.write_all(&self.buffer)?;
        self.file.sync_data()?;
        self.bytes = self.bytes.saturating_add(self.buffer.len() as u64);
        self.buffer.clear();
        Ok(())
    }

    /// Writes the head and what follows it.
    fn end_with(&mut self, head: &Head) -> io::Result<()> {
        let head = postcard::to_stdvec(head).map_err(io::Error::other)?;
        let size = u32::try_from(head.len()).map_err(io::Error::other)?;
        self.write_all(&head)?;
        self.write_all(&size.to_le_bytes())?;
        self.write_all(last_hash(*MAGIC, &head, size).as_bytes())
    }

    /// Ends the file; how many bytes it has.
    fn finish(mut self) -> io::Result<u64> {
        self.drain()?;
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

pub(super) fn unfinished(path: &Path) -> PathBuf {
    path.with_extension("new")
}

pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
