//! Sells single copies to pharmacies and makes their papers afterwards: a shipment and a receipt,
//! dated back to before anybody looked, reach the ledger together, weeks after their dates.

use gs1::epcis::EventBuilder;

use crate::atlas::SiteId;
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;
use crate::{DAY, HOUR};

impl World {
    pub(crate) fn plan_backdating(&mut self) {
        for _ in 0..self.scaled(12) {
            let pack = self.unmarked_pack();
            let made_ms = self.goods.lots[self.goods.lot_of(pack)].made_ms;
            let told = made_ms + self.cheats.dice.between(50 * DAY, 60 * DAY);
            self.date_back(pack, told);
        }
    }

    fn date_back(&mut self, pack: u32, told: i64) {
        let (rogue, print) = (self.atlas.rogue(), self.goods.print(pack));
        let buyer = self.atlas.pharmacy(&mut self.cheats.dice);
        self.mark(Kind::Backdated, pack, told, rogue);
        let said = told - self.cheats.dice.between(35 * DAY, 45 * DAY);
        let event = self.shipment(vec![print.epc()], said, rogue, buyer);
        self.tell_late(event, told, rogue);
        let event = self.receipt(vec![print.epc()], said + 30 * HOUR, rogue, buyer);
        self.tell_late(event, told + HOUR, buyer);
        let later = told + self.cheats.dice.between(2 * HOUR, 8 * DAY);
        self.try_to_sell(print, buyer, Kind::Backdated, later);
    }

    /// The ledger learns of an event at a time that is not the event's own.
    fn tell_late(&mut self, event: EventBuilder, told: i64, site: SiteId) {
        let posted = self.seal(event, told, site, Care::Sure);
        self.hand_in(&posted);
    }
}
