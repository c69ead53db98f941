//! The ledger for people: what the tangle looks like now, and its blocks, the newest first. Whoever
//! may query sees its shape (which block approves which, when it was ordered, under which
//! milestone), because that is what proofs rest on; who made a block and what is in it is told of
//! those only that it sees something of.
use tangle::{BlockId, Kind, Role, VerifiedBlock};

use crate::app::blocks::Sight;
use crate::app::events::owner;
use crate::app::failure::Failure;
use crate::auth::{Permit, actions};
use crate::limits::{BLOCKS_PAGE_MAX, FINALITY_BLOCKS, RATE_WINDOW_MS, TIPS_TOLD_MAX};
use crate::node::{Node, WitnessState};

/// How it stands with the tangle.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Leaves under the latest checkpoint, and their root, hex; none before the first one.
    pub checkpoint: Option<(u64, String)>,
    /// Milestones.
    pub milestones: u32,
    /// Blocks in the total order.
    pub ordered: u64,
    /// Blocks on disk; more than are ordered while some wait for a milestone.
    pub recorded: u64,
    /// Blocks that nothing approves yet.
    pub tips: usize,
    /// Ids of tips, at most [`TIPS_TOLD_MAX`].
    pub tip_ids: Vec<BlockId>,
    /// Blocks that were ordered within [`RATE_WINDOW_MS`].
    pub lately: usize,
    /// From a block's own clock to its milestone, of the latest blocks.
    pub finality: Finality,
    /// Witnesses that are asked.
    pub witnesses: Vec<WitnessState>,
    /// Whether the node writes.
    pub writes: bool,
}

/// How long blocks took from their author's clock to the milestone that ordered them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Finality {
    /// Blocks that were looked at.
    pub blocks: usize,
    /// Half of them took at most this long, milliseconds.
    pub p50_ms: Option<i64>,
    /// 95 of 100 took at most this long, milliseconds.
    pub p95_ms: Option<i64>,
}

impl Finality {
    /// Of these times, by the nearest rank.
    fn of(mut times_ms: Vec<i64>) -> Self {
        times_ms.sort_unstable();
        let count = times_ms.len();
        let rank = |percent: usize| {
            let rank = count.saturating_mul(percent).div_ceil(100);
            times_ms.get(rank.checked_sub(1)?).copied()
        };
        Self {
            blocks: count,
            p50_ms: rank(50),
            p95_ms: rank(95),
        }
    }
}

/// How it stands with the tangle.
///
/// # Errors
/// The ledger's.
pub fn overview(node: &Node, _permit: &Permit<actions::Query>) -> Result<Overview, Failure> {
    let (recorded, tips) = node.with_reader(|reader| (reader.recorded(), reader.tips()))?;
    let since_ms = node.world().now_ms().saturating_sub(RATE_WINDOW_MS);
    let (latest, ordered, lately, milestones) = {
        let fold = node.fold();
        let blocks = fold.catalog.block_count();
        let lately = blocks.saturating_sub(fold.catalog.first_block_from(since_ms));
        let latest = fold.catalog.newest_blocks(None, FINALITY_BLOCKS);
        (latest, blocks, lately, fold.milestones)
    };
    let mut times_ms = Vec::with_capacity(latest.len());
    for row in latest {
        if let Some(block) = node.block(&row.id)? {
            times_ms.push(row.recorded_ms.saturating_sub(signed_ms(&block)).max(0));
        }
    }
    let told = tips.iter().take(TIPS_TOLD_MAX).copied();
    Ok(Overview {
        checkpoint: node
            .checkpoint()
            .map(|it| (it.checkpoint.size, hex::encode(it.checkpoint.root))),
        milestones,
        ordered: u64::try_from(ordered).unwrap_or(u64::MAX),
        recorded,
        tips: tips.len(),
        tip_ids: told.collect(),
        lately,
        finality: Finality::of(times_ms),
        witnesses: node.witnesses(),
        writes: node.ready(),
    })
}

/// A page of blocks.
#[derive(Clone, Debug)]
pub struct Page {
    /// The blocks, the newest first.
    pub blocks: Vec<Row>,
    /// Position below which the next page begins.
    pub next: Option<u64>,
}

/// A block among others.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: BlockId,
    /// Its place in the total order.
    pub position: u64,
    /// Number of its milestone.
    pub milestone: u32,
    /// Time of its milestone, Unix milliseconds.
    pub recorded_ms: i64,
    /// Whether a checkpoint covers it.
    pub is_final: bool,
    /// What it approves.
    pub parents: Vec<BlockId>,
    /// What the principal sees of it; `None` when that is nothing.
    pub seen: Option<Seen>,
}

/// What is told of a block to whoever sees something of it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What kind it is.
    pub kind: Kind,
    /// Key of its author.
    pub author: String,
    /// Organisation of its author: a GLN, or `operator`.
    pub organisation: Option<String>,
    /// Name of the organisation.
    pub name: Option<String>,
    /// Label of the gateway or device that signed it.
    pub device: Option<String>,
    /// The physical part of its clock, Unix milliseconds.
    pub signed_ms: i64,
    /// Its items, erased ones too.
    pub items: usize,
    /// Those whose content the principal sees.
    pub visible: usize,
}

/// Blocks below a position, the newest first.
///
/// # Errors
/// The ledger's.
pub fn blocks(
    node: &Node,
    permit: &Permit<actions::Query>,
    before: Option<u64>,
    count: usize,
) -> Result<Page, Failure> {
    let count = count.clamp(1, BLOCKS_PAGE_MAX);
    let size = node.checkpoint().map_or(0, |it| it.checkpoint.size);
    let rows = node.fold().catalog.newest_blocks(before, count);
    let next = rows.last().map(|row| row.position);
    let mut blocks = Vec::with_capacity(rows.len());
    for row in &rows {
        let Some(block) = node.block(&row.id)? else {
            continue;
        };
        let prev = block.header().prev.into_iter();
        let mut parents: Vec<BlockId> = prev.collect();
        parents.extend(block.header().parents.iter());
        blocks.push(Row {
            id: row.id,
            position: row.position,
            milestone: row.milestone,
            recorded_ms: row.recorded_ms,
            is_final: row.leaf() < size,
            parents,
            seen: seen(node, permit, &block),
        });
    }
    let more = |position: &u64| *position > 0 && rows.len() == count;
    Ok(Page {
        blocks,
        next: next.filter(more),
    })
}

fn seen(node: &Node, permit: &Permit<actions::Query>, block: &VerifiedBlock) -> Option<Seen> {
    let organisation = owner(node, block);
    let sight = Sight::of(node, permit, block, organisation.as_deref());
    let visible = block
        .items()
        .filter(|(_, item)| sight.of_item(item))
        .count();
    if visible == 0 && !sight.of_block() {
        return None;
    }
    let fold = node.fold();
    let key = &block.header().kid;
    let author = fold.registry().author(key);
    let machine = author.filter(|it| matches!(it.role, Role::Gateway | Role::Device));
    let name = organisation.as_deref().and_then(|id| {
        let party = fold.engine.party(id).map(|it| it.name.clone());
        party.or_else(|| Some(fold.registry().organisation(id)?.name.clone()))
    });
    Some(Seen {
        kind: block.header().kind,
        author: key.to_string(),
        device: machine.map(|it| it.label.clone()),
        name,
        signed_ms: signed_ms(block),
        items: block.slots().len(),
        visible,
        organisation,
    })
}

/// When the author says it signed.
fn signed_ms(block: &VerifiedBlock) -> i64 {
    i64::try_from(block.header().hlc.ms()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finality_is_told_by_the_nearest_rank() {
        for (times, p50, p95) in [
            (vec![], None, None),
            (vec![7], Some(7), Some(7)),
            (vec![9, 1], Some(1), Some(9)),
            ((1..=20).rev().collect(), Some(10), Some(19)),
            ((1..=200).collect(), Some(100), Some(190)),
        ] {
            let told = Finality::of(times.clone());
            assert_eq!((told.p50_ms, told.p95_ms), (p50, p95), "{times:?}");
            assert_eq!(told.blocks, times.len());
        }
    }
}
