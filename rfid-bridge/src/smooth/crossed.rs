//! Tags that are known to have gone through a door. Once the barriers say so, silence need not last
//! as long as it does for a tag that nobody saw cross: the passage is told after the door's own,
//! shorter idle time. It then lingers until the full idle time is over, so that a late read does
//! not make a second passage of it. Only when something else goes through meanwhile, and the tag
//! is heard during that, may it have come back: that is a passage of its own, and counts where it
//! went the other way.

use super::{EpcBits, Observation, Passage, Smoother};
use crate::direction::Direction;

/// What the barriers of its door say of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Way {
    /// Nothing.
    #[default]
    Unknown,
    /// It was heard while something went this way.
    One(Direction),
    /// It was heard while things went both ways.
    Both,
    /// It was told early, and its way is yet to be said.
    Told,
    /// It was told early: it went this way.
    Lingers(Direction),
    /// The same, and something goes through again: the next read begins another passage.
    MayReturn(Direction),
}

impl Way {
    /// The passage was told, `early` or after the full idle time.
    pub(super) fn was_told(&mut self, early: bool) {
        *self = if early { Self::Told } else { Self::Unknown };
    }
}

impl Passage {
    /// Whether it is known to be through, by an idle time of the door.
    pub(super) fn is_through(&self, crossed_ms: Option<u64>, now_ms: u64) -> bool {
        matches!(self.way, Way::One(_))
            && crossed_ms.is_some_and(|ms| self.heard_at.saturating_add(ms) <= now_ms)
    }
}

impl Smoother {
    /// From now on what has crossed the door at a place has passed after this silence, ms.
    pub fn door(&mut self, place: usize, crossed_idle_ms: u64) {
        self.doors.insert(place, crossed_idle_ms);
    }

    /// Something begins to go through the door at a place.
    pub fn crossing_begins(&mut self, place: usize) {
        for (_, passage) in self.open.iter_mut().filter(|(key, _)| key.0 == place) {
            if let Way::Lingers(way) = passage.way {
                passage.way = Way::MayReturn(way);
            }
        }
    }

    /// Something has gone through the door at a place, between these times of the wall clock, ms.
    pub fn crossed(&mut self, place: usize, (from_ms, to_ms): (i64, i64), way: Direction) {
        let here = self.open.iter_mut().filter(|(key, _)| key.0 == place);
        for (_, passage) in here {
            let meanwhile = passage.first_ms <= to_ms && passage.last_ms >= from_ms;
            if passage.told || !meanwhile {
                continue;
            }
            passage.way = match passage.way {
                Way::Unknown => Way::One(way),
                Way::One(before) if before == way => Way::One(way),
                _ => Way::Both,
            };
        }
    }

    /// A passage that was told went this way.
    pub fn went(&mut self, told: &Observation, way: Direction) {
        let key = (told.place, told.epc.clone());
        if let Some(passage) = self.open.get_mut(&key)
            && passage.way == Way::Told
        {
            passage.way = Way::Lingers(way);
        }
    }

    /// Which way a tag had been told to have gone when this passage of it began, if it had and has
    /// been heard ever since.
    pub fn went_before(&mut self, told: &Observation) -> Option<Direction> {
        self.after.remove(&told.number)
    }

    /// Makes room for another passage of a tag that may have come back.
    pub(super) fn begin_again(&mut self, key: &(usize, EpcBits)) {
        let Some(Way::MayReturn(way)) = self.open.get(key).map(|passage| passage.way) else {
            return;
        };
        self.open.remove(key);
        // The number that the next passage gets.
        self.after.insert(self.next, way);
    }
}
