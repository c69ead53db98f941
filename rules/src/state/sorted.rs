//! Sorted lists for what is nearly always told in order: the packs of a lot, what events brought. A
//! tree that is filled from the left keeps half of its room empty; these do not.

use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize};

use super::table::Table;

/// A set in a list with little room to spare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Sorted<T>(Vec<T>);

impl<T> Default for Sorted<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> Sorted<T> {
    /// Adds what is not there; at the end without a search.
    pub(crate) fn insert(&mut self, item: T) {
        let at = match self.0.last() {
            Some(last) if *last >= item => match self.0.binary_search(&item) {
                Ok(_) => return,
                Err(at) => at,
            },
            _ => self.0.len(),
        };
        if self.0.len() == self.0.capacity() {
            self.0.reserve_exact(self.0.len() / 8 + 4);
        }
        self.0.insert(at, item);
    }

    pub(crate) fn has(&self, item: &T) -> bool {
        self.0.binary_search(item).is_ok()
    }
}

impl<T> Deref for Sorted<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'de, T: Ord + Deserialize<'de>> Deserialize<'de> for Sorted<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let list = Vec::<T>::deserialize(from)?;
        if list.is_sorted_by(|a, b| a < b) {
            Ok(Self(list))
        } else {
            Err(serde::de::Error::custom("a list is out of order"))
        }
    }
}

/// Values by a key that only grows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Growing<K, V>(Table<(K, V)>);

impl<K, V> Default for Growing<K, V> {
    fn default() -> Self {
        Self(Table::default())
    }
}

impl<K: Ord + Clone, V: Clone> Growing<K, V> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    /// Adds a value behind all others; of a key that is not behind all others the first counts.
    pub(crate) fn push(&mut self, key: K, value: V) {
        let last = self.0.len().checked_sub(1).and_then(|at| self.0.get(at));
        if last.is_none_or(|(last, _)| *last < key) {
            self.0.push((key, value));
        }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.0.get(self.row_of(key)?).map(|(_, value)| value)
    }

    /// The value of a key that is mostly the next one after the one asked for before; `next` is the
    /// row to look at first.
    pub(crate) fn get_next(&self, key: &K, next: &mut usize) -> Option<&V> {
        let row = match self.0.get(*next) {
            Some((here, _)) if here == key => *next,
            _ => self.row_of(key)?,
        };
        *next = row + 1;
        self.0.get(row).map(|(_, value)| value)
    }

    fn row_of(&self, key: &K) -> Option<usize> {
        let (mut from, mut to) = (0, self.0.len());
        // Mostly asked for what was added last, or for what would be behind it.
        let row = to.checked_sub(1)?;
        let (last, _) = self.0.get(row)?;
        if last <= key {
            return (last == key).then_some(row);
        }
        while from < to {
            let mid = usize::midpoint(from, to);
            match self.0.get(mid)?.0.cmp(key) {
                std::cmp::Ordering::Equal => return Some(mid),
                std::cmp::Ordering::Less => from = mid + 1,
                std::cmp::Ordering::Greater => to = mid,
            }
        }
        None
    }
}

impl<'de, K: Ord + Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Growing<K, V> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let table = Table::<(K, V)>::deserialize(from)?;
        if table.iter().is_sorted_by(|a, b| a.0 < b.0) {
            Ok(Self(table))
        } else {
            Err(serde::de::Error::custom("a list is out of order"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sorted_list_is_a_set() {
        let mut list = Sorted::default();
        for item in [5, 7, 7, 1, 6, 5, 9] {
            list.insert(item);
        }
        assert_eq!(&*list, &[1, 5, 6, 7, 9]);
        assert!(list.has(&6) && !list.has(&8));
        let bytes = postcard::to_allocvec(&list).unwrap();
        assert_eq!(postcard::from_bytes::<Sorted<i32>>(&bytes).unwrap(), list);
        let wrong = postcard::to_allocvec(&vec![2, 1]).unwrap();
        assert!(postcard::from_bytes::<Sorted<i32>>(&wrong).is_err());
    }

    #[test]
    fn values_are_found_by_keys_that_grow() {
        let mut all = Growing::default();
        assert!(all.is_empty() && all.get(&1).is_none());
        for key in (0..10_000).step_by(3) {
            all.push(key, key * 2);
        }
        all.push(3, 0);
        for key in 0..10_000 {
            assert_eq!(all.get(&key).copied(), (key % 3 == 0).then_some(key * 2));
        }
        let mut next = 5;
        for key in (0..9_000).chain([9_999, 3, 6, 9, 3, 0, 10_002, -1, 9_999]) {
            let found = all.get_next(&key, &mut next).copied();
            let wanted = (0..10_000).contains(&key) && key % 3 == 0;
            assert_eq!(found, wanted.then_some(key * 2));
        }
        let bytes = postcard::to_allocvec(&all).unwrap();
        assert_eq!(
            postcard::from_bytes::<Growing<i32, i32>>(&bytes).unwrap(),
            all
        );
    }
}
