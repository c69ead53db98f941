//! Proof files: what an outsider needs to check, offline, that an event was recorded with its
//! outcome. A proof discloses only the items asked for.
use gs1::Epc;
use tangle::{BlockId, ProveError};

use crate::app::blocks;
use crate::app::failure::{Code, Failure};
use crate::app::visible::{Subject, visible};
use crate::auth::{Permit, actions};
use crate::node::Node;
use crate::node::items::{self, namespace};

/// The proof of one item of a block, or of the block alone.
///
/// # Errors
/// `not_found` when block or item are not there or not visible, `unprocessable` when no
/// checkpoint covers the block yet.
pub fn of_block(
    node: &Node,
    permit: &Permit<actions::Query>,
    id: &str,
    item: Option<u16>,
) -> Result<Vec<u8>, Failure> {
    let view = blocks::block(node, permit, id)?;
    if let Some(item) = item {
        let shown = view
            .items
            .iter()
            .any(|it| it.index == item && it.json.is_some());
        if !shown {
            return Err(Failure::not_found("item"));
        }
    }
    prove(node, view.block.id(), item.as_slice())
}

/// The proof of a pack's latest event that names it, or of the event with this id.
///
/// # Errors
/// As [`of_block`].
pub fn of_pack(
    node: &Node,
    permit: &Permit<actions::Query>,
    pack: &Epc,
    event: Option<&str>,
) -> Result<Vec<u8>, Failure> {
    let missing = || Failure::not_found("pack");
    if !visible(&node.fold(), permit.principal(), Subject::Thing(pack)) {
        return Err(missing());
    }
    let history = node.fold().engine.history(pack);
    let wanted = match event {
        // Newest first; events of containers prove nothing about the pack by themselves.
        None => history.iter().rev().find(|entry| entry.parent.is_none()),
        Some(id) => {
            let key = id.as_bytes();
            let found = node.read(|reader| reader.blocks_with(namespace::EVENT_ID, key))?;
            let named = |entry: &&rules::HistoryEntry| {
                found
                    .iter()
                    .filter(|block| block.id().to_string() == entry.block)
                    .any(|block| {
                        items::events(block)
                            .iter()
                            .any(|(item, it)| *item == entry.item && it.event_id_or_hash() == id)
                    })
            };
            history.iter().rev().find(named)
        }
    };
    let entry = wanted.ok_or_else(missing)?;
    let block: BlockId = entry.block.parse().map_err(Failure::internal)?;
    prove(node, &block, &[entry.item])
}

fn prove(node: &Node, id: &BlockId, items: &[u16]) -> Result<Vec<u8>, Failure> {
    node.with_reader(|reader| reader.prove(id, items))?
        .map_err(|error| match error {
            ProveError::NotFinal => Failure::new(
                Code::Unprocessable,
                "no signed checkpoint covers this yet; ask again in a moment",
            ),
            ProveError::Unknown => Failure::not_found("block"),
            ProveError::NoItem { .. } => Failure::not_found("item"),
            error => Failure::internal(error),
        })
}
