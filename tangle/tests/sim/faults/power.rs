//! Power cut at every operation of a recorded run, syncs included: the run goes on, and at each
//! moment copies of its disk lose their power (torn and reordered writes) or their process, are
//! recovered, lose it again inside that recovery or soon after, and are held against what had
//! been promised at the moment. What was acknowledged is there; nothing is there that was not
//! given in; order and checkpoint never go back; the index survives, or is made anew.

use std::sync::{Arc, Mutex};

use tangle::store::files::Files;
use tangle::testing::disk::{Disk, Fault, Random};
use tangle::{BlockId, Broken, VerifiedBlock};

use super::watched::{Look, Watched};
use crate::kit::{NOW, Node, make, note_size, script, times};

/// What a ledger has promised.
#[derive(Debug, Clone, Default)]
struct Promises {
    /// Blocks of the script that were acknowledged, from the first on.
    acknowledged: usize,
    /// Blocks that were given in at some time.
    attempted: usize,
    /// Latest checkpoint note.
    note: Option<String>,
    /// The order as far as it is known.
    order: Vec<BlockId>,
}

/// What an exploration found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Crashes with a recovery after them.
    pub(crate) cycles: u64,
    /// Recoveries that made the index anew.
    pub(crate) rebuilt: u64,
    /// Promises that were broken.
    pub(crate) failures: Vec<String>,
}

/// Failures after which an exploration has seen enough.
const FAILURES_MAX: usize = 3;
/// Crashes one after the other, without a whole life between.
const CHAIN_MAX: usize = 4;

/// Explores runs of `script` until there were `cycles` crashes. With `lying` the disk's syncs do
/// nothing.
pub(crate) fn explore(
    seed: u64,
    cycles: u64,
    script: &Arc<Vec<VerifiedBlock>>,
    lying: bool,
) -> Found {
    let found = Arc::new(Mutex::new(Found::default()));
    for run in seed.. {
        let disk = Disk::new();
        if lying {
            disk.lie();
        }
        let promises = Arc::new(Mutex::new(Promises::default()));
        let look = {
            let (found, promises) = (Arc::clone(&found), Arc::clone(&promises));
            let (script, random) = (Arc::clone(script), Mutex::new(Random(run ^ 0xf1)));
            Arc::new(move |disk: &Disk| {
                let (mut found, mut random) = (found.lock().unwrap(), random.lock().unwrap());
                if found.cycles >= cycles || found.failures.len() >= FAILURES_MAX {
                    return;
                }
                // Another thread may be at work: what it promises while the copy is made is not
                // held against the copy, what it was given is not taken for invented.
                let mut now = promises.lock().unwrap().clone();
                let copy = disk.after_kill();
                now.attempted = promises.lock().unwrap().attempted;
                let at = copy.operations();
                if let Err(what) = chain(copy, now, &script, (&mut random, lying), &mut found) {
                    found
                        .failures
                        .push(format!("run {run}, operation {at}: {what}"));
                }
            }) as Look
        };
        let watched: Arc<dyn Files> = Arc::new(Watched { disk, look });
        if let Err(error) = record(&watched, script, &promises, &mut Random(run)) {
            found
                .lock()
                .unwrap()
                .failures
                .push(format!("run {run}: {error}"));
        }
        let found = found.lock().unwrap();
        if found.cycles >= cycles || found.failures.len() >= FAILURES_MAX {
            break;
        }
    }
    std::mem::take(&mut found.lock().unwrap())
}

/// The run that is looked at: no fault happens in it.
fn record(
    files: &Arc<dyn Files>,
    script: &[VerifiedBlock],
    promises: &Mutex<Promises>,
    random: &mut Random,
) -> Result<(), Broken> {
    let genesis = tangle::testing::world::World::new();
    tangle::Tangle::create_over(files, genesis.genesis(), &crate::kit::options())?;
    let mut node = Node::open_over(files)?;
    let mut at = 0;
    while at < script.len() {
        let end = (at + 1 + random.below(9)).min(script.len());
        promises.lock().unwrap().attempted = end;
        node.submit(&script[at..end])?;
        promises.lock().unwrap().acknowledged = end;
        at = end;
        if random.chance(30) {
            node.cut(NOW)?;
            let mut promises = promises.lock().unwrap();
            promises.order.clone_from(&node.order);
            promises.note = node.tangle.checkpoint_note();
        }
        if random.chance(10) {
            node.tangle.flush()?;
        }
        if random.chance(8) {
            node.tangle.close()?;
            node = Node::open_over(files)?;
        }
    }
    node.tangle.close()
}

/// Crashes a copy of a disk, recovers, and again.
fn chain(
    mut copy: Disk,
    mut promises: Promises,
    script: &[VerifiedBlock],
    (random, lying): (&mut Random, bool),
    found: &mut Found,
) -> Result<(), String> {
    let mut killed = false;
    for _ in 0..CHAIN_MAX {
        let kill = random.chance(20);
        killed |= kill;
        copy = if kill {
            copy.after_kill()
        } else {
            copy.after_power_loss(random.draw())
        };
        if lying {
            copy.lie();
        }
        if random.chance(4) {
            // Somebody deletes the index: the power may go while it is made anew.
            copy.remove("index.redb").unwrap();
            killed = true;
        }
        found.cycles += 1;
        // Making an index anew takes about a hundred operations: some of them must get that far.
        copy.plan(random.draw() % 160, Fault::PowerLoss);
        match live(&copy, script, &mut promises, random) {
            Ok(rebuilt) => {
                found.rebuilt += u64::from(rebuilt.is_some());
                // Without a kill every byte that was believed had been synced.
                if let Some(reason) = rebuilt.filter(|_| !killed) {
                    return Err(format!("the index did not survive: {reason}"));
                }
                if !copy.is_off() {
                    return Ok(());
                }
            }
            Err(Stop::Broken(_)) if copy.is_off() => {}
            Err(Stop::Broken(error)) => return Err(crate::kit::told(&error)),
            Err(Stop::Promise(what)) => return Err(what),
        }
    }
    Ok(())
}

enum Stop {
    Broken(Broken),
    Promise(String),
}

impl From<Broken> for Stop {
    fn from(error: Broken) -> Self {
        Self::Broken(error)
    }
}

/// Recovers, holds the ledger against the promises, and records a little more. Returns why the
/// index was made anew, if it was.
fn live(
    disk: &Disk,
    script: &[VerifiedBlock],
    promises: &mut Promises,
    random: &mut Random,
) -> Result<Option<String>, Stop> {
    match make(disk) {
        Ok(()) if promises.acknowledged > 0 => return Err(Stop::Promise("all is gone".into())),
        Ok(()) | Err(Broken::Exists) => {}
        Err(error) => return Err(error.into()),
    }
    let mut node = Node::open(disk)?;
    let rebuilt = node.tangle.opened().rebuilt.clone();
    let recorded = keeps(&node, script, promises).map_err(|stop| match stop {
        Stop::Broken(error) if error.is_damage() => Stop::Promise(error.to_string()),
        stop => stop,
    })?;
    promises.acknowledged = recorded;
    promises.order.clone_from(&node.order);
    let mut at = recorded;
    for _ in 0..3 {
        let end = (at + 1 + random.below(5)).min(script.len());
        promises.attempted = promises.attempted.max(end);
        match node.submit(&script[at..end]) {
            Ok(_) => promises.acknowledged = end,
            Err(_) if disk.is_off() => return Ok(rebuilt),
            Err(error) => return Err(error.into()),
        }
        at = end;
        if random.chance(40) && node.cut(NOW).is_err() && !disk.is_off() {
            return Err(Stop::Promise("a milestone cannot be cut".into()));
        }
        promises.note = node.tangle.checkpoint_note();
    }
    Ok(rebuilt)
}

/// Holds an opened ledger against the promises; how many blocks of the script it has.
fn keeps(node: &Node, script: &[VerifiedBlock], promises: &Promises) -> Result<usize, Stop> {
    let broken = |what: String| Err(Stop::Promise(what));
    let Promises {
        acknowledged,
        attempted,
        note,
        order,
    } = promises;
    let mut recorded = 0;
    for (at, block) in script.iter().enumerate() {
        match node.has(block)? {
            true if recorded == at => recorded += 1,
            true => return broken(format!("block {at} is there without those before it")),
            false => {}
        }
    }
    if recorded < *acknowledged {
        return broken(format!("{recorded} recorded, {acknowledged} acknowledged"));
    }
    if recorded > *attempted {
        return broken(format!("{recorded} recorded, {attempted} given in"));
    }
    let found = node.tangle.reader().postings(1, b"pack3")?;
    let has_pack3 = |at: &usize| at % 7 == 3 && at % 9 != 4 && *at > 0;
    let wanted: Vec<_> = (0..recorded)
        .filter(has_pack3)
        .map(|at| *script[at].id())
        .collect();
    if found != wanted {
        return broken(format!("{} postings, not {}", found.len(), wanted.len()));
    }
    if !node.order.starts_with(order) {
        return broken("the order went back".into());
    }
    let kept = node.tangle.checkpoint_note();
    if kept.as_deref().map(note_size) < note.as_deref().map(note_size) {
        return broken("the checkpoint went back".into());
    }
    Ok(recorded)
}

#[test]
fn power_may_go_at_any_operation_and_inside_recovery_slow() {
    let cycles = times("THERIAC_POWER_CYCLES", 2000);
    let found = explore(1, cycles, &Arc::new(script(120)), false);
    eprintln!(
        "{} crashes, {} indexes made anew",
        found.cycles, found.rebuilt
    );
    assert!(found.failures.is_empty(), "{:#?}", found.failures);
    assert!(found.cycles >= cycles);
}

/// A killed process leaves a batch that was written and not synced; the recovery that finds it
/// fills the index; the power goes before the batch is confirmed. The index must not name it.
#[test]
fn the_index_names_no_block_before_the_log_has_it_for_good() {
    let found = explore(8, 1500, &Arc::new(script(120)), false);
    assert!(found.failures.is_empty(), "{:#?}", found.failures);
    assert!(found.cycles >= 1500);
}
