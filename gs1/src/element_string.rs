//! Element strings: the text inside a GS1 barcode, cut into application identifiers and values.
//!
//! Two spellings: raw, where FNC1 ends a value of variable length (General Specifications 7.8),
//! and bracketed, as printed for people beside the symbol. Brackets may also be part of a serial
//! number, so only `(` + two to four digits + `)` opens an element, and where a value holds just
//! that, its bracket is written as `\(`.

mod bracketed;
mod error;
mod raw;
#[cfg(test)]
mod tests;

pub use error::ElementError;
pub use raw::{Elements, elements};

use crate::ai::{self, Rule};
use crate::limits::SCAN_ELEMENTS_MAX;

/// FNC1 as it is transmitted: the ASCII group separator.
pub const FNC1: char = '\u{1d}';

/// One application identifier and its value.
pub type Element = (String, String);

/// An element that borrows from the text it was read from.
#[derive(Debug, Clone, Copy)]
pub struct ElementRef<'a> {
    /// The application identifier.
    pub ai: &'a str,
    /// Its value, checked against the rule.
    pub value: &'a str,
    /// What the table says of it.
    pub rule: &'static Rule,
    /// Offset of the value in the text, in bytes and in characters: all before it is ASCII.
    pub at: usize,
}

/// Which application identifiers are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// Those of the table.
    #[default]
    Only,
    /// In brackets also others of two to four digits, with any value of 1 to 90 characters of set
    /// 82. A raw string cannot be cut at them.
    OrUnknown,
}

/// Cuts a raw element string. One FNC1 before the first element and one after the last are
/// allowed, as is one after an AI of predefined length. An exact repetition is kept once.
///
/// # Errors
/// [`ElementError`] at the first thing that cannot be read.
pub fn parse_raw(text: &str) -> Result<Vec<Element>, ElementError> {
    // What a pack carries: product, expiry, lot and serial number.
    let mut list: Vec<Element> = Vec::with_capacity(4);
    for (met, element) in elements(text).enumerate() {
        let ElementRef { ai, value, at, .. } = element?;
        add(&mut list, (ai, value, at), met)?;
    }
    Ok(list)
}

/// Cuts a bracketed element string. Spaces around elements are ignored, `\(` is a bracket that
/// belongs to the value. An exact repetition is kept once.
///
/// # Errors
/// [`ElementError`] at the first thing that cannot be read.
pub fn parse_bracketed(text: &str) -> Result<Vec<Element>, ElementError> {
    bracketed::parse(text, Known::Only)
}

/// [`parse_bracketed`], with AIs that the table does not hold where `known` says so.
///
/// # Errors
/// [`ElementError`] at the first thing that cannot be read.
pub fn parse_bracketed_with(text: &str, known: Known) -> Result<Vec<Element>, ElementError> {
    bracketed::parse(text, known)
}

/// The bracketed spelling of elements, for people to read and for [`parse_bracketed`].
pub fn to_bracketed(elements: &[Element]) -> String {
    bracketed::write(elements)
}

/// The raw spelling of elements, with FNC1 only where it is needed.
pub fn to_raw(elements: &[Element]) -> String {
    let mut out = String::new();
    let mut open = false;
    for (ai, value) in elements {
        if open {
            out.push(FNC1);
        }
        out.push_str(ai);
        out.push_str(value);
        open = !ai::has_predefined_length(ai);
    }
    out
}

/// [`parse_raw`] over characters that remember their offset in an outer text.
pub(crate) fn raw(symbols: &[(usize, char)]) -> Result<Vec<Element>, ElementError> {
    inner(symbols, parse_raw)
}

/// [`parse_bracketed`] over characters that remember their offset in an outer text.
pub(crate) fn bracketed(symbols: &[(usize, char)]) -> Result<Vec<Element>, ElementError> {
    inner(symbols, parse_bracketed)
}

fn inner(
    symbols: &[(usize, char)],
    parse: fn(&str) -> Result<Vec<Element>, ElementError>,
) -> Result<Vec<Element>, ElementError> {
    let text: String = symbols.iter().map(|(_, c)| *c).collect();
    let end = symbols.last().map_or(0, |(at, _)| at + 1);
    let outer = |at: usize| symbols.get(at).map_or(end, |(outer, _)| *outer);
    parse(&text).map_err(|error| error.moved(outer))
}

/// Keeps one more element, the `met`th (from 0) that was met.
fn add(
    list: &mut Vec<Element>,
    (ai, value, at): (&str, &str, usize),
    met: usize,
) -> Result<(), ElementError> {
    if met >= SCAN_ELEMENTS_MAX {
        let max = SCAN_ELEMENTS_MAX;
        return Err(ElementError::TooMany { max });
    }
    match list.iter().find(|(earlier, _)| earlier == ai) {
        None => list.push((ai.to_owned(), value.to_owned())),
        Some((_, earlier)) if earlier == value => {}
        Some(_) => {
            let ai = ai.to_owned();
            return Err(ElementError::Conflict { ai, at });
        }
    }
    Ok(())
}
