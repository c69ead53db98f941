//! Character sets of the GS1 General Specifications (figures 7.11-1 and 7.11-2), shared by
//! element strings, Digital Links and EPC URNs.

/// Character set 82, the invariant subset of ISO/IEC 646: serials, lots and most text elements.
pub(crate) fn is_82(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '!' | '"' | '%'..='/' | ':'..='?' | '_')
}

/// Character set 39: digits, upper-case letters, `#`, `-` and `/` (component/part identifiers).
pub(crate) fn is_39(c: char) -> bool {
    c.is_ascii_digit() || c.is_ascii_uppercase() || matches!(c, '#' | '-' | '/')
}

/// Character set 64: file-safe and URI-safe base64 with its padding sign.
pub(crate) fn is_64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=')
}

#[cfg(test)]
mod tests {
    #[test]
    fn character_set_82_has_82_members() {
        assert_eq!(
            (0..=255_u8)
                .filter(|b| super::is_82(char::from(*b)))
                .count(),
            82
        );
        for outside in [
            '#', '$', '@', '[', '\\', ']', '^', '`', '{', '|', '}', '~', ' ', '\u{e9}',
        ] {
            assert!(!super::is_82(outside), "{outside}");
        }
        assert_eq!(
            (0..=255_u8)
                .filter(|b| super::is_39(char::from(*b)))
                .count(),
            39
        );
    }
}
