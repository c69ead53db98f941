//! The trace of a lot: lanes, nodes, edges, the packs behind them, and what packs are packed in.
use std::collections::BTreeMap;

use rules::LotTrace;
use rules::views::trace::{
    TraceEdge, TraceLane, TraceNode, TracePack, TraceState, TraceSum, UnitView,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::PartyDto;
use crate::app::time_text;
use crate::app::trace::{Traced, Units};

/// A lot's packs through time: a graph of stays and movements.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LotTrace)]
pub struct LotTraceDto {
    /// Product.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// Product name.
    pub product: Option<String>,
    /// Whether all packs of the lot are in it, or only those that the caller may see.
    pub whole: bool,
    /// The packs that it is about, by where they ended up.
    pub sum: TraceSumDto,
    /// First moment of any stay.
    pub first_at: Option<String>,
    /// Last moment of any stay.
    pub last_at: Option<String>,
    /// Length of a time bucket, milliseconds; absent where one bucket holds all time.
    pub bucket_ms: Option<i64>,
    /// Holders with their places, in the order in which packs came to them.
    pub lanes: Vec<TraceLaneDto>,
    /// Stays, by lane and time.
    pub nodes: Vec<TraceNodeDto>,
    /// Movements.
    pub edges: Vec<TraceEdgeDto>,
}

/// Packs by where they ended up: made is located plus terminal plus unknown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TraceSum)]
pub struct TraceSumDto {
    /// Packs made.
    pub made: usize,
    /// Of these, in a known party's hands.
    pub located: usize,
    /// Of these, dispensed, destroyed or otherwise ended.
    pub terminal: usize,
    /// Of these, held by nobody known.
    pub unknown: usize,
    /// Packs by status.
    pub by_status: BTreeMap<String, usize>,
}

/// A holder at a place, or several of them folded into one.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TraceLane)]
pub struct TraceLaneDto {
    /// Stable name: the same holder and place have the same one in every trace.
    pub id: String,
    /// `holder`, `unknown` (nobody known holds them) or `others` (several holders folded).
    pub kind: &'static str,
    /// Who holds the packs.
    pub party: Option<PartyDto>,
    /// The premises, canonical.
    pub place: Option<String>,
    /// Their name.
    pub place_name: Option<String>,
    /// ISO 3166-1 alpha-2 code of their country.
    pub country: Option<String>,
    /// Latitude, degrees (WGS 84).
    pub latitude: Option<f64>,
    /// Longitude, degrees (WGS 84).
    pub longitude: Option<f64>,
    /// Holders with their places in it: 1, or how many are folded.
    pub holders: usize,
    /// Stays of packs in it; a pack that came twice counts twice.
    pub packs: usize,
}

/// What stayed in a lane, of the packs that came in one time bucket.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TraceNode)]
pub struct TraceNodeDto {
    /// Stable name: lane and bucket.
    pub id: String,
    /// Place of its lane in `lanes`.
    pub lane: usize,
    /// When the first of them came.
    pub first_at: String,
    /// When the last of them left or was last heard of there.
    pub last_at: String,
    /// Packs that came.
    pub packs: usize,
    /// Of these, packs that begin here: made, or first heard of.
    pub made: usize,
    /// Of these, packs that went no further, by status.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<TraceStateDto>,
}

/// Packs that went no further.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TraceState)]
pub struct TraceStateDto {
    /// Status in CBV terms.
    pub status: &'static str,
    /// Whether their life is over.
    pub terminal: bool,
    /// Packs.
    pub packs: usize,
    /// When the first got this status.
    pub first_at: String,
    /// When the last did.
    pub last_at: String,
}

/// Packs that moved from one node to another, or are on their way.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TraceEdge)]
pub struct TraceEdgeDto {
    /// Place of the node they left in `nodes`.
    pub from: usize,
    /// Place of the node they came to; absent while they are on their way, and counted where they
    /// left from.
    pub to: Option<usize>,
    /// Place of the lane they went to in `lanes`, where it is known.
    pub to_lane: Option<usize>,
    /// Packs.
    pub packs: usize,
    /// Of these, packs that moved in no container.
    pub loose: usize,
    /// When the first left.
    pub left_at: String,
    /// When the last arrived.
    pub came_at: Option<String>,
    /// Containers they moved in, at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<String>,
    /// How many those are.
    pub unit_count: usize,
    /// Business steps by which they left and came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<&'static str>,
}

/// Packs behind a node or an edge of a trace.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TracePacks)]
pub struct TracePacksDto {
    /// Packs of this page, in the order they were made.
    pub packs: Vec<TracePackDto>,
    /// How many there are.
    pub count: usize,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One pack of a trace.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TracePack)]
pub struct TracePackDto {
    /// Canonical identifier.
    pub id: String,
    /// Serial number.
    pub serial: String,
    /// Status now, in CBV terms.
    pub status: &'static str,
    /// When it came to the node.
    pub came_at: String,
    /// When it left it or was last heard of there.
    pub left_at: String,
    /// When it arrived where it went to, if it went on.
    pub arrived_at: Option<String>,
}

/// One level of what the packs of a lot are in now.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LotUnits)]
pub struct LotUnitsDto {
    /// Packs of the lot at this level and in everything below it.
    pub packs: usize,
    /// Containers of this level, the fullest first, at most 1,000.
    pub units: Vec<LotUnitDto>,
    /// How many containers there are.
    pub unit_count: usize,
    /// Packs at this level that are in no further container, at most 1,000.
    pub loose: Vec<LotUnitDto>,
    /// How many those are.
    pub loose_count: usize,
}

/// A container or a pack.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LotUnit)]
pub struct LotUnitDto {
    /// Canonical identifier.
    pub id: String,
    /// `pack`, `logistic_unit` or `other`.
    pub kind: &'static str,
    /// Packs of the lot in it, at any depth; 1 of a pack.
    pub packs: usize,
    /// Containers directly in it that hold packs of the lot.
    pub units: usize,
    /// Status of a pack, in CBV terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// Who holds it.
    pub holder: Option<PartyDto>,
}

impl From<Traced> for LotTraceDto {
    fn from(it: Traced) -> Self {
        let LotTrace {
            lanes,
            nodes,
            edges,
            ..
        } = it.trace;
        Self {
            gtin: it.trace.gtin,
            lot: it.trace.lot,
            product: it.trace.product,
            whole: it.whole,
            sum: it.trace.sum.into(),
            first_at: it.trace.first_ms.map(time_text),
            last_at: it.trace.last_ms.map(time_text),
            bucket_ms: it.trace.bucket_ms,
            lanes: lanes.into_iter().map(Into::into).collect(),
            nodes: nodes.into_iter().map(Into::into).collect(),
            edges: edges.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<TraceSum> for TraceSumDto {
    fn from(it: TraceSum) -> Self {
        Self {
            made: it.made,
            located: it.located,
            terminal: it.terminal,
            unknown: it.unknown,
            by_status: it.by_status,
        }
    }
}

impl From<TraceLane> for TraceLaneDto {
    fn from(it: TraceLane) -> Self {
        let degrees = |e7: i32| f64::from(e7) / 1e7;
        let name = it.name;
        Self {
            id: it.id,
            kind: it.kind,
            party: it.party.map(|gln| PartyDto { gln, name }),
            place: it.place,
            place_name: it.place_name,
            country: it.country,
            latitude: it.latitude_e7.map(degrees),
            longitude: it.longitude_e7.map(degrees),
            holders: it.holders,
            packs: it.packs,
        }
    }
}

impl From<TraceNode> for TraceNodeDto {
    fn from(it: TraceNode) -> Self {
        let state = |it: TraceState| TraceStateDto {
            status: it.status,
            terminal: it.terminal,
            packs: it.packs,
            first_at: time_text(it.first_ms),
            last_at: time_text(it.last_ms),
        };
        Self {
            id: it.id,
            lane: it.lane,
            first_at: time_text(it.first_ms),
            last_at: time_text(it.last_ms),
            packs: it.packs,
            made: it.made,
            states: it.states.into_iter().map(state).collect(),
        }
    }
}

impl From<TraceEdge> for TraceEdgeDto {
    fn from(it: TraceEdge) -> Self {
        Self {
            from: it.from,
            to: it.to,
            to_lane: it.to_lane,
            packs: it.packs,
            loose: it.loose,
            left_at: time_text(it.left_ms),
            came_at: it.came_ms.map(time_text),
            units: it.units,
            unit_count: it.unit_count,
            steps: it.steps,
        }
    }
}

impl From<TracePack> for TracePackDto {
    fn from(it: TracePack) -> Self {
        Self {
            id: it.id,
            serial: it.serial,
            status: it.status,
            came_at: time_text(it.came_ms),
            left_at: time_text(it.left_ms),
            arrived_at: it.arrived_ms.map(time_text),
        }
    }
}

impl From<Units> for LotUnitsDto {
    fn from(it: Units) -> Self {
        let unit = |it: UnitView| LotUnitDto {
            id: it.id,
            kind: it.kind,
            packs: it.packs,
            units: it.units,
            status: it.status,
            holder: it.holder.map(PartyDto::from),
        };
        Self {
            packs: it.level.packs,
            units: it.level.units.into_iter().map(unit).collect(),
            unit_count: it.unit_count,
            loose: it.level.loose.into_iter().map(unit).collect(),
            loose_count: it.loose_count,
        }
    }
}
