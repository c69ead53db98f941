//! Takes whole totes on their way. The centre reports the theft some days later; the packs are sold
//! before and after.

use gs1::Epc;
use gs1::epcis::Action;

use crate::DAY;
use crate::honest::{Tote, disposition};
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;

/// One tote in so many is taken.
const EVERY: u32 = 2_500;

impl World {
    /// Whether this tote is taken.
    pub(crate) fn tempt_thief(&mut self, tote: &Tote, unit: &Epc, shipped: i64) -> bool {
        self.cheats.totes += 1;
        let every = EVERY.min(self.params.packs / 24).max(1);
        if self.params.honest || self.cheats.totes % every != every / 2 {
            return false;
        }
        self.plant(Kind::Stolen, unit, shipped, tote.from);
        let told = shipped + 4 * DAY;
        for pack in &tote.packs {
            self.mark(Kind::Stolen, *pack, shipped, tote.from);
            let at = self.atlas.pharmacy(&mut self.cheats.dice);
            let at_ms = shipped + self.cheats.dice.between(DAY, 20 * DAY);
            let print = self.goods.print(*pack);
            self.try_to_sell(print, at, Kind::Stolen, at_ms);
        }
        let epcs: Vec<Epc> = tote
            .packs
            .iter()
            .map(|pack| self.goods.epc(*pack))
            .collect();
        let event = self
            .object(Action::Observe, epcs, told, "holding", tote.from)
            .with_disposition(&disposition("stolen"));
        self.send(event, told, tote.from, Care::Checked);
        true
    }
}
