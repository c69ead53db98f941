//! The attributes of a start tag, and the references that may stand in values and in text: the
//! five predefined entities and characters by number.

use std::borrow::Cow;

use super::text;
use crate::limits::XML_ATTRIBUTES_MAX;

/// An attribute as it is written, its value normalised (XML 1.0, 3.3.3).
#[derive(Debug)]
pub(super) struct Raw<'a> {
    pub(super) name: &'a str,
    pub(super) value: Cow<'a, str>,
    /// Byte offset in the list.
    pub(super) at: usize,
}

/// What is wrong in a list of attributes.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) what: String,
    pub(super) limit: bool,
}

/// The name at the beginning of a tag, and what follows it.
pub(super) fn name(content: &str) -> (&str, &str) {
    let end = content.find(is_space).unwrap_or(content.len());
    content.split_at_checked(end).unwrap_or((content, ""))
}

/// Everything after the name of a tag.
pub(super) fn scan(list: &str) -> Result<Vec<Raw<'_>>, Fault> {
    let mut all = Vec::new();
    let mut rest = list;
    loop {
        let trimmed = rest.trim_start_matches(is_space);
        let at = list.len() - trimmed.len();
        if trimmed.is_empty() {
            return Ok(all);
        }
        if trimmed.len() == rest.len() {
            return Err(fault(at, "white space is missing before an attribute"));
        }
        if all.len() == XML_ATTRIBUTES_MAX {
            return Err(Fault {
                limit: true,
                ..fault(at, format!("has more than {XML_ATTRIBUTES_MAX} attributes"))
            });
        }
        let Some((name, after)) = trimmed.split_once('=') else {
            return Err(fault(at, "attribute has no value"));
        };
        let name = name.trim_end_matches(is_space);
        let after = after.trim_start_matches(is_space);
        let quoted = [
            ('"', after.strip_prefix('"')),
            ('\'', after.strip_prefix('\'')),
        ];
        let value = quoted
            .iter()
            .find_map(|(quote, inner)| (*inner)?.split_once(*quote));
        let Some((value, after)) = value else {
            return Err(fault(
                at,
                format!("value of attribute {name} is not in quotes"),
            ));
        };
        let value =
            unescape(value).map_err(|what| fault(at, format!("attribute {name}: {what}")))?;
        all.push(Raw { name, value, at });
        rest = after;
    }
}

/// The character that a reference stands for; `None` for an entity that XML does not define.
pub(super) fn reference(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let (digits, radix) = match digits.strip_prefix('x') {
                Some(hex) => (hex, 16),
                None => (digits, 10),
            };
            let plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            let code = u32::from_str_radix(digits, radix).ok().filter(|_| plain)?;
            char::from_u32(code).filter(|c| text::is_xml(*c))
        }
    }
}

fn unescape(value: &str) -> Result<Cow<'_, str>, String> {
    if value.contains('<') {
        return Err("\"<\" cannot stand in a value".to_owned());
    }
    if !value.contains(['&', '\t', '\n', '\r']) {
        return Ok(Cow::Borrowed(value));
    }
    let mut out = String::with_capacity(value.len());
    let mut parts = value.split('&');
    let plain = |out: &mut String, text: &str| {
        let text = text.replace("\r\n", "\n");
        out.extend(text.chars().map(|c| if is_space(c) { ' ' } else { c }));
    };
    plain(&mut out, parts.next().unwrap_or_default());
    for part in parts {
        let (name, after) = part.split_once(';').unwrap_or((part, ""));
        match reference(name) {
            Some(c) if part.contains(';') => out.push(c),
            _ => return Err(format!("entity {name:?} is not defined, and none can be")),
        }
        plain(&mut out, after);
    }
    Ok(Cow::Owned(out))
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn fault(at: usize, what: impl Into<String>) -> Fault {
    Fault {
        at,
        what: what.into(),
        limit: false,
    }
}
