//! GS1 Digital Link URIs (URI Syntax 1.4): a GS1 key as a web address on anybody's host. Only the
//! text is read; no address is resolved.

mod address;
mod alias;
mod bits;
mod compressed;
#[cfg(test)]
mod tests;
mod write;

pub use compressed::decompress;
pub use write::{RESOLVER, write};

pub(crate) use address::is_web_scheme;

use crate::ai::{self, ValueError};
use crate::element_string::Element;
use crate::epc::{Epc, EpcError};
use crate::{limits, uri};
use address::Address;

/// A Digital Link taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigitalLink {
    /// The primary key and its qualifiers, in the order of the path. A GTIN has 14 digits here,
    /// however many the link had.
    pub path: Vec<Element>,
    /// Attributes of the query string that are application identifiers, in their order.
    pub attributes: Vec<Element>,
}

/// What is read besides links as the current standard has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// GTINs of 8, 12 and 13 digits, as the first editions of the standard wrote them.
    pub short_gtins: bool,
    /// Short names instead of numbers, such as `gtin` and `ser`, as editions before 1.2 had them.
    pub short_names: bool,
    /// A scheme in mixed case, such as `Https`.
    pub mixed_case: bool,
}

impl Reading {
    /// Links as the current standard has them.
    pub const STRICT: Self = Self {
        short_gtins: false,
        short_names: false,
        mixed_case: false,
    };

    /// What [`parse`] reads: also short GTINs and any case of the scheme. Short names are left
    /// out, for any web address may have such a word in its path.
    pub const USUAL: Self = Self {
        short_gtins: true,
        short_names: false,
        mixed_case: true,
    };
}

/// Reads a Digital Link of any host and with any path before its primary key. `None` for a web
/// address that holds no primary key: it is no Digital Link, and that is no error.
///
/// # Errors
/// [`EpcError`] for an address that has a primary key and then breaks the syntax: a wrong check
/// digit, a qualifier that does not belong to the key, an unknown numeric attribute, a qualifier
/// among the attributes, a repeated identifier.
pub fn parse(text: &str) -> Result<Option<DigitalLink>, EpcError> {
    parse_with(text, Reading::USUAL)
}

/// [`parse`], with what is read besides the current standard.
///
/// # Errors
/// As [`parse`].
pub fn parse_with(text: &str, reading: Reading) -> Result<Option<DigitalLink>, EpcError> {
    if text.len() > limits::URI_BYTES_MAX {
        return Err(EpcError::TooLong {
            got: text.len(),
            max: limits::URI_BYTES_MAX,
        });
    }
    let Some(address) = Address::split(text, reading.mixed_case) else {
        return Ok(None);
    };
    let segments: Vec<&str> = address.path.split('/').skip(1).collect();
    let Some(pairs) = pairs_from_primary_key(&segments, reading) else {
        return Ok(None);
    };
    if !address.is_resolver() && !looks_like_a_key(&pairs) {
        return Ok(None);
    }
    let mut path = Vec::new();
    for (ai, value) in pairs {
        path.push(element(ai, value, reading)?);
    }
    qualifiers_fit(&path)?;
    Ok(Some(DigitalLink {
        attributes: attributes(address.query, &path, reading)?,
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

/// Whether an AI is the primary key of a Digital Link.
pub(crate) fn is_primary(ai: &str) -> bool {
    qualifier_chains(ai).is_some()
}

/// The pairs of AI and value from the last primary key on: pairs are read from the end of the
/// path, as long as they begin with an AI.
fn pairs_from_primary_key<'a>(
    segments: &[&'a str],
    reading: Reading,
) -> Option<Vec<(&'a str, &'a str)>> {
    let mut pairs = Vec::new();
    for pair in segments.rchunks_exact(2) {
        let [name, value] = *pair else { return None };
        let ai = match alias::number(name).filter(|_| reading.short_names) {
            Some(number) => number,
            None => ai::rule(name).map(|_| name)?,
        };
        pairs.push((ai, value));
        if is_primary(ai) {
            pairs.reverse();
            return Some(pairs);
        }
    }
    None
}

/// On a foreign host a path may hold digits by chance: a numeric key must have its length.
fn looks_like_a_key(pairs: &[(&str, &str)]) -> bool {
    let [(ai, value), ..] = pairs else {
        return false;
    };
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
fn qualifier_chains(ai: &str) -> Option<impl Iterator<Item = Vec<&'static str>> + Clone> {
    ai::rule(ai)?.qualifiers()
}

/// Whether these AIs are a primary key and qualifiers in an order that it allows.
fn may_follow_each_other<'a>(mut ais: impl Iterator<Item = &'a str> + Clone) -> bool {
    let chains = ais.next().and_then(qualifier_chains);
    chains.into_iter().flatten().any(|chain| {
        let mut allowed = chain.iter();
        ais.clone().all(|ai| allowed.any(|one| *one == ai))
    })
}

fn qualifiers_fit(path: &[Element]) -> Result<(), EpcError> {
    let ais = path.iter().map(|(ai, _)| ai.as_str());
    if path.len() < 2 || may_follow_each_other(ais.clone()) {
        return Ok(());
    }
    let given: Vec<&str> = ais.clone().skip(1).collect();
    let (key, given) = (ais.take(1).collect::<String>(), given.join("/"));
    Err(EpcError::DigitalLink(format!(
        "key ({key}) does not take the qualifiers {given}"
    )))
}

fn attributes(query: &str, path: &[Element], reading: Reading) -> Result<Vec<Element>, EpcError> {
    let mut attributes: Vec<Element> = Vec::new();
    for field in query.split(['&', ';']) {
        let Some((ai, value)) = field.split_once('=') else {
            continue;
        };
        if ai.is_empty() || !ai.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let (ai, value) = element(ai, &value.replace('+', "%20"), reading)?;
        may_be_attribute(&ai, path)?;
        if path
            .iter()
            .chain(&attributes)
            .any(|(earlier, _)| *earlier == ai)
        {
            return Err(EpcError::DigitalLink(format!("holds ({ai}) twice")));
        }
        if attributes.len() == limits::SCAN_ELEMENTS_MAX {
            let max = limits::SCAN_ELEMENTS_MAX;
            let problem = format!("has more than {max} attributes");
            return Err(EpcError::DigitalLink(problem));
        }
        attributes.push((ai, value));
    }
    Ok(attributes)
}

/// An attribute must be one by the table, and may not be a qualifier that belongs in this path.
fn may_be_attribute(ai: &str, path: &[Element]) -> Result<(), EpcError> {
    if ai::rule(ai).is_some_and(|rule| !rule.may_be_attribute()) {
        return Err(EpcError::DigitalLink(format!(
            "holds ({ai}) as attribute, which it may not be"
        )));
    }
    let ais = || path.iter().map(|(ai, _)| ai.as_str());
    for at in 1..=path.len() {
        let with = ais().take(at).chain([ai]).chain(ais().skip(at));
        if may_follow_each_other(with) {
            return Err(EpcError::DigitalLink(format!(
                "holds ({ai}) as attribute, which belongs in the path"
            )));
        }
    }
    Ok(())
}

fn element(ai: &str, escaped: &str, reading: Reading) -> Result<Element, EpcError> {
    let Some(rule) = ai::rule(ai) else {
        return Err(EpcError::DigitalLink(format!(
            "holds unknown application identifier {ai:?}"
        )));
    };
    let mut value = uri::decode_component(escaped).map_err(|at| EpcError::Escape {
        part: escaped.to_owned(),
        at,
    })?;
    if reading.short_gtins && ai == "01" && matches!(value.len(), 8 | 12 | 13) {
        value = format!("{value:0>14}");
    }
    rule.check(&value)
        .map_err(|source: ValueError| EpcError::Element {
            ai: ai.to_owned(),
            source,
        })?;
    Ok((ai.to_owned(), value))
}
