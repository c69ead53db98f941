//! The tangle's state, and its blocks in a list.
use serde::Serialize;
use utoipa::ToSchema;

use super::block::kind_word;
use crate::app::ledger::{Overview, Page, Row, Seen};
use crate::app::time_text;
use crate::limits::RATE_WINDOW_MS;
use crate::node::WitnessState;

/// How it stands with the tangle.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Ledger)]
pub struct LedgerDto {
    /// Leaves under the latest checkpoint.
    pub size: u64,
    /// Their root hash, hex; none before the first checkpoint.
    pub root: Option<String>,
    /// Milestones so far.
    pub milestones: u32,
    /// Blocks in the total order.
    pub blocks: u64,
    /// Blocks that are on disk and wait for a milestone.
    pub waiting: u64,
    /// Blocks that nothing approves yet.
    pub tips: LedgerTipsDto,
    /// How many blocks come.
    pub rate: RateDto,
    /// How long a block takes from its author's clock to its milestone.
    pub finality: FinalityDto,
    /// Witnesses that are asked to co-sign checkpoints.
    pub witnesses: Vec<SeatDto>,
    /// Whether the node writes.
    pub writes: bool,
}

/// Blocks that nothing approves yet.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LedgerTips)]
pub struct LedgerTipsDto {
    /// How many there are.
    pub count: usize,
    /// Ids of up to 64 of them.
    pub ids: Vec<String>,
}

/// Blocks in the last minutes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LedgerRate)]
pub struct RateDto {
    /// The time that is looked at, seconds.
    pub window_s: i64,
    /// Blocks that were ordered in it.
    pub blocks: usize,
    /// Blocks in a second.
    pub per_second: f64,
}

/// From an author's clock to the milestone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LedgerFinality)]
pub struct FinalityDto {
    /// The latest blocks that were looked at.
    pub blocks: usize,
    /// Half of them took at most this long, milliseconds.
    pub p50_ms: Option<i64>,
    /// 95 of 100 took at most this long, milliseconds.
    pub p95_ms: Option<i64>,
}

/// A witness, as everybody may know it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LedgerWitness)]
pub struct SeatDto {
    /// Name of its key.
    pub name: String,
    /// Leaves of the checkpoint that it co-signed last; none since the node runs.
    pub size: Option<u64>,
    /// Whether it refused, because it has seen another history of this log.
    pub refused: bool,
}

/// Blocks, the newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LedgerBlocks)]
pub struct LedgerBlocksDto {
    /// The blocks.
    pub blocks: Vec<LedgerBlockDto>,
    /// `before` of the next page; none at the end.
    pub next: Option<u64>,
}

/// A block in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LedgerBlock)]
pub struct LedgerBlockDto {
    /// Its id.
    pub id: String,
    /// Its place in the total order.
    pub position: u64,
    /// Number of its milestone.
    pub milestone: u32,
    /// When the milestone ordered it.
    pub recorded_at: String,
    /// Whether a checkpoint covers it.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// What it approves; the author's block before comes first.
    pub parents: Vec<String>,
    /// What the key sees of it; none when that is nothing.
    pub seen: Option<SeenBlockDto>,
}

/// What is told of a block to whoever sees something of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SeenBlock)]
pub struct SeenBlockDto {
    /// As in `Block`.
    pub kind: String,
    /// Key of its author.
    pub author: String,
    /// Organisation of its author: a GLN, or `operator`.
    pub organisation: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The gateway or device that signed it.
    pub device: Option<String>,
    /// When it was signed, by its author's clock.
    pub signed_at: String,
    /// Items in it.
    pub items: usize,
    /// Those that the key may read.
    pub visible: usize,
}

impl From<Overview> for LedgerDto {
    fn from(it: Overview) -> Self {
        let (size, root) = it
            .checkpoint
            .map_or((0, None), |(size, root)| (size, Some(root)));
        let window_s = RATE_WINDOW_MS / 1_000;
        let per = |count: usize, seconds: i64| {
            let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            count / f64::from(i32::try_from(seconds).unwrap_or(i32::MAX))
        };
        Self {
            size,
            root,
            milestones: it.milestones,
            blocks: it.ordered,
            waiting: it.recorded.saturating_sub(it.ordered),
            tips: LedgerTipsDto {
                count: it.tips,
                ids: it.tip_ids.iter().map(ToString::to_string).collect(),
            },
            rate: RateDto {
                window_s,
                blocks: it.lately,
                per_second: per(it.lately, window_s),
            },
            finality: FinalityDto {
                blocks: it.finality.blocks,
                p50_ms: it.finality.p50_ms,
                p95_ms: it.finality.p95_ms,
            },
            witnesses: it.witnesses.into_iter().map(SeatDto::from).collect(),
            writes: it.writes,
        }
    }
}

impl From<WitnessState> for SeatDto {
    fn from(it: WitnessState) -> Self {
        Self {
            name: it.key.name().to_owned(),
            size: it.size,
            refused: it.refused,
        }
    }
}

impl From<Page> for LedgerBlocksDto {
    fn from(it: Page) -> Self {
        Self {
            blocks: it.blocks.into_iter().map(LedgerBlockDto::from).collect(),
            next: it.next,
        }
    }
}

impl From<Row> for LedgerBlockDto {
    fn from(it: Row) -> Self {
        Self {
            id: it.id.to_string(),
            position: it.position,
            milestone: it.milestone,
            recorded_at: time_text(it.recorded_ms),
            is_final: it.is_final,
            parents: it.parents.iter().map(ToString::to_string).collect(),
            seen: it.seen.map(SeenBlockDto::from),
        }
    }
}

impl From<Seen> for SeenBlockDto {
    fn from(it: Seen) -> Self {
        Self {
            kind: kind_word(it.kind),
            author: it.author,
            organisation: it.organisation,
            name: it.name,
            device: it.device,
            signed_at: time_text(it.signed_ms),
            items: it.items,
            visible: it.visible,
        }
    }
}
