//! The order against its definition (Kahn's algorithm with a heap, run naively on petgraph) over
//! random DAGs, and its laws: independent of arrival, parents first, prefix-stable.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use petgraph::Direction::{Incoming, Outgoing};
use petgraph::graph::{DiGraph, NodeIndex};
use proptest::prelude::*;
use tangle_verify::header::Algorithm;
use tangle_verify::{BlockId, Header, Hlc, KeyId, Kind, Parents};

use super::total_order;
use crate::graph::{Fact, Graph, Seat};
use crate::testing::disk::Random;

/// For each block the earlier ones that it approves.
type Shape = Vec<Vec<usize>>;

fn shape(seed: u64) -> Shape {
    let mut random = Random(seed);
    let count = 1 + random.below(40);
    let reach = 1 + random.below(8);
    (0..count)
        .map(|at| {
            let wanted = random.below(5).min(at);
            let mut parents: Vec<_> = (0..wanted)
                .map(|_| at - 1 - random.below(at.min(reach)))
                .collect();
            parents.sort_unstable();
            parents.dedup();
            parents
        })
        .collect()
}

/// Ids that have nothing to do with the order in which the blocks were made.
fn id(seed: u64, at: usize) -> BlockId {
    BlockId::new(
        *blake3::hash(&[seed.to_le_bytes(), (at as u64).to_le_bytes()].concat()).as_bytes(),
    )
}

fn graph(seed: u64, shape: &Shape, arrival: &[usize]) -> Graph {
    let mut depths = Vec::new();
    for parents in shape {
        let below = parents
            .iter()
            .map(|parent| depths[*parent])
            .max()
            .unwrap_or(0);
        depths.push(below + 1);
    }
    let mut graph = Graph::default();
    for at in arrival {
        let parents = shape[*at].iter().map(|parent| id(seed, *parent));
        let header = Header {
            alg: Algorithm::EdDsa,
            kid: KeyId::new([1; 32]),
            version: 1,
            kind: Kind::Events,
            epoch: 0,
            seq: *at as u64,
            prev: None,
            parents: Parents::from_unsorted(parents).unwrap(),
            hlc: Hlc(0),
            anchor: None,
        };
        let fact = Fact {
            depth: depths[*at],
            hlc: Hlc(0),
            seat: Seat::of(&header),
        };
        graph.insert(id(seed, *at), &header, fact);
    }
    graph
}

/// Kahn's algorithm as in a textbook; depths by brute force over all paths.
fn oracle(seed: u64, shape: &Shape) -> Vec<BlockId> {
    let mut dag: DiGraph<BlockId, ()> = DiGraph::new();
    let nodes: Vec<_> = (0..shape.len())
        .map(|at| dag.add_node(id(seed, at)))
        .collect();
    for (at, parents) in shape.iter().enumerate() {
        for parent in parents {
            dag.add_edge(nodes[*parent], nodes[at], ());
        }
    }
    let mut depths: BTreeMap<NodeIndex, u32> = nodes.iter().map(|node| (*node, 1)).collect();
    for _ in 0..shape.len() {
        for edge in dag.edge_indices() {
            let (from, to) = dag.edge_endpoints(edge).unwrap();
            let least = depths[&from] + 1;
            depths
                .entry(to)
                .and_modify(|depth| *depth = (*depth).max(least));
        }
    }
    let mut open: BTreeMap<NodeIndex, usize> = nodes
        .iter()
        .map(|node| (*node, dag.neighbors_directed(*node, Incoming).count()))
        .collect();
    let mut heap: BinaryHeap<Reverse<(u32, BlockId, NodeIndex)>> = BinaryHeap::new();
    for node in nodes.iter().filter(|node| open[*node] == 0) {
        heap.push(Reverse((depths[node], dag[*node], *node)));
    }
    let mut order = Vec::new();
    while let Some(Reverse((_, id, node))) = heap.pop() {
        order.push(id);
        for child in dag.neighbors_directed(node, Outgoing) {
            let left = open.get_mut(&child).unwrap();
            *left -= 1;
            if *left == 0 {
                heap.push(Reverse((depths[&child], dag[child], child)));
            }
        }
    }
    order
}

fn order_of(graph: &Graph) -> Vec<BlockId> {
    let heads: Vec<_> = graph.frontier().map(|(id, _)| *id).collect();
    total_order(graph.cone(&heads))
}

#[test]
fn the_order_is_kahns_over_ten_thousand_random_dags() {
    for seed in 0..10_000 {
        let shape = shape(seed);
        let arrival: Vec<_> = (0..shape.len()).collect();
        let order = order_of(&graph(seed, &shape, &arrival));
        assert_eq!(order, oracle(seed, &shape), "seed {seed}");
        assert_eq!(order.len(), shape.len(), "seed {seed}: every block once");
    }
}

proptest! {
    #[test]
    fn arrival_does_not_matter_and_parents_come_first(seed: u64, shuffle: u64) {
        let shape = shape(seed);
        let straight: Vec<_> = (0..shape.len()).collect();
        let order = order_of(&graph(seed, &shape, &straight));
        // Any order in which parents come first is an order of arrival.
        let mut random = Random(shuffle);
        let (mut arrived, mut arrival) = (vec![false; shape.len()], Vec::new());
        while arrival.len() < shape.len() {
            let at = random.below(shape.len());
            if !arrived[at] && shape[at].iter().all(|parent| arrived[*parent]) {
                arrived[at] = true;
                arrival.push(at);
            }
        }
        prop_assert_eq!(&order, &order_of(&graph(seed, &shape, &arrival)));
        let place: BTreeMap<_, _> = order.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        for (at, parents) in shape.iter().enumerate() {
            for parent in parents {
                prop_assert!(place[&id(seed, *parent)] < place[&id(seed, at)]);
            }
        }
    }

    #[test]
    fn cutting_in_two_milestones_keeps_what_was_ordered(seed: u64, early in 0usize..40) {
        let shape = shape(seed);
        let straight: Vec<_> = (0..shape.len()).collect();
        let early = early % shape.len();
        let mut graph = graph(seed, &shape, &straight);
        let first = total_order(graph.cone([&id(seed, early)]));
        graph.remove(&first);
        let second = order_of(&graph);
        prop_assert_eq!(first.len() + second.len(), shape.len());
        prop_assert!(second.iter().all(|id| !first.contains(id)));
        prop_assert!(graph.frontier().all(|(id, _)| second.contains(id)));
    }
}
