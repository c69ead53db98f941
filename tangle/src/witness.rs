//! A witness (C2SP `tlog-witness`): it remembers, for each log it is configured with, the largest
//! checkpoint it co-signed, and co-signs another only when that is consistent with it. A client
//! that asks for a quorum of witnesses cannot be shown a log of its own.
//!
//! No HTTP here: [`Witness::add_checkpoint`] takes the body of an `add-checkpoint` request and
//! gives the status, content type and body of the answer. What is remembered goes through
//! [`WitnessStore`], which makes it durable before the cosignature is given away.
//!
//! ```text
//! old <size>                      add-checkpoint: the size the witness has seen
//! <hash, base64>*                 how the checkpoint continues it, at most 63
//!
//! <signed checkpoint>
//! ```

use std::collections::BTreeMap;
use std::io;

use tangle_verify::checkpoint::{
    Note, NoteSignature, cosigned_message, format_hash, parse_decimal, parse_hash,
};
use tangle_verify::merkle::{Hash, empty_root, verify_consistency};
use tangle_verify::{Checkpoint, VerifierKey, limits};
use thiserror::Error;

use crate::sign::SigningKey;

/// The body of an `add-checkpoint` request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Size of the checkpoint that the witness co-signed last, 0 for none.
    pub old: u64,
    /// The consistency path from there, at most 63 hashes.
    pub path: Vec<Hash>,
    /// The signed checkpoint.
    pub note: Note,
}

impl AddCheckpoint {
    /// Reads a body; `None` for anything that is not one.
    pub fn parse(body: &[u8]) -> Option<Self> {
        if body.len() > limits::NOTE_BYTES_MAX + 64 * 64 {
            return None;
        }
        let (head, note) = std::str::from_utf8(body).ok()?.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let old = parse_decimal(lines.next()?.strip_prefix("old ")?)?;
        let path: Vec<_> = lines.map(parse_hash).collect::<Option<_>>()?;
        if path.len() > limits::PATH_HASHES_MAX {
            return None;
        }
        let note = Note::parse(note).ok()?;
        Some(Self { old, path, note })
    }

    /// The body as text.
    pub fn to_text(&self) -> String {
        let lines = self.path.iter().map(|hash| format_hash(hash) + "\n");
        let path: String = lines.collect();
        format!("old {}\n{path}\n{}", self.old, self.note.to_text())
    }
}

/// What a witness remembers of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Size of the checkpoint it co-signed last.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The note with the log's signatures that were verified and the witness's own: what monitors
    /// are given.
    pub note: String,
}

/// Two checkpoints of one log that do not go together, for whoever holds the log to account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Whether the two alone prove it: the log signed two roots for one size. Otherwise nothing
    /// was shown that leads from the first to the second, and the log is to be asked for it.
    pub proven: bool,
    /// The note that was co-signed.
    pub seen: String,
    /// The note that was refused, with the log's signatures.
    pub shown: String,
}

impl Evidence {
    /// The text of a file: a line with the length of the first note, then both notes.
    pub fn to_text(&self) -> String {
        let word = if self.proven { "proven" } else { "suspected" };
        let length = self.seen.len();
        format!(
            "theriac fork-evidence 1 {word} {length}\n{}{}",
            self.seen, self.shown
        )
    }

    /// Reads the text and checks it with the log's keys: both notes signed by one of them, for
    /// one origin, and not the same root. `None` if it shows nothing of the kind.
    pub fn from_text(text: &str, keys: &[VerifierKey]) -> Option<Self> {
        let (head, rest) = text.split_once('\n')?;
        let head = head.strip_prefix("theriac fork-evidence 1 ")?;
        let (word, length) = head.split_once(' ')?;
        let (seen, shown) = rest.split_at_checked(usize::try_from(parse_decimal(length)?).ok()?)?;
        let read = |note| tangle_verify::checkpoint::verify_note(note, keys).ok();
        let (first, second) = (read(seen)?, read(shown)?);
        let same_size = first.size == second.size;
        let differs = first.origin == second.origin && first.root != second.root;
        let proven = match word {
            "proven" => true,
            "suspected" => false,
            _ => return None,
        };
        (differs && proven == same_size).then(|| Self {
            proven,
            seen: seen.to_owned(),
            shown: shown.to_owned(),
        })
    }
}

/// Where a witness remembers. One call at a time, by one witness.
pub trait WitnessStore {
    /// What is remembered of the log with this origin.
    fn load(&self, origin: &str) -> io::Result<Option<Seen>>;

    /// Remembers it, replacing what was remembered. Durable on return: the witness gives its
    /// cosignature away right after.
    fn save(&mut self, origin: &str, seen: &Seen) -> io::Result<()>;

    /// Keeps evidence against a log, durable on return: the first that is proven, and the latest
    /// that is not.
    fn accuse(&mut self, origin: &str, evidence: &Evidence) -> io::Result<()>;
}

/// Remembers in memory only: for tests, and for logs watched by a process that never restarts.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    seen: BTreeMap<String, Seen>,
    /// By origin and whether it is proven.
    pub evidence: BTreeMap<(String, bool), Evidence>,
}

impl WitnessStore for MemoryStore {
    fn load(&self, origin: &str) -> io::Result<Option<Seen>> {
        Ok(self.seen.get(origin).cloned())
    }

    fn save(&mut self, origin: &str, seen: &Seen) -> io::Result<()> {
        self.seen.insert(origin.to_owned(), seen.clone());
        Ok(())
    }

    fn accuse(&mut self, origin: &str, evidence: &Evidence) -> io::Result<()> {
        let place = (origin.to_owned(), evidence.proven);
        if !(evidence.proven && self.evidence.contains_key(&place)) {
            self.evidence.insert(place, evidence.clone());
        }
        Ok(())
    }
}

/// Why a checkpoint is not co-signed. The statuses are those of C2SP `tlog-witness`.
#[derive(Debug, Error)]
pub enum Refused {
    /// The body is not that of an `add-checkpoint` request, or names an old size above that of
    /// the checkpoint.
    #[error("the request is not one of add-checkpoint: {0}")]
    Request(&'static str),
    /// The witness is not configured with this log.
    #[error("the log {origin} is not known to this witness")]
    UnknownLog {
        /// Origin of the checkpoint.
        origin: String,
    },
    /// No key of the log signed it, or a signature under such a key does not hold.
    #[error("the checkpoint is not signed by a known key of its log")]
    NotSigned,
    /// The request starts from another size than the one co-signed last.
    #[error("the checkpoint co-signed last has {seen} leaves")]
    Conflict {
        /// Leaves of the checkpoint co-signed last.
        seen: u64,
    },
    /// The checkpoint does not continue the one co-signed last: with a signature that holds, this
    /// is evidence that the log forked or was rolled back, and is kept ([`Evidence`]).
    #[error("the checkpoint of {size} leaves does not continue the one of {seen}")]
    Inconsistent {
        /// Leaves of the checkpoint co-signed last.
        seen: u64,
        /// Leaves of the one that was sent.
        size: u64,
        /// Whether the two alone prove a fork: one size, two roots.
        proven: bool,
    },
    /// What is to be remembered could not be kept; nothing was co-signed.
    #[error("the witness cannot remember the checkpoint")]
    Store(#[from] io::Error),
}

/// An answer, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status code.
    pub status: u16,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

const TEXT: &str = "text/plain; charset=utf-8";

impl Refused {
    /// The HTTP status code.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Request(_) => 400,
            Self::NotSigned => 403,
            Self::UnknownLog { .. } => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent { .. } => 422,
            Self::Store(_) => 500,
        }
    }

    /// The answer to send.
    pub fn answer(&self) -> Answer {
        let (content_type, body) = match self {
            Self::Conflict { seen } => ("text/x.tlog.size", format!("{seen}\n")),
            other => (TEXT, format!("{other}\n")),
        };
        Answer {
            status: self.status(),
            content_type,
            body,
        }
    }
}

/// A witness.
#[derive(Debug)]
pub struct Witness<S> {
    name: String,
    key: SigningKey,
    own: VerifierKey,
    logs: BTreeMap<String, Vec<VerifierKey>>,
    store: S,
}

impl<S: WitnessStore> Witness<S> {
    /// A witness that signs under `name` with `key`, used for nothing else, for the logs whose
    /// keys are given (a log's key has the log's origin as its name; keys of witnesses among them
    /// count for nothing).
    pub fn new(
        name: &str,
        key: SigningKey,
        logs: impl IntoIterator<Item = VerifierKey>,
        store: S,
    ) -> Result<Self, tangle_verify::checkpoint::KeyError> {
        let own = VerifierKey::witness(name, key.key_id())?;
        let mut known: BTreeMap<String, Vec<VerifierKey>> = BTreeMap::new();
        for log in logs.into_iter().filter(|log| !log.is_witness()) {
            known.entry(log.name().to_owned()).or_default().push(log);
        }
        Ok(Self {
            name: name.to_owned(),
            key,
            own,
            logs: known,
            store,
        })
    }

    /// The key with which to check its cosignatures.
    pub fn verifier_key(&self) -> &VerifierKey {
        &self.own
    }

    /// Where it remembers.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Origins of the logs it is configured with.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.logs.keys().map(String::as_str)
    }

    /// Answers an `add-checkpoint` request at `now_ms` (milliseconds since the Unix epoch).
    pub fn add_checkpoint(&mut self, body: &[u8], now_ms: u64) -> Answer {
        let line = AddCheckpoint::parse(body)
            .ok_or(Refused::Request("the body cannot be read"))
            .and_then(|request| self.cosign(&request, now_ms));
        match line {
            Ok(body) => Answer {
                status: 200,
                content_type: TEXT,
                body,
            },
            Err(refused) => refused.answer(),
        }
    }

    /// Checks a request, remembers its checkpoint and co-signs it; the answer is the signature
    /// line. Checking and remembering are one step: the witness is borrowed for it.
    pub fn cosign(&mut self, request: &AddCheckpoint, now_ms: u64) -> Result<String, Refused> {
        let unreadable = Refused::Request("its note is not a checkpoint");
        let checkpoint = request.note.checkpoint().map_err(|_| unreadable)?;
        let keys = self.logs.get(&checkpoint.origin);
        let keys = keys.ok_or_else(|| Refused::UnknownLog {
            origin: checkpoint.origin.clone(),
        })?;
        let signers = request.note.signers(keys).map_err(|_| Refused::NotSigned)?;
        if signers.is_empty() {
            return Err(Refused::NotSigned);
        }
        let is_logs = |it: &&NoteSignature| signers.iter().any(|key| it.is_by(key));
        let mut signatures: Vec<_> = request.note.signatures.iter().filter(is_logs).collect();
        let seen = self.seen(&checkpoint.origin)?;
        if let Err(refused) = continues(seen.as_ref(), request, &checkpoint) {
            if let Refused::Inconsistent { proven, .. } = refused
                && let Some(seen) = seen
            {
                let shown = Note {
                    text: request.note.text.clone(),
                    signatures: signatures.into_iter().cloned().collect(),
                };
                let evidence = Evidence {
                    proven,
                    seen: seen.note,
                    shown: shown.to_text(),
                };
                self.store.accuse(&checkpoint.origin, &evidence)?;
            }
            return Err(refused);
        }
        let line = self.signature(&request.note.text, now_ms / 1000);
        signatures.push(&line);
        let note = Note {
            text: request.note.text.clone(),
            signatures: signatures.into_iter().cloned().collect(),
        };
        let seen = Seen {
            size: checkpoint.size,
            root: checkpoint.root,
            note: note.to_text(),
        };
        self.store.save(&checkpoint.origin, &seen)?;
        Ok(line.to_line())
    }

    /// What is remembered of a log, held against the witness's own signature on it: a store that
    /// was changed behind its back must not make it sign a second history.
    fn seen(&self, origin: &str) -> io::Result<Option<Seen>> {
        let Some(seen) = self.store.load(origin)? else {
            return Ok(None);
        };
        let own = std::slice::from_ref(&self.own);
        let held = Note::parse(&seen.note).ok().filter(|note| {
            let is_own = note.signers(own).is_ok_and(|found| !found.is_empty());
            let same = note.checkpoint().is_ok_and(|it| {
                (it.origin.as_str(), it.size, it.root) == (origin, seen.size, seen.root)
            });
            is_own && same
        });
        let what = "what is remembered of the log does not carry this witness's signature";
        match held {
            Some(_) => Ok(Some(seen)),
            None => Err(io::Error::new(io::ErrorKind::InvalidData, what)),
        }
    }

    /// The checkpoint that monitors are given for the log whose origin has this hash (SHA-256 in
    /// 64 hex digits): `GET /<hash>/checkpoint`. `None` is a 404.
    pub fn checkpoint(&self, origin_hash: &str) -> io::Result<Option<String>> {
        let hash = tangle_verify::checkpoint::origin_hash;
        let origin = self.logs.keys().find(|it| hash(it) == origin_hash);
        let seen = origin.map(|origin| self.seen(origin)).transpose()?;
        Ok(seen.flatten().map(|seen| seen.note))
    }

    fn signature(&self, text: &str, time_s: u64) -> NoteSignature {
        let time_s = time_s.min(i64::MAX.unsigned_abs());
        let signature = self.key.sign(cosigned_message(time_s, text).as_bytes());
        NoteSignature {
            name: self.name.clone(),
            id: self.own.id(),
            signature: [&time_s.to_be_bytes()[..], &signature].concat(),
        }
    }
}

/// Whether a checkpoint continues what was seen of its log, in the order of checks that the
/// standard gives.
fn continues(
    seen: Option<&Seen>,
    request: &AddCheckpoint,
    next: &Checkpoint,
) -> Result<(), Refused> {
    if request.old > next.size {
        return Err(Refused::Request(
            "the old size is above that of the checkpoint",
        ));
    }
    let size = seen.map_or(0, |seen| seen.size);
    // Two roots of one size are a fork, wherever the request starts from.
    let proven = seen.is_some_and(|seen| seen.size == next.size && seen.root != next.root);
    if request.old != size && !proven {
        return Err(Refused::Conflict { seen: size });
    }
    let from_empty = request.path.is_empty() && (next.size > 0 || next.root == empty_root());
    let holds = match seen.filter(|_| size > 0) {
        None => from_empty,
        Some(seen) => {
            let (from, to) = ((seen.size, &seen.root), (next.size, &next.root));
            verify_consistency(from, to, &request.path).is_ok()
        }
    };
    if holds && !proven {
        return Ok(());
    }
    Err(Refused::Inconsistent {
        seen: size,
        size: next.size,
        proven,
    })
}

#[cfg(test)]
mod tests;
