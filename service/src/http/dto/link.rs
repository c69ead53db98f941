//! Share links and what they show. What a link does not show is left out here, in one place.
use rules::views::shipment::Content;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PartyDto;
use super::cold::ColdChainDto;
use super::pack::{ContentDto, LegDto};
use crate::app::links::{Goods, Shared, Wish};
use crate::app::time_text;
use crate::limits::LINK_S_DEFAULT;
use crate::store::Link;

/// A link to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLink)]
pub struct NewLinkDto {
    /// For whom; only the party that shares sees it.
    #[serde(default)]
    pub label: String,
    /// How long it is good, seconds: 60 to 2,592,000 (30 days); 7 days unless said.
    #[serde(default)]
    pub valid_s: Option<u32>,
    /// Show serial numbers of packs and identifiers of containers.
    #[serde(default)]
    pub serials: bool,
    /// Show how warm it was.
    #[serde(default)]
    pub cold_chain: bool,
}

/// A link that was made: the only time its token is seen.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CreatedLink)]
pub struct CreatedLinkDto {
    /// The token, for the fragment of an address: `/shared#<token>`.
    pub token: String,
    /// Path and fragment at this node's portal.
    pub path: String,
    /// The link.
    pub link: LinkDto,
}

/// A link without its token.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Link)]
pub struct LinkDto {
    /// Public id.
    pub id: String,
    /// The shipment it opens.
    pub shipment: String,
    /// GLN of the party that shares.
    pub party: String,
    /// For whom.
    pub label: String,
    /// It shows serial numbers and containers.
    pub serials: bool,
    /// It shows how warm the shipment was.
    pub cold_chain: bool,
    /// When it was made.
    pub created_at: String,
    /// The first moment at which it is over.
    pub expires_at: String,
    /// `active`, `ended` or `revoked`.
    pub state: &'static str,
    /// When it was taken back.
    pub revoked_at: Option<String>,
    /// How often it was opened.
    pub uses: u64,
    /// When it was opened last.
    pub last_used_at: Option<String>,
    /// Id of the grant on the ledger that it rests on.
    pub grant: String,
}

/// Links to a shipment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Links)]
pub struct LinksDto {
    /// The latest first.
    pub links: Vec<LinkDto>,
}

/// A token.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LinkToken)]
pub struct LinkTokenDto {
    /// What stands behind `#` in the address.
    pub token: String,
}

impl std::fmt::Debug for LinkTokenDto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkToken(..)")
    }
}

/// A shipment as a link shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SharedShipment)]
pub struct SharedShipmentDto {
    /// Who shares it.
    pub shared_by: PartyDto,
    /// The first moment at which the link is over.
    pub expires_at: String,
    /// Whether serial numbers and containers are shown.
    pub serials: bool,
    /// Identifier of the logistic unit, or of the paper it goes under.
    pub id: String,
    /// `unit` or `paper`.
    pub kind: &'static str,
    /// `packed`, `in_transit`, `partly_received` or `received`.
    pub state: &'static str,
    /// Packs that were sent.
    pub expected: usize,
    /// Of these, packs that have arrived.
    pub received: usize,
    /// Of these, packs that have not arrived although others have.
    pub missing: usize,
    /// Packs that were received with it and were not sent.
    pub unexpected: usize,
    /// Packs in it.
    pub packs: usize,
    /// What is in it by product and lot.
    pub goods: Vec<GoodsDto>,
    /// What is in it, one by one; only where serial numbers are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contents: Option<Vec<ContentDto>>,
    /// Ways it went, oldest first.
    pub legs: Vec<LegDto>,
    /// How warm it was; only where that is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cold_chain: Option<ColdChainDto>,
}

/// Packs of a lot in a shipment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SharedGoods)]
pub struct GoodsDto {
    /// Product.
    pub gtin: String,
    /// Product name.
    pub product: Option<String>,
    /// Lot.
    pub lot: Option<String>,
    /// Last day of use, `yyyy-mm-dd`.
    pub expiry: Option<String>,
    /// Packs.
    pub packs: usize,
}

impl NewLinkDto {
    /// What is asked for.
    pub fn wish(self) -> Wish {
        Wish {
            label: self.label,
            valid_s: self.valid_s.unwrap_or(LINK_S_DEFAULT),
            serials: self.serials,
            cold_chain: self.cold_chain,
        }
    }
}

impl LinkDto {
    /// A link at a moment.
    pub fn at(it: Link, now_ms: i64) -> Self {
        Self {
            state: it.state(now_ms),
            id: it.id,
            shipment: it.shipment,
            party: it.party,
            label: it.label,
            serials: it.serials,
            cold_chain: it.cold_chain,
            created_at: time_text(it.created_ms),
            expires_at: time_text(it.expires_ms),
            revoked_at: it.revoked_ms.map(time_text),
            uses: it.uses,
            last_used_at: it.last_used_ms.map(time_text),
            grant: it.grant,
        }
    }
}

fn contents(all: Vec<Content>) -> Vec<ContentDto> {
    all.into_iter().map(ContentDto::from).collect()
}

impl From<Shared> for SharedShipmentDto {
    fn from(it: Shared) -> Self {
        let goods = |it: Goods| GoodsDto {
            gtin: it.gtin,
            product: it.product,
            lot: it.lot,
            expiry: it.expiry,
            packs: it.packs,
        };
        let (link, view, receipt) = (it.link, it.shipment.view, it.shipment.receipt);
        Self {
            shared_by: it.granter.into(),
            expires_at: time_text(link.expires_ms),
            serials: link.serials,
            id: view.id,
            kind: it.shipment.kind,
            state: receipt.state,
            expected: receipt.expected,
            received: receipt.scanned + receipt.inferred,
            missing: receipt.missing_count,
            unexpected: receipt.extra_count,
            packs: view.packs,
            goods: it.goods.into_iter().map(goods).collect(),
            contents: link.serials.then(|| contents(view.contents)),
            legs: view.legs.into_iter().map(LegDto::from).collect(),
            cold_chain: link.cold_chain.then(|| view.cold_chain.into()),
        }
    }
}
