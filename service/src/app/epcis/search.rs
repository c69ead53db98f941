//! Answering a question with one page of events: rows that the plan leaves are read from their
//! blocks one after the other, compared with the whole query, shown to whom may see them, until
//! the page is full and one more is found. Nothing is gathered that is not given, except where the
//! order is that of an extension, which only the events themselves tell.
//!
//! Without `orderBy` pages follow the ledger's order, which only grows, so that a page never
//! changes and no event is skipped or given twice while others are captured.
mod execution;

use std::collections::BTreeMap;

use gs1::epcis::Event;
use gs1::query::{Condition, Direction, OrderBy, Query};
use tangle::{BlockId, VerifiedBlock};

use super::ask::{Asked, refused};
use super::facts::Facts;
use super::plan::Plan;
use super::token::{self, Further, Mark, Question, Token};
pub use execution::{execution, is_bounded};

use crate::app::events::owner;
use crate::app::failure::{Code, Failure};
use crate::app::visible::{Subject, visible};
use crate::auth::Principal;
use crate::limits::{PAGE_MAX, SCAN_EVENTS_MAX, SORTED_EVENTS_MAX};
use crate::node::Node;
use crate::node::catalog::{BlockRow, EventRow};
use crate::node::items;

/// Rows looked up at a time: the state's lock is not held while blocks are read.
const ROWS: usize = 256;
/// Blocks kept while their events are asked for.
const BLOCKS_KEPT: usize = 16;

/// An event of an answer.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The event as captured.
    pub event: Event,
    /// When it was recorded, Unix milliseconds.
    pub recorded_ms: i64,
    /// Its number in the ledger's order.
    pub ordinal: u64,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page {
    /// The events.
    pub hits: Vec<Hit>,
    /// Token of the next page, if there is one.
    pub next: Option<Token>,
}

/// Answers a question with one page.
///
/// # Errors
/// `query_parameter` for a token that cannot be used, `query_too_large` beyond `maxEventCount`,
/// `query_too_complex` beyond what is read for one question, and the ledger's.
pub fn page(
    node: &Node,
    principal: &Principal,
    question: &Question,
    asked: &Asked,
) -> Result<Page, Failure> {
    let search = Search::new(node, principal, &asked.query, 0)?;
    let further = if let Some(text) = &asked.paging.token {
        Some(token::take(node, question, text)?)
    } else {
        search.hold_to_maximum()?;
        None
    };
    let left = match &further {
        Some(further) => further.left,
        None => asked.query.event_count_limit(),
    };
    let wanted = asked.paging.per_page.min(left.unwrap_or(usize::MAX));
    let (hits, mark) = search.from(further.as_ref().map(|it| &it.mark), wanted)?;
    let left = left.map(|left| left.saturating_sub(hits.len()));
    let next = mark.filter(|_| left != Some(0)).map(|mark| {
        let further = Further { mark, left };
        token::give(node, question, &further)
    });
    Ok(Page { hits, next })
}

/// The first events of an answer, for those who keep their place by the events themselves: at most
/// `wanted` from the event of number `from` on, in the ledger's order, and the number after the
/// last one looked at.
///
/// # Errors
/// The ledger's.
pub fn since(
    node: &Node,
    principal: &Principal,
    query: &Query,
    from: u64,
    wanted: usize,
) -> Result<(Vec<Hit>, u64), Failure> {
    let search = Search::new(node, principal, query, from)?;
    let mut look = Look::new(&search, wanted);
    let end = look.forward(from)?;
    Ok((look.hits, end))
}

/// Whether there is anything that the principal may see; at most `bound` events are read for it.
///
/// # Errors
/// The ledger's.
pub fn any(
    node: &Node,
    principal: &Principal,
    query: &Query,
    bound: usize,
) -> Result<bool, Failure> {
    let search = Search::new(node, principal, query, 0)?;
    let mut look = Look::new(&search, 0);
    look.bound = bound;
    look.forward(0)?;
    Ok(look.found)
}

/// Every event with this id: an error declaration repeats the id of the event it is about.
///
/// # Errors
/// `not_found` when there is none that is visible.
pub fn named(node: &Node, principal: &Principal, id: &str) -> Result<Vec<Hit>, Failure> {
    let body = serde_json::json!({ "EQ_eventID": [id] });
    let missing = || Failure::not_found("event");
    // What is no URI is no event's id.
    let query = Query::from_json(&body).map_err(|_| missing())?;
    let (hits, _) = since(node, principal, &query, 0, PAGE_MAX)?;
    if hits.is_empty() {
        return Err(missing());
    }
    Ok(hits)
}

struct Search<'a> {
    node: &'a Node,
    principal: &'a Principal,
    query: &'a Query,
    plan: Plan,
    /// The number behind the last event that the plan knows of for certain.
    known: u64,
    /// The query names event ids: an event without one has the name this node gives it.
    by_id: bool,
}

/// What one call reads and finds.
struct Look<'a> {
    search: &'a Search<'a>,
    blocks: Blocks<'a>,
    read: usize,
    /// Events read at most.
    bound: usize,
    wanted: usize,
    hits: Vec<Hit>,
    /// Whether one more than wanted was found.
    found: bool,
}

/// The events of a page, and where the next one begins.
type Found = (Vec<Hit>, Option<Mark>);

/// A row with where it stands.
type Row = (u64, EventRow, BlockRow);

impl<'a> Search<'a> {
    fn new(
        node: &'a Node,
        principal: &'a Principal,
        query: &'a Query,
        from: u64,
    ) -> Result<Self, Failure> {
        let by_id = |condition: &Condition| matches!(condition, Condition::EventId(_));
        // Before the plan: what is recorded meanwhile may be in it, and what is counted is.
        let known = node.fold().catalog.event_count();
        Ok(Self {
            node,
            principal,
            query,
            plan: Plan::of(node, query, from)?,
            known: u64::try_from(known).unwrap_or(u64::MAX),
            by_id: query.conditions().iter().any(by_id),
        })
    }

    /// A page from `mark` on, and where the next one begins.
    fn from(&self, mark: Option<&Mark>, wanted: usize) -> Result<Found, Failure> {
        let mut look = Look::new(self, wanted);
        let down = self.query.direction() == Direction::Descending;
        let next = match (self.query.order_by(), mark) {
            (None, mark) => look.page_forward(mark),
            (Some(OrderBy::RecordTime), mark) if !down => look.page_forward(mark),
            (Some(OrderBy::RecordTime), mark) => look.page_backward(mark),
            (Some(OrderBy::EventTime), mark) => look.page_by_time(mark, down),
            (Some(OrderBy::Extension(_)), mark) => look.page_by_extension(mark),
        }?;
        Ok((look.hits, next))
    }

    /// Refuses a question with more answers than it says it wants.
    fn hold_to_maximum(&self) -> Result<(), Failure> {
        let Some(max) = self.query.max_event_count() else {
            return Ok(());
        };
        let mut look = Look::new(self, max.saturating_add(1));
        look.bound = SORTED_EVENTS_MAX;
        look.forward(0)?;
        if look.hits.len() > max {
            let text = format!("maxEventCount is {max}, and more events match");
            return Err(Failure::new(Code::QueryTooLarge, text));
        }
        if look.read >= look.bound {
            return Err(too_complex("to count what matches"));
        }
        Ok(())
    }

    /// The next rows in the ledger's order, at or after `from`.
    fn rows_after(&self, from: u64) -> Vec<Row> {
        let fold = self.node.fold();
        let catalog = &fold.catalog;
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let Some(first) = catalog.event(from).map(|row| row.block) else {
            return Vec::new();
        };
        let last = u32::try_from(catalog.block_count()).unwrap_or(u32::MAX);
        let mut rows = Vec::new();
        let mut take = |block: u32| {
            self.rows_of(catalog, block, &mut rows, |ordinal| ordinal >= from);
            rows.len() < ROWS
        };
        match &self.plan.blocks {
            None => {
                let _done = (first..last).all(&mut take);
            }
            Some(blocks) => {
                let at = blocks.partition_point(|block| *block < first);
                let _done = blocks.iter().skip(at).all(|block| take(*block));
            }
        }
        rows
    }

    /// The next rows before `before`, latest first.
    fn rows_before(&self, before: u64) -> Vec<Row> {
        let fold = self.node.fold();
        let catalog = &fold.catalog;
        let count = catalog.event_count();
        let before = usize::try_from(before).unwrap_or(usize::MAX).min(count);
        let Some(last) = before.checked_sub(1).and_then(|last| catalog.event(last)) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        let mut take = |block: u32| {
            let mut own = Vec::new();
            self.rows_of(catalog, block, &mut own, |ordinal| ordinal < before);
            rows.extend(own.into_iter().rev());
            rows.len() < ROWS
        };
        match &self.plan.blocks {
            None => {
                let _done = (0..=last.block).rev().all(&mut take);
            }
            Some(blocks) => {
                let end = blocks.partition_point(|block| *block <= last.block);
                let _done = blocks.iter().take(end).rev().all(|block| take(*block));
            }
        }
        rows
    }

    /// The next rows by event time from `from` on (and before it when `down`), in that order.
    fn rows_by_time(&self, from: Option<(i64, u64)>, down: bool) -> Vec<Row> {
        let fold = self.node.fold();
        let catalog = &fold.catalog;
        let mut rows = Vec::new();
        let mut take = |block: u32| self.rows_of(catalog, block, &mut rows, |_| true);
        match &self.plan.blocks {
            None => (0..u32::try_from(catalog.block_count()).unwrap_or(u32::MAX)).for_each(take),
            Some(blocks) => blocks.iter().for_each(|block| take(*block)),
        }
        let key = |row: &Row| (row.1.time_ms, row.0);
        rows.retain(|row| {
            from.is_none_or(|from| {
                if down {
                    key(row) <= from
                } else {
                    key(row) >= from
                }
            })
        });
        let order = |one: &Row, other: &Row| {
            let order = key(one).cmp(&key(other));
            if down { order.reverse() } else { order }
        };
        if rows.len() > ROWS {
            let _parted = rows.select_nth_unstable_by(ROWS, order);
            rows.truncate(ROWS);
        }
        rows.sort_unstable_by(order);
        rows
    }

    fn rows_of(
        &self,
        catalog: &crate::node::catalog::Catalog,
        block: u32,
        rows: &mut Vec<Row>,
        within: impl Fn(usize) -> bool,
    ) {
        let Some(row) = catalog.block(block).filter(|it| self.plan.takes_block(it)) else {
            return;
        };
        for ordinal in catalog.events_of(block).filter(|ordinal| within(*ordinal)) {
            if let Some(event) = catalog.event(ordinal).filter(|it| self.plan.takes(it)) {
                rows.push((u64::try_from(ordinal).unwrap_or(u64::MAX), *event, *row));
            }
        }
    }
}

impl<'a> Look<'a> {
    fn new(search: &'a Search<'a>, wanted: usize) -> Self {
        Self {
            search,
            blocks: Blocks {
                node: search.node,
                kept: BTreeMap::new(),
                order: Vec::new(),
            },
            read: 0,
            bound: SCAN_EVENTS_MAX,
            wanted,
            hits: Vec::new(),
            found: false,
        }
    }

    /// Looks at a row; whether it is one too many, or nothing more may be read.
    fn is_beyond(&mut self, row: &Row) -> Result<bool, Failure> {
        if self.read >= self.bound {
            return Ok(true);
        }
        let Some(hit) = self.hit(row)? else {
            return Ok(false);
        };
        if self.hits.len() >= self.wanted {
            self.found = true;
            return Ok(true);
        }
        self.hits.push(hit);
        Ok(false)
    }

    /// From an event on, in the ledger's order; gives the number of the first event not looked at.
    /// What was recorded since the plan was made is left for the next time, and not passed over.
    fn forward(&mut self, start: u64) -> Result<u64, Failure> {
        let end = start.max(self.search.known);
        let mut from = start;
        loop {
            let rows = self.search.rows_after(from);
            let Some((last, ..)) = rows.last() else {
                return Ok(end);
            };
            from = last.saturating_add(1);
            for row in &rows {
                if row.0 >= end {
                    return Ok(end);
                }
                if self.is_beyond(row)? {
                    return Ok(row.0);
                }
            }
        }
    }

    fn page_forward(&mut self, mark: Option<&Mark>) -> Result<Option<Mark>, Failure> {
        let mut from = match mark {
            None => 0,
            Some(Mark::Number(from)) => *from,
            Some(_) => return Err(other_order()),
        };
        loop {
            let rows = self.search.rows_after(from);
            let Some((last, ..)) = rows.last() else {
                return Ok(None);
            };
            from = last.saturating_add(1);
            for row in &rows {
                if self.is_beyond(row)? {
                    return Ok(Some(Mark::Number(row.0)));
                }
            }
        }
    }

    fn page_backward(&mut self, mark: Option<&Mark>) -> Result<Option<Mark>, Failure> {
        let mut before = match mark {
            None => u64::MAX,
            Some(Mark::Before(before)) => *before,
            Some(_) => return Err(other_order()),
        };
        loop {
            let rows = self.search.rows_before(before);
            let Some((last, ..)) = rows.last() else {
                return Ok(None);
            };
            before = *last;
            for row in &rows {
                if self.is_beyond(row)? {
                    return Ok(Some(Mark::Before(row.0.saturating_add(1))));
                }
            }
        }
    }

    fn page_by_time(&mut self, mark: Option<&Mark>, down: bool) -> Result<Option<Mark>, Failure> {
        let mut from = match mark {
            None => None,
            Some(Mark::Time(ms, ordinal)) => Some((*ms, *ordinal)),
            Some(_) => return Err(other_order()),
        };
        loop {
            let rows = self.search.rows_by_time(from, down);
            for row in &rows {
                if self.is_beyond(row)? {
                    return Ok(Some(Mark::Time(row.1.time_ms, row.0)));
                }
            }
            let next = rows.last().filter(|_| rows.len() == ROWS);
            let Some((ordinal, event, _)) = next else {
                return Ok(None);
            };
            from = if down {
                match ordinal.checked_sub(1) {
                    Some(before) => Some((event.time_ms, before)),
                    None => Some((event.time_ms.saturating_sub(1), u64::MAX)),
                }
            } else {
                Some((event.time_ms, ordinal.saturating_add(1)))
            };
        }
    }

    /// By an extension: everything that matches is read and sorted. The mark is the number of the
    /// event that begins the page.
    fn page_by_extension(&mut self, mark: Option<&Mark>) -> Result<Option<Mark>, Failure> {
        let start = match mark {
            None => None,
            Some(Mark::Number(start)) => Some(*start),
            Some(_) => return Err(other_order()),
        };
        let mut found = Vec::new();
        let mut from = 0;
        loop {
            let rows = self.search.rows_after(from);
            let Some((last, ..)) = rows.last() else { break };
            from = last.saturating_add(1);
            for row in &rows {
                found.extend(self.hit(row)?);
                if self.read >= SORTED_EVENTS_MAX {
                    return Err(too_complex("to sort them by an extension"));
                }
            }
        }
        let query = self.search.query;
        let key = |hit: &Hit| hit.ordinal;
        found.sort_by(|one, other| {
            let order = query.compare(
                (&one.event, one.recorded_ms),
                (&other.event, other.recorded_ms),
            );
            order.then(key(one).cmp(&key(other)))
        });
        let begins = |start: u64| found.iter().position(|hit| hit.ordinal == start);
        let at = match start.map(begins) {
            None => 0,
            Some(Some(at)) => at,
            // Erased meanwhile: what follows it cannot be told.
            Some(None) => found.len(),
        };
        let mut rest = found.into_iter().skip(at);
        self.hits = rest.by_ref().take(self.wanted).collect();
        Ok(rest.next().map(|hit| Mark::Number(hit.ordinal)))
    }

    /// The event of a row, if it is asked for and may be seen.
    fn hit(&mut self, row: &Row) -> Result<Option<Hit>, Failure> {
        let (ordinal, event, block) = row;
        self.read = self.read.saturating_add(1);
        let Some((mut event, owner)) = self.blocks.event(block, event.item)? else {
            return Ok(None);
        };
        let search = self.search;
        if search.by_id && event.event_id.is_none() {
            let id = event.event_id_or_hash();
            event = event.with_event_id(&id).map_err(Failure::internal)?;
        }
        let recorded_ms = block.recorded_ms;
        let facts = Facts(search.node);
        if !search.query.matches_with(&event, recorded_ms, &facts) {
            return Ok(None);
        }
        let subject = Subject::Event(&event, Some(&owner));
        let seen = visible(&search.node.fold(), search.principal, subject);
        Ok(seen.then_some(Hit {
            event,
            recorded_ms,
            ordinal: *ordinal,
        }))
    }
}

/// Reads events out of blocks, keeping the last ones: neighbours are asked for together.
struct Blocks<'a> {
    node: &'a Node,
    kept: BTreeMap<BlockId, (VerifiedBlock, String)>,
    order: Vec<BlockId>,
}

impl Blocks<'_> {
    /// An event and the organisation that recorded it.
    fn event(&mut self, row: &BlockRow, item: u16) -> Result<Option<(Event, String)>, Failure> {
        if !self.kept.contains_key(&row.id) {
            let Some(block) = self.node.block(&row.id)? else {
                return Ok(None);
            };
            let owner = owner(self.node, &block).unwrap_or_default();
            if self.order.len() >= BLOCKS_KEPT {
                let oldest = self.order.remove(0);
                self.kept.remove(&oldest);
            }
            self.order.push(row.id);
            self.kept.insert(row.id, (block, owner));
        }
        let Some((block, owner)) = self.kept.get(&row.id) else {
            return Ok(None);
        };
        Ok(items::event(block, item).map(|event| (event, owner.clone())))
    }
}

fn too_complex(what: &str) -> Failure {
    let bound = SORTED_EVENTS_MAX;
    let text = format!("more than {bound} events would have to be read {what}; ask for less");
    Failure::new(Code::QueryTooComplex, text)
}

fn other_order() -> Failure {
    Failure::new(
        Code::QueryParameter,
        "nextPageToken is not one of this question's order",
    )
}

/// Reads a stored query body again.
///
/// # Errors
/// As when it was stored.
pub fn stored(body: &serde_json::Value) -> Result<Query, Failure> {
    Query::from_json(body).map_err(|error| refused(&error))
}

#[cfg(test)]
mod tests;
