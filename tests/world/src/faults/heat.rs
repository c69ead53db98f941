//! Cold boxes whose surroundings do not stay cold, by the physics of a box: its air follows what is
//! around it with a delay (Newton's law of cooling). What is planted is what happens around the
//! box; what the logger shows, and for how long, follows. Such a journey takes longer, since what
//! went wrong holds it up.

use std::collections::BTreeSet;

use gs1::Epc;

use crate::faults::journey::Journey;
use crate::honest::Tote;
use crate::honest::climate::{INTERVAL, Reading};
use crate::kind::Kind;
use crate::seeded::Seeded;
use crate::world::World;
use crate::{DAY, HOUR, MINUTE};

/// What can happen to a tote of goods that must be kept between two and eight degrees, in turn.
const KINDS: [Kind; 4] = [
    Kind::CoolingFailed,
    Kind::WarmAfternoons,
    Kind::DoorAjar,
    Kind::LeftInSun,
];
/// One cold tote in so many.
const EVERY: u32 = 50;
/// Of the totes with packs of a pallet that had been warm, one in so many gets warm again.
const AGAIN: u32 = 8;
/// One pallet in so many of the product that may be warm for a while gets warm.
const PALLETS: u32 = 3;
/// What the cooling holds, degrees Celsius.
const COLD: f64 = 5.0;

/// A time during which it is not cold around a box.
struct Warmth {
    from_ms: i64,
    to_ms: i64,
    /// Around the box, degrees Celsius.
    celsius: f64,
}

impl World {
    /// Perhaps a tote will get warm on its way; when it arrives.
    pub(crate) fn heat_tote(&mut self, tote: &Tote, unit: &Epc, leaves: i64, arrives: i64) -> i64 {
        let product = self.goods.product_of(tote.packs[0]);
        if self.params.honest || !product.cold {
            return arrives;
        }
        let turn = if product.has_budget() {
            let warm = tote.packs.iter().all(|it| self.cheats.warmed.contains(it));
            self.cheats.warm_totes += u32::from(warm);
            let due = self.cheats.warm_totes % AGAIN == AGAIN / 2;
            (warm && due).then_some(Kind::WarmTwice)
        } else {
            self.cheats.cold_totes += 1;
            let every = (self.params.packs / 1_200).clamp(12, EVERY);
            let (number, turn) = (
                self.cheats.cold_totes % every,
                self.cheats.cold_totes / every,
            );
            (number == every / 2).then(|| KINDS[turn as usize % KINDS.len()])
        };
        let Some(kind) = turn else { return arrives };
        self.cheats.heated.insert(unit.clone(), kind);
        arrives.max(leaves + takes(kind))
    }

    /// Perhaps a pallet of the product that can bear it will get warm on its way; when it arrives.
    pub(crate) fn heat_pallet(&mut self, packs: &[u32], unit: &Epc, leaves: i64, at: i64) -> i64 {
        if self.params.honest || !self.goods.product_of(packs[0]).has_budget() {
            return at;
        }
        let pallet = packs.iter().map(|pack| (*pack, unit.clone()));
        self.cheats.pallet_of.extend(pallet);
        self.cheats.pallets += 1;
        if self.cheats.pallets % PALLETS != 1 {
            return at;
        }
        self.cheats.warmed.extend(packs);
        self.cheats.heated.insert(unit.clone(), Kind::WithinBudget);
        at.max(leaves + takes(Kind::WithinBudget))
    }

    /// What the logger of a box that gets warm shows; `None` for one that does not.
    pub(crate) fn heated(
        &mut self,
        journey: &Journey<'_>,
        readings: &mut [Reading],
    ) -> Option<Kind> {
        let kind = self.cheats.heated.remove(journey.unit)?;
        let dice = &mut self.cheats.heat;
        let warmth = warmth(kind, journey.shipped_ms, dice);
        follow(readings, &warmth, delay(kind), dice);
        self.plant(kind, journey.unit, journey.arrived_ms, journey.to);
        // What the product can bear is nothing that a counter should ask about.
        if kind != Kind::WithinBudget {
            for pack in journey.packs {
                self.mark(kind, *pack, journey.arrived_ms, journey.to);
            }
        }
        self.label_pallets(kind, journey);
        Some(kind)
    }

    /// Labels the pallets of packs that may have spent on this journey what they can bear: a budget
    /// is spent on all ways together, so what is found stands at each box that had them.
    pub(crate) fn label_pallets(&mut self, kind: Kind, journey: &Journey<'_>) {
        if !kind.rules().contains(&"T05") {
            return;
        }
        let pallets = journey.packs.iter();
        let pallets = pallets.filter_map(|pack| self.cheats.pallet_of.get(pack));
        let pallets: BTreeSet<Epc> = pallets.cloned().collect();
        for pallet in pallets {
            self.plant(Kind::SharesPast, &pallet, journey.arrived_ms, journey.to);
        }
    }
}

/// How long such a journey takes at least, ms.
fn takes(kind: Kind) -> i64 {
    match kind {
        Kind::WarmAfternoons => 4 * DAY,
        Kind::DoorAjar => 28 * HOUR,
        Kind::LeftInSun => 14 * HOUR,
        _ => 22 * HOUR,
    }
}

/// How fast the air in the box follows, ms until two thirds of a difference are gone.
fn delay(kind: Kind) -> i64 {
    match kind {
        Kind::CoolingFailed => 4 * HOUR,
        Kind::LeftInSun => 150 * MINUTE,
        Kind::DoorAjar => HOUR,
        _ => 90 * MINUTE,
    }
}

fn warmth(kind: Kind, shipped_ms: i64, dice: &mut Seeded) -> Vec<Warmth> {
    let begins = shipped_ms + dice.between(2 * HOUR, 3 * HOUR);
    let warm = |dice: &mut Seeded, from_ms, (least, most), (low, high)| Warmth {
        from_ms,
        to_ms: from_ms + dice.between(least, most),
        celsius: low + (high - low) * dice.uniform(),
    };
    let one = |dice: &mut Seeded, long, hot| vec![warm(dice, begins, long, hot)];
    match kind {
        Kind::CoolingFailed => one(dice, (12 * HOUR, 15 * HOUR), (13.0, 16.0)),
        Kind::DoorAjar => one(dice, (7 * HOUR, 8 * HOUR), (14.0, 14.6)),
        Kind::LeftInSun => one(dice, (3 * HOUR, 4 * HOUR), (62.0, 70.0)),
        Kind::WarmAfternoons => {
            let noon = |day: i64| (shipped_ms.div_euclid(DAY) + day) * DAY + 11 * HOUR;
            let days = (0..5).map(noon).filter(|from_ms| *from_ms >= shipped_ms);
            let hall = |from_ms| warm(dice, from_ms, (7 * HOUR, 8 * HOUR), (11.0, 12.5));
            days.map(hall).collect()
        }
        // Twice this is more than the product can bear, once is not.
        _ => one(dice, (14 * HOUR, 15 * HOUR), (11.5, 13.0)),
    }
}

/// Readings of a box in such surroundings, in tenths of a degree.
fn follow(readings: &mut [Reading], warmth: &[Warmth], delay: i64, dice: &mut Seeded) {
    let share = 1.0 - libm::exp(-(INTERVAL as f64) / delay as f64);
    let mut inside = COLD;
    for (at_ms, mc) in readings {
        let spell = warmth
            .iter()
            .find(|it| (it.from_ms..it.to_ms).contains(at_ms));
        let around = spell.map_or(COLD, |it| it.celsius);
        inside += (around - inside) * share;
        let noise = dice.between(-1, 1) as f64;
        *mc = (libm::round(inside * 10.0) + noise) as i32 * 100;
    }
}
