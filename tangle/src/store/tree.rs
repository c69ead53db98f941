//! The Merkle tree over the ordered log, kept in the index: all leaf hashes, and the full nodes
//! of every fourth level. What lies between is put together from at most 16 stored nodes, which
//! keeps a leaf at 34 bytes and a proof at a few dozen hashes.

use tangle_verify::merkle::path::inclusion_path;
use tangle_verify::merkle::{Frontier, Hash, Node, node_hash};

use super::index::{INDEX, Index};
use super::rows::{Rows, node_key};
use crate::error::{Broken, ProveError};

/// Stored are the levels that are multiples of this.
const LEVEL_STEP: u8 = 4;

/// Appends leaves, handing full nodes of stored levels to `rows`.
pub(super) fn append(frontier: &mut Frontier, leaves: &[Hash], rows: &mut Rows) {
    for leaf in leaves {
        frontier.append_with(*leaf, |node, hash| {
            if node.level.is_multiple_of(LEVEL_STEP) {
                rows.nodes.insert(node_key(node.level, node.index), *hash);
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
        return index
            .node(node_key(node.level, node.index))?
            .ok_or_else(missing);
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

/// The right edge of the tree of `size` leaves, computed from the stored leaf hashes alone; every
/// other stored node is held against what comes out. `at` is called with the tree at each size.
pub(super) fn recompute(
    index: &Index,
    size: u64,
    mut at: impl FnMut(&Frontier),
) -> Result<Frontier, Broken> {
    let mut frontier = Frontier::new();
    let mut wrong = None;
    let mut upper = Vec::new();
    index.each_node(node_key(0, 0), node_key(0, size), |key, hash| {
        if key != node_key(0, frontier.size()) {
            let what = format!("leaf {} of the log is missing", frontier.size());
            return Err(Broken::corrupt(INDEX, 0, what));
        }
        frontier.append_with(hash, |node, hash| {
            if node.level > 0 && node.level.is_multiple_of(LEVEL_STEP) {
                upper.push((node, *hash));
            }
        });
        at(&frontier);
        Ok(())
    })?;
    for (node, hash) in upper {
        if index.node(node_key(node.level, node.index))? != Some(hash) {
            wrong = wrong.or(Some(node));
        }
    }
    if frontier.size() != size {
        let what = format!("the log's tree has {} leaves, not {size}", frontier.size());
        return Err(Broken::corrupt(INDEX, 0, what));
    }
    match wrong {
        Some(Node { level, index }) => {
            let what = format!("node {index} of level {level} does not fit the leaves below it");
            Err(Broken::corrupt(INDEX, 0, what))
        }
        None => Ok(frontier),
    }
}
