//! Fields on the wire. Those below an octet are packed from the high bit down; the tables see to
//! it that a run of them ends on an octet (a test holds them to it).

use super::super::parameter::EpcBits;
use super::super::schema::{Definition, Width};
use super::super::wire::{Cursor, Malformed, Writer};
use super::Value;

/// Whether a value can stand in a field.
pub(super) fn fits(width: Width, value: &Value) -> bool {
    match (width, value) {
        (Width::Unsigned(64), Value::Number(_))
        | (Width::Signed(16), Value::Signed(_))
        | (Width::OctetVector | Width::Rest, Value::Octets(_))
        | (Width::WordVector, Value::Words(_))
        | (Width::LongVector, Value::Longs(_)) => true,
        (Width::Unsigned(bits), Value::Number(number)) => {
            number.checked_shr(u32::from(bits)) == Some(0)
        }
        (Width::Signed(_), Value::Signed(number)) => i8::try_from(*number).is_ok(),
        (Width::Octets(len), Value::Octets(octets)) => octets.len() == usize::from(len),
        (Width::BitArray, Value::Bits(bits)) => bits.is_canonical(),
        _ => false,
    }
}

/// Reads all fields of a definition.
pub(super) fn decode_all(
    definition: &'static Definition,
    from: &mut Cursor<'_>,
) -> Result<Vec<Value>, Malformed> {
    let mut values = Vec::with_capacity(definition.fields.len());
    // Bits of an octet that was read, not taken yet.
    let (mut octet, mut left) = (0_u8, 0_u8);
    for field in definition.fields {
        let what = field.name;
        let mut bits = |count: u8| -> Result<u64, Malformed> {
            let mut number = 0;
            for _ in 0..count {
                if left == 0 {
                    (octet, left) = (from.u8(what)?, 8);
                }
                left -= 1;
                number = number << 1 | u64::from(octet >> left & 1);
            }
            Ok(number)
        };
        values.push(match field.width {
            Width::Reserved(count) => {
                bits(count)?;
                continue;
            }
            Width::Unsigned(count) if count < 8 => Value::Number(bits(count)?),
            Width::Unsigned(8) => Value::Number(u64::from(from.u8(what)?)),
            Width::Unsigned(16) => Value::Number(u64::from(from.u16(what)?)),
            Width::Unsigned(32) => Value::Number(u64::from(from.u32(what)?)),
            Width::Unsigned(_) => Value::Number(from.u64(what)?),
            Width::Signed(8) => Value::Signed(i16::from(i8::from_be_bytes(from.array(what)?))),
            Width::Signed(_) => Value::Signed(i16::from_be_bytes(from.array(what)?)),
            Width::Octets(len) => Value::Octets(from.take(usize::from(len), what)?.to_vec()),
            Width::OctetVector => Value::Octets(from.bytes_u16(what)?.to_vec()),
            Width::WordVector => Value::Words(words(from, what)?),
            Width::LongVector => Value::Longs(longs(from, what)?),
            Width::BitArray => Value::Bits(EpcBits::decode(from)?),
            Width::Rest => Value::Octets(from.take_rest().to_vec()),
        });
    }
    Ok(values)
}

fn words(from: &mut Cursor<'_>, what: &'static str) -> Result<Vec<u16>, Malformed> {
    let count = usize::from(from.u16(what)?);
    let mut items = from.sub(count * 2, what)?;
    let mut words = Vec::with_capacity(count);
    while !items.is_empty() {
        words.push(items.u16(what)?);
    }
    Ok(words)
}

fn longs(from: &mut Cursor<'_>, what: &'static str) -> Result<Vec<u32>, Malformed> {
    let count = usize::from(from.u16(what)?);
    let mut items = from.sub(count * 4, what)?;
    let mut longs = Vec::with_capacity(count);
    while !items.is_empty() {
        longs.push(items.u32(what)?);
    }
    Ok(longs)
}

/// Writes all fields of a definition; the values fit, or the node would not be.
pub(super) fn encode_all(definition: &'static Definition, values: &[Value], to: &mut Writer) {
    let mut values = values.iter();
    let (mut octet, mut filled) = (0_u8, 0_u8);
    for field in definition.fields {
        let (count, number) = match field.width {
            Width::Reserved(count) => (count, 0),
            Width::Unsigned(count) if count < 8 => match values.next() {
                Some(Value::Number(number)) => (count, *number),
                _ => (count, 0),
            },
            width => {
                if let Some(value) = values.next() {
                    whole(width, value, field.name, to);
                }
                continue;
            }
        };
        for at in (0..count).rev() {
            octet = octet << 1 | u8::from(number >> at & 1 == 1);
            filled += 1;
            if filled == 8 {
                to.u8(octet);
                (octet, filled) = (0, 0);
            }
        }
    }
}

/// Writes a field of whole octets.
fn whole(width: Width, value: &Value, what: &'static str, to: &mut Writer) {
    match value {
        Value::Number(number) => {
            let bytes = number.to_be_bytes();
            let skip = 8 - usize::from(match width {
                Width::Unsigned(bits) => bits / 8,
                _ => 8,
            });
            to.put(bytes.get(skip..).unwrap_or_default());
        }
        Value::Signed(number) if width == Width::Signed(8) => {
            to.put(&i8::try_from(*number).unwrap_or_default().to_be_bytes());
        }
        Value::Signed(number) => to.put(&number.to_be_bytes()),
        Value::Octets(octets) if width == Width::OctetVector => to.bytes_u16(octets, what),
        Value::Octets(octets) => to.put(octets),
        Value::Words(words) => {
            to.count(words.len(), what);
            for word in words {
                to.u16(*word);
            }
        }
        Value::Longs(longs) => {
            to.count(longs.len(), what);
            for long in longs {
                to.u32(*long);
            }
        }
        Value::Bits(bits) => bits.encode(to),
    }
}

/// Whether the sub-octet fields of a definition come in whole octets.
#[cfg(test)]
pub(super) fn is_aligned(definition: &'static Definition) -> bool {
    let mut bits = 0_u32;
    for field in definition.fields {
        match field.width {
            Width::Reserved(count) => bits += u32::from(count),
            Width::Unsigned(count) if count < 8 => bits += u32::from(count),
            _ if !bits.is_multiple_of(8) => return false,
            _ => bits = 0,
        }
    }
    bits.is_multiple_of(8)
}
