//! The packs behind a node or an edge of a trace: which they are, when they came and left. The
//! trace is drawn once more, so that nothing has to be remembered between two questions.

use gs1::{Epc, Gtin, Lot};
use serde::Serialize;

use crate::engine::Engine;
use crate::judge_thing::Case;
use crate::state::index;
use crate::views::status_word;

use super::draw::{Drawn, Node};
use super::gather::Way;
use super::tell::node_id;
use super::way::Spots;
use super::{Sees, TraceAsk};

/// Which packs of a trace: those of a node, or those that went on from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Between {
    /// Id of the node they stayed in.
    pub at: String,
    /// Id of the node they went to from there; [`Between::ON_THE_WAY`] for those that have not
    /// arrived.
    pub to: Option<String>,
    /// Packs to skip.
    pub from: usize,
    /// Packs to tell at most.
    pub limit: usize,
}

impl Between {
    /// Stands for the end of a movement that has not ended.
    pub const ON_THE_WAY: &'static str = "on_the_way";
}

/// Places of the nodes that are named.
struct Wanted {
    at: usize,
    to: To,
}

#[derive(Clone, Copy)]
enum To {
    Anywhere,
    Node(usize),
    OnTheWay,
}

/// One pack of a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracePack {
    /// Canonical id.
    pub id: String,
    /// Serial number.
    pub serial: String,
    /// Status now.
    pub status: &'static str,
    /// When it came to the node, ms since the Unix epoch.
    pub came_ms: i64,
    /// When it left it or was last heard of there.
    pub left_ms: i64,
    /// When it arrived where it went to, for those that went on.
    pub arrived_ms: Option<i64>,
}

impl Engine {
    /// Packs of a node or an edge of [`Engine::lot_trace`] with the same `ask`, in the order they
    /// were made, and how many there are. `None` when the lot is not known or the trace has no such
    /// node (any more).
    pub fn trace_packs(
        &self,
        (gtin, lot): (&Gtin, &Lot),
        ask: &TraceAsk,
        sees: Option<Sees<'_>>,
        between: &Between,
    ) -> Option<(Vec<TracePack>, usize)> {
        let (gathered, mut spots) = self.gathered(gtin, lot, ask.as_of_ms, sees)?;
        let drawn = gathered.draw(&self.frame(ask, &spots));
        let wanted = self.wanted(&spots, &drawn, between)?;
        let known = self.state.lots.get(&(gtin.clone(), lot.clone()))?;
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        let (mut found, mut count) = (Vec::new(), 0);
        let listed = between.from..between.from.saturating_add(between.limit);
        for case in self.packs_of(&known.packs, &class) {
            let shown = sees.is_none_or(|sees| self.state.epc(case.id).is_some_and(|it| sees(&it)));
            let Some(way) = case.way(ask.as_of_ms, &mut spots).filter(|_| shown) else {
                continue;
            };
            let node = |at: usize| {
                let row = way.stays.get(at).and_then(|stay| gathered.row_of(stay))?;
                drawn.node_of.get(index(row)).copied().flatten().map(index)
            };
            for step in (0..way.stays.len()).filter(|step| node(*step) == Some(wanted.at)) {
                let open = step + 1 == way.stays.len() && way.end.leaves.is_some();
                let fits = match wanted.to {
                    To::Anywhere => true,
                    To::Node(to) => node(step + 1) == Some(to),
                    To::OnTheWay => open,
                };
                if fits && listed.contains(&count) {
                    found.extend(self.pack_at(&case, &way, step));
                }
                count += usize::from(fits);
            }
        }
        Some((found, count))
    }

    /// The nodes that were named.
    fn wanted(&self, spots: &Spots, drawn: &Drawn, between: &Between) -> Option<Wanted> {
        let lanes = self.lanes(spots, drawn);
        let named = |id: &str| {
            let is = |node: &Node| {
                let lane = lanes.get(node.slot);
                lane.is_some_and(|lane| node_id(&lane.id, node.bucket) == id)
            };
            drawn.nodes.iter().position(is)
        };
        Some(Wanted {
            at: named(&between.at)?,
            to: match between.to.as_deref() {
                None => To::Anywhere,
                Some(Between::ON_THE_WAY) => To::OnTheWay,
                Some(id) => To::Node(named(id)?),
            },
        })
    }

    fn pack_at(&self, case: &Case<'_>, way: &Way, step: usize) -> Option<TracePack> {
        let stay = way.stays.get(step)?;
        let next = way.stays.get(step + 1);
        let leaves = way.end.leaves.filter(|_| next.is_none());
        let sgtin = self.state.sgtin(case.id)?;
        let left = next.and_then(|next| next.came).map(|came| came.left_ms);
        Some(TracePack {
            id: self.state.canonical(case.id),
            serial: sgtin.serial.to_string(),
            status: status_word(&case.now),
            came_ms: stay.from_ms,
            left_ms: left
                .or(leaves.map(|leaves| leaves.left_ms))
                .unwrap_or(stay.last_ms),
            arrived_ms: next.map(|next| next.from_ms),
        })
    }
}
