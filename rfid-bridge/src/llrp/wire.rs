//! The bytes under LLRP: a cursor that cannot read past its end and a writer that cannot write a
//! length it does not have room for. Everything above is built from these two, so that no decoder
//! indexes a slice and no malformed message can panic. LLRP 1.1 section 17: big-endian throughout.

use thiserror::Error;

/// A message, parameter or field that is not LLRP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("malformed llrp: {what} at byte {offset}")]
pub struct Malformed {
    /// What was being read and what is wrong with it.
    pub what: &'static str,
    /// Offset from the first byte of the message (header included).
    pub offset: usize,
}

/// A value that has no encoding because a length field of the protocol is too narrow for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("llrp value too long to encode: {what}")]
pub struct TooLong {
    /// The field or parameter that does not fit.
    pub what: &'static str,
}

/// A bounds-checked cursor over the bytes of one message.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    /// Reads `bytes`, whose first byte stands at `offset` of the message.
    pub fn new(bytes: &'a [u8], offset: usize) -> Self {
        Self {
            rest: bytes,
            offset,
        }
    }

    /// Bytes not read yet.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Offset of the next byte in the message.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The next byte without reading it.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The error `what` at the present place.
    pub fn malformed(&self, what: &'static str) -> Malformed {
        Malformed {
            what,
            offset: self.offset,
        }
    }

    /// Reads `len` bytes.
    pub fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], Malformed> {
        let (head, tail) = self
            .rest
            .split_at_checked(len)
            .ok_or(self.malformed(what))?;
        self.rest = tail;
        self.offset += len;
        Ok(head)
    }

    /// Reads everything that is left.
    pub fn take_rest(&mut self) -> &'a [u8] {
        self.offset += self.rest.len();
        std::mem::take(&mut self.rest)
    }

    /// Reads `len` bytes as a cursor of their own.
    pub fn sub(&mut self, len: usize, what: &'static str) -> Result<Self, Malformed> {
        let offset = self.offset;
        Ok(Cursor::new(self.take(len, what)?, offset))
    }

    /// Reads `N` bytes.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Malformed> {
        let (head, tail) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(self.malformed(what))?;
        self.rest = tail;
        self.offset += N;
        Ok(*head)
    }

    /// Reads one octet.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, Malformed> {
        Ok(u8::from_be_bytes(self.array(what)?))
    }

    /// Reads a 16-bit number.
    pub fn u16(&mut self, what: &'static str) -> Result<u16, Malformed> {
        Ok(u16::from_be_bytes(self.array(what)?))
    }

    /// Reads a 32-bit number.
    pub fn u32(&mut self, what: &'static str) -> Result<u32, Malformed> {
        Ok(u32::from_be_bytes(self.array(what)?))
    }

    /// Reads a 64-bit number.
    pub fn u64(&mut self, what: &'static str) -> Result<u64, Malformed> {
        Ok(u64::from_be_bytes(self.array(what)?))
    }

    /// Reads a vector of octets behind a 16-bit count.
    pub fn bytes_u16(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        let len = self.u16(what)?;
        self.take(usize::from(len), what)
    }

    /// Refuses what should not be there.
    pub fn finish(&self, what: &'static str) -> Result<(), Malformed> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(self.malformed(what))
        }
    }
}

/// Collects the bytes of one message; a length that does not fit is remembered and refused at the
/// end, so that encoders stay straight lines.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    too_long: Option<TooLong>,
}

impl Writer {
    /// An empty message.
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes, unless some length did not fit its field.
    pub fn finish(self) -> Result<Vec<u8>, TooLong> {
        self.too_long.map_or(Ok(self.bytes), Err)
    }

    /// Writes one octet.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Writes a flag as the high bit of an octet; the other seven are reserved.
    pub fn flag(&mut self, value: bool) {
        self.u8(if value { 0x80 } else { 0 });
    }

    /// Writes a 16-bit number.
    pub fn u16(&mut self, value: u16) {
        self.put(&value.to_be_bytes());
    }

    /// Writes a 32-bit number.
    pub fn u32(&mut self, value: u32) {
        self.put(&value.to_be_bytes());
    }

    /// Writes a 64-bit number.
    pub fn u64(&mut self, value: u64) {
        self.put(&value.to_be_bytes());
    }

    /// Writes bytes as they are.
    pub fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes a 16-bit count of `len` items.
    pub fn count(&mut self, len: usize, what: &'static str) {
        let count = u16::try_from(len).unwrap_or_else(|_| {
            self.too_long = Some(TooLong { what });
            0
        });
        self.u16(count);
    }

    /// Writes octets behind their 16-bit count.
    pub fn bytes_u16(&mut self, bytes: &[u8], what: &'static str) {
        self.count(bytes.len(), what);
        self.put(bytes);
    }

    /// Writes a TLV parameter: 6 reserved bits and the type, a length that counts its own four
    /// bytes, and what `body` writes.
    pub fn tlv(&mut self, kind: u16, what: &'static str, body: impl FnOnce(&mut Self)) {
        self.u16(kind & 0x03ff);
        let start = self.bytes.len();
        self.u16(0);
        body(self);
        let len = self.bytes.len() - start + 2;
        if let Ok(len) = u16::try_from(len) {
            self.patch(start, &len.to_be_bytes());
        } else {
            self.too_long = Some(TooLong { what });
        }
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Overwrites already written bytes from `at`.
    pub fn patch(&mut self, at: usize, with: &[u8]) {
        if let Some(place) = self.bytes.get_mut(at..at + with.len()) {
            place.copy_from_slice(with);
        }
    }
}
