//! Compressed Digital Links, as edition 1.1 of the standard (section 8) defined them: the path is
//! one base64 word of identifiers and values, each value packed by its format. Only read, never
//! written: later editions advise against them.
//!
//! Any word of a path could be base64, so a link is only taken as compressed when asked, and what
//! it unpacks to must be valid to the last bit.

use super::{DigitalLink, is_primary, write};
use crate::ai::{self, Rule};
use crate::element_string::Element;
use crate::epc::EpcError;
use crate::limits;

use super::address::Address;
use super::bits::Bits;

/// Pairs and groups of identifiers that have one code for all of them.
const GROUPS: &[(u8, &[&str])] = &[
    (0x0A, &["01", "22"]),
    (0x0B, &["01", "10"]),
    (0x0C, &["01", "21"]),
    (0x0D, &["01", "17"]),
    (0x0E, &["01", "7003"]),
    (0x0F, &["01", "30"]),
    (0x1A, &["01", "10", "21", "17"]),
    (0x1B, &["01", "15"]),
    (0x1C, &["01", "11"]),
    (0x1D, &["01", "16"]),
    (0x1E, &["01", "91"]),
    (0x1F, &["01", "10", "15"]),
    (0x9A, &["8010", "8011"]),
    (0x9B, &["8017", "8019"]),
    (0x9C, &["8018", "8019"]),
    (0x9D, &["414", "254"]),
];

/// Codes that stand for a key and one of a run of measures or amounts: first code, how many, the
/// key, and the first of the run.
const RUNS: &[(u8, u8, &str, u16)] = &[
    (0x2A, 6, "01", 3100),
    (0x3A, 6, "01", 3200),
    (0xA0, 10, "01", 3920),
    (0xC0, 10, "255", 3900),
    (0xCA, 4, "255", 3940),
];

/// Reads a compressed Digital Link: fully compressed, or with its primary key in the path and
/// the rest compressed behind it. The query is passed over.
///
/// # Errors
/// [`EpcError`] for an address that is none, and for one that unpacks to what is not valid.
pub fn decompress(text: &str) -> Result<DigitalLink, EpcError> {
    if text.len() > limits::URI_BYTES_MAX {
        return Err(EpcError::TooLong {
            got: text.len(),
            max: limits::URI_BYTES_MAX,
        });
    }
    let address = Address::split(text, true).ok_or_else(|| wrong("is no web address"))?;
    let segments: Vec<&str> = address.path.split('/').skip(1).collect();
    // The toolkit that GS1 published packs groups in the order of their digits as text, not in
    // that of its own table; what one order gives no valid link for may be packed in the other.
    match (unpacked(&segments, false), unpacked(&segments, true)) {
        (Ok(table), Ok(sorted)) if table != sorted => Err(wrong("can be read in two ways")),
        (Err(error), Err(_)) => Err(error),
        (Ok(link), _) | (Err(_), Ok(link)) => Ok(link),
    }
}

fn unpacked(segments: &[&str], sorted: bool) -> Result<DigitalLink, EpcError> {
    let mut elements: Vec<Element> = Vec::new();
    let word = match segments {
        [.., key, value, word] if is_primary(key) => {
            elements.push(super::element(key, value, super::Reading::USUAL)?);
            word
        }
        [.., word] => word,
        [] => return Err(wrong("has an empty path")),
    };
    unpack(word, sorted, &mut elements)?;
    let key = elements.iter().find(|(ai, _)| is_primary(ai));
    let (key, _) = key.ok_or_else(|| wrong("unpacks to no primary key"))?;
    let plain = write(super::RESOLVER, key, &elements)?;
    super::parse(&plain)?.ok_or_else(|| wrong("unpacks to no digital link"))
}

fn unpack(word: &str, sorted: bool, elements: &mut Vec<Element>) -> Result<(), EpcError> {
    let mut bits = Bits::of_base64(word).ok_or_else(|| wrong("holds no base64 word"))?;
    while bits.left() >= 8 {
        let code = u8::try_from(take(&mut bits, 8)?).unwrap_or(0);
        if code >= 0xF0 {
            skip_foreign(&mut bits, code)?;
            continue;
        }
        let mut ais = identifiers(code, &mut bits)?;
        if sorted {
            ais.sort();
        }
        for ai in ais {
            let value = unpack_value(&ai, &mut bits)?;
            elements.push((ai, value));
        }
        if elements.len() > limits::SCAN_ELEMENTS_MAX {
            return Err(wrong("unpacks to too many elements"));
        }
    }
    if bits.left() > 0 && take_rest(&mut bits)? != 0 {
        return Err(wrong("ends in the middle of a code"));
    }
    Ok(())
}

/// The identifiers behind a code: two decimal digits begin one, others stand for several.
fn identifiers(code: u8, bits: &mut Bits) -> Result<Vec<String>, EpcError> {
    if let Some((_, group)) = GROUPS.iter().find(|(own, _)| *own == code) {
        return Ok(group.iter().map(|ai| (*ai).to_owned()).collect());
    }
    for (first, count, key, run) in RUNS {
        if let Some(offset) = code.checked_sub(*first).filter(|offset| offset < count) {
            let second = run + u16::from(offset);
            return Ok(vec![(*key).to_owned(), second.to_string()]);
        }
    }
    let mut digits = format!("{code:02x}");
    let width = ai::width_of(&digits).ok_or_else(|| wrong("holds an unknown code"))?;
    while digits.len() < width {
        let digit = char::from_digit(take(bits, 4)?, 16);
        digits.extend(digit);
    }
    match ai::rule(&digits) {
        Some(_) => Ok(vec![digits]),
        None => Err(wrong("holds an unknown application identifier")),
    }
}

/// Keys and values of others in the query, which say nothing of the item.
fn skip_foreign(bits: &mut Bits, code: u8) -> Result<(), EpcError> {
    let key_len = u32::from(code & 0x0F) << 3 | take(bits, 3)?;
    for _ in 0..key_len {
        take(bits, 6)?;
    }
    let encoding = take(bits, 3)?;
    let len = take(bits, 7)?;
    characters(bits, encoding, len).map(drop)
}

/// A value by its format. Fixed digits that follow each other are one number; optional digits
/// are one number with a length, and so is text.
fn unpack_value(ai: &str, bits: &mut Bits) -> Result<String, EpcError> {
    let rule = ai::rule(ai).ok_or_else(|| wrong("holds an unknown application identifier"))?;
    let mut value = String::new();
    for field in fields(rule) {
        match field {
            Field::Digits(len) => value.push_str(&digits(bits, len)?),
            Field::DigitsTo(max) => {
                let len = take(bits, length_bits(max))?;
                value.push_str(&digits(bits, len)?);
            }
            Field::Text(len) => {
                let encoding = take(bits, 3)?;
                value.push_str(&characters(bits, encoding, len)?);
            }
            Field::TextTo(max) => {
                let encoding = take(bits, 3)?;
                let len = take(bits, length_bits(max))?;
                value.push_str(&characters(bits, encoding, len)?);
            }
        }
    }
    Ok(value)
}

/// How a stretch of a value is packed.
#[derive(Clone, Copy)]
enum Field {
    Digits(u32),
    DigitsTo(u32),
    Text(u32),
    TextTo(u32),
}

fn fields(rule: &Rule) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for part in rule.parts() {
        let (min, max, optional) = part.size();
        let len = u32::try_from(max).unwrap_or(0);
        let open = optional || min != max;
        let last = fields.last().copied();
        let joined = match (part.is_numeric(), open, last) {
            (true, false, Some(Field::Digits(before))) => Some(Field::Digits(before + len)),
            (true, true, Some(Field::DigitsTo(before))) => Some(Field::DigitsTo(before + len)),
            (false, false, Some(Field::Text(before))) => Some(Field::Text(before + len)),
            (false, true, Some(Field::Text(before))) => Some(Field::TextTo(before + len)),
            _ => None,
        };
        if let Some(joined) = joined {
            fields.pop();
            fields.push(joined);
            continue;
        }
        fields.push(match (part.is_numeric(), open) {
            (true, false) => Field::Digits(len),
            (true, true) => Field::DigitsTo(len),
            (false, false) => Field::Text(len),
            (false, true) => Field::TextTo(len),
        });
    }
    fields
}

/// Bits of a length up to `max`.
fn length_bits(max: u32) -> u32 {
    u32::BITS - max.leading_zeros()
}

/// Characters in one of the encodings: digits, hexadecimal, base64 or ASCII.
fn characters(bits: &mut Bits, encoding: u32, len: u32) -> Result<String, EpcError> {
    let mut text = String::new();
    let width = match encoding {
        0 => return digits(bits, len),
        1 | 2 => 4,
        3 => 6,
        4 => 7,
        _ => return Err(wrong("holds an unknown encoding")),
    };
    for _ in 0..len {
        let number = take(bits, width)?;
        let c = match encoding {
            1 => char::from_digit(number, 16),
            2 => char::from_digit(number, 16).map(|c| c.to_ascii_uppercase()),
            3 => Bits::letter(number),
            _ => char::from_u32(number),
        };
        text.push(c.ok_or_else(|| wrong("holds no character"))?);
    }
    Ok(text)
}

/// A number of `len` digits, in as many bits as the largest of them needs.
fn digits(bits: &mut Bits, len: u32) -> Result<String, EpcError> {
    const LOG2_OF_10_PICO: u64 = 3_321_928_094_887;
    const MARGIN_PICO: u64 = 10_000_000_000;
    let width = (u64::from(len) * LOG2_OF_10_PICO + MARGIN_PICO).div_ceil(1_000_000_000_000);
    let width = if len == 0 { 1 } else { width };
    let mut number = vec![0_u8; usize::try_from(len).unwrap_or(0)];
    for _ in 0..width {
        let mut carry = u8::try_from(take(bits, 1)?).unwrap_or(0);
        for digit in number.iter_mut().rev() {
            let doubled = *digit * 2 + carry;
            (*digit, carry) = (doubled % 10, doubled / 10);
        }
        if carry > 0 {
            return Err(wrong("holds a number with too many digits"));
        }
    }
    Ok(number
        .iter()
        .map(|digit| char::from(b'0' + digit))
        .collect())
}

fn take(bits: &mut Bits, count: u32) -> Result<u32, EpcError> {
    bits.take(count)
        .ok_or_else(|| wrong("ends in the middle of a value"))
}

fn take_rest(bits: &mut Bits) -> Result<u32, EpcError> {
    let left = u32::try_from(bits.left()).unwrap_or(u32::MAX);
    take(bits, left)
}

fn wrong(problem: &str) -> EpcError {
    EpcError::DigitalLink(format!("{problem} (compressed)"))
}
