//! From ordered records to findings and verdicts. Pure, total, deterministic: no clock, no entropy,
//! no I/O; the same records in the same order give the same findings and the same bytes.
//!
//! [`Engine::apply`] takes one [`Record`] at a time, in ledger order, and answers with the findings
//! it made appear, change or go away. The state keeps facts only; what a pack's status is, who
//! holds it, what a pallet contains, how warm it was, is computed from the timeline when asked, so
//! late records fall into place. [`verdict::judge`] turns all of it into what a pharmacist is told.
//!
//! A rule may see one thing's timeline (its own events and those of its containers), the readings
//! taken of it, master data and the [`Profile`]'s thresholds. It may not see the wall clock, other
//! rules' opinions (they are weighed in [`fusion`]), or who asks.

mod alike;
mod capture;
pub mod catalogue;
mod chain;
pub mod cold_chain;
pub mod consortium;
mod digest;
mod engine;
pub mod finding;
pub mod fusion;
pub mod geo;
mod hex;
mod identity;
mod item;
mod judge_thing;
mod lots;
pub mod pack_state;
mod past;
pub mod profile;
mod reading;
pub mod record;
pub mod say;
mod snapshot;
mod state;
mod telemetry;
mod timeline;
pub mod verdict;
pub mod views;

pub use consortium::{Activation, Declaration};
pub use engine::Engine;
pub use finding::{
    EvidenceRef, Family, Finding, FindingStatus, FindingView, Resolution, RuleId, Severity,
};
pub use profile::{LotThresholds, Profile, SensorThresholds};
pub use reading::{BATTERY_REPORT, PREVIOUS_REPORT, SEQUENCE_REPORT};
pub use record::{
    AlertOutcome, Decision, Delegation, Device, Fact, GtinAuthority, ImportLicence, KnownBad, Lane,
    Licence, Location, LotQuantity, MakerAnswer, Market, MasterData, Meaning, Party, PartyId,
    Product, Purpose, RecallLevel, Record, Sensor, Signature, Stamp, Verification,
};
pub use say::{Lang, Say};
pub use snapshot::{Frozen, Part, SnapshotError};
pub use verdict::{Class, Code, Counter, PackSummary, Verdict};
pub use views::PartyRef;
pub use views::alert::{AlertState, AlertView};
pub use views::cases::CaseView;
pub use views::cold::ColdChainView;
pub use views::lot::{LotPack, LotView};
pub use views::operation::Foreseen;
pub use views::pack::{ContainerRef, HistoryEntry, Pack};
pub use views::shipment::ShipmentView;
pub use views::taking_back::Revocable;
pub use views::trace::{LotTrace, TraceAsk};
