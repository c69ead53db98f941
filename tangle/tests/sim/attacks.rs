//! Attacks on a ledger, one a file, each with the DAG it makes as text. A torn write at every
//! sync, the last of the list in the design, is `faults::power`; all of them at once, with a bad
//! network, is `simulator`.

mod custody_given_to_two;
mod dangling_parents;
mod dispensed_twice_offline;
mod flood;
mod forged_checkpoint;
mod key_revoked_offline;
mod lazy_tips;
mod malleable_signatures;
mod offline_merge;
mod parasite_chain;
mod parser_differentials;
mod replay_elsewhere;
mod same_seat_twice;
mod serial_commissioned_twice;
mod split_view;
mod timestamp_lies;

use tangle::testing::dag_text::Dag;
use tangle::testing::disk::Disk;
use tangle::verify::proof;
use tangle::{Outcome, ReceiptStatus, VerifiedBlock};

use crate::kit::{NOW, Node, vkey};

/// A ledger and a DAG to give it, block by block.
struct Stage {
    node: Node,
    dag: Dag,
    disk: Disk,
}

impl Stage {
    /// A new ledger with the founding block.
    fn new(text: &str) -> Self {
        let dag = Dag::parse(text);
        let disk = Disk::new();
        let mut node = Node::create(&disk);
        node.submit(std::slice::from_ref(&dag.founding)).unwrap();
        Self { node, dag, disk }
    }

    /// Gives blocks in, by name, in this order; what became of each.
    fn give(&mut self, names: &str) -> Vec<ReceiptStatus> {
        let blocks: Vec<_> = names
            .split_whitespace()
            .map(|it| self.dag.block(it).clone())
            .collect();
        self.give_blocks(&blocks)
    }

    fn give_blocks(&mut self, blocks: &[VerifiedBlock]) -> Vec<ReceiptStatus> {
        let receipts = self.node.submit(blocks).unwrap();
        receipts.into_iter().map(|it| it.status).collect()
    }

    /// Gives blocks in that must be recorded.
    fn record(&mut self, names: &str) {
        for status in self.give(names) {
            assert!(
                matches!(status, ReceiptStatus::Recorded),
                "{names}: {status:?}"
            );
        }
    }

    /// Orders and concludes; the names in the milestone's order.
    fn cut(&mut self) -> String {
        let ordered = self.node.cut(NOW).unwrap();
        let ordered = ordered.map(|it| it.blocks).unwrap_or_default();
        self.dag.render(ordered.iter().map(VerifiedBlock::id))
    }

    /// `applied`, or `with x` for a dispute, as the block's proof shows it to a stranger.
    fn outcome(&self, name: &str) -> String {
        let file = self
            .node
            .tangle
            .reader()
            .prove(&self.dag.id(name), &[0])
            .unwrap();
        let report = proof::verify(&file, Some(&[vkey()]));
        match report.proved.map(|it| it.outcome) {
            Some(Outcome::Applied) => "applied".into(),
            Some(Outcome::Disputed { with }) => format!("with {}", self.dag.name(&with)),
            other => format!("{other:?}: {:?}", report.steps),
        }
    }

    /// Size and root of the signed log.
    fn root(&self) -> (u64, [u8; 32]) {
        let (_, checkpoint) = self.node.tangle.reader().checkpoint().unwrap();
        (checkpoint.size, checkpoint.root)
    }
}

/// The same claim by two blocks that do not know of each other: whatever the order of arrival,
/// the same one has it, the other is disputed with it, and both are on record for ever.
fn claimed_twice(text: &str, one: &str, other: &str, rest: &str) {
    let mut seen = Vec::new();
    for claims in [[one, other], [other, one]] {
        let mut stage = Stage::new(text);
        stage.record(rest);
        stage.record(&claims.join(" "));
        let order = stage.cut();
        let first = order.split(' ').find(|name| claims.contains(name)).unwrap();
        let second = if first == one { other } else { one };
        assert_eq!(stage.outcome(first), "applied");
        assert_eq!(stage.outcome(second), format!("with {first}"));
        seen.push((order, stage.root()));
    }
    assert_eq!(seen[0], seen[1], "the order of arrival must not matter");
}
