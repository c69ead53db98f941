//! GS1 identification keys as values that cannot be wrong: parsing is the check, the text they
//! print is canonical, and no field is public where an arbitrary value could break it.

mod foreign;
mod gln;
mod gtin;
mod numeric;
mod serial;
mod serialised;
mod sgtin;
mod sscc;
#[cfg(test)]
mod tests;
mod text;
mod trade;

pub use foreign::{Adi, Bic, Gid, Imovn, Usdod};
pub use gln::{Gln, Sgln};
pub use gtin::Gtin;
pub use numeric::{Gsin, Gsrn};
pub use serial::{Lot, Serial};
pub use serialised::{Gcn, Gdti, Grai};
pub use sgtin::Sgtin;
pub use sscc::Sscc;
pub use text::{Cpi, Giai, Ginc};
pub use trade::{Itip, Upui};

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
    /// A character outside GS1 character set 39.
    #[error("{key} holds {found:?} at offset {at}, which is outside GS1 character set 39")]
    OutsideSet39 {
        /// Which key was read.
        key: &'static str,
        /// Offset of the character.
        at: usize,
        /// The character.
        found: char,
    },
    /// A number written with a leading zero where the standard forbids it.
    #[error("{key} has a leading zero")]
    LeadingZero {
        /// Which number was read.
        key: &'static str,
    },
    /// A number that does not fit its field.
    #[error("{key} is not below 2^{bits}")]
    Range {
        /// Which number was read.
        key: &'static str,
        /// Width of the field in bits.
        bits: u32,
    },
    /// A piece that is not one of the pieces there are.
    #[error("ITIP is piece {piece} of {total}")]
    Piece {
        /// The number of the piece.
        piece: u8,
        /// How many pieces there are.
        total: u8,
    },
    /// A code that is not built as its standard says.
    #[error("{key} is not well formed, expected {expected}")]
    Form {
        /// Which code was read.
        key: &'static str,
        /// The form expected.
        expected: &'static str,
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
    text_of_82(text, key, 20)
}

/// Checks a text of 1..=`max` characters of set 82; `max` is one of those in the standard.
fn text_of_82(text: &str, key: &'static str, max: usize) -> Result<(), KeyError> {
    let fits = text.bytes().all(|b| charset::is_82(char::from(b)));
    if !fits && let Some((at, found)) = text.chars().enumerate().find(|(_, c)| !charset::is_82(*c))
    {
        return Err(KeyError::Character { key, at, found });
    }
    if (1..=max).contains(&text.len()) {
        return Ok(());
    }
    let expected = match max {
        12 => "1 to 12",
        16 => "1 to 16",
        17 => "1 to 17",
        20 => "1 to 20",
        28 => "1 to 28",
        _ => "1 to 30",
    };
    let got = text.len();
    Err(KeyError::Length { key, expected, got })
}

/// Company prefix and reference of an EPC URN and the check digit of both, where they are `N`
/// digits together.
fn assembled<const N: usize>(prefix: &str, reference: &str) -> Option<[u8; N]> {
    if prefix.len() + reference.len() + 1 != N {
        return None;
    }
    let mut digits = [b'0'; N];
    let payload = prefix.bytes().chain(reference.bytes());
    digits
        .iter_mut()
        .zip(payload)
        .for_each(|(to, from)| *to = from);
    let (check, payload) = digits.split_last_mut()?;
    if !payload.iter().all(u8::is_ascii_digit) {
        return None;
    }
    *check = b'0' + check_digit::of(payload);
    Some(digits)
}

/// Undoes [`assembled`] for a company prefix of `prefix_len` digits (6..=12).
fn parted(key: &str, prefix_len: u8) -> Option<(String, String)> {
    if !(6..=12).contains(&prefix_len) {
        return None;
    }
    let (prefix, rest) = key.split_at_checked(usize::from(prefix_len))?;
    let reference = rest.get(..rest.len().checked_sub(1)?)?;
    Some((prefix.to_owned(), reference.to_owned()))
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
                from.deserialize_str($crate::key::OfText(std::marker::PhantomData))
            }
        }
    };
}

/// Reads what parses from a text, without a copy of it.
pub(crate) struct OfText<T>(pub(crate) std::marker::PhantomData<T>);

impl<T: std::str::FromStr<Err: std::fmt::Display>> serde::de::Visitor<'_> for OfText<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

pub(crate) use {key_text, serde_as_text};
