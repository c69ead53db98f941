//! The tangle: a ledger of signed blocks that approve each other, for organisations that know
//! each other by name and must be able to record while offline. It never looks into what is
//! recorded.
//!
//! The life of a block: bytes become a [`SignedBlock`] (canonical, bounded), then a
//! [`VerifiedBlock`] (signed for this network). [`Tangle::submit`] judges whether its author may
//! make it, lets it wait until everything it approves is here, appends it to the segment log,
//! and answers when it is on disk. [`Tangle::cut`] signs a milestone over all that is recorded,
//! which fixes a total order. Whoever folds the order gives back outcomes, and
//! [`Tangle::conclude`] puts them as leaves into the log's Merkle tree and signs its root: from
//! then on [`Reader::prove`] hands out proofs that anybody can check with public keys.
//!
//! Three layers, each unaware of the one above:
//! - `registry`, `graph`, `tips`, `solidify`, `order`: parts of the state, plain values;
//! - [`Ledger`]: the state machine, `handle(input, now) -> effects`, no clock, no disk;
//! - [`Tangle`] and [`Reader`] in `store`: the log, the index and the driver.
//!
//! [`verify`] is the part that needs public keys only.

pub use tangle_verify as verify;

pub use tangle_verify::{
    Anchor, BlockId, Checkpoint, Genesis, Header, Hlc, Item, KeyId, Kind, LogLeaf, Malformed,
    Media, Milestone, NetworkId, Outcome, Parents, SignedBlock, SignedMilestone, Slot,
    VerifiedBlock, VerifiedMilestone, VerifierKey,
};

pub mod authority;
pub mod buckets;
pub mod early;
pub mod error;
pub mod graph;
pub mod ledger;
pub mod limits;
pub mod order;
pub mod picture;
pub mod registry;
pub mod sign;
pub mod solidify;
pub mod store;
mod table;
pub mod tips;
pub mod witness;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use authority::Authority;
pub use error::{Broken, ProveError, Rejected};
pub use ledger::{Attach, Ledger};
pub use registry::{Author, Operation, Organisation, Registry, Role};
pub use sign::{AuthorError, Draft, DraftError, SigningKey, note_sign, verifier_key};
pub use store::{
    BundleError, CheckReport, Copied, Erased, Exported, GateError, Imported, NoKeys, Opened,
    Options, Ordered, Position, PostingKeys, Reader, Receipt, ReceiptStatus, Replay,
    RetentionClass, Selection, Stats, Status, Tangle, WitnessFiles, check, gate, gate_all,
    read_bundle,
};
