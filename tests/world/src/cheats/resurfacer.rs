//! Takes packs that a centre has destroyed out of the bin and sells them.

use crate::DAY;
use crate::kind::Kind;
use crate::world::World;

/// Share of destroyed packs that are taken in a world of sixty thousand.
const TAKEN: f64 = 0.08;
/// Most of them that are, in a small world, where some shall be too.
const TAKEN_MOST: f64 = 0.3;

impl World {
    pub(crate) fn tempt_resurfacer(&mut self, pack: u32, destroyed: i64) {
        let larger = 60_000.0 / f64::from(self.params.packs);
        let taken = TAKEN * larger.clamp(1.0, TAKEN_MOST / TAKEN);
        if self.params.honest || !self.cheats.dice.chance(taken) {
            return;
        }
        let at = self.atlas.pharmacy(&mut self.cheats.dice);
        let at_ms = destroyed + self.cheats.dice.between(4 * DAY, 20 * DAY);
        self.mark(Kind::Resurfaced, pack, at_ms, at);
        let print = self.goods.print(pack);
        self.try_to_sell(print, at, Kind::Resurfaced, at_ms);
    }
}
