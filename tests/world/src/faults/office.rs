//! What goes wrong where records are made: a shipment posted days after the goods have left, with
//! the time of the posting, a delivery booked in twice, and computers set up with day and month of
//! the date exchanged.

use chrono::{DateTime, Datelike};
use gs1::Epc;

use crate::atlas::SiteId;
use crate::cheats::lapsed;
use crate::honest::{Crossing, Tote};
use crate::kind::Kind;
use crate::post::Care;
use crate::world::World;
use crate::{DAY, HOUR};

/// One tote in so many is posted late.
const POSTED_LATE: u32 = 2_500;
/// One tote in so many is booked in twice.
const BOOKED_TWICE: u32 = 400;
/// Pharmacies whose computers exchange day and month.
const SWAPPING: usize = 6;

impl World {
    /// When the shipment of a tote is posted.
    pub(crate) fn posted_ms(&mut self, tote: &Tote, unit: &Epc, leaves: i64) -> i64 {
        let every = POSTED_LATE.min(self.params.packs / 24).max(1);
        let due = self.cheats.totes_picked() % every == every / 5;
        if self.params.honest || !due {
            return leaves;
        }
        self.plant(Kind::PostedLate, unit, leaves, tote.from);
        for pack in &tote.packs {
            self.mark(Kind::PostedLate, *pack, leaves, tote.from);
        }
        leaves + self.cheats.dice.between(34 * HOUR, 60 * HOUR)
    }

    /// Perhaps the next shift books the delivery in once more.
    pub(crate) fn book_again(&mut self, crossing: &Crossing<Tote>, to: SiteId, now: i64) {
        let every = BOOKED_TWICE.min(self.params.packs / 24).max(1);
        let due = self.cheats.totes_opened() % every == every / 6;
        if self.params.honest || !due {
            return;
        }
        self.plant(Kind::BookedTwice, &crossing.unit, now, to);
        let again = now + self.cheats.dice.between(4 * HOUR, 20 * HOUR);
        let units = vec![crossing.unit.clone()];
        let event = self.receipt(units, again, crossing.goods.from, to);
        self.send(event, again, to, Care::Sure);
    }

    /// What the clock of a place shows at a moment.
    pub(crate) fn clock(&self, site: SiteId, at_ms: i64) -> i64 {
        let shown = at_ms + self.atlas.sites[site].skew_ms;
        let end = self.atlas.rogue().saturating_sub(lapsed::PHARMACIES);
        let swaps = (end.saturating_sub(SWAPPING)..end).contains(&site);
        if swaps && !self.params.honest {
            exchanged(shown)
        } else {
            shown
        }
    }

    /// Whether the date that a place shows is wrong.
    pub(crate) fn is_date_wrong(&self, site: SiteId, at_ms: i64) -> bool {
        (self.clock(site, at_ms) - at_ms).abs() >= DAY
    }

    /// Labels a pack that a place hands on with a wrong date.
    pub(crate) fn label_date(&mut self, pack: u32, at: SiteId, now: i64) {
        if self.is_date_wrong(at, now) {
            let epc = self.goods.epc(pack);
            self.plant(Kind::DateSwapped, &epc, now, at);
        }
    }
}

/// The same time of the day whose day and month are exchanged, where there is one.
fn exchanged(ms: i64) -> i64 {
    let time = DateTime::from_timestamp_millis(ms).expect("a time");
    let (day, month) = (time.day(), time.month());
    let other = time.with_day(1).and_then(|it| it.with_month(day));
    let other = other.and_then(|it| it.with_day(month));
    other.map_or(ms, |it| it.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_and_month_change_places_where_both_exist() {
        let at = |text: &str| {
            let time = DateTime::parse_from_rfc3339(&format!("{text}T10:20:30Z"));
            time.expect("a time").timestamp_millis()
        };
        for (right, shown) in [
            ("2026-04-05", "2026-05-04"),
            ("2026-03-01", "2026-01-03"),
            ("2026-04-12", "2026-12-04"),
            ("2026-03-03", "2026-03-03"),
            ("2026-03-13", "2026-03-13"),
        ] {
            assert_eq!(exchanged(at(right)), at(shown), "{right}");
        }
    }
}
