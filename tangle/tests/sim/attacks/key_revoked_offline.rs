//! A device is offline when its key is revoked, because a thief has it. What the device and the
//! thief made meanwhile comes in late: recorded and ordered like everything, without effect. What
//! was final before stays as it was signed, and no clock can be set back to get behind the
//! revocation.

use tangle::registry::{Operation, Reason, Revocation};
use tangle::testing::disk::Disk;
use tangle::testing::world::{FOUNDED_MS, Place, World, item, key, key_id};
use tangle::{Authority, Hlc, Ordered, Outcome, ReceiptStatus, VerifiedBlock};

use crate::kit::{NOTE, NOW, Node};

/// A block of `author` behind `prev`; its clock is that of the network's first minutes.
fn block(world: &World, author: &str, prev: &VerifiedBlock, text: &str) -> VerifiedBlock {
    let own = prev.header().kid == key_id(author);
    let seq = if own { prev.header().seq + 1 } else { 0 };
    let place = Place {
        seq,
        prev: own.then_some(*prev.id()),
        parents: if own { vec![] } else { vec![*prev.id()] },
        hlc: Hlc::next(FOUNDED_MS + 1000, &[prev.header().hlc]),
        ..Place::default()
    };
    world.block(author, place, vec![item(text)])
}

/// The root's second block: `name` is revoked from milestone `from` on.
fn revocation(world: &World, founding: &VerifiedBlock, name: &str, from: u32) -> VerifiedBlock {
    let operation = Operation::Revocation(Revocation {
        key: key_id(name),
        from_milestone: from,
        reason: Reason::Compromised,
    });
    let place = Place {
        seq: 1,
        prev: Some(*founding.id()),
        hlc: Hlc::next(NOW, &[founding.header().hlc]),
        ..Place::default()
    };
    world.block("root", place, vec![operation.to_item([0; 16])])
}

/// Cuts and concludes as a node does that asks the authority.
fn cut(node: &mut Node, authority: &mut Authority) -> Vec<(VerifiedBlock, Outcome)> {
    let ordered: Ordered = node.tangle.cut(&key("node"), NOW).unwrap().unwrap();
    let void = authority.judge(ordered.index, &ordered.blocks);
    let mut outcomes = ordered.default_outcomes();
    for (block, outcome) in ordered.blocks.iter().zip(&mut outcomes) {
        if let Some(void) = void.get(block.id()) {
            *outcome = void.outcome();
        }
    }
    node.tangle.conclude(&outcomes, NOTE, &key("note")).unwrap();
    ordered.blocks.into_iter().zip(outcomes).collect()
}

fn outcome_of(cut: &[(VerifiedBlock, Outcome)], block: &VerifiedBlock) -> Outcome {
    cut.iter().find(|(it, _)| it == block).expect("ordered").1
}

#[test]
fn what_comes_after_the_revocation_has_no_effect() {
    let world = World::new();
    let mut node = Node::create(&Disk::new());
    let mut authority = Authority::new(world.genesis().root);
    let founding = world.founding(&["d", "e"]);
    let early = block(&world, "d", &founding, "in time");
    node.submit(&[founding.clone(), early.clone()]).unwrap();
    assert_eq!(
        outcome_of(&cut(&mut node, &mut authority), &early),
        Outcome::Applied
    );

    // The device goes offline and makes three more; a thief copies the key.
    let offline = block(&world, "d", &early, "made offline");
    let stolen = block(&world, "d", &early, "made by the thief");
    let honest = block(&world, "e", &founding, "not concerned");
    let revoked = revocation(&world, &founding, "d", 0);
    node.submit(&[revoked.clone(), honest.clone(), offline.clone()])
        .unwrap();
    // The milestone that orders the revocation still takes what it finds.
    let second = cut(&mut node, &mut authority);
    assert_eq!(outcome_of(&second, &revoked), Outcome::Applied);
    assert_eq!(outcome_of(&second, &offline), Outcome::Applied);
    assert_eq!(
        authority.withdrawn(&key_id("d")),
        Some((2, Reason::Compromised))
    );

    let late = block(&world, "d", &offline, "too late");
    let other = block(&world, "e", &honest, "not concerned either");
    let receipts = node
        .submit(&[late.clone(), stolen.clone(), other.clone()])
        .unwrap();
    assert!(
        receipts
            .iter()
            .all(|it| it.status == ReceiptStatus::Recorded),
        "{receipts:?}"
    );
    let third = cut(&mut node, &mut authority);
    for without in [&late, &stolen] {
        let outcome = outcome_of(&third, without);
        assert_eq!(
            outcome,
            Outcome::Rejected { code: 0x01ff },
            "whatever its clock says"
        );
    }
    assert_eq!(outcome_of(&third, &other), Outcome::Applied);
    let reader = node.tangle.reader();
    assert_eq!(reader.outcome(early.id()).unwrap(), Some(Outcome::Applied));
}
