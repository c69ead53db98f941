//! What became of the packs of a lot that went into something else: the packs that came out of
//! transformations they went into (EPCIS 2.0, 7.4.6), and of any further one. A recall stops the
//! lot it names and no other; who decides about it has to know what else its goods are in.

use std::collections::{BTreeMap, BTreeSet};

use gs1::{Epc, Gtin, Lot};

use crate::engine::Engine;
use crate::state::{EventId, EventRec, State, ThingId};

/// Packs that were made of those of a lot, by their own product and lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeInto {
    /// Product.
    pub gtin: Gtin,
    /// Lot; `None` for packs of which nobody told it.
    pub lot: Option<Lot>,
    /// How many came out. Events that used a pack of the lot among others count whole: nobody
    /// tells what of the one is in the other.
    pub packs: usize,
}

impl Engine {
    /// What was made of the packs of a lot, by product and lot. What came back into the lot itself
    /// is not told. One pass over the lot, and one over what was made of it.
    pub fn made_of(&self, gtin: &Gtin, lot: &Lot) -> Vec<MadeInto> {
        let state = &self.state;
        let Some(known) = state.lots.get(&(gtin.clone(), lot.clone())) else {
            return Vec::new();
        };
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        let packs = known.packs.iter().copied();
        let own: Vec<ThingId> = packs
            .filter(|it| state.lot_epc(*it).as_ref() == Some(&class))
            .collect();
        let mut found: BTreeMap<(Gtin, Option<Lot>), usize> = BTreeMap::new();
        for thing in state.made_of(own) {
            let Some(product) = state.gtin(thing) else {
                continue;
            };
            let number = match state.lot_epc(thing) {
                Some(made) if made == class => continue,
                Some(Epc::Lgtin { lot, .. }) => Some(lot),
                _ => None,
            };
            *found.entry((product.clone(), number)).or_default() += 1;
        }
        let told = |((gtin, lot), packs)| MadeInto { gtin, lot, packs };
        found.into_iter().map(told).collect()
    }
}

impl State {
    /// Everything that came out of transformations that used things up, or things made of them.
    fn made_of(&self, things: Vec<ThingId>) -> BTreeSet<ThingId> {
        let mut found: BTreeSet<ThingId> = BTreeSet::new();
        let mut seen: BTreeSet<EventId> = BTreeSet::new();
        let mut edge = things;
        while let Some(thing) = edge.pop() {
            let Some(known) = self.thing(thing) else {
                continue;
            };
            for id in known.touches.iter() {
                let event = self.event(*id).filter(|it| used_up(it, thing));
                let Some(event) = event.filter(|_| seen.insert(*id)) else {
                    continue;
                };
                let made = event.told().outputs.iter().copied();
                edge.extend(made.filter(|it| found.insert(*it)));
            }
        }
        found
    }
}

fn used_up(event: &EventRec, thing: ThingId) -> bool {
    event.uses_up(thing) && event.told().voided_by.is_none()
}
