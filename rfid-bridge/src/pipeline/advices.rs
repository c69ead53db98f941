//! The folder of despatch advices, read again when something in it has changed. What cannot be
//! read is told and changes nothing: an expectation is a help, never a condition.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::passages::Passages;
use crate::expect::{AdviceFile, Expected};

/// Largest advice, bytes.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// Between two looks into the folder, ms.
const LOOK_MS: u64 = 2_000;

/// The folder and what was last seen of it.
#[derive(Debug)]
pub(super) struct Advices {
    folder: PathBuf,
    seen: Option<Listing>,
    look_at: u64,
}

impl Advices {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            seen: None,
            look_at: 0,
        }
    }

    /// Looks, when it is time, and takes what has changed.
    pub(super) fn look(&mut self, passages: &mut Passages, now_ms: u64) {
        if now_ms < self.look_at {
            return;
        }
        self.look_at = now_ms + LOOK_MS;
        let folder = self.folder.display();
        let listing = match list(&self.folder) {
            Ok(listing) if self.seen.as_ref() == Some(&listing) => return,
            Ok(listing) => listing,
            Err(error) => {
                tracing::warn!(%folder, %error, "despatch advices cannot be listed");
                return;
            }
        };
        match read(&listing).and_then(|advices| passages.expect(advices)) {
            Ok(()) => tracing::info!(%folder, advices = listing.len(), "despatch advices read"),
            Err(why) => tracing::warn!(%folder, why, "despatch advices are as before"),
        }
        self.seen = Some(listing);
    }
}

/// What lies in the folder: names, sizes, times of change.
type Listing = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// The JSON files of a folder; none where there is no folder.
fn list(folder: &Path) -> io::Result<Listing> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut listing = Vec::new();
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if path.extension().is_none_or(|it| it != "json") {
            continue;
        }
        let metadata = entry.metadata()?;
        listing.push((path, metadata.len(), metadata.modified().ok()));
    }
    listing.sort();
    Ok(listing)
}

/// Reads the advices of a listing.
fn read(listing: &Listing) -> Result<Vec<AdviceFile>, String> {
    let files = listing.iter();
    files.map(|(path, size, _)| read_one(path, *size)).collect()
}

fn read_one(path: &Path, size: u64) -> Result<AdviceFile, String> {
    let wrong = |why: String| format!("{}: {why}", path.display());
    if size > FILE_BYTES_MAX {
        return Err(wrong(format!("{size} bytes are too many")));
    }
    let bytes = fs::read(path).map_err(|error| wrong(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))
}

/// How many advices are in a folder, when the bridge can use them.
///
/// # Errors
/// What is wrong with each that it cannot use; with one of them it takes none.
pub(crate) fn check(folder: &Path) -> Result<usize, Vec<String>> {
    let listing = list(folder).map_err(|error| vec![error.to_string()])?;
    let faults: Vec<String> = listing
        .iter()
        .filter_map(|(path, size, _)| {
            let advice = read_one(path, *size);
            let wrong = |why: String| format!("{}: {why}", path.display());
            let used = |advice| Expected::new(None).replace(vec![advice]).map_err(wrong);
            advice.and_then(used).err()
        })
        .collect();
    if faults.is_empty() {
        Ok(listing.len())
    } else {
        Err(faults)
    }
}
