//! Ways whose beginning or end nobody recorded: the shipment or the receipt of a measured thing is
//! missing, and all that tells of the way is that two parties in a row handled the thing. T08 asks
//! what was unwatched between shipment and receipt; here one of the two is not on record, so a
//! logger that was started late or stopped early shows only as silence beside what the neighbouring
//! records leave open. That silence holds nothing (a lost record is no excursion), but where it is
//! longer than the end of a way may be silent, nobody may say that the goods were kept as they
//! should be.
//!
//! The same holds for a way on which nothing at all was measured of a thing that was measured
//! elsewhere: T08 asks only where a logger was ([`super::unwatched`]), since whoever has none is no
//! alarm; but readings of one way tell nothing about the next.

use super::{Series, covered, legs};
use crate::chain::undo::known_to_differ;
use crate::cold_chain::Span;
use crate::state::{EventRec, NameId, State};
use crate::timeline::Entry;

/// The last that was heard of a thing.
#[derive(Clone, Copy)]
struct Heard {
    party: Option<NameId>,
    at_ms: i64,
    ships: bool,
}

/// Silence beside an end of a way that is not on record, by the events of a thing within a span.
pub(crate) fn loose_ends(
    state: &State,
    timeline: &[Entry<'_>],
    series: &[Series],
    within: Span,
) -> Vec<Span> {
    let watched = covered(series);
    let breaks = series.iter().map(|series| series.break_ms);
    let silent_ms = breaks.min().unwrap_or(0).max(state.profile.silent_end_ms);
    let mut found = Vec::new();
    let mut last: Option<Heard> = None;
    for entry in timeline {
        let event = entry.event;
        if event.time_ms < within.from_ms || within.to_ms < event.time_ms {
            continue;
        }
        let heard = Heard {
            party: state.party_of(event),
            at_ms: event.time_ms,
            ships: event.step.ships(),
        };
        let receives = event.step.receives();
        if let Some(before) = last {
            if known_to_differ(before.party, heard.party) && !(before.ships && receives) {
                let way = Span {
                    from_ms: before.at_ms,
                    to_ms: heard.at_ms,
                };
                found.extend(silence(way, before.ships, receives, &watched, silent_ms));
            }
        } else if receives && !watched.is_empty() {
            // Nothing before the receipt: where the way began is anybody's guess.
            let at_ms = watched.first().map_or(heard.at_ms, |first| first.from_ms);
            found.push(Span {
                from_ms: at_ms.min(heard.at_ms),
                to_ms: at_ms.min(heard.at_ms),
            });
        }
        last = Some(heard);
    }
    found
}

/// Silence at the ends of a way that are not on record; none where nothing was measured on it.
fn silence(
    way: Span,
    shipped: bool,
    received: bool,
    watched: &[Span],
    silent_ms: i64,
) -> impl Iterator<Item = Span> {
    let on_it: Vec<Span> = watched.iter().filter_map(|it| it.overlap(way)).collect();
    let first = on_it.first().filter(|_| !shipped).map(|first| Span {
        from_ms: way.from_ms,
        to_ms: first.from_ms,
    });
    let last = on_it.last().filter(|_| !received).map(|last| Span {
        from_ms: last.to_ms,
        to_ms: way.to_ms,
    });
    let long = move |span: &Span| span.length_ms() > silent_ms;
    first.into_iter().chain(last).filter(long)
}

/// Ways that nobody measured, by the events of a thing within a span: those that are over, that
/// nothing of `watched` lies in, and that are longer than the end of a way may be silent. A way
/// whose receipt is not on record was over when the next began.
pub(crate) fn unmeasured_ways(
    state: &State,
    timeline: &[Entry<'_>],
    watched: &[Span],
    within: Span,
) -> Vec<Span> {
    let legs = legs(timeline);
    let next = legs.iter().skip(1).map(|leg| Some(leg.from_ms));
    let ways = legs.iter().zip(next.chain([None]));
    let found = ways.filter_map(|(leg, next_ms)| {
        let received = leg.received.and_then(|id| state.event(id));
        let came_ms = leg.to_ms.or(received.map(EventRec::latest_ms));
        let way = Span {
            from_ms: leg.from_ms,
            to_ms: came_ms.or(next_ms)?,
        };
        let way = way.overlap(within)?;
        // What ends when it leaves, or begins when it came, tells nothing of the way.
        let inner = Span {
            from_ms: way.from_ms.saturating_add(1),
            to_ms: way.to_ms.saturating_sub(1),
        };
        let measured = watched.iter().any(|span| span.overlap(inner).is_some());
        (!measured && way.length_ms() > state.profile.silent_end_ms).then_some(way)
    });
    found.collect()
}
