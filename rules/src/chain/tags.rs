//! What readers saw of tags: the identity of the chip (TID), the tail of random symbols in user
//! memory, and how well a passage was read.
//!
//! EPCIS has no field for them, so they are members of our own namespace `urn:theriac:epcis:` (see
//! `docs/design/tags.md`): `tags`, a list of `{ "epc", "tid", "tail", "written" }`, `declared`, the
//! number of children a container has, and `rfid`, the summary that `rfid-bridge` writes. A member
//! that is malformed says nothing; it never makes an event unreadable. Bounded: [`TAGS_MAX`]
//! entries, [`BYTES_MAX`] bytes each.

use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;
use gs1::epcis::Event;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::capture::Capture;
use crate::item::Moment;
use crate::judge_thing::{Case, first_half};
use crate::state::{Digest, EventId, State, ThingId};

/// Most tags read of one event.
const TAGS_MAX: usize = 4_096;
/// Longest chip identity and longest tail, in bytes.
const BYTES_MAX: usize = 64;

const TAGS: &str = "urn:theriac:epcis:tags";
const DECLARED: &str = "urn:theriac:epcis:declared";
const RFID: &str = "urn:theriac:epcis:rfid";

/// All that is known of tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tags {
    by_event: BTreeMap<EventId, Note>,
    /// Things seen on a chip with a serial number.
    by_chip: BTreeMap<Digest, BTreeSet<ThingId>>,
}

impl Tags {
    /// Whether nothing is known of any tag.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_event.is_empty()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    /// How many children an aggregation event says its container has.
    declared: Option<u32>,
    passage: Option<Passage>,
    tags: Vec<(ThingId, Tag)>,
}

/// How tags were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passage {
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
    /// Reads of one tag, on average.
    pub(crate) reads: u32,
}

/// One tag in one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tag {
    /// TID memory as read, perhaps not all of it; empty when it was not read.
    pub(crate) tid: Vec<u8>,
    /// The last symbols written, one byte each, the newest last; empty when not read.
    pub(crate) tail: Vec<u8>,
    /// How many symbols were ever written, as the tag's own counter says.
    pub(crate) written: u32,
}

impl Tag {
    /// The chip, where its identity was read whole and has a serial number.
    pub(crate) fn chip(&self) -> Option<Digest> {
        let stid = gs1::tid::parse(&self.tid).ok()?.stid()?;
        let mut hash = blake3::Hasher::new_derive_key("theriac rules chip v1");
        hash.update(stid.as_bytes());
        Some(first_half(hash.finalize().as_bytes()))
    }
}

/// The text of an event's tags, for telling events apart.
pub(crate) fn text_of(event: &Event) -> Option<String> {
    told(event, "tags\"", TAGS).map(Value::to_string)
}

/// An extension member of an event. Most events have none, and few of the others this one: both are
/// asked before a tree of the whole event is made.
fn told<'a>(event: &'a Event, end: &str, name: &str) -> Option<&'a Value> {
    let told = event.has_extensions() && event.mentions(end);
    told.then(|| event.extension(name)).flatten()
}

impl State {
    /// Keeps what an event says of tags.
    pub(crate) fn note_tags(&mut self, id: EventId, event: &Event) {
        if !event.has_extensions() {
            return;
        }
        let declared = told(event, "declared\"", DECLARED);
        let passage = told(event, "rfid\"", RFID);
        let mut note = Note {
            declared: declared.and_then(|count| u32::try_from(count.as_u64()?).ok()),
            passage: passage.and_then(|json| passage_of(json, event)),
            tags: Vec::new(),
        };
        let list = told(event, "tags\"", TAGS).and_then(Value::as_array);
        for json in list.into_iter().flatten().take(TAGS_MAX) {
            let thing = json.get("epc").and_then(Value::as_str);
            let thing = thing.and_then(|text| self.find(&Epc::parse(text).ok()?));
            let (Some(thing), Some(tag)) = (thing, tag_of(json)) else {
                continue;
            };
            if let Some(chip) = tag.chip() {
                self.tags.by_chip.entry(chip).or_default().insert(thing);
            }
            note.tags.push((thing, tag));
        }
        if note != Note::default() {
            note.tags.sort_by_key(|(thing, _)| *thing);
            self.tags.by_event.insert(id, note);
        }
    }

    /// What an event says of a thing's tag.
    pub(crate) fn tag(&self, event: EventId, thing: ThingId) -> Option<&Tag> {
        let note = self.tags.by_event.get(&event)?;
        let found = note.tags.iter().find(|(of, _)| *of == thing);
        found.map(|(_, tag)| tag)
    }

    /// How the tags of an event were read, where a reader says so.
    pub(crate) fn passage(&self, event: EventId) -> Option<Passage> {
        self.tags.by_event.get(&event)?.passage
    }

    /// How many children an event says its container has.
    pub(crate) fn declared(&self, event: EventId) -> Option<u32> {
        self.tags.by_event.get(&event)?.declared
    }

    /// Everything seen on a chip.
    pub(crate) fn on_chip(&self, chip: &Digest) -> impl Iterator<Item = ThingId> {
        self.tags.by_chip.get(chip).into_iter().flatten().copied()
    }

    /// Other things seen on the chips that an event names: it may show them in another light.
    pub(crate) fn twins_of(&self, capture: &Capture) -> BTreeSet<ThingId> {
        let Some(note) = self.tags.by_event.get(&capture.event) else {
            return BTreeSet::new();
        };
        let tags = note.tags.iter();
        let chips: BTreeSet<Digest> = tags.filter_map(|(_, tag)| tag.chip()).collect();
        let mut found: BTreeSet<ThingId> =
            chips.iter().flat_map(|chip| self.on_chip(chip)).collect();
        for id in &capture.touched {
            found.remove(id);
        }
        found
    }
}

impl<'a> Case<'a> {
    /// Moments of the thing's own events in which its tag was looked at.
    pub(crate) fn tagged(&self) -> impl Iterator<Item = (&Moment<'a>, &'a Tag)> {
        let state = self.state;
        self.own()
            .filter_map(move |moment| Some((moment, state.tag(moment.entry.id, self.id)?)))
    }
}

fn passage_of(json: &Value, event: &Event) -> Option<Passage> {
    let number = |name: &str| json.get(name).and_then(Value::as_i64);
    let tags = i64::try_from(event.epcs().len()).ok()?.max(1);
    let reads = u32::try_from(number("reads")? / tags).ok()?;
    Some(Passage {
        first_ms: number("first_ms")?,
        last_ms: number("last_ms")?,
        reads,
    })
}

fn tag_of(json: &Value) -> Option<Tag> {
    let bytes = |name: &str| match json.get(name).map(Value::as_str) {
        None => Some(Vec::new()),
        Some(text) => unhex(text?),
    };
    let (tid, tail) = (bytes("tid")?, bytes("tail")?);
    let length = u64::try_from(tail.len()).ok()?;
    let written = json.get("written").map_or(Some(length), Value::as_u64)?;
    Some(Tag {
        tid,
        tail,
        written: u32::try_from(written.max(length)).ok()?,
    })
}

/// Hexadecimal digits as bytes.
fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() > 2 * BYTES_MAX || text.len() % 2 == 1 || !text.is_ascii() {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    pairs
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
