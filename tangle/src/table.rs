//! Look-up of slots by name: a hash table that holds places in a vector and nothing else. Sorted
//! maps of 32-byte names cost a dozen comparisons for each look-up, and the state machine makes
//! several for every block.
//!
//! The table is never walked, so what comes out does not depend on the hash. The seed keeps
//! strangers from choosing names that meet in one place; any number is correct.

use hashbrown::HashTable;
use tangle_verify::BlockId;

/// Places by name. The owner keeps the names, and says at each call what is at a place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    places: HashTable<u32>,
    seed: u64,
}

impl Table {
    /// Empty, with hashes that depend on `seed`.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self {
            places: HashTable::new(),
            seed,
        }
    }

    /// Empty, with room for so many places.
    pub(crate) fn with_room(places: usize) -> Self {
        Self {
            places: HashTable::with_capacity(places),
            seed: 0,
        }
    }

    /// The hash of a block's id, which is one already.
    pub(crate) fn of_id(&self, id: &BlockId) -> u64 {
        let [first, second, ..] = words(id.as_bytes());
        self.mix(first, second)
    }

    /// The hash of two numbers.
    pub(crate) fn mix(&self, first: u64, second: u64) -> u64 {
        let [low, high] = [first ^ self.seed, second ^ !self.seed.rotate_left(32)];
        let wide = u128::from(low) * u128::from(high ^ 0x9e37_79b9_7f4a_7c15);
        let half = |wide: u128| u64::try_from(wide & u128::from(u64::MAX)).unwrap_or(0);
        (half(wide) ^ half(wide >> 64)).wrapping_mul(0xd6e8_feb8_6659_fd93)
    }

    /// The place with this hash for which `is` holds.
    pub(crate) fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        self.places.find(hash, |place| is(*place)).copied()
    }

    /// Adds a place that is not in here; `hash_of` gives the hashes of those that are.
    pub(crate) fn insert(&mut self, hash: u64, place: u32, hash_of: impl Fn(&Self, u32) -> u64) {
        let hasher = Self::seeded(self.seed);
        self.places
            .insert_unique(hash, place, |place| hash_of(&hasher, *place));
    }

    /// Puts a place where `is` holds and returns the one that was there, or adds it.
    pub(crate) fn put(
        &mut self,
        hash: u64,
        place: u32,
        mut is: impl FnMut(u32) -> bool,
        hash_of: impl Fn(&Self, u32) -> u64,
    ) -> Option<u32> {
        if let Some(found) = self.places.find_mut(hash, |place| is(*place)) {
            return Some(std::mem::replace(found, place));
        }
        self.insert(hash, place, hash_of);
        None
    }

    /// Puts another place where `is` holds; whether there was one.
    pub(crate) fn replace(
        &mut self,
        hash: u64,
        place: u32,
        mut is: impl FnMut(u32) -> bool,
    ) -> bool {
        let found = self.places.find_mut(hash, |place| is(*place));
        found.map(|found| *found = place).is_some()
    }

    /// Takes out the place for which `is` holds.
    pub(crate) fn remove(&mut self, hash: u64, mut is: impl FnMut(u32) -> bool) {
        if let Ok(found) = self.places.find_entry(hash, |place| is(*place)) {
            found.remove();
        }
    }

    /// Takes out everything.
    pub(crate) fn clear(&mut self) {
        self.places.clear();
    }
}

/// The first half of 32 bytes, as two numbers.
fn words(bytes: &[u8; 32]) -> [u64; 2] {
    let word = |at: usize| {
        let part = bytes.get(at..).and_then(<[u8]>::first_chunk);
        u64::from_le_bytes(part.copied().unwrap_or_default())
    };
    [word(0), word(8)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::disk::Random;

    #[test]
    fn it_finds_what_a_map_finds_whatever_the_seed() {
        for seed in 0..20 {
            let mut random = Random(seed);
            let mut table = Table::seeded(random.draw());
            let mut names: Vec<(u64, bool)> = Vec::new();
            for _ in 0..2000 {
                let name = random.draw() % 500;
                let hash = table.mix(name, 7);
                let found = table.find(hash, |at| names[at as usize] == (name, true));
                let known = names.iter().position(|it| *it == (name, true));
                assert_eq!(found.map(|at| at as usize), known, "seed {seed}");
                if let Some(at) = found {
                    table.remove(hash, |place| place == at);
                    names[at as usize].1 = false;
                } else {
                    let at = u32::try_from(names.len()).unwrap();
                    names.push((name, true));
                    table.insert(hash, at, |table, at| table.mix(names[at as usize].0, 7));
                }
            }
        }
    }
}
