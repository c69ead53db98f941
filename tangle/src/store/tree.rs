//! The Merkle tree over the ordered log, kept in the index: all leaf hashes, and the full nodes
//! of every fourth level. What lies between is put together from at most 16 stored nodes, which
//! keeps a leaf at 34 bytes and a proof at a few dozen hashes.

use tangle_verify::merkle::path::inclusion_path;
use tangle_verify::merkle::{Frontier, Hash, Node, node_hash};

use super::index::{INDEX, Index, Overlay};

use crate::error::{Broken, ProveError};

/// Stored are the levels that are multiples of this.
const LEVEL_STEP: u8 = 4;
/// Leaves read in one go where all of them are.
const LEAVES_AT_ONCE: u64 = 4096;

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
    let (level, shift) = stored_below(node);
    let first = node.index << shift;
    if shift == 0 {
        return index
            .node(level, first)?
            .ok_or_else(|| missing(level, first));
    }
    let rows = index.nodes(level, first, 1 << shift)?;
    fold(&rows)
        .filter(|_| rows.len() == 1 << shift)
        .ok_or_else(|| missing(level, first))
}

/// The stored level that a node is put together from, and how many levels lie between.
fn stored_below(node: Node) -> (u8, u8) {
    let shift = node.level % LEVEL_STEP;
    (node.level - shift, shift)
}

fn missing(level: u8, first: u64) -> Broken {
    let what = format!("node {first} of level {level} of the log is missing, or one soon after it");
    Broken::corrupt(INDEX, 0, what)
}

/// The root over a power of two of nodes; `None` of none.
fn fold(nodes: &[Hash]) -> Option<Hash> {
    match nodes {
        [] => None,
        [one] => Some(*one),
        _ => {
            let (left, right) = nodes.split_at(nodes.len() / 2);
            Some(node_hash(&fold(left)?, &fold(right)?))
        }
    }
}

/// Stored nodes that were read, sixteen neighbours at a time: those below one stored node, from
/// which a path takes up to four of its hashes.
struct Neighbours<'a> {
    index: &'a Index,
    read: Vec<(u8, u64, Vec<Hash>)>,
}

impl Neighbours<'_> {
    fn node(&mut self, node: Node) -> Result<Hash, Broken> {
        const WIDTH: u64 = 1 << LEVEL_STEP;
        let (level, shift) = stored_below(node);
        let first = node.index << shift;
        let group = first / WIDTH;
        let known = |it: &&(u8, u64, Vec<Hash>)| (it.0, it.1) == (level, group);
        let at = usize::try_from(first % WIDTH).unwrap_or(0);
        if let Some((.., rows)) = self.read.iter().find(known) {
            let rows = rows.get(at..at + (1 << shift)).unwrap_or_default();
            return fold(rows).ok_or_else(|| missing(level, first));
        }
        let rows = self.index.nodes(level, group * WIDTH, WIDTH)?;
        self.read.push((level, group, rows));
        let rows = self.read.last().map_or(&[][..], |(.., rows)| rows);
        let rows = rows.get(at..at + (1 << shift)).unwrap_or_default();
        fold(rows).ok_or_else(|| missing(level, first))
    }
}

/// The path from a leaf to the root of the tree of `size` leaves.
pub(super) fn path(index: &Index, leaf: u64, size: u64) -> Result<Vec<Hash>, ProveError> {
    use tangle_verify::merkle::path::PathError;
    let read = Vec::new();
    let mut neighbours = Neighbours { index, read };
    inclusion_path(leaf, size, |at| neighbours.node(at)).map_err(|error| match error {
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
    while frontier.size() < size {
        let (next, left) = (frontier.size(), size - frontier.size());
        let leaves = index.nodes(0, next, left.min(LEAVES_AT_ONCE))?;
        if leaves.is_empty() {
            return Err(missing(0, next));
        }
        for leaf in leaves {
            frontier.append_with(leaf, |node, hash| {
                if node.level > 0 && node.level.is_multiple_of(LEVEL_STEP) {
                    upper.push((node, *hash));
                }
            });
        }
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
