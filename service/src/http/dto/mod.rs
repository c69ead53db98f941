//! The bodies of the API: what goes over the wire, with its schema. Inner types are turned into
//! these here and nowhere else, so that a change inside cannot change the API by accident. Times
//! are RFC 3339 in UTC, temperatures degrees Celsius, identifiers canonical.
pub mod access;
pub mod block;
pub mod cold;
pub mod custody;
pub mod device;
pub mod finding;
pub mod genealogy;
pub mod grant;
pub mod invitation;
pub mod ledger;
pub mod link;
pub mod manage;
pub mod operate;
pub mod pack;
pub mod passkey;
pub mod people;
pub mod readings;
pub mod recall;
pub mod trace;
pub mod verdict;

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::blocks::Finality;

/// A party and its name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PartyRef)]
pub struct PartyDto {
    /// GLN.
    pub gln: String,
    /// Name by master data.
    pub name: Option<String>,
}

/// A place and its name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PlaceRef)]
pub struct PlaceDto {
    /// Canonical identifier.
    pub id: String,
    /// Name by master data.
    pub name: Option<String>,
}

/// How far a record has come.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Finality)]
pub struct FinalityDto {
    /// `recorded` (on disk), `ordered` (by a milestone) or `final` (under a signed checkpoint).
    pub status: &'static str,
    /// Place in the total order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Size of the checkpoint that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint_size: Option<u64>,
}

/// Where a new statement was recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Recorded)]
pub struct RecordedDto {
    /// The block that holds it.
    pub block: String,
}

impl From<rules::PartyRef> for PartyDto {
    fn from(it: rules::PartyRef) -> Self {
        Self {
            gln: it.gln,
            name: it.name,
        }
    }
}

impl From<rules::views::PlaceRef> for PlaceDto {
    fn from(it: rules::views::PlaceRef) -> Self {
        Self {
            id: it.id,
            name: it.name,
        }
    }
}

impl From<Finality> for FinalityDto {
    fn from(it: Finality) -> Self {
        let status = status_word(it.status);
        Self {
            status,
            position: it.position,
            checkpoint_size: it.checkpoint_size,
        }
    }
}

/// The word for a status.
pub fn status_word(status: tangle::Status) -> &'static str {
    match status {
        tangle::Status::Recorded => "recorded",
        tangle::Status::Ordered => "ordered",
        tangle::Status::Final => "final",
    }
}
