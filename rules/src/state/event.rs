//! One captured event, reduced to what rules compare.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::intern::{NameId, PlaceId};
use super::thing::ThingId;
use super::{row_number, row_of};
use crate::finding::{EvidenceRef, Resolution};

/// An event kept once: its row plus one, so that an absent one takes no room of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct EventId(NonZeroU32);

impl EventId {
    /// The first event.
    pub(crate) const FIRST: Self = Self(NonZeroU32::MIN);

    /// The event of a row.
    pub(crate) fn at(row: usize) -> Self {
        Self(row_number(row))
    }

    pub(crate) fn row(self) -> usize {
        row_of(self.0)
    }
}

/// What kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Object,
    Aggregation,
    Transaction,
    Transformation,
    Association,
}

/// The action of the event (EPCIS 7.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Act {
    Add,
    Observe,
    Delete,
}

/// Business steps that rules tell apart (CBV 2.0, 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    Commissioning,
    Packing,
    Unpacking,
    Shipping,
    /// The second half of a shipment: the vehicle leaves, or the goods are given to a carrier.
    Departing,
    Receiving,
    /// The second half of a receipt: the goods are taken over after a check.
    Accepting,
    VoidShipping,
    Dispensing,
    Decommissioning,
    Destroying,
    /// Taken for a test or for an authority.
    Sampling,
    /// A chip was written or put on: what `encoding` and `replacing` have in common.
    Tagging,
    /// A decommissioned identifier is made active again (EU 2016/161 article 13).
    Undo,
    /// Goods going back or to destruction: lawful after any end.
    Reverse,
    SensorReporting,
    Other,
}

/// Dispositions that rules tell apart (CBV 2.0, 7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fate {
    InTransit,
    Dispensed,
    PartiallyDispensed,
    /// Handed over to the public.
    RetailSold,
    Exported,
    Sample,
    FreeSample,
    CheckedOut,
    Locked,
    Destroyed,
    Inactive,
    Stolen,
    Damaged,
    /// A container was seen open: its contents are no longer sure.
    Open,
    /// Everything in a container was looked at and listed.
    Complete,
    /// Goods going back, or to destruction.
    Reverse,
    Other,
}

/// An event as rules see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EventRec {
    pub(crate) kind: Kind,
    pub(crate) act: Option<Act>,
    pub(crate) step: Step,
    pub(crate) fate: Fate,
    /// When it happened, ms since the Unix epoch.
    pub(crate) time_ms: i64,
    /// Minutes east of UTC where it happened.
    pub(crate) zone_min: i16,
    pub(crate) read_point: Option<PlaceId>,
    pub(crate) biz_location: Option<PlaceId>,
    /// What only making and moving tell.
    pub(crate) more: Option<Box<Told>>,
    pub(crate) actor: Option<NameId>,
    pub(crate) record: Resolution,
    /// The thing it names first: what concerns the event as such is told of this one only.
    pub(crate) lead: Option<ThingId>,
}

/// What most events do without: who gives goods to whom, what was made, what it was put into.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) source: Option<NameId>,
    pub(crate) destination: Option<NameId>,
    /// Who owned it before, where the event says so.
    pub(crate) owner_from: Option<NameId>,
    /// Who owns it after, where the event says so.
    pub(crate) owner_to: Option<NameId>,
    pub(crate) destination_place: Option<PlaceId>,
    pub(crate) lot: Option<NameId>,
    /// Last day of use, days since 1970-01-01.
    pub(crate) expiry: Option<i32>,
    /// The device that signed it.
    pub(crate) device: Option<NameId>,
    /// The declaration of error that took it back.
    pub(crate) voided_by: Option<EventId>,
    /// The container of an aggregation.
    pub(crate) parent: Option<ThingId>,
    /// What a transformation made, ascending; what else it names it used up.
    pub(crate) outputs: Vec<ThingId>,
}

impl Told {
    const NOTHING: Self = Self {
        source: None,
        destination: None,
        owner_from: None,
        owner_to: None,
        destination_place: None,
        lot: None,
        expiry: None,
        device: None,
        voided_by: None,
        parent: None,
        outputs: Vec::new(),
    };

    /// As an event keeps it: nothing takes no room.
    pub(crate) fn kept(self) -> Option<Box<Self>> {
        (self != Self::NOTHING).then(|| Box::new(self))
    }
}

impl Step {
    /// Whether goods leave with it.
    pub(crate) fn ships(self) -> bool {
        matches!(self, Self::Shipping | Self::Departing)
    }

    /// Whether goods arrive with it.
    pub(crate) fn receives(self) -> bool {
        matches!(self, Self::Receiving | Self::Accepting)
    }
}

impl EventRec {
    /// What making and moving tell.
    pub(crate) fn told(&self) -> &Told {
        const NOTHING: &Told = &Told::NOTHING;
        self.more.as_deref().unwrap_or(NOTHING)
    }

    /// Whether things came to be with it.
    pub(crate) fn makes(&self) -> bool {
        self.is_birth() || !self.told().outputs.is_empty()
    }

    /// Whether it used a thing up: an input of a transformation (EPCIS 2.0, 7.4.6).
    pub(crate) fn uses_up(&self, thing: ThingId) -> bool {
        self.kind == Kind::Transformation && !self.made(thing)
    }

    /// Whether a thing came out of it: an output of a transformation. What it says of lot and
    /// expiry is of these (EPCIS 2.0, 7.4.6).
    pub(crate) fn made(&self, thing: ThingId) -> bool {
        self.told().outputs.binary_search(&thing).is_ok()
    }

    /// Whether it made the things it names: an ObjectEvent with action ADD.
    pub(crate) fn is_birth(&self) -> bool {
        self.kind == Kind::Object && self.act == Some(Act::Add)
    }

    /// The same, to be added to.
    pub(crate) fn told_mut(&mut self) -> &mut Told {
        self.more.get_or_insert_default()
    }

    /// The container it puts its members into (true) or takes them out of (false).
    pub(crate) fn regroups(&self) -> Option<(ThingId, bool)> {
        if self.kind != Kind::Aggregation {
            return None;
        }
        let parent = self.told().parent?;
        match self.act {
            Some(Act::Add) => Some((parent, true)),
            Some(Act::Delete) => Some((parent, false)),
            Some(Act::Observe) | None => None,
        }
    }

    /// Where it happened: the business location, else the read point.
    pub(crate) fn place(&self) -> Option<PlaceId> {
        self.biz_location.or(self.read_point)
    }

    /// Where its things were seen: nowhere where somebody only spoke of them. Who locks a pack,
    /// reports it stolen or takes that back has it not in hand; and what a sensor measured is told
    /// by whoever runs it, wherever the goods are.
    pub(crate) fn seen_at(&self) -> Option<PlaceId> {
        self.place().filter(|_| !self.is_said_only())
    }

    /// Whether it moves nothing and is no sighting: a lock, a report of theft, an undo, a
    /// measurement.
    pub(crate) fn is_said_only(&self) -> bool {
        let measures = self.step == Step::SensorReporting && self.regroups().is_none();
        measures || matches!(self.fate, Fate::Locked | Fate::Stolen) || self.step == Step::Undo
    }

    pub(crate) fn evidence(&self) -> EvidenceRef {
        self.record.record
    }

    /// The latest moment at which it can have happened: nothing happens after it was recorded.
    pub(crate) fn latest_ms(&self) -> i64 {
        self.time_ms.min(self.record.at_ms)
    }

    /// When the ledger could have learned of it at the earliest and did at the latest.
    pub(crate) fn known_ms(&self) -> i64 {
        self.time_ms.max(self.record.at_ms)
    }

    /// Event time first, ledger order among equals.
    pub(crate) fn order(&self) -> (i64, u64) {
        (self.time_ms, self.record.position)
    }

    /// The day it happened where it happened, days since 1970-01-01.
    pub(crate) fn local_day(&self) -> i64 {
        let local = self
            .time_ms
            .saturating_add(i64::from(self.zone_min) * 60_000);
        local.div_euclid(86_400_000)
    }
}
