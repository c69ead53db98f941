//! Containers by who sent them or packed them away. Where nobody declared the contents of one by
//! then, custody of goods may have moved inside it (see [`crate::chain::undeclared`]).

use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;
use serde::{Deserialize, Serialize};

use super::{EventId, NameId, State, ThingId};
use crate::chain::aggregation::is_grouping;

/// Most containers of one sender that are looked through, the newest.
const LOOKED_AT_MAX: usize = 1_024;

/// Most things of one party judged again because a container tells more, the newest.
const STRANGERS_MAX: usize = 4;

/// Containers by sender.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undeclared(BTreeMap<NameId, BTreeSet<ThingId>>);

impl Undeclared {
    /// The newest of a sender's, newest first.
    pub(crate) fn of(&self, sender: NameId) -> impl Iterator<Item = ThingId> {
        let own = self.0.get(&sender);
        own.into_iter()
            .flat_map(|own| own.iter().rev().copied())
            .take(LOOKED_AT_MAX)
    }
}

impl State {
    /// Notes who sent containers or packed them away: those whose contents nobody had declared by
    /// then may explain how goods went.
    pub(crate) fn note_undeclared(&mut self, id: EventId, touched: &[ThingId]) {
        let Some(event) = self.event(id) else { return };
        let (party, told) = (self.party_of(event), event.regroups());
        let Some(party) = party.filter(|_| event.step.ships() || told.is_some()) else {
            return;
        };
        for thing in touched {
            let opened = told.is_some_and(|(parent, _)| parent == *thing);
            if !opened && self.is_container(*thing) {
                self.undeclared.0.entry(party).or_default().insert(*thing);
            }
        }
    }

    /// Things at strangers' that an event about containers may show in another light: those that
    /// the container's parties had. The newest of each party.
    pub(crate) fn strangers_of(&self, event: EventId, touched: &[ThingId]) -> BTreeSet<ThingId> {
        let Some(event) = self.event(event).filter(|_| !self.strangers.is_empty()) else {
            return BTreeSet::new();
        };
        let around = touched.iter().flat_map(|id| self.containers(*id));
        let around = around.map(|(container, _)| container);
        let all = touched.iter().copied().chain(around);
        let containers = all.filter(|id| self.is_container(*id));
        let touches = containers.filter_map(|id| self.thing(id));
        let touches = touches.flat_map(|thing| thing.touches.iter());
        let mut parties: BTreeSet<NameId> = touches
            .filter_map(|id| self.party_of(self.event(*id)?))
            .collect();
        if !parties.is_empty() {
            parties.extend(self.party_of(event));
        }
        let of = |party: NameId| {
            let first = (party, ThingId::at(0));
            let own = self
                .strangers
                .range(first..)
                .take_while(move |it| it.0 == party);
            let own: Vec<ThingId> = own.map(|it| it.1).collect();
            own.into_iter().rev().take(STRANGERS_MAX)
        };
        parties.into_iter().flat_map(of).collect()
    }

    fn is_container(&self, id: ThingId) -> bool {
        match self.gtin(id) {
            Some(gtin) => is_grouping(gtin),
            None => matches!(
                self.thing_names.other(id),
                Some(Epc::Sscc(_) | Epc::Grai(_))
            ),
        }
    }
}
