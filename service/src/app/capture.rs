//! Capturing EPCIS documents in JSON and XML: parse, sign on behalf of the party, and answer when
//! the events are on disk, ordered and judged. What is wrong with one event refuses the whole
//! document (`rollback`), or that event only (`proceed`). Master data in the document's header
//! are recorded beside the events.
//!
//! A document sent twice is recorded once: an event that the same party recorded before, byte for
//! byte or under the same id with the same content, is not written again. An id that the party
//! gave another event is not taken for a second one; whether other parties use an id is nobody's
//! business, and such an event is recorded. Jobs are told by `app::epcis::jobs`.
use std::collections::{BTreeMap, BTreeSet};

use gs1::epcis::{Document, Envelope, Event, ParseError, Problem, Rule, is_xml, parse_any, xml};
use gs1::event_hash::{self, Profile};
use tangle::{BlockId, Item, Kind, Media};

use crate::app::failure::{Code, Failure, Fault};
use crate::limits::{BLOCK_ITEMS_BYTES, BLOCK_ITEMS_MAX, CAPTURE_EVENTS_MAX};
use crate::node::Node;
use crate::node::fold::OPERATOR;
use crate::node::items::{self, VOCABULARY, namespace};
use crate::node::vocabulary::Element;

/// What a capture recorded.
#[derive(Clone, Debug)]
pub struct Captured {
    /// The block that holds the last event of the document.
    pub job: BlockId,
    /// Events of the document.
    pub events: usize,
    /// How many of them were recorded before.
    pub known: usize,
    /// Numbers of those that were not recorded: their ids are those of other events of the party.
    pub taken: Vec<usize>,
}

/// What to do with events whose ids are taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Taken {
    /// Refuse the document.
    Refuse,
    /// Record the others.
    LeaveOut,
}

/// Records a document for a party, or for the operator.
///
/// # Errors
/// `validation` with every fault by JSON pointer, `capture_limit`, and the writer's.
pub(crate) fn record(
    node: &Node,
    party: Option<&str>,
    document: &[u8],
) -> Result<Captured, Failure> {
    record_parsed(node, party, &read(document)?, Taken::Refuse)
}

/// Reads a document of any form. Elements of XML stand in the order of its schema.
///
/// # Errors
/// `validation` with every fault by JSON pointer.
pub(crate) fn read(document: &[u8]) -> Result<Document, Failure> {
    let read = parse_any(document).map_err(|error| invalid(&error))?;
    if is_xml(document) {
        let mut problems = xml::schema_problems(document);
        problems.retain(|problem| problem.rule == Rule::ElementOrder);
        none_of(problems)?;
    }
    Ok(read)
}

/// Holds a document against the schema and the conformance requirements of EPCIS 2.0 to the
/// letter: what is tolerated otherwise, such as a sensor attribute that is given both for the
/// element and for a report, is a fault.
///
/// # Errors
/// `validation` with every fault by JSON pointer.
pub(crate) fn hold_strictly(document: &[u8]) -> Result<(), Failure> {
    let judged = gs1::epcis::validate(document);
    if judged.schema_valid && judged.conformant && judged.accepted {
        return Ok(());
    }
    none_of(judged.problems)
}

fn none_of(problems: Vec<Problem>) -> Result<(), Failure> {
    if problems.is_empty() {
        return Ok(());
    }
    let truncated = false;
    Err(invalid(&ParseError {
        problems,
        truncated,
    }))
}

/// Records what was read.
///
/// # Errors
/// `validation` where there is nothing to record, `conflict` where ids are taken (and nothing is
/// left, with [`Taken::LeaveOut`]), `capture_limit`, and the writer's.
pub(crate) fn record_parsed(
    node: &Node,
    party: Option<&str>,
    document: &Document,
    taken: Taken,
) -> Result<Captured, Failure> {
    let signer = node.signer(party)?;
    let count = document.events.len();
    let elements = Element::of(&document.header.vocabularies());
    if count == 0 && elements.is_empty() {
        return Err(Failure::new(
            Code::Validation,
            "the document holds no event",
        ));
    }
    for (count, what) in [
        (count, "events"),
        (elements.len(), "elements of master data"),
    ] {
        if count > CAPTURE_EVENTS_MAX {
            return Err(Failure::new(
                Code::CaptureLimit,
                format!("the document holds {count} {what}; a capture takes {CAPTURE_EVENTS_MAX}"),
            ));
        }
    }
    let sorted = Sorted::of(node, party, &document.events)?;
    let new = sorted.fresh.len();
    let left_out = sorted.taken.len();
    if left_out > 0 && (taken == Taken::Refuse || left_out == count) {
        return Err(conflict(document, &sorted.taken));
    }
    let news = elements.into_iter().filter(|element| {
        // Without events there must be something to name the job by.
        count == 0 || !node.fold().vocabularies.knows(element)
    });
    let mut made = vocabulary(node, party, &news.collect::<Vec<_>>())?;
    if new > 0 {
        made.extend(node.author(signer, Kind::Events, into_blocks(sorted.fresh)?)?);
    }
    let job = made.last().copied().or(sorted.known);
    let job = job.ok_or_else(|| Failure::internal("no block made"))?;
    Ok(Captured {
        job,
        events: count,
        known: count.saturating_sub(new).saturating_sub(left_out),
        taken: sorted.taken,
    })
}

/// Events by what is to be done with them.
#[derive(Default)]
struct Sorted {
    /// Items for those that this party has not recorded before.
    fresh: Vec<Item>,
    /// The block of one that it has.
    known: Option<BlockId>,
    /// Numbers of those whose ids the party, or the document, gave another event.
    taken: Vec<usize>,
}

impl Sorted {
    fn of(node: &Node, party: Option<&str>, events: &[Event]) -> Result<Self, Failure> {
        let mut sorted = Self::default();
        let mut within = BTreeSet::new();
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            let body = event.canonical_json();
            let first = id_given(event).map(|id| *named.entry(id).or_insert(at));
            let first = first
                .filter(|first| *first != at)
                .and_then(|it| events.get(it));
            match recorded_before(node, party, event, &body)? {
                Before::Recorded(block) => sorted.known = Some(block),
                Before::Taken => sorted.taken.push(at),
                Before::Never if !within.insert(*blake3::hash(&body).as_bytes()) => {}
                Before::Never if first.is_some_and(|first| !is_same(first, event)) => {
                    sorted.taken.push(at);
                }
                Before::Never if first.is_some() => {}
                Before::Never => sorted.fresh.push(Item {
                    salt: node.world().salt(),
                    media: Media::EPCIS_EVENT,
                    body,
                }),
            }
        }
        Ok(sorted)
    }
}

/// The id that an event has of its sender, where no other event may have it: an error declaration
/// repeats the id of the event it is about.
fn id_given(event: &Event) -> Option<&str> {
    let id = event.event_id.as_deref();
    id.filter(|_| event.error_declaration.is_none())
}

/// Whether two events say the same, in whatever spelling.
fn is_same(one: &Event, other: &Event) -> bool {
    let hash = |event| event_hash::of(event, Profile::default());
    // The hash of the standard leaves this out.
    let certified = |event: &Event| event.json().get("certificationInfo").cloned();
    hash(one) == hash(other) && certified(one) == certified(other)
}

/// Says which ids are taken.
fn conflict(document: &Document, taken: &[usize]) -> Failure {
    let list = match document.header.envelope {
        Envelope::Document => "/epcisBody/eventList/",
        Envelope::QueryDocument => "/epcisBody/queryResults/resultsBody/eventList/",
        Envelope::Event => "",
    };
    let fault = |at: &usize| Fault {
        pointer: match document.header.envelope {
            Envelope::Event => "/eventID".to_owned(),
            _ => format!("{list}{at}/eventID"),
        },
        detail: TAKEN.to_owned(),
    };
    Failure::new(
        Code::Conflict,
        "nothing was recorded: ids of events are taken",
    )
    .with_faults(taken.iter().map(fault).collect())
}

/// What is said of an event whose id is taken.
pub(crate) const TAKEN: &str =
    "another event of yours has this id, and this one declares no error of it";

/// Records master data of a document's header.
fn vocabulary(
    node: &Node,
    party: Option<&str>,
    elements: &[Element],
) -> Result<Vec<BlockId>, Failure> {
    if elements.is_empty() {
        return Ok(Vec::new());
    }
    let item = |element: &Element| super::master::item(node, VOCABULARY, element);
    let items: Result<Vec<_>, Failure> = elements.iter().map(item).collect();
    node.author(node.signer(party)?, Kind::MasterData, into_blocks(items?)?)
}

/// What is known of an event that is to be recorded.
enum Before {
    /// This party recorded no event of this id.
    Never,
    /// It recorded this one, in this block.
    Recorded(BlockId),
    /// It recorded another one of this id.
    Taken,
}

fn recorded_before(
    node: &Node,
    party: Option<&str>,
    event: &Event,
    body: &[u8],
) -> Result<Before, Failure> {
    let key = event.event_id_or_hash();
    let given = id_given(event);
    let mut before = Before::Never;
    let found = node.read(|reader| reader.postings(namespace::EVENT_ID, key.as_bytes()))?;
    for id in found {
        let Some(block) = node.block(&id)? else {
            continue;
        };
        let owner = node
            .fold()
            .registry()
            .organisation_of(&block.header().kid)
            .map(ToOwned::to_owned);
        if owner.as_deref() != Some(party.unwrap_or(OPERATOR)) {
            continue;
        }
        let same = |(_, item): (u16, &Item)| item.media == Media::EPCIS_EVENT && item.body == body;
        if block.items().any(same) {
            return Ok(Before::Recorded(id));
        }
        // Rare: only where the id was sent before, and not this very event.
        let Some(given) = given else { continue };
        let names = |body: &[u8]| std::str::from_utf8(body).is_ok_and(|text| text.contains(given));
        let mut others = block
            .items()
            .filter(|(_, item)| names(&item.body))
            .filter_map(|(number, _)| items::event(&block, number))
            .filter(|other| id_given(other) == Some(given));
        if let Some(other) = others.next() {
            if is_same(&other, event) {
                return Ok(Before::Recorded(id));
            }
            before = Before::Taken;
        }
    }
    Ok(before)
}

/// Cuts items into blocks within the bounds of one.
fn into_blocks(items: Vec<Item>) -> Result<Vec<Vec<Item>>, Failure> {
    let mut blocks: Vec<Vec<Item>> = Vec::new();
    let mut bytes = usize::MAX;
    for item in items {
        let size = item.size();
        if size > BLOCK_ITEMS_BYTES {
            return Err(Failure::new(
                Code::CaptureLimit,
                format!("one event has {size} bytes; an event may have {BLOCK_ITEMS_BYTES}"),
            ));
        }
        let fits = bytes.saturating_add(size) <= BLOCK_ITEMS_BYTES;
        match blocks.last_mut() {
            Some(block) if fits && block.len() < BLOCK_ITEMS_MAX => {
                bytes = bytes.saturating_add(size);
                block.push(item);
            }
            _ => {
                bytes = size;
                blocks.push(vec![item]);
            }
        }
    }
    Ok(blocks)
}

/// A document that cannot be read, as a failure.
pub(crate) fn invalid(error: &ParseError) -> Failure {
    let faults = error
        .problems
        .iter()
        .map(|problem| Fault {
            pointer: problem.pointer.clone(),
            detail: problem.to_string(),
        })
        .collect();
    Failure::new(
        Code::Validation,
        "the document is not valid EPCIS; nothing was recorded",
    )
    .with_faults(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(bytes: usize) -> Item {
        Item {
            salt: [0; 16],
            media: Media::EPCIS_EVENT,
            body: vec![0; bytes],
        }
    }

    #[test]
    fn items_are_cut_into_blocks_within_both_bounds() {
        let many = into_blocks((0..=BLOCK_ITEMS_MAX).map(|_| item(10)).collect()).unwrap();
        assert_eq!(
            many.iter().map(Vec::len).collect::<Vec<_>>(),
            [BLOCK_ITEMS_MAX, 1]
        );
        let large = into_blocks(vec![item(600_000), item(600_000), item(100)]).unwrap();
        assert_eq!(large.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(
            into_blocks(vec![item(2_000_000)]).unwrap_err().code(),
            Code::CaptureLimit
        );
        assert!(into_blocks(Vec::new()).unwrap().is_empty());
    }
}
