//! Copying a ledger while it goes on: the segments up to where the log was durable when the copy
//! began, the signed checkpoint, the genesis. The index is left out; it is derived, and the first
//! opening of the copy makes it. A **snapshot** is such a copy that ends with the milestone of
//! the latest checkpoint, so that everything in it is final.

use std::path::Path;
use std::sync::Arc;

use super::cosigned::{self, WITNESSED};
use super::files::{Directory, Files, write_whole};
use super::frame::{self, FrameKind};
use super::log::{Place, SEGMENT_HEADER_BYTES, Scan, Segments, Tail, segment_name};
use super::reader::Reader;
use super::shared::Signed;
use super::tangle::storage;
use super::{CHECKPOINT, CHECKPOINT_KEYS, GENESIS};
use crate::error::Broken;

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Copied {
    /// Blocks.
    pub blocks: u64,
    /// Milestones.
    pub milestones: u64,
    /// Segments of the log.
    pub segments: u32,
    /// Bytes of all files.
    pub bytes: u64,
    /// Leaves that the copied checkpoint covers.
    pub leaves: u64,
}

impl Reader {
    /// Copies the ledger into `dir`, which may exist but must not hold one, while its writer goes
    /// on. The copy has everything that was durable when this was called, is read back whole, and
    /// is durable on return. Items erased from the ledger meanwhile are erased in the copy.
    pub fn backup(&self, dir: &Path) -> Result<Copied, Broken> {
        let files = Directory::create(dir).map_err(storage("."))?;
        let _lock = files.lock().map_err(storage("."))?;
        let files: Arc<dyn Files> = Arc::new(files);
        self.backup_over(&files)
    }

    /// As [`Reader::backup`], into any files.
    pub fn backup_over(&self, to: &Arc<dyn Files>) -> Result<Copied, Broken> {
        // The checkpoint first: the log reaches at least as far whenever it is looked at.
        let view = self.shared.view();
        self.copy(to, view.tail, view.signed.as_deref())
    }

    /// Copies the ledger up to its latest checkpoint into `dir`: what is recorded after the
    /// milestone that the checkpoint covers is left out.
    pub fn snapshot(&self, dir: &Path) -> Result<Copied, Broken> {
        let files = Directory::create(dir).map_err(storage("."))?;
        let _lock = files.lock().map_err(storage("."))?;
        let files: Arc<dyn Files> = Arc::new(files);
        self.snapshot_over(&files)
    }

    /// As [`Reader::snapshot`], into any files.
    pub fn snapshot_over(&self, to: &Arc<dyn Files>) -> Result<Copied, Broken> {
        let signed = self.shared.view().signed.ok_or(Broken::Misuse {
            what: "there is no checkpoint to make a snapshot of",
        })?;
        let last = signed.checkpoint.size.checked_sub(1);
        let milestone = last.map(|leaf| self.milestone_of_leaf(leaf)).transpose()?;
        let row = milestone.ok_or(Broken::Misuse {
            what: "the checkpoint covers nothing",
        })?;
        let (place, room) = (row.place, row.room);
        let bytes = self.shared.segments.raw(place, room)?;
        let found = frame::read(&bytes, place).map(|frame| frame.turn.batch);
        let name = segment_name(place.segment);
        let gone = || Broken::corrupt(&name, place.offset.into(), "there is no sound frame");
        let tail = Tail {
            place: Place {
                offset: place.offset + room,
                ..place
            },
            batch: found.ok_or_else(gone)? + 1,
        };
        self.copy(to, tail, Some(&signed))
    }

    fn copy(
        &self,
        to: &Arc<dyn Files>,
        tail: Tail,
        signed: Option<&Signed>,
    ) -> Result<Copied, Broken> {
        for name in [GENESIS, &segment_name(0)] {
            if to.open(name).map_err(storage(name))?.is_some() {
                return Err(Broken::Exists);
            }
        }
        let mut copied = Copied {
            segments: tail.place.segment + 1,
            ..Copied::default()
        };
        for number in 0..copied.segments {
            copied.bytes += self.copy_segment(to.as_ref(), number, tail)?;
        }
        to.sync_dir("log").map_err(storage("log"))?;
        self.read_back(to, tail, &mut copied)?;
        if let Some(signed) = signed {
            let keys: Vec<_> = signed.keys.iter().map(ToString::to_string).collect();
            let keys = keys.join("\n") + "\n";
            for (name, text) in [(CHECKPOINT_KEYS, &keys), (CHECKPOINT, &signed.note)] {
                write_whole(to.as_ref(), name, text.as_bytes()).map_err(storage(name))?;
                copied.bytes += text.len() as u64;
            }
            copied.leaves = signed.checkpoint.size;
        }
        let witnessed = self.shared.view().witnessed;
        if let Some(witnessed) = witnessed.filter(|it| it.checkpoint.size <= copied.leaves) {
            let text = cosigned::to_text(&witnessed);
            write_whole(to.as_ref(), WITNESSED, text.as_bytes()).map_err(storage(WITNESSED))?;
            copied.bytes += text.len() as u64;
        }
        // Its presence says that the rest is complete.
        let genesis = self.genesis().to_bytes();
        write_whole(to.as_ref(), GENESIS, &genesis).map_err(storage(GENESIS))?;
        copied.bytes += genesis.len() as u64;
        Ok(copied)
    }

    /// Copies one segment, with zeros behind the tail. Copies again if the segment was replaced
    /// meanwhile, which is how items are erased.
    fn copy_segment(&self, to: &dyn Files, number: u32, tail: Tail) -> Result<u64, Broken> {
        let name = segment_name(number);
        loop {
            let file = self.shared.segments.file(number)?;
            let length = file.len().map_err(storage(&name))?;
            let size = usize::try_from(length).unwrap_or(usize::MAX);
            let mut bytes = vec![0; size];
            file.read_at(0, &mut bytes).map_err(storage(&name))?;
            if number == tail.place.segment {
                let end = usize::try_from(tail.place.offset).unwrap_or(usize::MAX);
                bytes.get_mut(end..).unwrap_or_default().fill(0);
            }
            let put = || {
                let copy = to.create(&name)?;
                copy.write_at(0, &bytes)?;
                copy.sync()
            };
            put().map_err(storage(&name))?;
            if Arc::ptr_eq(&file, &self.shared.segments.file(number)?) {
                return Ok(length);
            }
        }
    }

    /// Reads the copy from its first byte.
    fn read_back(
        &self,
        to: &Arc<dyn Files>,
        tail: Tail,
        copied: &mut Copied,
    ) -> Result<(), Broken> {
        let segments = Segments::new(Arc::clone(to), *self.network(), SEGMENT_HEADER_BYTES);
        let mut scan = Scan::new(&segments, Tail::START)?;
        while let Some(batch) = scan.next_batch()? {
            let of = |kind| batch.iter().filter(|frame| frame.kind == kind).count() as u64;
            copied.blocks += of(FrameKind::Block);
            copied.milestones += of(FrameKind::Milestone);
        }
        if scan.tail() == tail {
            return Ok(());
        }
        let place = scan.tail().place;
        let what = "the copy ends here, the ledger does not";
        Err(Broken::corrupt(
            &segment_name(place.segment),
            place.offset.into(),
            what,
        ))
    }
}
