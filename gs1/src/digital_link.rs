//! GS1 Digital Link URIs (URI Syntax 1.4): a GS1 key as a web address on anybody's host. Only the
//! text is read; no address is resolved.

#[cfg(test)]
mod tests;

use crate::ai::{self, ValueError};
use crate::element_string::Element;
use crate::epc::{Epc, EpcError};
use crate::key::{Gln, Gtin, Lot, Serial, Sgln, Sgtin, Sscc};
use crate::{limits, uri};

/// A Digital Link taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigitalLink {
    /// The primary key and its qualifiers, in the order of the path. A GTIN has 14 digits here,
    /// however many the link had.
    pub path: Vec<Element>,
    /// Attributes of the query string that are application identifiers, in their order.
    pub attributes: Vec<Element>,
}

/// Reads a Digital Link of any host and with any path before its primary key. `None` for a web
/// address that holds no primary key: it is no Digital Link, and that is no error.
///
/// GTINs of 8, 12 and 13 digits are read too, as the first editions of the standard wrote them.
///
/// # Errors
/// [`EpcError`] for an address that has a primary key and then breaks the syntax: a wrong check
/// digit, a qualifier that does not belong to the key, an unknown numeric attribute.
pub fn parse(text: &str) -> Result<Option<DigitalLink>, EpcError> {
    if text.len() > limits::URI_BYTES_MAX {
        return Err(EpcError::TooLong {
            got: text.len(),
            max: limits::URI_BYTES_MAX,
        });
    }
    let Some(address) = Address::split(text) else {
        return Ok(None);
    };
    let segments: Vec<&str> = address.path.split('/').skip(1).collect();
    let Some(start) = primary_key_at(&segments) else {
        return Ok(None);
    };
    let pairs = segments.get(start..).unwrap_or_default();
    if !address.is_resolver() && !looks_like_a_key(pairs) {
        return Ok(None);
    }
    let mut path = Vec::new();
    for pair in pairs.chunks_exact(2) {
        if let [ai, value] = pair {
            path.push(element(ai, value)?);
        }
    }
    qualifiers_fit(&path)?;
    Ok(Some(DigitalLink {
        attributes: attributes(address.query, &path)?,
        path,
    }))
}

impl DigitalLink {
    /// Every element: the path first, then the attributes.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.path.iter().chain(&self.attributes)
    }

    /// What the path identifies. `None` for keys and qualifiers that [`Epc`] does not model.
    pub fn epc(&self) -> Option<Epc> {
        let qualifier = |ai: &str| {
            self.path
                .iter()
                .find(|(key, _)| key == ai)
                .map(|(_, value)| value.as_str())
        };
        let (key, value) = self.path.first()?;
        match key.as_str() {
            "00" => Sscc::parse(value).ok().map(Epc::Sscc),
            "01" => {
                let gtin = Gtin::parse(value).ok()?;
                match (
                    qualifier("21"),
                    qualifier("10"),
                    qualifier("22"),
                    qualifier("235"),
                ) {
                    (Some(serial), ..) => Serial::parse(serial)
                        .ok()
                        .map(|serial| Sgtin::new(gtin, serial).into()),
                    (None, Some(lot), ..) => {
                        Lot::parse(lot).ok().map(|lot| Epc::Lgtin { gtin, lot })
                    }
                    (None, None, None, None) => Some(Epc::Gtin(gtin)),
                    _ => None,
                }
            }
            "414" if qualifier("7040").is_none() => {
                let gln = Gln::parse(value).ok()?;
                Sgln::new(gln, qualifier("254")).ok().map(Epc::Sgln)
            }
            "417" if self.path.len() == 1 => Gln::parse(value).ok().map(Epc::Pgln),
            _ => None,
        }
    }
}

/// Whether a URI scheme is one that Digital Links have.
pub(crate) fn is_web_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

struct Address<'a> {
    host: &'a str,
    path: &'a str,
    query: &'a str,
}

impl<'a> Address<'a> {
    /// Splits a web address; `None` for another URI or an impossible host.
    fn split(text: &'a str) -> Option<Self> {
        let (scheme, rest) = uri::split(text)?;
        if !is_web_scheme(scheme) {
            return None;
        }
        let rest = rest.strip_prefix("//")?;
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let slash = rest.find('/')?;
        let (host, path) = rest.split_at_checked(slash)?;
        let host_fits = !host.is_empty()
            && host.bytes().all(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']')
            });
        host_fits.then_some(Self { host, path, query })
    }

    fn is_resolver(&self) -> bool {
        self.host.eq_ignore_ascii_case("id.gs1.org")
    }
}

/// The last place in the path from which pairs run to the end and the first is a primary key.
fn primary_key_at(segments: &[&str]) -> Option<usize> {
    (0..segments.len()).rev().skip(1).step_by(2).find(|at| {
        segments
            .get(*at)
            .is_some_and(|ai| qualifier_chains(ai).is_some())
    })
}

/// On a foreign host a path may hold digits by chance: a numeric key must have its length.
fn looks_like_a_key(pairs: &[&str]) -> bool {
    let [ai, value, ..] = pairs else { return false };
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    match *ai {
        "01" => digits && matches!(value.len(), 8 | 12 | 13 | 14),
        "00" | "402" | "414" | "415" | "417" | "8006" | "8017" | "8018" => {
            digits && ai::rule(ai).is_some_and(|rule| rule.max_len() == value.len())
        }
        "253" | "255" | "8003" => value.len() >= 13,
        _ => !value.is_empty(),
    }
}

/// The qualifiers that may follow a primary key, in order; alternatives are separate. `None` when
/// the AI is no primary key.
fn qualifier_chains(ai: &str) -> Option<&'static [&'static [&'static str]]> {
    Some(match ai {
        "01" => &[&["22", "10", "21"], &["235"]],
        "8006" => &[&["22", "10", "21"]],
        "414" => &[&["254"], &["7040"]],
        "415" => &[&["8020"]],
        "417" | "8004" => &[&["7040"]],
        "8010" => &[&["8011"]],
        "8017" | "8018" => &[&["8019"]],
        "00" | "253" | "255" | "401" | "402" | "8003" | "8013" => &[],
        _ => return None,
    })
}

fn qualifiers_fit(path: &[Element]) -> Result<(), EpcError> {
    let Some(((key, _), qualifiers)) = path.split_first() else {
        return Ok(());
    };
    let chains = qualifier_chains(key).unwrap_or_default();
    let in_order = |chain: &&[&str]| {
        let mut allowed = chain.iter();
        qualifiers
            .iter()
            .all(|(ai, _)| allowed.any(|one| one == ai))
    };
    if qualifiers.is_empty() || chains.iter().any(in_order) {
        return Ok(());
    }
    let given: Vec<&str> = qualifiers.iter().map(|(ai, _)| ai.as_str()).collect();
    let given = given.join("/");
    Err(EpcError::DigitalLink(format!(
        "key ({key}) does not take the qualifiers {given}"
    )))
}

fn attributes(query: &str, path: &[Element]) -> Result<Vec<Element>, EpcError> {
    let mut attributes: Vec<Element> = Vec::new();
    for field in query.split(['&', ';']) {
        let Some((ai, value)) = field.split_once('=') else {
            continue;
        };
        if ai.is_empty() || !ai.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let (ai, value) = element(ai, &value.replace('+', "%20"))?;
        match path
            .iter()
            .chain(&attributes)
            .find(|(earlier, _)| *earlier == ai)
        {
            Some((_, earlier)) if *earlier == value => {}
            Some(_) => {
                return Err(EpcError::DigitalLink(format!("holds two values of ({ai})")));
            }
            None if attributes.len() == limits::SCAN_ELEMENTS_MAX => {
                let max = limits::SCAN_ELEMENTS_MAX;
                return Err(EpcError::DigitalLink(format!(
                    "has more than {max} attributes"
                )));
            }
            None => attributes.push((ai, value)),
        }
    }
    Ok(attributes)
}

fn element(ai: &str, escaped: &str) -> Result<Element, EpcError> {
    let Some(rule) = ai::rule(ai) else {
        return Err(EpcError::DigitalLink(format!(
            "holds unknown application identifier {ai:?}"
        )));
    };
    let mut value = uri::decode_component(escaped).map_err(|at| EpcError::Escape {
        part: escaped.to_owned(),
        at,
    })?;
    if ai == "01" && matches!(value.len(), 8 | 12 | 13) {
        value = format!("{value:0>14}");
    }
    rule.check(&value)
        .map_err(|source: ValueError| EpcError::Element {
            ai: ai.to_owned(),
            source,
        })?;
    Ok((ai.to_owned(), value))
}
