//! The state of one thing, folded from its timeline: is it made, who holds it, where was it last,
//! has its life ended. Rules look at the state *before* each event.
//!
//! Possession, not ownership: commissioning gives it to whoever commissioned, a receipt to whoever
//! received; a shipment leaves it with the sender, bound for the receiver, until the receipt.

use crate::state::event::{Act, Fate};
use crate::state::{EventId, NameId, PlaceId, State, Step, ThingId};
use crate::timeline::Entry;

/// Where in its life a thing is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Life {
    /// Events name it, but none made it.
    #[default]
    Unborn,
    Active,
    InTransit,
    Dispensed,
    Decommissioned,
    Destroyed,
    Stolen,
    Damaged,
}

impl Life {
    /// Whether nothing may follow in the supply chain.
    pub(crate) fn is_over(self) -> bool {
        matches!(
            self,
            Self::Dispensed | Self::Decommissioned | Self::Destroyed | Self::Stolen
        )
    }

    /// Whether this end replaces an earlier one: what was dispensed can still be destroyed.
    fn outlasts(self, earlier: Self) -> bool {
        matches!(self, Self::Destroyed | Self::Stolen) && self != earlier
    }
}

/// The folded state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) life: Life,
    /// The commissioning that counts: the first in the ledger.
    pub(crate) birth: Option<EventId>,
    pub(crate) holder: Option<NameId>,
    /// Where a shipment on the way is going.
    pub(crate) bound_for: Option<NameId>,
    /// The last event that names a place, and that place.
    pub(crate) seen: Option<(EventId, PlaceId)>,
    /// The receipt of the thing itself, when that is the last that was seen of it.
    alone: Option<(EventId, PlaceId)>,
    /// The event that ended its life.
    pub(crate) end: Option<EventId>,
    /// The shipment it is on.
    pub(crate) shipped: Option<EventId>,
    /// It was read on its own at another place than the container it was in: it has left it.
    pub(crate) parted: Option<ThingId>,
}

/// An event with the state before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) entry: Entry<'a>,
    pub(crate) before: Item,
}

/// Folds a timeline; gives the moments that concern the thing and the state after the last one.
/// Events of a container are left out once the thing's life is over or it has left the container.
pub(crate) fn fold<'a>(
    state: &State,
    birth: Option<EventId>,
    timeline: &[Entry<'a>],
) -> (Vec<Moment<'a>>, Item) {
    let mut item = Item {
        birth,
        ..Item::default()
    };
    let mut moments = Vec::with_capacity(timeline.len());
    for entry in timeline {
        if entry.via.is_some() && !follows_container(state, &mut item, entry) {
            continue;
        }
        moments.push(Moment {
            entry: *entry,
            before: item,
        });
        step(state, &mut item, entry);
    }
    (moments, item)
}

/// Whether an event of the container still concerns this thing. It does not after the end of its
/// life, nor once it was received on its own and the container turns up at other premises without
/// having been shipped from there: nobody recorded the unpacking.
fn follows_container(state: &State, item: &mut Item, entry: &Entry<'_>) -> bool {
    if item.life.is_over() || (item.parted.is_some() && item.parted == entry.via) {
        return false;
    }
    let alone = item.alone.filter(|_| item.life == Life::Active);
    if let (Some((event, at)), Some(place)) = (alone, entry.event.place())
        && !state.places.same_premises(at, place)
        && !names(state, event, entry.via)
    {
        item.parted = entry.via;
        return false;
    }
    true
}

/// Whether an event names a container.
fn names(state: &State, event: EventId, container: Option<ThingId>) -> bool {
    container
        .and_then(|id| state.thing(id))
        .is_some_and(|thing| thing.touches.contains(&event))
}

fn step(state: &State, item: &mut Item, entry: &Entry<'_>) {
    let event = entry.event;
    if let Some(place) = event.place() {
        item.seen = Some((entry.id, place));
        let alone = entry.via.is_none() && event.step == Step::Receiving;
        item.alone = if alone { Some((entry.id, place)) } else { None };
    }
    if entry.via.is_none() && event.is_birth() {
        if item.life == Life::Unborn {
            item.life = Life::Active;
            item.holder = state.party_of(event);
        }
        return;
    }
    let end = end_of_life(entry);
    if item.life.is_over() && !end.is_some_and(|end| end.outlasts(item.life)) {
        return;
    }
    if let Some(end) = end {
        item.life = end;
        item.end = Some(entry.id);
        item.holder = state.party_of(event).or(item.holder);
        item.bound_for = None;
        return;
    }
    match event.step {
        Step::Shipping => {
            item.holder = state.party_of(event).or(item.holder);
            let there = event
                .destination_place
                .and_then(|place| state.party_at(place));
            item.bound_for = event.destination.or(there);
            item.shipped = Some(entry.id);
            item.alive(Life::InTransit);
        }
        Step::Receiving => {
            item.holder = state.party_of(event).or(item.bound_for);
            item.bound_for = None;
            item.shipped = None;
            item.alive(Life::Active);
        }
        Step::VoidShipping => {
            item.bound_for = None;
            item.shipped = None;
            item.alive(Life::Active);
        }
        _ if event.fate == Fate::Damaged => item.alive(Life::Damaged),
        // A new container is nobody's until somebody packs it.
        Step::Packing if item.holder.is_none() => item.holder = state.party_of(event),
        _ => {}
    }
}

impl Item {
    /// A new phase of a life that has begun; an unborn thing stays unborn.
    fn alive(&mut self, life: Life) {
        if self.life != Life::Unborn {
            self.life = life;
        }
    }
}

/// The end an event puts to a life. A container that is taken off the books does not take its
/// contents with it; one that is destroyed, stolen or dispensed does.
pub(crate) fn end_of_life(entry: &Entry<'_>) -> Option<Life> {
    let event = entry.event;
    match (event.step, event.fate) {
        (_, Fate::PartiallyDispensed) => None,
        (_, Fate::Stolen) => Some(Life::Stolen),
        (Step::Destroying, _) | (_, Fate::Destroyed) => Some(Life::Destroyed),
        (Step::Dispensing, _) | (_, Fate::Dispensed) => Some(Life::Dispensed),
        _ if entry.via.is_some() => None,
        (Step::Decommissioning, _) | (_, Fate::Inactive) => Some(Life::Decommissioned),
        _ if is_deletion(entry) => Some(Life::Decommissioned),
        _ => None,
    }
}

/// An ObjectEvent with action DELETE says that the thing is no more.
fn is_deletion(entry: &Entry<'_>) -> bool {
    entry.event.kind == crate::state::event::Kind::Object && entry.event.act == Some(Act::Delete)
}
