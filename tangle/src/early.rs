//! Blocks whose clock is ahead of ours, but not by much: they wait until their time has come, in
//! memory only and bounded. Nothing was acknowledged, and the sender still has them.

use std::collections::BTreeMap;

use tangle_verify::{BlockId, KeyId, VerifiedBlock};

use crate::limits;

/// The blocks that came too early.
#[derive(Debug, Clone, Default)]
pub struct EarlyRoom {
    by_time: BTreeMap<(u64, BlockId), VerifiedBlock>,
    times: BTreeMap<BlockId, u64>,
    per_author: BTreeMap<KeyId, usize>,
    bytes: usize,
}

impl EarlyRoom {
    /// Lets a block wait until `due_ms`; `false` if there is no room for it.
    pub fn park(&mut self, block: VerifiedBlock, due_ms: u64) -> bool {
        let (id, author) = (*block.id(), block.header().kid);
        if self.times.contains_key(&id) {
            return true;
        }
        let here = self.per_author.get(&author).copied().unwrap_or(0);
        let size = block.bytes().len();
        if self.times.len() >= limits::EARLY_BLOCKS_MAX
            || here >= limits::EARLY_BLOCKS_PER_AUTHOR_MAX
            || self.bytes + size > limits::EARLY_BYTES_MAX
        {
            return false;
        }
        self.bytes += size;
        *self.per_author.entry(author).or_default() += 1;
        self.times.insert(id, due_ms);
        self.by_time.insert((due_ms, id), block);
        true
    }

    /// The blocks whose time has come leave, the earliest first.
    pub fn due(&mut self, now_ms: u64) -> Vec<VerifiedBlock> {
        let mut due = Vec::new();
        while let Some(entry) = self.by_time.first_entry() {
            if entry.key().0 > now_ms {
                break;
            }
            let block = entry.remove();
            self.times.remove(block.id());
            self.bytes -= block.bytes().len();
            let author = block.header().kid;
            if let Some(count) = self.per_author.get_mut(&author) {
                *count -= 1;
                if *count == 0 {
                    self.per_author.remove(&author);
                }
            }
            due.push(block);
        }
        due
    }

    /// Whether the block waits here.
    pub fn contains(&self, id: &BlockId) -> bool {
        self.times.contains_key(id)
    }

    /// How many blocks wait.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether no block waits.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }
}
