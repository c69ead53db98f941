//! A distribution centre receives pallets, opens pallets and cases, picks packs into totes for its
//! pharmacies and ships them. It ships nothing recalled or out of date.

use gs1::epcis::Action;

use super::{Crossing, Pallet, Tote};
use crate::atlas::SiteId;
use crate::goods::day_of;
use crate::post::Care;
use crate::world::{Task, World};
use crate::{DAY, HOUR, MINUTE};

/// How long a pack waits at a centre on average.
const STORED: i64 = 7 * DAY;

impl World {
    pub(crate) fn pallet_arrives(&mut self, crossing: &Crossing<Pallet>, now: i64) {
        let pallet = &crossing.goods;
        let (from, to) = (pallet.from, pallet.to);
        let event = self.receipt(vec![crossing.unit.clone()], now, from, to);
        self.send(event, now, to, Care::Usual);
        let all: Vec<u32> = pallet
            .cases
            .iter()
            .flat_map(|(_, packs)| packs.clone())
            .collect();
        if self.goods.product_of(all[0]).cold {
            self.ride(crossing, &all, now, from, to, false);
        }
        let opened = now + self.dice.between(HOUR, 12 * HOUR);
        let cases = pallet.cases.iter().map(|(case, _)| case.clone()).collect();
        let event = self.aggregation(Action::Delete, &crossing.unit, cases, opened, to);
        self.send(event, opened, to, Care::Usual);
        for (case, packs) in &pallet.cases {
            let inside = packs.iter().map(|pack| self.goods.epc(*pack)).collect();
            let opened = opened + self.dice.between(MINUTE, 6 * HOUR);
            let event = self.aggregation(Action::Delete, case, inside, opened, to);
            let event = self.read_tags(event, packs);
            self.send(event, opened, to, Care::Usual);
        }
        self.plan_totes(&all, to, opened + 6 * HOUR);
    }

    /// Every pack will be ordered by one of the centre's pharmacies.
    fn plan_totes(&mut self, packs: &[u32], from: SiteId, ready: i64) {
        let mut rest = packs;
        while !rest.is_empty() {
            let size = (4 + self.dice.below(9)).min(rest.len());
            let (now, later) = rest.split_at(size);
            rest = later;
            let to = self.pharmacy_for(now[0], from);
            let picked = ready + self.dice.dwell(STORED);
            let packs = now.to_vec();
            self.agenda
                .plan(picked, Task::PickTote(Tote { packs, from, to }));
        }
    }

    /// A pharmacy of the centre where the pack may be sold.
    pub(crate) fn pharmacy_for(&mut self, pack: u32, centre: SiteId) -> SiteId {
        let markets = self.goods.product_of(pack).markets;
        let list = self.atlas.served_by(centre);
        let fit: Vec<SiteId> = list
            .iter()
            .copied()
            .filter(|id| markets.is_empty() || markets.contains(&self.atlas.sites[*id].country))
            .collect();
        let list = if fit.is_empty() { list } else { &fit };
        *self.dice.pick(list)
    }

    pub(crate) fn pick_tote(&mut self, tote: Tote, now: i64) {
        let first = tote.packs[0];
        if self.is_recalled(first, now) || self.goods.print(first).expiry < day_of(now) {
            return;
        }
        let tote = self.tempt_diverter(tote, now);
        let (from, to) = (tote.from, tote.to);
        let unit = self.unit();
        let inside = tote
            .packs
            .iter()
            .map(|pack| self.goods.epc(*pack))
            .collect();
        let event = self.aggregation(Action::Add, &unit, inside, now, from);
        self.send(event, now, from, Care::Usual);
        let leaves = now + self.dice.between(10 * MINUTE, 10 * HOUR);
        let posted = self.posted_ms(&tote, &unit, leaves);
        let event = self.shipment(vec![unit.clone()], posted, from, to);
        self.send(event, posted, from, Care::Usual);
        if self.tempt_thief(&tote, &unit, leaves) {
            return;
        }
        let (tote, to) = self.misdeliver(tote, &unit, leaves);
        self.tempt_double_seller(&tote, to, leaves);
        let arrives = leaves + self.atlas.journey(from, to, &mut self.dice);
        let arrives = self.heat_tote(&tote, &unit, leaves, arrives);
        let crossing = Crossing {
            unit,
            goods: tote,
            shipped_ms: leaves,
        };
        self.agenda.plan(arrives, Task::ToteArrives(crossing));
    }
}
