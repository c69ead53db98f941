//! Goods that a reader missed when their case was packed.
//!
//! A reader at a packing line reads less than all. Where the unpacking is lost as well, the pack
//! seems never to have left its maker, while its case went from there to whoever ships the pack on.
//! The case itself bears witness: it is short. Its sisters on the same pallet all hold as many, and
//! by the records it holds fewer, so that something was in it which nobody declared. One thing is
//! then missing, what was read into the case, and not two records independent of each other.
//!
//! **Condition.** Nobody ever put the goods into anything by the records of their holder, since the
//! last that the holder recorded of them. A case that the holder packed since then, with goods of
//! the same product and lot, holds fewer than most of the boxes it travelled with; it has come to
//! the party that shows the goods, and nobody has opened it on record: who opens a case tells what
//! was in it. **Thresholds** `BOXES_MIN`: one neighbour tells no custom.
//!
//! **What a cheat gains.** A copy passes for it only where the reader missed the very original, the
//! cheat has a short case of that lot from the original's holder, and its opening was not recorded:
//! of a thousand packs one is missed, and one record in a hundred is lost.

use std::collections::BTreeMap;

use crate::item::{Item, OUTER_MAX};
use crate::judge_thing::Case;
use crate::state::{EventRec, NameId, State, ThingId};

/// Most boxes of one load that are counted through.
const SIBLINGS_MAX: usize = 256;
/// Fewest boxes of a load that show how many goods a box of it holds.
const BOXES_MIN: usize = 3;

impl Case<'_> {
    /// The short case in which the thing may have come from its holder to a party, before a moment
    /// whose state is `item`.
    pub(crate) fn came_in_short_case(
        &self,
        item: &Item,
        to: NameId,
        before: (i64, u64),
    ) -> Option<ThingId> {
        let state = self.state;
        let holder = item.holder.filter(|_| item.shipped.is_none())?;
        let packed = state.stays(self.id).into_iter().any(|stay| {
            let since = state.event(stay.since);
            since.is_some_and(|it| state.party_of(it) == Some(holder))
        });
        if packed || self.gtin().is_none() {
            return None;
        }
        let since_ms = state.last_at_holder(item, holder);
        let fits = |container: &ThingId| {
            self.may_have_held(*container, item)
                && state.was_packed_and_kept_shut(*container, holder, since_ms, before)
                && state.is_short(*container)
                && state.has_come_to(*container, to, before, OUTER_MAX)
        };
        state.undeclared.of(holder).find(fits)
    }

    /// Whether what a container was declared to hold is of the same product and lot.
    fn may_have_held(&self, container: ThingId, item: &Item) -> bool {
        let state = self.state;
        let lot = |birth: &EventRec| birth.told().lot;
        let own = item.birth.and_then(|id| state.event(id)).and_then(lot);
        let thing = state.thing(container);
        let first = thing.and_then(|it| it.children().first().copied());
        let Some(first) = first.filter(|id| state.gtin(*id) == self.gtin()) else {
            return false;
        };
        let birth = state.thing(first).and_then(|it| state.event(it.birth?));
        own.is_some() && birth.and_then(lot) == own
    }
}

impl State {
    /// Whether a holder packed a container since a moment, and nobody has opened it on record
    /// before another one.
    fn was_packed_and_kept_shut(
        &self,
        container: ThingId,
        holder: NameId,
        since_ms: i64,
        before: (i64, u64),
    ) -> bool {
        let Some(thing) = self.thing(container) else {
            return false;
        };
        let of_it = |event: &&EventRec| event.told().voided_by.is_none() && event.order() < before;
        let touches = thing.touches.iter().filter_map(|id| self.event(*id));
        let mut packed = false;
        for event in touches.filter(of_it) {
            match event.regroups().filter(|it| it.0 == container) {
                Some((_, false)) => return false,
                Some((_, true)) => {
                    packed |= event.time_ms >= since_ms && self.party_of(event) == Some(holder);
                }
                None => {}
            }
        }
        packed && thing.disbands().is_empty()
    }

    /// Whether a container was declared to hold fewer goods than most boxes it was packed with.
    fn is_short(&self, container: ThingId) -> bool {
        let count = |id: ThingId| self.thing(id).map_or(0, |it| it.children().len());
        let own = count(container);
        let stays = self.stays(container);
        let mut loads = stays.iter().filter_map(|stay| self.thing(stay.parent));
        loads.any(|load| {
            let boxes = load.children().iter().take(SIBLINGS_MAX);
            let mut by_count: BTreeMap<usize, usize> = BTreeMap::new();
            for id in boxes {
                *by_count.entry(count(*id)).or_default() += 1;
            }
            let all: usize = by_count.values().sum();
            let usual = by_count.into_iter().find(|(_, boxes)| boxes * 2 > all);
            all >= BOXES_MIN && usual.is_some_and(|(usual, _)| own < usual)
        })
    }
}
