//! What everybody knows before anything happens: parties, places and products, in the bodies that
//! the ledger carries, so that a field of theirs that is told later needs no change here.

use rules::{Fact, MasterData};
use serde_json::{Value, json};

use crate::atlas::SiteId;
use crate::world::World;
use crate::{DAY, HOUR, START_MS};

impl World {
    /// Plans the master data of the world.
    pub(crate) fn set_up(&mut self) {
        let mut all = Vec::new();
        for site in &self.atlas.sites {
            all.push(json!({
                "type": "party", "gln": site.party, "name": site.name, "role": site.role,
            }));
            all.push(json!({
                "type": "location",
                "id": site.place.canonical(),
                "party": site.party,
                "name": site.name,
                "latitude_e7": (site.latitude * 1e7) as i32,
                "longitude_e7": (site.longitude * 1e7) as i32,
                "country": site.country,
            }));
        }
        for product in &self.goods.products {
            let mut data = json!({
                "type": "product",
                "gtin": product.gtin.as_str(),
                "name": product.name,
                "mah": self.atlas.sites[product.plant].party,
                "storage": if product.cold { "2-8C" } else { "CRT" },
            });
            if product.has_budget() {
                data["conditions"] = budget();
            }
            all.push(data);
        }
        all.extend(self.registry());
        for data in all {
            self.tell(START_MS, None, data);
        }
    }

    /// What authorities and owners of products state: who is licensed, who may make what, how many
    /// packs of a lot, and where they may be sold.
    fn registry(&self) -> Vec<Value> {
        let mut all = Vec::new();
        for (id, site) in self.atlas.sites.iter().enumerate() {
            // Nobody ever licensed the unlisted trader, so nobody can say that it lapsed.
            if id == self.atlas.rogue() {
                continue;
            }
            let lapses = self.lapses_ms(id);
            all.push(json!({
                "type": "licence",
                "id": format!("L{id}"),
                "party": site.party,
                "until_ms": lapses.unwrap_or(START_MS + 400 * DAY),
            }));
        }
        for product in &self.goods.products {
            all.push(json!({
                "type": "authority",
                "prefix": product.gtin.as_str(),
                "party": self.atlas.sites[product.plant].party,
            }));
            if !product.markets.is_empty() {
                all.push(json!({
                    "type": "market",
                    "gtin": product.gtin.as_str(),
                    "countries": product.markets,
                }));
            }
        }
        for lot in &self.goods.lots {
            all.push(json!({
                "type": "lot_quantity",
                "gtin": self.goods.products[lot.product].gtin.as_str(),
                "lot": lot.code.as_str(),
                "packs": lot.packs,
            }));
        }
        all
    }

    /// Master data in its body on the ledger.
    pub(crate) fn tell(&mut self, at_ms: i64, site: Option<SiteId>, body: Value) {
        let data: MasterData = serde_json::from_value(body).expect("master data");
        self.state(at_ms, site, Fact::Master(data));
    }
}

/// A refrigerated product with stability studies: over its whole life it may be out of the
/// refrigerator for a day up to fifteen degrees and for some hours up to twenty-five. A stay
/// outside is told, and what holds is the budget.
fn budget() -> Value {
    let hours = |hours: i64| hours * HOUR;
    json!({
        "id": "2-8C, a day outside",
        "low_mc": 2_000,
        "high_mc": 8_000,
        "alarms_decide": true,
        "budget": [
            {"low_mc": 8_000, "high_mc": 15_000, "allowed_ms": hours(24)},
            {"low_mc": 15_000, "high_mc": 25_000, "allowed_ms": hours(8)},
        ],
        "freeze": {"limit_mc": -500, "ms": hours(1)},
        "max_ever_mc": 40_000,
        "ambient_mc": 25_000,
    })
}
