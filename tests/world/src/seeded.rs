//! Numbers out of a seed. Each purpose has its own stream, so that a new cheat does not shift what
//! the others draw.

/// A stream of numbers that depends on nothing but its seed and label (`SplitMix64`, Steele, Lea
/// and Flood 2014).
#[derive(Debug, Clone)]
pub(crate) struct Seeded(u64);

impl Seeded {
    /// The stream for this purpose; the label is folded in by FNV-1a.
    pub(crate) fn new(seed: u64, label: &str) -> Self {
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325, fold);
        let mut stream = Self(seed ^ hash);
        stream.next();
        stream
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`; `bound` is at least 1 and small beside 2^64.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A number in `[0, 1)`.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A time in `from..=to`, ms.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.next() % ((to - from).max(0) as u64 + 1)) as i64
    }

    /// An exponentially distributed time, ms, at most six times its mean.
    pub(crate) fn dwell(&mut self, mean: i64) -> i64 {
        let times = (-libm::log(1.0 - self.uniform())).min(6.0);
        (times * mean as f64) as i64
    }

    /// One of several.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// So many characters of an alphabet.
    pub(crate) fn word(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(*self.pick(alphabet)))
            .collect()
    }
}
