//! The history of a pack: what it is, what happened to it, what it was in, how warm it was, what
//! was found about it.
use gs1::epcis::Event;
use gs1::{Epc, Sgtin};
use rules::{ColdChainView, ContainerRef, FindingView, HistoryEntry, Lang, Pack};
use tangle::{BlockId, Status};

use crate::app::blocks::Finality;
use crate::app::failure::Failure;
use crate::app::visible::{Subject, visible};
use crate::app::{findings, identify};
use crate::auth::{Permit, actions};
use crate::limits::HISTORY_EVENTS_MAX;
use crate::node::fold::Fold;
use crate::node::{Node, items};

/// Everything known of a pack.
#[derive(Clone, Debug)]
pub struct History {
    /// The pack.
    pub pack: Pack,
    /// What happened, oldest first; of very long histories the newest events.
    pub events: Vec<HistoryEvent>,
    /// What it was in.
    pub containers: Vec<ContainerRef>,
    /// How warm it was.
    pub cold_chain: ColdChainView,
    /// What was found, newest first.
    pub findings: Vec<FindingView>,
}

impl History {
    /// The same history with everything people read in a language.
    #[must_use]
    pub fn spoken(mut self, lang: Lang) -> Self {
        for event in &mut self.events {
            event.entry = event.entry.clone().spoken(lang);
        }
        let findings = self.findings.into_iter();
        self.findings = findings.map(|finding| finding.spoken(lang)).collect();
        self
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct HistoryEvent {
    /// What the rules say of it.
    pub entry: HistoryEntry,
    /// The event as captured.
    pub event: Option<Event>,
    /// How far its block has come.
    pub finality: Option<Finality>,
}

/// The pack that a text identifies.
pub(crate) fn pack_of(text: &str) -> Result<Sgtin, Failure> {
    match identify(text) {
        Some(Epc::Sgtin(sgtin)) => Ok(sgtin),
        _ => Err(Failure::not_found("pack")),
    }
}

/// The history of a pack, by any form of its identifier.
///
/// # Errors
/// `not_found` when no record names it or the principal took no part in it.
pub fn history(node: &Node, permit: &Permit<actions::Query>, id: &str) -> Result<History, Failure> {
    let sgtin = pack_of(id)?;
    let epc = Epc::Sgtin(sgtin.clone());
    let missing = || Failure::not_found("pack");
    let size = node.checkpoint().map(|signed| signed.checkpoint.size);
    let mut told = {
        let fold = node.fold();
        if !visible(&fold, permit.principal(), Subject::Thing(&epc)) {
            return Err(missing());
        }
        let engine = &fold.engine;
        let findings = engine.findings_for(&epc).into_iter();
        let seen = |finding| findings::shown(&fold, permit.principal(), finding);
        let mut entries = engine.history(&epc);
        let surplus = entries.len().saturating_sub(HISTORY_EVENTS_MAX);
        entries.drain(..surplus);
        let event = |entry: HistoryEntry| {
            let finality = finality_of(&fold, entry.position, size);
            HistoryEvent {
                entry,
                event: None,
                finality,
            }
        };
        History {
            pack: engine.pack(&sgtin).ok_or_else(missing)?,
            events: entries.into_iter().map(event).collect(),
            containers: engine.containers_of(&epc),
            cold_chain: engine.cold_chain(&sgtin),
            findings: findings.filter_map(seen).collect(),
        }
    };
    for event in &mut told.events {
        let id: BlockId = event.entry.block.parse().map_err(Failure::internal)?;
        event.event = node
            .block(&id)?
            .and_then(|block| items::event(&block, event.entry.item));
    }
    Ok(told)
}

/// How far the block has come in which this item was folded, from memory alone.
pub(crate) fn finality_of(fold: &Fold, item: u64, checkpoint: Option<u64>) -> Option<Finality> {
    let row = fold.catalog.block_of_item(item)?;
    let covered = checkpoint.filter(|size| row.leaf() < *size);
    Some(Finality {
        status: if covered.is_some() {
            Status::Final
        } else {
            Status::Ordered
        },
        position: Some(row.position),
        checkpoint_size: covered,
    })
}
