//! The two text attributes that turn a GTIN into one pack or one batch.

use super::{KeyError, checked_text, key_text};

/// Serial number of a trade item, AI 21: 1..=20 characters of set 82. Case and leading zeros
/// count: `007` and `7` are two packs.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(String);

key_text!(Serial);

impl Serial {
    /// Reads a serial number.
    ///
    /// # Errors
    /// [`KeyError`] for an empty or too long text, or a character outside set 82.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        checked_text(text, "serial number").map(|()| Self(text.to_owned()))
    }

    fn text(&self) -> &str {
        &self.0
    }
}

/// Batch or lot number, AI 10: 1..=20 characters of set 82.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lot(String);

key_text!(Lot);

impl Lot {
    /// Reads a lot number.
    ///
    /// # Errors
    /// [`KeyError`] for an empty or too long text, or a character outside set 82.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        checked_text(text, "lot number").map(|()| Self(text.to_owned()))
    }

    fn text(&self) -> &str {
        &self.0
    }
}
