//! Ships packs under copied identifiers with papers in order, and the buyer receives them: the only
//! thing wrong is that the shipper never held them.

use crate::DAY;
use crate::goods::Print;
use crate::kind::Kind;
use crate::world::World;

impl World {
    pub(crate) fn plan_phantom_shipment(&mut self) {
        let count = self.scaled(20);
        let mut packs = Vec::new();
        for _ in 0..count {
            let pack = self.unmarked_pack();
            let rogue = self.atlas.rogue();
            self.mark(Kind::PhantomShipped, pack, crate::START_MS, rogue);
            packs.push(pack);
        }
        let prints: Vec<Print> = packs.iter().map(|pack| self.goods.print(*pack)).collect();
        let made = packs
            .iter()
            .map(|pack| self.goods.lots[self.goods.lot_of(*pack)].made_ms);
        let at_ms = made.max().unwrap_or(crate::START_MS) + 6 * DAY;
        let buyer = self.atlas.pharmacy(&mut self.cheats.dice);
        self.deliver_from_rogue(&prints, buyer, at_ms, Kind::PhantomShipped);
    }
}
