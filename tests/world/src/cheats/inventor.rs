//! Prints serials nobody made, on a real lot or on an invented one; some of a kind that a notice
//! has warned of, by lot and first characters.

use serde_json::json;

use crate::DAY;
use crate::goods::{Print, invented};
use crate::kind::Kind;
use crate::world::World;

impl World {
    pub(crate) fn plan_inventions(&mut self) {
        for (kind, count) in [
            (Kind::InventedSerial, self.scaled(50)),
            (Kind::InventedLot, self.scaled(20)),
            (Kind::KnownBad, self.scaled(15)),
        ] {
            for number in 0..count {
                self.invent(kind, number);
            }
        }
    }

    fn invent(&mut self, kind: Kind, number: u32) {
        let model = self.unmarked_pack();
        let lot = &self.goods.lots[self.goods.lot_of(model)];
        let (made_ms, plant) = (lot.made_ms, self.goods.products[lot.product].plant);
        let mut print = self.goods.print(model);
        print.serial = invented(&mut self.cheats.dice, plant);
        if kind == Kind::InventedLot {
            print.lot = format!("ZQ{:04}", 7_000 + number / 5);
        }
        if kind == Kind::KnownBad {
            print.serial = self.noticed(&print, made_ms);
        }
        let at = self.atlas.pharmacy(&mut self.cheats.dice);
        let at_ms = made_ms + self.cheats.dice.between(20 * DAY, 70 * DAY);
        if kind == Kind::InventedLot {
            let gtin = print.gtin.clone();
            let lot = gs1::Lot::parse(&print.lot).expect("a lot");
            self.plant(kind, &gs1::Epc::Lgtin { gtin, lot }, at_ms, at);
        }
        self.plant(kind, &print.epc(), at_ms, at);
        self.try_to_sell(print, at, kind, at_ms);
    }

    /// A serial that a notice about its lot names; the notice comes some days before.
    fn noticed(&mut self, print: &Print, made_ms: i64) -> String {
        let begins = self.cheats.dice.word(b"0123456789", 4);
        let notice = json!({
            "type": "known_bad",
            "gtin": print.gtin.as_str(),
            "lot": print.lot,
            "serial": format!("{begins}77*"),
            "notice": "falsified packs of this lot were found abroad",
        });
        self.tell(made_ms + 15 * DAY, None, notice);
        let rest = self.cheats.dice.word(b"0123456789", 6);
        format!("{begins}77{rest}")
    }
}
