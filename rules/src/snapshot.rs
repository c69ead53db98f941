//! The engine's state as bytes: postcard, with a version in front. The bytes of a replay from the
//! first record and those of a restored and continued engine are the same.
//!
//! A state of millions of packs is written and read in parts, so that it can be written while the
//! next records change it ([`Engine::frozen`]) and read by several threads ([`Part::read`]).

use std::io;

use crate::engine::Engine;
use crate::state::digests::Digests;
use crate::state::name::ThingNames;
use crate::state::{EventRec, State, Table, Thing};

/// First bytes of a snapshot: the format and its version.
const MAGIC: &[u8; 8] = b"thrules5";

/// Why a snapshot was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// It does not begin like a snapshot of this version.
    #[error("restore rules state: not a snapshot of version 5")]
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
        whole(body).map(|state| Self { state })
    }
}

/// A state as it was at a moment, while the engine it is of goes on. It shares with it what neither
/// changes, so that making one costs little time and memory.
#[derive(Debug)]
pub struct Frozen {
    /// All but what follows.
    rest: State,
    things: Table<Thing>,
    names: ThingNames,
    events: Table<EventRec>,
    digests: Digests,
}

/// One part of a state that was written down.
#[derive(Debug)]
pub struct Part(Piece);

#[derive(Debug)]
enum Piece {
    Things(Table<Thing>),
    Names(Box<ThingNames>),
    Events(Table<EventRec>),
    Digests(Digests),
    Rest(Box<State>),
}

impl Frozen {
    /// How many parts there are, the largest first.
    pub const PARTS: usize = 5;

    /// Writes a part, by its number.
    ///
    /// # Errors
    /// [`SnapshotError::Malformed`] when it cannot be written.
    pub fn write(&self, part: usize, to: impl io::Write) -> Result<(), SnapshotError> {
        let written = match part {
            0 => postcard::to_io(&self.things, to).map(drop),
            1 => postcard::to_io(&self.names, to).map(drop),
            2 => postcard::to_io(&self.events, to).map(drop),
            3 => postcard::to_io(&self.digests, to).map(drop),
            _ => postcard::to_io(&self.rest, to).map(drop),
        };
        written.map_err(malformed)
    }
}

impl Part {
    /// Reads the part of a number as [`Frozen::write`] wrote it.
    ///
    /// # Errors
    /// [`SnapshotError`]
    pub fn read(part: usize, bytes: &[u8]) -> Result<Self, SnapshotError> {
        Ok(Self(match part {
            0 => Piece::Things(whole(bytes)?),
            1 => Piece::Names(Box::new(whole(bytes)?)),
            2 => Piece::Events(whole(bytes)?),
            3 => Piece::Digests(whole(bytes)?),
            _ => Piece::Rest(Box::new(whole(bytes)?)),
        }))
    }
}

impl Engine {
    /// The state at this moment, to be written down while the engine goes on.
    pub fn frozen(&self) -> Frozen {
        let state = &self.state;
        Frozen {
            rest: state.without_tables(),
            things: state.things.clone(),
            names: state.thing_names.frozen(),
            events: state.events.clone(),
            digests: state.event_by_digest.frozen(),
        }
    }

    /// The engine that all parts together are.
    ///
    /// # Errors
    /// [`SnapshotError::Malformed`] when a part is missing, or they do not fit each other.
    pub fn thawed(parts: impl IntoIterator<Item = Part>) -> Result<Self, SnapshotError> {
        let (mut rest, mut things, mut names, mut events, mut digests) =
            (None, None, None, None, None);
        for part in parts {
            match part.0 {
                Piece::Things(it) => things = Some(it),
                Piece::Names(it) => names = Some(it),
                Piece::Events(it) => events = Some(it),
                Piece::Digests(it) => digests = Some(it),
                Piece::Rest(it) => rest = Some(it),
            }
        }
        let all = rest.zip(things).zip(names).zip(events).zip(digests);
        let Some(((((rest, things), names), events), event_by_digest)) = all else {
            return Err(SnapshotError::Malformed("a part is missing".to_owned()));
        };
        if things.len() != names.len() {
            let text = "as many things as names are needed";
            return Err(SnapshotError::Malformed(text.to_owned()));
        }
        let state = State {
            things,
            thing_names: *names,
            events,
            event_by_digest,
            ..*rest
        };
        Ok(Self { state })
    }
}

fn whole<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, SnapshotError> {
    let (value, rest) = postcard::take_from_bytes(bytes).map_err(malformed)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(SnapshotError::TrailingBytes(rest.len()))
    }
}

#[allow(clippy::needless_pass_by_value, reason = "as an argument of map_err")]
fn malformed(error: postcard::Error) -> SnapshotError {
    SnapshotError::Malformed(error.to_string())
}
