//! GS1 application identifiers: what each one holds, so that a string without brackets can be cut
//! into elements at all, what its value must mean, and which others it needs or excludes. Facts
//! after the General Specifications, section 3, and the GS1 Barcode Syntax Dictionary.

mod associations;
mod part;
mod rule;
mod table;
#[cfg(test)]
mod tests;

use crate::linter::{FaultKind, Linter};

pub use associations::{AssociationError, check_associations};
pub use part::Part;
pub use rule::Rule;

/// Why a value does not fit its application identifier. Offsets count characters of the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Shorter or longer than the format allows.
    #[error("value has {got} characters, expected {min} to {max}")]
    Length {
        /// Fewest characters allowed.
        min: usize,
        /// Most characters allowed.
        max: usize,
        /// Characters given.
        got: usize,
    },
    /// A character that the format does not allow at this place.
    #[error("value holds {found:?} at offset {at}, expected {expected}")]
    Character {
        /// Offset of the character.
        at: usize,
        /// The character.
        found: char,
        /// What may stand there.
        expected: &'static str,
    },
    /// A wrong check digit.
    #[error("value has check digit {got} at offset {at}, expected {expected}")]
    CheckDigit {
        /// Offset of the check digit.
        at: usize,
        /// The digit that would be right.
        expected: char,
        /// The digit given.
        got: char,
    },
    /// No day of the calendar or no time of the day.
    #[error("value holds no {expected} at offset {at}")]
    Calendar {
        /// Offset of the date or time.
        at: usize,
        /// What was expected, such as `date (YYMMDD)`.
        expected: &'static str,
    },
    /// Another rule of the dictionary is broken.
    #[error("value is wrong at offset {at}: {kind} (rule {})", rule.name())]
    Meaning {
        /// Offset of what is wrong.
        at: usize,
        /// The rule.
        rule: Linter,
        /// What is wrong.
        kind: FaultKind,
    },
}

/// The rule of one application identifier written as its digits. None when it is unknown.
pub fn rule(ai: &str) -> Option<&'static Rule> {
    let (width, rule) = rule::leading(ai.as_bytes())?;
    (width == ai.len()).then_some(rule)
}

/// The known application identifier with which `digits` begins. No AI is the beginning of another.
pub fn leading(digits: &str) -> Option<(&str, &'static Rule)> {
    let (width, rule) = rule::leading(digits.as_bytes())?;
    Some((digits.get(..width)?, rule))
}

/// Whether an AI beginning with these two digits has a predefined length and therefore needs no
/// FNC1 after it (General Specifications, figure 7.8.5-2).
pub fn has_predefined_length(ai: &str) -> bool {
    let head = ai.get(..2).and_then(|head| head.parse().ok());
    matches!(head, Some(0..=4 | 11..=20 | 31..=36 | 41)) && !ai.starts_with('+')
}

/// How many digits the AIs have that begin with these two. None where no AI begins so.
pub(crate) fn width_of(head: &str) -> Option<usize> {
    rule::width(head)
}

/// Whether this may be an application identifier that is not in the table: two to four digits,
/// and as many as those of the table that begin alike.
pub(crate) fn may_be_unknown(ai: &str) -> bool {
    let digits = (2..=4).contains(&ai.len()) && ai.bytes().all(|b| b.is_ascii_digit());
    digits && rule::width(ai).is_none_or(|width| width == ai.len())
}
