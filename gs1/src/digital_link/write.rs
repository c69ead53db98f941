//! Digital Links as we write them: numeric identifiers, the key and its qualifiers in the path,
//! everything else in the query.

use super::qualifier_chains;
use crate::element_string::Element;
use crate::epc::EpcError;
use crate::{ai, uri};

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
    let mut best = Vec::new();
    for mut chain in chains {
        chain.retain(|ai| value(ai).is_some());
        if chain.len() > best.len() {
            best = chain;
        }
    }
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
            let rule = ai::rule(ai);
            let is_fixed = rule.is_some_and(ai::Rule::has_predefined_length);
            if written.contains(&ai.as_str()) || is_fixed != fixed {
                continue;
            }
            if rule.is_some_and(|rule| !rule.may_be_attribute()) {
                return Err(EpcError::DigitalLink(format!(
                    "cannot hold ({ai}) beside the primary key ({key})"
                )));
            }
            written.push(ai);
            out.push(mark);
            out.extend([ai, "=", &uri::encode_component(value)]);
            mark = '&';
        }
    }
    Ok(out)
}
