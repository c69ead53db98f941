//! The waiting room stays within its bounds and forgets nothing it should not.

use super::*;
use crate::limits;
use crate::testing::world::{FOUNDED_MS, Place, World, item};
use tangle_verify::Hlc;

fn orphan(world: &World, author: &str, at: u64) -> (VerifiedBlock, BTreeSet<BlockId>) {
    let missing = BlockId::new(*blake3::hash(&at.to_le_bytes()).as_bytes());
    let place = Place {
        parents: vec![missing],
        hlc: Hlc(FOUNDED_MS << 16),
        ..Place::default()
    };
    let block = world.block(author, place, vec![item(&at.to_string())]);
    (block, BTreeSet::from([missing]))
}

#[test]
fn one_author_cannot_fill_the_room() {
    let world = World::new();
    let mut room = WaitingRoom::default();
    let per_author = limits::WAITING_BLOCKS_PER_AUTHOR_MAX as u64;
    for at in 0..per_author + 10 {
        let (block, missing) = orphan(&world, "flood", at);
        assert_eq!(room.park(block, missing, 0), at < per_author, "block {at}");
    }
    let (block, missing) = orphan(&world, "quiet", 1);
    assert!(room.park(block, missing, 0));
    assert_eq!(room.len() as u64, per_author + 1);
}

#[test]
fn the_room_is_bounded_whoever_comes() {
    let world = World::new();
    let mut room = WaitingRoom::default();
    let mut refused = 0;
    for at in 0..limits::WAITING_BLOCKS_MAX as u64 + 50 {
        let (block, missing) = orphan(&world, &format!("author {}", at % 40), at);
        refused += u64::from(!room.park(block, missing, at));
    }
    assert_eq!((room.len(), refused), (limits::WAITING_BLOCKS_MAX, 50));
    let last = limits::WAITING_BLOCKS_MAX as u64 - 1;
    assert_eq!(
        room.expire(limits::WAITING_MS_MAX).len(),
        1,
        "only what came at 0"
    );
    assert_eq!(
        room.expire(limits::WAITING_MS_MAX + last).len(),
        limits::WAITING_BLOCKS_MAX - 1
    );
    assert!(room.is_empty() && room.bytes == 0);
    assert!(room.wanted.is_empty() && room.per_author.is_empty() && room.by_age.is_empty());
}

#[test]
fn a_block_leaves_when_the_last_parent_comes() {
    let world = World::new();
    let mut room = WaitingRoom::default();
    let (block, mut missing) = orphan(&world, "a", 1);
    let first = *missing.first().unwrap();
    let second = BlockId::new([2; 32]);
    missing.insert(second);
    assert!(room.park(block.clone(), missing.clone(), 0));
    assert!(
        room.park(block.clone(), missing, 5),
        "again is no second place"
    );
    assert_eq!(room.len(), 1);
    assert!(room.release(&first).is_empty());
    assert_eq!(room.missing(block.id()), Some(&BTreeSet::from([second])));
    assert_eq!(room.release(&second), [block]);
    assert!(room.is_empty() && room.wanted.is_empty() && room.bytes == 0);
}
