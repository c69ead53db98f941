//! COSE receipts (RFC 9942) of the log's leaves: the same inclusion that a proof file shows, in
//! the shape that SCITT tools read. A receipt is a `COSE_Sign1` of the log's key over a root; the
//! way from the leaf to the root travels unsigned beside it, because it can lead to one root only.
//!
//! ```text
//! d2 84                          tag 18, array(4)
//!   58 xx                          protected, byte string
//!     a5 01 27                       alg (1): EdDSA (-8)
//!        04 58 20 <32>               kid (4): the log's key
//!        0f a2 01 <text> 02 <text>   CWT claims (15): iss (1) the log's origin,
//!                                      sub (2) the block's id in hex
//!        19 018b 01                  vds (395): RFC9162_SHA256 (1)
//!        3a 00010001 <size>          theriac size (-65538): leaves of the tree
//!   a1 19 018c a1 20 81            unprotected: vdp (396): inclusion proofs (-1), one
//!     58 xx                          byte string
//!       83 <size> <index> [path]
//!   f6                             payload: the root, detached
//!   58 40 <64>                     signature; external_aad is empty
//! ```
//! The entry that is proved is the data of the log's leaf (`outcome.rs`): that the block was
//! ordered, by which milestone and with which outcome. Whoever checks brings the leaf and the
//! log's key.
//!
//! RFC 9942 leaves the tree's size unsigned, and a path may lead to the same root under another
//! size of like shape. So the size is a signed private label too, and both must agree.

use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;

use crate::cbor::{Reader, Writer};
use crate::cose::{ALG_EDDSA, LABEL_ALG, LABEL_KID, TAG_SIGN1};
use crate::error::{Fault, Malformed};
use crate::ids::KeyId;
use crate::limits;
use crate::merkle::{self, Hash, MerkleError};

const WHAT: &str = "receipt";
const LABEL_CLAIMS: i64 = 15;
const LABEL_VDS: i64 = 395;
const LABEL_VDP: i64 = 396;
const LABEL_SIZE: i64 = -65538;
const VDS_RFC9162_SHA256: i64 = 1;
const VDP_INCLUSION: i64 = -1;
const CLAIM_ISS: i64 = 1;
const CLAIM_SUB: i64 = 2;

/// What the log signs beside the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The log's key (`kid`).
    pub key: KeyId,
    /// The log's origin (`iss`), at most 256 bytes.
    pub issuer: String,
    /// What the leaf is about (`sub`): the block's id as 64 hex digits; at most 256 bytes.
    pub subject: String,
    /// Leaves in the tree.
    pub size: u64,
}

/// Where the leaf is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// Leaves in the tree.
    pub size: u64,
    /// Index of the leaf.
    pub index: u64,
    /// The path from the leaf's sibling upwards.
    pub path: Vec<Hash>,
}

/// A receipt taken apart; nothing is checked but its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// What the log says.
    pub claims: Claims,
    /// The way to the root.
    pub inclusion: Inclusion,
    /// The log's signature over claims and root.
    pub signature: [u8; 64],
}

/// A receipt that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReceiptError {
    /// The leaf and the path do not fit the sizes.
    #[error("the leaf is not in the log: {0}")]
    Inclusion(#[from] MerkleError),
    /// The path is for a tree of another size than the signed one.
    #[error("the path is for a tree of another size than the log signed")]
    Size,
    /// It is another key's receipt.
    #[error("the receipt names another key than the log's")]
    Key,
    /// The signature does not cover the root that leaf and path lead to.
    #[error("the log did not sign the root that the leaf leads to")]
    Signature,
}

impl Claims {
    /// The bytes for the log's key to sign for a tree with this root.
    pub fn to_be_signed(&self, root: &Hash) -> Vec<u8> {
        let protected = self.protected();
        let mut out = Writer::with_capacity(protected.len() + 64);
        out.array(4).text("Signature1").bytes(&protected);
        out.bytes(&[]).bytes(root);
        out.into_vec()
    }

    fn protected(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(160);
        out.map(5).int(LABEL_ALG).int(ALG_EDDSA);
        out.int(LABEL_KID).bytes(self.key.as_bytes());
        out.int(LABEL_CLAIMS).map(2);
        out.int(CLAIM_ISS).text(&self.issuer);
        out.int(CLAIM_SUB).text(&self.subject);
        out.int(LABEL_VDS).int(VDS_RFC9162_SHA256);
        out.int(LABEL_SIZE).uint(self.size);
        out.into_vec()
    }

    fn read(mut reader: Reader<'_>) -> Result<Self, Malformed> {
        reader.map_of(5, "a receipt header of the known labels only")?;
        reader.exactly(LABEL_ALG, "the header label alg (1)")?;
        reader.exactly(ALG_EDDSA, "the algorithm EdDSA (-8)")?;
        reader.exactly(LABEL_KID, "the header label kid (4)")?;
        let key = KeyId::new(reader.fixed("a key of 32 bytes")?);
        reader.exactly(LABEL_CLAIMS, "the header label of claims (15)")?;
        reader.map_of(2, "the claims iss and sub")?;
        reader.exactly(CLAIM_ISS, "the claim iss (1)")?;
        let issuer = reader.text(limits::NOTE_NAME_BYTES_MAX)?.into();
        reader.exactly(CLAIM_SUB, "the claim sub (2)")?;
        let subject = reader.text(limits::NOTE_NAME_BYTES_MAX)?.into();
        reader.exactly(LABEL_VDS, "the header label vds (395)")?;
        reader.exactly(VDS_RFC9162_SHA256, "the structure RFC9162_SHA256 (1)")?;
        reader.exactly(LABEL_SIZE, "the header label of the size (-65538)")?;
        let size = reader.uint(u64::MAX)?;
        reader.finish()?;
        Ok(Self {
            key,
            issuer,
            subject,
            size,
        })
    }
}

impl Receipt {
    /// The receipt's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Inclusion { size, index, path } = &self.inclusion;
        let mut proof = Writer::with_capacity(32 + path.len() * 34);
        proof.array(3).uint(*size).uint(*index).array(path.len());
        for hash in path {
            proof.bytes(hash);
        }
        let mut out = Writer::with_capacity(320 + path.len() * 34);
        out.tag(TAG_SIGN1).array(4).bytes(&self.claims.protected());
        out.map(1).int(LABEL_VDP).map(1).int(VDP_INCLUSION).array(1);
        out.bytes(&proof.into_vec()).null().bytes(&self.signature);
        out.into_vec()
    }

    /// Reads the one canonical encoding; anything else is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes, limits::RECEIPT_BYTES_MAX, WHAT)?;
        reader.tag(TAG_SIGN1, "cose_sign1 (tag 18)")?;
        reader.array_of(4, "the four parts of cose_sign1")?;
        let claims = Claims::read(reader.nested(limits::HEADER_BYTES_MAX)?)?;
        reader.map_of(1, "an unprotected header of vdp only")?;
        reader.exactly(LABEL_VDP, "the header label vdp (396)")?;
        reader.map_of(1, "inclusion proofs only")?;
        reader.exactly(VDP_INCLUSION, "inclusion proofs (-1)")?;
        reader.array_of(1, "one inclusion proof")?;
        let inclusion = read_inclusion(reader.nested(limits::RECEIPT_BYTES_MAX)?)?;
        let payload = reader.clone();
        if !reader.null() {
            return Err(payload.fail(Fault::Expected("a detached payload")));
        }
        let signature = reader.fixed("a signature of 64 bytes")?;
        reader.finish()?;
        Ok(Self {
            claims,
            inclusion,
            signature,
        })
    }

    /// Checks that the log with this key signed a tree in which `leaf` (the data of a leaf, see
    /// [`crate::LogLeaf::to_bytes`]) has its place; the answer is the tree's root.
    pub fn verify(&self, leaf: &[u8], log: &KeyId) -> Result<Hash, ReceiptError> {
        if self.claims.size != self.inclusion.size {
            return Err(ReceiptError::Size);
        }
        if self.claims.key != *log {
            return Err(ReceiptError::Key);
        }
        let Inclusion { size, index, path } = &self.inclusion;
        let leaf = merkle::leaf_hash(leaf);
        let root = merkle::root_from_inclusion(&leaf, *index, *size, path)?;
        log.check(&self.claims.to_be_signed(&root), &self.signature)
            .map_err(|_| ReceiptError::Signature)?;
        Ok(root)
    }
}

fn read_inclusion(mut reader: Reader<'_>) -> Result<Inclusion, Malformed> {
    reader.array_of(3, "size, index and path")?;
    let size = reader.uint(u64::MAX)?;
    let index = reader.uint(u64::MAX)?;
    let count = reader.array(limits::PATH_HASHES_MAX)?;
    let path = (0..count)
        .map(|_| reader.fixed("a hash of 32 bytes"))
        .collect::<Result<_, _>>()?;
    reader.finish()?;
    Ok(Inclusion { size, index, path })
}

#[cfg(test)]
mod tests;
