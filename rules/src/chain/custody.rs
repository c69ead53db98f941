//! What rules about possession have in common: who may act for whom, and how many records must be
//! missing for what was recorded to be honest.

use crate::item::Item;
use crate::judge_thing::Case;
use crate::say::Name;
use crate::state::{EventRec, NameId, PlaceId, State, ThingId};

impl State {
    /// Whether a party may move goods that another one has or owns: the same party, or delegated.
    pub(crate) fn may_act_for(&self, of: NameId, by: NameId, at_ms: i64) -> bool {
        of == by
            || (!self.masters.delegations.is_empty()
                && self
                    .masters
                    .acts_for(self.names.text(of), self.names.text(by), at_ms))
    }

    /// Whether goods usually go this way.
    pub(crate) fn is_lane(&self, from: NameId, to: NameId) -> bool {
        let lane = self
            .masters
            .lane(self.names.text(from), self.names.text(to));
        lane.is_some()
    }

    /// Whether a place is one that a shipment is bound for: its party's, or the place itself.
    pub(crate) fn is_destination(
        &self,
        shipment: &EventRec,
        party: Option<NameId>,
        place: Option<PlaceId>,
    ) -> bool {
        let bound_for = self.destination_of(shipment);
        let there = shipment.told().destination_place;
        let same_place = matches!((there, place),
            (Some(there), Some(here)) if self.places.same_premises(there, here));
        same_place || (bound_for.is_some() && bound_for == party)
    }

    /// How many records must have been lost if this party came by the thing honestly: none when it
    /// has it, or when it is on its way there; else the shipment to it, and unless this is its
    /// receipt, the receipt too: one where a container of undeclared contents came that way.
    /// Goods that nobody ever moved on record tell nothing.
    pub(crate) fn missing_records(&self, item: &Item, at: Standpoint) -> u32 {
        let (Some(holder), Some(party)) = (item.holder, at.party) else {
            return 0;
        };
        if !item.tracked || self.may_act_for(holder, party, at.at_ms) {
            return u32::from(item.unsealed && holder == party && !at.receives);
        }
        if let Some(owner) = item.owner
            && self.may_act_for(owner, party, at.at_ms)
        {
            return 0;
        }
        match item.shipped.and_then(|id| self.event(id)) {
            // A receipt at another place than the shipment's is a matter of its own (C17).
            Some(_) if at.receives => 0,
            Some(shipment) if self.is_bound_for(shipment, at) => 0,
            _ if at.receives || !self.profile.chain.last_leg_recorded => 1,
            _ if self
                .came_undeclared(item, party, (at.at_ms, u64::MAX))
                .is_some() =>
            {
                1
            }
            _ => 2,
        }
    }

    /// Whether a container was received by a party, sent to it, or taken by it out of something
    /// that was, and not shipped by it since; by the events before a moment that name it.
    pub(crate) fn has_come_to(
        &self,
        container: ThingId,
        party: NameId,
        before: (i64, u64),
        depth: usize,
    ) -> bool {
        let touches = self.thing(container).map_or(&[][..], |it| &it.touches);
        let earlier = touches.iter().rev().filter_map(|id| self.event(*id));
        let mut earlier = earlier.filter(|it| it.told().voided_by.is_none() && it.order() < before);
        earlier
            .find_map(|event| {
                let by = self.party_of(event) == Some(party);
                match event.regroups() {
                    _ if event.step.receives() && by => Some(true),
                    _ if event.step.ships() && by => Some(false),
                    _ if event.step.ships() => {
                        (self.destination_of(event) == Some(party)).then_some(true)
                    }
                    Some((outer, into)) if outer != container && depth > 0 && by != into => self
                        .has_come_to(outer, party, before, depth - 1)
                        .then_some(true),
                    _ => None,
                }
            })
            .unwrap_or(false)
    }

    fn is_bound_for(&self, shipment: &EventRec, at: Standpoint) -> bool {
        let unknown =
            self.destination_of(shipment).is_none() && shipment.told().destination_place.is_none();
        unknown || self.is_destination(shipment, at.party, at.place)
    }
}

/// Who says that a thing is where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standpoint {
    pub(crate) party: Option<NameId>,
    pub(crate) place: Option<PlaceId>,
    pub(crate) at_ms: i64,
    /// It is the party's own receipt.
    pub(crate) receives: bool,
}

impl Standpoint {
    pub(crate) fn of(state: &State, event: &EventRec) -> Self {
        Self {
            party: state.party_of(event),
            place: event.place(),
            at_ms: event.time_ms,
            receives: event.step.receives(),
        }
    }
}

/// Block and item of an event, to tell findings of one rule apart.
pub(crate) fn key(event: &EventRec) -> String {
    let record = event.evidence();
    crate::hex::encode(&record.block) + ":" + &record.item.to_string()
}

impl Case<'_> {
    /// A party as people say it, of an event.
    pub(crate) fn doer(&self, event: &EventRec) -> Name {
        self.party(self.state.party_of(event))
    }
}
