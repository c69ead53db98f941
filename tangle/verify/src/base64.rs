//! Standard base64 (RFC 4648 section 4) as notes and proofs carry it: padded, one spelling. Own
//! code because the verifier has to fit into a web page and needs one alphabet of one variant.

use alloc::string::String;
use alloc::vec::Vec;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes as padded base64.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    let (blocks, rest) = bytes.as_chunks::<3>();
    for [first, second, third] in blocks {
        text.extend_from_slice(&digits([*first, *second, *third]));
    }
    let [one, two, three, _] = digits([
        rest.first().copied().unwrap_or(0),
        rest.get(1).copied().unwrap_or(0),
        0,
    ]);
    match rest {
        [] => {}
        [_] => text.extend_from_slice(&[one, two, b'=', b'=']),
        _ => text.extend_from_slice(&[one, two, three, b'=']),
    }
    // Digits are ASCII.
    String::from_utf8(text).unwrap_or_default()
}

/// The four digits of three bytes.
fn digits([first, second, third]: [u8; 3]) -> [u8; 4] {
    let bits = u32::from_be_bytes([0, first, second, third]);
    let digit = |shift: u32| {
        let digit = ALPHABET.get((bits >> shift & 0x3f) as usize);
        digit.copied().unwrap_or(b'=')
    };
    [digit(18), digit(12), digit(6), digit(0)]
}

/// The bytes that [`encode`] writes as this text; `None` for every other text: line breaks,
/// missing padding and bits beyond the last byte are refused.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let (blocks, rest) = text.as_bytes().as_chunks::<4>();
    if !rest.is_empty() {
        return None;
    }
    let mut bytes = Vec::with_capacity(blocks.len() * 3);
    for (at, block) in (1..).zip(blocks) {
        let pads = match block {
            [_, _, b'=', b'='] => 2,
            [_, _, _, b'='] => 1,
            _ => 0,
        };
        if pads > 0 && at != blocks.len() {
            return None;
        }
        let mut bits: u32 = 0;
        for digit in block.iter().take(4 - pads) {
            bits = bits << 6 | u32::from(value(*digit)?);
        }
        bits <<= 6 * pads;
        let [_, block @ ..] = bits.to_be_bytes();
        let (kept, slack) = block.split_at_checked(3 - pads)?;
        if slack.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(kept);
    }
    Some(bytes)
}

const fn value(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
