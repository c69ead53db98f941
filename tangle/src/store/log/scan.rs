//! Reading the log in order from a known place, and deciding about its end: a clean end, an
//! unfinished batch that may be cut, or damage that may not.

use super::{Place, SEGMENT_HEADER_BYTES, Segments, Tail, Written, segment_name};
use crate::error::Broken;
use crate::store::bugs::{Bug, planted};
use crate::store::frame::{self, Frame, FrameKind};

/// A frame with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scanned {
    /// Where it lies.
    pub(crate) at: Written,
    /// What it holds.
    pub(crate) kind: FrameKind,
    /// Its payload.
    pub(crate) payload: Vec<u8>,
}

/// Goes through the log one batch at a time.
#[derive(Debug)]
pub(crate) struct Scan<'a> {
    segments: &'a Segments,
    count: u32,
    tail: Tail,
    segment: Option<(u32, Vec<u8>)>,
    torn_until: Option<u32>,
}

impl<'a> Scan<'a> {
    /// Starts at `from`, which must be the end of a batch.
    pub(crate) fn new(segments: &'a Segments, from: Tail) -> Result<Self, Broken> {
        let count = segments.count()?;
        if from.place.segment >= count {
            let what = "the segment is missing: the log is shorter than what was derived from it";
            return Err(Broken::corrupt(&segment_name(from.place.segment), 0, what));
        }
        Ok(Self {
            segments,
            count,
            tail: from,
            segment: None,
            torn_until: None,
        })
    }

    /// End of the last batch returned, and the number of the next.
    pub(crate) fn tail(&self) -> Tail {
        self.tail
    }

    /// After the last batch: up to which offset of the last segment an unfinished batch lies
    /// behind the tail. `None` if the log ends cleanly.
    pub(crate) fn torn_until(&self) -> Option<u32> {
        self.torn_until
    }

    /// The next batch; `None` at the end of the log.
    pub(crate) fn next_batch(&mut self) -> Result<Option<Vec<Scanned>>, Broken> {
        loop {
            let (number, bytes) = self.load()?;
            match read_batch(&bytes, number, self.tail) {
                Some((batch, tail)) => {
                    self.tail = tail;
                    self.segment = Some((number, bytes));
                    return Ok(Some(batch));
                }
                None if self.tail.place.segment + 1 == self.count => {
                    self.torn_until = judge_end(&bytes, self.tail)?;
                    self.segment = Some((number, bytes));
                    return Ok(None);
                }
                None => {
                    check_zero(&bytes, self.tail.place)?;
                    self.tail.place = Place {
                        segment: self.tail.place.segment + 1,
                        ..Place::START
                    };
                }
            }
        }
    }

    /// The bytes of the segment the tail is in.
    fn load(&mut self) -> Result<(u32, Vec<u8>), Broken> {
        let number = self.tail.place.segment;
        if let Some(loaded) = self.segment.take().filter(|(loaded, _)| *loaded == number) {
            return Ok(loaded);
        }
        let (length, first_batch) = self.segments.check_header(number)?;
        let starts = self.tail.place.offset == SEGMENT_HEADER_BYTES;
        if starts && first_batch != self.tail.batch || first_batch > self.tail.batch {
            let what = format!(
                "the segment starts with batch {first_batch}, not {}",
                self.tail.batch
            );
            return Err(Broken::corrupt(&segment_name(number), 48, what));
        }
        if length < u64::from(self.tail.place.offset) {
            let what = "the file is shorter than what was derived from it";
            return Err(Broken::corrupt(&segment_name(number), length, what));
        }
        let length = usize::try_from(length)
            .ok()
            .filter(|bytes| u32::try_from(*bytes).is_ok());
        let length = length.ok_or_else(|| {
            Broken::corrupt(
                &segment_name(number),
                u32::MAX.into(),
                "the segment is over 4 GiB",
            )
        })?;
        let mut bytes = vec![0; length];
        let file = self.segments.file(number)?;
        file.read_at(0, &mut bytes)
            .map_err(Segments::storage(number))?;
        Ok((number, bytes))
    }
}

/// The whole batch behind `tail`, if it is there.
fn read_batch(bytes: &[u8], segment: u32, tail: Tail) -> Option<(Vec<Scanned>, Tail)> {
    let mut batch = Vec::new();
    let mut place = tail.place;
    loop {
        let frame = frame_at(bytes, place)?;
        let expected = u32::try_from(batch.len()).ok()?;
        if frame.turn.batch != tail.batch || frame.turn.ordinal != expected {
            return None;
        }
        let room = u32::try_from(frame.room).ok()?;
        batch.push(Scanned {
            at: Written { place, room },
            kind: frame.kind,
            payload: frame.payload.to_vec(),
        });
        place = Place {
            segment,
            offset: place.offset.checked_add(room)?,
        };
        if expected.checked_add(1)? == frame.turn.count {
            return Some((
                batch,
                Tail {
                    place,
                    batch: tail.batch + 1,
                },
            ));
        }
    }
}

fn frame_at(bytes: &[u8], place: Place) -> Option<Frame<'_>> {
    frame::read(bytes.get(usize::try_from(place.offset).ok()?..)?, place)
}

/// What lies behind the last whole batch of the last segment: nothing (`None`), or an unfinished
/// batch up to the returned offset. A sound frame of a later batch, or any byte behind the place
/// where the batch behind the tail ends, shows that it was finished once: then it is damage.
fn judge_end(bytes: &[u8], tail: Tail) -> Result<Option<u32>, Broken> {
    let start = usize::try_from(tail.place.offset).unwrap_or(usize::MAX);
    let rest = bytes.get(start..).unwrap_or_default();
    let Some(last) = rest.iter().rposition(|byte| *byte != 0) else {
        return Ok(None);
    };
    let end = u32::try_from(start + last + 1).unwrap_or(u32::MAX);
    if let Some(until) = extent(bytes, tail).filter(|until| *until < end) {
        let what = format!(
            "batch {} is damaged: it ends at {until}, and bytes follow it",
            tail.batch
        );
        let name = segment_name(tail.place.segment);
        return Err(Broken::corrupt(&name, tail.place.offset.into(), what));
    }
    let mut offset = tail.place.offset;
    while let Some(rest) = usize::try_from(offset).ok().and_then(|at| bytes.get(at..)) {
        if rest.is_empty() {
            break;
        }
        let place = Place {
            offset,
            ..tail.place
        };
        let frame = rest
            .starts_with(&frame::MAGIC)
            .then(|| frame::read(rest, place))
            .flatten();
        let later = frame.filter(|frame| frame.turn.batch > tail.batch);
        if let Some(later) = later.filter(|_| !planted(Bug::CutInTheMiddle)) {
            let what = format!(
                "batch {} is damaged: a sound frame of batch {} follows at {offset}",
                tail.batch, later.turn.batch
            );
            let name = segment_name(tail.place.segment);
            return Err(Broken::corrupt(&name, tail.place.offset.into(), what));
        }
        offset = offset.saturating_add(8);
    }
    Ok(Some(end))
}

/// Where the batch behind `tail` ends by its headers; `None` if one of them cannot be read. Only
/// headers that follow one another are believed: what looks like one inside a payload is content.
fn extent(bytes: &[u8], tail: Tail) -> Option<u32> {
    let mut offset = tail.place.offset;
    for ordinal in 0.. {
        let header = frame::header(bytes.get(usize::try_from(offset).ok()?..)?)?;
        if header.turn.batch != tail.batch || header.turn.ordinal != ordinal {
            return None;
        }
        offset = offset.checked_add(u32::try_from(header.room).ok()?)?;
        if ordinal.checked_add(1)? == header.turn.count {
            return Some(offset);
        }
    }
    None
}

/// A segment that is followed by another ends with zeros.
fn check_zero(bytes: &[u8], tail: Place) -> Result<(), Broken> {
    let start = usize::try_from(tail.offset).unwrap_or(usize::MAX);
    let rest = bytes.get(start..).unwrap_or_default();
    match rest.iter().position(|byte| *byte != 0) {
        Some(at) => {
            let what = "there is no sound batch, and later segments follow";
            let at = (start + at) as u64;
            Err(Broken::corrupt(&segment_name(tail.segment), at, what))
        }
        None => Ok(()),
    }
}
