//! Puts a copy on the shelf of another pharmacy, where a reader takes stock of it in the very
//! minutes in which the genuine pack comes out of its box.

use gs1::epcis::Action;

use crate::atlas::SiteId;
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;
use crate::{DAY, MINUTE};

/// One tote in so many.
const EVERY: u32 = 500;

impl World {
    pub(crate) fn tempt_twin_reader(&mut self, packs: &[u32], there: SiteId, now: i64) {
        self.cheats.opened += 1;
        let every = EVERY.min(self.params.packs / 24).max(1);
        let due = self.cheats.opened % every == every / 2;
        let pack = packs
            .iter()
            .find(|pack| !self.marks.contains_key(pack))
            .copied();
        let Some(pack) = pack.filter(|_| due && !self.params.honest) else {
            return;
        };
        let mut at = self.atlas.pharmacy(&mut self.cheats.dice);
        if at == there {
            at = self.atlas.pharmacy(&mut self.cheats.dice);
        }
        self.mark(Kind::TwinRead, pack, now, at);
        let print = self.goods.print(pack);
        let seen = now + 4 * MINUTE;
        let event = self.object(Action::Observe, vec![print.epc()], seen, "inspecting", at);
        self.send(event, seen, at, Care::Sure);
        let later = seen + self.cheats.dice.between(0, 10 * DAY);
        self.try_to_sell(print, at, Kind::TwinRead, later);
    }
}
