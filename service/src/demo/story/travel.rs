//! The journeys of the story: packing, two legs of transport with their loggers, the pallet that
//! gets warm, and the one that is still on its way to the dock door.

use serde_json::Value;

use super::super::cast::{self, Actor};
use super::super::climate::{self, Reading, Weather};
use super::super::plan::Fate;
use super::super::script::{self, Pen, Scene};
use super::super::seeded::Seeded;
use super::{
    Arrival, Author, Chapter, HOUR_MS, MINUTE_MS, Step, captures, logger_id, made, sscc_id,
};

/// Readings in one sensor event: six hours of five-minute readings.
const EVENT_READINGS_MAX: usize = 72;

/// A pallet and the positions of its cases.
#[derive(Clone, Debug)]
pub(super) struct Pallet {
    pub(super) sscc: String,
    pub(super) cases: Vec<usize>,
    /// Minutes by which it follows the first pallet.
    delay_ms: i64,
}

impl Pallet {
    /// A pallet with a story of its own; its SSCC begins with `extension`.
    pub(super) fn special(extension: u8, cases: std::ops::Range<usize>) -> Self {
        Self {
            sscc: cast::sscc(extension, 1),
            cases: cases.collect(),
            delay_ms: 0,
        }
    }
}

/// One leg of a transport.
struct Leg<'a> {
    from: Actor,
    to: Actor,
    shipped_ms: i64,
    received_ms: i64,
    /// The outermost units that travel.
    epcs: &'a [String],
    advice: String,
    weather: Weather,
}

impl Author {
    /// The pallets that went the whole way; the first also carries the recalled case.
    pub(super) fn main_pallets(&self) -> Vec<Pallet> {
        let pallets = self.plan.main_pallets();
        (0..)
            .zip(pallets)
            .map(|(at, cases)| {
                let mut cases: Vec<usize> = cases.collect();
                if at == 0 {
                    cases.push(self.cases.len());
                }
                let delay_ms = i64::try_from(at % 60).unwrap_or_default() * MINUTE_MS;
                Pallet {
                    sscc: cast::sscc(1, at + 1),
                    cases,
                    delay_ms,
                }
            })
            .collect()
    }

    /// Packs into cases, cases onto pallets.
    pub(super) fn packing(&mut self, main: &[Pallet], special: &[&Pallet]) -> Chapter {
        let from_ms = self.now_ms - 118 * HOUR_MS;
        let mut events = Vec::new();
        for at in 0..=self.cases.len() {
            let Some(case) = self.case(at) else { continue };
            let inside = self.pack_ids(case.packs.clone());
            let scene = made(from_ms + self.spread(at, HOUR_MS), "packing", "in_progress");
            events.push(
                self.pen
                    .aggregation(scene, "ADD", &sscc_id(&case.sscc), &inside),
            );
        }
        for pallet in main.iter().chain(special.iter().copied()) {
            let at_ms = from_ms + 2 * HOUR_MS + pallet.delay_ms;
            let label = [sscc_id(&pallet.sscc)];
            events.push(
                self.pen
                    .object(made(at_ms, "commissioning", "active"), "ADD", &label),
            );
            let cases = self.case_ids(&pallet.cases);
            let scene = made(at_ms + MINUTE_MS, "packing", "in_progress");
            events.push(
                self.pen
                    .aggregation(scene, "ADD", &sscc_id(&pallet.sscc), &cases),
            );
        }
        let steps = captures(Actor::Manufacturer, events, self.now_ms);
        Chapter {
            title: "packing cases and pallets",
            steps,
        }
    }

    /// The first leg, with the unloading at its end.
    pub(super) fn first_leg(&mut self, pallets: &[Pallet]) -> Chapter {
        let (from, to) = (Actor::Manufacturer, Actor::Wholesaler);
        let mut journeys = Journeys::default();
        for pallet in pallets {
            let shipped_ms = self.now_ms - 112 * HOUR_MS + pallet.delay_ms;
            let received_ms = shipped_ms + 24 * HOUR_MS;
            let epcs = [sscc_id(&pallet.sscc)];
            let advice = format!("D{}", pallet.sscc);
            let weather = Weather::Steady;
            let leg = Leg {
                from,
                to,
                shipped_ms,
                received_ms,
                epcs: &epcs,
                advice,
                weather,
            };
            self.travel(&leg, &mut journeys);
            let cases = self.case_ids(&pallet.cases);
            let at_ms = received_ms + HOUR_MS;
            let scene = Scene {
                at_ms,
                at: to,
                step: "unpacking",
                disposition: "in_progress",
            };
            let unpacked = self
                .pen
                .aggregation(scene, "DELETE", &sscc_id(&pallet.sscc), &cases);
            journeys.received.push(unpacked);
        }
        journeys.chapter("shipping to the wholesaler", from, to, self.now_ms)
    }

    /// The pallet whose box gets warm.
    pub(super) fn warm_journey(&mut self, pallet: &Pallet) -> Chapter {
        let (from, to) = (Actor::Manufacturer, Actor::Wholesaler);
        let shipped_ms = self.now_ms - 64 * HOUR_MS;
        let received_ms = shipped_ms + 24 * HOUR_MS;
        let epcs = [sscc_id(&pallet.sscc)];
        let advice = format!("D{}", pallet.sscc);
        let weather = Weather::Excursion;
        let mut journeys = Journeys::default();
        let leg = Leg {
            from,
            to,
            shipped_ms,
            received_ms,
            epcs: &epcs,
            advice,
            weather,
        };
        self.travel(&leg, &mut journeys);
        journeys.chapter("a pallet gets warm on its way", from, to, self.now_ms)
    }

    /// The second leg, from the wholesaler to both pharmacies.
    pub(super) fn second_leg(&mut self, pallets: &[Pallet]) -> Chapter {
        let mut steps = Vec::new();
        for to in [Actor::PharmacyA, Actor::PharmacyB] {
            let mut journeys = Journeys::default();
            for pallet in pallets {
                let chosen: Vec<usize> = pallet
                    .cases
                    .iter()
                    .copied()
                    .filter(|at| {
                        let fate = self.case(*at).map(|case| case.fate);
                        fate == Some(Fate::AtPharmacy(to))
                            || fate == Some(Fate::Recalled) && to == Actor::PharmacyA
                    })
                    .collect();
                if chosen.is_empty() {
                    continue;
                }
                let shipped_ms = self.now_ms - 80 * HOUR_MS + pallet.delay_ms;
                let epcs = self.case_ids(&chosen);
                let advice = format!("D{}-{}", pallet.sscc, to.site_gln());
                let leg = Leg {
                    from: Actor::Wholesaler,
                    to,
                    shipped_ms,
                    received_ms: shipped_ms + 9 * HOUR_MS,
                    epcs: &epcs,
                    advice,
                    weather: Weather::Steady,
                };
                self.travel(&leg, &mut journeys);
            }
            steps.extend(journeys.steps(Actor::Wholesaler, to, self.now_ms));
        }
        Chapter {
            title: "shipping to the pharmacies",
            steps,
        }
    }

    /// The pallet that leaves the plant and arrives while the demo runs.
    pub(super) fn dock_departure(&mut self, pallet: &Pallet) -> (Arrival, Chapter) {
        let (from, to) = (Actor::Manufacturer, Actor::Wholesaler);
        let shipped_ms = self.now_ms - 20 * HOUR_MS;
        let scene = made(shipped_ms, "shipping", "in_transit");
        let event = self.pen.object(scene, "OBSERVE", &[sscc_id(&pallet.sscc)]);
        let event = script::with_handover(event, from, to, &format!("D{}", pallet.sscc));
        let steps = captures(from, vec![event], self.now_ms);
        let cases: Vec<String> = pallet
            .cases
            .iter()
            .filter_map(|at| self.case(*at))
            .map(|case| case.sscc)
            .collect();
        let arrival = Arrival {
            pallet: pallet.sscc.clone(),
            cases,
            shipped_ms,
            logger: self.next_logger(),
            seed: self.seed,
        };
        (
            arrival,
            Chapter {
                title: "a pallet leaves for the dock door",
                steps,
            },
        )
    }

    fn travel(&mut self, leg: &Leg<'_>, journeys: &mut Journeys) {
        let logger = self.next_logger();
        let mut noise = Seeded::new(self.seed, &format!("journey {}", self.journeys));
        let from_ms = leg.shipped_ms - 5 * MINUTE_MS;
        let readings = climate::readings(leg.weather, from_ms, leg.received_ms, &mut noise);
        let events = sensing(&mut self.pen, leg.epcs, logger, &readings);
        journeys.readings.push(Step::Readings { logger, events });
        journeys.shipped.push(self.handed(leg, true));
        journeys.received.push(self.handed(leg, false));
    }

    fn handed(&mut self, leg: &Leg<'_>, out: bool) -> Value {
        let scene = if out {
            Scene {
                at_ms: leg.shipped_ms,
                at: leg.from,
                step: "shipping",
                disposition: "in_transit",
            }
        } else {
            Scene {
                at_ms: leg.received_ms,
                at: leg.to,
                step: "receiving",
                disposition: "in_progress",
            }
        };
        let event = self.pen.object(scene, "OBSERVE", leg.epcs);
        script::with_handover(event, leg.from, leg.to, &leg.advice)
    }

    fn case_ids(&self, cases: &[usize]) -> Vec<String> {
        cases
            .iter()
            .filter_map(|at| self.case(*at))
            .map(|case| sscc_id(&case.sscc))
            .collect()
    }
}

/// What the shippers, the loggers and the receivers of one leg send, in that order.
#[derive(Default)]
struct Journeys {
    shipped: Vec<Value>,
    readings: Vec<Step>,
    received: Vec<Value>,
}

impl Journeys {
    fn chapter(self, title: &'static str, from: Actor, to: Actor, now_ms: i64) -> Chapter {
        Chapter {
            title,
            steps: self.steps(from, to, now_ms),
        }
    }

    fn steps(self, from: Actor, to: Actor, now_ms: i64) -> Vec<Step> {
        let mut steps = captures(from, self.shipped, now_ms);
        steps.extend(self.readings);
        steps.extend(captures(to, self.received, now_ms));
        steps
    }
}

/// Readings as sensor events of bounded size.
pub(super) fn sensing(
    pen: &mut Pen,
    epcs: &[String],
    logger: usize,
    readings: &[Reading],
) -> Vec<Value> {
    let device = logger_id(logger);
    readings
        .chunks(EVENT_READINGS_MAX)
        .map(|part| pen.sensing(epcs, &device, part))
        .collect()
}
