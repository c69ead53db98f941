//! What one call of submit has gathered: the blocks to be written, and what became of each block
//! that was given in.

use tangle_verify::{BlockId, VerifiedBlock};

use super::tangle::ReceiptStatus;
use crate::graph::Fact;
use crate::ledger::Effect;
use crate::table::Table;

/// Bytes of a block's envelope if those of its items are erased that makes it longest.
pub(super) fn erased_bytes_max(block: &VerifiedBlock) -> usize {
    const ERASED: usize = 35;
    let growth = block.items().map(|(_, item)| {
        let head = if item.size() < 24 { 1 } else { 2 };
        ERASED.saturating_sub(head + item.size())
    });
    block.bytes().len() + growth.sum::<usize>()
}

/// What one call of submit has gathered.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) statuses: Statuses,
    pub(super) recorded: Vec<(VerifiedBlock, Fact, Vec<BlockId>)>,
    pub(super) bytes: usize,
    pub(super) registry_changed: bool,
}

impl Taken {
    pub(super) fn note(&mut self, effect: Effect) {
        match effect {
            Effect::Record { block, fact } => {
                *self.statuses.of(block.id()) = ReceiptStatus::Recorded;
                self.registry_changed |= block.header().kind == tangle_verify::Kind::Registry;
                self.bytes += block.bytes().len();
                self.recorded.push((block, fact, Vec::new()));
            }
            Effect::Fork { first, second } => {
                let last = self
                    .recorded
                    .last_mut()
                    .filter(|(block, ..)| *block.id() == second);
                if let Some((_, _, rivals)) = last {
                    rivals.push(first);
                }
            }
            Effect::Known(id) => {
                self.statuses.of(&id);
            }
            Effect::Early { id, .. } => {
                let missing = Vec::new();
                *self.statuses.of(&id) = ReceiptStatus::Waiting { missing };
            }
            Effect::Waiting { id, missing } => {
                let missing = missing.into_iter().collect();
                *self.statuses.of(&id) = ReceiptStatus::Waiting { missing };
            }
            Effect::Rejected { id, why } => {
                let status = self.statuses.of(&id);
                if !matches!(status, ReceiptStatus::Recorded) {
                    *status = ReceiptStatus::Rejected(why);
                }
            }
            Effect::Released(_) | Effect::Expired(_) | Effect::Ordered(_) => {}
        }
    }
}

/// What became of each block, by id.
#[derive(Default)]
pub(super) struct Statuses {
    all: Vec<(BlockId, ReceiptStatus)>,
    table: Table,
    /// What is said of a place that is not there: nothing ever is.
    none: ReceiptStatus,
}

impl Statuses {
    /// The status of a block; known, if nothing else was said.
    pub(super) fn of(&mut self, id: &BlockId) -> &mut ReceiptStatus {
        let hash = self.table.of_id(id);
        let all = &self.all;
        let is = |at: u32| all.get(at as usize).is_some_and(|(known, _)| known == id);
        let at = self.table.find(hash, is).unwrap_or_else(|| {
            self.all.push((*id, ReceiptStatus::Known));
            let at = u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX);
            let all = &self.all;
            self.table.insert(hash, at, |table, at| {
                all.get(at as usize).map_or(0, |(id, _)| table.of_id(id))
            });
            at
        });
        match self.all.get_mut(at as usize) {
            Some((_, status)) => status,
            None => &mut self.none,
        }
    }

    /// The answer to whoever gave the block in. Given twice in one call it was recorded the first
    /// time.
    pub(super) fn answer(&mut self, id: &BlockId) -> ReceiptStatus {
        match self.of(id) {
            status @ ReceiptStatus::Recorded => std::mem::replace(status, ReceiptStatus::Known),
            status => status.clone(),
        }
    }
}
