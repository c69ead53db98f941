//! The driver over a disk in memory: the life of a ledger, and what happens to it when the disk
//! does not keep what it was given.

mod evidence;
mod faults;
mod keep;
mod life;
mod power;

use std::sync::Arc;

use tangle_verify::{BlockId, Hlc, VerifiedBlock};

use super::files::Files;
use super::*;
use crate::testing::disk::{Disk, Random};
use crate::testing::world::{FOUNDED_MS, Place, World, item, key};

const NOW: u64 = FOUNDED_MS + 3_600_000;
const NOTE: &str = "test.example/log";

fn options() -> Options {
    Options {
        segment_bytes: 8 * 1024,
        cache_bytes: 1024 * 1024,
        flush_blocks_max: 25,
        ..Options::default()
    }
}

/// Blocks are found by the first word of their items, and by the last.
struct Words;

impl PostingKeys for Words {
    fn keys(&self, block: &VerifiedBlock, out: &mut Vec<(u8, Vec<u8>)>) {
        for (_, item) in block.items() {
            let mut words = item.body.split(|byte| *byte == b' ');
            out.extend(words.next().map(|word| (1, word.to_vec())));
            out.extend(words.next_back().map(|word| (2, word.to_vec())));
        }
    }
}

/// The founding block and a web of blocks by devices `d0` to `d3`, parents first. Every 40th
/// block is a fork of the one before. Made once: signing is slow.
fn script(count: usize) -> Vec<VerifiedBlock> {
    let world = World::new();
    let devices = ["d0", "d1", "d2", "d3"];
    let mut blocks = vec![world.founding(&devices)];
    let mut random = Random(1);
    let mut chains: [Vec<BlockId>; 4] = Default::default();
    while blocks.len() < count {
        let at = blocks.len();
        let author = random.below(4);
        let fork = at % 40 == 39 && chains[author].len() > 1;
        let chain = &mut chains[author];
        if fork {
            chain.pop();
        }
        let mut parents = Vec::new();
        for _ in 0..random.below(3) {
            parents.push(*blocks[at - 1 - random.below(at.min(6))].id());
        }
        let prev = chain.last().copied();
        parents.retain(|parent| Some(*parent) != prev);
        if prev.is_none() && parents.is_empty() {
            parents.push(*blocks[0].id());
        }
        let place = Place {
            epoch: 0,
            seq: chain.len() as u64,
            prev,
            parents,
            hlc: Hlc((FOUNDED_MS + at as u64) << 16),
        };
        let text = format!("pack{} block {at} lot{}", at % 7, at % 3);
        let block = world.block(devices[author], place, vec![item(&text)]);
        chain.push(*block.id());
        blocks.push(block);
    }
    blocks
}

fn files(disk: &Disk) -> Arc<dyn Files> {
    Arc::new(disk.clone())
}

fn create(disk: &Disk) {
    let world = World::new();
    Tangle::create_over(&files(disk), world.genesis(), &options()).unwrap();
}

fn try_open(disk: &Disk) -> Result<Tangle, crate::Broken> {
    try_open_with(disk, false)
}

fn try_open_with(disk: &Disk, background: bool) -> Result<Tangle, crate::Broken> {
    let options = Options {
        background,
        ..options()
    };
    Tangle::open_over(&files(disk), options, Box::new(Words))
}

fn open(disk: &Disk) -> Tangle {
    try_open(disk).unwrap()
}

/// The outcomes of a fold that finds something to say now and then; a function of the order.
fn fold(ordered: &Ordered) -> Vec<tangle_verify::Outcome> {
    use tangle_verify::Outcome;
    (ordered.first_position..)
        .zip(&ordered.blocks)
        .map(|(position, _)| match position % 9 {
            4 => Outcome::Quarantined { why: 3 },
            7 => Outcome::Rejected {
                code: u16::try_from(position % 100).unwrap(),
            },
            _ => Outcome::Applied,
        })
        .collect()
}

fn cut_and_conclude(tangle: &mut Tangle) -> Result<Option<String>, crate::Broken> {
    match tangle.cut(&key("node"), NOW)? {
        Some(ordered) => tangle
            .conclude(&fold(&ordered), NOTE, &key("note"))
            .map(Some),
        None => Ok(None),
    }
}

/// Concludes what a crash left without outcomes.
fn catch_up(tangle: &mut Tangle) -> Result<(), crate::Broken> {
    for ordered in tangle.replay(tangle.concluded())? {
        tangle.conclude(&fold(&ordered?), NOTE, &key("note"))?;
    }
    Ok(())
}

fn check_disk(disk: &Disk, rebuild: bool) -> CheckReport {
    check_over(&files(disk), Box::new(Words), &mut fold, rebuild).unwrap()
}
