//! Evidence beyond proof files: leaves and tiles for monitors that keep their own copy of the
//! log's tree (C2SP `tlog-tiles`), receipts for SCITT tools, fork proofs against an author, and
//! pictures of the DAG.

use std::collections::BTreeMap;

use tangle_verify::block::Statement;
use tangle_verify::fork::ForkProof;
use tangle_verify::merkle::tile::{Tile, bundle};
use tangle_verify::receipt::{Claims, Inclusion};
use tangle_verify::{BlockId, LogLeaf};

use super::super::apply::in_seat;
use super::super::index::INDEX;
use super::super::tree;
use super::Reader;
use crate::error::{Broken, ProveError};
use crate::picture::{Picture, Vertex};
use crate::sign::{SigningKey, receipt_sign};

/// Blocks around one in the log among which those that approve it are looked for.
const APPROVERS_WINDOW: u64 = 2048;

impl Reader {
    /// A leaf of the ordered log; `None` beyond its end.
    pub fn leaf(&self, index: u64) -> Result<Option<LogLeaf>, Broken> {
        let view = self.shared.view();
        if index >= view.leaves {
            return Ok(None);
        }
        let missing = || Broken::corrupt(INDEX, 0, format!("no milestone has leaf {index}"));
        let row = |milestone| self.shared.index.milestone(milestone)?.ok_or_else(missing);
        let (mut low, mut high) = (0, view.concluded);
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if row(middle)?.first + u64::from(middle) <= index {
                low = middle;
            } else {
                high = middle;
            }
        }
        let found = row(low)?;
        let position = index - u64::from(low);
        if position == found.first + u64::from(found.count) {
            return Ok(Some(LogLeaf::Milestone {
                index: low,
                digest: found.digest,
            }));
        }
        Ok(Some(LogLeaf::Block {
            id: *self.shared.at_position(position)?.id(),
            milestone: low,
            outcome: self.outcome_at(position)?,
        }))
    }

    /// The root of the log when it had `size` leaves: what an author's anchor of that size must
    /// name.
    pub fn root_at(&self, size: u64) -> Result<[u8; 32], ProveError> {
        if size > self.shared.view().leaves {
            return Err(ProveError::NotFinal);
        }
        tree::root(&self.shared.index, &self.shared.kept, size).map_err(ProveError::Broken)
    }

    /// The bytes of a tile or of a bundle of entries (the leaves' data), by C2SP `tlog-tiles`;
    /// `None` where the latest signed checkpoint does not have it.
    pub fn tile(&self, tile: &Tile) -> Result<Option<Vec<u8>>, Broken> {
        let signed = self.shared.view().signed;
        let covered = signed.is_some_and(|signed| tile.is_in(signed.checkpoint.size));
        if !covered {
            return Ok(None);
        }
        if tile.level.is_some() {
            let hashes = tile.nodes().map(|at| tree::node(&self.shared.index, at));
            let hashes = hashes.collect::<Result<Vec<_>, _>>()?;
            return Ok(Some(hashes.concat()));
        }
        let mut entries = Vec::with_capacity(tile.width.into());
        for index in tile.leaves() {
            let missing = || Broken::corrupt(INDEX, 0, format!("leaf {index} is missing"));
            entries.push(self.leaf(index)?.ok_or_else(missing)?.to_bytes());
        }
        Ok(bundle(entries.iter().map(Vec::as_slice)))
    }

    /// A COSE receipt (RFC 9942) for a block: that its leaf is in the log of the latest signed
    /// checkpoint. `key` is the log's, as the receipt is a signature of its own. With the receipt
    /// comes the leaf's data, the entry that it proves.
    pub fn receipt(
        &self,
        id: &BlockId,
        key: &SigningKey,
    ) -> Result<(Vec<u8>, Vec<u8>), ProveError> {
        let position = self.position(id)?.ok_or(ProveError::NotFinal)?;
        let signed = self.shared.view().signed.ok_or(ProveError::NotFinal)?;
        let index = position.position + u64::from(position.milestone);
        let size = signed.checkpoint.size;
        if index >= size {
            return Err(ProveError::NotFinal);
        }
        let is_logs = |it: &tangle_verify::VerifierKey| {
            signed.checkpoint.is_signed_by(it) && *it.key() == key.key_id()
        };
        if !signed.keys.iter().any(is_logs) {
            let what = "receipts are signed with the key that signed the checkpoint";
            return Err(Broken::Misuse { what }.into());
        }
        let leaf = LogLeaf::Block {
            id: *id,
            milestone: position.milestone,
            outcome: self.outcome_at(position.position)?,
        };
        let path = self.path(index, &leaf, &signed)?;
        let claims = Claims {
            key: key.key_id(),
            issuer: signed.checkpoint.origin.clone(),
            subject: id.to_string(),
            size,
        };
        let inclusion = Inclusion { size, index, path };
        let receipt = receipt_sign(claims, inclusion, &signed.checkpoint.root, key);
        Ok((receipt.to_bytes(), leaf.to_bytes()))
    }

    /// For each recorded block in the same seat as this one a proof that the author forked its
    /// chain; empty where there is none or the block is not recorded.
    pub fn fork_proofs(&self, id: &BlockId) -> Result<Vec<ForkProof>, Broken> {
        let Some(found) = self.shared.find(id)? else {
            return Ok(Vec::new());
        };
        let statement = |bytes: &[u8]| {
            Statement::decode(bytes).map_err(|error| Broken::corrupt("log", 0, error.to_string()))
        };
        let own = statement(&found.block.statement())?;
        let mut proofs = Vec::new();
        let row = found.row;
        for rival in in_seat(&self.shared.index, row.author, row.epoch, row.seq)? {
            if rival != found.lid {
                let rival = self.shared.load(&self.shared.row(rival)?)?;
                let rival = statement(&rival.statement())?;
                proofs.push(ForkProof::new(&self.shared.genesis, &own, &rival));
            }
        }
        Ok(proofs)
    }

    /// The blocks at most `hops` approvals away from one. Approvals of a block are found as far
    /// as they lie near it in the log (some thousand blocks); what a block approves is always
    /// found. Empty if the block is not recorded.
    pub fn picture(&self, around: &BlockId, hops: u32) -> Result<Picture, Broken> {
        let mut above: BTreeMap<BlockId, Vec<BlockId>> = BTreeMap::new();
        if let Some(lid) = self.lid(around)? {
            let first = lid.saturating_sub(APPROVERS_WINDOW);
            for near in first..lid.saturating_add(APPROVERS_WINDOW) {
                let Some(row) = self.shared.index.block(near)? else {
                    break;
                };
                let block = self.shared.load(&row)?;
                for approved in block.header().approved() {
                    above.entry(*approved).or_default().push(*block.id());
                }
            }
        }
        let vertex = |id: &BlockId| {
            let Some(found) = self.shared.find(id)? else {
                return Ok(None);
            };
            let header = found.block.header().clone();
            let note = match found.row.position {
                None => "not ordered".into(),
                Some(position) => {
                    let milestone = self.milestone_at(position)?.0;
                    format!("milestone {milestone}, position {position}")
                }
            };
            Ok(Some(Vertex { header, note }))
        };
        let approvers = |id: &BlockId| Ok(above.get(id).cloned().unwrap_or_default());
        Picture::collect(*around, hops, vertex, approvers)
    }
}
