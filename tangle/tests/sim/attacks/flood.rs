//! One author floods: a hundred times the blocks of all others, then blocks whose parents nobody
//! has, then more than its key's rate allows. The others are recorded and ordered beside it, tips
//! do not multiply, and its orphans fill its own share of the waiting room only.

use std::fmt::Write as _;

use tangle::registry::{Operation, Rate, Scope};
use tangle::testing::world::{FOUNDED_MS, Place, World, item, key_id};
use tangle::{BlockId, Hlc, ReceiptStatus, Rejected, VerifiedBlock, limits};

use super::Stage;
use crate::kit::NOW;

#[test]
fn a_hundredfold_author_holds_nobody_up() {
    let mut text = "a0\nb0 <- a0\nc0 <- b0\n".to_owned();
    let flood: Vec<String> = (0..300).map(|at| format!("f{at}")).collect();
    for name in &flood {
        writeln!(text, "{name}").unwrap();
    }
    let mut stage = Stage::new(&text);
    for (at, part) in flood.chunks(100).enumerate() {
        stage.record(&part.join(" "));
        stage.record(["a0", "b0", "c0"][at]);
        assert!(stage.node.tangle.reader().tips().len() <= 2);
        let order = stage.cut();
        assert!(
            order.contains(["a0", "b0", "c0"][at]),
            "left behind: {order}"
        );
    }
}

#[test]
fn orphans_fill_their_authors_share_only() {
    let mut stage = Stage::new("a0\nb0 <- a0\nf0");
    stage.record("f0");
    let world = World::new();
    let orphan = |author: &str, seq: u64| -> VerifiedBlock {
        let nowhere = nobody(author, seq);
        let hlc = Hlc((FOUNDED_MS + 1000) << 16);
        let place = Place {
            seq,
            prev: Some(nowhere),
            hlc,
            ..Place::default()
        };
        world.block(author, place, vec![item("orphan")])
    };
    let flood: Vec<_> = (1..400).map(|seq| orphan("f", seq)).collect();
    let statuses = stage.give_blocks(&flood);
    let full = ReceiptStatus::Rejected(Rejected::WaitingRoomFull);
    let refused = statuses.iter().filter(|status| **status == full).count();
    assert_eq!(refused, 399 - limits::WAITING_BLOCKS_PER_AUTHOR_MAX);
    assert_eq!(
        stage.node.tangle.stats().waiting,
        limits::WAITING_BLOCKS_PER_AUTHOR_MAX
    );
    let waits = |status: &ReceiptStatus| matches!(status, ReceiptStatus::Waiting { .. });
    assert!(
        stage.give("b0").iter().all(waits),
        "there is room for others"
    );
    stage.record("a0");
    assert!(stage.node.has(stage.dag.block("b0")).unwrap());
}

/// Bytes that are no block's id.
fn nobody(author: &str, seq: u64) -> BlockId {
    let mut bytes = [0xee; 32];
    bytes[..8].copy_from_slice(&seq.to_le_bytes());
    bytes[8] = author.as_bytes()[0];
    BlockId::new(bytes)
}

#[test]
fn a_key_with_a_rate_is_told_to_come_again() {
    let world = World::new();
    let mut stage = Stage::new("a0\nf0");
    let founding = stage.dag.founding.clone();
    let limit = Operation::Scope(Scope {
        key: key_id("f"),
        read_points: Vec::new(),
        gtin_prefixes: Vec::new(),
        rate: Some(Rate {
            per_second: 2,
            burst: 10,
        }),
    });
    let place = Place {
        seq: 1,
        prev: Some(*founding.id()),
        hlc: Hlc::next(FOUNDED_MS + 1, &[founding.header().hlc]),
        ..Place::default()
    };
    let limit = world.block("root", place, vec![limit.to_item([0; 16])]);
    stage.give_blocks(&[limit]);
    let mut chain = vec![founding];
    for seq in 0..100 {
        let last = chain.last().unwrap();
        let place = Place {
            seq,
            prev: (seq > 0).then_some(*last.id()),
            parents: if seq == 0 { vec![*last.id()] } else { vec![] },
            hlc: Hlc::next(FOUNDED_MS + 2, &[last.header().hlc]),
            ..Place::default()
        };
        chain.push(world.block("f", place, vec![item("flood")]));
    }
    let statuses = stage.give_blocks(&chain[1..]);
    let recorded = |status: &&ReceiptStatus| **status == ReceiptStatus::Recorded;
    assert_eq!(
        statuses.iter().filter(recorded).count(),
        10,
        "the burst and no more"
    );
    stage.record("a0");
    // Whoever comes again in time gets everything in.
    let mut now = NOW;
    for _ in 0..50 {
        now += 5000;
        stage.node.tangle.submit(chain.clone(), now).unwrap();
    }
    assert!(stage.node.has(&chain[100]).unwrap());
}
