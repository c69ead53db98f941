//! Errors by whose fault they are: [`Rejected`] is the sender's (the block is not taken, and says
//! why by a stable code), [`Broken`] is ours (disk, damage, misuse; nothing was acknowledged).

use std::io;

use tangle_verify::{BlockId, Malformed};
use thiserror::Error;

/// Why a well-formed, authentic block is not taken. Nothing of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Rejected {
    /// Nobody registered the key that signed it.
    #[error("the author's key is not registered")]
    UnknownAuthor,
    /// The author's registration does not cover the time of the block's clock.
    #[error("the author's registration is not valid at the block's time, {at_ms} ms")]
    OutsideValidity {
        /// The block's clock, milliseconds since the Unix epoch.
        at_ms: u64,
    },
    /// The author's role may not make blocks of this kind.
    #[error("the author's role does not allow blocks of kind {kind}")]
    KindNotAllowed {
        /// Number of the kind.
        kind: u16,
    },
    /// The block's clock is further ahead of ours than is tolerated; it may be sent again later.
    #[error("the block's clock is {ahead_ms} ms ahead of this node's")]
    ClockAhead {
        /// How far, milliseconds.
        ahead_ms: u64,
    },
    /// A hybrid logical clock is above those of all approved blocks.
    #[error("the block's clock is not above that of {approved}, which it approves")]
    ClockNotAbove {
        /// The approved block.
        approved: BlockId,
    },
    /// `prev` is no block of this author, epoch and the sequence number before.
    #[error("prev is not the author's block before this one")]
    PrevNotOwn,
    /// A registry block carries something the registry cannot take; says which item and why.
    #[error("the registry operation in item {item} is refused: {reason}")]
    Registry {
        /// Index of the item.
        item: u16,
        /// What is wrong with it.
        reason: String,
    },
    /// Its parents are missing and the room for such blocks is full; it may be sent again later.
    #[error("parents are missing and no more blocks of this author can wait for theirs")]
    WaitingRoomFull,
    /// Items were erased on the way. Whoever records a block first records it whole: a stripped
    /// copy must not stand for it.
    #[error("the block has erased items and must be sent whole")]
    NotWhole,
    /// Only the root key is known at the genesis; every other author's first block approves one
    /// that follows its registration.
    #[error("the block approves nothing, so its author is not registered before it")]
    StandsOnGenesis,
    /// The key writes faster than its rate in the registry; it may be sent again later.
    #[error("the author writes faster than registered, the next block is taken in {wait_ms} ms")]
    Throttled {
        /// After how many milliseconds the next block of this author is taken.
        wait_ms: u64,
    },
    /// The DAG would get deeper than can be counted.
    #[error("the block is deeper than 2^32 blocks")]
    TooDeep,
}

impl Rejected {
    /// Stable number of the reason, for wire and log.
    pub const fn code(&self) -> u16 {
        match self {
            Self::UnknownAuthor => 1,
            Self::OutsideValidity { .. } => 2,
            Self::KindNotAllowed { .. } => 3,
            Self::ClockAhead { .. } => 4,
            Self::ClockNotAbove { .. } => 5,
            Self::PrevNotOwn => 6,
            Self::Registry { .. } => 7,
            Self::WaitingRoomFull => 8,
            Self::TooDeep => 9,
            Self::NotWhole => 10,
            Self::StandsOnGenesis => 11,
            Self::Throttled { .. } => 12,
        }
    }

    /// Whether the same bytes may be taken later.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::UnknownAuthor
                | Self::ClockAhead { .. }
                | Self::WaitingRoomFull
                | Self::Throttled { .. }
        )
    }
}

/// What goes wrong on our side.
#[derive(Debug, Error)]
pub enum Broken {
    /// The operating system refused something.
    #[error("cannot read or write {file}")]
    Storage {
        /// The file, relative to the ledger's directory.
        file: String,
        /// What it said.
        source: io::Error,
    },
    /// Bytes on disk are not what was written, and it is not an unfinished end.
    #[error("{file} is damaged at byte {offset}: {what}")]
    Corrupt {
        /// The file, relative to the ledger's directory.
        file: String,
        /// Offset in the file, bytes.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// The index failed in a way that says nothing of the log.
    #[error("the index failed: {what}")]
    Index {
        /// What it said.
        what: String,
    },
    /// An earlier write failed; the ledger must be opened again.
    #[error("the ledger stopped writing after an error and must be opened again")]
    Stopped,
    /// A call that makes no sense now.
    #[error("{what}")]
    Misuse {
        /// Why.
        what: &'static str,
    },
    /// The genesis configuration is not usable.
    #[error("cannot use the genesis configuration")]
    Genesis(#[source] Malformed),
    /// The directory already holds a ledger.
    #[error("the directory already holds a ledger")]
    Exists,
    /// The directory holds no ledger.
    #[error("the directory holds no ledger")]
    NotALedger,
}

impl Broken {
    pub(crate) fn corrupt(file: &str, offset: u64, what: impl Into<String>) -> Self {
        Self::Corrupt {
            file: file.into(),
            offset,
            what: what.into(),
        }
    }

    /// Whether data on disk are damaged (rather than the disk unusable or the call wrong).
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Corrupt { .. })
    }
}

/// Why a proof cannot be made.
#[derive(Debug, Error)]
pub enum ProveError {
    /// No such block is recorded here.
    #[error("the block is not known")]
    Unknown,
    /// The block is recorded but no signed checkpoint covers it yet.
    #[error("the block is not covered by a checkpoint yet")]
    NotFinal,
    /// The block has no such item, or it was erased.
    #[error("the block has no item {item} to show")]
    NoItem {
        /// Index of the item.
        item: u16,
    },
    /// The parts do not fit the format of a proof file.
    #[error("cannot write the proof")]
    Format(#[source] Malformed),
    /// Ours.
    #[error(transparent)]
    Broken(#[from] Broken),
}
