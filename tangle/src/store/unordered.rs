//! The recorded blocks that no milestone has ordered yet: their local ids, and as far as a bound
//! allows the blocks themselves, so that ordering them need not read them back.

use tangle_verify::{BlockId, VerifiedBlock};

use crate::table::Table;

/// A block that was ordered: its local id, and the block if it was kept.
pub(super) type Placed = (u64, Option<VerifiedBlock>);

#[derive(Debug, Clone)]
struct Waiting {
    id: BlockId,
    lid: u64,
    block: Option<VerifiedBlock>,
    live: bool,
}

/// The blocks, by id.
#[derive(Debug, Clone, Default)]
pub(super) struct Unordered {
    slots: Vec<Waiting>,
    free: Vec<u32>,
    table: Table,
    bytes: usize,
    bytes_max: usize,
}

impl Unordered {
    /// Keeps blocks of up to `bytes_max` bytes together.
    pub(super) fn new(bytes_max: usize, table_seed: u64) -> Self {
        Self {
            table: Table::seeded(table_seed),
            bytes_max,
            ..Self::default()
        }
    }

    /// Adds a block that is not in here.
    pub(super) fn insert(&mut self, id: BlockId, lid: u64, block: Option<VerifiedBlock>) {
        let room = self.bytes_max.saturating_sub(self.bytes);
        let block = block.filter(|block| block.bytes().len() <= room);
        self.bytes += block.as_ref().map_or(0, |block| block.bytes().len());
        let live = true;
        let waiting = Waiting {
            id,
            lid,
            block,
            live,
        };
        let place = self.place(waiting);
        let slots = &self.slots;
        self.table
            .insert(self.table.of_id(&id), place, |table, at| {
                let slot = slots.get(at as usize);
                slot.map_or(0, |slot| table.of_id(&slot.id))
            });
    }

    fn place(&mut self, waiting: Waiting) -> u32 {
        if let Some(at) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(at as usize)
        {
            *slot = waiting;
            return at;
        }
        self.slots.push(waiting);
        u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
    }

    /// Takes out blocks, in the order given. The error is the first that is not in here.
    pub(super) fn take_all(&mut self, ids: &[BlockId]) -> Result<Vec<Placed>, BlockId> {
        let mut taken = Vec::with_capacity(ids.len());
        for id in ids {
            let hash = self.table.of_id(id);
            let slots = &self.slots;
            let is = |at: u32| {
                slots
                    .get(at as usize)
                    .is_some_and(|it| it.live && it.id == *id)
            };
            let at = self.table.find(hash, is).ok_or(*id)?;
            let slot = self.slots.get_mut(at as usize).ok_or(*id)?;
            slot.live = false;
            taken.push((slot.lid, slot.block.take()));
            self.free.push(at);
        }
        if self.free.len() == self.slots.len() {
            self.slots.clear();
            self.free.clear();
            self.table.clear();
            self.bytes = 0;
            return Ok(taken);
        }
        for (id, (_, block)) in ids.iter().zip(&taken) {
            self.bytes -= block.as_ref().map_or(0, |block| block.bytes().len());
            let slots = &self.slots;
            let gone = |at: u32| {
                slots
                    .get(at as usize)
                    .is_some_and(|it| !it.live && it.id == *id)
            };
            self.table.remove(self.table.of_id(id), gone);
        }
        Ok(taken)
    }

    /// The smallest local id in here.
    pub(super) fn lowest_lid(&self) -> Option<u64> {
        let live = self.slots.iter().filter(|slot| slot.live);
        live.map(|slot| slot.lid).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::disk::Random;

    fn id(number: u64) -> BlockId {
        BlockId::new(*blake3::hash(&number.to_le_bytes()).as_bytes())
    }

    #[test]
    fn it_gives_each_block_back_once() {
        for seed in 0..50 {
            let mut random = Random(seed);
            let mut open = Unordered::new(1000, random.draw());
            let mut model = std::collections::BTreeMap::new();
            for lid in 0..400 {
                open.insert(id(lid), lid, None);
                model.insert(id(lid), lid);
                if random.below(10) == 0 {
                    let every = 1 + random.below(3) as u64;
                    let ids: Vec<_> = model.iter().filter(|(_, lid)| **lid % every == 0).collect();
                    let (ids, lids): (Vec<_>, Vec<_>) =
                        ids.into_iter().map(|(id, lid)| (*id, (*lid, None))).unzip();
                    assert_eq!(open.take_all(&ids), Ok(lids), "seed {seed}");
                    model.retain(|_, lid| *lid % every != 0);
                    if let Some(gone) = ids.first() {
                        assert_eq!(open.take_all(&[*gone]), Err(*gone), "seed {seed}");
                    }
                }
                assert_eq!(
                    open.lowest_lid(),
                    model.values().copied().min(),
                    "seed {seed}"
                );
            }
        }
    }
}
