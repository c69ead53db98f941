//! One execution of a subscription at a set time, for a query that bounds how many events it gives
//! (`maxEventCount`, `eventCountLimit`): the bound is that of each execution (EPCIS 2.0, 8.2.7.1).
use gs1::query::{Direction, OrderBy, Query};

use super::{Hit, Look, Search, too_complex};
use crate::app::failure::{Code, Failure};
use crate::auth::Principal;
use crate::limits::SORTED_EVENTS_MAX;
use crate::node::Node;

/// Whether a query bounds how many events an execution gives.
pub fn is_bounded(query: &Query) -> bool {
    query.max_event_count().is_some() || query.event_count_limit().is_some()
}

/// The events of the numbers from `from` to before `end` that an execution gives, in the ledger's
/// order or in that of a query with `eventCountLimit`, which says which are the first.
///
/// # Errors
/// `query_too_large` beyond `maxEventCount`, `query_too_complex` beyond what is read to count or to
/// sort, and the ledger's.
pub fn execution(
    node: &Node,
    principal: &Principal,
    query: &Query,
    (from, end): (u64, u64),
) -> Result<Vec<Hit>, Failure> {
    let search = Search::new(node, principal, query, from)?;
    let (max, limit) = (query.max_event_count(), query.event_count_limit());
    let as_recorded = match query.order_by() {
        None => true,
        Some(OrderBy::RecordTime) => query.direction() == Direction::Ascending,
        Some(_) => false,
    };
    let wanted = match (max, limit) {
        (Some(max), _) => max.saturating_add(1),
        (None, Some(limit)) if as_recorded => limit,
        (None, _) => usize::MAX,
    };
    let mut look = Look::new(&search, wanted);
    look.bound = SORTED_EVENTS_MAX;
    let stopped = look.forward(from)?;
    let (read, found) = (look.read, look.hits.len());
    let mut hits = look.hits;
    hits.retain(|hit| hit.ordinal < end);
    if let Some(max) = max.filter(|max| hits.len() > *max) {
        let text = format!("maxEventCount is {max}, and more events match");
        return Err(Failure::new(Code::QueryTooLarge, text));
    }
    if read >= SORTED_EVENTS_MAX && stopped < end && found < wanted {
        return Err(too_complex("to count what matches"));
    }
    if !as_recorded && limit.is_some() {
        hits.sort_by(|one, other| {
            let order = query.compare(
                (&one.event, one.recorded_ms),
                (&other.event, other.recorded_ms),
            );
            order.then(one.ordinal.cmp(&other.ordinal))
        });
    }
    hits.truncate(limit.unwrap_or(usize::MAX));
    Ok(hits)
}
