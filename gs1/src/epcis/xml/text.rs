//! From bytes to the characters of an XML document: byte order marks, encodings, characters that
//! XML forbids, and the line and column of an offset.

use super::super::problem::{ParseError, Place, Problem, ProblemKind};
use crate::limits::DOCUMENT_BYTES_MAX;
use std::borrow::Cow;

/// The text of a document: UTF-8, with or without a byte order mark, or UTF-16 with one.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let got = bytes.len();
        let what = format!("document has {got} bytes, at most {DOCUMENT_BYTES_MAX} are read");
        return Err(ParseError::one(ProblemKind::Limit, "", what));
    }
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)?),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)?),
        [0x00, b'<', ..] | [b'<', 0x00, ..] => {
            let what = "reading xml: utf-16 must begin with a byte order mark";
            return Err(ParseError::one(ProblemKind::Xml, "", what));
        }
        _ => Cow::Borrowed(utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))?),
    };
    match text.char_indices().find(|(_, c)| !is_xml(*c)) {
        Some((at, c)) => {
            let what = format!("character u+{:04x} cannot stand in xml", u32::from(c));
            Err(one(&text, at, what))
        }
        None => Ok(text),
    }
}

/// A single problem at an offset of the text.
pub(super) fn one(text: &str, at: usize, what: impl Into<String>) -> ParseError {
    ParseError {
        problems: vec![Problem {
            place: Some(place(text, at)),
            ..Problem::new(ProblemKind::Xml, "", what)
        }],
        truncated: false,
    }
}

/// Line and column of an offset.
pub(super) fn place(text: &str, at: usize) -> Place {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = text.get(..at).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let in_line = before.get(line_start..).unwrap_or_default();
    Place {
        line: before.bytes().filter(|b| *b == b'\n').count() + 1,
        column: in_line.chars().count() + 1,
    }
}

/// Whether a character may stand in XML 1.0 (production `Char`).
pub(super) fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether a text is a name without a colon (Namespaces in XML, `NCName`).
pub(super) fn is_ncname(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(name_start) && chars.all(name_char)
}

fn name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn name_char(c: char) -> bool {
    name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}'
            | '\u{203f}'..='\u{2040}')
}

fn utf8(bytes: &[u8]) -> Result<&str, ParseError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let what = format!("reading xml: byte {at} is not utf-8, in which it must be written");
        ParseError::one(ProblemKind::Xml, "", what)
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ParseError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => {
            let what = "reading xml: the text is not utf-16, as its byte order mark says";
            Err(ParseError::one(ProblemKind::Xml, "", what))
        }
    }
}
