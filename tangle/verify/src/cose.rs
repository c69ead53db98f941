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

use crate::cbor::{Reader, Writer};
use crate::error::Malformed;
use crate::ids::NetworkId;
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
