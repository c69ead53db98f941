//! Whole numbers of any size, as far as comparing measurements needs them: a sensor may say 1e-300
//! and a query 1e300, and neither may overflow.

use std::cmp::Ordering;

/// A whole number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Big {
    negative: bool,
    /// Least digit first, base 2^32, no zeros at the end.
    digits: Vec<u32>,
}

impl From<i64> for Big {
    fn from(number: i64) -> Self {
        let one = Self {
            negative: number < 0,
            digits: vec![1],
        };
        one.times(number.unsigned_abs().into())
    }
}

impl Big {
    pub(super) fn times(&self, factor: u128) -> Self {
        let mut sum = Self {
            negative: self.negative,
            digits: Vec::new(),
        };
        for at in 0..4_u8 {
            let part = (factor >> (32 * at)) & u128::from(u32::MAX);
            let Ok(part) = u32::try_from(part) else {
                continue;
            };
            let mut digits = vec![0; usize::from(at)];
            digits.extend(times_small(&self.digits, part));
            sum.digits = add(&sum.digits, &digits);
        }
        sum.trimmed()
    }

    pub(super) fn times_ten_to(&self, power: u32) -> Self {
        let mut product = self.clone();
        let mut left = power;
        while left > 0 {
            let step = left.min(9);
            product.digits = times_small(&product.digits, 10_u32.pow(step));
            left -= step;
        }
        product.trimmed()
    }

    pub(super) fn plus(&self, other: &Self) -> Self {
        if self.negative == other.negative {
            let digits = add(&self.digits, &other.digits);
            return Self {
                negative: self.negative,
                digits,
            }
            .trimmed();
        }
        let (large, small) = match size(&self.digits, &other.digits) {
            Ordering::Less => (other, self),
            _ => (self, other),
        };
        let digits = subtract(&large.digits, &small.digits);
        Self {
            negative: large.negative,
            digits,
        }
        .trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        self.negative &= !self.digits.is_empty();
        self
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(&self.digits, &other.digits),
            (true, true) => size(&other.digits, &self.digits),
        }
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn size(left: &[u32], right: &[u32]) -> Ordering {
    let by_len = left.len().cmp(&right.len());
    by_len.then_with(|| left.iter().rev().cmp(right.iter().rev()))
}

fn times_small(digits: &[u32], factor: u32) -> Vec<u32> {
    let mut carry = 0_u64;
    let mut product = Vec::with_capacity(digits.len() + 1);
    for digit in digits {
        let sum = u64::from(*digit) * u64::from(factor) + carry;
        product.push(low(sum));
        carry = sum >> 32;
    }
    product.push(low(carry));
    product
}

fn add(left: &[u32], right: &[u32]) -> Vec<u32> {
    let mut carry = 0_u64;
    let len = left.len().max(right.len());
    let mut sum: Vec<u32> = Vec::with_capacity(len + 1);
    for at in 0..len {
        let digit = |digits: &[u32]| u64::from(digits.get(at).copied().unwrap_or_default());
        let total = digit(left) + digit(right) + carry;
        sum.push(low(total));
        carry = total >> 32;
    }
    sum.push(low(carry));
    sum
}

/// `large - small`, which is not negative.
fn subtract(large: &[u32], small: &[u32]) -> Vec<u32> {
    let mut borrow = 0_i64;
    let mut rest = Vec::with_capacity(large.len());
    for (at, digit) in large.iter().enumerate() {
        let less = i64::from(small.get(at).copied().unwrap_or_default());
        let mut total = i64::from(*digit) - less - borrow;
        borrow = i64::from(total < 0);
        total += borrow << 32;
        rest.push(low(total.unsigned_abs()));
    }
    rest
}

/// The lowest 32 bits.
fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or_default()
}
