//! Pure-identity and class URNs of the Tag Data Standard (TDS 6.3, 8), both ways. A URN splits a
//! key into company prefix and reference and drops the check digit; here they are joined again.

use super::{Epc, EpcError};
use crate::key::{Gln, Gtin, KeyError, Lot, Serial, Sgln, Sgtin, Sscc};
use crate::uri;

/// What follows `urn:`. None for a URN that is not one of the schemes we model.
pub(super) fn parse(rest: &str) -> Result<Option<Epc>, EpcError> {
    let Some(rest) = strip_prefix_ignore_case(rest, "epc:") else {
        return Ok(None);
    };
    if let Some(rest) = strip_prefix_ignore_case(rest, "id:") {
        return identity(rest);
    }
    if let Some(parts) = strip_prefix_ignore_case(rest, "class:lgtin:") {
        return lgtin(parts).map(Some);
    }
    if let Some(parts) = strip_prefix_ignore_case(rest, "idpat:sgtin:") {
        return pattern(parts);
    }
    Ok(None)
}

/// The URN of `epc` for a company prefix of `gcp_len` digits.
pub(super) fn format(epc: &Epc, gcp_len: u8) -> Option<String> {
    Some(match epc {
        Epc::Sgtin(Sgtin { gtin, serial }) => {
            let (prefix, item) = gtin.to_epc_parts(gcp_len)?;
            format!(
                "urn:epc:id:sgtin:{prefix}.{item}.{}",
                escape(serial.as_str())
            )
        }
        Epc::Sscc(sscc) => {
            let (prefix, serial) = sscc.to_epc_parts(gcp_len)?;
            format!("urn:epc:id:sscc:{prefix}.{serial}")
        }
        Epc::Sgln(sgln) => {
            let (prefix, location) = sgln.gln().to_epc_parts(gcp_len)?;
            let extension = escape(sgln.extension().unwrap_or("0"));
            format!("urn:epc:id:sgln:{prefix}.{location}.{extension}")
        }
        Epc::Lgtin { gtin, lot } => {
            let (prefix, item) = gtin.to_epc_parts(gcp_len)?;
            format!(
                "urn:epc:class:lgtin:{prefix}.{item}.{}",
                escape(lot.as_str())
            )
        }
        Epc::Gtin(gtin) => {
            let (prefix, item) = gtin.to_epc_parts(gcp_len)?;
            format!("urn:epc:idpat:sgtin:{prefix}.{item}.*")
        }
        Epc::Pgln(gln) => {
            let (prefix, party) = gln.to_epc_parts(gcp_len)?;
            format!("urn:epc:id:pgln:{prefix}.{party}")
        }
        Epc::Other(_) => return None,
    })
}

/// Escapes what TDS 6.3 does not allow to stand in a URN component as it is.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("%22"),
            '%' => out.push_str("%25"),
            '&' => out.push_str("%26"),
            '/' => out.push_str("%2F"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '?' => out.push_str("%3F"),
            other => out.push(other),
        }
    }
    out
}

fn identity(rest: &str) -> Result<Option<Epc>, EpcError> {
    let Some((scheme, parts)) = rest.split_once(':') else {
        return Ok(None);
    };
    Ok(Some(match scheme.to_ascii_lowercase().as_str() {
        "sgtin" => sgtin(parts)?,
        "sscc" => sscc(parts)?,
        "sgln" => sgln(parts)?,
        "pgln" => pgln(parts)?,
        _ => return Ok(None),
    }))
}

fn sgtin(parts: &str) -> Result<Epc, EpcError> {
    let [prefix, item, serial] = three(parts, "sgtin")?;
    let gtin = gtin("sgtin", prefix, item)?;
    let serial = Serial::parse(&unescape(serial)?).map_err(|error| wrong("sgtin", &error))?;
    Ok(Epc::Sgtin(Sgtin::new(gtin, serial)))
}

fn lgtin(parts: &str) -> Result<Epc, EpcError> {
    let [prefix, item, lot] = three(parts, "lgtin")?;
    let gtin = gtin("lgtin", prefix, item)?;
    let lot = Lot::parse(&unescape(lot)?).map_err(|error| wrong("lgtin", &error))?;
    Ok(Epc::Lgtin { gtin, lot })
}

/// `urn:epc:idpat:sgtin:prefix.item.*` is the product; wider and narrower patterns stay opaque.
fn pattern(parts: &str) -> Result<Option<Epc>, EpcError> {
    let [prefix, item, serial] = three(parts, "sgtin pattern")?;
    if prefix == "*" || item == "*" || serial != "*" {
        return Ok(None);
    }
    gtin("sgtin pattern", prefix, item).map(|gtin| Some(Epc::Gtin(gtin)))
}

fn sscc(parts: &str) -> Result<Epc, EpcError> {
    let [prefix, serial] = two(parts, "sscc")?;
    prefix_fits("sscc", prefix)?;
    Sscc::from_epc_parts(prefix, serial)
        .map(Epc::Sscc)
        .ok_or_else(|| sum("sscc", 17, prefix, serial))
}

fn sgln(parts: &str) -> Result<Epc, EpcError> {
    let [prefix, location, extension] = three(parts, "sgln")?;
    let gln = gln("sgln", prefix, location)?;
    let extension = unescape(extension)?;
    Sgln::new(gln, Some(&extension))
        .map(Epc::Sgln)
        .map_err(|error| wrong("sgln", &error))
}

fn pgln(parts: &str) -> Result<Epc, EpcError> {
    let [prefix, party] = two(parts, "pgln")?;
    gln("pgln", prefix, party).map(Epc::Pgln)
}

fn gtin(scheme: &'static str, prefix: &str, item: &str) -> Result<Gtin, EpcError> {
    prefix_fits(scheme, prefix)?;
    Gtin::from_epc_parts(prefix, item).ok_or_else(|| sum(scheme, 13, prefix, item))
}

fn gln(scheme: &'static str, prefix: &str, reference: &str) -> Result<Gln, EpcError> {
    prefix_fits(scheme, prefix)?;
    Gln::from_epc_parts(prefix, reference).ok_or_else(|| sum(scheme, 12, prefix, reference))
}

fn prefix_fits(scheme: &'static str, prefix: &str) -> Result<(), EpcError> {
    if (6..=12).contains(&prefix.len()) {
        return Ok(());
    }
    let got = prefix.chars().count();
    let problem = format!("has a company prefix of {got} characters, expected 6 to 12 digits");
    Err(EpcError::Urn { scheme, problem })
}

fn sum(scheme: &'static str, expected: usize, prefix: &str, reference: &str) -> EpcError {
    let problem = format!(
        "has company prefix {prefix:?} and reference {reference:?}, expected {expected} digits \
         together"
    );
    EpcError::Urn { scheme, problem }
}

fn wrong(scheme: &'static str, error: &KeyError) -> EpcError {
    EpcError::Urn {
        scheme,
        problem: format!("has a wrong part: {error}"),
    }
}

fn two<'a>(parts: &'a str, scheme: &'static str) -> Result<[&'a str; 2], EpcError> {
    let mut split = parts.split('.');
    match (split.next(), split.next(), split.next()) {
        (Some(first), Some(second), None) => Ok([first, second]),
        _ => Err(count(scheme, 2, parts)),
    }
}

/// Prefix, reference, and a text that may itself hold dots.
fn three<'a>(parts: &'a str, scheme: &'static str) -> Result<[&'a str; 3], EpcError> {
    let mut split = parts.splitn(3, '.');
    match (split.next(), split.next(), split.next()) {
        (Some(first), Some(second), Some(third)) => Ok([first, second, third]),
        _ => Err(count(scheme, 3, parts)),
    }
}

fn count(scheme: &'static str, expected: usize, parts: &str) -> EpcError {
    let got = parts.split('.').count();
    EpcError::Urn {
        scheme,
        problem: format!("has {got} parts, expected {expected}"),
    }
}

fn unescape(part: &str) -> Result<String, EpcError> {
    uri::decode_component(part).map_err(|at| EpcError::Escape {
        part: part.to_owned(),
        at,
    })
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}
