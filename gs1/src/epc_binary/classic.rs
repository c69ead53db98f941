//! Codings before TDS 2.0 (14.3, 14.4): bits to the parts of an EPC tag URI and back, driven by
//! the fields of the table.

use super::bits::{Reader, Writer};
use super::error::BinaryError;
use super::table::{Field, Form, PREFIX_BITS};
use crate::charset;

/// What the fields of a classic coding say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) filter: Option<u8>,
    pub(super) gcp_len: Option<u8>,
    /// Parts of the URN, not escaped.
    pub(super) texts: Vec<String>,
    /// Reserved bits as a number.
    pub(super) reserved: u32,
}

/// Reads all fields; the header has been read.
pub(super) fn read(bits: &mut Reader<'_>, fields: &[Field]) -> Result<Parts, BinaryError> {
    let mut out = Parts::default();
    for field in fields {
        match *field {
            Field::Filter(len) => out.filter = Some(bits.take_u8("filter", len)?),
            Field::Company {
                bits: len,
                name,
                room,
                form,
            } => read_company(bits, &mut out, (len, name, room, form))?,
            Field::Integer(name, len) => out.texts.push(bits.take(name, len)?.to_string()),
            Field::Text(name, len) => out.texts.push(read_text(bits, name, len, characters(len))?),
            Field::Numeric(name, len) => out.texts.push(read_numeric(bits, name, len)?),
            Field::TwoDigits(name) => out.texts.push(bits.decimal(name, 7, 2)?),
            Field::Dodaac8 => out.texts.push(read_dodaac(bits, 8)?),
            Field::Dodaac6 => out.texts.push(read_dodaac(bits, 6)?),
            Field::Six { name, min, max } => out.texts.push(read_six(bits, name, (min, max))?),
            Field::Reserved(len) => {
                out.reserved = u32::try_from(bits.take("reserved bits", len)?).unwrap_or(u32::MAX);
            }
        }
    }
    Ok(out)
}

fn read_company(
    bits: &mut Reader<'_>,
    out: &mut Parts,
    (len, name, room, form): (u32, &'static str, usize, Form),
) -> Result<(), BinaryError> {
    let bit = bits.at();
    let partition = bits.take_u8("partition", 3)?;
    let Some(prefix_bits) = PREFIX_BITS.get(usize::from(partition)).copied() else {
        return Err(BinaryError::Partition { partition, bit });
    };
    let digits = 12 - partition;
    out.gcp_len = Some(digits);
    let prefix = bits.decimal("company prefix", prefix_bits, usize::from(digits))?;
    out.texts.push(prefix);
    let room = room + usize::from(partition);
    let rest = len.saturating_sub(prefix_bits);
    out.texts.push(match form {
        Form::Padded => bits.decimal(name, rest, room)?,
        Form::Loose => {
            let bit = bits.at();
            let value = bits.take(name, rest)?.to_string();
            if value.len() > room {
                let digits = u32::try_from(room).unwrap_or(u32::MAX);
                return Err(BinaryError::Overflow {
                    field: name,
                    bit,
                    value,
                    digits,
                });
            }
            value
        }
        Form::Text => read_text(bits, name, rest, room)?,
        Form::Six => read_six(bits, name, (1, room))?,
    });
    Ok(())
}

/// Seven bits a character; after the first zero all others must be zero, and so must bits left
/// over where the length is no multiple of seven.
fn read_text(
    bits: &mut Reader<'_>,
    field: &'static str,
    len: u32,
    room: usize,
) -> Result<String, BinaryError> {
    let mut text = String::new();
    let mut ended = false;
    let mut left = len;
    while left > 0 {
        let bit = bits.at();
        let width = left.min(7);
        let code = bits.take_u8(field, width)?;
        left -= width;
        if code == 0 {
            ended = true;
            continue;
        }
        if ended || width < 7 {
            return Err(BinaryError::NotZero {
                field: "bits after the end of the text",
                bit,
            });
        }
        let c = char::from(code);
        if !charset::is_82(c) {
            return Err(wrong_character(field, bit, code));
        }
        text.push(c);
    }
    let bit = bits.at() - len;
    if text.is_empty() {
        return Err(problem(field, bit, "is empty"));
    }
    if text.len() > room {
        return Err(problem(
            field,
            bit,
            &format!("has more than {room} characters"),
        ));
    }
    Ok(text)
}

fn read_numeric(
    bits: &mut Reader<'_>,
    field: &'static str,
    len: u32,
) -> Result<String, BinaryError> {
    let bit = bits.at();
    let value = bits.take(field, len)?.to_string();
    let room = numeric_room(len);
    match value.strip_prefix('1') {
        Some("") => Err(problem(field, bit, "is empty")),
        Some(digits) if digits.len() <= room => Ok(digits.to_owned()),
        _ => Err(problem(
            field,
            bit,
            "does not begin with the digit 1 that keeps its zeros",
        )),
    }
}

fn read_dodaac(bits: &mut Reader<'_>, width: u32) -> Result<String, BinaryError> {
    const FIELD: &str = "cage code or dodaac";
    let mut text = String::new();
    for index in 0..6 {
        let bit = bits.at();
        let code = bits.take_u8(FIELD, width)?;
        let c = if width == 6 {
            six(code)
        } else {
            Some(char::from(code))
        };
        // A CAGE code has five characters: 100000 in six bits, a space in eight.
        let filler = code == 0b10_0000;
        match c {
            _ if filler && index == 0 => {}
            Some(c) if is_dodaac(c) => text.push(c),
            _ => return Err(wrong_character(FIELD, bit, code)),
        }
    }
    Ok(text)
}

fn read_six(
    bits: &mut Reader<'_>,
    field: &'static str,
    (min, max): (usize, usize),
) -> Result<String, BinaryError> {
    let start = bits.at();
    let mut text = String::new();
    loop {
        let bit = bits.at();
        let code = bits.take_u8(field, 6)?;
        if code == 0 {
            break;
        }
        let place = six_fits(field, text.len());
        match six(code).filter(|c| place(*c)) {
            Some(c) => text.push(c),
            None => return Err(wrong_character(field, bit, code)),
        }
        if text.len() > max {
            return Err(problem(
                field,
                start,
                &format!("has more than {max} characters"),
            ));
        }
    }
    if text.len() < min {
        return Err(problem(field, start, "is empty"));
    }
    Ok(text)
}

/// Writes all fields after the header. `parts` are those of the URN, not escaped.
pub(super) fn write(
    out: &mut Writer,
    fields: &[Field],
    filter: u8,
    parts: &[String],
) -> Result<(), BinaryError> {
    let mut rest = parts.iter();
    let mut next = |field: &'static str| {
        let missing = || unfit(field, "", "is missing");
        rest.next().ok_or_else(missing)
    };
    for field in fields {
        match *field {
            Field::Filter(len) => {
                let max = (1_u8 << len) - 1;
                if filter > max {
                    return Err(BinaryError::Filter { got: filter, max });
                }
                out.push(u64::from(filter), len);
            }
            Field::Company {
                bits,
                name,
                room,
                form,
            } => {
                let (prefix, reference) = (next("company prefix")?, next(name)?);
                write_company(out, (bits, name, room, form), (prefix, reference))?;
            }
            Field::Integer(name, len) => write_integer(out, name, len, next(name)?)?,
            Field::Text(name, len) => write_text(out, name, (len, characters(len)), next(name)?)?,
            Field::Numeric(name, len) => write_numeric(out, name, len, next(name)?)?,
            Field::TwoDigits(name) => {
                let value = next(name)?;
                if value.len() != 2 || !all_digits(value) {
                    return Err(unfit(name, value, "is not of two digits"));
                }
                out.push_decimal(value, 7);
            }
            Field::Dodaac8 => write_dodaac(out, 8, next("cage code or dodaac")?)?,
            Field::Dodaac6 => write_dodaac(out, 6, next("cage code or dodaac")?)?,
            Field::Six { name, min, max } => write_six(out, name, (min, max), next(name)?)?,
            Field::Reserved(len) => out.push(0, len),
        }
    }
    Ok(())
}

fn write_company(
    out: &mut Writer,
    (len, name, room, form): (u32, &'static str, usize, Form),
    (prefix, reference): (&str, &str),
) -> Result<(), BinaryError> {
    let got = u8::try_from(prefix.len()).unwrap_or(u8::MAX);
    let wrong = BinaryError::PrefixLength { got };
    let Some(partition) = 12_u8.checked_sub(got) else {
        return Err(wrong);
    };
    let Some(prefix_bits) = PREFIX_BITS.get(usize::from(partition)).copied() else {
        return Err(wrong);
    };
    if !all_digits(prefix) {
        return Err(unfit("company prefix", prefix, "is not of digits"));
    }
    out.push(u64::from(partition), 3);
    out.push_decimal(prefix, prefix_bits);
    let room = room + usize::from(partition);
    let rest = len.saturating_sub(prefix_bits);
    match form {
        Form::Padded if reference.len() == room && all_digits(reference) => {
            out.push_decimal(reference, rest);
            Ok(())
        }
        Form::Padded => Err(unfit(name, reference, &format!("is not of {room} digits"))),
        Form::Loose if reference.len() > room => Err(unfit(
            name,
            reference,
            &format!("has more than {room} digits"),
        )),
        Form::Loose => write_integer(out, name, rest, reference),
        Form::Text => write_text(out, name, (rest, room), reference),
        Form::Six => write_six(out, name, (1, room), reference),
    }
}

fn write_integer(
    out: &mut Writer,
    field: &'static str,
    len: u32,
    value: &str,
) -> Result<(), BinaryError> {
    let canonical = all_digits(value) && (value == "0" || !value.starts_with('0'));
    if value.is_empty() || !canonical {
        return Err(unfit(
            field,
            value,
            "is not a decimal without leading zeros",
        ));
    }
    if out.push_decimal(value, len) {
        return Ok(());
    }
    Err(unfit(field, value, &format!("does not fit {len} bits")))
}

fn write_text(
    out: &mut Writer,
    field: &'static str,
    (len, room): (u32, usize),
    value: &str,
) -> Result<(), BinaryError> {
    if value.is_empty() || value.chars().count() > room {
        return Err(unfit(
            field,
            value,
            &format!("is not of 1 to {room} characters"),
        ));
    }
    if !value.chars().all(charset::is_82) {
        return Err(unfit(field, value, "holds a character outside set 82"));
    }
    value.bytes().for_each(|b| out.push(u64::from(b), 7));
    let used = u32::try_from(value.len() * 7).unwrap_or(u32::MAX);
    zeros(out, len.saturating_sub(used));
    Ok(())
}

fn write_numeric(
    out: &mut Writer,
    field: &'static str,
    len: u32,
    value: &str,
) -> Result<(), BinaryError> {
    let room = numeric_room(len);
    if value.is_empty() || value.len() > room || !all_digits(value) {
        return Err(unfit(
            field,
            value,
            &format!("is not of 1 to {room} digits"),
        ));
    }
    out.push_decimal(&format!("1{value}"), len);
    Ok(())
}

fn write_dodaac(out: &mut Writer, width: u32, value: &str) -> Result<(), BinaryError> {
    if !matches!(value.len(), 5 | 6) || !value.chars().all(is_dodaac) {
        let problem = "is not of 5 or 6 digits and capital letters without I and O";
        return Err(unfit("cage code or dodaac", value, problem));
    }
    if value.len() == 5 {
        out.push(0b10_0000, width);
    }
    let mask = if width == 6 { 0x3f } else { 0xff };
    value
        .bytes()
        .for_each(|b| out.push(u64::from(b & mask), width));
    Ok(())
}

fn write_six(
    out: &mut Writer,
    field: &'static str,
    (min, max): (usize, usize),
    value: &str,
) -> Result<(), BinaryError> {
    let count = value.chars().count();
    if !(min..=max).contains(&count) {
        return Err(unfit(
            field,
            value,
            &format!("is not of {min} to {max} characters"),
        ));
    }
    let fits = value
        .chars()
        .enumerate()
        .all(|(at, c)| six_fits(field, at)(c));
    if !fits {
        return Err(unfit(field, value, "holds a character outside its set"));
    }
    value.bytes().for_each(|b| out.push(u64::from(b & 0x3f), 6));
    out.push(0, 6);
    Ok(())
}

/// Characters of seven bits.
fn characters(len: u32) -> usize {
    usize::try_from(len / 7).unwrap_or(0)
}

/// Digits that fit behind a leading 1: `2 * 10^digits` must stay below `2^len` (TDS 14.3.6).
fn numeric_room(len: u32) -> usize {
    let room = (1_u32..18).rfind(|digits| 2 * 10_u64.pow(*digits) < 1 << len);
    usize::try_from(room.unwrap_or(0)).unwrap_or(0)
}

fn zeros(out: &mut Writer, len: u32) {
    (0..len / 64).for_each(|_| out.push(0, 64));
    out.push(0, len % 64);
}

/// The character of six bits (TDS table G-1): the low six bits of its ASCII code.
fn six(code: u8) -> Option<char> {
    let ascii = if code < 0x20 { code | 0x40 } else { code };
    Some(char::from(ascii)).filter(|c| charset::is_39(*c))
}

/// Which characters may stand at a place: `#` only begins a serial number of an ADI (TDS
/// 14.6.14.1), and may stand anywhere in a component reference.
fn six_fits(field: &'static str, at: usize) -> fn(char) -> bool {
    match (field, at) {
        ("component reference", _) | ("serial number", 0) => charset::is_39,
        _ => |c| charset::is_39(c) && c != '#',
    }
}

fn is_dodaac(c: char) -> bool {
    c.is_ascii_digit() || (c.is_ascii_uppercase() && !matches!(c, 'I' | 'O'))
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn wrong_character(field: &'static str, bit: u32, code: u8) -> BinaryError {
    problem(
        field,
        bit,
        &format!("holds {code:#04x}, no character allowed there"),
    )
}

fn problem(field: &'static str, bit: u32, problem: &str) -> BinaryError {
    BinaryError::Field {
        field,
        bit,
        problem: problem.to_owned(),
    }
}

fn unfit(field: &str, value: &str, problem: &str) -> BinaryError {
    BinaryError::Unfit {
        field: field.to_owned(),
        value: value.chars().take(80).collect(),
        problem: problem.to_owned(),
    }
}
