//! Commissions identifiers that exist a second time, under another party's name.

use gs1::epcis::Action;

use crate::DAY;
use crate::goods::Print;
use crate::honest::disposition;
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;

impl World {
    pub(crate) fn plan_second_making(&mut self) {
        let first = self.unmarked_pack();
        let lot = self.goods.lot_of(first);
        let (end, made_ms, code, expiry) = {
            let lot = &self.goods.lots[lot];
            (
                lot.first + lot.packs,
                lot.made_ms + 5 * DAY,
                lot.code.clone(),
                lot.expiry,
            )
        };
        let packs: Vec<u32> = (first..end)
            .filter(|pack| !self.marks.contains_key(pack))
            .take(self.scaled(10) as usize)
            .collect();
        let rogue = self.atlas.rogue();
        for pack in &packs {
            self.mark(Kind::SecondMaking, *pack, made_ms, rogue);
        }
        let prints: Vec<Print> = packs.iter().map(|pack| self.goods.print(*pack)).collect();
        let epcs = prints.iter().map(Print::epc).collect();
        let event = self
            .object(Action::Add, epcs, made_ms, "commissioning", rogue)
            .with_disposition(&disposition("active"))
            .with_ilmd(&code, expiry);
        self.send(event, made_ms, rogue, Care::Sure);
        let buyer = self.atlas.pharmacy(&mut self.cheats.dice);
        self.deliver_from_rogue(&prints, buyer, made_ms + DAY, Kind::SecondMaking);
    }
}
