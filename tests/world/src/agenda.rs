//! What is going to happen, in the order of time. Equal times keep the order in which they were
//! planned.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// A queue by time.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    heap: BinaryHeap<Reverse<Entry<T>>>,
    planned: u64,
}

#[derive(Debug)]
struct Entry<T> {
    at_ms: i64,
    number: u64,
    what: T,
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self {
            heap: BinaryHeap::new(),
            planned: 0,
        }
    }

    pub(crate) fn plan(&mut self, at_ms: i64, what: T) {
        let number = self.planned;
        self.planned += 1;
        self.heap.push(Reverse(Entry {
            at_ms,
            number,
            what,
        }));
    }

    pub(crate) fn next(&mut self) -> Option<(i64, T)> {
        let Reverse(entry) = self.heap.pop()?;
        Some((entry.at_ms, entry.what))
    }
}

impl<T> Entry<T> {
    fn order(&self) -> (i64, u64) {
        (self.at_ms, self.number)
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}
