//! Frames: where one message ends and the next begins in a TCP stream. A segment may hold half a
//! message or three; the framer keeps what is incomplete. Losing the frame is the one error after
//! which a connection cannot be used any more, so it is told apart from a malformed message.

use thiserror::Error;

use super::message::MessageType;

/// Bytes of a message header.
pub const HEADER_BYTES: usize = 10;
/// Longest message that is accepted: a report of 20,000 tags. Readers send a few kilobytes; a
/// larger length field is an attack or another protocol.
pub const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// One message as bytes: header understood, body not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Protocol version of the header.
    pub version: u8,
    /// Message type.
    pub kind: MessageType,
    /// Message id.
    pub id: u32,
    /// What follows the header.
    pub body: Vec<u8>,
}

/// The stream is not LLRP any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameError {
    /// The length field is shorter than the header it stands in.
    #[error("llrp message length {0} is below the 10 bytes of its own header")]
    TooShort(u32),
    /// The length field is beyond [`MESSAGE_BYTES_MAX`].
    #[error("llrp message length {0} is above the accepted 1048576 bytes")]
    TooLong(u32),
}

/// Cuts a stream of bytes into frames.
#[derive(Debug, Default)]
pub struct Framer {
    buffer: Vec<u8>,
    read: usize,
}

impl Framer {
    /// A framer at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds received bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.read > 0 {
            self.buffer.drain(..self.read);
            self.read = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, `None` when more bytes are needed.
    ///
    /// # Errors
    /// When the length field cannot be right; nothing after it can be trusted.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let pending = self.buffer.get(self.read..).unwrap_or_default();
        let Some((header, rest)) = pending.split_first_chunk::<HEADER_BYTES>() else {
            return Ok(None);
        };
        let [t0, t1, l0, l1, l2, l3, i0, i1, i2, i3] = *header;
        let head = u16::from_be_bytes([t0, t1]);
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        let len = usize::try_from(length).unwrap_or(usize::MAX);
        if len > MESSAGE_BYTES_MAX {
            return Err(FrameError::TooLong(length));
        }
        let body_len = len
            .checked_sub(HEADER_BYTES)
            .ok_or(FrameError::TooShort(length))?;
        let Some(body) = rest.get(..body_len) else {
            return Ok(None);
        };
        let frame = Frame {
            version: u8::try_from(head >> 10 & 0x07).unwrap_or_default(),
            kind: MessageType(head & 0x03ff),
            id: u32::from_be_bytes([i0, i1, i2, i3]),
            body: body.to_vec(),
        };
        self.read += len;
        Ok(Some(frame))
    }
}
