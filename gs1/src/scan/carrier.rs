//! What a scanner puts around the content of a symbol: the symbology identifier of ISO/IEC 15424
//! before it, line breaks after it, stand-ins for characters that keyboards cannot type.

use super::ScanError;
use crate::element_string::FNC1;

/// Record separator and end of transmission, of messages in the envelope of ISO/IEC 15434.
pub(super) const RS: char = '\u{1e}';
pub(super) const EOT: char = '\u{4}';

/// What a symbology identifier says of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    /// Element strings.
    Elements,
    /// A GTIN of one of these numbers of digits.
    Retail(&'static [usize]),
    /// A GTIN-13 with an add-on of two or five digits.
    WithAddOn,
    /// The add-on of a retail code alone.
    AddOn,
    /// Nothing: text, often a web address, or a message in an envelope.
    Anything,
}

/// Symbology identifiers (GS1 General Specifications, figure 5.1.2-2, and ISO/IEC 15424 for the
/// same symbols without FNC1).
const CARRIERS: &[(&str, Promise)] = &[
    // GS1-128; Code 128 otherwise.
    ("]C1", Promise::Elements),
    ("]C0", Promise::Anything),
    ("]C2", Promise::Anything),
    ("]C4", Promise::Anything),
    // DataBar and composite components.
    ("]e0", Promise::Elements),
    ("]e1", Promise::Elements),
    ("]e2", Promise::Elements),
    // GS1 DataMatrix, square, with ECI, rectangular, rectangular with ECI; Data Matrix otherwise.
    ("]d2", Promise::Elements),
    ("]d5", Promise::Elements),
    ("]d8", Promise::Elements),
    ("]dB", Promise::Elements),
    ("]d0", Promise::Anything),
    ("]d1", Promise::Anything),
    ("]d4", Promise::Anything),
    ("]d7", Promise::Anything),
    ("]dA", Promise::Anything),
    // GS1 QR Code, with ECI; QR Code otherwise.
    ("]Q3", Promise::Elements),
    ("]Q4", Promise::Elements),
    ("]Q0", Promise::Anything),
    ("]Q1", Promise::Anything),
    ("]Q2", Promise::Anything),
    // GS1 DotCode; DotCode otherwise.
    ("]J1", Promise::Elements),
    ("]J0", Promise::Anything),
    // EAN-13, UPC-A and UPC-E as 13 digits, their add-ons, EAN-8.
    ("]E0", Promise::Retail(&[13])),
    ("]E1", Promise::AddOn),
    ("]E2", Promise::AddOn),
    ("]E3", Promise::WithAddOn),
    ("]E4", Promise::Retail(&[8])),
    // ITF-14, with its check digit verified or not.
    ("]I0", Promise::Retail(&[14])),
    ("]I1", Promise::Retail(&[14])),
    // Aztec Code, PDF417, and input that was no symbol at all, such as keys.
    ("]z0", Promise::Anything),
    ("]L0", Promise::Anything),
    ("]L2", Promise::Anything),
    ("]X0", Promise::Anything),
];

/// Names for characters that keyboards cannot type, and the characters.
const NAMES: [(&str, char); 6] = [
    ("{gs}", FNC1),
    ("<gs>", FNC1),
    ("{rs}", RS),
    ("<rs>", RS),
    ("{eot}", EOT),
    ("<eot>", EOT),
];

/// The characters with their offsets; every stand-in becomes the character it stands for.
pub(super) fn symbols(text: &str) -> Vec<(usize, char)> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        let rest = chars.get(at..).unwrap_or_default();
        let begins_a_name = matches!(c, '{' | '<');
        let named = NAMES.iter().filter(|_| begins_a_name).find(|(name, _)| {
            name.len() <= rest.len()
                && name
                    .chars()
                    .zip(rest)
                    .all(|(name, c)| c.eq_ignore_ascii_case(&name))
        });
        let (c, len) = match (named, c) {
            (Some((name, c)), _) => (*c, name.len()),
            (None, '^' | '\u{241d}') => (FNC1, 1),
            (None, '\u{241e}') => (RS, 1),
            (None, '\u{2404}') => (EOT, 1),
            (None, c) => (*c, 1),
        };
        out.push((at, c));
        at += len;
    }
    out
}

pub(super) fn trim(symbols: &[(usize, char)]) -> &[(usize, char)] {
    let outside = |c: char| matches!(c, '\r' | '\n' | '\t' | ' ' | '\u{feff}');
    let mut rest = symbols;
    while let Some(((_, c), tail)) = rest.split_first() {
        if !outside(*c) {
            break;
        }
        rest = tail;
    }
    while let Some(((_, c), head)) = rest.split_last() {
        if !outside(*c) {
            break;
        }
        rest = head;
    }
    rest
}

/// The symbology identifier that promises element strings, where there is one, and what follows.
pub(super) fn of_elements(text: &str) -> (Option<&'static str>, &str) {
    let split = text.starts_with(']').then(|| text.split_at_checked(3));
    let Some((head, rest)) = split.flatten() else {
        return (None, text);
    };
    let is = |it: &&(&str, Promise)| it.0 == head && it.1 == Promise::Elements;
    let found = CARRIERS.iter().find(is);
    found.map_or((None, text), |(name, _)| (Some(name), rest))
}

type Split<'a> = (Option<(&'static str, Promise)>, &'a [(usize, char)]);

/// Takes a symbology identifier off.
pub(super) fn split(symbols: &[(usize, char)]) -> Result<Split<'_>, ScanError> {
    if !matches!(symbols.first(), Some((_, ']'))) {
        return Ok((None, symbols));
    }
    let (head, rest) = symbols.split_at_checked(3).unwrap_or((symbols, &[]));
    let found: String = head.iter().map(|(_, c)| *c).collect();
    match CARRIERS.iter().find(|(name, _)| *name == found) {
        Some((name, promise)) => Ok((Some((name, *promise)), rest)),
        None => Err(ScanError::Symbology { found }),
    }
}
