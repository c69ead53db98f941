//! Master data as last told.

use std::collections::BTreeMap;

use gs1::{Epc, Gtin};
use serde::{Deserialize, Serialize};

use super::intern::premises;
use crate::record::{Delegation, Device, Lane, Location, MasterData, Party, Product};

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
