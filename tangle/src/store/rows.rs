//! The rows of the index: what each array and family holds, as fixed-width values, and the keys
//! under which blocks are found. A block is named by its local id, a `u64` counted in log order.
//!
//! | array | at | value |
//! |---|---|---|
//! | blocks | local id | place, room, depth, clock, position, author, epoch, seq (48) |
//! | order | position | local id (8) |
//! | milestones | index | place, room, first position, count, digest (56) |
//! | authors | author number | key (32) |
//! | heads | author number | local id of the head of its chain (8) |
//! | nodes, for each level 0, 4, 8, ... | node number | hash (32) |
//!
//! Families are sorted entries (key, local id), both numbers. The key is 64 bits of a hash, so
//! an entry only says where to look: the block there decides.
//!
//! | family | key |
//! |---|---|
//! | ids | first 8 bytes of the block id |
//! | postings | BLAKE3 of namespace and key; of a seat; or one of the fixed keys |
//!
//! | table | key | value |
//! |---|---|---|
//! | outcomes | position | outcome CBOR; absent means applied, the leaf hash tells |

use tangle_verify::{BlockId, Hlc, KeyId};

use super::log::Place;

/// One row of `blocks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockRow {
    /// Where the block's frame lies.
    pub(crate) place: Place,
    /// Bytes that the frame takes in the file.
    pub(crate) room: u32,
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

/// Where the position is in a row.
pub(crate) const POSITION_AT: usize = 24;
/// Bytes of a row.
pub(crate) const BLOCK_ROW_BYTES: usize = 48;

impl BlockRow {
    /// The value in the table; numbers little-endian, no position is all ones.
    pub(crate) fn to_bytes(self) -> [u8; BLOCK_ROW_BYTES] {
        let mut out = Packer::default();
        out.u32(self.place.segment)
            .u32(self.place.offset)
            .u32(self.room)
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
            room: take.u32(),
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
    /// Bytes that the frame takes in the file.
    pub(crate) room: u32,
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
            .u32(self.room);
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
            room: take.u32(),
            first: take.u64(),
            count: take.u32(),
            digest: take.chunk(),
        }
    }
}

/// Key of `ids`.
pub(crate) fn id_key(id: &BlockId) -> u64 {
    id.as_bytes()
        .first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Makes the keys of `postings`, many of them one after the other: setting up the hash costs more
/// than hashing a key.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyMaker(blake3::Hasher);

impl KeyMaker {
    /// Key of blocks that have `key` in `namespace`. 64 bits: two keys may meet, which costs a
    /// reader one look into a block that does not have the key and is left out.
    pub(crate) fn posting(&mut self, namespace: u8, key: &[u8]) -> u64 {
        self.make(&[&[namespace], key])
    }

    /// Key of the blocks in one seat: more than one if the author forked its chain.
    pub(crate) fn seat(&mut self, author: u32, epoch: u32, seq: u64) -> u64 {
        let mut seat = [0; 28];
        let numbers = author.to_le_bytes().into_iter().chain(epoch.to_le_bytes());
        let numbers = numbers.chain(seq.to_le_bytes());
        let bytes = b"theriac seat".iter().copied().chain(numbers);
        seat.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        self.make(&[&seat])
    }

    fn make(&mut self, parts: &[&[u8]]) -> u64 {
        self.0.reset();
        for part in parts {
            self.0.update(part);
        }
        let hash = self.0.finalize();
        hash.as_bytes()
            .first_chunk()
            .map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }
}

/// Key of `postings` of all registry blocks. Those of callers are hashes.
pub(crate) const REGISTRY_KEY: u64 = 1;
/// Key of `postings` of all blocks that share their seat with another.
pub(crate) const FORKED_KEY: u64 = 2;

/// A head that is not known yet, in the array of heads.
pub(crate) const NO_LID: u64 = u64::MAX;

/// An author's key as it is in the array of authors.
pub(crate) fn author_row(key: &KeyId) -> [u8; 32] {
    *key.as_bytes()
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
