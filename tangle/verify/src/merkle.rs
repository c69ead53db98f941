//! Merkle trees of RFC 9162 section 2.1 over SHA-256: hashing, and checking that a leaf is in a
//! tree (2.1.3) and that one tree continues another (2.1.4). The same code serves the small tree
//! of a block's items and the log of everything ordered.
//!
//! A tree of n leaves is the largest perfect tree below n leaves on the left and a tree of the
//! rest on the right, so nodes never change once they are full: [`Frontier`] appends keeping only
//! log n of them, and [`path`] makes proofs from a lookup of full nodes.

use sha2::{Digest, Sha256};
use thiserror::Error;

mod frontier;
pub mod path;
pub mod tile;

pub use frontier::{Frontier, Node};
pub use path::{FullNodes, PathError, consistency_path, inclusion_path};

/// A SHA-256 hash in a tree.
pub type Hash = [u8; 32];

/// A proof that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MerkleError {
    /// The leaf index is not below the tree's size.
    #[error("leaf {index} is outside a tree of {size} leaves")]
    Outside {
        /// Index of the leaf.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// Nothing can be proved about trees of these sizes.
    #[error("a tree of {from} leaves cannot be shown to continue in one of {to}")]
    Sizes {
        /// Leaves in the earlier tree.
        from: u64,
        /// Leaves in the later tree.
        to: u64,
    },
    /// Too many or too few hashes for the sizes.
    #[error("the path has the wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the path leads to another root")]
    Root,
}

/// Hash of a leaf: SHA-256(0x00 | data).
pub fn leaf_hash(data: &[u8]) -> Hash {
    leaf_hash_of(&[data])
}

/// Hash of a leaf whose data comes in parts.
pub fn leaf_hash_of(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new_with_prefix([0x00]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// Hash of a node: SHA-256(0x01 | left | right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new_with_prefix([0x01]);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
}

/// Root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Root of the tree over these leaf hashes.
pub fn root_from_leaves<'a>(leaves: impl IntoIterator<Item = &'a Hash>) -> Hash {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.append(*leaf);
    }
    frontier.root()
}

/// Checks that `leaf` (a leaf hash) is number `index` of the `size` leaves below `root`. The
/// path runs from the leaf's sibling up to the child of the root.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), MerkleError> {
    let reached = root_from_inclusion(leaf, index, size, path)?;
    if reached == *root {
        Ok(())
    } else {
        Err(MerkleError::Root)
    }
}

/// The root that a path leads to (RFC 9162 section 2.1.3.2, steps 1 to 4).
pub fn root_from_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
) -> Result<Hash, MerkleError> {
    if index >= size {
        return Err(MerkleError::Outside { index, size });
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(MerkleError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // On the right edge the node moves up alone until it is a right child.
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last == 0 {
        Ok(hash)
    } else {
        Err(MerkleError::Length)
    }
}

/// Checks that the tree of `to` leaves with root `to_root` starts with the `from` leaves of the
/// tree with root `from_root` (RFC 9162 section 2.1.4.2). Equal trees need an empty path;
/// nothing is proved about an empty tree, so `from` is at least 1.
pub fn verify_consistency(
    (from, from_root): (u64, &Hash),
    (to, to_root): (u64, &Hash),
    path: &[Hash],
) -> Result<(), MerkleError> {
    if from == 0 || from > to {
        return Err(MerkleError::Sizes { from, to });
    }
    if from == to {
        return match (path.is_empty(), from_root == to_root) {
            (false, _) => Err(MerkleError::Length),
            (true, false) => Err(MerkleError::Root),
            (true, true) => Ok(()),
        };
    }
    // A tree of 2^k leaves is itself the first node of the path.
    let (first, rest) = match (from.is_power_of_two(), path.split_first()) {
        (true, _) => (from_root, path),
        (false, Some((first, rest))) => (first, rest),
        (false, None) => return Err(MerkleError::Length),
    };
    let skipped = (from - 1).trailing_ones();
    let (mut node, mut last) = ((from - 1) >> skipped, (to - 1) >> skipped);
    let (mut old, mut new) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return Err(MerkleError::Length);
        }
        if node & 1 == 1 || node == last {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            new = node_hash(&new, hash);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(MerkleError::Length);
    }
    if old == *from_root && new == *to_root {
        Ok(())
    } else {
        Err(MerkleError::Root)
    }
}

#[cfg(test)]
mod tests;
