//! Numbers out of a seed: what looks random in the demo (serials, sensor noise, event ids) is a
//! function of the seed and a label, so that a world can be built again to the last byte.

/// A stream of bytes that depends on nothing but its seed and label (BLAKE3 as an XOF).
#[derive(Debug)]
pub struct Seeded {
    stream: blake3::OutputReader,
}

/// No `0 1 I L O U`: nothing that a tired eye or a worn print takes for something else.
const SERIAL_ALPHABET: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Seeded {
    /// The stream for this purpose.
    pub fn new(seed: u64, label: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("theriac demo world v1");
        hasher.update(&seed.to_be_bytes());
        hasher.update(label.as_bytes());
        Self {
            stream: hasher.finalize_xof(),
        }
    }

    /// The next 16 bytes.
    pub fn bytes16(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.stream.fill(&mut bytes);
        bytes
    }

    /// A number in `0..bound`; `bound` is at least 1 and small beside 2^64, so that the remainder
    /// is even enough for a play.
    pub fn below(&mut self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.stream.fill(&mut bytes);
        u64::from_be_bytes(bytes) % bound.max(1)
    }

    /// A number in `-reach..=reach`.
    pub fn around(&mut self, reach: i32) -> i32 {
        let width = u64::from(reach.unsigned_abs()) * 2 + 1;
        i32::try_from(self.below(width)).unwrap_or_default() - reach
    }

    /// A serial number of 12 characters: 58 bits, not to be guessed.
    pub fn serial(&mut self) -> String {
        (0..12).map(|_| char::from(self.letter())).collect()
    }

    fn letter(&mut self) -> u8 {
        let at = usize::try_from(self.below(SERIAL_ALPHABET.len() as u64)).unwrap_or_default();
        SERIAL_ALPHABET.get(at).copied().unwrap_or(b'2')
    }
}

#[cfg(test)]
mod tests {
    use super::Seeded;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_gives_others() {
        let draw = |seed, label| Seeded::new(seed, label).serial();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
    }

    #[test]
    fn around_stays_within_its_reach() {
        let mut seeded = Seeded::new(7, "noise");
        let drawn: Vec<i32> = (0..1_000).map(|_| seeded.around(3)).collect();
        assert_eq!(drawn.iter().min(), Some(&-3));
        assert_eq!(drawn.iter().max(), Some(&3));
    }
}
