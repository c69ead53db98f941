//! GS1 Digital Link URIs (URI Syntax 1.4): a GS1 key as a web address on anybody's host. Only the
//! text is read; no address is resolved.

#[cfg(test)]
mod tests;

use crate::ai::{self, ValueError};
use crate::element_string::Element;
use crate::epc::{Epc, EpcError};
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

    /// What the path identifies. `None` for qualifiers that have no EPC, such as a consumer
    /// product variant without serial number.
    pub fn epc(&self) -> Option<Epc> {
        Epc::from_path(&self.path)
    }
}

/// The stem of a canonical Digital Link.
pub const RESOLVER: &str = "https://id.gs1.org";

/// Writes a Digital Link: `stem` (scheme and host, with or without a path), the first value of
/// the primary key `key`, the longest chain of its qualifiers that `elements` hold, and all other
/// elements as attributes, those of predefined length first. A repeated AI is written once.
///
/// # Errors
/// [`EpcError::DigitalLink`] where `key` is no primary key, is not among the elements, or an
/// element that stays over may not be an attribute.
pub fn write(stem: &str, key: &str, elements: &[Element]) -> Result<String, EpcError> {
    let value = |wanted: &str| {
        let found = elements.iter().find(|(ai, _)| ai == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let missing = || EpcError::DigitalLink(format!("lacks the primary key ({key})"));
    let chains = qualifier_chains(key).ok_or_else(missing)?;
    let held = |chain: &[&'static str]| -> Vec<&'static str> {
        let held = chain.iter().filter(|ai| value(ai).is_some());
        held.copied().collect()
    };
    let qualifiers = chains.iter().map(|chain| held(chain));
    // The first of several equally long chains.
    let best = qualifiers.rev().max_by_key(Vec::len).unwrap_or_default();
    let mut out = stem.strip_suffix('/').unwrap_or(stem).to_owned();
    let mut written = vec![key];
    out.extend([
        "/",
        key,
        "/",
        &uri::encode_component(value(key).ok_or_else(missing)?),
    ]);
    for ai in best {
        out.extend([
            "/",
            ai,
            "/",
            &uri::encode_component(value(ai).unwrap_or_default()),
        ]);
        written.push(ai);
    }
    let mut mark = '?';
    for fixed in [true, false] {
        for (ai, value) in elements {
            if written.contains(&ai.as_str()) || ai::has_predefined_length(ai) != fixed {
                continue;
            }
            written.push(ai);
            out.push(mark);
            out.extend([ai, "=", &uri::encode_component(value)]);
            mark = '&';
        }
    }
    Ok(out)
}

/// Whether an AI is the primary key of a Digital Link.
pub(crate) fn is_primary(ai: &str) -> bool {
    qualifier_chains(ai).is_some()
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
