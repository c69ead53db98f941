//! The mutator: bit flips, splices, tokens of the dictionary, truncation, repetition, and numbers
//! at their edges, a few of them at once.

use super::INPUT_BYTES_MAX;

/// `SplitMix64`: the same inputs for the same seed on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }
}

/// Texts that parsers of numbers, texts and URIs trip over.
const EDGES: [&str; 30] = [
    "0",
    "-0",
    "1",
    "-1",
    "00",
    "9",
    "127",
    "128",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775808",
    "18446744073709551616",
    "1e400",
    "1e-400",
    "0.1",
    "9999999999999999999999999999",
    "NaN",
    "\u{0}",
    "\u{1d}",
    "%",
    "%2F",
    "\u{e9}",
    "\u{1f600}",
    "\u{feff}",
];

/// A new input out of the pool.
pub(crate) fn input(random: &mut Random, pool: &[Vec<u8>], dictionary: &[&str]) -> Vec<u8> {
    let mut input = random.pick(pool).cloned().unwrap_or_default();
    let rounds = 1 + random.below(4);
    for _ in 0..rounds {
        change(random, &mut input, pool, dictionary);
    }
    input.truncate(INPUT_BYTES_MAX);
    input
}

fn change(random: &mut Random, input: &mut Vec<u8>, pool: &[Vec<u8>], dictionary: &[&str]) {
    let at = random.below(input.len() + 1);
    match random.below(11) {
        0 => {
            let bit = random.below(8);
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
        1 => {
            let new = random.byte();
            if let Some(byte) = input.get_mut(at) {
                *byte = new;
            }
        }
        2 => input.insert(at, random.byte()),
        3 => drop(remove(random, input, at, 1)),
        4 => input.truncate(at),
        5 => drop(remove(random, input, at, 16)),
        6 => splice_other(random, input, at, pool),
        7 => {
            let token = random.pick(dictionary).copied().unwrap_or_default();
            overwrite_or_insert(random, input, at, token.as_bytes());
        }
        8 => {
            let edge = random.pick(&EDGES).copied().unwrap_or_default();
            overwrite_or_insert(random, input, at, edge.as_bytes());
        }
        9 => number(random, input, at),
        _ => repeat(random, input, at),
    }
}

/// Removes up to `most` bytes at `at`.
fn remove(random: &mut Random, input: &mut Vec<u8>, at: usize, most: usize) -> Vec<u8> {
    let len = 1 + random.below(most);
    let end = at.saturating_add(len).min(input.len());
    input.drain(at.min(end)..end).collect()
}

fn splice_other(random: &mut Random, input: &mut Vec<u8>, at: usize, pool: &[Vec<u8>]) {
    let Some(other) = random.pick(pool) else {
        return;
    };
    let from = random.below(other.len() + 1);
    input.truncate(at);
    input.extend_from_slice(other.get(from..).unwrap_or_default());
}

fn overwrite_or_insert(random: &mut Random, input: &mut Vec<u8>, at: usize, token: &[u8]) {
    let end = if random.below(2) == 0 {
        at
    } else {
        (at + token.len()).min(input.len())
    };
    input.splice(at..end, token.iter().copied());
}

/// Replaces the run of digits at or after `at` by an edge, or lengthens it.
fn number(random: &mut Random, input: &mut Vec<u8>, at: usize) {
    let rest = input.get(at..).unwrap_or_default();
    let Some(skip) = rest.iter().position(u8::is_ascii_digit) else {
        return;
    };
    let start = at + skip;
    let digits = input.get(start..).unwrap_or_default();
    let len = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let new = match random.below(3) {
        0 => random
            .pick(&EDGES)
            .copied()
            .unwrap_or_default()
            .as_bytes()
            .to_vec(),
        1 => vec![b'9'; len],
        _ => (0..len).map(|_| b'0' + random.byte() % 10).collect(),
    };
    input.splice(start..start + len, new);
}

/// Repeats a piece, so that lists get long and nesting deep.
fn repeat(random: &mut Random, input: &mut Vec<u8>, at: usize) {
    let end = (at + 1 + random.below(24)).min(input.len());
    let piece = input.get(at..end).unwrap_or_default().to_vec();
    let most = if random.below(8) == 0 { 200 } else { 4 };
    let times = 1 + random.below(most);
    if piece.len().saturating_mul(times) <= INPUT_BYTES_MAX {
        input.splice(end..end, piece.repeat(times));
    }
}
