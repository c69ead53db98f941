//! The tag most packs carry, read without allocating: a dock door sees hundreds of tags a second,
//! an audit of stored reads millions.

use super::table::PREFIX_BITS;
use crate::key::{Gtin, Serial, Sgtin};

/// An SGTIN-96 as numbers. Copy, 24 bytes; every value stands for a GTIN with a right check digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sgtin96 {
    gtin: u64,
    serial: u64,
    filter: u8,
    gcp_len: u8,
}

/// Powers of ten up to the digits of a company prefix.
const TEN: [u64; 13] = {
    let mut powers = [1; 13];
    let mut at = 1;
    while at < powers.len() {
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated by the compiler, within bounds"
        )]
        {
            powers[at] = powers[at - 1] * 10;
        }
        at += 1;
    }
    powers
};

/// Reads an SGTIN-96. None for another coding and for what [`super::decode`] refuses; that says
/// why.
#[inline]
pub fn decode_sgtin96(bytes: &[u8; 12]) -> Option<Sgtin96> {
    let (high, low) = bytes.split_first_chunk::<8>()?;
    let high = u64::from_be_bytes(*high);
    let low = u64::from(u32::from_be_bytes(*low.first_chunk::<4>()?));
    if high >> 56 != 0x30 {
        return None;
    }
    let partition = usize::try_from(high >> 50 & 7).ok()?;
    let prefix_bits = *PREFIX_BITS.get(partition)?;
    // Prefix and item are the 44 bits from bit 14 on; 6 bits of the serial share the upper half.
    let key = high >> 6 & ((1 << 44) - 1);
    let item_bits = 44 - prefix_bits;
    let (prefix, item) = (key >> item_bits, key & ((1 << item_bits) - 1));
    let (prefix_room, item_room) = (*TEN.get(12 - partition)?, *TEN.get(partition + 1)?);
    if prefix >= prefix_room || item >= item_room {
        return None;
    }
    // The indicator is the first digit of the item reference; the prefix stands after it.
    let reference_room = *TEN.get(partition)?;
    let (indicator, reference) = (item / reference_room, item % reference_room);
    let payload = indicator * *TEN.get(12)? + prefix * reference_room + reference;
    Some(Sgtin96 {
        gtin: payload * 10 + check_digit(payload),
        serial: (high & 0x3f) << 32 | low,
        filter: u8::try_from(high >> 53 & 7).unwrap_or(u8::MAX),
        gcp_len: u8::try_from(12 - partition).unwrap_or(u8::MAX),
    })
}

/// The check digit behind 13 digits: weights 3 and 1 in turn from the right (GS1 General
/// Specifications 7.9).
#[inline]
fn check_digit(mut payload: u64) -> u64 {
    let mut sum = 0;
    for _ in 0..7 {
        let pair = payload % 100;
        payload /= 100;
        sum += pair / 10 + pair % 10 * 3;
    }
    (10 - sum % 10) % 10
}

impl Sgtin96 {
    /// The GTIN as a number of up to 14 digits, check digit included.
    pub fn gtin(self) -> u64 {
        self.gtin
    }

    /// The serial number, below 2^38.
    pub fn serial(self) -> u64 {
        self.serial
    }

    /// The filter value, 0..=7.
    pub fn filter(self) -> u8 {
        self.filter
    }

    /// Digits of the company prefix, 6..=12.
    pub fn gcp_len(self) -> u8 {
        self.gcp_len
    }

    /// The same as text values. Always some.
    pub fn sgtin(self) -> Option<Sgtin> {
        let gtin = Gtin::parse(&format!("{:014}", self.gtin)).ok()?;
        let serial = Serial::parse(&self.serial.to_string()).ok()?;
        Some(Sgtin::new(gtin, serial))
    }
}
