//! One pack's way: from its moments to the stays at holders and places that it consists of. A pack
//! stays where it is until somebody else has it, or its holder shows it at other premises; what
//! others record about it elsewhere moves nothing.

use std::collections::BTreeMap;

use gs1::Epc;

use crate::item::{Item, Moment};
use crate::judge_thing::Case;
use crate::state::intern::premises;
use crate::state::{EventRec, NameId, PlaceId, State, Step};
use crate::views::status_word;

use super::gather::{Came, End, Leaves, Stay, Way};

/// Holders with their places, each a number.
#[derive(Debug, Default)]
pub(super) struct Spots {
    all: Vec<Spot>,
    by_place: BTreeMap<(Option<NameId>, Option<PlaceId>), u32>,
    by_premises: BTreeMap<(Option<NameId>, Option<Epc>), u32>,
}

/// A holder at its premises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) holder: Option<NameId>,
    pub(super) place: Option<PlaceId>,
}

impl Spots {
    fn number(&mut self, state: &State, holder: Option<NameId>, place: Option<PlaceId>) -> u32 {
        if let Some(known) = self.by_place.get(&(holder, place)) {
            return *known;
        }
        let site = place.and_then(|id| state.places.epc(id)).map(premises);
        let next = crate::state::number(self.all.len());
        let number = *self.by_premises.entry((holder, site)).or_insert(next);
        if number == next {
            self.all.push(Spot { holder, place });
        }
        self.by_place.insert((holder, place), number);
        number
    }

    pub(super) fn get(&self, number: u32) -> Option<&Spot> {
        self.all.get(crate::state::index(number))
    }

    /// Those of one holder; of a name that no fact has, none.
    pub(super) fn of_holder(&self, holder: Option<NameId>) -> Vec<u32> {
        let spots = self.all.iter().enumerate();
        let own = spots.filter(|(_, spot)| holder.is_some() && spot.holder == holder);
        own.map(|(row, _)| crate::state::number(row)).collect()
    }
}

/// The shipment that a pack is on, as far as the way has been followed.
#[derive(Debug, Clone, Copy)]
struct Sent {
    at_ms: i64,
    unit: Option<u32>,
    step: Option<&'static str>,
}

/// Where a pack is while its way is followed.
struct Walk<'a> {
    state: &'a State,
    stays: Vec<Stay>,
    holder: Option<NameId>,
    place: Option<PlaceId>,
    sent: Option<Sent>,
}

impl Case<'_> {
    /// The way of a pack, as far as its events go up to a time; `None` when it was made later.
    pub(super) fn way(&self, as_of_ms: Option<i64>, spots: &mut Spots) -> Option<Way> {
        let until_ms = as_of_ms.unwrap_or(i64::MAX);
        let past = |moment: &Moment<'_>| moment.entry.event.time_ms <= until_ms;
        let count = self.moments.partition_point(past);
        let after = |at: usize| self.moments.get(at + 1).map_or(self.now, |it| it.before);
        let last = match count.checked_sub(1) {
            Some(at) => after(at),
            None if as_of_ms.is_some() => return None,
            None => self.now,
        };
        if as_of_ms.is_some() && !self.is_made_by(until_ms) {
            return None;
        }
        let mut walk = Walk {
            state: self.state,
            stays: Vec::with_capacity(4),
            holder: None,
            place: None,
            sent: None,
        };
        for (at, moment) in self.moments.iter().take(count).enumerate() {
            walk.follow(moment, &after(at), spots);
        }
        let birth_ms = self.birth().map_or(0, |birth| birth.time_ms);
        if walk.stays.is_empty() {
            let lane = spots.number(self.state, last.holder, None);
            walk.stays.push(Stay::new(lane, 0, birth_ms));
        }
        let end = walk.end(&last, spots);
        Some(Way {
            stays: walk.stays,
            end,
        })
    }

    fn is_made_by(&self, until_ms: i64) -> bool {
        self.birth().is_some_and(|birth| birth.time_ms <= until_ms)
    }
}

impl Walk<'_> {
    fn follow(&mut self, moment: &Moment<'_>, after: &Item, spots: &mut Spots) {
        let (event, id) = (moment.entry.event, moment.entry.id);
        let by = self.state.party_of(event);
        let own = by.is_none() || by == after.holder;
        let place = event.seen_at().filter(|_| own);
        let unit = moment.entry.via.map(|it| crate::state::number(it.row()));
        let moved = |other: PlaceId| self.place.is_some_and(|at| !self.same(at, other));
        let elsewhere = after.holder != self.holder || place.is_some_and(moved);
        if self.stays.is_empty() || elsewhere {
            let came = self.came(event, unit);
            self.holder = after.holder;
            self.place = place;
            let lane = spots.number(self.state, self.holder, place);
            let mut stay = Stay::new(lane, crate::state::number(id.row()), event.time_ms);
            stay.came = came;
            self.stays.push(stay);
        } else if let Some(stay) = self.stays.last_mut() {
            stay.last_ms = stay.last_ms.max(event.time_ms);
            if self.place.is_none() && place.is_some() {
                self.place = place;
                stay.lane = spots.number(self.state, self.holder, place);
            }
        }
        self.sent = match after.shipped {
            Some(shipped) if shipped == id => Some(Sent {
                at_ms: event.time_ms,
                unit,
                step: word(event),
            }),
            Some(_) => self.sent,
            None => None,
        };
    }

    /// How it came here; `None` where its way begins.
    fn came(&self, event: &EventRec, unit: Option<u32>) -> Option<Came> {
        let before = self.stays.last()?;
        let left_ms = self.sent.map_or(before.last_ms, |sent| sent.at_ms);
        Some(Came {
            left_ms,
            unit: unit.or(self.sent.and_then(|sent| sent.unit)),
            steps: [self.sent.and_then(|sent| sent.step), word(event)],
        })
    }

    fn end(&self, last: &Item, spots: &mut Spots) -> End {
        let stay = self.stays.last();
        let time = |id: Option<_>| id.and_then(|id| self.state.event(id)).map(|it| it.time_ms);
        let came_ms = stay.map_or(0, |stay| stay.from_ms);
        let over = last.life.is_over();
        let leaves = last.shipped.filter(|_| !over).map(|shipped| {
            let told = self.state.event(shipped).map(EventRec::told);
            let place = told.and_then(|told| told.destination_place);
            let bound = last.bound_for;
            let lane = bound.map(|_| spots.number(self.state, bound, place));
            let sent = self.sent;
            Leaves {
                lane,
                left_ms: time(Some(shipped)).unwrap_or(came_ms),
                unit: sent.and_then(|sent| sent.unit),
                step: sent.and_then(|sent| sent.step),
            }
        });
        let at_ms = match &leaves {
            Some(leaves) => leaves.left_ms,
            None => time(last.end).unwrap_or(came_ms),
        };
        End {
            status: status_word(last),
            over,
            held: last.holder.is_some(),
            at_ms,
            leaves,
        }
    }

    fn same(&self, a: PlaceId, b: PlaceId) -> bool {
        a == b || self.state.places.same_premises(a, b)
    }
}

/// The business step in the word of the CBV; of those that rules do not tell apart, none.
fn word(event: &EventRec) -> Option<&'static str> {
    Some(match event.step {
        Step::Commissioning => "commissioning",
        Step::Packing => "packing",
        Step::Unpacking => "unpacking",
        Step::Shipping => "shipping",
        Step::Departing => "departing",
        Step::Receiving => "receiving",
        Step::Accepting => "accepting",
        Step::VoidShipping => "void_shipping",
        Step::Dispensing => "dispensing",
        Step::Decommissioning => "decommissioning",
        Step::Destroying => "destroying",
        Step::Sampling => "sampling",
        Step::SensorReporting => "sensor_reporting",
        Step::Tagging | Step::Undo | Step::Reverse | Step::Other => return None,
    })
}
