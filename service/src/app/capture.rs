//! Capturing EPCIS documents: parse whole, refuse whole when anything is wrong, sign on behalf of
//! the party, and answer when the events are on disk, ordered and judged. The capture job is the
//! block that holds the events, so it needs no record of its own and cannot be lost.
//!
//! A document sent twice is recorded once: an event that the same party recorded before, byte for
//! byte, is not written again.
use std::collections::BTreeSet;

use gs1::epcis::{Event, ParseError, parse_document};
use tangle::{BlockId, Item, Kind, Media};

use crate::app::failure::{Code, Failure, Fault};
use crate::auth::{Permit, Principal, actions};
use crate::limits::{BLOCK_ITEMS_BYTES, BLOCK_ITEMS_MAX, CAPTURE_EVENTS_MAX};
use crate::node::Node;
use crate::node::fold::OPERATOR;
use crate::node::items::namespace;

/// What a capture recorded.
#[derive(Clone, Debug)]
pub struct Captured {
    /// The job: the block that holds the last event of the document.
    pub job: BlockId,
    /// Events of the document.
    pub events: usize,
    /// How many of them were recorded before.
    pub known: usize,
}

/// State of a capture job; it is finished as soon as it exists.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: BlockId,
    /// When the node signed it, Unix milliseconds.
    pub created_ms: i64,
    /// When it was ordered, Unix milliseconds.
    pub finished_ms: i64,
}

/// Records a document for the permit's party.
///
/// # Errors
/// `validation` with every fault by JSON pointer, `capture_limit`, and the writer's.
pub fn capture(
    node: &Node,
    permit: &Permit<actions::Capture>,
    document: &[u8],
) -> Result<Captured, Failure> {
    record(node, permit.principal().party.as_deref(), document)
}

/// The job with this id, for the party whose it is.
///
/// # Errors
/// `not_found`.
pub fn job(node: &Node, permit: &Permit<actions::Capture>, id: &str) -> Result<Job, Failure> {
    let missing = || Failure::not_found("capture");
    let id: BlockId = id.parse().map_err(|_| missing())?;
    let block = node.block(&id)?.ok_or_else(missing)?;
    let header = block.header();
    let fold = node.fold();
    let owner = fold.registry().organisation_of(&header.kid);
    if header.kind != Kind::Events || !owns(permit.principal(), owner) {
        return Err(missing());
    }
    let created_ms = i64::try_from(header.hlc.ms()).unwrap_or(i64::MAX);
    drop(fold);
    let finished_ms = crate::app::blocks::recorded_ms(node, &id)?.unwrap_or(created_ms);
    Ok(Job {
        id,
        created_ms,
        finished_ms,
    })
}

fn owns(principal: &Principal, owner: Option<&str>) -> bool {
    principal.sees_all() || owner == Some(principal.party.as_deref().unwrap_or(OPERATOR))
}

/// Records a document for a party, or for the operator.
pub(crate) fn record(
    node: &Node,
    party: Option<&str>,
    document: &[u8],
) -> Result<Captured, Failure> {
    let signer = node.signer(party)?;
    let document = parse_document(document).map_err(|error| invalid(&error))?;
    let count = document.events.len();
    if count == 0 {
        return Err(Failure::new(
            Code::Validation,
            "the document holds no event",
        ));
    }
    if count > CAPTURE_EVENTS_MAX {
        return Err(Failure::new(
            Code::CaptureLimit,
            format!("the document holds {count} events; a capture takes {CAPTURE_EVENTS_MAX}"),
        ));
    }
    let mut fresh = Vec::new();
    let mut known = None;
    let mut within = BTreeSet::new();
    for event in &document.events {
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
    let new = fresh.len();
    let made = if new == 0 {
        Vec::new()
    } else {
        node.author(signer, Kind::Events, into_blocks(fresh)?)?
    };
    let job = made
        .last()
        .copied()
        .or(known)
        .ok_or_else(|| Failure::internal("no block made"))?;
    Ok(Captured {
        job,
        events: count,
        known: count.saturating_sub(new),
    })
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

fn invalid(error: &ParseError) -> Failure {
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
        "the document is not valid EPCIS 2.0; nothing was recorded",
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
