//! Capturing EPCIS documents in JSON and XML: parse, sign on behalf of the party, and answer when
//! the events are on disk, ordered and judged. What is wrong with one event refuses the whole
//! document (`rollback`), or that event only (`proceed`). Master data in the document's header
//! are recorded beside the events.
//!
//! A document sent twice is recorded once: an event that the same party recorded before, byte for
//! byte, is not written again. Jobs are told by `app::epcis::jobs`.
use std::collections::BTreeSet;

use gs1::epcis::{Document, Event, ParseError, Problem, Rule, is_xml, parse_any, xml};
use tangle::{BlockId, Item, Kind, Media};

use crate::app::failure::{Code, Failure, Fault};
use crate::limits::{BLOCK_ITEMS_BYTES, BLOCK_ITEMS_MAX, CAPTURE_EVENTS_MAX};
use crate::node::Node;
use crate::node::fold::OPERATOR;
use crate::node::items::{VOCABULARY, namespace};
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
    record_parsed(node, party, &read(document)?)
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
/// `validation` where there is nothing to record, `capture_limit`, and the writer's.
pub(crate) fn record_parsed(
    node: &Node,
    party: Option<&str>,
    document: &Document,
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
    let (fresh, known) = fresh(node, party, &document.events)?;
    let new = fresh.len();
    let news = elements.into_iter().filter(|element| {
        // Without events there must be something to name the job by.
        count == 0 || !node.fold().vocabularies.knows(element)
    });
    let mut made = vocabulary(node, party, &news.collect::<Vec<_>>())?;
    if new > 0 {
        made.extend(node.author(signer, Kind::Events, into_blocks(fresh)?)?);
    }
    let job = made.last().copied().or(known);
    let job = job.ok_or_else(|| Failure::internal("no block made"))?;
    Ok(Captured {
        job,
        events: count,
        known: count.saturating_sub(new),
    })
}

/// Items for the events that this party has not recorded before, and the block of one that it has.
fn fresh(
    node: &Node,
    party: Option<&str>,
    events: &[Event],
) -> Result<(Vec<Item>, Option<BlockId>), Failure> {
    let mut fresh = Vec::new();
    let mut known = None;
    let mut within = BTreeSet::new();
    for event in events {
        let body = event.canonical_json();
        if let Some(block) = recorded_before(node, party, event, &body)? {
            known = Some(block);
        } else if within.insert(blake3::hash(&body).to_hex().to_string()) {
            fresh.push(Item {
                salt: node.world().salt(),
                media: Media::EPCIS_EVENT,
                body,
            });
        }
    }
    Ok((fresh, known))
}

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

/// The block in which this party recorded this very event before.
fn recorded_before(
    node: &Node,
    party: Option<&str>,
    event: &Event,
    body: &[u8],
) -> Result<Option<BlockId>, Failure> {
    let key = event.event_id_or_hash();
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
        let same_owner = owner.as_deref() == Some(party.unwrap_or(OPERATOR));
        let same = |(_, item): (u16, &Item)| item.media == Media::EPCIS_EVENT && item.body == body;
        if same_owner && block.items().any(same) {
            return Ok(Some(id));
        }
    }
    Ok(None)
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
