//! From durable frames to rows: the one place where the index and the counters follow the log.
//! Live writing and replay at open both go through here, so they cannot differ.

use std::collections::{BTreeMap, BTreeSet};

use tangle_verify::merkle::{Frontier, Hash};
use tangle_verify::milestone::VerifiedMilestone;
use tangle_verify::{BlockId, KeyId, Kind, LogLeaf, Outcome, VerifiedBlock};

use super::index::{INDEX, Index};
use super::log::Place;
use super::mark::Mark;
use super::rows::{
    BlockRow, MilestoneRow, Rows, chain_key, fork_key, fork_lids, posting_key, posting_prefix,
};
use super::shared::{PostingKeys, Shared};
use super::tree;
use crate::error::Broken;
use crate::graph::{Fact, Seat};

/// Postings prefix under which registry blocks are found again when the ledger is opened. Those
/// of callers are hashes.
pub(super) const REGISTRY_PREFIX: [u8; 12] = *b"registry\0\0\0\0";

/// A block about to become rows.
pub(super) struct Recorded {
    pub(super) block: VerifiedBlock,
    pub(super) fact: Fact,
    pub(super) place: Place,
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
    pub(super) forks: BTreeMap<u64, BTreeSet<u64>>,
}

impl State {
    /// Of an index at this mark, with its small tables read in.
    pub(super) fn load(index: &Index, mark: Mark, tree: Frontier) -> Result<Self, Broken> {
        let mut authors = BTreeMap::new();
        let mut author_keys = Vec::new();
        for (key, number) in index.authors()? {
            if usize::try_from(number).ok() != Some(author_keys.len()) {
                return Err(Broken::corrupt(
                    INDEX,
                    0,
                    format!("author {number} is out of turn"),
                ));
            }
            authors.insert(key, number);
            author_keys.push(key);
        }
        let mut forks: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
        for key in index.forks()? {
            let (lid, rival) = fork_lids(&key);
            forks.entry(lid).or_default().insert(rival);
        }
        Ok(Self {
            mark,
            tree,
            authors,
            author_keys,
            forks,
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

    /// A durable block: its rows.
    pub(super) fn block(
        &mut self,
        index: &Index,
        keys: &dyn PostingKeys,
        recorded: &Recorded,
    ) -> Result<(), Broken> {
        let Recorded {
            block,
            fact,
            place,
            rivals,
        } = recorded;
        let lid = self.mark.lids;
        let author = self.author(&fact.seat.author)?;
        let row = BlockRow {
            place: *place,
            length: u32::try_from(block.bytes().len()).unwrap_or(u32::MAX),
            depth: fact.depth,
            hlc: fact.hlc,
            position: None,
            author: author.number,
            epoch: fact.seat.epoch,
            seq: fact.seat.seq,
        };
        let mut found = Vec::new();
        keys.keys(block, &mut found);
        let mut rival_lids = Vec::with_capacity(rivals.len());
        for rival in rivals {
            let missing = || Broken::corrupt(INDEX, 0, format!("the row of {rival} is missing"));
            rival_lids.push(index.lid(rival)?.ok_or_else(missing)?);
        }
        index.add(|rows| {
            rows.ids.insert(*block.id(), lid);
            rows.blocks.insert(lid, row);
            rows.chain
                .insert(chain_key(row.author, row.epoch, row.seq, lid));
            if author.is_new {
                rows.authors.insert(fact.seat.author, author.number);
            }
            for (namespace, key) in &found {
                rows.postings
                    .insert(posting_key(posting_prefix(*namespace, key), lid));
            }
            if block.header().kind == Kind::Registry {
                rows.postings.insert(posting_key(REGISTRY_PREFIX, lid));
            }
            for rival in &rival_lids {
                rows.forks
                    .extend([fork_key(lid, *rival), fork_key(*rival, lid)]);
            }
        });
        for rival in rival_lids {
            self.forks.entry(lid).or_default().insert(rival);
            self.forks.entry(rival).or_default().insert(lid);
        }
        self.mark.lids += 1;
        Ok(())
    }

    /// A durable milestone that orders `order`: the positions.
    pub(super) fn milestone(
        &mut self,
        index: &Index,
        milestone: &VerifiedMilestone,
        place: Place,
        order: &[BlockId],
    ) -> Result<MilestoneRow, Broken> {
        let row = MilestoneRow {
            place,
            length: u32::try_from(milestone.to_bytes().len()).unwrap_or(u32::MAX),
            first: self.mark.ordered,
            count: u32::try_from(order.len()).unwrap_or(u32::MAX),
            digest: *milestone.digest(),
        };
        let mut placed = Vec::with_capacity(order.len());
        for (position, id) in (row.first..).zip(order) {
            let missing = || Broken::corrupt(INDEX, 0, format!("the row of {id} is missing"));
            let lid = index.lid(id)?.ok_or_else(missing)?;
            let block = index.block(lid)?.ok_or_else(missing)?;
            placed.push((
                position,
                lid,
                BlockRow {
                    position: Some(position),
                    ..block
                },
            ));
        }
        index.add(|rows| {
            rows.milestones.insert(milestone.milestone().index, row);
            for (position, lid, block) in placed {
                rows.order.insert(position, lid);
                rows.blocks.insert(lid, block);
            }
        });
        self.mark.ordered += u64::from(row.count);
        self.mark.milestones += 1;
        self.mark.previous = row.digest;
        Ok(row)
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
        index.add(|rows: &mut Rows| {
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

struct AuthorNumber {
    number: u32,
    is_new: bool,
}

/// For each block of a milestone that ends before position `end`: the rival it is disputed with.
/// Of several the one that comes first in the order; rivals that are ordered later are not known
/// when the milestone is concluded, whenever that is done.
pub(super) fn disputes(
    shared: &Shared,
    forks: &BTreeMap<u64, BTreeSet<u64>>,
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
            found.insert(position, *shared.load(&rival, None)?.id());
        }
    }
    Ok(found)
}
