//! Checkpoints: the signed text by which a node commits to its whole log. C2SP `tlog-checkpoint`
//! (origin, size, root) inside a C2SP `signed-note`, so that other tools read them too.
//!
//! ```text
//! <origin>
//! <size, decimal>
//! <root, base64>
//!                              an empty line
//! [U+2014] <key name> <base64 of key id (4) and signature>      one line per signature
//! ```
//! Narrower than the standards in two places, so that no byte is free: extension lines are
//! refused, and text has one spelling (no leading zeros, no slack bits in base64).

use alloc::string::String;
use alloc::vec::Vec;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::base64;
use crate::limits;
use crate::merkle::Hash;
use crate::text::{decimal, lines as lines_of};

mod note;
mod vkey;

pub use note::{Note, NoteSignature, cosigned_message};
pub use vkey::{KeyError, KeyType, VerifierKey, key_id};

/// The state of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log, unique in the world: 1..=256 bytes, no white space, no `+`. It is also
    /// the name of the log's own key.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// RFC 9162 root.
    pub root: Hash,
}

/// A note that is not an acceptable checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// More bytes than a note may have.
    #[error("the note has more than {max} bytes")]
    TooLarge {
        /// The bound.
        max: usize,
    },
    /// A line that is not as the format wants it.
    #[cfg_attr(feature = "words", error("line {line} of the note: {reason}"))]
    #[cfg_attr(not(feature = "words"), error("a line"))]
    Line {
        /// Number of the line, from 1.
        #[cfg(feature = "words")]
        line: usize,
        /// What is wrong with it.
        #[cfg(feature = "words")]
        reason: &'static str,
    },
    /// A known key's signature that does not verify, which makes the whole note suspect.
    #[cfg_attr(
        feature = "words",
        error("the signature of {name} does not match the note")
    )]
    #[cfg_attr(not(feature = "words"), error("a signature"))]
    BadSignature {
        /// Name of the key.
        #[cfg(feature = "words")]
        name: String,
    },
    /// No known key with the name of the origin signed it.
    #[cfg_attr(
        feature = "words",
        error("no known key named {origin} signed the checkpoint")
    )]
    #[cfg_attr(not(feature = "words"), error("not signed"))]
    NotSigned {
        /// Origin of the checkpoint.
        #[cfg(feature = "words")]
        origin: String,
    },
}

impl NoteError {
    #[cfg(feature = "words")]
    pub(crate) const fn line(line: usize, reason: &'static str) -> Self {
        Self::Line { line, reason }
    }

    #[cfg(not(feature = "words"))]
    pub(crate) const fn line(_: usize, _: &'static str) -> Self {
        Self::Line {}
    }
}

impl Checkpoint {
    /// The text that is signed, with its last newline.
    pub fn to_text(&self) -> String {
        let mut out = [&*self.origin, "\n"].concat();
        decimal(&mut out, self.size);
        out + "\n" + &base64::encode(&self.root) + "\n"
    }

    /// Whether a signature by this key is the log's own: it carries the origin's name, and is
    /// not the cosignature of a witness.
    pub fn is_signed_by(&self, key: &VerifierKey) -> bool {
        key.name() == self.origin && !key.is_witness()
    }

    /// Reads the text that is signed.
    pub fn from_text(text: &str) -> Result<Self, NoteError> {
        let fail = |line, reason| Err(NoteError::line(line, reason));
        let Some(body) = text.strip_suffix('\n') else {
            return fail(1, "the text does not end with a newline");
        };
        let mut lines = lines_of(body);
        let origin = lines.next().unwrap_or_default();
        if !vkey::is_name(origin) {
            return fail(
                1,
                "an origin has 1 to 256 bytes without white space, controls or +",
            );
        }
        let Some(size) = lines.next().and_then(parse_decimal) else {
            return fail(2, "a tree size is a decimal number without leading zeros");
        };
        let Some(root) = lines.next().and_then(parse_hash) else {
            return fail(3, "a root hash is 32 bytes of canonical base64");
        };
        if lines.next().is_some() {
            return fail(4, "extension lines are not accepted");
        }
        Ok(Self {
            origin: origin.into(),
            size,
            root,
        })
    }
}

/// Checks a signed checkpoint against known keys. Signatures of unknown keys are passed over, as
/// the standard asks; one of a known key that fails refuses the note. At least one known key
/// must have signed whose name is the checkpoint's origin.
pub fn verify_note(text: &str, known: &[VerifierKey]) -> Result<Checkpoint, NoteError> {
    let note = Note::parse(text)?;
    let checkpoint = note.checkpoint()?;
    let signers = note.signers(known)?;
    if signers.iter().any(|key| checkpoint.is_signed_by(key)) {
        Ok(checkpoint)
    } else {
        Err(NoteError::NotSigned {
            #[cfg(feature = "words")]
            origin: checkpoint.origin,
        })
    }
}

/// SHA-256 of an origin as 64 hex digits: how witnesses name a log in paths and files.
pub fn origin_hash(origin: &str) -> String {
    crate::ids::to_hex(&Sha256::digest(origin))
}

/// A decimal number without sign or leading zeros.
pub fn parse_decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (canonical && digits).then(|| text.parse().ok()).flatten()
}

/// A hash as base64, as the lines of notes, proofs and requests carry it.
pub fn format_hash(hash: &Hash) -> String {
    base64::encode(hash)
}

/// 32 bytes of canonical base64.
pub fn parse_hash(text: &str) -> Option<Hash> {
    parse_base64(text, 32)?.try_into().ok()
}

/// At most `max` bytes of canonical base64: padded, no slack bits, no line breaks.
pub(crate) fn parse_base64(text: &str, max: usize) -> Option<Vec<u8>> {
    let longest = max.div_ceil(3) * 4;
    (text.len() <= longest)
        .then(|| base64::decode(text))
        .flatten()
        .filter(|b| b.len() <= max)
}

/// Whether a note of this many bytes is read at all.
pub(crate) fn check_size(bytes: usize) -> Result<(), NoteError> {
    let max = limits::NOTE_BYTES_MAX;
    if bytes > max {
        Err(NoteError::TooLarge { max })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod cosignature_tests;
#[cfg(test)]
mod tests;
