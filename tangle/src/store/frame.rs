//! One frame of the segment log: how a thing lies in the file, and how it is told from garbage.
//!
//! ```text
//! 0   4   magic "TNGF"
//! 4   1   kind: 1 genesis, 2 block envelope, 3 signed milestone
//! 5   3   zero
//! 8   4   length of the payload, bytes
//! 12  4   CRC-32C of the segment's number, the frame's offset, bytes 0..12, 16..32 and payload
//! 16  8   number of the batch (group commit) it was written in
//! 24  4   its place in the batch, from 0
//! 28  4   how many frames the batch has
//! 32  n   payload, then zeros up to a multiple of 8
//! ```
//! Numbers are little-endian. The checksum covers the place, so a frame that a disk returns from
//! somewhere else is not taken for the right one.

use super::log::Place;

/// Bytes before the payload.
pub(crate) const HEADER_BYTES: usize = 32;
/// Frames start at multiples of this many bytes.
pub(crate) const ALIGN: usize = 8;
/// Every frame opens with these bytes.
pub(crate) const MAGIC: [u8; 4] = *b"TNGF";
/// The largest payload: an envelope is larger than a milestone and a genesis.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// The genesis configuration; the first frame of the log.
    Genesis,
    /// A block's wire envelope.
    Block,
    /// A signed milestone.
    Milestone,
}

impl FrameKind {
    const fn code(self) -> u8 {
        match self {
            Self::Genesis => 1,
            Self::Block => 2,
            Self::Milestone => 3,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Genesis),
            2 => Some(Self::Block),
            3 => Some(Self::Milestone),
            _ => None,
        }
    }
}

/// Where a frame stands in the sequence of group commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Number of the batch, from 0.
    pub(crate) batch: u64,
    /// Place in the batch, from 0.
    pub(crate) ordinal: u32,
    /// Frames of the batch.
    pub(crate) count: u32,
}

/// A frame read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// What it holds.
    pub(crate) kind: FrameKind,
    /// Where it stands.
    pub(crate) turn: Turn,
    /// The bytes.
    pub(crate) payload: &'a [u8],
}

impl Frame<'_> {
    /// Bytes it takes in the file, padding included.
    pub(crate) fn size(&self) -> usize {
        size(self.payload.len())
    }
}

/// Bytes that a frame with a payload of `length` bytes takes.
pub(crate) const fn size(length: usize) -> usize {
    (HEADER_BYTES + length).next_multiple_of(ALIGN)
}

/// Appends a frame to `out`; it will lie at `place`.
pub(crate) fn write(out: &mut Vec<u8>, place: Place, kind: FrameKind, turn: Turn, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let mut first = Vec::with_capacity(12);
    first.extend(MAGIC);
    first.extend([kind.code(), 0, 0, 0]);
    first.extend(length.to_le_bytes());
    let mut last = Vec::with_capacity(16);
    last.extend(turn.batch.to_le_bytes());
    last.extend(turn.ordinal.to_le_bytes());
    last.extend(turn.count.to_le_bytes());
    let end = out.len() + size(payload.len());
    out.extend(&first);
    out.extend(checksum(place, &first, &last, payload).to_le_bytes());
    out.extend(&last);
    out.extend(payload);
    out.resize(end, 0);
}

/// Reads the frame that lies at `place`, where `bytes` start; `None` if there is no whole frame.
pub(crate) fn read(bytes: &[u8], place: Place) -> Option<Frame<'_>> {
    let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>()?;
    let (first, after) = header.split_first_chunk::<12>()?;
    let (crc, last) = after.split_first_chunk::<4>()?;
    let [a, b, c, d, kind, 0, 0, 0, length @ ..] = *first else {
        return None;
    };
    let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
    if [a, b, c, d] != MAGIC || length > PAYLOAD_BYTES_MAX {
        return None;
    }
    let (payload, padding) = rest.split_at_checked(length)?;
    let padding = padding.get(..size(length) - HEADER_BYTES - length)?;
    let sound = u32::from_le_bytes(*crc) == checksum(place, first, last, payload)
        && padding.iter().all(|byte| *byte == 0);
    let (batch, last) = last.split_first_chunk::<8>()?;
    let (ordinal, last) = last.split_first_chunk::<4>()?;
    let turn = Turn {
        batch: u64::from_le_bytes(*batch),
        ordinal: u32::from_le_bytes(*ordinal),
        count: u32::from_le_bytes(*last.first_chunk::<4>()?),
    };
    sound.then_some(Frame {
        kind: FrameKind::from_code(kind)?,
        turn,
        payload,
    })
}

fn checksum(place: Place, first: &[u8], last: &[u8], payload: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&place.segment.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &place.offset.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, first);
    let crc = crc32c::crc32c_append(crc, last);
    crc32c::crc32c_append(crc, payload)
}
