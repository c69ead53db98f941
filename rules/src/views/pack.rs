//! A pack: what it is, where it is, whose it is, what happened to it.

use gs1::{Epc, Gtin, Lot, Sgtin};
use serde::Serialize;

use super::{PartyRef, PlaceRef, status_word};
use crate::engine::Engine;
use crate::judge_thing::Case;
use crate::record::RecallLevel;
use crate::say::{Doing, Happened, Lang, words};
use crate::state::event::{Act, Kind};
use crate::state::{NameId, Recall, State, Step, ThingId};

/// A pack as the records tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pack {
    /// Canonical id.
    pub id: String,
    /// Product.
    pub gtin: String,
    /// Serial number.
    pub serial: String,
    /// Lot it was commissioned into.
    pub lot: Option<String>,
    /// Last day of use, `yyyy-mm-dd`.
    pub expiry: Option<String>,
    /// `unknown` (never commissioned), `active`, `in_transit`, `dispensed`, `inactive`,
    /// `destroyed`, `stolen`, `damaged`, `exported`, `sample`, `free_sample`, `checked_out`,
    /// `locked`; in CBV terms where the CBV has one.
    pub status: String,
    /// The same in the words of the European system ([`crate::pack_state::PackState::word`]), or
    /// `recalled`.
    pub eu_status: String,
    /// Product name by master data.
    pub product: Option<String>,
    /// Who holds it.
    pub holder: Option<PartyRef>,
    /// Where a shipment under way is going.
    pub bound_for: Option<PartyRef>,
    /// Where it was last.
    pub place: Option<PlaceRef>,
    /// When it was last seen, ms since the Unix epoch.
    pub seen_at: Option<i64>,
    /// Its lot is recalled.
    pub recalled: bool,
    /// Why and when it was recalled.
    pub recall: Option<RecallView>,
}

/// A recall of a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecallView {
    /// Why.
    pub reason: String,
    /// When the ledger ordered it, ms since the Unix epoch.
    pub at: i64,
    /// Who recalled.
    pub by: Option<PartyRef>,
    /// How deep it reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<RecallLevel>,
}

/// A container a thing is or was in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContainerRef {
    /// Canonical id.
    pub id: String,
    /// When it was put in, ms since the Unix epoch.
    pub from: i64,
    /// When it was taken out; absent while it is inside.
    pub to: Option<i64>,
}

/// One thing that happened, for the pack's history. The event itself is in the ledger under
/// `block` and `item`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryEntry {
    /// When, ms since the Unix epoch.
    pub time: i64,
    /// One plain sentence, English unless [`HistoryEntry::spoken`] otherwise.
    pub sentence: String,
    /// What the sentence says, for any language.
    #[serde(skip)]
    pub say: Happened,
    /// Where.
    pub location: Option<PlaceRef>,
    /// Whose doing.
    pub party: Option<PartyRef>,
    /// The container that was handled, when the pack itself was not named.
    pub parent: Option<String>,
    /// Block, lower hex.
    pub block: String,
    /// Item in the block.
    pub item: u16,
    /// Position in the ledger.
    pub position: u64,
    /// The device that signed.
    pub device: Option<String>,
}

impl HistoryEntry {
    /// The same entry with its sentence in a language.
    #[must_use]
    pub fn spoken(mut self, lang: Lang) -> Self {
        self.sentence = self.say.text(lang);
        self
    }
}

impl Engine {
    /// A pack as the records tell it; `None` when no record names it.
    pub fn pack(&self, sgtin: &Sgtin) -> Option<Pack> {
        let id = self.state.find(&Epc::Sgtin(sgtin.clone()))?;
        Some(self.state.pack(&Case::of(&self.state, id)?, sgtin))
    }

    /// What happened to a thing, oldest first: its own events and those of the containers it was
    /// in. Events that were taken back are left out.
    pub fn history(&self, epc: &Epc) -> Vec<HistoryEntry> {
        let Some(case) = self
            .state
            .find(epc)
            .and_then(|id| Case::of(&self.state, id))
        else {
            return Vec::new();
        };
        case.moments
            .iter()
            .map(|moment| entry(&case, moment))
            .collect()
    }

    /// Position of the record about a thing that stands last in the ledger, those of the
    /// containers it was in among them.
    pub fn latest(&self, epc: &Epc) -> Option<u64> {
        let case = self
            .state
            .find(epc)
            .and_then(|id| Case::of(&self.state, id))?;
        let positions = case.moments.iter().map(|it| it.entry.event.record.position);
        positions.max()
    }

    /// Whether a party is one of [`Engine::parties_of`].
    pub fn took_part(&self, epc: &Epc, gln: &str) -> bool {
        let (Some(id), Some(party)) = (self.state.find(epc), self.state.names.find(gln)) else {
            return false;
        };
        let case = Case::of(&self.state, id);
        case.is_some_and(|case| case.concerned().any(|other| other == party))
    }

    /// Parties that ever held a thing or took part in its handling, by GLN.
    pub fn parties_of(&self, epc: &Epc) -> Vec<String> {
        let Some(case) = self
            .state
            .find(epc)
            .and_then(|id| Case::of(&self.state, id))
        else {
            return Vec::new();
        };
        let mut glns: Vec<String> = case
            .concerned()
            .map(|id| self.state.names.text(id).to_owned())
            .collect();
        glns.sort_unstable();
        glns.dedup();
        glns
    }
}

impl Case<'_> {
    /// Parties that ever held the thing or took part in its handling.
    fn concerned(&self) -> impl Iterator<Item = NameId> {
        // Who is named as an end of a movement stays concerned, also where the goods went astray.
        let of_moment = |moment: &crate::item::Moment<'_>| {
            let (event, told) = (moment.entry.event, moment.entry.event.told());
            let owners = [told.owner_from, told.owner_to];
            let ends = [told.source, self.state.destination_of(event)];
            let party = [self.state.party_of(event), moment.before.holder];
            party.into_iter().chain(ends).chain(owners)
        };
        let moments = self.moments.iter().flat_map(of_moment);
        moments
            .chain([self.now.holder, self.now.bound_for])
            .flatten()
    }

    /// Whether a party is one of those.
    pub(crate) fn concerns(&self, party: NameId) -> bool {
        self.concerned().any(|other| other == party)
    }
}

impl State {
    pub(crate) fn pack(&self, case: &Case<'_>, sgtin: &Sgtin) -> Pack {
        let birth = case.birth();
        let lot = birth
            .and_then(|birth| birth.told().lot)
            .map(|lot| self.names.text(lot).to_owned());
        let recall = lot
            .as_deref()
            .and_then(|lot| self.recall_of(&sgtin.gtin, lot))
            .or_else(|| self.withdrawal_of(&sgtin.gtin));
        let born = birth.and_then(|birth| birth.told().expiry);
        let seen = case.now.seen;
        Pack {
            id: self.canonical(case.id),
            gtin: sgtin.gtin.to_string(),
            serial: sgtin.serial.to_string(),
            lot,
            expiry: self
                .last_day_of(case.id, born)
                .map(|day| words::iso_day(day.into())),
            status: status_word(&case.now).to_owned(),
            eu_status: eu_word(case, recall.is_some()).to_owned(),
            product: self
                .masters
                .products
                .get(&sgtin.gtin)
                .map(|product| product.name.clone()),
            holder: case.now.holder.map(|id| self.party_ref(id)),
            bound_for: case.now.bound_for.map(|id| self.party_ref(id)),
            place: seen.and_then(|(_, place)| self.place_ref(place)),
            seen_at: seen
                .and_then(|(id, _)| self.event(id))
                .map(|event| event.time_ms),
            recalled: recall.is_some(),
            recall,
        }
    }

    /// The recall of a lot.
    pub(crate) fn recall_of(&self, gtin: &Gtin, lot: &str) -> Option<RecallView> {
        let lot = Lot::parse(lot).ok()?;
        let recall = self.lots.get(&(gtin.clone(), lot))?.recall.as_ref()?;
        Some(self.recall_view(recall))
    }

    /// The withdrawal of a product: all its lots are recalled.
    pub(crate) fn withdrawal_of(&self, gtin: &Gtin) -> Option<RecallView> {
        let told = self.decisions.withdrawals.get(gtin)?;
        Some(self.recall_view(told))
    }

    /// Whether a lot is recalled, or its product withdrawn.
    pub(crate) fn is_recalled(&self, gtin: &Gtin, lot: &str) -> bool {
        if self.decisions.withdrawals.contains_key(gtin) {
            return true;
        }
        let lot = Lot::parse(lot).ok();
        let lot = lot.and_then(|lot| self.lots.get(&(gtin.clone(), lot)));
        lot.is_some_and(|lot| lot.recall.is_some())
    }

    pub(crate) fn recall_view(&self, recall: &Recall) -> RecallView {
        RecallView {
            reason: recall.reason.clone(),
            at: recall.record.at_ms,
            by: recall.by.map(|id| self.party_ref(id)),
            level: recall.level,
        }
    }

    pub(crate) fn container_refs(&self, id: ThingId) -> Vec<ContainerRef> {
        let view = |(container, span): (ThingId, crate::cold_chain::Span)| ContainerRef {
            id: self.canonical(container),
            from: span.from_ms,
            to: (span.to_ms < i64::MAX).then_some(span.to_ms),
        };
        let mut found: Vec<ContainerRef> = self.containers(id).into_iter().map(view).collect();
        found.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
        found
    }
}

/// The status in the words of the European system (EMVS).
pub(crate) fn eu_word(case: &Case<'_>, recalled: bool) -> &'static str {
    use crate::pack_state::PackState;
    match case.now.life.state() {
        state @ (PackState::Unknown | PackState::Stolen | PackState::Destroyed) => state.word(),
        _ if recalled => "recalled",
        state => state.word(),
    }
}

fn entry(case: &Case<'_>, moment: &crate::item::Moment<'_>) -> HistoryEntry {
    let (state, event) = (case.state, moment.entry.event);
    let party = state.party_of(event);
    let record = event.record.record;
    let say = Happened {
        doing: doing(case.id, event),
        place: case.place(event.place()),
        party: state.party_name(party),
    };
    HistoryEntry {
        time: event.time_ms,
        sentence: say.text(Lang::En),
        say,
        location: event.place().and_then(|place| state.place_ref(place)),
        party: party.map(|id| state.party_ref(id)),
        parent: moment.entry.via.map(|id| state.canonical(id)),
        block: crate::hex::encode(&record.block),
        item: record.item,
        position: event.record.position,
        device: event
            .told()
            .device
            .map(|id| state.names.text(id).to_owned()),
    }
}

fn doing(thing: ThingId, event: &crate::state::EventRec) -> Doing {
    match (event.step, event.kind, event.act) {
        _ if event.is_birth() || event.made(thing) => Doing::Commissioned,
        _ if event.uses_up(thing) => Doing::Decommissioned,
        (Step::Shipping | Step::Departing, ..) => Doing::Shipped,
        (Step::Receiving | Step::Accepting, ..) => Doing::Received,
        (Step::VoidShipping, ..) => Doing::ShipmentVoided,
        (Step::Dispensing, ..) => Doing::Dispensed,
        (Step::Undo, ..) => Doing::Reactivated,
        (Step::Destroying, ..) => Doing::Destroyed,
        (Step::Decommissioning, ..) => Doing::Decommissioned,
        (Step::SensorReporting, ..) => Doing::Measured,
        (_, Kind::Aggregation, Some(Act::Add)) => Doing::Packed,
        (_, Kind::Aggregation, Some(Act::Delete)) => Doing::Unpacked,
        (_, Kind::Object, Some(Act::Delete)) => Doing::Decommissioned,
        (Step::Reverse, ..) => Doing::SentBack,
        _ => Doing::Seen,
    }
}
