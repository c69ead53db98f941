//! Records of the EPCIS interface that are no ledger: capture jobs and documents that wait, named
//! queries, subscriptions. One way to write and read them; what they hold is the use cases' own.
use redb::{Durability, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Store, StoreError};

/// The tables.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shelf {
    /// Capture jobs by id.
    Jobs,
    /// Ids of capture jobs by owner and time.
    JobsOf,
    /// Documents of jobs that still run, by the job's id.
    Bodies,
    /// Named queries by owner and name.
    Queries,
    /// Subscriptions by id.
    Subscriptions,
    /// Sessions of people by id.
    Sessions,
    /// Passkeys by the hash of their id.
    Passkeys,
    /// Electronic signatures by time and id.
    Signatures,
    /// Service levels by day.
    Days,
    /// Invitations of devices by id.
    Invitations,
    /// Share links by id.
    Links,
}

/// Whether a write is on disk when it is acknowledged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Durably {
    /// It is.
    Yes,
    /// It may be lost by a crash: it can be derived again.
    NotYet,
}

impl Shelf {
    /// All of them.
    pub(super) const ALL: [Self; 11] = [
        Self::Jobs,
        Self::JobsOf,
        Self::Bodies,
        Self::Queries,
        Self::Subscriptions,
        Self::Sessions,
        Self::Passkeys,
        Self::Signatures,
        Self::Days,
        Self::Invitations,
        Self::Links,
    ];

    /// Whether a copy of the node holds it: who is signed in here is not signed in there, and a
    /// code that was used here must not be new there.
    pub(super) fn is_copied(self) -> bool {
        !matches!(self, Self::Sessions | Self::Invitations)
    }

    pub(super) fn table(self) -> TableDefinition<'static, &'static str, &'static [u8]> {
        TableDefinition::new(self.name())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Jobs => "capture_jobs",
            Self::JobsOf => "capture_jobs_of",
            Self::Bodies => "capture_bodies",
            Self::Queries => "queries",
            Self::Subscriptions => "subscriptions",
            Self::Sessions => "sessions",
            Self::Passkeys => "passkeys",
            Self::Signatures => "signatures",
            Self::Days => "service_levels",
            Self::Invitations => "device_invitations",
            Self::Links => "share_links",
        }
    }
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    shelf: Shelf,
    key: String,
    /// `None` takes the record away.
    bytes: Option<Vec<u8>>,
}

impl Change {
    /// Writes a value as JSON.
    pub fn put<T: Serialize>(shelf: Shelf, key: &str, value: &T) -> Result<Self, StoreError> {
        let bytes = serde_json::to_vec(value).map_err(|source| StoreError::Record {
            table: shelf.name(),
            source,
        })?;
        Ok(Self::put_bytes(shelf, key, bytes))
    }

    /// Writes bytes.
    pub fn put_bytes(shelf: Shelf, key: &str, bytes: Vec<u8>) -> Self {
        Self {
            shelf,
            key: key.to_owned(),
            bytes: Some(bytes),
        }
    }

    /// Takes a record away.
    pub fn remove(shelf: Shelf, key: &str) -> Self {
        Self {
            shelf,
            key: key.to_owned(),
            bytes: None,
        }
    }
}

impl Store {
    /// Makes all changes, or none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn change(&self, changes: &[Change], durably: Durably) -> Result<(), StoreError> {
        self.with(|database| {
            let mut write = database.begin_write()?;
            if durably == Durably::NotYet {
                // It cannot fail without savepoints, and if it did the write would be durable.
                drop(write.set_durability(Durability::None));
            }
            for change in changes {
                let mut table = write.open_table(change.shelf.table())?;
                match &change.bytes {
                    Some(bytes) => drop(table.insert(change.key.as_str(), bytes.as_slice())?),
                    None => drop(table.remove(change.key.as_str())?),
                }
            }
            Ok(write.commit()?)
        })
    }

    /// A record as bytes.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn bytes(&self, shelf: Shelf, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.with(|database| {
            let table = database.begin_read()?.open_table(shelf.table())?;
            Ok(table.get(key)?.map(|bytes| bytes.value().to_vec()))
        })
    }

    /// A record.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or the record does not read back.
    pub fn record<T: DeserializeOwned>(
        &self,
        shelf: Shelf,
        key: &str,
    ) -> Result<Option<T>, StoreError> {
        let bytes = self.bytes(shelf, key)?;
        bytes.map(|bytes| read(shelf, &bytes)).transpose()
    }

    /// At most `limit` keys that begin with `start`, after `after`, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn keys_from(
        &self,
        shelf: Shelf,
        start: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.with(|database| {
            let table = database.begin_read()?.open_table(shelf.table())?;
            let mut keys = Vec::new();
            for row in table.range(after.unwrap_or(start)..)? {
                let (key, _) = row?;
                let key = key.value();
                if !key.starts_with(start) || keys.len() == limit {
                    break;
                }
                if after != Some(key) {
                    keys.push(key.to_owned());
                }
            }
            Ok(keys)
        })
    }

    /// Every record of a shelf, by key.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails or a record does not read back.
    pub fn all<T: DeserializeOwned>(&self, shelf: Shelf) -> Result<Vec<(String, T)>, StoreError> {
        self.with(|database| {
            let table = database.begin_read()?.open_table(shelf.table())?;
            let mut records = Vec::new();
            for row in table.iter()? {
                let (key, bytes) = row?;
                records.push((key.value().to_owned(), read(shelf, bytes.value())?));
            }
            Ok(records)
        })
    }
}

fn read<T: DeserializeOwned>(shelf: Shelf, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|source| StoreError::Record {
        table: shelf.name(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_kept_listed_and_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.redb");
        let store = Store::open(&path, [7; 32]).unwrap();
        let put = |key: &str| Change::put(Shelf::Queries, key, &key.len()).unwrap();
        let changes = [put("a/1"), put("a/22"), put("b/1")];
        store.change(&changes, Durably::Yes).unwrap();
        drop(store);
        let store = Store::open(&path, [7; 32]).unwrap();
        let keys = |after, limit| store.keys_from(Shelf::Queries, "a/", after, limit).unwrap();
        assert_eq!(keys(None, 9), ["a/1", "a/22"]);
        assert_eq!(keys(None, 1), ["a/1"]);
        assert_eq!(keys(Some("a/1"), 9), ["a/22"]);
        assert_eq!(store.record(Shelf::Queries, "a/22").unwrap(), Some(4_usize));
        let gone = [Change::remove(Shelf::Queries, "a/22")];
        store.change(&gone, Durably::NotYet).unwrap();
        assert_eq!(store.record::<usize>(Shelf::Queries, "a/22").unwrap(), None);
        assert_eq!(store.all::<usize>(Shelf::Queries).unwrap().len(), 2);
    }
}
