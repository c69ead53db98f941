//! Deterministic CBOR (RFC 8949 section 4.2.1), and nothing of CBOR beside it: definite lengths,
//! shortest heads, no floats, no bytes left over. The reader is driven by the format, never by
//! the input, so there is no recursion and one value has one encoding: whatever a `Reader`
//! accepts, the matching `Writer` calls write again byte for byte.
//!
//! Only what the ledger's formats use is here: integers, byte and text strings, arrays, maps,
//! tags and null.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Fault, Malformed};

const UINT: u8 = 0;
const NINT: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;
const NULL: u8 = 0xf6;

/// Reads canonical values from bytes, keeping the offset for errors.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// A reader of `what` (named in errors), refusing more than `max` bytes.
    pub fn new(bytes: &'a [u8], max: usize, what: &'static str) -> Result<Self, Malformed> {
        if bytes.len() > max {
            return Err(Malformed::new(what, 0, Fault::TooLarge { max: max as u64 }));
        }
        Ok(Self {
            rest: bytes,
            at: 0,
            what,
        })
    }

    /// Offset of the next byte from the start of the outermost input.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The error `fault` at the current place.
    pub fn fail(&self, fault: Fault) -> Malformed {
        Malformed::new(self.what, self.at, fault)
    }

    /// Ends reading: nothing may be left.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.fail(Fault::Trailing))
        }
    }

    /// An unsigned integer of at most `max`.
    pub fn uint(&mut self, max: u64) -> Result<u64, Malformed> {
        let before = self.clone();
        let value = self.head(UINT, "an unsigned integer")?;
        if value > max {
            return Err(before.fail(Fault::TooLarge { max }));
        }
        Ok(value)
    }

    /// An unsigned integer of 16 bits.
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        let value = self.uint(u64::from(u16::MAX))?;
        u16::try_from(value).map_err(|_| self.fail(Fault::Expected("16 bits")))
    }

    /// An unsigned integer of 32 bits.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        let value = self.uint(u64::from(u32::MAX))?;
        u32::try_from(value).map_err(|_| self.fail(Fault::Expected("32 bits")))
    }

    /// Exactly this integer, positive or negative; `name` says what it stands for.
    pub fn exactly(&mut self, wanted: i64, name: &'static str) -> Result<(), Malformed> {
        let before = self.clone();
        // CBOR gives a negative integer n the argument -1 - n, which is `!n`.
        let (major, argument) = if wanted < 0 {
            (NINT, !wanted)
        } else {
            (UINT, wanted)
        };
        let value = self.head(major, name)?;
        if value == argument.cast_unsigned() {
            Ok(())
        } else {
            Err(before.fail(Fault::Expected(name)))
        }
    }

    /// A byte string of at most `max` bytes.
    pub fn bytes(&mut self, max: usize) -> Result<&'a [u8], Malformed> {
        let length = self.length(BYTES, max, "a byte string")?;
        self.take(length)
    }

    /// A byte string of exactly `N` bytes.
    pub fn fixed<const N: usize>(&mut self, name: &'static str) -> Result<[u8; N], Malformed> {
        let before = self.clone();
        let bytes = self.bytes(N)?;
        bytes
            .try_into()
            .map_err(|_| before.fail(Fault::Expected(name)))
    }

    /// A byte string of at most `max` bytes whose content is read as CBOR in turn.
    pub fn nested(&mut self, max: usize) -> Result<Self, Malformed> {
        let content = self.bytes(max)?;
        Ok(Self {
            rest: content,
            at: self.at - content.len(),
            what: self.what,
        })
    }

    /// The bytes not read yet.
    pub fn remaining(&self) -> &'a [u8] {
        self.rest
    }

    /// A text string of at most `max` bytes of UTF-8.
    pub fn text(&mut self, max: usize) -> Result<&'a str, Malformed> {
        let before = self.clone();
        let length = self.length(TEXT, max, "a text string")?;
        let bytes = self.take(length)?;
        core::str::from_utf8(bytes).map_err(|_| before.fail(Fault::NotUtf8))
    }

    /// The head of an array of at most `max` entries: how many follow.
    pub fn array(&mut self, max: usize) -> Result<usize, Malformed> {
        self.length(ARRAY, max, "an array")
    }

    /// The head of an array of exactly `count` entries; `name` says of what.
    pub fn array_of(&mut self, count: usize, name: &'static str) -> Result<(), Malformed> {
        self.count(ARRAY, count, name)
    }

    /// The head of a map of exactly `count` pairs; the caller reads keys in canonical order.
    pub fn map_of(&mut self, count: usize, name: &'static str) -> Result<(), Malformed> {
        self.count(MAP, count, name)
    }

    /// A map from text to text of at most `pairs` pairs, each string at most `max` bytes. Keys
    /// ascend in the order of their encoding: shorter ones first.
    pub fn text_map(
        &mut self,
        pairs: usize,
        max: usize,
    ) -> Result<BTreeMap<String, String>, Malformed> {
        let count = self.length(MAP, pairs, "a map")?;
        let mut map = BTreeMap::new();
        let mut last = None;
        for _ in 0..count {
            let before = self.clone();
            let key = self.text(max)?;
            if last.is_some_and(|last: &str| (last.len(), last) >= (key.len(), key)) {
                return Err(before.fail(Fault::Order));
            }
            last = Some(key);
            map.insert(key.into(), self.text(max)?.into());
        }
        Ok(map)
    }

    /// Exactly this tag.
    pub fn tag(&mut self, wanted: u64, name: &'static str) -> Result<(), Malformed> {
        let before = self.clone();
        let value = self.head(TAG, name)?;
        if value == wanted {
            Ok(())
        } else {
            Err(before.fail(Fault::Expected(name)))
        }
    }

    /// Reads null if it is next, and says whether it was.
    pub fn null(&mut self) -> bool {
        match self.rest.split_first() {
            Some((&NULL, rest)) => {
                self.rest = rest;
                self.at += 1;
                true
            }
            _ => false,
        }
    }

    /// Whether the next value is a byte string (for formats that tell two forms apart by type).
    pub fn is_bytes(&self) -> bool {
        self.rest.first().is_some_and(|first| first >> 5 == BYTES)
    }

    fn count(&mut self, major: u8, count: usize, name: &'static str) -> Result<(), Malformed> {
        let before = self.clone();
        let value = self.head(major, name)?;
        if value == count as u64 {
            Ok(())
        } else {
            Err(before.fail(Fault::Expected(name)))
        }
    }

    fn length(&mut self, major: u8, max: usize, name: &'static str) -> Result<usize, Malformed> {
        let before = self.clone();
        let value = self.head(major, name)?;
        usize::try_from(value)
            .ok()
            .filter(|length| *length <= max)
            .ok_or_else(|| before.fail(Fault::TooLarge { max: max as u64 }))
    }

    /// One head of the given major type: its argument, in shortest form.
    fn head(&mut self, major: u8, name: &'static str) -> Result<u64, Malformed> {
        let before = self.clone();
        let [first] = self.chunk::<1>()?;
        if first >> 5 != major {
            return Err(before.fail(Fault::Expected(name)));
        }
        let (value, least) = match first & 0x1f {
            low @ 0..=23 => (u64::from(low), 0),
            24 => (u64::from(u8::from_be_bytes(self.chunk()?)), 24),
            25 => (u64::from(u16::from_be_bytes(self.chunk()?)), 1 << 8),
            26 => (u64::from(u32::from_be_bytes(self.chunk()?)), 1 << 16),
            27 => (u64::from_be_bytes(self.chunk()?), 1 << 32),
            31 => return Err(before.fail(Fault::Indefinite)),
            _ => return Err(before.fail(Fault::Expected(name))),
        };
        if value < least {
            Err(before.fail(Fault::NotShortest))
        } else {
            Ok(value)
        }
    }

    fn chunk<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (chunk, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or_else(|| self.fail(Fault::End))?;
        self.rest = rest;
        self.at += N;
        Ok(*chunk)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| self.fail(Fault::End))?;
        self.rest = rest;
        self.at += length;
        Ok(taken)
    }
}

/// Writes canonical values. The caller gives map keys in ascending order of their encoding.
#[derive(Debug, Clone, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty writer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// What was written.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    /// Number of bytes written so far.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An unsigned integer.
    pub fn uint(&mut self, value: u64) -> &mut Self {
        self.head(UINT, value)
    }

    /// An integer, positive or negative.
    pub fn int(&mut self, value: i64) -> &mut Self {
        if value < 0 {
            self.head(NINT, (!value).cast_unsigned())
        } else {
            self.head(UINT, value.cast_unsigned())
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.head(BYTES, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    /// A byte string put together from parts.
    pub fn bytes_of(&mut self, parts: &[&[u8]]) -> &mut Self {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        self.head(BYTES, length as u64);
        for part in parts {
            self.0.extend_from_slice(part);
        }
        self
    }

    /// A text string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.head(TEXT, text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// The head of an array of `count` entries.
    pub fn array(&mut self, count: usize) -> &mut Self {
        self.head(ARRAY, count as u64)
    }

    /// The head of a map of `count` pairs.
    pub fn map(&mut self, count: usize) -> &mut Self {
        self.head(MAP, count as u64)
    }

    /// A map from text to text, in canonical order.
    pub fn text_map(&mut self, map: &BTreeMap<String, String>) -> &mut Self {
        let mut pairs: Vec<_> = map.iter().collect();
        pairs.sort_by_key(|(key, _)| (key.len(), *key));
        self.map(pairs.len());
        for (key, value) in pairs {
            self.text(key).text(value);
        }
        self
    }

    /// A tag; the tagged value follows.
    pub fn tag(&mut self, tag: u64) -> &mut Self {
        self.head(TAG, tag)
    }

    /// Null.
    pub fn null(&mut self) -> &mut Self {
        self.0.push(NULL);
        self
    }

    fn head(&mut self, major: u8, value: u64) -> &mut Self {
        let first = major << 5;
        if let Ok(value @ 0..=23) = u8::try_from(value) {
            self.0.push(first | value);
        } else if let Ok(value) = u8::try_from(value) {
            self.0.extend([first | 0x18, value]);
        } else if let Ok(value) = u16::try_from(value) {
            self.0.push(first | 0x19);
            self.0.extend(value.to_be_bytes());
        } else if let Ok(value) = u32::try_from(value) {
            self.0.push(first | 0x1a);
            self.0.extend(value.to_be_bytes());
        } else {
            self.0.push(first | 0x1b);
            self.0.extend(value.to_be_bytes());
        }
        self
    }
}

#[cfg(test)]
mod tests;
