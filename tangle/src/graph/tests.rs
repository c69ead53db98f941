//! The graph against maps: after any mixture of insertions and cuts of whole past cones it knows
//! the same blocks, seats, cones and frontier.

use std::collections::{BTreeMap, BTreeSet};

use tangle_verify::header::Algorithm;
use tangle_verify::{Kind, Parents};

use super::*;
use crate::testing::disk::Random;

#[derive(Default)]
struct Model {
    facts: BTreeMap<BlockId, Fact>,
    approved: BTreeMap<BlockId, Vec<BlockId>>,
}

impl Model {
    fn cone(&self, head: &BlockId) -> BTreeSet<BlockId> {
        let mut cone = BTreeSet::new();
        let mut open = vec![*head];
        while let Some(id) = open.pop() {
            if self.facts.contains_key(&id) && cone.insert(id) {
                open.extend(&self.approved[&id]);
            }
        }
        cone
    }

    fn frontier(&self) -> BTreeSet<BlockId> {
        let mut open: BTreeSet<_> = self.facts.keys().copied().collect();
        for approved in self.facts.keys().flat_map(|id| &self.approved[id]) {
            open.remove(approved);
        }
        open
    }

    fn in_seat(&self, seat: &Seat) -> BTreeSet<BlockId> {
        let here = self.facts.iter().filter(|(_, fact)| fact.seat == *seat);
        here.map(|(id, _)| *id).collect()
    }
}

fn header(random: &mut Random, parents: Vec<BlockId>) -> Header {
    Header {
        alg: Algorithm::EdDsa,
        kid: KeyId::new([u8::try_from(random.below(3)).unwrap(); 32]),
        version: 1,
        kind: Kind::Events,
        epoch: u32::try_from(random.below(2)).unwrap(),
        // Few seats, so that many blocks share one.
        seq: random.below(6) as u64,
        prev: None,
        parents: Parents::from_unsorted(parents).unwrap(),
        hlc: Hlc(0),
        anchor: None,
    }
}

fn compare(graph: &Graph, model: &Model, known: &[BlockId], seed: u64) {
    assert_eq!(graph.len(), model.facts.len(), "seed {seed}");
    for id in known {
        assert_eq!(graph.fact(id), model.facts.get(id), "seed {seed}");
        assert_eq!(
            graph.contains(id),
            model.facts.contains_key(id),
            "seed {seed}"
        );
    }
    let frontier: BTreeSet<_> = graph.frontier().map(|(id, _)| *id).collect();
    assert_eq!(frontier, model.frontier(), "seed {seed}");
    for fact in model.facts.values() {
        let here: Vec<_> = graph.in_seat(&fact.seat).copied().collect();
        let wanted = model.in_seat(&fact.seat);
        assert_eq!(here.len(), wanted.len(), "seed {seed}: each once");
        assert_eq!(
            here.into_iter().collect::<BTreeSet<_>>(),
            wanted,
            "seed {seed}"
        );
    }
}

#[test]
fn it_knows_what_maps_know() {
    for seed in 0..300 {
        let mut random = Random(seed);
        let mut graph = Graph::seeded(random.draw());
        let mut model = Model::default();
        let mut known = Vec::new();
        for step in 0..80_u64 {
            if random.below(8) == 0 && !known.is_empty() {
                let head = known[random.below(known.len())];
                let cone = model.cone(&head);
                let ranked: BTreeSet<_> = graph.cone([&head]).into_iter().collect();
                let wanted = cone.iter().map(|id| (model.facts[id].depth, *id));
                assert_eq!(ranked, wanted.collect(), "seed {seed}");
                graph.remove(&cone.iter().copied().collect::<Vec<_>>());
                model.facts.retain(|id, _| !cone.contains(id));
            } else {
                let wanted = random.below(4).min(known.len());
                let parents: BTreeSet<_> = (0..wanted)
                    .map(|_| known[known.len() - 1 - random.below(known.len().min(9))])
                    .collect();
                let header = header(&mut random, parents.iter().copied().collect());
                let hash = blake3::hash(&[seed.to_le_bytes(), step.to_le_bytes()].concat());
                let id = BlockId::new(*hash.as_bytes());
                let below = parents.iter().filter_map(|it| model.facts.get(it));
                let depth = 1 + below.map(|fact| fact.depth).max().unwrap_or(0);
                let fact = Fact {
                    depth,
                    hlc: Hlc(step),
                    seat: Seat::of(&header),
                };
                graph.insert(id, &header, fact);
                model.facts.insert(id, fact);
                model.approved.insert(id, parents.into_iter().collect());
                known.push(id);
            }
            compare(&graph, &model, &known, seed);
        }
    }
}

/// Equal graphs have the same blocks, approvals and frontier; slots do not count.
impl PartialEq for Graph {
    fn eq(&self, other: &Self) -> bool {
        let told = |graph: &Self| -> BTreeMap<BlockId, (Fact, BTreeSet<BlockId>, u32)> {
            let live = graph.nodes.iter().filter(|node| node.live);
            live.map(|node| {
                let approved = node.approved.iter().filter_map(|(slot, life)| {
                    let below = graph.node(*slot).filter(|below| below.life == *life);
                    below.map(|below| below.id)
                });
                (node.id, (node.fact, approved.collect(), node.approvers))
            })
            .collect()
        };
        told(self) == told(other)
    }
}
