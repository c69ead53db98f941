//! A plant commissions the packs of a lot, packs cases and pallets, and ships the pallets.

use gs1::epcis::Action;

use super::{Crossing, Pallet, disposition};
use crate::atlas::SiteId;
use crate::goods::{CASE, PALLET};
use crate::kind::Kind;
use crate::post::Care;
use crate::world::{Task, World};
use crate::{DAY, MINUTE};

/// Packs named by one commissioning event.
const MADE_TOGETHER: usize = 100;
/// Share of packs that the reader misses when a case is closed.
const MISSED: f64 = 0.001;

impl World {
    pub(crate) fn make(&mut self, lot: usize, now: i64) {
        let made = &self.goods.lots[lot];
        let packs: Vec<u32> = (made.first..made.first + made.packs).collect();
        let site: SiteId = self.goods.products[made.product].plant;
        let mut at_ms = now;
        for group in packs.chunks(MADE_TOGETHER) {
            at_ms += MINUTE;
            self.commission(group, lot, at_ms, site);
        }
        for packs in packs.chunks(PALLET) {
            at_ms += 10 * MINUTE;
            let to = self.centre_for(lot);
            let pallet = self.palletise(packs, site, to, at_ms);
            let leaves = at_ms + self.dice.between(DAY, 3 * DAY);
            self.agenda.plan(leaves, Task::ShipPallet(pallet));
        }
    }

    fn commission(&mut self, packs: &[u32], lot: usize, at_ms: i64, site: SiteId) {
        let code = self.goods.lots[lot].code.clone();
        for (packs, expiry) in self.uploads(packs, lot) {
            let epcs = packs.iter().map(|pack| self.goods.epc(*pack)).collect();
            let event = self
                .object(Action::Add, epcs, at_ms, "commissioning", site)
                .with_disposition(&disposition("active"))
                .with_ilmd(&code, expiry);
            let event = self.bind_chips(event, &packs);
            self.send(event, at_ms, site, Care::Checked);
        }
    }

    /// A centre that delivers to a country where the product may be sold.
    fn centre_for(&mut self, lot: usize) -> SiteId {
        let markets = self.goods.products[self.goods.lots[lot].product].markets;
        let serves = |centre: &SiteId| {
            let mut list = self.atlas.served_by(*centre).iter();
            markets.is_empty() || list.any(|id| markets.contains(&self.atlas.sites[*id].country))
        };
        let centres = (0..self.atlas.centres()).map(|number| self.atlas.centre(number));
        let fit: Vec<SiteId> = centres.filter(serves).collect();
        if fit.is_empty() {
            return self.atlas.centre(0);
        }
        *self.dice.pick(&fit)
    }

    fn palletise(&mut self, packs: &[u32], from: SiteId, to: SiteId, at_ms: i64) -> Pallet {
        let mut cases = Vec::new();
        for packs in packs.chunks(CASE) {
            let unit = self.unit();
            let mut read = Vec::new();
            for pack in packs {
                if self.dice.chance(MISSED) && !self.params.honest {
                    let epc = self.goods.epc(*pack);
                    self.plant(Kind::MissedRead, &epc, at_ms, from);
                    self.plant(Kind::MissedRead, &unit, at_ms, from);
                } else {
                    read.push(self.goods.epc(*pack));
                }
            }
            let event = self.aggregation(Action::Add, &unit, read, at_ms, from);
            self.send(event, at_ms, from, Care::Usual);
            cases.push((unit, packs.to_vec()));
        }
        let unit = self.unit();
        let inside = cases.iter().map(|(case, _)| case.clone()).collect();
        let closed = at_ms + 5 * MINUTE;
        let event = self.aggregation(Action::Add, &unit, inside, closed, from);
        self.send(event, closed, from, Care::Usual);
        Pallet {
            unit,
            cases,
            from,
            to,
        }
    }

    pub(crate) fn ship_pallet(&mut self, pallet: Pallet, now: i64) {
        let (from, to, unit) = (pallet.from, pallet.to, pallet.unit.clone());
        let event = self.shipment(vec![unit.clone()], now, from, to);
        self.send(event, now, from, Care::Usual);
        let arrives = now + self.atlas.journey(from, to, &mut self.dice);
        let packs = pallet.cases.iter().flat_map(|(_, packs)| packs);
        let packs: Vec<u32> = packs.copied().collect();
        let arrives = self.heat_pallet(&packs, &unit, now, arrives);
        let crossing = Crossing {
            unit,
            goods: pallet,
            shipped_ms: now,
        };
        self.agenda.plan(arrives, Task::PalletArrives(crossing));
    }
}
