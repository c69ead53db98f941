//! The readers of the store that are nobody's business outside, opened for fuzzing: they read what
//! a disk returns, and a disk may return anything.

use std::sync::Arc;

use tangle_verify::NetworkId;

use super::disk::Disk;
use crate::store::files::{File, Files};
use crate::store::raw;

/// Reads `bytes` as the only segment of a log of this network, from its first byte to its end.
/// Gives the number of frames and of payload bytes, or `None` where damage was found.
pub fn segment(bytes: &[u8], network: NetworkId) -> Option<(usize, usize)> {
    let files: Arc<dyn Files> = Arc::new(Disk::new());
    let put = |file: Arc<dyn File>| file.write_at(0, bytes);
    files.create("log/000000.seg").and_then(put).ok()?;
    raw::scan(files, network).ok()
}

/// Reads `bytes` as one page of the index: 8 bytes of its key, then the value as redb gives it.
/// With a page that is whole, the entries found in it under `key`'s low half; `None` otherwise.
pub fn page(bytes: &[u8]) -> Option<usize> {
    raw::page(bytes)
}

/// The stored value of a page of the index with this key and body.
pub fn sealed_page(key: u64, body: &[u8]) -> Vec<u8> {
    raw::sealed_page(key, body)
}

/// Reads `bytes` as the record of an erasure; gives the blocks named in it.
pub fn erasure(bytes: &[u8]) -> Option<usize> {
    raw::erasure(bytes)
}

/// Reads `bytes` as the marker of a clean close.
pub fn clean(bytes: &[u8]) -> bool {
    raw::clean(bytes)
}
