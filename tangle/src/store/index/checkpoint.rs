//! Moving rows to redb: sealing the overlay, and the thread that writes sealed overlays and
//! merges runs while the ledger goes on. The ledger waits for it only if it is several overlays
//! ahead. A write that fails is told to the ledger's writer, which stops.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::merge::Merges;
use super::snapshot::Snapshot;
use super::{Index, Inner, Overlay, commit, places};
use crate::error::Broken;
use crate::store::bugs::{Bug, planted};

/// Places that are taken in while nobody else can look at them.
const ROWS_AT_ONCE: usize = 4096;

/// What the ledger's writer and the thread tell each other.
#[derive(Debug, Default)]
pub(super) struct Work {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Mark of the sealed overlay that is to be written.
    mark: Option<Vec<u8>>,
    /// Nothing more is written.
    failed: bool,
    /// Why; taken by the one who is told.
    error: Option<Broken>,
    stop: bool,
}

impl Work {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Index {
    /// Whether sealed rows are on their way to redb. An error if writing them failed.
    pub(crate) fn is_busy(&self) -> Result<bool, Broken> {
        let mut state = self.inner.work.state();
        if state.failed {
            return Err(state.error.take().unwrap_or(Broken::Stopped));
        }
        Ok(state.mark.is_some())
    }

    /// Seals the rows in memory: they go to redb with this mark. Waits until those sealed before
    /// are there. Without a thread, writes them before it returns.
    pub(crate) fn seal(&self, mark: Vec<u8>) -> Result<(), Broken> {
        self.settle()?;
        {
            let mut layers = self
                .inner
                .layers
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            let next = layers.active.next();
            layers.sealed = Some(Arc::new(std::mem::replace(&mut layers.active, next)));
        }
        self.inner.work.state().mark = Some(mark);
        self.inner.work.changed.notify_all();
        if self.has_thread() {
            return Ok(());
        }
        let mut merges = Merges::default();
        self.inner.write_sealed()?;
        while self.inner.merge(&mut merges)? {}
        Ok(())
    }

    /// Waits until everything sealed is in redb.
    pub(crate) fn settle(&self) -> Result<(), Broken> {
        while self.is_busy()? {
            if !self.has_thread() {
                return Err(Broken::Stopped);
            }
            let state = self.inner.work.state();
            let pause = std::time::Duration::from_millis(100);
            let waited = self
                .inner
                .work
                .changed
                .wait_timeout_while(state, pause, |state| state.mark.is_some() && !state.failed);
            drop(waited);
        }
        Ok(())
    }

    /// Ends the thread; from now on whoever seals rows writes them.
    pub(crate) fn stop(&self) {
        self.inner.work.state().stop = true;
        self.inner.work.changed.notify_all();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // A thread that panicked has left its error in the state, or nothing was sealed.
        drop(thread.map(std::thread::JoinHandle::join));
    }

    /// Closes the database. Readers that still exist get `Broken::Stopped` from now on.
    pub(crate) fn close(&self) {
        self.stop();
        let inner = &self.inner;
        let disk = inner
            .layers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .disk
            .take();
        drop(disk);
        let database = inner
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(database);
    }

    fn has_thread(&self) -> bool {
        self.thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Inner {
    /// The thread.
    pub(super) fn spawn(inner: &Arc<Self>) -> std::thread::JoinHandle<()> {
        let inner = Arc::clone(inner);
        std::thread::spawn(move || {
            let run = std::panic::AssertUnwindSafe(|| inner.run());
            let done = std::panic::catch_unwind(run).unwrap_or_else(|_| {
                let what = "writing it fails an assertion";
                Err(Broken::corrupt(super::INDEX, 0, what))
            });
            if let Err(error) = done {
                let mut state = inner.work.state();
                state.failed = true;
                state.error = Some(error);
                drop(state);
                inner.work.changed.notify_all();
            }
        })
    }

    fn run(&self) -> Result<(), Broken> {
        let mut merges = Merges::default();
        let mut idle = false;
        loop {
            let sealed = {
                let state = self.work.state();
                let waiting = self
                    .work
                    .changed
                    .wait_while(state, |state| idle && state.mark.is_none() && !state.stop);
                let state = waiting.unwrap_or_else(PoisonError::into_inner);
                if state.stop && state.mark.is_none() {
                    return Ok(());
                }
                state.mark.is_some()
            };
            if sealed {
                self.write_sealed()?;
            }
            idle = !self.merge(&mut merges)? && !self.learn_places();
        }
    }

    /// Writes the sealed overlay.
    fn write_sealed(&self) -> Result<(), Broken> {
        let Some(mark) = self.work.state().mark.clone() else {
            return Ok(());
        };
        let (sealed, disk) = {
            let layers = self.layers.read().unwrap_or_else(PoisonError::into_inner);
            (layers.sealed.clone(), layers.disk.clone())
        };
        let (Some(sealed), Some(disk)) = (sealed, disk) else {
            return Err(Broken::Stopped);
        };
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or(Broken::Stopped)?;
        if planted(Bug::MarkBeforeRows) {
            commit::commit(database, &disk, &Overlay::default(), &mark)?;
        }
        commit::commit(database, &disk, &sealed, &mark)?;
        let fresh = Arc::new(Snapshot::latest(database, &disk.guides)?);
        let blocks = &sealed.blocks;
        for (from, rows) in (blocks.base..)
            .step_by(ROWS_AT_ONCE)
            .zip(blocks.rows.chunks(ROWS_AT_ONCE))
        {
            let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
            places.add(from, rows.iter().copied());
        }
        {
            let mut layers = self.layers.write().unwrap_or_else(PoisonError::into_inner);
            layers.disk = Some(fresh);
            layers.sealed = None;
        }
        self.work.state().mark = None;
        self.work.changed.notify_all();
        Ok(())
    }

    /// Reads some of the rows that were there when the index was opened; whether there were any.
    /// Rows that cannot be read stay unknown here: who asks for one of them is told.
    fn learn_places(&self) -> bool {
        let wanted = {
            let places = self.places.read().unwrap_or_else(PoisonError::into_inner);
            places.wanted()
        };
        let layers = self.layers.read().unwrap_or_else(PoisonError::into_inner);
        let disk = layers.disk.clone();
        drop(layers);
        let (Some((first, count)), Some(disk)) = (wanted, disk) else {
            return false;
        };
        let rows = places::rows(&disk, first, count).unwrap_or_default();
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        places.add(first, rows.into_iter());
        places.read(first);
        true
    }

    /// One slice of merging; whether there was anything to do.
    fn merge(&self, merges: &mut Merges) -> Result<bool, Broken> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = database.as_ref().ok_or(Broken::Stopped)?;
        let disk = {
            let layers = self.layers.read().unwrap_or_else(PoisonError::into_inner);
            layers.disk.clone().ok_or(Broken::Stopped)?
        };
        let worked = merges.step(database, &disk)?;
        if worked {
            let fresh = Arc::new(Snapshot::latest(database, &disk.guides)?);
            let mut layers = self.layers.write().unwrap_or_else(PoisonError::into_inner);
            layers.disk = Some(fresh);
        }
        Ok(worked)
    }
}
