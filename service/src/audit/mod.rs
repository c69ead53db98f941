//! The access log: who asked this node for what, when, why, by which rule, and how it ended. Reads
//! count as much as writes, and refusals as much as answers. Lines are chained by their hashes
//! ([`mod@line`]), written by a thread of their own so that no answer waits for them, and the hash
//! of the latest one is recorded in the ledger now and then (see `Node::anchor_access_log`): who
//! would rewrite the log would have to rewrite the ledger and its witnesses' memory.
//!
//! Lines are on disk a second after the answer at the latest. When the thread cannot keep up,
//! requests wait; none is left out. After a failed write the node says so in `/readyz`.
pub mod file;
pub mod line;
pub mod retention;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

pub use file::LogError;
pub use line::{Access, Head, Line};
pub use retention::Expired;

use file::LogFile;

use crate::world::World;

/// Accesses that may wait for the thread.
const QUEUE_MAX: usize = 16_384;
/// Accesses written at once.
const BATCH_MAX: usize = 4_096;
/// How long accesses are gathered before they are written: a thread that is woken for each one
/// costs more than the writing.
const GATHER: Duration = Duration::from_millis(5);
/// Longest time between writing and syncing.
const SYNC_AFTER: Duration = Duration::from_secs(1);

/// The log of one node. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AccessLog(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    queue: Mutex<Option<SyncSender<Message>>>,
    head: Arc<Mutex<Head>>,
    /// Lines before the first that is kept.
    forgotten: AtomicU64,
    /// Lines removed since the log was opened.
    expired: AtomicU64,
    failed: Arc<AtomicBool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
enum Message {
    Access(Box<Access>),
    /// Answered when everything before it is on disk.
    Sync(SyncSender<()>),
    /// Removes what is old; answered when it is gone, or the log has stopped.
    Expire(Expired, SyncSender<()>),
}

/// Which lines are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// From this moment on, Unix milliseconds.
    pub from_ms: Option<i64>,
    /// Before this moment.
    pub before_ms: Option<i64>,
    /// Public id of the API key.
    pub key: Option<String>,
    /// GLN of the party.
    pub party: Option<String>,
    /// Action of the policy.
    pub action: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// What the path or query contains.
    pub contains: Option<String>,
    /// Lines before this one.
    pub before_seq: Option<u64>,
}

impl Wanted {
    fn has(&self, line: &Line) -> bool {
        let access = &line.access;
        let is =
            |wanted: &Option<String>, given: &Option<String>| wanted.is_none() || wanted == given;
        self.from_ms.is_none_or(|from| from <= access.at_ms)
            && self.before_ms.is_none_or(|before| access.at_ms < before)
            && self.before_seq.is_none_or(|before| line.seq < before)
            && self.status.is_none_or(|status| status == access.status)
            && is(&self.key, &access.key)
            && is(&self.party, &access.party)
            && is(&self.action, &access.action)
            && self
                .contains
                .as_ref()
                .is_none_or(|part| access.target.contains(part))
    }
}

impl AccessLog {
    /// Opens the log in `dir` and starts its thread.
    ///
    /// # Errors
    /// [`LogError`] when it is damaged or cannot be used.
    pub fn open(dir: &Path, world: &World) -> Result<Self, LogError> {
        let log = LogFile::open(dir, world.now_ms())?;
        let head = Arc::new(Mutex::new(log.head()));
        let oldest = retention::oldest(dir)?;
        let forgotten = oldest.map_or(0, |line| line.seq.saturating_sub(1));
        let failed = Arc::new(AtomicBool::new(false));
        let (queue, messages) = sync_channel(QUEUE_MAX);
        let writer = Writer {
            log,
            head: Arc::clone(&head),
            failed: Arc::clone(&failed),
            world: world.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || writer.run(&messages))
            .map_err(|error| LogError::Io(dir.display().to_string(), error))?;
        Ok(Self(Arc::new(Inner {
            dir: dir.to_path_buf(),
            queue: Mutex::new(Some(queue)),
            head,
            forgotten: AtomicU64::new(forgotten),
            expired: AtomicU64::new(0),
            failed,
            thread: Mutex::new(Some(thread)),
        })))
    }

    /// Notes an access. Waits only while the thread is far behind.
    pub fn note(&self, access: Access) {
        if let Some(queue) = self.queue() {
            // A thread that is gone has said so in `failed`.
            drop(queue.send(Message::Access(Box::new(access))));
        }
    }

    /// Waits until everything noted so far is on disk; returns the end of the chain.
    pub fn sync(&self) -> Head {
        let (reply, answer) = sync_channel(1);
        if let Some(queue) = self.queue()
            && queue.send(Message::Sync(reply)).is_ok()
        {
            let _ended = answer.recv();
        }
        *self.0.head.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a write has failed: what happens since then may not be in the log.
    pub fn has_failed(&self) -> bool {
        self.0.failed.load(Ordering::Relaxed)
    }

    /// The newest lines that are wanted, newest first, at most `count`.
    ///
    /// # Errors
    /// [`LogError`] when a file cannot be read.
    pub fn newest(&self, wanted: &Wanted, count: usize) -> Result<Vec<Line>, LogError> {
        self.sync();
        let mut found = Vec::new();
        for path in file::files(&self.0.dir)?.iter().rev() {
            let lines = match file::lines(path) {
                // It was removed meanwhile, and whatever is older.
                Err(_) if !path.exists() => break,
                other => other?,
            };
            let oldest_ms = lines.first().map(|line| line.access.at_ms);
            let left = count.saturating_sub(found.len());
            let here = lines.into_iter().rev().filter(|line| wanted.has(line));
            found.extend(here.take(left));
            let done = wanted
                .from_ms
                .zip(oldest_ms)
                .is_some_and(|(from, oldest)| oldest < from);
            if found.len() >= count || done {
                break;
            }
        }
        Ok(found)
    }

    /// Removes lines that are all older than `before_ms` (Unix milliseconds), by whole files;
    /// the log tells how many. What was removed, if anything.
    ///
    /// # Errors
    /// [`LogError`] when a file cannot be read.
    pub fn expire(&self, before_ms: i64) -> Result<Option<Expired>, LogError> {
        self.sync();
        let Some(expired) = retention::expired(&self.0.dir, before_ms)? else {
            return Ok(None);
        };
        let (reply, answer) = sync_channel(1);
        let asked = self.queue().is_some_and(|queue| {
            let message = Message::Expire(expired, reply);
            queue.send(message).is_ok()
        });
        // The thread that is gone, or the log that has stopped, removes nothing.
        if !asked || answer.recv().is_err() || self.has_failed() {
            return Ok(None);
        }
        self.0.forgotten.store(expired.last.seq, Ordering::Relaxed);
        self.0.expired.fetch_add(expired.lines(), Ordering::Relaxed);
        Ok(Some(expired))
    }

    /// How many lines are kept, and how many were removed since the log was opened.
    pub fn counts(&self) -> (u64, u64) {
        let head = *self.0.head.lock().unwrap_or_else(PoisonError::into_inner);
        let forgotten = self.0.forgotten.load(Ordering::Relaxed);
        let kept = head.seq.saturating_sub(forgotten);
        (kept, self.0.expired.load(Ordering::Relaxed))
    }

    /// Writes what waits and ends the thread.
    pub fn close(&self) {
        let queue = self
            .0
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(queue);
        let thread = self
            .0
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Err(_)) = thread.map(JoinHandle::join) {
            tracing::error!("the access log's thread ended by a panic");
        }
    }

    fn queue(&self) -> Option<SyncSender<Message>> {
        self.0
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Checks the whole log in `dir`, line by line; `each` sees every line and the end of the chain
/// there.
///
/// # Errors
/// [`LogError`] with the first line that does not follow.
pub fn check(dir: &Path, mut each: impl FnMut(&Line, Head)) -> Result<Head, LogError> {
    file::walk(dir, |line, head| each(&line, head))
}

/// The oldest line that the log in `dir` keeps.
///
/// # Errors
/// [`LogError`] when a file cannot be read.
pub fn oldest(dir: &Path) -> Result<Option<Line>, LogError> {
    retention::oldest(dir)
}

struct Writer {
    log: LogFile,
    head: Arc<Mutex<Head>>,
    failed: Arc<AtomicBool>,
    world: World,
}

impl Writer {
    fn run(mut self, messages: &Receiver<Message>) {
        let mut unsynced = 0_usize;
        let mut synced = self.world.elapsed();
        loop {
            let first = match messages.recv_timeout(SYNC_AFTER) {
                Ok(first) => Some(first),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            if matches!(first, Some(Message::Access(_))) {
                std::thread::sleep(GATHER);
            }
            let mut accesses = Vec::new();
            let mut waiting = Vec::new();
            let mut expired = Vec::new();
            for message in first.into_iter().chain(messages.try_iter()).take(BATCH_MAX) {
                match message {
                    Message::Access(access) => accesses.push(*access),
                    Message::Sync(reply) => waiting.push(reply),
                    Message::Expire(it, reply) => {
                        expired.push(it);
                        waiting.push(reply);
                    }
                }
            }
            let quiet = accesses.is_empty();
            unsynced = unsynced.saturating_add(accesses.len());
            self.attempt(|log| log.append(accesses));
            for expired in expired {
                let now_ms = self.world.now_ms();
                self.attempt(|log| log.expire(&expired, now_ms));
            }
            let late = self.world.elapsed().saturating_sub(synced) >= SYNC_AFTER;
            if unsynced > 0 && (quiet || late || !waiting.is_empty()) {
                self.attempt(|log| log.sync());
                (unsynced, synced) = (0, self.world.elapsed());
            }
            for reply in waiting {
                let _gone = reply.send(());
            }
        }
        self.attempt(|log| log.sync());
    }

    /// Does something with the log; after a failure nothing more, because what follows half a line
    /// would be damage.
    fn attempt(&mut self, run: impl FnOnce(&mut LogFile) -> Result<(), LogError>) {
        if self.failed.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = run(&mut self.log) {
            self.failed.store(true, Ordering::Relaxed);
            tracing::error!(error = %crate::chain(&error), "the access log has stopped");
        }
        *self.head.lock().unwrap_or_else(PoisonError::into_inner) = self.log.head();
    }
}
