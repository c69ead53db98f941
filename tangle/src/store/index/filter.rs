//! A filter for a run of ids: it says of nearly every id that is not in the run that it is not, so
//! that a look-up reads a page of the one run that has the id and not of all. A blocked Bloom
//! filter (Putze, Sanders, Singler 2007): all bits of a key lie in one 64-byte block, ten bits a
//! key, about one in a hundred is let through for nothing.
//!
//! Keys are the first bits of block ids, which are spread evenly, so a key's own high bits choose
//! the block. An index written before there were filters has none; then every run is searched.

/// Bytes of a block.
const BLOCK_BYTES: usize = 64;
/// Blocks in a page.
pub(super) const PAGE_BLOCKS: usize = super::pages::BODY_BYTES / BLOCK_BYTES;
const BITS_A_KEY: u64 = 10;
const PROBES: u32 = 6;

/// The filter of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    blocks: Vec<[u8; BLOCK_BYTES]>,
}

impl Filter {
    /// Blocks of a filter for so many entries.
    pub(super) fn blocks(entries: u64) -> usize {
        let bits = u128::from(entries) * u128::from(BITS_A_KEY);
        usize::try_from(bits / (8 * BLOCK_BYTES as u128) + 1).unwrap_or(usize::MAX)
    }

    /// An empty filter with room for so many entries.
    pub(super) fn new(entries: u64) -> Self {
        Self {
            blocks: vec![[0; BLOCK_BYTES]; Self::blocks(entries)],
        }
    }

    /// Adds keys.
    pub(super) fn add_all(&mut self, keys: impl Iterator<Item = u64>) {
        for key in keys {
            self.add(key);
        }
    }

    fn add(&mut self, key: u64) {
        let at = self.block_of(key);
        if let Some(block) = self.blocks.get_mut(at) {
            for bit in bits(key) {
                if let Some(byte) = block.get_mut(bit / 8) {
                    *byte |= 1 << (bit % 8);
                }
            }
        }
    }

    /// Whether the key may have been added. Never false of one that was.
    pub(super) fn may_have(&self, key: u64) -> bool {
        let has = |block: &[u8; BLOCK_BYTES]| {
            let set = |bit: usize| {
                block
                    .get(bit / 8)
                    .is_some_and(|it| it & 1 << (bit % 8) != 0)
            };
            bits(key).all(set)
        };
        self.blocks.get(self.block_of(key)).is_none_or(has)
    }

    /// The bodies of its pages.
    pub(super) fn pages(&self) -> impl Iterator<Item = Vec<u8>> {
        self.blocks.chunks(PAGE_BLOCKS).map(<[_]>::concat)
    }

    /// Puts a filter together from the blocks of its pages; `None` if there are not as many as
    /// the entries need.
    pub(super) fn of(entries: u64, blocks: Vec<[u8; BLOCK_BYTES]>) -> Option<Self> {
        (blocks.len() == Self::blocks(entries)).then_some(Self { blocks })
    }

    fn block_of(&self, key: u64) -> usize {
        let scaled = u128::from(key) * self.blocks.len() as u128;
        usize::try_from(scaled >> 64).unwrap_or(0)
    }
}

/// The bits of a key within its block.
fn bits(key: u64) -> impl Iterator<Item = usize> {
    let spread = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..PROBES).map(move |probe| usize::try_from(spread >> (9 * probe + 1) & 511).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::disk::Random;

    #[test]
    fn it_lets_all_members_through_and_few_others() {
        let mut random = Random(7);
        for count in [0_u64, 1, 50, 10_000] {
            let mut filter = Filter::new(count);
            let keys: Vec<u64> = (0..count).map(|_| random.draw()).collect();
            filter.add_all(keys.iter().copied());
            assert!(keys.iter().all(|key| filter.may_have(*key)), "{count}");
            let passed = (0..10_000)
                .filter(|_| filter.may_have(random.draw()))
                .count();
            assert!(
                passed < 300,
                "{passed} of 10,000 strangers pass {count} keys"
            );
            let bodies: Vec<u8> = filter.pages().collect::<Vec<_>>().concat();
            let blocks = bodies.as_chunks::<BLOCK_BYTES>().0.to_vec();
            assert_eq!(Filter::of(count, blocks), Some(filter));
        }
        assert_eq!(Filter::of(10_000, Vec::new()), None);
    }
}
