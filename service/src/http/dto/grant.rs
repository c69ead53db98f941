//! Grants of sight as they are sent: flat, as clients of every language write them, and turned here
//! into the one form in which the ledger keeps them.
use gs1::{Gtin, Lot};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::failure::{Code, Failure};
use crate::app::grants::Shown;
use crate::app::time_text;
use crate::auth::Role;
use crate::node::grants::{Extent, Grant, Grantee};

/// To whom: a party or a role, one of the two.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Grantee)]
pub struct GranteeDto {
    /// GLN of a party that is registered here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// `regulator` or `auditor`: whoever oversees in this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Public id of a share link: whoever has it. Not to be named in a request; a link is made with
    /// its shipment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// What a grant is of.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExtentKind {
    /// All that the giver sees.
    All,
    /// A product: `gtin`.
    Product,
    /// A lot: `gtin` and `lot`.
    Lot,
    /// A logistic unit or what goes under a despatch advice: `id`.
    Shipment,
    /// A pack: `id`.
    Pack,
}

/// Of what.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Extent)]
pub struct ExtentDto {
    /// What it is.
    pub kind: ExtentKind,
    /// GTIN of the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gtin: Option<String>,
    /// Number of the lot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
    /// Identifier of the shipment or the pack, in any form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// A grant to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGrant)]
pub struct NewGrantDto {
    /// To whom.
    pub to: GranteeDto,
    /// Of what.
    pub of: ExtentDto,
    /// What for; no personal data.
    pub purpose: String,
    /// From when on, RFC 3339; from now on without.
    #[serde(default)]
    pub from: Option<String>,
    /// The first moment at which it is over, RFC 3339; never without.
    #[serde(default)]
    pub until: Option<String>,
}

/// Why a grant is taken back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GrantRevocation)]
pub struct RevocationDto {
    /// Why; no personal data.
    pub reason: String,
}

/// A grant.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = GrantOfSight)]
pub struct GrantDto {
    /// Its id: the block that holds it.
    pub id: String,
    /// GLN of who gave it.
    pub granter: String,
    /// To whom.
    pub to: GranteeDto,
    /// Of what.
    pub of: ExtentDto,
    /// What for.
    pub purpose: String,
    /// When it was recorded.
    pub recorded_at: String,
    /// From when on.
    pub from: String,
    /// The first moment at which it is over.
    pub until: Option<String>,
    /// `pending`, `active`, `ended` or `revoked`.
    pub status: &'static str,
    /// When it was taken back.
    pub revoked_at: Option<String>,
    /// Why it was taken back.
    pub revocation: Option<String>,
}

/// Grants.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = GrantsOfSight)]
pub struct GrantsDto {
    /// Grants by the caller and to the caller, the latest first.
    pub grants: Vec<GrantDto>,
}

impl NewGrantDto {
    /// The grant, beginning now if it does not say when.
    ///
    /// # Errors
    /// `unprocessable` for what is no grant.
    pub fn read(self, now_ms: i64) -> Result<Grant, Failure> {
        let to = match (self.to.party, self.to.role, self.to.link) {
            (Some(party), None, None) => Grantee::Party(party),
            (None, Some(role), None) => Grantee::Role(role),
            _ => return Err(unfit("`to` names a party or a role, one of the two")),
        };
        Ok(Grant {
            to,
            of: self.of.read()?,
            purpose: self.purpose.trim().to_owned(),
            from_ms: self.from.as_deref().map_or(Ok(now_ms), instant)?,
            until_ms: self.until.as_deref().map(instant).transpose()?,
        })
    }
}

impl ExtentDto {
    fn read(self) -> Result<Extent, Failure> {
        let gtin = |text: &str| {
            Gtin::parse(text).map_err(|error| unfit(&format!("reading the GTIN: {error}")))
        };
        match (self.kind, self.gtin, self.lot, self.id) {
            (ExtentKind::All, None, None, None) => Ok(Extent::All),
            (ExtentKind::Product, Some(text), None, None) => Ok(Extent::Product(gtin(&text)?)),
            (ExtentKind::Lot, Some(text), Some(lot), None) => Ok(Extent::Lot {
                gtin: gtin(&text)?,
                lot: Lot::parse(&lot)
                    .map_err(|error| unfit(&format!("reading the lot: {error}")))?,
            }),
            (ExtentKind::Shipment, None, None, Some(id)) => Ok(Extent::Shipment(id)),
            (ExtentKind::Pack, None, None, Some(id)) => Ok(Extent::Pack(id)),
            _ => Err(unfit(
                "`of` is all, a product (gtin), a lot (gtin, lot), a shipment (id) or a pack (id)",
            )),
        }
    }

    fn of(extent: Extent) -> Self {
        let (kind, gtin, lot, id) = match extent {
            Extent::All => (ExtentKind::All, None, None, None),
            Extent::Product(gtin) => (ExtentKind::Product, Some(gtin), None, None),
            Extent::Lot { gtin, lot } => (ExtentKind::Lot, Some(gtin), Some(lot), None),
            Extent::Shipment(id) => (ExtentKind::Shipment, None, None, Some(id)),
            Extent::Pack(id) => (ExtentKind::Pack, None, None, Some(id)),
        };
        Self {
            kind,
            gtin: gtin.map(|gtin| gtin.to_string()),
            lot: lot.map(|lot| lot.as_str().to_owned()),
            id,
        }
    }
}

impl From<Shown> for GrantDto {
    fn from(it: Shown) -> Self {
        let (given, grant) = (it.given.clone(), it.given.grant);
        let to = match grant.to {
            Grantee::Party(party) => GranteeDto {
                party: Some(party),
                ..GranteeDto::default()
            },
            Grantee::Role(role) => GranteeDto {
                role: Some(role),
                ..GranteeDto::default()
            },
            Grantee::Link(link) => GranteeDto {
                link: Some(link),
                ..GranteeDto::default()
            },
        };
        Self {
            id: given.id,
            granter: given.granter,
            to,
            of: ExtentDto::of(grant.of),
            purpose: grant.purpose,
            recorded_at: time_text(given.recorded_ms),
            from: time_text(grant.from_ms),
            until: grant.until_ms.map(time_text),
            status: it.standing.as_str(),
            revoked_at: given.revoked.as_ref().map(|(at, _)| time_text(*at)),
            revocation: given.revoked.map(|(_, why)| why),
        }
    }
}

fn instant(text: &str) -> Result<i64, Failure> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|time| time.timestamp_millis())
        .map_err(|_| unfit("from and until must be RFC 3339 times"))
}

fn unfit(text: &str) -> Failure {
    Failure::new(Code::Unprocessable, text)
}
