//! The spool: what was recorded and not yet acknowledged, in one redb file. Three promises hold
//! through the death of the process at any moment: an event that was added is there or in exactly
//! one block; a block and the end of the chain it led to were written together, so that no two
//! blocks ever get one position; a block leaves only when the service has given a receipt for it.
//!
//! ```text
//! events   serial -> canonical event        waiting to be put into a block
//! blocks   serial -> wire envelope          waiting for their receipt, in chain order
//! refused  serial -> reason, 0, envelope    refused by the service; kept for a human
//! meta     "chain" -> Chain as JSON
//! kept     what is no event yet, and which letters were taken: see [`keep`]
//! ```

use std::fs::File;
use std::path::{Path, PathBuf};

use redb::{Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition};
use thiserror::Error;

use crate::sign::Chain;

pub mod keep;

const EVENTS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("events");
const BLOCKS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("blocks");
const REFUSED: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("refused");
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const CHAIN: &str = "chain";

/// Memory redb may keep of the file, bytes: a gateway is a small machine.
const CACHE_BYTES: usize = 1 << 20;

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
    database: Database,
}

impl Spool {
    /// Opens the spool, or makes it: under another name first, because a database file is not
    /// safe against a crash before its first sync.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn open(path: &Path) -> Result<Self, Broken> {
        if !path.exists() {
            Self::make(path)?;
        }
        let database = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .open(path)
            .map_err(broken("opening"))?;
        Ok(Self { database })
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
        let doing = "adding events";
        let write = self.database.begin_write().map_err(broken(doing))?;
        {
            let mut table = write.open_table(EVENTS).map_err(broken(doing))?;
            let first = after_last(&table).map_err(broken(doing))?;
            for (serial, event) in (first..).zip(events) {
                table
                    .insert(serial, event.as_slice())
                    .map_err(broken(doing))?;
            }
        }
        write.commit().map_err(broken(doing))
    }

    /// The end of the chain; `None` until the service has been met once.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn chain(&self) -> Result<Option<Chain>, Broken> {
        let doing = "reading the chain";
        let read = self.database.begin_read().map_err(broken(doing))?;
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
        let doing = "storing the chain";
        let write = self.database.begin_write().map_err(broken(doing))?;
        {
            let mut table = write.open_table(META).map_err(broken(doing))?;
            let bytes = serde_json::to_vec(chain).map_err(Broken::Chain)?;
            table
                .insert(CHAIN, bytes.as_slice())
                .map_err(broken(doing))?;
        }
        write.commit().map_err(broken(doing))
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
        let write = self.database.begin_write().map_err(broken(doing))?;
        let count;
        {
            let mut events = write.open_table(EVENTS).map_err(broken(doing))?;
            let mut serials = Vec::new();
            let mut bodies = Vec::new();
            for row in events
                .iter()
                .map_err(broken(doing))?
                .take(crate::sign::BLOCK_EVENTS_MAX)
            {
                let (serial, body) = row.map_err(broken(doing))?;
                serials.push(serial.value());
                bodies.push(body.value().to_vec());
            }
            let sizes: Vec<usize> = bodies.iter().map(Vec::len).collect();
            count = fitting(&sizes).min(bodies.len());
            if count == 0 {
                return Ok(0);
            }
            bodies.truncate(count);
            for serial in serials.iter().take(count) {
                events.remove(serial).map_err(broken(doing))?;
            }
            let (envelope, chain) = seal(bodies)?;
            let mut blocks = write.open_table(BLOCKS).map_err(broken(doing))?;
            let serial = after_last(&blocks).map_err(broken(doing))?;
            blocks
                .insert(serial, envelope.as_slice())
                .map_err(broken(doing))?;
            let mut meta = write.open_table(META).map_err(broken(doing))?;
            let bytes = serde_json::to_vec(&chain).map_err(Broken::Chain)?;
            meta.insert(CHAIN, bytes.as_slice())
                .map_err(broken(doing))?;
        }
        write.commit().map_err(broken(doing))?;
        Ok(count)
    }

    /// The oldest blocks, at most `count` and `bytes` (but at least one).
    ///
    /// # Errors
    /// [`Broken`].
    pub fn waiting(&self, count: usize, bytes: usize) -> Result<Vec<Waiting>, Broken> {
        let doing = "reading blocks";
        let read = self.database.begin_read().map_err(broken(doing))?;
        let table = read.open_table(BLOCKS).map_err(broken(doing))?;
        let (mut out, mut total) = (Vec::new(), 0);
        for row in table.iter().map_err(broken(doing))?.take(count) {
            let (serial, envelope) = row.map_err(broken(doing))?;
            total += envelope.value().len();
            if !out.is_empty() && total > bytes {
                break;
            }
            out.push(Waiting {
                serial: serial.value(),
                envelope: envelope.value().to_vec(),
            });
        }
        Ok(out)
    }

    /// Takes out blocks that have their receipt, and puts refused ones aside with the reason.
    ///
    /// # Errors
    /// [`Broken`]; then nothing has changed and the blocks will be sent again, which is harmless.
    pub fn settle(&self, delivered: &[u64], refused: &[(u64, String)]) -> Result<(), Broken> {
        let doing = "settling blocks";
        let write = self.database.begin_write().map_err(broken(doing))?;
        {
            let mut blocks = write.open_table(BLOCKS).map_err(broken(doing))?;
            for serial in delivered {
                blocks.remove(serial).map_err(broken(doing))?;
            }
            let mut aside = write.open_table(REFUSED).map_err(broken(doing))?;
            for (serial, reason) in refused {
                let Some(envelope) = blocks.remove(serial).map_err(broken(doing))? else {
                    continue;
                };
                let record = [reason.as_bytes(), &[0], envelope.value()].concat();
                let place = after_last(&aside).map_err(broken(doing))?;
                aside
                    .insert(place, record.as_slice())
                    .map_err(broken(doing))?;
            }
        }
        write.commit().map_err(broken(doing))
    }

    /// What is in the spool.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn stock(&self) -> Result<Stock, Broken> {
        let doing = "counting";
        let read = self.database.begin_read().map_err(broken(doing))?;
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
