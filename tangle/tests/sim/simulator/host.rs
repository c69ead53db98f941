//! The organisation's node on its disk: up or down, with what it has promised so far. Whatever
//! it acknowledges, orders or signs is noted at that moment and held against it for ever after.

use std::collections::BTreeMap;

use tangle::testing::disk::Disk;
use tangle::verify::{merkle, proof};
use tangle::{
    BlockId, Broken, Checkpoint, Outcome, Receipt, ReceiptStatus, Tangle, VerifiedBlock, limits,
};

use crate::kit::{Node, checked, make, told, vkey};

/// How many different things happened, over a run or many.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) acknowledged: u64,
    pub(crate) crashes: u64,
    pub(crate) milestones: u64,
    pub(crate) disputed: u64,
    pub(crate) proofs: u64,
    pub(crate) rebuilt: u64,
    pub(crate) waited: u64,
    pub(crate) refused: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.acknowledged += other.acknowledged;
        self.crashes += other.crashes;
        self.milestones += other.milestones;
        self.disputed += other.disputed;
        self.proofs += other.proofs;
        self.rebuilt += other.rebuilt;
        self.waited += other.waited;
        self.refused += other.refused;
    }
}

/// The node.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) disk: Disk,
    pub(crate) node: Option<Node>,
    pub(crate) counts: Counts,
    acknowledged: BTreeMap<BlockId, VerifiedBlock>,
    pub(crate) order: Vec<BlockId>,
    outcomes: BTreeMap<BlockId, Outcome>,
    signed: Option<Checkpoint>,
    /// One for each chain that nobody else goes on with.
    pub(crate) tips_max: usize,
    /// A fault was planned: an error may be its doing.
    excused: bool,
}

type Done<T> = Result<T, String>;

impl Host {
    pub(crate) fn new() -> Self {
        let disk = Disk::new();
        make(&disk).unwrap();
        Self {
            disk,
            node: None,
            counts: Counts::default(),
            acknowledged: BTreeMap::new(),
            order: Vec::new(),
            outcomes: BTreeMap::new(),
            signed: None,
            tips_max: usize::MAX,
            excused: false,
        }
    }

    pub(crate) fn plan(&mut self, operations: u64, fault: tangle::testing::disk::Fault) {
        self.disk.plan(operations, fault);
        self.excused = true;
    }

    /// The open ledger, opened if need be; `None` if that failed as planned.
    pub(crate) fn up(&mut self, draw: u64) -> Done<Option<&mut Node>> {
        if self.node.is_none() {
            match Node::open(&self.disk) {
                Ok(node) => {
                    self.counts.rebuilt += u64::from(node.tangle.opened().rebuilt.is_some());
                    self.node = Some(node);
                    self.remembers()?;
                }
                Err(error) => return self.crashed(&error, draw).map(|()| None),
            }
        }
        Ok(self.node.as_mut())
    }

    /// An error of the disk that was planned takes the node down; any other is a failure.
    fn crashed(&mut self, error: &Broken, draw: u64) -> Done<()> {
        let refused = matches!(error, Broken::Storage { .. } | Broken::Index { .. });
        let planned = self.disk.is_off() || self.excused && refused;
        if !planned {
            return Err(format!("the node broke: {}", told(error)));
        }
        self.stop(self.disk.is_off(), draw);
        Ok(())
    }

    /// The process ends, by itself or with the power.
    pub(crate) fn stop(&mut self, power: bool, draw: u64) {
        self.node = None;
        self.counts.crashes += 1;
        self.disk.free_space();
        self.disk = if power {
            self.disk.after_power_loss(draw)
        } else {
            self.disk.after_kill()
        };
        self.excused = false;
    }

    /// Gives blocks in; the receipts, or `None` if the node went down.
    pub(crate) fn submit(
        &mut self,
        blocks: &[VerifiedBlock],
        now_ms: u64,
        draw: u64,
    ) -> Done<Option<Vec<Receipt>>> {
        let Some(node) = self.up(draw)? else {
            return Ok(None);
        };
        let receipts = match node.tangle.submit(blocks.to_vec(), now_ms) {
            Ok(receipts) => receipts,
            Err(error) => return self.crashed(&error, draw).map(|()| None),
        };
        for (block, receipt) in blocks.iter().zip(&receipts) {
            self.take(block, &receipt.status)?;
        }
        self.bounded()?;
        Ok(Some(receipts))
    }

    fn take(&mut self, block: &VerifiedBlock, status: &ReceiptStatus) -> Done<()> {
        match status {
            ReceiptStatus::Recorded | ReceiptStatus::Known => {
                let node = self.node.as_ref().ok_or("it answered and is down")?;
                let found = node
                    .tangle
                    .reader()
                    .block(block.id())
                    .map_err(|it| told(&it))?;
                let found = found.ok_or("acknowledged and not to be found")?;
                let new = self.acknowledged.insert(*block.id(), found).is_none();
                self.counts.acknowledged += u64::from(new);
            }
            ReceiptStatus::Waiting { .. } => self.counts.waited += 1,
            ReceiptStatus::Rejected(_) => self.counts.refused += 1,
        }
        Ok(())
    }

    /// Orders and concludes everything; whether it did.
    pub(crate) fn cut(&mut self, now_ms: u64, draw: u64) -> Done<bool> {
        let Some(node) = self.up(draw)? else {
            return Ok(false);
        };
        if node.tangle.reader().registry().authors().next().is_none() {
            // Not founded yet: nobody may order anything.
            return Ok(false);
        }
        match node.cut(now_ms) {
            Ok(None) => return Ok(false),
            Ok(Some(_)) => self.counts.milestones += 1,
            Err(error) => return self.crashed(&error, draw).map(|()| false),
        }
        self.ordered(draw)?;
        Ok(true)
    }

    pub(crate) fn flush(&mut self, draw: u64) -> Done<()> {
        let Some(node) = self.up(draw)? else {
            return Ok(());
        };
        match node.tangle.flush() {
            Ok(()) => Ok(()),
            Err(error) => self.crashed(&error, draw),
        }
    }

    pub(crate) fn close(&mut self, draw: u64) -> Done<()> {
        match self.node.take().map(|node| node.tangle.close()) {
            Some(Err(error)) => self.crashed(&error, draw),
            _ => Ok(()),
        }
    }

    /// After an opening: nothing that was promised is gone.
    fn remembers(&mut self) -> Done<()> {
        let node = self.node.as_ref().ok_or("it is down")?;
        let reader = node.tangle.reader();
        for (id, block) in &self.acknowledged {
            match reader.block(id) {
                Ok(Some(found)) if found == *block => {}
                Ok(Some(_)) => return Err(format!("acknowledged block {id} is another")),
                Ok(None) => return Err(format!("acknowledged block {id} is lost")),
                Err(error) => return Err(told(&error)),
            }
        }
        self.ordered(0)
    }

    /// The order only grows, outcomes stay, and the log continues the one before.
    fn ordered(&mut self, draw: u64) -> Done<()> {
        let node = self.node.as_ref().ok_or("it is down")?;
        if !node.order.starts_with(&self.order) {
            return Err("the order changed".into());
        }
        let reader = node.tangle.reader();
        for id in &node.order[self.order.len()..] {
            let outcome = reader.outcome(id).map_err(|error| told(&error))?;
            let outcome = outcome.ok_or("concluded without an outcome")?;
            self.counts.disputed += u64::from(matches!(outcome, Outcome::Disputed { .. }));
            self.outcomes.insert(*id, outcome);
        }
        self.order.clone_from(&node.order);
        let signed = reader.checkpoint().map(|(_, checkpoint)| checkpoint);
        continues(&node.tangle, self.signed.as_ref(), signed.as_ref())?;
        self.signed = signed.or(self.signed.take());
        self.proves(draw)
    }

    /// A final block, any: its outcome is the one it had, its proof verifies.
    fn proves(&mut self, draw: u64) -> Done<()> {
        let (Some(node), false) = (self.node.as_ref(), self.order.is_empty()) else {
            return Ok(());
        };
        let at = usize::try_from(draw % self.order.len() as u64).unwrap_or(0);
        let id = self.order[at];
        let reader = node.tangle.reader();
        let outcome = reader.outcome(&id).map_err(|error| told(&error))?;
        if outcome != self.outcomes.get(&id).copied() {
            return Err(format!("the outcome of {id} changed to {outcome:?}"));
        }
        let file = reader
            .prove(&id, &[0])
            .map_err(|error| format!("no proof: {error}"))?;
        let report = proof::verify(&file, Some(&[vkey()]));
        if let Some(step) = report.failed() {
            return Err(format!("the proof of {id} fails: {step:?}"));
        }
        self.counts.proofs += 1;
        Ok(())
    }

    /// Heads, tips and the waiting room stay small.
    fn bounded(&self) -> Done<()> {
        let Some(node) = &self.node else {
            return Ok(());
        };
        let stats = node.tangle.stats();
        if stats.tips > self.tips_max || stats.waiting > limits::WAITING_BLOCKS_MAX {
            return Err(format!("unbounded: {stats:?}"));
        }
        Ok(())
    }

    /// Closes it and checks every byte and every row.
    pub(crate) fn sound(&mut self) -> Done<()> {
        self.close(0)?;
        let report = checked(&self.disk, true).map_err(|error| told(&error))?;
        if report.is_sound() && report.pinned {
            return Ok(());
        }
        Err(format!("check is not content: {:?}", report.differences))
    }
}

/// A later signed checkpoint continues an earlier one, by a path anybody can check.
fn continues(tangle: &Tangle, old: Option<&Checkpoint>, new: Option<&Checkpoint>) -> Done<()> {
    let (Some(old), Some(new)) = (old, new) else {
        return match old {
            Some(_) => Err("the checkpoint is gone".into()),
            None => Ok(()),
        };
    };
    if old.size > new.size || old.size == new.size && old.root != new.root {
        return Err("the log went back, or says two things".into());
    }
    let path = tangle.reader().consistency(old.size, new.size);
    let path = path.map_err(|error| format!("no consistency proof: {error}"))?;
    merkle::verify_consistency((old.size, &old.root), (new.size, &new.root), &path)
        .map_err(|error| format!("the log does not continue: {error}"))
}
