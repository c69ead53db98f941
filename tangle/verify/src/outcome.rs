//! What became of an ordered block, and the leaf of the log that says so. A proof shows not only
//! that a block is in the log but with which outcome it was taken.
//!
//! ```text
//! block leaf      84 00 <id, 32> <milestone> <outcome>
//! milestone leaf  83 01 <index> <digest, 32>        the last leaf of each milestone
//! outcome         81 00                applied
//!                 82 01 <id, 32>       disputed with another block
//!                 82 02 <code>         rejected
//!                 82 03 <why>          quarantined
//! ```

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::cbor::{Reader, Writer};
use crate::error::{Fault, Malformed};
use crate::header::read_id;
use crate::ids::{BlockId, to_hex};
use crate::limits;
use crate::merkle::{self, Hash};
use crate::text::decimal;

const WHAT: &str = "log leaf";

/// What became of a block when it was ordered. Nothing ordered is ever dropped; a bad outcome is
/// recorded like a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Taken as it stands.
    Applied,
    /// It contradicts another block; both are kept.
    Disputed {
        /// The other block.
        with: BlockId,
    },
    /// It has no effect.
    Rejected {
        /// Reason, from the orderer's table of codes.
        code: u16,
    },
    /// Its effect waits for a decision.
    Quarantined {
        /// Reason, from the orderer's table of codes.
        why: u16,
    },
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

impl Outcome {
    /// What it is, for people.
    pub(crate) fn words(&self) -> String {
        let (mut out, number) = match self {
            Self::Applied => return String::from("applied"),
            Self::Disputed { with } => {
                return String::from("disputed with ") + &to_hex(with.as_bytes());
            }
            Self::Rejected { code } => (String::from("rejected (code "), *code),
            Self::Quarantined { why } => (String::from("quarantined (reason "), *why),
        };
        decimal(&mut out, number.into());
        out + ")"
    }

    /// Canonical CBOR.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out);
        out.into_vec()
    }

    /// Reads canonical CBOR; anything else is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::LEAF_BYTES_MAX, "outcome")?;
        let outcome = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(outcome)
    }

    fn write(&self, out: &mut Writer) {
        match self {
            Self::Applied => out.array(1).uint(0),
            Self::Disputed { with } => out.array(2).uint(1).bytes(with.as_bytes()),
            Self::Rejected { code } => out.array(2).uint(2).uint((*code).into()),
            Self::Quarantined { why } => out.array(2).uint(3).uint((*why).into()),
        };
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let parts = reader.array(2)?;
        match (parts, reader.uint(3)?) {
            (1, 0) => Ok(Self::Applied),
            (2, 1) => Ok(Self::Disputed {
                with: read_id(reader)?,
            }),
            (2, 2) => Ok(Self::Rejected {
                code: reader.u16()?,
            }),
            (2, 3) => Ok(Self::Quarantined { why: reader.u16()? }),
            _ => Err(reader.fail(Fault::Value("an outcome with these parts is not known"))),
        }
    }
}

/// One leaf of the ordered log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLeaf {
    /// A block, in its place in the total order.
    Block {
        /// The block.
        id: BlockId,
        /// The milestone that ordered it.
        milestone: u32,
        /// What became of it.
        outcome: Outcome,
    },
    /// The milestone that ordered the leaves before it.
    Milestone {
        /// Its number.
        index: u32,
        /// Its digest, see [`crate::milestone::VerifiedMilestone::digest`].
        digest: [u8; 32],
    },
}

impl LogLeaf {
    /// Canonical CBOR: the data of the leaf.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        match self {
            Self::Block {
                id,
                milestone,
                outcome,
            } => {
                out.array(4)
                    .uint(0)
                    .bytes(id.as_bytes())
                    .uint((*milestone).into());
                outcome.write(&mut out);
            }
            Self::Milestone { index, digest } => {
                out.array(3).uint(1).uint((*index).into()).bytes(digest);
            }
        }
        out.into_vec()
    }

    /// Reads canonical CBOR; anything else is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::LEAF_BYTES_MAX, WHAT)?;
        let parts = reader.array(4)?;
        let leaf = match (parts, reader.uint(1)?) {
            (4, 0) => Self::Block {
                id: read_id(&mut reader)?,
                milestone: reader.u32()?,
                outcome: Outcome::read(&mut reader)?,
            },
            (3, 1) => Self::Milestone {
                index: reader.u32()?,
                digest: reader.fixed("a digest of 32 bytes")?,
            },
            _ => return Err(reader.fail(Fault::Value("a leaf with these parts is not known"))),
        };
        reader.finish()?;
        Ok(leaf)
    }

    /// Its hash in the log (RFC 9162 section 2.1.1).
    pub fn hash(&self) -> Hash {
        merkle::leaf_hash(&self.to_bytes())
    }
}

#[cfg(test)]
mod tests;
