//! Proof files: everything needed to check, offline and years later, that a block was signed by
//! its author, carried an item, and was taken into the ordered log with an outcome.
//!
//! The file is a C2SP `tlog-proof`: text that other tools can at least check for inclusion. What
//! is ours sits in its `extra` line, as deterministic CBOR in base64:
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64 of extra>
//! index <leaf index>
//! <hash, base64>                      the inclusion path, leaf's sibling first
//!
//! <signed checkpoint>
//!
//! extra   86 01                       version
//!            <genesis>                byte string, `genesis.rs`
//!            <statement>              byte string, COSE_Sign1, `block.rs`
//!            <leaf>                   byte string, `outcome.rs`
//!            [ [index, item, [path]] ]  disclosed items, ascending
//!            [ vkey ]                 the trust section: the key of each signature line, in order
//! ```
//!
//! No byte is free. The text and the CBOR have one spelling each; every value is either signed,
//! hashed into something signed, or (the pinned keys) must itself have made a signature present.
//! What a file cannot do is vouch for its own keys: whoever needs more than "unchanged since it
//! was made" gives the log's key, and then that key must have signed.

mod file;
pub mod json;
mod report;

pub use crate::text::Said;
pub use file::{ProofError, ProofFile, ProofItem};
pub use json::verify_json;
pub use report::{Policy, Proved, Report, STEPS, Step, Trust, Witnessed, verify, verify_with};

#[cfg(test)]
mod tests;
