//! Pure-identity and class URNs of the Tag Data Standard (TDS 6.3, 8), both ways. A URN splits a
//! key into company prefix and reference and drops the check digit; here they are joined again.

use super::{Epc, EpcError};
use crate::key::{Adi, Bic, Cpi, Gcn, Gdti, Giai, Gid, Ginc, Gln, Grai, Gsin, Gsrn, Gtin, Imovn};
use crate::key::{Itip, KeyError, Lot, Serial, Sgln, Sgtin, Sscc, Upui, Usdod};
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
    if let Some(rest) = strip_prefix_ignore_case(rest, "idpat:") {
        return class_pattern(rest);
    }
    Ok(None)
}

/// Escapes what TDS 6.3 does not allow to stand in a URN component as it is.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("%22"),
            '#' => out.push_str("%23"),
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
        "grai" | "gdti" | "sgcn" | "cpi" | "itip" => return serialised(scheme, parts, true),
        "giai" => giai(parts)?,
        "ginc" => ginc(parts)?,
        "gsrn" => gsrn("gsrn", parts).map(Epc::Gsrn)?,
        "gsrnp" => gsrn("gsrnp", parts).map(Epc::Gsrnp)?,
        "gsin" => gsin(parts)?,
        "upui" => upui(parts)?,
        "gid" => gid(parts)?,
        "usdod" => usdod(parts)?,
        "adi" => adi(parts)?,
        "bic" => Epc::Bic(Bic::parse(parts).map_err(|error| wrong("bic", &error))?),
        "imovn" => Epc::Imovn(Imovn::parse(parts).map_err(|error| wrong("imovn", &error))?),
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

/// `urn:epc:idpat:sgtin:prefix.item.*` is the product, and so for the other schemes whose key
/// without serial component is a class. Wider and narrower patterns stay opaque here; see
/// [`super::Pattern`].
fn class_pattern(rest: &str) -> Result<Option<Epc>, EpcError> {
    let Some((scheme, parts)) = rest.split_once(':') else {
        return Ok(None);
    };
    let Some(class) = parts
        .strip_suffix(".*")
        .filter(|class| !class.contains('*'))
    else {
        return Ok(None);
    };
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "sgtin" {
        let [prefix, item] = two(class, "sgtin pattern")?;
        return gtin("sgtin pattern", prefix, item).map(|gtin| Some(Epc::Gtin(gtin)));
    }
    serialised(&scheme, class, false)
}

/// The schemes that also exist as a class, with their last component or without it.
fn serialised(scheme: &str, parts: &str, whole: bool) -> Result<Option<Epc>, EpcError> {
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "grai" => "grai",
        "gdti" => "gdti",
        "sgcn" => "sgcn",
        "cpi" => "cpi",
        "itip" => return itip(parts, whole).map(Some),
        _ => return Ok(None),
    };
    let ([prefix, reference], serial) = if whole {
        let [prefix, reference, serial] = three(parts, scheme)?;
        ([prefix, reference], Some(unescape(serial)?))
    } else {
        (two(parts, scheme)?, None)
    };
    let serial = serial.as_deref();
    prefix_fits(scheme, prefix)?;
    let missing = || sum(scheme, 12, prefix, reference);
    let failed = |error| wrong(scheme, &error);
    Ok(Some(match scheme {
        "grai" => Epc::Grai(
            Grai::from_epc_parts(prefix, reference, serial)
                .ok_or_else(missing)?
                .map_err(failed)?,
        ),
        "gdti" => Epc::Gdti(
            Gdti::from_epc_parts(prefix, reference, serial)
                .ok_or_else(missing)?
                .map_err(failed)?,
        ),
        "sgcn" => Epc::Gcn(
            Gcn::from_epc_parts(prefix, reference, serial)
                .ok_or_else(missing)?
                .map_err(failed)?,
        ),
        _ => {
            let id = prefixed(scheme, prefix, &unescape(reference)?)?;
            Epc::Cpi(Cpi::new(&id, serial).map_err(failed)?)
        }
    }))
}

fn itip(parts: &str, whole: bool) -> Result<Epc, EpcError> {
    const SCHEME: &str = "itip";
    let mut split = parts.splitn(5, '.');
    let mut next = || split.next().ok_or_else(|| count(SCHEME, 5, parts));
    let (prefix, item, piece, total) = (next()?, next()?, next()?, next()?);
    let serial = split.next();
    if serial.is_some() != whole {
        return Err(count(SCHEME, 5, parts));
    }
    let gtin = gtin(SCHEME, prefix, item)?;
    let failed = |error| wrong(SCHEME, &error);
    let serial = serial.map(unescape).transpose()?;
    let serial = serial.map(|text| Serial::parse(&text)).transpose();
    Itip::new(gtin, piece, total, serial.map_err(failed)?)
        .map(Epc::Itip)
        .map_err(failed)
}

fn giai(parts: &str) -> Result<Epc, EpcError> {
    let [prefix, reference] = first_and_rest(parts, "giai")?;
    Giai::parse(&prefixed("giai", prefix, &unescape(reference)?)?)
        .map(Epc::Giai)
        .map_err(|error| wrong("giai", &error))
}

fn ginc(parts: &str) -> Result<Epc, EpcError> {
    let [prefix, reference] = first_and_rest(parts, "ginc")?;
    Ginc::parse(&prefixed("ginc", prefix, &unescape(reference)?)?)
        .map(Epc::Ginc)
        .map_err(|error| wrong("ginc", &error))
}

/// Company prefix and a reference of free text, joined.
fn prefixed(scheme: &'static str, prefix: &str, reference: &str) -> Result<String, EpcError> {
    prefix_fits(scheme, prefix)?;
    let digits = prefix.bytes().all(|b| b.is_ascii_digit());
    if digits && !reference.is_empty() {
        return Ok(format!("{prefix}{reference}"));
    }
    let problem = if digits {
        "has an empty reference".to_owned()
    } else {
        format!("has company prefix {prefix:?}, expected digits")
    };
    Err(EpcError::Urn { scheme, problem })
}

fn gsrn(scheme: &'static str, parts: &str) -> Result<Gsrn, EpcError> {
    let [prefix, reference] = two(parts, scheme)?;
    prefix_fits(scheme, prefix)?;
    Gsrn::from_epc_parts(prefix, reference).ok_or_else(|| sum(scheme, 17, prefix, reference))
}

fn gsin(parts: &str) -> Result<Epc, EpcError> {
    let [prefix, reference] = two(parts, "gsin")?;
    prefix_fits("gsin", prefix)?;
    Gsin::from_epc_parts(prefix, reference)
        .map(Epc::Gsin)
        .ok_or_else(|| sum("gsin", 16, prefix, reference))
}

fn upui(parts: &str) -> Result<Epc, EpcError> {
    let [prefix, item, extension] = three(parts, "upui")?;
    let gtin = gtin("upui", prefix, item)?;
    Upui::new(gtin, &unescape(extension)?)
        .map(Epc::Upui)
        .map_err(|error| wrong("upui", &error))
}

fn gid(parts: &str) -> Result<Epc, EpcError> {
    let [manager, class, serial] = three(parts, "gid")?;
    Gid::new(manager, class, serial)
        .map(Epc::Gid)
        .map_err(|error| wrong("gid", &error))
}

fn usdod(parts: &str) -> Result<Epc, EpcError> {
    let [cage, serial] = two(parts, "usdod")?;
    Usdod::new(cage, serial)
        .map(Epc::Usdod)
        .map_err(|error| wrong("usdod", &error))
}

fn adi(parts: &str) -> Result<Epc, EpcError> {
    let [cage, part, serial] = three(parts, "adi")?;
    Adi::new(cage, &unescape(part)?, &unescape(serial)?)
        .map(Epc::Adi)
        .map_err(|error| wrong("adi", &error))
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

/// A company prefix and a text that may itself hold dots.
fn first_and_rest<'a>(parts: &'a str, scheme: &'static str) -> Result<[&'a str; 2], EpcError> {
    parts
        .split_once('.')
        .map(|(first, rest)| [first, rest])
        .ok_or_else(|| count(scheme, 2, parts))
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
