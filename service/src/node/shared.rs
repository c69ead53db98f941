//! What the writer and all readers of a node share: the folded state behind a lock that is held
//! for memory work only (never across a flush to disk), the latest checkpoint, the ledger's
//! reader, and whether writing has stopped.
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arc_swap::ArcSwapOption;
use tangle::limits::CLOCK_AHEAD_MS_MAX;
use tangle::{Broken, Checkpoint, NetworkId, Reader, VerifierKey, verify};

use super::fold::Fold;
use super::readings::Readings;
use crate::telemetry::Metrics;

/// The latest signed checkpoint.
#[derive(Clone, Debug)]
pub struct SignedCheckpoint {
    /// The C2SP note.
    pub note: String,
    /// What it says.
    pub checkpoint: Checkpoint,
}

/// State shared between the writer and the readers.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) network: NetworkId,
    /// Name of the log: origin of its checkpoints.
    pub(super) log_name: String,
    pub(super) log_key: VerifierKey,
    pub(super) metrics: Metrics,
    /// What blocks say that wait to be folded.
    pub(super) readings: Readings,
    fold: RwLock<Fold>,
    reader: RwLock<Option<Reader>>,
    checkpoint: ArcSwapOption<SignedCheckpoint>,
    /// The latest one that witnesses co-signed.
    witnessed: ArcSwapOption<SignedCheckpoint>,
    /// Wakes whoever asks the witnesses.
    wake: OnceLock<SyncSender<()>>,
    stopped: OnceLock<String>,
    /// The latest clock of a block here, Unix milliseconds.
    latest_ms: AtomicU64,
    /// The node is about to close: what waits for news ends.
    ending: AtomicBool,
}

/// The lasting names of a log.
pub(super) struct Names {
    pub(super) network: NetworkId,
    pub(super) log_name: String,
    pub(super) log_key: VerifierKey,
}

impl Shared {
    pub(super) fn new(names: Names, fold: Fold, reader: Reader, readings: Readings) -> Self {
        Self {
            readings,
            network: names.network,
            log_name: names.log_name,
            log_key: names.log_key,
            metrics: Metrics::default(),
            fold: RwLock::new(fold),
            reader: RwLock::new(Some(reader)),
            checkpoint: ArcSwapOption::empty(),
            witnessed: ArcSwapOption::empty(),
            wake: OnceLock::new(),
            stopped: OnceLock::new(),
            latest_ms: AtomicU64::new(0),
            ending: AtomicBool::new(false),
        }
    }

    pub(super) fn fold(&self) -> RwLockReadGuard<'_, Fold> {
        self.fold.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn fold_mut(&self) -> RwLockWriteGuard<'_, Fold> {
        self.fold.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `read` with the ledger's reader; `None` once the ledger is closed. Closing waits for
    /// the reads that run.
    pub(super) fn with_reader<T>(&self, read: impl FnOnce(&Reader) -> T) -> Option<T> {
        let reader = self.reader.read().unwrap_or_else(PoisonError::into_inner);
        reader.as_ref().map(read)
    }

    /// No reads after this one returns.
    pub(super) fn end(&self) {
        let mut reader = self.reader.write().unwrap_or_else(PoisonError::into_inner);
        drop(reader.take());
    }

    pub(super) fn publish_checkpoint(&self, note: String) {
        match verify::checkpoint::verify_note(&note, std::slice::from_ref(&self.log_key)) {
            Ok(checkpoint) => {
                self.checkpoint
                    .store(Some(Arc::new(SignedCheckpoint { note, checkpoint })));
                if let Some(wake) = self.wake.get() {
                    // It is woken already, or is gone.
                    let _woken = wake.try_send(());
                }
            }
            Err(error) => tracing::error!(%error, "the node's own checkpoint does not verify"),
        }
    }

    /// Tells `wake` of every checkpoint from now on, and of the latest.
    pub(super) fn wake_on_checkpoint(&self, wake: SyncSender<()>) {
        let _woken = wake.try_send(());
        drop(self.wake.set(wake));
    }

    pub(super) fn publish_witnessed(&self, note: String, checkpoint: Checkpoint) {
        let signed = SignedCheckpoint { note, checkpoint };
        self.witnessed.store(Some(Arc::new(signed)));
    }

    pub(super) fn witnessed(&self) -> Option<Arc<SignedCheckpoint>> {
        self.witnessed.load_full()
    }

    /// The latest checkpoint, with its cosignatures where there are some.
    pub(super) fn checkpoint(&self) -> Option<Arc<SignedCheckpoint>> {
        let latest = self.checkpoint.load_full()?;
        let witnessed = self.witnessed();
        witnessed
            .filter(|it| it.checkpoint == latest.checkpoint)
            .or(Some(latest))
    }

    pub(super) fn stop(&self, broken: &Broken) {
        let reason = crate::chain(broken);
        tracing::error!(error = %reason, "writing to the ledger failed: no more writes");
        drop(self.stopped.set(reason));
    }

    /// A block of this clock is in the ledger.
    pub(super) fn saw_clock(&self, ms: u64) {
        self.latest_ms.fetch_max(ms, Ordering::AcqRel);
    }

    /// How far this node's clock is behind the ledger, ms, where that is further than a block may
    /// be ahead: then the ledger takes no block that follows.
    pub(super) fn clock_behind_ms(&self, now_ms: u64) -> Option<u64> {
        let behind = self
            .latest_ms
            .load(Ordering::Acquire)
            .saturating_sub(now_ms);
        (behind > CLOCK_AHEAD_MS_MAX).then_some(behind)
    }

    pub(super) fn announce_end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    pub(super) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    pub(super) fn stopped(&self) -> bool {
        self.stopped.get().is_some()
    }

    pub(super) fn stop_reason(&self) -> Option<&str> {
        self.stopped.get().map(String::as_str)
    }
}
