//! What was ordered by mistake goes back to the centre, which destroys it or sells it again.

use gs1::epcis::Action;

use super::{Tote, disposition};
use crate::atlas::SiteId;
use crate::kind::Kind;
use crate::post::Care;
use crate::world::{Task, World};
use crate::{DAY, HOUR};

/// Share of returns that are destroyed.
const DESTROYED: f64 = 0.3;

impl World {
    pub(crate) fn take_back(&mut self, pack: u32, from: SiteId, to: SiteId, now: i64) {
        let epc = self.goods.epc(pack);
        if !self.params.honest {
            self.plant(Kind::Returned, &epc, now, from);
        }
        self.label_unlicensed(pack, from, now);
        if self.is_recalled(pack, now) {
            self.mark(Kind::Recalled, pack, now, from);
        }
        let event = self.shipment(vec![epc.clone()], now, from, to);
        self.send(event, now, from, Care::Usual);
        let arrived = now + self.atlas.journey(from, to, &mut self.dice);
        let event = self.receipt(vec![epc.clone()], arrived, from, to);
        self.send(event, arrived, to, Care::Usual);
        let decided = arrived + self.dice.between(HOUR, 2 * DAY);
        if self.dice.chance(DESTROYED) {
            let event = self
                .object(Action::Delete, vec![epc], decided, "destroying", to)
                .with_disposition(&disposition("destroyed"));
            self.send(event, decided, to, Care::Checked);
            self.tempt_resurfacer(pack, decided);
            return;
        }
        let buyer = self.pharmacy_for(pack, to);
        let tote = Tote {
            packs: vec![pack],
            from: to,
            to: buyer,
        };
        self.agenda.plan(decided + DAY, Task::PickTote(tote));
    }
}
