//! Questions asked about packs, reduced to what rules compare, and where to find them again.

use gs1::scan::{self, Scan};
use gs1::{Epc, Lot};
use serde::{Deserialize, Serialize};

use super::event::EventId;
use super::{NameId, PlaceId, State, ThingId, number};
use crate::finding::Resolution;
use crate::record::{Purpose, Stamp, Verification};
use crate::say::words;

/// A question kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct VerId(pub(crate) u32);

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VerRec {
    pub(crate) thing: ThingId,
    pub(crate) time_ms: i64,
    pub(crate) place: Option<PlaceId>,
    /// Who asked.
    pub(crate) party: Option<NameId>,
    pub(crate) lot: Option<NameId>,
    pub(crate) expiry: Option<Printed>,
    pub(crate) record: Resolution,
}

/// An expiry as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Printed {
    /// Days since 1970-01-01.
    pub(crate) day: i32,
    /// Day 00 stands for the whole month.
    pub(crate) whole_month: bool,
}

/// A pack with what its label said, whether an event or a question brought it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sighting {
    pub(crate) time_ms: i64,
    pub(crate) place: Option<PlaceId>,
    pub(crate) party: Option<NameId>,
    pub(crate) lot: Option<NameId>,
    pub(crate) expiry: Option<Printed>,
    pub(crate) record: crate::finding::EvidenceRef,
    pub(crate) position: u64,
}

/// The expiry of a scan, its century chosen by the year it was scanned in.
pub(crate) fn printed(scan: &Scan, at_ms: i64) -> Option<Printed> {
    use chrono::{DateTime, Datelike};
    let year = DateTime::from_timestamp_millis(at_ms)?.year();
    let day = words::days(scan.expiry.as_ref()?.resolve(year));
    let whole_month = scan.value("17").is_some_and(|text| text.ends_with("00"));
    Some(Printed { day, whole_month })
}

impl Printed {
    /// Whether this is how `known` (days since 1970-01-01) is printed.
    pub(crate) fn stands_for(self, known: i32) -> bool {
        let month = |days: i32| words::date(days.into()).map(|day| day.format("%Y-%m").to_string());
        self.day == known || (self.whole_month && month(self.day) == month(known))
    }
}

impl State {
    pub(crate) fn verification(&self, id: VerId) -> Option<&VerRec> {
        self.verifications.get(super::index(id.0))
    }

    /// Takes in a question; `None` when it names no pack or was for training.
    pub(crate) fn ask(&mut self, stamp: &Stamp, asked: &Verification) -> Option<VerId> {
        if asked.purpose == Purpose::Training {
            return None;
        }
        let scan = scan::parse(&asked.scan).ok()?;
        let sgtin = scan.sgtin()?;
        let thing = self.intern_thing(&Epc::Sgtin(sgtin.clone()));
        let id = VerId(number(self.verifications.len()));
        let lot = scan.lot.as_ref().map(|lot| self.names.intern(lot.as_str()));
        let place = asked.location.as_ref().map(|it| self.places.intern(it));
        let party = stamp.actor.as_deref().map(|gln| self.names.intern(gln));
        let party = party.or_else(|| self.party_at(place?));
        let expiry = printed(&scan, asked.at_ms);
        self.verifications.push(VerRec {
            thing,
            time_ms: asked.at_ms,
            place,
            party,
            lot,
            expiry,
            record: stamp.into(),
        });
        if let Some(known) = self.thing_mut(thing) {
            known.more_mut().verified.push(id);
        }
        self.note_label(thing, lot);
        let Some(lot) = &scan.lot else {
            return Some(id);
        };
        let asked = self.asked.entry((sgtin.gtin, lot.clone())).or_default();
        asked.push(id);
        if let Some(party) = party {
            self.asked_by.entry(party).or_default().push(id);
        }
        Some(id)
    }

    /// Remembers that a pack carried the label of a lot it was not made in.
    pub(crate) fn note_label(&mut self, thing: ThingId, lot: Option<NameId>) {
        let Some(lot) = lot.and_then(|lot| Lot::parse(self.names.text(lot)).ok()) else {
            return;
        };
        let Some(gtin) = self.gtin(thing).cloned() else {
            return;
        };
        let unborn = self.thing(thing).is_none_or(|it| it.birth.is_none());
        let lot = self.lots.entry((gtin, lot)).or_default();
        if unborn || !lot.packs.has(&thing) {
            lot.labelled.insert(thing);
        }
    }

    /// Remembers the labels of a thing whose commissioning was taken back.
    pub(crate) fn note_labels(&mut self, thing: ThingId) {
        let asked = self.thing(thing).map_or(&[][..], super::Thing::verified);
        let lots: Vec<_> = asked
            .iter()
            .map(|id| self.verification(*id).and_then(|asked| asked.lot))
            .collect();
        for lot in lots {
            self.note_label(thing, lot);
        }
    }

    /// Whether a label of a thing is on record beside its commissioning: what most packs have not.
    pub(crate) fn has_labels(&self, id: ThingId) -> bool {
        let labelled = |told: &EventId| {
            let event = self.event(*told);
            event.is_some_and(|it| {
                let says = it.told().lot.is_some() || it.told().expiry.is_some();
                says && !it.is_birth() && self.labels(id, *told)
            })
        };
        let thing = self.thing(id);
        thing.is_some_and(|it| !it.verified().is_empty() || it.touches.iter().any(labelled))
    }

    /// Whether what an event that commissions nothing says of lot and expiry is what stood on this
    /// thing. A transformation says it of what it made, and is the birth of some of that.
    pub(crate) fn labels(&self, thing: ThingId, event: EventId) -> bool {
        let used_up = self.event(event).is_some_and(|it| it.uses_up(thing));
        let born = self.thing(thing).is_some_and(|it| it.birth == Some(event));
        !used_up && !born
    }

    /// Everything that was seen of a thing's own label, oldest first.
    pub(crate) fn sightings(&self, id: ThingId) -> Vec<Sighting> {
        let Some(thing) = self.thing(id) else {
            return Vec::new();
        };
        let events = thing.touches.iter().filter_map(|told| {
            let event = self
                .event(*told)
                .filter(|event| event.told().voided_by.is_none())?;
            let label = !event.is_birth() && self.labels(id, *told);
            Some(Sighting {
                time_ms: event.time_ms,
                place: event.place(),
                party: self.party_of(event),
                lot: event.told().lot.filter(|_| label),
                expiry: event.told().expiry.filter(|_| label).map(|day| Printed {
                    day,
                    whole_month: false,
                }),
                record: event.evidence(),
                position: event.record.position,
            })
        });
        let asked = thing.verified().iter().filter_map(|id| {
            let asked = self.verification(*id)?;
            Some(Sighting {
                time_ms: asked.time_ms,
                place: asked.place,
                party: asked.party,
                lot: asked.lot,
                expiry: asked.expiry,
                record: asked.record.record,
                position: asked.record.position,
            })
        });
        let mut found: Vec<Sighting> = events.chain(asked).collect();
        found.sort_by_key(|seen| (seen.time_ms, seen.position));
        found
    }
}
