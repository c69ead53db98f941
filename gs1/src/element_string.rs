//! Element strings: the text inside a GS1 barcode, cut into application identifiers and values.
//!
//! Two spellings: raw, where FNC1 ends a value of variable length (General Specifications 7.8),
//! and bracketed, as printed for people beside the symbol. Brackets may also be part of a serial
//! number, so only `(` + a known AI + `)` opens an element.

use crate::ai::{self, ValueError};
use crate::limits::SCAN_ELEMENTS_MAX;

/// FNC1 as it is transmitted: the ASCII group separator.
pub const FNC1: char = '\u{1d}';

/// One application identifier and its value.
pub type Element = (String, String);

/// Why a text is no element string. Offsets count characters of the text given, from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElementError {
    /// No application identifier that we know begins here.
    #[error("unknown application identifier {found:?} at offset {at}")]
    UnknownAi {
        /// Offset of its first character.
        at: usize,
        /// Up to four characters found there.
        found: String,
    },
    /// A value that does not fit its application identifier.
    #[error("application identifier ({ai}) at offset {at}: {source}")]
    Value {
        /// The application identifier.
        ai: String,
        /// Offset of the first character of the value.
        at: usize,
        /// What is wrong with the value.
        source: ValueError,
    },
    /// The same application identifier twice with different values.
    #[error("application identifier ({ai}) at offset {at} contradicts an earlier value")]
    Conflict {
        /// The application identifier.
        ai: String,
        /// Offset of the second value.
        at: usize,
    },
    /// A bracketed string that does not begin with a bracketed application identifier.
    #[error("no bracketed application identifier at offset {at}")]
    Bracket {
        /// Offset of the character found instead.
        at: usize,
    },
    /// More than [`SCAN_ELEMENTS_MAX`] elements.
    #[error("more than {max} elements")]
    TooMany {
        /// How many are read.
        max: usize,
    },
}

impl ElementError {
    /// The application identifier concerned, where one was recognised.
    pub fn ai(&self) -> Option<&str> {
        match self {
            Self::Value { ai, .. } | Self::Conflict { ai, .. } => Some(ai),
            _ => None,
        }
    }

    /// Where in the text, counted in characters.
    pub fn at(&self) -> Option<usize> {
        match self {
            Self::UnknownAi { at, .. }
            | Self::Value { at, .. }
            | Self::Conflict { at, .. }
            | Self::Bracket { at } => Some(*at),
            Self::TooMany { .. } => None,
        }
    }
}

/// Cuts a raw element string. One FNC1 before the first element and one after the last are
/// allowed, as is one after an AI of predefined length.
///
/// # Errors
/// [`ElementError`] at the first thing that cannot be read.
pub fn parse_raw(text: &str) -> Result<Vec<Element>, ElementError> {
    let symbols: Vec<(usize, char)> = text.chars().enumerate().collect();
    raw(&symbols)
}

/// Cuts a bracketed element string. Spaces around elements are ignored.
///
/// # Errors
/// [`ElementError`] at the first thing that cannot be read.
pub fn parse_bracketed(text: &str) -> Result<Vec<Element>, ElementError> {
    let symbols: Vec<(usize, char)> = text.chars().enumerate().collect();
    bracketed(&symbols)
}

/// The bracketed spelling of elements, for people to read.
pub fn to_bracketed(elements: &[Element]) -> String {
    let mut out = String::new();
    for (ai, value) in elements {
        out.extend(["(", ai, ")", value]);
    }
    out
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
    let mut elements = Elements::default();
    let mut rest = symbols.strip_prefix_fnc1();
    while let Some((at, _)) = rest.first() {
        let head: String = rest.iter().take(4).map(|(_, c)| *c).collect();
        let digits: String = head.chars().take_while(char::is_ascii_digit).collect();
        let Some((ai, rule)) = ai::leading(&digits) else {
            return Err(ElementError::UnknownAi {
                at: *at,
                found: head,
            });
        };
        let body = rest.get(ai.len()..).unwrap_or_default();
        let fnc1 = body
            .iter()
            .position(|(_, c)| *c == FNC1)
            .unwrap_or(body.len());
        let len = if ai::has_predefined_length(ai) {
            fnc1.min(rule.max_len())
        } else {
            fnc1
        };
        let (value, after) = body.split_at_checked(len).unwrap_or((body, &[]));
        elements.push(ai, value, at + ai.len())?;
        rest = after.strip_prefix_fnc1();
    }
    Ok(elements.list)
}

/// [`parse_bracketed`] over characters that remember their offset in an outer text.
pub(crate) fn bracketed(symbols: &[(usize, char)]) -> Result<Vec<Element>, ElementError> {
    let mut elements = Elements::default();
    let mut rest = symbols.trim_spaces();
    while let Some((at, _)) = rest.first() {
        let ai = match opening(rest) {
            Some(ai) if ai::rule(&ai).is_some() => ai,
            Some(found) => return Err(ElementError::UnknownAi { at: at + 1, found }),
            None => return Err(ElementError::Bracket { at: *at }),
        };
        let body = rest.get(ai.len() + 2..).unwrap_or_default();
        let end = (0..body.len())
            .find(|index| body.get(*index..).and_then(opening).is_some())
            .unwrap_or(body.len());
        let (value, after) = body.split_at_checked(end).unwrap_or((body, &[]));
        elements.push(&ai, value.trim_spaces(), at + ai.len() + 2)?;
        rest = after;
    }
    Ok(elements.list)
}

/// The digits of `(` + two to four digits + `)` at the head of `symbols`.
fn opening(symbols: &[(usize, char)]) -> Option<String> {
    let ((_, '('), rest) = symbols.split_first()? else {
        return None;
    };
    let digits: String = rest
        .iter()
        .map(|(_, c)| *c)
        .take(4)
        .take_while(char::is_ascii_digit)
        .collect();
    let closed = matches!(rest.get(digits.len()), Some((_, ')')));
    (closed && digits.len() >= 2).then_some(digits)
}

#[derive(Default)]
struct Elements {
    list: Vec<Element>,
    /// Elements met, repetitions included.
    met: usize,
}

impl Elements {
    /// Checks and keeps one element; an exact repetition is kept once.
    fn push(&mut self, ai: &str, value: &[(usize, char)], at: usize) -> Result<(), ElementError> {
        let at = value.first().map_or(at, |(at, _)| *at);
        let value: String = value.iter().map(|(_, c)| *c).collect();
        let Some(rule) = ai::rule(ai) else {
            return Err(ElementError::UnknownAi {
                at,
                found: ai.to_owned(),
            });
        };
        rule.check(&value).map_err(|source| ElementError::Value {
            ai: ai.to_owned(),
            at,
            source,
        })?;
        self.met += 1;
        if self.met > SCAN_ELEMENTS_MAX {
            return Err(ElementError::TooMany {
                max: SCAN_ELEMENTS_MAX,
            });
        }
        match self.list.iter().find(|(earlier, _)| earlier == ai) {
            Some((_, earlier)) if *earlier == value => {}
            Some(_) => {
                return Err(ElementError::Conflict {
                    ai: ai.to_owned(),
                    at,
                });
            }
            None => self.list.push((ai.to_owned(), value)),
        }
        Ok(())
    }
}

trait Symbols {
    fn strip_prefix_fnc1(&self) -> &Self;
    fn trim_spaces(&self) -> &Self;
}

impl Symbols for [(usize, char)] {
    fn strip_prefix_fnc1(&self) -> &Self {
        match self.split_first() {
            Some(((_, FNC1), rest)) => rest,
            _ => self,
        }
    }

    fn trim_spaces(&self) -> &Self {
        let mut rest = self;
        while let Some(((_, ' '), tail)) = rest.split_first() {
            rest = tail;
        }
        while let Some(((_, ' '), head)) = rest.split_last() {
            rest = head;
        }
        rest
    }
}
