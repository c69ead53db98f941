//! Milestones: cutting one over everything recorded (Solo: one node orders), giving its blocks to
//! whoever folds them, and taking the outcomes into the log's tree and a signed checkpoint.
//!
//! Between the two lies a moment in which a milestone is durable and its outcomes are not. A
//! crash there loses nothing: the outcomes are a function of the log, and the next opening finds
//! the milestone without outcomes ([`Tangle::concluded`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use tangle_verify::merkle::path::root_of;
use tangle_verify::milestone::VerifiedMilestone;
use tangle_verify::{
    BlockId, Checkpoint, Milestone, Outcome, SignedMilestone, VerifiedBlock, VerifierKey,
};

use super::apply::{Forks, disputes, load_forks};
use super::files::write_whole;
use super::frame::{Draft, FrameKind};
use super::index::INDEX;
use super::log::segment_name;
use super::rows::MilestoneRow;
use super::shared::{Shared, Signed};
use super::tangle::{Tangle, storage};
use super::tree;
use super::{CHECKPOINT, CHECKPOINT_KEYS};
use crate::authority::{Void, judge_anchors};
use crate::error::Broken;
use crate::ledger::{Effect, Input};
use crate::sign::{SigningKey, milestone_sign, note_sign, verifier_key};

/// The blocks of one milestone in their total order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// Number of the milestone, from 0.
    pub index: u32,
    /// When it was cut, milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// Position of the first block in the total order; the others follow without gaps.
    pub first_position: u64,
    /// The blocks.
    pub blocks: Vec<VerifiedBlock>,
    /// Blocks that share their seat with another ordered by now, and that other one. Their
    /// outcome is disputed unless the fold has a graver one.
    pub disputes: BTreeMap<BlockId, BlockId>,
    /// Blocks whose author knew a checkpoint that is not of this log
    /// ([`crate::authority::judge_anchors`]). Judged once all milestones before have outcomes:
    /// who cuts several before concluding the first finds nothing here for the later ones, and
    /// gets them from [`Tangle::replay`].
    pub strangers: BTreeMap<BlockId, Void>,
}

impl Ordered {
    /// The outcomes if nothing else speaks against the blocks: disputed for both sides of a
    /// fork, applied for all others.
    pub fn default_outcomes(&self) -> Vec<Outcome> {
        let outcome = |block: &VerifiedBlock| match self.disputes.get(block.id()) {
            Some(with) => Outcome::Disputed { with: *with },
            None => Outcome::Applied,
        };
        self.blocks.iter().map(outcome).collect()
    }
}

impl Tangle {
    /// Cuts a milestone over everything that is recorded and not ordered; `None` if there is
    /// nothing. `signer` is the root key or that of a registered node. The milestone is durable
    /// on return.
    pub fn cut(&mut self, signer: &SigningKey, now_ms: u64) -> Result<Option<Ordered>, Broken> {
        self.guarded(|it| it.cut_or_fail(signer, now_ms))
    }

    /// Takes the outcomes of the milestone [`Tangle::concluded`], one for each of its blocks in
    /// order, into the log's tree, and returns the checkpoint note signed by `note_key` under
    /// `note_name`, which is also the log's origin. The note is durable on return. While older
    /// milestones are concluded again after a lost index, their checkpoints are signed anew and
    /// the file keeps the latest.
    pub fn conclude(
        &mut self,
        outcomes: &[Outcome],
        note_name: &str,
        note_key: &SigningKey,
    ) -> Result<String, Broken> {
        self.guarded(|it| it.conclude_or_fail(outcomes, note_name, note_key))
    }

    /// The milestones from number `from` on, for folding. Blocks are read from the log as the
    /// iterator is driven; it does not borrow the ledger.
    pub fn replay(&self, from: u32) -> Result<Replay, Broken> {
        Replay::new(Arc::clone(&self.shared), from, self.state.mark.milestones)
    }

    fn cut_or_fail(&mut self, signer: &SigningKey, now_ms: u64) -> Result<Option<Ordered>, Broken> {
        if !self.ledger.registry().may_cut(&signer.key_id(), now_ms) {
            let what = "only the root key and registered nodes cut milestones";
            return Err(Broken::Misuse { what });
        }
        let heads = self.ledger.frontier();
        if heads.is_empty() {
            return Ok(None);
        }
        let mark = &self.state.mark;
        let (index, previous) = (mark.milestones, mark.previous);
        let milestone = Milestone {
            index,
            previous,
            heads,
            time_ms: now_ms,
            epoch: 0,
        };
        // What was signed a moment ago with the key at hand needs no check.
        let network = &self.shared.network;
        let signed = milestone_sign(milestone, signer, network)
            .ok()
            .and_then(|signed| {
                let digest = signed.digest(network);
                signed.verify_stored(network, &digest).ok()
            })
            .ok_or(Broken::Misuse {
                what: "the milestone cannot be signed with this key and time",
            })?;
        let places = self
            .log
            .append(&[Draft::new(FrameKind::Milestone, &signed.to_bytes())])?;
        let place = *places.first().ok_or(Broken::Stopped)?;
        let effects = self
            .ledger
            .handle(Input::Milestone(signed.milestone().clone()), now_ms);
        let Some(Effect::Ordered(order)) = effects.into_iter().next() else {
            return Ok(None);
        };
        let (row, placed) = self
            .state
            .milestone(&self.shared.index, &signed, place, &order)?;
        self.state.mark.tail = self.log.tail();
        self.publish_tail();
        let mut blocks = Vec::with_capacity(order.len());
        for (position, (_, block)) in (row.first..).zip(placed) {
            blocks.push(match block {
                Some(block) => block,
                None => self.shared.at_position(position)?,
            });
        }
        let ordered = ordered(&self.shared, &self.state.forks, &row, &signed, blocks)?;
        self.pending.insert(index, order);
        self.shared.publish(|view| view.milestones = index + 1);
        Ok(Some(ordered))
    }

    fn conclude_or_fail(
        &mut self,
        outcomes: &[Outcome],
        note_name: &str,
        note_key: &SigningKey,
    ) -> Result<String, Broken> {
        let vkey = verifier_key(note_name, note_key).map_err(|_| Broken::Misuse {
            what: "the name of the note key cannot stand in a note",
        })?;
        self.append_outcomes(outcomes)?;
        let (size, root) = (self.state.tree.size(), self.state.tree.root());
        let checkpoint = Checkpoint {
            origin: note_name.to_owned(),
            size,
            root,
        };
        let note = note_sign(&checkpoint, note_name, note_key).map_err(|_| Broken::Misuse {
            what: "the checkpoint cannot be signed",
        })?;
        self.publish_checkpoint(Signed {
            note: note.clone(),
            checkpoint,
            keys: vec![vkey],
        })?;
        self.publish_concluded();
        Ok(note)
    }

    /// Tells readers how far milestones have outcomes.
    pub(super) fn publish_concluded(&self) {
        let (concluded, leaves) = (self.state.mark.concluded, self.state.mark.leaves);
        self.shared.publish(|view| {
            view.concluded = concluded;
            view.leaves = leaves;
        });
    }

    /// Takes outcomes into the tree.
    pub(super) fn append_outcomes(&mut self, outcomes: &[Outcome]) -> Result<(), Broken> {
        let index = self.state.mark.concluded;
        let row = self.shared.index.milestone(index)?;
        let row = row.ok_or(Broken::Misuse {
            what: "there is no milestone to conclude",
        })?;
        if u32::try_from(outcomes.len()).ok() != Some(row.count) {
            return Err(Broken::Misuse {
                what: "one outcome is needed for each ordered block",
            });
        }
        let ids = match self.pending.remove(&index) {
            Some(ids) => ids,
            None => pending_ids(&self.shared, &row)?,
        };
        let disputed = disputes(&self.shared, &self.state.forks, &row)?;
        let mut merged: Vec<_> = (row.first..)
            .zip(outcomes)
            .map(
                |(position, outcome)| match (outcome, disputed.get(&position)) {
                    (Outcome::Applied, Some(with)) => Outcome::Disputed { with: *with },
                    _ => *outcome,
                },
            )
            .collect();
        if !self.kept.is_empty() {
            // Who judges a block again of which items were erased does not see the items.
            for (id, outcome) in ids.iter().zip(&mut merged) {
                *outcome = self.kept.remove(id).unwrap_or(*outcome);
            }
        }
        self.state.conclude(&self.shared.index, &row, &ids, &merged);
        Ok(())
    }

    /// Keeps the checkpoint if it is the latest. One of the same size must have the same root,
    /// and the tree must pass through the kept one: a log that says two things is broken.
    pub(super) fn publish_checkpoint(&mut self, signed: Signed) -> Result<(), Broken> {
        let size = signed.checkpoint.size;
        if let Some(kept) = self.shared.view().signed {
            if size == kept.checkpoint.size && signed.checkpoint.root != kept.checkpoint.root {
                let what = "the outcomes give another root than the signed checkpoint";
                return Err(Broken::corrupt(CHECKPOINT, 0, what));
            }
            if size < kept.checkpoint.size {
                return Ok(());
            }
            let before = size.saturating_sub(self.last_leaves());
            if size > kept.checkpoint.size && before < kept.checkpoint.size {
                let what = "no milestone ends at the size of the signed checkpoint";
                return Err(Broken::corrupt(CHECKPOINT, 0, what));
            }
        }
        let files = self.files.as_ref();
        let known = self
            .shared
            .view()
            .signed
            .is_some_and(|kept| kept.keys == signed.keys);
        if !known {
            let lines: Vec<_> = signed.keys.iter().map(ToString::to_string).collect();
            let lines = lines.join("\n") + "\n";
            write_whole(files, CHECKPOINT_KEYS, lines.as_bytes())
                .map_err(storage(CHECKPOINT_KEYS))?;
        }
        write_whole(files, CHECKPOINT, signed.note.as_bytes()).map_err(storage(CHECKPOINT))?;
        self.shared
            .publish(|view| view.signed = Some(Arc::new(signed)));
        Ok(())
    }

    /// Leaves of the milestone concluded last.
    fn last_leaves(&self) -> u64 {
        let last = self.state.mark.concluded.checked_sub(1);
        let row = last.and_then(|index| self.shared.index.milestone(index).ok().flatten());
        row.map_or(0, |row| u64::from(row.count) + 1)
    }
}

/// The ids of a milestone's blocks, in order.
fn pending_ids(shared: &Shared, row: &MilestoneRow) -> Result<Vec<BlockId>, Broken> {
    let positions = row.first..row.first + u64::from(row.count);
    positions
        .map(|position| Ok(*shared.at_position(position)?.id()))
        .collect()
}

fn ordered(
    shared: &Shared,
    forks: &Forks,
    row: &MilestoneRow,
    milestone: &VerifiedMilestone,
    blocks: Vec<VerifiedBlock>,
) -> Result<Ordered, Broken> {
    let mut found = disputes(shared, forks, row)?;
    let mut disputes = BTreeMap::new();
    for (position, block) in (row.first..).zip(&blocks) {
        if let Some(with) = found.remove(&position) {
            disputes.insert(*block.id(), with);
        }
    }
    let index = milestone.milestone().index;
    let strangers = strangers(shared, row, index, &blocks)?;
    Ok(Ordered {
        index,
        time_ms: milestone.milestone().time_ms,
        first_position: row.first,
        blocks,
        disputes,
        strangers,
    })
}

/// Blocks that name a checkpoint which this log did not have when the milestone was cut.
fn strangers(
    shared: &Shared,
    row: &MilestoneRow,
    index: u32,
    blocks: &[VerifiedBlock],
) -> Result<BTreeMap<BlockId, Void>, Broken> {
    // Each milestone before has a leaf of its own beside those of its blocks.
    let leaves = row.first + u64::from(index);
    if shared.view().leaves < leaves {
        return Ok(BTreeMap::new());
    }
    judge_anchors(blocks, leaves, |size| {
        root_of(size, |at| tree::node(&shared.index, at))
    })
}

/// Milestones read back from the log, in order.
pub struct Replay {
    shared: Arc<Shared>,
    forks: Forks,
    next: u32,
    end: u32,
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Replay({}..{})", self.next, self.end)
    }
}

impl Replay {
    pub(super) fn new(shared: Arc<Shared>, from: u32, end: u32) -> Result<Self, Broken> {
        let forks = load_forks(&shared.index)?;
        Ok(Self {
            shared,
            forks,
            next: from,
            end,
        })
    }

    fn read(&self, index: u32) -> Result<Ordered, Broken> {
        let missing =
            || Broken::corrupt(INDEX, 0, format!("the row of milestone {index} is missing"));
        let row = self.shared.index.milestone(index)?.ok_or_else(missing)?;
        let milestone = stored_milestone(&self.shared, &row, index)?;
        let positions = row.first..row.first + u64::from(row.count);
        let blocks = positions.map(|position| self.shared.at_position(position));
        let blocks = blocks.collect::<Result<_, _>>()?;
        ordered(&self.shared, &self.forks, &row, &milestone, blocks)
    }
}

impl Iterator for Replay {
    type Item = Result<Ordered, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let read = self.read(self.next);
        // After an error there is nothing more to say.
        self.next = if read.is_ok() {
            self.next + 1
        } else {
            self.end
        };
        Some(read)
    }
}

/// A milestone in the log, held against its row.
pub(super) fn stored_milestone(
    shared: &Shared,
    row: &MilestoneRow,
    index: u32,
) -> Result<VerifiedMilestone, Broken> {
    let (kind, bytes) = shared.segments.read(row.place, row.room)?;
    let milestone = (kind == FrameKind::Milestone)
        .then(|| {
            SignedMilestone::decode(&bytes)
                .ok()?
                .verify_stored(&shared.network, &row.digest)
                .ok()
        })
        .flatten()
        .filter(|found| found.milestone().index == index);
    milestone.ok_or_else(|| {
        let what = format!("the frame is not that of milestone {index}");
        Broken::corrupt(
            &segment_name(row.place.segment),
            row.place.offset.into(),
            what,
        )
    })
}

/// Text of `checkpoint.keys`: one vkey a line.
pub(super) fn parse_keys(text: &str) -> Option<Vec<VerifierKey>> {
    text.lines().map(|line| line.parse().ok()).collect()
}
