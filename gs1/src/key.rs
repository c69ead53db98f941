//! GS1 identification keys as values that cannot be wrong: parsing is the check, the text they
//! print is canonical, and no field is public where an arbitrary value could break it.

mod gln;
mod gtin;
mod serial;
mod sgtin;
mod sscc;
#[cfg(test)]
mod tests;

pub use gln::{Gln, Sgln};
pub use gtin::Gtin;
pub use serial::{Lot, Serial};
pub use sgtin::Sgtin;
pub use sscc::Sscc;

use crate::{charset, check_digit};

/// Why a text is not the key it was taken for. Offsets count characters from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The number of characters is not one the key may have.
    #[error("{key} has {got} characters, expected {expected}")]
    Length {
        /// Which key was read.
        key: &'static str,
        /// What the standard allows, in words.
        expected: &'static str,
        /// How many characters were given.
        got: usize,
    },
    /// A numeric key holds something else than an ASCII digit.
    #[error("{key} holds {found:?} at offset {at}, expected a digit")]
    NotADigit {
        /// Which key was read.
        key: &'static str,
        /// Offset of the character.
        at: usize,
        /// The character.
        found: char,
    },
    /// The last digit is not the check digit of the others.
    #[error("{key} ends in check digit {got}, expected {expected}")]
    CheckDigit {
        /// Which key was read.
        key: &'static str,
        /// The check digit that would be right.
        expected: u8,
        /// The last digit given.
        got: u8,
    },
    /// A character outside GS1 character set 82.
    #[error("{key} holds {found:?} at offset {at}, which is outside GS1 character set 82")]
    Character {
        /// Which key was read.
        key: &'static str,
        /// Offset of the character.
        at: usize,
        /// The character.
        found: char,
    },
}

/// Reads exactly `N` digits, the last one being the check digit.
fn checked_digits<const N: usize>(
    text: &str,
    key: &'static str,
    expected: &'static str,
) -> Result<[u8; N], KeyError> {
    all_digits(text, key)?;
    let digits: [u8; N] = text.as_bytes().try_into().map_err(|_| KeyError::Length {
        key,
        expected,
        got: text.chars().count(),
    })?;
    if let Some((last, payload)) = digits.split_last() {
        let right = check_digit::of(payload);
        let got = last.saturating_sub(b'0');
        if got != right {
            return Err(KeyError::CheckDigit {
                key,
                expected: right,
                got,
            });
        }
    }
    Ok(digits)
}

fn all_digits(text: &str, key: &'static str) -> Result<(), KeyError> {
    match text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
        Some((at, found)) => Err(KeyError::NotADigit { key, at, found }),
        None => Ok(()),
    }
}

/// Checks a text of 1..=20 characters of set 82.
fn checked_text(text: &str, key: &'static str) -> Result<(), KeyError> {
    if let Some((at, found)) = text.chars().enumerate().find(|(_, c)| !charset::is_82(*c)) {
        return Err(KeyError::Character { key, at, found });
    }
    if (1..=20).contains(&text.len()) {
        Ok(())
    } else {
        Err(KeyError::Length {
            key,
            expected: "1 to 20",
            got: text.len(),
        })
    }
}

/// The digits of a key as text. They were checked to be ASCII when the key was made.
fn digits_str(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

/// Text form, serde as that text, and `FromStr`, for a key with `parse` and `as_str`.
macro_rules! key_text {
    ($name:ident) => {
        impl $name {
            /// The canonical text.
            pub fn as_str(&self) -> &str {
                self.text()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::key::KeyError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        $crate::key::serde_as_text!($name);
    };
}

/// Serde as the text of `Display`, read back through `FromStr`.
macro_rules! serde_as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use {key_text, serde_as_text};
