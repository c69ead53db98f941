//! What goes wrong at the door: a box handed over at another pharmacy than the one it was sent to,
//! and a pharmacy whose clock is an hour off.

use gs1::Epc;

use crate::HOUR;
use crate::atlas::SiteId;
use crate::honest::{Crossing, Tote};
use crate::kind::Kind;
use crate::world::World;

/// One tote in so many is handed over elsewhere.
const EVERY: u32 = 1_500;

impl World {
    /// Perhaps the tote goes to another pharmacy of the centre; where it goes.
    pub(crate) fn misdeliver(&mut self, mut tote: Tote, unit: &Epc, now: i64) -> (Tote, SiteId) {
        let every = EVERY.min(self.params.packs / 24).max(1);
        let due = self.cheats.totes_picked() % every == every / 3;
        let others = self.atlas.served_by(tote.from);
        if self.params.honest || !due || others.len() < 2 {
            let to = tote.to;
            return (tote, to);
        }
        let other = others.iter().find(|id| **id != tote.to).copied();
        tote.to = other.unwrap_or(tote.to);
        self.plant(Kind::Misdelivered, unit, now, tote.to);
        for pack in &tote.packs {
            self.mark(Kind::Misdelivered, *pack, now, tote.to);
        }
        let to = tote.to;
        (tote, to)
    }

    /// Labels what a place that receives a tote does to everything it handles.
    pub(crate) fn label_place(&mut self, crossing: &Crossing<Tote>, at: SiteId, now: i64) {
        let skewed = self.atlas.sites[at].skew_ms >= HOUR;
        let lapsed = self.has_lapsed(at, now);
        let swapped = self.is_date_wrong(at, now);
        if self.params.honest || !(skewed || lapsed || swapped) {
            return;
        }
        if swapped {
            self.plant(Kind::DateSwapped, &crossing.unit, now, at);
        }
        if skewed {
            self.plant(Kind::Skewed, &crossing.unit, now, at);
        }
        for pack in &crossing.goods.packs {
            if skewed {
                let epc = self.goods.epc(*pack);
                self.plant(Kind::Skewed, &epc, now, at);
            }
            if swapped {
                self.mark(Kind::Skewed, *pack, now, at);
            }
            if lapsed {
                self.mark(Kind::Unlicensed, *pack, now, at);
            }
        }
    }
}
