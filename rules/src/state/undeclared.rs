//! Containers whose contents nobody has declared: no record says that anything was put into them or
//! taken out. Custody of goods may have moved inside one (see [`crate::chain::undeclared`]); they
//! are kept by who sent or packed them away, and forgotten once their contents are told.

use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;
use serde::{Deserialize, Serialize};

use super::{EventId, EventRec, NameId, State, ThingId};
use crate::chain::aggregation::is_grouping;

/// Most containers of one sender that are looked through, the newest.
const LOOKED_AT_MAX: usize = 512;

/// Undeclared containers by sender.
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

    fn forget(&mut self, sender: NameId, container: ThingId) {
        if let Some(own) = self.0.get_mut(&sender) {
            own.remove(&container);
            if own.is_empty() {
                self.0.remove(&sender);
            }
        }
    }
}

impl State {
    /// Notes what an event leaves undeclared, or declares.
    pub(crate) fn note_undeclared(&mut self, id: EventId, touched: &[ThingId]) {
        let Some(event) = self.event(id) else { return };
        let (party, told) = (self.party_of(event), event.regroups());
        if !event.step.ships() && told.is_none() {
            return;
        }
        for thing in touched {
            let declared = self
                .thing(*thing)
                .is_some_and(|it| !it.children().is_empty());
            if declared && told.is_some_and(|(parent, _)| parent == *thing) {
                self.declare(*thing);
            } else if let Some(party) = party.filter(|_| !declared && self.is_container(*thing)) {
                self.undeclared.0.entry(party).or_default().insert(*thing);
            }
        }
    }

    fn declare(&mut self, container: ThingId) {
        let touches = self.thing(container).map_or(&[][..], |it| &it.touches);
        let events = touches.iter().filter_map(|id| self.event(*id));
        let parties: BTreeSet<NameId> = events
            .filter_map(|it: &EventRec| self.party_of(it))
            .collect();
        for party in parties {
            self.undeclared.forget(party, container);
        }
    }

    fn is_container(&self, id: ThingId) -> bool {
        match self.gtin(id) {
            Some(gtin) => is_grouping(gtin),
            None => matches!(self.epc(id), Some(Epc::Sscc(_) | Epc::Grai(_))),
        }
    }
}
