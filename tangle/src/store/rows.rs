//! The rows of the index: what each table holds, as fixed-width keys and values, and the rows
//! that are not in redb yet. A block is named by its local id, a `u64` counted in log order.
//!
//! | table | key | value |
//! |---|---|---|
//! | `ids` | block id (32) | local id |
//! | `blocks` | local id | place, length, depth, clock, position, author, epoch, seq (48) |
//! | `order` | position | local id |
//! | `milestones` | index | place, length, first position, count, digest (56) |
//! | `authors` | key (32) | author number |
//! | `chain` | author number, epoch, seq, local id (24, big-endian) | |
//! | `postings` | BLAKE3(namespace, key) (12), local id (8, big-endian) | |
//! | `outcomes` | position | outcome CBOR; absent means applied |
//! | `nodes` | level (1 of 8 bytes), node number | hash (32); levels 0, 4, 8, ... |
//! | `forks` | local id, local id of the rival (16, big-endian) | |

use std::collections::{BTreeMap, BTreeSet};

use tangle_verify::{BlockId, Hlc, KeyId};

use super::log::Place;

/// One row of `blocks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockRow {
    /// Where the block's frame lies.
    pub(crate) place: Place,
    /// Length of the envelope, bytes.
    pub(crate) length: u32,
    /// Causal depth.
    pub(crate) depth: u32,
    /// The block's clock.
    pub(crate) hlc: Hlc,
    /// Position in the total order, once it has one.
    pub(crate) position: Option<u64>,
    /// Number of the author.
    pub(crate) author: u32,
    /// Epoch of the author's chain.
    pub(crate) epoch: u32,
    /// Position in the author's chain.
    pub(crate) seq: u64,
}

/// Bytes of a `blocks` value.
pub(crate) const BLOCK_ROW_BYTES: usize = 48;

impl BlockRow {
    /// The value in the table; numbers little-endian, no position is all ones.
    pub(crate) fn to_bytes(self) -> [u8; BLOCK_ROW_BYTES] {
        let mut out = Packer::default();
        out.u32(self.place.segment)
            .u32(self.place.offset)
            .u32(self.length)
            .u32(self.depth);
        out.u64(self.hlc.0).u64(self.position.unwrap_or(u64::MAX));
        out.u32(self.author).u32(self.epoch).u64(self.seq);
        out.bytes()
    }

    /// Reads a value of the table.
    pub(crate) fn from_bytes(bytes: &[u8; BLOCK_ROW_BYTES]) -> Self {
        let mut take = Taker(bytes);
        Self {
            place: Place {
                segment: take.u32(),
                offset: take.u32(),
            },
            length: take.u32(),
            depth: take.u32(),
            hlc: Hlc(take.u64()),
            position: Some(take.u64()).filter(|position| *position != u64::MAX),
            author: take.u32(),
            epoch: take.u32(),
            seq: take.u64(),
        }
    }
}

/// One row of `milestones`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MilestoneRow {
    /// Where its frame lies.
    pub(crate) place: Place,
    /// Length of the signed milestone, bytes.
    pub(crate) length: u32,
    /// Position of the first block it orders.
    pub(crate) first: u64,
    /// How many blocks it orders.
    pub(crate) count: u32,
    /// Its digest.
    pub(crate) digest: [u8; 32],
}

/// Bytes of a `milestones` value.
pub(crate) const MILESTONE_ROW_BYTES: usize = 56;

impl MilestoneRow {
    /// The value in the table; numbers little-endian.
    pub(crate) fn to_bytes(self) -> [u8; MILESTONE_ROW_BYTES] {
        let mut out = Packer::default();
        out.u32(self.place.segment)
            .u32(self.place.offset)
            .u32(self.length);
        out.u64(self.first).u32(self.count);
        out.0.extend(self.digest);
        out.bytes()
    }

    /// Reads a value of the table.
    pub(crate) fn from_bytes(bytes: &[u8; MILESTONE_ROW_BYTES]) -> Self {
        let mut take = Taker(bytes);
        Self {
            place: Place {
                segment: take.u32(),
                offset: take.u32(),
            },
            length: take.u32(),
            first: take.u64(),
            count: take.u32(),
            digest: take.chunk(),
        }
    }
}

/// Key of `chain`.
pub(crate) fn chain_key(author: u32, epoch: u32, seq: u64, lid: u64) -> [u8; 24] {
    let mut out = Packer::default();
    out.0.extend(author.to_be_bytes());
    out.0.extend(epoch.to_be_bytes());
    out.0.extend(seq.to_be_bytes());
    out.0.extend(lid.to_be_bytes());
    out.bytes()
}

/// The local id at the end of a `chain` key.
pub(crate) fn chain_lid(key: &[u8; 24]) -> u64 {
    key.last_chunk().map_or(0, |lid| u64::from_be_bytes(*lid))
}

/// First part of a `postings` key. 96 bits: a stranger may make two keys meet, which costs a
/// reader one look into a block that does not have the key and is left out.
pub(crate) fn posting_prefix(namespace: u8, key: &[u8]) -> [u8; 12] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[namespace]);
    hasher.update(key);
    hasher
        .finalize()
        .as_bytes()
        .first_chunk()
        .copied()
        .unwrap_or_default()
}

/// Key of `postings`.
pub(crate) fn posting_key(prefix: [u8; 12], lid: u64) -> [u8; 20] {
    let mut out = Packer(prefix.to_vec());
    out.0.extend(lid.to_be_bytes());
    out.bytes()
}

/// The local id at the end of a `postings` key.
pub(crate) fn posting_lid(key: &[u8; 20]) -> u64 {
    key.last_chunk().map_or(0, |lid| u64::from_be_bytes(*lid))
}

/// Key of `forks`.
pub(crate) fn fork_key(lid: u64, rival: u64) -> [u8; 16] {
    let mut out = Packer::default();
    out.0.extend(lid.to_be_bytes());
    out.0.extend(rival.to_be_bytes());
    out.bytes()
}

/// The two local ids of a `forks` key.
pub(crate) fn fork_lids(key: &[u8; 16]) -> (u64, u64) {
    let first = key.first_chunk().map_or(0, |lid| u64::from_be_bytes(*lid));
    (
        first,
        key.last_chunk().map_or(0, |lid| u64::from_be_bytes(*lid)),
    )
}

/// Key of `nodes`.
pub(crate) const fn node_key(level: u8, index: u64) -> u64 {
    (level as u64) << 56 | index
}

/// Rows that are in memory only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    /// Table `ids`.
    pub(crate) ids: BTreeMap<BlockId, u64>,
    /// Table `blocks`.
    pub(crate) blocks: BTreeMap<u64, BlockRow>,
    /// Table `order`.
    pub(crate) order: BTreeMap<u64, u64>,
    /// Table `milestones`.
    pub(crate) milestones: BTreeMap<u32, MilestoneRow>,
    /// Table `authors`.
    pub(crate) authors: BTreeMap<KeyId, u32>,
    /// Table `chain`.
    pub(crate) chain: BTreeSet<[u8; 24]>,
    /// Table `postings`.
    pub(crate) postings: BTreeSet<[u8; 20]>,
    /// Table `outcomes`.
    pub(crate) outcomes: BTreeMap<u64, Vec<u8>>,
    /// Table `nodes`.
    pub(crate) nodes: BTreeMap<u64, [u8; 32]>,
    /// Table `forks`.
    pub(crate) forks: BTreeSet<[u8; 16]>,
}

#[derive(Default)]
struct Packer(Vec<u8>);

impl Packer {
    fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    /// The bytes, of which there are `N` by the layout above.
    fn bytes<const N: usize>(&self) -> [u8; N] {
        self.0.first_chunk().copied().unwrap_or([0; N])
    }
}

struct Taker<'a>(&'a [u8]);

impl Taker<'_> {
    fn chunk<const N: usize>(&mut self) -> [u8; N] {
        let (chunk, rest) = self.0.split_first_chunk().unwrap_or((&[0; N], &[]));
        self.0 = rest;
        *chunk
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.chunk())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.chunk())
    }
}
