//! Tip selection: a choice is made again by its seed, never repeats a tip, leaves out what it
//! must, and every tip has the same chance.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::ledger::{Input, Ledger, Past};
use crate::testing::dag_text::Dag;
use crate::testing::world::World;

fn tips(text: &str) -> (Dag, Tips) {
    let dag = Dag::parse(text);
    let mut ledger = Ledger::new(World::new().genesis());
    for block in std::iter::once(&dag.founding).chain(&dag.blocks) {
        let block = block.clone();
        ledger.handle(
            Input::Block {
                block,
                past: Past::default(),
            },
            u64::MAX,
        );
    }
    (dag, ledger.tips().clone())
}

#[test]
fn a_block_is_a_tip_until_it_is_approved() {
    let (dag, tips) = tips("a0\nb0\nc0 <- a0 b0\nd0 <- a0\ne0");
    let mut found: Vec<_> = tips.iter().map(|(id, _)| dag.name(id)).collect();
    found.sort_unstable();
    assert_eq!(found, ["c0", "d0", "e0"]);
}

#[test]
fn picking_is_uniform_and_repeatable() {
    let (dag, tips) = tips("a0\nb0\nc0\nd0\ne0");
    let not = BTreeSet::from([dag.id("e0")]);
    let mut counts: BTreeMap<BlockId, u32> = BTreeMap::new();
    for draw in 0u32..4000 {
        let seed = *blake3::hash(&draw.to_le_bytes()).as_bytes();
        let picked = tips.pick(2, &seed, &not);
        assert_eq!(picked, tips.pick(2, &seed, &not));
        assert_eq!(picked.len(), 2);
        assert_ne!(picked.first(), picked.last());
        for id in picked {
            *counts.entry(id).or_default() += 1;
        }
    }
    assert!(!counts.contains_key(&dag.id("e0")));
    // 8000 draws over four tips: 2000 each, standard deviation below 32.
    assert!(
        counts.values().all(|count| (1800..2200).contains(count)),
        "{counts:?}"
    );
    assert_eq!(tips.pick(9, &[0; 32], &BTreeSet::new()).len(), 5);
    assert!(
        Tips::default()
            .pick(3, &[0; 32], &BTreeSet::new())
            .is_empty()
    );
}
