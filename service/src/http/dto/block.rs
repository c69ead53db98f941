//! Blocks, receipts and tips, for gateways and for the curious.
use serde::Serialize;
use serde_json::Value;
use tangle::{Kind, Media, Outcome, ReceiptStatus};
use utoipa::ToSchema;

use super::status_word;
use crate::app::blocks::{BlockView, Tips};
use crate::node::Admission;
use crate::node::items::Unreadable;

/// Answers about uploaded blocks.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Receipts)]
pub struct ReceiptsDto {
    /// One for each block, in the order of the upload.
    pub receipts: Vec<ReceiptDto>,
}

/// What became of an uploaded block.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub struct ReceiptDto {
    /// The block.
    pub id: String,
    /// `recorded` (on disk now), `known` (was before), `waiting` (for parents; not kept),
    /// `rejected`.
    pub status: &'static str,
    /// Parents to send first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Stable number of the reason; 100 and above: not authentic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// Whether the same bytes may be taken later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<bool>,
}

/// Where an author's next block attaches.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Tips)]
pub struct TipsDto {
    /// The network to sign for.
    pub network: String,
    /// The author's epoch.
    pub epoch: u32,
    /// Next free position in the author's chain.
    pub seq: u64,
    /// The author's latest block.
    pub prev: Option<String>,
    /// What else to approve.
    pub parents: Vec<String>,
    /// A hybrid logical clock above all of those: a decimal number, as text because it has 64 bits.
    pub hlc: String,
    /// The latest checkpoint.
    pub anchor: Option<AnchorDto>,
    /// The latest checkpoint as a signed note.
    pub checkpoint: Option<String>,
}

/// A checkpoint, in short.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Anchor)]
pub struct AnchorDto {
    /// Leaves.
    pub size: u64,
    /// Root hash.
    pub root: String,
}

/// A block.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Block)]
pub struct BlockDto {
    /// Its id.
    pub id: String,
    /// `events`, `sensor_batch`, `registry`, `decision`, `grant`, `attestation`, `master_data`,
    /// or the number of another kind.
    pub kind: String,
    /// Key of its author.
    pub author: String,
    /// Organisation of its author: a GLN, or `operator`.
    pub organisation: Option<String>,
    /// The author's epoch.
    pub epoch: u32,
    /// Position in the author's chain.
    pub seq: u64,
    /// The author's block before.
    pub prev: Option<String>,
    /// What else it approves.
    pub parents: Vec<String>,
    /// Its clock: a decimal number, as text because it has 64 bits.
    pub hlc: String,
    /// The physical part of its clock, RFC 3339.
    pub signed_at: String,
    /// `recorded`, `ordered` or `final`.
    pub status: &'static str,
    /// Place in the total order.
    pub position: Option<u64>,
    /// `applied`, `disputed`, `rejected` or `quarantined`.
    pub outcome: Option<OutcomeDto>,
    /// Its items.
    pub items: Vec<ItemDto>,
}

/// What became of an ordered block.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Outcome)]
pub struct OutcomeDto {
    /// The word.
    pub outcome: &'static str,
    /// The block it contradicts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// Why it has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// An item of a block.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Item)]
pub struct ItemDto {
    /// Number in the block.
    pub item: u16,
    /// `epcis_event`, `registry`, `decision`, `master_data`, `logger_file`, or the media's number.
    pub media: String,
    /// Size with salt and media, bytes.
    pub bytes: usize,
    /// Content, where it is JSON and may be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub json: Option<Value>,
}

impl From<Admission> for ReceiptDto {
    fn from(admission: Admission) -> Self {
        let plain = |id: tangle::BlockId, status| Self {
            id: id.to_string(),
            status,
            missing: Vec::new(),
            reason: None,
            code: None,
            retry: None,
        };
        match admission {
            Admission::Receipt(receipt) => match receipt.status {
                ReceiptStatus::Recorded => plain(receipt.id, "recorded"),
                ReceiptStatus::Known => plain(receipt.id, "known"),
                ReceiptStatus::Waiting { missing } => Self {
                    missing: missing.iter().map(ToString::to_string).collect(),
                    ..plain(receipt.id, "waiting")
                },
                ReceiptStatus::Rejected(why) => Self {
                    reason: Some(why.to_string()),
                    code: Some(why.code()),
                    retry: Some(why.is_transient()),
                    ..plain(receipt.id, "rejected")
                },
            },
            Admission::NotAuthentic(id, why) => Self {
                reason: Some(why.to_string()),
                code: Some(100),
                retry: Some(false),
                ..plain(id, "rejected")
            },
            Admission::Lost(id) => Self {
                reason: Some("the node gave no receipt; send the block again".to_owned()),
                code: Some(101),
                retry: Some(true),
                ..plain(id, "rejected")
            },
        }
    }
}

impl TipsDto {
    /// Tips in a network.
    pub fn new(network: &tangle::NetworkId, it: Tips) -> Self {
        Self {
            network: network.to_string(),
            epoch: it.epoch,
            seq: it.seq,
            prev: it.prev.map(|id| id.to_string()),
            parents: it.parents.iter().map(ToString::to_string).collect(),
            hlc: it.hlc.0.to_string(),
            anchor: it.anchor.map(|it| AnchorDto {
                size: it.size,
                root: hex::encode(it.root),
            }),
            checkpoint: it.checkpoint,
        }
    }
}

impl From<BlockView> for BlockDto {
    fn from(it: BlockView) -> Self {
        let header = it.block.header();
        let item = |it: crate::app::blocks::ItemView| ItemDto {
            item: it.index,
            media: media_word(it.media),
            bytes: it.bytes,
            json: it.json,
        };
        let signed_ms = i64::try_from(header.hlc.ms()).unwrap_or(i64::MAX);
        Self {
            id: it.block.id().to_string(),
            kind: kind_word(header.kind),
            author: header.kid.to_string(),
            organisation: it.organisation,
            epoch: header.epoch,
            seq: header.seq,
            prev: header.prev.map(|id| id.to_string()),
            parents: header.parents.iter().map(ToString::to_string).collect(),
            hlc: header.hlc.0.to_string(),
            signed_at: crate::app::time_text(signed_ms),
            status: status_word(it.finality.status),
            position: it.finality.position,
            outcome: it.outcome.map(OutcomeDto::from),
            items: it.items.into_iter().map(item).collect(),
        }
    }
}

impl From<Outcome> for OutcomeDto {
    fn from(outcome: Outcome) -> Self {
        let plain = |outcome| Self {
            outcome,
            with: None,
            reason: None,
        };
        match outcome {
            Outcome::Applied => plain("applied"),
            Outcome::Disputed { with } => Self {
                with: Some(with.to_string()),
                ..plain("disputed")
            },
            Outcome::Rejected { code } => {
                let reason = tangle::authority::words(&outcome)
                    .unwrap_or_else(|| crate::node::entitled::NotEntitled::words(code));
                Self {
                    reason: Some(reason),
                    ..plain("rejected")
                }
            }
            Outcome::Quarantined { why } => Self {
                reason: Some(
                    tangle::authority::words(&outcome).unwrap_or_else(|| Unreadable::words(why)),
                ),
                ..plain("quarantined")
            },
        }
    }
}

pub(super) fn kind_word(kind: Kind) -> String {
    match kind {
        Kind::Events => "events".to_owned(),
        Kind::SensorBatch => "sensor_batch".to_owned(),
        Kind::Registry => "registry".to_owned(),
        Kind::Decision => "decision".to_owned(),
        Kind::Grant => "grant".to_owned(),
        Kind::Attestation => "attestation".to_owned(),
        Kind::MasterData => "master_data".to_owned(),
        other @ Kind::Opaque(_) => other.code().to_string(),
    }
}

fn media_word(media: Media) -> String {
    match media {
        Media::EPCIS_EVENT => "epcis_event".to_owned(),
        Media::REGISTRY => "registry".to_owned(),
        Media::DECISION => "decision".to_owned(),
        Media::MASTER_DATA => "master_data".to_owned(),
        Media::LOGGER_FILE => "logger_file".to_owned(),
        crate::node::items::GRANT => "grant".to_owned(),
        crate::node::items::COMMENT => "comment".to_owned(),
        Media(other) => other.to_string(),
    }
}
