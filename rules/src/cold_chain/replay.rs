//! Recorded readings played again: a stretch of at least 32 samples, moving over at least three
//! counts, that equals an earlier stretch of any device. Real air does not repeat itself to the
//! count for so long; a file that was copied, shifted in time or sent under another device does.
//!
//! Every stretch of [`GRAM`] samples has a rolling hash (a polynomial over the Mersenne prime
//! 2^61 - 1), and of every [`WINDOW`] neighbouring hashes the smallest one is kept (winnowing:
//! Schleimer, Wilkerson, Aiken, SIGMOD 2003), stretches that do not move last. So of every equal
//! stretch of [`LONG`] samples at least one hash is kept on both sides, and about two in ten are.
//! A kept hash is only a hint: samples are compared before anything is said.

use super::Sample;

/// Samples that must be equal for a replay.
pub const LONG: usize = 32;
/// Samples under one hash.
pub const GRAM: usize = 24;
/// Neighbouring hashes of which one is kept: with [`GRAM`], any [`LONG`] samples have one.
pub const WINDOW: usize = LONG - GRAM + 1;

const PRIME: u64 = (1 << 61) - 1;
const BASE: u64 = 0x0b7e_1516_28ae_d2a7;

/// A kept hash and the index of the first sample under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// The hash.
    pub hash: u64,
    /// Index of the first of its samples.
    pub at: usize,
}

/// The kept hashes of samples in time order. Stretches without any movement have none.
pub fn prints(samples: &[Sample]) -> Vec<Print> {
    let hashes = rolling(samples);
    let still = still(samples);
    let rank = |i: usize| {
        let flat = still.get(i).copied().unwrap_or(true);
        (flat, hashes.get(i).copied().unwrap_or(u64::MAX))
    };
    let mut kept: Vec<Print> = Vec::new();
    let mut queue: std::collections::VecDeque<usize> = std::collections::VecDeque::new();
    for i in 0..hashes.len() {
        while queue.back().is_some_and(|last| rank(*last) >= rank(i)) {
            queue.pop_back();
        }
        queue.push_back(i);
        while queue
            .front()
            .is_some_and(|first| first.saturating_add(WINDOW) <= i)
        {
            queue.pop_front();
        }
        let Some(&at) = queue.front().filter(|_| i.saturating_add(1) >= WINDOW) else {
            continue;
        };
        let (flat, hash) = rank(at);
        if !flat && kept.last().is_none_or(|last| last.at != at) {
            kept.push(Print { hash, at });
        }
    }
    kept
}

/// How far two series are equal around a pair of samples: the index of the first equal sample in
/// `a` and the number of equal samples.
pub fn equal_around(a: &[Sample], at_a: usize, b: &[Sample], at_b: usize) -> (usize, usize) {
    let same = |i: Option<usize>, j: Option<usize>| {
        let left = i.and_then(|i| a.get(i)).map(|sample| sample.mc);
        left.is_some() && left == j.and_then(|j| b.get(j)).map(|sample| sample.mc)
    };
    let mut back = 0;
    while same(at_a.checked_sub(back + 1), at_b.checked_sub(back + 1)) {
        back += 1;
    }
    let mut ahead = 0;
    while same(at_a.checked_add(ahead), at_b.checked_add(ahead)) {
        ahead += 1;
    }
    (at_a.saturating_sub(back), back + ahead)
}

/// Highest less lowest reading, milli-degrees.
pub fn range_mc(samples: &[Sample]) -> u32 {
    let readings = samples.iter().map(|sample| sample.mc);
    match (readings.clone().min(), readings.max()) {
        (Some(low), Some(high)) => high.abs_diff(low),
        _ => 0,
    }
}

/// Hash of every stretch of [`GRAM`] samples, by its first index.
fn rolling(samples: &[Sample]) -> Vec<u64> {
    let Some(last) = samples.len().checked_sub(GRAM) else {
        return Vec::new();
    };
    let top = (1..GRAM).fold(1, |power, _| times(power, BASE));
    let digit = |sample: &Sample| u64::from(sample.mc.cast_unsigned()).saturating_add(1);
    let mut hashes = Vec::with_capacity(last.saturating_add(1));
    let mut hash = 0;
    for (i, sample) in samples.iter().enumerate() {
        if let Some(gone) = i.checked_sub(GRAM).and_then(|old| samples.get(old)) {
            hash = plus(hash, PRIME - times(digit(gone), top));
        }
        hash = plus(times(hash, BASE), digit(sample));
        if i.saturating_add(1) >= GRAM {
            hashes.push(hash);
        }
    }
    hashes
}

/// Whether a stretch of [`GRAM`] samples is one reading over and over, by its first index.
fn still(samples: &[Sample]) -> Vec<bool> {
    let mut run = 0_usize;
    let mut last: Option<i32> = None;
    let mut still = Vec::with_capacity(samples.len());
    for (i, sample) in samples.iter().enumerate() {
        run = if last == Some(sample.mc) { run + 1 } else { 1 };
        last = Some(sample.mc);
        if i.saturating_add(1) >= GRAM {
            still.push(run >= GRAM);
        }
    }
    still
}

/// Product of two numbers below [`PRIME`].
fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    let low = u64::try_from(product & u128::from(PRIME)).unwrap_or(0);
    let high = u64::try_from(product >> 61).unwrap_or(0);
    plus(low, high)
}

/// Sum of two numbers up to [`PRIME`].
fn plus(a: u64, b: u64) -> u64 {
    let sum = a + b;
    if sum >= PRIME { sum - PRIME } else { sum }
}
