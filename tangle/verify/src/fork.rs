//! Proof that an author forked its chain: two statements by one key in one seat (epoch and
//! position). Nobody but the holder of the key can make one, and whoever has it can show it to
//! anybody: no trust in the node that found it is needed.
//!
//! ```text
//! 84 01                            version
//!    58 xx <genesis>                 what both were signed for
//!    58 xx <statement> x 2           COSE_Sign1 each, the one with the smaller id first
//! ```

use alloc::vec::Vec;

use thiserror::Error;

use crate::block::Statement;
use crate::cbor::{Reader, Writer};
use crate::error::{Malformed, Rejected};
use crate::genesis::Genesis;
use crate::ids::{BlockId, KeyId, NetworkId};
use crate::limits;

const WHAT: &str = "fork proof";

/// Two statements that should not both exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkProof {
    /// Canonical bytes of the network's genesis.
    pub genesis: Vec<u8>,
    /// The statement with the smaller id, a `COSE_Sign1`.
    pub first: Vec<u8>,
    /// The other.
    pub second: Vec<u8>,
}

/// What a fork proof shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forked {
    /// The network.
    pub network: NetworkId,
    /// Whose chain forked.
    pub author: KeyId,
    /// Which life of it.
    pub epoch: u32,
    /// At which position.
    pub seq: u64,
    /// The two blocks, ascending.
    pub blocks: [BlockId; 2],
}

/// A fork proof that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ForkError {
    /// Not the canonical encoding.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// One of the statements is not authentic.
    #[error("the {which} statement: {why}")]
    Statement {
        /// `first` or `second`.
        which: &'static str,
        /// What is wrong with it.
        why: Rejected,
    },
    /// Both are by different authors or stand in different seats.
    #[error("the statements do not stand in one seat of one author")]
    Seat,
    /// Both are the same statement, or the larger id comes first.
    #[error("the statements are not two, in ascending order of their ids")]
    Order,
}

impl ForkProof {
    /// The proof out of two statements of `genesis`'s network, in any order. It is not checked;
    /// see [`ForkProof::verify`].
    pub fn new(genesis: &Genesis, one: &Statement, other: &Statement) -> Self {
        let network = genesis.network_id();
        let (first, second) = if one.id(&network) <= other.id(&network) {
            (one, other)
        } else {
            (other, one)
        };
        Self {
            genesis: genesis.to_bytes(),
            first: first.to_bytes(),
            second: second.to_bytes(),
        }
    }

    /// Canonical CBOR.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(64 + self.first.len() + self.second.len());
        out.array(4).uint(1).bytes(&self.genesis);
        out.bytes(&self.first).bytes(&self.second);
        out.into_vec()
    }

    /// Reads canonical CBOR; anything else is refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::FORK_PROOF_BYTES_MAX, WHAT)?;
        reader.array_of(4, "the four parts of a fork proof")?;
        reader.exactly(1, "version 1")?;
        let genesis = reader.bytes(limits::GENESIS_BYTES_MAX)?.to_vec();
        let first = reader.bytes(limits::STATEMENT_BYTES_MAX)?.to_vec();
        let second = reader.bytes(limits::STATEMENT_BYTES_MAX)?.to_vec();
        reader.finish()?;
        Ok(Self {
            genesis,
            first,
            second,
        })
    }

    /// Checks both signatures, and that the statements are two in one seat. Which network it is
    /// about is part of the answer: hold it against the one you know.
    pub fn verify(&self) -> Result<Forked, ForkError> {
        let network = Genesis::from_bytes(&self.genesis)?.network_id();
        let statement = |bytes: &[u8], which| {
            let statement = Statement::decode(bytes)?;
            let id = statement.verify(&network);
            let id = id.map_err(|why| ForkError::Statement { which, why })?;
            Ok::<_, ForkError>((id, statement))
        };
        let (one, first) = statement(&self.first, "first")?;
        let (other, second) = statement(&self.second, "second")?;
        let seat = |it: &Statement| (it.header().kid, it.header().epoch, it.header().seq);
        if seat(&first) != seat(&second) {
            return Err(ForkError::Seat);
        }
        if one >= other {
            return Err(ForkError::Order);
        }
        let (author, epoch, seq) = seat(&first);
        Ok(Forked {
            network,
            author,
            epoch,
            seq,
            blocks: [one, other],
        })
    }
}

#[cfg(test)]
mod tests;
