//! The Merkle tree over the ordered log, kept in the index: all leaf hashes, and the full nodes
//! of every fourth level. What lies between is put together from at most 16 stored nodes, which
//! keeps a leaf at 34 bytes and a proof at a few dozen hashes.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use tangle_verify::merkle::path::{inclusion_path, root_of};
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

/// Stored nodes below one stored node: neighbours, from which a path takes up to four hashes.
const WIDTH: u64 = 1 << LEVEL_STEP;
/// Nodes of this level and above are kept: below, there are too many of them.
const KEPT_LEVEL: u8 = 8;
/// So many groups of neighbours are kept, of 1 KiB each; they cover 16 million leaves.
const KEPT_MAX: usize = 4096;

/// Nodes that many proofs need: full ones, which never change, of the upper levels, and those at
/// the right edge of the tree that is proved. Whoever uses them holds the result against a root.
#[derive(Debug, Default)]
pub(super) struct Kept(RwLock<Groups>);

#[derive(Debug, Default)]
struct Groups {
    full: BTreeMap<(u8, u64), Group>,
    /// The leaves of the tree whose right edge is kept.
    size: u64,
    edge: BTreeMap<Node, Hash>,
}

/// Sixteen neighbours, and what lies between them and the node above.
#[derive(Debug)]
struct Group(Vec<Vec<Hash>>);

impl Group {
    fn of(rows: Vec<Hash>) -> Self {
        let mut levels = vec![rows];
        while let Some(below) = levels.last()
            && below.len() > 2
        {
            let pairs = below.as_chunks::<2>().0;
            let above = pairs.iter().map(|[left, right]| node_hash(left, right));
            levels.push(above.collect());
        }
        Self(levels)
    }

    fn get(&self, node: Node, shift: u8) -> Option<Hash> {
        let level = self.0.get(usize::from(shift))?;
        let at = node.index % (WIDTH >> shift);
        level.get(usize::try_from(at).ok()?).copied()
    }
}

impl Kept {
    fn get(&self, node: Node, size: u64) -> Option<Hash> {
        let groups = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (level, shift) = stored_below(node);
        let group = (level, (node.index << shift) / WIDTH);
        let full = groups.full.get(&group);
        full.and_then(|group| group.get(node, shift)).or_else(|| {
            let edge = groups.size == size;
            edge.then(|| groups.edge.get(&node).copied()).flatten()
        })
    }

    fn keep_group(&self, group: (u8, u64), rows: &[Hash]) {
        let full = Group::of(rows.to_vec());
        let mut groups = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if groups.full.len() >= KEPT_MAX {
            groups.full.clear();
        }
        groups.full.insert(group, full);
    }

    fn keep_edge(&self, node: Node, size: u64, hash: Hash) {
        let mut groups = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if groups.size != size {
            groups.size = size;
            groups.edge.clear();
        }
        groups.edge.insert(node, hash);
    }
}

/// The nodes of a tree of `size` leaves: kept ones, and stored ones that are read sixteen
/// neighbours at a time.
struct Nodes<'a> {
    index: &'a Index,
    kept: &'a Kept,
    size: u64,
    read: Vec<(u8, u64, Vec<Hash>)>,
}

impl<'a> Nodes<'a> {
    fn new(index: &'a Index, kept: &'a Kept, size: u64) -> Self {
        let read = Vec::new();
        Self {
            index,
            kept,
            size,
            read,
        }
    }

    fn node(&mut self, node: Node) -> Result<Hash, Broken> {
        if let Some(hash) = self.kept.get(node, self.size) {
            return Ok(hash);
        }
        let (level, shift) = stored_below(node);
        let first = node.index << shift;
        let group = first / WIDTH;
        let at = usize::try_from(first % WIDTH).unwrap_or(0);
        let known = |it: &(u8, u64, Vec<Hash>)| (it.0, it.1) == (level, group);
        if !self.read.iter().any(known) {
            let rows = self.index.nodes(level, group * WIDTH, WIDTH)?;
            if level >= KEPT_LEVEL && rows.len() as u64 == WIDTH {
                self.kept.keep_group((level, group), &rows);
            }
            self.read.push((level, group, rows));
        }
        let rows = self.read.iter().find(|it| known(it));
        let rows = rows.and_then(|(.., rows)| rows.get(at..at + (1 << shift)));
        let hash = fold(rows.unwrap_or_default()).ok_or_else(|| missing(level, first))?;
        let end = self.size >> node.level;
        if end % 2 == 1 && node.index == end - 1 {
            self.kept.keep_edge(node, self.size, hash);
        }
        Ok(hash)
    }
}

/// The path from a leaf to the root of the tree of `size` leaves.
pub(super) fn path(
    index: &Index,
    kept: &Kept,
    leaf: u64,
    size: u64,
) -> Result<Vec<Hash>, ProveError> {
    use tangle_verify::merkle::path::PathError;
    let mut nodes = Nodes::new(index, kept, size);
    inclusion_path(leaf, size, |at| nodes.node(at)).map_err(|error| match error {
        PathError::Outside { .. } => ProveError::NotFinal,
        PathError::Lookup(broken) => ProveError::Broken(broken),
    })
}

/// The root of the tree of `size` leaves, which are there.
pub(super) fn root(index: &Index, kept: &Kept, size: u64) -> Result<Hash, Broken> {
    let mut nodes = Nodes::new(index, kept, size);
    root_of(size, |at| nodes.node(at))
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tangle_verify::merkle::{FullNodes, leaf_hash, root_from_leaves, verify_inclusion};

    use super::*;
    use crate::store::files::Files;
    use crate::testing::disk::{Disk, Random};

    #[test]
    fn kept_nodes_give_the_paths_that_the_leaves_give() {
        let file = Disk::new().create(INDEX).unwrap();
        let index = Index::open(Arc::clone(&file), 1 << 20, false).unwrap();
        let (kept, mut frontier) = (Kept::default(), Frontier::new());
        let mut random = Random(5);
        let mut all: Vec<Hash> = Vec::new();
        // The right edge of one tree must not be taken for that of the next one.
        for more in [1_u64, 15, 1, 4, 250, 3825, 1, 4095, 7, 1000] {
            let leaf = |at: u64| leaf_hash(&[more, at].map(u64::to_le_bytes).concat());
            let leaves: Vec<Hash> = (0..more).map(leaf).collect();
            index.add(|rows| append(&mut frontier, &leaves, rows));
            all.extend(leaves);
            let size = all.len() as u64;
            let (model, wanted) = (FullNodes::of(&all), frontier.root());
            assert_eq!(root(&index, &kept, size).unwrap(), wanted);
            for _ in 0..60 {
                let leaf = random.draw() % size;
                let found = path(&index, &kept, leaf, size).unwrap();
                assert_eq!(model.inclusion_path(leaf).as_ref(), Some(&found));
                let hash = &all[usize::try_from(leaf).unwrap()];
                assert_eq!(verify_inclusion(hash, leaf, size, &found, &wanted), Ok(()));
            }
            let older = random.draw() % size + 1;
            let known = root_from_leaves(&all[..usize::try_from(older).unwrap()]);
            assert_eq!(root(&index, &kept, older).unwrap(), known);
        }
        let groups = kept.0.read().unwrap();
        assert!(groups.full.keys().all(|(level, _)| *level >= KEPT_LEVEL));
        assert_eq!(
            groups.full.len(),
            2,
            "of 9,199 leaves, two groups of level 8 are full"
        );
    }

    #[test]
    fn a_bound_holds_for_what_is_kept() {
        let kept = Kept::default();
        for group in 0..2 * KEPT_MAX as u64 + 5 {
            kept.keep_group((KEPT_LEVEL, group), &[[7; 32]; 16]);
        }
        assert_eq!(kept.0.read().unwrap().full.len(), 5);
    }
}
