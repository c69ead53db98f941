//! What the table says of one application identifier.

use super::ValueError;
use super::part::Part;
use super::table::TABLE;

pub(super) const FIXED: bool = true;
pub(super) const OPEN: bool = false;
pub(super) const ATTR: bool = true;
pub(super) const PATH: bool = false;

/// One application identifier, or a run of them that differ in the last digit.
#[derive(Debug)]
pub struct Rule {
    pub(super) width: usize,
    pub(super) first: u16,
    pub(super) last: u16,
    pub(super) title: &'static str,
    pub(super) parts: &'static [Part],
    pub(super) fixed: bool,
    pub(super) attribute: bool,
    pub(super) needs: &'static str,
    pub(super) excludes: &'static str,
    pub(super) chains: Option<&'static [&'static str]>,
}

impl Rule {
    /// All rows of the table, in the order of the AIs' digits.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        TABLE.iter()
    }

    /// First and last AI of the row as text; the same where the row is one AI.
    pub fn range(&self) -> (String, String) {
        let width = self.width;
        let text = |number| format!("{number:0width$}");
        (text(self.first), text(self.last))
    }

    /// The data title printed beside the value (General Specifications 3.2), such as `BATCH/LOT`.
    /// Empty where none is defined.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// The components of a value.
    pub fn parts(&self) -> &'static [Part] {
        self.parts
    }

    /// Whether a value needs no FNC1 after it.
    pub fn has_predefined_length(&self) -> bool {
        self.fixed
    }

    /// Whether it may be an attribute in the query of a Digital Link.
    pub fn may_be_attribute(&self) -> bool {
        self.attribute
    }

    /// Which AIs it needs beside it: one of these groups, and of the group all. An `n` stands for
    /// any digit. Empty where it needs none.
    pub fn needs(&self) -> impl Iterator<Item = impl Iterator<Item = &'static str>> {
        split(self.needs, ',').map(|group| split(group, '+'))
    }

    /// Which AIs may not stand beside it. An `n` stands for any digit.
    pub fn excludes(&self) -> impl Iterator<Item = &'static str> {
        split(self.excludes, ',')
    }

    /// Whether it is the primary key of a Digital Link, and then which chains of qualifiers may
    /// follow it in the path, each in its order.
    pub fn qualifiers(&self) -> Option<impl Iterator<Item = Vec<&'static str>> + Clone> {
        let chains = self.chains?;
        Some(chains.iter().map(|chain| split(chain, ',').collect()))
    }

    /// Fewest characters of a value.
    pub fn min_len(&self) -> usize {
        let needed = self.parts.iter().filter(|part| !part.optional);
        needed.map(|part| usize::from(part.min)).sum()
    }

    /// Most characters of a value.
    pub fn max_len(&self) -> usize {
        self.parts.iter().map(|part| usize::from(part.max)).sum()
    }

    /// Checks a value against the format and the rules of its components.
    ///
    /// # Errors
    /// [`ValueError`] for the first thing that does not fit.
    pub fn check(&self, value: &str) -> Result<(), ValueError> {
        let length = || ValueError::Length {
            min: self.min_len(),
            max: self.max_len(),
            got: value.chars().count(),
        };
        let (mut rest, mut at) = (value, 0);
        for part in self.parts {
            if part.optional && rest.is_empty() {
                break;
            }
            let end = rest.len().min(part.max.into());
            // Where the cut falls inside a character, that character is outside every set.
            let (taken, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            part.check_characters(taken, at)?;
            if taken.len() < part.min.into() {
                return Err(length());
            }
            part.check_meaning(taken, at)?;
            (rest, at) = (after, at + taken.len());
        }
        if rest.is_empty() {
            Ok(())
        } else {
            Err(length())
        }
    }
}

fn split(list: &'static str, separator: char) -> impl Iterator<Item = &'static str> + Clone {
    list.split(separator).filter(|part| !part.is_empty())
}

/// The rows whose AIs begin with two digits, by these: the first row and the one after the last.
const INDEX: [(u16, u16); 100] = index();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated when compiling, in bounds"
)]
const fn index() -> [(u16, u16); 100] {
    let mut index = [(0, 0); 100];
    let mut row: u16 = 0;
    while (row as usize) < TABLE.len() {
        let rule = &TABLE[row as usize];
        let mut head = rule.first;
        let mut width = rule.width;
        while width > 2 {
            head /= 10;
            width -= 1;
        }
        let mut last = rule.last;
        let mut width = rule.width;
        while width > 2 {
            last /= 10;
            width -= 1;
        }
        while head <= last {
            let entry = &mut index[head as usize];
            if entry.1 == 0 {
                entry.0 = row;
            }
            entry.1 = row + 1;
            head += 1;
        }
        row += 1;
    }
    index
}

/// The rule with which `bytes` begin, and how many digits its AI has.
pub(super) fn leading(bytes: &[u8]) -> Option<(usize, &'static Rule)> {
    let (&[a, b], rest) = bytes.split_first_chunk::<2>()?;
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    let head = digit(a)? * 10 + digit(b)?;
    let (from, to) = INDEX.get(usize::from(head)).copied()?;
    let rows = TABLE.get(usize::from(from)..usize::from(to))?;
    // AIs with the same first two digits have the same number of digits.
    let width = rows.first()?.width;
    let mut number = head;
    for byte in rest.get(..width - 2)? {
        number = number * 10 + digit(*byte)?;
    }
    let found = rows
        .iter()
        .find(|rule| (rule.first..=rule.last).contains(&number))?;
    Some((width, found))
}

/// How many digits the AIs that begin like this one have, known or not (General Specifications,
/// figure 7.8.1-1). None where no AI begins so.
pub(super) fn width(ai: &str) -> Option<usize> {
    let head: usize = ai.get(..2)?.parse().ok()?;
    let (from, to) = INDEX.get(head).copied()?;
    let rows = TABLE.get(usize::from(from)..usize::from(to))?;
    rows.first().map(|rule| rule.width)
}

pub(super) const fn first_of(list: &[&'static str]) -> &'static str {
    match list {
        [first, ..] => first,
        [] => "",
    }
}

/// The number that a row's digits write.
pub(super) const fn digits(text: &str) -> u16 {
    let mut rest = text.as_bytes();
    let mut number = 0;
    while let [digit, tail @ ..] = rest {
        number = number * 10 + (*digit - b'0') as u16;
        rest = tail;
    }
    number
}

/// The chains of a row that is a primary key, none for another.
pub(super) const fn chains_of(list: &[&'static [&'static str]]) -> Option<&'static [&'static str]> {
    match list {
        [first, ..] => Some(*first),
        [] => None,
    }
}
