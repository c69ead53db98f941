//! One-time codes: what an administrator gives to whoever sets up a gateway, to be typed once.
//! Twenty symbols of Crockford's base 32 in five groups: three name the invitation, sixteen are 80
//! random bits, one checks. The check symbol is of the same alphabet (Crockford's own, modulo 37,
//! needs five more that keyboards hide): a weighted sum over GF(32), which finds every wrong
//! symbol and every two that changed places. Only a keyed hash of a code is stored.
use std::fmt;

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols that name the invitation.
const ID_SYMBOLS: usize = 3;
/// Symbols before the check symbol.
const SYMBOLS: usize = 19;
/// Symbols in a group.
const GROUP: usize = 4;
/// Longest text that is looked at, bytes: a code with generous hyphens and spaces.
const TEXT_BYTES_MAX: usize = 64;

/// One code in clear. `Debug` shows the public id only.
#[derive(Clone, Eq, PartialEq)]
pub struct InvitationCode([u8; SYMBOLS]);

/// The text is not a code, or was mistyped. It is not repeated here: it may nearly be a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the code is mistyped: it has 20 letters and digits, the last of which checks the others")]
pub struct CodeError;

impl InvitationCode {
    /// Makes a code of random bytes; five bits of each of the first 19 are used.
    pub fn new(random: [u8; 32]) -> Self {
        let mut symbols = [0; SYMBOLS];
        for (to, from) in symbols.iter_mut().zip(random) {
            *to = from & 31;
        }
        Self(symbols)
    }

    /// Reads a code as people type it: in any case, with or without hyphens and spaces, `O` for
    /// `0`, `I` and `L` for `1`.
    ///
    /// # Errors
    /// [`CodeError`], also when the check symbol is not that of the others.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(CodeError);
        }
        let typed = text.bytes().filter(|byte| !matches!(byte, b'-' | b' '));
        let values: Option<Vec<u8>> = typed.map(value).collect();
        let values = values.ok_or(CodeError)?;
        let (check, symbols) = values.split_last().ok_or(CodeError)?;
        let code = Self(<[u8; SYMBOLS]>::try_from(symbols).map_err(|_| CodeError)?);
        if *check != code.check() {
            return Err(CodeError);
        }
        Ok(code)
    }

    /// Public id of its invitation: three symbols.
    pub fn id(&self) -> String {
        self.0
            .iter()
            .take(ID_SYMBOLS)
            .copied()
            .map(letter)
            .collect()
    }

    /// What is stored: BLAKE3 keyed with the node's own secret. `Hash` compares in constant time.
    pub fn hash(&self, node_secret: &[u8; 32]) -> blake3::Hash {
        blake3::keyed_hash(node_secret, &self.0)
    }

    /// The code without hyphens, as a device signs it.
    pub fn plain(&self) -> String {
        let symbols = self.0.iter().copied().chain([self.check()]);
        symbols.map(letter).collect()
    }

    /// The code to hand over, once: five groups of four.
    pub fn reveal(&self) -> String {
        let plain = self.plain();
        let groups = plain.as_bytes().chunks(GROUP);
        let groups: Vec<&str> = groups
            .map(|group| std::str::from_utf8(group).unwrap_or_default())
            .collect();
        groups.join("-")
    }

    /// The sum of the symbols, each times its own power of a generator of GF(32).
    fn check(&self) -> u8 {
        self.0.iter().fold(0, |sum, symbol| doubled(sum ^ symbol))
    }
}

impl fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvitationCode({}..)", self.id())
    }
}

/// Times x in GF(32) = GF(2)[x] / (x^5 + x^2 + 1).
fn doubled(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 {
        shifted
    } else {
        shifted ^ 0b10_0101
    }
}

fn letter(value: u8) -> char {
    let letter = ALPHABET.get(usize::from(value));
    letter.copied().map_or('0', char::from)
}

fn value(typed: u8) -> Option<u8> {
    let typed = match typed.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    let at = ALPHABET.iter().position(|letter| *letter == typed)?;
    u8::try_from(at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> InvitationCode {
        let mut random = [0; 32];
        for (at, byte) in (0_u8..).zip(random.iter_mut()) {
            *byte = at.wrapping_mul(37).wrapping_add(200);
        }
        InvitationCode::new(random)
    }

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        let code = some();
        let text = code.reveal();
        assert_eq!(text.len(), 24, "{text}");
        assert!(text.starts_with(&code.id()));
        assert!(!format!("{code:?}").contains(&text));
        let spaced = text.replace('-', " ").to_lowercase();
        let look_alike = text.replace('0', "O").replace('1', "l");
        for typed in [text, spaced, look_alike, code.plain()] {
            assert_eq!(InvitationCode::parse(&typed), Ok(code.clone()), "{typed}");
        }
        let zero = InvitationCode::new([0; 32]);
        assert_eq!(InvitationCode::parse("oooo-OOOO-0000-0000-0000"), Ok(zero));
    }

    #[test]
    fn one_wrong_symbol_and_two_that_changed_places_are_found() {
        let plain = some().plain();
        for at in 0..plain.len() {
            for letter in ALPHABET {
                let mut typed = plain.clone().into_bytes();
                if typed[at] == *letter {
                    continue;
                }
                typed[at] = *letter;
                let typed = String::from_utf8(typed).unwrap();
                assert_eq!(InvitationCode::parse(&typed), Err(CodeError), "{typed}");
            }
            for other in 0..at {
                let mut typed = plain.clone().into_bytes();
                if typed[at] == typed[other] {
                    continue;
                }
                typed.swap(at, other);
                let typed = String::from_utf8(typed).unwrap();
                assert_eq!(InvitationCode::parse(&typed), Err(CodeError), "{typed}");
            }
        }
        let short = plain.get(1..).unwrap();
        for bad in ["", "-", "U000-0000-0000-0000-0000", short] {
            assert_eq!(InvitationCode::parse(bad), Err(CodeError), "{bad}");
        }
        assert_eq!(InvitationCode::parse(&"0".repeat(40)), Err(CodeError));
        assert_eq!(InvitationCode::parse(&" ".repeat(4_000)), Err(CodeError));
    }
}
