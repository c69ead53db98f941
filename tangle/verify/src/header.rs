//! The signed header of a block: who says it, where it stands in the author's chain and in the
//! DAG, and when. Everything here is protected by the signature.
//!
//! ```text
//! a3                          map(3), keys in ascending order of their encoding
//!   01 27                       alg (1): EdDSA (-8)
//!   04 58 20 <32>               kid (4): the author's Ed25519 key
//!   3a 00010000 88              theriac (-65537): array(8)
//!     01                          version
//!     uint                        kind
//!     uint                        epoch
//!     uint                        seq
//!     58 20 <32> | f6             prev: the author's previous block, or null
//!     8n (58 20 <32>)*            parents: ascending, none twice, `prev` not among them
//!     uint                        hlc
//!     82 uint 58 20 <32> | f6     anchor: [size, root] of a checkpoint, or null
//! ```

use alloc::vec::Vec;
use core::fmt;

use crate::cbor::{Reader, Writer};
use crate::cose::{ALG_EDDSA, LABEL_ALG, LABEL_KID, LABEL_THERIAC};
use crate::error::{Fault, Malformed};
use crate::ids::{BlockId, KeyId};
use crate::limits;

const WHAT: &str = "block header";

/// The only version of the block format.
pub const VERSION: u16 = 1;

/// A signature suite. Others get their own value later; none is ever implied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// COSE `EdDSA` (-8) over Ed25519, checked strictly.
    EdDsa,
}

/// What a block is for. The ledger never looks into items of `Opaque` blocks, and into those of
/// the others only where it must (`Registry`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// EPCIS events (1).
    Events,
    /// Readings of a sensor (2).
    SensorBatch,
    /// Operations of the registry of authors (3).
    Registry,
    /// Decisions of people, such as a recall (4).
    Decision,
    /// Access granted or withdrawn (5).
    Grant,
    /// A statement about other blocks (6).
    Attestation,
    /// Master data: parties, locations, products, devices (7).
    MasterData,
    /// Any other content; the code is 0x8000 or above.
    Opaque(u16),
}

impl Kind {
    /// Its number in the header.
    pub const fn code(self) -> u16 {
        match self {
            Self::Events => 1,
            Self::SensorBatch => 2,
            Self::Registry => 3,
            Self::Decision => 4,
            Self::Grant => 5,
            Self::Attestation => 6,
            Self::MasterData => 7,
            Self::Opaque(code) => code,
        }
    }

    /// The kind with this number; `None` for numbers below 0x8000 that are not assigned.
    pub const fn from_code(code: u16) -> Option<Self> {
        Some(match code {
            1 => Self::Events,
            2 => Self::SensorBatch,
            3 => Self::Registry,
            4 => Self::Decision,
            5 => Self::Grant,
            6 => Self::Attestation,
            7 => Self::MasterData,
            0x8000.. => Self::Opaque(code),
            _ => return None,
        })
    }
}

/// Hybrid logical clock: 48 bits of milliseconds since the Unix epoch, 16 bits of counter. It
/// orders a block after everything it approves, whatever the device's clock says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hlc(pub u64);

impl Hlc {
    /// The clock of a new block: now, or just after the latest of what it approves. Times beyond
    /// 48 bits count as the last possible one.
    #[must_use]
    pub fn next(now_ms: u64, approved: &[Self]) -> Self {
        let now = now_ms.min(limits::TIME_MS_MAX) << 16;
        let after = approved
            .iter()
            .max()
            .map_or(0, |latest| latest.0.saturating_add(1));
        Self(now.max(after))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn ms(self) -> u64 {
        self.0 >> 16
    }

    /// The counter within the millisecond.
    pub const fn counter(self) -> u16 {
        let [.., high, low] = self.0.to_be_bytes();
        u16::from_be_bytes([high, low])
    }
}

impl fmt::Debug for Hlc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hlc({}ms+{})", self.ms(), self.counter())
    }
}

/// The latest checkpoint an author knew: the block cannot be older than it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Number of leaves, at least 1.
    pub size: u64,
    /// Root of the log at that size.
    pub root: [u8; 32],
}

/// The blocks a block approves beside its `prev`: ascending, none twice, at most 8.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parents(Vec<BlockId>);

impl Parents {
    /// Takes ids that are already ascending and unique.
    pub fn new(ids: Vec<BlockId>) -> Result<Self, Malformed> {
        let fail = |fault| Malformed::new("parents", 0, fault);
        if ids.len() > limits::PARENTS_MAX {
            return Err(fail(Fault::TooLarge {
                max: limits::PARENTS_MAX as u64,
            }));
        }
        if ids.is_sorted_by(|left, right| left < right) {
            Ok(Self(ids))
        } else {
            Err(fail(Fault::Order))
        }
    }

    /// Takes ids in any order; repeated ones count once.
    pub fn from_unsorted(ids: impl IntoIterator<Item = BlockId>) -> Result<Self, Malformed> {
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        Self::new(ids)
    }

    /// The ids, ascending.
    pub fn as_slice(&self) -> &[BlockId] {
        &self.0
    }

    /// The ids, ascending.
    pub fn iter(&self) -> impl Iterator<Item = &BlockId> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `id` is among them.
    pub fn contains(&self, id: &BlockId) -> bool {
        self.0.binary_search(id).is_ok()
    }
}

/// The signed header. A value read from a block satisfies [`Header::check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The signature suite.
    pub alg: Algorithm,
    /// The author's key.
    pub kid: KeyId,
    /// Version of the block format: 1.
    pub version: u16,
    /// What the block is for.
    pub kind: Kind,
    /// Which life of the author's chain this is: a device restored from a backup starts a new
    /// one, so that it cannot fork itself.
    pub epoch: u32,
    /// Position in the author's chain of this epoch, from 0.
    pub seq: u64,
    /// The author's block at `seq - 1`; absent exactly when `seq` is 0.
    pub prev: Option<BlockId>,
    /// Further blocks approved. Together with `prev` 1..=8, except that the first block of a
    /// chain may approve none: then it stands directly on the genesis.
    pub parents: Parents,
    /// Above the clocks of everything approved.
    pub hlc: Hlc,
    /// The latest checkpoint known.
    pub anchor: Option<Anchor>,
}

impl Header {
    /// Everything the block approves: `prev` first, then the parents in ascending order.
    pub fn approved(&self) -> impl Iterator<Item = &BlockId> {
        self.prev.iter().chain(self.parents.iter())
    }

    /// Whether the block approves nothing but the genesis. Only such a block has an empty past
    /// cone.
    pub fn stands_on_genesis(&self) -> bool {
        self.prev.is_none() && self.parents.is_empty()
    }

    /// The rules a header obeys on its own, whatever the rest of the DAG looks like.
    pub fn check(&self) -> Result<(), Malformed> {
        let fault = |reason| Err(Malformed::value(WHAT, reason));
        if self.version != VERSION {
            return fault("this version of the block format is not known");
        }
        if Kind::from_code(self.kind.code()) != Some(self.kind) {
            return fault("an opaque kind has a code of 0x8000 or above");
        }
        if self.prev.is_some() != (self.seq > 0) {
            return fault("a previous block is named exactly when seq is above 0");
        }
        if self.prev.is_some_and(|prev| self.parents.contains(&prev)) {
            return fault("the previous block is repeated among the parents");
        }
        if self.approved().count() > limits::PARENTS_MAX {
            return fault("more than 8 blocks are approved");
        }
        if self.anchor.is_some_and(|anchor| anchor.size == 0) {
            return fault("an anchor has at least one leaf");
        }
        Ok(())
    }

    /// The canonical bytes of the protected header.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(160 + self.parents.len() * 34);
        let Algorithm::EdDsa = self.alg;
        out.map(3).int(LABEL_ALG).int(ALG_EDDSA);
        out.int(LABEL_KID).bytes(self.kid.as_bytes());
        out.int(LABEL_THERIAC).array(8);
        out.uint(self.version.into()).uint(self.kind.code().into());
        out.uint(self.epoch.into()).uint(self.seq);
        match &self.prev {
            Some(prev) => out.bytes(prev.as_bytes()),
            None => out.null(),
        };
        out.array(self.parents.len());
        for parent in self.parents.iter() {
            out.bytes(parent.as_bytes());
        }
        out.uint(self.hlc.0);
        match &self.anchor {
            Some(anchor) => out.array(2).uint(anchor.size).bytes(&anchor.root),
            None => out.null(),
        };
        out.into_vec()
    }

    /// Reads the content of the protected header's byte string.
    pub(crate) fn read(mut reader: Reader<'_>) -> Result<Self, Malformed> {
        let start = reader.position();
        let kid = read_suite(&mut reader, 3)?;
        reader.exactly(LABEL_THERIAC, "the header label -65537")?;
        reader.array_of(8, "the eight parts of a block header")?;
        let version = reader.u16()?;
        if version != VERSION {
            return Err(reader.fail(Fault::Value(
                "this version of the block format is not known",
            )));
        }
        let kind = Kind::from_code(reader.u16()?)
            .ok_or_else(|| reader.fail(Fault::Value("this kind of block is not assigned")))?;
        let epoch = reader.u32()?;
        let seq = reader.uint(u64::MAX)?;
        let prev = if reader.null() {
            None
        } else {
            Some(read_id(&mut reader)?)
        };
        let parents = read_parents(&mut reader)?;
        let hlc = Hlc(reader.uint(u64::MAX)?);
        let anchor = if reader.null() {
            None
        } else {
            Some(read_anchor(&mut reader)?)
        };
        reader.finish()?;
        let alg = Algorithm::EdDsa;
        let header = Self {
            alg,
            kid,
            version,
            kind,
            epoch,
            seq,
            prev,
            parents,
            hlc,
            anchor,
        };
        header.check().map_err(|error| error.within(WHAT, start))?;
        Ok(header)
    }
}

/// Reads what all statements share: a map of `pairs` that starts with `alg` and `kid`.
pub(crate) fn read_suite(reader: &mut Reader<'_>, pairs: usize) -> Result<KeyId, Malformed> {
    reader.map_of(pairs, "a header of the known labels only")?;
    reader.exactly(LABEL_ALG, "the header label alg (1)")?;
    reader.exactly(ALG_EDDSA, "the algorithm EdDSA (-8)")?;
    reader.exactly(LABEL_KID, "the header label kid (4)")?;
    Ok(KeyId::new(reader.fixed("a key of 32 bytes")?))
}

pub(crate) fn read_id(reader: &mut Reader<'_>) -> Result<BlockId, Malformed> {
    Ok(BlockId::new(reader.fixed("a block id of 32 bytes")?))
}

fn read_parents(reader: &mut Reader<'_>) -> Result<Parents, Malformed> {
    let at = reader.position();
    let count = reader.array(limits::PARENTS_MAX)?;
    let ids = (0..count)
        .map(|_| read_id(reader))
        .collect::<Result<_, _>>()?;
    Parents::new(ids).map_err(|error| error.within(WHAT, at))
}

fn read_anchor(reader: &mut Reader<'_>) -> Result<Anchor, Malformed> {
    reader.array_of(2, "size and root of an anchor")?;
    Ok(Anchor {
        size: reader.uint(u64::MAX)?,
        root: reader.fixed("a root of 32 bytes")?,
    })
}

#[cfg(test)]
mod tests;
