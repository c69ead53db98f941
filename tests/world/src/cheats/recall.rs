//! A lot is recalled while some of its packs lie at pharmacies, which try to sell them.

use rules::{Decision, Fact};

use crate::DAY;
use crate::world::{Task, World};

impl World {
    pub(crate) fn plan_recall(&mut self) {
        let lot = 1.min(self.goods.lots.len() - 1);
        let at_ms = self.goods.lots[lot].made_ms + 18 * DAY;
        self.agenda.plan(at_ms, Task::Recall(lot));
    }

    pub(crate) fn recall(&mut self, lot: usize, now: i64) {
        self.cheats.recalled = Some((lot, now));
        let recalled = &self.goods.lots[lot];
        let product = &self.goods.products[recalled.product];
        let (site, decision) = (
            product.plant,
            Decision::Recall {
                gtin: product.gtin.clone(),
                lot: recalled.code.clone(),
                reason: "particles found".to_owned(),
                level: None,
            },
        );
        self.state(now, Some(site), Fact::Decision(decision));
    }

    pub(crate) fn is_recalled(&self, pack: u32, now: i64) -> bool {
        let lot = self.goods.lot_of(pack);
        self.cheats
            .recalled
            .is_some_and(|(recalled, since)| recalled == lot && since < now)
    }
}
