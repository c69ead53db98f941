//! The two text formats of the JSON schema: URIs of RFC 3986 and times of RFC 3339.

/// Whether a text is an absolute URI of RFC 3986, section 3, with or without fragment.
pub(super) fn is_uri(text: &str) -> bool {
    // Two beginnings stand for most identifiers.
    let urn = text.strip_prefix("urn:");
    if urn.is_some_and(|rest| !rest.starts_with('/') && rest.bytes().all(is_plain)) {
        return true;
    }
    let gs1 = text.strip_prefix("https://id.gs1.org/");
    if gs1.is_some_and(|path| path.bytes().all(is_plain)) {
        return true;
    }
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut letters = scheme.bytes();
    if !letters.next().is_some_and(|b| b.is_ascii_alphabetic())
        || !letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    {
        return false;
    }
    is_rest(rest)
}

/// Whether a text may be the name of an extension: a URI, or an IRI of RFC 3987, as names of XML
/// may have any letters.
pub(super) fn is_extension_name(text: &str) -> bool {
    if text.is_ascii() {
        return is_uri(text);
    }
    let plain = |letter| if is_ucs(letter) { 'x' } else { letter };
    is_uri(&text.chars().map(plain).collect::<String>())
}

/// `ucschar` of RFC 3987, section 2.2.
fn is_ucs(letter: char) -> bool {
    match u32::from(letter) {
        0xa0..=0xd7ff | 0xf900..=0xfdcf | 0xfdf0..=0xffef => true,
        code @ 0x1_0000..=0xe_ffff => {
            code & 0xffff <= 0xfffd && !(0xe_0000..0xe_1000).contains(&code)
        }
        _ => false,
    }
}

/// `hier-part [ "?" query ] [ "#" fragment ]`.
fn is_rest(rest: &str) -> bool {
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (hierarchy, query) = rest.split_once('?').unwrap_or((rest, ""));
    let open = |b: u8| is_plain(b) || b == b'?';
    if !fits(fragment, open) || !fits(query, open) {
        return false;
    }
    let Some(rest) = hierarchy.strip_prefix("//") else {
        return fits(hierarchy, is_plain);
    };
    let slash = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(slash).unwrap_or_default();
    is_authority(authority) && fits(path, is_plain)
}

/// `[ userinfo "@" ] host [ ":" port ]`.
fn is_authority(authority: &str) -> bool {
    let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let in_user = |b: u8| is_plain(b) && !matches!(b, b'@' | b'/');
    if !fits(user, in_user) {
        return false;
    }
    let (host, port) = match place.strip_prefix('[') {
        Some(literal) => match literal.split_once(']') {
            Some((address, rest)) if is_ip_literal(address) => ("", rest),
            _ => return false,
        },
        None => place
            .find(':')
            .and_then(|colon| place.split_at_checked(colon))
            .unwrap_or((place, "")),
    };
    let in_name = |b: u8| in_user(b) && b != b':';
    let port_fits = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()),
        None => port.is_empty(),
    };
    port_fits && fits(host, in_name)
}

/// An IPv6 address or an address of a later version.
fn is_ip_literal(address: &str) -> bool {
    if let Some(future) = address.strip_prefix(['v', 'V']) {
        return future.split_once('.').is_some_and(|(version, rest)| {
            let hex = |b: u8| b.is_ascii_hexdigit();
            let named = |b: u8| is_plain(b) && !matches!(b, b'@' | b'/' | b'%');
            !version.is_empty()
                && version.bytes().all(hex)
                && !rest.is_empty()
                && rest.bytes().all(named)
        });
    }
    address.parse::<core::net::Ipv6Addr>().is_ok()
}

/// All characters allowed, and percent escapes complete.
fn fits(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let escape = |b: Option<u8>| b.is_some_and(|b| b.is_ascii_hexdigit());
        let good = match byte {
            b'%' => escape(bytes.next()) && escape(bytes.next()),
            other => allowed(other),
        };
        if !good {
            return false;
        }
    }
    true
}

/// `pchar` or a slash, without percent escapes.
fn is_plain(byte: u8) -> bool {
    PLAIN.get(usize::from(byte)).copied().unwrap_or_default()
}

/// [`is_plain`] for every byte.
#[expect(clippy::indexing_slicing, reason = "evaluated when compiled")]
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        table[byte as usize] = is_plain_byte(byte);
        byte += 1;
    }
    table
};

const fn is_plain_byte(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'@'
        | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_extensions_have_letters_of_any_script() {
        for name in [
            "ext:size",
            "ext:gr\u{f6}\u{df}e",
            "https://x.example/\u{4e2d}",
            "e:\u{20000}",
        ] {
            assert!(is_extension_name(name), "{name}");
        }
        for name in [
            "gr\u{f6}\u{df}e",
            "e:a b",
            "e:\u{e000}",
            "e:\u{fffe}",
            "e:\u{85}",
            "e:",
        ] {
            assert_eq!(is_extension_name(name), name == "e:", "{name:?}");
        }
    }

    use super::{is_extension_name, is_uri};

    #[test]
    fn uris_of_rfc_3986() {
        let good = [
            "urn:epc:id:sgtin:9506000.013435.1",
            "a:",
            "a:?",
            "a:#",
            "a:/",
            "a://",
            "a:///x",
            "https://id.gs1.org/01/09506000134352/21/32a%2Fb?17=271231#x?y",
            "https://user:pass@example.com:8080/a//b",
            "https://[2001:db8::1]:80/",
            "https://[v7.a:b]/",
            "geo:22.300,-118.44",
            "ni:///sha-256;0bf4?ver=CBV2.0",
            "ext1:string",
            "x:%e9",
            "https://h:",
        ];
        let bad = [
            "",
            ":",
            "x",
            "1a:b",
            "a b:c",
            "a:b c",
            "a:%2",
            "a:%zz",
            "a:#b#c",
            "a:[b]",
            "a:<b>",
            "urn:\u{e9}",
            "a:\u{1d}",
            "https://[::g]/",
            "https://[::1/",
            "https://h:80a/",
            "https://a@b@c/",
            "a:b^c",
            "a:b|c",
            "a:\"b\"",
            "a:b\\c",
        ];
        for text in good {
            assert!(is_uri(text), "{text}");
        }
        for text in bad {
            assert!(!is_uri(text), "{text}");
        }
    }
}
