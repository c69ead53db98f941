//! Replay: the same keys are used in two networks (a trial and the real one), and somebody
//! carries blocks over. The signature covers the network, so nothing signed for one is anything
//! in the other; and a block given twice in its own network is known, not doubled.

use tangle::testing::world::World;
use tangle::verify::Rejected;
use tangle::{ReceiptStatus, SignedBlock};

use super::Stage;

#[test]
fn a_block_of_one_network_is_nothing_in_another() {
    let mut stage = Stage::new("a0\na1 <- b0\nb0 <- a0");
    let mut genesis = World::new().genesis().clone();
    genesis.name = "trial".into();
    let trial = genesis.network_id();
    for block in &stage.dag.blocks {
        let signed = SignedBlock::decode(block.bytes()).unwrap();
        assert_ne!(signed.id(&trial), *block.id(), "its id there is another");
        assert!(matches!(signed.verify(&trial), Err(Rejected::Signature)));
    }
    stage.record("a0 b0 a1");
    assert!(
        stage
            .give("a0 a1 b0")
            .iter()
            .all(|it| *it == ReceiptStatus::Known)
    );
    assert_eq!(stage.node.tangle.stats().blocks, 4);
    stage.cut();
    assert!(
        stage
            .give("a0 a1 b0")
            .iter()
            .all(|it| *it == ReceiptStatus::Known)
    );
    assert_eq!(stage.cut(), "");
}
