//! GS1 application identifiers: what each one holds, so that a string without brackets can be cut
//! into elements at all. Formats after the GS1 General Specifications, section 3; checked beyond
//! characters and lengths are check digits, dates and times.

mod table;
#[cfg(test)]
mod tests;

use crate::{charset, check_digit, expiry::ExpiryDate};

pub use table::Rule;

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
}

/// The rule of one application identifier written as its digits. None when it is unknown.
pub fn rule(ai: &str) -> Option<&'static Rule> {
    table::find(ai)
}

/// The known application identifier with which `digits` begins. No AI is the beginning of another.
pub fn leading(digits: &str) -> Option<(&str, &'static Rule)> {
    (2..=4).find_map(|width| {
        let ai = digits.get(..width)?;
        rule(ai).map(|rule| (ai, rule))
    })
}

/// Whether an AI beginning with these two digits has a predefined length and therefore needs no
/// FNC1 after it (General Specifications, figure 7.8.5-2).
pub fn has_predefined_length(ai: &str) -> bool {
    let head = ai.get(..2).unwrap_or_default();
    matches!(
        head,
        "00" | "01"
            | "02"
            | "03"
            | "04"
            | "11"
            | "12"
            | "13"
            | "14"
            | "15"
            | "16"
            | "17"
            | "18"
            | "19"
            | "20"
            | "31"
            | "32"
            | "33"
            | "34"
            | "35"
            | "36"
            | "41"
    )
}

impl Rule {
    /// Fewest characters of a value.
    pub fn min_len(&self) -> usize {
        self.parts
            .iter()
            .filter(|part| !part.optional)
            .map(|part| usize::from(part.min))
            .sum()
    }

    /// Most characters of a value.
    pub fn max_len(&self) -> usize {
        self.parts.iter().map(|part| usize::from(part.max)).sum()
    }

    /// Checks a value against the format.
    ///
    /// # Errors
    /// [`ValueError`] for the first thing that does not fit.
    pub fn check(&self, value: &str) -> Result<(), ValueError> {
        let chars: Vec<char> = value.chars().collect();
        let length = || ValueError::Length {
            min: self.min_len(),
            max: self.max_len(),
            got: chars.len(),
        };
        let mut at = 0;
        for part in self.parts {
            let rest = chars.get(at..).unwrap_or_default();
            if part.optional && rest.is_empty() {
                break;
            }
            let taken = rest
                .get(..rest.len().min(usize::from(part.max)))
                .unwrap_or_default();
            part.check_characters(taken, at)?;
            if taken.len() < usize::from(part.min) {
                return Err(length());
            }
            part.check_meaning(taken, at)?;
            at += taken.len();
        }
        if at == chars.len() {
            Ok(())
        } else {
            Err(length())
        }
    }
}

/// Which characters a part may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    Digits,
    Text82,
    Text39,
    Text64,
}

/// What a part must mean beyond its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Nothing,
    Modulo10,
    /// `YYMMDD`, day 00 allowed.
    DateOrMonth,
    /// `YYMMDD`.
    Date,
    /// `YYYYMMDD`.
    LongDate,
    /// `HHMM`.
    HourMinute,
    /// `HH`.
    Hour,
    /// `MM` or `SS`.
    Sixty,
    /// A lone `0`.
    Zero,
}

/// One component of a format, such as `N6,yymmdd` or `[X..17]`.
#[derive(Debug, Clone, Copy)]
struct Part {
    set: Set,
    min: u8,
    max: u8,
    optional: bool,
    check: Check,
}

impl Part {
    fn check_characters(self, taken: &[char], at: usize) -> Result<(), ValueError> {
        let (fits, expected): (fn(char) -> bool, _) = match self.set {
            Set::Digits => (|c| c.is_ascii_digit(), "a digit"),
            Set::Text82 => (charset::is_82, "a character of set 82"),
            Set::Text39 => (charset::is_39, "a character of set 39"),
            Set::Text64 => (charset::is_64, "a character of set 64"),
        };
        match taken.iter().enumerate().find(|(_, c)| !fits(**c)) {
            Some((index, found)) => Err(ValueError::Character {
                at: at + index,
                found: *found,
                expected,
            }),
            None => Ok(()),
        }
    }

    fn check_meaning(self, taken: &[char], at: usize) -> Result<(), ValueError> {
        let text: String = taken.iter().collect();
        let below = |limit: u8| text.parse::<u8>().is_ok_and(|number| number < limit);
        let (fits, expected) = match self.check {
            Check::Nothing => return Ok(()),
            Check::Modulo10 => return check_digit_fits(&text, at),
            Check::DateOrMonth => (ExpiryDate::parse_yymmdd(&text).is_ok(), "date (YYMMDD)"),
            Check::Date => {
                let fits = ExpiryDate::parse_yymmdd(&text).is_ok() && !text.ends_with("00");
                (fits, "date (YYMMDD)")
            }
            Check::LongDate => {
                let date = chrono::NaiveDate::parse_from_str(&text, "%Y%m%d");
                (date.is_ok(), "date (YYYYMMDD)")
            }
            Check::HourMinute => {
                let fits = chrono::NaiveTime::parse_from_str(&text, "%H%M").is_ok();
                (fits, "time (HHMM)")
            }
            Check::Hour => (below(24), "hour"),
            Check::Sixty => (below(60), "minute or second"),
            Check::Zero => (text == "0", "zero"),
        };
        if fits {
            Ok(())
        } else {
            Err(ValueError::Calendar { at, expected })
        }
    }
}

fn check_digit_fits(text: &str, at: usize) -> Result<(), ValueError> {
    let Some((got, payload)) = text.as_bytes().split_last() else {
        return Ok(());
    };
    let (expected, got) = (
        char::from(b'0' + check_digit::of(payload)),
        char::from(*got),
    );
    if expected == got {
        Ok(())
    } else {
        Err(ValueError::CheckDigit {
            at: at + payload.len(),
            expected,
            got,
        })
    }
}
