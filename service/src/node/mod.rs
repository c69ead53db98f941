//! The node without HTTP: one writer thread in front of the tangle and the rules, and the shared
//! state that everybody reads. `Node` is a cheap handle; use cases in `app` are written against
//! it. Dropping the last handle without [`Node::close`] is what a crash looks like: the next
//! opening recovers from the log.
mod anchored;
mod beside;
pub mod catalog;
mod claims;
pub mod comments;
mod cosign;
pub mod despatch;
pub mod entitled;
pub mod fleet;
pub mod fold;
pub mod grants;
pub mod items;
mod keep;
mod open;
mod plain;
mod prefixes;
mod questions;
pub mod readings;
mod register;
mod shared;
mod snapshot;
pub(crate) mod statement;
mod view;
pub mod vocabulary;
mod writer;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tangle::{
    Attach, BlockId, Broken, Item, KeyId, Kind, NetworkId, Reader, Receipt, SignedBlock,
    SigningKey, VerifiedBlock, VerifierKey,
};
use tokio::sync::oneshot;

pub use anchored::AccessAnchor;
pub use cosign::WitnessState;
pub use fold::Fold;
pub use keep::{Erasing, Erasure, TakenIn};
pub use open::{OpenError, check, open_ledger};
pub use register::{NewDevice, NewParty};
pub use shared::SignedCheckpoint;
pub use view::View;

use crate::app::failure::{Code, Failure};
use crate::app::outward::Directory;
use crate::audit::AccessLog;
use crate::config::Keep;
use crate::keys::{DataDir, KeyStore, Secret};
use crate::levels::ServiceLevels;
use crate::store::Store;
use crate::telemetry::Metrics;
use crate::world::World;
use cosign::{Board, Queue};
use shared::Shared;
use writer::Request;

/// A running node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Node(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    keys: KeyStore,
    store: Store,
    accesses: AccessLog,
    keep_accesses: Keep,
    levels: ServiceLevels,
    /// Facts of the kept state with which the node opened.
    recalled: u64,
    /// Number of the latest access that the ledger vouches for, as far as this run knows.
    anchored: AtomicU64,
    world: World,
    data: DataDir,
    backups: Option<PathBuf>,
    /// Held while a backup runs.
    copying: Mutex<()>,
    witnesses: Board,
    directory: Directory,
    questions: questions::Questions,
    queue: Queue,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Tokens of further pages that were given back before they end.
    returned: Mutex<BTreeMap<[u8; 32], i64>>,
    /// The recall list that was signed last.
    recall_list: statement::Latest,
    /// Wakes those who work in the background.
    workers: Mutex<Vec<SyncSender<()>>>,
}

impl Node {
    /// Facts (events, questions, decisions) that were not folded anew when the node opened,
    /// because the state after them had been kept.
    pub fn recalled(&self) -> u64 {
        self.0.recalled
    }

    /// Wakes those who work in the background: there may be something to do.
    pub(crate) fn wake_workers(&self) {
        let workers = self.0.workers.lock();
        for worker in workers.unwrap_or_else(PoisonError::into_inner).iter() {
            // It is awake already, or gone.
            let _woken = worker.try_send(());
        }
    }

    /// Wakes `worker` as well from now on.
    pub(crate) fn add_worker(&self, worker: SyncSender<()>) {
        let workers = self.0.workers.lock();
        workers.unwrap_or_else(PoisonError::into_inner).push(worker);
    }

    /// Tokens of further pages that were given back, with when they end.
    pub(crate) fn returned_tokens(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], i64>> {
        let returned = self.0.returned.lock();
        returned.unwrap_or_else(PoisonError::into_inner)
    }

    /// The folded state, and what time it is. Held by the caller for memory work only: the writer
    /// waits for it.
    pub fn fold(&self) -> View<'_> {
        View::new(self.0.shared.fold(), self.0.world.now_ms())
    }

    /// Runs `read` on the ledger.
    pub fn read<T>(&self, read: impl FnOnce(&Reader) -> Result<T, Broken>) -> Result<T, Failure> {
        match self.0.shared.with_reader(read) {
            Some(done) => done.map_err(Failure::internal),
            None => Err(shutting_down()),
        }
    }

    /// As [`Node::read`], for calls with errors of their own.
    pub fn with_reader<T>(&self, read: impl FnOnce(&Reader) -> T) -> Result<T, Failure> {
        self.0.shared.with_reader(read).ok_or_else(shutting_down)
    }

    /// A recorded block.
    pub fn block(&self, id: &BlockId) -> Result<Option<VerifiedBlock>, Failure> {
        self.read(|reader| reader.block(id))
    }

    /// The latest signed checkpoint.
    pub fn checkpoint(&self) -> Option<Arc<SignedCheckpoint>> {
        self.0.shared.checkpoint()
    }

    /// The latest checkpoint that witnesses co-signed, with their cosignatures.
    pub fn witnessed(&self) -> Option<Arc<SignedCheckpoint>> {
        self.0.shared.witnessed()
    }

    /// How it stands with each configured witness.
    pub fn witnesses(&self) -> Vec<WitnessState> {
        self.0.witnesses.states()
    }

    /// Who answers for products that are not recorded here.
    pub fn directory(&self) -> &Directory {
        &self.0.directory
    }

    /// The key that verifies this node's checkpoints.
    pub fn log_key(&self) -> &VerifierKey {
        &self.0.shared.log_key
    }

    /// The network this node belongs to.
    pub fn network(&self) -> &NetworkId {
        &self.0.shared.network
    }

    /// Clock and entropy.
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// API keys and remembered answers.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// Who asked for what.
    pub fn access_log(&self) -> &AccessLog {
        &self.0.accesses
    }

    /// What a public status page says.
    pub fn levels(&self) -> &ServiceLevels {
        &self.0.levels
    }

    /// Notes that the node lives, and keeps what a public status page says.
    ///
    /// # Errors
    /// `internal` when it cannot be written.
    pub(crate) fn keep_levels(&self) -> Result<(), Failure> {
        self.0.levels.beat(self.world().now_ms(), self.ready());
        let kept = self.0.levels.keep(&self.0.store);
        kept.map_err(Failure::internal)
    }

    /// Counters and histograms.
    pub fn metrics(&self) -> &Metrics {
        &self.0.shared.metrics
    }

    /// Why writing has stopped, when it has.
    pub fn stop_reason(&self) -> Option<&str> {
        self.0.shared.stop_reason()
    }

    /// Tells whatever waits for news that there will be none.
    pub fn announce_end(&self) {
        self.0.shared.announce_end();
    }

    /// Whether the node is about to close.
    pub fn is_ending(&self) -> bool {
        self.0.shared.is_ending()
    }

    /// How far the node's clock is behind what its ledger holds, ms, while it cannot record for
    /// that.
    pub fn clock_behind_ms(&self) -> Option<u64> {
        let now_ms = self.world().now_unsigned_ms();
        self.0.shared.clock_behind_ms(now_ms)
    }

    /// Others' blocks follow those of this ledger: their clocks look ahead to one that is behind.
    fn hold_clock(&self) -> Result<(), Failure> {
        match self.clock_behind_ms() {
            Some(_) => Err(writer::clock_behind()),
            None => Ok(()),
        }
    }

    /// Whether the node takes part: reads and writes.
    pub fn ready(&self) -> bool {
        let open = self
            .0
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some();
        open && !self.0.shared.stopped() && self.clock_behind_ms().is_none()
    }

    /// Records blocks that others signed. Signatures are checked here, in the caller's thread and
    /// on the other cores, before the writer sees them. One answer for each block, in order.
    ///
    /// # Errors
    /// `overloaded`, `storage_stopped`, `clock_behind` or `shutting_down`; a block that is not
    /// taken is no error but an [`Admission`].
    pub fn submit_blocks(&self, blocks: Vec<SignedBlock>) -> Result<Vec<Admission>, Failure> {
        self.hold_clock()?;
        let mut checked = Checked::of(blocks, self.network());
        let Some(blocks) = checked.take_good() else {
            return Ok(checked.admissions(Vec::new()));
        };
        self.read_ahead(&blocks);
        let receipts = self.ask(|reply| Request::Submit { blocks, reply })?;
        Ok(checked.admissions(receipts))
    }

    /// As [`Node::submit_blocks`] for a few blocks, without a thread that waits: signatures are
    /// checked before this returns, and the answer comes later.
    ///
    /// # Errors
    /// As [`Node::submit_blocks`].
    pub async fn submit_few(&self, blocks: Vec<SignedBlock>) -> Result<Vec<Admission>, Failure> {
        self.hold_clock()?;
        let mut checked = Checked::of(blocks, self.network());
        let Some(blocks) = checked.take_good() else {
            return Ok(checked.admissions(Vec::new()));
        };
        self.read_ahead(&blocks);
        let (reply, answer) = oneshot::channel();
        self.put(Request::Submit { blocks, reply })?;
        let receipts = answer.await.unwrap_or_else(|_| Err(shutting_down()))?;
        Ok(checked.admissions(receipts))
    }

    /// Reads blocks in the caller's thread, so that the writer need not.
    fn read_ahead(&self, blocks: &[VerifiedBlock]) {
        for block in blocks {
            let readings = &self.0.shared.readings;
            readings.put(block, readings::read(block));
        }
    }

    /// Where the next block of an author goes.
    pub(crate) fn attach(&self, author: &KeyId) -> Result<Attach, Failure> {
        self.ask(|reply| Request::Attach {
            author: *author,
            reply,
        })
    }

    /// Signs items with a key this node holds and records them, one block per entry of `items`.
    pub(crate) fn author(
        &self,
        signer: SigningKey,
        kind: Kind,
        items: Vec<Vec<Item>>,
    ) -> Result<Vec<BlockId>, Failure> {
        let receipts = self.ask(|reply| Request::author(signer, kind, items, reply))?;
        receipts
            .into_iter()
            .map(|receipt| taken(&receipt).map(|()| receipt.id))
            .collect()
    }

    /// Has a question of a party recorded a moment later; never waits.
    pub(crate) fn record_question(&self, party: &str, asked: rules::Verification) {
        self.0.questions.put(party, asked);
    }

    /// Waits until the questions asked so far are recorded.
    pub fn flush_questions(&self) {
        self.0.questions.flush();
    }

    /// Questions that were not recorded since the node started, because too many came at once.
    pub fn lost_questions(&self) -> u64 {
        self.0.questions.lost()
    }

    /// The key with which this node records for a party, or for the operator without one.
    pub(crate) fn signer(&self, party: Option<&str>) -> Result<SigningKey, Failure> {
        let secret = match party {
            None => Secret::Node,
            Some(gln) => Secret::Author(gln.to_owned()),
        };
        let seed = self.0.keys.seed(&secret).map_err(Failure::internal)?;
        seed.map(SigningKey::from_seed).ok_or_else(|| {
            Failure::new(
                Code::Forbidden,
                "the key's party is not registered with this node",
            )
        })
    }

    /// Ends writing, waits for what runs, and closes the ledger so that the next opening needs no
    /// recovery. Other handles stay usable for questions about memory only.
    ///
    /// # Errors
    /// When the ledger cannot be closed cleanly; nothing acknowledged is lost by that.
    pub fn close(&self) -> Result<(), Failure> {
        self.0.questions.flush();
        if let Err(failure) = self.anchor_access_log() {
            tracing::warn!(error = %failure, "the end of the access log is not in the ledger");
        }
        self.0.accesses.close();
        if let Err(failure) = self.keep_levels() {
            tracing::warn!(error = %failure, "the last moments are not in the service levels");
        }
        let closed = self.ask(|reply| Request::Close { reply });
        self.0.end();
        self.0.store.close();
        closed
    }

    /// Ends the writer and lets go of every file at once, as a crash would: whoever else holds
    /// this node, the directory can be opened again, and the ledger then recovers from its log.
    pub fn abandon(&self) {
        self.0.end();
        self.0.accesses.close();
        self.0.shared.end();
        self.0.store.close();
    }

    fn ask<T>(&self, request: impl FnOnce(writer::Reply<T>) -> Request) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        self.put(request(reply))?;
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(shutting_down()))
    }

    /// Leaves a request to the writer.
    fn put(&self, request: Request) -> Result<(), Failure> {
        if self.0.shared.stopped() && !matches!(request, Request::Close { .. }) {
            return Err(writer::stopped());
        }
        let queue = self
            .0
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let queue = queue.ok_or_else(shutting_down)?;
        match request {
            // Closing waits its turn; everything else is told to come back.
            close @ Request::Close { .. } => queue.send(close).map_err(|_| shutting_down())?,
            request => queue.try_send(request).map_err(|error| match error {
                TrySendError::Full(_) => Failure::new(
                    Code::Overloaded,
                    "too many writes are waiting; send it again in a moment",
                ),
                TrySendError::Disconnected(_) => shutting_down(),
            })?,
        }
        Ok(())
    }
}

impl Inner {
    fn end(&self) {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Err(_)) = thread.map(JoinHandle::join) {
            tracing::error!("the writer's thread ended by a panic");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end();
    }
}

/// The answer about one uploaded block.
#[derive(Clone, Debug)]
pub enum Admission {
    /// The ledger's receipt.
    Receipt(Receipt),
    /// The signature or the items do not hold.
    NotAuthentic(BlockId, tangle::verify::Rejected),
    /// The writer gave no receipt; send the block again.
    Lost(BlockId),
}

/// Blocks whose signatures were looked at.
struct Checked(
    Vec<(
        BlockId,
        Result<Option<VerifiedBlock>, tangle::verify::Rejected>,
    )>,
);

impl Checked {
    fn of(blocks: Vec<SignedBlock>, network: &NetworkId) -> Self {
        let ids: Vec<BlockId> = blocks.iter().map(|block| block.id(network)).collect();
        let checked = verify_all(blocks, network).into_iter();
        Self(
            ids.into_iter()
                .zip(checked.map(|it| it.map(Some)))
                .collect(),
        )
    }

    /// The authentic ones, for the writer; `None` when there are none.
    fn take_good(&mut self) -> Option<Vec<VerifiedBlock>> {
        let checked = self.0.iter_mut();
        let good: Vec<_> = checked
            .filter_map(|(_, it)| it.as_mut().ok()?.take())
            .collect();
        (!good.is_empty()).then_some(good)
    }

    /// One answer for each block, of the writer's for the authentic ones.
    fn admissions(self, receipts: Vec<Receipt>) -> Vec<Admission> {
        let mut receipts = receipts.into_iter();
        let admission = |(id, checked)| match checked {
            Ok(_) => receipts
                .next()
                .map_or(Admission::Lost(id), Admission::Receipt),
            Err(why) => Admission::NotAuthentic(id, why),
        };
        self.0.into_iter().map(admission).collect()
    }
}

/// Checks signatures on as many cores as are worth it.
fn verify_all(
    blocks: Vec<SignedBlock>,
    network: &NetworkId,
) -> Vec<Result<VerifiedBlock, tangle::verify::Rejected>> {
    /// Fewer blocks than this are not worth a thread.
    const BLOCKS_PER_THREAD_MIN: usize = 32;
    if blocks.len() <= BLOCKS_PER_THREAD_MIN {
        let checked = blocks.into_iter().map(|block| block.verify(network));
        return checked.collect();
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let share = blocks.len().div_ceil(cores).max(BLOCKS_PER_THREAD_MIN);
    let chunks: Vec<Vec<SignedBlock>> = {
        let mut blocks = blocks.into_iter();
        std::iter::from_fn(|| {
            let chunk: Vec<_> = blocks.by_ref().take(share).collect();
            (!chunk.is_empty()).then_some(chunk)
        })
        .collect()
    };
    std::thread::scope(|scope| {
        let verify = |chunk: Vec<SignedBlock>| {
            scope.spawn(move || {
                chunk
                    .into_iter()
                    .map(|block| block.verify(network))
                    .collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = chunks.into_iter().map(verify).collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .flatten()
            .collect()
    })
}

/// A block this node signed itself must be taken; anything else is ours to explain.
fn taken(receipt: &Receipt) -> Result<(), Failure> {
    use tangle::ReceiptStatus;
    match &receipt.status {
        ReceiptStatus::Recorded | ReceiptStatus::Known => Ok(()),
        ReceiptStatus::Rejected(why) => Err(Failure::new(
            Code::Unprocessable,
            format!("the ledger does not take it: {why}"),
        )),
        ReceiptStatus::Waiting { .. } => {
            Err(Failure::internal("a block of this node waits for parents"))
        }
    }
}

fn shutting_down() -> Failure {
    Failure::new(Code::ShuttingDown, "the node is shutting down")
}
