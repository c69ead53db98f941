//! The driver: state machine, log and index as one thing. It is the only writer; one thread owns
//! it and calls it. Every answer it gives is durable.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tangle_verify::{Anchor, BlockId, Genesis, KeyId, NetworkId, Outcome, VerifiedBlock};

use super::apply::{Recorded, State, in_seat};
use super::erase::Erasure;
use super::files::{self, Directory, Files, Lock};
use super::frame::{Draft, FrameKind};
use super::log::Log;
use super::mark::{CLEAN, Clean};
use super::reader::Reader;
use super::shared::{PostingKeys, Shared, StopsWriting};
use super::taken::{Statuses, Taken, erased_bytes_max};
use super::{CHECKPOINT, CHECKPOINT_KEYS, GENESIS, Options};
use crate::error::{Broken, Rejected};
use crate::graph::{Fact, Seat};
use crate::ledger::{Attach, Effect, Input, Ledger, Past};

/// The answer about one block that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The block.
    pub id: BlockId,
    /// What became of it.
    pub status: ReceiptStatus,
}

/// What became of a block that was submitted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ReceiptStatus {
    /// It is on disk now.
    Recorded,
    /// It was on disk before.
    #[default]
    Known,
    /// Not durable: it waits for these parents, or, where there are none, for its clock, which is
    /// ahead of ours. Send them, or send it again later.
    Waiting {
        /// Parents this node does not have, ascending.
        missing: Vec<BlockId>,
    },
    /// Not taken.
    Rejected(Rejected),
}

/// Numbers about an open ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Blocks recorded.
    pub blocks: u64,
    /// Blocks with a position in the total order.
    pub ordered: u64,
    /// Milestones cut.
    pub milestones: u32,
    /// Milestones whose outcomes are in the log's tree.
    pub concluded: u32,
    /// Leaves of the log's tree.
    pub leaves: u64,
    /// Blocks waiting for parents, in memory.
    pub waiting: usize,
    /// Tips.
    pub tips: usize,
    /// Authors that have recorded something.
    pub authors: usize,
    /// Segments of the log.
    pub segments: u32,
    /// End of the log in its last segment, bytes.
    pub segment_bytes: u32,
    /// Blocks whose rows are in memory only.
    pub unflushed: usize,
}

/// What opening found and did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// The ledger was closed cleanly before.
    pub clean: bool,
    /// Bytes of an unfinished, never acknowledged batch that were cut off.
    pub cut_bytes: u64,
    /// Blocks read from the log because they were not in the index.
    pub replayed: u64,
    /// Why the index was made anew, if it was.
    pub rebuilt: Option<String>,
}

/// The open ledger.
pub struct Tangle {
    pub(super) shared: Arc<Shared>,
    pub(super) files: Arc<dyn Files>,
    pub(super) ledger: Ledger,
    pub(super) log: Log,
    pub(super) state: State,
    pub(super) options: Options,
    pub(super) opened: Opened,
    pub(super) pending: BTreeMap<u32, Vec<BlockId>>,
    /// Outcomes of blocks with erased items whose milestones have to be concluded again.
    pub(super) kept: BTreeMap<BlockId, Outcome>,
    /// Erasures found in the log whose segments may still have the items.
    pub(super) unfinished: Vec<Erasure>,
    pub(super) flushed_ms: u64,
    pub(super) stopped: bool,
    /// Held, not read: ends the thread of the index before the lock is given back.
    pub(super) _writing: StopsWriting,
    /// Held, not read: keeps other processes out.
    pub(super) _lock: Option<Lock>,
}

impl fmt::Debug for Tangle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tangle")
            .field("network", &self.shared.network)
            .finish_non_exhaustive()
    }
}

impl Tangle {
    /// Makes a new ledger in `dir`, which may exist but must not hold one. Durable on return; a
    /// crash before leaves a directory that this can be called on again.
    pub fn create(dir: &Path, genesis: &Genesis, options: &Options) -> Result<(), Broken> {
        let files = Directory::create(dir).map_err(storage("."))?;
        let _lock = files.lock().map_err(storage("."))?;
        let files: Arc<dyn Files> = Arc::new(files);
        Self::create_over(&files, genesis, options)
    }

    /// Opens the ledger in `dir`; see [`Tangle::opened`] for what that took. Milestones that
    /// have no outcomes yet are to be concluded by the caller: [`Tangle::replay`] from
    /// [`Tangle::concluded`].
    pub fn open(dir: &Path, options: Options, keys: Box<dyn PostingKeys>) -> Result<Self, Broken> {
        let files = Directory::open(dir).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Broken::NotALedger,
            _ => storage(".")(error),
        })?;
        let lock = files.lock().map_err(storage("."))?;
        let tangle = {
            let files: Arc<dyn Files> = Arc::new(files);
            Self::open_over(
                &files,
                Options {
                    background: true,
                    ..options
                },
                keys,
            )?
        };
        Ok(Self {
            _lock: Some(lock),
            ..tangle
        })
    }

    /// Takes blocks in, in the given order, and returns one receipt for each. What the receipts
    /// call recorded is on disk on return, by one fdatasync. After an error nothing is known of
    /// these blocks, and the ledger must be opened again.
    pub fn submit(
        &mut self,
        blocks: Vec<VerifiedBlock>,
        now_ms: u64,
    ) -> Result<Vec<Receipt>, Broken> {
        let asked: Vec<BlockId> = blocks.iter().map(|block| *block.id()).collect();
        let mut statuses = self.guarded(|it| it.take_in(blocks, now_ms))?;
        let receipts = asked.into_iter().map(|id| {
            let status = statuses.answer(&id);
            Receipt { id, status }
        });
        Ok(receipts.collect())
    }

    /// Where a new block of `author` goes. `seed` (random) decides which tips it approves.
    pub fn attach(&self, author: &KeyId, seed: [u8; 32], now_ms: u64) -> Attach {
        let mut attach = self.ledger.attach(author, &seed, now_ms);
        let signed = self.shared.view().signed;
        attach.anchor = signed.map(|signed| Anchor {
            size: signed.checkpoint.size,
            root: signed.checkpoint.root,
        });
        attach
    }

    /// A handle for reading from other threads.
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.shared))
    }

    /// The name of the network.
    pub fn network(&self) -> &NetworkId {
        &self.shared.network
    }

    /// What opening found and did.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Milestones that have outcomes in the log's tree: the index of the next to conclude.
    pub fn concluded(&self) -> u32 {
        self.state.mark.concluded
    }

    /// The latest signed checkpoint.
    pub fn checkpoint_note(&self) -> Option<String> {
        self.shared.view().signed.map(|signed| signed.note.clone())
    }

    /// Numbers about the ledger.
    pub fn stats(&self) -> Stats {
        let mark = &self.state.mark;
        let tail = self.log.tail().place;
        Stats {
            blocks: mark.lids,
            ordered: mark.ordered,
            milestones: mark.milestones,
            concluded: mark.concluded,
            leaves: mark.leaves,
            waiting: self.ledger.waiting(),
            tips: self.ledger.tips().len(),
            authors: self.state.author_keys.len(),
            segments: tail.segment + 1,
            segment_bytes: tail.offset,
            unflushed: self.shared.index.unflushed(),
        }
    }

    /// Writes the rows in memory to the index. Nothing depends on it but the time the next
    /// opening takes.
    pub fn flush(&mut self) -> Result<(), Broken> {
        self.guarded(|it| {
            it.seal_rows()?;
            it.shared.index.settle()
        })
    }

    /// Closes the ledger and pins its files, so that a byte changed until the next opening is
    /// found. Readers that still exist can look nothing up any more. Without it
    /// (or after a crash) the next opening recovers from the log.
    pub fn close(mut self) -> Result<(), Broken> {
        self.flush()?;
        let tail = self.log.tail();
        // Closing the database writes its last page.
        self.shared.index.close();
        let files = Arc::clone(&self.files);
        let digest =
            |name: &'static str| files::digest(files.as_ref(), name).map_err(storage(name));
        let missing = || Broken::corrupt(super::index::INDEX, 0, "the file is gone");
        let clean = Clean {
            tail,
            index: digest(super::index::INDEX)?.ok_or_else(missing)?,
            checkpoint: digest(CHECKPOINT)?,
            keys: digest(CHECKPOINT_KEYS)?,
            genesis: digest(GENESIS)?.ok_or(Broken::NotALedger)?,
        };
        files::write_whole(files.as_ref(), CLEAN, clean.to_text().as_bytes())
            .map_err(storage(CLEAN))
    }

    /// Runs a step that may write. If it fails, memory and disk may differ: nothing more is
    /// written until the ledger is opened again.
    pub(super) fn guarded<T>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, Broken>,
    ) -> Result<T, Broken> {
        if self.stopped {
            return Err(Broken::Stopped);
        }
        let done = step(self);
        self.stopped = matches!(&done, Err(error) if !matches!(error, Broken::Misuse { .. }));
        done
    }

    fn take_in(&mut self, blocks: Vec<VerifiedBlock>, now_ms: u64) -> Result<Statuses, Broken> {
        let mut taken = Taken::default();
        let mut queue: VecDeque<VerifiedBlock> = blocks.into();
        for effect in self.ledger.handle(Input::Tick, now_ms).into_iter().rev() {
            if let Effect::Released(block) = effect {
                queue.push_front(block);
            }
        }
        while let Some(block) = queue.pop_front() {
            if !block.is_whole() {
                let (id, why) = (*block.id(), Rejected::NotWhole);
                taken.note(Effect::Rejected { id, why });
                continue;
            }
            let past = self.past(&block)?;
            for effect in self.ledger.handle(Input::Block { block, past }, now_ms) {
                match effect {
                    Effect::Released(block) => queue.push_front(block),
                    effect => taken.note(effect),
                }
            }
            if taken.bytes > self.options.batch_bytes_max {
                self.write(&mut taken)?;
            }
        }
        self.write(&mut taken)?;
        if taken.registry_changed {
            self.publish_registry();
        }
        self.flush_if_due(now_ms)?;
        Ok(taken.statuses)
    }

    /// Makes the recorded blocks durable and visible.
    fn write(&mut self, taken: &mut Taken) -> Result<(), Broken> {
        let recorded = std::mem::take(&mut taken.recorded);
        taken.bytes = 0;
        if recorded.is_empty() {
            return Ok(());
        }
        let frames: Vec<_> = recorded
            .iter()
            .map(|(block, ..)| Draft {
                kind: FrameKind::Block,
                payload: block.bytes(),
                reserve: erased_bytes_max(block),
            })
            .collect();
        let places = self.log.append(&frames)?;
        let ledger = &self.ledger;
        let authors: BTreeSet<KeyId> = recorded.iter().map(|it| it.1.seat.author).collect();
        let blocks: Vec<_> = recorded.iter().map(|(block, ..)| block.clone()).collect();
        let recorded = recorded.into_iter().zip(places);
        let recorded = recorded.map(|((block, fact, rivals), place)| {
            let head = ledger.head(&fact.seat.author).map(|head| head.id);
            Recorded {
                is_head: head == Some(*block.id()),
                block,
                fact,
                place,
                rivals,
            }
        });
        let keys = self.shared.keys.as_ref();
        self.state.blocks(&self.shared.index, keys, recorded)?;
        self.state.mark.tail = self.log.tail();
        self.publish_tail();
        let moved = authors.into_iter();
        let moved = moved.filter_map(|author| Some((author, *self.ledger.head(&author)?)));
        self.shared.publish_heads(moved);
        self.shared.publish_tips(&blocks, self.ledger.tips());
        Ok(())
    }

    /// Tells readers how far the log is durable.
    pub(super) fn publish_tail(&self) {
        let (tail, recorded) = (self.state.mark.tail, self.state.mark.lids);
        self.shared.publish(|view| {
            view.tail = tail;
            view.recorded = recorded;
        });
    }

    /// What the log knows below the latest milestone about a block at the door.
    pub(super) fn past(&self, block: &VerifiedBlock) -> Result<Past, Broken> {
        let header = block.header();
        let seat = Seat::of(header);
        let mut past = Past::default();
        // A seat beyond the author's head is free, and then the block cannot be known either.
        let head = self.ledger.head(&header.kid).map(|head| head.fact.seat);
        let beyond = head.is_none_or(|head| (head.epoch, head.seq) < (seat.epoch, seat.seq));
        if !beyond {
            past.known = self.shared.find(block.id())?.is_some();
            past.rivals = self.rivals(&seat)?;
        }
        for id in header
            .approved()
            .filter(|id| !self.ledger.graph().contains(id))
        {
            if let Some(fact) = self.fact(id)? {
                past.approved.insert(*id, fact);
            }
        }
        Ok(past)
    }

    fn rivals(&self, seat: &Seat) -> Result<Vec<BlockId>, Broken> {
        let Some(author) = self.state.authors.get(&seat.author) else {
            return Ok(Vec::new());
        };
        let lids = in_seat(&self.shared.index, *author, seat.epoch, seat.seq)?;
        let rivals = lids.into_iter().map(|lid| {
            let row = self.shared.row(lid)?;
            Ok(*self.shared.load(&row)?.id())
        });
        rivals.collect()
    }

    pub(super) fn fact(&self, id: &BlockId) -> Result<Option<Fact>, Broken> {
        if let Some(fact) = self.ledger.tips().fact(id) {
            return Ok(Some(*fact));
        }
        let Some(found) = self.shared.find(id)? else {
            return Ok(None);
        };
        self.state.fact(&found.row).map(Some)
    }

    pub(super) fn publish_registry(&self) {
        let registry = Arc::new(self.ledger.registry().clone());
        self.shared.publish(|view| view.registry = registry);
    }

    /// Sends the rows in memory to the index when there are enough of them, or when the last
    /// time is long ago. Waits only if the index is several times that far behind.
    pub(super) fn flush_if_due(&mut self, now_ms: u64) -> Result<(), Broken> {
        let fresh = self.shared.index.fresh_blocks();
        let busy = self.shared.index.is_busy()?;
        let late = now_ms.saturating_sub(self.flushed_ms) >= self.options.flush_ms_max;
        let due = fresh >= self.options.flush_blocks_max || late && fresh > 0;
        let far = fresh / FLUSHES_BEHIND_MAX >= self.options.flush_blocks_max;
        if due && !busy || far {
            self.seal_rows()?;
        }
        if fresh == 0 || due && !busy {
            self.flushed_ms = now_ms;
        }
        Ok(())
    }

    /// Seals the rows in memory with the mark that goes with them.
    pub(super) fn seal_rows(&mut self) -> Result<(), Broken> {
        self.state.mark.tips = self.ledger.tips().iter().map(|(id, _)| *id).collect();
        let open = self.state.open.lowest_lid();
        self.state.mark.floor = open.unwrap_or(self.state.mark.lids);
        self.shared.index.seal(self.state.mark.to_bytes())
    }
}

/// The writer waits for the index when it has so many overlays' rows beside the sealed one.
const FLUSHES_BEHIND_MAX: usize = 4;

pub(super) fn storage(name: &str) -> impl FnOnce(std::io::Error) -> Broken + use<> {
    super::log::storage_error(name.to_owned())
}
