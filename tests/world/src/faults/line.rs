//! What goes wrong at a packaging line without bad will: the printer is changed over to the new lot
//! a few packs too late, and the upload of some packs tells a last day in a year that is over.

use chrono::{Datelike, NaiveDate};

use crate::goods::day_of;
use crate::kind::Kind;
use crate::world::World;

/// Packs that a fault of a line concerns.
const PACKS: u32 = 12;

impl World {
    pub(crate) fn plan_line_faults(&mut self) {
        for _ in 0..self.scaled(3) {
            if let Some((lot, first)) = self.untouched_start() {
                self.change_over_late(lot, first);
            }
            if let Some((lot, first)) = self.untouched_start() {
                self.mistype_the_year(lot, first);
            }
        }
    }

    /// A lot and the first of some packs in a row at its beginning that nothing was done to.
    fn untouched_start(&mut self) -> Option<(usize, u32)> {
        for _ in 0..100 {
            let pack = self.unmarked_pack();
            let lot = self.goods.lot_of(pack);
            let first = self.goods.lots[lot].first;
            let mut packs = first..first + PACKS;
            if !packs.any(|pack| self.marks.contains_key(&pack)) {
                return Some((lot, first));
            }
        }
        None
    }

    fn change_over_late(&mut self, lot: usize, first: u32) {
        let before = self.goods.lot_before(lot);
        let (made_ms, site) = self.made(lot);
        for pack in first..first + PACKS {
            self.mark(Kind::ChangedOver, pack, made_ms, site);
            self.goods.printed_wrong.insert(pack, before.clone());
        }
    }

    fn mistype_the_year(&mut self, lot: usize, first: u32) {
        let (made_ms, site) = self.made(lot);
        for pack in first..first + PACKS {
            self.mark(Kind::BornExpired, pack, made_ms, site);
            self.cheats.uploaded_wrong.insert(pack);
        }
    }

    fn made(&self, lot: usize) -> (i64, usize) {
        let lot = &self.goods.lots[lot];
        (lot.made_ms, self.goods.products[lot.product].plant)
    }

    /// The packs that one upload of a line names, apart where their last day differs, each with
    /// that day.
    pub(crate) fn uploads(&self, packs: &[u32], lot: usize) -> Vec<(Vec<u32>, NaiveDate)> {
        let right = self.goods.lots[lot].expiry;
        let year = day_of(self.goods.lots[lot].made_ms).year() - 1;
        // The 28th is in every month.
        let wrong = right.with_day(28).and_then(|day| day.with_year(year));
        let wrong = wrong.expect("a date");
        let is_wrong = |pack: &u32| self.cheats.uploaded_wrong.contains(pack);
        let (bad, good): (Vec<u32>, Vec<u32>) = packs.iter().partition(|pack| is_wrong(pack));
        let both = [(bad, wrong), (good, right)];
        both.into_iter()
            .filter(|(packs, _)| !packs.is_empty())
            .collect()
    }
}
