//! Numbers of 256 bits for Ed25519, written for size: the field of integers modulo 2^255 - 19,
//! and scalars modulo the order of the group. Nothing here is secret, so nothing takes care to
//! need the same time for all values.

/// A number below 2^256, the least significant word first.
pub(super) type Words = [u32; 8];

/// The prime of the field, 2^255 - 19.
pub(super) const P: Words = [!18, !0, !0, !0, !0, !0, !0, !0 >> 1];

/// The order of the group (RFC 8032 section 5.1): 2^252 and 125 bits more.
pub(super) const L: Words = [
    0x5cf5_d3ed,
    0x5812_631a,
    0xa2f7_9cd6,
    0x14de_f9de,
    0,
    0,
    0,
    0x1000_0000,
];

/// What exponent gives the inverse: p - 2.
const INVERSE: Words = [!20, !0, !0, !0, !0, !0, !0, !0 >> 1];
/// What exponent a square root starts from: (p - 5) / 8.
const ROOT: Words = [!2, !0, !0, !0, !0, !0, !0, !0 >> 4];

/// The number with these bytes, little-endian.
pub(super) fn from_bytes(bytes: &[u8; 32]) -> Words {
    let (words, _) = bytes.as_chunks::<4>();
    let mut out = [0; 8];
    for (to, word) in out.iter_mut().zip(words) {
        *to = u32::from_le_bytes(*word);
    }
    out
}

/// Its bytes, little-endian.
pub(super) fn to_bytes(words: &Words) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, word) in out.as_chunks_mut::<4>().0.iter_mut().zip(words) {
        *to = word.to_le_bytes();
    }
    out
}

/// Bit `at`, 0 being the least significant.
pub(super) fn bit(words: &Words, at: usize) -> bool {
    let word = words.get(at / 32).copied().unwrap_or(0);
    word >> (at % 32) & 1 == 1
}

/// The difference; `None` where it is below zero.
pub(super) fn minus(left: &Words, right: &Words) -> Option<Words> {
    let (words, carry) = combine(left, right, -1);
    (carry == 0).then_some(words)
}

/// The 512-bit number with these bytes, little-endian, modulo the order of the group.
pub(super) fn scalar(bytes: &[u8; 64]) -> Words {
    let mut out = [0; 8];
    for at in (0..512).rev() {
        let byte = bytes.get(at / 8).copied().unwrap_or(0);
        let mut carry = u32::from(byte >> (at % 8) & 1);
        for word in &mut out {
            let over = *word >> 31;
            *word = *word << 1 | carry;
            carry = over;
        }
        out = minus(&out, &L).unwrap_or(out);
    }
    out
}

/// left + sign * right, and what is carried out of the highest word: -1, 0 or 1.
fn combine(left: &Words, right: &Words, sign: i64) -> (Words, i64) {
    let mut out = *left;
    let mut carry = 0;
    for (word, right) in out.iter_mut().zip(right) {
        carry += i64::from(*word) + sign * i64::from(*right);
        *word = low(carry.cast_unsigned());
        carry >>= 32;
    }
    (out, carry)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the higher word is carried by the caller"
)]
const fn low(value: u64) -> u32 {
    value as u32
}

/// An element of the field: any number below 2^256 stands for its remainder.
#[derive(Clone, Copy)]
pub(super) struct Element(pub(super) Words);

impl Element {
    pub(super) const ZERO: Self = Self([0; 8]);
    pub(super) const ONE: Self = Self([1, 0, 0, 0, 0, 0, 0, 0]);

    pub(super) fn plus(&self, other: &Self) -> Self {
        let (words, carry) = combine(&self.0, &other.0, 1);
        Self::folded(words, carry)
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        let (words, carry) = combine(&self.0, &other.0, -1);
        Self::folded(words, carry)
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        let wide = product(&self.0, &other.0);
        let (lower, higher) = wide.split_at(8);
        let mut words = [0; 8];
        let mut carry = 0;
        for (word, (lower, higher)) in words.iter_mut().zip(lower.iter().zip(higher)) {
            carry += u64::from(*lower) + 38 * u64::from(*higher);
            *word = low(carry);
            carry >>= 32;
        }
        Self::folded(words, carry.cast_signed())
    }

    /// `words + top * 2^256`, where 2^256 is 38.
    fn folded(mut words: Words, mut top: i64) -> Self {
        while top != 0 {
            top *= 38;
            for word in &mut words {
                top += i64::from(*word);
                *word = low(top.cast_unsigned());
                top >>= 32;
            }
        }
        Self(words)
    }

    fn power(&self, exponent: &Words) -> Self {
        let mut out = Self::ONE;
        for at in (0..256).rev() {
            out = out.times(&out);
            if bit(exponent, at) {
                out = out.times(self);
            }
        }
        out
    }

    /// 1 / self; zero for zero.
    pub(super) fn inverse(&self) -> Self {
        self.power(&INVERSE)
    }

    /// self ^ ((p - 5) / 8): the candidate of a square root (RFC 8032 section 5.1.3).
    pub(super) fn root_power(&self) -> Self {
        self.power(&ROOT)
    }

    /// The remainder itself.
    pub(super) fn reduced(&self) -> Words {
        let mut words = self.0;
        while let Some(less) = minus(&words, &P) {
            words = less;
        }
        words
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.reduced() == other.reduced()
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "two indices below 8 add up to less than 16"
)]
fn product(left: &Words, right: &Words) -> [u32; 16] {
    let mut wide = [0; 16];
    for (at, left) in left.iter().enumerate() {
        let mut carry = 0;
        for (to, right) in right.iter().enumerate() {
            carry += u64::from(*left) * u64::from(*right) + u64::from(wide[at + to]);
            wide[at + to] = low(carry);
            carry >>= 32;
        }
        wide[at + 8] = low(carry);
    }
    wide
}
