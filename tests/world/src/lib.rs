//! A seeded pharmaceutical world: plants, distribution centres and pharmacies handle packs, loggers
//! ride along, records get lost, late and sent twice, scanners garble, cheats do what cheats do.
//! Everything planted is labelled, so that what the rules find can be held against the truth.
//!
//! [`World`] yields what happens in the order in which a node would learn of it ([`Step`]), and
//! keeps only what is on its way. Whoever drives it answers each visit to a counter: dispensed or
//! not. [`score`] drives it through the rules, [`write()`] onto a disk.
//!
//! Honest actors live in `honest`, one file each; every cheat has a file of its own in `cheats`,
//! and what goes wrong without a cheat is in `faults`. Nothing here is real: parties, places and
//! products are on GS1's example company prefix.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test instrument fails by panicking"
)]
#![allow(
    clippy::too_many_arguments,
    reason = "an event has its who, what, when, where and why"
)]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "made-up quantities are small"
)]

mod agenda;
mod atlas;
mod cheats;
mod faults;
mod goods;
mod honest;
mod kind;
mod post;
pub mod score;
mod seeded;
mod setup;
mod world;
mod write;

pub use atlas::{Atlas, Site, SiteId};
pub use faults::scanner::ScannerFault;
pub use kind::{Kind, Planted};
pub use world::{Params, Step, Truth, Visit, World};
pub use write::write;

/// Beginning of the world: 2026-03-01T00:00:00Z, ms since the Unix epoch.
pub const START_MS: i64 = 1_772_323_200_000;
/// A minute, ms.
pub const MINUTE: i64 = 60_000;
/// An hour, ms.
pub const HOUR: i64 = 60 * MINUTE;
/// A day, ms.
pub const DAY: i64 = 24 * HOUR;
