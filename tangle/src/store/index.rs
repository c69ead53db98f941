//! The index: everything that can be looked up, derived from the log and kept in redb. New rows
//! stay in memory (an [`Overlay`]) until there are enough; then the overlay is sealed and goes
//! to redb in one transaction, with the mark that says up to where the log is in, while the next
//! one grows. What is behind the mark is read from the log when the ledger is opened. Losing the
//! index loses nothing.
//!
//! redb does not check its pages when it reads them, so every page of ours has a checksum of its
//! own ([`pages`]); beyond that, whoever asks holds the answer against the block it leads to.

mod checkpoint;
mod commit;
mod compare;
mod entries;
mod filter;
mod manifest;
mod merge;
mod overlay;
mod pages;
mod places;
mod snapshot;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use redb::{Database, ReadableDatabase, StorageBackend, TableDefinition, TableError};
use tangle_verify::{BlockId, KeyId};

use super::files::File;
use super::log::Written;
use super::mark::Mark;
use super::rows::{BlockRow, MilestoneRow, NO_LID, id_key};
use crate::error::Broken;
use checkpoint::Work;
pub(super) use compare::compare;
use manifest::Family;
use overlay::Tail;
pub(super) use overlay::{Overlay, Staged};
use pages::Array;
use places::Places;
use snapshot::Snapshot;

/// Name of the file.
pub(crate) const INDEX: &str = "index.redb";

/// Keys of a usual block with one event: its seat, six of the event, one to spare.
const KEYS_OF_A_BLOCK: usize = 8;

type Table<K, V> = TableDefinition<'static, K, V>;

const META: Table<&str, &[u8]> = TableDefinition::new("meta");
const PAGES: Table<u64, &[u8]> = TableDefinition::new("pages");
const OUTCOMES: Table<u64, &[u8]> = TableDefinition::new("outcomes");

const FORMAT: &str = "format";
const FORMAT_2: &[u8] = b"theriac index 2";

/// redb over a file of ours.
#[derive(Debug)]
struct Backend(Arc<dyn File>);

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read_at(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write_at(offset, data)
    }
}

/// Where rows can be, newest first.
#[derive(Debug)]
struct Layers {
    active: Overlay,
    sealed: Option<Arc<Overlay>>,
    /// `None` when the index is closed.
    disk: Option<Arc<Snapshot>>,
}

/// What the owner and the thread that writes to redb share.
#[derive(Debug)]
pub(super) struct Inner {
    database: RwLock<Option<Database>>,
    layers: RwLock<Layers>,
    places: RwLock<Places>,
    work: Work,
}

/// redb and the rows that are not in it yet. One writer, any number of readers.
#[derive(Debug)]
pub(crate) struct Index {
    inner: Arc<Inner>,
    thread: std::sync::Mutex<Option<std::thread::JoinHandle<()>>>,
}

impl Index {
    /// Opens the database in `file`, or makes one if the file is empty. With `background`, a
    /// thread of its own writes sealed rows to redb; without, whoever seals them does.
    pub(crate) fn open(
        file: Arc<dyn File>,
        cache_bytes: usize,
        background: bool,
    ) -> Result<Self, Broken> {
        let mut builder = Database::builder();
        builder.set_cache_size(cache_bytes);
        let database = builder.create_with_backend(Backend(file)).map_err(failed)?;
        let read = database.begin_read().map_err(failed)?;
        if let Some(table) = some_table(read.open_table(META))? {
            let format = table.get(FORMAT).map_err(failed)?;
            if format.is_none_or(|format| format.value() != FORMAT_2) {
                return Err(Broken::corrupt(INDEX, 0, "the index has another format"));
            }
        }
        drop(read);
        let disk = Snapshot::latest(&database, &BTreeMap::new())?;
        let places = Places::of(disk.manifest.length(pages::BLOCKS));
        let layers = Layers {
            active: beyond(&disk),
            sealed: None,
            disk: Some(Arc::new(disk)),
        };
        let inner = Arc::new(Inner {
            database: RwLock::new(Some(database)),
            layers: RwLock::new(layers),
            places: RwLock::new(places),
            work: Work::default(),
        });
        let thread = background.then(|| Inner::spawn(&inner));
        Ok(Self {
            inner,
            thread: std::sync::Mutex::new(thread),
        })
    }

    /// The mark of the latest commit; `None` if there was none yet.
    pub(crate) fn mark(&self) -> Result<Option<Mark>, Broken> {
        Ok(self.disk()?.mark.clone())
    }

    /// Adds rows; readers see them from now on.
    pub(crate) fn add(&self, add: impl FnOnce(&mut Overlay)) {
        let mut layers = self
            .inner
            .layers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        add(&mut layers.active);
    }

    /// How many blocks have rows in memory that are not on their way to redb. Blocks with many keys
    /// count as several.
    pub(crate) fn fresh_blocks(&self) -> usize {
        self.with(|layers| {
            let blocks = layers.active.blocks.rows.len();
            blocks.max(layers.active.postings.len() / KEYS_OF_A_BLOCK)
        })
    }

    /// How many blocks have rows in memory only.
    pub(crate) fn unflushed(&self) -> usize {
        self.with(|layers| {
            let sealed = layers.sealed.as_ref().map_or(0, |it| it.blocks.rows.len());
            layers.active.blocks.rows.len() + sealed
        })
    }

    /// Local ids of the blocks whose id may be this one.
    pub(crate) fn lids(&self, id: &BlockId) -> Result<Vec<u64>, Broken> {
        self.find(Family::Ids, id_key(id))
    }

    /// Local ids of the blocks that may have the key, ascending.
    pub(crate) fn postings(&self, key: u64) -> Result<Vec<u64>, Broken> {
        let mut found = self.find(Family::Postings, key)?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn find(&self, family: Family, key: u64) -> Result<Vec<u64>, Broken> {
        let mut found = Vec::new();
        let disk = self.with(|layers| {
            let overlays = [Some(&layers.active), layers.sealed.as_deref()];
            for overlay in overlays.into_iter().flatten() {
                match family {
                    Family::Ids => overlay.ids.find(key, &mut found),
                    Family::Postings => overlay.postings.find(key, &mut found),
                }
            }
            layers.disk.clone()
        });
        let disk = disk.ok_or(Broken::Stopped)?;
        disk.find(family, key, &mut found)?;
        Ok(found)
    }

    /// Row of a block.
    pub(crate) fn block(&self, lid: u64) -> Result<Option<BlockRow>, Broken> {
        let (found, position, disk) = self.with(|layers| {
            let sealed = layers.sealed.as_deref();
            let later = layers.active.positions.get(&lid);
            let later = later.or_else(|| sealed.and_then(|it| it.positions.get(&lid)));
            let found = layers.active.blocks.get(lid);
            let found = found.or_else(|| sealed.and_then(|it| it.blocks.get(lid)));
            (found.copied(), later.copied(), layers.disk.clone())
        });
        let found = if found.is_some() {
            found
        } else {
            let disk = disk.ok_or(Broken::Stopped)?;
            let row = disk.row(pages::BLOCKS, lid)?;
            row.map(|row| BlockRow::from_bytes(&row))
        };
        Ok(found.map(|row| BlockRow {
            position: position.or(row.position),
            ..row
        }))
    }

    /// Where a block lies, if that is known without its row. Whoever reads there finds the block or
    /// an error, since frames carry their place.
    pub(crate) fn place(&self, lid: u64) -> Option<Written> {
        let places = self.inner.places.read();
        places.unwrap_or_else(PoisonError::into_inner).get(lid)
    }

    /// Local id of the block at a position of the total order.
    pub(crate) fn at_position(&self, position: u64) -> Result<Option<u64>, Broken> {
        let row = self.row(pages::ORDER, position, |overlay| {
            Some(overlay.order.get(position)?.to_le_bytes())
        })?;
        Ok(row.map(u64::from_le_bytes))
    }

    /// Row of a milestone.
    pub(crate) fn milestone(&self, index: u32) -> Result<Option<MilestoneRow>, Broken> {
        let index = u64::from(index);
        let row = self.row(pages::MILESTONES, index, |overlay| {
            Some(overlay.milestones.get(index)?.to_bytes())
        })?;
        Ok(row.map(|row| MilestoneRow::from_bytes(&row)))
    }

    /// Key of an author.
    pub(crate) fn author(&self, number: u32) -> Result<Option<KeyId>, Broken> {
        let number = u64::from(number);
        let row = self.row(pages::AUTHORS, number, |overlay| {
            overlay.authors.get(number).map(|key| *key.as_bytes())
        })?;
        Ok(row.map(KeyId::new))
    }

    /// Local id of the head of an author's chain.
    pub(crate) fn head(&self, author: u32) -> Result<Option<u64>, Broken> {
        let row = self.row(pages::HEADS, author.into(), |overlay| {
            Some(overlay.heads.get(&author)?.to_le_bytes())
        })?;
        Ok(row.map(u64::from_le_bytes).filter(|lid| *lid != NO_LID))
    }

    /// Outcome of the block at a position, if it is another than applied.
    pub(crate) fn outcome(&self, position: u64) -> Result<Option<Vec<u8>>, Broken> {
        let (found, disk) = self.with(|layers| {
            let sealed = layers.sealed.as_deref();
            let found = layers.active.outcomes.get(&position);
            let found = found.or_else(|| sealed.and_then(|it| it.outcomes.get(&position)));
            (found.cloned(), layers.disk.clone())
        });
        match found {
            Some(found) => Ok(Some(found)),
            None => disk.ok_or(Broken::Stopped)?.outcome(position),
        }
    }

    /// A stored node of the log's tree.
    pub(crate) fn node(&self, level: u8, number: u64) -> Result<Option<[u8; 32]>, Broken> {
        self.row(pages::nodes(level), number, |overlay| {
            overlay.nodes.get(&level)?.get(number).copied()
        })
    }

    /// Stored nodes of a level from number `from` on, up to `count` of them; fewer where the tree
    /// ends. Neighbours lie in one page and cost little more than one of them.
    pub(crate) fn nodes(&self, level: u8, from: u64, count: u64) -> Result<Vec<[u8; 32]>, Broken> {
        let mut found = self.disk()?.rows(pages::nodes(level), from, count)?;
        while (found.len() as u64) < count
            && let Some(node) = self.node(level, from + found.len() as u64)?
        {
            found.push(node);
        }
        Ok(found)
    }

    /// A row of an array that lies in an overlay or in redb.
    fn row<const N: usize>(
        &self,
        array: Array,
        number: u64,
        here: impl Fn(&Overlay) -> Option<[u8; N]>,
    ) -> Result<Option<[u8; N]>, Broken> {
        let (found, disk) = self.with(|layers| {
            let found = here(&layers.active);
            let found = found.or_else(|| layers.sealed.as_deref().and_then(&here));
            (found, layers.disk.clone())
        });
        match found {
            Some(found) => Ok(Some(found)),
            None => disk.ok_or(Broken::Stopped)?.row(array, number),
        }
    }

    /// redb's own check of all its pages. The index must not be written meanwhile.
    pub(crate) fn check_pages(&self) -> Result<bool, Broken> {
        let inner = &self.inner;
        let mut database = inner
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut layers = inner.layers.write().unwrap_or_else(PoisonError::into_inner);
        // The check may repair, which no reader must look at.
        layers.disk = None;
        let database = database.as_mut().ok_or(Broken::Stopped)?;
        let sound = database.check_integrity().map_err(failed)?;
        layers.disk = Some(Arc::new(Snapshot::latest(database, &BTreeMap::new())?));
        Ok(sound)
    }

    fn disk(&self) -> Result<Arc<Snapshot>, Broken> {
        self.with(|layers| layers.disk.clone())
            .ok_or(Broken::Stopped)
    }

    fn with<T>(&self, look: impl FnOnce(&Layers) -> T) -> T {
        look(
            &self
                .inner
                .layers
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

/// An empty overlay behind what is in redb.
fn beyond(disk: &Snapshot) -> Overlay {
    let length = |array| disk.manifest.length(array);
    let levels = (0..=60).step_by(4);
    let nodes = levels.map(|level| (level, length(pages::nodes(level))));
    Overlay {
        blocks: Tail::from(length(pages::BLOCKS)),
        order: Tail::from(length(pages::ORDER)),
        milestones: Tail::from(length(pages::MILESTONES)),
        authors: Tail::from(length(pages::AUTHORS)),
        nodes: nodes
            .map(|(level, rows)| (level, Tail::from(rows)))
            .collect(),
        ..Overlay::default()
    }
}

/// A table, or `None` if nothing was ever put into it.
fn some_table<T>(opened: Result<T, TableError>) -> Result<Option<T>, Broken> {
    match opened {
        Ok(table) => Ok(Some(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// An error of redb as ours: damage, an I/O error of the file, or anything else.
fn failed(error: impl Into<redb::Error>) -> Broken {
    match error.into() {
        redb::Error::Corrupted(what) => Broken::corrupt(INDEX, 0, what),
        redb::Error::Io(source) => Broken::Storage {
            file: INDEX.into(),
            source,
        },
        other => Broken::Index {
            what: other.to_string(),
        },
    }
}

/// A page as redb gives it, for fuzzing: how many entries are found in it under its own key.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn raw_page(key: u64, value: &[u8]) -> Option<usize> {
    let body = pages::opened(key, value).ok()?;
    let mut found = Vec::new();
    pages::search(body, key, &mut found);
    Some(found.len())
}

/// A page as it is stored, for fuzzing.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn raw_sealed(key: u64, body: &[u8]) -> Vec<u8> {
    pages::sealed(key, body)
}

#[cfg(test)]
mod tests;
