//! Events by what they say: under the hash of their id and of their content, each once.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Digest;
use super::event::EventId;
use super::index::Index;
use super::table::Table;
use super::{index, number};

/// Hashes with the event they stand for; the first event of a hash counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Digests {
    rows: Table<Row>,
    index: Index<Digest>,
}

/// A hash and its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    #[serde(with = "crate::hex")]
    digest: Digest,
    event: EventId,
}

impl Digests {
    pub(crate) fn get(&self, digest: &Digest) -> Option<EventId> {
        let holds = |row: u32| {
            self.rows
                .get(index(row))
                .is_some_and(|it| it.digest == *digest)
        };
        let row = self.index.find(hash(digest), digest, holds)?;
        self.rows.get(index(row)).map(|it| it.event)
    }

    /// Adds a hash that is known not to be there.
    pub(crate) fn insert_new(&mut self, digest: Digest, event: EventId) {
        let row = number(self.rows.len());
        self.rows.push(Row { digest, event });
        let rows = &self.rows;
        let hash_of = |row: u32| rows.get(index(row)).map_or(0, |it| hash(&it.digest));
        self.index.insert(hash(&digest), digest, row, hash_of);
    }

    /// A copy that can be written down and nothing else: it finds nothing.
    pub(crate) fn frozen(&self) -> Self {
        Self {
            rows: self.rows.clone(),
            index: Index::default(),
        }
    }
}

/// A hash needs no hashing.
fn hash(digest: &Digest) -> u64 {
    digest
        .first_chunk()
        .map_or(0, |half| u64::from_le_bytes(*half))
}

impl Serialize for Digests {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Digests {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let rows = Table::<Row>::deserialize(from)?;
        let digest = |row: u32| rows.get(index(row)).map(|it| it.digest);
        let hash_of = |row: u32| digest(row).as_ref().map_or(0, hash);
        match Index::build(number(rows.len()), hash_of, digest) {
            Some(index) => Ok(Self { rows, index }),
            None => Err(serde::de::Error::custom("an event is there twice")),
        }
    }
}
