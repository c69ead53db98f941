//! Makes proofs. The caller gives a lookup of full nodes by level and index (a store of them, or
//! tiles); nodes on the right edge that are not full are put together here. A proof needs at
//! most 2 log n lookups.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use thiserror::Error;

use super::{Frontier, Hash, Node, node_hash};

/// Why a proof cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PathError<E> {
    /// There is no such leaf, or no such earlier tree, in a tree of this size.
    #[error("{asked} is outside a tree of {size} leaves")]
    Outside {
        /// The leaf index or the earlier size.
        asked: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The lookup failed.
    #[error(transparent)]
    Lookup(#[from] E),
}

/// The path that shows leaf `index` to be in the tree of `size` leaves (RFC 9162 section
/// 2.1.3.1), from the leaf's sibling upwards.
pub fn inclusion_path<E>(
    index: u64,
    size: u64,
    mut full: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<Hash>, PathError<E>> {
    if index >= size {
        return Err(PathError::Outside { asked: index, size });
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(subtree(middle, end, &mut full)?);
            end = middle;
        } else {
            path.push(subtree(start, middle, &mut full)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The path that shows the tree of `to` leaves to continue the tree of `from` (RFC 9162 section
/// 2.1.4.1). `from` is at least 1; the path is empty for equal sizes.
pub fn consistency_path<E>(
    from: u64,
    to: u64,
    mut full: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<Hash>, PathError<E>> {
    if from == 0 || from > to {
        return Err(PathError::Outside {
            asked: from,
            size: to,
        });
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, to);
    while end != from {
        let middle = start + split(end - start);
        if from <= middle {
            path.push(subtree(middle, end, &mut full)?);
            end = middle;
        } else {
            path.push(subtree(start, middle, &mut full)?);
            start = middle;
        }
    }
    // The verifier has the earlier root already when that tree is the node left over.
    if start > 0 {
        path.push(subtree(start, end, &mut full)?);
    }
    path.reverse();
    Ok(path)
}

/// The root of the tree of `size` leaves, from its full nodes.
pub fn root_of<E>(size: u64, mut full: impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
    subtree(0, size, &mut full)
}

/// All full nodes of a tree whose leaf hashes are at hand, for trees small enough to keep whole,
/// such as that of a block's items.
#[derive(Debug, Clone, Default)]
pub struct FullNodes {
    size: u64,
    nodes: BTreeMap<Node, Hash>,
}

impl FullNodes {
    /// Hashes the whole tree once.
    pub fn of<'a>(leaves: impl IntoIterator<Item = &'a Hash>) -> Self {
        let mut nodes = BTreeMap::new();
        let mut frontier = Frontier::new();
        for leaf in leaves {
            frontier.append_with(*leaf, |node, hash| {
                nodes.insert(node, *hash);
            });
        }
        Self {
            size: frontier.size(),
            nodes,
        }
    }

    /// The hash of a full node.
    pub fn get(&self, node: Node) -> Option<Hash> {
        self.nodes.get(&node).copied()
    }

    /// The path of leaf `index`; `None` if there is no such leaf.
    pub fn inclusion_path(&self, index: u64) -> Option<Vec<Hash>> {
        inclusion_path(index, self.size, |node| self.get(node).ok_or(())).ok()
    }
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// Hash of the subtree over leaves `start..end`, where `start` is a multiple of the power of two
/// that covers the range (true of every subtree of a tree).
fn subtree<E>(
    start: u64,
    end: u64,
    full: &mut impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Hash, E> {
    let mut hash = None;
    let nodes: Vec<_> = Frontier::peak_nodes(end - start).collect();
    for node in nodes.into_iter().rev() {
        let index = node.index + (start >> node.level);
        let left = full(Node {
            level: node.level,
            index,
        })?;
        hash = Some(match hash {
            None => left,
            Some(right) => node_hash(&left, &right),
        });
    }
    Ok(hash.unwrap_or_else(super::empty_root))
}
