//! Hashes are lower hex in JSON and plain bytes in a snapshot.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serializer};

/// Lower hex of some bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |sum, digit| sum * 16 + digit)).ok())
        .collect()
}

/// Bytes of a length out of lower hex.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

pub(crate) fn serialize<S: Serializer, const N: usize>(
    bytes: &[u8; N],
    to: S,
) -> Result<S::Ok, S::Error> {
    if to.is_human_readable() {
        to.serialize_str(&encode(bytes))
    } else {
        to.serialize_bytes(bytes)
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
    from: D,
) -> Result<[u8; N], D::Error> {
    if from.is_human_readable() {
        let text = String::deserialize(from)?;
        return decode_array(&text).ok_or_else(|| D::Error::custom("hash is not lower hex"));
    }
    from.deserialize_bytes(Plain)
}

/// Bytes of a length, all at once.
struct Plain<const N: usize>;

impl<const N: usize> Visitor<'_> for Plain<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<[u8; N], E> {
        bytes
            .try_into()
            .map_err(|_| E::custom("hash has another length"))
    }
}
