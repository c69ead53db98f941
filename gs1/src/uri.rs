//! URI syntax as far as identifiers need it: is this text a URI (RFC 3986), and percent-encoding
//! with the one spelling we write. Nothing is ever resolved or fetched.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but RFC 3986 "unreserved" is escaped in a Digital Link component.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes one Digital Link path or query component, upper-case hexadecimal.
pub(crate) fn encode_component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

/// Undoes percent-encoding. An error is the byte offset of an incomplete or non-hexadecimal
/// escape, or of one that stands for a byte outside ASCII (no GS1 value holds one).
pub(crate) fn decode_component(text: &str) -> Result<String, usize> {
    let mut out = String::with_capacity(text.len());
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let byte = if byte == b'%' {
            let high = bytes.next().and_then(|(_, digit)| hex_value(digit));
            let low = bytes.next().and_then(|(_, digit)| hex_value(digit));
            high.zip(low).map(|(high, low)| high << 4 | low).ok_or(at)?
        } else {
            byte
        };
        if !byte.is_ascii() {
            return Err(at);
        }
        out.push(char::from(byte));
    }
    Ok(out)
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// The scheme of an absolute URI and what follows its colon. None where `text` is not a URI of
/// RFC 3986: scheme, colon, at least one character, all of them allowed, escapes complete.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let mut letters = scheme.chars();
    let scheme_fits = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    (scheme_fits && !rest.is_empty() && characters_fit(rest)).then_some((scheme, rest))
}

/// Whether `text` is an absolute URI.
pub(crate) fn is_uri(text: &str) -> bool {
    split(text).is_some()
}

fn characters_fit(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    let mut fragments = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let fits = match byte {
            b'%' => matches!(bytes.get(at + 1..at + 3), Some([high, low])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()),
            b'#' => {
                fragments += 1;
                fragments == 1
            }
            b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'?' | b'[' | b']' | b'@' | b'!' | b'$'
            | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => true,
            other => other.is_ascii_alphanumeric(),
        };
        if !fits {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{decode_component, encode_component, is_uri};

    #[test]
    fn uris() {
        let good = [
            "urn:uuid:4bdbf090-d48d-49f3-9436-6c219c3ecb54",
            "ni:///sha-256;0bf4?ver=CBV2.0",
            "https://id.gs1.org/01/09506000134352/21/32a%2Fb",
            "geo:22.300,-118.44",
            "example:x",
            "https://a/#f",
        ];
        let bad = [
            "",
            "x",
            "shipping",
            ":x",
            "1a:b",
            "a:",
            "a b:c",
            "a:b c",
            "a:%2",
            "a:%zz",
            "a:#b#c",
            "urn:\u{e9}",
            "a:<b>",
            "a:\u{1d}",
        ];
        for text in good {
            assert!(is_uri(text), "{text}");
        }
        for text in bad {
            assert!(!is_uri(text), "{text}");
        }
    }

    #[test]
    fn percent_encoding_is_undone_exactly() {
        for text in ["", "32a/b", "!\"%&'()*+,-./:;<=>?_", "azAZ09~"] {
            assert_eq!(
                decode_component(&encode_component(text)).as_deref(),
                Ok(text)
            );
        }
        assert_eq!(encode_component("a/b"), "a%2Fb");
        assert_eq!(decode_component("a%2"), Err(1));
        assert_eq!(decode_component("a%g0"), Err(1));
        assert_eq!(decode_component("a%C3%A9"), Err(1));
        assert_eq!(decode_component("\u{e9}"), Err(0));
    }
}
