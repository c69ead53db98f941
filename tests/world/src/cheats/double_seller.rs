//! Somebody in the dispatch of a centre sells a delivery twice: while the tote is on its way he
//! ships its packs once more, as copies and loose, to a pharmacy that pays him.

use gs1::Epc;

use crate::atlas::SiteId;
use crate::goods::Print;
use crate::honest::Tote;
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;
use crate::{DAY, HOUR, MINUTE};

/// One tote in so many.
const EVERY: u32 = 2_500;

impl World {
    /// `to` is where the tote goes.
    pub(crate) fn tempt_double_seller(&mut self, tote: &Tote, to: SiteId, leaves: i64) {
        let every = EVERY.min(self.params.packs / 24).max(1);
        let due = self.cheats.totes_picked() % every == every / 4;
        let others = self.atlas.served_by(tote.from).iter();
        let others: Vec<SiteId> = others.copied().filter(|id| *id != to).collect();
        if self.params.honest || !due || others.is_empty() {
            return;
        }
        let (from, buyer) = (tote.from, *self.cheats.dice.pick(&others));
        for pack in &tote.packs {
            self.mark(Kind::SoldTwice, *pack, leaves, from);
        }
        let copies = tote.packs.iter().map(|pack| self.goods.print(*pack));
        let copies: Vec<Print> = copies.collect();
        let epcs: Vec<Epc> = copies.iter().map(Print::epc).collect();
        let again = leaves + self.cheats.dice.between(20 * MINUTE, 2 * HOUR);
        let event = self.shipment(epcs.clone(), again, from, buyer);
        self.send(event, again, from, Care::Sure);
        let arrives = again + self.atlas.journey(from, buyer, &mut self.cheats.dice);
        let event = self.receipt(epcs, arrives, from, buyer);
        self.send(event, arrives, buyer, Care::Sure);
        for print in copies {
            let later = arrives + HOUR + self.cheats.dice.between(0, 12 * DAY);
            self.try_to_sell(print, buyer, Kind::SoldTwice, later);
        }
    }
}
