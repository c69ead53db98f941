//! From events to signed blocks. The device has a chain of its own: each block names the one
//! before, so that a gap or a second history shows. The chain's end ([`Chain`]) is a value that
//! the spool stores in the same transaction as the block it led to; sealing is a function of it,
//! the events, the time and the salts.

use serde::{Deserialize, Serialize};
use tangle::{
    Anchor, BlockId, Draft, DraftError, Hlc, Item, Kind, Media, NetworkId, Parents, SignedBlock,
    SigningKey,
};
use thiserror::Error;

/// Events in one block.
pub const BLOCK_EVENTS_MAX: usize = 1_000;
/// Bytes of events in one block; the ledger takes 1 MiB of items with their salts.
pub const BLOCK_BYTES_MAX: usize = 1_000_000;
/// Longest event that can be put into a block.
pub const EVENT_BYTES_MAX: usize = BLOCK_BYTES_MAX;

/// Where the device's chain ends and what its next block may approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "ChainRecord", try_from = "ChainRecord")]
pub struct Chain {
    /// The network blocks are signed for.
    pub network: NetworkId,
    /// Which life of the chain.
    pub epoch: u32,
    /// Position of the next block.
    pub seq: u64,
    /// The block before it.
    pub prev: Option<BlockId>,
    /// Other blocks the service last offered for approval; used once.
    pub parents: Vec<BlockId>,
    /// Latest clock used or seen.
    pub hlc: Hlc,
    /// Latest checkpoint known.
    pub anchor: Option<Anchor>,
}

/// Chain and service do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Diverged {
    /// The spool was filled for another network.
    #[error("the spool belongs to network {ours}, the service to {theirs}")]
    Network {
        /// Of the spool.
        ours: NetworkId,
        /// Of the service.
        theirs: NetworkId,
    },
    /// The service lacks blocks it once acknowledged.
    #[error("the service expects block {theirs} of this device, which has already made {ours}")]
    ServiceBehind {
        /// Next by the spool.
        ours: u64,
        /// Next by the service.
        theirs: u64,
    },
}

impl Chain {
    /// Takes over what the service knows of this chain (`theirs`). `undelivered` says whether the
    /// spool still holds blocks of this chain: then the spool's end is the truth, otherwise the
    /// service may be ahead because the spool was lost or replaced, and going on from our end
    /// would fork the chain.
    ///
    /// # Errors
    /// [`Diverged`]; the chain is then as before.
    pub fn meet(&mut self, theirs: &Self, undelivered: bool) -> Result<(), Diverged> {
        if theirs.network != self.network {
            return Err(Diverged::Network {
                ours: self.network,
                theirs: theirs.network,
            });
        }
        let (ours_at, theirs_at) = ((self.epoch, self.seq), (theirs.epoch, theirs.seq));
        if !undelivered && theirs_at > ours_at {
            self.epoch = theirs.epoch;
            self.seq = theirs.seq;
            self.prev = theirs.prev;
        } else if !undelivered && theirs_at < ours_at {
            return Err(Diverged::ServiceBehind {
                ours: self.seq,
                theirs: theirs.seq,
            });
        }
        self.parents = theirs
            .parents
            .iter()
            .copied()
            .filter(|id| Some(*id) != self.prev)
            .collect();
        self.hlc = self.hlc.max(theirs.hlc);
        if theirs.anchor.map(|anchor| anchor.size) >= self.anchor.map(|anchor| anchor.size) {
            self.anchor = theirs.anchor;
        }
        Ok(())
    }

    /// Signs a block of canonical events and returns it with its id and the chain after it.
    /// `salts` gives 16 fresh random bytes for each event.
    ///
    /// # Errors
    /// [`DraftError`] when the events break a bound of the ledger.
    pub fn seal(
        &self,
        events: Vec<Vec<u8>>,
        mut salts: impl FnMut() -> [u8; 16],
        key: &SigningKey,
        now_ms: u64,
    ) -> Result<(SignedBlock, BlockId, Self), DraftError> {
        let hlc = Hlc::next(now_ms, &[self.hlc]);
        let items = events
            .into_iter()
            .map(|body| Item {
                salt: salts(),
                media: Media::EPCIS_EVENT,
                body,
            })
            .collect();
        let room = if self.prev.is_some() {
            PARENTS_MAX - 1
        } else {
            PARENTS_MAX
        };
        let parents = self.parents.iter().copied().take(room);
        let block = Draft {
            kind: Kind::Events,
            epoch: self.epoch,
            seq: self.seq,
            prev: self.prev,
            parents: Parents::from_unsorted(parents)?,
            hlc,
            anchor: self.anchor,
            items,
        }
        .sign(key, &self.network)?;
        let id = block.id(&self.network);
        let next = Self {
            seq: self.seq + 1,
            prev: Some(id),
            parents: Vec::new(),
            hlc,
            ..self.clone()
        };
        Ok((block, id, next))
    }
}

/// Blocks one block may approve, `prev` included.
const PARENTS_MAX: usize = tangle::verify::limits::PARENTS_MAX;

/// How many of the oldest events go into the next block: at most [`BLOCK_EVENTS_MAX`] and
/// [`BLOCK_BYTES_MAX`], at least one.
pub fn fitting(sizes: impl IntoIterator<Item = usize>) -> usize {
    let mut total = 0;
    let mut count = 0;
    for size in sizes.into_iter().take(BLOCK_EVENTS_MAX) {
        total += size + 18;
        if count > 0 && total > BLOCK_BYTES_MAX {
            break;
        }
        count += 1;
    }
    count
}

/// [`Chain`] as text: in the spool and, but for field names, in the answer of the service.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ChainRecord {
    network: String,
    epoch: u32,
    seq: u64,
    prev: Option<String>,
    #[serde(default)]
    parents: Vec<String>,
    hlc: Clocked,
    anchor: Option<AnchorRecord>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct AnchorRecord {
    size: u64,
    root: String,
}

/// A 64-bit clock value: decimal text, because not every JSON reader keeps 64-bit numbers, or a
/// number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Clocked {
    Number(u64),
    Text(String),
}

/// A chain record that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field} is not a valid id or number")]
pub struct BadRecord {
    field: &'static str,
}

impl From<Chain> for ChainRecord {
    fn from(chain: Chain) -> Self {
        Self {
            network: chain.network.to_string(),
            epoch: chain.epoch,
            seq: chain.seq,
            prev: chain.prev.map(|id| id.to_string()),
            parents: chain.parents.iter().map(BlockId::to_string).collect(),
            hlc: Clocked::Text(chain.hlc.0.to_string()),
            anchor: chain.anchor.map(|anchor| AnchorRecord {
                size: anchor.size,
                root: hex::encode(anchor.root),
            }),
        }
    }
}

impl TryFrom<ChainRecord> for Chain {
    type Error = BadRecord;

    fn try_from(record: ChainRecord) -> Result<Self, BadRecord> {
        let id = |text: &str, field| text.parse::<BlockId>().map_err(|_| BadRecord { field });
        let hlc = match record.hlc {
            Clocked::Number(number) => number,
            Clocked::Text(text) => text.parse().map_err(|_| BadRecord { field: "hlc" })?,
        };
        let anchor = record
            .anchor
            .map(|anchor| {
                let mut root = [0; 32];
                hex::decode_to_slice(&anchor.root, &mut root).map_err(|_| BadRecord {
                    field: "anchor root",
                })?;
                Ok(Anchor {
                    size: anchor.size,
                    root,
                })
            })
            .transpose()?;
        let parents: Result<Vec<_>, _> = record
            .parents
            .iter()
            .map(|text| id(text, "parents"))
            .collect();
        Ok(Self {
            network: record
                .network
                .parse()
                .map_err(|_| BadRecord { field: "network" })?,
            epoch: record.epoch,
            seq: record.seq,
            prev: record.prev.map(|text| id(&text, "prev")).transpose()?,
            parents: parents?,
            hlc: Hlc(hlc),
            anchor,
        })
    }
}

#[cfg(test)]
mod tests;
