//! Custody that may have moved inside a container whose contents nobody declared.
//!
//! Where both records of a packing are lost, the one that put goods into a box and the one that
//! took them out, the goods seem never to have left, while the box itself went from whoever has
//! them to whoever shows them. Such a box explains the goods: one thing is then missing, what was
//! inside, and not two records independent of each other.
//!
//! **Condition.** A container with nothing ever declared inside, packed away or sent by the holder
//! of the goods after the last that the holder recorded of them, and come to the party that shows
//! them (received by it, sent to it, or taken by it out of what was). Where it travelled beside
//! boxes of declared contents, goods of the same lot are among those. A copy passes for it only at
//! a place that has such a box from the very holder of the original, at a time when it may hold the
//! original: with a share m of records lost that is m squared of all boxes. The box explains
//! nothing that is recorded after its contents were declared.

use crate::item::{Item, OUTER_MAX};
use crate::state::{EventRec, NameId, State, Thing, ThingId};
use crate::timeline::Stay;

/// Most boxes of one load that are asked for their lot.
const SIBLINGS_MAX: usize = 64;

impl State {
    /// The container in which goods may have come from their holder to a party, before a moment.
    pub(crate) fn came_undeclared(
        &self,
        item: &Item,
        to: NameId,
        before: (i64, u64),
    ) -> Option<ThingId> {
        let holder = item.holder.filter(|_| item.shipped.is_none())?;
        let since_ms = self.last_at_holder(item, holder);
        let fits = |container: &ThingId| {
            let Some(thing) = self.thing(*container) else {
                return false;
            };
            let left = |event: &EventRec| {
                let sent = event.step.ships() || event.regroups().is_some();
                sent && event.told().voided_by.is_none()
                    && event.time_ms >= since_ms
                    && event.order() < before
                    && self.party_of(event) == Some(holder)
            };
            let declares = |event: &EventRec| {
                let of_it = event.regroups().is_some_and(|it| it.0 == *container);
                of_it && event.told().voided_by.is_none() && event.order() < before
            };
            let touches = || thing.touches.iter().filter_map(|id| self.event(*id));
            !touches().any(declares)
                && touches().any(left)
                && self.has_come_to(*container, to, before, OUTER_MAX)
                && self.travels_with_lot(*container, item)
        };
        self.undeclared.of(holder).find(fits)
    }

    /// When the holder last recorded anything of the goods, ms since the Unix epoch.
    pub(crate) fn last_at_holder(&self, item: &Item, holder: NameId) -> i64 {
        let seen = item.seen.and_then(|(id, _)| self.event(id));
        let seen = seen.filter(|event| self.party_of(event) == Some(holder));
        let got = item.received.or(item.birth).and_then(|id| self.event(id));
        let both = seen.into_iter().chain(got);
        both.map(|event| event.time_ms).max().unwrap_or(i64::MIN)
    }

    /// Whether the boxes that a container travelled with hold goods of this lot, where anything is
    /// known of them.
    fn travels_with_lot(&self, container: ThingId, item: &Item) -> bool {
        let lot = item.birth.and_then(|id| self.event(id)?.told().lot);
        let outer: Vec<Stay> = self.stays(container);
        let siblings = outer.iter().flat_map(|stay| {
            let load = self.thing(stay.parent).map_or(&[][..], Thing::children);
            load.iter().take(SIBLINGS_MAX)
        });
        let packs = siblings.filter_map(|box_| self.thing(*box_)?.children().first().copied());
        let lots = packs.filter_map(|pack| self.event(self.thing(pack)?.birth?)?.told().lot);
        let mut lots = lots.peekable();
        lots.peek().is_none() || lots.any(|other| lot == Some(other))
    }
}
