//! Prints a genuine identifier with a later last day of use.

use chrono::Days;

use crate::DAY;
use crate::kind::Kind;
use crate::world::World;

impl World {
    pub(crate) fn plan_relabelling(&mut self) {
        for _ in 0..self.scaled(20) {
            let pack = self.unmarked_pack();
            let mut print = self.goods.print(pack);
            print.expiry = print
                .expiry
                .checked_add_days(Days::new(365))
                .expect("a date");
            let made_ms = self.goods.lots[self.goods.lot_of(pack)].made_ms;
            let at = self.atlas.pharmacy(&mut self.cheats.dice);
            let at_ms = made_ms + self.cheats.dice.between(5 * DAY, 60 * DAY);
            self.mark(Kind::Relabelled, pack, at_ms, at);
            self.try_to_sell(print, at, Kind::Relabelled, at_ms);
        }
    }
}
