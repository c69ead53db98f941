//! GS1 vocabulary of the supply chain: identification keys, the carriers they travel in, and the
//! EPCIS 2.0 event model. Bytes and text come in, values go out; a value that exists is valid.
//!
//! | module | standard |
//! |---|---|
//! | [`key`], [`ai`], [`element_string`], [`scan`] | GS1 General Specifications, sections 3 and 7 |
//! | [`digital_link`] | GS1 Digital Link Standard: URI Syntax |
//! | [`epc`], [`epc_binary`] | EPC Tag Data Standard (TDS), sections 6, 7, 8 and 14 |
//! | [`cbv`], [`epcis`] | EPCIS 2.0 and Core Business Vocabulary 2.0 |
//!
//! The crate knows no clock, no ledger and no I/O: what depends on "today" takes a year or a time
//! as an argument, and JSON-LD contexts are never fetched.

pub mod ai;
pub mod cbv;
mod charset;
pub mod check_digit;
pub mod decimal;
pub mod digital_link;
pub mod element_string;
pub mod epc;
pub mod epc_binary;
pub mod epcis;
pub mod expiry;
pub mod key;
pub mod limits;
pub mod scan;
mod uri;

pub use cbv::{BizStep, Disposition};
pub use decimal::Decimal;
pub use epc::{Epc, EpcError};
pub use expiry::{DateError, ExpiryDate};
pub use key::{Gln, Gtin, KeyError, Lot, Serial, Sgln, Sgtin, Sscc};
