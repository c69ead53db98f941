//! Names that are 32 bytes: of a network, a block, a milestone, a key. Each is its own type, so
//! that one cannot be taken for another; all print and parse as 64 lower-case hex digits.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use thiserror::Error;

/// Text that is not 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HexError {
    /// Another number of characters than 64.
    #[error("an id has 64 hex digits, not {got}")]
    Length {
        /// How many bytes of text there were.
        got: usize,
    },
    /// A character that is no lower-case hex digit.
    #[error("the id has something else than a lower-case hex digit at character {at}")]
    Digit {
        /// Offset of the character.
        at: usize,
    },
}

/// `bytes` as lower-case hex.
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)])
        .collect()
}

/// Exactly `N` bytes of lower-case hex; the error is the offset of the first wrong character, or
/// the length of the text when that is wrong.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    if text.len() != N * 2 {
        return Err(HexError::Length { got: text.len() });
    }
    let mut out = [0; N];
    for (at, digit) in text.bytes().enumerate() {
        let nibble = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return Err(HexError::Digit { at }),
        };
        if let Some(byte) = out.get_mut(at / 2) {
            *byte = *byte << 4 | nibble;
        }
    }
    Ok(out)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// The id with these bytes.
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Its 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = HexError;

            fn from_str(text: &str) -> Result<Self, HexError> {
                from_hex(text).map(Self)
            }
        }
    };
}

id! {
    /// Names a network: BLAKE3 of its genesis configuration. Every signature covers it, so no
    /// statement can be replayed into another network.
    NetworkId
}

id! {
    /// Names a block: BLAKE3 (derive-key context `theriac block id v1`) of the COSE
    /// `Sig_structure` bytes. The signature is not part of it.
    BlockId
}

id! {
    /// Names an author: its Ed25519 public key (RFC 8032 section 5.1.2). Any 32 bytes can be held
    /// here; see [`KeyId::is_acceptable`].
    KeyId
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn ids_print_and_parse_as_lower_case_hex() {
        let id = BlockId::new(core::array::from_fn(|at| u8::try_from(at * 7).unwrap()));
        let text = id.to_string();
        assert_eq!(text.len(), 64);
        assert!(text.starts_with("00070e15"));
        assert_eq!(text.parse::<BlockId>(), Ok(id));
        assert_eq!(
            text.to_uppercase().parse::<BlockId>(),
            Err(HexError::Digit { at: 5 })
        );
        assert_eq!("00".parse::<BlockId>(), Err(HexError::Length { got: 2 }));
        let umlauts = "\u{e4}".repeat(32);
        assert_eq!(umlauts.parse::<BlockId>(), Err(HexError::Digit { at: 0 }));
    }
}
