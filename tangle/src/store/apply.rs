//! From durable frames to rows: the one place where the index and the counters follow the log.
//! Live writing and replay at open both go through here, so they cannot differ.

use std::collections::{BTreeMap, BTreeSet};

use tangle_verify::merkle::{Frontier, Hash};
use tangle_verify::milestone::VerifiedMilestone;
use tangle_verify::{BlockId, KeyId, Kind, LogLeaf, Outcome, VerifiedBlock};

use super::index::{INDEX, Index, Overlay, Staged};
use super::log::Written;
use super::mark::Mark;
use super::rows::{BlockRow, FORKED_KEY, KeyMaker, MilestoneRow, REGISTRY_KEY};
use super::shared::{PostingKeys, Shared};
use super::tree;
use super::unordered::{Placed, Unordered};
use crate::error::Broken;
use crate::graph::{Fact, Seat};

/// A block about to become rows.
pub(super) struct Recorded {
    pub(super) block: VerifiedBlock,
    pub(super) fact: Fact,
    pub(super) place: Written,
    /// Whether it is the head of its author's chain now.
    pub(super) is_head: bool,
    pub(super) rivals: Vec<BlockId>,
}

/// Counters that go with the index. Equal to a mark once the rows are flushed.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) mark: Mark,
    pub(super) tree: Frontier,
    pub(super) authors: BTreeMap<KeyId, u32>,
    pub(super) author_keys: Vec<KeyId>,
    /// Local ids of forked blocks and their rivals.
    pub(super) forks: Forks,
    /// The blocks that are not ordered.
    pub(super) open: Unordered,
    key_maker: KeyMaker,
    /// Keys of the block at hand; here only to be used again.
    found: Vec<(u8, Vec<u8>)>,
    /// Rows on their way into the index; empty between calls.
    staged: Staged,
}

/// Local ids of blocks that share their seat with others, and those others.
pub(super) type Forks = BTreeMap<u64, BTreeSet<u64>>;

impl State {
    /// Of an index at this mark, with its small tables read in.
    pub(super) fn load(index: &Index, mark: Mark, tree: Frontier) -> Result<Self, Broken> {
        let mut authors = BTreeMap::new();
        let mut author_keys = Vec::new();
        while let Some(key) = index.author(author_count(&author_keys))? {
            authors.insert(key, author_count(&author_keys));
            author_keys.push(key);
        }
        Ok(Self {
            mark,
            tree,
            authors,
            author_keys,
            forks: load_forks(index)?,
            open: Unordered::default(),
            key_maker: KeyMaker::default(),
            found: Vec::new(),
            staged: Staged::default(),
        })
    }

    /// What the ledger needs to know of the block in this row.
    pub(super) fn fact(&self, row: &BlockRow) -> Result<Fact, Broken> {
        let author = usize::try_from(row.author)
            .ok()
            .and_then(|at| self.author_keys.get(at));
        let missing = || Broken::corrupt(INDEX, 0, format!("author {} is missing", row.author));
        let author = *author.ok_or_else(missing)?;
        let seat = Seat {
            author,
            epoch: row.epoch,
            seq: row.seq,
        };
        Ok(Fact {
            depth: row.depth,
            hlc: row.hlc,
            seat,
        })
    }

    /// Durable blocks: their rows.
    pub(super) fn blocks(
        &mut self,
        index: &Index,
        keys: &dyn PostingKeys,
        recorded: impl IntoIterator<Item = Recorded>,
    ) -> Result<(), Broken> {
        for recorded in recorded {
            let row = self.row(&recorded)?;
            let mut rivals = Vec::new();
            if !recorded.rivals.is_empty() {
                // Some of them may have come just before.
                index.add(|rows| rows.take(&mut self.staged));
                rivals = rival_lids(index, &recorded.rivals, &row)?;
            }
            self.stage(keys, recorded, row, &rivals);
        }
        index.add(|rows| rows.take(&mut self.staged));
        Ok(())
    }

    fn row(&mut self, recorded: &Recorded) -> Result<BlockRow, Broken> {
        let Recorded { fact, place, .. } = recorded;
        let author = self.author(&fact.seat.author)?;
        if author.is_new {
            self.staged.authors.push(fact.seat.author);
        }
        Ok(BlockRow {
            place: place.place,
            room: place.room,
            depth: fact.depth,
            hlc: fact.hlc,
            position: None,
            author: author.number,
            epoch: fact.seat.epoch,
            seq: fact.seat.seq,
        })
    }

    fn stage(&mut self, keys: &dyn PostingKeys, recorded: Recorded, row: BlockRow, rivals: &[u64]) {
        let Recorded { block, is_head, .. } = recorded;
        let lid = self.mark.lids;
        let staged = &mut self.staged;
        let mut post = |key| staged.postings.push((key, lid));
        post(self.key_maker.seat(row.author, row.epoch, row.seq));
        self.found.clear();
        keys.keys(&block, &mut self.found);
        for (namespace, key) in &self.found {
            post(self.key_maker.posting(*namespace, key));
        }
        if block.header().kind == Kind::Registry {
            post(REGISTRY_KEY);
        }
        let forked = rivals.iter().copied().chain(rivals.first().map(|_| lid));
        staged.postings.extend(forked.map(|lid| (FORKED_KEY, lid)));
        if is_head {
            staged.heads.push((row.author, lid));
        }
        staged.blocks.push((*block.id(), row));
        for rival in rivals {
            self.forks.entry(lid).or_default().insert(*rival);
            self.forks.entry(*rival).or_default().insert(lid);
        }
        self.open.insert(*block.id(), lid, Some(block));
        self.mark.lids += 1;
    }

    /// A durable milestone that orders `order`: the positions. Gives back the row, and the blocks
    /// that are still at hand, in order.
    pub(super) fn milestone(
        &mut self,
        index: &Index,
        milestone: &VerifiedMilestone,
        place: Written,
        order: &[BlockId],
    ) -> Result<(MilestoneRow, Vec<Placed>), Broken> {
        let row = MilestoneRow {
            place: place.place,
            room: place.room,
            first: self.mark.ordered,
            count: u32::try_from(order.len()).unwrap_or(u32::MAX),
            digest: *milestone.digest(),
        };
        let placed = self.open.take_all(order).map_err(|id| {
            let what = format!("the row of {id} is missing");
            Broken::corrupt(INDEX, 0, what)
        })?;
        index.add(|rows| {
            rows.milestone(row);
            for (lid, _) in &placed {
                rows.order(*lid);
            }
        });
        self.mark.ordered += u64::from(row.count);
        self.mark.milestones += 1;
        self.mark.previous = row.digest;
        Ok((row, placed))
    }

    /// The outcomes of the next milestone: its leaves, the milestone's own last.
    pub(super) fn conclude(
        &mut self,
        index: &Index,
        row: &MilestoneRow,
        ids: &[BlockId],
        outcomes: &[Outcome],
    ) {
        let milestone = self.mark.concluded;
        let blocks = ids.iter().zip(outcomes).map(|(id, outcome)| {
            LogLeaf::Block {
                id: *id,
                milestone,
                outcome: *outcome,
            }
            .hash()
        });
        let last = LogLeaf::Milestone {
            index: milestone,
            digest: row.digest,
        }
        .hash();
        let leaves: Vec<Hash> = blocks.chain([last]).collect();
        index.add(|rows: &mut Overlay| {
            tree::append(&mut self.tree, &leaves, rows);
            for (position, outcome) in (row.first..).zip(outcomes) {
                if *outcome != Outcome::Applied {
                    rows.outcomes.insert(position, outcome.to_bytes());
                }
            }
        });
        self.mark.concluded += 1;
        self.mark.leaves = self.tree.size();
    }

    fn author(&mut self, key: &KeyId) -> Result<AuthorNumber, Broken> {
        if let Some(number) = self.authors.get(key) {
            return Ok(AuthorNumber {
                number: *number,
                is_new: false,
            });
        }
        let number = u32::try_from(self.author_keys.len());
        let number = number.map_err(|_| Broken::Misuse {
            what: "more than 2^32 authors",
        })?;
        self.authors.insert(*key, number);
        self.author_keys.push(*key);
        Ok(AuthorNumber {
            number,
            is_new: true,
        })
    }
}

fn author_count(keys: &[KeyId]) -> u32 {
    u32::try_from(keys.len()).unwrap_or(u32::MAX)
}

/// Local ids of the blocks in the seat of this row. There must be as many as the ledger says
/// there are rivals.
fn rival_lids(index: &Index, rivals: &[BlockId], row: &BlockRow) -> Result<Vec<u64>, Broken> {
    if rivals.is_empty() {
        return Ok(Vec::new());
    }
    let lids = in_seat(index, row.author, row.epoch, row.seq)?;
    if lids.len() == rivals.len() {
        return Ok(lids);
    }
    let what = format!(
        "{} blocks are known in a seat that has {}",
        lids.len(),
        rivals.len()
    );
    Err(Broken::corrupt(INDEX, 0, what))
}

/// Local ids of the blocks in a seat, ascending.
pub(super) fn in_seat(
    index: &Index,
    author: u32,
    epoch: u32,
    seq: u64,
) -> Result<Vec<u64>, Broken> {
    let mut lids = index.postings(KeyMaker::default().seat(author, epoch, seq))?;
    let mut failed = None;
    lids.retain(|lid| match index.block(*lid) {
        // The index knows a hash of the seat only; the row decides.
        Ok(row) => row.is_some_and(|it| (it.author, it.epoch, it.seq) == (author, epoch, seq)),
        Err(error) => {
            failed = Some(error);
            false
        }
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(lids),
    }
}

/// All blocks that share their seat with others.
pub(super) fn load_forks(index: &Index) -> Result<Forks, Broken> {
    let mut forks = Forks::new();
    for lid in index.postings(FORKED_KEY)? {
        let Some(row) = index.block(lid)? else {
            continue;
        };
        let mut rivals: BTreeSet<u64> = in_seat(index, row.author, row.epoch, row.seq)?
            .into_iter()
            .collect();
        rivals.remove(&lid);
        if !rivals.is_empty() {
            forks.insert(lid, rivals);
        }
    }
    Ok(forks)
}

struct AuthorNumber {
    number: u32,
    is_new: bool,
}

/// For each block of a milestone that ends before position `end`: the rival it is disputed with.
/// Of several the one that comes first in the order; rivals that are ordered later are not known
/// when the milestone is concluded, whenever that is done.
pub(super) fn disputes(
    shared: &Shared,
    forks: &Forks,
    row: &MilestoneRow,
) -> Result<BTreeMap<u64, BlockId>, Broken> {
    let end = row.first + u64::from(row.count);
    let mut found = BTreeMap::new();
    for (lid, rivals) in forks {
        let position = shared
            .row(*lid)?
            .position
            .filter(|at| (row.first..end).contains(at));
        let Some(position) = position else { continue };
        let mut first: Option<(u64, BlockRow)> = None;
        for rival in rivals {
            let rival = shared.row(*rival)?;
            let before = rival.position.filter(|at| *at < end);
            if let Some(at) = before.filter(|at| first.is_none_or(|(known, _)| *at < known)) {
                first = Some((at, rival));
            }
        }
        if let Some((_, rival)) = first {
            found.insert(position, *shared.load(&rival)?.id());
        }
    }
    Ok(found)
}
