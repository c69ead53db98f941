//! Letters on their way in: what they say, what they are called, and whether they were taken
//! before.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Line;
use crate::payload::{self, Decoded, Message};
use crate::pipeline::RunError;
use crate::source::{Letter, Receipt};
use crate::spool::keep::LetterName;

/// A letter that was read.
pub(super) type Opened = (usize, Receipt, Result<(LetterName, Decoded), String>, bool);

impl Line {
    /// Reads a letter. The name is sure when the letter names itself, or its sender says that it
    /// came before.
    pub(super) fn open(&self, source: usize, letter: Letter) -> Opened {
        let place = self
            .passages
            .place(source)
            .map_or("", |place| place.name.as_str());
        let format = self.formats.get(source).and_then(Option::as_ref);
        let message = Message {
            topic: &letter.topic,
            body: &letter.body,
            at: letter.at,
        };
        let decoded = match format {
            Some(format) => payload::decode(format, message).map_err(|error| error.to_string()),
            None => Err("this source has no format".to_owned()),
        };
        if let Err(why) = &decoded {
            let start: String = String::from_utf8_lossy(&letter.body)
                .chars()
                .take(120)
                .collect();
            tracing::warn!(
                source = place,
                topic = letter.topic,
                why,
                start,
                "unreadable letter"
            );
        }
        let is_sure = letter.again || decoded.as_ref().is_ok_and(|it| it.id.is_some());
        let read = decoded.map(|decoded| (name(place, &letter, decoded.id.as_deref()), decoded));
        (source, letter.receipt, read, is_sure)
    }

    /// Those of the letters that were taken in an earlier turn.
    pub(super) async fn known(&self, opened: &[Opened]) -> Result<BTreeSet<LetterName>, RunError> {
        let names: Vec<LetterName> = opened
            .iter()
            .filter_map(|(_, _, read, is_sure)| {
                let (name, _) = read.as_ref().ok()?;
                is_sure.then_some(*name)
            })
            .collect();
        if names.is_empty() {
            return Ok(BTreeSet::new());
        }
        let spool = Arc::clone(&self.spool);
        let (names, seen) = tokio::task::spawn_blocking(move || {
            let seen = spool.seen(&names);
            (names, seen)
        })
        .await
        .map_err(|_| RunError::Ended("a look into the spool"))?;
        let pairs = names.into_iter().zip(seen?);
        Ok(pairs
            .filter(|(_, seen)| *seen)
            .map(|(name, _)| name)
            .collect())
    }
}

/// A letter's name: of what it calls itself, or else of its bytes.
fn name(place: &str, letter: &Letter, id: Option<&str>) -> LetterName {
    let mut hasher = blake3::Hasher::new_derive_key("theriac rfid-bridge letter name v1");
    let parts: [&[u8]; 3] = match id {
        Some(id) => [place.as_bytes(), b"id", id.as_bytes()],
        None => [place.as_bytes(), letter.topic.as_bytes(), &letter.body],
    };
    for part in parts {
        hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    let hash = hasher.finalize();
    let mut name = LetterName::default();
    for (to, from) in name.iter_mut().zip(hash.as_bytes()) {
        *to = *from;
    }
    name
}
