//! Which events can be an answer at all. Each condition that an index answers gives the blocks
//! that may hold one: the ledger's postings for event ids, EPCs, classes, products, transactions
//! and transformations, the catalog's for steps, dispositions and places; block times rule out
//! the rest. The most selective decides, others narrow it where that costs little, and rows in
//! memory are looked at before anything is read from disk. What remains without any index is read
//! in full, up to a bound.
use gs1::epcis::Action;
use gs1::query::{Bound, Condition, IndexedBy, PlaceField, Query, TimeField};
use gs1::{BizStep, Disposition, Epc};

use crate::app::failure::{Code, Failure};
use crate::limits::SCAN_UNINDEXED_EVENTS_MAX;
use crate::node::Node;
use crate::node::catalog::{BlockRow, Catalog, EventRow, Kind};
use crate::node::items::{canonical, namespace};

/// A posting list this many times as long as the shortest is not worth intersecting.
const WORTH: usize = 16;

/// What to look at.
#[derive(Debug)]
pub(super) struct Plan {
    /// Ordinals of the blocks that may hold an answer, ascending; `None` for all.
    pub(super) blocks: Option<Vec<u32>>,
    filter: Filter,
}

/// What rows in memory tell.
#[derive(Debug, Default)]
struct Filter {
    types: Option<Vec<Kind>>,
    event_ms: (Option<i64>, Option<i64>),
    record_ms: (Option<i64>, Option<i64>),
    actions: Option<Vec<Action>>,
    steps: Option<Vec<String>>,
    dispositions: Option<Vec<String>>,
    read_points: Option<Vec<String>>,
    biz_locations: Option<Vec<String>>,
    words: Words,
}

/// Numbers of the words above.
#[derive(Debug, Default)]
struct Words {
    steps: Vec<u32>,
    dispositions: Vec<u32>,
    read_points: Vec<u32>,
    biz_locations: Vec<u32>,
}

impl Plan {
    /// Makes the plan of a query about the events from number `from` on.
    ///
    /// # Errors
    /// `query_too_complex` when no index helps and more events would be read than is allowed.
    pub(super) fn of(node: &Node, query: &Query, from: u64) -> Result<Self, Failure> {
        let mut lists = Vec::new();
        for by in query.indexed_by() {
            if let Some(list) = postings(node, &by)? {
                lists.push(list);
            }
        }
        let fold = node.fold();
        for by in query.indexed_by() {
            if let Some(list) = words(&fold.catalog, &by) {
                lists.push(list);
            }
        }
        let filter = Filter::of(query, &fold.catalog);
        let plan = Self {
            blocks: narrowed(lists),
            filter,
        };
        let bound = SCAN_UNINDEXED_EVENTS_MAX;
        let blind = plan.blocks.is_none() && fold.catalog.event_count() > bound;
        if blind && !query.conditions().is_empty() && plan.rows(&fold.catalog, from) > bound {
            let text = format!(
                "no index answers any part of this query, and more than {bound} events would have \
                 to be read; add a time, a place, a step or an identifier"
            );
            return Err(Failure::new(Code::QueryTooComplex, text));
        }
        Ok(plan)
    }

    /// Whether the rows of a block are worth a look.
    pub(super) fn takes_block(&self, block: &BlockRow) -> bool {
        let filter = &self.filter;
        block.may_have_time(filter.event_ms.0, filter.event_ms.1)
            && within(block.recorded_ms, filter.record_ms)
    }

    /// Whether an event is worth reading.
    pub(super) fn takes(&self, row: &EventRow) -> bool {
        let filter = &self.filter;
        let has =
            |list: &Option<Vec<String>>, words: &[u32], has: fn(&EventRow, &[u32]) -> bool| {
                list.is_none() || has(row, words)
            };
        let types = &filter.types;
        let actions = &filter.actions;
        within(row.time_ms, filter.event_ms)
            && types.as_ref().is_none_or(|list| list.contains(&row.kind))
            && actions.as_ref().is_none_or(|list| {
                let action = row.action.as_ref();
                action.is_some_and(|action| list.contains(action))
            })
            && has(&filter.steps, &filter.words.steps, EventRow::has_step)
            && has(
                &filter.dispositions,
                &filter.words.dispositions,
                EventRow::has_disposition,
            )
            && has(
                &filter.read_points,
                &filter.words.read_points,
                EventRow::has_read_point,
            )
            && has(
                &filter.biz_locations,
                &filter.words.biz_locations,
                EventRow::has_biz_location,
            )
    }

    /// How many events the rows in memory do not rule out.
    fn rows(&self, catalog: &Catalog, from: u64) -> usize {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        (from..catalog.event_count())
            .filter_map(|ordinal| catalog.event(ordinal))
            .filter(|row| self.takes(row))
            .count()
    }
}

impl Filter {
    fn of(query: &Query, catalog: &Catalog) -> Self {
        let mut filter = Self::default();
        for condition in query.conditions() {
            match condition {
                Condition::EventType(list) => {
                    let kinds = list.iter().filter_map(|name| Kind::parse(name)).collect();
                    filter.types = Some(both(filter.types.take(), kinds));
                }
                Condition::Time(field, bound, ms) => filter.time(*field, *bound, *ms),
                Condition::Action(list) => {
                    filter.actions = Some(both(filter.actions.take(), list.clone()));
                }
                Condition::BizStep(list) => {
                    let list = list.iter().map(BizStep::uri).collect();
                    filter.steps = Some(both(filter.steps.take(), list));
                }
                Condition::Disposition(list) => {
                    let list = list.iter().map(Disposition::uri).collect();
                    filter.dispositions = Some(both(filter.dispositions.take(), list));
                }
                Condition::Place(field, list) => {
                    let list = list.iter().map(Epc::canonical).collect();
                    let known = match field {
                        PlaceField::ReadPoint => &mut filter.read_points,
                        PlaceField::BizLocation => &mut filter.biz_locations,
                    };
                    *known = Some(both(known.take(), list));
                }
                _ => {}
            }
        }
        let numbers = |list: &Option<Vec<String>>| {
            let list = list.as_ref();
            list.map(|list| catalog.words(list)).unwrap_or_default()
        };
        filter.words = Words {
            steps: numbers(&filter.steps),
            dispositions: numbers(&filter.dispositions),
            read_points: numbers(&filter.read_points),
            biz_locations: numbers(&filter.biz_locations),
        };
        filter
    }

    fn time(&mut self, field: TimeField, bound: Bound, ms: i64) {
        let times = match field {
            TimeField::Event => &mut self.event_ms,
            TimeField::Record => &mut self.record_ms,
            _ => return,
        };
        match bound {
            Bound::NotBefore => times.0 = Some(times.0.map_or(ms, |known| known.max(ms))),
            Bound::Before => times.1 = Some(times.1.map_or(ms, |known| known.min(ms))),
        }
    }
}

/// Values that both lists have; a list that is not there has all.
fn both<T: PartialEq>(known: Option<Vec<T>>, mut list: Vec<T>) -> Vec<T> {
    if let Some(known) = known {
        list.retain(|one| known.contains(one));
    }
    list
}

fn within(ms: i64, (from, before): (Option<i64>, Option<i64>)) -> bool {
    from.is_none_or(|from| ms >= from) && before.is_none_or(|before| ms < before)
}

/// The blocks that the ledger's index has for a condition.
fn postings(node: &Node, by: &IndexedBy) -> Result<Option<Vec<u32>>, Failure> {
    let keys: Vec<(u8, String)> = match by {
        IndexedBy::EventIds(ids) => {
            let ids = ids.iter().cloned();
            ids.map(|id| (namespace::EVENT_ID, id)).collect()
        }
        IndexedBy::Epcs(epcs) => all(namespace::EPC, epcs),
        IndexedBy::Classes(classes) => all(namespace::CLASS, classes),
        IndexedBy::Products(gtins) => {
            let ids = gtins.iter().map(|gtin| Epc::Gtin(gtin.clone()).canonical());
            let spaces = [namespace::PRODUCT, namespace::CLASS, namespace::EPC];
            ids.flat_map(|id| spaces.map(|space| (space, id.clone())))
                .collect()
        }
        IndexedBy::Transactions(_, ids) => {
            let ids = ids.iter().map(|id| canonical(id));
            ids.map(|id| (namespace::TRANSACTION, id)).collect()
        }
        IndexedBy::Transformations(ids) => {
            let ids = ids.iter().map(|id| canonical(id));
            ids.map(|id| (namespace::TRANSFORMATION, id)).collect()
        }
        _ => return Ok(None),
    };
    let mut positions = Vec::new();
    for (space, key) in keys {
        positions.extend(node.read(|reader| reader.positions_with(space, key.as_bytes()))?);
    }
    let fold = node.fold();
    let ordinal = |position: u64| Some(fold.catalog.block_at(position)?.0);
    let mut blocks: Vec<u32> = positions.into_iter().filter_map(ordinal).collect();
    blocks.sort_unstable();
    blocks.dedup();
    Ok(Some(blocks))
}

fn all(space: u8, epcs: &[Epc]) -> Vec<(u8, String)> {
    epcs.iter().map(|epc| (space, epc.canonical())).collect()
}

/// The blocks that the catalog has for a condition.
fn words(catalog: &Catalog, by: &IndexedBy) -> Option<Vec<u32>> {
    let texts: Vec<String> = match by {
        IndexedBy::Places(_, places) => places.iter().map(Epc::canonical).collect(),
        IndexedBy::BizSteps(steps) => steps.iter().map(BizStep::uri).collect(),
        IndexedBy::Dispositions(list) => list.iter().map(Disposition::uri).collect(),
        _ => return None,
    };
    Some(catalog.blocks_with(&texts))
}

/// The shortest list, narrowed by those that are not much longer.
fn narrowed(mut lists: Vec<Vec<u32>>) -> Option<Vec<u32>> {
    lists.sort_by_key(Vec::len);
    let mut lists = lists.into_iter();
    let mut blocks = lists.next()?;
    let bound = blocks.len().saturating_mul(WORTH);
    for other in lists.take_while(|list| list.len() <= bound) {
        blocks.retain(|block| other.binary_search(block).is_ok());
    }
    Some(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_list_decides_and_comparable_ones_narrow_it() {
        assert_eq!(narrowed(Vec::new()), None);
        let long: Vec<u32> = (0..1_000).filter(|n| n % 2 == 0).collect();
        let lists = vec![long.clone(), vec![3, 4, 8], vec![1, 3, 4]];
        assert_eq!(narrowed(lists), Some(vec![3, 4]));
        // Much longer: to be asked row by row instead.
        assert_eq!(narrowed(vec![long, vec![3]]), Some(vec![3]));
        assert_eq!(narrowed(vec![Vec::new(), vec![1]]), Some(Vec::new()));
    }

    #[test]
    fn conditions_given_twice_narrow_each_other() {
        assert_eq!(both(Some(vec![1, 2]), vec![2, 3]), [2]);
        assert_eq!(both(None, vec![2, 3]), [2, 3]);
    }
}
