//! What was drawn, in words: lanes get their names and places, containers their identifiers. What
//! may not be shown to who asks is left out of the lists.

use crate::engine::Engine;
use crate::state::{ThingId, index};

use super::draw::{ALL_TIME, Drawn, Edge, Node};
use super::gather::Gathered;
use super::way::{Spot, Spots};
use super::{LotTrace, Sees, TRACE_UNITS_LISTED, TraceEdge, TraceLane, TraceNode, TraceState};

impl Engine {
    pub(super) fn tell(
        &self,
        gathered: &Gathered,
        spots: &Spots,
        drawn: &Drawn,
        sees: Option<Sees<'_>>,
    ) -> LotTrace {
        let mut lanes = self.lanes(spots, drawn);
        for node in &drawn.nodes {
            if let Some(lane) = lanes.get_mut(node.slot) {
                lane.packs += node.packs;
            }
        }
        let nodes = drawn.nodes.iter();
        let edges = drawn.edges.iter();
        LotTrace {
            gtin: String::new(),
            lot: String::new(),
            product: None,
            sum: gathered.sum.clone(),
            first_ms: gathered.stays.iter().map(|it| it.from_ms).min(),
            last_ms: gathered.stays.iter().map(|it| it.last_ms).max(),
            bucket_ms: (drawn.bucket_ms != ALL_TIME).then_some(drawn.bucket_ms),
            nodes: nodes.map(|node| told(node, &lanes)).collect(),
            edges: edges.map(|edge| self.edge(edge, sees)).collect(),
            lanes,
        }
    }

    /// The lanes as they are drawn.
    pub(super) fn lanes(&self, spots: &Spots, drawn: &Drawn) -> Vec<TraceLane> {
        let own = drawn.lanes.iter().filter_map(|lane| spots.get(*lane));
        let mut lanes: Vec<TraceLane> = own.map(|spot| self.lane_of(spot)).collect();
        if !drawn.folded.is_empty() {
            lanes.push(TraceLane {
                id: "others".to_owned(),
                kind: "others",
                holders: drawn.folded.len(),
                ..nobody()
            });
        }
        lanes
    }

    fn lane_of(&self, spot: &Spot) -> TraceLane {
        let party = spot.holder.map(|id| self.state.party_ref(id));
        let place = spot.place.and_then(|id| self.state.places.epc(id));
        let known = place.and_then(|place| self.location(place));
        let site = place.map(|place| crate::state::intern::premises(place).canonical());
        let point = known.and_then(crate::Location::point);
        let gln = party.as_ref().map_or("", |party| party.gln.as_str());
        let mut hash = blake3::Hasher::new_derive_key("theriac rules trace lane v1");
        hash.update(gln.as_bytes());
        hash.update(&[0]);
        hash.update(site.as_deref().unwrap_or_default().as_bytes());
        let id = crate::judge_thing::first_half(hash.finalize().as_bytes());
        TraceLane {
            id: crate::hex::encode(id.get(..8).unwrap_or_default()),
            kind: if party.is_some() { "holder" } else { "unknown" },
            name: party.as_ref().and_then(|party| party.name.clone()),
            party: party.map(|party| party.gln),
            place: site,
            place_name: known.map(|known| known.name.clone()),
            country: known.and_then(|known| known.country.clone()),
            latitude_e7: point.map(|point| point.latitude_e7),
            longitude_e7: point.map(|point| point.longitude_e7),
            holders: 1,
            packs: 0,
        }
    }

    fn edge(&self, edge: &Edge, sees: Option<Sees<'_>>) -> TraceEdge {
        let epcs = edge.units.iter();
        let epcs = epcs.filter_map(|unit| self.state.epc(ThingId::at(index(*unit))));
        let units: Vec<String> = epcs
            .filter(|epc| sees.is_none_or(|sees| sees(epc)))
            .map(|epc| epc.canonical())
            .collect();
        TraceEdge {
            from: index(edge.from),
            to: edge.to.map(index),
            to_lane: edge.to_slot,
            packs: edge.packs,
            loose: edge.loose,
            left_ms: edge.left_ms,
            came_ms: edge.came_ms,
            unit_count: units.len(),
            units: units.into_iter().take(TRACE_UNITS_LISTED).collect(),
            steps: edge.steps.iter().copied().collect(),
        }
    }
}

/// Stable name of a node.
pub(super) fn node_id(lane: &str, bucket: i64) -> String {
    format!("{lane}-{bucket}")
}

fn told(node: &Node, lanes: &[TraceLane]) -> TraceNode {
    let lane = lanes.get(node.slot).map_or("", |lane| lane.id.as_str());
    let states = node.states.iter();
    TraceNode {
        id: node_id(lane, node.bucket),
        lane: node.slot,
        first_ms: node.first_ms,
        last_ms: node.last_ms,
        packs: node.packs,
        made: node.made,
        states: states
            .map(
                |(status, (terminal, packs, first_ms, last_ms))| TraceState {
                    status,
                    terminal: *terminal,
                    packs: *packs,
                    first_ms: *first_ms,
                    last_ms: *last_ms,
                },
            )
            .collect(),
    }
}

fn nobody() -> TraceLane {
    TraceLane {
        id: String::new(),
        kind: "unknown",
        party: None,
        name: None,
        place: None,
        place_name: None,
        country: None,
        latitude_e7: None,
        longitude_e7: None,
        holders: 0,
        packs: 0,
    }
}
