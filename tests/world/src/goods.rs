//! Products, lots and packs. A pack is a number; its serial and what is printed on it follow from
//! the number and the seed, so that nothing of a pack is kept.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate};
use gs1::element_string::Element;
use gs1::{Epc, Gtin, Lot as LotCode, Serial, Sgtin};

use crate::atlas::{PLANTS, with_check_digit};
use crate::seeded::Seeded;
use crate::{DAY, START_MS};

/// Packs in a case.
pub(crate) const CASE: usize = 20;
/// Packs on a pallet.
pub(crate) const PALLET: usize = 400;
/// Products: two of each plant, the second one refrigerated.
const PRODUCTS: usize = 2 * PLANTS;
/// Lots are begun within this time.
const MADE_WITHIN: i64 = 30 * DAY;

/// A product.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) gtin: Gtin,
    pub(crate) name: String,
    pub(crate) plant: usize,
    pub(crate) cold: bool,
    /// Countries it may be sold in; empty is everywhere.
    pub(crate) markets: &'static [&'static str],
}

impl Product {
    /// Whether its maker has told how long it may be warm over its whole life.
    pub(crate) fn has_budget(&self) -> bool {
        self.cold && self.plant + 1 == PLANTS
    }
}

/// A lot, its packs numbered from `first`.
#[derive(Debug)]
pub(crate) struct Lot {
    pub(crate) product: usize,
    pub(crate) code: LotCode,
    pub(crate) expiry: NaiveDate,
    pub(crate) first: u32,
    pub(crate) packs: u32,
    pub(crate) made_ms: i64,
}

/// Everything that is made.
#[derive(Debug)]
pub(crate) struct Goods {
    seed: u64,
    pub(crate) products: Vec<Product>,
    pub(crate) lots: Vec<Lot>,
    /// Lot and last day on packs that bear those of another lot.
    pub(crate) printed_wrong: BTreeMap<u32, (String, NaiveDate)>,
}

/// What is printed on a pack; a cheat prints what he likes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Print {
    pub(crate) gtin: Gtin,
    pub(crate) serial: String,
    pub(crate) lot: String,
    pub(crate) expiry: NaiveDate,
    /// Order of the elements, by plant.
    pub(crate) order: usize,
}

impl Goods {
    /// Whole lots of whole pallets, as near to so many packs as they come.
    pub(crate) fn new(seed: u64, packs: u32) -> Self {
        let mut dice = Seeded::new(seed, "goods");
        let pallet = PALLET as u32;
        let lot_size = (packs / 6).clamp(pallet, 5 * pallet) / pallet * pallet;
        let products = (0..PRODUCTS).map(product).collect();
        let count = packs.div_ceil(lot_size).max(1);
        let mut lots: Vec<Lot> = (0..count)
            .map(|number| lot(&mut dice, number, lot_size))
            .collect();
        // The first lot was made long ago and is about to go out of date.
        lots[0].expiry = day_of(START_MS)
            .checked_add_days(Days::new(40))
            .expect("a date");
        Self {
            seed,
            products,
            lots,
            printed_wrong: BTreeMap::new(),
        }
    }

    pub(crate) fn lot_of(&self, pack: u32) -> usize {
        (pack / self.lots[0].packs) as usize % self.lots.len()
    }

    pub(crate) fn product_of(&self, pack: u32) -> &Product {
        &self.products[self.lots[self.lot_of(pack)].product]
    }

    /// Packs beyond the last lot, of the same kind as `like`: what an over-issue makes.
    pub(crate) fn serial(&self, pack: u32, plant: usize) -> String {
        let mut dice = Seeded::new(self.seed ^ (u64::from(pack) << 20), "serial");
        invented(&mut dice, plant)
    }

    pub(crate) fn print(&self, pack: u32) -> Print {
        let lot = &self.lots[self.lot_of(pack)];
        let product = &self.products[lot.product];
        let right = || (lot.code.as_str().to_owned(), lot.expiry);
        let wrong = self.printed_wrong.get(&pack).cloned();
        let (lot, expiry) = wrong.unwrap_or_else(right);
        Print {
            gtin: product.gtin.clone(),
            serial: self.serial(pack, product.plant),
            lot,
            expiry,
            order: product.plant,
        }
    }

    /// Lot and last day of what was made of the product before a lot: the lot before it, else one
    /// of last year.
    pub(crate) fn lot_before(&self, lot: usize) -> (String, NaiveDate) {
        let this = &self.lots[lot];
        let earlier = |it: &&Lot| it.product == this.product && it.made_ms < this.made_ms;
        let before = self.lots.iter().filter(earlier).max_by_key(|it| it.made_ms);
        let last_year = || {
            let day = this.expiry.checked_sub_days(Days::new(300));
            (format!("OL{:04}", 500 + lot), day.expect("a date"))
        };
        before.map_or_else(last_year, |it| (it.code.as_str().to_owned(), it.expiry))
    }

    pub(crate) fn epc(&self, pack: u32) -> Epc {
        self.print(pack).epc()
    }
}

impl Print {
    pub(crate) fn epc(&self) -> Epc {
        let serial = Serial::parse(&self.serial).expect("a serial");
        Epc::Sgtin(Sgtin::new(self.gtin.clone(), serial))
    }

    /// The elements in the order of the plant.
    pub(crate) fn elements(&self) -> Vec<Element> {
        let expiry = self.expiry.format("%y%m%d").to_string();
        let of = |ai: &str| match ai {
            "01" => self.gtin.as_str().to_owned(),
            "21" => self.serial.clone(),
            "10" => self.lot.clone(),
            _ => expiry.clone(),
        };
        let order = match self.order {
            0 => ["01", "21", "17", "10"],
            1 => ["01", "17", "10", "21"],
            _ => ["01", "21", "10", "17"],
        };
        order.iter().map(|ai| ((*ai).to_owned(), of(ai))).collect()
    }
}

/// A serial as the plant makes them: capitals and digits, mixed letters, digits only.
pub(crate) fn invented(dice: &mut Seeded, plant: usize) -> String {
    match plant {
        0 => dice.word(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 12),
        1 => dice.word(
            b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789",
            10,
        ),
        _ => dice.word(b"0123456789", 14),
    }
}

fn product(number: usize) -> Product {
    let digits = with_check_digit(&format!("09506000{:05}", 20_000 + number));
    let markets: &[&str] = if number == 2 { &["DE", "FR"] } else { &[] };
    Product {
        gtin: Gtin::parse(&digits).expect("a gtin"),
        name: format!("Product {} of plant {}", number % 2 + 1, number / 2 + 1),
        plant: number / 2,
        cold: number % 2 == 1,
        markets,
    }
}

fn lot(dice: &mut Seeded, number: u32, packs: u32) -> Lot {
    let product = number as usize % PRODUCTS;
    let made_ms = START_MS + dice.between(6 * 3_600_000, MADE_WITHIN);
    let letters = dice.word(b"ABCDEFGHKLMNPRSTXYZ", 2);
    let code = format!("{letters}{:04}", 1_000 + number);
    let expiry = day_of(made_ms)
        .checked_add_days(Days::new(540 + 7 * u64::from(number)))
        .expect("a date");
    Lot {
        product,
        code: LotCode::parse(&code).expect("a lot"),
        expiry,
        first: number * packs,
        packs,
        made_ms,
    }
}

/// The day of a moment, in UTC.
pub(crate) fn day_of(ms: i64) -> NaiveDate {
    DateTime::from_timestamp_millis(ms)
        .expect("a time")
        .date_naive()
}
