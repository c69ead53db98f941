//! Prints a run of cartons that all bear the lot and the last day of one genuine carton, and puts
//! onto each the serial number of another pack that a camera has seen: the numbers exist, the lot
//! exists, and they do not belong together.

use crate::DAY;
use crate::kind::Kind;
use crate::world::World;

/// Fakes of one run.
const RUN: u32 = 5;

impl World {
    pub(crate) fn plan_lot_printing(&mut self) {
        for _ in 0..self.scaled(20).div_ceil(RUN) {
            let model = self.unmarked_pack();
            let product = self.goods.lots[self.goods.lot_of(model)].product;
            for _ in 0..RUN {
                if let Some(pack) = self.unmarked_of(product) {
                    self.print_over(pack, model);
                }
            }
        }
    }

    /// A pack of a product that nobody has marked yet, of a lot that may be sold.
    fn unmarked_of(&mut self, product: usize) -> Option<u32> {
        let picks = (0..1_000).map(|_| self.unmarked_pack()).collect::<Vec<_>>();
        let mut picks = picks.into_iter();
        picks.find(|pack| self.goods.lots[self.goods.lot_of(*pack)].product == product)
    }

    fn print_over(&mut self, pack: u32, model: u32) {
        let (own, run) = (self.goods.lot_of(pack), self.goods.lot_of(model));
        // Where all numbers are of the model's own lot, the cartons are of an older one.
        let (lot, expiry) = if own == run {
            self.goods.lot_before(own)
        } else {
            let model = self.goods.print(model);
            (model.lot, model.expiry)
        };
        let mut print = self.goods.print(pack);
        (print.lot, print.expiry) = (lot, expiry);
        let made_ms = self.goods.lots[own].made_ms;
        let at = self.atlas.pharmacy(&mut self.cheats.dice);
        let at_ms = made_ms + self.cheats.dice.between(5 * DAY, 60 * DAY);
        self.mark(Kind::OneLotPrinted, pack, at_ms, at);
        self.try_to_sell(print, at, Kind::OneLotPrinted, at_ms);
    }
}
