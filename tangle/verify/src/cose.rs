//! The one COSE shape the ledger signs: `COSE_Sign1` (RFC 9052 section 4.2) with tag 18, an empty
//! unprotected map, an embedded payload and Ed25519.
//!
//! ```text
//! d2                tag 18
//!   84              array(4)
//!     58 xx ...       protected header, canonical CBOR in a byte string
//!     a0              unprotected header: always the empty map
//!     58 xx ...       payload
//!     58 40 ...       signature, 64 bytes
//! ```
//!
//! Signed are the bytes of `Sig_structure` (section 4.4):
//! `["Signature1", protected, external_aad, payload]`, where `external_aad` is the network id
//! followed by the name of the statement's kind, such as `theriac/block/1`.

use alloc::vec::Vec;

use ed25519_dalek::{Signature, VerifyingKey};

use crate::cbor::{Reader, Writer};
use crate::error::{Malformed, Rejected};
use crate::ids::{KeyId, NetworkId};
use crate::limits;

/// COSE algorithm `EdDSA` (RFC 9053 section 2.2), used with Ed25519 keys only.
pub(crate) const ALG_EDDSA: i64 = -8;
/// Header label `alg`.
pub(crate) const LABEL_ALG: i64 = 1;
/// Header label `kid`.
pub(crate) const LABEL_KID: i64 = 4;
/// Our header label, in COSE's private-use range (less than -65536): what the ledger adds.
pub(crate) const LABEL_THERIAC: i64 = -65537;

/// Tag of `COSE_Sign1` (RFC 9052 section 2).
pub(crate) const TAG_SIGN1: u64 = 18;

/// A `COSE_Sign1` taken apart; the readers stand at the start of their byte strings' content.
pub(crate) struct Sign1<'a> {
    pub(crate) protected: Reader<'a>,
    pub(crate) payload: Reader<'a>,
    pub(crate) signature: [u8; 64],
}

impl<'a> Sign1<'a> {
    /// Reads one statement whose payload has at most `payload_max` bytes.
    pub(crate) fn read(reader: &mut Reader<'a>, payload_max: usize) -> Result<Self, Malformed> {
        reader.tag(TAG_SIGN1, "cose_sign1 (tag 18)")?;
        reader.array_of(4, "the four parts of cose_sign1")?;
        let protected = reader.nested(limits::HEADER_BYTES_MAX)?;
        reader.map_of(0, "an empty unprotected header")?;
        let payload = reader.nested(payload_max)?;
        let signature = reader.fixed("a signature of 64 bytes")?;
        Ok(Self {
            protected,
            payload,
            signature,
        })
    }
}

/// Puts a statement together.
pub(crate) fn write_sign1(protected: &[u8], payload: &[u8], signature: &[u8; 64]) -> Vec<u8> {
    let mut out = Writer::with_capacity(protected.len() + payload.len() + 80);
    out.tag(TAG_SIGN1)
        .array(4)
        .bytes(protected)
        .map(0)
        .bytes(payload)
        .bytes(signature);
    out.into_vec()
}

/// The bytes that are signed.
pub(crate) fn sig_structure(
    protected: &[u8],
    network: &NetworkId,
    purpose: &str,
    payload: &[u8],
) -> Vec<u8> {
    let mut out = Writer::with_capacity(protected.len() + payload.len() + 80);
    out.array(4)
        .text("Signature1")
        .bytes(protected)
        .bytes_of(&[network.as_bytes(), purpose.as_bytes()])
        .bytes(payload);
    out.into_vec()
}

impl KeyId {
    /// Whether these bytes are a key whose signatures are worth anything: the canonical encoding
    /// of a point of the curve that is not of small order.
    ///
    /// RFC 8032 allows one encoding per point; the library also reads y coordinates that are not
    /// reduced, and the sign bit on x = 0. A key of small order verifies chosen garbage.
    pub fn is_acceptable(&self) -> bool {
        self.verifying_key().is_some()
    }

    fn verifying_key(&self) -> Option<VerifyingKey> {
        // y >= 2^255 - 19 means: all bits set above the lowest byte, and that at least 0xed.
        // The sign bit on x = 0 needs y = 1 or y = -1, and both are points of small order.
        let [lowest, middle @ .., highest] = self.as_bytes();
        let unreduced =
            *lowest >= 0xed && middle.iter().all(|byte| *byte == 0xff) && highest & 0x7f == 0x7f;
        VerifyingKey::from_bytes(self.as_bytes())
            .ok()
            .filter(|key| !unreduced && !key.is_weak())
    }

    /// Checks an Ed25519 signature strictly (RFC 8032 section 5.1.7, with s reduced, R canonical
    /// and not of small order): one message and key have one set of acceptable signatures
    /// everywhere.
    pub fn check(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), Rejected> {
        let key = self.verifying_key().ok_or(Rejected::Key)?;
        key.verify_strict(message, &Signature::from_bytes(signature))
            .map_err(|_| Rejected::Signature)
    }
}

#[cfg(test)]
mod tests;
