//! Documents that the node keeps beside the ledger because they name people, or are about this
//! node's own work: notices of recalls, exception reports between trading partners. Each is one
//! JSON text under a key; a table for each kind.
use redb::{ReadableDatabase as _, TableDefinition};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Store, StoreError};

/// A kind of document.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A recall told to a party.
    Notice,
    /// An exception between trading partners, with what was answered.
    Exception,
}

/// Every table, for copies of the database.
pub(super) const TABLES: [TableDefinition<'_, &str, &[u8]>; 2] = [
    TableDefinition::new("notices"),
    TableDefinition::new("exceptions"),
];

impl Kind {
    fn table(self) -> TableDefinition<'static, &'static str, &'static [u8]> {
        match self {
            Self::Notice => TableDefinition::new("notices"),
            Self::Exception => TableDefinition::new("exceptions"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Notice => "notices",
            Self::Exception => "exceptions",
        }
    }
}

impl Store {
    /// Puts documents, all or none, durably; what is under their keys is replaced.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was put.
    pub fn put_documents<T: Serialize>(
        &self,
        kind: Kind,
        all: &[(String, T)],
    ) -> Result<(), StoreError> {
        self.with(|database| {
            let write = database.begin_write()?;
            {
                let mut table = write.open_table(kind.table())?;
                for (key, value) in all {
                    let bytes =
                        serde_json::to_vec(value).map_err(|source| unreadable(kind, source))?;
                    table.insert(key.as_str(), bytes.as_slice())?;
                }
            }
            Ok(write.commit()?)
        })
    }

    /// The document under a key.
    ///
    /// # Errors
    /// [`StoreError`], also when it does not read back.
    pub fn document<T: DeserializeOwned>(
        &self,
        kind: Kind,
        key: &str,
    ) -> Result<Option<T>, StoreError> {
        let found = self.range(kind, key)?;
        let exact = found.into_iter().find(|(found, _)| found == key);
        Ok(exact.map(|(_, value)| value))
    }

    /// Every document whose key begins so, in the order of keys.
    ///
    /// # Errors
    /// [`StoreError`], also when one does not read back.
    pub fn range<T: DeserializeOwned>(
        &self,
        kind: Kind,
        prefix: &str,
    ) -> Result<Vec<(String, T)>, StoreError> {
        self.with(|database| {
            let read = database.begin_read()?;
            let table = match read.open_table(kind.table()) {
                Ok(table) => table,
                Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
                Err(error) => return Err(error.into()),
            };
            let mut found = Vec::new();
            for row in table.range(prefix..)? {
                let (key, bytes) = row?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                let value = serde_json::from_slice(bytes.value());
                let value = value.map_err(|source| unreadable(kind, source))?;
                found.push((key.value().to_owned(), value));
            }
            Ok(found)
        })
    }
}

fn unreadable(kind: Kind, source: serde_json::Error) -> StoreError {
    StoreError::Record {
        table: kind.name(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_by_key_and_prefix_and_survive_a_copy() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("node.redb"), [7; 32]).unwrap();
        assert_eq!(store.range::<u32>(Kind::Notice, "").unwrap(), []);
        let all = [
            ("a/1".to_owned(), 1),
            ("a/2".to_owned(), 2),
            ("b".to_owned(), 3),
        ];
        store.put_documents(Kind::Notice, &all).unwrap();
        assert_eq!(store.document(Kind::Notice, "a/2").unwrap(), Some(2));
        assert_eq!(store.document::<u32>(Kind::Notice, "a").unwrap(), None);
        assert_eq!(store.document::<u32>(Kind::Exception, "b").unwrap(), None);
        assert_eq!(store.range::<u32>(Kind::Notice, "a/").unwrap(), all[..2]);
        let copy = dir.path().join("copy.redb");
        store.copy_to(&copy).unwrap();
        let copy = Store::open(&copy, [7; 32]).unwrap();
        assert_eq!(copy.range::<u32>(Kind::Notice, "").unwrap(), all);
    }
}
