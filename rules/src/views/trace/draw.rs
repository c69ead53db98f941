//! From all stays of a lot to as many as can be drawn: the finest time buckets that give few enough
//! nodes, and, where even one bucket for all time gives too many, the smaller lanes folded into
//! one. Whatever is folded, the numbers stay whole: what came to a node is what left it and what
//! ended in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::state::{index, number};

use super::gather::{Gathered, Target};

/// Lengths of time buckets, ms: each holds whole ones of the length before it.
const MINUTE_MS: i64 = 60_000;
const LADDER: [i64; 20] = [
    MINUTE_MS,
    5 * MINUTE_MS,
    15 * MINUTE_MS,
    60 * MINUTE_MS,
    180 * MINUTE_MS,
    360 * MINUTE_MS,
    720 * MINUTE_MS,
    DAY_MS,
    2 * DAY_MS,
    4 * DAY_MS,
    8 * DAY_MS,
    16 * DAY_MS,
    32 * DAY_MS,
    64 * DAY_MS,
    128 * DAY_MS,
    256 * DAY_MS,
    512 * DAY_MS,
    1_024 * DAY_MS,
    4_096 * DAY_MS,
    ALL_TIME,
];
const DAY_MS: i64 = 1_440 * MINUTE_MS;
/// One bucket for all time.
pub(super) const ALL_TIME: i64 = i64::MAX;
/// Lanes at most, the one of all others among them.
const LANES_MAX: usize = 200;

/// What part is drawn, and how fine.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) from_ms: i64,
    pub(super) before_ms: i64,
    /// Lanes of the one holder that is wanted.
    pub(super) only: Option<Vec<u32>>,
    /// Nodes at most.
    pub(super) nodes: usize,
    /// Length of a bucket that was drawn before.
    pub(super) bucket_ms: Option<i64>,
}

/// What is drawn.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) bucket_ms: i64,
    /// Lanes that have a place of their own, in the order in which packs came to them.
    pub(super) lanes: Vec<u32>,
    /// Lanes that are folded into one, which comes after those.
    pub(super) folded: Vec<u32>,
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// The node of each stay; `None` where it is not drawn.
    pub(super) node_of: Vec<Option<u32>>,
}

/// Stays of one lane and bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) slot: usize,
    pub(super) bucket: i64,
    pub(super) first_ms: i64,
    pub(super) last_ms: i64,
    pub(super) packs: usize,
    pub(super) made: usize,
    /// By status: over, packs, first and last.
    pub(super) states: BTreeMap<&'static str, (bool, usize, i64, i64)>,
}

/// Movements between two nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: Option<u32>,
    /// Where its lane stands among those that are drawn.
    pub(super) to_slot: Option<usize>,
    pub(super) packs: usize,
    pub(super) loose: usize,
    pub(super) left_ms: i64,
    pub(super) came_ms: Option<i64>,
    pub(super) units: BTreeSet<u32>,
    pub(super) steps: BTreeSet<&'static str>,
}

/// What of a lot is in the frame.
struct Shown {
    stays: Vec<bool>,
    moves: Vec<bool>,
}

impl Gathered {
    /// Draws what is in the frame.
    pub(super) fn draw(&self, frame: &Frame) -> Drawn {
        let shown = self.shown(frame);
        let ranked = self.ranked(&shown);
        let mut most = (frame.nodes / 4).clamp(1, LANES_MAX);
        loop {
            let drawn = self.draw_with(frame, &shown, &ranked, most);
            let few = drawn.nodes.len() <= frame.nodes && drawn.edges.len() <= frame.nodes * 4;
            if few || most == 1 {
                return drawn;
            }
            most /= 2;
        }
    }

    /// Stays and movements in the frame; those at the other end of a movement are with it.
    fn shown(&self, frame: &Frame) -> Shown {
        let within = |from: i64, to: i64| to >= frame.from_ms && from < frame.before_ms;
        let wanted = |lane: u32| frame.only.as_ref().is_none_or(|only| only.contains(&lane));
        let lane_of = |stay: u32| self.stays.get(index(stay)).map(|it| it.lane);
        let own = |stay: u32| lane_of(stay).is_some_and(wanted);
        let stays = self.stays.iter();
        let mut stays: Vec<bool> = stays
            .map(|it| within(it.from_ms, it.last_ms) && wanted(it.lane))
            .collect();
        let mut moves = vec![false; self.moves.len()];
        for (moved, shown) in self.moves.iter().zip(&mut moves) {
            let there = match moved.to {
                Target::Stay(stay) => own(stay),
                Target::Lane(lane) => lane.is_some_and(wanted),
            };
            let end_ms = moved.came_ms.unwrap_or(i64::MAX);
            *shown = (own(moved.from) || there) && within(moved.left_ms, end_ms);
            let ends = [Some(moved.from), stay_of(moved.to)];
            for end in ends.into_iter().flatten().filter(|_| *shown) {
                if let Some(stay) = stays.get_mut(index(end)) {
                    *stay = true;
                }
            }
        }
        Shown { stays, moves }
    }

    /// Lanes that are in the frame, most packs first; each with when packs first came.
    fn ranked(&self, shown: &Shown) -> Vec<(u32, i64)> {
        let mut lanes: BTreeMap<u32, (usize, i64)> = BTreeMap::new();
        for (stay, _) in self.stays.iter().zip(&shown.stays).filter(|(_, it)| **it) {
            let lane = lanes.entry(stay.lane).or_insert((0, i64::MAX));
            lane.0 += stay.packs;
            lane.1 = lane.1.min(stay.from_ms);
        }
        for (moved, _) in self.moves.iter().zip(&shown.moves).filter(|(_, it)| **it) {
            if let Target::Lane(Some(lane)) = moved.to {
                let known = lanes.entry(lane).or_insert((0, i64::MAX));
                known.1 = known.1.min(moved.left_ms);
            }
        }
        let mut ranked: Vec<_> = lanes.into_iter().collect();
        ranked.sort_by_key(|(lane, (packs, _))| (std::cmp::Reverse(*packs), *lane));
        ranked
            .into_iter()
            .map(|(lane, (_, first))| (lane, first))
            .collect()
    }

    fn draw_with(&self, frame: &Frame, shown: &Shown, ranked: &[(u32, i64)], most: usize) -> Drawn {
        let own = if ranked.len() > most { most - 1 } else { most };
        let (kept, folded) = ranked.split_at(own.min(ranked.len()));
        let mut kept = kept.to_vec();
        kept.sort_by_key(|(lane, first)| (*first, *lane));
        let lanes: Vec<u32> = kept.iter().map(|(lane, _)| *lane).collect();
        let folded: Vec<u32> = folded.iter().map(|(lane, _)| *lane).collect();
        let slots: BTreeMap<u32, usize> = lanes.iter().copied().zip(0..).collect();
        let slot_of = |lane: u32| slots.get(&lane).copied().unwrap_or(lanes.len());
        let placed: Vec<Option<(usize, i64)>> = self
            .stays
            .iter()
            .zip(&shown.stays)
            .map(|(stay, shown)| shown.then(|| (slot_of(stay.lane), stay.from_ms)))
            .collect();
        let finest = finest(&placed, frame.nodes);
        let bucket_ms = frame.bucket_ms.map_or(finest, |asked| asked.max(finest));
        let (mut nodes, node_of) = self.nodes(&placed, bucket_ms);
        self.end_in(&mut nodes, &node_of);
        let edges = self.edges(shown, &node_of, &nodes, &slot_of);
        Drawn {
            bucket_ms,
            lanes,
            folded,
            nodes,
            edges,
            node_of,
        }
    }

    fn nodes(
        &self,
        placed: &[Option<(usize, i64)>],
        bucket_ms: i64,
    ) -> (Vec<Node>, Vec<Option<u32>>) {
        let at = |(slot, from_ms): (usize, i64)| (slot, bucket(from_ms, bucket_ms));
        let keys: BTreeSet<(usize, i64)> = placed.iter().flatten().map(|it| at(*it)).collect();
        let rows: BTreeMap<(usize, i64), usize> = keys.into_iter().zip(0..).collect();
        let mut nodes: Vec<Node> = rows
            .keys()
            .map(|(slot, bucket)| Node {
                slot: *slot,
                bucket: *bucket,
                first_ms: i64::MAX,
                last_ms: i64::MIN,
                packs: 0,
                made: 0,
                states: BTreeMap::new(),
            })
            .collect();
        let mut node_of = Vec::with_capacity(placed.len());
        for (stay, place) in self.stays.iter().zip(placed) {
            let row = place.and_then(|place| rows.get(&at(place)).copied());
            node_of.push(row.map(number));
            if let Some(node) = row.and_then(|row| nodes.get_mut(row)) {
                node.first_ms = node.first_ms.min(stay.from_ms);
                node.last_ms = node.last_ms.max(stay.last_ms);
                node.packs += stay.packs;
                node.made += stay.made;
            }
        }
        (nodes, node_of)
    }

    fn end_in(&self, nodes: &mut [Node], node_of: &[Option<u32>]) {
        for end in &self.ends {
            let row = node_of.get(index(end.stay)).copied().flatten();
            let Some(node) = row.and_then(|row| nodes.get_mut(index(row))) else {
                continue;
            };
            let fresh = (end.over, 0, i64::MAX, i64::MIN);
            let state = node.states.entry(end.status).or_insert(fresh);
            state.1 += end.packs;
            state.2 = state.2.min(end.first_ms);
            state.3 = state.3.max(end.last_ms);
        }
    }

    fn edges(
        &self,
        shown: &Shown,
        node_of: &[Option<u32>],
        nodes: &[Node],
        slot_of: &dyn Fn(u32) -> usize,
    ) -> Vec<Edge> {
        let node = |stay: u32| node_of.get(index(stay)).copied().flatten();
        let mut edges: BTreeMap<(u32, Option<u32>, Option<usize>), Edge> = BTreeMap::new();
        for (moved, _) in self.moves.iter().zip(&shown.moves).filter(|(_, it)| **it) {
            let Some(from) = node(moved.from) else {
                continue;
            };
            let to = stay_of(moved.to).and_then(node);
            let to_slot = match moved.to {
                Target::Stay(_) => to.and_then(|it| nodes.get(index(it))).map(|it| it.slot),
                Target::Lane(lane) => lane.map(slot_of),
            };
            let edge = edges.entry((from, to, to_slot)).or_insert_with(|| Edge {
                from,
                to,
                to_slot,
                packs: 0,
                loose: 0,
                left_ms: i64::MAX,
                came_ms: None,
                units: BTreeSet::new(),
                steps: BTreeSet::new(),
            });
            edge.packs += moved.packs;
            edge.loose += if moved.unit.is_none() { moved.packs } else { 0 };
            edge.left_ms = edge.left_ms.min(moved.left_ms);
            edge.came_ms = edge.came_ms.max(moved.came_ms);
            edge.units.extend(moved.unit);
            edge.steps.extend(moved.steps.iter().flatten());
        }
        edges.into_values().collect()
    }
}

fn stay_of(target: Target) -> Option<u32> {
    match target {
        Target::Stay(stay) => Some(stay),
        Target::Lane(_) => None,
    }
}

/// The finest buckets that give at most so many nodes, else one for all time.
fn finest(placed: &[Option<(usize, i64)>], most: usize) -> i64 {
    let count = |bucket_ms: i64| {
        let all = placed.iter().flatten();
        let mut keys: Vec<_> = all.map(|it| (it.0, bucket(it.1, bucket_ms))).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.len()
    };
    let at = LADDER.partition_point(|bucket_ms| count(*bucket_ms) > most);
    LADDER.get(at).copied().unwrap_or(ALL_TIME)
}

/// The first moment of the bucket that a moment is in.
pub(super) fn bucket(at_ms: i64, bucket_ms: i64) -> i64 {
    if bucket_ms <= 0 || bucket_ms == ALL_TIME {
        return 0;
    }
    at_ms.div_euclid(bucket_ms).saturating_mul(bucket_ms)
}
