//! Answers about a pack, a lot, a shipment: values for the API, computed from the folded state when
//! asked. Times are ms since the Unix epoch, UTC; identifiers are canonical.

pub mod alert;
pub mod cases;
pub mod cold;
mod cold_account;
pub mod descent;
pub mod findings;
pub mod journey;
pub mod lot;
pub mod operation;
pub mod pack;
pub mod readings;
pub mod recall;
pub mod shipment;
pub mod taking_back;
pub mod trace;

use gs1::Epc;
use serde::Serialize;

use crate::engine::Engine;
use crate::item::{Item, Life};
use crate::record::{Delegation, Device, Lane, Location, Party, Product};
use crate::state::{NameId, PlaceId, State, ThingId};

/// A party and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PartyRef {
    /// GLN.
    pub gln: String,
    /// Name by master data.
    pub name: Option<String>,
}

/// A place and its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceRef {
    /// Canonical id.
    pub id: String,
    /// Name by master data.
    pub name: Option<String>,
}

/// The words for a pack's status, in CBV terms where CBV has one.
pub(crate) fn status_word(item: &Item) -> &'static str {
    match item.life {
        Life::Unborn => "unknown",
        Life::Active => "active",
        Life::InTransit => "in_transit",
        Life::Dispensed => "dispensed",
        Life::Decommissioned => "inactive",
        Life::Exported => "exported",
        Life::Sample => "sample",
        Life::FreeSample => "free_sample",
        Life::CheckedOut => "checked_out",
        Life::Locked => "locked",
        Life::Destroyed => "destroyed",
        Life::Stolen => "stolen",
        Life::Damaged => "damaged",
    }
}

impl State {
    pub(crate) fn party_ref(&self, id: NameId) -> PartyRef {
        let gln = self.names.text(id).to_owned();
        let name = self
            .masters
            .parties
            .get(&gln)
            .map(|party| party.name.clone());
        PartyRef { gln, name }
    }

    pub(crate) fn place_ref(&self, id: PlaceId) -> Option<PlaceRef> {
        let epc = self.places.epc(id)?;
        let name = self
            .masters
            .location(epc)
            .map(|location| location.name.clone());
        Some(PlaceRef {
            id: epc.canonical(),
            name,
        })
    }

    pub(crate) fn canonical(&self, id: ThingId) -> String {
        self.epc(id).map(|epc| epc.canonical()).unwrap_or_default()
    }
}

impl Engine {
    /// A party by GLN.
    pub fn party(&self, gln: &str) -> Option<&Party> {
        self.state.masters.parties.get(gln)
    }

    /// A place by its id, else the premises it belongs to.
    pub fn location(&self, id: &Epc) -> Option<&Location> {
        self.state.masters.location(id)
    }

    /// A product.
    pub fn product(&self, gtin: &gs1::Gtin) -> Option<&Product> {
        self.state.masters.products.get(gtin)
    }

    /// A device by the id events name it by.
    pub fn device(&self, id: &str) -> Option<&Device> {
        self.state.masters.devices.get(id)
    }

    /// What one company lets another do for it, by GLNs.
    pub fn delegation(&self, from: &str, to: &str) -> Option<&Delegation> {
        let key = (from.to_owned(), to.to_owned());
        self.state.masters.delegations.get(&key)
    }

    /// A usual way between two companies, by GLNs.
    pub fn lane(&self, from: &str, to: &str) -> Option<&Lane> {
        self.state.masters.lane(from, to)
    }

    /// Parties told by master data, by GLN.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        self.state.masters.parties.values()
    }

    /// Places told by master data.
    pub fn locations(&self) -> impl Iterator<Item = &Location> {
        self.state.masters.locations.values()
    }

    /// Products told by master data, by GTIN.
    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.state.masters.products.values()
    }

    /// Where a product may be sold, by master data.
    pub fn market(&self, gtin: &gs1::Gtin) -> Option<&crate::Market> {
        self.state.masters.markets.get(gtin)
    }

    /// Devices told by master data.
    pub fn devices(&self) -> impl Iterator<Item = &Device> {
        self.state.masters.devices.values()
    }

    /// Whether exactly this entry of master data is known.
    pub fn knows_master(&self, data: &crate::MasterData) -> bool {
        self.state.masters.has(data)
    }

    /// Whether a party has an undelegated right to every product that another right covers.
    pub fn owns(&self, party: &str, right: &crate::GtinAuthority) -> bool {
        let mut rights = self.state.masters.authorities.values();
        rights.any(|own| {
            own.party == party
                && own.delegated_by.is_none()
                && right.prefix.starts_with(&own.prefix)
        })
    }

    /// Whether any fact has named this thing.
    pub fn knows(&self, epc: &Epc) -> bool {
        self.state.find(epc).is_some()
    }

    /// Everything that facts have named, in the order of its first naming: at most `limit` things
    /// from number `from` on, each with its number.
    pub fn things(&self, from: usize, limit: usize) -> Vec<(usize, Epc)> {
        let named = |row: usize| Some((row, self.state.epc(ThingId::at(row))?));
        (from..from.saturating_add(limit))
            .map_while(named)
            .collect()
    }

    /// Everything that is inside a container now, at any depth, in no meaningful order. What has
    /// been dispensed, destroyed or received on its own elsewhere is no longer inside.
    pub fn contents_of(&self, container: &Epc) -> Vec<Epc> {
        let Some(id) = self.state.find(container) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        self.state
            .walk_contents(id, i64::MAX, &mut |id, _| found.push(id));
        found.iter().filter_map(|id| self.state.epc(*id)).collect()
    }

    /// Products a statement about a thing concerns: a pack's or a lot's own, or those of everything
    /// that was ever in a container, also after it was emptied.
    pub fn products_of(&self, epc: &Epc) -> Vec<gs1::Gtin> {
        let gtin = |epc: &Epc| match epc {
            Epc::Sgtin(sgtin) => Some(sgtin.gtin.clone()),
            Epc::Lgtin { gtin, .. } | Epc::Gtin(gtin) => Some(gtin.clone()),
            _ => None,
        };
        let inside = self
            .state
            .find(epc)
            .map(|id| self.state.ever_inside(id))
            .unwrap_or_default();
        let inside = inside.iter().filter_map(|id| self.state.gtin(*id).cloned());
        let products: std::collections::BTreeSet<_> = inside.chain(gtin(epc)).collect();
        products.into_iter().collect()
    }

    /// The containers around a thing, with the time it was inside, oldest first.
    pub fn containers_of(&self, epc: &Epc) -> Vec<pack::ContainerRef> {
        let Some(id) = self.state.find(epc) else {
            return Vec::new();
        };
        self.state.container_refs(id)
    }
}

impl State {
    /// Calls `visit` for everything inside at a moment, with its depth (1 is directly inside).
    pub(crate) fn walk_contents(
        &self,
        container: ThingId,
        at_ms: i64,
        visit: &mut dyn FnMut(ThingId, usize),
    ) {
        let mut seen = std::collections::BTreeSet::from([container]);
        let mut front = vec![container];
        for depth in 1..=crate::timeline::DEPTH_MAX {
            let mut next = Vec::new();
            for parent in front {
                for child in self.children_at(parent, at_ms) {
                    if seen.insert(child) && self.is_still_inside(child, at_ms) {
                        visit(child, depth);
                        next.push(child);
                    }
                }
            }
            front = next;
        }
    }

    /// A pack whose life ended by then is no longer inside anything.
    fn is_still_inside(&self, id: ThingId, at_ms: i64) -> bool {
        let Some(case) = crate::judge_thing::Case::of(self, id) else {
            return false;
        };
        let ended = case.now.end.and_then(|end| self.event(end));
        ended.is_none_or(|end| end.time_ms > at_ms)
            && (at_ms < i64::MAX || case.now.parted.is_none())
    }
}
