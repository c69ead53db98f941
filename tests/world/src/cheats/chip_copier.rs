//! Copies packs with chips: the identifier onto a new chip, or the chip as well as it can be
//! copied, with the tail it had then. From then on the readers on either way write other symbols.

use gs1::epcis::Action;
use serde_json::json;

use crate::DAY;
use crate::honest::chips::{chip_of, symbols, tag};
use crate::kind::Kind;
use crate::post::Care;
use crate::seeded::Seeded;
use crate::world::World;

/// Symbols that the copy's own readers wrote before it is heard of.
const OWN: usize = 4;

impl World {
    pub(crate) fn plan_chip_copies(&mut self) {
        for kind in [Kind::OtherChip, Kind::ForkedTail] {
            for _ in 0..self.scaled(15) {
                let Some(pack) = self.unmarked_pack_with_chip() else {
                    return;
                };
                self.copy_chip(kind, pack);
            }
        }
    }

    fn unmarked_pack_with_chip(&mut self) -> Option<u32> {
        let all = (0..self.params.packs).filter(|pack| self.has_chip(*pack));
        let free: Vec<u32> = all.filter(|pack| !self.marks.contains_key(pack)).collect();
        (!free.is_empty()).then(|| *self.cheats.dice.pick(&free))
    }

    fn copy_chip(&mut self, kind: Kind, pack: u32) {
        let print = self.goods.print(pack);
        let made_ms = self.goods.lots[self.goods.lot_of(pack)].made_ms;
        let at = self.atlas.pharmacy(&mut self.cheats.dice);
        let seen = made_ms + self.cheats.dice.between(8 * DAY, 40 * DAY);
        self.mark(kind, pack, seen, at);
        let mut own = Seeded::new(u64::from(pack), "copied tail");
        let mut tail: Vec<u8> = symbols(pack, 1).collect();
        tail.extend((0..OWN).map(|_| own.next() as u8));
        let chip = match kind {
            Kind::OtherChip => chip_of(pack + 50_000_000),
            _ => chip_of(pack),
        };
        let tags = json!([tag(&print.epc(), &tail, Some(chip))]);
        let event = self
            .object(Action::Observe, vec![print.epc()], seen, "inspecting", at)
            .with_extension("theriac", "urn:theriac:epcis:", "tags", tags);
        self.send(event, seen, at, Care::Sure);
        let later = seen + self.cheats.dice.between(0, 10 * DAY);
        self.try_to_sell(print, at, kind, later);
    }
}
