//! RFC 9162 trees: against published vectors, against a naive recursion, and against each other.

use std::path::PathBuf;
use std::string::String;
use std::vec::Vec;
use std::{eprintln, format, fs, vec};

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::*;

/// The tree head as RFC 9162 section 2.1.1 defines it, by recursion.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let middle = leaves.len().next_power_of_two() / 2;
            node_hash(
                &naive_root(&leaves[..middle]),
                &naive_root(&leaves[middle..]),
            )
        }
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|index| leaf_hash(&index.to_be_bytes()))
        .collect()
}

#[test]
fn every_small_tree_proves_every_leaf_and_no_other() {
    for size in 0..=33 {
        let leaves = leaves(size);
        let root = root_from_leaves(&leaves);
        assert_eq!(root, naive_root(&leaves), "size {size}");
        let tree = FullNodes::of(&leaves);
        assert_eq!(tree.inclusion_path(size), None);
        for index in 0..size {
            let path = tree.inclusion_path(index).unwrap();
            for (at, leaf) in (0..).zip(&leaves) {
                let found = verify_inclusion(leaf, at, size, &path, &root);
                assert_eq!(
                    found.is_ok(),
                    at == index,
                    "leaf {at} by path of {index} of {size}"
                );
            }
            let leaf = &leaves[usize::try_from(index).unwrap()];
            for other in (0..=size).filter(|other| *other != index) {
                let found = verify_inclusion(leaf, other, size, &path, &root);
                assert!(found.is_err(), "leaf {index} of {size} taken for {other}");
            }
        }
    }
}

#[test]
fn every_small_tree_proves_every_earlier_one() {
    for to in 1..=33 {
        let later = leaves(to);
        let tree = FullNodes::of(&later);
        let to_root = naive_root(&later);
        for from in 1..=to {
            let from_root = naive_root(&later[..usize::try_from(from).unwrap()]);
            let path = consistency_path(from, to, |node| tree.get(node).ok_or(node)).unwrap();
            let check =
                |path: &[Hash]| verify_consistency((from, &from_root), (to, &to_root), path);
            assert_eq!(check(&path), Ok(()), "{from} to {to}");
            for at in 0..path.len() {
                let mut bad = path.clone();
                bad[at][0] ^= 1;
                assert!(check(&bad).is_err(), "{from} to {to}, hash {at} changed");
                bad.remove(at);
                assert!(check(&bad).is_err(), "{from} to {to}, hash {at} missing");
            }
            let longer = [&path[..], &[from_root]].concat();
            assert_eq!(
                check(&longer),
                Err(MerkleError::Length),
                "{from} to {to}, one too many"
            );
            if from < to {
                let swapped = verify_consistency((from, &to_root), (to, &from_root), &path);
                assert!(swapped.is_err(), "{from} to {to}, roots swapped");
            }
        }
    }
}

#[test]
fn nothing_is_proved_about_an_empty_or_a_shrinking_tree() {
    let root = empty_root();
    for (from, to) in [(0, 0), (0, 1), (2, 1)] {
        let found = verify_consistency((from, &root), (to, &root), &[]);
        assert_eq!(found, Err(MerkleError::Sizes { from, to }));
        let made = consistency_path(from, to, |_| Ok::<_, ()>(root));
        assert_eq!(
            made,
            Err(PathError::Outside {
                asked: from,
                size: to
            })
        );
    }
    let found = verify_inclusion(&root, 0, 0, &[], &root);
    assert_eq!(found, Err(MerkleError::Outside { index: 0, size: 0 }));
}

#[test]
fn the_frontier_reports_each_full_node_once_and_continues_from_its_peaks() {
    let leaves = leaves(100);
    let mut frontier = Frontier::new();
    let mut seen = vec![];
    for (count, leaf) in (1u64..).zip(&leaves) {
        frontier.append_with(*leaf, |node, hash| seen.push((node, *hash)));
        let peaks = frontier.peaks().to_vec();
        assert_eq!(
            Frontier::from_peaks(count, peaks.clone()),
            Some(frontier.clone())
        );
        assert_eq!(
            Frontier::from_peaks(count + 1, peaks.clone()).is_some(),
            (count + 1).count_ones() as usize == peaks.len()
        );
        let nodes: Vec<Hash> = Frontier::peak_nodes(count)
            .map(|peak| seen.iter().find(|(node, _)| *node == peak).unwrap().1)
            .collect();
        assert_eq!(nodes, peaks, "peaks of {count} leaves");
    }
    let mut nodes: Vec<_> = seen.iter().map(|(node, _)| *node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    assert_eq!(nodes.len(), seen.len());
    assert_eq!(nodes.len(), 100 + 50 + 25 + 12 + 6 + 3 + 1);
    for (node, hash) in seen {
        let from = usize::try_from(node.index << node.level).unwrap();
        assert_eq!(
            hash,
            naive_root(&leaves[from..from + (1 << node.level)]),
            "{node:?}"
        );
    }
}

#[test]
fn a_failed_lookup_is_passed_on() {
    assert_eq!(
        inclusion_path(1, 4, |_| Err("gone")),
        Err(PathError::Lookup("gone"))
    );
    assert_eq!(
        inclusion_path(4, 4, |_| Err("gone")),
        Err(PathError::Outside { asked: 4, size: 4 })
    );
}

#[test]
fn paths_of_huge_trees_need_few_lookups() {
    for (index, size) in [
        (0, u64::MAX),
        (u64::MAX - 1, u64::MAX),
        (1 << 62, (1 << 63) + 1),
    ] {
        let mut lookups = 0;
        let path = inclusion_path(index, size, |_| {
            lookups += 1;
            Ok::<_, ()>([7; 32])
        });
        assert!(
            path.unwrap().len() <= 64 && lookups <= 128,
            "{index} of {size}: {lookups}"
        );
    }
}

proptest! {
    #[test]
    fn a_path_checks_out_and_a_changed_one_does_not(
        size in 1u64..3000, pick in any::<u64>(), flip in any::<(usize, usize, u8)>()
    ) {
        let leaves = leaves(size);
        let root = root_from_leaves(&leaves);
        let index = pick % size;
        let leaf = leaves[usize::try_from(index).unwrap()];
        let mut path = FullNodes::of(&leaves).inclusion_path(index).unwrap();
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &path, &root), Ok(()));
        if !path.is_empty() {
            let at = flip.0 % path.len();
            path[at][flip.1 % 32] ^= flip.2 | 1;
            prop_assert_eq!(
                verify_inclusion(&leaf, index, size, &path, &root), Err(MerkleError::Root));
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    desc: String,
    want_err: bool,
}

/// All vectors below a folder of the shared fixtures, by path; none where they are absent.
fn vectors<T: DeserializeOwned>(folder: &str) -> Vec<(PathBuf, T)> {
    let root = std::env::var_os("THERIAC_FIXTURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"),
        PathBuf::from,
    );
    let mut folders = vec![root.join("merkle").join(folder)];
    let mut found = vec![];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            eprintln!("SKIPPED: no Merkle vectors at {}", folder.display());
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read(&path).unwrap();
                found.push((path, serde_json::from_slice(&text).unwrap()));
            }
        }
    }
    found
}

/// A hash of the vectors; `None` where it is no hash, which our types refuse.
fn hash_of(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// A root of the consistency vectors, where arbitrary bytes may stand for a root as long as
/// equal ones stay equal.
fn root_of(text: &str) -> Hash {
    hash_of(text).unwrap_or_else(|| leaf_hash(text.as_bytes()))
}

/// A proof of the vectors; `None` where one of its entries is no hash, which our types refuse.
fn path_of(proof: Option<Vec<String>>) -> Option<Vec<Hash>> {
    proof
        .unwrap_or_default()
        .iter()
        .map(|text| hash_of(text))
        .collect()
}

#[test]
fn published_inclusion_vectors() {
    let vectors = vectors::<Inclusion>("inclusion");
    assert!(
        vectors.is_empty() || vectors.len() == 98,
        "{} vectors",
        vectors.len()
    );
    for (file, vector) in vectors {
        let read = || {
            Some((
                hash_of(&vector.leaf_hash)?,
                path_of(vector.proof)?,
                hash_of(&vector.root)?,
            ))
        };
        let found = read().is_some_and(|(leaf, path, root)| {
            verify_inclusion(&leaf, vector.leaf_idx, vector.tree_size, &path, &root).is_ok()
        });
        assert_eq!(
            found,
            !vector.want_err,
            "{}: {}",
            file.display(),
            vector.desc
        );
    }
}

#[test]
fn published_consistency_vectors() {
    let vectors = vectors::<Consistency>("consistency");
    assert!(
        vectors.is_empty() || vectors.len() == 98,
        "{} vectors",
        vectors.len()
    );
    for (file, vector) in vectors {
        let (old, new) = (root_of(&vector.root1), root_of(&vector.root2));
        let found = path_of(vector.proof).is_some_and(|path| {
            verify_consistency((vector.size1, &old), (vector.size2, &new), &path).is_ok()
        });
        let case = format!("{}: {}", file.display(), vector.desc);
        assert_eq!(found, !vector.want_err, "{case}");
    }
}
