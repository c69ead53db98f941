//! One author floods: a hundred times the blocks of all others, and then blocks whose parents
//! nobody has. The others are recorded and ordered beside it, tips do not multiply, and its
//! orphans fill its own share of the waiting room only.

use std::fmt::Write as _;

use tangle::testing::world::{FOUNDED_MS, Place, World, item};
use tangle::{BlockId, Hlc, ReceiptStatus, Rejected, VerifiedBlock, limits};

use super::Stage;

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
