//! Copies the code of a genuine pack onto fakes and sells them elsewhere, at any time between the
//! making of the pack and eleven weeks later: before, while or after the genuine one is sold.

use crate::DAY;
use crate::kind::Kind;
use crate::world::World;

/// Fakes are sold within this time after the pack was made.
const SOLD_WITHIN: i64 = 77 * DAY;

impl World {
    pub(crate) fn plan_copies(&mut self) {
        for (kind, originals, copies) in [
            (Kind::CopiedOnce, self.scaled(300), 1),
            (Kind::CopiedTenfold, self.scaled(30), 10),
        ] {
            for _ in 0..originals {
                self.copy(kind, copies);
            }
        }
    }

    fn copy(&mut self, kind: Kind, copies: u32) {
        let pack = self.unmarked_pack();
        let print = self.goods.print(pack);
        let made_ms = self.goods.lots[self.goods.lot_of(pack)].made_ms;
        let mut marked = false;
        for _ in 0..copies {
            let at_ms = made_ms + self.cheats.dice.between(2 * DAY, SOLD_WITHIN);
            let at = self.atlas.pharmacy(&mut self.cheats.dice);
            if !marked {
                self.mark(kind, pack, at_ms, at);
                marked = true;
            }
            self.try_to_sell(print.clone(), at, kind, at_ms);
        }
    }
}
