//! What a pack went through before the event that names it last, kept from one pack to the next.
//! The packs of a case have the same past, folded once; what tells them apart is the last event of
//! each, when they are dispensed one by one. So judging the next of them costs its last step.
//!
//! It is a way to find what would be folded again and no content: not part of a snapshot, two of
//! them are always equal, and what it does not hold is folded. A past holds as long as the events
//! of the containers it was read from are the same, which each look at it checks, and until
//! anything else changes that a fold looks at ([`Pasts::forget`]).

use crate::item::{Item, Moment, asks_container, fold, step};
use crate::judge_thing::Case;
use crate::state::event::Kind;
use crate::state::{EventId, EventRec, State, Thing, ThingId};
use crate::timeline::{EVENTS_MAX, Entry};

/// Pasts kept at one time: cases that packs are taken from by turns.
const SLOTS: usize = 256;
/// Longest past that is kept, in events.
const STEPS_MAX: usize = 64;

/// Pasts by the last event in them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pasts(Vec<Option<Past>>);

impl PartialEq for Pasts {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Pasts {}

/// Where a past ends: nothing in it comes after this in a timeline.
type End = ((i64, u64), EventId);

/// The past of a pack that was made.
#[derive(Debug, Clone)]
struct Past {
    pack: ThingId,
    birth: Option<EventId>,
    /// The events that name the pack itself.
    touches: Vec<EventId>,
    end: End,
    steps: Vec<Passed>,
    /// The state after the last of them.
    now: Item,
    /// Containers around it, and how many events name each.
    around: Vec<(ThingId, usize)>,
}

/// A moment that is past.
#[derive(Debug, Clone, Copy)]
struct Passed {
    id: EventId,
    via: Option<ThingId>,
    before: Item,
}

impl Pasts {
    /// Forgets all: something changed that is no further event of a thing.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    fn of(&self, last: EventId) -> Option<&Past> {
        self.0.get(last.row() % SLOTS)?.as_ref()
    }

    fn keep(&mut self, last: EventId, past: Past) {
        if self.0.is_empty() {
            self.0.resize_with(SLOTS, || None);
        }
        if let Some(slot) = self.0.get_mut(last.row() % SLOTS) {
            *slot = Some(past);
        }
    }
}

/// The last event that names a pack, and what it had before.
struct Newest<'a> {
    last: EventId,
    event: &'a EventRec,
    before: &'a [EventId],
    /// The newest of those.
    since: EventId,
}

impl State {
    /// The case of a thing to be judged; its past is looked up, or else kept.
    pub(crate) fn look_at(&self, id: ThingId) -> Option<(Case<'_>, Option<Kept>)> {
        let thing = self.thing(id)?;
        let Some(newest) = self.newest(thing) else {
            return Some((Case::of(self, id)?, None));
        };
        let past = self.pasts.of(newest.since);
        if let Some(past) = past.filter(|it| it.is_of(self, (id, thing), &newest)) {
            let case = past.with(self, (id, thing), &newest);
            debug_assert!(Case::of(self, id).is_some_and(|it| it.is_same(&case)));
            return Some((case, None));
        }
        let timeline = self.timeline(id);
        let (moments, now) = fold(self, id, &timeline);
        let kept = self.past_to_keep(id, &newest, (&timeline, &moments));
        let case = Case {
            state: self,
            id,
            thing,
            moments,
            now,
        };
        Some((case, kept))
    }

    /// Keeps a past for the next pack that has it.
    pub(crate) fn keep(&mut self, kept: Option<Kept>) {
        if let Some(Kept(since, past)) = kept {
            self.pasts.keep(since, past);
        }
    }

    /// Only packs that were made and have nothing but their events, the last of which neither puts
    /// them into anything nor takes them out.
    fn newest<'a>(&'a self, thing: &'a Thing) -> Option<Newest<'a>> {
        let (last, before) = thing.touches.split_last()?;
        let since = *before.last()?;
        let event = self.event(*last)?;
        let plain = thing.birth.is_some() && thing.more.is_none() && before.len() < EVENTS_MAX;
        let stays = event.regroups().is_none() && event.told().voided_by.is_none();
        (plain && stays).then_some(Newest {
            last: *last,
            event,
            before,
            since,
        })
    }

    /// The past of a thing whose last event comes last in its timeline too.
    fn past_to_keep(
        &self,
        id: ThingId,
        newest: &Newest<'_>,
        (timeline, moments): (&[Entry<'_>], &[Moment<'_>]),
    ) -> Option<Kept> {
        let (last, rest) = timeline.split_last()?;
        let (moment, passed) = moments.split_last()?;
        let own = |entry: &Entry<'_>| entry.id == newest.last && entry.via.is_none();
        let asks = |it: &Moment<'_>| asks_container(self, &it.before, &it.entry).is_some();
        // What goes in and what comes out are named by one event and go through different things.
        let turned = |it: &Moment<'_>| it.entry.event.kind == Kind::Transformation;
        let follows = own(last) && own(&moment.entry) && passed.len() <= STEPS_MAX;
        if !follows
            || self.gtin(id).is_none()
            || passed.iter().any(asks)
            || moments.iter().any(turned)
        {
            return None;
        }
        let around = self.containers(id).into_iter().map(|(container, _)| {
            let touches = self.thing(container).map_or(0, |it| it.touches.len());
            (container, touches)
        });
        let steps = passed.iter().map(|moment| Passed {
            id: moment.entry.id,
            via: moment.entry.via,
            before: moment.before,
        });
        let past = Past {
            pack: id,
            birth: self.thing(id)?.birth,
            touches: newest.before.to_vec(),
            end: rest.last().map(|it| (it.event.order(), it.id))?,
            steps: steps.collect(),
            now: moment.before,
            around: around.collect(),
        };
        Some(Kept(newest.since, past))
    }
}

impl Case<'_> {
    /// Whether another one tells the same of the same thing.
    fn is_same(&self, other: &Self) -> bool {
        let same = |(one, two): (&Moment<'_>, &Moment<'_>)| {
            (one.entry.id, one.entry.via, one.before) == (two.entry.id, two.entry.via, two.before)
        };
        let lengths = self.moments.len() == other.moments.len();
        let mut pairs = self.moments.iter().zip(&other.moments);
        lengths && (self.id, self.now) == (other.id, other.now) && pairs.all(same)
    }
}

/// A past to be kept, by the last event in it.
#[derive(Debug)]
pub(crate) struct Kept(EventId, Past);

impl Past {
    /// Whether it is what a thing went through before its newest event.
    fn is_of(&self, state: &State, (id, thing): (ThingId, &Thing), newest: &Newest<'_>) -> bool {
        let as_before = |(container, touches): &(ThingId, usize)| {
            let container = state.thing(*container);
            container.is_some_and(|it| it.touches.len() == *touches)
        };
        self.touches == newest.before
            && self.birth == thing.birth
            && self.end < (newest.event.order(), newest.last)
            && state.thing_names.same_product(self.pack, id)
            && self.around.iter().all(as_before)
    }

    /// The case of a thing that has this past and one event more.
    fn with<'a>(
        &self,
        state: &'a State,
        (id, thing): (ThingId, &'a Thing),
        newest: &Newest<'a>,
    ) -> Case<'a> {
        let mut moments = Vec::with_capacity(self.steps.len() + 1);
        moments.extend(self.steps.iter().filter_map(|it| {
            let event = state.event(it.id)?;
            let (id, via) = (it.id, it.via);
            let entry = Entry { id, event, via };
            let before = it.before;
            Some(Moment { entry, before })
        }));
        let entry = Entry {
            id: newest.last,
            event: newest.event,
            via: None,
        };
        let mut now = self.now;
        let before = now;
        moments.push(Moment { entry, before });
        step(state, id, &mut now, &entry);
        Case {
            state,
            id,
            thing,
            moments,
            now,
        }
    }
}
