//! Puts a copy on the shelf of a pharmacy in another part of the continent, which takes stock of it
//! within hours of the genuine pack's coming out of its box.

use gs1::epcis::Action;

use crate::atlas::{SiteId, km};
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;
use crate::{DAY, HOUR, MINUTE};

/// One tote in so many.
const EVERY: u32 = 500;
/// Copies are sold in other countries, at least so far away, km.
const FAR_KM: f64 = 1_000.0;

impl World {
    pub(crate) fn tempt_far_seller(&mut self, packs: &[u32], there: SiteId, now: i64) {
        let every = EVERY.min(self.params.packs / 24).max(1);
        let due = self.cheats.opened % every == every / 4;
        let pack = packs.iter().find(|pack| !self.marks.contains_key(pack));
        let Some(pack) = pack.copied().filter(|_| due && !self.params.honest) else {
            return;
        };
        let Some(at) = self.far_from(there) else {
            return;
        };
        self.mark(Kind::SeenFarAway, pack, now, at);
        let print = self.goods.print(pack);
        let seen = now + self.cheats.dice.between(30 * MINUTE, 5 * HOUR);
        let event = self.object(Action::Observe, vec![print.epc()], seen, "stock_taking", at);
        self.send(event, seen, at, Care::Sure);
        let later = seen + self.cheats.dice.between(0, 10 * DAY);
        self.try_to_sell(print, at, Kind::SeenFarAway, later);
    }

    fn far_from(&mut self, there: SiteId) -> Option<SiteId> {
        let picks = (0..1_000).map(|_| self.atlas.pharmacy(&mut self.cheats.dice));
        let picks: Vec<SiteId> = picks.collect();
        let sites = &self.atlas.sites;
        let far = |at: &SiteId| km(&sites[*at], &sites[there]) >= FAR_KM;
        picks.into_iter().find(far)
    }
}
