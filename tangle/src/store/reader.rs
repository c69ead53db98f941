//! Reading an open ledger from any thread, while the one writer goes on. Nothing that is not
//! durable is seen; every block is hashed again as it leaves the disk, and every answer of the
//! index is held against the block it leads to.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError};

use tangle_verify::checkpoint::{Note, NoteSignature};
use tangle_verify::merkle::{Node, consistency_path};
use tangle_verify::{
    BlockId, Checkpoint, Genesis, KeyId, LogLeaf, NetworkId, Outcome, ProofFile, ProofItem,
    VerifiedBlock, VerifierKey,
};

use super::apply::in_seat;
use super::cut::Replay;
use super::index::INDEX;
use super::rows::{KeyMaker, MilestoneRow};
use super::shared::{Found, Shared, Signed};
use super::tree;
use crate::error::{Broken, ProveError};
use crate::ledger::Head;
use crate::registry::Registry;

mod evidence;

/// A handle for reading. Cloning is cheap.
#[derive(Clone)]
pub struct Reader {
    pub(super) shared: Arc<Shared>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("network", &self.shared.network)
            .finish_non_exhaustive()
    }
}

/// How far a recorded block has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// On this node's disk.
    Recorded,
    /// Placed in the total order by a milestone.
    Ordered,
    /// Covered, with its outcome, by a signed checkpoint.
    Final,
}

/// A place in the total order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Number of the milestone that gave it.
    pub milestone: u32,
    /// Rank in the whole order, from 0.
    pub position: u64,
}

/// So many epochs without a block are looked at one by one.
const EMPTY_EPOCHS_MAX: u32 = 1000;

impl Reader {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The name of the network.
    pub fn network(&self) -> &NetworkId {
        &self.shared.network
    }

    /// The genesis configuration.
    pub fn genesis(&self) -> &Genesis {
        &self.shared.genesis
    }

    /// A recorded block.
    pub fn block(&self, id: &BlockId) -> Result<Option<VerifiedBlock>, Broken> {
        Ok(self.shared.find_block(id)?.map(|(_, block)| block))
    }

    /// Its place in the total order; `None` if it has none yet or is not recorded.
    pub fn position(&self, id: &BlockId) -> Result<Option<Position>, Broken> {
        let Some(position) = self.shared.find(id)?.and_then(|found| found.row.position) else {
            return Ok(None);
        };
        let (milestone, _) = self.milestone_at(position)?;
        Ok(Some(Position {
            milestone,
            position,
        }))
    }

    /// The block at a position of the total order; `None` beyond its end.
    pub fn at_position(&self, position: u64) -> Result<Option<VerifiedBlock>, Broken> {
        match self.shared.index.at_position(position)? {
            Some(_) => self.shared.at_position(position).map(Some),
            None => Ok(None),
        }
    }

    /// How far a block has come; `None` if it is not recorded.
    pub fn status(&self, id: &BlockId) -> Result<Option<Status>, Broken> {
        let Some(found) = self.shared.find(id)? else {
            return Ok(None);
        };
        let Some(position) = found.row.position else {
            return Ok(Some(Status::Recorded));
        };
        let leaf = position + u64::from(self.milestone_at(position)?.0);
        let covered = self
            .shared
            .view()
            .signed
            .is_some_and(|it| leaf < it.checkpoint.size);
        Ok(Some(if covered {
            Status::Final
        } else {
            Status::Ordered
        }))
    }

    /// What became of a block; `None` while its milestone has no outcomes.
    pub fn outcome(&self, id: &BlockId) -> Result<Option<Outcome>, Broken> {
        let Some(position) = self.shared.find(id)?.and_then(|found| found.row.position) else {
            return Ok(None);
        };
        let (milestone, _) = self.milestone_at(position)?;
        if milestone >= self.shared.view().concluded {
            return Ok(None);
        }
        let outcome = self.outcome_at(position)?;
        let leaf = LogLeaf::Block {
            id: *id,
            milestone,
            outcome,
        };
        let node = Node {
            level: 0,
            index: position + u64::from(milestone),
        };
        if tree::node(&self.shared.index, node)? != leaf.hash() {
            let what = format!("the outcome at position {position} is not that of its leaf");
            return Err(Broken::corrupt(INDEX, 0, what));
        }
        Ok(Some(outcome))
    }

    /// The blocks that have a key, in the order in which they were recorded. `namespace` and
    /// `key` are as the ledger's [`super::PostingKeys`] gives them.
    pub fn postings(&self, namespace: u8, key: &[u8]) -> Result<Vec<BlockId>, Broken> {
        let blocks = self.blocks_with(namespace, key)?;
        Ok(blocks.iter().map(|block| *block.id()).collect())
    }

    /// As [`Reader::postings`], with the blocks, which had to be read anyway.
    pub fn blocks_with(&self, namespace: u8, key: &[u8]) -> Result<Vec<VerifiedBlock>, Broken> {
        let mut found = Vec::new();
        let mut keys = Vec::new();
        let posting = KeyMaker::default().posting(namespace, key);
        for lid in self.shared.index.postings(posting)? {
            let block = self.shared.load_lid(lid)?;
            keys.clear();
            self.shared.keys.keys(&block, &mut keys);
            // The index knows a hash of the key only; the block itself decides.
            if keys.iter().any(|(at, own)| *at == namespace && own == key) {
                found.push(block);
            }
        }
        Ok(found)
    }

    /// Positions in the total order of the blocks that may have a key, ascending. No block is read:
    /// the index knows a hash of the key only, so whoever asks must look at the blocks. Blocks
    /// that have no position yet are left out.
    pub fn positions_with(&self, namespace: u8, key: &[u8]) -> Result<Vec<u64>, Broken> {
        let posting = KeyMaker::default().posting(namespace, key);
        let mut found = Vec::new();
        for lid in self.shared.index.postings(posting)? {
            found.extend(self.shared.row(lid)?.position);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// The blocks of an author's chain in `from..=to`, each (epoch, seq), in that order.
    pub fn chain(
        &self,
        author: &KeyId,
        from: (u32, u64),
        to: (u32, u64),
    ) -> Result<Vec<VerifiedBlock>, Broken> {
        let Some(head) = self.shared.head(author) else {
            return Ok(Vec::new());
        };
        let number = self.author_number(author, &head)?;
        let last = (head.fact.seat.epoch, head.fact.seat.seq).min(to);
        let mut found = Vec::new();
        let (mut epoch, mut seq) = from;
        let mut empty = 0;
        while (epoch, seq) <= last {
            let lids = in_seat(&self.shared.index, number, epoch, seq)?;
            for lid in &lids {
                found.push(self.shared.load_lid(*lid)?);
            }
            // A chain has no gaps: the first free seat ends the epoch.
            let next = seq.checked_add(1).filter(|_| !lids.is_empty());
            empty += u32::from(next.is_none());
            (epoch, seq) = match next {
                Some(next) => (epoch, next),
                None if epoch >= last.0 => break,
                // An author may leave out any number of epochs; we do not look at all of them.
                None if empty > EMPTY_EPOCHS_MAX => (last.0, 0),
                None => (epoch + 1, 0),
            };
        }
        Ok(found)
    }

    fn author_number(&self, author: &KeyId, head: &Head) -> Result<u32, Broken> {
        let found = self.shared.find(&head.id)?;
        let missing = || Broken::corrupt(INDEX, 0, format!("the head of {author} is missing"));
        Ok(found.ok_or_else(missing)?.row.author)
    }

    /// Blocks that nothing approves yet, ascending; a copy.
    pub fn tips(&self) -> Vec<BlockId> {
        let tips = self
            .shared
            .tips
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        tips.iter().copied().collect()
    }

    /// Where the chain of each author stands; a copy.
    pub fn heads(&self) -> BTreeMap<KeyId, Head> {
        let heads = self.shared.heads.read();
        heads.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The registrations so far.
    pub fn registry(&self) -> Arc<Registry> {
        self.shared.view().registry
    }

    /// The latest signed checkpoint, as the note and read.
    pub fn checkpoint(&self) -> Option<(String, Checkpoint)> {
        let signed = self.shared.view().signed?;
        Some((signed.note.clone(), signed.checkpoint.clone()))
    }

    /// The latest checkpoint that witnesses co-signed, as the note with all its signatures and
    /// read.
    pub fn witnessed(&self) -> Option<(String, Checkpoint)> {
        let signed = self.shared.view().witnessed?;
        Some((signed.note.clone(), signed.checkpoint.clone()))
    }

    /// The milestones from number `from` on that have outcomes, for folding.
    pub fn replay(&self, from: u32) -> Result<Replay, Broken> {
        Replay::new(Arc::clone(&self.shared), from, self.shared.view().concluded)
    }

    /// A proof file for a block: that its author signed it, that it carries the items `items`,
    /// and that it is in the log with its outcome, under the latest checkpoint that witnesses
    /// co-signed if that covers it, else under the latest one.
    pub fn prove(&self, id: &BlockId, items: &[u16]) -> Result<Vec<u8>, ProveError> {
        let found = self.shared.find(id)?.ok_or(ProveError::Unknown)?;
        let position = found.row.position.ok_or(ProveError::NotFinal)?;
        let (milestone, _) = self.milestone_at(position)?;
        let signed = self.signed_over(position + u64::from(milestone))?;
        self.prove_under(found, items, &signed)
    }

    /// Proof files for blocks and items of each, in this order and all under one checkpoint: the
    /// latest that witnesses co-signed if that covers them all, else the latest. With its note.
    pub fn prove_all(
        &self,
        wanted: &[(BlockId, Vec<u16>)],
    ) -> Result<(String, Vec<Vec<u8>>), ProveError> {
        let mut last = 0;
        for (id, _) in wanted {
            let place = self.position(id)?.ok_or(ProveError::NotFinal)?;
            last = last.max(place.position + u64::from(place.milestone));
        }
        let signed = self.signed_over(last)?;
        let mut proofs = Vec::with_capacity(wanted.len());
        for (id, items) in wanted {
            let found = self.shared.find(id)?.ok_or(ProveError::Unknown)?;
            proofs.push(self.prove_under(found, items, &signed)?);
        }
        Ok((signed.note.clone(), proofs))
    }

    /// The latest checkpoint that witnesses co-signed if it covers a leaf, else the latest one.
    fn signed_over(&self, index: u64) -> Result<Arc<Signed>, ProveError> {
        let view = self.shared.view();
        let signed = view.signed.ok_or(ProveError::NotFinal)?;
        if index >= signed.checkpoint.size {
            return Err(ProveError::NotFinal);
        }
        let reach = index + 1..=view.leaves;
        if let Some(witnessed) = view.witnessed
            && reach.contains(&witnessed.checkpoint.size)
            && self.root_at(witnessed.checkpoint.size)? == witnessed.checkpoint.root
        {
            return Ok(witnessed);
        }
        Ok(signed)
    }

    /// A proof file under a checkpoint that covers the block.
    fn prove_under(
        &self,
        found: Found,
        items: &[u16],
        signed: &Signed,
    ) -> Result<Vec<u8>, ProveError> {
        let Found { row, block, .. } = found;
        let position = row.position.ok_or(ProveError::NotFinal)?;
        let (milestone, _) = self.milestone_at(position)?;
        let index = position + u64::from(milestone);
        let outcome = self.outcome_at(position)?;
        let leaf = LogLeaf::Block {
            id: *block.id(),
            milestone,
            outcome,
        };
        let path = self.path(index, &leaf, signed)?;
        let missing = |item: &u16| {
            block
                .slots()
                .get(usize::from(*item))
                .is_none_or(|slot| slot.item().is_none())
        };
        if let Some(item) = items.iter().copied().find(|item| missing(item)) {
            return Err(ProveError::NoItem { item });
        }
        let note = Note::parse(&signed.note)
            .map_err(|error| Broken::corrupt(super::CHECKPOINT, 0, error.to_string()))?;
        let file = ProofFile {
            genesis: self.shared.genesis.to_bytes(),
            statement: block.statement(),
            leaf: leaf.to_bytes(),
            items: ProofItem::of(&block, items).unwrap_or_default(),
            keys: keys_of(&note, signed),
            index,
            path,
            note,
        };
        Ok(file.encode().into_bytes())
    }

    /// The hashes that show the log of `to` leaves to continue that of `from` (RFC 9162 section
    /// 2.1.4), for whoever kept the older checkpoint.
    pub fn consistency(&self, from: u64, to: u64) -> Result<Vec<[u8; 32]>, ProveError> {
        use tangle_verify::merkle::PathError;
        if to > self.shared.view().leaves {
            return Err(ProveError::NotFinal);
        }
        let node = |at| tree::node(&self.shared.index, at);
        consistency_path(from, to, node).map_err(|error| match error {
            PathError::Outside { .. } => ProveError::NotFinal,
            PathError::Lookup(broken) => ProveError::Broken(broken),
        })
    }

    /// The path of a leaf, held against the signed root before it is given away.
    fn path(
        &self,
        index: u64,
        leaf: &LogLeaf,
        signed: &Signed,
    ) -> Result<Vec<[u8; 32]>, ProveError> {
        use tangle_verify::merkle::verify_inclusion;
        let Checkpoint { size, root, .. } = &signed.checkpoint;
        let path = tree::path(&self.shared.index, &self.shared.kept, index, *size)?;
        if verify_inclusion(&leaf.hash(), index, *size, &path, root).is_err() {
            let what = format!("leaf {index} and its path do not lead to the signed root");
            return Err(Broken::corrupt(INDEX, 0, what).into());
        }
        Ok(path)
    }

    fn outcome_at(&self, position: u64) -> Result<Outcome, Broken> {
        match self.shared.index.outcome(position)? {
            None => Ok(Outcome::Applied),
            Some(bytes) => Outcome::from_bytes(&bytes).map_err(|error| {
                Broken::corrupt(INDEX, 0, format!("outcome at position {position}: {error}"))
            }),
        }
    }

    /// How many blocks are recorded.
    pub fn recorded(&self) -> u64 {
        self.shared.view().recorded
    }

    /// The block that was recorded as the `number`th, from 0.
    pub(super) fn recorded_at(&self, number: u64) -> Result<VerifiedBlock, Broken> {
        self.shared.load_lid(number)
    }

    /// As which a block was recorded, from 0.
    pub(super) fn lid(&self, id: &BlockId) -> Result<Option<u64>, Broken> {
        Ok(self.shared.find_block(id)?.map(|(lid, _)| lid))
    }

    /// The milestone whose own leaf this is.
    pub(super) fn milestone_of_leaf(&self, leaf: u64) -> Result<MilestoneRow, Broken> {
        let own =
            |index: u32, row: &MilestoneRow| row.first + u64::from(row.count) + u64::from(index);
        let missing = || Broken::corrupt(INDEX, 0, format!("no milestone has leaf {leaf}"));
        let (mut low, mut high) = (0, self.shared.view().milestones);
        while low < high {
            let middle = low + (high - low) / 2;
            let row = self.shared.index.milestone(middle)?.ok_or_else(missing)?;
            match own(middle, &row).cmp(&leaf) {
                std::cmp::Ordering::Equal => return Ok(row),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(missing())
    }

    /// The milestone that gave a position: the last that starts at or before it.
    fn milestone_at(&self, position: u64) -> Result<(u32, MilestoneRow), Broken> {
        let missing =
            || Broken::corrupt(INDEX, 0, format!("no milestone orders position {position}"));
        let row = |index| self.shared.index.milestone(index)?.ok_or_else(missing);
        let (mut low, mut high) = (0, self.shared.view().milestones);
        let mut end = row(high.saturating_sub(1))?;
        let (mut from, mut to) = (0, end.first + u64::from(end.count));
        let mut halve = false;
        while low + 1 < high {
            // Milestones are much alike, so the place can be guessed; where the guess takes off
            // little, halving is next.
            let guess = u128::from(position.saturating_sub(from)) * u128::from(high - low)
                / u128::from(to.saturating_sub(from).max(1));
            let guess = u32::try_from(guess).unwrap_or(u32::MAX);
            let middle = if halve {
                low + (high - low) / 2
            } else {
                low.saturating_add(guess)
            };
            let middle = middle.clamp(low + 1, high - 1);
            halve = !halve;
            end = row(middle)?;
            if end.first <= position {
                (low, from) = (middle, end.first);
            } else {
                (high, to) = (middle, end.first);
            }
        }
        let found = row(low)?;
        let inside = (found.first..found.first + u64::from(found.count)).contains(&position);
        if inside {
            Ok((low, found))
        } else {
            Err(missing())
        }
    }
}

/// The key of each signature of the note, in their order. Kept keys are replaced before the note
/// is, so there may be more of them than signatures.
fn keys_of(note: &Note, signed: &Signed) -> Vec<VerifierKey> {
    let key = |signature| {
        let by = |key: &&VerifierKey| NoteSignature::is_by(signature, key);
        signed.keys.iter().find(by).cloned()
    };
    note.signatures.iter().filter_map(key).collect()
}
