//! The one writer: a thread that owns the tangle. It takes whatever requests wait, writes their
//! blocks with one flush to disk, orders them, folds the rules, signs the checkpoint, makes the
//! result visible, and only then answers. When nothing waits a single event goes through all of
//! that at once; under load the batches grow by themselves.
//!
//! After a failed write memory and disk may differ, so the thread stops writing and answers every
//! further request with `storage_stopped` until the node is opened again. Reads go on.
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tangle::store::Wanted;
use tangle::verify::checkpoint::NoteSignature;
use tangle::{
    Attach, BlockId, Broken, Draft, Erased, Hlc, Item, KeyId, Kind, Parents, Receipt,
    ReceiptStatus, SigningKey, Tangle, VerifiedBlock, VerifierKey,
};
use tokio::sync::oneshot;

use super::fold::{self, Fold};
use super::readings::{Reading, read_new};
use super::shared::Shared;
use super::snapshot::Snapshots;
use crate::app::failure::{Code, Failure};
use crate::config::LedgerConfig;
use crate::world::World;

/// Where an answer goes; works for blocking callers and for async ones.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Failure>>;

/// Something to write.
#[derive(Debug)]
pub(super) enum Request {
    /// Blocks that others signed, their signatures checked.
    Submit {
        /// The blocks, each after those it approves.
        blocks: Vec<VerifiedBlock>,
        /// One receipt for each block.
        reply: Reply<Vec<Receipt>>,
    },
    /// Items this node signs for somebody; one block per entry of `items`.
    Author {
        /// Whose key signs.
        signer: SigningKey,
        /// Kind of the blocks.
        kind: Kind,
        /// Items of each block, and what they say.
        items: Vec<(Vec<Item>, Reading)>,
        /// One receipt for each block.
        reply: Reply<Vec<Receipt>>,
    },
    /// Where a block of this author goes.
    Attach {
        /// The author.
        author: KeyId,
        /// Answered after the writes of the same batch.
        reply: Reply<Attach>,
    },
    /// What witnesses say of a checkpoint of ours.
    Witnessed {
        /// The checkpoint they were asked about.
        note: String,
        /// Their cosignatures, with their keys.
        cosignatures: Vec<(NoteSignature, VerifierKey)>,
        /// How many suffice to replace an older checkpoint with more of them.
        enough: usize,
        /// How many were new.
        reply: Reply<usize>,
    },
    /// Erase items.
    Erase {
        /// The items.
        items: Vec<Wanted>,
        /// The state without them, up to some milestone.
        trial: Box<Fold>,
        /// What was erased.
        reply: Reply<Erased>,
    },
    /// Close the ledger cleanly and end.
    Close {
        /// Answered when everything is on disk.
        reply: Reply<()>,
    },
}

impl Request {
    /// To sign items, which are read here, in the caller's thread.
    pub(super) fn author(
        signer: SigningKey,
        kind: Kind,
        items: Vec<Vec<Item>>,
        reply: Reply<Vec<Receipt>>,
    ) -> Self {
        let read = |items: Vec<Item>| {
            let reading = read_new(kind, &items);
            (items, reading)
        };
        Self::Author {
            signer,
            kind,
            items: items.into_iter().map(read).collect(),
            reply,
        }
    }
}

/// The thread's state.
pub(super) struct Writer {
    pub(super) tangle: Tangle,
    pub(super) snapshots: Snapshots,
    pub(super) shared: Arc<Shared>,
    pub(super) cutter: SigningKey,
    pub(super) note_key: SigningKey,
    pub(super) world: World,
    pub(super) config: LedgerConfig,
}

/// So long nothing must have been asked for before the state is kept.
const QUIET: Duration = Duration::from_secs(2);

/// One request's share of a batch.
struct Share {
    blocks: usize,
    reply: Reply<Vec<Receipt>>,
}

/// The end of an author's chain within a batch.
struct Chain {
    epoch: u32,
    seq: u64,
    prev: BlockId,
    hlc: Hlc,
}

impl Writer {
    /// Serves requests until asked to close or until nobody is left to ask.
    pub(super) fn run(mut self, queue: &Receiver<Request>) {
        while let Some(first) = self.next(queue) {
            let (batch, close) = self.gather(first, queue);
            if !batch.is_empty() {
                self.write(batch);
                self.tend(false);
            }
            if let Some(reply) = close {
                let closed = self.close();
                drop(reply.send(closed));
                return;
            }
        }
    }

    /// Waits for a request; keeps the state when there is none for a while. `None` when nobody is
    /// left to ask.
    fn next(&mut self, queue: &Receiver<Request>) -> Option<Request> {
        loop {
            match queue.recv_timeout(QUIET) {
                Ok(request) => return Some(request),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.tend(true),
            }
            // What came while one was written is kept next.
            if !self.snapshots.is_busy() {
                return queue.recv().ok();
            }
        }
    }

    /// Has the state kept on disk if that is worth while.
    pub(super) fn tend(&mut self, quiet: bool) {
        let shared = Arc::clone(&self.shared);
        let now = self.world.elapsed();
        let fold = shared.fold();
        if shared.stopped() || !self.snapshots.wants(fold.items(), quiet, now) {
            return;
        }
        // After a crash the index has what was flushed: a state of more than that is nobody's.
        match self.tangle.flush() {
            Ok(()) => self.snapshots.keep(&fold, &self.tangle.reader(), now),
            Err(broken) => shared.stop(&broken),
        }
    }

    /// Takes what waits, up to the bounds of a batch.
    fn gather(
        &self,
        first: Request,
        queue: &Receiver<Request>,
    ) -> (Vec<Request>, Option<Reply<()>>) {
        let mut batch = Vec::new();
        let mut bytes = 0_usize;
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Close { reply } => return (batch, Some(reply)),
                request => {
                    bytes = bytes.saturating_add(size(&request));
                    batch.push(request);
                }
            }
            let room =
                batch.len() < self.config.batch_requests_max && bytes < self.config.batch_bytes_max;
            next = if room { queue.try_recv().ok() } else { None };
        }
        (batch, None)
    }

    fn write(&mut self, batch: Vec<Request>) {
        let mut blocks = Vec::new();
        let mut shares = Vec::new();
        let mut chains = BTreeMap::new();
        let mut asked = Vec::new();
        let mut later = Vec::new();
        for request in batch {
            match request {
                Request::Submit {
                    blocks: given,
                    reply,
                } => {
                    shares.push(Share {
                        blocks: given.len(),
                        reply,
                    });
                    blocks.extend(given);
                }
                Request::Author {
                    signer,
                    kind,
                    items,
                    reply,
                } => match self.author(&signer, kind, items, &mut chains) {
                    Ok(made) => {
                        shares.push(Share {
                            blocks: made.len(),
                            reply,
                        });
                        blocks.extend(made);
                    }
                    Err(failure) => drop(reply.send(Err(failure))),
                },
                Request::Attach { author, reply } => asked.push((author, reply)),
                Request::Close { .. } => {}
                other @ (Request::Witnessed { .. } | Request::Erase { .. }) => later.push(other),
            }
        }
        if !shares.is_empty() {
            self.record(blocks, shares);
        }
        for (author, reply) in asked {
            let now_ms = self.world.now_unsigned_ms();
            let attach = self.tangle.attach(&author, self.world.entropy(), now_ms);
            drop(reply.send(Ok(attach)));
        }
        for request in later {
            self.keep(request);
        }
    }

    /// Writes what is no block.
    fn keep(&mut self, request: Request) {
        match request {
            Request::Witnessed {
                note,
                cosignatures,
                enough,
                reply,
            } => {
                let kept = self.tangle.keep_cosignatures(&note, &cosignatures, enough);
                self.publish_witnessed();
                drop(reply.send(kept.map_err(|broken| self.broke(&broken))));
            }
            Request::Erase {
                items,
                trial,
                reply,
            } => drop(reply.send(self.erase(&items, *trial))),
            _ => {}
        }
    }

    /// Makes visible what witnesses said.
    pub(super) fn publish_witnessed(&self) {
        if let Some((note, checkpoint)) = self.tangle.reader().witnessed() {
            self.shared.publish_witnessed(note, checkpoint);
        }
    }

    /// Erases items, and puts the state that never saw them in place of the one that did.
    fn erase(&mut self, items: &[Wanted], mut fold: Fold) -> Result<Erased, Failure> {
        let reader = self.tangle.reader();
        let wanted: BTreeMap<_, _> = items.iter().cloned().collect();
        let rest = self.tangle.replay(fold.milestones);
        for ordered in rest.map_err(Failure::internal)? {
            let ordered = ordered.map_err(Failure::internal)?;
            super::keep::refold(&mut fold, ordered, &wanted, &reader)?;
        }
        // The state that was kept still knows what is to be forgotten.
        self.snapshots.forget().map_err(Failure::internal)?;
        let erased = self.tangle.erase(items, self.world.now_unsigned_ms());
        let erased = erased.map_err(|broken| self.broke(&broken))?;
        *self.shared.fold_mut() = fold;
        Ok(erased)
    }

    /// A failure of the ledger: what makes no sense is the caller's, anything else ends writing.
    fn broke(&self, broken: &Broken) -> Failure {
        if let Broken::Misuse { what } = broken {
            return Failure::new(Code::Unprocessable, *what);
        }
        self.shared.stop(broken);
        stopped()
    }

    /// Writes the blocks of a batch and answers each request with its share of the receipts.
    fn record(&mut self, blocks: Vec<VerifiedBlock>, shares: Vec<Share>) {
        let count = blocks.len();
        match self.commit(blocks) {
            Ok(receipts) => {
                self.shared.metrics.batch(count);
                let mut receipts = receipts.into_iter();
                for share in shares {
                    let own: Vec<_> = receipts.by_ref().take(share.blocks).collect();
                    drop(share.reply.send(Ok(own)));
                }
            }
            Err(broken) => {
                self.shared.stop(&broken);
                for share in shares {
                    drop(share.reply.send(Err(stopped())));
                }
            }
        }
    }

    /// Makes the blocks of one request, each behind the one before.
    fn author(
        &self,
        signer: &SigningKey,
        kind: Kind,
        items: Vec<(Vec<Item>, Reading)>,
        chains: &mut BTreeMap<KeyId, Chain>,
    ) -> Result<Vec<VerifiedBlock>, Failure> {
        let network = self.tangle.network();
        let author = signer.key_id();
        let mut made = Vec::with_capacity(items.len());
        for (items, reading) in items {
            let now_ms = self.world.now_unsigned_ms();
            let attach = self.tangle.attach(&author, self.world.entropy(), now_ms);
            // It follows what is here, so it would be refused like any block that is ahead.
            self.shared.saw_clock(attach.hlc.ms());
            if made.is_empty() && self.shared.clock_behind_ms(now_ms).is_some() {
                return Err(clock_behind());
            }
            let mut draft = Draft {
                kind,
                epoch: attach.epoch,
                seq: attach.seq,
                prev: attach.prev,
                parents: attach.parents,
                hlc: attach.hlc,
                anchor: attach.anchor,
                items,
            };
            if let Some(chain) = chains.get(&author) {
                draft.epoch = chain.epoch;
                draft.seq = chain.seq.saturating_add(1);
                draft.prev = Some(chain.prev);
                draft.parents = Parents::default();
                draft.hlc = Hlc::next(now_ms, &[chain.hlc]);
            }
            let (epoch, seq, hlc) = (draft.epoch, draft.seq, draft.hlc);
            let unfit = |error: &dyn std::error::Error| {
                Failure::new(
                    Code::Unprocessable,
                    format!("this does not fit a block: {error}"),
                )
            };
            let block = draft
                .author(signer, network)
                .map_err(|error| unfit(&error))?;
            chains.insert(
                author,
                Chain {
                    epoch,
                    seq,
                    prev: *block.id(),
                    hlc,
                },
            );
            self.shared.readings.put(&block, reading);
            made.push(block);
        }
        Ok(made)
    }

    fn commit(&mut self, blocks: Vec<VerifiedBlock>) -> Result<Vec<Receipt>, Broken> {
        if self.shared.stopped() {
            return Err(Broken::Stopped);
        }
        let clocks: Vec<_> = blocks.iter().map(|it| it.header().hlc.ms()).collect();
        let receipts = self.tangle.submit(blocks, self.world.now_unsigned_ms())?;
        for (receipt, ms) in receipts.iter().zip(clocks) {
            if receipt.status == ReceiptStatus::Recorded {
                self.shared.saw_clock(ms);
            }
        }
        self.order()?;
        Ok(receipts)
    }

    /// Orders everything that can be ordered and makes it visible.
    pub(super) fn order(&mut self) -> Result<(), Broken> {
        // A new ledger has neither blocks nor anybody who may cut.
        let stats = self.tangle.stats();
        if stats.ordered == stats.blocks {
            return Ok(());
        }
        let now_ms = self.world.now_unsigned_ms();
        while let Some(ordered) = self.tangle.cut(&self.cutter, now_ms)? {
            self.conclude(&ordered)?;
        }
        Ok(())
    }

    /// Folds one milestone and signs the checkpoint after it.
    pub(super) fn conclude(&mut self, ordered: &tangle::Ordered) -> Result<(), Broken> {
        let shared = &self.shared;
        let read = |block: &VerifiedBlock| shared.readings.take(block);
        let outcomes = fold::fold(ordered, read, |step| step(&mut shared.fold_mut()));
        let note = self
            .tangle
            .conclude(&outcomes, &self.shared.log_name, &self.note_key)?;
        self.shared.publish_checkpoint(note);
        self.shared.metrics.ordered(ordered.blocks.len());
        Ok(())
    }

    fn close(mut self) -> Result<(), Failure> {
        self.snapshots.finish();
        self.tend(true);
        self.snapshots.finish();
        let Self { tangle, shared, .. } = self;
        // A stopped ledger is not clean: the next opening recovers from the log.
        shared.end();
        if shared.stopped() {
            return Ok(());
        }
        tangle.close().map_err(Failure::internal)
    }
}

/// The answer once writing has stopped.
pub(super) fn stopped() -> Failure {
    Failure::new(
        Code::StorageStopped,
        "a write to disk failed; the node answers questions but records nothing until restarted",
    )
}

/// The answer while the clock is behind what the ledger holds.
pub(super) fn clock_behind() -> Failure {
    Failure::new(
        Code::ClockBehind,
        "the node's clock is behind what its ledger holds; it records again once that is right",
    )
}

fn size(request: &Request) -> usize {
    match request {
        Request::Submit { blocks, .. } => blocks.iter().map(|block| block.bytes().len()).sum(),
        Request::Author { items, .. } => {
            let items = items.iter().flat_map(|(items, _)| items);
            items.map(Item::size).sum()
        }
        Request::Attach { .. }
        | Request::Witnessed { .. }
        | Request::Erase { .. }
        | Request::Close { .. } => 0,
    }
}
