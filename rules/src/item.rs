//! The state of one thing, folded from its timeline: is it made, who has it, whose it is, where was
//! it last, has its life ended. Rules look at the state *before* each event.
//!
//! Two machines run side by side. **Possession**: commissioning gives it to whoever commissioned, a
//! receipt to whoever received; a shipment leaves it with the sender, bound for the receiver, until
//! the receipt. **Ownership**: follows possession until documents name owners; from then on only
//! they move it (a third-party warehouse holds what a manufacturer owns). A lock, a report of theft
//! and an undo move neither: a manufacturer locks what others have.
//!
//! The state of the pack follows the table of [`crate::pack_state`].

use crate::chain::undo;
use crate::pack_state::{Answer, Operation, PackState};
use crate::state::event::{Act, Fate, Kind};
use crate::state::{EventId, EventRec, NameId, PlaceId, State, Step, ThingId};
use crate::timeline::Entry;

/// How far outwards the way of a container is followed: case, pallet, load.
pub(crate) const OUTER_MAX: usize = 3;

/// Where in its life a thing is: the state of the pack, and what the supply chain adds to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Life {
    /// Events name it, but none made it.
    #[default]
    Unborn,
    Active,
    InTransit,
    Dispensed,
    /// Taken off the books without a reason that the European system knows.
    Decommissioned,
    Exported,
    Sample,
    FreeSample,
    CheckedOut,
    Locked,
    Destroyed,
    Stolen,
    Damaged,
}

impl Life {
    /// The state of the pack in the European system.
    pub(crate) fn state(self) -> PackState {
        match self {
            Self::Unborn => PackState::Unknown,
            Self::Active | Self::InTransit => PackState::Active,
            Self::Dispensed | Self::Decommissioned => PackState::Supplied,
            Self::Exported => PackState::Exported,
            Self::Sample => PackState::Sample,
            Self::FreeSample => PackState::FreeSample,
            Self::CheckedOut => PackState::CheckedOut,
            Self::Locked | Self::Damaged => PackState::Locked,
            Self::Stolen => PackState::Stolen,
            Self::Destroyed => PackState::Destroyed,
        }
    }

    /// Whether nothing may follow in the supply chain.
    pub(crate) fn is_over(self) -> bool {
        self.state().is_over()
    }

    /// What an operation does. A damaged pack was locked by nobody: it can still be ended.
    fn answer(self, operation: Operation) -> Answer {
        let state = if self == Self::Damaged {
            PackState::Active
        } else {
            self.state()
        };
        state.answer(operation)
    }

    /// Where the European system's state has it.
    pub(crate) fn of(state: PackState) -> Self {
        match state {
            PackState::Unknown => Self::Unborn,
            PackState::Active => Self::Active,
            PackState::Supplied => Self::Dispensed,
            PackState::Exported => Self::Exported,
            PackState::Sample => Self::Sample,
            PackState::FreeSample => Self::FreeSample,
            PackState::CheckedOut => Self::CheckedOut,
            PackState::Locked => Self::Locked,
            PackState::Stolen => Self::Stolen,
            PackState::Destroyed => Self::Destroyed,
        }
    }
}

/// The folded state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) life: Life,
    /// The commissioning that counts: the first in the ledger.
    pub(crate) birth: Option<EventId>,
    /// Who has it.
    pub(crate) holder: Option<NameId>,
    /// Whose it is, once documents have said so.
    pub(crate) owner: Option<NameId>,
    /// Where a shipment on the way is going.
    pub(crate) bound_for: Option<NameId>,
    /// The last event that names a place, and that place.
    pub(crate) seen: Option<(EventId, PlaceId)>,
    /// The receipt of the thing itself, when that is the last that was seen of it.
    pub(crate) alone: Option<(EventId, PlaceId)>,
    /// The event that ended its life, or locked it.
    pub(crate) end: Option<EventId>,
    /// The shipment it is on.
    pub(crate) shipped: Option<EventId>,
    /// The last receipt, until it is shipped again.
    pub(crate) received: Option<EventId>,
    /// A shipment or receipt is on record: whoever has it moves it on the record.
    pub(crate) tracked: bool,
    /// It was handed over to the public or came back from it.
    pub(crate) handed_over: bool,
    /// The event by which a part of it was given out first.
    pub(crate) opened: Option<EventId>,
    /// Its possession was inferred from a container that had been seen open.
    pub(crate) unsealed: bool,
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
    id: ThingId,
    timeline: &[Entry<'a>],
) -> (Vec<Moment<'a>>, Item) {
    let mut item = Item {
        birth: state.thing(id).and_then(|thing| thing.birth),
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
        step(state, id, &mut item, entry);
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
    if let (Some((event, at)), Some(place)) = (alone, entry.event.seen_at())
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

/// Lets an event change the state of a thing.
pub(crate) fn step(state: &State, id: ThingId, item: &mut Item, entry: &Entry<'_>) {
    let event = entry.event;
    if let Some(place) = event.seen_at() {
        item.seen = Some((entry.id, place));
        let alone = entry.via.is_none() && event.step.receives();
        item.alone = if alone { Some((entry.id, place)) } else { None };
    }
    if entry.via.is_none() && (event.is_birth() || event.made(id)) {
        if item.life == Life::Unborn {
            item.life = Life::Active;
            item.holder = state.party_of(event);
        }
        return;
    }
    let opened = event.step == Step::Unpacking || event.fate == Fate::Open;
    // A case taken off a pallet is as closed as before.
    let moved = event
        .regroups()
        .is_some_and(|(parent, _)| Some(parent) != entry.via);
    let opened = opened && !moved;
    item.unsealed = entry.via.is_some() && (item.unsealed || opened);
    if let Some(operation) = operation(id, entry)
        && operate(state, id, item, entry, operation)
    {
        return;
    }
    let back = matches!(event.fate, Fate::Reverse | Fate::PartiallyDispensed);
    item.handed_over |= back && item.life == Life::Dispensed;
    if entry.via.is_none() && event.fate == Fate::PartiallyDispensed {
        item.opened.get_or_insert(entry.id);
    }
    if !item.life.is_over() {
        carry(state, id, item, entry);
    }
}

/// Lets an operation change the state of the pack; whether the event is dealt with.
fn operate(
    state: &State,
    id: ThingId,
    item: &mut Item,
    entry: &Entry<'_>,
    operation: Operation,
) -> bool {
    let event = entry.event;
    match item.life.answer(operation) {
        Answer::Becomes(next) => {
            let plain = next == PackState::Supplied && !dispenses(event);
            item.life = if plain {
                Life::Decommissioned
            } else {
                Life::of(next)
            };
            item.end = Some(entry.id);
            item.handed_over = event.fate == Fate::RetailSold;
            // Who locks a pack or reports it stolen has it not, and a pack on its way goes on.
            if !event.is_said_only() {
                item.holder = state.party_of(event).or(item.holder);
                item.bound_for = None;
                item.shipped = None;
            }
        }
        Answer::UndoInTime | Answer::UndoAnyTime => {
            if undo::breach(state, id, item, event, event.time_ms).is_none() {
                item.life = match item.shipped {
                    Some(_) => Life::InTransit,
                    None => Life::Active,
                };
                item.end = None;
            }
        }
        Answer::AlreadySet | Answer::Refused => return item.life.is_over(),
    }
    true
}

/// Possession and ownership after an event that ends nothing.
fn carry(state: &State, id: ThingId, item: &mut Item, entry: &Entry<'_>) {
    let event = entry.event;
    let party = state.party_of(event);
    match event.step {
        Step::Departing if item.shipped.is_some() && party == item.holder => {}
        step if step.ships() => {
            item.holder = party.or(item.holder);
            item.bound_for = state.destination_of(event);
            item.shipped = Some(entry.id);
            item.received = None;
            item.tracked = true;
            item.moves(Life::InTransit, event);
        }
        step if step.receives() => {
            item.holder = party.or(item.bound_for);
            item.bound_for = None;
            item.shipped = None;
            item.received = Some(entry.id);
            item.tracked = true;
            item.moves(Life::Active, event);
        }
        Step::VoidShipping => {
            item.bound_for = None;
            item.shipped = None;
            item.moves(Life::Active, event);
        }
        _ if event.fate == Fate::Damaged => item.alive(Life::Damaged),
        _ if came_with_container(state, id, item, entry) => {
            item.holder = party;
            item.bound_for = None;
            item.shipped = None;
            item.tracked = true;
            item.moves(Life::Active, event);
        }
        // A new container is nobody's until somebody packs it.
        Step::Packing if item.holder.is_none() => item.holder = party,
        _ => {}
    }
    item.owner = event
        .told()
        .owner_to
        .or(item.owner)
        .or(event.told().owner_from);
}

/// Whether the thing, or the box it is in, was taken out of a container that had come to whoever
/// did it. Where the record of its packing is lost, this is how it came: the container's own
/// records bear it out. Where shipment and receipt of the container are lost, it came too: who has
/// the thing says that it is in there, and who opens it names what is inside.
fn came_with_container(state: &State, id: ThingId, item: &Item, entry: &Entry<'_>) -> bool {
    let event = entry.event;
    let Some((container, party)) = asks_container(state, item, entry) else {
        return false;
    };
    let taken_out = entry.via.unwrap_or(id);
    state.has_come_to(container, party, event.order(), OUTER_MAX)
        || packed_by_holder(state, taken_out, container, item, event)
}

/// The container whose own records tell how a thing came to whoever took it out, and who that is;
/// mostly the thing's own tell.
pub(crate) fn asks_container(
    state: &State,
    item: &Item,
    entry: &Entry<'_>,
) -> Option<(ThingId, NameId)> {
    let (container, into) = entry.event.regroups()?;
    let party = state.party_of(entry.event).filter(|_| !into)?;
    let elsewhere = item.shipped.is_some() && item.bound_for != Some(party);
    let known = entry.via == Some(container) || item.holder == Some(party) || elsewhere;
    (!known).then_some((container, party))
}

/// Whether, by the records, whoever has a thing had put it into the container that an event takes
/// it out of.
fn packed_by_holder(
    state: &State,
    taken_out: ThingId,
    container: ThingId,
    item: &Item,
    event: &EventRec,
) -> bool {
    let Some(holder) = item.holder else {
        return false;
    };
    state.stays(taken_out).iter().any(|stay| {
        let packer = state.event(stay.since).and_then(|it| state.party_of(it));
        let ends_here = stay.parent == container && stay.span.to_ms == event.time_ms;
        ends_here && packer == Some(holder)
    })
}

impl Item {
    /// Goes or comes. What is damaged is not mended by that.
    fn moves(&mut self, life: Life, event: &EventRec) {
        let damaged = self.life == Life::Damaged || event.fate == Fate::Damaged;
        self.alive(if damaged { Life::Damaged } else { life });
    }

    /// A new phase of a life that has begun; an unborn or locked thing stays what it is.
    fn alive(&mut self, life: Life) {
        if !matches!(self.life, Life::Unborn | Life::Locked) {
            self.life = life;
        }
    }
}

/// What an event asks for the state of a thing. A container that is taken off the books does not
/// take its contents with it; one that is destroyed, stolen or dispensed does. What goes into a
/// transformation is no more.
pub(crate) fn operation(id: ThingId, entry: &Entry<'_>) -> Option<Operation> {
    let event = entry.event;
    match (event.step, event.fate) {
        (_, Fate::PartiallyDispensed) => None,
        (_, Fate::Stolen) => Some(Operation::ReportStolen),
        (Step::Destroying, _) | (_, Fate::Destroyed) => Some(Operation::Destroy),
        (_, Fate::Exported) => Some(Operation::Export),
        (_, Fate::Sample) => Some(Operation::Sample),
        (_, Fate::FreeSample) => Some(Operation::FreeSample),
        (_, Fate::CheckedOut) => Some(Operation::CheckOut),
        (_, Fate::Locked) => Some(Operation::Lock),
        (Step::Undo, _) => Some(Operation::Undo),
        _ if dispenses(event) => Some(Operation::Supply),
        _ if entry.via.is_some() => None,
        (Step::Sampling, fate) if fate == Fate::Inactive || is_deletion(event) => {
            Some(Operation::Sample)
        }
        (Step::Decommissioning, _) | (_, Fate::Inactive) => Some(Operation::Supply),
        _ if is_deletion(event) || event.uses_up(id) => Some(Operation::Supply),
        _ => None,
    }
}

/// Whether an event gives the pack to a patient.
pub(crate) fn dispenses(event: &EventRec) -> bool {
    let fate = matches!(event.fate, Fate::Dispensed | Fate::RetailSold);
    (event.step == Step::Dispensing && event.fate != Fate::PartiallyDispensed) || fate
}

/// An ObjectEvent with action DELETE says that the thing is no more.
fn is_deletion(event: &EventRec) -> bool {
    event.kind == Kind::Object && event.act == Some(Act::Delete)
}
