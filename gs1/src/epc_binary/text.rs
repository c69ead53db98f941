//! Text of a tag in as few bits as its characters allow (TDS 2.3, 14.5.6): an indicator says which
//! of six alphabets follows.

use super::bits::{Reader, Writer, decimal_bits};
use super::error::BinaryError;
use super::value::{all_digits, problem, read_length, write_length};
use crate::charset;

/// URN Code 40 (table 14-8): index 0 fills up the last group of three.
const CODE_40: &[u8; 40] = b"\0ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:0123456789";
/// File-safe and URI-safe base64 (table 14-7).
const BASE_64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The encoding indicators of table E.
const INTEGER: u8 = 0;
const UPPER_HEX: u8 = 1;
const LOWER_HEX: u8 = 2;
const SIX_BITS: u8 = 3;
const SEVEN_BITS: u8 = 4;
const URN_40: u8 = 5;

/// Reads indicator, length and characters.
pub(super) fn read(
    bits: &mut Reader<'_>,
    field: &'static str,
    max: usize,
) -> Result<String, BinaryError> {
    let bit = bits.at();
    let indicator = bits.take_u8(field, 3)?;
    if indicator > URN_40 {
        return Err(problem(
            field,
            bit,
            &format!("has reserved encoding indicator {indicator}"),
        ));
    }
    let count = read_length(bits, field, max)?;
    match indicator {
        INTEGER => bits.decimal(field, decimal_bits(count), count),
        UPPER_HEX | LOWER_HEX => {
            let mut text = String::with_capacity(count);
            for _ in 0..count {
                let digit = char::from_digit(u32::from(bits.take_u8(field, 4)?), 16);
                text.extend(digit);
            }
            Ok(if indicator == UPPER_HEX {
                text.to_ascii_uppercase()
            } else {
                text
            })
        }
        SIX_BITS => (0..count).map(|_| six(bits, field)).collect(),
        SEVEN_BITS => (0..count).map(|_| seven(bits, field)).collect(),
        _ => read_code_40(bits, field, count),
    }
}

fn six(bits: &mut Reader<'_>, field: &'static str) -> Result<char, BinaryError> {
    let code = bits.take_u8(field, 6)?;
    Ok(BASE_64
        .get(usize::from(code))
        .copied()
        .map_or('_', char::from))
}

fn seven(bits: &mut Reader<'_>, field: &'static str) -> Result<char, BinaryError> {
    let bit = bits.at();
    let code = bits.take_u8(field, 7)?;
    let c = char::from(code);
    if charset::is_82(c) || charset::is_39(c) {
        Ok(c)
    } else {
        Err(problem(
            field,
            bit,
            &format!("holds {code:#04x}, no character allowed there"),
        ))
    }
}

/// Groups of three characters in 16 bits; fillers stand only after the last character.
pub(super) fn read_code_40(
    bits: &mut Reader<'_>,
    field: &'static str,
    count: usize,
) -> Result<String, BinaryError> {
    let mut text = String::with_capacity(count);
    for _ in 0..count.div_ceil(3) {
        let bit = bits.at();
        let group = bits
            .take(field, 16)?
            .checked_sub(1)
            .filter(|group| *group < 64_000);
        let Some(group) = group else {
            return Err(problem(field, bit, "holds no group of three characters"));
        };
        for index in [group / 1600, group / 40 % 40, group % 40] {
            let code = usize::try_from(index)
                .ok()
                .and_then(|index| CODE_40.get(index));
            match code.copied().unwrap_or(0) {
                0 if text.len() == count => {}
                code if code > 0 && text.len() < count => text.push(char::from(code)),
                _ => return Err(problem(field, bit, "has fillers that belie its length")),
            }
        }
    }
    Ok(text)
}

/// Writes a text with the indicator that takes the fewest bits.
pub(super) fn write(out: &mut Writer, value: &str, max: usize) -> bool {
    let count = value.len();
    if count > max {
        return false;
    }
    let Some((indicator, _)) = cheapest(value) else {
        return false;
    };
    out.push(u64::from(indicator), 3);
    write_length(out, count, max);
    match indicator {
        INTEGER => count == 0 || out.push_decimal(value, decimal_bits(count)),
        UPPER_HEX | LOWER_HEX => {
            let digits = value.chars().filter_map(|c| c.to_digit(16));
            digits.for_each(|digit| out.push(u64::from(digit), 4));
            true
        }
        SIX_BITS => value.bytes().all(|b| write_index(out, BASE_64, b, 6)),
        SEVEN_BITS => {
            value.bytes().for_each(|b| out.push(u64::from(b), 7));
            true
        }
        _ => write_code_40(out, value),
    }
}

pub(super) fn write_code_40(out: &mut Writer, value: &str) -> bool {
    value.as_bytes().chunks(3).all(|group| {
        let mut number = 0;
        for at in 0..3 {
            let byte = group.get(at).copied().unwrap_or(0);
            let Some(index) = CODE_40.iter().position(|code| *code == byte) else {
                return false;
            };
            number = number * 40 + u64::try_from(index).unwrap_or(0);
        }
        out.push(number + 1, 16);
        true
    })
}

/// The indicator that takes the fewest bits and the bits; of equals the lower indicator.
fn cheapest(value: &str) -> Option<(u8, usize)> {
    let count = value.len();
    let hex = |c: char| c.is_ascii_digit() || matches!(c, 'A'..='F');
    let low = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
    let within = |set: &[u8]| value.bytes().all(|b| b > 0 && set.contains(&b));
    let integer = usize::try_from(decimal_bits(count)).unwrap_or(usize::MAX);
    let choices = [
        (INTEGER, all_digits(value), integer),
        (UPPER_HEX, value.chars().all(hex), count * 4),
        (LOWER_HEX, value.chars().all(low), count * 4),
        (SIX_BITS, within(BASE_64), count * 6),
        (
            SEVEN_BITS,
            value
                .chars()
                .all(|c| charset::is_82(c) || charset::is_39(c)),
            count * 7,
        ),
        (URN_40, within(CODE_40), count.div_ceil(3) * 16),
    ];
    let fitting = choices.into_iter().filter(|(_, fits, _)| *fits);
    fitting
        .map(|(indicator, _, bits)| (indicator, bits))
        .min_by_key(|(indicator, bits)| (*bits, *indicator))
}

/// Two capital letters of six bits (14.5.12).
pub(super) fn read_letters(
    bits: &mut Reader<'_>,
    field: &'static str,
) -> Result<String, BinaryError> {
    let bit = bits.at();
    let text: String = [six(bits, field)?, six(bits, field)?].iter().collect();
    if text.bytes().all(|b| b.is_ascii_uppercase()) {
        Ok(text)
    } else {
        Err(problem(
            field,
            bit,
            "holds other characters than two capital letters",
        ))
    }
}

pub(super) fn write_letters(out: &mut Writer, value: &str) -> bool {
    let fits = value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase());
    fits && value.bytes().all(|b| write_index(out, BASE_64, b, 6))
}

fn write_index(out: &mut Writer, set: &[u8], byte: u8, len: u32) -> bool {
    let index = set.iter().position(|code| *code == byte);
    let index = index.and_then(|index| u64::try_from(index).ok());
    out.push(index.unwrap_or(0), len);
    index.is_some()
}
