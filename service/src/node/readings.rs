//! What blocks say, read once. The index asks for the keys of a block's events when it is written,
//! and a moment later the fold asks for the events themselves; the threads that bring blocks could
//! have read them before either. Whoever is first reads, and leaves the facts here for the next.
//! A reading depends on nothing but the block, so none is ever wrong, and what does not fit is
//! read again.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rules::Fact;
use tangle::{BlockId, Item, Kind, VerifiedBlock};

use super::items::{self, Unreadable};

/// Facts that are kept at a time, in all blocks together: a few batches of the writer.
const FACTS_MAX: usize = 16_384;

/// Every fact of a block with its item number, or why the block cannot be read.
pub type Reading = Result<Vec<(u16, Fact)>, Unreadable>;

/// Readings that somebody may still ask for. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Readings(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    by_block: BTreeMap<BlockId, (u64, Reading)>,
    /// Oldest first.
    by_age: BTreeMap<u64, BlockId>,
    next: u64,
    facts: usize,
}

/// Reads a block.
pub fn read(block: &VerifiedBlock) -> Reading {
    read_items(block.header().kind, block.items())
}

/// Reads items that will be a block of this kind.
pub(super) fn read_new(kind: Kind, items: &[Item]) -> Reading {
    read_items(kind, (0_u16..).zip(items))
}

fn read_items<'a>(kind: Kind, items: impl Iterator<Item = (u16, &'a Item)>) -> Reading {
    let read = |(index, item): (u16, &Item)| match items::fact(kind, item) {
        Ok(fact) => fact.map(|fact| Ok((index, fact))),
        Err(unreadable) => Some(Err(unreadable)),
    };
    items.filter_map(read).collect()
}

impl Readings {
    /// The reading of a block, which is not kept any longer.
    pub(super) fn take(&self, block: &VerifiedBlock) -> Reading {
        let kept = block.is_whole().then(|| self.kept().remove(block.id()));
        kept.flatten().unwrap_or_else(|| read(block))
    }

    /// Keeps the reading of a block for whoever asks next. One that lacks items has the id of the
    /// whole one, and says less: its reading is not kept.
    pub(super) fn put(&self, block: &VerifiedBlock, reading: Reading) {
        if block.is_whole() {
            self.keep(block.id(), reading);
        }
    }

    fn keep(&self, block: &BlockId, reading: Reading) {
        let mut kept = self.kept();
        kept.remove(block);
        kept.insert(*block, reading);
        while kept.facts > FACTS_MAX {
            let oldest = kept.by_age.first_key_value().map(|(_, id)| *id);
            if oldest.and_then(|id| kept.remove(&id)).is_none() {
                break;
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn insert(&mut self, block: BlockId, reading: Reading) {
        self.facts = self.facts.saturating_add(weight(&reading));
        self.by_age.insert(self.next, block);
        self.by_block.insert(block, (self.next, reading));
        self.next = self.next.saturating_add(1);
    }

    fn remove(&mut self, block: &BlockId) -> Option<Reading> {
        let (age, reading) = self.by_block.remove(block)?;
        self.by_age.remove(&age);
        self.facts = self.facts.saturating_sub(weight(&reading));
        Some(reading)
    }
}

/// One more than the facts: a block without any takes room, too.
fn weight(reading: &Reading) -> usize {
    reading.as_ref().map_or(1, |facts| facts.len() + 1)
}

#[cfg(test)]
mod tests {
    use tangle::{Draft, Hlc, NetworkId, Parents, SigningKey};

    use super::*;

    fn id(number: u32) -> BlockId {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        BlockId::new(bytes)
    }

    /// A block of two questions.
    fn block() -> VerifiedBlock {
        let item = |number: u8| Item {
            salt: [number; 16],
            media: items::VERIFICATION,
            body: format!(r#"{{"at_ms":{number},"scan":"(01)09506000134352"}}"#).into_bytes(),
        };
        let draft = Draft {
            kind: Kind::Events,
            epoch: 0,
            seq: 0,
            prev: None,
            parents: Parents::from_unsorted([BlockId::new([9; 32])]).unwrap(),
            hlc: Hlc::next(1_772_323_200_000, &[]),
            anchor: None,
            items: vec![item(1), item(2)],
        };
        let key = SigningKey::from_seed([1; 32]);
        draft.author(&key, &NetworkId::new([3; 32])).unwrap()
    }

    /// A block of the same id says less once items are erased: whoever brings that one must not
    /// have it folded in place of the whole one, nor the other way round.
    #[test]
    fn a_block_that_lacks_items_is_never_taken_for_the_whole_one() {
        let (whole, erased) = (block(), block().erase(&[0]));
        assert_eq!(whole.id(), erased.id());
        let count = |reading: Reading| reading.unwrap().len();
        let readings = Readings::default();
        readings.put(&whole, read(&whole));
        readings.put(&erased, read(&erased));
        assert_eq!(count(readings.take(&erased)), 1);
        assert_eq!(count(readings.take(&whole)), 2);
        readings.put(&erased, read(&erased));
        assert_eq!(count(readings.take(&whole)), 2);
    }

    #[test]
    fn a_reading_is_handed_over_once_and_the_oldest_make_room() {
        let readings = Readings::default();
        let count = u32::try_from(FACTS_MAX).unwrap() + 10;
        for number in 0..count {
            readings.keep(&id(number), Err(Unreadable::Event));
        }
        readings.keep(&id(count - 1), Err(Unreadable::Grant));
        let mut kept = readings.kept();
        assert_eq!((kept.facts, kept.by_age.len()), (FACTS_MAX, FACTS_MAX));
        assert_eq!(kept.remove(&id(9)), None);
        assert_eq!(kept.remove(&id(10)), Some(Err(Unreadable::Event)));
        assert_eq!(kept.remove(&id(count - 1)), Some(Err(Unreadable::Grant)));
        assert_eq!(kept.remove(&id(count - 1)), None);
        assert_eq!(kept.facts, FACTS_MAX - 2);
    }
}
