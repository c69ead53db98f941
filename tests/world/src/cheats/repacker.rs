//! Packs copied identifiers into a box of his own while the genuine packs lie in theirs, and ships
//! the box with papers in order.

use gs1::Epc;
use gs1::epcis::Action;

use crate::goods::Print;
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;
use crate::{DAY, HOUR};

impl World {
    pub(crate) fn plan_repacking(&mut self) {
        let first = self.unmarked_pack();
        let lot = self.goods.lot_of(first);
        let (end, made_ms) = {
            let lot = &self.goods.lots[lot];
            (lot.first + lot.packs, lot.made_ms)
        };
        let packs: Vec<u32> = (first..end)
            .filter(|pack| !self.marks.contains_key(pack))
            .take(self.scaled(10) as usize)
            .collect();
        // The lot is in its cases, and no pallet has left yet.
        let packed = made_ms + 20 * HOUR;
        let rogue = self.atlas.rogue();
        for pack in &packs {
            self.mark(Kind::Repacked, *pack, packed, rogue);
        }
        let prints: Vec<Print> = packs.iter().map(|pack| self.goods.print(*pack)).collect();
        let epcs: Vec<Epc> = prints.iter().map(Print::epc).collect();
        let unit = self.unit();
        let event = self.aggregation(Action::Add, &unit, epcs.clone(), packed, rogue);
        self.send(event, packed, rogue, Care::Sure);
        let buyer = self.atlas.pharmacy(&mut self.cheats.dice);
        let leaves = packed + HOUR;
        let event = self.shipment(vec![unit.clone()], leaves, rogue, buyer);
        self.send(event, leaves, rogue, Care::Sure);
        let arrives = leaves + 40 * HOUR;
        let event = self.receipt(vec![unit.clone()], arrives, rogue, buyer);
        self.send(event, arrives, buyer, Care::Sure);
        let opened = arrives + HOUR;
        let event = self.aggregation(Action::Delete, &unit, epcs, opened, buyer);
        self.send(event, opened, buyer, Care::Sure);
        for print in prints {
            let later = opened + HOUR + self.cheats.dice.between(DAY, 20 * DAY);
            self.try_to_sell(print, buyer, Kind::Repacked, later);
        }
    }
}
