//! GLN: which party or location; SGLN: which place inside a location.

use super::{KeyError, assembled, checked_digits, checked_text, digits_str, key_text, parted};

/// Global Location Number, 13 digits (GS1 General Specifications 2.4).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gln([u8; 13]);

key_text!(Gln);

impl Gln {
    /// Reads 13 digits, the last of them the check digit.
    ///
    /// # Errors
    /// [`KeyError`] for another length, a character that is no digit, or a wrong check digit.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        checked_digits(text, "GLN", "13").map(Self)
    }

    /// The GLN of a company prefix and the location reference of an EPC URN (TDS 7.3.3). None
    /// unless together they are 12 digits.
    pub(crate) fn from_epc_parts(prefix: &str, reference: &str) -> Option<Self> {
        assembled(prefix, reference).map(Self)
    }

    /// The parts of [`Gln::from_epc_parts`] for a company prefix of `prefix_len` digits (6..=12).
    pub(crate) fn to_epc_parts(&self, prefix_len: u8) -> Option<(String, String)> {
        parted(self.text(), prefix_len)
    }

    /// The 13 digits, as ASCII.
    pub fn digits(&self) -> &[u8; 13] {
        &self.0
    }

    fn text(&self) -> &str {
        digits_str(&self.0)
    }
}

/// A GLN with an optional extension that names a place inside it: a dock door, a cold room.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sgln {
    gln: Gln,
    extension: Option<String>,
}

impl Sgln {
    /// A location, or a place inside it. The extension is AI 254: 1..=20 characters of set 82.
    /// An extension of `0` is the location itself, as in the EPC scheme (TDS 6.3.3).
    ///
    /// # Errors
    /// [`KeyError`] for an extension of another length or with other characters.
    pub fn new(gln: Gln, extension: Option<&str>) -> Result<Self, KeyError> {
        let extension = extension.filter(|text| *text != "0");
        if let Some(text) = extension {
            checked_text(text, "GLN extension")?;
        }
        Ok(Self {
            gln,
            extension: extension.map(str::to_owned),
        })
    }

    /// The location.
    pub fn gln(&self) -> &Gln {
        &self.gln
    }

    /// The place inside the location.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }
}

impl From<Gln> for Sgln {
    fn from(gln: Gln) -> Self {
        Self {
            gln,
            extension: None,
        }
    }
}

/// Canonical Digital Link.
impl std::fmt::Display for Sgln {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "https://id.gs1.org/414/{}", self.gln)?;
        match &self.extension {
            Some(text) => write!(f, "/254/{}", crate::uri::encode_component(text)),
            None => Ok(()),
        }
    }
}
