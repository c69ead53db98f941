//! The spool without a daemon: one in memory for a replay, and a look into a file that leaves it
//! as it is. And how the file is opened when the last bridge may still be letting go of it.

use std::path::Path;
use std::time::Duration;

use redb::backends::InMemoryBackend;
use redb::{
    Database, DatabaseError, ReadOnlyDatabase, ReadableDatabase as _, ReadableTable as _,
    ReadableTableMetadata as _,
};

use super::{BLOCKS, Broken, CACHE_BYTES, EVENTS, META, REFUSED, Spool, Stock, broken, pack};

/// What a look into a spool file found.
#[derive(Debug)]
pub enum Seen {
    /// What is in it.
    Stock(Stock),
    /// Another process has it open.
    InUse,
    /// Its last process was killed; the next one mends it when it opens it.
    Unclean,
}

/// Looks into a spool file and changes nothing in it.
///
/// # Errors
/// [`Broken`] when there is no such file, or it is damaged.
pub fn look(path: &Path) -> Result<Seen, Broken> {
    let doing = "looking into it";
    let opened = Database::builder()
        .set_cache_size(CACHE_BYTES)
        .open_read_only(path);
    let database: ReadOnlyDatabase = match opened {
        Ok(database) => database,
        Err(DatabaseError::DatabaseAlreadyOpen) => return Ok(Seen::InUse),
        Err(DatabaseError::RepairAborted) => return Ok(Seen::Unclean),
        Err(error) => return Err(broken(doing)(error)),
    };
    let read = database.begin_read().map_err(broken(doing))?;
    let count = |table| {
        let table = read.open_table(table).map_err(broken(doing))?;
        table.len().map_err(broken(doing))
    };
    Ok(Seen::Stock(Stock {
        events: count(EVENTS)?,
        blocks: count(BLOCKS)?,
        refused: count(REFUSED)?,
    }))
}

/// How often a spool that is in use is tried again, and how long after: a bridge that was killed
/// can hold its file for a moment longer than its supervisor waits to start the next one.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// Opens the file to write in it, alone.
pub(super) fn opened(path: &Path) -> Result<Database, DatabaseError> {
    let open = || Database::builder().set_cache_size(CACHE_BYTES).open(path);
    for _ in 1..TRIES {
        match open() {
            Err(DatabaseError::DatabaseAlreadyOpen) => std::thread::sleep(PAUSE),
            done => return done,
        }
    }
    open()
}

impl Broken {
    /// Whether another process has the spool open.
    pub fn is_in_use(&self) -> bool {
        match self {
            Self::Database { source, .. } => {
                matches!(**source, redb::Error::DatabaseAlreadyOpen)
            }
            _ => false,
        }
    }
}

impl Spool {
    /// A spool in memory, gone with its owner.
    ///
    /// # Errors
    /// [`Broken`] when it cannot be made.
    pub fn in_memory() -> Result<Self, Broken> {
        let doing = "making it in memory";
        let database = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(InMemoryBackend::new())
            .map_err(broken(doing))?;
        let write = database.begin_write().map_err(broken(doing))?;
        for table in [EVENTS, BLOCKS, REFUSED] {
            write.open_table(table).map_err(broken(doing))?;
        }
        write.open_table(META).map_err(broken(doing))?;
        write.commit().map_err(broken(doing))?;
        Ok(Self::of(database, Path::new(""), u64::MAX, 0))
    }

    /// Takes all events out, the oldest first, as a courier would.
    ///
    /// # Errors
    /// [`Broken`]; then they are still there.
    pub fn drain(&self) -> Result<Vec<Vec<u8>>, Broken> {
        let doing = "taking events out";
        if self.stock()?.events == 0 {
            return Ok(Vec::new());
        }
        self.change(doing, |write, weight| {
            let mut events = Vec::new();
            let mut table = write.open_table(EVENTS).map_err(broken(doing))?;
            for row in table.iter().map_err(broken(doing))? {
                let (serial, kept) = row.map_err(broken(doing))?;
                let serial = serial.value();
                weight.less(Some(kept.value().len()));
                events.push(pack::unpack(kept.value()).ok_or(Broken::Row { doing, serial })?);
            }
            table.retain(|_, _| false).map_err(broken(doing))?;
            Ok(events)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spool_is_waited_for_while_its_last_owner_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.redb");
        let last = Spool::open(&path).unwrap();
        let lets_go = std::thread::spawn(move || {
            std::thread::sleep(3 * PAUSE);
            drop(last);
        });
        assert_eq!(Spool::open(&path).unwrap().stock().unwrap().events, 0);
        lets_go.join().unwrap();
    }

    #[test]
    fn a_look_counts_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.redb");
        assert!(look(&path).is_err());
        assert!(!path.exists());
        let spool = Spool::open(&path).unwrap();
        spool
            .add_events(&[b"one".to_vec(), b"two".to_vec()])
            .unwrap();
        assert!(matches!(look(&path), Ok(Seen::InUse)));
        assert!(Spool::open(&path).unwrap_err().is_in_use());
        drop(spool);
        let before = std::fs::read(&path).unwrap();
        let Ok(Seen::Stock(stock)) = look(&path) else {
            panic!("it can be read");
        };
        assert_eq!((stock.events, stock.blocks, stock.refused), (2, 0, 0));
        assert_eq!(std::fs::read(&path).unwrap(), before);
        std::fs::write(&path, b"no spool").unwrap();
        assert!(look(&path).is_err());
    }

    #[test]
    fn what_is_taken_out_of_memory_is_gone() {
        let spool = Spool::in_memory().unwrap();
        assert!(spool.drain().unwrap().is_empty());
        spool
            .add_events(&[b"one".to_vec(), b"two".to_vec()])
            .unwrap();
        assert_eq!(spool.drain().unwrap(), [b"one".to_vec(), b"two".to_vec()]);
        assert!(spool.drain().unwrap().is_empty());
        spool.add_events(&[b"three".to_vec()]).unwrap();
        assert_eq!(spool.drain().unwrap(), [b"three".to_vec()]);
    }
}
