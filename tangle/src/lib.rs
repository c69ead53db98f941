//! The payload-blind DAG ledger. Checking with public keys is [`verify`]; signing is [`sign`].

pub mod sign;

pub use sign::{
    Draft, DraftError, NoteSignError, SigningKey, milestone_sign, note_sign, verifier_key,
};
pub use tangle_verify as verify;
pub use tangle_verify::{
    Anchor, BlockId, Checkpoint, Genesis, Header, Hlc, Item, KeyId, Kind, LogLeaf, Malformed,
    Media, Milestone, NetworkId, Outcome, Parents, Rejected, SignedBlock, SignedMilestone, Slot,
    VerifiedBlock, VerifiedMilestone, VerifierKey,
};
