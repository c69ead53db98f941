//! GS1 vocabulary of the supply chain: identification keys, the carriers they travel in, and the
//! EPCIS 2.0 event model. Bytes and text come in, values go out; a value that exists is valid.
//!
//! | module | standard |
//! |---|---|
//! | [`key`], [`ai`], [`element_string`], [`scan`] | GS1 General Specifications, sections 3 and 7 |
//! | [`linter`] | rules of the GS1 Barcode Syntax Dictionary for parts of values |
//! | [`digital_link`] | GS1 Digital Link Standard: URI Syntax |
//! | [`epc`], [`epc_binary`], [`tid`] | EPC Tag Data Standard (TDS), sections 6 to 16 |
//! | [`convert`], [`company_prefix`] | all spellings of one identifier at once |
//! | [`repair`] | faults of scanners undone |
//! | [`cbv`], [`epcis`] | EPCIS 2.0 and Core Business Vocabulary 2.0 |
//!
//! ```
//! // A medicine pack as a scanner sends it, and the same pack as an EPC URN.
//! let scan = gs1::scan::parse("]d20109506000134352172712311021\u{1d}21S1").unwrap();
//! let pack = gs1::Epc::parse("urn:epc:id:sgtin:9506000.013435.S1").unwrap();
//! assert_eq!(scan.epc(), Some(pack));
//! ```
//!
//! The crate knows no clock, no ledger and no I/O: what depends on "today" takes a year or a time
//! as an argument, and JSON-LD contexts are never fetched.

pub mod ai;
pub mod cbv;
mod charset;
pub mod check_digit;
pub mod company_prefix;
pub mod convert;
pub mod decimal;
pub mod digital_link;
pub mod element_string;
pub mod epc;
pub mod epc_binary;
pub mod epcis;
pub mod event_hash;
pub mod expiry;
pub mod key;
pub mod limits;
pub mod linter;
pub mod query;
pub mod repair;
pub mod scan;
pub mod tid;
pub mod unit;
mod uri;

pub use cbv::{BizStep, Disposition};
pub use decimal::Decimal;
pub use epc::{Epc, EpcError};
pub use expiry::{DateError, ExpiryDate};
pub use key::{Gln, Gtin, KeyError, Lot, Serial, Sgln, Sgtin, Sscc};
