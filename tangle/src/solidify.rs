//! Blocks whose past is not complete yet (TIP-3: not solid). They wait in a room of bounded
//! size, in memory only: nothing was acknowledged, and the sender still has them.

use std::collections::{BTreeMap, BTreeSet};

use tangle_verify::{BlockId, KeyId, VerifiedBlock};

use crate::limits;

#[derive(Debug, Clone)]
struct Parked {
    block: VerifiedBlock,
    missing: BTreeSet<BlockId>,
    since_ms: u64,
}

/// The waiting room.
#[derive(Debug, Clone, Default)]
pub struct WaitingRoom {
    parked: BTreeMap<BlockId, Parked>,
    wanted: BTreeMap<BlockId, BTreeSet<BlockId>>,
    per_author: BTreeMap<KeyId, usize>,
    by_age: BTreeSet<(u64, BlockId)>,
    bytes: usize,
}

impl WaitingRoom {
    /// Lets a block wait for `missing` (not empty); `false` if there is no room for it.
    pub fn park(&mut self, block: VerifiedBlock, missing: BTreeSet<BlockId>, now_ms: u64) -> bool {
        let author = block.header().kid;
        let size = block.bytes().len();
        let here = self.per_author.get(&author).copied().unwrap_or(0);
        if self.parked.len() >= limits::WAITING_BLOCKS_MAX
            || here >= limits::WAITING_BLOCKS_PER_AUTHOR_MAX
            || self.bytes + size > limits::WAITING_BYTES_MAX
        {
            return false;
        }
        let id = *block.id();
        self.take(&id);
        for parent in &missing {
            self.wanted.entry(*parent).or_default().insert(id);
        }
        *self.per_author.entry(author).or_default() += 1;
        self.by_age.insert((now_ms, id));
        self.bytes += size;
        self.parked.insert(
            id,
            Parked {
                block,
                missing,
                since_ms: now_ms,
            },
        );
        true
    }

    /// What the block is still waiting for, if it waits here.
    pub fn missing(&self, id: &BlockId) -> Option<&BTreeSet<BlockId>> {
        self.parked.get(id).map(|parked| &parked.missing)
    }

    /// `id` was recorded: the blocks that wait for nothing else any more leave, by id.
    pub fn release(&mut self, id: &BlockId) -> Vec<VerifiedBlock> {
        let mut free = Vec::new();
        for child in self.wanted.remove(id).unwrap_or_default() {
            let Some(parked) = self.parked.get_mut(&child) else {
                continue;
            };
            parked.missing.remove(id);
            if parked.missing.is_empty() {
                free.extend(self.take(&child));
            }
        }
        free
    }

    /// Blocks that have waited too long leave; their ids.
    pub fn expire(&mut self, now_ms: u64) -> Vec<BlockId> {
        let mut gone = Vec::new();
        while let Some((since, id)) = self.by_age.first().copied() {
            if since.saturating_add(limits::WAITING_MS_MAX) > now_ms {
                break;
            }
            self.take(&id);
            gone.push(id);
        }
        gone
    }

    /// How many blocks wait.
    pub fn len(&self) -> usize {
        self.parked.len()
    }

    /// Whether no block waits.
    pub fn is_empty(&self) -> bool {
        self.parked.is_empty()
    }

    fn take(&mut self, id: &BlockId) -> Option<VerifiedBlock> {
        let parked = self.parked.remove(id)?;
        for parent in &parked.missing {
            if let Some(children) = self.wanted.get_mut(parent) {
                children.remove(id);
                if children.is_empty() {
                    self.wanted.remove(parent);
                }
            }
        }
        let author = parked.block.header().kid;
        if let Some(count) = self.per_author.get_mut(&author) {
            *count -= 1;
            if *count == 0 {
                self.per_author.remove(&author);
            }
        }
        self.by_age.remove(&(parked.since_ms, *id));
        self.bytes -= parked.block.bytes().len();
        Some(parked.block)
    }
}

#[cfg(test)]
mod tests;
