//! A few pharmacies let their licences lapse and go on as before.

use crate::atlas::SiteId;
use crate::kind::Kind;
use crate::world::World;
use crate::{DAY, START_MS};

/// Pharmacies that do.
pub(crate) const PHARMACIES: usize = 6;
/// When their licences end.
const LAPSES: i64 = START_MS + 20 * DAY;
/// Licences are renewed with an overlap; what is handled after it is handled without one.
const OVERLAP: i64 = 7 * DAY;

impl World {
    /// When the licence of a place ends, if it does.
    pub(crate) fn lapses_ms(&self, id: SiteId) -> Option<i64> {
        let first = self.atlas.rogue().saturating_sub(PHARMACIES);
        let theirs = (first..self.atlas.rogue()).contains(&id) && !self.params.honest;
        theirs.then_some(LAPSES)
    }

    /// Whether what a place handles now is handled without a licence.
    pub(crate) fn has_lapsed(&self, id: SiteId, now: i64) -> bool {
        self.lapses_ms(id)
            .is_some_and(|until| until + OVERLAP < now)
    }

    /// Labels a pack that such a place hands on. The pack came there lawfully, so that nobody can
    /// know before it is handed on.
    pub(crate) fn label_unlicensed(&mut self, pack: u32, at: SiteId, now: i64) {
        if self.has_lapsed(at, now) {
            let epc = self.goods.epc(pack);
            self.plant(Kind::Unlicensed, &epc, now, at);
        }
    }
}
