//! What master data says of places, looked up once for each: rules ask for the party and the
//! coordinates of the same places with every event of every thing.
//!
//! It is a way to find what is told and no content: not part of a snapshot, forgotten whenever a
//! location is told, filled again before events are judged, and two of them are always equal. What
//! it does not hold is looked up.

use super::{NameId, PlaceId, State};
use crate::geo::Point;

/// Places in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownPlaces(Vec<KnownPlace>);

/// What is told of a place.
#[derive(Debug, Clone, Copy)]
struct KnownPlace {
    party: Option<NameId>,
    point: Option<Point>,
}

impl PartialEq for KnownPlaces {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for KnownPlaces {}

impl KnownPlaces {
    /// Forgets everything: a location was told.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }
}

impl State {
    /// Looks up the places that were named for the first time.
    pub(crate) fn look_up_places(&mut self) {
        while let Some(place) = self.places.at(self.known_places.0.len()) {
            let known = KnownPlace {
                party: self.party_told(place),
                point: self.point_told(place),
            };
            self.known_places.0.push(known);
        }
    }

    /// The party whose place this is, by master data.
    pub(crate) fn party_at(&self, place: PlaceId) -> Option<NameId> {
        match self.known_places.0.get(place.row()) {
            Some(known) => known.party,
            None => self.party_told(place),
        }
    }

    /// Coordinates of a place, by master data.
    pub(crate) fn point_of(&self, place: Option<PlaceId>) -> Option<Point> {
        let place = place?;
        match self.known_places.0.get(place.row()) {
            Some(known) => known.point,
            None => self.point_told(place),
        }
    }

    fn party_told(&self, place: PlaceId) -> Option<NameId> {
        let location = self.masters.location(self.places.epc(place)?)?;
        self.names.find(&location.party)
    }

    fn point_told(&self, place: PlaceId) -> Option<Point> {
        self.masters.location(self.places.epc(place)?)?.point()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Location, MasterData};

    #[test]
    fn what_is_known_is_what_is_told_and_no_longer() {
        let place = gs1::Epc::parse("urn:epc:id:sgln:950600.013435.0").unwrap();
        let told = |party: &str| {
            MasterData::Location(Location {
                id: place.clone(),
                party: party.to_owned(),
                name: "Dock".to_owned(),
                latitude_e7: Some(1),
                longitude_e7: Some(2),
                country: None,
            })
        };
        let mut state = State::default();
        let (one, other) = (state.names.intern("one"), state.names.intern("other"));
        let id = state.places.intern(&place);
        assert_eq!((state.party_at(id), state.point_of(Some(id))), (None, None));
        state.look_up_places();
        assert_eq!(state.party_at(id), None);
        for (party, number) in [("one", one), ("other", other)] {
            state.masters.put(told(party));
            state.known_places.forget();
            assert_eq!(state.party_at(id), Some(number), "looked up");
            state.look_up_places();
            assert_eq!(state.party_at(id), Some(number), "known");
            assert!(state.point_of(Some(id)).is_some());
        }
    }
}
