//! Two small records about how far things are.
//!
//! The **mark** is written into the index with every flush: up to where the log is in the index,
//! and the counters that go with it. CBOR array:
//! `[1, segment, offset, batch, lids, ordered, milestones, previous, concluded, leaves, floor,
//! [tips]]`.
//!
//! The **clean marker** is the file `clean`, written when the ledger is closed and removed when
//! it is opened. It pins every other file, so that a byte changed while the ledger was closed is
//! found. Lines of text, the last one the BLAKE3 of those before:
//! ```text
//! theriac clean 1
//! log 2 81920 17             last segment, its end in bytes, number of the next batch
//! index.redb 1056768 9b1c..  length in bytes, BLAKE3
//! checkpoint 182 77aa..      or: checkpoint none
//! checkpoint.keys 80 c3d0..  or: checkpoint.keys none
//! genesis.cbor 61 0f2e..
//! sum 5d1e..
//! ```

use std::fmt::Write as _;

use tangle_verify::BlockId;
use tangle_verify::cbor::{Reader, Writer};
use tangle_verify::error::Malformed;
use tangle_verify::ids::to_hex;

use super::log::{Place, Tail};

/// Name of the marker's file.
pub(crate) const CLEAN: &str = "clean";
/// A marker is a few short lines.
pub(crate) const CLEAN_BYTES_MAX: u64 = 4096;

const MARK_BYTES_MAX: usize = 64 * 1024 * 1024;
const TIPS_MAX: usize = 1_000_000;

/// How far the index is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Everything before is in the index.
    pub(crate) tail: Tail,
    /// Number of blocks, which is the next local id.
    pub(crate) lids: u64,
    /// Number of ordered blocks, which is the next position.
    pub(crate) ordered: u64,
    /// Number of milestones.
    pub(crate) milestones: u32,
    /// Digest of the last milestone.
    pub(crate) previous: [u8; 32],
    /// Milestones whose outcomes are in the tree.
    pub(crate) concluded: u32,
    /// Leaves of the tree.
    pub(crate) leaves: u64,
    /// No block below this local id is without a position.
    pub(crate) floor: u64,
    /// The tips.
    pub(crate) tips: Vec<BlockId>,
}

impl Mark {
    /// Of a log of which nothing is in the index.
    pub(crate) fn start() -> Self {
        Self {
            tail: Tail::START,
            lids: 0,
            ordered: 0,
            milestones: 0,
            previous: [0; 32],
            concluded: 0,
            leaves: 0,
            floor: 0,
            tips: Vec::new(),
        }
    }

    /// Canonical CBOR.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(128 + self.tips.len() * 34);
        out.array(12).uint(1);
        out.uint(self.tail.place.segment.into())
            .uint(self.tail.place.offset.into());
        out.uint(self.tail.batch).uint(self.lids).uint(self.ordered);
        out.uint(self.milestones.into())
            .bytes(&self.previous)
            .uint(self.concluded.into());
        out.uint(self.leaves)
            .uint(self.floor)
            .array(self.tips.len());
        for tip in &self.tips {
            out.bytes(tip.as_bytes());
        }
        out.into_vec()
    }

    /// Reads canonical CBOR.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, MARK_BYTES_MAX, "the mark of the index")?;
        reader.array_of(12, "the twelve parts of a mark")?;
        reader.exactly(1, "version 1")?;
        let place = Place {
            segment: reader.u32()?,
            offset: reader.u32()?,
        };
        let tail = Tail {
            place,
            batch: reader.uint(u64::MAX)?,
        };
        let lids = reader.uint(u64::MAX)?;
        let ordered = reader.uint(u64::MAX)?;
        let milestones = reader.u32()?;
        let previous = reader.fixed("a digest of 32 bytes")?;
        let concluded = reader.u32()?;
        let leaves = reader.uint(u64::MAX)?;
        let floor = reader.uint(u64::MAX)?;
        let count = reader.array(TIPS_MAX)?;
        let tips = (0..count).map(|_| Ok(BlockId::new(reader.fixed("a block id")?)));
        let tips = tips.collect::<Result<_, Malformed>>()?;
        reader.finish()?;
        Ok(Self {
            tail,
            lids,
            ordered,
            milestones,
            previous,
            concluded,
            leaves,
            floor,
            tips,
        })
    }
}

/// Length and BLAKE3 of a file.
pub(crate) type Digest = (u64, [u8; 32]);

/// What the directory held when it was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clean {
    /// End of the log.
    pub(crate) tail: Tail,
    /// The index.
    pub(crate) index: Digest,
    /// The latest checkpoint, if there was one.
    pub(crate) checkpoint: Option<Digest>,
    /// The keys that signed it, if there was one.
    pub(crate) keys: Option<Digest>,
    /// The genesis configuration.
    pub(crate) genesis: Digest,
}

impl Clean {
    /// The text of the file.
    pub(crate) fn to_text(&self) -> String {
        let Tail { place, batch } = self.tail;
        let file = |name: &str, digest: Option<Digest>| match digest {
            Some((length, hash)) => format!("{name} {length} {}\n", to_hex(&hash)),
            None => format!("{name} none\n"),
        };
        let mut text = format!(
            "theriac clean 1\nlog {} {} {batch}\n",
            place.segment, place.offset
        );
        text += &file("index.redb", Some(self.index));
        text += &file("checkpoint", self.checkpoint);
        text += &file("checkpoint.keys", self.keys);
        text += &file("genesis.cbor", Some(self.genesis));
        let sum = to_hex(blake3::hash(text.as_bytes()).as_bytes());
        let _ = writeln!(text, "sum {sum}");
        text
    }

    /// Reads the text; `None` unless it is exactly what [`Clean::to_text`] writes.
    pub(crate) fn from_text(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.lines();
        if lines.next()? != "theriac clean 1" {
            return None;
        }
        let mut log = lines.next()?.strip_prefix("log ")?.split(' ');
        let segment = log.next()?.parse().ok()?;
        let place = Place {
            segment,
            offset: log.next()?.parse().ok()?,
        };
        let tail = Tail {
            place,
            batch: log.next()?.parse().ok()?,
        };
        let index = digest(lines.next()?.strip_prefix("index.redb ")?)?;
        let checkpoint = maybe_digest(lines.next()?.strip_prefix("checkpoint ")?).ok()?;
        let keys = maybe_digest(lines.next()?.strip_prefix("checkpoint.keys ")?).ok()?;
        let genesis = digest(lines.next()?.strip_prefix("genesis.cbor ")?)?;
        let clean = Self {
            tail,
            index,
            checkpoint,
            keys,
            genesis,
        };
        (clean.to_text() == text).then_some(clean)
    }
}

/// "none" stands for a file that is not there.
fn maybe_digest(text: &str) -> Result<Option<Digest>, Unreadable> {
    if text == "none" {
        Ok(None)
    } else {
        digest(text).map(Some).ok_or(Unreadable)
    }
}

struct Unreadable;

fn digest(text: &str) -> Option<Digest> {
    let (length, hash) = text.split_once(' ')?;
    let id: BlockId = hash.parse().ok()?;
    Some((length.parse().ok()?, *id.as_bytes()))
}
