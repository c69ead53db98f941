//! The cast of the demo: four companies and a regulator that exist nowhere, on GS1's example
//! company prefix 9506000, at places far enough apart that a pack cannot be in two of them within
//! hours. Everything here is a constant or a function of one, so that tests can name the actors.

use serde::{Deserialize, Serialize};

/// GS1's example company prefix, which no company owns.
pub const COMPANY_PREFIX: &str = "9506000";

/// Length of [`COMPANY_PREFIX`], as the binary tag schemes need it.
pub const COMPANY_PREFIX_LENGTH: u8 = 7;

/// The one product of the demo.
pub const PRODUCT_NAME: &str = "Insuvelle 100 IU/ml, 5 pens of 3 ml";

/// Who acts. The names of the variants are also the names of the keys in `demo.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Makes the packs, owns the GTIN, decides the recall.
    Manufacturer,
    /// Receives pallets at a dock door, splits them to the pharmacies.
    Wholesaler,
    /// Dispenses, in the north.
    PharmacyA,
    /// Dispenses, in the south; here the copied identifier appears.
    PharmacyB,
    /// Sees everything, ships nothing.
    Regulator,
}

impl Actor {
    /// Every actor, in the order in which they are registered.
    pub const ALL: [Self; 5] = [
        Self::Manufacturer,
        Self::Wholesaler,
        Self::PharmacyA,
        Self::PharmacyB,
        Self::Regulator,
    ];

    /// The name by which `demo.json` knows this actor.
    pub const fn key_name(self) -> &'static str {
        match self {
            Self::Manufacturer => "manufacturer",
            Self::Wholesaler => "wholesaler",
            Self::PharmacyA => "pharmacy_a",
            Self::PharmacyB => "pharmacy_b",
            Self::Regulator => "regulator",
        }
    }

    /// The company's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manufacturer => "Lahnberg Biologics",
            Self::Wholesaler => "Meridian Pharma Logistics",
            Self::PharmacyA => "Moewen Pharmacy",
            Self::PharmacyB => "Lindengarten Pharmacy",
            Self::Regulator => "Office for Medicines Supervision",
        }
    }

    /// What this actor does, as the portal's list of keys calls it.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Manufacturer => "manufacturer",
            Self::Wholesaler => "wholesaler",
            Self::PharmacyA | Self::PharmacyB => "pharmacy",
            Self::Regulator => "regulator",
        }
    }

    /// The party's GLN, 13 digits.
    pub fn gln(self) -> String {
        gln(10_001 + self.number())
    }

    /// The place where this actor handles packs.
    pub fn site(self) -> Site {
        let (name, latitude_e7, longitude_e7) = match self {
            Self::Manufacturer => ("Lahnberg filling plant, Marburg", 508_021_000, 87_668_000),
            Self::Wholesaler => (
                "Meridian distribution centre, Leipzig",
                513_397_000,
                123_731_000,
            ),
            Self::PharmacyA => ("Moewen Pharmacy, Hamburg", 535_511_000, 99_937_000),
            Self::PharmacyB => ("Lindengarten Pharmacy, Munich", 481_372_000, 115_755_000),
            Self::Regulator => (
                "Office for Medicines Supervision, Bonn",
                507_374_000,
                70_982_000,
            ),
        };
        Site {
            id: location(&self.site_gln()),
            party: self,
            name,
            latitude_e7,
            longitude_e7,
        }
    }

    /// The GLN of that place, 13 digits.
    pub fn site_gln(self) -> String {
        gln(20_001 + self.number())
    }

    const fn number(self) -> u32 {
        match self {
            Self::Manufacturer => 0,
            Self::Wholesaler => 1,
            Self::PharmacyA => 2,
            Self::PharmacyB => 3,
            Self::Regulator => 4,
        }
    }
}

/// A place with coordinates, for the distance that impossible travel is judged by.
#[derive(Clone, Debug)]
pub struct Site {
    /// Canonical SGLN.
    pub id: String,
    /// Whose place it is.
    pub party: Actor,
    /// Name and city.
    pub name: &'static str,
    /// Latitude in 1e-7 degrees, WGS 84.
    pub latitude_e7: i32,
    /// Longitude in 1e-7 degrees, WGS 84.
    pub longitude_e7: i32,
}

/// The wholesaler's inbound dock door: its own read point, at the distribution centre's spot.
pub fn dock_door() -> Site {
    let site = Actor::Wholesaler.site();
    Site {
        id: format!("{}/254/dock-1", site.id),
        name: "Meridian dock door 1, Leipzig",
        ..site
    }
}

/// Canonical id of the reader at the dock door (a GIAI).
pub fn dock_door_device() -> String {
    format!("https://id.gs1.org/8004/{COMPANY_PREFIX}READER0001")
}

/// The product's GTIN, 14 digits.
pub fn gtin() -> String {
    with_check_digit(&format!("0{COMPANY_PREFIX}13435"))
}

/// The canonical id of a party.
pub fn party(gln: &str) -> String {
    format!("https://id.gs1.org/417/{gln}")
}

/// The canonical id of a place.
pub fn location(gln: &str) -> String {
    format!("https://id.gs1.org/414/{gln}")
}

/// A GLN under the example prefix. `reference` is below 100,000.
fn gln(reference: u32) -> String {
    with_check_digit(&format!("{COMPANY_PREFIX}{reference:05}"))
}

/// An SSCC under the example prefix. `extension` is a digit, `reference` below 10^9.
pub fn sscc(extension: u8, reference: u64) -> String {
    with_check_digit(&format!("{extension}{COMPANY_PREFIX}{reference:09}"))
}

/// Appends the modulo-10 check digit (GS1 General Specifications 7.9.1): weights 3, 1, 3, ...
/// from the right.
fn with_check_digit(digits: &str) -> String {
    let weigh =
        |(at, digit): (usize, u8)| u32::from(digit - b'0') * if at % 2 == 0 { 3 } else { 1 };
    let sum: u32 = digits.bytes().rev().enumerate().map(weigh).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_published_keys() {
        assert_eq!(gtin(), "09506000134352");
        assert_eq!(with_check_digit("629104150021"), "6291041500213");
        assert_eq!(with_check_digit("10614141123456789"), "106141411234567897");
    }

    #[test]
    fn parties_and_places_are_all_different() {
        let mut ids: Vec<String> = Actor::ALL
            .iter()
            .flat_map(|actor| [actor.gln(), actor.site_gln()])
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 2 * Actor::ALL.len());
        assert!(
            ids.iter()
                .all(|id| id.len() == 13 && id.starts_with(COMPANY_PREFIX))
        );
    }
}
