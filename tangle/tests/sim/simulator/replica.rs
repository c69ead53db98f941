//! A second ledger that is given the same blocks in another order, milestone by milestone, with
//! crashes of its own: it must come to the same order, outcomes and root.

use tangle::testing::disk::{Disk, Random};
use tangle::{Ordered, ReceiptStatus, Tangle};

use crate::kit::{Node, make, told};

/// Far enough in the future that no clock is ahead of it.
const LATER: u64 = 1 << 46;

/// The replica.
#[derive(Debug)]
pub(crate) struct Replica {
    disk: Disk,
    node: Node,
}

impl Replica {
    pub(crate) fn new() -> Self {
        let disk = Disk::new();
        make(&disk).unwrap();
        let node = Node::open(&disk).unwrap();
        Self { disk, node }
    }

    /// Its power goes and comes back.
    pub(crate) fn crash(&mut self, draw: u64) -> Result<(), String> {
        let disk = self.disk.after_power_loss(draw);
        self.node = Node::open(&disk).map_err(|error| format!("replica: {}", told(&error)))?;
        self.disk = disk;
        Ok(())
    }

    /// Takes what `other` ordered since, and compares.
    pub(crate) fn follow(&mut self, other: &Tangle, random: &mut Random) -> Result<(), String> {
        let broke = |error| format!("replica: {}", told(&error));
        for ordered in other
            .replay(self.node.tangle.stats().milestones)
            .map_err(broke)?
        {
            self.milestone(&ordered.map_err(broke)?, random)?;
        }
        let mine = self.node.tangle.reader().checkpoint();
        let theirs = other.reader().checkpoint();
        if mine != theirs {
            return Err(format!("the same blocks, and {mine:?} is not {theirs:?}"));
        }
        Ok(())
    }

    fn milestone(&mut self, ordered: &Ordered, random: &mut Random) -> Result<(), String> {
        let broke = |error| format!("replica: {}", told(&error));
        let mut blocks = ordered.blocks.clone();
        for at in (1..blocks.len()).rev() {
            blocks.swap(at, random.below(at + 1));
        }
        // The founding block first: nobody is registered before it.
        if let Some(at) = blocks.iter().position(|it| it.header().stands_on_genesis()) {
            blocks.swap(0, at);
        }
        let half = random.below(blocks.len() + 1);
        for part in [&blocks[..half], &blocks[half..]] {
            let receipts = self
                .node
                .tangle
                .submit(part.to_vec(), LATER)
                .map_err(broke)?;
            let refused = receipts
                .iter()
                .find(|it| matches!(it.status, ReceiptStatus::Rejected(_)));
            if let Some(refused) = refused {
                return Err(format!(
                    "the replica refuses what was recorded: {refused:?}"
                ));
            }
        }
        let mine = self.node.cut(ordered.time_ms).map_err(broke)?;
        if mine.as_ref() == Some(ordered) {
            Ok(())
        } else {
            Err(format!(
                "the same blocks, another milestone {}",
                ordered.index
            ))
        }
    }
}
