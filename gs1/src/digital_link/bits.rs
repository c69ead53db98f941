//! Bits out of a base64 word (RFC 4648, section 5, without padding), from left to right.

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(super) struct Bits {
    bits: Vec<bool>,
    at: usize,
}

impl Bits {
    /// The bits of a word; `None` for one that is empty or holds another character.
    pub(super) fn of_base64(word: &str) -> Option<Self> {
        let mut bits = Vec::with_capacity(word.len() * 6);
        for byte in word.bytes() {
            let number = LETTERS.iter().position(|letter| *letter == byte)?;
            bits.extend((0..6).rev().map(|bit| number >> bit & 1 == 1));
        }
        (!bits.is_empty()).then_some(Self { bits, at: 0 })
    }

    /// The character of a number below 64.
    pub(super) fn letter(number: u32) -> Option<char> {
        let at = usize::try_from(number).ok()?;
        LETTERS.get(at).map(|byte| char::from(*byte))
    }

    pub(super) fn left(&self) -> usize {
        self.bits.len() - self.at
    }

    /// The next `count` bits as a number, at most 32 of them.
    pub(super) fn take(&mut self, count: u32) -> Option<u32> {
        let end = self.at + usize::try_from(count).ok()?;
        let taken = self.bits.get(self.at..end).filter(|_| count <= u32::BITS)?;
        self.at = end;
        Some(taken.iter().fold(0, |sum, bit| sum << 1 | u32::from(*bit)))
    }
}
