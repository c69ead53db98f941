//! Whose word counts, by the order: for each milestone, which of its blocks have no effect because
//! their author may not make them. A fold over the total order, so every node of a network says
//! the same, whatever it knew when a block came in.
//!
//! **Grants follow the milestone, withdrawals the next one.** A registration holds for every
//! block of the milestone that orders it and for all later ones: a block's parents need not lead
//! to its author's registration, but the order must have reached it. A withdrawal (revocation, or
//! rotation for the old key) holds from the milestone it names, and at the earliest from the one
//! after the milestone that orders it: no outcome that was signed is ever changed, and what a
//! revoked key signed earlier stays as it is. A block that a revoked key made while its device was
//! offline is recorded and ordered like any other; its outcome says that it has no effect.

use std::collections::{BTreeMap, BTreeSet};

use tangle_verify::{Anchor, BlockId, Header, KeyId, Kind, Outcome, VerifiedBlock};
use thiserror::Error;

use crate::error::Rejected;
use crate::registry::{Operation, Reason, Registry};

/// First of the 256 codes of `Outcome::Rejected` that the ledger itself gives; those below are
/// free for whoever folds the items.
pub const OUTCOME_CODE_FIRST: u16 = 0x0100;

/// First of the 256 reasons of `Outcome::Quarantined` that the ledger itself gives.
pub const OUTCOME_WHY_FIRST: u16 = 0x0100;

/// Why an ordered block has no effect, or none yet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Void {
    /// The author's key was withdrawn before this milestone.
    #[error("the author's key is withdrawn from milestone {from} on ({reason:?})")]
    Withdrawn {
        /// The first milestone for which it is.
        from: u32,
        /// Why it was.
        reason: Reason,
    },
    /// The registrations up to this milestone do not let the author make the block.
    #[error("{0}")]
    Standing(Rejected),
    /// The checkpoint that the author knew is not on this log: it was shown another one.
    #[error("the checkpoint of {size} leaves that the author knew is not on this log")]
    OtherLog {
        /// Leaves of that checkpoint.
        size: u64,
    },
    /// The author claims to have known a checkpoint that did not exist when the block was
    /// ordered.
    #[error("the author knew a checkpoint of {size} leaves before there was one")]
    AnchorAhead {
        /// Leaves of that checkpoint.
        size: u64,
    },
}

impl Void {
    /// The outcome to conclude the block with. Codes are stable: `0x0100` and the code of the
    /// refusal for rejected blocks (`0x01ff` for withdrawn keys).
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Withdrawn { .. } => Outcome::Rejected {
                code: OUTCOME_CODE_FIRST + 0xff,
            },
            Self::Standing(why) => Outcome::Rejected {
                code: OUTCOME_CODE_FIRST + why.code(),
            },
            Self::OtherLog { .. } => Outcome::Quarantined {
                why: OUTCOME_WHY_FIRST + 1,
            },
            Self::AnchorAhead { .. } => Outcome::Quarantined {
                why: OUTCOME_WHY_FIRST + 2,
            },
        }
    }
}

/// What a code of the ledger's own range says, in words; `None` for those of others.
pub const fn words(outcome: &Outcome) -> Option<&'static str> {
    Some(match outcome {
        Outcome::Rejected { code: 0x01ff } => "the author's key was withdrawn before",
        Outcome::Rejected { code: 0x0101 } => "the author was not registered",
        Outcome::Rejected { code: 0x0102 } => "outside the author's time of validity",
        Outcome::Rejected { code: 0x0103 } => "the author's role does not allow such blocks",
        Outcome::Rejected { code: 0x0107 } => "the registry does not admit the operation",
        Outcome::Quarantined { why: 0x0101 } => "the author knew another log under this name",
        Outcome::Quarantined { why: 0x0102 } => "the author knew a checkpoint before there was one",
        _ => return None,
    })
}

/// The registry as the order leaves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    registry: Registry,
    /// The first milestone for which a key is withdrawn.
    withdrawn: BTreeMap<KeyId, (u32, Reason)>,
}

impl Authority {
    /// Before the first milestone of the network with this root key.
    pub fn new(root: KeyId) -> Self {
        Self {
            registry: Registry::new(root),
            withdrawn: BTreeMap::new(),
        }
    }

    /// The registrations up to the milestone judged last.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The first milestone for which a key is withdrawn, and why; `None` while it is not.
    pub fn withdrawn(&self, key: &KeyId) -> Option<(u32, Reason)> {
        self.withdrawn.get(key).copied()
    }

    /// Takes in a milestone: those of its blocks (in their total order) that have no effect, and
    /// why. To be called once for each milestone, in their order.
    pub fn judge(&mut self, milestone: u32, blocks: &[VerifiedBlock]) -> BTreeMap<BlockId, Void> {
        let mut void = BTreeMap::new();
        let mut withdrawing = BTreeSet::new();
        for block in blocks {
            if block.header().kind == Kind::Registry {
                match self.register(block, milestone) {
                    Ok(keys) => withdrawing.extend(keys),
                    Err(why) => drop(void.insert(*block.id(), why)),
                }
            }
        }
        for block in blocks {
            if block.header().kind != Kind::Registry
                && let Err(why) = self.standing(block.header(), milestone)
            {
                void.insert(*block.id(), why);
            }
        }
        self.withdraw(milestone, withdrawing);
        void
    }

    fn standing(&self, header: &Header, milestone: u32) -> Result<(), Void> {
        let withdrawn = self.withdrawn(&header.kid);
        match withdrawn.filter(|(from, _)| *from <= milestone) {
            Some((from, reason)) => Err(Void::Withdrawn { from, reason }),
            None => self.registry.standing(header).map_err(Void::Standing),
        }
    }

    /// Takes in a registry block; the keys it withdraws.
    fn register(&mut self, block: &VerifiedBlock, milestone: u32) -> Result<Vec<KeyId>, Void> {
        let header = block.header();
        self.standing(header, milestone)?;
        let admitted = self.registry.admit(&header.kid, block.items());
        admitted.map_err(Void::Standing)?;
        let operations = block.items().map(|(_, item)| &item.body);
        let withdrawn = operations.filter_map(|body| match Operation::from_bytes(body) {
            Ok(Operation::Revocation(it)) => Some(it.key),
            Ok(Operation::Rotation(it)) => Some(it.old),
            _ => None,
        });
        Ok(withdrawn.collect())
    }

    /// Fixes from when on these keys are withdrawn: never before the next milestone, and never
    /// later than was fixed before.
    fn withdraw(&mut self, milestone: u32, keys: BTreeSet<KeyId>) {
        let next = milestone.saturating_add(1);
        for key in keys {
            let Some(named) = self.registry.withdrawal(&key) else {
                continue;
            };
            let from = named.from_milestone.max(next);
            let known = self.withdrawn.entry(key).or_insert((from, named.reason));
            if from < known.0 {
                *known = (from, named.reason);
            }
        }
    }
}

/// Holds what each block's author claims to have known of the log against the log. `leaves` is
/// its size when the milestone that orders the blocks was cut, `root_at` gives the root at a size
/// of at most that; each checkpoint is asked for once.
pub fn judge_anchors<E>(
    blocks: &[VerifiedBlock],
    leaves: u64,
    mut root_at: impl FnMut(u64) -> Result<[u8; 32], E>,
) -> Result<BTreeMap<BlockId, Void>, E> {
    let mut roots = BTreeMap::new();
    let mut void = BTreeMap::new();
    for block in blocks {
        let Some(Anchor { size, root }) = block.header().anchor else {
            continue;
        };
        if size > leaves {
            void.insert(*block.id(), Void::AnchorAhead { size });
            continue;
        }
        let known = match roots.get(&size) {
            Some(known) => *known,
            None => *roots.entry(size).or_insert(root_at(size)?),
        };
        if known != root {
            void.insert(*block.id(), Void::OtherLog { size });
        }
    }
    Ok(void)
}

#[cfg(test)]
mod tests;
