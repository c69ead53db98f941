//! Tile paths and bytes: the examples of the standard, every spelling near them, and proofs made
//! from nothing but tiles.

use std::collections::BTreeMap;
use std::string::String;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::merkle::{
    FullNodes, consistency_path, inclusion_path, leaf_hash, root_from_leaves, verify_consistency,
    verify_inclusion,
};

fn tile(level: Option<u8>, index: u64, width: u16) -> Tile {
    Tile {
        level,
        index,
        width,
    }
}

#[test]
fn paths_are_those_of_the_standard() {
    let table = [
        (tile(Some(0), 1_234_067, 256), "tile/0/x001/x234/067"),
        (tile(Some(0), 0, 256), "tile/0/000"),
        (tile(Some(0), 273, 112), "tile/0/273.p/112"),
        (tile(Some(1), 1, 17), "tile/1/001.p/17"),
        (tile(Some(63), 999, 1), "tile/63/999.p/1"),
        (tile(None, 1000, 256), "tile/entries/x001/000"),
        (tile(None, 7, 255), "tile/entries/007.p/255"),
        (
            tile(Some(0), u64::MAX, 256),
            "tile/0/x018/x446/x744/x073/x709/x551/615",
        ),
    ];
    for (tile, path) in table {
        assert_eq!(tile.path(), path);
        assert_eq!(Tile::from_path(path), Some(tile));
    }
}

#[test]
fn a_tile_has_one_path() {
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/001",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/+01",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/2",
        "tile/0/x001.p/1/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/entries",
        "tile/Entries/000",
        "tile/0/000/",
        "tile/0/\u{661}\u{662}\u{663}",
    ] {
        assert_eq!(Tile::from_path(path), None, "{path}");
    }
}

#[test]
fn a_tree_of_70000_leaves_has_the_tiles_the_standard_counts() {
    let tiles: Vec<_> = Tile::all(70_000).collect();
    let count = |level, full| {
        let of_level = tiles.iter().filter(|tile| tile.level == Some(level));
        of_level
            .filter(|tile| (tile.width == TILE_WIDTH) == full)
            .count()
    };
    assert_eq!((count(0, true), count(0, false)), (273, 1));
    assert_eq!((count(1, true), count(1, false)), (1, 1));
    assert_eq!((count(2, true), count(2, false)), (0, 1));
    assert!(tiles.contains(&tile(Some(0), 273, 112)));
    assert!(tiles.contains(&tile(Some(1), 1, 17)));
    assert!(tiles.contains(&tile(Some(2), 0, 1)));
    assert!(tiles.iter().all(|tile| tile.is_in(70_000)));
    let small: Vec<_> = Tile::all(256).collect();
    assert_eq!(small, [tile(Some(0), 0, 256), tile(Some(1), 0, 1)]);
    assert_eq!(Tile::all(0).count(), 0);
}

#[test]
fn tiles_beyond_the_tree_are_not_in_it() {
    for (tile, size, is_in) in [
        (tile(Some(0), 0, 5), 5, true),
        (tile(Some(0), 0, 6), 5, false),
        (tile(Some(0), 1, 1), 256, false),
        (tile(Some(1), 0, 1), 256, true),
        (tile(Some(1), 0, 1), 255, false),
        (tile(None, 0, 5), 5, true),
        (tile(None, 0, 6), 5, false),
        (tile(Some(0), u64::MAX, 256), u64::MAX, false),
        (tile(Some(63), 0, 1), u64::MAX, false),
    ] {
        assert_eq!(tile.is_in(size), is_in, "{tile} of {size}");
    }
}

/// A log kept as nothing but files.
fn files(leaves: &[Hash]) -> BTreeMap<String, Vec<u8>> {
    let tree = FullNodes::of(leaves);
    let bytes = |tile: &Tile| tile.nodes().flat_map(|node| tree.get(node).unwrap());
    Tile::all(leaves.len() as u64)
        .map(|tile| (tile.path(), bytes(&tile).collect()))
        .collect()
}

#[test]
fn every_proof_can_be_made_from_tiles() {
    for size in [1, 2, 255, 256, 257, 700, 70_000_u64] {
        let leaves: Vec<_> = (0..size).map(|at| leaf_hash(&at.to_be_bytes())).collect();
        let (files, root) = (files(&leaves), root_from_leaves(&leaves));
        let node = |node| {
            let tile = Tile::of(node, size);
            let bytes = files.get(&tile.path()).ok_or(node)?;
            tile.node(node, bytes).ok_or(node)
        };
        for index in [0, size / 3, size / 2, size - 1] {
            let path = inclusion_path(index, size, node).unwrap();
            let leaf = &leaves[usize::try_from(index).unwrap()];
            assert_eq!(verify_inclusion(leaf, index, size, &path, &root), Ok(()));
            let from = index + 1;
            let path = consistency_path(from, size, node).unwrap();
            let earlier = root_from_leaves(&leaves[..usize::try_from(from).unwrap()]);
            let held = verify_consistency((from, &earlier), (size, &root), &path);
            assert_eq!(held, Ok(()), "{from} to {size}");
        }
    }
}

#[test]
fn bytes_of_another_length_are_no_tile() {
    let tile = tile(Some(0), 0, 3);
    let node = Node { level: 0, index: 2 };
    assert_eq!(tile.node(node, &[7; 96]), Some([7; 32]));
    for (node, bytes) in [
        (node, &[7; 95][..]),
        (node, &[7; 128]),
        (node, &[]),
        (Node { level: 0, index: 3 }, &[7; 96]),
        (Node { level: 2, index: 0 }, &[7; 96]),
        (Node { level: 8, index: 0 }, &[7; 96]),
    ] {
        assert_eq!(
            tile.node(node, bytes),
            None,
            "{node:?}, {} bytes",
            bytes.len()
        );
    }
}

#[test]
fn bundles_give_their_entries_back() {
    let long = vec![9; 65_535];
    let list: [&[u8]; 3] = [b"", b"one", &long];
    let bytes = bundle(list).unwrap();
    assert_eq!(&bytes[..7], b"\0\0\0\x03one");
    assert_eq!(entries(&bytes), Some(list.to_vec()));
    assert_eq!(bundle([&vec![0; 65_536][..]]), None);
    assert_eq!(entries(&bytes[..bytes.len() - 1]), None);
    assert_eq!(entries(&[0]), None);
    assert_eq!(entries(&[0; 2 * 256]).map(|list| list.len()), Some(256));
    assert_eq!(entries(&[0; 2 * 257]), None);
}
