//! How rows lie in redb: as pages of up to 4 KiB, each one value with its own checksum over key
//! and content, so that a page that rotted, or that a damaged tree returns for another, is never
//! taken for an answer. redb writes fewer, larger and mostly appended values this way, and keeps
//! what it is good at: one atomic commit and the care of free space.
//!
//! ```text
//! key      array   space (1) | number of the page (7)
//!          run     16 (1) | number of the run (3) | number of the page (4)
//!          fences  17 (1) | number of the run (3) | number of the page (4)
//!          filter  18 (1) | number of the run (3) | number of the page (4)
//! value    CRC-32C of key (8, little-endian) and body | body
//! body     array   rows, little-endian numbers
//!          run     entries: key (8, big-endian), local id (5, big-endian), ascending
//!          fences  the first key of each page of the run (8, little-endian)
//!          filter  blocks of 64 bytes (`filter.rs`)
//! ```

use super::INDEX;
use super::entries::{Entry, entry, parts};
use crate::error::Broken;

/// Bytes of a body. With redb's own 16 bytes and the checksum it fills one page of 4 KiB.
pub(super) const BODY_BYTES: usize = 4064;
/// Bytes of an entry in a run.
pub(super) const ENTRY_BYTES: usize = 13;
/// Entries in a page of a run.
pub(super) const PAGE_ENTRIES: usize = BODY_BYTES / ENTRY_BYTES;
/// Fences in a page of fences.
pub(super) const PAGE_FENCES: usize = BODY_BYTES / 8;

const RUNS: u8 = 16;
const FENCES: u8 = 17;
const FILTERS: u8 = 18;

/// An array of rows of one width.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Array {
    space: u8,
    width: usize,
}

/// Array of blocks.
pub(crate) const BLOCKS: Array = Array::new(1, 48);
/// Array of the order.
pub(crate) const ORDER: Array = Array::new(2, 8);
/// Array of milestones.
pub(crate) const MILESTONES: Array = Array::new(3, 56);
/// Array of authors.
pub(crate) const AUTHORS: Array = Array::new(4, 32);
/// Array of heads.
pub(crate) const HEADS: Array = Array::new(5, 8);

/// Array of the nodes of a level.
pub(crate) const fn nodes(level: u8) -> Array {
    Array::new(32 + level, 32)
}

impl Array {
    const fn new(space: u8, width: usize) -> Self {
        Self { space, width }
    }

    /// The array of a space.
    pub(super) fn of(space: u8) -> Self {
        let fixed = [BLOCKS, ORDER, MILESTONES, AUTHORS, HEADS];
        let known = fixed.into_iter().find(|array| array.space == space);
        known.unwrap_or(Self::new(space, 32))
    }

    /// Which array, as a number.
    pub(super) const fn space(self) -> u8 {
        self.space
    }

    /// Bytes of a row.
    pub(super) const fn width(self) -> usize {
        self.width
    }

    /// Rows in a page.
    pub(super) const fn per_page(self) -> u64 {
        (BODY_BYTES / self.width) as u64
    }

    /// Key of a page.
    pub(super) const fn key(self, page: u64) -> u64 {
        (self.space as u64) << 56 | page
    }
}

/// Key of a page of a run.
pub(super) fn run_key(run: u32, page: u32) -> u64 {
    u64::from(RUNS) << 56 | u64::from(run) << 32 | u64::from(page)
}

/// Key of a page of a run's fences.
pub(super) fn fence_key(run: u32, page: u32) -> u64 {
    u64::from(FENCES) << 56 | u64::from(run) << 32 | u64::from(page)
}

/// Key of a page of a run's filter.
pub(super) fn filter_key(run: u32, page: u32) -> u64 {
    u64::from(FILTERS) << 56 | u64::from(run) << 32 | u64::from(page)
}

/// The run that a key of a page of a run, of fences or of a filter belongs to.
pub(super) fn run_of(key: u64) -> u32 {
    u32::try_from(key >> 32 & 0x00ff_ffff).unwrap_or(0)
}

/// A body as it is stored.
pub(super) fn sealed(key: u64, body: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(4 + body.len());
    value.extend(checksum(key, body).to_le_bytes());
    value.extend(body);
    value
}

/// The body in a stored value, if it is what was stored under this key.
pub(super) fn opened(key: u64, value: &[u8]) -> Result<&[u8], Broken> {
    let found = value.split_first_chunk::<4>();
    let found = found.filter(|(crc, body)| u32::from_le_bytes(**crc) == checksum(key, body));
    found.map(|(_, body)| body).ok_or_else(|| {
        let what = format!("page {key:016x} does not match its checksum");
        Broken::corrupt(INDEX, 0, what)
    })
}

fn checksum(key: u64, body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&key.to_le_bytes()), body)
}

/// Body of a page of entries.
pub(super) fn entries_body(entries: &[Entry]) -> Vec<u8> {
    let mut body = Vec::with_capacity(entries.len() * ENTRY_BYTES);
    for (key, lid) in entries.iter().map(|it| parts(*it)) {
        body.extend(key.to_be_bytes());
        body.extend(lid.to_be_bytes().get(3..).unwrap_or_default());
    }
    body
}

/// The entries in a body.
pub(super) fn entries(body: &[u8]) -> impl Iterator<Item = Entry> {
    body.chunks_exact(ENTRY_BYTES).map(entry_of)
}

/// Appends the local ids under `key` to `out`; whether a later page may have more.
pub(super) fn search(body: &[u8], key: u64, out: &mut Vec<u64>) -> bool {
    let at = |at: usize| {
        let start = at * ENTRY_BYTES;
        body.get(start..start + ENTRY_BYTES).map(entry_of)
    };
    let count = body.len() / ENTRY_BYTES;
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if at(middle).is_some_and(|it| it < entry(key, 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for found in (low..count).filter_map(at) {
        let (here, lid) = parts(found);
        if here != key {
            return false;
        }
        out.push(lid);
    }
    true
}

fn entry_of(bytes: &[u8]) -> Entry {
    let (key, lid) = bytes.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    let lid = lid.iter().fold(0, |lid, byte| lid << 8 | u64::from(*byte));
    entry(u64::from_be_bytes(*key), lid)
}
