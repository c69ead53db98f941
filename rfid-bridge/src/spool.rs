//! The spool: what was recorded and not yet acknowledged, in one redb file. Three promises hold
//! through the death of the process at any moment: an event that was added is there or in exactly
//! one block; a block and the end of the chain it led to were written together, so that no two
//! blocks ever get one position; a block leaves only when the service has given a receipt for it.
//!
//! The file has a cap: how near it is, is a [`Stage`], which whoever takes or collects looks at.
//! Rows are deflated ([`pack`]); what they weigh is counted with each commit.
//!
//! ```text
//! events   serial -> canonical event        waiting to be put into a block
//! blocks   serial -> wire envelope          waiting for their receipt, in chain order
//! refused  serial -> reason, 0, envelope    refused by the service; kept for a human
//! meta     "chain" -> Chain as JSON, "bytes" -> what all rows weigh, u64 little-endian
//! kept     what is no event yet, and which letters were taken: see [`keep`]
//! ```

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use redb::{
    Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, Table, TableDefinition,
    WriteTransaction,
};
use thiserror::Error;
use tokio::sync::watch;

use crate::sign::{BLOCK_BYTES_MAX, BLOCK_EVENTS_MAX, Chain};

pub mod keep;
mod level;
pub mod look;
mod pack;
pub mod pressure;

pub use level::Figures;
use level::Weight;
use pressure::Stage;

const EVENTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("events");
const BLOCKS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("blocks");
const REFUSED: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("refused");
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const CHAIN: &str = "chain";

/// Memory redb may keep of the file, bytes: a gateway is a small machine.
const CACHE_BYTES: usize = 1 << 20;
/// What the rows may weigh unless set, bytes: 1 GiB.
pub const BYTES_MAX: u64 = 1 << 30;
/// The least that may be set, bytes: what is on its way when the bridge stops taking must fit.
pub const BYTES_MAX_MIN: u64 = 16 << 20;

/// The spool does not work: ours to mend, nothing of what was promised is given up.
#[derive(Debug, Error)]
pub enum Broken {
    /// The file could not be made or put in place.
    #[error("spool file {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database refused.
    #[error("spool, while {doing}")]
    Database {
        /// What was attempted.
        doing: &'static str,
        /// Why.
        source: Box<redb::Error>,
    },
    /// The end of the chain cannot be read.
    #[error("spool: the end of the chain is unreadable")]
    Chain(#[source] serde_json::Error),
    /// A row cannot be unpacked.
    #[error("spool, while {doing}: row {serial} is damaged")]
    Row {
        /// What was attempted.
        doing: &'static str,
        /// Which.
        serial: u64,
    },
    /// A block could not be signed.
    #[error("spool: sealing a block")]
    Seal(#[from] tangle::DraftError),
}

/// What is in the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stock {
    /// Events not in a block yet.
    pub events: u64,
    /// Blocks without a receipt.
    pub blocks: u64,
    /// Blocks the service refused.
    pub refused: u64,
}

/// A block on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its place in the spool.
    pub serial: u64,
    /// The wire envelope.
    pub envelope: Vec<u8>,
}

/// The store-and-forward queue. Shared by threads through a reference.
#[derive(Debug)]
pub struct Spool {
    /// Had alone to compact the file, shared for all else.
    database: RwLock<Database>,
    path: PathBuf,
    bytes_max: u64,
    /// What the rows weigh after the last commit.
    bytes: AtomicU64,
    /// One change at a time, from its start until it is weighed.
    changing: Mutex<()>,
    stage: watch::Sender<Stage>,
}

impl Spool {
    /// Opens the spool with the usual cap.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn open(path: &Path) -> Result<Self, Broken> {
        Self::open_capped(path, BYTES_MAX)
    }

    /// Opens the spool, or makes it: under another name first, because a database file is not
    /// safe against a crash before its first sync. Its rows are to weigh at most `bytes_max`.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn open_capped(path: &Path, bytes_max: u64) -> Result<Self, Broken> {
        if !path.exists() {
            Self::make(path)?;
        }
        let database = look::opened(path).map_err(broken("opening"))?;
        let bytes = level::found(&database)?;
        Ok(Self::of(database, path, bytes_max, bytes))
    }

    /// A database whose rows weigh `bytes`.
    fn of(database: Database, path: &Path, bytes_max: u64, bytes: u64) -> Self {
        let stage = pressure::stage(bytes, bytes_max, Stage::Free);
        Self {
            database: RwLock::new(database),
            path: path.to_owned(),
            bytes_max,
            bytes: AtomicU64::new(bytes),
            changing: Mutex::new(()),
            stage: watch::Sender::new(stage),
        }
    }

    fn database(&self) -> RwLockReadGuard<'_, Database> {
        self.database.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes one change in one commit, on disk when it returns, and weighs it.
    fn change<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&WriteTransaction, &mut Weight) -> Result<T, Broken>,
    ) -> Result<T, Broken> {
        let _alone = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let database = self.database();
        let write = database.begin_write().map_err(broken(doing))?;
        let mut weight = Weight::default();
        let done = work(&write, &mut weight)?;
        let bytes = weight.after(self.bytes.load(Ordering::Acquire));
        level::note(&write, bytes).map_err(broken(doing))?;
        write.commit().map_err(broken(doing))?;
        self.bytes.store(bytes, Ordering::Release);
        self.judge(bytes);
        Ok(done)
    }

    fn make(path: &Path) -> Result<(), Broken> {
        let failed = |source| Broken::File {
            path: path.to_owned(),
            source,
        };
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(".new");
        let unfinished = PathBuf::from(unfinished);
        if unfinished.exists() {
            std::fs::remove_file(&unfinished).map_err(failed)?;
        }
        let database = Database::create(&unfinished).map_err(broken("making"))?;
        let write = database.begin_write().map_err(broken("making"))?;
        for table in [EVENTS, BLOCKS, REFUSED] {
            write.open_table(table).map_err(broken("making"))?;
        }
        write.open_table(META).map_err(broken("making"))?;
        write.commit().map_err(broken("making"))?;
        drop(database);
        File::open(&unfinished)
            .and_then(|file| file.sync_all())
            .map_err(failed)?;
        std::fs::rename(&unfinished, path).map_err(failed)?;
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }

    /// Adds canonical events, all in one commit; on disk when it returns.
    ///
    /// # Errors
    /// [`Broken`]; then none was added.
    pub fn add_events(&self, events: &[Vec<u8>]) -> Result<(), Broken> {
        self.change("adding events", |write, weight| {
            insert_events(write, weight, events).map_err(broken("adding events"))
        })
    }

    /// The end of the chain; `None` until the service has been met once.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn chain(&self) -> Result<Option<Chain>, Broken> {
        let doing = "reading the chain";
        let database = self.database();
        let read = database.begin_read().map_err(broken(doing))?;
        let table = read.open_table(META).map_err(broken(doing))?;
        let Some(bytes) = table.get(CHAIN).map_err(broken(doing))? else {
            return Ok(None);
        };
        serde_json::from_slice(bytes.value())
            .map(Some)
            .map_err(Broken::Chain)
    }

    /// Stores the end of the chain after meeting the service.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn set_chain(&self, chain: &Chain) -> Result<(), Broken> {
        self.change("storing the chain", |write, _| put_chain(write, chain))
    }

    /// Puts the oldest events into one block: takes those `fitting` allows (from their sizes),
    /// lets `seal` sign them, and stores block and chain while the events go, in one commit.
    /// Returns how many events that were; 0 when there are none.
    ///
    /// # Errors
    /// [`Broken`]; then nothing has changed.
    pub fn seal(
        &self,
        fitting: impl FnOnce(&[usize]) -> usize,
        seal: impl FnOnce(Vec<Vec<u8>>) -> Result<(Vec<u8>, Chain), tangle::DraftError>,
    ) -> Result<usize, Broken> {
        let doing = "sealing a block";
        self.change(doing, |write, weight| {
            let mut events = write.open_table(EVENTS).map_err(broken(doing))?;
            let mut rows = Vec::new();
            let mut total = 0;
            for row in events.iter().map_err(broken(doing))? {
                // More would not fit into a block anyway, and a gateway's memory is small.
                if rows.len() >= BLOCK_EVENTS_MAX || total > BLOCK_BYTES_MAX {
                    break;
                }
                let (serial, kept) = row.map_err(broken(doing))?;
                let serial = serial.value();
                let body = pack::unpack(kept.value()).ok_or(Broken::Row { doing, serial })?;
                total += body.len();
                rows.push((serial, body));
            }
            let sizes: Vec<usize> = rows.iter().map(|(_, body)| body.len()).collect();
            rows.truncate(fitting(&sizes));
            if rows.is_empty() {
                return Ok(0);
            }
            let count = rows.len();
            for (serial, _) in &rows {
                let gone = events.remove(serial).map_err(broken(doing))?;
                weight.less(gone.map(|kept| kept.value().len()));
            }
            let (envelope, chain) = seal(rows.into_iter().map(|(_, body)| body).collect())?;
            let mut blocks = write.open_table(BLOCKS).map_err(broken(doing))?;
            insert(&mut blocks, weight, &envelope).map_err(broken(doing))?;
            put_chain(write, &chain)?;
            Ok(count)
        })
    }

    /// The oldest blocks, at most `count` and `bytes` (but at least one).
    ///
    /// # Errors
    /// [`Broken`].
    pub fn waiting(&self, count: usize, bytes: usize) -> Result<Vec<Waiting>, Broken> {
        let doing = "reading blocks";
        let database = self.database();
        let read = database.begin_read().map_err(broken(doing))?;
        let table = read.open_table(BLOCKS).map_err(broken(doing))?;
        let (mut out, mut total) = (Vec::new(), 0);
        for row in table.iter().map_err(broken(doing))?.take(count) {
            let (serial, kept) = row.map_err(broken(doing))?;
            let serial = serial.value();
            let envelope = pack::unpack(kept.value()).ok_or(Broken::Row { doing, serial })?;
            total += envelope.len();
            if !out.is_empty() && total > bytes {
                break;
            }
            out.push(Waiting { serial, envelope });
        }
        Ok(out)
    }

    /// Takes out blocks that have their receipt, and puts refused ones aside with the reason.
    ///
    /// # Errors
    /// [`Broken`]; then nothing has changed and the blocks will be sent again, which is harmless.
    pub fn settle(&self, delivered: &[u64], refused: &[(u64, String)]) -> Result<(), Broken> {
        let doing = "settling blocks";
        self.change(doing, |write, weight| {
            let mut blocks = write.open_table(BLOCKS).map_err(broken(doing))?;
            for serial in delivered {
                let gone = blocks.remove(serial).map_err(broken(doing))?;
                weight.less(gone.map(|kept| kept.value().len()));
            }
            let mut aside = write.open_table(REFUSED).map_err(broken(doing))?;
            for (serial, reason) in refused {
                let Some(kept) = blocks.remove(serial).map_err(broken(doing))? else {
                    continue;
                };
                weight.less(Some(kept.value().len()));
                let serial = *serial;
                let envelope = pack::unpack(kept.value()).ok_or(Broken::Row { doing, serial })?;
                let record = [reason.as_bytes(), &[0], &envelope].concat();
                insert(&mut aside, weight, &record).map_err(broken(doing))?;
            }
            Ok(())
        })
    }

    /// What is in the spool.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn stock(&self) -> Result<Stock, Broken> {
        let doing = "counting";
        let database = self.database();
        let read = database.begin_read().map_err(broken(doing))?;
        let count = |table| {
            let table = read.open_table(table).map_err(broken(doing))?;
            table.len().map_err(broken(doing))
        };
        Ok(Stock {
            events: count(EVENTS)?,
            blocks: count(BLOCKS)?,
            refused: count(REFUSED)?,
        })
    }
}

/// Adds a row after the last one.
fn insert(
    table: &mut Table<'_, u64, &'static [u8]>,
    weight: &mut Weight,
    row: &[u8],
) -> Result<(), redb::StorageError> {
    let kept = pack::pack(row);
    let serial = after_last(table)?;
    table.insert(serial, &*kept)?;
    weight.more(kept.len());
    Ok(())
}

fn insert_events(
    write: &WriteTransaction,
    weight: &mut Weight,
    events: &[Vec<u8>],
) -> Result<(), redb::Error> {
    let mut table = write.open_table(EVENTS)?;
    for event in events {
        insert(&mut table, weight, event)?;
    }
    Ok(())
}

fn put_chain(write: &WriteTransaction, chain: &Chain) -> Result<(), Broken> {
    let doing = "storing the chain";
    let mut meta = write.open_table(META).map_err(broken(doing))?;
    let bytes = serde_json::to_vec(chain).map_err(Broken::Chain)?;
    meta.insert(CHAIN, bytes.as_slice())
        .map(drop)
        .map_err(broken(doing))
}

/// The serial after the last one in use.
fn after_last(table: &impl ReadableTable<u64, &'static [u8]>) -> Result<u64, redb::StorageError> {
    Ok(table.last()?.map_or(0, |(serial, _)| serial.value() + 1))
}

fn broken<E: Into<redb::Error>>(doing: &'static str) -> impl Fn(E) -> Broken {
    move |error| Broken::Database {
        doing,
        source: Box::new(error.into()),
    }
}

#[cfg(test)]
mod tests;
