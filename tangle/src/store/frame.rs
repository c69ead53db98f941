//! One frame of the segment log: how a thing lies in the file, and how it is told from garbage.
//!
//! ```text
//! 0   4   magic "TNGF"
//! 4   1   kind: 1 genesis, 2 block envelope, 3 signed milestone, 4 erasure
//! 5   3   slack: so many times 8 more zeros follow
//! 8   4   length of the payload, bytes
//! 12  4   CRC-32C of the segment's number, the frame's offset, bytes 0..12, 16..32 and payload
//! 16  8   number of the batch (group commit) it was written in
//! 24  4   its place in the batch, from 0
//! 28  4   how many frames the batch has
//! 32  n   payload, then zeros up to a multiple of 8, then the slack
//! ```
//! Slack keeps a frame's size when its payload gets shorter, as that of a block does whose items
//! are erased, or may get longer, as that of a block with very small items would.
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
/// The largest frame.
pub(crate) const ROOM_BYTES_MAX: usize = 2 * PAYLOAD_BYTES_MAX;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// The genesis configuration; the first frame of the log.
    Genesis,
    /// A block's wire envelope.
    Block,
    /// A signed milestone.
    Milestone,
    /// Which items were erased, and when.
    Erasure,
}

impl FrameKind {
    const fn code(self) -> u8 {
        match self {
            Self::Genesis => 1,
            Self::Block => 2,
            Self::Milestone => 3,
            Self::Erasure => 4,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Genesis),
            2 => Some(Self::Block),
            3 => Some(Self::Milestone),
            4 => Some(Self::Erasure),
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
    /// Bytes it takes in the file, padding and slack included.
    pub(crate) room: usize,
}

/// Bytes that a frame with a payload of `length` bytes and no slack takes.
pub(crate) const fn size(length: usize) -> usize {
    (HEADER_BYTES + length).next_multiple_of(ALIGN)
}

/// A frame to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft<'a> {
    /// What it holds.
    pub(crate) kind: FrameKind,
    /// The bytes.
    pub(crate) payload: &'a [u8],
    /// Bytes that the payload may have some day; no less than it has.
    pub(crate) reserve: usize,
}

impl<'a> Draft<'a> {
    /// A frame whose payload will not change.
    pub(crate) const fn new(kind: FrameKind, payload: &'a [u8]) -> Self {
        let reserve = payload.len();
        Self {
            kind,
            payload,
            reserve,
        }
    }

    /// Bytes it takes in the file.
    pub(crate) fn room(&self) -> usize {
        size(self.payload.len().max(self.reserve))
    }
}

/// Appends a frame to `out`; it will lie at `place`.
pub(crate) fn write(out: &mut Vec<u8>, place: Place, draft: &Draft<'_>, turn: Turn) {
    let payload = draft.payload;
    let slack = (draft.room() - size(payload.len())) / ALIGN;
    let [s0, s1, s2, _] = u32::try_from(slack).unwrap_or(0).to_le_bytes();
    let [l0, l1, l2, l3] = u32::try_from(payload.len())
        .unwrap_or(u32::MAX)
        .to_le_bytes();
    let [m0, m1, m2, m3] = MAGIC;
    let kind = draft.kind.code();
    let first = [m0, m1, m2, m3, kind, s0, s1, s2, l0, l1, l2, l3];
    let mut last = [0; 16];
    let parts = turn.batch.to_le_bytes().into_iter();
    let parts = parts.chain(turn.ordinal.to_le_bytes());
    let parts = parts.chain(turn.count.to_le_bytes());
    last.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    let end = out.len() + draft.room();
    out.extend(&first);
    out.extend(checksum(place, &first, &last, payload).to_le_bytes());
    out.extend(&last);
    out.extend(payload);
    out.resize(end, 0);
}

/// What a frame's header says, whether or not the frame is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    kind: u8,
    length: usize,
    crc: u32,
    /// Where the frame stands.
    pub(crate) turn: Turn,
    /// Bytes it takes in the file, padding and slack included.
    pub(crate) room: usize,
}

/// Reads the header that `bytes` start with, unchecked: the checksum is that of the whole frame.
pub(crate) fn header(bytes: &[u8]) -> Option<Header> {
    let (first, after) = bytes.split_first_chunk::<12>()?;
    let (crc, after) = after.split_first_chunk::<4>()?;
    let [a, b, c, d, kind, s0, s1, s2, length @ ..] = *first;
    let slack = usize::try_from(u32::from_le_bytes([s0, s1, s2, 0])).ok()?;
    let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
    if [a, b, c, d] != MAGIC || length > PAYLOAD_BYTES_MAX {
        return None;
    }
    let room = size(length).checked_add(slack.checked_mul(ALIGN)?)?;
    let (batch, after) = after.split_first_chunk::<8>()?;
    let (ordinal, after) = after.split_first_chunk::<4>()?;
    let turn = Turn {
        batch: u64::from_le_bytes(*batch),
        ordinal: u32::from_le_bytes(*ordinal),
        count: u32::from_le_bytes(*after.first_chunk::<4>()?),
    };
    let crc = u32::from_le_bytes(*crc);
    Some(Header {
        kind,
        length,
        crc,
        turn,
        room,
    })
}

/// Reads the frame that lies at `place`, where `bytes` start; `None` if there is no whole frame.
pub(crate) fn read(bytes: &[u8], place: Place) -> Option<Frame<'_>> {
    let header = header(bytes)?;
    let (first, last) = (bytes.get(..12)?, bytes.get(16..HEADER_BYTES)?);
    let (payload, padding) = bytes
        .get(HEADER_BYTES..header.room)?
        .split_at_checked(header.length)?;
    let sound = header.crc == checksum(place, first, last, payload)
        && padding.iter().all(|byte| *byte == 0);
    sound.then_some(Frame {
        kind: FrameKind::from_code(header.kind)?,
        turn: header.turn,
        payload,
        room: header.room,
    })
}

fn checksum(place: Place, first: &[u8], last: &[u8], payload: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&place.segment.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &place.offset.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, first);
    let crc = crc32c::crc32c_append(crc, last);
    crc32c::crc32c_append(crc, payload)
}
