//! Master data as last told.

use std::collections::BTreeMap;

use gs1::{Epc, Gtin};
use serde::{Deserialize, Serialize};

use super::intern::premises;
use crate::record::{Device, Location, MasterData, Party, Product};

/// Parties, places, products and devices by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Masters {
    pub(crate) parties: BTreeMap<String, Party>,
    pub(crate) locations: BTreeMap<Epc, Location>,
    pub(crate) products: BTreeMap<Gtin, Product>,
    pub(crate) devices: BTreeMap<String, Device>,
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
        }
    }

    /// A place by its own id, else by the premises it belongs to.
    pub(crate) fn location(&self, place: &Epc) -> Option<&Location> {
        self.locations
            .get(place)
            .or_else(|| self.locations.get(&premises(place)))
    }
}
