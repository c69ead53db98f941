//! The folded state on disk, so that a node with years of records opens in the time of the last
//! hours. The file is derived and never believed for itself: it says which code folded it, over
//! which log (its root at that size) and what its bytes hash to. Where one of these is not so the
//! order is folded anew from the ledger, as if there were no file. It holds what the records say,
//! so it is its owner's alone, and erasing items begins by removing it.
//!
//! Nobody waits for it: the writer freezes the state, which costs the time of copying what is
//! small, and a thread of its own writes it down while the next records are folded. Where requests
//! come without a pause it is kept again when a tenth more has been folded: then all keeping
//! together costs a constant for each fact, and an opening after a kill folds a tenth at most. Nor
//! does keeping ever take more than a twentieth of the time: a question is as much a fact as an
//! event of a hundred packs is, and where questions come by the thousand a tenth is soon there.
mod file;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tangle::{Broken, Reader};

use super::fold::Fold;
use file::{Head, Loaded, STRIDE_BYTES};

pub(super) use file::Kept;

/// Under load the state is kept when this share of it is new: one in so many.
const NEW_SHARE: u64 = 10;
/// Under load it then rests this many times as long as the last one took.
const REST_TIMES: u32 = 19;

/// Why a kept state is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    /// It was never written.
    #[error("there is none")]
    Absent,
    /// It cannot be read.
    #[error("the file cannot be read")]
    File(#[from] io::Error),
    /// Its bytes are not those that were written.
    #[error("the file is damaged")]
    Damaged,
    /// Another release made it.
    #[error("it was folded by another release")]
    Code,
    /// The ledger is not the one that was folded: an older copy, or another node's.
    #[error("it was folded from another ledger, or from more than there is")]
    Ledger,
    /// The ledger does not read.
    #[error("the ledger cannot be read")]
    Broken(#[from] Broken),
}

impl Unfit {
    /// Whether somebody should know.
    pub(super) fn is_strange(&self) -> bool {
        !matches!(self, Self::Absent | Self::Code)
    }
}

/// Where the state is kept, and how much of it.
#[derive(Debug)]
pub(super) struct Snapshots {
    path: PathBuf,
    /// Facts folded since the last one that make another worth while; never when 0.
    every: u64,
    /// Facts in the last one, or in the last that could not be written.
    kept: u64,
    under_way: Option<UnderWay>,
    /// Until then none is kept under load.
    rest_until: Duration,
}

/// A state that is being written.
#[derive(Debug)]
struct UnderWay {
    facts: u64,
    begun: Duration,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// A kept state that is being read, while others open the ledger it has to fit.
#[derive(Debug)]
pub(super) struct Reading(Option<JoinHandle<Result<Loaded, Unfit>>>);

impl Snapshots {
    pub(super) fn new(path: PathBuf, every: u64) -> Self {
        Self {
            path,
            every,
            kept: 0,
            under_way: None,
            rest_until: Duration::ZERO,
        }
    }

    /// Begins to read the state that was kept.
    pub(super) fn begin_reading(&self) -> io::Result<Reading> {
        if self.every == 0 {
            return Ok(Reading(None));
        }
        let path = self.path.clone();
        let thread = std::thread::Builder::new().name("state-reader".to_owned());
        let thread = thread.spawn(move || file::load(&path))?;
        Ok(Reading(Some(thread)))
    }

    /// The state that was kept, if it is one of this ledger.
    pub(super) fn recall(&mut self, reading: Reading, reader: &Reader) -> Result<Fold, Unfit> {
        let thread = reading.0.ok_or(Unfit::Absent)?;
        let loaded = thread.join().map_err(|_| Unfit::Damaged)?;
        let fold = loaded?.fit(reader)?;
        self.kept = fold.items();
        Ok(fold)
    }

    /// Whether the state is worth keeping `now` (time since the node opened), and none is being
    /// written: of a quiet node when `every` facts are new, else when many are.
    pub(super) fn wants(&mut self, facts: u64, quiet: bool, now: Duration) -> bool {
        let writes = |it: &UnderWay| !it.thread.is_finished();
        if self.under_way.as_ref().is_some_and(writes) {
            return false;
        }
        if let Some(it) = &self.under_way {
            let took = now.saturating_sub(it.begun);
            self.rest_until = now.saturating_add(took.saturating_mul(REST_TIMES));
        }
        self.finish();
        self.is_due(facts, quiet) && (quiet || now >= self.rest_until)
    }

    /// Begins to keep the state. The ledger must be such that its next opening has the log's tree
    /// as long as now, else nobody could tell that the state is its own.
    pub(super) fn keep(&mut self, fold: &Fold, reader: &Reader, now: Duration) {
        match Self::begin(&self.path, fold, reader, now) {
            Ok(begun) => self.under_way = Some(begun),
            Err(error) => tell(&error),
        }
        self.kept = fold.items();
    }

    /// Whether so many facts are new that they are worth it.
    fn is_due(&self, facts: u64, quiet: bool) -> bool {
        let share = if quiet { 0 } else { facts / NEW_SHARE };
        let new = facts.saturating_sub(self.kept);
        self.every > 0 && new >= self.every.max(share)
    }

    /// Whether a state is being written.
    pub(super) fn is_busy(&self) -> bool {
        self.under_way.is_some()
    }

    fn begin(path: &Path, fold: &Fold, reader: &Reader, now: Duration) -> io::Result<UnderWay> {
        let (head, frozen) = (Head::of(fold, reader)?, fold.frozen());
        let (path, facts) = (path.to_owned(), fold.items());
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let keep = move || {
            let interrupted = || stopped.load(Ordering::Relaxed);
            match file::write(&path, &frozen, head, STRIDE_BYTES, interrupted) {
                Ok(Some(bytes)) => tracing::info!(facts, bytes, "kept the folded state"),
                Ok(None) => {}
                Err(error) => tell(&error),
            }
        };
        let thread = std::thread::Builder::new().name("state-keeper".to_owned());
        Ok(UnderWay {
            facts,
            begun: now,
            stop,
            thread: thread.spawn(keep)?,
        })
    }

    /// Waits for what is being written.
    pub(super) fn finish(&mut self) {
        let Some(it) = self.under_way.take() else {
            return;
        };
        if it.thread.join().is_err() {
            tracing::error!(
                facts = it.facts,
                "keeping the folded state ended by a panic"
            );
        }
    }

    /// Gives up what is being written.
    fn give_up(&mut self) {
        if let Some(it) = &self.under_way {
            it.stop.store(true, Ordering::Relaxed);
        }
        self.finish();
    }

    /// Removes it for good.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        self.give_up();
        self.kept = 0;
        for path in [file::unfinished(&self.path), self.path.clone()] {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        file::sync_folder(&self.path)
    }
}

impl Drop for Snapshots {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// A failure costs time at the next opening and nothing else, so it is only told.
fn tell(error: &io::Error) {
    tracing::warn!(%error, "the folded state could not be kept");
}

#[cfg(test)]
mod tests {
    use std::fs::read;

    use super::*;
    use crate::{Config, Node, World};

    fn node(dir: &Path) -> Node {
        let world = World::manual(1_772_323_200_000, 7);
        crate::init(dir, "example.com/lab", &world).unwrap();
        Node::open(&Config::for_testing(dir), world).unwrap()
    }

    /// A state half written is given up, and the one that was kept stays.
    #[test]
    fn a_state_that_is_interrupted_leaves_what_was_kept() {
        let dir = tempfile::tempdir().unwrap();
        let node = node(dir.path());
        let path = dir.path().join("kept.snapshot");
        let shared = &node.0.shared;
        let fold = shared.fold();
        let keep = |rounds: usize| {
            let mut left = rounds;
            let interrupted = || {
                left = left.saturating_sub(1);
                left == 0
            };
            shared.with_reader(|reader| {
                let head = Head::of(&fold, reader).unwrap();
                file::write(&path, &fold.frozen(), head, 16, interrupted)
            })
        };
        let bytes = keep(usize::MAX).unwrap().unwrap().expect("it is written");
        let first = read(&path).unwrap();
        assert_eq!(bytes, first.len() as u64);
        let recalled = shared.with_reader(|reader| file::load(&path)?.fit(reader));
        assert_eq!(recalled.unwrap().unwrap(), *fold);
        for rounds in [1, 2, first.len() / 32] {
            assert_eq!(
                keep(rounds).unwrap().unwrap(),
                None,
                "after {rounds} strides"
            );
            assert_eq!(read(&path).unwrap(), first);
            assert!(!file::unfinished(&path).exists());
        }
    }

    /// Whoever can write the file can also write its hashes: the check finds what was never
    /// recorded.
    #[test]
    fn a_state_that_says_what_was_never_recorded_is_found_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let node = node(dir.path());
        node.close().unwrap();
        let path = dir.path().join("state.snapshot");
        assert!(crate::check(dir.path(), true).unwrap().is_sound());
        let world = World::manual(1_772_323_200_000, 8);
        let node = Node::open(&Config::for_testing(dir.path()), world).unwrap();
        {
            let shared = &node.0.shared;
            let mut forged = shared.fold_mut();
            forged.findings += 1;
            let written = shared.with_reader(|reader| {
                let head = Head::of(&forged, reader).unwrap();
                file::write(&path, &forged.frozen(), head, STRIDE_BYTES, || false)
            });
            written.unwrap().unwrap().expect("it is written");
            forged.findings -= 1;
        }
        let forged = read(&path).unwrap();
        node.abandon();
        drop(node);
        fs::write(&path, forged).unwrap();
        let said = crate::check(dir.path(), true).unwrap().differences;
        let said: Vec<String> = said.iter().map(ToString::to_string).collect();
        assert!(
            said.len() == 1 && said[0].contains("not what the ledger's records add up to"),
            "{said:?}"
        );
        assert!(!path.exists(), "it was removed");
    }

    /// Where questions come by the thousand, keeping takes a twentieth of the time at most.
    #[test]
    fn what_was_just_kept_rests_under_load() {
        let at = Duration::from_secs;
        let mut snapshots = Snapshots::new(PathBuf::new(), 10);
        snapshots.under_way = Some(UnderWay {
            facts: 10,
            begun: at(100),
            stop: Arc::default(),
            thread: std::thread::spawn(|| ()),
        });
        while !snapshots.under_way.as_ref().unwrap().thread.is_finished() {
            std::thread::yield_now();
        }
        for (facts, quiet, now, wanted) in [
            (20, false, 101, false),
            (20, true, 102, true),
            (20, false, 119, false),
            (20, false, 120, true),
            (9, false, 120, false),
        ] {
            assert_eq!(
                snapshots.wants(facts, quiet, at(now)),
                wanted,
                "{facts} {quiet} {now}"
            );
        }
    }

    /// Under requests without a pause the state is kept when a tenth is new; a quiet node keeps
    /// what little is new.
    #[test]
    fn how_much_is_new_decides() {
        let is_due = |every: u64, kept: u64, facts: u64, quiet: bool| {
            let mut snapshots = Snapshots::new(PathBuf::new(), every);
            snapshots.kept = kept;
            snapshots.is_due(facts, quiet)
        };
        for (every, kept, facts, quiet, due) in [
            (10, 0, 9, true, false),
            (10, 0, 10, true, true),
            (10, 0, 10, false, true),
            (10, 900, 999, true, true),
            (10, 900, 999, false, true),
            (10, 901, 999, false, false),
            (10, 901, 999, true, true),
            (0, 0, 1_000_000, true, false),
            (0, 0, 1_000_000, false, false),
        ] {
            assert_eq!(
                is_due(every, kept, facts, quiet),
                due,
                "{every} {kept} {facts} {quiet}"
            );
        }
    }
}
