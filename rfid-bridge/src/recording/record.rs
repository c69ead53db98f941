//! Recording beside the work: a thread between the sources and the line writes down what goes by,
//! into one file whichever configuration the sources are of. When the file is full or the disk
//! fails it says so and only hands on, because a recording is a help and never a condition.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use tokio::sync::mpsc;

use super::{Item, RecordingError, Room, Writer};
use crate::reader::clock::Clock;
use crate::source::Told;

/// `[record]`: write down what the sources tell.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordEntry {
    /// File to write; must not exist.
    pub file: PathBuf,
    /// Bytes after which it is full; 268,435,456 unless set.
    pub bytes_max: Option<u64>,
}

/// Bytes of a recording unless set.
pub const BYTES_MAX: u64 = 256 << 20;
/// Messages between the recorder and the line.
const BETWEEN: usize = 16;

/// One recording, for as long as the bridge runs.
#[derive(Debug, Clone)]
pub struct Recorder(Arc<Mutex<Open>>);

/// The file, while there is room in it.
#[derive(Debug)]
struct Open(Option<Writer>);

impl Recorder {
    /// Begins the file.
    ///
    /// # Errors
    /// [`RecordingError`].
    pub fn begin(entry: &RecordEntry) -> Result<Self, RecordingError> {
        let bytes_max = entry.bytes_max.unwrap_or(BYTES_MAX);
        let writer = Writer::create(&entry.file, bytes_max)?;
        Ok(Self(Arc::new(Mutex::new(Open(Some(writer))))))
    }

    /// Listens to what goes through a channel; what comes out is what went in. `names` are those
    /// of the sources.
    pub fn tap(
        &self,
        names: Vec<String>,
        clock: Clock,
        mut from: mpsc::Receiver<Told>,
    ) -> mpsc::Receiver<Told> {
        let (to, out) = mpsc::channel(BETWEEN);
        let open = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || {
            while let Some(told) = from.blocking_recv() {
                let name = names.get(told.source).map_or("", String::as_str);
                let idle = from.is_empty();
                let item = Item::of(name, &told.heard, clock.now());
                open.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .note(item, idle);
                if to.blocking_send(told).is_err() {
                    break;
                }
            }
        });
        out
    }
}

impl Open {
    /// Writes an item down while there is room; with `flush` down to the file.
    fn note(&mut self, item: Item, flush: bool) {
        let Some(writer) = &mut self.0 else {
            return;
        };
        let mut written = writer.write(item);
        if flush && matches!(written, Ok(Room::More)) {
            written = writer.flush().map(|()| Room::More);
        }
        match written {
            Ok(Room::More) => return,
            Ok(Room::Full) => tracing::warn!("the recording is full; the bridge goes on without"),
            Err(error) => tracing::warn!(%error, "the recording ends here; the bridge goes on"),
        }
        self.0 = None;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.0.take().map(|mut writer| writer.end("stopped")) {
            tracing::warn!(%error, "the end of the recording is not written");
        }
    }
}
