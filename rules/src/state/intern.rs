//! Texts and places that are named again and again, kept once.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use gs1::{Epc, Sgln};
use serde::{Deserialize, Serialize};

use super::recent::{Recent, slot_of};
use super::{row_number, row_of};

/// A text kept once: a party's GLN, a device, a lot, a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct NameId(NonZeroU32);

/// Texts kept once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Names {
    texts: Vec<String>,
    ids: BTreeMap<String, NameId>,
    #[serde(skip)]
    recent: Recent<NameId>,
}

impl Names {
    pub(crate) fn intern(&mut self, text: &str) -> NameId {
        let slot = slot_of(text.as_bytes());
        let recent = self.recent.get(slot);
        if let Some(id) = recent.filter(|id| self.text(*id) == text) {
            return id;
        }
        let id = self.find(text).unwrap_or_else(|| self.add(text));
        self.recent.note(slot, id);
        id
    }

    fn add(&mut self, text: &str) -> NameId {
        let id = NameId(row_number(self.texts.len()));
        self.texts.push(text.to_owned());
        self.ids.insert(text.to_owned(), id);
        id
    }

    pub(crate) fn find(&self, text: &str) -> Option<NameId> {
        self.ids.get(text).copied()
    }

    pub(crate) fn text(&self, id: NameId) -> &str {
        self.texts.get(row_of(id.0)).map_or("", String::as_str)
    }
}

/// A place kept once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct PlaceId(NonZeroU32);

impl PlaceId {
    /// Its number, counted from zero.
    pub(crate) fn row(self) -> usize {
        row_of(self.0)
    }
}

/// Places kept once: GLNs with or without extension, or whatever URI an event names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Places {
    epcs: Vec<Epc>,
    ids: BTreeMap<Epc, PlaceId>,
    /// Minutes east of UTC of the last event told there, where not zero.
    zones: BTreeMap<PlaceId, i16>,
    #[serde(skip)]
    recent: Recent<PlaceId>,
}

impl Places {
    /// Keeps the time zone that an event at a place was told in.
    pub(crate) fn note_zone(&mut self, place: PlaceId, zone_min: i16) {
        if zone_min == 0 {
            if !self.zones.is_empty() {
                self.zones.remove(&place);
            }
        } else {
            self.zones.insert(place, zone_min);
        }
    }

    /// Minutes east of UTC at a place, or at the premises it belongs to, as last told there.
    pub(crate) fn zone(&self, place: &Epc) -> i16 {
        let own = self.find(place).or_else(|| self.find(&premises(place)));
        own.and_then(|id| self.zones.get(&id)).copied().unwrap_or(0)
    }

    pub(crate) fn intern(&mut self, epc: &Epc) -> PlaceId {
        let slot = match epc {
            Epc::Sgln(place) => slot_of(place.gln().digits()),
            _ => 0,
        };
        let recent = self.recent.get(slot);
        if let Some(id) = recent.filter(|id| self.epc(*id) == Some(epc)) {
            return id;
        }
        let id = self.find(epc).unwrap_or_else(|| self.add(epc));
        self.recent.note(slot, id);
        id
    }

    fn add(&mut self, epc: &Epc) -> PlaceId {
        let id = PlaceId(row_number(self.epcs.len()));
        self.epcs.push(epc.clone());
        self.ids.insert(epc.clone(), id);
        id
    }

    pub(crate) fn find(&self, epc: &Epc) -> Option<PlaceId> {
        self.ids.get(epc).copied()
    }

    /// The place of a number, if so many were named.
    pub(crate) fn at(&self, row: usize) -> Option<PlaceId> {
        (row < self.epcs.len()).then(|| PlaceId(row_number(row)))
    }

    pub(crate) fn epc(&self, id: PlaceId) -> Option<&Epc> {
        self.epcs.get(row_of(id.0))
    }

    /// Whether two places are the same premises (see [`premises`]).
    pub(crate) fn same_premises(&self, a: PlaceId, b: PlaceId) -> bool {
        a == b || self.epc(a).map(premises) == self.epc(b).map(premises)
    }
}

/// The premises a place belongs to: its GLN without the extension that names a door or a room.
pub(crate) fn premises(place: &Epc) -> Epc {
    match place {
        Epc::Sgln(sgln) if sgln.extension().is_some() => Epc::Sgln(Sgln::from(sgln.gln().clone())),
        other => other.clone(),
    }
}
