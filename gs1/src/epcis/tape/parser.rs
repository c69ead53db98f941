//! From bytes to tokens: a recursive descent over RFC 8259 whose depth is bounded.

use super::{Remark, Span, Tape, Token, number, push, unescape};
use crate::epcis::problem::{Note, ParseError, Rule};
use crate::limits::{DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_VALUES_MAX};

/// Reads one JSON text.
pub(super) fn read(bytes: &[u8]) -> Result<Tape<'_>, ParseError> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        let got = bytes.len();
        let what = format!("document has {got} bytes, at most {DOCUMENT_BYTES_MAX} are read");
        return Err(ParseError::of("", Note::ours(Rule::Limit, what)));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let source = std::str::from_utf8(bytes).map_err(|error| {
        let what = format!("reading json: byte {} is not utf-8", error.valid_up_to());
        ParseError::of("", Note::schema(Rule::Json, what))
    })?;
    let mut parser = Parser {
        source,
        bytes,
        at: 0,
        // A guess that fits events without growing; bounded by what is already in memory.
        tokens: Vec::with_capacity(bytes.len() / 12 + 1),
        values: 0,
        remarks: Vec::new(),
    };
    match parser.document() {
        Ok(()) => Ok(Tape {
            source,
            tokens: parser.tokens,
            remarks: parser.remarks,
        }),
        Err(fault) => Err(parser.error(fault)),
    }
}

struct Parser<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    tokens: Vec<Token<'s>>,
    values: usize,
    remarks: Vec<Remark>,
}

/// Why reading stopped at `at`.
#[derive(Clone, Copy)]
enum Fault {
    Expected(&'static str),
    Depth,
    Values,
}

impl<'s> Parser<'s> {
    fn document(&mut self) -> Result<(), Fault> {
        self.value(0)?;
        match self.peek_solid() {
            None => Ok(()),
            Some(_) => Err(Fault::Expected("the end of the text")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), Fault> {
        self.values += 1;
        if self.values > DOCUMENT_VALUES_MAX {
            return Err(Fault::Values);
        }
        match self.peek_solid() {
            Some(b'"') => {
                let token = self.string()?;
                self.tokens.push(token);
                Ok(())
            }
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Token::True),
            Some(b'f') => self.word("false", Token::False),
            Some(b'n') => self.word("null", Token::Null),
            _ => Err(Fault::Expected("a value")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Fault> {
        let (slot, start) = self.open(depth)?;
        let mut names = Names::default();
        if self.peek_solid() == Some(b'}') {
            self.at += 1;
        } else {
            loop {
                if self.peek_solid() != Some(b'"') {
                    return Err(Fault::Expected("a member name in quotes"));
                }
                let name = self.string()?;
                names.add(name);
                self.tokens.push(name);
                if self.peek_solid() != Some(b':') {
                    return Err(Fault::Expected("a colon"));
                }
                self.at += 1;
                self.value(depth)?;
                match self.peek_solid() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => break self.at += 1,
                    _ => return Err(Fault::Expected("a comma or }")),
                }
            }
        }
        if names.doubtful {
            self.shadow(slot);
        }
        self.close(slot, start, Token::Object);
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<(), Fault> {
        let (slot, start) = self.open(depth)?;
        if self.peek_solid() == Some(b']') {
            self.at += 1;
        } else {
            loop {
                self.value(depth)?;
                match self.peek_solid() {
                    Some(b',') => self.at += 1,
                    Some(b']') => break self.at += 1,
                    _ => return Err(Fault::Expected("a comma or ]")),
                }
            }
        }
        self.close(slot, start, Token::Array);
        Ok(())
    }

    fn open(&mut self, depth: usize) -> Result<(usize, usize), Fault> {
        if depth > DOCUMENT_DEPTH_MAX {
            return Err(Fault::Depth);
        }
        let place = (self.tokens.len(), self.at);
        self.tokens.push(Token::Null);
        self.at += 1;
        Ok(place)
    }

    fn close(&mut self, slot: usize, start: usize, container: fn(Span) -> Token<'s>) {
        // Bytes and tokens are bounded far below 2^32.
        let narrow = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        let span = Span {
            next: narrow(self.tokens.len()),
            start: narrow(start),
            end: narrow(self.at),
        };
        if let Some(token) = self.tokens.get_mut(slot) {
            *token = container(span);
        }
    }

    /// The string that opens at `at`.
    fn string(&mut self) -> Result<Token<'s>, Fault> {
        let start = self.at + 1;
        let mut end = start;
        let mut escaped = false;
        loop {
            end += plain_len(self.bytes.get(end..).unwrap_or_default());
            match self.bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(_) => {
                    self.at = end;
                    return Err(Fault::Expected("no bare control character in a string"));
                }
                None => {
                    self.at = self.bytes.len();
                    return Err(Fault::Expected("the end of a string"));
                }
            }
        }
        let inside = self.source.get(start..end).unwrap_or_default();
        if escaped && unescape(inside).is_none() {
            return Err(Fault::Expected("valid escapes in the string"));
        }
        self.at = end + 1;
        Ok(if escaped {
            Token::Escaped(inside)
        } else {
            Token::Plain(inside)
        })
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = self.source.get(start..self.at).unwrap_or_default();
        if !number::is_exact(text) {
            push(&mut self.remarks, Remark::Inexact(self.tokens.len()));
        }
        self.tokens.push(Token::Number(text));
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        self.at += count;
        if count == 0 {
            return Err(Fault::Expected("a digit"));
        }
        Ok(())
    }

    fn word(&mut self, word: &'static str, token: Token<'s>) -> Result<(), Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(Fault::Expected("a value"));
        }
        self.at += word.len();
        self.tokens.push(token);
        Ok(())
    }

    /// The next byte that is no white space.
    fn peek_solid(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other.copied(),
            }
        }
    }

    /// Overrides members of the object at `slot` by later ones of the same name.
    fn shadow(&mut self, slot: usize) {
        let mut names: Vec<(std::borrow::Cow<'_, str>, usize)> = Vec::new();
        let mut at = slot + 1;
        while let Some(token) = self.tokens.get(at) {
            match token {
                Token::Plain(name) => names.push(((*name).into(), at)),
                Token::Escaped(name) => {
                    names.push((unescape(name).unwrap_or_default().into(), at));
                }
                _ => {}
            }
            at = match self.tokens.get(at + 1) {
                Some(Token::Array(span) | Token::Object(span)) => span.next as usize,
                _ => at + 2,
            };
        }
        names.sort();
        let mut overridden = Vec::new();
        for pair in names.windows(2) {
            if let [(name, earlier), (again, later)] = pair
                && name == again
            {
                overridden.push((*earlier, *later));
            }
        }
        for (earlier, later) in overridden {
            if let Some(token) = self.tokens.get_mut(earlier)
                && let Token::Plain(name) | Token::Escaped(name) = *token
            {
                *token = Token::Shadowed(name);
            }
            push(&mut self.remarks, Remark::Twice(later));
        }
    }

    fn error(&self, fault: Fault) -> ParseError {
        let at = self.at;
        let note = match fault {
            Fault::Expected(what) => {
                let before = self.bytes.get(..at).unwrap_or(self.bytes);
                let line = before.split(|b| *b == b'\n').count();
                let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
                let what = format!(
                    "reading json: expected {what} at byte {at} (line {line}, column {column})"
                );
                Note::schema(Rule::Json, what)
            }
            Fault::Depth => {
                let what =
                    format!("nesting at byte {at} is deeper than {DOCUMENT_DEPTH_MAX} levels");
                Note::ours(Rule::Limit, what)
            }
            Fault::Values => {
                let what = format!("reading json: more than {DOCUMENT_VALUES_MAX} values");
                Note::ours(Rule::Limit, what)
            }
        };
        ParseError::of("", note)
    }
}

/// Finds out cheaply that no name occurs twice: names with different marks differ.
#[derive(Default)]
struct Names {
    marks: [u64; 32],
    count: usize,
    doubtful: bool,
}

impl Names {
    fn add(&mut self, name: Token<'_>) {
        let Token::Plain(name) = name else {
            self.doubtful = true;
            return;
        };
        let mark = mark(name.as_bytes());
        let known = self.marks.get(..self.count);
        self.doubtful |= known.is_none_or(|known| known.contains(&mark));
        if let Some(slot) = self.marks.get_mut(self.count) {
            *slot = mark;
        }
        self.count += 1;
    }
}

/// A number that differs between texts mostly, and never between equal ones.
pub(in crate::epcis) fn mark(name: &[u8]) -> u64 {
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let ends = match (name.first_chunk(), name.last_chunk()) {
        (Some(head), Some(tail)) => word(head).rotate_left(5) ^ word(tail),
        _ => name.iter().fold(0, |all, b| all << 8 | u64::from(*b)),
    };
    ends ^ (name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// How many bytes stand before the first quote, backslash or control character.
fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (words, tail) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The lowest bit set marks the first zero byte (or byte below 32); higher ones may err.
        let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let stops = (zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5c)) | control) & HIGH;
        if stops != 0 {
            return index * 8 + (stops.trailing_zeros() / 8) as usize;
        }
    }
    let plain = |b: &&u8| !matches!(**b, b'"' | b'\\' | ..0x20);
    words.len() * 8 + tail.iter().take_while(plain).count()
}
