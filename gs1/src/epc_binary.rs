//! EPCs as RFID tags hold them: the 96-bit codings of the Tag Data Standard for packs (SGTIN-96)
//! and logistic units (SSCC-96).
//!
//! ```text
//! SGTIN-96  header 8 = 0x30 | filter 3 | partition 3 | prefix 20..40 | item 24..4   | serial 38
//! SSCC-96   header 8 = 0x31 | filter 3 | partition 3 | prefix 20..40 | serial 38..18 | 24 zero
//! ```
//!
//! Partition 0..=6 stands for a company prefix of 12..=6 digits (TDS 14.6.1, 14.6.2). Decoding is
//! strict: a number that has more digits than its field may hold is an error, not a truncation.

#[cfg(test)]
mod tests;

use crate::epc::{Epc, escape};
use crate::key::{Gtin, Serial, Sgtin, Sscc};

/// Bytes of both codings.
const BYTES: usize = 12;
/// First bit of the company prefix.
const PREFIX_AT: u32 = 14;
/// Bits of company prefix and reference together in SGTIN-96.
const SGTIN_KEY_BITS: u32 = 44;
/// Bits of the serial number in SGTIN-96.
const SERIAL_BITS: u32 = 38;
/// Bits of company prefix and serial reference together in SSCC-96.
const SSCC_KEY_BITS: u32 = 58;
/// Bits of the company prefix per partition (TDS tables 14-2 and 14-5).
const PREFIX_BITS: [u32; 7] = [40, 37, 34, 30, 27, 24, 20];

/// A coding of the Tag Data Standard that this module reads and writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// Header 0x30.
    Sgtin96,
    /// Header 0x31.
    Sscc96,
}

/// What a tag says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagEpc {
    /// The coding.
    pub scheme: Scheme,
    /// Filter value, 0..=7: the packaging level (TDS 10.2). Not part of the identity.
    pub filter: u8,
    /// Digits of the company prefix, 6..=12.
    pub gcp_len: u8,
    /// The identity.
    pub epc: Epc,
    /// The 24 reserved bits that end an SSCC-96. TDS has them zero; another value is read, and is
    /// a sign of a tag that no conforming printer wrote. Always 0 for SGTIN-96.
    pub reserved: u32,
}

/// Why bytes are no EPC of ours, or a key does not fit a tag. Bits count from 0 at the header.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BinaryError {
    /// Not 12 bytes.
    #[error("tag holds {got} bytes, expected {BYTES}")]
    Length {
        /// Bytes given.
        got: usize,
    },
    /// A header of another coding, or of none.
    #[error("header {header:02x} at bit 0 is {name}, expected 30 (sgtin-96) or 31 (sscc-96)")]
    Header {
        /// The first byte.
        header: u8,
        /// What the Tag Data Standard gives it to.
        name: &'static str,
    },
    /// Partition 7 is reserved.
    #[error("partition {partition} at bit 11 is reserved")]
    Partition {
        /// The value found.
        partition: u8,
    },
    /// A number with more decimal digits than its field stands for.
    #[error("{field} at bit {bit} is {value}, which has more than {digits} digits")]
    Overflow {
        /// The field.
        field: &'static str,
        /// Its first bit.
        bit: u32,
        /// The number found.
        value: u64,
        /// Decimal digits it may have.
        digits: u32,
    },
    /// A company prefix length outside 6..=12.
    #[error("company prefix of {got} digits, expected 6 to 12")]
    PrefixLength {
        /// The length given.
        got: u8,
    },
    /// A filter outside 0..=7.
    #[error("filter {got}, expected 0 to 7")]
    Filter {
        /// The filter given.
        got: u8,
    },
    /// A serial number that SGTIN-96 cannot carry: it must be decimal, without leading zeros, and
    /// below 2^38.
    #[error("serial number {serial:?} is not a decimal below 2^38 without leading zeros")]
    Serial {
        /// The serial number given.
        serial: String,
    },
}

/// Reads a tag's EPC.
///
/// # Errors
/// [`BinaryError`] naming the field and its bit.
pub fn decode(bytes: &[u8]) -> Result<TagEpc, BinaryError> {
    let header = bytes.first().copied();
    let scheme = match header {
        Some(0x30) => Scheme::Sgtin96,
        Some(0x31) => Scheme::Sscc96,
        Some(header) => {
            return Err(BinaryError::Header {
                header,
                name: header_name(header),
            });
        }
        None => return Err(BinaryError::Length { got: 0 }),
    };
    let fixed: [u8; BYTES] = bytes
        .try_into()
        .map_err(|_| BinaryError::Length { got: bytes.len() })?;
    let tag = Bits::of(fixed);
    let partition = narrow(tag.field(11, 3));
    let Some(prefix_bits) = PREFIX_BITS.get(usize::from(partition)).copied() else {
        return Err(BinaryError::Partition { partition });
    };
    let gcp_len = 12 - partition;
    let prefix = tag.decimal(
        "company prefix",
        (PREFIX_AT, prefix_bits),
        u32::from(gcp_len),
    )?;
    let reference_at = PREFIX_AT + prefix_bits;
    let (epc, reserved) = match scheme {
        Scheme::Sgtin96 => {
            let field = (reference_at, SGTIN_KEY_BITS - prefix_bits);
            let item = tag.decimal("item reference", field, u32::from(partition) + 1)?;
            let serial = tag.field(58, SERIAL_BITS).to_string();
            let pack = Gtin::from_epc_parts(&prefix, &item)
                .zip(Serial::parse(&serial).ok())
                .map(|(gtin, serial)| Epc::from(Sgtin::new(gtin, serial)));
            (pack, 0)
        }
        Scheme::Sscc96 => {
            let field = (reference_at, SSCC_KEY_BITS - prefix_bits);
            let serial = tag.decimal("serial reference", field, u32::from(partition) + 5)?;
            let reserved = u32::try_from(tag.field(72, 24)).unwrap_or(u32::MAX);
            (
                Sscc::from_epc_parts(&prefix, &serial).map(Epc::from),
                reserved,
            )
        }
    };
    // The digits above are as many as the key takes, so a key always comes of them.
    let epc = epc.ok_or(BinaryError::Length { got: bytes.len() })?;
    Ok(TagEpc {
        scheme,
        filter: narrow(tag.field(8, 3)),
        gcp_len,
        epc,
        reserved,
    })
}

/// Writes a pack's tag.
///
/// # Errors
/// [`BinaryError`] when the serial number does not fit 38 bits, or filter or prefix length are
/// out of range.
pub fn encode_sgtin96(sgtin: &Sgtin, gcp_len: u8, filter: u8) -> Result<[u8; BYTES], BinaryError> {
    let wrong_serial = || BinaryError::Serial {
        serial: sgtin.serial.to_string(),
    };
    let text = sgtin.serial.as_str();
    if !text.bytes().all(|b| b.is_ascii_digit()) || (text.len() > 1 && text.starts_with('0')) {
        return Err(wrong_serial());
    }
    let serial: u64 = text.parse().map_err(|_| wrong_serial())?;
    if serial >= 1 << SERIAL_BITS {
        return Err(wrong_serial());
    }
    let (mut tag, prefix_bits) = head(0x30, gcp_len, filter)?;
    let (prefix, item) = sgtin
        .gtin
        .to_epc_parts(gcp_len)
        .ok_or(BinaryError::PrefixLength { got: gcp_len })?;
    tag.push(number(&prefix), prefix_bits);
    tag.push(number(&item), SGTIN_KEY_BITS - prefix_bits);
    tag.push(serial, SERIAL_BITS);
    Ok(tag.bytes())
}

/// Writes a logistic unit's tag.
///
/// # Errors
/// [`BinaryError`] when filter or prefix length are out of range.
pub fn encode_sscc96(sscc: &Sscc, gcp_len: u8, filter: u8) -> Result<[u8; BYTES], BinaryError> {
    let (mut tag, prefix_bits) = head(0x31, gcp_len, filter)?;
    let (prefix, serial) = sscc
        .to_epc_parts(gcp_len)
        .ok_or(BinaryError::PrefixLength { got: gcp_len })?;
    tag.push(number(&prefix), prefix_bits);
    tag.push(number(&serial), SSCC_KEY_BITS - prefix_bits);
    tag.push(0, 24);
    Ok(tag.bytes())
}

impl TagEpc {
    /// The EPC Tag URI (TDS 12), such as `urn:epc:tag:sgtin-96:3.0614141.812345.6789`.
    pub fn tag_uri(&self) -> String {
        let filter = self.filter;
        match &self.epc {
            Epc::Sgtin(Sgtin { gtin, serial }) => {
                let (prefix, item) = gtin.to_epc_parts(self.gcp_len).unwrap_or_default();
                let serial = escape(serial.as_str());
                format!("urn:epc:tag:sgtin-96:{filter}.{prefix}.{item}.{serial}")
            }
            Epc::Sscc(sscc) => {
                let (prefix, serial) = sscc.to_epc_parts(self.gcp_len).unwrap_or_default();
                format!("urn:epc:tag:sscc-96:{filter}.{prefix}.{serial}")
            }
            other => other.canonical(),
        }
    }
}

/// The 96 bits of a tag, the header in the highest of the lower 96.
struct Bits(u128);

impl Bits {
    fn of(bytes: [u8; BYTES]) -> Self {
        Self(
            bytes
                .iter()
                .fold(0, |bits, byte| bits << 8 | u128::from(*byte)),
        )
    }

    /// `len` (at most 64) bits from bit `at` on.
    fn field(&self, at: u32, len: u32) -> u64 {
        let shifted = self.0 >> (96 - at - len);
        u64::try_from(shifted & ((1 << len) - 1)).unwrap_or(u64::MAX)
    }

    /// A field as exactly `digits` decimal digits.
    fn decimal(
        &self,
        field: &'static str,
        (bit, len): (u32, u32),
        digits: u32,
    ) -> Result<String, BinaryError> {
        let value = self.field(bit, len);
        if value >= 10_u64.pow(digits) {
            return Err(BinaryError::Overflow {
                field,
                bit,
                value,
                digits,
            });
        }
        let width = usize::try_from(digits).unwrap_or_default();
        Ok(format!("{value:0width$}"))
    }

    fn push(&mut self, value: u64, len: u32) {
        self.0 = self.0 << len | u128::from(value);
    }

    fn bytes(&self) -> [u8; BYTES] {
        let mut out = [0; BYTES];
        let all = self.0.to_be_bytes();
        out.iter_mut()
            .zip(all.iter().skip(16 - BYTES))
            .for_each(|(to, from)| *to = *from);
        out
    }
}

fn head(header: u64, gcp_len: u8, filter: u8) -> Result<(Bits, u32), BinaryError> {
    if filter > 7 {
        return Err(BinaryError::Filter { got: filter });
    }
    let partition = 12_u8
        .checked_sub(gcp_len)
        .ok_or(BinaryError::PrefixLength { got: gcp_len })?;
    let prefix_bits = PREFIX_BITS
        .get(usize::from(partition))
        .copied()
        .ok_or(BinaryError::PrefixLength { got: gcp_len })?;
    let mut tag = Bits(0);
    tag.push(header, 8);
    tag.push(u64::from(filter), 3);
    tag.push(u64::from(partition), 3);
    Ok((tag, prefix_bits))
}

/// Digits of a key part, at most 17 of them.
fn number(digits: &str) -> u64 {
    digits.bytes().fold(0, |number, digit| {
        number * 10 + u64::from(digit.saturating_sub(b'0'))
    })
}

/// A field of at most three bits.
fn narrow(field: u64) -> u8 {
    u8::try_from(field).unwrap_or(u8::MAX)
}

/// What the Tag Data Standard uses a header for (table 14-1), for the message.
fn header_name(header: u8) -> &'static str {
    match header {
        0x00 => "an unprogrammed tag",
        0x2c => "gdti-96",
        0x2d => "gsrn-96",
        0x2e => "gsrnp-96",
        0x2f => "usdod-96",
        0x32 => "sgln-96",
        0x33 => "grai-96",
        0x34 => "giai-96",
        0x35 => "gid-96",
        0x36 => "sgtin-198",
        0x37 => "grai-170",
        0x38 => "giai-202",
        0x39 => "sgln-195",
        0x3c => "cpi-96",
        0x3d => "cpi-var",
        0x3e => "gdti-174",
        0x3f => "sgcn-96",
        0x40 => "itip-110",
        0x41 => "itip-212",
        0xe2 => "the tag identifier of a chip, not an epc",
        0xf0..=0xf6 | 0xf8..=0xfa => "a tds 2.0 scheme",
        0xf7 => "sgtin+",
        0xfb => "dsgtin+",
        0xe6..=0xef | 0xfc | 0xfd => "a tds 2.3 scheme with a host name",
        _ => "not assigned",
    }
}
