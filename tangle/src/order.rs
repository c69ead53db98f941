//! The total order of a cut: by causal depth, then by id.
//!
//! The rule is Kahn's algorithm with a heap keyed `(depth, id)`. Depth is the length of the
//! longest path to the genesis, a fact of the block itself, so whatever a block approves has a
//! smaller depth: the smallest key left is always free to go next, and the heap gives exactly
//! the sorted keys. Sorting them is the same order without the heap (the tests run the heap, on
//! petgraph, against it).
//!
//! It does not depend on the order of arrival, nor on how an author arranges parents, and a
//! block never comes before one it approves.

use tangle_verify::BlockId;

use crate::graph::Ranked;

/// The blocks of a cut, each with its causal depth, in their total order.
pub fn total_order(mut cut: Vec<Ranked>) -> Vec<BlockId> {
    cut.sort_unstable();
    cut.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests;
