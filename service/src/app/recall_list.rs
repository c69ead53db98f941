//! The signed recall list: every recalled lot on one page with the signature of the node's log, for
//! counters that must know of a recall when the line is down. That a lot is recalled is no secret:
//! everybody who may ask about a pack is told, and the decision is in the ledger for all. The list
//! says nothing of who holds what, and whoever reads may read it, auditors too.
//!
//! It is signed anew when a recall is added or changes, and otherwise every quarter of an hour, so
//! that whoever asks between gets the same bytes.
use std::sync::Arc;

use rules::RecallLevel;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::app::failure::Failure;
use crate::app::time_text;
use crate::auth::{Permit, actions};
use crate::limits::{RECALL_LIST_RENEWED_MS, RECALL_LIST_VALID_MS};
use crate::node::Node;
use crate::node::statement::Statement;

/// First line of the note.
pub const TITLE: &str = "theriac recall list v1";

/// The list as it is given out.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The signed note: [`TITLE`], [`RecallList`] as canonical JSON (RFC 8785) in one line, an
    /// empty line, the signature of the log.
    pub note: String,
    /// SHA-256 of the note, hex.
    pub hash: String,
}

/// The second line of the note.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RecallList {
    /// Name of the log.
    pub log: String,
    /// When it was signed, RFC 3339.
    pub issued_at: String,
    /// From then on a lot that is not on it may be recalled all the same, RFC 3339.
    pub valid_until: String,
    /// Leaves of the ledger that it takes into account, at least.
    pub size: u64,
    /// The recalled lots, by product and lot.
    pub lots: Vec<RecalledLot>,
    /// The products that were withdrawn with all their lots.
    pub products: Vec<WithdrawnProduct>,
}

/// A withdrawn product.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawnProduct {
    /// GTIN, 14 digits.
    pub gtin: String,
    /// When the ledger ordered it, RFC 3339.
    pub at: String,
    /// How deep it reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<RecallLevel>,
    /// Why.
    pub reason: String,
}

/// A recalled lot.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RecalledLot {
    /// GTIN, 14 digits.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// When the ledger ordered it, RFC 3339.
    pub at: String,
    /// How deep it reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<RecallLevel>,
    /// Why.
    pub reason: String,
}

/// The list of all recalled lots and withdrawn products.
///
/// # Errors
/// `internal` when it cannot be signed.
pub fn recall_list(node: &Node, _permit: &Permit<actions::Query>) -> Result<Issued, Failure> {
    let mut latest = node.recall_list();
    // Before the state is looked at: that may be newer, but not older.
    let size = node.checkpoint().map_or(0, |it| it.checkpoint.size);
    let (lots, products) = recalled(node);
    let about = serde_json_canonicalizer::to_vec(&(&lots, &products)).map_err(Failure::internal)?;
    let now_ms = node.world().now_ms();
    let is_good = |it: &Statement| {
        let age_ms = now_ms.saturating_sub(it.issued_ms);
        it.about == about && (0..RECALL_LIST_RENEWED_MS).contains(&age_ms)
    };
    let known = latest.as_ref().filter(|it| is_good(it));
    let statement = if let Some(statement) = known {
        Arc::clone(statement)
    } else {
        let list = RecallList {
            log: node.log_key().name().to_owned(),
            issued_at: time_text(now_ms),
            valid_until: time_text(now_ms.saturating_add(RECALL_LIST_VALID_MS)),
            size,
            lots,
            products,
        };
        let line = serde_json_canonicalizer::to_string(&list).map_err(Failure::internal)?;
        let made = Arc::new(Statement {
            about,
            issued_ms: now_ms,
            note: node.sign_statement(TITLE, &line)?,
        });
        Arc::clone(latest.insert(made))
    };
    Ok(Issued {
        hash: hex::encode(Sha256::digest(&statement.note)),
        note: statement.note.clone(),
    })
}

fn recalled(node: &Node) -> (Vec<RecalledLot>, Vec<WithdrawnProduct>) {
    let fold = node.fold();
    let lots = fold.engine.recalls().filter_map(|(gtin, lot, level)| {
        let known = fold.engine.recall_of(gtin, lot)?;
        Some(RecalledLot {
            gtin: gtin.to_string(),
            lot: lot.to_string(),
            at: time_text(known.at),
            level,
            reason: known.reason,
        })
    });
    let products = fold
        .engine
        .withdrawals()
        .map(|(gtin, known)| WithdrawnProduct {
            gtin: gtin.to_string(),
            at: time_text(known.at),
            level: known.level,
            reason: known.reason,
        });
    (lots.collect(), products.collect())
}
