//! A plant makes more packs of a lot than the maker of the product has authorised, and sends some
//! of them to a pharmacy.

use gs1::epcis::Action;

use crate::goods::{Print, invented};
use crate::honest::disposition;
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;
use crate::{DAY, HOUR, MINUTE};

impl World {
    pub(crate) fn plan_over_issue(&mut self) {
        let model = self.unmarked_pack();
        let lot = self.goods.lot_of(model);
        let (made_ms, code, expiry, product, packs) = {
            let lot = &self.goods.lots[lot];
            let made_ms = lot.made_ms + 4 * HOUR;
            (
                made_ms,
                lot.code.clone(),
                lot.expiry,
                lot.product,
                lot.packs,
            )
        };
        let site = self.goods.products[product].plant;
        let prints: Vec<Print> = (0..packs / 10)
            .map(|_| {
                let serial = invented(&mut self.cheats.dice, site);
                let print = self.goods.print(model);
                Print { serial, ..print }
            })
            .collect();
        let extra: Vec<gs1::Epc> = prints.iter().map(Print::epc).collect();
        let gtin = self.goods.products[product].gtin.clone();
        let lot = gs1::Epc::Lgtin {
            gtin,
            lot: code.clone(),
        };
        self.plant(Kind::OverIssued, &lot, made_ms, site);
        let event = self
            .object(Action::Add, extra, made_ms, "commissioning", site)
            .with_disposition(&disposition("active"))
            .with_ilmd(&code, expiry);
        self.send(event, made_ms + MINUTE, site, Care::Sure);
        let sold = prints.len().min(self.scaled(20) as usize);
        let buyer = self.atlas.pharmacy(&mut self.cheats.dice);
        let shipped = made_ms + DAY;
        self.deliver_with_papers(&prints[..sold], (site, buyer), shipped, Kind::OverIssued);
    }
}
