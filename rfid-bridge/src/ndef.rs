//! What an NFC tag says: from the memory of a Type 2 Tag (`NTAG21x` and its like) to the URIs of
//! its NDEF messages. The memory is a stranger's: every length is held against what is there, and
//! what does not fit is an error instead of a guess.
//!
//! ```text
//! page 0..=2  UID and locks        page 3  E1 version size/8 access     (NFC Forum T2T 2.2)
//! page 4..    TLV: 00 | 01 lock | 02 reserved | 03 NDEF message | FD own | FE end   (T2T 2.3)
//! message     records: flags, lengths, type, id, payload                (NDEF 1.0, section 3)
//! ```

use std::ops::Range;

use thiserror::Error;

mod message;
#[cfg(test)]
mod tests;

pub use message::{URIS_MAX, uris_of};

/// Bytes before the data area: four pages.
pub const HEAD_BYTES: usize = 16;
/// Bytes of a data area that are read at most: what pages 4..=255 hold.
pub const AREA_BYTES_MAX: usize = 252 * 4;
/// Reserved areas of one tag.
const RESERVED_MAX: usize = 8;

/// First byte of the capability container.
const MAGIC: u8 = 0xe1;
/// Highest major version that is read.
const VERSION_MAJOR: u8 = 1;

/// A memory that is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NdefError {
    /// The capability container does not say NDEF.
    #[error("the tag is not formatted for NDEF (page 3 begins with {0:#04x})")]
    NotNdef(u8),
    /// It says a version that is not read.
    #[error("the tag's mapping has version {0:#04x}, read is 1.x")]
    Version(u8),
    /// A block or a record is longer than what holds it.
    #[error("{what} at byte {at} is longer than what holds it")]
    Truncated {
        /// Which part.
        what: &'static str,
        /// Where it begins, in what holds it.
        at: usize,
    },
    /// A record that cannot be.
    #[error("the record at byte {at} {why}")]
    Record {
        /// Where it begins in the message.
        at: usize,
        /// What is wrong.
        why: &'static str,
    },
    /// More lock or memory control blocks than any tag has.
    #[error("the tag names more than {RESERVED_MAX} reserved areas")]
    Reserved,
}

/// Bytes of the data area, which begins at page 4, by the capability container in the first four
/// pages; at most [`AREA_BYTES_MAX`].
///
/// # Errors
/// [`NdefError::NotNdef`] and [`NdefError::Version`].
pub fn area_bytes(head: &[u8; HEAD_BYTES]) -> Result<usize, NdefError> {
    let [.., magic, version, size, _access] = *head;
    if magic != MAGIC {
        return Err(NdefError::NotNdef(magic));
    }
    if version >> 4 != VERSION_MAJOR {
        return Err(NdefError::Version(version));
    }
    Ok((usize::from(size) * 8).min(AREA_BYTES_MAX))
}

/// What the blocks of a data area say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Area {
    /// The NDEF messages that are not empty, in their order.
    pub messages: Vec<Vec<u8>>,
    /// The end of the blocks is there: more memory would say nothing more.
    pub is_whole: bool,
}

/// Walks the blocks of a data area of which the first bytes are known, out of `whole` bytes. An
/// area that is not known to its end may break off anywhere; a known one may not.
///
/// # Errors
/// [`NdefError`] when a block is longer than the area.
pub fn area(known: &[u8], whole: usize) -> Result<Area, NdefError> {
    let mut walk = Walk {
        known,
        at: 0,
        reserved: Vec::new(),
    };
    let mut area = Area::default();
    let is_known = known.len() >= whole;
    loop {
        let start = walk.at;
        match walk.block(whole)? {
            Step::Block(tag, value) => match tag {
                TAG_NDEF if !value.is_empty() => area.messages.push(value),
                TAG_LOCK | TAG_MEMORY => walk.reserve(tag, &value)?,
                _ => {}
            },
            Step::Nothing => {}
            Step::End => {
                area.is_whole = true;
                return Ok(area);
            }
            // A tag filled to the last byte needs no end block.
            Step::Unknown if is_known && walk.is_at_end(start) => {
                area.is_whole = true;
                return Ok(area);
            }
            Step::Unknown if is_known => {
                let what = "the block";
                return Err(NdefError::Truncated { what, at: start });
            }
            Step::Unknown => return Ok(area),
        }
    }
}

const TAG_NULL: u8 = 0x00;
const TAG_LOCK: u8 = 0x01;
const TAG_MEMORY: u8 = 0x02;
const TAG_NDEF: u8 = 0x03;
const TAG_END: u8 = 0xfe;
/// A length that is followed by another of two bytes.
const LENGTH_LONG: u8 = 0xff;

/// The next block.
enum Step {
    Block(u8, Vec<u8>),
    Nothing,
    End,
    /// Not all of it is known.
    Unknown,
}

/// A way through the known bytes around the reserved ones.
struct Walk<'a> {
    known: &'a [u8],
    at: usize,
    reserved: Vec<Range<usize>>,
}

impl Walk<'_> {
    /// The place of the next byte that is not reserved.
    fn place(&self, mut at: usize) -> usize {
        // Each round leaves one area behind; areas may touch each other in any order.
        for _ in 0..=self.reserved.len() {
            match self.reserved.iter().find(|area| area.contains(&at)) {
                Some(area) => at = area.end,
                None => break,
            }
        }
        at
    }

    fn byte(&mut self) -> Option<u8> {
        let at = self.place(self.at);
        let byte = *self.known.get(at)?;
        self.at = at + 1;
        Some(byte)
    }

    fn is_at_end(&self, start: usize) -> bool {
        self.place(start) >= self.known.len()
    }

    fn block(&mut self, whole: usize) -> Result<Step, NdefError> {
        let start = self.at;
        let Some(tag) = self.byte() else {
            return Ok(Step::Unknown);
        };
        match tag {
            TAG_NULL => return Ok(Step::Nothing),
            TAG_END => return Ok(Step::End),
            _ => {}
        }
        let Some(length) = self.length() else {
            return Ok(Step::Unknown);
        };
        // Known from the lengths alone, before the rest of the tag is read.
        if self.at.saturating_add(length) > whole {
            let what = "the block";
            return Err(NdefError::Truncated { what, at: start });
        }
        let mut value = Vec::with_capacity(length);
        for _ in 0..length {
            match self.byte() {
                Some(byte) => value.push(byte),
                None => return Ok(Step::Unknown),
            }
        }
        Ok(Step::Block(tag, value))
    }

    fn length(&mut self) -> Option<usize> {
        match self.byte()? {
            LENGTH_LONG => {
                let (high, low) = (self.byte()?, self.byte()?);
                Some(usize::from(u16::from_be_bytes([high, low])))
            }
            short => Some(usize::from(short)),
        }
    }

    /// Takes note of bytes that hold no data (T2T 2.3.1 and 2.3.2). A control block of another
    /// length says nothing that could be followed.
    fn reserve(&mut self, tag: u8, value: &[u8]) -> Result<(), NdefError> {
        let [position, size, control] = *value else {
            return Ok(());
        };
        if self.reserved.len() == RESERVED_MAX {
            return Err(NdefError::Reserved);
        }
        let page_bytes = 1_usize << (control & 0x0f);
        let start = usize::from(position >> 4) * page_bytes + usize::from(position & 0x0f);
        let size = if size == 0 { 256 } else { usize::from(size) };
        let bytes = if tag == TAG_LOCK {
            size.div_ceil(8)
        } else {
            size
        };
        let from = start.saturating_sub(HEAD_BYTES);
        let to = (start + bytes).saturating_sub(HEAD_BYTES);
        // What lies before the walk has been read already.
        if to > self.at {
            self.reserved.push(from.max(self.at)..to);
        }
        Ok(())
    }
}
