//! What the writer and all readers of one open ledger share: the files, the index, and the view
//! of the latest durable state.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use tangle_verify::{
    BlockId, Checkpoint, Genesis, KeyId, NetworkId, SignedBlock, VerifiedBlock, VerifierKey,
};

use super::index::{INDEX, Index};
use super::log::{Place, Segments, Tail, Written, segment_name};
use super::rows::BlockRow;
use super::tree;
use crate::error::Broken;
use crate::ledger::Head;
use crate::registry::Registry;
use crate::store::frame::FrameKind;
use crate::tips::Tips;

/// The keys under which a block can be found again. The ledger does not look into events; who
/// opens it says what can be asked for.
pub trait PostingKeys: Send + Sync {
    /// Appends (namespace, key) pairs of this block to `out`. A function of the block alone: the
    /// same keys must come out when the index is rebuilt.
    fn keys(&self, block: &VerifiedBlock, out: &mut Vec<(u8, Vec<u8>)>);
}

/// No keys: blocks are found by id and position only.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoKeys;

impl PostingKeys for NoKeys {
    fn keys(&self, _: &VerifiedBlock, _: &mut Vec<(u8, Vec<u8>)>) {}
}

/// The latest durable state, replaced as a whole.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) registry: Arc<Registry>,
    pub(super) milestones: u32,
    pub(super) concluded: u32,
    pub(super) leaves: u64,
    /// Blocks that are durable.
    pub(super) recorded: u64,
    /// End of what is durable of the log.
    pub(super) tail: Tail,
    pub(super) signed: Option<Arc<Signed>>,
    /// The latest checkpoint that witnesses co-signed, with their cosignatures.
    pub(super) witnessed: Option<Arc<Signed>>,
}

/// The latest signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) note: String,
    pub(super) checkpoint: Checkpoint,
    pub(super) keys: Vec<VerifierKey>,
}

pub(super) struct Shared {
    pub(super) genesis: Genesis,
    pub(super) network: NetworkId,
    pub(super) segments: Arc<Segments>,
    pub(super) index: Index,
    /// Nodes of the log's tree that many proofs need.
    pub(super) kept: tree::Kept,
    pub(super) keys: Arc<dyn PostingKeys>,
    pub(super) view: RwLock<View>,
    /// Where each author's chain stands, as far as it is durable. Beside the view, because a copy
    /// for every group commit would cost as much as there are authors.
    pub(super) heads: RwLock<BTreeMap<KeyId, Head>>,
    /// Durable blocks that nothing durable approves. Beside the view for the same reason: devices
    /// that nobody merges leave a tip each.
    pub(super) tips: RwLock<BTreeSet<BlockId>>,
}

impl Shared {
    pub(super) fn view(&self) -> View {
        self.view
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn publish(&self, change: impl FnOnce(&mut View)) {
        change(&mut self.view.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Where the durable part of an author's chain ends.
    pub(super) fn head(&self, author: &KeyId) -> Option<Head> {
        let heads = self.heads.read().unwrap_or_else(PoisonError::into_inner);
        heads.get(author).copied()
    }

    /// Moves heads on; those given must be durable.
    pub(super) fn publish_heads(&self, moved: impl Iterator<Item = (KeyId, Head)>) {
        let mut heads = self.heads.write().unwrap_or_else(PoisonError::into_inner);
        heads.extend(moved);
    }

    /// Takes durable blocks among the tips, as far as they are some in `now`; what they approve
    /// is no tip any more.
    pub(super) fn publish_tips(&self, blocks: &[VerifiedBlock], now: &Tips) {
        let mut tips = self.tips.write().unwrap_or_else(PoisonError::into_inner);
        for block in blocks {
            for approved in block.header().approved() {
                tips.remove(approved);
            }
        }
        let ids = blocks.iter().map(VerifiedBlock::id);
        tips.extend(ids.filter(|id| now.fact(id).is_some()));
    }

    /// The block in this row; decoded and hashed again as it leaves the disk.
    pub(super) fn load(&self, row: &BlockRow) -> Result<VerifiedBlock, Broken> {
        let (place, room) = (row.place, row.room);
        self.load_at(Written { place, room })
    }

    /// The block of a local id that the index names, likewise.
    pub(super) fn load_lid(&self, lid: u64) -> Result<VerifiedBlock, Broken> {
        match self.index.place(lid) {
            Some(written) => self.load_at(written),
            None => self.load(&self.row(lid)?),
        }
    }

    fn load_at(&self, Written { place, room }: Written) -> Result<VerifiedBlock, Broken> {
        let (kind, bytes) = self.segments.read(place, room)?;
        if kind != FrameKind::Block {
            return Err(not_there(place, "the frame is not that of a block"));
        }
        stored_block(&bytes, &self.network).map_err(|what| not_there(place, &what))
    }

    /// The row of a local id that another row names.
    pub(super) fn row(&self, lid: u64) -> Result<BlockRow, Broken> {
        let missing = || Broken::corrupt(INDEX, 0, format!("the row of block {lid} is missing"));
        self.index.block(lid)?.ok_or_else(missing)
    }

    /// The block at a position of the total order.
    pub(super) fn at_position(&self, position: u64) -> Result<VerifiedBlock, Broken> {
        let missing = || {
            Broken::corrupt(
                INDEX,
                0,
                format!("the row of position {position} is missing"),
            )
        };
        let lid = self.index.at_position(position)?.ok_or_else(missing)?;
        let row = self.row(lid)?;
        if row.position != Some(position) {
            let what = format!("position {position} leads to a block with another position");
            return Err(Broken::corrupt(INDEX, 0, what));
        }
        self.load(&row)
    }

    /// A block by id, with its row; `None` if it is not recorded. The index knows a part of the
    /// id only; the block decides.
    pub(super) fn find(&self, id: &BlockId) -> Result<Option<Found>, Broken> {
        let found = self.find_by(id, |lid| {
            let row = self.row(lid)?;
            Ok((row, self.load(&row)?))
        })?;
        Ok(found.map(|(lid, row, block)| Found { lid, row, block }))
    }

    /// The local id of a block and the block, likewise, where nothing else is asked for: its row is
    /// read only if nothing else tells where the block lies.
    pub(super) fn find_block(&self, id: &BlockId) -> Result<Option<(u64, VerifiedBlock)>, Broken> {
        let found = self.find_by(id, |lid| Ok(((), self.load_lid(lid)?)))?;
        Ok(found.map(|(lid, (), block)| (lid, block)))
    }

    fn find_by<T>(
        &self,
        id: &BlockId,
        load: impl Fn(u64) -> Result<(T, VerifiedBlock), Broken>,
    ) -> Result<Option<(u64, T, VerifiedBlock)>, Broken> {
        let mut damaged = None;
        for lid in self.index.lids(id)? {
            match load(lid) {
                Ok((with, block)) if block.id() == id => return Ok(Some((lid, with, block))),
                Ok(_) => {}
                Err(error) => damaged = Some(error),
            }
        }
        // What cannot be read may be the block.
        damaged.map_or(Ok(None), Err)
    }
}

/// Ends the writing to the index when the ledger goes, though readers stay.
pub(super) struct StopsWriting(pub(super) Arc<Shared>);

impl Drop for StopsWriting {
    fn drop(&mut self) {
        self.0.index.stop();
    }
}

/// A recorded block.
pub(super) struct Found {
    pub(super) lid: u64,
    pub(super) row: BlockRow,
    pub(super) block: VerifiedBlock,
}

fn not_there(place: Place, what: &str) -> Broken {
    Broken::corrupt(&segment_name(place.segment), place.offset.into(), what)
}

/// A block from bytes of our own log. Its id is computed again; the signature was checked when
/// it came in, and the frame's checksum guards its bytes.
pub(super) fn stored_block(bytes: &[u8], network: &NetworkId) -> Result<VerifiedBlock, String> {
    let block = SignedBlock::decode(bytes).map_err(|error| error.to_string())?;
    block
        .into_stored(network)
        .map_err(|error| error.to_string())
}
