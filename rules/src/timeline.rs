//! What happened to a thing, in event-time order: the events that name it and those that name a
//! container while it was inside, found through the containers and not copied to the contents.
//!
//! A child is inside from the moment of the aggregation ADD until the DELETE, until it is put into
//! something else, or until the container is emptied. Both ends count, because documents often give
//! several events the same minute. Nesting is followed [`DEPTH_MAX`] deep, which also ends cycles.

use crate::cold_chain::Span;
use crate::item::operation;
use crate::state::{EventId, EventRec, State, Step, Thing, ThingId};

/// Deepest nesting followed: pack, carton, case, layer, pallet, container, and two to spare.
pub(crate) const DEPTH_MAX: usize = 8;
/// Most events weighed of one kind for one thing, so that nobody can slow the node down by reading
/// one pack for ever: the oldest that change its state (making, ending, shipping, receiving) and
/// the newest of the others. The rest stay on record.
pub(crate) const EVENTS_MAX: usize = 1_000;

/// Events in the life of most packs.
const ENTRIES: usize = 16;

/// One event in the life of a thing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) id: EventId,
    pub(crate) event: &'a EventRec,
    /// The container it was read on; `None` when the event names the thing itself.
    pub(crate) via: Option<ThingId>,
}

/// A stay inside a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stay {
    pub(crate) parent: ThingId,
    /// The event that put it in.
    pub(crate) since: EventId,
    /// Ends at [`i64::MAX`] while it is still inside.
    pub(crate) span: Span,
}

impl Stay {
    pub(crate) fn is_open(&self) -> bool {
        self.span.to_ms == i64::MAX
    }
}

impl State {
    /// Everything that happened to a thing, oldest first, without events that were taken back.
    pub(crate) fn timeline(&self, id: ThingId) -> Vec<Entry<'_>> {
        let always = Span {
            from_ms: i64::MIN,
            to_ms: i64::MAX,
        };
        let mut entries = Vec::with_capacity(ENTRIES);
        self.collect(id, always, None, &mut entries);
        for (parent, span) in self.containers(id) {
            self.collect(parent, span, Some(parent), &mut entries);
        }
        entries.sort_by_key(|entry| (entry.event.order(), entry.id, entry.via.is_some()));
        entries.dedup_by_key(|entry| entry.id);
        entries
    }

    /// Adds the events that name a thing within a span, as far as [`EVENTS_MAX`] allows.
    fn collect<'a>(
        &'a self,
        id: ThingId,
        span: Span,
        via: Option<ThingId>,
        entries: &mut Vec<Entry<'a>>,
    ) {
        let Some(thing) = self.thing(id) else { return };
        let time = |id: &EventId| self.event(*id).map_or(i64::MIN, |event| event.time_ms);
        let from = thing.touches.partition_point(|id| time(id) < span.from_ms);
        let entries_in_span = thing
            .touches
            .iter()
            .skip(from)
            .filter_map(|id| {
                Some(Entry {
                    id: *id,
                    event: self.event(*id)?,
                    via,
                })
            })
            .take_while(|entry| entry.event.time_ms <= span.to_ms)
            .filter(|entry| entry.event.told().voided_by.is_none());
        if thing.touches.len() <= EVENTS_MAX {
            entries.extend(entries_in_span);
            return;
        }
        let (vital, others): (Vec<_>, Vec<_>) = entries_in_span.partition(|it| is_vital(id, it));
        entries.extend(vital.into_iter().take(EVENTS_MAX));
        entries.extend(others.into_iter().rev().take(EVENTS_MAX));
    }

    /// When the thing was inside what, oldest first.
    pub(crate) fn stays(&self, id: ThingId) -> Vec<Stay> {
        let mut stays = Vec::new();
        self.each_stay(id, |stay| stays.push(stay));
        stays
    }

    /// Tells of each stay, oldest first.
    fn each_stay(&self, id: ThingId, mut tell: impl FnMut(Stay)) {
        let touches = self.thing(id).map_or(&[][..], |thing| &thing.touches);
        // The newest, which what comes later may end.
        let mut last: Option<Stay> = None;
        for touch in touches {
            let standing = self
                .event(*touch)
                .filter(|event| event.told().voided_by.is_none());
            let Some((event, (parent, into))) =
                standing.and_then(|event| Some((event, event.regroups()?)))
            else {
                continue;
            };
            if parent == id {
                continue;
            }
            self.close_if_emptied(&mut last, event.time_ms);
            match last.as_mut().filter(|stay| stay.is_open()) {
                Some(stay) if into && stay.parent == parent => continue,
                Some(stay) if into || stay.parent == parent => {
                    stay.span.to_ms = event.time_ms;
                }
                _ => {}
            }
            if into {
                let span = Span {
                    from_ms: event.time_ms,
                    to_ms: i64::MAX,
                };
                let stay = Stay {
                    parent,
                    since: *touch,
                    span,
                };
                last.replace(stay).into_iter().for_each(&mut tell);
            }
        }
        self.close_if_emptied(&mut last, i64::MAX);
        last.into_iter().for_each(tell);
    }

    /// Ends the open stay where its container was emptied before `until_ms`.
    fn close_if_emptied(&self, last: &mut Option<Stay>, until_ms: i64) {
        let Some(stay) = last.as_mut().filter(|stay| stay.is_open()) else {
            return;
        };
        let Some(parent) = self.thing(stay.parent) else {
            return;
        };
        let since = |id: &EventId| self.event(*id).map_or(i64::MIN, |event| event.time_ms);
        let from = parent
            .disbands()
            .partition_point(|id| since(id) < stay.span.from_ms);
        let later = parent
            .disbands()
            .iter()
            .skip(from)
            .filter_map(|id| self.event(*id));
        let emptied = later
            .filter(|event| event.told().voided_by.is_none())
            .take_while(|event| event.time_ms <= until_ms)
            .next();
        if let Some(event) = emptied {
            stay.span.to_ms = event.time_ms;
        }
    }

    /// Stays that only their end tells of: the thing was taken out of a container, and nobody
    /// recorded that it was put in. It was inside at the longest since the record of its own
    /// before, and since the container's shipment where there is one.
    pub(crate) fn stays_told_by_their_end(&self, id: ThingId) -> Vec<Stay> {
        let touches = self.thing(id).map_or(&[][..], |thing| &thing.touches);
        let standing = |id: &EventId| {
            self.event(*id)
                .filter(|event| event.told().voided_by.is_none())
        };
        let mut found = Vec::new();
        let mut before_ms = i64::MIN;
        let mut known: Option<Vec<Stay>> = None;
        for touch in touches {
            let Some(event) = standing(touch) else {
                continue;
            };
            let since_ms = std::mem::replace(&mut before_ms, event.time_ms);
            let Some((parent, false)) = event.regroups().filter(|(parent, _)| *parent != id) else {
                continue;
            };
            let known = known.get_or_insert_with(|| self.stays(id));
            let at = |stay: &Stay| {
                stay.parent == parent
                    && stay.span.from_ms <= event.time_ms
                    && event.time_ms <= stay.span.to_ms
            };
            if known.iter().any(at) {
                continue;
            }
            let sent = self.thing(parent).map_or(&[][..], |it| &it.touches);
            let sent = sent
                .iter()
                .rev()
                .filter_map(standing)
                .find(|other| other.step.ships() && other.order() <= event.order());
            let from_ms = sent.map_or(since_ms, |sent| sent.time_ms.max(since_ms));
            found.push(Stay {
                parent,
                since: *touch,
                span: Span {
                    from_ms,
                    to_ms: event.time_ms,
                },
            });
        }
        found
    }

    /// Containers around a thing as [`State::containers`], and those that only its being taken out
    /// tells of: what was measured or found there concerns it as well.
    pub(crate) fn containers_told(&self, id: ThingId) -> Vec<(ThingId, Span)> {
        let mut found = self.containers(id);
        for stay in self.stays_told_by_their_end(id) {
            found.push((stay.parent, stay.span));
            for (outer, span) in self.containers(stay.parent) {
                found.extend(span.overlap(stay.span).map(|common| (outer, common)));
            }
        }
        found
    }

    /// Containers around a thing, directly or not, with the time it was inside; nearest first.
    pub(crate) fn containers(&self, id: ThingId) -> Vec<(ThingId, Span)> {
        let always = Span {
            from_ms: i64::MIN,
            to_ms: i64::MAX,
        };
        let mut found = Vec::new();
        self.add_parents(id, always, &mut found);
        let mut nearer = 0;
        for _ in 1..DEPTH_MAX {
            found.truncate(nearer + EVENTS_MAX);
            let front = nearer..found.len();
            nearer = found.len();
            for at in front {
                if let Some((id, span)) = found.get(at).copied() {
                    self.add_parents(id, span, &mut found);
                }
            }
            if nearer == found.len() {
                break;
            }
        }
        found.truncate(nearer + EVENTS_MAX);
        found
    }

    /// Adds what a thing was in within a span.
    fn add_parents(&self, id: ThingId, within: Span, found: &mut Vec<(ThingId, Span)>) {
        self.each_stay(id, |stay| {
            if let Some(common) = stay.span.overlap(within) {
                found.push((stay.parent, common));
            }
        });
    }

    /// Children inside a container at a moment, in table order.
    pub(crate) fn children_at(&self, id: ThingId, at_ms: i64) -> Vec<ThingId> {
        let Some(parent) = self.thing(id) else {
            return Vec::new();
        };
        let inside = |child: &ThingId| {
            self.stays(*child).iter().any(|stay| {
                stay.parent == id && stay.span.from_ms <= at_ms && at_ms <= stay.span.to_ms
            })
        };
        parent.children().iter().copied().filter(inside).collect()
    }

    /// Whether nothing was ever put into a thing or taken out of it.
    pub(crate) fn is_empty(&self, id: ThingId) -> bool {
        self.thing(id).is_none_or(|it| it.children().is_empty())
    }

    /// Everything that was ever inside, at any depth, each once, in table order.
    pub(crate) fn ever_inside(&self, id: ThingId) -> Vec<ThingId> {
        let children = |id: ThingId| self.thing(id).map_or(&[][..], Thing::children);
        let mut found = children(id).to_vec();
        let mut front = found.clone();
        for _ in 1..DEPTH_MAX {
            let mut next: Vec<ThingId> = Vec::new();
            for it in &front {
                next.extend_from_slice(children(*it));
            }
            if next.is_empty() {
                break;
            }
            // Sorted runs, mostly one behind the other.
            next.sort();
            next.dedup();
            let mut known = found.iter().peekable();
            next.retain(|child| {
                while known.next_if(|it| **it < *child).is_some() {}
                known.peek().is_none_or(|it| **it != *child)
            });
            found.extend_from_slice(&next);
            // Two sorted runs: this only merges them.
            found.sort();
            front = next;
        }
        if let Ok(at) = found.binary_search(&id) {
            found.remove(at);
        }
        found
    }
}

/// Whether an event changes what a thing is or who holds it.
fn is_vital(id: ThingId, entry: &Entry<'_>) -> bool {
    let step = entry.event.step;
    let custody = step.ships() || step.receives() || step == Step::VoidShipping;
    custody || entry.event.makes() || operation(id, entry).is_some()
}
