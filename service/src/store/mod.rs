//! `node.redb`: what the node must remember that is not ledger. API keys (hashed), answers to
//! requests that came with an `Idempotency-Key`, capture jobs, named queries, subscriptions. Small,
//! opened once; the keys are held in memory as well, because every request asks for one.
pub mod api_keys;
pub mod certificates;
pub mod documents;
pub mod idempotency;
pub mod invitations;
pub mod links;
pub mod passkeys;
pub mod sessions;
pub mod shelf;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use redb::Database;

pub use api_keys::{ApiKeyInfo, NewApiKey, Revoked};
pub use certificates::{Binding, Bound};
pub use invitations::{Claim, Invitation, NewInvitation, Refusal, Used};
pub use links::Link;
pub use sessions::{NewSession, SessionHash, SessionInfo};
pub use shelf::{Change, Durably};

use api_keys::KeyTable;
use sessions::Sessions;
use shelf::Shelf;

/// The node's own database. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    database: RwLock<Option<Database>>,
    hash_key: [u8; 32],
    keys: RwLock<KeyTable>,
    sessions: RwLock<Sessions>,
    claims: Mutex<BTreeSet<String>>,
    passkeys: Mutex<()>,
    invitations: Mutex<()>,
    links: Mutex<()>,
}

/// The database failed or holds something unreadable.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database's own error.
    #[error("using node.redb")]
    Database(#[source] Box<redb::Error>),
    /// A record does not read back.
    #[error("a record of {table} in node.redb does not read back")]
    Record {
        /// The table.
        table: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The store was closed.
    #[error("node.redb is closed")]
    Closed,
    /// The freshly drawn key id is taken.
    #[error("the key id {0} is taken")]
    Taken(String),
}

impl<E: Into<redb::Error>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self::Database(Box::new(error.into()))
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(node.redb)")
    }
}

impl Store {
    /// Opens the database, making it when missing. `hash_key` keys the hash of API keys.
    ///
    /// A new file is made under another name and renamed after its first commit, because making
    /// a redb file is not atomic.
    pub fn open(path: &Path, hash_key: [u8; 32]) -> Result<Self, StoreError> {
        if !path.exists() {
            let temporary = path.with_extension("redb.new");
            drop(std::fs::remove_file(&temporary));
            let database = Database::create(&temporary)?;
            let write = database.begin_write()?;
            write.open_table(api_keys::TABLE)?;
            write.open_table(idempotency::TABLE)?;
            for table in documents::TABLES {
                write.open_table(table)?;
            }
            write.commit()?;
            make_shelves(&database)?;
            drop(database);
            let renamed = std::fs::rename(&temporary, path).and_then(|()| match path.parent() {
                Some(dir) if !dir.as_os_str().is_empty() => std::fs::File::open(dir)?.sync_all(),
                _ => Ok(()),
            });
            renamed.map_err(|error| StoreError::from(redb::Error::Io(error)))?;
        }
        let database = Database::create(path)?;
        make_shelves(&database)?;
        let write = database.begin_write()?;
        for table in documents::TABLES {
            // A database of an earlier version does not have them.
            write.open_table(table)?;
        }
        write.commit()?;
        let keys = KeyTable::load(&database)?;
        let sessions = Sessions::load(&database)?;
        Ok(Self(Arc::new(Inner {
            database: RwLock::new(Some(database)),
            hash_key,
            keys: RwLock::new(keys),
            sessions: RwLock::new(sessions),
            claims: Mutex::default(),
            passkeys: Mutex::default(),
            invitations: Mutex::default(),
            links: Mutex::default(),
        })))
    }

    /// Runs `work` on the database, which stays open for its time.
    fn with<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let database = self
            .0
            .database
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        work(database.as_ref().ok_or(StoreError::Closed)?)
    }

    /// Whether every page of the database is as it was written.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub fn is_sound(&self) -> Result<bool, StoreError> {
        let mut database = self
            .0
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let database = database.as_mut().ok_or(StoreError::Closed)?;
        Ok(database.check_integrity()?)
    }

    /// Copies what is committed into a new database at `path`, replacing one that an interrupted
    /// copy left there.
    ///
    /// # Errors
    /// [`StoreError`]; then there is no file at `path` or the one that was there.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        use redb::{ReadableDatabase as _, ReadableTable as _};
        let temporary = path.with_extension("redb.new");
        drop(std::fs::remove_file(&temporary));
        self.with(|database| {
            let read = database.begin_read()?;
            let copy = Database::create(&temporary)?;
            let write = copy.begin_write()?;
            let shelves = Shelf::ALL.into_iter().filter(|it| it.is_copied());
            let shelves = shelves.map(Shelf::table);
            for table in [api_keys::TABLE, idempotency::TABLE]
                .into_iter()
                .chain(shelves)
                .chain(documents::TABLES)
            {
                let (from, mut to) = (read.open_table(table)?, write.open_table(table)?);
                for row in from.iter()? {
                    let (key, value) = row?;
                    to.insert(key.value(), value.value())?;
                }
            }
            write.commit()?;
            Ok(())
        })?;
        let renamed = std::fs::rename(&temporary, path);
        renamed.map_err(|error| StoreError::from(redb::Error::Io(error)))
    }

    /// Closes the database, whoever else holds this store; keys stay known in memory.
    pub fn close(&self) {
        let mut database = self
            .0
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        drop(database.take());
    }

    /// The key that signs the tokens of further pages.
    pub fn token_key(&self) -> [u8; 32] {
        blake3::derive_key("theriac page token v1", self.hash_key())
    }

    /// Held by who changes passkeys: two answers with one counter are looked at one by one.
    fn passkey_lock(&self) -> MutexGuard<'_, ()> {
        let lock = self.0.passkeys.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }

    /// Held by who changes invitations, so that one code is used once.
    fn invitation_lock(&self) -> MutexGuard<'_, ()> {
        let lock = self.0.invitations.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }

    /// Held by who changes links, so that no use is lost and none outlives its end.
    fn link_lock(&self) -> MutexGuard<'_, ()> {
        let lock = self.0.links.lock();
        lock.unwrap_or_else(PoisonError::into_inner)
    }

    fn hash_key(&self) -> &[u8; 32] {
        &self.0.hash_key
    }

    fn keys(&self) -> std::sync::RwLockReadGuard<'_, KeyTable> {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys_mut(&self) -> std::sync::RwLockWriteGuard<'_, KeyTable> {
        self.0.keys.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the tables of [`Shelf`] where an older database has none.
fn make_shelves(database: &Database) -> Result<(), StoreError> {
    use redb::ReadableDatabase as _;
    let read = database.begin_read()?;
    if Shelf::ALL
        .iter()
        .all(|shelf| read.open_table(shelf.table()).is_ok())
    {
        return Ok(());
    }
    let write = database.begin_write()?;
    for shelf in Shelf::ALL {
        write.open_table(shelf.table())?;
    }
    Ok(write.commit()?)
}
