//! Answering EPCIS event queries. Rows in memory decide what they can; identifiers are looked up
//! in the ledger's index; what remains is read from the blocks, where the events stand as they
//! were captured, and compared once more. Pages follow the ledger's order, which only grows, so a
//! page never changes and no event is skipped or given twice while others are captured.
use std::collections::BTreeSet;

use gs1::Epc;
use gs1::epcis::{Event, EventKind};
use serde_json::Value;
use tangle::{BlockId, VerifiedBlock};

use crate::app::failure::Failure;
use crate::app::query::{Match, Query, page_token};
use crate::app::time_text;
use crate::app::visible::{Subject, visible};
use crate::auth::{Permit, Principal, actions};
use crate::limits::{PAGE_MAX, SCAN_EVENTS_MAX};
use crate::node::Node;
use crate::node::catalog::{BlockRow, Catalog, EventRow};
use crate::node::items::{self, namespace};

/// One page of events.
#[derive(Clone, Debug)]
pub struct Page {
    /// The events as captured, each with its `recordTime`.
    pub events: Vec<Value>,
    /// Token of the next page, if there may be one.
    pub next: Option<String>,
}

/// Answers a query with one page.
///
/// # Errors
/// The ledger's.
pub fn events(
    node: &Node,
    permit: &Permit<actions::Query>,
    query: &Query,
) -> Result<Page, Failure> {
    let candidates = candidates(node, query)?;
    let mut blocks = Blocks { node, last: None };
    let mut page = Page {
        events: Vec::new(),
        next: None,
    };
    let mut read = 0_usize;
    let mut at = query.from;
    'pages: loop {
        let rows = next_rows(node, query, candidates.as_ref(), at);
        let Some((last, ..)) = rows.last() else { break };
        at = last.saturating_add(1);
        for (ordinal, row, block) in rows {
            if page.events.len() == query.per_page || read == SCAN_EVENTS_MAX {
                page.next = Some(page_token(ordinal));
                break 'pages;
            }
            read = read.saturating_add(1);
            let Some((event, owner)) = blocks.event(&block, row.item)? else {
                continue;
            };
            if is_asked_for(query, &event) && may_see(node, permit.principal(), &event, &owner) {
                page.events.push(shown(&event, block.recorded_ms));
            }
        }
    }
    Ok(page)
}

/// Every event with this id: an error declaration repeats the id of the event it is about.
///
/// # Errors
/// `not_found` when there is none that is visible.
pub fn event(node: &Node, permit: &Permit<actions::Query>, id: &str) -> Result<Page, Failure> {
    let query = Query {
        event_ids: Some(vec![id.to_owned()]),
        per_page: PAGE_MAX,
        ..Query::default()
    };
    let page = events(node, permit, &query)?;
    if page.events.is_empty() {
        Err(Failure::not_found("event"))
    } else {
        Ok(page)
    }
}

/// The next rows at or after `from` that memory does not rule out, up to a handful: the state's
/// lock is not held while blocks are read.
fn next_rows(
    node: &Node,
    query: &Query,
    candidates: Option<&BTreeSet<u32>>,
    from: usize,
) -> Vec<(usize, EventRow, BlockRow)> {
    const ROWS: usize = 256;
    let fold = node.fold();
    let catalog = &fold.catalog;
    let filter = Filter::new(catalog, query);
    let Some(first) = catalog.event(from) else {
        return Vec::new();
    };
    let fits = |ordinal: usize| {
        let row = catalog.event(ordinal)?;
        let block = catalog.block(row.block)?;
        filter.passes(row, block).then_some((ordinal, *row, *block))
    };
    match candidates {
        None => (from..catalog.event_count())
            .filter_map(fits)
            .take(ROWS)
            .collect(),
        Some(blocks) => blocks
            .range(first.block..)
            .flat_map(|block| catalog.events_of(*block))
            .filter(|ordinal| *ordinal >= from)
            .filter_map(fits)
            .take(ROWS)
            .collect(),
    }
}

/// The part of a query that rows answer.
struct Filter<'a> {
    query: &'a Query,
    steps: Option<Vec<u32>>,
    dispositions: Option<Vec<u32>>,
    read_points: Option<Vec<u32>>,
    biz_locations: Option<Vec<u32>>,
}

impl<'a> Filter<'a> {
    fn new(catalog: &Catalog, query: &'a Query) -> Self {
        let words = |texts: &Option<Vec<String>>| texts.as_ref().map(|it| catalog.words(it));
        Self {
            query,
            steps: words(&query.steps),
            dispositions: words(&query.dispositions),
            read_points: words(&query.read_points),
            biz_locations: words(&query.biz_locations),
        }
    }

    fn passes(&self, row: &EventRow, block: &BlockRow) -> bool {
        let query = self.query;
        let within = |ms: i64, from: Option<i64>, before: Option<i64>| {
            from.is_none_or(|from| ms >= from) && before.is_none_or(|before| ms < before)
        };
        within(row.time_ms, query.event_from_ms, query.event_before_ms)
            && within(
                block.recorded_ms,
                query.record_from_ms,
                query.record_before_ms,
            )
            && query
                .types
                .as_ref()
                .is_none_or(|types| types.contains(&row.kind))
            && query
                .actions
                .as_ref()
                .is_none_or(|actions| row.action.is_some_and(|it| actions.contains(&it)))
            && self.steps.as_ref().is_none_or(|words| row.has_step(words))
            && self
                .dispositions
                .as_ref()
                .is_none_or(|words| row.has_disposition(words))
            && self
                .read_points
                .as_ref()
                .is_none_or(|words| row.has_read_point(words))
            && self
                .biz_locations
                .as_ref()
                .is_none_or(|words| row.has_biz_location(words))
    }
}

/// Ordinals of the blocks that may hold an answer; `None` when the index cannot narrow it.
fn candidates(node: &Node, query: &Query) -> Result<Option<BTreeSet<u32>>, Failure> {
    let mut found: Option<BTreeSet<u32>> = None;
    let mut narrow = |blocks: BTreeSet<u32>| {
        found = Some(match found.take() {
            None => blocks,
            Some(so_far) => so_far.intersection(&blocks).copied().collect(),
        });
    };
    if let Some(ids) = &query.event_ids {
        let keys = ids.iter().map(|id| (namespace::EVENT_ID, id.clone()));
        narrow(blocks_with(node, keys)?);
    }
    for (which, epcs) in &query.matches {
        let keys = epcs.iter().map(|epc| {
            let space = match (which, epc) {
                (Match::Class | Match::AnyClass, _) => namespace::CLASS,
                (_, Epc::Gtin(_)) => namespace::PRODUCT,
                _ => namespace::EPC,
            };
            (space, epc.canonical())
        });
        narrow(blocks_with(node, keys)?);
    }
    Ok(found)
}

fn blocks_with(
    node: &Node,
    keys: impl Iterator<Item = (u8, String)>,
) -> Result<BTreeSet<u32>, Failure> {
    let mut ids: BTreeSet<BlockId> = BTreeSet::new();
    for (space, key) in keys {
        ids.extend(node.read(|reader| reader.postings(space, key.as_bytes()))?);
    }
    let mut ordinals = BTreeSet::new();
    for id in ids {
        let Some(position) = node.read(|reader| reader.position(&id))? else {
            continue;
        };
        let fold = node.fold();
        ordinals.extend(
            fold.catalog
                .block_at(position.position)
                .map(|(ordinal, _)| ordinal),
        );
    }
    Ok(ordinals)
}

/// Reads events out of blocks, keeping the last block: neighbours are asked for together.
struct Blocks<'a> {
    node: &'a Node,
    last: Option<(VerifiedBlock, String)>,
}

impl Blocks<'_> {
    /// An event and the organisation that recorded it.
    fn event(&mut self, row: &BlockRow, item: u16) -> Result<Option<(Event, String)>, Failure> {
        if self
            .last
            .as_ref()
            .is_none_or(|(block, _)| *block.id() != row.id)
        {
            let block = self.node.block(&row.id)?;
            self.last = block.map(|block| {
                let owner = owner(self.node, &block).unwrap_or_default();
                (block, owner)
            });
        }
        let Some((block, owner)) = &self.last else {
            return Ok(None);
        };
        Ok(items::event(block, item).map(|event| (event, owner.clone())))
    }
}

/// The organisation that recorded a block.
pub(crate) fn owner(node: &Node, block: &VerifiedBlock) -> Option<String> {
    node.fold()
        .registry()
        .organisation_of(&block.header().kid)
        .map(ToOwned::to_owned)
}

fn may_see(node: &Node, principal: &Principal, event: &Event, owner: &str) -> bool {
    visible(&node.fold(), principal, Subject::Event(event, Some(owner)))
}

/// The part of a query that only the event itself answers.
fn is_asked_for(query: &Query, event: &Event) -> bool {
    let by_id = query
        .event_ids
        .as_ref()
        .is_none_or(|ids| ids.contains(&event.event_id_or_hash()));
    by_id
        && query
            .matches
            .iter()
            .all(|(which, asked)| matches(event, *which, asked))
}

fn matches(event: &Event, which: Match, asked: &[Epc]) -> bool {
    let hit = |epc: &Epc| {
        asked.iter().any(|asked| match (asked, epc) {
            (Epc::Gtin(gtin), Epc::Sgtin(sgtin)) => sgtin.gtin == *gtin,
            _ => asked == epc,
        })
    };
    let none: &[Epc] = &[];
    let (observed, inputs, outputs) = match &event.kind {
        EventKind::Object(own) => (own.epc_list.as_slice(), none, none),
        EventKind::Aggregation(own) => (own.child_epcs.as_slice(), none, none),
        EventKind::Association(own) => (own.child_epcs.as_slice(), none, none),
        EventKind::Transaction(own) => (own.epc_list.as_slice(), none, none),
        EventKind::Transformation(own) => (
            none,
            own.input_epc_list.as_slice(),
            own.output_epc_list.as_slice(),
        ),
    };
    match which {
        Match::Epc => observed.iter().any(hit),
        Match::Parent => event.parent().is_some_and(hit),
        Match::Input => inputs.iter().any(hit),
        Match::Output => outputs.iter().any(hit),
        Match::Any => event.epcs().into_iter().any(hit),
        Match::Class => {
            !matches!(event.kind, EventKind::Transformation(_))
                && event.epc_classes().into_iter().any(hit)
        }
        Match::AnyClass => event.epc_classes().into_iter().any(hit),
    }
}

/// The event as captured, with what the node adds: when it was recorded, and a name if it has
/// none of its own.
fn shown(event: &Event, recorded_ms: i64) -> Value {
    let mut json = event.to_json();
    if let Value::Object(members) = &mut json {
        members.insert("recordTime".to_owned(), Value::from(time_text(recorded_ms)));
        members
            .entry("eventID")
            .or_insert_with(|| Value::from(event.event_id_or_hash()));
    }
    json
}
