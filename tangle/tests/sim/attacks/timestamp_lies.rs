//! Authors lie about the time. A clock may not run far ahead of the node's, must be above those
//! of what it approves, and must lie in the author's registration. Within that it may say what
//! it likes, because the order does not look at it.

use tangle::testing::disk::Disk;
use tangle::testing::world::{FOUNDED_MS, Place, World, item};
use tangle::{Hlc, ReceiptStatus, VerifiedBlock, limits};

use crate::kit::{NOW, Node};

#[test]
fn a_clock_that_cannot_be_is_refused_by_its_code() {
    let world = World::new();
    let founding = world.founding(&["a"]);
    let ahead = NOW + limits::CLOCK_AHEAD_MS_MAX;
    let cases = [
        (Hlc(NOW << 16), None),
        (Hlc((FOUNDED_MS << 16) + 1), None),
        (Hlc(ahead << 16), None),
        (Hlc((ahead + 1) << 16), None),
        (Hlc((ahead + limits::EARLY_MS_MAX + 1) << 16), Some(4)),
        (Hlc(u64::MAX), Some(4)),
        (Hlc(FOUNDED_MS << 16), Some(5)),
        (Hlc((FOUNDED_MS - 1) << 16), Some(2)),
        (Hlc(0), Some(2)),
    ];
    for (hlc, refusal) in cases {
        let mut node = Node::create(&Disk::new());
        node.submit(std::slice::from_ref(&founding)).unwrap();
        let place = Place {
            parents: vec![*founding.id()],
            hlc,
            ..Place::default()
        };
        let block = world.block("a", place, vec![item("late")]);
        let receipt = node.submit(&[block]).unwrap().remove(0);
        let refused = match receipt.status {
            ReceiptStatus::Rejected(why) => Some(why.code()),
            _ => None,
        };
        assert_eq!(refused, refusal, "{hlc:?}");
    }
}

#[test]
fn a_skewed_clock_moves_nobody_in_the_order() {
    let world = World::new();
    let founding = world.founding(&["a", "b"]);
    let mut node = Node::create(&Disk::new());
    let make = |author, prev: Option<&VerifiedBlock>, over: &VerifiedBlock, ms| {
        let place = Place {
            seq: u64::from(prev.is_some()),
            prev: prev.map(|it| *it.id()),
            parents: vec![*over.id()],
            hlc: Hlc(ms << 16),
            ..Place::default()
        };
        world.block(author, place, vec![item(author)])
    };
    // The liar's clock is hours behind, and minutes ahead; the honest one is right.
    let past = make("b", None, &founding, FOUNDED_MS + 1);
    let honest = make("a", None, &founding, NOW - 1000);
    let future = make("b", Some(&past), &honest, NOW + limits::CLOCK_AHEAD_MS_MAX);
    node.submit(&[
        founding.clone(),
        past.clone(),
        honest.clone(),
        future.clone(),
    ])
    .unwrap();
    node.cut(NOW).unwrap();
    let place = |block: &VerifiedBlock| node.order.iter().position(|it| it == block.id()).unwrap();
    assert_eq!(place(&founding), 0);
    let mut seconds = [*past.id(), *honest.id()];
    seconds.sort_unstable();
    assert_eq!(
        node.order[1..3],
        seconds,
        "by id among equal depth, not by clock"
    );
    assert_eq!(place(&future), 3);
}
