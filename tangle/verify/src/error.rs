//! What can be wrong with bytes that came from outside. `Malformed` is about form (the bytes are
//! no canonical value), `Rejected` about authenticity (a well-formed value nobody can stand for).
//! Both are the sender's fault; nothing here is ever ours.

use thiserror::Error;

/// Bytes that are not the one canonical encoding of a value within its bounds.
///
/// Without the feature `words` it says that they are not, and no more.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[cfg_attr(feature = "words", error("cannot read {what} at byte {at}: {fault}"))]
#[cfg_attr(not(feature = "words"), error("malformed"))]
pub struct Malformed {
    /// The thing that was being read, such as `block` or `genesis`.
    #[cfg(feature = "words")]
    pub what: &'static str,
    /// Offset in bytes from the start of the outermost input.
    #[cfg(feature = "words")]
    pub at: usize,
    /// What was wrong there.
    #[cfg(feature = "words")]
    pub fault: Fault,
}

/// The ways an encoding can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The input stops inside a value.
    #[error("the input ends early")]
    End,
    /// Something else than the format has at this place.
    #[error("expected {0}")]
    Expected(&'static str),
    /// Indefinite lengths are outside the deterministic profile (RFC 8949 section 4.2.1).
    #[error("an indefinite length is not allowed")]
    Indefinite,
    /// A number or a length takes more bytes than it needs.
    #[error("a number or length is not in its shortest form")]
    NotShortest,
    /// Text that is not UTF-8.
    #[error("the text is not utf-8")]
    NotUtf8,
    /// Entries that must ascend do not, or one of them repeats.
    #[error("the entries are not in strictly ascending order")]
    Order,
    /// More than the named bound of `limits`.
    #[error("more than the {max} allowed")]
    TooLarge {
        /// The bound that was exceeded, in the unit of the value at hand.
        max: u64,
    },
    /// The value ends and bytes follow.
    #[error("bytes follow the end")]
    Trailing,
    /// A value that is encoded well but means nothing here; says which.
    #[error("{0}")]
    Value(&'static str),
}

impl Malformed {
    /// A fault of the whole value rather than of one byte of it.
    pub const fn value(what: &'static str, reason: &'static str) -> Self {
        Self::new(what, 0, Fault::Value(reason))
    }

    #[cfg(feature = "words")]
    pub(crate) const fn new(what: &'static str, at: usize, fault: Fault) -> Self {
        Self { what, at, fault }
    }

    #[cfg(not(feature = "words"))]
    pub(crate) const fn new(_: &'static str, _: usize, _: Fault) -> Self {
        Self {}
    }

    /// The same fault, in `what` at this place.
    #[cfg(feature = "words")]
    pub(crate) fn within(self, what: &'static str, at: usize) -> Self {
        Self { what, at, ..self }
    }

    #[cfg(not(feature = "words"))]
    pub(crate) fn within(self, _: &'static str, _: usize) -> Self {
        self
    }
}

/// A well-formed statement that fails a check of authenticity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Rejected {
    /// The key in the header is no canonical Ed25519 point, or one of small order.
    #[error("the signing key is not a canonical ed25519 key of full order")]
    Key,
    /// Ed25519 `verify_strict` says no: another network, another key, or changed bytes.
    #[error("the signature does not match the header, the payload and the network")]
    Signature,
    /// The items that travel beside the header are not those that were signed.
    #[error("the items do not match the signed items root")]
    ItemsRoot,
    /// The items have another total length than the signed one.
    #[error("the items do not match the signed items length")]
    ItemsLength,
    /// The statement is not the one that was asked for by its id.
    #[error("the block has another id than the one expected")]
    Id,
}
