//! How full the spool is, and giving room back. What the rows weigh is counted with each commit
//! (the file's length says little: it grows in leaps and keeps the pages of what was delivered);
//! the [`Stage`] follows from it. Free pages go back to the disk when nothing else is to be done
//! and it pays.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use redb::{Database, ReadableDatabase, ReadableTable, TableError, WriteTransaction};
use serde::Serialize;
use tokio::sync::watch;

use super::keep::KEPT;
use super::pressure::{self, Stage};
use super::{BLOCKS, Broken, EVENTS, META, REFUSED, Spool, broken, pack};

const BYTES: &str = "bytes";

/// A file that takes less of the disk is left alone, bytes.
const COMPACT_MIN: u64 = 32 << 20;
/// Rows that weigh more are not moved, bytes: recording stands still meanwhile.
const COMPACT_MOVED_MAX: u64 = 16 << 20;

/// How full the spool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// What the bridge does about it.
    pub stage: Stage,
    /// What events, blocks and open passages weigh, bytes.
    pub bytes: u64,
    /// What they may weigh, bytes.
    pub bytes_max: u64,
    /// What the file takes of the disk, bytes.
    pub file_bytes: u64,
}

/// What a change adds to the rows' weight, bytes.
#[derive(Debug, Default)]
pub(super) struct Weight {
    more: u64,
    less: u64,
}

impl Weight {
    /// A row of so many bytes, as it is kept, is written.
    pub(super) fn more(&mut self, kept: usize) {
        self.more += pack::weight(kept);
    }

    /// One of so many bytes goes, if there was one.
    pub(super) fn less(&mut self, kept: Option<usize>) {
        self.less += kept.map_or(0, pack::weight);
    }

    pub(super) fn after(&self, bytes: u64) -> u64 {
        (bytes + self.more).saturating_sub(self.less)
    }
}

/// Writes down what the rows weigh.
pub(super) fn note(write: &WriteTransaction, bytes: u64) -> Result<(), redb::Error> {
    let mut meta = write.open_table(META)?;
    meta.insert(BYTES, bytes.to_le_bytes().as_slice())?;
    Ok(())
}

/// What the rows weigh; they are weighed when nobody has written it down.
pub(super) fn found(database: &Database) -> Result<u64, Broken> {
    let doing = "weighing";
    let read = database.begin_read().map_err(broken(doing))?;
    let meta = read.open_table(META).map_err(broken(doing))?;
    if let Some(noted) = meta.get(BYTES).map_err(broken(doing))?
        && let Some(bytes) = noted.value().first_chunk()
    {
        return Ok(u64::from_le_bytes(*bytes));
    }
    let mut weight = Weight::default();
    for table in [EVENTS, BLOCKS, REFUSED] {
        let table = read.open_table(table).map_err(broken(doing))?;
        for row in table.iter().map_err(broken(doing))? {
            weight.more(row.map_err(broken(doing))?.1.value().len());
        }
    }
    match read.open_table(KEPT) {
        Ok(table) => {
            for row in table.iter().map_err(broken(doing))? {
                weight.more(row.map_err(broken(doing))?.1.value().len());
            }
        }
        Err(TableError::TableDoesNotExist(_)) => {}
        Err(error) => return Err(broken(doing)(error)),
    }
    Ok(weight.after(0))
}

/// Whether giving free pages back pays.
fn pays(file_bytes: u64, bytes: u64) -> bool {
    file_bytes >= COMPACT_MIN && bytes <= COMPACT_MOVED_MAX && bytes <= file_bytes / 4
}

impl Spool {
    /// How full it is.
    pub fn figures(&self) -> Figures {
        Figures {
            stage: self.stage(),
            bytes: self.bytes.load(Ordering::Acquire),
            bytes_max: self.bytes_max,
            file_bytes: self.file_bytes(),
        }
    }

    /// What is done about how full it is.
    pub fn stage(&self) -> Stage {
        *self.stage.borrow()
    }

    /// The same for whoever waits for a change.
    pub fn stages(&self) -> watch::Receiver<Stage> {
        self.stage.subscribe()
    }

    pub(super) fn judge(&self, bytes: u64) {
        let before = self.stage();
        let now = pressure::stage(bytes, self.bytes_max, before);
        if now != before {
            let (stage, was) = (now.word(), before.word());
            tracing::warn!(stage, was, bytes, bytes_max = self.bytes_max, "spool");
            self.stage.send_replace(now);
        }
    }

    fn file_bytes(&self) -> u64 {
        use std::os::unix::fs::MetadataExt as _;
        // Counted in half kilobytes, whatever the disk's blocks are (stat(2)).
        std::fs::metadata(&self.path).map_or(0, |file| file.blocks() * 512)
    }

    /// Gives free pages back to the disk when that pays; whether it did. Recording waits meanwhile.
    ///
    /// # Errors
    /// [`Broken`]; nothing is lost then.
    pub fn tidy(&self) -> Result<bool, Broken> {
        let before = self.file_bytes();
        if !pays(before, self.bytes.load(Ordering::Acquire)) {
            return Ok(false);
        }
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        database.compact().map_err(broken("compacting"))?;
        drop(database);
        let after = self.file_bytes();
        tracing::info!(before, after, "spool file compacted");
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compaction_is_done_when_it_pays() {
        let mb = 1 << 20;
        for (file, bytes, wanted) in [
            (31 * mb, 0, false),
            (32 * mb, 0, true),
            (32 * mb, 8 * mb, true),
            (32 * mb, 8 * mb + 1, false),
            (1_000 * mb, 16 * mb, true),
            (1_000 * mb, 16 * mb + 1, false),
        ] {
            assert_eq!(pays(file, bytes), wanted, "{bytes} of {file}");
        }
    }

    #[test]
    fn rows_are_weighed_the_same_with_every_commit_and_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.redb");
        let spool = Spool::open_capped(&path, 100_000).unwrap();
        assert_eq!(spool.figures().bytes, 0);
        let noise: Vec<Vec<u8>> = (0..40_u32)
            .map(|at| {
                blake3::hash(&at.to_le_bytes())
                    .to_hex()
                    .as_bytes()
                    .repeat(9)
            })
            .collect();
        spool.add_events(&noise).unwrap();
        let change = super::super::keep::Change {
            put: vec![(b"a".to_vec(), vec![b'1'; 90]), (b"b".to_vec(), vec![b'2'])],
            ..Default::default()
        };
        spool.apply(&change).unwrap();
        spool.apply(&change).unwrap();
        let bytes = spool.figures().bytes;
        assert!(bytes > 40 * 128, "{bytes}");
        drop(spool);
        let database = Database::open(&path).unwrap();
        let write = database.begin_write().unwrap();
        write.open_table(META).unwrap().remove(BYTES).unwrap();
        write.commit().unwrap();
        assert_eq!(found(&database).unwrap(), bytes);
        drop(database);
        let spool = Spool::open_capped(&path, bytes).unwrap();
        assert_eq!(spool.stage(), Stage::Dropping, "by what is found");
        let change = super::super::keep::Change {
            remove: vec![b"a".to_vec(), b"b".to_vec(), b"c".to_vec()],
            ..Default::default()
        };
        spool.apply(&change).unwrap();
        let chain = crate::spool::tests::chain(0);
        let seal = |events: Vec<Vec<u8>>| Ok((vec![7; events.len()], chain));
        spool.seal(<[usize]>::len, seal).unwrap();
        assert_eq!(spool.figures().bytes, pack::weight(40));
        assert_eq!(spool.stage(), Stage::Free);
        spool.settle(&[0], &[]).unwrap();
        assert_eq!(spool.figures().bytes, 0);
    }

    #[test]
    fn a_file_that_was_large_gives_its_pages_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.redb");
        let spool = Spool::open(&path).unwrap();
        let noise: Vec<u8> = (0..20_000_u32)
            .flat_map(|at| *blake3::hash(&at.to_le_bytes()).as_bytes())
            .collect();
        for _ in 0..60 {
            spool.add_events(std::slice::from_ref(&noise)).unwrap();
        }
        assert!(!spool.tidy().unwrap(), "it is full");
        let full = spool.figures();
        assert!(full.file_bytes <= full.bytes + (4 << 20), "{full:?}");
        let chain = crate::spool::tests::chain(0);
        while spool.stock().unwrap().events > 0 {
            let seal = |_| Ok((vec![7], chain.clone()));
            spool.seal(<[usize]>::len, seal).unwrap();
        }
        assert!(spool.tidy().unwrap());
        let after = spool.figures();
        assert!(after.file_bytes < full.file_bytes / 8, "{after:?}");
        assert!(!spool.tidy().unwrap(), "nothing more to gain");
        let left = spool.stock().unwrap().blocks;
        drop(spool);
        assert_eq!(Spool::open(&path).unwrap().stock().unwrap().blocks, left);
    }
}
