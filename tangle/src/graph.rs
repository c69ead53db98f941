//! The unfinalised part of the DAG, in memory: what every block in it approves and is approved
//! by. Blocks leave it when a milestone orders them.
//!
//! Blocks lie in numbered slots that are used again, and name each other by slot: a walk follows
//! numbers, and only what comes from outside is looked up by name.

use tangle_verify::{BlockId, Header, Hlc, KeyId};

use crate::table::Table;

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

/// A block in its slot.
#[derive(Debug, Clone)]
struct Node {
    id: BlockId,
    fact: Fact,
    /// Those of the approved blocks that were in here, with the lives of their slots.
    approved: Vec<(u32, u32)>,
    /// How many blocks in here approve it, each once.
    approvers: u32,
    /// Counts the blocks that had this slot before.
    life: u32,
    live: bool,
    /// The next block in the same seat.
    in_seat: Option<u32>,
}

/// The DAG above the latest milestone.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    free: Vec<u32>,
    ids: Table,
    seats: Table,
}

/// A block of a cone with what its place in the order depends on.
pub type Ranked = (u32, BlockId);

impl Graph {
    /// An empty graph. `seed` keeps strangers from choosing ids that meet in one place of a table;
    /// nothing that comes out depends on it.
    pub fn seeded(seed: u64) -> Self {
        Self {
            ids: Table::seeded(seed),
            seats: Table::seeded(seed),
            ..Self::default()
        }
    }

    /// Adds a block that is not in here. Whatever it approves and is not in here is below the
    /// latest milestone.
    pub fn insert(&mut self, id: BlockId, header: &Header, fact: Fact) {
        let mut approved = Vec::new();
        for id in header.approved() {
            let Some(below) = self.slot(id) else { continue };
            if let Some(node) = self.node_mut(below) {
                node.approvers += 1;
                approved.push((below, node.life));
            }
        }
        let node = Node {
            id,
            fact,
            approved,
            approvers: 0,
            life: 0,
            live: true,
            in_seat: None,
        };
        let slot = self.keep(node);
        let of = |at: u32| self.nodes.get(at as usize);
        let hash = self.ids.of_id(&id);
        self.ids.insert(hash, slot, |table, at| {
            of(at).map_or(0, |node| table.of_id(&node.id))
        });
        let is = |at: u32| of(at).is_some_and(|node| node.fact.seat == fact.seat);
        let hash = seat_hash(&self.seats, &fact.seat);
        let before = self.seats.put(hash, slot, is, |table, at| {
            of(at).map_or(0, |node| seat_hash(table, &node.fact.seat))
        });
        if let Some(node) = self.node_mut(slot) {
            node.in_seat = before;
        }
    }

    /// What is known of a block in here.
    pub fn fact(&self, id: &BlockId) -> Option<&Fact> {
        self.node(self.slot(id)?).map(|node| &node.fact)
    }

    /// Whether the block is in here.
    pub fn contains(&self, id: &BlockId) -> bool {
        self.slot(id).is_some()
    }

    /// How many blocks are in here.
    pub fn len(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    /// Whether everything is ordered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The blocks in here that take this seat, in no order.
    pub fn in_seat(&self, seat: &Seat) -> impl Iterator<Item = &BlockId> {
        let first = self.first_in_seat(seat).and_then(|slot| self.node(slot));
        let next = |node: &&Node| node.in_seat.and_then(|slot| self.node(slot));
        std::iter::successors(first, next).map(|node| &node.id)
    }

    /// The blocks that nothing approves, in no order. Their past cones are everything in here.
    pub fn frontier(&self) -> impl Iterator<Item = (&BlockId, &Fact)> {
        let open = self.nodes.iter();
        let open = open.filter(|node| node.live && node.approvers == 0);
        open.map(|node| (&node.id, &node.fact))
    }

    /// The past cones of `heads` within this graph, heads included, in no order. Walks with a list
    /// of its own, so a chain of any depth is fine.
    pub fn cone<'a>(&self, heads: impl IntoIterator<Item = &'a BlockId>) -> Vec<Ranked> {
        let mut cone = Vec::new();
        let mut seen = vec![false; self.nodes.len()];
        let mut open: Vec<u32> = heads.into_iter().filter_map(|id| self.slot(id)).collect();
        while let Some(slot) = open.pop() {
            let Some(node) = self.node(slot) else {
                continue;
            };
            let seen = seen.get_mut(slot as usize);
            if seen.is_some_and(|seen| !std::mem::replace(seen, true)) {
                cone.push((node.fact.depth, node.id));
                let alive = |(slot, life): &(u32, u32)| {
                    self.node(*slot).is_some_and(|node| node.life == *life)
                };
                open.extend(node.approved.iter().filter(|it| alive(it)).map(|it| it.0));
            }
        }
        cone
    }

    /// Takes out blocks that are in here, each once; a whole past cone at a time, so nothing left
    /// approves upwards.
    pub fn remove<'a>(
        &mut self,
        ids: impl IntoIterator<Item = &'a BlockId, IntoIter: ExactSizeIterator>,
    ) {
        let ids = ids.into_iter();
        if ids.len() == self.len() {
            // A node that orders alone takes out everything at each cut.
            self.nodes.clear();
            self.free.clear();
            self.ids.clear();
            self.seats.clear();
            return;
        }
        for id in ids {
            if let Some(slot) = self.slot(id) {
                self.leave_seat(slot);
                let hash = self.ids.of_id(id);
                self.ids.remove(hash, |at| at == slot);
                if let Some(node) = self.node_mut(slot) {
                    node.live = false;
                    node.approved = Vec::new();
                    self.free.push(slot);
                }
            }
        }
    }

    fn slot(&self, id: &BlockId) -> Option<u32> {
        let is = |at: u32| {
            self.nodes
                .get(at as usize)
                .is_some_and(|node| node.id == *id)
        };
        self.ids.find(self.ids.of_id(id), is)
    }

    fn first_in_seat(&self, seat: &Seat) -> Option<u32> {
        let is = |at: u32| self.node(at).is_some_and(|node| node.fact.seat == *seat);
        self.seats.find(seat_hash(&self.seats, seat), is)
    }

    fn node(&self, slot: u32) -> Option<&Node> {
        self.nodes.get(slot as usize).filter(|node| node.live)
    }

    fn node_mut(&mut self, slot: u32) -> Option<&mut Node> {
        self.nodes.get_mut(slot as usize).filter(|node| node.live)
    }

    /// Puts a block into a free slot.
    fn keep(&mut self, node: Node) -> u32 {
        if let Some(slot) = self.free.pop()
            && let Some(place) = self.nodes.get_mut(slot as usize)
        {
            let life = place.life.wrapping_add(1);
            *place = Node { life, ..node };
            return slot;
        }
        self.nodes.push(node);
        // More than 2^32 unordered blocks do not fit the memory of any machine.
        u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX)
    }

    /// Takes a block out of the list of its seat.
    fn leave_seat(&mut self, slot: u32) {
        let Some(node) = self.node(slot) else { return };
        let (seat, next) = (node.fact.seat, node.in_seat);
        let hash = seat_hash(&self.seats, &seat);
        let first = self.first_in_seat(&seat);
        if first == Some(slot) {
            match next {
                Some(next) => {
                    self.seats.replace(hash, next, |at| at == slot);
                }
                None => self.seats.remove(hash, |at| at == slot),
            }
            return;
        }
        let mut before = first;
        while let Some(at) = before {
            let Some(node) = self.node_mut(at) else {
                return;
            };
            if node.in_seat == Some(slot) {
                node.in_seat = next;
                return;
            }
            before = node.in_seat;
        }
    }
}

fn seat_hash(table: &Table, seat: &Seat) -> u64 {
    let key = seat.author.as_bytes().first_chunk().copied();
    let author = u64::from_le_bytes(key.unwrap_or_default());
    let place = seat.seq ^ u64::from(seat.epoch).rotate_left(40);
    table.mix(table.mix(author, place), place)
}

#[cfg(test)]
mod tests;
