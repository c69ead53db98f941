//! The whole story before anything happens: from a seed, the present time and a number of packs
//! to every document, every reading and every decision that will be sent, and what each pack must
//! be answered afterwards. No clock, no network, no file: the player does the rest.

use chrono::Datelike;
use serde_json::{Value, json};

use super::cast::{self, Actor};
use super::climate::{self, Weather};
use super::plan::{Case, Fate, Plan};
use super::script::{self, Pen, Scene};
use super::seeded::Seeded;

mod travel;

/// What one EPCIS document may hold, so that a server's capture limits are met.
const DOCUMENT_EVENTS_MAX: usize = 500;
/// EPCs in one document.
const DOCUMENT_EPCS_MAX: usize = 1_000;
/// Loggers at most; more pallets than that share them.
const LOGGERS_MAX: usize = 24;

const HOUR_MS: i64 = 60 * 60 * 1_000;
const MINUTE_MS: i64 = 60 * 1_000;

/// One lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// AI 10.
    pub lot: String,
    /// Expiry as `yyyy-mm-dd`.
    pub expiry: String,
}

/// One pack and what becomes of it.
#[derive(Clone, Debug)]
pub struct Pack {
    /// AI 21.
    pub serial: String,
    /// Position in [`Story::lots`].
    pub lot: usize,
    /// What becomes of it.
    pub fate: Fate,
}

/// One thing that somebody sends to the node.
#[derive(Clone, Debug)]
pub enum Step {
    /// Places, the product and the devices, published by the node's operator.
    MasterData {
        /// The records.
        records: Vec<Value>,
    },
    /// An EPCIS document for the capture interface.
    Capture {
        /// With whose key.
        actor: Actor,
        /// The document.
        document: Value,
        /// Ids of its events, in order.
        event_ids: Vec<String>,
    },
    /// EPCIS events that a logger signs into one block.
    Readings {
        /// Which logger, below [`Story::loggers`].
        logger: usize,
        /// The events.
        events: Vec<Value>,
    },
    /// A decision with legal weight.
    Decision {
        /// Who decides.
        actor: Actor,
        /// The decision's body.
        body: Value,
    },
}

/// Steps under one heading.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// What happens, for the progress bar.
    pub title: &'static str,
    /// In order.
    pub steps: Vec<Step>,
}

/// The pallet that arrives at the dock door while the demo runs.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// SSCC of the pallet, 18 digits.
    pub pallet: String,
    /// SSCCs of its cases, 18 digits each.
    pub cases: Vec<String>,
    /// When it left, in milliseconds since the Unix epoch.
    pub shipped_ms: i64,
    /// Which logger rides along.
    pub logger: usize,
    seed: u64,
}

/// The story.
#[derive(Clone, Debug)]
pub struct Story {
    /// The product, 14 digits.
    pub gtin: String,
    /// The sound lots; the recalled one is the last.
    pub lots: Vec<Lot>,
    /// Every commissioned pack, the recalled ones last.
    pub packs: Vec<Pack>,
    /// What is played before the arrival at the dock door.
    pub chapters: Vec<Chapter>,
    /// The pallet at the dock door.
    pub arrival: Arrival,
    /// How many loggers there are.
    pub loggers: usize,
    /// A serial of the first lot that nobody commissioned.
    pub unknown_serial: String,
    /// SSCC of the first pallet that went the whole way.
    pub pallet: String,
    /// SSCC of the pallet that got warm.
    pub warm_pallet: String,
}

impl Story {
    /// The story of this seed at this time, with this many packs (see [`Plan::for_packs`]).
    pub fn new(seed: u64, now_ms: i64, packs: usize) -> Self {
        Author::new(seed, now_ms, Plan::for_packs(packs)).write()
    }

    /// The recalled lot.
    pub fn recalled_lot(&self) -> Option<&Lot> {
        self.lots.last()
    }

    /// The element string of this pack's DataMatrix, FNC1 as 0x1D.
    pub fn scan(&self, pack: &Pack) -> String {
        self.scan_of(&pack.serial, pack.lot)
    }

    /// The element string of the serial that nobody commissioned.
    pub fn unknown_scan(&self) -> String {
        self.scan_of(&self.unknown_serial, 0)
    }

    /// The first pack with this fate.
    pub fn first(&self, wanted: impl Fn(Fate) -> bool) -> Option<&Pack> {
        self.packs.iter().find(|pack| wanted(pack.fate))
    }

    fn scan_of(&self, serial: &str, lot: usize) -> String {
        let Some(lot) = self.lots.get(lot) else {
            return String::new();
        };
        let yymmdd: String = lot
            .expiry
            .chars()
            .skip(2)
            .filter(char::is_ascii_digit)
            .collect();
        format!("01{}21{serial}\u{1d}17{yymmdd}10{}", self.gtin, lot.lot)
    }
}

impl Arrival {
    /// The logger's readings from the departure to `arrived_ms`, ready to be signed.
    pub fn readings(&self, arrived_ms: i64) -> Step {
        let mut pen = Pen::new(self.seed ^ 0x00d0_c000, arrived_ms);
        let mut noise = Seeded::new(self.seed, "dock pallet");
        let from_ms = self.shipped_ms - 5 * MINUTE_MS;
        let readings = climate::readings(Weather::Steady, from_ms, arrived_ms, &mut noise);
        let pallet = [format!("https://id.gs1.org/00/{}", self.pallet)];
        Step::Readings {
            logger: self.logger,
            events: travel::sensing(&mut pen, &pallet, self.logger, &readings),
        }
    }
}

/// Canonical id of the logger at this position (a GIAI).
pub fn logger_id(logger: usize) -> String {
    format!(
        "https://id.gs1.org/8004/{}LOGGER{logger:04}",
        cast::COMPANY_PREFIX
    )
}

/// Writes the story down.
struct Author {
    seed: u64,
    now_ms: i64,
    plan: Plan,
    pen: Pen,
    cases: Vec<Case>,
    recalled_case: Case,
    packs: Vec<Pack>,
    lots: Vec<Lot>,
    journeys: usize,
}

impl Author {
    fn new(seed: u64, now_ms: i64, plan: Plan) -> Self {
        let lots = lots(now_ms, plan.lots() + 1);
        let case = |(at, (packs, lot, fate))| Case {
            sscc: cast::sscc(0, at),
            lot,
            packs,
            fate,
        };
        let sound = (0..plan.cases()).map(|case| {
            (
                plan.packs_of(case),
                case / plan.lot_cases,
                plan.fate_of(case),
            )
        });
        let recalled = (
            plan.packs..plan.packs + plan.case_packs,
            lots.len() - 1,
            Fate::Recalled,
        );
        let mut cases: Vec<Case> = (1..).zip(sound.chain([recalled])).map(case).collect();
        let mut serials = Seeded::new(seed, "serials");
        let packs = cases
            .iter()
            .flat_map(|case| case.packs.clone().map(move |_| (case.lot, case.fate)))
            .map(|(lot, fate)| Pack {
                serial: serials.serial(),
                lot,
                fate,
            })
            .collect();
        let recalled_case = cases.remove(cases.len() - 1);
        let pen = Pen::new(seed, now_ms);
        Self {
            seed,
            now_ms,
            plan,
            pen,
            cases,
            recalled_case,
            packs,
            lots,
            journeys: 0,
        }
    }

    fn write(mut self) -> Story {
        let pallets = self.main_pallets();
        let warm = travel::Pallet::special(2, 0..self.plan.warm_cases);
        let dock_cases = self.plan.warm_cases..self.plan.warm_cases + self.plan.dock_cases;
        let dock = travel::Pallet::special(3, dock_cases);
        let mut chapters = vec![
            self.commissioning(),
            self.packing(&pallets, &[&warm, &dock]),
        ];
        chapters.push(self.first_leg(&pallets));
        chapters.push(self.warm_journey(&warm));
        chapters.push(self.second_leg(&pallets));
        chapters.push(self.dispensing(&pallets));
        chapters.push(self.copy_and_recall());
        let (arrival, leaving) = self.dock_departure(&dock);
        chapters.push(leaving);
        let loggers = self.journeys.min(LOGGERS_MAX);
        chapters.insert(0, places_and_devices(self.now_ms, loggers));
        Story {
            gtin: cast::gtin(),
            unknown_serial: Seeded::new(self.seed, "never commissioned").serial(),
            pallet: pallets
                .first()
                .map_or_else(String::new, |pallet| pallet.sscc.clone()),
            warm_pallet: warm.sscc,
            loggers,
            lots: self.lots,
            packs: self.packs,
            chapters,
            arrival,
        }
    }

    /// Commissioning of every pack (with lot and expiry), case and pallet label.
    fn commissioning(&mut self) -> Chapter {
        let from_ms = self.now_ms - 120 * HOUR_MS;
        let mut events = Vec::new();
        for at in 0..=self.cases.len() {
            let Some(case) = self.case(at) else { continue };
            let epcs = self.pack_ids(case.packs.clone());
            let Some(lot) = self.lots.get(case.lot).cloned() else {
                continue;
            };
            let at_ms = from_ms + self.spread(at, HOUR_MS);
            let scene = made(at_ms, "commissioning", "active");
            let event = self.pen.object(scene, "ADD", &epcs);
            events.push(script::with_lot(event, &lot.lot, &lot.expiry));
        }
        let mut labels: Vec<String> = (0..=self.cases.len())
            .filter_map(|at| self.case(at))
            .map(|c| sscc_id(&c.sscc))
            .collect();
        labels.sort();
        for labels in labels.chunks(200) {
            let scene = made(from_ms + HOUR_MS + MINUTE_MS, "commissioning", "active");
            events.push(self.pen.object(scene, "ADD", labels));
        }
        let steps = captures(Actor::Manufacturer, events, self.now_ms);
        Chapter {
            title: "commissioning the packs",
            steps,
        }
    }

    /// Dispensing at both pharmacies, from the first case of each pallet.
    fn dispensing(&mut self, pallets: &[travel::Pallet]) -> Chapter {
        let mut steps = Vec::new();
        for actor in [Actor::PharmacyA, Actor::PharmacyB] {
            let mut events = Vec::new();
            for pallet in pallets {
                let first = pallet.cases.iter().copied().find(|at| {
                    self.case(*at)
                        .is_some_and(|case| case.fate == Fate::AtPharmacy(actor))
                });
                let Some(case) = first.and_then(|at| self.case(at)) else {
                    continue;
                };
                self.dispense_case(actor, &case, &mut events);
            }
            steps.extend(captures(actor, events, self.now_ms));
        }
        Chapter {
            title: "dispensing",
            steps,
        }
    }

    /// Opens a case and dispenses the first packs of it; the very first at pharmacy A is the one
    /// whose identifier is copied.
    fn dispense_case(&mut self, actor: Actor, case: &Case, events: &mut Vec<Value>) {
        let opened_ms = self.now_ms - 66 * HOUR_MS;
        let scene = Scene {
            at_ms: opened_ms,
            at: actor,
            step: "unpacking",
            disposition: "in_progress",
        };
        let inside = self.pack_ids(case.packs.clone());
        events.push(
            self.pen
                .aggregation(scene, "DELETE", &sscc_id(&case.sscc), &inside),
        );
        let dispensed = self.plan.dispensed().min(case.packs.len());
        for (nth, at) in case.packs.clone().take(dispensed).enumerate() {
            let copied = actor == Actor::PharmacyA && !self.any_copied();
            let gap_ms = 3 * HOUR_MS * i64::try_from(nth).unwrap_or_default();
            let at_ms = if copied {
                self.copied_ms()
            } else {
                opened_ms + HOUR_MS + gap_ms
            };
            if let Some(pack) = self.packs.get_mut(at) {
                pack.fate = if copied {
                    Fate::Copied
                } else {
                    Fate::Dispensed(actor)
                };
            }
            let scene = Scene {
                at_ms,
                at: actor,
                step: "dispensing",
                disposition: "dispensed",
            };
            let epc = self.pack_ids(at..at + 1);
            events.push(self.pen.object(scene, "DELETE", &epc));
        }
    }

    /// The copy appears 600 km away, two hours after the original was dispensed; and the
    /// manufacturer recalls the other lot.
    fn copy_and_recall(&mut self) -> Chapter {
        let copied = self
            .packs
            .iter()
            .position(|pack| pack.fate == Fate::Copied)
            .unwrap_or_default();
        let epc = self.pack_ids(copied..copied + 1);
        let at_ms = self.copied_ms() + 2 * HOUR_MS;
        let scene = Scene {
            at_ms,
            at: Actor::PharmacyB,
            step: "inspecting",
            disposition: "in_progress",
        };
        let event = self.pen.object(scene, "OBSERVE", &epc);
        let mut steps = captures(Actor::PharmacyB, vec![event], self.now_ms);
        let lot = self.lots.last().map_or("", |lot| lot.lot.as_str());
        steps.push(Step::Decision {
            actor: Actor::Manufacturer,
            body: json!({
                "type": "recall",
                "gtin": cast::gtin(),
                "lot": lot,
                "reason": "particles found in retained samples of this lot",
            }),
        });
        Chapter {
            title: "a copied identifier appears, a lot is recalled",
            steps,
        }
    }

    /// When the pack is dispensed whose identifier is copied.
    const fn copied_ms(&self) -> i64 {
        self.now_ms - 9 * HOUR_MS
    }

    fn any_copied(&self) -> bool {
        self.packs.iter().any(|pack| pack.fate == Fate::Copied)
    }

    /// The case at this position; the recalled one comes after all others.
    fn case(&self, at: usize) -> Option<Case> {
        if at == self.cases.len() {
            return Some(self.recalled_case.clone());
        }
        self.cases.get(at).cloned()
    }

    fn pack_ids(&self, range: std::ops::Range<usize>) -> Vec<String> {
        let packs = self.packs.get(range).unwrap_or_default();
        let gtin = cast::gtin();
        packs
            .iter()
            .map(|pack| format!("https://id.gs1.org/01/{gtin}/21/{}", pack.serial))
            .collect()
    }

    /// The share of `span_ms` that belongs to the case at this position.
    fn spread(&self, case: usize, span_ms: i64) -> i64 {
        let of = i64::try_from(self.cases.len() + 1).unwrap_or(1);
        span_ms * i64::try_from(case).unwrap_or_default() / of
    }

    /// The next logger.
    fn next_logger(&mut self) -> usize {
        self.journeys += 1;
        (self.journeys - 1) % LOGGERS_MAX
    }
}

/// Places with coordinates, the product with its storage condition, the devices.
fn places_and_devices(now_ms: i64, loggers: usize) -> Chapter {
    let mut records: Vec<Value> = Actor::ALL
        .into_iter()
        .map(Actor::site)
        .chain([cast::dock_door()])
        .map(|site| {
            json!({
                "type": "location",
                "id": site.id,
                "party": site.party.gln(),
                "name": site.name,
                "latitude_e7": site.latitude_e7,
                "longitude_e7": site.longitude_e7,
                "country": "DE",
            })
        })
        .collect();
    records.push(json!({
        "type": "product",
        "gtin": cast::gtin(),
        "name": cast::PRODUCT_NAME,
        "mah": Actor::Manufacturer.gln(),
        "storage": "2-8C",
    }));
    let device = |id: String, party: Actor, kind: &str| {
        json!({
            "type": "device",
            "id": id,
            "party": party.gln(),
            "kind": kind,
            "calibrated_until_ms": now_ms + 200 * 24 * HOUR_MS,
        })
    };
    records.push(device(
        cast::dock_door_device(),
        Actor::Wholesaler,
        "reader",
    ));
    for at in 0..loggers {
        let mut logger = device(logger_id(at), Actor::Manufacturer, "logger");
        if let Some(fields) = logger.as_object_mut() {
            fields.insert("interval_ms".into(), json!(climate::INTERVAL_MS));
        }
        records.push(logger);
    }
    Chapter {
        title: "publishing places, product and devices",
        steps: vec![Step::MasterData { records }],
    }
}

/// Something at the manufacturer's plant.
const fn made<'a>(at_ms: i64, step: &'a str, disposition: &'a str) -> Scene<'a> {
    Scene {
        at_ms,
        at: Actor::Manufacturer,
        step,
        disposition,
    }
}

fn sscc_id(sscc: &str) -> String {
    format!("https://id.gs1.org/00/{sscc}")
}

/// Lot numbers from the month of manufacture; expiry at the end of the month two years later.
fn lots(now_ms: i64, count: usize) -> Vec<Lot> {
    let made = chrono::DateTime::from_timestamp_millis(now_ms - 120 * HOUR_MS).unwrap_or_default();
    let (year, month) = (made.year(), made.month());
    let expiry = format!("{}-{month:02}-28", year + 2);
    (0..count)
        .map(|at| Lot {
            lot: format!("LB{:02}{month:02}{}", year.rem_euclid(100), letters(at)),
            expiry: expiry.clone(),
        })
        .collect()
}

/// A, B, ..., Z, AA, AB, ...
fn letters(at: usize) -> String {
    let last = char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    if at < 26 {
        last.to_string()
    } else {
        format!("{}{last}", letters(at / 26 - 1))
    }
}

/// Events as documents that meet the bounds of a capture interface.
fn captures(actor: Actor, events: Vec<Value>, created_ms: i64) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut batch: Vec<Value> = Vec::new();
    let mut epcs = 0;
    for event in events {
        let more = epcs_of(&event);
        if !batch.is_empty()
            && (batch.len() >= DOCUMENT_EVENTS_MAX || epcs + more > DOCUMENT_EPCS_MAX)
        {
            steps.push(capture(actor, &batch, created_ms));
            batch.clear();
            epcs = 0;
        }
        epcs += more;
        batch.push(event);
    }
    if !batch.is_empty() {
        steps.push(capture(actor, &batch, created_ms));
    }
    steps
}

fn capture(actor: Actor, events: &[Value], created_ms: i64) -> Step {
    let event_ids = events
        .iter()
        .filter_map(|event| event.get("eventID").and_then(Value::as_str))
        .map(str::to_owned)
        .collect();
    Step::Capture {
        actor,
        document: script::document(events, created_ms),
        event_ids,
    }
}

fn epcs_of(event: &Value) -> usize {
    let count = |field| {
        event
            .get(field)
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    };
    count("epcList") + count("childEPCs") + 1
}

#[cfg(test)]
mod judged;
#[cfg(test)]
mod tests;
