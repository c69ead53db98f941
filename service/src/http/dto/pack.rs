//! Packs, their histories, lots and shipments.
use std::collections::BTreeMap;

use rules::views::pack::RecallView;
use rules::views::shipment::{Content, LegView};
use rules::{ContainerRef, Pack};
use serde::Serialize;
use utoipa::ToSchema;

use super::cold::ColdChainDto;
use super::finding::{FindingDto, findings};
use super::{FinalityDto, PartyDto, PlaceDto};
use crate::app::lot::LotPage;
use crate::app::pack::{History, HistoryEvent};
use crate::app::shipment::{Receipt, Rows, Shipment};
use crate::app::time_text;

/// A pack as the records tell it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Pack)]
pub struct PackDto {
    /// Canonical identifier.
    pub id: String,
    /// Product.
    pub gtin: String,
    /// Serial number.
    pub serial: String,
    /// Lot.
    pub lot: Option<String>,
    /// Last day of use, `yyyy-mm-dd`.
    pub expiry: Option<String>,
    /// Status in CBV terms; `unknown` was never commissioned.
    pub status: String,
    /// Status in the words of the European system.
    pub eu_status: String,
    /// Product name.
    pub product: Option<String>,
    /// Who holds it.
    pub holder: Option<PartyDto>,
    /// Where a shipment under way is going.
    pub bound_for: Option<PartyDto>,
    /// Where it was last.
    pub place: Option<PlaceDto>,
    /// When it was last seen.
    pub seen_at: Option<String>,
    /// Its lot is recalled.
    pub recalled: bool,
    /// The recall.
    pub recall: Option<RecallDto>,
}

/// A recall of a lot.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Recall)]
pub struct RecallDto {
    /// Why.
    pub reason: String,
    /// When the ledger ordered it.
    pub at: String,
    /// Who recalled.
    pub by: Option<PartyDto>,
    /// `wholesale`, `pharmacy` or `patient`: how deep it reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<&'static str>,
}

/// The history of a pack.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = History)]
pub struct HistoryDto {
    /// The pack.
    pub pack: PackDto,
    /// What happened, oldest first.
    pub events: Vec<HistoryEventDto>,
    /// What it was in.
    pub containers: Vec<ContainerDto>,
    /// How warm it was.
    pub cold_chain: ColdChainDto,
    /// What was found, newest first.
    pub findings: Vec<FindingDto>,
    /// Where to get the proof of its latest event.
    pub proof_url: String,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HistoryEvent)]
pub struct HistoryEventDto {
    /// Event id.
    pub event_id: String,
    /// Event type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Event time.
    pub time: String,
    /// Offset of the place's clock.
    pub time_zone_offset: Option<String>,
    /// ADD, OBSERVE or DELETE.
    pub action: Option<String>,
    /// Business step, the bare word where CBV has one.
    pub biz_step: Option<String>,
    /// Disposition, the bare word where CBV has one.
    pub disposition: Option<String>,
    /// One plain English sentence.
    pub sentence: String,
    /// Where.
    pub location: Option<PlaceDto>,
    /// Whose doing.
    pub party: Option<PartyDto>,
    /// The container that was handled, when the pack itself was not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Block.
    pub block: String,
    /// Item in the block.
    pub item: u16,
    /// Position in the ledger, counted over items.
    pub position: u64,
    /// The device that signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// How far its block has come.
    pub finality: Option<FinalityDto>,
}

/// A container a pack was in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Container)]
pub struct ContainerDto {
    /// Canonical identifier.
    pub id: String,
    /// When it was put in.
    pub from: String,
    /// When it was taken out.
    pub to: Option<String>,
}

/// A lot with a page of its packs.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Lot)]
pub struct LotDto {
    /// Product.
    pub gtin: String,
    /// Lot.
    pub lot: String,
    /// Product name.
    pub product: Option<String>,
    /// Last day of use, `yyyy-mm-dd`.
    pub expiry: Option<String>,
    /// The recall, if there is one.
    pub recalled: Option<RecallDto>,
    /// Packs made.
    pub made: usize,
    /// Of these, in a known party's hands.
    pub located: usize,
    /// Of these, dispensed, destroyed or otherwise ended.
    pub terminal: usize,
    /// Of these, held by nobody known.
    pub unknown: usize,
    /// Packs by status.
    pub by_status: BTreeMap<String, usize>,
    /// Located packs by holder, most first.
    pub holders: Vec<HolderDto>,
    /// Packs of this page.
    pub packs: Vec<LotPackDto>,
    /// What was found about packs of the lot: what stands first, then the gravest; the first 100,
    /// on the first page.
    pub findings: Vec<FindingDto>,
    /// How many findings there are in all.
    pub finding_count: usize,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How many packs a party holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Holder)]
pub struct HolderDto {
    /// GLN.
    pub party: String,
    /// Name.
    pub name: Option<String>,
    /// Packs.
    pub count: usize,
}

/// One pack of a lot.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LotPack)]
pub struct LotPackDto {
    /// Canonical identifier.
    pub id: String,
    /// Serial number.
    pub serial: String,
    /// Status in CBV terms.
    pub status: String,
    /// Who holds it.
    pub holder: Option<PartyDto>,
}

/// A logistic unit.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Shipment)]
pub struct ShipmentDto {
    /// Canonical identifier.
    pub id: String,
    /// `unit` (one logistic unit) or `paper` (all that goes under a despatch advice or a number).
    pub kind: &'static str,
    /// Its logistic units, and packs that travel on their own.
    pub units: Vec<String>,
    /// Despatch advices, shipment numbers and orders it goes under.
    pub papers: Vec<String>,
    /// Expected against received.
    pub receipt: ReceiptOfGoodsDto,
    /// What is in it.
    pub contents: Vec<ContentDto>,
    /// Packs in it, at any depth.
    pub packs: usize,
    /// Ways it went, oldest first.
    pub legs: Vec<LegDto>,
    /// Devices that measured it.
    pub devices: Vec<String>,
    /// How warm it was.
    pub cold_chain: ColdChainDto,
}

/// Expected against received.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = GoodsReceipt)]
pub struct ReceiptOfGoodsDto {
    /// `packed`, `in_transit`, `partly_received` or `received`.
    pub state: &'static str,
    /// Packs that were sent.
    pub expected: usize,
    /// Of these, packs read on their own at receipt.
    pub scanned: usize,
    /// Of these, packs that came with a container that was received.
    pub inferred: usize,
    /// Packs that were sent and have not arrived although others have, at most 1,000.
    pub missing: Vec<String>,
    /// How many those are.
    pub missing_count: usize,
    /// What was received with it and was not sent, at most 1,000.
    pub extra: Vec<String>,
    /// How many those are.
    pub extra_count: usize,
}

/// Shipments, the latest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Shipments)]
pub struct ShipmentsDto {
    /// One row each.
    pub shipments: Vec<ShipmentRowDto>,
    /// Cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One shipment in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ShipmentRow)]
pub struct ShipmentRowDto {
    /// Id by which it is asked for.
    pub id: String,
    /// When its last event was.
    pub at: String,
    /// `in_transit`, `received` or `void`: what its last event says.
    pub state: &'static str,
    /// Units and loose packs it names.
    pub units: usize,
}

impl From<Rows> for ShipmentsDto {
    fn from(it: Rows) -> Self {
        let row = |it: crate::app::shipment::Row| ShipmentRowDto {
            id: it.id,
            at: time_text(it.at_ms),
            state: it.state,
            units: it.units,
        };
        Self {
            shipments: it.rows.into_iter().map(row).collect(),
            next: it.next,
        }
    }
}

impl From<Receipt> for ReceiptOfGoodsDto {
    fn from(it: Receipt) -> Self {
        Self {
            state: it.state,
            expected: it.expected,
            scanned: it.scanned,
            inferred: it.inferred,
            missing: it.missing,
            missing_count: it.missing_count,
            extra: it.extra,
            extra_count: it.extra_count,
        }
    }
}

/// Something inside.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Content)]
pub struct ContentDto {
    /// Canonical identifier.
    pub id: String,
    /// `pack`, `logistic_unit` or `other`.
    pub kind: String,
    /// What is inside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    #[expect(clippy::use_self, reason = "the schema is made from the type's name")]
    pub children: Vec<ContentDto>,
}

/// One way.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Leg)]
pub struct LegDto {
    /// Who shipped.
    pub from: Option<PartyDto>,
    /// Who received, else to whom it was sent.
    pub to: Option<PartyDto>,
    /// When it left.
    pub shipped_at: String,
    /// When it arrived.
    pub received_at: Option<String>,
}

/// The word for a depth of recall.
pub fn level_word(level: rules::RecallLevel) -> &'static str {
    match level {
        rules::RecallLevel::Wholesale => "wholesale",
        rules::RecallLevel::Pharmacy => "pharmacy",
        rules::RecallLevel::Patient => "patient",
    }
}

impl From<RecallView> for RecallDto {
    fn from(it: RecallView) -> Self {
        Self {
            reason: it.reason,
            at: time_text(it.at),
            by: it.by.map(PartyDto::from),
            level: it.level.map(level_word),
        }
    }
}

impl From<Pack> for PackDto {
    fn from(it: Pack) -> Self {
        Self {
            id: it.id,
            gtin: it.gtin,
            serial: it.serial,
            lot: it.lot,
            expiry: it.expiry,
            status: it.status,
            eu_status: it.eu_status,
            product: it.product,
            holder: it.holder.map(PartyDto::from),
            bound_for: it.bound_for.map(PartyDto::from),
            place: it.place.map(PlaceDto::from),
            seen_at: it.seen_at.map(time_text),
            recalled: it.recalled,
            recall: it.recall.map(RecallDto::from),
        }
    }
}

impl From<HistoryEvent> for HistoryEventDto {
    fn from(
        HistoryEvent {
            entry,
            event,
            finality,
        }: HistoryEvent,
    ) -> Self {
        let event = event.as_ref();
        Self {
            event_id: event
                .map(gs1::epcis::Event::event_id_or_hash)
                .unwrap_or_default(),
            kind: event
                .map(|it| it.kind.name().to_owned())
                .unwrap_or_default(),
            time: time_text(entry.time),
            time_zone_offset: event.map(|it| it.time_zone_offset.clone()),
            action: event
                .and_then(|it| it.action)
                .map(|it| it.as_str().to_owned()),
            biz_step: event
                .and_then(|it| it.biz_step.as_ref())
                .map(|it| it.as_str().to_owned()),
            disposition: event
                .and_then(|it| it.disposition.as_ref())
                .map(|it| it.as_str().to_owned()),
            sentence: entry.sentence,
            location: entry.location.map(PlaceDto::from),
            party: entry.party.map(PartyDto::from),
            parent: entry.parent,
            block: entry.block,
            item: entry.item,
            position: entry.position,
            device: entry.device,
            finality: finality.map(FinalityDto::from),
        }
    }
}

impl From<History> for HistoryDto {
    fn from(it: History) -> Self {
        let container = |it: ContainerRef| ContainerDto {
            id: it.id,
            from: time_text(it.from),
            to: it.to.map(time_text),
        };
        let id = crate::client::segment(&it.pack.id);
        Self {
            proof_url: format!("/api/v1/packs/{id}/proof"),
            pack: it.pack.into(),
            events: it.events.into_iter().map(HistoryEventDto::from).collect(),
            containers: it.containers.into_iter().map(container).collect(),
            cold_chain: it.cold_chain.into(),
            findings: findings(it.findings),
        }
    }
}

impl From<LotPage> for LotDto {
    fn from(
        LotPage {
            lot,
            packs,
            findings: found,
            finding_count,
            next,
        }: LotPage,
    ) -> Self {
        let holder = |it: rules::views::lot::HolderCount| HolderDto {
            party: it.party,
            name: it.name,
            count: it.count,
        };
        let pack = |it: rules::LotPack| LotPackDto {
            id: it.id,
            serial: it.serial,
            status: it.status,
            holder: it.holder.map(PartyDto::from),
        };
        Self {
            gtin: lot.gtin,
            lot: lot.lot,
            product: lot.product,
            expiry: lot.expiry,
            recalled: lot.recalled.map(RecallDto::from),
            made: lot.made,
            located: lot.located,
            terminal: lot.terminal,
            unknown: lot.unknown,
            by_status: lot.by_status,
            holders: lot.holders.into_iter().map(holder).collect(),
            packs: packs.into_iter().map(pack).collect(),
            findings: findings(found),
            finding_count,
            next,
        }
    }
}

impl From<Content> for ContentDto {
    fn from(it: Content) -> Self {
        let children = it.children.into_iter().map(Self::from).collect();
        Self {
            id: it.id,
            kind: it.kind,
            children,
        }
    }
}

impl From<LegView> for LegDto {
    fn from(it: LegView) -> Self {
        Self {
            from: it.from.map(PartyDto::from),
            to: it.to.map(PartyDto::from),
            shipped_at: time_text(it.shipped_at),
            received_at: it.received_at.map(time_text),
        }
    }
}

impl From<Shipment> for ShipmentDto {
    fn from(shipment: Shipment) -> Self {
        let it = shipment.view;
        Self {
            kind: shipment.kind,
            units: shipment.units,
            papers: shipment.papers,
            receipt: shipment.receipt.into(),
            id: it.id,
            contents: it.contents.into_iter().map(ContentDto::from).collect(),
            packs: it.packs,
            legs: it.legs.into_iter().map(LegDto::from).collect(),
            devices: it.devices,
            cold_chain: it.cold_chain.into(),
        }
    }
}
