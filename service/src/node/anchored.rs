//! The end of the access log in the ledger: an attestation by the node that so many accesses were
//! noted and what the hash of the latest is. It stands in the order, under the checkpoint and its
//! witnesses' signatures, so that the log cannot be rewritten up to there.
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};
use tangle::{Item, Kind, Media, VerifiedBlock};

use super::Node;
use crate::app::failure::Failure;
use crate::audit::{Expired, Head};

/// What an attestation says of the access log.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AccessAnchor {
    /// Number of the latest line.
    pub access_log_lines: u64,
    /// Its hash, hex.
    pub access_log_hash: String,
}

impl AccessAnchor {
    /// What a block attests of the access log, if it does.
    pub fn of(block: &VerifiedBlock) -> Option<Self> {
        if block.header().kind != Kind::Attestation {
            return None;
        }
        let mut items = block
            .items()
            .filter(|(_, item)| item.media == Media::ATTESTATION);
        items.find_map(|(_, item)| serde_json::from_slice(&item.body).ok())
    }

    /// Whether it is about this end of the chain.
    pub fn is(&self, head: &Head) -> bool {
        self.access_log_lines == head.seq && self.access_log_hash == hex::encode(head.hash)
    }
}

impl Node {
    /// Removes accesses whose time has come, as `[audit]` says; the ledger's records are not
    /// touched. What was removed, if anything.
    ///
    /// # Errors
    /// `internal` when the log cannot be read.
    pub fn expire_accesses(&self) -> Result<Option<Expired>, Failure> {
        let before_ms = self.0.keep_accesses.since_ms(self.world().now_ms());
        let expired = self.0.accesses.expire(before_ms);
        let expired = expired.map_err(Failure::internal)?;
        if let Some(it) = &expired {
            let (lines, first, last) = (it.lines(), it.first, it.last.seq);
            tracing::info!(
                lines,
                first,
                last,
                "accesses were removed: their time had come"
            );
        }
        Ok(expired)
    }

    /// Records the end of the access log in the ledger, unless nothing was noted since the last
    /// time. Returns what was recorded.
    ///
    /// # Errors
    /// As any write.
    pub fn anchor_access_log(&self) -> Result<Option<AccessAnchor>, Failure> {
        let head = self.0.accesses.sync();
        if head.seq <= self.0.anchored.load(Ordering::Acquire) {
            return Ok(None);
        }
        let anchor = AccessAnchor {
            access_log_lines: head.seq,
            access_log_hash: hex::encode(head.hash),
        };
        let body = serde_json::to_vec(&anchor).map_err(Failure::internal)?;
        let item = Item {
            salt: self.world().salt(),
            media: Media::ATTESTATION,
            body,
        };
        self.author(self.signer(None)?, Kind::Attestation, vec![vec![item]])?;
        self.0.anchored.store(head.seq, Ordering::Release);
        Ok(Some(anchor))
    }
}
