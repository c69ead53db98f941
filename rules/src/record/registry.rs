//! What an authority or a rights holder puts on record and rules look up: licences, who may make
//! which product, lots' authorised quantities, known fakes, markets. Like all master data, a later
//! record with the same key replaces the earlier one; each says from when until when it holds (ms
//! since the Unix epoch, inclusive), so an event is judged by what held at its own time, also when
//! the record comes late.

use gs1::{Gtin, Lot};
use serde::{Deserialize, Serialize};

use super::PartyId;

/// Whether something holds at a moment, with `overlap_ms` to spare after its end: old and new
/// papers are used side by side for a while. An end that is left out is open.
fn holds(from_ms: Option<i64>, until_ms: Option<i64>, at_ms: i64, overlap_ms: i64) -> bool {
    from_ms.is_none_or(|from| from <= at_ms)
        && until_ms.is_none_or(|until| at_ms <= until.saturating_add(overlap_ms))
}

/// A licence of a trading partner (ATP credential, wholesale or pharmacy licence).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// Number of the licence: its key together with the party.
    pub id: String,
    /// GLN of the company.
    pub party: PartyId,
    /// First moment it holds.
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// Last moment it holds.
    #[serde(default)]
    pub until_ms: Option<i64>,
}

impl Licence {
    /// Whether it holds at a moment, or ended less than `overlap_ms` before it.
    pub fn holds(&self, at_ms: i64, overlap_ms: i64) -> bool {
        holds(self.from_ms, self.until_ms, at_ms, overlap_ms)
    }
}

/// The right to commission products: of the owner, or delegated to a contract manufacturer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GtinAuthority {
    /// First digits of the GTIN-14s it covers, 1 to 14 digits.
    pub prefix: String,
    /// GLN of who may commission them: its key together with the prefix.
    pub party: PartyId,
    /// GLN of who delegated the right; left out for the owner.
    #[serde(default)]
    pub delegated_by: Option<PartyId>,
    /// First moment it holds. A transfer of a GTIN ends one right and begins another.
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// Last moment it holds.
    #[serde(default)]
    pub until_ms: Option<i64>,
}

impl GtinAuthority {
    /// Whether it holds at a moment, or ended less than `overlap_ms` before it.
    pub fn holds(&self, at_ms: i64, overlap_ms: i64) -> bool {
        holds(self.from_ms, self.until_ms, at_ms, overlap_ms)
    }
}

/// An entry of the list of known fakes: a lot together with a serial number or its first
/// characters. Neither alone names a fake: the lot is genuine, and serials repeat between lots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KnownBad {
    /// The product; left out for any.
    #[serde(default)]
    pub gtin: Option<Gtin>,
    /// The lot that is on the fakes.
    pub lot: Lot,
    /// The serial number on them; ending in `*`, its first characters.
    pub serial: String,
    /// Who says so and where: the notice.
    pub notice: String,
    /// The entry was a mistake and no longer counts.
    #[serde(default)]
    pub withdrawn: bool,
}

impl KnownBad {
    /// Whether a pack with this lot and serial is one of them.
    pub fn names(&self, gtin: &Gtin, lot: &str, serial: &str) -> bool {
        let product = self.gtin.as_ref().is_none_or(|own| own == gtin);
        let number = match self.serial.strip_suffix('*') {
            Some("") => false,
            Some(prefix) => serial.starts_with(prefix),
            None => serial == self.serial,
        };
        !self.withdrawn && product && number && self.lot.as_str() == lot
    }
}

/// How many packs of a lot may be made. A later record amends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotQuantity {
    /// The product.
    pub gtin: Gtin,
    /// The lot.
    pub lot: Lot,
    /// Packs authorised.
    pub packs: u32,
}

/// Where a product may be sold and through whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Market {
    /// The product.
    pub gtin: Gtin,
    /// ISO 3166-1 alpha-2 codes; empty is everywhere.
    #[serde(default)]
    pub countries: Vec<String>,
    /// GLNs of the companies that may have it; empty is everybody.
    #[serde(default)]
    pub channel: Vec<PartyId>,
}

/// A lawful sale outside the market: a parallel import after repacking, or a special licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLicence {
    /// The product.
    pub gtin: Gtin,
    /// ISO 3166-1 alpha-2 code of the country it is imported into.
    pub country: String,
    /// First moment it holds.
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// Last moment it holds.
    #[serde(default)]
    pub until_ms: Option<i64>,
}

impl ImportLicence {
    /// Whether it holds at a moment, or ended less than `overlap_ms` before it.
    pub fn holds(&self, at_ms: i64, overlap_ms: i64) -> bool {
        holds(self.from_ms, self.until_ms, at_ms, overlap_ms)
    }
}
