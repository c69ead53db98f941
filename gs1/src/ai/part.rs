//! Components of a format, such as `N6,yymmdd` or `[X..17]`: how many characters of which set,
//! and what they must mean.

use super::ValueError;
use crate::charset::{self, Set};
use crate::linter::{FaultKind, Linter};

/// One component of a format.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    pub(super) set: Set,
    pub(super) min: u8,
    pub(super) max: u8,
    pub(super) optional: bool,
    pub(super) rules: &'static [Linter],
}

impl Part {
    /// Fewest and most characters; whether the component may be absent.
    pub fn size(&self) -> (usize, usize, bool) {
        (self.min.into(), self.max.into(), self.optional)
    }

    /// Whether it is made of digits only.
    pub fn is_numeric(&self) -> bool {
        self.set == Set::Digits
    }

    /// The rules beyond characters and length, in the order in which they are applied.
    pub fn rules(&self) -> &'static [Linter] {
        self.rules
    }

    /// Whether all characters of `taken`, at offset `at` of the value, are of the set.
    pub(super) fn check_characters(&self, taken: &str, at: usize) -> Result<(), ValueError> {
        let Some(wrong) = charset::first_outside(taken.as_bytes(), self.set) else {
            return Ok(());
        };
        // Everything before the first character outside the set is ASCII.
        let found = taken.get(wrong..).and_then(|rest| rest.chars().next());
        Err(ValueError::Character {
            at: at + wrong,
            found: found.unwrap_or(char::REPLACEMENT_CHARACTER),
            expected: match self.set {
                Set::Digits => "a digit",
                Set::Set82 => "a character of set 82",
                Set::Set39 => "a character of set 39",
                Set::Set64 => "a character of set 64",
            },
        })
    }

    /// Whether the characters mean what they must.
    pub(super) fn check_meaning(&self, taken: &str, at: usize) -> Result<(), ValueError> {
        let rules = self.rules.iter().copied();
        let set = (self.set == Set::Set64).then_some(Linter::Cset64);
        for rule in set.into_iter().chain(rules) {
            let Err(fault) = rule.check(taken.as_bytes()) else {
                continue;
            };
            let expected = match rule {
                Linter::Csum => return Err(check_digit(taken, at)),
                Linter::Yymmd0 | Linter::Yymmdd => "date (YYMMDD)",
                Linter::Yyyymmd0 | Linter::Yyyymmdd => "date (YYYYMMDD)",
                Linter::Hhmi => "time (HHMM)",
                Linter::Hh => "hour",
                Linter::Mi | Linter::Ss => "minute or second",
                _ => return Err(meaning(at + fault.at, rule, fault.kind)),
            };
            return Err(ValueError::Calendar { at, expected });
        }
        Ok(())
    }
}

fn meaning(at: usize, rule: Linter, kind: FaultKind) -> ValueError {
    ValueError::Meaning { at, rule, kind }
}

fn check_digit(text: &str, at: usize) -> ValueError {
    let (got, payload) = text.as_bytes().split_last().unwrap_or((&b'0', &[]));
    ValueError::CheckDigit {
        at: at + payload.len(),
        expected: char::from(b'0' + crate::check_digit::of(payload)),
        got: char::from(*got),
    }
}

/// As the dictionary writes it.
impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let set = match self.set {
            Set::Digits => 'N',
            Set::Set82 => 'X',
            Set::Set39 => 'Y',
            Set::Set64 => 'Z',
        };
        let dots = if self.min == self.max { "" } else { ".." };
        if self.optional {
            write!(f, "[{set}{dots}{}]", self.max)?;
        } else {
            write!(f, "{set}{dots}{}", self.max)?;
        }
        for rule in self.rules {
            write!(f, ",{}", rule.name())?;
        }
        Ok(())
    }
}

/// Exactly `len` digits.
pub(super) const fn n(len: u8) -> Part {
    Part {
        set: Set::Digits,
        min: len,
        max: len,
        optional: false,
        rules: &[],
    }
}

/// One to `max` digits.
pub(super) const fn n_to(max: u8) -> Part {
    Part { min: 1, ..n(max) }
}

/// Exactly `len` characters of set 82.
pub(super) const fn x(len: u8) -> Part {
    Part {
        set: Set::Set82,
        ..n(len)
    }
}

/// One to `max` characters of set 82.
pub(super) const fn x_to(max: u8) -> Part {
    Part { min: 1, ..x(max) }
}

/// One to `max` characters of set 39.
pub(super) const fn y_to(max: u8) -> Part {
    Part {
        set: Set::Set39,
        ..x_to(max)
    }
}

/// One to `max` characters of set 64.
pub(super) const fn z_to(max: u8) -> Part {
    Part {
        set: Set::Set64,
        ..x_to(max)
    }
}

/// May be absent.
pub(super) const fn opt(part: Part) -> Part {
    Part {
        optional: true,
        ..part
    }
}

/// Must meet these rules too.
pub(super) const fn must(part: Part, rules: &'static [Linter]) -> Part {
    Part { rules, ..part }
}

pub(super) const SSCC: Part = must(n(18), &[Linter::Csum, Linter::GcpPos2]);
pub(super) const GTIN: Part = must(n(14), &[Linter::Csum, Linter::GcpPos2]);
pub(super) const KEY_13: Part = must(n(13), &[Linter::Csum, Linter::GcpPos1]);
pub(super) const KEY_17: Part = must(n(17), &[Linter::Csum, Linter::GcpPos1]);
pub(super) const KEY_18: Part = must(n(18), &[Linter::Csum, Linter::GcpPos1]);
pub(super) const DATE_OR_MONTH: Part = must(n(6), &[Linter::Yymmd0]);
pub(super) const DATE: Part = must(n(6), &[Linter::Yymmdd]);
pub(super) const LONG_DATE: Part = must(n(8), &[Linter::Yyyymmdd]);
pub(super) const TIME: Part = must(n(4), &[Linter::Hhmi]);
pub(super) const COUNTRY: Part = must(n(3), &[Linter::Iso3166]);
pub(super) const CURRENCY: Part = must(n(3), &[Linter::Iso4217]);
