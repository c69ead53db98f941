//! Asks a counter about one invented serial after the other, in the hope of a real one.

use crate::goods::invented;
use crate::kind::Kind;
use crate::world::{Task, World};
use crate::{DAY, MINUTE};

use super::Attempt;

/// Questions of one prober.
const QUESTIONS: u32 = 40;

impl World {
    pub(crate) fn plan_probing(&mut self) {
        for _ in 0..self.scaled(3) {
            let model = self.unmarked_pack();
            let lot = &self.goods.lots[self.goods.lot_of(model)];
            let (plant, since) = (
                self.goods.products[lot.product].plant,
                lot.made_ms + 20 * DAY,
            );
            let at = self.atlas.pharmacy(&mut self.cheats.dice);
            self.plant_on_party(Kind::Probing, since, at);
            for number in 0..QUESTIONS {
                let mut print = self.goods.print(model);
                print.serial = invented(&mut self.cheats.dice, plant);
                let at_ms = since + i64::from(number) * MINUTE;
                self.plant(Kind::Guessed, &print.epc(), at_ms, at);
                let kind = Kind::Guessed;
                self.agenda
                    .plan(at_ms, Task::Attempt(Attempt { print, at, kind }));
            }
        }
    }
}
