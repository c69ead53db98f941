//! A device (or a copy of its key) writes two blocks in one seat of its chain and shows each to
//! another partition. Both are recorded, both are disputed where they meet in one milestone, and
//! the two statements are a proof of the fork that anybody can check.

use tangle::SignedBlock;
use tangle::testing::world::{World, key_id};
use tangle::verify::ForkProof;

use super::Stage;

const DAG: &str = "
    a0
    l0 <- a0
    r0 <- a0
    a1 <- l0
    a1' <- r0
    l1 <- a1
    r1 <- a1'
";

#[test]
fn both_sides_are_disputed_whoever_comes_first() {
    let mut roots = Vec::new();
    for names in ["a0 l0 r0 a1 a1' l1 r1", "a0 r0 a1' r1 l0 a1 l1"] {
        let mut stage = Stage::new(DAG);
        stage.record(names);
        stage.cut();
        assert_eq!(stage.outcome("a1"), "with a1'");
        assert_eq!(stage.outcome("a1'"), "with a1");
        assert_eq!(stage.outcome("l1"), "applied");
        roots.push(stage.root());
    }
    assert_eq!(roots[0], roots[1]);
}

#[test]
fn an_outcome_that_was_signed_stays() {
    let mut stage = Stage::new(DAG);
    stage.record("a0 l0 a1 l1");
    stage.cut();
    stage.record("r0 a1' r1");
    stage.cut();
    assert_eq!(stage.outcome("a1"), "applied");
    assert_eq!(stage.outcome("a1'"), "with a1");
}

#[test]
fn the_two_statements_prove_it_to_anybody() {
    let stage = Stage::new(DAG);
    let world = World::new();
    let signed = |name| SignedBlock::decode(stage.dag.block(name).bytes()).unwrap();
    let (one, other, elsewhere) = (signed("a1"), signed("a1'"), signed("l1"));
    let proof = ForkProof::new(world.genesis(), one.statement(), other.statement());
    let proof = ForkProof::from_bytes(&proof.to_bytes()).unwrap();
    let forked = proof.verify().unwrap();
    assert_eq!(
        (forked.author, forked.epoch, forked.seq),
        (key_id("a"), 0, 1)
    );
    assert_eq!(forked.network, *world.network());
    let innocent = ForkProof::new(world.genesis(), one.statement(), elsewhere.statement());
    assert!(innocent.verify().is_err());
    let once = ForkProof::new(world.genesis(), one.statement(), one.statement());
    assert!(once.verify().is_err());
}
