//! The unfinalised part of the DAG, in memory: what every block in it approves and is approved
//! by. Blocks leave it when a milestone orders them.

use std::collections::{BTreeMap, BTreeSet};

use tangle_verify::{BlockId, Header, Hlc, KeyId};

/// A place in an author's chain. Two blocks in one seat are a fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat {
    /// Whose chain.
    pub author: KeyId,
    /// Which life of it.
    pub epoch: u32,
    /// Position in it, from 0.
    pub seq: u64,
}

impl Seat {
    /// The seat a block takes.
    pub const fn of(header: &Header) -> Self {
        Self {
            author: header.kid,
            epoch: header.epoch,
            seq: header.seq,
        }
    }
}

/// What later blocks need to know of a recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// Causal depth: length of the longest path down to the genesis, from 1.
    pub depth: u32,
    /// Its clock.
    pub hlc: Hlc,
    /// Its seat.
    pub seat: Seat,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    fact: Fact,
    approved: Vec<BlockId>,
    children: BTreeSet<BlockId>,
}

/// The DAG above the latest milestone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    nodes: BTreeMap<BlockId, Node>,
    seats: BTreeMap<Seat, BTreeSet<BlockId>>,
}

impl Graph {
    /// Adds a block. Whatever it approves and is not in here is below the latest milestone.
    pub fn insert(&mut self, id: BlockId, header: &Header, fact: Fact) {
        for approved in header.approved() {
            if let Some(node) = self.nodes.get_mut(approved) {
                node.children.insert(id);
            }
        }
        self.seats.entry(fact.seat).or_default().insert(id);
        let approved = header.approved().copied().collect();
        self.nodes.insert(
            id,
            Node {
                fact,
                approved,
                children: BTreeSet::new(),
            },
        );
    }

    /// What is known of a block in here.
    pub fn fact(&self, id: &BlockId) -> Option<&Fact> {
        self.nodes.get(id).map(|node| &node.fact)
    }

    /// The blocks in here.
    pub fn ids(&self) -> impl Iterator<Item = &BlockId> {
        self.nodes.keys()
    }

    /// Whether the block is in here.
    pub fn contains(&self, id: &BlockId) -> bool {
        self.nodes.contains_key(id)
    }

    /// How many blocks are in here.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether everything is ordered.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The blocks in here that approve this one directly.
    pub fn children(&self, id: &BlockId) -> impl Iterator<Item = &BlockId> {
        self.nodes
            .get(id)
            .into_iter()
            .flat_map(|node| &node.children)
    }

    /// The blocks in here that take this seat.
    pub fn in_seat(&self, seat: &Seat) -> impl Iterator<Item = &BlockId> {
        self.seats.get(seat).into_iter().flatten()
    }

    /// The blocks that nothing approves. Their past cones are everything in here.
    pub fn frontier(&self) -> impl Iterator<Item = (&BlockId, &Fact)> {
        let open = self
            .nodes
            .iter()
            .filter(|(_, node)| node.children.is_empty());
        open.map(|(id, node)| (id, &node.fact))
    }

    /// The past cones of `heads` within this graph, heads included. Walks with a list of its
    /// own, so a chain of any depth is fine.
    pub fn cone<'a>(
        &self,
        heads: impl IntoIterator<Item = &'a BlockId>,
    ) -> BTreeMap<BlockId, Fact> {
        let mut cone = BTreeMap::new();
        let mut open: Vec<BlockId> = heads.into_iter().copied().collect();
        while let Some(id) = open.pop() {
            let Some(node) = self.nodes.get(&id) else {
                continue;
            };
            if cone.insert(id, node.fact).is_none() {
                open.extend(
                    node.approved
                        .iter()
                        .filter(|below| !cone.contains_key(*below)),
                );
            }
        }
        cone
    }

    /// Takes out blocks; a whole past cone at a time, so nothing left approves upwards.
    pub fn remove<'a>(&mut self, ids: impl IntoIterator<Item = &'a BlockId>) {
        for id in ids {
            let Some(node) = self.nodes.remove(id) else {
                continue;
            };
            if let Some(here) = self.seats.get_mut(&node.fact.seat) {
                here.remove(id);
                if here.is_empty() {
                    self.seats.remove(&node.fact.seat);
                }
            }
        }
    }
}
