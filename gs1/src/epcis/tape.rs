//! A JSON text taken apart without being copied: one token for each value and member name, each
//! a slice of the text. Everything that reads EPCIS walks these tokens, so a document costs one
//! pass over its bytes before the first field is read.
//!
//! Bounded and exact: size, depth and number of values are limited. Two things that are JSON but
//! cannot be kept are remarked on: a member that occurs twice (readers disagree on which one
//! counts, and a signature must not cover both meanings; here the last one does), and a number
//! that a double cannot carry to its last digit.

mod node;
mod parser;
#[cfg(test)]
mod tests;

pub(super) use node::{Members, Node};
pub(super) use parser::mark;

use super::number;
use super::problem::{Note, ParseError, Path, Problems, Rule};
use crate::limits::PROBLEMS_MAX;

/// A JSON text and its tokens, in the order of the text.
#[derive(Debug)]
pub(super) struct Tape<'s> {
    source: &'s str,
    tokens: Vec<Token<'s>>,
    remarks: Vec<Remark>,
}

#[derive(Debug, Clone, Copy)]
enum Token<'s> {
    Null,
    True,
    False,
    /// The number as it is written.
    Number(&'s str),
    /// A string, or the name of a member, that holds no escape.
    Plain(&'s str),
    /// One that does, as it is written.
    Escaped(&'s str),
    Array(Span),
    Object(Span),
    /// The name of a member that a later one of the same name overrides.
    Shadowed(&'s str),
}

/// Where a container ends: the token after it, and its bytes in the text.
#[derive(Debug, Clone, Copy)]
struct Span {
    next: u32,
    start: u32,
    end: u32,
}

/// Something that is JSON and yet not kept, with the token it is about.
#[derive(Debug, Clone, Copy)]
enum Remark {
    Twice(usize),
    Inexact(usize),
}

impl<'s> Tape<'s> {
    /// Takes a JSON text apart, with or without byte order mark.
    ///
    /// # Errors
    /// [`ParseError`] with one problem for a text that is no JSON (RFC 8259) or beyond a bound.
    pub(super) fn read(bytes: &'s [u8]) -> Result<Self, ParseError> {
        parser::read(bytes)
    }

    /// Reads a text that may hold nothing which would not be kept.
    ///
    /// # Errors
    /// As [`Tape::read`], and for what [`Tape::remark`] notes.
    pub(super) fn read_exact(bytes: &'s [u8]) -> Result<Self, ParseError> {
        let tape = Self::read(bytes)?;
        let mut problems = Problems::default();
        tape.remark(&mut problems);
        problems.into_result().map(|()| tape)
    }

    /// The outermost value.
    pub(super) fn root(&self) -> Node<'_> {
        Node::new(self, 0)
    }

    /// Notes members that occur twice and numbers that cannot be kept.
    pub(super) fn remark(&self, problems: &mut Problems) {
        for remark in &self.remarks {
            match *remark {
                Remark::Twice(at) => {
                    let name = match self.tokens.get(at) {
                        Some(Token::Plain(name) | Token::Escaped(name)) => *name,
                        _ => "",
                    };
                    let note = Note::ours(
                        Rule::DuplicateMember,
                        format!("member \"{name}\" occurs twice"),
                    );
                    self.note(at, &note, problems);
                }
                Remark::Inexact(at) => {
                    let note = Note::ours(
                        Rule::InexactNumber,
                        "number cannot be kept exactly as json number",
                    )
                    .expected("a number that a double carries to its last digit");
                    self.note(at, &note, problems);
                }
            }
        }
    }

    fn note(&self, at: usize, note: &Note, problems: &mut Problems) {
        self.root().locate(at, &Path::ROOT, &mut |path| {
            problems.note(path, note.clone());
        });
    }
}

/// Keeps the first remarks only: more help nobody.
fn push(remarks: &mut Vec<Remark>, remark: Remark) {
    if remarks.len() <= PROBLEMS_MAX {
        remarks.push(remark);
    }
}

/// The text of a string's inside, escapes undone. `None` for an escape that JSON does not have
/// and for half a surrogate pair.
fn unescape(inside: &str) -> Option<String> {
    let mut out = String::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        let escaped = chars.next()?;
        rest = chars.as_str();
        out.push(match escaped {
            '"' | '\\' | '/' => escaped,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = unit(&mut rest)?;
                if (0xd800..0xdc00).contains(&unit) {
                    rest = rest.strip_prefix("\\u")?;
                    let low = unit_of_low(&mut rest)?;
                    char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + low)?
                } else {
                    char::from_u32(unit)?
                }
            }
            _ => return None,
        });
    }
    out.push_str(rest);
    Some(out)
}

/// Four hexadecimal digits.
fn unit(rest: &mut &str) -> Option<u32> {
    let (digits, after) = rest.split_at_checked(4)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    *rest = after;
    u32::from_str_radix(digits, 16).ok()
}

fn unit_of_low(rest: &mut &str) -> Option<u32> {
    let low = unit(rest)?;
    (0xdc00..0xe000).contains(&low).then(|| low - 0xdc00)
}
