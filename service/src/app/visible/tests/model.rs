//! A small world and what is true in it: events for the state on one side, on the other, kept by
//! hand as they are made, who had a part in what, what was in what, where it is sold.
use std::collections::BTreeSet;

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Epc, Gtin, Lot};
use rules::{Fact, MasterData, Record, Stamp};
use serde_json::json;

use super::super::Subject;
use crate::node::Fold;
use crate::node::grants::{Extent, Grant};

/// Companies, each with one place of the same number. The first two make products.
pub(super) const GLNS: [&str; 5] = [
    "9506000100012",
    "9506000100029",
    "9506000100036",
    "9506000100043",
    "9506000100050",
];
/// Countries of the places.
const COUNTRIES: [&str; 5] = ["DE", "FR", "DE", "AT", "FR"];
/// Products: GTIN, maker, markets.
const PRODUCTS: [(&str, usize, &[&str]); 3] = [
    ("09506000134352", 0, &["DE", "AT"]),
    ("04012345123456", 1, &["FR"]),
    ("04012345123463", 1, &[]),
];
const LOTS: [&str; 2] = ["L1", "L2"];
const STEPS: usize = 14;

/// Numbers from a seed (xorshift64*, Vigna 2016).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % bound
    }
}

/// A grant as it was made.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) granter: String,
    pub(super) grant: Grant,
    pub(super) revoked: bool,
}

/// What a row is about.
#[derive(Debug)]
enum About {
    Thing(Epc),
    Lot(Gtin, Lot),
    Event(Box<Event>, String),
}

/// A row, with all that is true of it.
#[derive(Debug)]
pub(super) struct Row {
    about: About,
    pub(super) makers: BTreeSet<String>,
    pub(super) parties: BTreeSet<String>,
    pub(super) countries: BTreeSet<String>,
    /// GTINs that it concerns, those of a container's contents, too.
    pub(super) gtins: BTreeSet<String>,
    /// GTINs of the packs and lots that it is or names.
    pub(super) products: BTreeSet<String>,
    /// Their lots, `GTIN/LOT`.
    pub(super) lots: BTreeSet<String>,
    /// What it is or names, canonical.
    pub(super) ids: BTreeSet<String>,
    /// What that is or was in.
    pub(super) around: BTreeSet<String>,
}

impl Row {
    pub(super) fn subject(&self) -> Subject<'_> {
        match &self.about {
            About::Thing(epc) => Subject::Thing(epc),
            About::Lot(gtin, lot) => Subject::Lot(gtin, lot),
            About::Event(event, owner) => Subject::Event(event, Some(owner)),
        }
    }
}

pub(super) struct World {
    pub(super) fold: Fold,
    pub(super) rows: Vec<Row>,
    pub(super) grants: Vec<Told>,
}

impl World {
    /// Something that a grant can be of, most often something that is there.
    pub(super) fn extent(&self, dice: &mut Dice) -> Extent {
        let gtin = || Gtin::parse(PRODUCTS[0].0).unwrap();
        let row = &self.rows[dice.below(self.rows.len())];
        match (&row.about, dice.below(4)) {
            (_, 0 | 3) => Extent::All,
            (About::Thing(Epc::Sgtin(sgtin)), 1) => Extent::Product(sgtin.gtin.clone()),
            (About::Thing(epc @ Epc::Sgtin(_)), _) => Extent::Pack(epc.canonical()),
            (About::Thing(epc @ Epc::Sscc(_)), _) => Extent::Shipment(epc.canonical()),
            (About::Lot(gtin, lot), _) => Extent::Lot {
                gtin: gtin.clone(),
                lot: lot.clone(),
            },
            _ => Extent::Product(gtin()),
        }
    }
}

#[derive(Debug)]
struct Pack {
    epc: Epc,
    product: usize,
    lot: usize,
    holder: usize,
    parties: BTreeSet<usize>,
    unit: Option<usize>,
    /// Units it ever was in.
    around: BTreeSet<usize>,
}

#[derive(Debug)]
struct Unit {
    epc: Epc,
    holder: usize,
    bound_for: Option<usize>,
    parties: BTreeSet<usize>,
}

/// An event with who recorded it, the parties it names, and what it names.
struct Happened {
    event: Event,
    by: usize,
    named: BTreeSet<usize>,
    packs: Vec<usize>,
    unit: Option<usize>,
}

struct Play {
    fold: Fold,
    time_ms: i64,
    position: u64,
    packs: Vec<Pack>,
    units: Vec<Unit>,
    happened: Vec<Happened>,
}

/// Plays a world.
pub(super) fn play(dice: &mut Dice) -> World {
    let mut play = Play {
        fold: Fold::new(tangle::KeyId::new([0; 32])),
        time_ms: 900_000_000_000,
        position: 0,
        packs: Vec::new(),
        units: Vec::new(),
        happened: Vec::new(),
    };
    play.masters();
    play.make(dice);
    for _ in 0..STEPS {
        match dice.below(6) {
            0 => play.make(dice),
            1 => play.pack_up(dice),
            2 => play.ship(dice),
            3 => play.receive(),
            4 => play.unpack(),
            _ => play.look_at(dice),
        }
    }
    let rows = play.rows();
    World {
        fold: play.fold,
        rows,
        grants: Vec::new(),
    }
}

fn place(party: usize) -> Epc {
    Epc::parse(&format!("https://id.gs1.org/414/{}", GLNS[party])).unwrap()
}

fn gtin(product: usize) -> Gtin {
    Gtin::parse(PRODUCTS[product].0).unwrap()
}

fn lot_id(product: usize, lot: usize) -> String {
    format!("{}/{}", PRODUCTS[product].0, LOTS[lot])
}

impl Play {
    fn tell(&mut self, actor: Option<usize>, fact: Fact) {
        let stamp = Stamp {
            position: self.position,
            block: [0; 32],
            item: 0,
            recorded_ms: self.time_ms,
            actor: actor.map(|party| GLNS[party].to_owned()),
            device: None,
        };
        self.position += 1;
        self.fold.engine.apply(&Record { stamp, fact });
    }

    fn masters(&mut self) {
        let mut all = Vec::new();
        for (number, gln) in GLNS.iter().enumerate() {
            all.push(json!({"type": "party", "gln": gln, "name": gln, "role": "wholesaler"}));
            all.push(
                json!({"type": "location", "gln": gln, "party": gln, "name": gln,
                "country": COUNTRIES[number]}),
            );
        }
        for (gtin, maker, markets) in PRODUCTS {
            all.push(json!({"type": "product", "gtin": gtin, "name": gtin, "mah": GLNS[maker]}));
            if !markets.is_empty() {
                all.push(json!({"type": "market", "gtin": gtin, "countries": markets}));
            }
        }
        for master in all {
            let master: MasterData = serde_json::from_value(master).unwrap();
            self.tell(None, Fact::Master(master));
        }
    }

    fn happen(&mut self, happened: Happened) {
        for pack in &happened.packs {
            self.packs[*pack].parties.insert(happened.by);
        }
        if let Some(unit) = happened.unit {
            let mut concerned = happened.named.clone();
            concerned.insert(happened.by);
            self.units[unit].parties.extend(concerned.iter().copied());
            // What happens to a container happens to what is in it.
            for pack in self.packs.iter_mut().filter(|pack| pack.unit == Some(unit)) {
                pack.parties.extend(concerned.iter().copied());
            }
        }
        self.tell(Some(happened.by), Fact::Event(happened.event.clone()));
        self.happened.push(happened);
    }

    fn now(&mut self) -> i64 {
        self.time_ms += 60_000;
        self.time_ms
    }

    fn make(&mut self, dice: &mut Dice) {
        let (product, lot) = (dice.below(PRODUCTS.len()), dice.below(LOTS.len()));
        let maker = PRODUCTS[product].1;
        let serial = format!("S{}", self.packs.len());
        let id = format!("https://id.gs1.org/01/{}/21/{serial}", PRODUCTS[product].0);
        let epc = Epc::parse(&id).unwrap();
        let expiry = chrono::NaiveDate::from_ymd_opt(2030, 1, 31).unwrap();
        let time_ms = self.now();
        let step = BizStep::Commissioning;
        let event = Event::object(Action::Add, vec![epc.clone()], time_ms, step)
            .with_read_point(&place(maker))
            .with_biz_location(&place(maker))
            .with_ilmd(&LOTS[lot].parse().unwrap(), expiry);
        let event = event.build().unwrap();
        self.packs.push(Pack {
            epc,
            product,
            lot,
            holder: maker,
            parties: BTreeSet::new(),
            unit: None,
            around: BTreeSet::new(),
        });
        let packs = vec![self.packs.len() - 1];
        self.happen(Happened {
            event,
            by: maker,
            named: BTreeSet::from([maker]),
            packs,
            unit: None,
        });
    }

    /// Somebody puts what it holds into a new unit.
    fn pack_up(&mut self, dice: &mut Dice) {
        let first = &self.packs[dice.below(self.packs.len())];
        let holder = first.holder;
        let loose = |pack: &Pack| pack.unit.is_none() && pack.holder == holder;
        let numbered = self.packs.iter().enumerate();
        let found: Vec<usize> = numbered
            .filter(|(_, pack)| loose(pack))
            .map(|(number, _)| number)
            .take(3)
            .collect();
        if found.is_empty() || self.units.len() >= 9 {
            return;
        }
        let body = format!("39506000{:09}", self.units.len());
        let sum: u32 = body
            .bytes()
            .enumerate()
            .map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 0 { 3 } else { 1 })
            .sum();
        let id = format!("https://id.gs1.org/00/{body}{}", (10 - sum % 10) % 10);
        let epc = Epc::parse(&id).unwrap();
        let unit = self.units.len();
        self.units.push(Unit {
            epc: epc.clone(),
            holder,
            bound_for: None,
            parties: BTreeSet::new(),
        });
        let children = found.iter().map(|pack| self.packs[*pack].epc.clone());
        let children: Vec<Epc> = children.collect();
        let time_ms = self.now();
        let event = Event::aggregation(Action::Add, &epc, children, time_ms, BizStep::Packing)
            .with_read_point(&place(holder))
            .build()
            .unwrap();
        for pack in &found {
            self.packs[*pack].unit = Some(unit);
            self.packs[*pack].around.insert(unit);
        }
        self.happen(Happened {
            event,
            by: holder,
            named: BTreeSet::from([holder]),
            packs: found,
            unit: Some(unit),
        });
    }

    fn ship(&mut self, dice: &mut Dice) {
        let still = |unit: &Unit| unit.bound_for.is_none();
        let Some(unit) = self.units.iter().rposition(still) else {
            return;
        };
        let (from, to) = (self.units[unit].holder, dice.below(GLNS.len()));
        if from == to {
            return;
        }
        self.units[unit].bound_for = Some(to);
        let end =
            |party: usize| Epc::parse(&format!("https://id.gs1.org/417/{}", GLNS[party])).unwrap();
        let epc = self.units[unit].epc.clone();
        let time_ms = self.now();
        let event = Event::object(Action::Observe, [epc], time_ms, BizStep::Shipping)
            .with_read_point(&place(from))
            .with_source("owning_party", &end(from))
            .with_destination("owning_party", &end(to))
            .build()
            .unwrap();
        self.happen(Happened {
            event,
            by: from,
            named: BTreeSet::from([from, to]),
            packs: Vec::new(),
            unit: Some(unit),
        });
    }

    fn receive(&mut self) {
        let Some(unit) = self.units.iter().position(|unit| unit.bound_for.is_some()) else {
            return;
        };
        let Some(to) = self.units[unit].bound_for.take() else {
            return;
        };
        self.units[unit].holder = to;
        for pack in self.packs.iter_mut().filter(|pack| pack.unit == Some(unit)) {
            pack.holder = to;
        }
        let epc = self.units[unit].epc.clone();
        self.seen(to, epc, BizStep::Receiving, (Vec::new(), Some(unit)));
    }

    fn unpack(&mut self) {
        let inside = |unit: usize| self.packs.iter().any(|pack| pack.unit == Some(unit));
        let full = |(number, unit): (usize, &Unit)| {
            (unit.bound_for.is_none() && inside(number)).then_some(number)
        };
        let Some(unit) = self.units.iter().enumerate().find_map(full) else {
            return;
        };
        let holder = self.units[unit].holder;
        let numbered = self.packs.iter().enumerate();
        let inside: Vec<usize> = numbered
            .filter(|(_, pack)| pack.unit == Some(unit))
            .map(|(number, _)| number)
            .collect();
        let children = inside.iter().map(|pack| self.packs[*pack].epc.clone());
        let children: Vec<Epc> = children.collect();
        let epc = self.units[unit].epc.clone();
        let time_ms = self.now();
        let step = BizStep::Unpacking;
        let event = Event::aggregation(Action::Delete, &epc, children, time_ms, step)
            .with_read_point(&place(holder))
            .build()
            .unwrap();
        self.happen(Happened {
            event,
            by: holder,
            named: BTreeSet::from([holder]),
            packs: inside.clone(),
            unit: Some(unit),
        });
        for pack in inside {
            self.packs[pack].unit = None;
        }
    }

    /// Somebody who may have no part in it looks at a loose pack.
    fn look_at(&mut self, dice: &mut Dice) {
        let pack = dice.below(self.packs.len());
        if self.packs[pack].unit.is_some() {
            return;
        }
        let by = dice.below(GLNS.len());
        let epc = self.packs[pack].epc.clone();
        self.seen(by, epc, BizStep::Inspecting, (vec![pack], None));
    }

    fn seen(
        &mut self,
        by: usize,
        epc: Epc,
        step: BizStep,
        (packs, unit): (Vec<usize>, Option<usize>),
    ) {
        let time_ms = self.now();
        let event = Event::object(Action::Observe, [epc], time_ms, step)
            .with_read_point(&place(by))
            .with_biz_location(&place(by));
        self.happen(Happened {
            event: event.build().unwrap(),
            by,
            named: BTreeSet::from([by]),
            packs,
            unit,
        });
    }

    /// Every row of the world.
    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for number in 0..self.packs.len() {
            let epc = self.packs[number].epc.clone();
            rows.push(self.row(About::Thing(epc), &[number], &[]));
        }
        for number in 0..self.units.len() {
            let epc = self.units[number].epc.clone();
            rows.push(self.row(About::Thing(epc), &[], &[number]));
        }
        for (product, lot) in (0..PRODUCTS.len()).flat_map(|it| [(it, 0), (it, 1)]) {
            let numbered = self.packs.iter().enumerate();
            let of = numbered.filter(|(_, pack)| (pack.product, pack.lot) == (product, lot));
            let of: Vec<usize> = of.map(|(number, _)| number).collect();
            let number = Lot::parse(LOTS[lot]).unwrap();
            let class = Epc::Lgtin {
                gtin: gtin(product),
                lot: number.clone(),
            };
            for about in [About::Lot(gtin(product), number), About::Thing(class)] {
                let mut row = self.row(about, &of, &[]);
                row.makers.insert(GLNS[PRODUCTS[product].1].to_owned());
                row.gtins.insert(PRODUCTS[product].0.to_owned());
                row.countries.extend(markets(product));
                // A grant of a pack, or of a shipment, shows no lot.
                (row.ids, row.around) = (BTreeSet::new(), BTreeSet::new());
                row.products = BTreeSet::from([PRODUCTS[product].0.to_owned()]);
                row.lots = BTreeSet::from([lot_id(product, lot)]);
                rows.push(row);
            }
        }
        for it in &self.happened {
            let about = About::Event(Box::new(it.event.clone()), GLNS[it.by].to_owned());
            let mut row = self.row(about, &it.packs, it.unit.as_slice());
            let named = it.named.iter().chain([&it.by]);
            row.parties
                .extend(named.map(|party| GLNS[*party].to_owned()));
            row.countries.insert(COUNTRIES[it.by].to_owned());
            rows.push(row);
        }
        rows
    }

    /// A row that is, or names, these packs and units.
    fn row(&self, about: About, packs: &[usize], units: &[usize]) -> Row {
        let gln = |party: &usize| GLNS[*party].to_owned();
        let packs: Vec<&Pack> = packs.iter().map(|pack| &self.packs[*pack]).collect();
        let own: Vec<usize> = packs.iter().map(|pack| pack.product).collect();
        let was_in = |pack: &&Pack| units.iter().any(|unit| pack.around.contains(unit));
        let inside = self.packs.iter().filter(was_in).map(|pack| pack.product);
        let concerned: BTreeSet<usize> = own.iter().copied().chain(inside).collect();
        let parties = packs.iter().flat_map(|pack| &pack.parties);
        let of_units = units.iter().flat_map(|unit| &self.units[*unit].parties);
        let ids = packs.iter().map(|pack| pack.epc.canonical());
        let unit_ids = units.iter().map(|unit| self.units[*unit].epc.canonical());
        let around = packs.iter().flat_map(|pack| &pack.around);
        Row {
            about,
            makers: own.iter().map(|it| gln(&PRODUCTS[*it].1)).collect(),
            parties: parties.chain(of_units).map(gln).collect(),
            countries: concerned.iter().flat_map(|it| markets(*it)).collect(),
            gtins: concerned
                .iter()
                .map(|it| PRODUCTS[*it].0.to_owned())
                .collect(),
            products: own.iter().map(|it| PRODUCTS[*it].0.to_owned()).collect(),
            lots: packs
                .iter()
                .map(|pack| lot_id(pack.product, pack.lot))
                .collect(),
            ids: ids.chain(unit_ids).collect(),
            around: around
                .map(|unit| self.units[*unit].epc.canonical())
                .collect(),
        }
    }
}

fn markets(product: usize) -> Vec<String> {
    PRODUCTS[product]
        .2
        .iter()
        .map(|it| (*it).to_owned())
        .collect()
}
