//! The trace of a lot: where its packs stayed, when, how many, and how they moved, as a graph that
//! is small enough to be drawn however many packs there are. Lanes are holders with their places,
//! nodes are stays of one time bucket, edges are movements. One pass over the packs and their
//! events; what it sums up to is what the reconciliation of the lot says.

mod draw;
mod gather;
mod packs;
mod tell;
#[cfg(test)]
mod tests;
mod units;
mod way;

use std::collections::BTreeMap;

use gs1::{Epc, Gtin, Lot};
use serde::Serialize;

use crate::engine::Engine;

pub use packs::{Between, TracePack};
pub use units::{LotUnits, UnitView};

use draw::Frame;
use gather::Gathered;
use way::Spots;

/// Most nodes that a trace has.
pub const TRACE_NODES_MAX: usize = 2_000;
/// Shipments named with one edge; their number is always whole.
pub const TRACE_UNITS_LISTED: usize = 20;

/// Whether a thing may be shown to who asks.
pub type Sees<'a> = &'a dyn Fn(&Epc) -> bool;

/// What part of a lot's trace is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceAsk {
    /// As the records tell it up to this time (of the events), ms since the Unix epoch; packs that
    /// were made later are left out.
    pub as_of_ms: Option<i64>,
    /// Stays and movements that end before this are left out.
    pub from_ms: Option<i64>,
    /// Stays and movements that begin at or after this are left out.
    pub before_ms: Option<i64>,
    /// GLN of the one holder whose stays and movements are wanted.
    pub holder: Option<String>,
    /// Most nodes, 1..=[`TRACE_NODES_MAX`].
    pub nodes: usize,
    /// Length of a time bucket that the caller has drawn before, ms; a longer one is taken where
    /// there would be too many nodes.
    pub bucket_ms: Option<i64>,
}

/// A lot's packs through time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LotTrace {
    /// Product.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// Product name by master data.
    pub product: Option<String>,
    /// The packs that it is about, by where they ended up.
    pub sum: TraceSum,
    /// First moment of any stay, ms since the Unix epoch.
    pub first_ms: Option<i64>,
    /// Last moment of any stay.
    pub last_ms: Option<i64>,
    /// Length of a time bucket, ms; `None` where one bucket holds all time.
    pub bucket_ms: Option<i64>,
    /// Holders with their places, in the order in which packs came to them.
    pub lanes: Vec<TraceLane>,
    /// Stays, by lane and time.
    pub nodes: Vec<TraceNode>,
    /// Movements.
    pub edges: Vec<TraceEdge>,
}

/// Packs by where they ended up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TraceSum {
    /// Packs made.
    pub made: usize,
    /// Of these, packs in a known party's hands.
    pub located: usize,
    /// Of these, packs whose life is over.
    pub terminal: usize,
    /// Of these, packs nobody is known to hold.
    pub unknown: usize,
    /// Packs by status.
    pub by_status: BTreeMap<String, usize>,
}

/// A holder at a place, or several of them folded into one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TraceLane {
    /// Stable name of the lane: the same holder and place have the same one in every trace.
    pub id: String,
    /// `holder`, `unknown` (nobody known holds them) or `others` (several holders folded).
    pub kind: &'static str,
    /// GLN of the holder.
    pub party: Option<String>,
    /// Its name by master data.
    pub name: Option<String>,
    /// The premises, canonical.
    pub place: Option<String>,
    /// Their name by master data.
    pub place_name: Option<String>,
    /// ISO 3166-1 alpha-2 by master data.
    pub country: Option<String>,
    /// Latitude, degrees times 10^7, by master data.
    pub latitude_e7: Option<i32>,
    /// Longitude, degrees times 10^7, by master data.
    pub longitude_e7: Option<i32>,
    /// Holders with their places in it: 1, or how many are folded.
    pub holders: usize,
    /// Stays of packs in it; a pack that came twice counts twice.
    pub packs: usize,
}

/// What stayed in a lane, of the packs that came in one time bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceNode {
    /// Stable name: lane and bucket.
    pub id: String,
    /// Place of its lane in `lanes`.
    pub lane: usize,
    /// When the first of them came, ms since the Unix epoch.
    pub first_ms: i64,
    /// When the last of them left or was last heard of there.
    pub last_ms: i64,
    /// Packs that came.
    pub packs: usize,
    /// Of these, packs that begin here: made, or first heard of.
    pub made: usize,
    /// Of these, packs that went no further, by status.
    pub states: Vec<TraceState>,
}

/// Packs that went no further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceState {
    /// Status as in [`crate::Pack::status`].
    pub status: &'static str,
    /// Whether their life is over.
    pub terminal: bool,
    /// Packs.
    pub packs: usize,
    /// When the first got this status, ms since the Unix epoch.
    pub first_ms: i64,
    /// When the last did.
    pub last_ms: i64,
}

/// Packs that moved from one node to another, or are on their way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TraceEdge {
    /// Place of the node they left in `nodes`.
    pub from: usize,
    /// Place of the node they came to; `None` while they are on their way (they are still counted
    /// where they left from, as who sent them still answers for them).
    pub to: Option<usize>,
    /// Place of the lane they went to in `lanes`, where it is known.
    pub to_lane: Option<usize>,
    /// Packs.
    pub packs: usize,
    /// Of these, packs that moved in no container.
    pub loose: usize,
    /// When the first left, ms since the Unix epoch.
    pub left_ms: i64,
    /// When the last arrived.
    pub came_ms: Option<i64>,
    /// Containers they moved in, canonical, at most [`TRACE_UNITS_LISTED`].
    pub units: Vec<String>,
    /// How many those are.
    pub unit_count: usize,
    /// Business steps by which they left and came, CBV words.
    pub steps: Vec<&'static str>,
}

impl Engine {
    /// The trace of a lot, of the packs that `sees` shows (all without); `None` when no pack of it
    /// was commissioned and it was not recalled.
    pub fn lot_trace(
        &self,
        gtin: &Gtin,
        lot: &Lot,
        ask: &TraceAsk,
        sees: Option<Sees<'_>>,
    ) -> Option<LotTrace> {
        let (gathered, spots) = self.gathered(gtin, lot, ask.as_of_ms, sees)?;
        let drawn = gathered.draw(&self.frame(ask, &spots));
        let mut trace = self.tell(&gathered, &spots, &drawn, sees);
        trace.gtin = gtin.to_string();
        trace.lot = lot.to_string();
        trace.product = self.product(gtin).map(|product| product.name.clone());
        Some(trace)
    }

    /// Follows every pack of a lot.
    fn gathered(
        &self,
        gtin: &Gtin,
        lot: &Lot,
        as_of_ms: Option<i64>,
        sees: Option<Sees<'_>>,
    ) -> Option<(Gathered, Spots)> {
        let known = self.state.lots.get(&(gtin.clone(), lot.clone()));
        let known = known.filter(|known| known.is_told())?;
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        let (mut gathered, mut spots) = (Gathered::default(), Spots::default());
        for case in self.packs_of(&known.packs, &class) {
            let shown = sees.is_none_or(|sees| self.state.epc(case.id).is_some_and(|it| sees(&it)));
            if !shown {
                continue;
            }
            if let Some(way) = case.way(as_of_ms, &mut spots) {
                gathered.add(&way);
            }
        }
        Some((gathered, spots))
    }

    fn frame(&self, ask: &TraceAsk, spots: &Spots) -> Frame {
        let holder = ask.holder.as_deref();
        Frame {
            from_ms: ask.from_ms.unwrap_or(i64::MIN),
            before_ms: ask.before_ms.unwrap_or(i64::MAX),
            only: holder.map(|gln| spots.of_holder(self.state.names.find(gln))),
            nodes: ask.nodes.clamp(1, TRACE_NODES_MAX),
            bucket_ms: ask.bucket_ms,
        }
    }
}
