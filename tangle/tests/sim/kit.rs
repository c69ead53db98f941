//! What all of it shares: small ledgers over a disk in memory, blocks to put into them, and a
//! fold with a memory, as a node has one.

use std::collections::BTreeMap;
use std::sync::Arc;

use tangle::store::files::Files;
use tangle::testing::disk::{Disk, Random};
use tangle::testing::world::{FOUNDED_MS, Place, World, item, key};
use tangle::{
    BlockId, Broken, CheckReport, Hlc, Options, Ordered, Outcome, PostingKeys, Receipt, Tangle,
    VerifiedBlock, VerifierKey,
};

/// A moment after everything that the tests record.
pub(crate) const NOW: u64 = FOUNDED_MS + 3_600_000;
/// Origin of the log.
pub(crate) const NOTE: &str = "test.example/log";

/// How often to do something: `usual` in CI, more where the environment says so.
pub(crate) fn times(name: &str, usual: u64) -> u64 {
    let asked = std::env::var(name).ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Small segments and frequent flushes, so that a short run meets everything.
pub(crate) fn options() -> Options {
    Options {
        segment_bytes: 8 * 1024,
        cache_bytes: 1024 * 1024,
        flush_blocks_max: 25,
        ..Options::default()
    }
}

/// Blocks are found by the last word of their items.
pub(crate) struct Words;

impl PostingKeys for Words {
    fn keys(&self, block: &VerifiedBlock, out: &mut Vec<(u8, Vec<u8>)>) {
        for (_, item) in block.items() {
            out.extend(last_word(&item.body).map(|word| (1, word.to_vec())));
        }
    }
}

fn last_word(body: &[u8]) -> Option<&[u8]> {
    body.split(|byte| *byte == b' ').next_back()
}

/// A fold over opaque texts. `once CLAIM` may be said once: who says it first in the total order
/// has it, everybody later is disputed with that first block. Everything else is applied.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fold(BTreeMap<Vec<u8>, BlockId>);

impl Fold {
    pub(crate) fn outcomes(&mut self, ordered: &Ordered) -> Vec<Outcome> {
        ordered.blocks.iter().map(|it| self.outcome(it)).collect()
    }

    fn outcome(&mut self, block: &VerifiedBlock) -> Outcome {
        let mut outcome = Outcome::Applied;
        for (_, item) in block.items() {
            let Some(claim) = item.body.strip_prefix(b"once ") else {
                continue;
            };
            let first = *self.0.entry(claim.to_vec()).or_insert(*block.id());
            if first != *block.id() {
                outcome = Outcome::Disputed { with: first };
            }
        }
        outcome
    }
}

/// An open ledger with its fold, and the order as it is known so far.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) tangle: Tangle,
    pub(crate) order: Vec<BlockId>,
    fold: Fold,
}

impl Node {
    /// Makes a ledger and opens it.
    pub(crate) fn create(disk: &Disk) -> Self {
        make(disk).unwrap();
        Self::open(disk).unwrap()
    }

    /// Opens a ledger, folds what is ordered, concludes what a crash left without outcomes.
    pub(crate) fn open(disk: &Disk) -> Result<Self, Broken> {
        Self::open_over(&files(disk))
    }

    pub(crate) fn open_over(files: &Arc<dyn Files>) -> Result<Self, Broken> {
        let tangle = open_over(files)?;
        let mut node = Self {
            tangle,
            order: Vec::new(),
            fold: Fold::default(),
        };
        for ordered in node.tangle.replay(0)? {
            node.conclude(&ordered?)?;
        }
        Ok(node)
    }

    pub(crate) fn submit(&mut self, blocks: &[VerifiedBlock]) -> Result<Vec<Receipt>, Broken> {
        self.tangle.submit(blocks.to_vec(), NOW)
    }

    /// Cuts a milestone over everything and concludes it.
    pub(crate) fn cut(&mut self, now_ms: u64) -> Result<Option<Ordered>, Broken> {
        let Some(ordered) = self.tangle.cut(&key("node"), now_ms)? else {
            return Ok(None);
        };
        self.conclude(&ordered)?;
        Ok(Some(ordered))
    }

    fn conclude(&mut self, ordered: &Ordered) -> Result<(), Broken> {
        let outcomes = self.fold.outcomes(ordered);
        self.order.extend(ordered.blocks.iter().map(|it| *it.id()));
        if ordered.index >= self.tangle.concluded() {
            self.tangle.conclude(&outcomes, NOTE, &key("note"))?;
        }
        Ok(())
    }

    /// Whether the ledger has this very block.
    pub(crate) fn has(&self, block: &VerifiedBlock) -> Result<bool, Broken> {
        let found = self.tangle.reader().block(block.id())?;
        Ok(found.is_some_and(|found| found == *block))
    }
}

/// Opens a ledger without folding anything.
pub(crate) fn open(disk: &Disk) -> Result<Tangle, Broken> {
    open_over(&files(disk))
}

fn open_over(files: &Arc<dyn Files>) -> Result<Tangle, Broken> {
    Tangle::open_over(files, options(), Box::new(Words))
}

pub(crate) fn files(disk: &Disk) -> Arc<dyn Files> {
    Arc::new(disk.clone())
}

/// Makes a ledger.
pub(crate) fn make(disk: &Disk) -> Result<(), Broken> {
    Tangle::create_over(&files(disk), World::new().genesis(), &options())
}

/// Checks a closed ledger; with `rebuild` everything derived is derived again.
pub(crate) fn checked(disk: &Disk, rebuild: bool) -> Result<CheckReport, Broken> {
    let mut fold = Fold::default();
    checked_with(disk, rebuild, &mut |ordered| fold.outcomes(ordered))
}

/// As [`checked`], for a ledger with another fold.
pub(crate) fn checked_with(
    disk: &Disk,
    rebuild: bool,
    fold: &mut dyn FnMut(&Ordered) -> Vec<Outcome>,
) -> Result<CheckReport, Broken> {
    tangle::store::check_over(&files(disk), Box::new(Words), fold, rebuild)
}

/// The key that checkpoints are verified with.
pub(crate) fn vkey() -> VerifierKey {
    tangle::verifier_key(NOTE, &key("note")).unwrap()
}

/// Leaves under a checkpoint note.
pub(crate) fn note_size(note: &str) -> u64 {
    note.lines().nth(1).unwrap().parse().unwrap()
}

/// The founding block and a web of blocks by devices `d0` to `d3`, parents first. Every 40th
/// block forks the one before; every 9th claims something that another claims too.
pub(crate) fn script(count: usize) -> Vec<VerifiedBlock> {
    let world = World::new();
    let devices = ["d0", "d1", "d2", "d3"];
    let mut blocks = vec![world.founding(&devices)];
    let mut random = Random(1);
    let mut chains: [Vec<BlockId>; 4] = Default::default();
    while blocks.len() < count {
        let at = blocks.len();
        let author = random.below(4);
        let chain = &mut chains[author];
        if at % 40 == 39 && chain.len() > 1 {
            chain.pop();
        }
        let prev = chain.last().copied();
        let near = |random: &mut Random| *blocks[at - 1 - random.below(at.min(6))].id();
        let mut parents: Vec<_> = (0..random.below(3)).map(|_| near(&mut random)).collect();
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
        let text = match at % 9 {
            4 => format!("once dispense pack{}", at % 18),
            _ => format!("block {at} pack{}", at % 7),
        };
        let block = world.block(devices[author], place, vec![item(&text)]);
        chain.push(*block.id());
        blocks.push(block);
    }
    blocks
}

/// An error with its causes in one line.
pub(crate) fn told(error: &Broken) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
