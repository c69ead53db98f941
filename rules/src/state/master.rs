//! Master data as last told.

use std::collections::BTreeMap;

use gs1::{Epc, Gtin, Lot};
use serde::{Deserialize, Serialize};

use super::intern::premises;
use crate::record::{
    Delegation, Device, GtinAuthority, ImportLicence, KnownBad, Lane, Licence, Location,
    LotQuantity, Market, MasterData, Party, Product,
};

/// Parties, places, products and devices by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Masters {
    pub(crate) parties: BTreeMap<String, Party>,
    pub(crate) locations: BTreeMap<Epc, Location>,
    pub(crate) products: BTreeMap<Gtin, Product>,
    pub(crate) devices: BTreeMap<String, Device>,
    /// By who delegates and to whom.
    pub(crate) delegations: BTreeMap<(String, String), Delegation>,
    /// By sender and receiver.
    pub(crate) lanes: BTreeMap<(String, String), Lane>,
    /// By party and number.
    pub(crate) licences: BTreeMap<(String, String), Licence>,
    /// By prefix and party.
    pub(crate) authorities: BTreeMap<(String, String), GtinAuthority>,
    pub(crate) known_bad: BTreeMap<(Option<Gtin>, Lot, String), KnownBad>,
    pub(crate) quantities: BTreeMap<(Gtin, Lot), LotQuantity>,
    pub(crate) markets: BTreeMap<Gtin, Market>,
    /// By product, country and first moment.
    pub(crate) imports: BTreeMap<(Gtin, String, Option<i64>), ImportLicence>,
}

impl Masters {
    /// Replaces what was told about the same id before.
    pub(crate) fn put(&mut self, data: MasterData) {
        match data {
            MasterData::Party(party) => {
                self.parties.insert(party.gln.to_string(), party);
            }
            MasterData::Location(location) => {
                self.locations.insert(location.id.clone(), location);
            }
            MasterData::Product(mut product) => {
                if let Some(own) = &mut product.conditions {
                    // Of this product alone, so that no other one's condition has the same name.
                    own.id = format!("{} {}", product.gtin, own.id);
                }
                self.products.insert(product.gtin.clone(), product);
            }
            MasterData::Device(device) => {
                self.devices.insert(device.id.clone(), device);
            }
            MasterData::Delegation(it) => {
                self.delegations
                    .insert((it.from.clone(), it.to.clone()), it);
            }
            MasterData::Lane(it) => {
                self.lanes.insert((it.from.clone(), it.to.clone()), it);
            }
            MasterData::Licence(it) => {
                let key = (it.party.clone(), it.id.clone());
                self.licences.insert(key, it);
            }
            MasterData::Authority(it) => {
                let key = (it.prefix.clone(), it.party.clone());
                self.authorities.insert(key, it);
            }
            MasterData::KnownBad(it) => {
                let key = (it.gtin.clone(), it.lot.clone(), it.serial.clone());
                self.known_bad.insert(key, it);
            }
            MasterData::LotQuantity(it) => {
                let key = (it.gtin.clone(), it.lot.clone());
                self.quantities.insert(key, it);
            }
            MasterData::Market(it) => {
                self.markets.insert(it.gtin.clone(), it);
            }
            MasterData::ImportLicence(it) => {
                let key = (it.gtin.clone(), it.country.clone(), it.from_ms);
                self.imports.insert(key, it);
            }
            // Kept where rules of consortia are.
            MasterData::ConsortiumRule(_) | MasterData::RuleActivation(_) => {}
        }
    }

    /// Whether exactly this was told last.
    pub(crate) fn has(&self, data: &MasterData) -> bool {
        match data {
            MasterData::Party(it) => self.parties.get(it.gln.as_str()) == Some(it),
            MasterData::Location(it) => self.locations.get(&it.id) == Some(it),
            MasterData::Product(it) => self.products.get(&it.gtin) == Some(it),
            MasterData::Device(it) => self.devices.get(&it.id) == Some(it),
            MasterData::Delegation(it) => self.delegations.values().any(|own| own == it),
            MasterData::Lane(it) => self.lanes.values().any(|own| own == it),
            MasterData::Licence(it) => self.licences.values().any(|own| own == it),
            MasterData::Authority(it) => self.authorities.values().any(|own| own == it),
            MasterData::KnownBad(it) => self.known_bad.values().any(|own| own == it),
            MasterData::LotQuantity(it) => {
                let key = (it.gtin.clone(), it.lot.clone());
                self.quantities.get(&key) == Some(it)
            }
            MasterData::Market(it) => self.markets.get(&it.gtin) == Some(it),
            MasterData::ImportLicence(it) => self.imports.values().any(|own| own == it),
            // Kept where rules of consortia are.
            MasterData::ConsortiumRule(_) | MasterData::RuleActivation(_) => false,
        }
    }

    /// Whether one company could act for another at a moment.
    pub(crate) fn acts_for(&self, from: &str, to: &str, at_ms: i64) -> bool {
        let found = self.delegations.get(&(from.to_owned(), to.to_owned()));
        found.is_some_and(|it| {
            it.from_ms.is_none_or(|first| first <= at_ms)
                && it.until_ms.is_none_or(|last| at_ms <= last)
        })
    }

    /// The usual way between two companies.
    pub(crate) fn lane(&self, from: &str, to: &str) -> Option<&Lane> {
        self.lanes.get(&(from.to_owned(), to.to_owned()))
    }

    /// A place by its own id, else by the premises it belongs to.
    pub(crate) fn location(&self, place: &Epc) -> Option<&Location> {
        self.locations
            .get(place)
            .or_else(|| self.locations.get(&premises(place)))
    }
}
