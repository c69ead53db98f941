//! Character sets of the GS1 General Specifications (figures 7.11-1 and 7.11-2), shared by
//! element strings, Digital Links and EPC URNs.

/// A set of characters that a value may be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    /// Digits.
    Digits = 1,
    /// Set 82, the invariant subset of ISO/IEC 646: serials, lots and most text elements.
    Set82 = 2,
    /// Set 39: digits, upper-case letters, `#`, `-` and `/` (component/part identifiers).
    Set39 = 4,
    /// Set 64: file-safe and URI-safe base64 with its padding sign.
    Set64 = 8,
}

/// The sets each byte is in.
const SETS: [u8; 256] = sets();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated when compiling, in bounds"
)]
const fn sets() -> [u8; 256] {
    let mut sets = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let alphanumeric = byte.is_ascii_alphanumeric();
        let mut bits = 0;
        if byte.is_ascii_digit() {
            bits |= Set::Digits as u8;
        }
        if alphanumeric || matches!(byte, b'!' | b'"' | b'%'..=b'/' | b':'..=b'?' | b'_') {
            bits |= Set::Set82 as u8;
        }
        if byte.is_ascii_digit() || byte.is_ascii_uppercase() || matches!(byte, b'#' | b'-' | b'/')
        {
            bits |= Set::Set39 as u8;
        }
        if alphanumeric || matches!(byte, b'-' | b'_' | b'=') {
            bits |= Set::Set64 as u8;
        }
        sets[byte as usize] = bits;
        byte += 1;
    }
    sets
}

fn is_in(c: char, set: Set) -> bool {
    let bits = u8::try_from(c)
        .ok()
        .and_then(|byte| SETS.get(usize::from(byte)));
    bits.is_some_and(|bits| bits & set as u8 != 0)
}

/// The offset of the first byte outside a set.
pub(crate) fn first_outside(bytes: &[u8], set: Set) -> Option<usize> {
    let outside = |byte: &u8| {
        SETS.get(usize::from(*byte))
            .is_none_or(|bits| bits & set as u8 == 0)
    };
    bytes.iter().position(outside)
}

/// Whether a character is in set 82.
pub(crate) fn is_82(c: char) -> bool {
    is_in(c, Set::Set82)
}

/// Whether a character is in set 39.
pub(crate) fn is_39(c: char) -> bool {
    is_in(c, Set::Set39)
}

/// Whether a character is in set 64 or its padding sign.
pub(crate) fn is_64(c: char) -> bool {
    is_in(c, Set::Set64)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sets_have_as_many_members_as_they_are_called() {
        let count = |is_in: fn(char) -> bool| ('\0'..='\u{2ff}').filter(|c| is_in(*c)).count();
        assert_eq!(count(super::is_82), 82);
        assert_eq!(count(super::is_39), 39);
        assert_eq!(count(super::is_64), 64 + 1);
        for outside in [
            '#', '$', '@', '[', '\\', ']', '^', '`', '{', '|', '}', '~', ' ', '\u{e9}',
        ] {
            assert!(!super::is_82(outside), "{outside}");
        }
    }
}
