//! A tree that only grows, kept as its peaks: the roots of the perfect trees it is made of, one
//! for each bit set in its size. Appending is a handful of hashes and no reads, and every node
//! that gets full is reported once, so that a store can keep it and make proofs later.

use alloc::vec::Vec;

use super::{Hash, empty_root, node_hash};

/// A full node: the perfect subtree over leaves `index << level .. (index + 1) << level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Height above the leaves; a leaf has level 0.
    pub level: u8,
    /// Position among the nodes of its level, from 0.
    pub index: u64,
}

/// The right edge of a growing tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// Largest subtree first.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Continues a tree of `size` leaves from its peaks, largest first. `None` if the number of
    /// peaks does not fit the size; the hashes themselves show in the root only.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (u64::from(size.count_ones()) == peaks.len() as u64).then_some(Self { size, peaks })
    }

    /// The full nodes that are the peaks of a tree of `size` leaves, largest first.
    pub fn peak_nodes(size: u64) -> impl Iterator<Item = Node> {
        (0..64u8)
            .rev()
            .filter(move |level| size >> level & 1 == 1)
            .map(move |level| {
                let below = size >> level;
                Node {
                    level,
                    index: below - 1,
                }
            })
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The peaks, largest subtree first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends a leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        self.append_with(leaf, |_, _| {});
    }

    /// Appends a leaf hash, reporting every node that is full now, from the leaf upwards.
    pub fn append_with(&mut self, leaf: Hash, mut full: impl FnMut(Node, &Hash)) {
        let mut node = Node {
            level: 0,
            index: self.size,
        };
        let mut hash = leaf;
        full(node, &hash);
        while node.index & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node_hash(&left, &hash);
            node = Node {
                level: node.level + 1,
                index: node.index >> 1,
            };
            full(node, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// Root of the tree as it is now.
    pub fn root(&self) -> Hash {
        self.peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }
}
