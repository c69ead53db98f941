//! Other spellings of the identifiers and terms of an event: EPC URN or Digital Link, bare words
//! or URIs of the vocabulary, as the headers `GS1-EPC-Format` and `GS1-CBV-XML-Format` of the
//! EPCIS 2.0 interface ask (12.7).

mod epc;
#[cfg(test)]
mod tests;
pub(super) mod vocabulary;

pub use epc::{EpcFormat, PrefixLength, Untranslated, epc_format};
pub use vocabulary::CbvFormat;
