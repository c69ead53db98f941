//! What the packs of a lot are packed in now: pallets and cases with how many packs of the lot are
//! in each, level by level, so that a lot of a million packs opens as fast as one of ten.

use std::collections::BTreeMap;

use gs1::{Epc, Gtin, Lot};
use serde::Serialize;

use crate::engine::Engine;
use crate::judge_thing::Case;
use crate::state::{State, ThingId};
use crate::timeline::DEPTH_MAX;
use crate::views::{PartyRef, status_word};

use super::Sees;

/// One level of what the packs of a lot are in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LotUnits {
    /// Packs of the lot at this level and in everything below it.
    pub packs: usize,
    /// Containers of this level, the fullest first.
    pub units: Vec<UnitView>,
    /// Packs of the lot that lie at this level in no further container, in the order they were
    /// made.
    pub loose: Vec<UnitView>,
}

/// A container, or a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnitView {
    /// Canonical id.
    pub id: String,
    /// `pack`, `logistic_unit` or `other`.
    pub kind: &'static str,
    /// Packs of the lot in it, at any depth; 1 of a pack.
    pub packs: usize,
    /// Containers directly in it that hold packs of the lot.
    pub units: usize,
    /// Status of a pack.
    pub status: Option<&'static str>,
    /// Who holds it.
    pub holder: Option<PartyRef>,
}

/// Where packs of the lot are: the chain of containers of each, the outermost first.
#[derive(Default)]
struct Chains {
    /// What is directly around a container, once asked for.
    around: BTreeMap<ThingId, Option<ThingId>>,
}

impl Engine {
    /// What packs of a lot are in now: the outermost containers, or what is directly `inside` one.
    /// Only packs and containers that `sees` shows (all without) are told; `None` when the lot is
    /// not known.
    pub fn lot_units(
        &self,
        gtin: &Gtin,
        lot: &Lot,
        inside: Option<&Epc>,
        sees: Option<Sees<'_>>,
    ) -> Option<LotUnits> {
        let known = self.state.lots.get(&(gtin.clone(), lot.clone()));
        let known = known.filter(|known| known.is_told())?;
        let class = Epc::Lgtin {
            gtin: gtin.clone(),
            lot: lot.clone(),
        };
        let inside = match inside {
            Some(epc) => Some(self.state.find(epc)?),
            None => None,
        };
        let shown =
            |id: ThingId| sees.is_none_or(|sees| self.state.epc(id).is_some_and(|epc| sees(&epc)));
        let mut chains = Chains::default();
        let mut level = LotUnits {
            packs: 0,
            units: Vec::new(),
            loose: Vec::new(),
        };
        // Of each container of this level: packs, and the containers directly in it.
        let mut counts: BTreeMap<ThingId, (usize, std::collections::BTreeSet<ThingId>)> =
            BTreeMap::new();
        for case in self.packs_of(&known.packs, &class) {
            if !shown(case.id) {
                continue;
            }
            let chain = chains.of(&self.state, &case, &shown);
            let below = match inside {
                None => 0,
                Some(unit) => match chain.iter().position(|id| *id == unit) {
                    Some(at) => at + 1,
                    None => continue,
                },
            };
            level.packs += 1;
            match chain.get(below) {
                None => level.loose.push(self.pack_view(&case)),
                Some(unit) => {
                    let count = counts.entry(*unit).or_default();
                    count.0 += 1;
                    count.1.extend(chain.get(below + 1));
                }
            }
        }
        let units = counts.into_iter();
        level.units = units
            .map(|(id, (packs, inner))| self.unit_view(id, packs, inner.len()))
            .collect();
        level
            .units
            .sort_by(|a, b| (b.packs, &a.id).cmp(&(a.packs, &b.id)));
        Some(level)
    }

    fn pack_view(&self, case: &Case<'_>) -> UnitView {
        UnitView {
            id: self.state.canonical(case.id),
            kind: "pack",
            packs: 1,
            units: 0,
            status: Some(status_word(&case.now)),
            holder: case.now.holder.map(|id| self.state.party_ref(id)),
        }
    }

    fn unit_view(&self, id: ThingId, packs: usize, units: usize) -> UnitView {
        let holder = Case::of(&self.state, id).and_then(|case| case.now.holder);
        let kind = match self.state.epc(id) {
            Some(Epc::Sscc(_)) => "logistic_unit",
            _ => "other",
        };
        UnitView {
            id: self.state.canonical(id),
            kind,
            packs,
            units,
            status: None,
            holder: holder.map(|id| self.state.party_ref(id)),
        }
    }
}

impl Chains {
    /// The containers around a pack, the outermost first; of those that may not be shown, none.
    fn of(
        &mut self,
        state: &State,
        case: &Case<'_>,
        shown: &dyn Fn(ThingId) -> bool,
    ) -> Vec<ThingId> {
        let mut chain = Vec::new();
        if case.now.life.is_over() || case.now.parted.is_some() {
            return chain;
        }
        let mut next = open_around(state, case.id);
        while let Some(unit) = next.filter(|unit| !chain.contains(unit)) {
            if chain.len() == DEPTH_MAX {
                break;
            }
            let around = self.around.get(&unit).copied();
            next = around.unwrap_or_else(|| {
                let around = open_around(state, unit);
                self.around.insert(unit, around);
                around
            });
            chain.push(unit);
        }
        chain.retain(|unit| shown(*unit));
        chain.reverse();
        chain
    }
}

fn open_around(state: &State, id: ThingId) -> Option<ThingId> {
    let stays = state.stays(id);
    let last = stays.last().filter(|stay| stay.is_open());
    last.map(|stay| stay.parent)
}
