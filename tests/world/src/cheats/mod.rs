//! Those who do not do their work honestly, one file per cheat. Most of them end at a counter: an
//! [`Attempt`] to sell what should not be sold.

mod backdater;
mod chip_copier;
mod copier;
mod diverter;
mod double_seller;
mod far_seller;
mod inventor;
pub(crate) mod lapsed;
mod lot_printer;
mod over_issuer;
mod phantom_shipper;
mod prober;
mod recall;
mod relabeller;
mod repacker;
mod replayer;
mod resurfacer;
mod rogue_maker;
mod second_maker;
mod thief;
mod twin_reader;
mod undoer;

use std::collections::{BTreeMap, BTreeSet};

use gs1::Epc;

use crate::atlas::SiteId;
use crate::goods::Print;
use crate::honest::climate::Reading;
use crate::kind::Kind;
use crate::seeded::Seeded;
use crate::world::{Task, Truth, Visit, World};

/// Somebody presents a pack at a counter.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) print: Print,
    pub(crate) at: SiteId,
    pub(crate) kind: Kind,
}

/// What the cheats have up their sleeves.
#[derive(Debug)]
pub(crate) struct Cheats {
    pub(crate) dice: Seeded,
    /// Weather and loggers.
    pub(crate) cold: Seeded,
    /// Loggers in use so far.
    pub(crate) loggers: u32,
    /// Journeys on which something went wrong so far.
    pub(crate) spoiled: usize,
    /// What is around boxes that get warm.
    pub(crate) heat: Seeded,
    /// Boxes on their way that get warm.
    pub(crate) heated: BTreeMap<Epc, Kind>,
    /// Pallets that packs with a budget left the plant on.
    pub(crate) pallet_of: BTreeMap<u32, Epc>,
    /// Packs of pallets that were warm for no longer than they can bear.
    pub(crate) warmed: BTreeSet<u32>,
    /// Totes of such packs so far.
    pub(crate) warm_totes: u32,
    /// Totes of other cold packs so far.
    pub(crate) cold_totes: u32,
    /// Pallets of packs that can bear warmth so far.
    pub(crate) pallets: u32,
    /// Packs whose upload tells a wrong last day.
    pub(crate) uploaded_wrong: BTreeSet<u32>,
    /// Totes picked so far.
    totes: u32,
    /// Totes opened so far.
    opened: u32,
    /// Packs sold so far.
    sold: u32,
    /// Lot whose recall is known, and since when.
    recalled: Option<(usize, i64)>,
    /// Readings of good journeys, to be handed in again.
    archive: Vec<Vec<Reading>>,
}

impl Cheats {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            dice: Seeded::new(seed, "cheats"),
            cold: Seeded::new(seed, "cold"),
            loggers: 0,
            spoiled: 0,
            heat: Seeded::new(seed, "heat"),
            heated: BTreeMap::new(),
            warmed: BTreeSet::new(),
            pallet_of: BTreeMap::new(),
            warm_totes: 0,
            cold_totes: 0,
            pallets: 0,
            uploaded_wrong: BTreeSet::new(),
            totes: 0,
            opened: 0,
            sold: 0,
            recalled: None,
            archive: Vec::new(),
        }
    }
}

impl Cheats {
    /// Totes picked so far.
    pub(crate) fn totes_picked(&self) -> u32 {
        self.totes
    }

    /// Totes opened so far.
    pub(crate) fn totes_opened(&self) -> u32 {
        self.opened
    }
}

impl World {
    /// Plans what cheats decide beforehand.
    pub(crate) fn plan_cheats(&mut self) {
        self.plan_recall();
        self.plan_copies();
        self.plan_inventions();
        self.plan_relabelling();
        self.plan_rogue_making();
        self.plan_second_making();
        self.plan_phantom_shipment();
        self.plan_repacking();
        self.plan_chip_copies();
        self.plan_over_issue();
        self.plan_probing();
        self.plan_lot_printing();
        self.plan_backdating();
        self.plan_line_faults();
    }

    /// How many of something there are in a world of this size, at least one; `base` of them in one
    /// of 60,000 packs.
    pub(crate) fn scaled(&self, base: u32) -> u32 {
        (base * self.params.packs.div_ceil(600) / 100).max(1)
    }

    /// A pack of an ordinary lot that nobody has marked yet.
    pub(crate) fn unmarked_pack(&mut self) -> u32 {
        let ordinary = self.goods.lots.len().saturating_sub(2).max(1);
        loop {
            let lot =
                &self.goods.lots[self.goods.lots.len() - 1 - self.cheats.dice.below(ordinary)];
            let pack = lot.first + self.cheats.dice.below(lot.packs as usize) as u32;
            if !self.marks.contains_key(&pack) {
                return pack;
            }
        }
    }

    /// Plans an attempt within opening hours.
    pub(crate) fn try_to_sell(&mut self, print: Print, at: SiteId, kind: Kind, at_ms: i64) {
        let at_ms = self.opening_hours(at_ms, at_ms);
        self.agenda
            .plan(at_ms, Task::Attempt(Attempt { print, at, kind }));
    }

    /// The pack is presented.
    pub(crate) fn attempt(&mut self, attempt: Attempt, now: i64) -> Visit {
        let Attempt { print, at, kind } = attempt;
        let sells = !matches!(kind, Kind::Guessed | Kind::ScannedAgain);
        let mut visit = self.at_counter(&print, at, now, sells);
        visit.truth = match kind {
            Kind::ScannedAgain => Truth::Marked(kind),
            kind => Truth::Planted(kind),
        };
        visit
    }

    /// The same pack at the same counter.
    pub(crate) fn ask_again(&mut self, pack: u32, at: SiteId, at_ms: i64) {
        let print = self.goods.print(pack);
        let kind = Kind::ScannedAgain;
        self.agenda
            .plan(at_ms, Task::Attempt(Attempt { print, at, kind }));
    }
}
