//! Ways into the store's own readers for `testing::raw`, which fuzzes them.

use std::sync::Arc;

use tangle_verify::NetworkId;

use super::erase;
use super::files::Files;
use super::index;
use super::log::{Scan, Segments, Tail};
use super::mark::Clean;
use crate::error::Broken;

pub(crate) fn scan(files: Arc<dyn Files>, network: NetworkId) -> Result<(usize, usize), Broken> {
    let segments = Segments::new(files, network, 0);
    let mut scan = Scan::new(&segments, Tail::START)?;
    let (mut frames, mut bytes) = (0, 0);
    while let Some(batch) = scan.next_batch()? {
        frames += batch.len();
        bytes += batch.iter().map(|frame| frame.payload.len()).sum::<usize>();
    }
    Ok((frames, bytes))
}

pub(crate) fn page(bytes: &[u8]) -> Option<usize> {
    let (key, value) = bytes.split_first_chunk::<8>()?;
    index::raw_page(u64::from_le_bytes(*key), value)
}

pub(crate) fn sealed_page(key: u64, body: &[u8]) -> Vec<u8> {
    let mut bytes = key.to_le_bytes().to_vec();
    bytes.extend(index::raw_sealed(key, body));
    bytes
}

pub(crate) fn erasure(bytes: &[u8]) -> Option<usize> {
    Some(erase::decode(bytes).ok()?.len())
}

pub(crate) fn clean(bytes: &[u8]) -> bool {
    Clean::from_text(bytes).is_some_and(|clean| clean.to_text().as_bytes() == bytes)
}
