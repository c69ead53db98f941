//! The rows that are not in redb yet: plain vectors behind the last row that is, and sorted runs
//! for what is looked up by key. Two of these may exist: one that grows, and one that is sealed
//! and on its way to redb.

use std::collections::BTreeMap;

use tangle_verify::{BlockId, KeyId};

use super::entries::Entries;
use crate::store::rows::{BlockRow, MilestoneRow, id_key};

/// Rows from a certain number on.
#[derive(Debug, Clone)]
pub(crate) struct Tail<T> {
    /// Number of the first row.
    pub(crate) base: u64,
    /// The rows.
    pub(crate) rows: Vec<T>,
}

impl<T> Default for Tail<T> {
    fn default() -> Self {
        Self::from(0)
    }
}

impl<T> Tail<T> {
    /// No rows yet; the first will have the number `base`.
    pub(crate) fn from(base: u64) -> Self {
        Self {
            base,
            rows: Vec::new(),
        }
    }

    /// The row of this number, if it is here.
    pub(crate) fn get(&self, number: u64) -> Option<&T> {
        let at = number.checked_sub(self.base)?;
        self.rows.get(usize::try_from(at).ok()?)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let at = number.checked_sub(self.base)?;
        self.rows.get_mut(usize::try_from(at).ok()?)
    }

    /// Number of the next row.
    pub(crate) fn end(&self) -> u64 {
        self.base + self.rows.len() as u64
    }

    fn next(&self) -> Self {
        Self::from(self.end())
    }
}

/// Rows of all arrays and families behind a certain point.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overlay {
    /// Array of blocks.
    pub(crate) blocks: Tail<BlockRow>,
    /// Positions of blocks whose rows are further down.
    pub(crate) positions: BTreeMap<u64, u64>,
    /// Array of the order.
    pub(crate) order: Tail<u64>,
    /// Array of milestones.
    pub(crate) milestones: Tail<MilestoneRow>,
    /// Array of authors.
    pub(crate) authors: Tail<KeyId>,
    /// Heads that changed: author number to local id.
    pub(crate) heads: BTreeMap<u32, u64>,
    /// Outcomes other than applied, by position.
    pub(crate) outcomes: BTreeMap<u64, Vec<u8>>,
    /// Arrays of nodes, by level.
    pub(crate) nodes: BTreeMap<u8, Tail<[u8; 32]>>,
    /// Family of ids.
    pub(crate) ids: Entries,
    /// Family of postings.
    pub(crate) postings: Entries,
    /// Whether anything at all changed.
    pub(crate) changed: bool,
}

/// Rows of blocks on their way into an overlay. A group commit brings them all at once: entries
/// that are added in one go wait for the memory together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Staged {
    /// The blocks, in the order of their local ids.
    pub(crate) blocks: Vec<(BlockId, BlockRow)>,
    /// Entries of the family of postings.
    pub(crate) postings: Vec<(u64, u64)>,
    /// New authors, in the order of their numbers.
    pub(crate) authors: Vec<KeyId>,
    /// Heads that changed: author number and local id, the later one counts.
    pub(crate) heads: Vec<(u32, u64)>,
}

impl Overlay {
    /// Adds the rows of blocks; nothing is left.
    pub(crate) fn take(&mut self, staged: &mut Staged) {
        self.authors.rows.append(&mut staged.authors);
        self.heads.extend(staged.heads.drain(..));
        for (id, row) in staged.blocks.drain(..) {
            self.block(&id, row);
        }
        for (key, lid) in staged.postings.drain(..) {
            self.postings.push(key, lid);
        }
    }

    /// An empty one behind this one.
    pub(crate) fn next(&self) -> Self {
        let nodes = self.nodes.iter().map(|(level, tail)| (*level, tail.next()));
        Self {
            blocks: self.blocks.next(),
            order: self.order.next(),
            milestones: self.milestones.next(),
            authors: self.authors.next(),
            nodes: nodes.collect(),
            ids: Entries::like(&self.ids),
            postings: Entries::like(&self.postings),
            ..Self::default()
        }
    }

    /// Adds a block as the next row, under its id.
    pub(crate) fn block(&mut self, id: &BlockId, row: BlockRow) {
        let lid = self.blocks.end();
        self.ids.push(id_key(id), lid);
        self.blocks.rows.push(row);
        self.changed = true;
    }

    /// Gives a block the next position.
    pub(crate) fn order(&mut self, lid: u64) {
        let position = self.order.end();
        self.order.rows.push(lid);
        match self.blocks.get_mut(lid) {
            Some(row) => row.position = Some(position),
            None => drop(self.positions.insert(lid, position)),
        }
    }

    /// Adds the next milestone.
    pub(crate) fn milestone(&mut self, row: MilestoneRow) {
        self.milestones.rows.push(row);
        self.changed = true;
    }

    /// Adds the next full node of a level.
    pub(crate) fn node(&mut self, level: u8, hash: [u8; 32]) {
        self.nodes.entry(level).or_default().rows.push(hash);
        self.changed = true;
    }
}
