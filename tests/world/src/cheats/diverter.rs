//! Sends packs to a country where they may not be sold.

use crate::honest::Tote;
use crate::kind::Kind;
use crate::world::World;

/// Share of totes of a bound product that are diverted.
const DIVERTED: f64 = 0.004;

impl World {
    pub(crate) fn tempt_diverter(&mut self, mut tote: Tote, now: i64) -> Tote {
        let markets = self.goods.product_of(tote.packs[0]).markets;
        if self.params.honest || markets.is_empty() || !self.cheats.dice.chance(DIVERTED) {
            return tote;
        }
        for _ in 0..1_000 {
            let to = self.atlas.pharmacy(&mut self.cheats.dice);
            if !markets.contains(&self.atlas.sites[to].country) {
                tote.to = to;
                for pack in &tote.packs {
                    self.mark(Kind::Diverted, *pack, now, to);
                }
                break;
            }
        }
        tote
    }
}
