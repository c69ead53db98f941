//! A logistic unit: what is in it, where it went, how warm it was.

use gs1::Epc;
use serde::Serialize;

use super::PartyRef;
use super::cold::ColdChainView;
use crate::engine::Engine;
use crate::state::{EventId, State, ThingId};
use crate::telemetry::legs;

/// Most nodes of the contents tree that are listed; the count of packs is always whole.
pub const NODES_MAX: usize = 10_000;

/// A logistic unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShipmentView {
    /// Canonical id.
    pub id: String,
    /// What is in it: now, or (once it was emptied) what was in it when it was last shipped. At
    /// most [`NODES_MAX`] nodes.
    pub contents: Vec<Content>,
    /// Packs in it, at any depth.
    pub packs: usize,
    /// Ways it went, oldest first.
    pub legs: Vec<LegView>,
    /// Devices that measured it.
    pub devices: Vec<String>,
    /// How warm it was.
    pub cold_chain: ColdChainView,
}

/// Something inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Content {
    /// Canonical id.
    pub id: String,
    /// `pack`, `logistic_unit` or `other`.
    pub kind: String,
    /// What is inside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Self>,
}

/// One way; in order, the earlier is the lesser.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LegView {
    /// When it left, ms since the Unix epoch.
    pub shipped_at: i64,
    /// When it arrived.
    pub received_at: Option<i64>,
    /// Who shipped.
    pub from: Option<PartyRef>,
    /// Who received, else who it was sent to.
    pub to: Option<PartyRef>,
}

impl Engine {
    /// A logistic unit by SSCC (or by whatever id a container has); `None` when no record names it.
    pub fn shipment(&self, id: &Epc) -> Option<ShipmentView> {
        let thing = self.state.find(id)?;
        let timeline = self.state.timeline(thing);
        let ways = legs(&timeline);
        let now = i64::MAX;
        let at_ms = match ways.last() {
            Some(last) if self.state.children_at(thing, now).is_empty() => last.from_ms,
            _ => now,
        };
        let mut packs = 0;
        self.state.walk_contents(thing, at_ms, &mut |id, _| {
            packs += usize::from(self.state.gtin(id).is_some());
        });
        let mut budget = NODES_MAX;
        let always = crate::cold_chain::Span {
            from_ms: i64::MIN,
            to_ms: i64::MAX,
        };
        let series = self.state.series(thing, always);
        let devices = series.iter().filter_map(|series| series.device);
        Some(ShipmentView {
            id: id.canonical(),
            contents: self
                .state
                .tree(thing, at_ms, crate::timeline::DEPTH_MAX, &mut budget),
            packs,
            legs: ways.iter().map(|leg| self.state.leg_view(leg)).collect(),
            devices: devices
                .map(|id| self.state.names.text(id).to_owned())
                .collect(),
            cold_chain: self.state.cold_chain(thing),
        })
    }
}

impl State {
    pub(super) fn tree(
        &self,
        id: ThingId,
        at_ms: i64,
        depth: usize,
        budget: &mut usize,
    ) -> Vec<Content> {
        if depth == 0 {
            return Vec::new();
        }
        let mut nodes = Vec::new();
        for child in self.children_at(id, at_ms) {
            if *budget == 0 {
                break;
            }
            *budget -= 1;
            let Some(epc) = self.epc(child) else {
                continue;
            };
            let kind = match &epc {
                Epc::Sgtin(_) => "pack",
                Epc::Sscc(_) => "logistic_unit",
                _ => "other",
            };
            let children = self.tree(child, at_ms, depth - 1, budget);
            nodes.push(Content {
                id: epc.canonical(),
                kind: kind.to_owned(),
                children,
            });
        }
        nodes
    }

    pub(super) fn leg_view(&self, leg: &crate::telemetry::Leg) -> LegView {
        let event = |id: EventId| self.event(id);
        let shipped = event(leg.shipped);
        let received = leg.received.and_then(event);
        LegView {
            from: shipped
                .and_then(|event| self.party_of(event))
                .map(|id| self.party_ref(id)),
            to: received
                .and_then(|event| self.party_of(event))
                .or_else(|| self.bound_for(leg))
                .map(|id| self.party_ref(id)),
            shipped_at: leg.from_ms,
            received_at: received.map(|event| event.time_ms),
        }
    }
}
