//! The index alone, over a disk in memory: what goes in comes out, whichever layer it lies in and
//! however often its runs were merged; a changed byte is an error and never another answer.

use tangle_verify::{BlockId, Hlc, KeyId};

use super::*;
use crate::store::files::Files;
use crate::store::log::Place;
use crate::testing::disk::{Disk, Random};

fn row(lid: u64) -> BlockRow {
    BlockRow {
        place: Place {
            segment: 3,
            offset: 64 + 512 * u32::try_from(lid).unwrap(),
        },
        room: 512,
        depth: 7,
        hlc: Hlc(lid * 5),
        position: None,
        author: u32::try_from(lid % 3).unwrap(),
        epoch: 0,
        seq: lid / 3,
    }
}

fn id(lid: u64) -> BlockId {
    BlockId::new(*blake3::hash(&lid.to_le_bytes()).as_bytes())
}

fn open(disk: &Disk, background: bool) -> Index {
    let there = Files::open(disk, INDEX).unwrap();
    let file = there.unwrap_or_else(|| {
        let file = disk.create(INDEX).unwrap();
        disk.sync_dir("").unwrap();
        file
    });
    Index::open(file, 1 << 20, background).unwrap()
}

/// Adds `count` blocks from `from` on; every second one is ordered, half of those later than
/// their rows were sealed.
fn fill(index: &Index, from: u64, count: u64) {
    index.add(|rows| {
        for lid in from..from + count {
            rows.block(&id(lid), row(lid));
            rows.postings.push(lid % 10, lid);
            rows.postings.push(1000 + lid, lid);
            rows.heads.insert(u32::try_from(lid % 3).unwrap(), lid);
            if lid < 3 {
                rows.authors.rows.push(KeyId::new([9; 32]));
            }
            rows.node(0, *blake3::hash(&[1]).as_bytes());
        }
        for lid in from.saturating_sub(count / 2)..from + count / 2 {
            rows.order(lid);
        }
        rows.outcomes.insert(from, vec![1, 2, 3]);
    });
}

fn holds(index: &Index, count: u64, ordered: u64) {
    for lid in 0..count {
        let position = Some(lid).filter(|lid| *lid < ordered);
        let wanted = BlockRow {
            position,
            ..row(lid)
        };
        assert_eq!(index.block(lid).unwrap(), Some(wanted), "block {lid}");
        let place = index.place(lid);
        let right = |it: Written| (it.place, it.room) == (wanted.place, wanted.room);
        assert!(place.is_none_or(right), "block {lid} is not at {place:?}");
        assert_eq!(index.lids(&id(lid)).unwrap(), [lid]);
        assert_eq!(index.postings(1000 + lid).unwrap(), [lid]);
        assert_eq!(index.at_position(lid).unwrap(), position, "position {lid}");
        assert!(index.node(0, lid).unwrap().is_some());
    }
    for key in 0..10 {
        let wanted: Vec<u64> = (key..count).step_by(10).collect();
        assert_eq!(index.postings(key).unwrap(), wanted, "key {key}");
    }
    assert_eq!(index.block(count).unwrap(), None);
    assert_eq!(index.lids(&id(count)).unwrap(), [0; 0]);
    assert_eq!(index.outcome(0).unwrap(), Some(vec![1, 2, 3]));
    assert_eq!(index.outcome(1).unwrap(), None);
    assert_eq!(index.author(2).unwrap(), Some(KeyId::new([9; 32])));
    assert_eq!(index.author(3).unwrap(), None);
}

const STEP: u64 = 700;

/// An index that went through `seals` overlays, and how many blocks it has and has ordered.
fn grown(disk: &Disk, seals: u64, background: bool) -> (Index, u64, u64) {
    let index = open(disk, background);
    for seal in 0..seals {
        fill(&index, seal * STEP, STEP);
        index.seal(Mark::start().to_bytes()).unwrap();
    }
    fill(&index, seals * STEP, STEP);
    (index, (seals + 1) * STEP, seals * STEP + STEP / 2)
}

#[test]
fn what_goes_in_comes_out_of_every_layer_and_after_every_merge() {
    for (seals, background) in [(0, false), (1, false), (9, false), (23, false), (23, true)] {
        let disk = Disk::new();
        let (index, count, ordered) = grown(&disk, seals, background);
        holds(&index, count, ordered);
        index.seal(Mark::start().to_bytes()).unwrap();
        index.settle().unwrap();
        index.close();
        assert!(matches!(index.block(0), Err(Broken::Stopped)));
        let mut again = open(&disk, false);
        holds(&again, count, ordered);
        assert!(again.check_pages().unwrap());
        again = open_after_sweep(&disk, &again);
        let runs = again.disk().unwrap().manifest.runs.len();
        assert!(background || runs <= 3 * 3 + 2 * 7, "{runs} runs");
    }
}

/// Pages that no run owns are swept at the next seal.
fn open_after_sweep(disk: &Disk, index: &Index) -> Index {
    index.seal(Mark::start().to_bytes()).unwrap();
    index.close();
    open(disk, false)
}

#[test]
fn places_are_known_of_what_was_written_and_of_what_was_there() {
    let disk = Disk::new();
    let (index, count, _) = grown(&disk, 3, true);
    let known = |index: &Index| (0..count).filter(|lid| index.place(*lid).is_some()).count();
    index.settle().unwrap();
    assert_eq!(
        known(&index) as u64,
        count - STEP,
        "those in memory are not"
    );
    index.seal(Mark::start().to_bytes()).unwrap();
    index.settle().unwrap();
    assert_eq!(known(&index) as u64, count);
    index.close();
    let again = open(&disk, true);
    for _ in 0..10_000 {
        if known(&again) as u64 == count {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(known(&again) as u64, count, "the thread reads them");
    holds(&again, count, count - STEP / 2);
}

#[test]
fn a_changed_byte_is_an_error_and_never_another_answer() {
    let disk = Disk::new();
    let (index, count, _) = grown(&disk, 9, false);
    index.seal(Mark::start().to_bytes()).unwrap();
    index.close();
    let bytes = disk.bytes(INDEX).unwrap();
    let mut random = Random(11);
    let (mut seen, mut wrong) = (0, 0);
    for _ in 0..150 {
        let at = random.below(bytes.len());
        let mut changed = bytes.clone();
        changed[at] ^= 1 << random.below(8);
        let disk = disk.after_kill();
        disk.tamper(INDEX, changed);
        let look = || -> Result<(), Broken> {
            let file = Files::open(&disk, INDEX).unwrap().unwrap();
            let index = Index::open(file, 1 << 20, false)?;
            for lid in (0..count).step_by(5) {
                let found = index.block(lid)?.map(|found| found.seq);
                let found = (found, index.lids(&id(lid))?, index.postings(1000 + lid)?);
                wrong += u32::from(found != (Some(lid / 3), vec![lid], vec![lid]));
            }
            Ok(())
        };
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(look));
        seen += u32::from(!matches!(ended, Ok(Ok(()))));
    }
    assert_eq!(wrong, 0, "answers that differ and no error");
    assert!(seen > 20, "only {seen} of 150 flips met something in use");
}

#[test]
fn a_merge_that_a_crash_interrupts_is_swept_away_and_done_again() {
    for cut in [3, 9, 20, 33, 50, 70] {
        let disk = Disk::new();
        let (index, count, ordered) = grown(&disk, 7, false);
        disk.plan(cut, crate::testing::disk::Fault::PowerLoss);
        let sealed = index.seal(Mark::start().to_bytes());
        drop(index);
        let disk = disk.after_power_loss(cut);
        let index = open(&disk, false);
        let there = index.disk().unwrap().manifest.length(pages::BLOCKS);
        assert!(sealed.is_err() || there == count);
        if there == count {
            holds(&index, count, ordered);
        } else {
            assert_eq!(there, count - STEP);
        }
        let disk = disk.after_kill();
        let index = open_after_sweep(&disk, &index);
        assert!(index.check_pages().unwrap());
    }
}

#[test]
fn a_mark_and_its_rows_are_there_together_or_not_at_all() {
    use crate::store::bugs::{Bug, plant};
    for planted in [false, true] {
        let _bug = planted.then(|| plant(Bug::MarkBeforeRows));
        let mut ahead = 0;
        for cut in 0..60 {
            let disk = Disk::new();
            let index = open(&disk, false);
            fill(&index, 0, 50);
            disk.plan(cut, crate::testing::disk::Fault::PowerLoss);
            let mark = Mark {
                lids: 50,
                ..Mark::start()
            };
            drop(index.seal(mark.to_bytes()));
            drop(index);
            let index = open(&disk.after_power_loss(cut), false);
            let there = index.disk().unwrap().manifest.length(pages::BLOCKS);
            let mark = index.mark().unwrap().map_or(0, |mark| mark.lids);
            ahead += u32::from(mark != there);
        }
        assert_eq!(ahead > 0, planted, "{ahead}");
    }
}
