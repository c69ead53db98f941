//! The records of an ordinary chain, lot after lot: 1,000 packs made in batches of 100, packed into
//! cases and onto a pallet, shipped, measured every ten minutes for a day, received, sent on case
//! by case, unpacked in the pharmacy and dispensed one by one. Seeded: the same on every run.

use gs1::epcis::{Action, Event, EventBuilder, SensorElement, SensorMetadata, SensorReport};
use gs1::{BizStep, Epc, Gln, Gtin, Lot, Serial, Sgtin, Sscc};
use rules::{Fact, Location, MasterData, Party, Product, Record, Stamp};

/// Packs of one lot.
pub(crate) const LOT_PACKS: u64 = 1_000;
const CASES: u64 = 10;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Hours from one lot to the next: longer than a lot's life, so that records come in their order.
const LOT_HOURS: i64 = 63;
/// 2026-03-01, the day the first lot is made.
const DAY_1_MS: i64 = 1_772_323_200_000;
/// Pharmacies that receive cases.
const PHARMACIES: u64 = 50;

/// Stamps facts as a ledger would, one block for each record.
#[derive(Default)]
pub(crate) struct Chain {
    position: u64,
    seed: u64,
}

impl Chain {
    pub(crate) fn record(&mut self, actor: Option<&Gln>, at_ms: i64, fact: Fact) -> Record {
        let position = self.position;
        self.position += 1;
        let mut block = [0; 32];
        for part in block.chunks_mut(8) {
            part.copy_from_slice(&self.next().to_le_bytes());
        }
        Record {
            stamp: Stamp {
                position,
                block,
                item: 0,
                recorded_ms: at_ms,
                actor: actor.map(|gln| gln.as_str().to_owned()),
                device: None,
            },
            fact,
        }
    }

    /// Parties, places and the product.
    pub(crate) fn masters(&mut self) -> Vec<Record> {
        let mut all = Vec::new();
        for number in 0..PHARMACIES + 2 {
            let gln = gln(number);
            let coordinate = i32::try_from(number).expect("few") * 1_000;
            all.push(MasterData::Party(Party {
                gln: gln.clone(),
                name: format!("Party {number}"),
                role: "pharmacy".to_owned(),
            }));
            all.push(MasterData::Location(Location {
                id: place(number),
                party: gln.to_string(),
                name: format!("Place {number}"),
                latitude_e7: Some(480_000_000 + coordinate),
                longitude_e7: Some(110_000_000 + coordinate),
                country: Some("DE".to_owned()),
            }));
        }
        all.push(MasterData::Product(Product {
            gtin: gtin(),
            name: "Frigidol".to_owned(),
            mah: gln(0).to_string(),
            storage: Some("2-8C".to_owned()),
            conditions: None,
        }));
        let records = all.into_iter();
        let stamped = records.map(|data| self.record(None, 0, Fact::Master(data)));
        stamped.collect()
    }

    /// Everything that happens to the packs of one lot, about 1,190 records.
    pub(crate) fn lot(&mut self, number: u64) -> Vec<Record> {
        let start = DAY_1_MS + i64::try_from(number).expect("few") * LOT_HOURS * HOUR_MS;
        let at = |hours: i64| start + hours * HOUR_MS;
        let serials: Vec<Epc> = (0..LOT_PACKS).map(|_| self.pack()).collect();
        let packs = |case: u64| {
            let size = usize::try_from(LOT_PACKS / CASES).expect("few");
            let cases = serials.chunks(size);
            let wanted = usize::try_from(case).expect("few");
            cases.skip(wanted).take(1).flatten().cloned()
        };
        let unit = |case: u64| sscc(number * 20 + case);
        let pallet = unit(CASES);
        let lot = Lot::parse(&format!("L{number}")).expect("a lot");
        let mut told = Vec::new();
        let step = |text: &str| BizStep::parse(text).expect("a step");
        for case in 0..CASES {
            let made = Event::object(Action::Add, packs(case), at(0), step("commissioning"))
                .with_ilmd(&lot, "2199-12-31".parse().expect("a day"));
            told.push((0, made));
            let (add, packing) = (Action::Add, step("packing"));
            told.push((
                0,
                Event::aggregation(add, &unit(case), packs(case), at(1), packing),
            ));
        }
        let cases = || (0..CASES).map(unit);
        let (add, delete, observe) = (Action::Add, Action::Delete, Action::Observe);
        let on = Event::aggregation(add, &pallet, cases(), at(2), step("packing"));
        told.push((0, on));
        let ship = |what: &Epc, at_ms, to: u64| {
            Event::object(observe, [what.clone()], at_ms, step("shipping"))
                .with_destination("location", &place(to))
        };
        let receive =
            |what: &Epc, at_ms| Event::object(observe, [what.clone()], at_ms, step("receiving"));
        told.push((0, ship(&pallet, at(3), 1)));
        for reading in 0..144 {
            let at_ms = at(3) + reading * 600_000;
            told.push((0, measured(&pallet, at_ms)));
        }
        told.push((1, receive(&pallet, at(27))));
        let off = Event::aggregation(delete, &pallet, cases(), at(29), step("unpacking"));
        told.push((1, off));
        for case in 0..CASES {
            let pharmacy = 2 + (number * CASES + case) % PHARMACIES;
            told.push((1, ship(&unit(case), at(30), pharmacy)));
            told.push((pharmacy, receive(&unit(case), at(50))));
            let unpacking = step("unpacking");
            told.push((
                pharmacy,
                Event::aggregation(delete, &unit(case), packs(case), at(51), unpacking),
            ));
            for (i, pack) in packs(case).enumerate() {
                let at_ms = at(60) + i64::try_from(i).expect("few") * MINUTE_MS;
                told.push((
                    pharmacy,
                    Event::object(delete, [pack], at_ms, step("dispensing")),
                ));
            }
        }
        self.told_in_time(told)
    }

    /// Records of events in the order of their times, each told a minute later.
    fn told_in_time(&mut self, told: Vec<(u64, EventBuilder)>) -> Vec<Record> {
        let built = (self.position..).zip(told);
        let mut told: Vec<(u64, Event)> = built
            .map(|(id, (party, builder))| (party, at_place(party, id, builder)))
            .collect();
        told.sort_by_key(|(_, event)| event.event_time_ms);
        let dated = told.into_iter();
        dated
            .map(|(party, event)| {
                let at_ms = event.event_time_ms + MINUTE_MS;
                self.record(Some(&gln(party)), at_ms, Fact::Event(event))
            })
            .collect()
    }

    /// A pack with a serial number nobody guesses: 16 characters.
    fn pack(&mut self) -> Epc {
        let serial = format!("{:016X}", self.next());
        Epc::Sgtin(Sgtin::new(
            gtin(),
            Serial::parse(&serial).expect("a serial"),
        ))
    }

    /// Numbers that look random and are the same on every run (`SplitMix64`).
    fn next(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn at_place(party: u64, id: u64, builder: EventBuilder) -> Event {
    let id = format!("urn:uuid:00000000-0000-4000-8000-{id:012x}");
    let event = builder
        .with_event_id(&id)
        .with_read_point(&place(party))
        .with_biz_location(&place(party));
    event.build().expect("an event")
}

/// A reading of 5 degrees.
fn measured(on: &Epc, at_ms: i64) -> EventBuilder {
    let step = BizStep::parse("sensor_reporting").expect("a step");
    let metadata = SensorMetadata {
        device_id: Some("urn:epc:id:giai:9506000.LOG1".to_owned()),
        ..SensorMetadata::default()
    };
    let reports = vec![SensorReport::temperature(5_000, at_ms)];
    Event::object(Action::Observe, [on.clone()], at_ms, step)
        .with_sensor_element(&SensorElement { metadata, reports })
}

pub(crate) fn gtin() -> Gtin {
    Gtin::parse("09506000134352").expect("a gtin")
}

/// The party of a number: 0 makes, 1 trades, the others dispense.
pub(crate) fn gln(number: u64) -> Gln {
    Gln::parse(&with_check_digit(&format!("95060000{number:04}"))).expect("a gln")
}

/// A pack with a serial number that says its number.
pub(crate) fn pack_numbered(number: u64) -> Epc {
    let serial = Serial::parse(&format!("N{number:08}")).expect("a serial");
    Epc::Sgtin(Sgtin::new(gtin(), serial))
}

pub(crate) fn place(number: u64) -> Epc {
    Epc::Sgln(gln(number).into())
}

pub(crate) fn sscc(number: u64) -> Epc {
    let text = with_check_digit(&format!("0{:07}{:09}", 9_506_000, number));
    Epc::Sscc(Sscc::parse(&text).expect("an sscc"))
}

fn with_check_digit(payload: &str) -> String {
    let weigh =
        |(i, c): (usize, char)| c.to_digit(10).unwrap_or(0) * if i % 2 == 0 { 3 } else { 1 };
    let sum: u32 = payload.chars().rev().enumerate().map(weigh).sum();
    format!("{payload}{}", (10 - sum % 10) % 10)
}
