//! Checks what the tangle says with nothing but public keys: blocks, their items, their place
//! and outcome in the ordered log, the log's signed checkpoints, and proof files that carry all
//! of that. No storage, no clock, no entropy, no secret keys; small enough for a browser.
//!
//! The life of a claim: bytes -> [`SignedBlock`] (canonical, bounded) -> [`VerifiedBlock`]
//! (signed by its author for this network, items as signed) -> ordered by a
//! [`milestone::Milestone`] -> an [`outcome::LogLeaf`] of a [`merkle`] tree -> a signed
//! [`checkpoint::Checkpoint`] -> a [`proof::ProofFile`] somebody can check years later.
//!
//! Every format is deterministic CBOR or strict text: a value has one encoding, and whatever is
//! not that encoding is refused. Bounds are in [`limits`].

#![no_std]
#![cfg_attr(
    not(feature = "words"),
    allow(unused_variables, reason = "only told in words")
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[macro_use]
mod text;
mod base64;
mod blake3;
pub mod block;
pub mod cbor;
pub mod checkpoint;
mod cose;
mod ed25519;
pub mod error;
pub mod fork;
pub mod genesis;
pub mod header;
pub mod ids;
pub mod item;
pub mod limits;
pub mod merkle;
pub mod milestone;
pub mod outcome;
pub mod proof;
pub mod receipt;
#[cfg(test)]
mod samples;

pub use block::{Payload, SignedBlock, Statement, UnsignedBlock, VerifiedBlock};
pub use checkpoint::{Checkpoint, NoteError, VerifierKey};
pub use error::{Fault, Malformed, Rejected};
pub use fork::{ForkProof, Forked};
pub use genesis::Genesis;
pub use header::{Algorithm, Anchor, Header, Hlc, Kind, Parents};
pub use ids::{BlockId, HexError, KeyId, NetworkId};
pub use item::{Item, Media, Slot};
pub use milestone::{Milestone, SignedMilestone, VerifiedMilestone};
pub use outcome::{LogLeaf, Outcome};
pub use proof::{ProofFile, ProofItem};
pub use receipt::Receipt;
