//! The engine's state as bytes: postcard, with a version in front. The bytes of a replay from the
//! first record and those of a restored and continued engine are the same.

use crate::engine::Engine;
use crate::state::State;

/// First bytes of a snapshot: the format and its version.
const MAGIC: &[u8; 8] = b"thrules3";

/// Why a snapshot was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It does not begin like a snapshot of this version.
    #[error("restore rules state: not a snapshot of version 3")]
    Version,
    /// Its bytes do not decode.
    #[error("restore rules state: {0}")]
    Malformed(String),
    /// Bytes are left over at the end.
    #[error("restore rules state: {0} bytes left over")]
    TrailingBytes(usize),
}

impl Engine {
    /// The whole state as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        // Serialising plain data into memory has no way to fail; an empty answer could not be
        // mistaken for a snapshot.
        let body = postcard::to_allocvec(&self.state).unwrap_or_default();
        [MAGIC.as_slice(), &body].concat()
    }

    /// The engine whose state these bytes are.
    ///
    /// # Errors
    /// [`SnapshotError`]; a snapshot is derived data, so the remedy is to replay the ledger.
    pub fn restore(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let body = bytes
            .strip_prefix(MAGIC.as_slice())
            .ok_or(SnapshotError::Version)?;
        let (state, rest) = postcard::take_from_bytes::<State>(body)
            .map_err(|error| SnapshotError::Malformed(error.to_string()))?;
        if rest.is_empty() {
            Ok(Self { state })
        } else {
            Err(SnapshotError::TrailingBytes(rest.len()))
        }
    }
}
