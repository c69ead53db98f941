//! A tag in all its spellings, for people and for programs that print them.

use serde::Serialize;

use super::{BinaryError, EPC_BITS_MAX, TagEpc, decode_bits};

/// A tag in all its spellings; null where its coding has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagView {
    /// The coding, such as `sgtin-96`.
    pub scheme: &'static str,
    /// The pure-identity URN; null for codings since TDS 2.0.
    pub urn: Option<String>,
    /// The EPC tag URI; null for codings since TDS 2.0.
    pub tag_uri: Option<String>,
    /// The filter value; null for GID-96.
    pub filter: Option<u8>,
    /// The elements in brackets; null for identifiers that are no GS1 keys.
    pub element_string: Option<String>,
    /// The Digital Link; null for identifiers that are no GS1 keys.
    pub digital_link: Option<String>,
}

impl From<&TagEpc> for TagView {
    fn from(tag: &TagEpc) -> Self {
        Self {
            scheme: tag.scheme.name(),
            urn: tag.urn(),
            tag_uri: tag.tag_uri(),
            filter: tag.filter,
            element_string: tag.element_string(),
            digital_link: tag.digital_link(),
        }
    }
}

/// Reads the EPC memory written in hexadecimal, such as a reader prints it.
///
/// # Errors
/// As [`from_hex`].
pub fn describe(hex: &str) -> Result<TagView, BinaryError> {
    from_hex(hex).map(|tag| TagView::from(&tag))
}

/// Reads the EPC memory written in hexadecimal: both cases, white space around it and a leading
/// `0x` dropped. An odd digit is four bits: `+` codings may end there.
///
/// # Errors
/// [`BinaryError::Hex`] for other text, else as [`decode_bits`].
pub fn from_hex(hex: &str) -> Result<TagEpc, BinaryError> {
    let trimmed = hex.trim();
    let digits = trimmed.strip_prefix("0x").unwrap_or(trimmed);
    let bits = u64::try_from(digits.len())
        .unwrap_or(u64::MAX)
        .saturating_mul(4);
    let Some(bits) = u32::try_from(bits)
        .ok()
        .filter(|bits| *bits <= EPC_BITS_MAX)
    else {
        let max = EPC_BITS_MAX;
        return Err(BinaryError::TooLong { got: bits, max });
    };
    let mut bytes = Vec::with_capacity(digits.len().div_ceil(2));
    for (at, c) in digits.chars().enumerate() {
        let digit = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digit = digit.ok_or(BinaryError::Hex { at })?;
        match bytes.last_mut() {
            Some(last) if at % 2 == 1 => *last |= digit,
            _ => bytes.push(digit << 4),
        }
    }
    decode_bits(&bytes, bits)
}

/// Bytes in upper-case hexadecimal.
pub(crate) fn upper_hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    let digits = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16));
    digits.map(|digit| digit.to_ascii_uppercase()).collect()
}
