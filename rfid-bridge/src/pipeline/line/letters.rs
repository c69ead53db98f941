//! Letters of brokers and clients: read, known or new, and what their senders are told. While the
//! spool is nearly full a letter that its sender keeps is not taken, unless there is an alarm in
//! it: the sender is told to keep it, and nothing is lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Line;
use crate::causes;
use crate::payload::{self, Decoded, Message};
use crate::pipeline::RunError;
use crate::source::{Heard, Letter, Outcome, Raw, Receipt, Told};
use crate::spool::keep::LetterName;
use crate::spool::pressure::Stage;

/// A letter that was read.
type Opened = (usize, Receipt, Result<(Names, Decoded), String>, bool);

/// What a letter is known by.
#[derive(Debug, Clone, Copy)]
struct Names {
    /// A file with the subject that was told with it; any other letter by itself.
    whole: LetterName,
    /// Without the subject: told like this it says nothing new.
    bare: Option<LetterName>,
}

/// What became of a letter that could be read.
enum Kept {
    /// It is in the next commit; whether tags or values were in it.
    Heard(bool),
    /// It makes no event.
    Refused(String),
}

impl Line {
    /// True when tags or values were among it.
    pub(super) async fn take(&mut self, told: Vec<Told>) -> Result<bool, RunError> {
        let mut heard = false;
        let mut opened: Vec<Opened> = Vec::new();
        let mut rest = Vec::new();
        for Told { source, heard } in told {
            match heard {
                Heard::Raw(raw) => {
                    if let Raw::Tags(reads) = &raw {
                        let arrived = reads.iter().map(|read| read.arrived.mono_ms);
                        self.heard_until = arrived.fold(self.heard_until, u64::max);
                    }
                    rest.push((source, raw));
                }
                Heard::Letter(letter) => {
                    self.heard_until = self.heard_until.max(letter.at.mono_ms);
                    opened.push(self.open(source, letter));
                }
            }
        }
        self.keep_pace();
        for (source, raw) in rest {
            heard |= self.hear(source, raw, true)?;
        }
        let known = self.known(&opened).await?;
        let mut receipts = Vec::with_capacity(opened.len());
        let mut now_seen = BTreeSet::new();
        for (source, receipt, read, is_sure) in opened {
            let outcome = match read {
                Err(why) => {
                    self.letters.unreadable += 1;
                    Outcome::Unreadable(why)
                }
                Ok((Names { whole: name, .. }, _))
                    if is_sure && (known.contains(&name) || now_seen.contains(&name)) =>
                {
                    self.letters.known += 1;
                    Outcome::Known
                }
                Ok((_, decoded)) if self.must_wait(&receipt, &decoded) => {
                    self.letters.later += 1;
                    Outcome::Later
                }
                Ok((Names { whole: name, bare }, decoded)) => {
                    match self.keep(source, decoded, receipt.is_loose())? {
                        Kept::Heard(it) => {
                            heard |= it;
                            now_seen.insert(name);
                            self.change.seen.extend(bare);
                            self.change.seen.push(name);
                            Outcome::Kept
                        }
                        Kept::Refused(why) => Outcome::Unreadable(why),
                    }
                }
            };
            receipts.push((receipt, outcome));
        }
        let now = self.clock.now().mono_ms;
        self.due_samples(now, false);
        if !receipts.is_empty() || !self.change.events.is_empty() {
            self.commit(!receipts.is_empty()).await?;
        }
        for (receipt, outcome) in receipts {
            receipt.give(outcome);
        }
        Ok(heard)
    }

    /// Takes what a letter says.
    fn keep(&mut self, source: usize, decoded: Decoded, is_loose: bool) -> Result<Kept, RunError> {
        let mut heard = false;
        for raw in decoded.raws {
            // A file is the only thing in its letter, and stays with whoever handed it in.
            let is_file = matches!(raw, Raw::Log(_));
            match self.hear(source, raw, is_loose) {
                Err(RunError::Capture(error)) if is_file => {
                    let why = causes(&error.source);
                    let place = self.with_name(source, ToOwned::to_owned);
                    tracing::error!(source = place, why, "a logger's file makes no event");
                    self.letters.unreadable += 1;
                    return Ok(Kept::Refused(format!("it makes no event: {why}")));
                }
                told => heard |= told?,
            }
        }
        self.letters.kept += 1;
        self.letters.skipped += u64::from(decoded.skipped);
        Ok(Kept::Heard(heard))
    }

    /// Whether a letter is left with its sender.
    fn must_wait(&self, receipt: &Receipt, decoded: &Decoded) -> bool {
        let is_urgent = |raw: &Raw| match raw {
            Raw::Sensor(report) => {
                let sensor = self.sensor(&report.device);
                report.samples.iter().any(|it| sensor.is_urgent(it))
            }
            _ => false,
        };
        self.spool.stage() >= Stage::Held
            && !receipt.is_loose()
            && !decoded.raws.iter().any(is_urgent)
    }

    /// Reads a letter. The name is sure when the letter names itself, or its sender says that it
    /// came before.
    fn open(&self, source: usize, letter: Letter) -> Opened {
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
            // Not its words: a key file that was put into the folder by mistake is none, either.
            let hash = blake3::hash(&letter.body).to_hex();
            tracing::warn!(
                source = place,
                topic = letter.topic,
                why,
                bytes = letter.body.len(),
                blake3 = hash.as_str(),
                "unreadable letter"
            );
        }
        let is_sure = letter.again || decoded.as_ref().is_ok_and(|it| it.id.is_some());
        let read = decoded.map(|decoded| {
            let bare = name(place, &letter, decoded.id.as_deref());
            let apart = self.subject_apart(&decoded);
            let whole = apart.map(|id| name(place, &letter, Some(&id)));
            let names = Names {
                whole: whole.unwrap_or(bare),
                bare: whole.map(|_| bare),
            };
            (names, decoded)
        });
        (source, letter.receipt, read, is_sure)
    }

    /// What a file is called for a subject that was told with it.
    fn subject_apart(&self, decoded: &Decoded) -> Option<String> {
        let [Raw::Log(file)] = decoded.raws.as_slice() else {
            return None;
        };
        let subject = self.sensor(file.device()).subject_apart()?;
        Some(format!("{}/{subject}", decoded.id.as_deref()?))
    }

    /// Those of the letters that were taken in an earlier turn.
    async fn known(&self, opened: &[Opened]) -> Result<BTreeSet<LetterName>, RunError> {
        let names: Vec<LetterName> = opened
            .iter()
            .filter_map(|(_, _, read, is_sure)| {
                let (names, _) = read.as_ref().ok()?;
                is_sure.then_some(names.whole)
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
