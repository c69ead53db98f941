//! Answers to requests that came with an `Idempotency-Key`: the same key and request give the
//! same answer again, the same key with another request is refused. Remembered per API key, for
//! [`crate::limits::IDEMPOTENCY_KEEP_MS`].
use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

use redb::{ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::limits::IDEMPOTENCY_KEEP_MS;

/// `"{api key id}/{idempotency key}"` -> record.
pub(super) const TABLE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("idempotency");

/// An answer that can be given again.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Location` header, if there was one.
    pub location: Option<String>,
    /// Body, JSON text.
    pub body: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Record {
    at_ms: i64,
    request: String,
    answer: Answer,
}

/// What is remembered under a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Remembered {
    /// Nothing (any more).
    Nothing,
    /// The same request was answered so.
    Same(Answer),
    /// Another request was.
    Other,
}

/// Fingerprint of a request: its method, path and body.
pub fn fingerprint(method: &str, path: &str, body: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_derive_key("theriac idempotent request v1");
    for part in [method.as_bytes(), path.as_bytes(), body] {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(&length.to_le_bytes()).update(part);
    }
    hasher.finalize()
}

/// The right to carry out the request of one key; given back when dropped.
#[derive(Debug)]
pub struct Claim {
    store: Store,
    key: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.store.claims().remove(&self.key);
    }
}

impl Store {
    /// Claims a key; `None` while another request holds it.
    pub fn claim(&self, key: &str) -> Option<Claim> {
        let claimed = self.claims().insert(key.to_owned());
        claimed.then(|| Claim {
            store: self.clone(),
            key: key.to_owned(),
        })
    }

    fn claims(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was answered to a request with this key.
    pub fn remembered(
        &self,
        key: &str,
        request: &blake3::Hash,
        now_ms: i64,
    ) -> Result<Remembered, StoreError> {
        let bytes = self.with(|database| {
            let table = database.begin_read()?.open_table(TABLE)?;
            Ok(table.get(key)?.map(|bytes| bytes.value().to_vec()))
        })?;
        let Some(bytes) = bytes else {
            return Ok(Remembered::Nothing);
        };
        let record: Record =
            serde_json::from_slice(&bytes).map_err(|source| StoreError::Record {
                table: "idempotency",
                source,
            })?;
        Ok(
            if now_ms.saturating_sub(record.at_ms) > IDEMPOTENCY_KEEP_MS {
                Remembered::Nothing
            } else if record.request == request.to_hex().as_str() {
                Remembered::Same(record.answer)
            } else {
                Remembered::Other
            },
        )
    }

    /// Remembers an answer, durably.
    pub fn remember(
        &self,
        key: &str,
        request: &blake3::Hash,
        answer: &Answer,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let unwritable = |source| StoreError::Record {
            table: "idempotency",
            source,
        };
        let record = Record {
            at_ms: now_ms,
            request: request.to_hex().to_string(),
            answer: answer.clone(),
        };
        let bytes = serde_json::to_vec(&record).map_err(unwritable)?;
        self.with(|database| {
            let write = database.begin_write()?;
            write.open_table(TABLE)?.insert(key, bytes.as_slice())?;
            Ok(write.commit()?)
        })
    }

    /// Forgets answers that are too old; returns how many.
    pub fn forget_old_answers(&self, now_ms: i64) -> Result<usize, StoreError> {
        self.with(|database| {
            let write = database.begin_write()?;
            let mut old = Vec::new();
            {
                let mut table = write.open_table(TABLE)?;
                for row in table.iter()? {
                    let (key, bytes) = row?;
                    let record: Result<Record, _> = serde_json::from_slice(bytes.value());
                    let at_ms = record.map_or(i64::MIN, |record| record.at_ms);
                    if now_ms.saturating_sub(at_ms) > IDEMPOTENCY_KEEP_MS {
                        old.push(key.value().to_owned());
                    }
                }
                for key in &old {
                    table.remove(key.as_str())?;
                }
            }
            write.commit()?;
            Ok(old.len())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_again_to_the_same_request_only_and_not_for_ever() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("node.redb"), [7; 32]).unwrap();
        let first = fingerprint("POST", "/epcis/capture", b"{}");
        let other = fingerprint("POST", "/epcis/capture", b"{ }");
        let answer = Answer {
            status: 202,
            location: Some("/x".to_owned()),
            body: String::new(),
        };
        assert_eq!(
            store.remembered("k/1", &first, 0).unwrap(),
            Remembered::Nothing
        );
        store.remember("k/1", &first, &answer, 0).unwrap();
        assert_eq!(
            store.remembered("k/1", &first, 9).unwrap(),
            Remembered::Same(answer)
        );
        assert_eq!(
            store.remembered("k/1", &other, 9).unwrap(),
            Remembered::Other
        );
        assert_eq!(
            store.remembered("k/2", &first, 9).unwrap(),
            Remembered::Nothing
        );
        let late = IDEMPOTENCY_KEEP_MS + 1;
        assert_eq!(
            store.remembered("k/1", &first, late).unwrap(),
            Remembered::Nothing
        );
        assert_eq!(store.forget_old_answers(late).unwrap(), 1);
    }

    #[test]
    fn the_fingerprint_keeps_the_parts_apart() {
        assert_ne!(
            fingerprint("POST", "/a", b"b"),
            fingerprint("POST", "/ab", b"")
        );
    }
}
