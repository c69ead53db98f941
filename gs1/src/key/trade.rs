//! What hangs on a GTIN besides serial and lot: pieces of one trade item, and the unique
//! identifier of a tobacco unit pack.

use super::{Gtin, KeyError, Serial, all_digits, text_of_82};

/// Individual Trade Item Piece, AI 8006 (General Specifications 3.9.6): one of several pieces
/// that are one trade item together. Without serial number it is a class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Itip {
    gtin: Gtin,
    piece: u8,
    total: u8,
    serial: Option<Serial>,
}

impl Itip {
    /// Piece `piece` of `total`, both `01` to `99`.
    ///
    /// # Errors
    /// [`KeyError`] unless both numbers have two digits and `1 <= piece <= total`.
    pub fn new(
        gtin: Gtin,
        piece: &str,
        total: &str,
        serial: Option<Serial>,
    ) -> Result<Self, KeyError> {
        let (piece, total) = (two_digits(piece)?, two_digits(total)?);
        if piece == 0 || piece > total {
            return Err(KeyError::Piece { piece, total });
        }
        Ok(Self {
            gtin,
            piece,
            total,
            serial,
        })
    }

    /// Reads the value of AI 8006: GTIN, piece and total.
    ///
    /// # Errors
    /// [`KeyError`] unless there are 18 digits that fit [`Itip::new`].
    pub fn parse(text: &str, serial: Option<Serial>) -> Result<Self, KeyError> {
        all_digits(text, "ITIP")?;
        let parts = text.split_at_checked(14).filter(|_| text.len() == 18);
        let Some((gtin, numbers)) = parts else {
            let (key, expected) = ("ITIP", "18");
            let got = text.len();
            return Err(KeyError::Length { key, expected, got });
        };
        let (piece, total) = numbers.split_at_checked(2).unwrap_or_default();
        Self::new(Gtin::parse(gtin)?, piece, total, serial)
    }

    /// The trade item.
    pub fn gtin(&self) -> &Gtin {
        &self.gtin
    }

    /// Which piece, from 1, and how many there are.
    pub fn piece_of_total(&self) -> (u8, u8) {
        (self.piece, self.total)
    }

    /// The serial number of the trade item. None for the class.
    pub fn serial(&self) -> Option<&Serial> {
        self.serial.as_ref()
    }
}

/// The value of AI 8006, without the serial number.
impl std::fmt::Display for Itip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:02}{:02}", self.gtin, self.piece, self.total)
    }
}

fn two_digits(text: &str) -> Result<u8, KeyError> {
    let key = "ITIP piece number";
    all_digits(text, key)?;
    match text.parse() {
        Ok(number) if text.len() == 2 => Ok(number),
        _ => Err(KeyError::Length {
            key,
            expected: "2",
            got: text.len(),
        }),
    }
}

/// Unit Pack Identifier (TDS 6.3.17): a GTIN and the third-party controlled extension, AI 235,
/// of 1 to 28 characters of set 82.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upui {
    gtin: Gtin,
    extension: String,
}

impl Upui {
    /// One unit pack.
    ///
    /// # Errors
    /// [`KeyError`] for an extension of another length or with other characters.
    pub fn new(gtin: Gtin, extension: &str) -> Result<Self, KeyError> {
        text_of_82(extension, "third-party extension", 28)?;
        let extension = extension.to_owned();
        Ok(Self { gtin, extension })
    }

    /// The trade item.
    pub fn gtin(&self) -> &Gtin {
        &self.gtin
    }

    /// The third-party controlled extension.
    pub fn extension(&self) -> &str {
        &self.extension
    }
}
