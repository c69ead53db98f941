//! The Merkle tree over the ordered log, kept in the index: all leaf hashes, and the full nodes
//! of every fourth level. What lies between is put together from at most 16 stored nodes, which
//! keeps a leaf at 34 bytes and a proof at a few dozen hashes.

use tangle_verify::merkle::path::inclusion_path;
use tangle_verify::merkle::{Frontier, Hash, Node, node_hash};

use super::index::{INDEX, Index, Overlay};

use crate::error::{Broken, ProveError};

/// Stored are the levels that are multiples of this.
const LEVEL_STEP: u8 = 4;

/// Appends leaves, handing full nodes of stored levels to `rows`.
pub(super) fn append(frontier: &mut Frontier, leaves: &[Hash], rows: &mut Overlay) {
    for leaf in leaves {
        frontier.append_with(*leaf, |node, hash| {
            if node.level.is_multiple_of(LEVEL_STEP) {
                rows.node(node.level, *hash);
            }
        });
    }
}

/// A full node.
pub(super) fn node(index: &Index, node: Node) -> Result<Hash, Broken> {
    if node.level.is_multiple_of(LEVEL_STEP) {
        let missing = || {
            let what = format!(
                "node {} of level {} of the log is missing",
                node.index, node.level
            );
            Broken::corrupt(INDEX, 0, what)
        };
        return index.node(node.level, node.index)?.ok_or_else(missing);
    }
    let below = |side| Node {
        level: node.level - 1,
        index: node.index * 2 + side,
    };
    Ok(node_hash(
        &self::node(index, below(0))?,
        &self::node(index, below(1))?,
    ))
}

/// The path from a leaf to the root of the tree of `size` leaves.
pub(super) fn path(index: &Index, leaf: u64, size: u64) -> Result<Vec<Hash>, ProveError> {
    use tangle_verify::merkle::path::PathError;
    inclusion_path(leaf, size, |at| node(index, at)).map_err(|error| match error {
        PathError::Outside { .. } => ProveError::NotFinal,
        PathError::Lookup(broken) => ProveError::Broken(broken),
    })
}

/// The right edge of the tree of `size` leaves, from stored nodes.
pub(super) fn frontier(index: &Index, size: u64) -> Result<Frontier, Broken> {
    let peaks = Frontier::peak_nodes(size).map(|at| node(index, at));
    let peaks = peaks.collect::<Result<_, _>>()?;
    let wrong = || Broken::corrupt(INDEX, 0, format!("no tree has {size} leaves"));
    Frontier::from_peaks(size, peaks).ok_or_else(wrong)
}

/// As [`frontier`], computed from the stored leaf hashes alone; every other stored node is held
/// against what comes out.
pub(super) fn recompute(index: &Index, size: u64) -> Result<Frontier, Broken> {
    let mut frontier = Frontier::new();
    let mut upper = Vec::new();
    for number in 0..size {
        let leaf = Node {
            level: 0,
            index: number,
        };
        frontier.append_with(node(index, leaf)?, |node, hash| {
            if node.level > 0 && node.level.is_multiple_of(LEVEL_STEP) {
                upper.push((node, *hash));
            }
        });
        for (stored, hash) in upper.drain(..) {
            if node(index, stored)? != hash {
                let Node { level, index } = stored;
                let what =
                    format!("node {index} of level {level} does not fit the leaves below it");
                return Err(Broken::corrupt(INDEX, 0, what));
            }
        }
    }
    Ok(frontier)
}
