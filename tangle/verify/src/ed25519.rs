//! Ed25519 signatures, checked strictly (RFC 8032 section 5.1.7): one message and key have one
//! set of acceptable signatures everywhere. With feature `fast` the library does it; without, the
//! few lines of `compact`, which weigh a fifth and are held against the library by the tests.

use crate::error::Rejected;
use crate::ids::KeyId;

impl KeyId {
    /// Whether these bytes are a key whose signatures are worth anything: the canonical encoding
    /// of a point of the curve that is not of small order.
    ///
    /// RFC 8032 allows one encoding per point; lax readers also take y coordinates that are not
    /// reduced, and the sign bit on x = 0. A key of small order verifies chosen garbage.
    pub fn is_acceptable(&self) -> bool {
        imp::key(self.as_bytes()).is_some()
    }

    /// Checks an Ed25519 signature strictly: s reduced, R canonical and not of small order, and
    /// the equation without the cofactor.
    pub fn check(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), Rejected> {
        let key = imp::key(self.as_bytes()).ok_or(Rejected::Key)?;
        if imp::holds(&key, message, signature) {
            Ok(())
        } else {
            Err(Rejected::Signature)
        }
    }
}

#[cfg(not(feature = "fast"))]
use compact as imp;
#[cfg(feature = "fast")]
use library as imp;

/// Ed25519 by the library.
#[cfg(any(test, feature = "fast"))]
mod library {
    use ed25519_dalek::{Signature, VerifyingKey};

    /// The key of these bytes, if it is acceptable.
    pub(super) fn key(bytes: &[u8; 32]) -> Option<VerifyingKey> {
        // The library takes y >= 2^255 - 19, which means: all bits set above the lowest byte, and
        // that at least 0xed. The sign bit on x = 0 needs y = 1 or y = -1, and both are points of
        // small order.
        let [lowest, middle @ .., highest] = bytes;
        let unreduced =
            *lowest >= 0xed && middle.iter().all(|byte| *byte == 0xff) && highest & 0x7f == 0x7f;
        VerifyingKey::from_bytes(bytes)
            .ok()
            .filter(|key| !unreduced && !key.is_weak())
    }

    /// Whether the signature is this key's for the message.
    pub(super) fn holds(key: &VerifyingKey, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        key.verify_strict(message, &signature).is_ok()
    }
}

#[cfg(any(test, not(feature = "fast")))]
mod compact;
#[cfg(any(test, not(feature = "fast")))]
mod field;

#[cfg(test)]
mod edges;
#[cfg(test)]
mod peers;
