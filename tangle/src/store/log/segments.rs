//! The segment files: their names, their headers, making a new one, and reading a frame at a
//! place from any thread.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use tangle_verify::NetworkId;

use super::{Place, SEGMENT_HEADER_BYTES, segment_name, storage_error};
use crate::error::Broken;
use crate::store::files::{File, Files};
use crate::store::frame::{self, FrameKind};

const MAGIC: [u8; 8] = *b"TNGLSEG1";

/// The segments of one log. Shared by the writer and all readers.
#[derive(Debug)]
pub(crate) struct Segments {
    files: Arc<dyn Files>,
    network: NetworkId,
    segment_bytes: u32,
    open: RwLock<BTreeMap<u32, Arc<dyn File>>>,
}

impl Segments {
    /// The segments in `files`; new ones get `segment_bytes`.
    pub(crate) fn new(files: Arc<dyn Files>, network: NetworkId, segment_bytes: u32) -> Self {
        Self {
            files,
            network,
            segment_bytes,
            open: RwLock::default(),
        }
    }

    /// How many segments there are. Refuses a log whose numbers have a gap.
    pub(crate) fn count(&self) -> Result<u32, Broken> {
        let names = self
            .files
            .list("log")
            .map_err(storage_error("log".into()))?;
        let mut count = 0;
        for name in names.iter().filter(|name| has_ending(name, "seg")) {
            let wanted = segment_name(count);
            if wanted.strip_prefix("log/") != Some(name) {
                let what = format!("the segment is missing, {name} is there");
                return Err(Broken::corrupt(&wanted, 0, what));
            }
            count += 1;
        }
        Ok(count)
    }

    /// Removes files that a crash left half made.
    pub(crate) fn sweep(&self) -> Result<(), Broken> {
        let failed = || storage_error("log".into());
        for name in self.files.list("log").map_err(failed())? {
            if has_ending(&name, "new") {
                self.files
                    .remove(&format!("log/{name}"))
                    .map_err(failed())?;
            }
        }
        Ok(())
    }

    /// Returns when the names of the segments are durable.
    pub(crate) fn sync_folder(&self) -> Result<(), Broken> {
        let synced = self.files.sync_dir("log");
        synced.map_err(storage_error("log".into()))
    }

    /// The open file of a segment.
    pub(crate) fn file(&self, number: u32) -> Result<Arc<dyn File>, Broken> {
        let known = self
            .open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&number)
            .cloned();
        if let Some(file) = known {
            return Ok(file);
        }
        let name = segment_name(number);
        let file = self.files.open(&name).map_err(Self::storage(number))?;
        let file = file.ok_or_else(|| Broken::corrupt(&name, 0, "the segment is missing"))?;
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(open.entry(number).or_insert(file)))
    }

    /// Turns an I/O error at this segment into ours.
    pub(crate) fn storage(number: u32) -> impl FnOnce(io::Error) -> Broken + use<> {
        storage_error(segment_name(number))
    }

    /// Makes a segment with room for at least `bytes` of frames; durable on return.
    pub(crate) fn make(&self, number: u32, first_batch: u64, bytes: u64) -> Result<(), Broken> {
        let name = segment_name(number);
        let fresh = format!("{name}.new");
        let length = u64::from(self.segment_bytes).max(bytes + u64::from(SEGMENT_HEADER_BYTES));
        let header = self.header(number, first_batch, length);
        let make = || {
            let file = self.files.create(&fresh)?;
            file.set_len(length)?;
            file.write_at(0, &header)?;
            file.sync()?;
            self.files.rename(&fresh, &name)?;
            self.files.sync_dir("log")
        };
        make().map_err(Self::storage(number))
    }

    /// Puts other bytes in the place of a segment's, in one step; durable on return. Who has the
    /// old file still reads the old bytes.
    pub(crate) fn replace(&self, number: u32, bytes: &[u8]) -> Result<(), Broken> {
        let name = segment_name(number);
        let fresh = format!("{name}.new");
        let replace = || {
            let file = self.files.create(&fresh)?;
            file.write_at(0, bytes)?;
            file.sync()?;
            self.files.rename(&fresh, &name)?;
            self.files.sync_dir("log")?;
            Ok(file)
        };
        let file = replace().map_err(Self::storage(number))?;
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.insert(number, file);
        Ok(())
    }

    /// Checks the header of a segment; returns its length in bytes and its first batch.
    pub(crate) fn check_header(&self, number: u32) -> Result<(u64, u64), Broken> {
        let name = segment_name(number);
        let file = self.file(number)?;
        let length = file.len().map_err(Self::storage(number))?;
        if length < u64::from(SEGMENT_HEADER_BYTES) {
            return Err(Broken::corrupt(
                &name,
                length,
                "the file ends in the segment header",
            ));
        }
        let mut found = [0; SEGMENT_HEADER_BYTES as usize];
        file.read_at(0, &mut found).map_err(Self::storage(number))?;
        let batch = found
            .get(48..56)
            .and_then(|bytes| bytes.first_chunk().copied());
        let batch = u64::from_le_bytes(batch.unwrap_or_default());
        let wanted = self.header(number, batch, length);
        match (0..)
            .zip(wanted.iter().zip(found))
            .find(|(_, (wanted, found))| *wanted != found)
        {
            Some((at, _)) => {
                let what = "the segment header is not that of this network, place and length";
                Err(Broken::corrupt(&name, at, what))
            }
            None => Ok((length, batch)),
        }
    }

    /// The payload of the frame at `place`, checked; `room` is what it takes in the file.
    pub(crate) fn read(&self, place: Place, room: u32) -> Result<(FrameKind, Vec<u8>), Broken> {
        let corrupt =
            |what| Broken::corrupt(&segment_name(place.segment), place.offset.into(), what);
        let mut bytes = self.raw(place, room)?;
        let found = frame::read(&bytes, place).filter(|frame| frame.room == bytes.len());
        let found = found.ok_or_else(|| corrupt("there is no sound frame"))?;
        let (kind, length) = (found.kind, found.payload.len());
        bytes.truncate(frame::HEADER_BYTES + length);
        bytes.drain(..frame::HEADER_BYTES);
        Ok((kind, bytes))
    }

    /// The bytes at `place`, unchecked.
    pub(crate) fn raw(&self, place: Place, room: u32) -> Result<Vec<u8>, Broken> {
        let corrupt =
            |what| Broken::corrupt(&segment_name(place.segment), place.offset.into(), what);
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        if room > frame::ROOM_BYTES_MAX {
            return Err(corrupt("the index gives the frame an impossible length"));
        }
        let mut bytes = vec![0; room];
        let read = self
            .file(place.segment)?
            .read_at(place.offset.into(), &mut bytes);
        match read {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(corrupt("the file ends in the frame"))
            }
            Err(error) => Err(Self::storage(place.segment)(error)),
        }
    }

    fn header(&self, number: u32, first_batch: u64, length: u64) -> Vec<u8> {
        let mut header = Vec::with_capacity(SEGMENT_HEADER_BYTES as usize);
        header.extend(MAGIC);
        header.extend(number.to_le_bytes());
        header.extend([0; 4]);
        header.extend(self.network.as_bytes());
        header.extend(first_batch.to_le_bytes());
        header.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        header.extend(crc32c::crc32c(&header).to_le_bytes());
        header
    }
}

/// Names are ours and lower case.
fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, found)| found == ending)
}
