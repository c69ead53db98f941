//! The spellings that almost all events use, read without detours: SGTIN, SSCC, SGLN and PGLN as
//! EPC URN and as Digital Link on `id.gs1.org`, without escapes. Anything else, right or wrong, is
//! left to the full parsers, so there is one place for each error.

use super::Epc;
use crate::key::{Gln, Gtin, Serial, Sgln, Sgtin, Sscc};

/// The identifier, where the text is plain and valid.
pub(super) fn parse(text: &str) -> Option<Epc> {
    if let Some(rest) = text.strip_prefix("urn:epc:id:") {
        return urn(rest);
    }
    link(text.strip_prefix("https://id.gs1.org/")?)
}

fn urn(rest: &str) -> Option<Epc> {
    let (scheme, parts) = halves(rest, b':')?;
    let (prefix, rest) = halves(parts, b'.')?;
    if !(6..=12).contains(&prefix.len()) {
        return None;
    }
    match scheme {
        "sgtin" => {
            let (item, serial) = halves(rest, b'.')?;
            sgtin(Gtin::from_epc_parts(prefix, item)?, serial)
        }
        "sgln" => {
            let (location, extension) = halves(rest, b'.')?;
            let gln = Gln::from_epc_parts(prefix, location)?;
            sgln(gln, Some(extension))
        }
        "sscc" => Sscc::from_epc_parts(prefix, rest).map(Epc::Sscc),
        "pgln" => Gln::from_epc_parts(prefix, rest).map(Epc::Pgln),
        _ => None,
    }
}

fn link(path: &str) -> Option<Epc> {
    let (ai, rest) = halves(path, b'/')?;
    let (key, rest) = halves(rest, b'/').map_or((rest, None), |(key, rest)| (key, Some(rest)));
    match (ai, rest) {
        ("01", Some(rest)) => {
            let gtin = Gtin::from_digits(key.as_bytes().try_into().ok()?)?;
            sgtin(gtin, rest.strip_prefix("21/")?)
        }
        ("00", None) => Sscc::parse(key).ok().map(Epc::Sscc),
        ("414", None) => sgln(Gln::parse(key).ok()?, None),
        ("414", Some(rest)) => sgln(Gln::parse(key).ok()?, Some(rest.strip_prefix("254/")?)),
        ("417", None) => Gln::parse(key).ok().map(Epc::Pgln),
        _ => None,
    }
}

/// What stands before and after the first such ASCII character.
fn halves(text: &str, at: u8) -> Option<(&str, &str)> {
    let end = text.bytes().position(|b| b == at)?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

fn sgtin(gtin: Gtin, serial: &str) -> Option<Epc> {
    let serial = Serial::parse(plain(serial)?).ok()?;
    Some(Epc::Sgtin(Sgtin::new(gtin, serial)))
}

fn sgln(gln: Gln, extension: Option<&str>) -> Option<Epc> {
    let extension = match extension {
        Some(text) => Some(plain(text)?),
        None => None,
    };
    Sgln::new(gln, extension).ok().map(Epc::Sgln)
}

/// A text whose characters mean themselves in a URN, a link and a key.
fn plain(text: &str) -> Option<&str> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.bytes().all(fits).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Epc;

    #[test]
    fn common_spellings_are_read() {
        for text in [
            "urn:epc:id:sgtin:9506000.013435.1",
            "urn:epc:id:sgln:9520123.45678.0",
            "urn:epc:id:sgln:9520123.45678.L-1",
            "urn:epc:id:sscc:952012.03456789123",
            "urn:epc:id:pgln:9520123.45678",
            "https://id.gs1.org/01/09506000134352/21/a.b_c-1",
            "https://id.gs1.org/414/9520123456788",
            "https://id.gs1.org/414/9520123456788/254/L1",
            "https://id.gs1.org/417/9520123456788",
        ] {
            let swift = super::parse(text);
            assert!(swift.is_some(), "{text}");
            assert_eq!(swift, Epc::parse_fully(text).ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_swiftly_is_read_the_same_in_full(
            text in "(urn:epc:id:(sgtin|sgln|sscc|pgln):[0-9]{5,8}[.][0-9]{3,11}[.]?[0-9A-Za-z%/.:]{0,4}|https://id[.]gs1[.]org/(01/0950600013435[0-4]|414/952012345678[7-9]|417/9520123456788|00/[0-9]{18})(/(21|254|10)/[0-9a-z%/?#]{0,4})?)",
        ) {
            if let Some(epc) = super::parse(&text) {
                prop_assert_eq!(Ok(epc), Epc::parse_fully(&text), "{}", text);
            }
        }
    }
}
