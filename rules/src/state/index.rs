//! From a key to the row that holds it, without keeping the key a second time: an open-addressing
//! table of row numbers, four bytes a slot. The bits of a slot that no row needs yet hold some of
//! the hash: nearly all rows that are looked at are those that are looked for, and what is not
//! there is known without a look at any.
//!
//! It is a way to find rows and no content: it is never iterated, not part of a snapshot, built
//! again when one is restored, and two indexes are always equal. The hash is a public function, so
//! whoever chooses serial numbers can make them collide; a probe therefore stops after
//! [`PROBES_MAX`] slots, and what finds no slot by then goes into an ordered map.

use std::collections::BTreeMap;

/// Tables that grow one by one, so that no record waits for all to be rebuilt.
const PARTS: usize = 256;
/// Slots looked at at most; the ordered map, empty unless somebody makes hashes collide, is asked
/// for what is not in them.
const PROBES_MAX: usize = 128;
/// Slots of a part that holds something.
const SLOTS_MIN: usize = 8;

/// Rows by key.
#[derive(Clone)]
pub(crate) struct Index<K> {
    parts: Vec<Part>,
    crowded: BTreeMap<K, u32>,
}

/// Row numbers plus one in the lower bits, some of the hash above them; zero is an empty slot.
#[derive(Debug, Clone)]
struct Part {
    slots: Vec<u32>,
    used: usize,
    /// Bits of a slot that hold a row number, 1..=32.
    row_bits: u32,
}

impl Default for Part {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            used: 0,
            row_bits: 1,
        }
    }
}

impl<K> Default for Index<K> {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            crowded: BTreeMap::new(),
        }
    }
}

impl<K> std::fmt::Debug for Index<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let used: usize = self.parts.iter().map(|part| part.used).sum();
        write!(f, "Index({used} rows)")
    }
}

impl<K> PartialEq for Index<K> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<K> Eq for Index<K> {}

impl<K: Ord> Index<K> {
    /// The index of so many rows; `None` when two have the same key. `hash_of` and `key_of` tell
    /// of any row. One part after the other is filled, in its final size, so that what is written
    /// to lies close together.
    pub(crate) fn build(
        rows: u32,
        hash_of: impl Fn(u32) -> u64,
        key_of: impl Fn(u32) -> Option<K>,
    ) -> Option<Self> {
        let mut built = Self::default();
        if rows == 0 {
            return Some(built);
        }
        let hashes: Vec<u64> = (0..rows).map(hash_of).collect();
        let mut of_part: Vec<Vec<(u32, u64)>> = vec![Vec::new(); PARTS];
        for (row, hash) in (0..rows).zip(&hashes) {
            of_part.get_mut(part_of(*hash))?.push((row, *hash));
        }
        drop(hashes);
        for rows in of_part {
            let (part, crowded) = Part::build(&rows, &key_of)?;
            built.parts.push(part);
            for row in crowded {
                if built.crowded.insert(key_of(row)?, row).is_some() {
                    return None;
                }
            }
        }
        Some(built)
    }

    /// The row of a key; `holds` tells whether a row is it.
    pub(crate) fn find(&self, hash: u64, key: &K, holds: impl Fn(u32) -> bool) -> Option<u32> {
        let part = self.parts.get(part_of(hash))?;
        let (rows, wanted) = (part.rows(), part.mark(hash));
        for slot in part.probe(hash) {
            match part.slots.get(slot).copied()? {
                0 => break,
                slot if slot & !rows == wanted && holds((slot & rows) - 1) => {
                    return Some((slot & rows) - 1);
                }
                _ => {}
            }
        }
        self.crowded.get(key).copied()
    }

    /// Notes the row of a key that is not there yet; `hash_of` tells the hash of any row.
    pub(crate) fn insert(&mut self, hash: u64, key: K, row: u32, hash_of: impl Fn(u32) -> u64) {
        if self.parts.is_empty() {
            self.parts.resize_with(PARTS, Part::default);
        }
        let Some(part) = self.parts.get_mut(part_of(hash)) else {
            return;
        };
        if part.used >= part.slots.len() / 4 * 3 {
            part.grow(hash_of);
        }
        if !part.put(hash, row) {
            self.crowded.insert(key, row);
        }
    }
}

impl Part {
    /// The part of these rows, and those that found no slot; `None` when two have the same key.
    fn build<K: Ord>(
        rows: &[(u32, u64)],
        key_of: &impl Fn(u32) -> Option<K>,
    ) -> Option<(Self, Vec<u32>)> {
        let mut slots = SLOTS_MIN;
        while rows.len() >= slots / 4 * 3 {
            slots *= 2;
        }
        let mut part = Self {
            slots: vec![0; slots],
            used: 0,
            row_bits: rows.last().map_or(1, |(row, _)| bits_of(*row)),
        };
        let mut crowded = Vec::new();
        // Rows are only looked at where the whole hash is the same.
        let mut hashes = vec![0; slots];
        for (row, hash) in rows {
            let mut found = false;
            let (rows, filled) = (part.rows(), part.mark(*hash) | row.saturating_add(1));
            for at in part.probe(*hash) {
                let (slot, known) = (part.slots.get_mut(at)?, hashes.get_mut(at)?);
                if *slot == 0 {
                    (*slot, *known) = (filled, *hash);
                    part.used += 1;
                    found = true;
                    break;
                }
                if *known == *hash && key_of((*slot & rows) - 1) == key_of(*row) {
                    return None;
                }
            }
            if !found {
                crowded.push(*row);
            }
        }
        Some((part, crowded))
    }

    /// The slots where a hash may lie, in order; none while there are no slots.
    fn probe(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let mask = self.slots.len().wrapping_sub(1);
        let first = usize::try_from(hash & 0xffff_ffff).unwrap_or(0);
        let steps = PROBES_MAX.min(self.slots.len());
        (0..steps).map(move |step| first.wrapping_add(step) & mask)
    }

    /// The bits of a slot that hold a row number.
    fn rows(&self) -> u32 {
        u32::MAX >> 32_u32.saturating_sub(self.row_bits)
    }

    /// The bits of a slot that hold some of a hash: other ones than tell the part and the slot.
    fn mark(&self, hash: u64) -> u32 {
        let bits = u32::try_from(hash >> 32).unwrap_or(0);
        bits.checked_shl(self.row_bits).unwrap_or(0)
    }

    /// Makes room for larger row numbers.
    fn widen(&mut self, row_bits: u32) {
        let (rows, more) = (self.rows(), row_bits.saturating_sub(self.row_bits));
        for slot in &mut self.slots {
            *slot = (*slot & rows) | (*slot & !rows).checked_shl(more).unwrap_or(0);
        }
        self.row_bits = row_bits;
    }

    fn put(&mut self, hash: u64, row: u32) -> bool {
        if bits_of(row) > self.row_bits {
            self.widen(bits_of(row));
        }
        let filled = self.mark(hash) | row.saturating_add(1);
        for at in self.probe(hash) {
            if let Some(slot) = self.slots.get_mut(at).filter(|slot| **slot == 0) {
                *slot = filled;
                self.used += 1;
                return true;
            }
        }
        false
    }

    /// Doubles the slots. Rows are put again in their order behind an empty slot, so each finds a
    /// place at least as near to where its probe begins as before.
    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let mut larger = Self {
            slots: vec![0; (self.slots.len() * 2).max(SLOTS_MIN)],
            used: 0,
            row_bits: self.row_bits,
        };
        let rows = self.rows();
        let empty = self.slots.iter().position(|slot| *slot == 0).unwrap_or(0);
        let (before, after) = self.slots.split_at(empty);
        for slot in after.iter().chain(before).filter(|slot| **slot != 0) {
            let row = (slot & rows) - 1;
            larger.put(hash_of(row), row);
        }
        *self = larger;
    }
}

/// The part by the upper bits, the slot by the lower ones.
fn part_of(hash: u64) -> usize {
    usize::try_from(hash >> 56).unwrap_or(0)
}

/// Bits that hold the number of a row plus one.
fn bits_of(row: u32) -> u32 {
    u32::BITS - row.saturating_add(1).leading_zeros()
}

/// A quick hash of a few bytes that spreads them over all 64 bits (FNV-1a over words, finished as
/// in `MurmurHash3`).
pub(crate) fn hash_of(number: u32, bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ u64::from(number);
    let mut add = |word: [u8; 8]| {
        hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3);
        hash ^= hash >> 29;
    };
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        add(*word);
    }
    if !rest.is_empty() {
        let mut word = [0; 8];
        word.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        add(word);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(rows: u32, hash: impl Fn(u32) -> u64 + Copy) -> Index<u32> {
        let mut index = Index::default();
        for row in 0..rows {
            assert_eq!(index.find(hash(row), &row, |other| other == row), None);
            index.insert(hash(row), row, row, hash);
        }
        index
    }

    #[test]
    fn every_row_is_found_and_no_other() {
        let hash = |row: u32| hash_of(7, &row.to_le_bytes());
        let index = fill(100_000, hash);
        assert!(index.crowded.len() < 100, "{}", index.crowded.len());
        for row in 0..100_000 {
            let found = index.find(hash(row), &row, |other| other == row);
            assert_eq!(found, Some(row));
        }
        for row in 100_000..101_000 {
            assert_eq!(index.find(hash(row), &row, |other| other == row), None);
        }
    }

    #[test]
    fn an_index_that_is_built_at_once_finds_the_same_and_no_row_twice() {
        let spread = |row: u32| hash_of(7, &row.to_le_bytes());
        let crowd = |row: u32| {
            if row.is_multiple_of(2) {
                42
            } else {
                spread(row)
            }
        };
        for rows in [0, 1, 5, 6, 7, 8, 1_000, 20_000] {
            for hash in [&spread as &dyn Fn(u32) -> u64, &crowd] {
                let mut index = Index::build(rows, hash, Some).expect("every key is there once");
                for row in 0..rows + 10 {
                    let found = index.find(hash(row), &row, |other| other == row);
                    assert_eq!(found, (row < rows).then_some(row), "{row} of {rows}");
                }
                // It goes on as one that grew.
                for row in rows..rows + 100 {
                    index.insert(hash(row), row, row, hash);
                }
                for row in 0..rows + 100 {
                    let found = index.find(hash(row), &row, |other| other == row);
                    assert_eq!(found, Some(row), "{row} of {rows}");
                }
            }
        }
        let twice = |row: u32| Some(row.min(998));
        assert!(Index::build(1_000, |row| spread(row.min(998)), twice).is_none());
        assert!(Index::build(1_000, |_| 42, twice).is_none());
    }

    #[test]
    fn clusters_that_reach_around_the_end_survive_growth() {
        // Neighbouring hashes at the very end of every table, and enough others to make it grow.
        let hash = |row: u32| match row % 4 {
            0 => 0xffff_fffe,
            1 => 0xffff_ffff,
            _ => hash_of(1, &row.to_le_bytes()) >> 8,
        };
        let index = fill(260, hash);
        for row in 0..260 {
            let found = index.find(hash(row), &row, |other| other == row);
            assert_eq!(found, Some(row));
        }
        let index = fill(20_000, hash);
        for row in 0..20_000 {
            let found = index.find(hash(row), &row, |other| other == row);
            assert_eq!(found, Some(row));
        }
    }

    /// The hash beside a row is cut, and then gone, as rows need more bits.
    #[test]
    fn rows_of_any_size_are_found_by_fewer_and_fewer_bits_of_the_hash() {
        let rows = (0..32).flat_map(|bit| [(1_u32 << bit) - 1, (1_u32 << bit) + 5, 1 << bit]);
        let mut rows: Vec<u32> = rows.chain([u32::MAX - 1]).collect();
        rows.sort_unstable();
        rows.dedup();
        let hash = |row: u32| hash_of(3, &row.to_le_bytes()) >> 8;
        let mut index = Index::default();
        for (count, row) in rows.iter().enumerate() {
            index.insert(hash(*row), *row, *row, hash);
            for row in rows.iter().take(count + 1) {
                let found = index.find(hash(*row), row, |other| other == *row);
                assert_eq!(found, Some(*row));
            }
        }
    }

    /// What is not there is not searched for among the rows.
    #[test]
    fn few_rows_are_looked_at_in_vain() {
        let hash = |row: u32| hash_of(7, &row.to_le_bytes());
        let index = fill(100_000, hash);
        let asked = std::cell::Cell::new(0);
        for row in 100_000..110_000 {
            let holds = |other| {
                asked.set(asked.get() + 1);
                other == row
            };
            assert_eq!(index.find(hash(row), &row, holds), None);
        }
        assert!(asked.get() < 100, "{}", asked.get());
    }

    #[test]
    fn keys_made_to_collide_are_found_in_a_bounded_search() {
        let index = fill(10_000, |_| 42);
        assert!(index.parts.iter().map(|part| part.slots.len()).max() < Some(100_000));
        let asked = std::cell::Cell::new(0);
        let found = index.find(42, &9_999, |other| {
            asked.set(asked.get() + 1);
            other == 9_999
        });
        assert_eq!(found, Some(9_999));
        assert!(asked.get() <= PROBES_MAX);
    }
}
