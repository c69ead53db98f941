//! The ledger on disk: the segment log, the index derived from it, and the driver that keeps
//! both in step with the state machine. The only part of the crate that touches files.
//!
//! ```text
//! DIR/genesis.cbor       the genesis configuration; its presence says the ledger is complete
//! DIR/log/NNNNNN.seg     the segment log: the truth
//! DIR/index.redb         derived from the log; may be deleted while the ledger is closed
//! DIR/checkpoint         the latest signed checkpoint note
//! DIR/checkpoint.keys    the public keys that sign it, one vkey a line
//! DIR/witnessed          the latest checkpoint that witnesses co-signed, with the keys
//! DIR/clean              written at close, removed at open: pins all of the above
//! ```

mod apply;
mod backup;
pub mod bugs;
mod bundle;
mod check;
mod cosigned;
mod cut;
mod erase;
pub mod files;
mod frame;
mod gate;
mod index;
mod log;
mod mark;
mod open;
#[cfg(any(test, feature = "testing"))]
pub(crate) mod raw;
mod reader;
mod rows;
mod shadow;
mod shared;
mod taken;
mod tangle;
mod tree;
mod unordered;
mod witness_files;

pub use backup::Copied;
pub use bundle::{BundleError, Exported, Imported, Selection, read_bundle};
pub use check::{CheckReport, Difference, check, check_over};
pub use cut::{Ordered, Replay};
pub use erase::{Erased, RetentionClass, Wanted};
pub use gate::{GateError, gate, gate_all};
pub use reader::{Position, Reader, Status};
pub use shared::{NoKeys, PostingKeys};
pub use tangle::{Opened, Receipt, ReceiptStatus, Stats, Tangle};
pub use witness_files::WitnessFiles;

pub(crate) const GENESIS: &str = "genesis.cbor";
pub(crate) const CHECKPOINT: &str = "checkpoint";
pub(crate) const CHECKPOINT_KEYS: &str = "checkpoint.keys";

/// How a ledger is kept. The default is right for a node of any size; the format on disk does
/// not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Length of a new segment, bytes. A batch that does not fit gets a longer one.
    pub segment_bytes: u32,
    /// Memory for pages of the index, bytes.
    pub cache_bytes: usize,
    /// Rows go to the index when so many blocks have rows in memory only.
    pub flush_blocks_max: usize,
    /// Rows go to the index when the last time is this long ago, milliseconds.
    pub flush_ms_max: u64,
    /// A submission of more bytes is written as several batches.
    pub batch_bytes_max: usize,
    /// Rows go to the index in a thread of its own, and submitting does not wait for it.
    /// [`Tangle::open`] always does so; over other files it is left out by default, so that the
    /// same calls give the same operations on the files.
    pub background: bool,
    /// Memory for blocks that are not ordered yet, bytes.
    pub recent_bytes_max: usize,
    /// A number that strangers do not know keeps them from choosing block ids that make the
    /// ledger's tables slow. Nothing else depends on it.
    pub table_seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 16 * 1024 * 1024,
            cache_bytes: 32 * 1024 * 1024,
            flush_blocks_max: 60_000,
            flush_ms_max: 30_000,
            batch_bytes_max: 64 * 1024 * 1024,
            background: false,
            recent_bytes_max: 64 * 1024 * 1024,
            table_seed: 0,
        }
    }
}

#[cfg(test)]
mod tests;
