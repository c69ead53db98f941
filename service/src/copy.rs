//! Copying a node, running or stopped: its ledger, and unless only that is asked for its keys and
//! its API keys. The ledger's copy gets its name last, so a directory in which copying was cut
//! short is no node; and the secrets are copied after the ledger, so that no author of a block in
//! the copy lacks its key.
use std::fs;
use std::io;
use std::path::Path;

use tangle::{Broken, Copied, Reader};

use crate::keys::{DataDir, make_private_dir};
use crate::store::{Store, StoreError};

/// What to copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Copying {
    /// Leave out keys and API keys: the copy can be read and checked, but not go on recording.
    pub ledger_only: bool,
    /// End with the latest checkpoint, so that everything in the copy is final.
    pub snapshot: bool,
}

/// Why a node could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The target holds a node.
    #[error("{0} already holds a node")]
    Exists(String),
    /// The ledger failed: the one copied, or the copy.
    #[error("copying the ledger")]
    Ledger(#[from] Broken),
    /// The API keys could not be copied.
    #[error("copying the API keys")]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("copying {0}")]
    Io(String, #[source] io::Error),
}

/// Copies a node from `from` into `to`, durably. `store` is its open database of API keys, `None`
/// where there is none.
///
/// # Errors
/// [`CopyError`]; what was copied until then is left, and can be copied over.
pub fn copy(
    reader: &Reader,
    store: Option<&Store>,
    from: &DataDir,
    to: &DataDir,
    what: Copying,
) -> Result<Copied, CopyError> {
    if to.ledger().exists() {
        return Err(CopyError::Exists(to.root().display().to_string()));
    }
    let at = |path: &Path| {
        let path = path.display().to_string();
        move |error| CopyError::Io(path, error)
    };
    make_private_dir(to.root()).map_err(at(to.root()))?;
    let part = to.root().join("ledger.part");
    match fs::remove_dir_all(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&part)(error)),
        _ => {}
    }
    let copied = if what.snapshot {
        reader.snapshot(&part)
    } else {
        reader.backup(&part)
    }?;
    if !what.ledger_only {
        copy_keys(from, to)?;
        if let Some(store) = store {
            store.copy_to(&to.store())?;
        }
        copy_accesses(from, to)?;
    }
    let named = fs::rename(&part, to.ledger()).and_then(|()| sync_dir(to.root()));
    named.map_err(at(&to.ledger()))?;
    if let Some(parent) = to.root().parent().filter(|it| !it.as_os_str().is_empty()) {
        sync_dir(parent).map_err(at(parent))?;
    }
    Ok(copied)
}

/// The key files, with the permissions they have.
fn copy_keys(from: &DataDir, to: &DataDir) -> Result<(), CopyError> {
    let keys = from.keys();
    let at = |error| CopyError::Io(keys.display().to_string(), error);
    make_private_dir(&to.keys()).map_err(at)?;
    for entry in fs::read_dir(&keys).map_err(at)? {
        let path = entry.map_err(at)?.path();
        // Files being written have another ending.
        let is_seed = path
            .extension()
            .is_some_and(|it| it == "seed" || it == "note");
        if let Some(name) = path.file_name().filter(|_| is_seed) {
            let target = to.keys().join(name);
            fs::copy(&path, &target)
                .and_then(|_bytes| fs::File::open(&target)?.sync_all())
                .map_err(|error| CopyError::Io(path.display().to_string(), error))?;
        }
    }
    sync_dir(&to.keys()).map_err(at)
}

/// The access log as it is now; a line that is being written is cut off when the copy is opened.
fn copy_accesses(from: &DataDir, to: &DataDir) -> Result<(), CopyError> {
    let (from, to) = (from.accesses(), to.accesses());
    if !from.is_dir() {
        return Ok(());
    }
    let at = |error| CopyError::Io(from.display().to_string(), error);
    make_private_dir(&to).map_err(at)?;
    for entry in fs::read_dir(&from).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if let Some(name) = path.file_name() {
            let target = to.join(name);
            fs::copy(&path, &target)
                .and_then(|_bytes| fs::File::open(&target)?.sync_all())
                .map_err(at)?;
        }
    }
    sync_dir(&to).map_err(at)
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    fs::File::open(dir)?.sync_all()
}
