//! A trader commissions packs of a product that is not his, ships them and lets a pharmacy receive
//! them: to a check of states alone they are as good as any.

use gs1::epcis::Action;

use crate::goods::{Print, invented};
use crate::honest::disposition;
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;
use crate::{DAY, HOUR};

impl World {
    pub(crate) fn plan_rogue_making(&mut self) {
        let model = self.unmarked_pack();
        let lot = self.goods.lot_of(model);
        let (made_ms, code, expiry, product) = {
            let lot = &self.goods.lots[lot];
            (
                lot.made_ms + 5 * DAY,
                lot.code.clone(),
                lot.expiry,
                lot.product,
            )
        };
        let plant = self.goods.products[product].plant;
        let prints: Vec<Print> = (0..self.scaled(30))
            .map(|_| Print {
                serial: invented(&mut self.cheats.dice, plant),
                ..self.goods.print(model)
            })
            .collect();
        let rogue = self.atlas.rogue();
        let made = gs1::Epc::Lgtin {
            gtin: self.goods.products[product].gtin.clone(),
            lot: code.clone(),
        };
        self.plant(Kind::OverIssued, &made, made_ms, rogue);
        let epcs = prints.iter().map(Print::epc).collect();
        let event = self
            .object(Action::Add, epcs, made_ms, "commissioning", rogue)
            .with_disposition(&disposition("active"))
            .with_ilmd(&code, expiry);
        self.send(event, made_ms, rogue, Care::Sure);
        let buyer = self.atlas.pharmacy(&mut self.cheats.dice);
        self.deliver_from_rogue(&prints, buyer, made_ms + DAY, Kind::RogueMade);
    }

    /// The rogue ships packs to a pharmacy, which receives and tries to sell them.
    pub(crate) fn deliver_from_rogue(
        &mut self,
        prints: &[Print],
        buyer: usize,
        at_ms: i64,
        kind: Kind,
    ) {
        let rogue = self.atlas.rogue();
        self.deliver_with_papers(prints, (rogue, buyer), at_ms, kind);
    }

    /// Somebody ships packs to a pharmacy, which receives and tries to sell them.
    pub(crate) fn deliver_with_papers(
        &mut self,
        prints: &[Print],
        (rogue, buyer): (usize, usize),
        at_ms: i64,
        kind: Kind,
    ) {
        let epcs: Vec<gs1::Epc> = prints.iter().map(Print::epc).collect();
        for epc in &epcs {
            self.plant(kind, epc, at_ms, rogue);
        }
        let event = self.shipment(epcs.clone(), at_ms, rogue, buyer);
        self.send(event, at_ms, rogue, Care::Sure);
        let arrives = at_ms + 40 * HOUR;
        let event = self.receipt(epcs, arrives, rogue, buyer);
        self.send(event, arrives, buyer, Care::Sure);
        for print in prints {
            let later = arrives + HOUR + self.cheats.dice.between(DAY, 20 * DAY);
            self.try_to_sell(print.clone(), buyer, kind, later);
        }
    }
}
