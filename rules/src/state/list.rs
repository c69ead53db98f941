//! A short list of events inside the row that holds it; only a long one gets memory of its own.
//! Most packs are named by three to five events in their life.

use std::fmt;
use std::ops::Deref;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::event::EventId;

/// Events that fit inside.
const INSIDE: usize = 5;

/// A list of events.
#[derive(Clone)]
pub(crate) enum EventList {
    /// The first `len` count.
    Inside { len: u8, ids: [EventId; INSIDE] },
    #[expect(
        clippy::box_collection,
        reason = "a list of three words would widen every row"
    )]
    Outside(Box<Vec<EventId>>),
}

impl EventList {
    pub(crate) fn insert(&mut self, at: usize, id: EventId) {
        match self {
            Self::Inside { len, ids } if usize::from(*len) < INSIDE => {
                if let Some(tail) = ids.get_mut(at..=usize::from(*len)) {
                    tail.rotate_right(1);
                    if let Some(first) = tail.first_mut() {
                        *first = id;
                        *len += 1;
                    }
                }
            }
            Self::Inside { ids, .. } => {
                let mut list = Vec::with_capacity(2 * INSIDE);
                list.extend_from_slice(ids);
                list.insert(at.min(list.len()), id);
                *self = Self::Outside(Box::new(list));
            }
            Self::Outside(list) => list.insert(at.min(list.len()), id),
        }
    }
}

impl Default for EventList {
    fn default() -> Self {
        Self::Inside {
            len: 0,
            ids: [EventId::FIRST; INSIDE],
        }
    }
}

impl Deref for EventList {
    type Target = [EventId];

    fn deref(&self) -> &[EventId] {
        match self {
            Self::Inside { len, ids } => ids.get(..usize::from(*len)).unwrap_or_default(),
            Self::Outside(list) => list,
        }
    }
}

impl PartialEq for EventList {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for EventList {}

impl fmt::Debug for EventList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for EventList {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(to)
    }
}

impl<'de> Deserialize<'de> for EventList {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Events)
    }
}

/// Reads a list without a detour by one on the heap.
struct Events;

impl<'de> Visitor<'de> for Events {
    type Value = EventList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<EventList, A::Error> {
        let mut list = EventList::default();
        while let Some(id) = all.next_element()? {
            list.insert(list.len(), id);
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_the_same_inside_and_outside() {
        assert_eq!(size_of::<EventList>(), 24);
        for n in 0..20_usize {
            let (mut list, mut plain) = (EventList::default(), Vec::new());
            for i in 0..n {
                let at = (i * 7) % (i + 1);
                list.insert(at, EventId::at(i));
                plain.insert(at, EventId::at(i));
                assert_eq!(*list, *plain);
            }
            let bytes = postcard::to_allocvec(&list).unwrap();
            assert_eq!(bytes, postcard::to_allocvec(&plain).unwrap());
            assert_eq!(postcard::from_bytes::<EventList>(&bytes).unwrap(), list);
        }
    }
}
