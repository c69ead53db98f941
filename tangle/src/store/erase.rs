//! Taking the body and the salt of items out of the ledger, for data whose time has come. What
//! stays is the item's leaf hash, so every signature, path and proof holds as before; what the
//! item said cannot be computed back.
//!
//! An erasure is first recorded in the log (a frame of its own: when, which items, and the
//! outcome that the block had, since nobody can judge it again), then the segments with the
//! bodies are written anew beside the old ones and take their place in one step. The frames keep
//! their places and their room. A crash in between is made good when the ledger is opened.

use std::collections::BTreeMap;
use std::sync::Arc;

use tangle_verify::cbor::{Reader as CborReader, Writer};
use tangle_verify::error::Malformed;
use tangle_verify::{BlockId, Kind, Media, Outcome, VerifiedBlock, limits};

use super::frame::{self, Draft, FrameKind, PAYLOAD_BYTES_MAX};
use super::log::{Place, Written, segment_name};
use super::reader::{Reader, Status};
use super::shared::Shared;
use super::tangle::Tangle;
use crate::error::Broken;

/// Blocks in one record of the log.
const RECORD_BLOCKS_MAX: usize = 1000;

/// How long items of one media are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionClass {
    /// The media.
    pub media: Media,
    /// For so long after the block's clock, milliseconds.
    pub keep_ms: u64,
}

/// What an erasure did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Blocks of which items were erased.
    pub blocks: u64,
    /// Items that were erased.
    pub items: u64,
    /// Segments that were written anew.
    pub segments: u64,
}

/// Items to erase: their block and their indices in it.
pub type Wanted = (BlockId, Vec<u16>);

impl Reader {
    /// Items whose time has come at `now_ms`, among `count` blocks from the `from`th recorded
    /// one on; and from where to look on, `None` at the end. Media that no class names are kept
    /// for good.
    pub fn due(
        &self,
        classes: &[RetentionClass],
        now_ms: u64,
        from: u64,
        count: u64,
    ) -> Result<(Vec<Wanted>, Option<u64>), Broken> {
        let end = from.saturating_add(count).min(self.recorded());
        let mut due = Vec::new();
        for lid in from..end {
            let block = self.recorded_at(lid)?;
            let age = now_ms.saturating_sub(block.header().hlc.ms());
            let is_due = |media: Media| {
                let class = classes.iter().find(|class| class.media == media);
                class.is_some_and(|class| age > class.keep_ms)
            };
            let items = block.items().filter(|(_, item)| is_due(item.media));
            let items: Vec<u16> = items.map(|(at, _)| at).collect();
            if !items.is_empty() && block.header().kind != Kind::Registry {
                due.push((*block.id(), items));
            }
        }
        Ok((due, (end < self.recorded()).then_some(end)))
    }
}

impl Tangle {
    /// Erases items. Their blocks must be final: covered, with their outcome, by a checkpoint.
    /// Items of registry blocks are never erased. On return nothing of the items is in the log.
    /// Copies made before still have them: restore one, and erase again what its log does not
    /// say is erased.
    pub fn erase(&mut self, wanted: &[Wanted], now_ms: u64) -> Result<Erased, Broken> {
        let erasures = wanted.iter().map(|wanted| self.erasure(wanted));
        let erasures: Vec<Erasure> = erasures.collect::<Result<_, _>>()?;
        self.guarded(|it| {
            for part in erasures.chunks(RECORD_BLOCKS_MAX) {
                let record = encode(part, now_ms);
                it.log.append(&[Draft::new(FrameKind::Erasure, &record)])?;
                it.state.mark.tail = it.log.tail();
                it.publish_tail();
            }
            it.strip(&erasures)
        })
    }

    fn erasure(&self, (id, items): &Wanted) -> Result<Erasure, Broken> {
        let reader = self.reader();
        let misuse = |what| Err(Broken::Misuse { what });
        if reader.status(id)? != Some(Status::Final) {
            return misuse("only items of final blocks are erased");
        }
        let Some(block) = reader.block(id)? else {
            return misuse("the block is not recorded");
        };
        if block.header().kind == Kind::Registry {
            return misuse("items of registry blocks are needed for good");
        }
        let count = block.slots().len();
        if items.is_empty() || items.iter().any(|item| usize::from(*item) >= count) {
            return misuse("the block has no such item");
        }
        let mut items = items.clone();
        items.sort_unstable();
        items.dedup();
        Ok(Erasure {
            id: *id,
            items,
            outcome: reader.outcome(id)?.unwrap_or(Outcome::Applied),
        })
    }

    /// Writes the segments with these items anew, without them.
    pub(super) fn strip(&mut self, erasures: &[Erasure]) -> Result<Erased, Broken> {
        let mut erased = Erased::default();
        let mut segments: BTreeMap<u32, Vec<(Written, VerifiedBlock)>> = BTreeMap::new();
        for erasure in erasures {
            let Some(found) = self.shared.find(&erasure.id)? else {
                continue;
            };
            let stripped = found.block.erase(&erasure.items);
            if stripped.bytes() == found.block.bytes() {
                continue;
            }
            erased.blocks += 1;
            erased.items += (found.block.items().count() - stripped.items().count()) as u64;
            let at = Written {
                place: found.row.place,
                room: found.row.room,
            };
            let here = segments.entry(at.place.segment).or_default();
            here.push((at, stripped));
        }
        for (number, blocks) in segments {
            replace(&self.shared, number, &blocks)?;
            self.log.reopen(number)?;
            erased.segments += 1;
        }
        Ok(erased)
    }
}

/// Replaces frames of one segment in one step.
fn replace(
    shared: &Arc<Shared>,
    number: u32,
    blocks: &[(Written, VerifiedBlock)],
) -> Result<(), Broken> {
    let file = shared.segments.file(number)?;
    let failed = || super::log::Segments::storage(number);
    let length = file.len().map_err(failed())?;
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
    file.read_at(0, &mut bytes).map_err(failed())?;
    for (at, block) in blocks {
        let start = usize::try_from(at.place.offset).unwrap_or(usize::MAX);
        let old = bytes
            .get(start..)
            .and_then(|rest| frame::read(rest, at.place));
        let fits = |room: usize| u32::try_from(room).ok() == Some(at.room);
        let turn = old.filter(|frame| fits(frame.room)).map(|frame| frame.turn);
        let draft = Draft {
            kind: FrameKind::Block,
            payload: block.bytes(),
            reserve: (at.room as usize).saturating_sub(frame::HEADER_BYTES),
        };
        let (Some(turn), true) = (turn, fits(draft.room())) else {
            return Err(misplaced(
                at.place,
                "the frame has no room for what is left of it",
            ));
        };
        let mut fresh = Vec::with_capacity(draft.room());
        frame::write(&mut fresh, at.place, &draft, turn);
        let place = bytes.get_mut(start..start + fresh.len());
        let place = place.ok_or_else(|| misplaced(at.place, "the file ends in the frame"))?;
        place.copy_from_slice(&fresh);
    }
    shared.segments.replace(number, &bytes)
}

fn misplaced(place: Place, what: &str) -> Broken {
    Broken::corrupt(&segment_name(place.segment), place.offset.into(), what)
}

/// Items of one block that are erased, and the outcome that the block had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Erasure {
    pub(super) id: BlockId,
    pub(super) items: Vec<u16>,
    pub(super) outcome: Outcome,
}

/// A record of the log: `[1, now_ms, [[id, [items], outcome]..]]`, canonical CBOR.
fn encode(erasures: &[Erasure], now_ms: u64) -> Vec<u8> {
    let mut out = Writer::with_capacity(64 + erasures.len() * 80);
    out.array(3).uint(1).uint(now_ms).array(erasures.len());
    for Erasure { id, items, outcome } in erasures {
        out.array(3).bytes(id.as_bytes()).array(items.len());
        for item in items {
            out.uint((*item).into());
        }
        out.bytes(&outcome.to_bytes());
    }
    out.into_vec()
}

/// Reads a record of the log.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<Erasure>, Malformed> {
    let mut reader = CborReader::new(bytes, PAYLOAD_BYTES_MAX, "an erasure")?;
    reader.array_of(3, "the three parts of an erasure")?;
    reader.exactly(1, "version 1")?;
    reader.uint(u64::MAX)?;
    let mut erasures = Vec::new();
    for _ in 0..reader.array(RECORD_BLOCKS_MAX)? {
        reader.array_of(3, "block, items, outcome")?;
        let id = BlockId::new(reader.fixed("a block id")?);
        let mut items = Vec::new();
        for _ in 0..reader.array(limits::ITEMS_MAX)? {
            items.push(reader.u16()?);
        }
        let outcome = Outcome::from_bytes(reader.bytes(64)?)?;
        erasures.push(Erasure { id, items, outcome });
    }
    reader.finish()?;
    Ok(erasures)
}
