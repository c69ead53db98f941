//! Milestones: the small signed statement that fixes a cut of the DAG. Everything its heads
//! approve, and no earlier milestone does, is ordered by it.
//!
//! A milestone is a `COSE_Sign1` like a block, with `external_aad` = network id |
//! `"theriac/milestone/1"`, a protected header of `alg` and `kid` alone, and the payload
//! ```text
//! 86 01 <index> <previous, 32> [heads, ascending, 32 each] <time_ms> <epoch>
//! ```

use alloc::vec::Vec;

use crate::cbor::{Reader, Writer};
use crate::cose::{self, ALG_EDDSA, LABEL_ALG, LABEL_KID, Sign1};
use crate::error::{Fault, Malformed, Rejected};
use crate::header::{read_id, read_suite};
use crate::ids::{BlockId, KeyId, NetworkId};
use crate::limits;

const WHAT: &str = "milestone";
const PURPOSE: &str = "theriac/milestone/1";
const DIGEST_CONTEXT: &str = "theriac milestone id v1";

/// A cut of the DAG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// Its number, from 0.
    pub index: u32,
    /// Digest of the milestone before; zeros for the first.
    pub previous: [u8; 32],
    /// The blocks whose past cones it orders: 1..=8192, ascending, none twice.
    pub heads: Vec<BlockId>,
    /// When it was cut, milliseconds since the Unix epoch, at most 48 bits: bounds the blocks it
    /// orders from above.
    pub time_ms: u64,
    /// Which set of validators cut it.
    pub epoch: u32,
}

impl Milestone {
    /// The rules a milestone obeys on its own.
    pub fn check(&self) -> Result<(), Malformed> {
        let fail = |fault| Err(Malformed::new(WHAT, 0, fault));
        if self.heads.len() > limits::MILESTONE_HEADS_MAX {
            return fail(Fault::TooLarge {
                max: limits::MILESTONE_HEADS_MAX as u64,
            });
        }
        if self.heads.is_empty() {
            return fail(Fault::Value("a milestone names at least one head"));
        }
        if !self.heads.is_sorted_by(|left, right| left < right) {
            return fail(Fault::Order);
        }
        if self.time_ms > limits::TIME_MS_MAX {
            return fail(Fault::TooLarge {
                max: limits::TIME_MS_MAX,
            });
        }
        Ok(())
    }

    /// The bytes for `kid` to sign in this network; give the signature to
    /// [`SignedMilestone::assemble`].
    pub fn to_be_signed(&self, kid: &KeyId, network: &NetworkId) -> Vec<u8> {
        cose::sig_structure(&protected(kid), network, PURPOSE, &self.payload())
    }

    fn payload(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(64 + self.heads.len() * 34);
        out.array(6)
            .uint(1)
            .uint(self.index.into())
            .bytes(&self.previous);
        out.array(self.heads.len());
        for head in &self.heads {
            out.bytes(head.as_bytes());
        }
        out.uint(self.time_ms).uint(self.epoch.into());
        out.into_vec()
    }

    fn read(mut reader: Reader<'_>) -> Result<Self, Malformed> {
        let start = reader.position();
        reader.array_of(6, "the six parts of a milestone")?;
        reader.exactly(1, "version 1")?;
        let index = reader.u32()?;
        let previous = reader.fixed("a digest of 32 bytes")?;
        let count = reader.array(limits::MILESTONE_HEADS_MAX)?;
        let heads = (0..count)
            .map(|_| read_id(&mut reader))
            .collect::<Result<_, _>>()?;
        let time_ms = reader.uint(limits::TIME_MS_MAX)?;
        let epoch = reader.u32()?;
        reader.finish()?;
        let milestone = Self {
            index,
            previous,
            heads,
            time_ms,
            epoch,
        };
        milestone
            .check()
            .map_err(|error| error.within(WHAT, start))?;
        Ok(milestone)
    }
}

/// A milestone as received: canonical, but nobody checked who signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedMilestone {
    milestone: Milestone,
    kid: KeyId,
    signature: [u8; 64],
}

impl SignedMilestone {
    /// Puts a milestone and its signature together.
    pub fn assemble(
        milestone: Milestone,
        kid: KeyId,
        signature: [u8; 64],
    ) -> Result<Self, Malformed> {
        milestone.check()?;
        Ok(Self {
            milestone,
            kid,
            signature,
        })
    }

    /// Reads the canonical `COSE_Sign1`; anything else is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::MILESTONE_BYTES_MAX, WHAT)?;
        let sign1 = Sign1::read(&mut reader, limits::MILESTONE_PAYLOAD_BYTES_MAX)?;
        reader.finish()?;
        let mut header = sign1.protected;
        let kid = read_suite(&mut header, 2)?;
        header.finish()?;
        let milestone = Milestone::read(sign1.payload)?;
        Ok(Self {
            milestone,
            kid,
            signature: sign1.signature,
        })
    }

    /// The canonical `COSE_Sign1`.
    pub fn to_bytes(&self) -> Vec<u8> {
        cose::write_sign1(
            &protected(&self.kid),
            &self.milestone.payload(),
            &self.signature,
        )
    }

    /// The milestone, unverified.
    pub fn milestone(&self) -> &Milestone {
        &self.milestone
    }

    /// The key it names as its signer.
    pub fn kid(&self) -> &KeyId {
        &self.kid
    }

    /// Checks the signature. Whether this key may cut milestones is for the caller to know.
    pub fn verify(self, network: &NetworkId) -> Result<VerifiedMilestone, Rejected> {
        let signed = self.milestone.to_be_signed(&self.kid, network);
        self.kid.check(&signed, &self.signature)?;
        Ok(VerifiedMilestone {
            digest: crate::blake3::derive_key(DIGEST_CONTEXT, &signed),
            signed: self,
        })
    }

    /// The digest the milestone has in this network, if it is authentic.
    pub fn digest(&self, network: &NetworkId) -> [u8; 32] {
        let signed = self.milestone.to_be_signed(&self.kid, network);
        crate::blake3::derive_key(DIGEST_CONTEXT, &signed)
    }

    /// For bytes read back from our own disk: takes the digest under which a milestone was stored
    /// after [`SignedMilestone::verify`] instead of checking its signature again, as
    /// [`crate::SignedBlock::verify_stored`] does with an id. A node that opens reads all of them.
    pub fn verify_stored(
        self,
        network: &NetworkId,
        digest: &[u8; 32],
    ) -> Result<VerifiedMilestone, Rejected> {
        if self.digest(network) != *digest {
            return Err(Rejected::Id);
        }
        Ok(VerifiedMilestone {
            signed: self,
            digest: *digest,
        })
    }
}

/// A milestone whose signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedMilestone {
    signed: SignedMilestone,
    digest: [u8; 32],
}

impl VerifiedMilestone {
    /// The milestone.
    pub fn milestone(&self) -> &Milestone {
        &self.signed.milestone
    }

    /// Who signed it.
    pub fn kid(&self) -> &KeyId {
        &self.signed.kid
    }

    /// BLAKE3 (derive-key context `theriac milestone id v1`) of the signed bytes: what the next
    /// milestone calls `previous` and the log's milestone leaf `digest`.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The canonical `COSE_Sign1`.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.signed.to_bytes()
    }
}

fn protected(kid: &KeyId) -> Vec<u8> {
    let mut out = Writer::new();
    out.map(2)
        .int(LABEL_ALG)
        .int(ALG_EDDSA)
        .int(LABEL_KID)
        .bytes(kid.as_bytes());
    out.into_vec()
}

#[cfg(test)]
mod tests;
