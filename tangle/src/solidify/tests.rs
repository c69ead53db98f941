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

#[test]
fn attack_a_million_orphans_leave_memory_flat() {
    // 4,500 blocks of 60 authors come again and again, each time waiting for something else.
    let world = World::new();
    let blocks: Vec<_> = (0..4500_u64)
        .map(|at| orphan(&world, &format!("author {}", at % 60), at).0)
        .collect();
    let mut room = WaitingRoom::default();
    let mut parked = 0_u64;
    for at in 0..1_000_000_u64 {
        let block = &blocks[usize::try_from(at % 4500).unwrap()];
        let missing: BTreeSet<_> = (0..=at % 8)
            .map(|which| {
                let mut id = [u8::try_from(which).unwrap(); 32];
                id[..8].copy_from_slice(&at.to_le_bytes());
                BlockId::new(id)
            })
            .collect();
        parked += u64::from(room.park(block.clone(), missing, at));
        room.expire(at);
        assert!(room.len() <= limits::WAITING_BLOCKS_MAX);
        assert!(room.wanted.len() <= limits::WAITING_BLOCKS_MAX * 8);
        assert!(room.bytes <= limits::WAITING_BYTES_MAX);
    }
    assert!(parked > 4000, "{parked} parked");
    room.expire(u64::MAX);
    assert!(room.is_empty() && room.wanted.is_empty() && room.by_age.is_empty());
    assert!(room.per_author.is_empty() && room.bytes == 0);
}
