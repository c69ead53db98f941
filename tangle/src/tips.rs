//! Tips: recorded blocks that nothing approves yet (TIP-3), and the choice of what a new block
//! approves. Uniform random tip selection: no weights, because nothing here is voted by weight;
//! the seed is given, so a choice can be made again.

use std::collections::{BTreeMap, BTreeSet};

use tangle_verify::{BlockId, Header};

use crate::graph::Fact;

/// The pool of tips.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tips(BTreeMap<BlockId, Fact>);

impl Tips {
    /// Takes in a recorded block: what it approves is no tip any more.
    pub fn insert(&mut self, id: BlockId, header: &Header, fact: Fact) {
        for approved in header.approved() {
            self.0.remove(approved);
        }
        self.0.insert(id, fact);
    }

    /// Puts back a tip that was known before a restart.
    pub fn restore(&mut self, id: BlockId, fact: Fact) {
        self.0.insert(id, fact);
    }

    /// The tips, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&BlockId, &Fact)> {
        self.0.iter()
    }

    /// What is known of a tip.
    pub fn fact(&self, id: &BlockId) -> Option<&Fact> {
        self.0.get(id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none: nothing was recorded yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Up to `count` tips, each equally likely, none of those in `not`. The same pool, seed and
    /// arguments give the same tips.
    pub fn pick(&self, count: usize, seed: &[u8; 32], not: &BTreeSet<BlockId>) -> Vec<BlockId> {
        let mut pool: Vec<_> = self
            .0
            .keys()
            .filter(|id| !not.contains(*id))
            .copied()
            .collect();
        let mut draws = blake3::Hasher::new_keyed(seed).finalize_xof();
        let mut picked = Vec::new();
        while picked.len() < count && !pool.is_empty() {
            let mut draw = [0; 8];
            draws.fill(&mut draw);
            // A draw below 2^64 scaled to the pool's size: biased by less than 2^-40.
            let scaled = u128::from(u64::from_le_bytes(draw)) * pool.len() as u128;
            let at = usize::try_from(scaled >> 64).unwrap_or(0);
            picked.push(pool.swap_remove(at));
        }
        picked
    }
}

#[cfg(test)]
mod tests;
