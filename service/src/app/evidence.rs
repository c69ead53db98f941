//! Making an evidence bundle of everything about a pack or a shipment that the asker may see.
use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;
use serde_json::Value;
use tangle::{BlockId, ProveError};

use crate::app::failure::{Code, Failure};
use crate::app::visible::{Subject, visible};
use crate::app::{blocks, identify, time_text};
use crate::auth::{Permit, actions};
use crate::evidence::{Document, Evidence, FORMAT, summary};
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
    let checkpoint = node.witnessed().or_else(|| node.checkpoint());
    let checkpoint = checkpoint.ok_or_else(not_final)?;
    let newest = entries.len().saturating_sub(HISTORY_EVENTS_MAX);
    let mut wanted: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for entry in entries.iter().skip(newest) {
        wanted
            .entry(entry.block.clone())
            .or_default()
            .insert(entry.item);
    }
    let Disclosed { events, proofs } = disclose(node, permit, wanted)?;
    let documents: Vec<Document> = entries
        .iter()
        .skip(newest)
        .filter_map(|entry| {
            let event = events.get(&(entry.block.clone(), entry.item))?.clone();
            Some(Document {
                block: entry.block.clone(),
                item: entry.item,
                event,
            })
        })
        .collect();
    Ok(Evidence {
        format: FORMAT.to_owned(),
        about: epc.canonical(),
        made_at: time_text(node.world().now_ms()),
        network: node.network().to_string(),
        log_key: node.log_key().to_string(),
        checkpoint: checkpoint.note.clone(),
        summary: summary(&documents),
        documents,
        proofs,
    })
}

/// Events by block and item, and the proof of each block.
struct Disclosed {
    events: BTreeMap<(String, u16), Value>,
    proofs: BTreeMap<String, String>,
}

/// Proofs of the wanted items as far as they may be seen.
fn disclose(
    node: &Node,
    permit: &Permit<actions::Query>,
    wanted: BTreeMap<String, BTreeSet<u16>>,
) -> Result<Disclosed, Failure> {
    let mut proofs = BTreeMap::new();
    let mut events = BTreeMap::new();
    for (block, items) in wanted {
        let view = match blocks::block(node, permit, &block) {
            // Of what happened to a container not all may be seen by who sees a pack in it.
            Err(failure) if failure.code() == Code::NotFound => continue,
            other => other?,
        };
        let shown = view
            .items
            .into_iter()
            .filter(|it| items.contains(&it.index));
        let mut disclosed = Vec::new();
        for item in shown {
            let Some(event) = item.json else { continue };
            disclosed.push(item.index);
            events.insert((block.clone(), item.index), event);
        }
        if disclosed.is_empty() {
            continue;
        }
        let id: BlockId = block.parse().map_err(Failure::internal)?;
        let proof = node.with_reader(|reader| reader.prove(&id, &disclosed))?;
        let proof = proof.map_err(|error| match error {
            ProveError::NotFinal => not_final(),
            other => Failure::internal(other),
        })?;
        let text = String::from_utf8(proof).map_err(Failure::internal)?;
        proofs.insert(block, text);
    }
    Ok(Disclosed { events, proofs })
}

fn not_final() -> Failure {
    Failure::new(
        Code::Unprocessable,
        "no signed checkpoint covers this yet; ask again in a moment",
    )
}
