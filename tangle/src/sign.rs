//! The half of the formats that needs a secret: signing blocks, milestones and checkpoint notes.
//! Checking them lives in `tangle::verify` and needs public keys only. Nothing here draws
//! randomness; seeds and salts are the caller's.

use std::fmt;

use ed25519_dalek::Signer;
use tangle_verify::block::{SignedBlock, UnsignedBlock};
use tangle_verify::checkpoint::{Checkpoint, KeyError, Note, NoteError, NoteSignature};
use tangle_verify::header::{Algorithm, VERSION};
use tangle_verify::receipt::{Claims, Inclusion, Receipt};
use tangle_verify::{
    Anchor, BlockId, Header, Hlc, Item, KeyId, Kind, Malformed, Milestone, NetworkId, Parents,
    Rejected, SignedMilestone, VerifiedBlock, VerifierKey,
};
use thiserror::Error;

/// An Ed25519 secret key. Its memory is overwritten when it is dropped, and it never prints.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key with this 32-byte seed (RFC 8032 section 5.1.5).
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The public key.
    pub fn key_id(&self) -> KeyId {
        KeyId::new(self.0.verifying_key().to_bytes())
    }

    /// Signs a message (RFC 8032 section 5.1.6, deterministic).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, secret hidden)", self.key_id())
    }
}

/// Why a draft cannot be signed: it breaks a rule or a bound of the format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot sign: {0}")]
pub struct DraftError(#[from] pub Malformed);

/// Why a draft cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthorError {
    /// It cannot be signed.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// Its items are not what its header says.
    #[error("cannot sign: {0}")]
    Rejected(#[from] Rejected),
}

/// A block before it is signed. Fields as in [`Header`].
#[derive(Debug, Clone)]
pub struct Draft {
    /// What the block is for.
    pub kind: Kind,
    /// Which life of the author's chain.
    pub epoch: u32,
    /// Position in the author's chain.
    pub seq: u64,
    /// The author's block before, exactly when `seq` is above 0.
    pub prev: Option<BlockId>,
    /// Further blocks approved.
    pub parents: Parents,
    /// Above the clocks of everything approved.
    pub hlc: Hlc,
    /// The latest checkpoint known.
    pub anchor: Option<Anchor>,
    /// The content, at most 4096 items and 1 MiB.
    pub items: Vec<Item>,
}

impl Draft {
    /// Signs the block for this network.
    pub fn sign(self, key: &SigningKey, network: &NetworkId) -> Result<SignedBlock, DraftError> {
        let header = Header {
            alg: Algorithm::EdDsa,
            kid: key.key_id(),
            version: VERSION,
            kind: self.kind,
            epoch: self.epoch,
            seq: self.seq,
            prev: self.prev,
            parents: self.parents,
            hlc: self.hlc,
            anchor: self.anchor,
        };
        let unsigned = UnsignedBlock::new(header, self.items)?;
        let signature = key.sign(&unsigned.to_be_signed(network));
        Ok(unsigned.with_signature(signature))
    }

    /// Signs the block as its author, to be recorded here: a signature made a moment ago with the
    /// key at hand needs no check, which takes twice as long as making it.
    ///
    /// # Errors
    /// [`AuthorError`] for a block that nobody would take.
    pub fn author(
        self,
        key: &SigningKey,
        network: &NetworkId,
    ) -> Result<VerifiedBlock, AuthorError> {
        let signed = self.sign(key, network)?;
        let id = signed.id(network);
        Ok(signed.verify_stored(network, &id)?)
    }
}

/// Signs a milestone for this network.
pub fn milestone_sign(
    milestone: Milestone,
    key: &SigningKey,
    network: &NetworkId,
) -> Result<SignedMilestone, DraftError> {
    milestone.check()?;
    let kid = key.key_id();
    let signature = key.sign(&milestone.to_be_signed(&kid, network));
    Ok(SignedMilestone::assemble(milestone, kid, signature)?)
}

/// Why a checkpoint cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteSignError {
    /// The key's name cannot stand in a note.
    #[error("cannot sign the checkpoint: {0}")]
    Key(#[from] KeyError),
    /// The checkpoint cannot be written as a note.
    #[error("cannot sign the checkpoint: {0}")]
    Checkpoint(#[from] NoteError),
}

/// The signed note of a checkpoint. A log signs under its own name: give `name` the checkpoint's
/// origin, or verifiers will not take the signature for the log's.
pub fn note_sign(
    checkpoint: &Checkpoint,
    name: &str,
    key: &SigningKey,
) -> Result<String, NoteSignError> {
    let verifier = verifier_key(name, key)?;
    let text = checkpoint.to_text();
    Checkpoint::from_text(&text)?;
    let signature = NoteSignature {
        name: name.to_owned(),
        id: verifier.id(),
        signature: key.sign(text.as_bytes()).to_vec(),
    };
    Ok(Note {
        text,
        signatures: vec![signature],
    }
    .to_text())
}

/// Signs a COSE receipt for a leaf of the log whose tree has this root. The key is the log's, the
/// one that signs its checkpoints, and `root` that of a checkpoint it signed: a receipt commits
/// the log as a checkpoint does.
pub fn receipt_sign(
    claims: Claims,
    inclusion: Inclusion,
    root: &[u8; 32],
    key: &SigningKey,
) -> Receipt {
    let signature = key.sign(&claims.to_be_signed(root));
    Receipt {
        claims,
        inclusion,
        signature,
    }
}

/// The public half of a note key, to be handed to verifiers.
pub fn verifier_key(name: &str, key: &SigningKey) -> Result<VerifierKey, KeyError> {
    VerifierKey::new(name, key.key_id())
}

#[cfg(test)]
mod tests;
