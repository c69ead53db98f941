//! Says weeks later that a dispensed pack was never dispensed, and sells it once more.

use gs1::epcis::Action;

use crate::atlas::SiteId;
use crate::kind::Kind;
use crate::post::Care;
use crate::world::{Task, World};
use crate::{DAY, HOUR};

/// One sale in so many.
const EVERY: u32 = 2_500;

impl World {
    pub(crate) fn tempt_undoer(&mut self, pack: u32, at: SiteId, now: i64) {
        self.cheats.sold += 1;
        let every = EVERY.min(self.params.packs / 24).max(1);
        let due = self.cheats.sold % every == every / 2;
        if self.params.honest || !due || self.marks.contains_key(&pack) {
            return;
        }
        let undone = now + self.cheats.dice.between(12 * DAY, 20 * DAY);
        self.agenda.plan(undone, Task::Undo { pack, at });
    }

    pub(crate) fn undo(&mut self, pack: u32, at: SiteId, now: i64) {
        let print = self.goods.print(pack);
        self.mark(Kind::IllegalUndo, pack, now, at);
        let step = "urn:theriac:epcis:undo";
        let event = self.object(Action::Observe, vec![print.epc()], now, step, at);
        self.send(event, now, at, Care::Sure);
        self.try_to_sell(print, at, Kind::IllegalUndo, now + HOUR);
    }
}
