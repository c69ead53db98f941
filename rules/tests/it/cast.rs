//! Who plays in the scenarios: a maker, a wholesaler, two pharmacies far apart and a stranger, with
//! their places; two products; and builders for what they do.

use gs1::epcis::{Action, Event, EventBuilder, SensorElement, SensorMetadata, SensorReport};
use gs1::{BizStep, Epc, Gln, Gtin, Sgtin};
use rules::{Decision, Device, Fact, Location, MasterData, Party, Product, Record, Stamp};

pub(crate) const FRIDGE: &str = "09506000134352";
pub(crate) const ROOM: &str = "09506000117829";

/// A party by the letter used in scenarios: its GLN, name, role and its place on the map.
pub(crate) struct Actor {
    pub(crate) letter: char,
    pub(crate) gln: String,
    pub(crate) name: &'static str,
    role: &'static str,
    latitude_e7: i32,
    longitude_e7: i32,
}

/// Everybody, by letter.
pub(crate) fn actors() -> Vec<Actor> {
    [
        ('M', 1, "Maker", "manufacturer", 525_200_000, 134_050_000), // Berlin
        ('W', 2, "Wholesaler", "wholesaler", 482_082_000, 163_738_000), // Vienna
        (
            'P',
            3,
            "Pharmacy Helsinki",
            "pharmacy",
            601_699_000,
            249_384_000,
        ),
        (
            'Q',
            4,
            "Pharmacy Lisbon",
            "pharmacy",
            387_223_000,
            -91_393_000,
        ),
        ('X', 5, "Stranger", "wholesaler", 407_128_000, -740_060_000), // New York
        ('T', 6, "Warehouse", "wholesaler", 523_906_000, 130_645_000), // Potsdam
        (
            'N',
            7,
            "Pharmacy next door",
            "pharmacy",
            601_710_000,
            249_390_000,
        ),
        (
            'S',
            8,
            "Wholesaler Suva",
            "wholesaler",
            -181_416_000,
            1_784_419_000,
        ),
        (
            'A',
            9,
            "Pharmacy Apia",
            "pharmacy",
            -138_333_000,
            -1_717_667_000,
        ),
    ]
    .into_iter()
    .map(
        |(letter, number, name, role, latitude_e7, longitude_e7)| Actor {
            letter,
            gln: gln(number),
            name,
            role,
            latitude_e7,
            longitude_e7,
        },
    )
    .collect()
}

/// The GLN of a letter.
pub(crate) fn gln_of(letter: char) -> String {
    actors()
        .into_iter()
        .find(|actor| actor.letter == letter)
        .expect("an actor")
        .gln
}

/// The premises of a letter.
pub(crate) fn place_of(letter: char) -> Epc {
    Epc::Sgln(Gln::parse(&gln_of(letter)).unwrap().into())
}

/// ISO 3166-1 alpha-2 of a letter.
fn country(letter: char) -> &'static str {
    match letter {
        'M' | 'T' => "DE",
        'W' => "AT",
        'P' | 'N' => "FI",
        'Q' => "PT",
        'S' => "FJ",
        'A' => "WS",
        _ => "US",
    }
}

fn gln(number: u64) -> String {
    with_check_digit(&format!("95060000{number:04}"))
}

fn with_check_digit(payload: &str) -> String {
    let weighted = |(i, c): (usize, char)| c.to_digit(10).unwrap() * if i % 2 == 0 { 3 } else { 1 };
    let sum: u32 = payload.chars().rev().enumerate().map(weighted).sum();
    format!("{payload}{}", (10 - sum % 10) % 10)
}

/// `p7` is a pack of the refrigerated product, `r7` one for room temperature, `s7` a logistic unit,
/// `u7` a pack of a product nobody knows, `c7` a case of the refrigerated one; a serial can be
/// given in full: `p:Ab7`.
pub(crate) fn thing(word: &str) -> Epc {
    let (kind, rest) = word.split_at(1);
    let serial = rest
        .strip_prefix(':')
        .map_or_else(|| format!("SER{rest}"), str::to_owned);
    let pack = |gtin: &str| {
        let gtin = Gtin::parse(gtin).unwrap();
        Epc::Sgtin(Sgtin::new(gtin, gs1::Serial::parse(&serial).unwrap()))
    };
    match kind {
        "p" => pack(FRIDGE),
        "r" => pack(ROOM),
        "u" => pack("09521101530018"),
        // A case of one product: the same item with another indicator.
        "c" => pack(&with_check_digit(&format!(
            "1{}",
            FRIDGE.get(1..13).unwrap()
        ))),
        "g" => super::cold_rows::logger_epc(rest),
        "s" => {
            let number: u64 = rest.parse().expect("a number");
            let sscc = with_check_digit(&format!("09506000{number:09}"));
            Epc::Sscc(gs1::Sscc::parse(&sscc).unwrap())
        }
        "l" => {
            let (gtin, lot) = (Gtin::parse(FRIDGE).unwrap(), gs1::Lot::parse(rest).unwrap());
            Epc::Lgtin { gtin, lot }
        }
        other => panic!("no kind of thing: {other}"),
    }
}

/// Several things: `p1..p9 s1`.
pub(crate) fn things(words: &str) -> Vec<Epc> {
    words
        .split_whitespace()
        .flat_map(range)
        .map(|word| thing(&word))
        .collect()
}

fn range(word: &str) -> Vec<String> {
    let Some((from, to)) = word.split_once("..") else {
        return vec![word.to_owned()];
    };
    let (kind, from) = from.split_at(1);
    let number = |text: &str| {
        text.trim_start_matches(kind)
            .parse::<u32>()
            .expect("a number")
    };
    (number(from)..=number(to))
        .map(|n| format!("{kind}{n}"))
        .collect()
}

/// Master data of the cast.
pub(crate) fn masters() -> Vec<MasterData> {
    let mut data = Vec::new();
    for actor in actors() {
        let gln = Gln::parse(&actor.gln).unwrap();
        let (name, role) = (actor.name.to_owned(), actor.role.to_owned());
        data.push(MasterData::Party(Party {
            gln: gln.clone(),
            name,
            role,
        }));
        data.push(MasterData::Location(Location {
            id: Epc::Sgln(gln.into()),
            party: actor.gln.clone(),
            name: actor.name.to_owned(),
            latitude_e7: Some(actor.latitude_e7),
            longitude_e7: Some(actor.longitude_e7),
            country: Some(country(actor.letter).to_owned()),
        }));
    }
    for (gtin, name, storage) in [(FRIDGE, "Frigidol", "2-8C"), (ROOM, "Roomidol", "CRT")] {
        data.push(MasterData::Product(Product {
            gtin: Gtin::parse(gtin).unwrap(),
            name: name.to_owned(),
            mah: gln_of('M'),
            storage: Some(storage.to_owned()),
            conditions: None,
        }));
    }
    for number in 1..=3 {
        data.push(MasterData::Device(Device {
            id: super::cold_rows::logger(&number.to_string()),
            party: gln_of('M'),
            kind: "logger".to_owned(),
            calibrated_until_ms: None,
            interval_ms: Some(600_000),
            locations: Vec::new(),
            sensor: None,
        }));
    }
    data
}

/// The logger on the pallets.
pub(crate) const LOGGER: &str = "urn:epc:id:giai:9506000.LOG1";

/// Readings every ten minutes from a moment; `-` is a reading that was not taken.
pub(crate) fn sensor_element(from_ms: i64, words: &str) -> SensorElement {
    let mut reports = Vec::new();
    let mut t_ms = from_ms;
    for word in words.split_whitespace() {
        let (value, times) = word.split_once('x').unwrap_or((word, "1"));
        for _ in 0..times.parse::<usize>().expect("a count") {
            if let Ok(celsius) = value.parse::<gs1::Decimal>() {
                let milli = i32::try_from(celsius.milli().unwrap()).unwrap();
                reports.push(SensorReport::temperature(milli, t_ms));
            }
            t_ms += 600_000;
        }
    }
    let device_id = Some(LOGGER.to_owned());
    SensorElement {
        metadata: SensorMetadata {
            device_id,
            ..SensorMetadata::default()
        },
        reports,
    }
}

/// An object event of a letter at its place.
pub(crate) fn object(
    action: Action,
    subject: &str,
    at_ms: i64,
    step: BizStep,
    place: char,
) -> EventBuilder {
    Event::object(action, things(subject), at_ms, step)
        .with_read_point(&place_of(place))
        .with_biz_location(&place_of(place))
}

/// A ledger that only counts: stamps facts in the order they come.
#[derive(Debug, Default)]
pub(crate) struct Clerk {
    next: u64,
}

impl Clerk {
    /// The record of a fact stated by a letter (`-` for nobody) and ordered at a time.
    pub(crate) fn record(&mut self, actor: char, recorded_ms: i64, fact: Fact) -> Record {
        let position = self.next;
        self.next += 1;
        let mut block = [0; 32];
        block[..8].copy_from_slice(&position.to_be_bytes());
        let actor = (actor != '-').then(|| gln_of(actor));
        Record {
            stamp: Stamp {
                position,
                block,
                item: 0,
                recorded_ms,
                actor,
                device: None,
            },
            fact,
        }
    }

    /// Records of the cast's master data.
    pub(crate) fn masters(&mut self) -> Vec<Record> {
        masters()
            .into_iter()
            .map(|data| self.record('-', 0, Fact::Master(data)))
            .collect()
    }
}

/// A recall of a lot of the refrigerated product.
pub(crate) fn recall(lot: &str) -> Decision {
    let (gtin, lot) = (Gtin::parse(FRIDGE).unwrap(), gs1::Lot::parse(lot).unwrap());
    Decision::Recall {
        gtin,
        lot,
        reason: "particles found".to_owned(),
        level: Some(rules::RecallLevel::Pharmacy),
    }
}

/// The refrigerated product with another storage condition.
pub(crate) fn stored(storage: &str) -> MasterData {
    MasterData::Product(Product {
        gtin: Gtin::parse(FRIDGE).unwrap(),
        name: "Frigidol".to_owned(),
        mah: gln_of('M'),
        storage: Some(storage.to_owned()),
        conditions: None,
    })
}
