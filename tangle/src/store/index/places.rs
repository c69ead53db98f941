//! Where the frames of blocks lie, kept in memory: a look-up that wants the block and nothing else
//! of its row then reads one page of the index less, which is one read of the disk less where the
//! index is larger than memory. Frames follow each other in the order of local ids, so a place is
//! that of a neighbour and the lengths between: 44 bytes for 32 blocks, 14 MB for ten million.
//! Of larger ledgers the newest blocks are kept, and of the others the row tells.
//!
//! Nothing here is stored. What is written to redb goes in, and after opening the thread of the
//! index reads the rows that are there. A block whose frame does not follow that of the block
//! before it (a milestone lies between, or a segment ends), the ones after it in its group, and
//! blocks of more than 2,040 bytes are left to their rows.

use super::pages;
use super::snapshot::Snapshot;
use crate::error::Broken;
use crate::store::log::{Place, Written};
use crate::store::rows::BlockRow;

/// Blocks of a group.
const GROUP: usize = 32;
/// The same.
const BLOCKS: u64 = GROUP as u64;
/// Groups in one piece of memory.
const PIECE: usize = 1024;
/// Groups that are kept.
const GROUPS_MAX: u64 = 400 * PIECE as u64;
/// Frames are multiples of this long.
const UNIT: u32 = 8;
/// Pages that are read in one go after opening.
const PAGES_AT_ONCE: u64 = 256;

/// Neighbouring blocks.
#[derive(Debug, Clone, Copy)]
struct Group {
    number: u32,
    first: Place,
    /// Length of each frame in units; 0 from where on nothing is known.
    rooms: [u8; GROUP],
}

const EMPTY: Group = Group {
    number: u32::MAX,
    first: Place {
        segment: 0,
        offset: 0,
    },
    rooms: [0; GROUP],
};

impl Group {
    /// Where the block at a place of the group lies.
    fn get(&self, at: usize) -> Option<Written> {
        let (before, rest) = self.rooms.split_at_checked(at)?;
        let own = rest.first().copied().filter(|room| *room != 0)?;
        if before.contains(&0) {
            return None;
        }
        let units: u32 = before.iter().map(|room| u32::from(*room)).sum();
        Some(Written {
            place: Place {
                segment: self.first.segment,
                offset: self.first.offset.checked_add(units * UNIT)?,
            },
            room: u32::from(own) * UNIT,
        })
    }

    /// Takes in the block at a place of the group, if it follows what is there.
    fn add(&mut self, at: usize, row: &BlockRow) {
        let units = row.room / UNIT;
        let Some(units) = u8::try_from(units)
            .ok()
            .filter(|_| row.room.is_multiple_of(UNIT))
        else {
            return;
        };
        if at == 0 {
            self.first = row.place;
        } else {
            let before = self.get(at - 1).map(|it| Place {
                segment: it.place.segment,
                offset: it.place.offset.saturating_add(it.room),
            });
            if before != Some(row.place) {
                return;
            }
        }
        if let Some(room) = self.rooms.get_mut(at) {
            *room = units;
        }
    }
}

/// The places of blocks.
#[derive(Debug, Default)]
pub(super) struct Places {
    pieces: Vec<Box<[Group]>>,
    /// The rows from `floor` to here were in redb when it was opened and are still to be read.
    unread: u64,
    floor: u64,
}

impl Places {
    /// Of an index that has so many blocks.
    pub(super) fn of(blocks: u64) -> Self {
        Self {
            pieces: Vec::new(),
            unread: blocks,
            floor: blocks.saturating_sub(GROUPS_MAX * BLOCKS),
        }
    }

    /// Where a block lies, if that is known.
    pub(super) fn get(&self, lid: u64) -> Option<Written> {
        let (number, piece, slot) = place_of(lid)?;
        let group = self.pieces.get(piece)?.get(slot)?;
        let at = usize::try_from(lid % BLOCKS).ok()?;
        (group.number == number).then(|| group.get(at)).flatten()
    }

    /// Takes in the rows of blocks from `lid` on.
    pub(super) fn add(&mut self, lid: u64, rows: impl Iterator<Item = BlockRow>) {
        for (lid, row) in (lid..).zip(rows) {
            let Some((number, piece, slot)) = place_of(lid) else {
                return;
            };
            while self.pieces.len() <= piece {
                self.pieces.push(vec![EMPTY; PIECE].into());
            }
            let group = self.pieces.get_mut(piece);
            let Some(group) = group.and_then(|piece| piece.get_mut(slot)) else {
                return;
            };
            if group.number != number {
                // A newer group than the one that is to come stays.
                if group.number != u32::MAX && group.number > number {
                    continue;
                }
                *group = Group { number, ..EMPTY };
            }
            group.add(usize::try_from(lid % BLOCKS).unwrap_or(0), &row);
        }
    }

    /// The next rows to be read after opening, newest first: the first of them, and how many.
    pub(super) fn wanted(&self) -> Option<(u64, u64)> {
        let rows = PAGES_AT_ONCE * pages::BLOCKS.per_page();
        let first = self.unread.saturating_sub(1) / rows * rows;
        (self.unread > self.floor).then(|| (first, self.unread - first))
    }

    /// The rows from `first` on need not be read any more.
    pub(super) fn read(&mut self, first: u64) {
        self.unread = self.unread.min(first);
    }
}

/// Number of the group of a block, and where it is kept.
fn place_of(lid: u64) -> Option<(u32, usize, usize)> {
    let number = u32::try_from(lid / BLOCKS).ok()?;
    let at = usize::try_from(u64::from(number) % GROUPS_MAX).ok()?;
    Some((number, at / PIECE, at % PIECE))
}

/// The rows of blocks in redb, as far as they can be read.
pub(super) fn rows(disk: &Snapshot, first: u64, count: u64) -> Result<Vec<BlockRow>, Broken> {
    let rows = disk.rows(pages::BLOCKS, first, count)?;
    Ok(rows.iter().map(BlockRow::from_bytes).collect())
}

#[cfg(test)]
mod tests {
    use tangle_verify::Hlc;

    use super::*;
    use crate::testing::disk::Random;

    fn row(place: Place, room: u32) -> BlockRow {
        BlockRow {
            place,
            room,
            depth: 0,
            hlc: Hlc(0),
            position: None,
            author: 0,
            epoch: 0,
            seq: 0,
        }
    }

    /// Rows as a log gives them: most frames follow each other, some are long, now and then there
    /// is something between two of them or a new segment.
    fn rows(random: &mut Random, count: usize) -> Vec<BlockRow> {
        let mut next = Place {
            segment: 0,
            offset: 64,
        };
        let mut rows = Vec::new();
        for _ in 0..count {
            match random.below(200) {
                0 => next.offset += 264,
                1 => {
                    next.segment += 1;
                    next.offset = 64;
                }
                _ => {}
            }
            let units = if random.below(100) == 0 { 700 } else { 250 };
            let room = 8 * u32::try_from(5 + random.below(units)).unwrap();
            rows.push(row(next, room));
            next.offset += room;
        }
        rows
    }

    #[test]
    fn it_says_what_the_rows_say_or_nothing() {
        for seed in 0..30 {
            let mut random = Random(seed);
            let rows = rows(&mut random, 3000);
            let mut places = Places::default();
            let (mut at, mut known) = (0, 0);
            while at < rows.len() {
                let count = (1 + random.below(100)).min(rows.len() - at);
                places.add(at as u64, rows[at..at + count].iter().copied());
                at += count;
            }
            for (lid, row) in (0..).zip(&rows) {
                let found = places.get(lid);
                let there = Written {
                    place: row.place,
                    room: row.room,
                };
                assert!(found.is_none_or(|found| found == there), "seed {seed}");
                known += usize::from(found.is_some());
            }
            assert!(known > 2000, "seed {seed}: {known} of 3000");
            assert_eq!(places.get(rows.len() as u64), None);
        }
    }

    #[test]
    fn the_rows_that_were_there_are_wanted_newest_first_and_each_once() {
        let mut places = Places::of(100_000);
        let mut left = 100_000;
        while let Some((first, count)) = places.wanted() {
            assert_eq!((first + count, first % BLOCKS), (left, 0));
            left = first;
            places.read(first);
        }
        assert_eq!(left, 0);
        let kept = GROUPS_MAX * BLOCKS;
        let mut places = Places::of(3 * kept);
        while let Some((first, _)) = places.wanted() {
            places.read(first);
            left = first;
        }
        assert!(
            left <= 2 * kept && left > kept,
            "older rows stay where they are"
        );
    }

    #[test]
    fn newer_blocks_take_the_room_of_old_ones() {
        let place = |offset| Place { segment: 0, offset };
        let mut places = Places::default();
        let newer = 5 + GROUPS_MAX * BLOCKS;
        places.add(0, (0..6).map(|at| row(place(64 + 40 * at), 40)));
        assert!(places.get(5).is_some() && places.get(newer).is_none());
        places.add(newer - 5, (0..6).map(|at| row(place(640 + 40 * at), 40)));
        assert_eq!(places.get(5), None);
        assert_eq!(places.get(newer).map(|it| it.place), Some(place(840)));
        places.add(0, (0..6).map(|at| row(place(64 + 40 * at), 40)));
        assert_eq!(places.get(5), None, "the newer ones stay");
        assert!(places.get(newer).is_some());
    }
}
