//! Entries (key, local id) in memory: a list in the order of arrival, and a table that leads from
//! a key to its last entry, which leads to the one before. They are put in order once, when they
//! leave memory: keeping them in order as they come cost the ledger's writer three times as much.

use crate::table::Table;

/// Key above, local id below.
pub(crate) type Entry = u128;

/// An entry of its two parts.
pub(crate) fn entry(key: u64, lid: u64) -> Entry {
    Entry::from(key) << 64 | Entry::from(lid)
}

/// The two parts of an entry.
pub(crate) fn parts(entry: Entry) -> (u64, u64) {
    let low = |wide: Entry| u64::try_from(wide & Entry::from(u64::MAX)).unwrap_or(0);
    (low(entry >> 64), low(entry))
}

/// An entry, and the place of the entry before it that has the same key: 16 bytes, because there
/// are millions.
#[derive(Debug, Clone, Copy)]
struct Link {
    key: u64,
    /// The local id, counted from the collection's first.
    lid: u32,
    before: Option<std::num::NonZeroU32>,
}

/// A growing collection of entries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries {
    links: Vec<Link>,
    /// The last entry of each key.
    last: Table,
    /// Local id of the first entry.
    base: u64,
    /// Entries whose local ids are too far from the first: of old blocks that new ones forked.
    far: Vec<(u64, u64)>,
}

impl Entries {
    /// Empty, with room for as many entries as `other` has.
    pub(crate) fn like(other: &Self) -> Self {
        Self {
            links: Vec::with_capacity(other.links.len()),
            last: Table::with_room(other.links.len()),
            ..Self::default()
        }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.links.len() + self.far.len()
    }

    /// Adds an entry.
    pub(crate) fn push(&mut self, key: u64, lid: u64) {
        if self.links.is_empty() {
            self.base = lid;
        }
        let offset = lid.checked_sub(self.base);
        let Some(offset) = offset.and_then(|offset| u32::try_from(offset).ok()) else {
            self.far.push((key, lid));
            return;
        };
        let at = u32::try_from(self.links.len()).unwrap_or(u32::MAX);
        let hash = self.last.mix(key, key);
        let links = &self.links;
        let key_at = |at: u32| links.get(at as usize).map(|link| link.key);
        let before = self.last.put(
            hash,
            at,
            |at| key_at(at) == Some(key),
            |table, at| key_at(at).map_or(0, |key| table.mix(key, key)),
        );
        // Places are kept one higher, so that none is zero.
        let before = before.and_then(|at| std::num::NonZeroU32::new(at + 1));
        let lid = offset;
        self.links.push(Link { key, lid, before });
    }

    /// Appends the local ids under a key to `out`, in no order.
    pub(crate) fn find(&self, key: u64, out: &mut Vec<u64>) {
        let at = |at: u32| self.links.get(at as usize);
        let is = |place: u32| at(place).is_some_and(|link| link.key == key);
        let last = self.last.find(self.last.mix(key, key), is).and_then(at);
        let before = |link: &&Link| link.before.and_then(|place| at(place.get() - 1));
        let links = std::iter::successors(last, before);
        out.extend(links.map(|link| self.base + u64::from(link.lid)));
        let far = self.far.iter().filter(|(known, _)| *known == key);
        out.extend(far.map(|(_, lid)| *lid));
    }

    /// All entries, ascending.
    pub(crate) fn to_vec(&self) -> Vec<Entry> {
        let links = self.links.iter();
        let near = links.map(|link| entry(link.key, self.base + u64::from(link.lid)));
        let far = self.far.iter().map(|(key, lid)| entry(*key, *lid));
        let mut all: Vec<Entry> = near.chain(far).collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::disk::Random;

    #[test]
    fn it_holds_what_a_set_holds() {
        for seed in 0..20 {
            let mut random = Random(seed);
            let mut sorted = Entries::default();
            let mut model = std::collections::BTreeSet::new();
            let first = random.draw() % 10_000;
            for lid in first..first + random.below(5000) as u64 {
                let key = random.draw() % 300;
                // Now and then one that is older than the first.
                let lid = if key == 7 { lid % 100 } else { lid };
                if model.insert((key, lid)) {
                    sorted.push(key, lid);
                }
            }
            for key in 0..300 {
                let mut found = Vec::new();
                sorted.find(key, &mut found);
                found.sort_unstable();
                let wanted: Vec<u64> = model
                    .range((key, 0)..=(key, u64::MAX))
                    .map(|it| it.1)
                    .collect();
                assert_eq!(found, wanted, "seed {seed} key {key}");
            }
            let all: Vec<_> = sorted.to_vec().into_iter().map(parts).collect();
            assert!(all.iter().eq(&model), "seed {seed}");
        }
    }
}
