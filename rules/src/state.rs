//! What the engine remembers. Only facts are kept (events, who was touched by them, who was put
//! into what, readings, master data, decisions) and the findings; everything else - status,
//! holder, contents, cold chain - is computed from them when asked, in event-time order. So a fact
//! that arrives late falls into its place by itself, and replaying the ledger gives the same bytes.
//!
//! Small numbers stand for what is named often: events, things, places and texts are kept once in a
//! table and referred to by index. What a pack costs is told in `docs/benchmarks.md`.

mod apart;
pub(crate) mod decided;
pub(crate) mod digests;
pub(crate) mod event;
pub(crate) mod findings;
mod index;
pub(crate) mod intern;
mod known_places;
mod list;
pub(crate) mod loggers;
mod lot_key;
pub(crate) mod master;
pub(crate) mod name;
mod recent;
mod ruled;
pub(crate) mod sorted;
mod suspects;
mod table;
pub(crate) mod thing;
mod undeclared;
pub(crate) mod verified;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use gs1::{Epc, Gtin, Lot, Sgtin};
use serde::{Deserialize, Serialize};

use crate::cold_chain::{Sample, Span, StorageProfile, Summary};
use crate::finding::Resolution;
use crate::profile::Profile;
pub(crate) use event::{EventId, EventRec, Step};
pub(crate) use intern::{NameId, Names, PlaceId, Places};
pub(crate) use lot_key::LotKey;
pub(crate) use master::Masters;
pub(crate) use table::Table;
pub(crate) use thing::{Thing, ThingId};

/// First half of a BLAKE3 hash: unforgeable enough to stand for a content, half the memory.
pub(crate) type Digest = [u8; 16];

/// Everything the engine remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) profile: Profile,
    pub(crate) names: Names,
    pub(crate) places: Places,
    #[serde(skip)]
    pub(crate) known_places: known_places::KnownPlaces,
    #[serde(skip)]
    pub(crate) pasts: crate::past::Pasts,
    pub(crate) events: Table<EventRec>,
    /// Event by its id and by its content.
    pub(crate) event_by_digest: digests::Digests,
    /// Declarations of error that arrived before the event they take back.
    pub(crate) voided_ahead: BTreeMap<Digest, VoidAhead>,
    pub(crate) things: Table<Thing>,
    pub(crate) thing_names: name::ThingNames,
    /// Readings by the event that brought them, one entry a device.
    pub(crate) readings: sorted::Growing<EventId, Box<[Readings]>>,
    /// What is known of loggers beyond their master data.
    pub(crate) loggers: loggers::Loggers,
    pub(crate) products: BTreeMap<Gtin, ProductState>,
    pub(crate) lots: BTreeMap<(Gtin, Lot), LotState>,
    pub(crate) masters: Masters,
    /// What people decided, in ledger order.
    pub(crate) decisions: decided::Decisions,
    /// Profiles that hold from a later record time on, oldest first.
    pub(crate) upcoming: Vec<(i64, Profile)>,
    /// Questions asked about packs, in ledger order.
    pub(crate) verifications: Vec<verified::VerRec>,
    /// Those that name a lot, by that lot.
    pub(crate) asked: BTreeMap<(Gtin, Lot), Vec<verified::VerId>>,
    /// Those that name a lot, by who asked.
    pub(crate) asked_by: BTreeMap<NameId, Vec<verified::VerId>>,
    pub(crate) findings: findings::Findings,
    /// The latest time at which the ledger has ordered anything, ms since the Unix epoch.
    pub(crate) clock_ms: i64,
    /// Things to be judged again when the clock gets there (see [`crate::chain::due`]).
    pub(crate) due: BTreeSet<(i64, ThingId)>,
    /// Things whose shipment is overdue: what is inside them may show that they arrived.
    pub(crate) overdue: BTreeSet<ThingId>,
    /// Containers on their way with contents that nobody declared.
    pub(crate) undeclared: undeclared::Undeclared,
    /// Things that were shown or shipped by somebody who does not have them on record, by who had
    /// them: a record of a container of undeclared contents may explain them later.
    pub(crate) strangers: BTreeSet<(NameId, ThingId)>,
    /// What readers saw of tags, by event.
    pub(crate) tags: crate::chain::tags::Tags,
    /// Findings that are about no thing.
    pub(crate) apart: apart::Apart,
    /// Rules of consortia and what they remember.
    pub(crate) consortium: crate::consortium::Consortium,
    /// Records applied so far.
    pub(crate) applied: u64,
}

/// An error declaration waiting for its event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VoidAhead {
    pub(crate) by: EventId,
    pub(crate) actor: Option<NameId>,
}

/// Readings that came with one event, kept once however many things they speak for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Readings {
    pub(crate) device: Option<NameId>,
    /// In time order.
    pub(crate) samples: Vec<Sample>,
    pub(crate) summaries: Vec<Summary>,
    /// Few devices count aloud.
    pub(crate) told: Option<Box<Marks>>,
}

/// What a device says about its own counting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Marks {
    /// Number of the first reading.
    pub(crate) first: Option<u64>,
    /// Number of the last reading, where it is told.
    pub(crate) last: Option<u64>,
    /// What these readings are hashed to.
    pub(crate) raw: Option<Digest>,
    /// What the readings before them were hashed to.
    pub(crate) previous: Option<Digest>,
    /// What else is told, a bit each ([`Marks::is`]). The first alone was kept before there were
    /// others, as a boolean, which is the same byte.
    pub(crate) flags: u8,
}

impl Marks {
    /// The battery was changed before the first reading.
    pub(crate) const BATTERY: u8 = 1;
    /// The file they were read from is not what its device signed.
    pub(crate) const FORGED: u8 = 1 << 1;
    /// The device's calibration had ended, says who read it.
    pub(crate) const LAPSED: u8 = 1 << 2;
    /// The device raised an alarm and did not say how warm it was.
    pub(crate) const ALARM: u8 = 1 << 3;

    /// Whether something is told.
    pub(crate) fn is(self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

impl Readings {
    /// Time these readings speak for.
    pub(crate) fn span(&self) -> Option<Span> {
        let samples = self.samples.iter().map(|s| (s.t_ms, s.t_ms));
        let summaries = self.summaries.iter().map(|s| (s.from_ms, s.to_ms));
        let mut all = samples.chain(summaries);
        let (from_ms, to_ms) = all.next()?;
        Some(
            all.fold(Span { from_ms, to_ms }, |span, (from_ms, to_ms)| Span {
                from_ms: span.from_ms.min(from_ms),
                to_ms: span.to_ms.max(to_ms),
            }),
        )
    }

    /// What the device says about its own counting.
    pub(crate) fn marks(&self) -> Marks {
        self.told.as_deref().copied().unwrap_or_default()
    }

    /// Number of the last reading.
    pub(crate) fn last_number(&self) -> Option<u64> {
        let more = u64::try_from(self.samples.len().saturating_sub(1)).unwrap_or(0);
        let counted = self.marks().first.map(|first| first.saturating_add(more));
        self.marks().last.or(counted)
    }

    pub(crate) fn is_empty(&self) -> bool {
        let measured = !(self.samples.is_empty() && self.summaries.is_empty());
        !measured && !self.marks().is(Marks::ALARM)
    }
}

/// What is known of a product beyond its master data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProductState {
    /// Packs of it were commissioned here.
    pub(crate) commissioned: bool,
    /// Packs of it that events touched before any commissioning of them.
    pub(crate) unborn: BTreeSet<ThingId>,
    /// Packs of it that are unknown serial numbers now.
    pub(crate) suspects: suspects::Suspects,
}

/// What is known of a lot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LotState {
    /// Packs ever commissioned into it.
    pub(crate) packs: sorted::Sorted<ThingId>,
    pub(crate) recall: Option<Recall>,
    pub(crate) extension: Option<decided::Extension>,
    /// Packs that were not made in it and whose label says so.
    pub(crate) labelled: BTreeSet<ThingId>,
    /// Packs of it that events touched since it was last counted through.
    pub(crate) touched: u32,
}

impl LotState {
    /// Whether packs or a decision are known of it, and not only labels.
    pub(crate) fn is_told(&self) -> bool {
        !self.packs.is_empty() || self.recall.is_some() || self.extension.is_some()
    }
}

/// A recall of a lot or withdrawal of a product; the first one counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recall {
    pub(crate) reason: String,
    pub(crate) level: Option<crate::record::RecallLevel>,
    pub(crate) by: Option<NameId>,
    pub(crate) record: Resolution,
}

impl State {
    /// A copy without the large tables, which are copied otherwise (see [`crate::snapshot`]).
    pub(crate) fn without_tables(&self) -> Self {
        Self {
            profile: self.profile.clone(),
            names: self.names.clone(),
            places: self.places.clone(),
            known_places: known_places::KnownPlaces::default(),
            pasts: crate::past::Pasts::default(),
            events: Table::default(),
            event_by_digest: digests::Digests::default(),
            voided_ahead: self.voided_ahead.clone(),
            things: Table::default(),
            thing_names: name::ThingNames::default(),
            readings: self.readings.clone(),
            loggers: self.loggers.clone(),
            products: self.products.clone(),
            lots: self.lots.clone(),
            masters: self.masters.clone(),
            decisions: self.decisions.clone(),
            upcoming: self.upcoming.clone(),
            verifications: self.verifications.clone(),
            asked: self.asked.clone(),
            asked_by: self.asked_by.clone(),
            findings: self.findings.clone(),
            clock_ms: self.clock_ms,
            due: self.due.clone(),
            overdue: self.overdue.clone(),
            undeclared: self.undeclared.clone(),
            strangers: self.strangers.clone(),
            tags: self.tags.clone(),
            apart: self.apart.clone(),
            consortium: self.consortium.clone(),
            applied: self.applied,
        }
    }

    pub(crate) fn event(&self, id: EventId) -> Option<&EventRec> {
        self.events.get(id.row())
    }

    pub(crate) fn event_mut(&mut self, id: EventId) -> Option<&mut EventRec> {
        self.events.get_mut(id.row())
    }

    pub(crate) fn thing(&self, id: ThingId) -> Option<&Thing> {
        self.things.get(id.row())
    }

    pub(crate) fn thing_mut(&mut self, id: ThingId) -> Option<&mut Thing> {
        self.things.get_mut(id.row())
    }

    /// Every thing, in the order they were first named.
    pub(crate) fn all_things(&self) -> impl Iterator<Item = (ThingId, &Thing)> {
        let with_id = |(row, thing)| (ThingId::at(row), thing);
        self.things.iter().enumerate().map(with_id)
    }

    /// The thing of this identifier, if any fact has named it.
    pub(crate) fn find(&self, epc: &Epc) -> Option<ThingId> {
        self.thing_names.find(epc)
    }

    /// The thing of this identifier, remembered from now on.
    pub(crate) fn intern_thing(&mut self, epc: &Epc) -> ThingId {
        let (id, new) = self.thing_names.intern(epc);
        if new {
            self.things.push(Thing::default());
        }
        id
    }

    /// The identifier of a thing.
    pub(crate) fn epc(&self, id: ThingId) -> Option<Epc> {
        self.thing_names.epc(id)
    }

    /// The identifier of a thing that is a pack.
    pub(crate) fn sgtin(&self, id: ThingId) -> Option<Sgtin> {
        self.thing_names.sgtin(id)
    }

    /// The product of a thing that is a pack.
    pub(crate) fn gtin(&self, id: ThingId) -> Option<&Gtin> {
        self.thing_names.gtin(id)
    }

    /// The party that an event's custody belongs to: who answers for the record, else whose place
    /// it happened at, else (for a shipment) who the event says gave the goods away.
    pub(crate) fn party_of(&self, event: &EventRec) -> Option<NameId> {
        event
            .actor
            .or_else(|| event.biz_location.and_then(|place| self.party_at(place)))
            .or_else(|| event.read_point.and_then(|place| self.party_at(place)))
            .or(if event.step.ships() {
                event.told().source
            } else {
                None
            })
    }

    /// The party a shipment is bound for.
    pub(crate) fn destination_of(&self, event: &EventRec) -> Option<NameId> {
        let there = event.told().destination_place;
        event
            .told()
            .destination
            .or_else(|| there.and_then(|place| self.party_at(place)))
    }

    /// Storage condition of a product: its own in numbers, its own by name, else the profile's
    /// default.
    pub(crate) fn storage_of(&self, gtin: Option<&Gtin>) -> Option<&StorageProfile> {
        let product = gtin.and_then(|gtin| self.masters.products.get(gtin));
        let own = product.and_then(|product| product.conditions.as_deref());
        let named = || self.profile.storage(product?.storage.as_deref()?);
        let default = || {
            self.profile
                .storage(self.profile.storage_by_default.as_deref()?)
        };
        own.or_else(named).or_else(default)
    }
}

/// A table index as the compact number it is stored as. Tables beyond four thousand million rows
/// do not fit the machines this runs on; the last number would then stand for all of them.
pub(crate) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A table index plus one, so that zero can stand for none.
pub(crate) fn row_number(index: usize) -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(number(index))
}

pub(crate) fn row_of(number: NonZeroU32) -> usize {
    index(number.get() - 1)
}
