//! What the rules are told: one fact at a time, in ledger order, each with the place in the ledger
//! it came from and who signed it.
//!
//! Records arrive in the order of the ledger; the event inside may be older than what came before
//! it. `Fact::Master` and `Fact::Decision` are the JSON bodies of the ledger's media 4 and 3.

mod decision;
mod registry;
mod verification;

use gs1::epcis::Event;
use gs1::{Epc, Gln, Gtin};
use serde::{Deserialize, Deserializer, Serialize};

use crate::cold_chain::StorageProfile;
use crate::consortium::{Activation, Declaration};
use crate::geo::Point;
pub use decision::{AlertOutcome, Decision, Meaning, RecallLevel, Signature};
pub use registry::{GtinAuthority, ImportLicence, KnownBad, Licence, LotQuantity, Market};
pub use verification::{MakerAnswer, Purpose, Verification};

/// GLN of a company, 13 digits: a party's name on the ledger.
pub type PartyId = String;

/// Where in the ledger a fact stands, and who put it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Position in the total order, counted over items; only ever grows.
    pub position: u64,
    /// Id of the block.
    #[serde(with = "crate::hex")]
    pub block: [u8; 32],
    /// Index of the item inside the block.
    pub item: u16,
    /// When the ledger ordered it, ms since the Unix epoch.
    pub recorded_ms: i64,
    /// The party that answers for the fact.
    pub actor: Option<PartyId>,
    /// The device that signed it, when one did.
    pub device: Option<String>,
}

/// One thing the rules are told.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every fact is an event")]
pub enum Fact {
    /// Something happened to goods.
    Event(Event),
    /// Something about parties, places, products or devices.
    Master(MasterData),
    /// Somebody entitled to it decided.
    Decision(Decision),
    /// Somebody asked about a pack.
    Verification(Verification),
}

/// A fact with its place in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Where it stands and who put it there.
    pub stamp: Stamp,
    /// What it says.
    pub fact: Fact,
}

/// What does not happen but is: a later record about the same id replaces the earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MasterData {
    /// A company.
    Party(Party),
    /// A place that belongs to a company.
    Location(Location),
    /// A product.
    Product(Product),
    /// A reader, logger or line.
    Device(Device),
    /// One company may act for another.
    Delegation(Delegation),
    /// A usual way between two companies.
    Lane(Lane),
    /// A licence of a company.
    Licence(Licence),
    /// The right to commission products.
    Authority(GtinAuthority),
    /// An entry of the list of known fakes.
    KnownBad(KnownBad),
    /// How many packs of a lot may be made.
    LotQuantity(LotQuantity),
    /// Where a product may be sold.
    Market(Market),
    /// A lawful sale outside the market.
    ImportLicence(ImportLicence),
    /// A rule that a consortium adds; has no effect until it is activated.
    ConsortiumRule(Box<Declaration>),
    /// Puts such a rule in force from a position of the ledger, or retires it.
    RuleActivation(Activation),
}

/// One company has goods of another moved by it: a third-party logistics provider, a contract
/// manufacturer. Stated by the company that gives its goods away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// GLN of the company whose goods they are.
    pub from: PartyId,
    /// GLN of the company that may ship and receive them in its place.
    pub to: PartyId,
    /// First moment, ms since the Unix epoch; absent is since ever.
    #[serde(default)]
    pub from_ms: Option<i64>,
    /// Last moment, ms since the Unix epoch; absent is for ever.
    #[serde(default)]
    pub until_ms: Option<i64>,
}

/// A usual way between two companies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// GLN of the company that ships.
    pub from: PartyId,
    /// GLN of the company that receives.
    pub to: PartyId,
    /// How long 99 of 100 shipments take at most, ms.
    pub p99_ms: i64,
}

/// A company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Its GLN.
    pub gln: Gln,
    /// Its name, as people say it.
    pub name: String,
    /// `manufacturer`, `wholesaler`, `pharmacy`, `regulator`, ...
    pub role: String,
}

/// A place that belongs to a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// GLN with or without extension: any EPC form, or the bare 13 digits.
    #[serde(alias = "gln", deserialize_with = "location_id")]
    pub id: Epc,
    /// GLN of the company that runs it.
    pub party: PartyId,
    /// Its name, as people say it.
    pub name: String,
    /// Latitude in degrees times 10^7, when known.
    #[serde(default)]
    pub latitude_e7: Option<i32>,
    /// Longitude in degrees times 10^7, when known.
    #[serde(default)]
    pub longitude_e7: Option<i32>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: Option<String>,
}

impl Location {
    /// Its coordinates, if both are given and on the globe.
    pub fn point(&self) -> Option<Point> {
        let point = Point {
            latitude_e7: self.latitude_e7?,
            longitude_e7: self.longitude_e7?,
        };
        point.on_earth().then_some(point)
    }
}

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its GTIN.
    pub gtin: Gtin,
    /// Name, strength and form.
    pub name: String,
    /// GLN of the marketing authorisation holder.
    pub mah: PartyId,
    /// Name of its storage condition: `2-8C`, `CRT`, ... (see [`crate::Profile::storage`]).
    #[serde(default)]
    pub storage: Option<String>,
    /// A storage condition of its own, in numbers from its stability studies; goes before the name.
    #[serde(default)]
    pub conditions: Option<Box<StorageProfile>>,
}

/// A reader, logger or line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its id as events name it (`deviceID`).
    pub id: String,
    /// GLN of the company that runs it.
    pub party: PartyId,
    /// `reader`, `logger`, `line`, ...
    pub kind: String,
    /// End of its calibration, ms since the Unix epoch.
    #[serde(default)]
    pub calibrated_until_ms: Option<i64>,
    /// Programmed sampling interval, ms, for a logger.
    #[serde(default)]
    pub interval_ms: Option<i64>,
    /// Where it may be used; empty is anywhere.
    #[serde(default)]
    pub locations: Vec<Epc>,
    /// What its sensor can do, for a logger.
    #[serde(default)]
    pub sensor: Option<Box<Sensor>>,
}

/// What a temperature sensor can do. What is not told is supposed by [`crate::Profile`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sensor {
    /// Uncertainty of its calibration, the guard band around a limit, milli-degrees.
    #[serde(default)]
    pub guard_mc: Option<i32>,
    /// Smallest step it shows (one count), milli-degrees.
    #[serde(default)]
    pub count_mc: Option<i32>,
    /// Lowest temperature it can measure, milli-degrees Celsius.
    #[serde(default)]
    pub low_mc: Option<i32>,
    /// Highest temperature it can measure, milli-degrees Celsius.
    #[serde(default)]
    pub high_mc: Option<i32>,
    /// Fastest change it can follow, milli-degrees per minute.
    #[serde(default)]
    pub rate_mc_per_min: Option<i32>,
    /// Beginning of the calibration that ends with `calibrated_until_ms`, ms since the Unix epoch;
    /// a certificate without a beginning speaks for all time before its end.
    #[serde(default)]
    pub calibrated_from_ms: Option<i64>,
    /// It sits in a buffer (glycol, a dummy pack) and follows the air slowly.
    #[serde(default)]
    pub buffered: bool,
}

/// Any identifier, in any EPC form.
fn any_id<'de, D: Deserializer<'de>>(from: D) -> Result<Epc, D::Error> {
    let text = String::deserialize(from)?;
    Epc::parse(&text).map_err(serde::de::Error::custom)
}

fn location_id<'de, D: Deserializer<'de>>(from: D) -> Result<Epc, D::Error> {
    place(&String::deserialize(from)?)
}

fn optional_location<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Epc>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.as_deref().map(place).transpose()
}

/// A place by any EPC form or the bare 13 digits.
fn place<E: serde::de::Error>(text: &str) -> Result<Epc, E> {
    match Gln::parse(text) {
        Ok(gln) => Ok(Epc::Sgln(gln.into())),
        Err(_) => match Epc::parse(text).map_err(E::custom)? {
            place @ Epc::Sgln(_) => Ok(place),
            _ => Err(E::custom("a location id must be a GLN")),
        },
    }
}
