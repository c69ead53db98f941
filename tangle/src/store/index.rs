//! The index: everything that can be looked up, derived from the log and kept in redb. New rows
//! stay in memory and go to redb in large sorted transactions together with the mark that says
//! up to where the log is in; what is behind the mark is read from the log when the ledger is
//! opened. Losing the index loses nothing.
//!
//! redb is used with two-phase commit and quick repair. It does not check its pages when it
//! reads (`docs/design/ledger.md`), so no answer is taken from here alone: whoever asks holds it
//! against the block it leads to.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use redb::{
    Database, ReadTransaction, ReadableDatabase, ReadableTable, StorageBackend, TableDefinition,
    TableError,
};
use tangle_verify::{BlockId, KeyId};

use super::bugs::{Bug, planted};
use super::files::File;
use super::rows::{BLOCK_ROW_BYTES, MILESTONE_ROW_BYTES};
use super::rows::{BlockRow, MilestoneRow, Rows};
use super::rows::{chain_key, chain_lid, posting_key, posting_lid};
use crate::error::Broken;

/// Name of the file.
pub(crate) const INDEX: &str = "index.redb";

pub(super) type Table<K, V> = TableDefinition<'static, K, V>;

pub(super) const META: Table<&str, &[u8]> = TableDefinition::new("meta");
pub(super) const IDS: Table<&[u8; 32], u64> = TableDefinition::new("ids");
pub(super) const BLOCKS: Table<u64, &[u8; BLOCK_ROW_BYTES]> = TableDefinition::new("blocks");
pub(super) const ORDER: Table<u64, u64> = TableDefinition::new("order");
pub(super) const MILESTONES: Table<u32, &[u8; MILESTONE_ROW_BYTES]> =
    TableDefinition::new("milestones");
pub(super) const AUTHORS: Table<&[u8; 32], u32> = TableDefinition::new("authors");
pub(super) const CHAIN: Table<&[u8; 24], ()> = TableDefinition::new("chain");
pub(super) const POSTINGS: Table<&[u8; 20], ()> = TableDefinition::new("postings");
pub(super) const OUTCOMES: Table<u64, &[u8]> = TableDefinition::new("outcomes");
pub(super) const NODES: Table<u64, &[u8; 32]> = TableDefinition::new("nodes");
pub(super) const FORKS: Table<&[u8; 16], ()> = TableDefinition::new("forks");

const MARK: &str = "mark";
const FORMAT: &str = "format";
const FORMAT_1: &[u8] = b"theriac index 1";

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

/// redb and the rows that are not in it yet. One writer, any number of readers.
#[derive(Debug)]
pub(crate) struct Index {
    database: RwLock<Option<Database>>,
    fresh: RwLock<Rows>,
}

impl Index {
    /// Opens the database in `file`, or makes one if the file is empty.
    pub(crate) fn open(file: Arc<dyn File>, cache_bytes: usize) -> Result<Self, Broken> {
        let mut builder = Database::builder();
        builder.set_cache_size(cache_bytes);
        let database = builder.create_with_backend(Backend(file)).map_err(failed)?;
        let read = database.begin_read().map_err(failed)?;
        if let Some(table) = some_table(read.open_table(META))? {
            let format = table.get(FORMAT).map_err(failed)?;
            if format.is_none_or(|format| format.value() != FORMAT_1) {
                return Err(Broken::corrupt(INDEX, 0, "the index has another format"));
            }
        }
        drop(read);
        Ok(Self {
            database: RwLock::new(Some(database)),
            fresh: RwLock::default(),
        })
    }

    /// Closes the database. Readers that still exist get `Broken::Stopped` from now on.
    pub(crate) fn close(&self) {
        drop(
            self.database
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }

    /// Bytes of the mark of the latest flush; `None` if nothing was flushed yet.
    pub(crate) fn mark(&self) -> Result<Option<Vec<u8>>, Broken> {
        let Some(table) = some_table(self.read()?.open_table(META))? else {
            return Ok(None);
        };
        Ok(table
            .get(MARK)
            .map_err(failed)?
            .map(|mark| mark.value().to_vec()))
    }

    /// Adds rows; readers see them from now on.
    pub(crate) fn add(&self, add: impl FnOnce(&mut Rows)) {
        add(&mut self.fresh.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// How many blocks are in memory only.
    pub(crate) fn fresh_blocks(&self) -> usize {
        self.fresh().blocks.len()
    }

    /// Moves the rows in memory to redb in one transaction, with the mark that goes with them.
    pub(crate) fn flush(&self, mark: &[u8]) -> Result<(), Broken> {
        if planted(Bug::MarkBeforeRows) {
            self.put(mark, &Rows::default())?;
        }
        self.put(mark, &self.fresh())?;
        *self.fresh.write().unwrap_or_else(PoisonError::into_inner) = Rows::default();
        Ok(())
    }

    fn put(&self, mark: &[u8], rows: &Rows) -> Result<(), Broken> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let mut write = database
            .as_ref()
            .ok_or(Broken::Stopped)?
            .begin_write()
            .map_err(failed)?;
        write.set_two_phase_commit(true);
        write.set_quick_repair(true);
        {
            let mut meta = write.open_table(META).map_err(failed)?;
            meta.insert(FORMAT, FORMAT_1).map_err(failed)?;
            meta.insert(MARK, mark).map_err(failed)?;
            write_rows(&write, rows)?;
        }
        write.commit().map_err(failed)
    }

    /// Local id of a block.
    pub(crate) fn lid(&self, id: &BlockId) -> Result<Option<u64>, Broken> {
        let fresh = self.fresh().ids.get(id).copied();
        if fresh.is_some() {
            return Ok(fresh);
        }
        let Some(table) = some_table(self.read()?.open_table(IDS))? else {
            return Ok(None);
        };
        Ok(table
            .get(id.as_bytes())
            .map_err(failed)?
            .map(|lid| lid.value()))
    }

    /// Row of a block.
    pub(crate) fn block(&self, lid: u64) -> Result<Option<BlockRow>, Broken> {
        let fresh = self.fresh().blocks.get(&lid).copied();
        if fresh.is_some() {
            return Ok(fresh);
        }
        let Some(table) = some_table(self.read()?.open_table(BLOCKS))? else {
            return Ok(None);
        };
        Ok(table
            .get(lid)
            .map_err(failed)?
            .map(|row| BlockRow::from_bytes(row.value())))
    }

    /// Local id of the block at a position of the total order.
    pub(crate) fn at_position(&self, position: u64) -> Result<Option<u64>, Broken> {
        let fresh = self.fresh().order.get(&position).copied();
        if fresh.is_some() {
            return Ok(fresh);
        }
        let Some(table) = some_table(self.read()?.open_table(ORDER))? else {
            return Ok(None);
        };
        Ok(table.get(position).map_err(failed)?.map(|lid| lid.value()))
    }

    /// Row of a milestone.
    pub(crate) fn milestone(&self, index: u32) -> Result<Option<MilestoneRow>, Broken> {
        let fresh = self.fresh().milestones.get(&index).copied();
        if fresh.is_some() {
            return Ok(fresh);
        }
        let Some(table) = some_table(self.read()?.open_table(MILESTONES))? else {
            return Ok(None);
        };
        Ok(table
            .get(index)
            .map_err(failed)?
            .map(|row| MilestoneRow::from_bytes(row.value())))
    }

    /// All authors with their numbers.
    pub(crate) fn authors(&self) -> Result<Vec<(KeyId, u32)>, Broken> {
        let mut all: Vec<_> = self
            .fresh()
            .authors
            .iter()
            .map(|(key, at)| (*key, *at))
            .collect();
        if let Some(table) = some_table(self.read()?.open_table(AUTHORS))? {
            for row in table.iter().map_err(failed)? {
                let (key, number) = row.map_err(failed)?;
                all.push((KeyId::new(*key.value()), number.value()));
            }
        }
        all.sort_unstable_by_key(|(_, number)| *number);
        all.dedup();
        Ok(all)
    }

    /// Local ids of the blocks of an author's chain in `from..=to` (epoch, seq), in that order.
    pub(crate) fn chain(
        &self,
        author: u32,
        from: (u32, u64),
        to: (u32, u64),
    ) -> Result<Vec<u64>, Broken> {
        let from = chain_key(author, from.0, from.1, 0);
        let to = chain_key(author, to.0, to.1, u64::MAX);
        let mut found: BTreeSet<_> = self.fresh().chain.range(from..=to).copied().collect();
        if let Some(table) = some_table(self.read()?.open_table(CHAIN))? {
            for row in table.range::<&[u8; 24]>(&from..=&to).map_err(failed)? {
                found.insert(*row.map_err(failed)?.0.value());
            }
        }
        Ok(found.iter().map(chain_lid).collect())
    }

    /// Local id of the last block of an author's chain.
    pub(crate) fn last_of_chain(&self, author: u32) -> Result<Option<u64>, Broken> {
        let from = chain_key(author, 0, 0, 0);
        let to = chain_key(author, u32::MAX, u64::MAX, u64::MAX);
        let mut last = self.fresh().chain.range(from..=to).next_back().copied();
        if let Some(table) = some_table(self.read()?.open_table(CHAIN))? {
            let row = table
                .range::<&[u8; 24]>(&from..=&to)
                .map_err(failed)?
                .next_back();
            last = last.max(
                row.transpose()
                    .map_err(failed)?
                    .map(|(key, _)| *key.value()),
            );
        }
        // Of a fork's blocks the first recorded one is the head.
        let Some(last) = last else { return Ok(None) };
        let [epoch, seq] = [last.get(4..8), last.get(8..16)];
        let epoch = epoch
            .and_then(|it| it.try_into().ok())
            .map_or(0, u32::from_be_bytes);
        let seq = seq
            .and_then(|it| it.try_into().ok())
            .map_or(0, u64::from_be_bytes);
        Ok(self
            .chain(author, (epoch, seq), (epoch, seq))?
            .first()
            .copied())
    }

    /// Local ids of the blocks that may have the key behind `prefix`, ascending.
    pub(crate) fn postings(&self, prefix: [u8; 12]) -> Result<Vec<u64>, Broken> {
        let (from, to) = (posting_key(prefix, 0), posting_key(prefix, u64::MAX));
        let mut found: BTreeSet<u64> = self
            .fresh()
            .postings
            .range(from..=to)
            .map(posting_lid)
            .collect();
        if let Some(table) = some_table(self.read()?.open_table(POSTINGS))? {
            for row in table.range::<&[u8; 20]>(&from..=&to).map_err(failed)? {
                found.insert(posting_lid(row.map_err(failed)?.0.value()));
            }
        }
        Ok(found.into_iter().collect())
    }

    /// Outcome of the block at a position, if it is another than applied.
    pub(crate) fn outcome(&self, position: u64) -> Result<Option<Vec<u8>>, Broken> {
        let fresh = self.fresh().outcomes.get(&position).cloned();
        if fresh.is_some() {
            return Ok(fresh);
        }
        let Some(table) = some_table(self.read()?.open_table(OUTCOMES))? else {
            return Ok(None);
        };
        Ok(table
            .get(position)
            .map_err(failed)?
            .map(|outcome| outcome.value().to_vec()))
    }

    /// A stored node of the log's tree.
    pub(crate) fn node(&self, key: u64) -> Result<Option<[u8; 32]>, Broken> {
        let fresh = self.fresh().nodes.get(&key).copied();
        if fresh.is_some() {
            return Ok(fresh);
        }
        let Some(table) = some_table(self.read()?.open_table(NODES))? else {
            return Ok(None);
        };
        Ok(table.get(key).map_err(failed)?.map(|hash| *hash.value()))
    }

    /// Calls `each` with the stored nodes `from..to`, in order.
    pub(crate) fn each_node(
        &self,
        from: u64,
        to: u64,
        mut each: impl FnMut(u64, [u8; 32]) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        if let Some(table) = some_table(self.read()?.open_table(NODES))? {
            for row in table.range(from..to).map_err(failed)? {
                let (key, hash) = row.map_err(failed)?;
                each(key.value(), *hash.value())?;
            }
        }
        let fresh: Vec<_> = self
            .fresh()
            .nodes
            .range(from..to)
            .map(|(k, v)| (*k, *v))
            .collect();
        fresh
            .into_iter()
            .try_for_each(|(key, hash)| each(key, hash))
    }

    /// All pairs of `forks`.
    pub(crate) fn forks(&self) -> Result<BTreeSet<[u8; 16]>, Broken> {
        let mut all = self.fresh().forks.clone();
        if let Some(table) = some_table(self.read()?.open_table(FORKS))? {
            for row in table.iter().map_err(failed)? {
                all.insert(*row.map_err(failed)?.0.value());
            }
        }
        Ok(all)
    }

    /// A view of what is in redb now.
    pub(super) fn read(&self) -> Result<ReadTransaction, Broken> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        database
            .as_ref()
            .ok_or(Broken::Stopped)?
            .begin_read()
            .map_err(failed)
    }

    /// redb's own check of all its pages.
    pub(crate) fn check_pages(&self) -> Result<bool, Broken> {
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        database
            .as_mut()
            .ok_or(Broken::Stopped)?
            .check_integrity()
            .map_err(failed)
    }

    fn fresh(&self) -> RwLockReadGuard<'_, Rows> {
        self.fresh.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write_rows(write: &redb::WriteTransaction, rows: &Rows) -> Result<(), Broken> {
    macro_rules! put {
        ($table:ident, $rows:expr, |$row:pat_param| ($key:expr, $value:expr)) => {{
            let mut table = write.open_table($table).map_err(failed)?;
            for $row in $rows {
                table.insert($key, $value).map_err(failed)?;
            }
        }};
    }
    put!(IDS, &rows.ids, |(id, lid)| (id.as_bytes(), *lid));
    put!(BLOCKS, &rows.blocks, |(lid, row)| (*lid, &row.to_bytes()));
    put!(ORDER, &rows.order, |(position, lid)| (*position, *lid));
    put!(MILESTONES, &rows.milestones, |(index, row)| (
        *index,
        &row.to_bytes()
    ));
    put!(AUTHORS, &rows.authors, |(key, number)| (
        key.as_bytes(),
        *number
    ));
    put!(CHAIN, &rows.chain, |key| (key, ()));
    put!(POSTINGS, &rows.postings, |key| (key, ()));
    put!(OUTCOMES, &rows.outcomes, |(position, outcome)| (
        *position,
        outcome.as_slice()
    ));
    put!(NODES, &rows.nodes, |(key, hash)| (*key, hash));
    put!(FORKS, &rows.forks, |key| (key, ()));
    Ok(())
}

/// A table, or `None` if nothing was ever put into it.
pub(super) fn some_table<T>(opened: Result<T, TableError>) -> Result<Option<T>, Broken> {
    match opened {
        Ok(table) => Ok(Some(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// An error of redb as ours: damage, an I/O error of the file, or anything else.
pub(super) fn failed(error: impl Into<redb::Error>) -> Broken {
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
