//! A list that only grows and never moves: rows lie in chunks of a fixed size, so that ten million
//! of them have neither half a table of spare room nor a moment in which all are copied. A copy of
//! it shares the chunks; whoever writes to a shared one gets a chunk of its own. So a state can be
//! written to disk while the next records change it.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Rows of a full chunk.
const CHUNK: usize = 4_096;

/// Rows by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table<T> {
    chunks: Vec<Arc<Vec<T>>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T> Table<T> {
    pub(crate) fn len(&self) -> usize {
        let full = self.chunks.len().saturating_sub(1) * CHUNK;
        full + self.chunks.last().map_or(0, |chunk| chunk.len())
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// Rows that were read one after the other; `count` is how many there will be.
    fn gather<E>(count: usize, mut next: impl FnMut() -> Result<Option<T>, E>) -> Result<Self, E> {
        let mut chunks = Vec::new();
        let mut left = count;
        let mut chunk = Vec::with_capacity(left.min(CHUNK));
        while let Some(row) = next()? {
            if chunk.len() == CHUNK {
                left = left.saturating_sub(CHUNK);
                let full = std::mem::replace(&mut chunk, Vec::with_capacity(left.min(CHUNK)));
                chunks.push(Arc::new(full));
            }
            chunk.push(row);
        }
        if !chunk.is_empty() {
            chunks.push(Arc::new(chunk));
        }
        Ok(Self { chunks })
    }
}

impl<T: Clone> Table<T> {
    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        Arc::make_mut(self.chunks.get_mut(index / CHUNK)?).get_mut(index % CHUNK)
    }

    pub(crate) fn push(&mut self, row: T) {
        match self.chunks.last_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(chunk) => {
                let chunk = Arc::make_mut(chunk);
                if chunk.len() == chunk.capacity() {
                    let wanted = chunk.len().max(4).min(CHUNK - chunk.len());
                    chunk.reserve_exact(wanted);
                }
                chunk.push(row);
            }
            None => self.chunks.push(Arc::new(vec![row])),
        }
    }
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut list = to.serialize_seq(Some(self.len()))?;
        for row in self.iter() {
            list.serialize_element(row)?;
        }
        list.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Rows<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<T> {
            type Value = Table<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Table<T>, A::Error> {
                Table::gather(list.size_hint().unwrap_or(0), || list.next_element())
            }
        }
        from.deserialize_seq(Rows(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stay_where_they_were_put_across_chunks() {
        let mut table = Table::default();
        for i in 0..3 * CHUNK + 5 {
            assert_eq!(table.len(), i);
            table.push(i);
        }
        for i in [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK, 3 * CHUNK + 4] {
            assert_eq!(table.get(i), Some(&i));
        }
        assert_eq!(table.get(3 * CHUNK + 5), None);
        assert!(table.iter().copied().eq(0..3 * CHUNK + 5));
        let bytes = postcard::to_allocvec(&table).unwrap();
        let plain: Vec<usize> = table.iter().copied().collect();
        assert_eq!(bytes, postcard::to_allocvec(&plain).unwrap());
        assert_eq!(postcard::from_bytes::<Table<usize>>(&bytes).unwrap(), table);
    }

    /// What is copied stays as it was, whatever is written to either afterwards; what was not
    /// written to is there once.
    #[test]
    fn a_copy_shares_what_neither_changes() {
        let mut table = Table::default();
        (0..2 * CHUNK + 5).for_each(|i| table.push(i));
        let copy = table.clone();
        *table.get_mut(CHUNK + 1).unwrap() = 0;
        table.push(7);
        assert!(copy.iter().copied().eq(0..2 * CHUNK + 5));
        assert_eq!(table.get(CHUNK + 1), Some(&0));
        assert_eq!(table.get(2 * CHUNK + 5), Some(&7));
        let shared = |at: usize| Arc::ptr_eq(&table.chunks[at], &copy.chunks[at]);
        assert_eq!([0, 1, 2].map(shared), [true, false, false]);
    }
}
