//! Making an evidence bundle of everything about a pack, a shipment or a case that the asker may
//! see.
use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;
use rules::{FindingView, Lang};
use serde_json::Value;
use tangle::{BlockId, ProveError};

use crate::app::cases::{self, Case};
use crate::app::failure::{Code, Failure};
use crate::app::visible::{Subject, visible};
use crate::app::{blocks, identify, time_text};
use crate::auth::{Permit, actions};
use crate::evidence::{Document, Evidence, FORMAT, Place, Told, summary};
use crate::limits::HISTORY_EVENTS_MAX;
use crate::node::Node;

/// The bundle about a thing: a pack, or a logistic unit.
///
/// # Errors
/// `not_found` when no record names it or the principal took no part in it, `unprocessable` while
/// its latest record is under no checkpoint yet.
pub fn evidence(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
) -> Result<Evidence, Failure> {
    let missing = || Failure::not_found("pack or shipment");
    let epc = identify(id)
        .or_else(|| Epc::parse(id).ok())
        .ok_or_else(missing)?;
    let entries = {
        let fold = node.fold();
        if !visible(&fold, permit.principal(), Subject::Thing(&epc)) {
            return Err(missing());
        }
        fold.engine.history(&epc)
    };
    if entries.is_empty() {
        return Err(missing());
    }
    let newest = entries.len().saturating_sub(HISTORY_EVENTS_MAX);
    let entries = entries.into_iter().skip(newest);
    let places = entries.map(|entry| (entry.block, entry.item)).collect();
    bundle(node, permit, epc.canonical(), places)
}

/// The bundle about a case: what its findings rest on, what was decided and said about it, and what
/// else happened to the things it is about, as much as fits.
///
/// # Errors
/// `not_found` when no such case stands or the principal sees none of it, `unprocessable` while its
/// latest record is under no checkpoint yet.
pub fn of_case(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
) -> Result<Evidence, Failure> {
    let case = cases::case(node, permit, id, Lang::En)?;
    let places = places_of(node, permit, &case)?;
    let mut made = bundle(node, permit, case.case.id, places)?;
    let documents = made.documents.iter();
    let held: BTreeSet<Place> = documents.map(Document::place).collect();
    made.findings = case
        .findings
        .into_iter()
        .map(|it| told(it, &held))
        .collect();
    if held.is_empty() {
        return Err(Failure::not_found("case"));
    }
    Ok(made)
}

/// What a finding says, and which of the records that it rests on are in the bundle.
fn told(it: FindingView, held: &BTreeSet<Place>) -> Told {
    let places = it.evidence.iter().map(|at| Place {
        block: hex::encode(at.block),
        item: at.item,
    });
    Told {
        id: it.id,
        rule: it.rule.to_string(),
        title: it.title.to_owned(),
        severity: format!("{:?}", it.severity),
        sentence: it.sentence,
        subjects: it.subjects,
        at: time_text(it.at),
        until: time_text(it.until),
        evidence: places.filter(|place| held.contains(place)).collect(),
    }
}

/// The records of a case in the order of the ledger.
fn places_of(
    node: &Node,
    permit: &Permit<actions::Query>,
    case: &Case,
) -> Result<Vec<(String, u16)>, Failure> {
    let mut all: BTreeSet<(String, u16)> = BTreeSet::new();
    let findings = case.findings.iter();
    let refs = findings.flat_map(|it| it.evidence.iter().chain(&it.alert.records));
    all.extend(refs.map(|at| (hex::encode(at.block), at.item)));
    let comments = case.comments.iter();
    all.extend(comments.map(|it| (it.said.block.to_string(), it.said.item)));
    let mut more = Vec::new();
    {
        let fold = node.fold();
        let subjects = case.findings.iter().flat_map(|it| &it.subjects);
        let subjects: BTreeSet<&String> = subjects.collect();
        for epc in subjects.into_iter().filter_map(|id| Epc::parse(id).ok()) {
            if visible(&fold, permit.principal(), Subject::Thing(&epc)) {
                more.extend(fold.engine.history(&epc));
            }
        }
    }
    more.sort_by_key(|entry| std::cmp::Reverse(entry.position));
    for entry in more {
        if all.len() >= HISTORY_EVENTS_MAX {
            break;
        }
        all.insert((entry.block, entry.item));
    }
    let mut placed = Vec::with_capacity(all.len());
    for (block, item) in all {
        let id: BlockId = block.parse().map_err(Failure::internal)?;
        let position = node.read(|reader| reader.position(&id))?;
        placed.push((position.map(|it| it.position), item, block));
    }
    placed.sort_unstable();
    Ok(placed
        .into_iter()
        .map(|(_, item, block)| (block, item))
        .collect())
}

/// The bundle of some records, as far as they may be seen.
fn bundle(
    node: &Node,
    permit: &Permit<actions::Query>,
    about: String,
    places: Vec<(String, u16)>,
) -> Result<Evidence, Failure> {
    let mut wanted: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for (block, item) in &places {
        wanted.entry(block.clone()).or_default().insert(*item);
    }
    let Disclosed {
        mut events,
        checkpoint,
        proofs,
    } = disclose(node, permit, wanted)?;
    let document = |place: (String, u16)| {
        let event = events.remove(&place)?;
        let (block, item) = place;
        Some(Document { block, item, event })
    };
    let documents: Vec<Document> = places.into_iter().filter_map(document).collect();
    Ok(Evidence {
        format: FORMAT.to_owned(),
        about,
        made_at: time_text(node.world().now_ms()),
        network: node.network().to_string(),
        log_key: node.log_key().to_string(),
        checkpoint,
        summary: summary(&documents),
        findings: Vec::new(),
        documents,
        proofs,
    })
}

/// Events by block and item, the proof of each block, and the checkpoint they are all under.
struct Disclosed {
    events: BTreeMap<(String, u16), Value>,
    checkpoint: String,
    proofs: BTreeMap<String, String>,
}

/// Proofs of the wanted items as far as they may be seen.
fn disclose(
    node: &Node,
    permit: &Permit<actions::Query>,
    wanted: BTreeMap<String, BTreeSet<u16>>,
) -> Result<Disclosed, Failure> {
    let mut shown: Vec<(BlockId, Vec<u16>)> = Vec::new();
    let mut events = BTreeMap::new();
    for (block, items) in wanted {
        let view = match blocks::block(node, permit, &block) {
            // Of what happened to a container not all may be seen by who sees a pack in it.
            Err(failure) if failure.code() == Code::NotFound => continue,
            other => other?,
        };
        let asked = view
            .items
            .into_iter()
            .filter(|it| items.contains(&it.index));
        let mut disclosed = Vec::new();
        for item in asked {
            let Some(event) = item.json else { continue };
            disclosed.push(item.index);
            events.insert((block.clone(), item.index), event);
        }
        if !disclosed.is_empty() {
            shown.push((block.parse().map_err(Failure::internal)?, disclosed));
        }
    }
    let made = node.with_reader(|reader| reader.prove_all(&shown))?;
    let (checkpoint, made) = made.map_err(|error| match error {
        ProveError::NotFinal => not_final(),
        other => Failure::internal(other),
    })?;
    let mut proofs = BTreeMap::new();
    for ((id, _), proof) in shown.into_iter().zip(made) {
        let text = String::from_utf8(proof).map_err(Failure::internal)?;
        proofs.insert(id.to_string(), text);
    }
    Ok(Disclosed {
        events,
        checkpoint,
        proofs,
    })
}

fn not_final() -> Failure {
    Failure::new(
        Code::Unprocessable,
        "no signed checkpoint covers this yet; ask again in a moment",
    )
}
