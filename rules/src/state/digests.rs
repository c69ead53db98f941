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
    rows: Table<(Digest, EventId)>,
    index: Index<Digest>,
}

impl Digests {
    pub(crate) fn get(&self, digest: &Digest) -> Option<EventId> {
        let holds = |row: u32| {
            self.rows
                .get(index(row))
                .is_some_and(|(it, _)| it == digest)
        };
        let row = self.index.find(hash(digest), digest, holds)?;
        self.rows.get(index(row)).map(|(_, event)| *event)
    }

    pub(crate) fn insert(&mut self, digest: Digest, event: EventId) {
        if self.get(&digest).is_none() {
            self.insert_new(digest, event);
        }
    }

    /// As [`Self::insert`], for a hash that is known not to be there.
    pub(crate) fn insert_new(&mut self, digest: Digest, event: EventId) {
        let row = number(self.rows.len());
        self.rows.push((digest, event));
        let rows = &self.rows;
        let hash_of = |row: u32| rows.get(index(row)).map_or(0, |(digest, _)| hash(digest));
        self.index.insert(hash(&digest), digest, row, hash_of);
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
        let mut all = Self::default();
        let rows = Table::<(Digest, EventId)>::deserialize(from)?;
        for (digest, event) in rows.iter() {
            all.insert(*digest, *event);
        }
        if all.rows.len() == rows.len() {
            Ok(all)
        } else {
            Err(serde::de::Error::custom("an event is there twice"))
        }
    }
}
