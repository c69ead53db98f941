//! Bits in and out, the most significant first, as a tag sends them. Every read is bounded and
//! says which field it was for, so that a short tag is named by the field it broke off in.

use super::error::BinaryError;

/// Longest EPC memory, in bits: 31 words of 16 bits, the most that a PC word can tell.
pub const EPC_BITS_MAX: u32 = 496;

/// A cursor over bits.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    /// Bits there are.
    end: u32,
    /// Bits read.
    at: u32,
}

impl<'a> Reader<'a> {
    /// A cursor over the first `bits` bits; there are never more than `bytes` holds.
    pub(super) fn new(bytes: &'a [u8], bits: u32) -> Self {
        let held = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self {
            bytes,
            end: bits.min(held.saturating_mul(8)),
            at: 0,
        }
    }

    /// The offset of the next bit.
    pub(super) fn at(&self) -> u32 {
        self.at
    }

    /// How many bits are left.
    pub(super) fn left(&self) -> u32 {
        self.end - self.at
    }

    /// The next `len` (at most 64) bits as a number.
    pub(super) fn take(&mut self, field: &'static str, len: u32) -> Result<u64, BinaryError> {
        if len > self.left() {
            return Err(BinaryError::Truncated {
                field,
                bit: self.at,
                need: len,
                have: self.left(),
            });
        }
        let value = self.peek(len);
        self.at += len;
        Ok(value)
    }

    /// A field of at most 8 bits.
    pub(super) fn take_u8(&mut self, field: &'static str, len: u32) -> Result<u8, BinaryError> {
        Ok(u8::try_from(self.take(field, len.min(8))?).unwrap_or(u8::MAX))
    }

    /// The next bits without moving; zeros where there are none left.
    pub(super) fn peek(&self, len: u32) -> u64 {
        let first = usize::try_from(self.at / 8).unwrap_or(usize::MAX);
        let skip = self.at % 8;
        let mut window: u128 = 0;
        for index in 0..9 {
            let byte = first.checked_add(index).and_then(|at| self.bytes.get(at));
            window = window << 8 | u128::from(byte.copied().unwrap_or(0));
        }
        let value = window >> (72 - skip - len.min(64)) & ((1 << len.min(64)) - 1);
        u64::try_from(value).unwrap_or(u64::MAX)
    }

    /// `len` bits as a decimal number of exactly `digits` digits, zeros on the left.
    pub(super) fn decimal(
        &mut self,
        field: &'static str,
        len: u32,
        digits: usize,
    ) -> Result<String, BinaryError> {
        let bit = self.at;
        let text = if len <= 64 {
            self.take(field, len)?.to_string()
        } else {
            self.big_decimal(field, len)?
        };
        // Zero takes no digit where none are allowed: a reference may be empty.
        let text = if text == "0" { String::new() } else { text };
        if text.len() > digits {
            return Err(BinaryError::Overflow {
                field,
                bit,
                value: text,
                digits: u32::try_from(digits).unwrap_or(u32::MAX),
            });
        }
        Ok(format!("{text:0>digits$}"))
    }

    /// A number of any length, without leading zeros.
    fn big_decimal(&mut self, field: &'static str, len: u32) -> Result<String, BinaryError> {
        let mut ahead = self.clone();
        if len > ahead.left() {
            ahead.take(field, 64.min(len))?;
            return Err(BinaryError::Truncated {
                field,
                bit: self.at,
                need: len,
                have: self.left(),
            });
        }
        // Decimal digits, the lowest first; each bit doubles the number.
        let mut digits = vec![0_u8];
        for _ in 0..len {
            let mut carry = u8::from(self.take(field, 1)? == 1);
            for digit in &mut digits {
                let twice = *digit * 2 + carry;
                *digit = twice % 10;
                carry = twice / 10;
            }
            if carry > 0 {
                digits.push(carry);
            }
        }
        Ok(digits
            .iter()
            .rev()
            .map(|digit| char::from(b'0' + digit))
            .collect())
    }

    /// Forgets all but the next `len` bits.
    pub(super) fn limit(&mut self, len: u32) {
        self.end = self.end.min(self.at.saturating_add(len));
    }

    /// Whether only zeros are left, and if not, where the first one stands.
    pub(super) fn first_set(&self) -> Option<u32> {
        let mut rest = self.clone();
        while rest.left() > 0 {
            if rest.peek(1) == 1 {
                return Some(rest.at);
            }
            rest.at += 1;
        }
        None
    }
}

/// Bits being written.
#[derive(Debug, Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// Bits written.
    len: u32,
}

impl Writer {
    /// How many bits stand there.
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// Appends the lowest `len` (at most 64) bits of `value`.
    pub(super) fn push(&mut self, value: u64, len: u32) {
        for shift in (0..len.min(64)).rev() {
            let bit = u8::from(value >> shift & 1 == 1);
            if self.len.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= bit << (7 - self.len % 8);
            }
            self.len += 1;
        }
    }

    /// Appends decimal digits as a number of `len` bits; false when it does not fit.
    pub(super) fn push_decimal(&mut self, digits: &str, len: u32) -> bool {
        if let Ok(value) = digits.parse::<u64>() {
            let fits = len >= 64 || value >> len == 0;
            if fits {
                self.push(0, len.saturating_sub(64));
                self.push(value, len.min(64));
            }
            return fits;
        }
        // Limbs of 32 bits, the lowest first.
        let mut limbs: Vec<u32> = vec![0; usize::try_from(len.div_ceil(32)).unwrap_or(0)];
        for digit in digits.bytes() {
            let mut carry = u64::from(digit.saturating_sub(b'0'));
            for limb in &mut limbs {
                let grown = u64::from(*limb) * 10 + carry;
                *limb = u32::try_from(grown & u64::from(u32::MAX)).unwrap_or(u32::MAX);
                carry = grown >> 32;
            }
            if carry > 0 {
                return false;
            }
        }
        let head = len % 32;
        let mut rest = limbs.iter().rev();
        if head > 0
            && let Some(top) = rest.next()
        {
            if top >> head != 0 {
                return false;
            }
            self.push(u64::from(*top), head);
        }
        rest.for_each(|limb| self.push(u64::from(*limb), 32));
        true
    }

    /// The bytes, filled with zeros to whole words of 16 bits.
    pub(super) fn into_words(mut self) -> Vec<u8> {
        if !self.bytes.len().is_multiple_of(2) {
            self.bytes.push(0);
        }
        self.bytes
    }
}

/// Bits that `digits` decimal digits take: `ceil(digits * log2(10))` (TDS table B).
pub(super) fn decimal_bits(digits: usize) -> u32 {
    // 10^digits - 1 needs floor(digits * log2(10)) + 1 bits; the ratio is exact enough up to 485.
    u32::try_from((digits * 2_136 / 643) + usize::from(digits > 0)).unwrap_or(u32::MAX)
}

/// Bits that a length from 0 to `max` takes.
pub(super) fn length_bits(max: usize) -> u32 {
    usize::BITS - max.leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_take_the_bits_of_table_b() {
        for (digits, bits) in [
            (0, 0),
            (1, 4),
            (2, 7),
            (3, 10),
            (4, 14),
            (5, 17),
            (6, 20),
            (8, 27),
            (12, 40),
            (13, 44),
            (14, 47),
            (17, 57),
            (20, 67),
            (28, 94),
            (44, 147),
            (83, 276),
            (90, 299),
        ] {
            assert_eq!(decimal_bits(digits), bits, "{digits}");
        }
        for (max, bits) in [
            (1, 1),
            (2, 2),
            (3, 2),
            (4, 3),
            (15, 4),
            (20, 5),
            (30, 5),
            (90, 7),
        ] {
            assert_eq!(length_bits(max), bits, "{max}");
        }
    }

    proptest! {
        #[test]
        fn decimals_of_any_length_come_back(digits in "[0-9]{1,90}", shift in 0_u32..16) {
            let len = decimal_bits(digits.len());
            let mut out = Writer::default();
            out.push(0, shift);
            prop_assert!(out.push_decimal(&digits, len));
            let total = out.len();
            prop_assert_eq!(total, shift + len);
            let bytes = out.into_words();
            let mut bits = Reader::new(&bytes, total);
            bits.take("shift", shift).unwrap();
            prop_assert_eq!(bits.decimal("d", len, digits.len()).unwrap(), digits);
            prop_assert_eq!(bits.left(), 0);
        }

        #[test]
        fn numbers_come_back(values in prop::collection::vec((any::<u64>(), 0_u32..=64), 0..12)) {
            let mut out = Writer::default();
            for (value, len) in &values {
                out.push(*value, *len);
            }
            let total = out.len();
            let bytes = out.into_words();
            let mut bits = Reader::new(&bytes, total);
            for (value, len) in values {
                let low = if len == 64 { value } else { value & ((1 << len) - 1) };
                prop_assert_eq!(bits.take("v", len).unwrap(), low);
            }
            prop_assert!(bits.take("v", 1).is_err());
        }
    }
}
