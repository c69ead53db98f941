//! The segment log: the truth of the ledger, append-only. Everything else is derived from it.
//!
//! ```text
//! log/000000.seg   segment header (64 B) | frame | frame | ... | zeros up to the file's length
//! log/000001.seg   ...
//!
//! segment header   0  8  magic "TNGLSEG1"          16  32  network id
//!                  8  4  number of the segment      48  8  number of its first batch
//!                 12  4  zero                       56  4  length of the file, bytes
//!                                                   60  4  CRC-32C of bytes 0..60
//! ```
//! **Batches.** One group commit writes one batch: some frames in one piece, then one fdatasync,
//! then the acknowledgement. A batch lies in one segment and is there whole or not at all. The
//! next batch is written only after the sync of the one before returned.
//!
//! **A new segment** is made under a temporary name with its full length and its header, synced,
//! renamed, and the folder synced, before a frame goes in. So only the last segment can hold an
//! unfinished batch.
//!
//! **Recovery** reads from a known place to the end. What follows the last whole batch may be
//! a batch that was being written when the power went: it was never acknowledged, and it is cut
//! (overwritten with zeros). It is taken for that only in the last segment, only if no sound
//! frame of a later batch follows, and only if nothing lies behind the end that its own headers
//! give; anything else is damage in the middle, and damage is reported with its place, never cut.
//!
//! The last batch that recovery finds is written and synced again before anything is answered:
//! a process may have stopped between write and sync, and what it wrote is readable without
//! being durable.
//!
//! **Fail-stop.** After a failed write or sync nobody knows what the disk holds. The log refuses
//! to write until it is opened again.

use std::io;
use std::sync::Arc;

use super::bugs::{Bug, planted};
use super::files::File;
use super::frame::{self, Draft, Turn};
use crate::error::Broken;

mod scan;
mod segments;

pub(crate) use scan::{Scan, Scanned};
pub(crate) use segments::Segments;

/// Bytes of the header of a segment.
pub(crate) const SEGMENT_HEADER_BYTES: u32 = 64;

/// Where a frame starts. Ordered as the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Number of the segment, from 0.
    pub(crate) segment: u32,
    /// Offset in the segment's file, bytes; a multiple of 8.
    pub(crate) offset: u32,
}

impl Place {
    /// Where the first frame of a log starts.
    pub(crate) const START: Self = Self {
        segment: 0,
        offset: SEGMENT_HEADER_BYTES,
    };
}

/// Where a frame lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    /// Where it starts.
    pub(crate) place: Place,
    /// Bytes that it takes.
    pub(crate) room: u32,
}

/// The state of the log between two batches: where the next one goes and what number it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tail {
    /// End of the last batch.
    pub(crate) place: Place,
    /// Number of the next batch.
    pub(crate) batch: u64,
}

impl Tail {
    /// Of a log without frames.
    pub(crate) const START: Self = Self {
        place: Place::START,
        batch: 0,
    };
}

/// The writer. There is one per directory.
#[derive(Debug)]
pub(crate) struct Log {
    segments: Arc<Segments>,
    current: Arc<dyn File>,
    current_bytes: u64,
    tail: Tail,
    failed: bool,
    buffer: Vec<u8>,
}

impl Log {
    /// Makes the first segment of an empty log.
    pub(crate) fn create(segments: Arc<Segments>) -> Result<Self, Broken> {
        segments.make(0, 0, 0)?;
        Self::resume(segments, Tail::START)
    }

    /// Continues behind `tail`, which a [`Scan`] found.
    pub(crate) fn resume(segments: Arc<Segments>, tail: Tail) -> Result<Self, Broken> {
        let current = segments.file(tail.place.segment)?;
        let current_bytes = current
            .len()
            .map_err(Segments::storage(tail.place.segment))?;
        Ok(Self {
            segments,
            current,
            current_bytes,
            tail,
            failed: false,
            buffer: Vec::new(),
        })
    }

    /// Where the next batch goes.
    pub(crate) fn tail(&self) -> Tail {
        self.tail
    }

    /// Writes one batch and syncs it. On return it is durable; the places are those of the
    /// frames, in order. After an error the log writes no more.
    pub(crate) fn append(&mut self, frames: &[Draft<'_>]) -> Result<Vec<Written>, Broken> {
        if self.failed {
            return Err(Broken::Stopped);
        }
        let written = self.append_or_fail(frames);
        self.failed = written.is_err();
        written
    }

    fn append_or_fail(&mut self, frames: &[Draft<'_>]) -> Result<Vec<Written>, Broken> {
        let total: u64 = frames.iter().map(|draft| draft.room() as u64).sum();
        let count = u32::try_from(frames.len())
            .ok()
            .filter(|_| total < u64::from(u32::MAX) / 2);
        let count = count.ok_or(Broken::Misuse {
            what: "a batch of more than 2 GiB",
        })?;
        if u64::from(self.tail.place.offset) + total > self.current_bytes {
            self.rotate(total)?;
        }
        let start = self.tail.place;
        self.buffer.clear();
        let mut places = Vec::with_capacity(frames.len());
        for (ordinal, draft) in (0..).zip(frames) {
            let place = self.place_in_buffer(start)?;
            let turn = Turn {
                batch: self.tail.batch,
                ordinal,
                count,
            };
            frame::write(&mut self.buffer, place, draft, turn);
            places.push(Written {
                place,
                room: u32::try_from(draft.room()).unwrap_or(u32::MAX),
            });
        }
        let end = self.place_in_buffer(start)?;
        let storage = Segments::storage(start.segment);
        let written = self.current.write_at(start.offset.into(), &self.buffer);
        if planted(Bug::AcknowledgedBeforeSync) {
            written.map_err(storage)?;
        } else {
            written
                .and_then(|()| self.current.sync())
                .map_err(storage)?;
        }
        self.tail = Tail {
            place: end,
            batch: self.tail.batch + 1,
        };
        if self.buffer.capacity() > BUFFER_BYTES_KEPT {
            self.buffer = Vec::new();
        }
        Ok(places)
    }

    /// Takes the file of a segment anew, if it is the one that is written to: it was replaced.
    pub(crate) fn reopen(&mut self, number: u32) -> Result<(), Broken> {
        if number == self.tail.place.segment {
            self.current = self.segments.file(number)?;
        }
        Ok(())
    }

    /// Where the end of the buffer will lie.
    fn place_in_buffer(&self, start: Place) -> Result<Place, Broken> {
        let offset = u32::try_from(self.buffer.len())
            .ok()
            .and_then(|at| start.offset.checked_add(at));
        let offset = offset.ok_or(Broken::Misuse {
            what: "a segment of more than 4 GiB",
        })?;
        Ok(Place { offset, ..start })
    }

    /// Opens a new segment with room for `bytes`.
    fn rotate(&mut self, bytes: u64) -> Result<(), Broken> {
        let next = self.tail.place.segment + 1;
        self.segments.make(next, self.tail.batch, bytes)?;
        self.current = self.segments.file(next)?;
        self.current_bytes = self.current.len().map_err(Segments::storage(next))?;
        self.tail.place = Place {
            segment: next,
            ..Place::START
        };
        Ok(())
    }
}

/// A write buffer larger than this is given back after the batch.
const BUFFER_BYTES_KEPT: usize = 8 * 1024 * 1024;

/// Overwrites with zeros what lies behind `tail` in its segment, and syncs.
pub(crate) fn cut(segments: &Segments, tail: Tail, until: u32) -> Result<(), Broken> {
    let file = segments.file(tail.place.segment)?;
    let zeros = vec![0; until.saturating_sub(tail.place.offset) as usize];
    let storage = Segments::storage(tail.place.segment);
    file.write_at(tail.place.offset.into(), &zeros)
        .and_then(|()| file.sync())
        .map_err(storage)
}

/// Makes the last batch that a reading found, from `start` to `end`, as durable as the ones
/// before. Its writer may have stopped (or failed) between write and sync: then it was never
/// acknowledged, and it is readable only because the operating system still has it. From now on
/// it counts as recorded, so it is written again (after a failed sync the system takes its pages
/// for clean) and synced.
pub(crate) fn confirm(segments: &Segments, start: Place, end: Tail) -> Result<(), Broken> {
    let storage = Segments::storage(start.segment);
    let length = end.place.offset.saturating_sub(start.offset) as usize;
    let file = segments.file(start.segment)?;
    let mut batch = vec![0; length];
    file.read_at(start.offset.into(), &mut batch)
        .and_then(|()| file.write_at(start.offset.into(), &batch))
        .and_then(|()| file.sync())
        .map_err(storage)
}

/// An error of the operating system at this file.
pub(super) fn storage_error(file: String) -> impl FnOnce(io::Error) -> Broken {
    move |source| Broken::Storage { file, source }
}

/// Name of a segment's file.
pub(super) fn segment_name(number: u32) -> String {
    format!("log/{number:06}.seg")
}

#[cfg(test)]
mod tests;
