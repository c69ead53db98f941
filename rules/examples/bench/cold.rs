//! The cold chain: a shipment of 30 days with a reading a minute (43,200) judged in full by all
//! rules, as it is uploaded after receipt (one logger, two loggers, an excursion, a product with a
//! budget), and the same readings arriving one by one.

use gs1::epcis::{Action, Event, SensorElement, SensorMetadata, SensorReport};
use gs1::{BizStep, Epc};
use rules::cold_chain::{BudgetBand, EquivalentBudget, StorageProfile};
use rules::{Engine, Fact, MasterData, Product, Profile};

use crate::chain::{Chain, gln, gtin, sscc};
use crate::measure::{figure, timed};

const MINUTE_MS: i64 = 60_000;
const POINTS: i64 = 43_200;
const ROUNDS: usize = 9;

/// Readings that look like a cold room's: a slow cycle and noise, in tenths.
fn curve(seed: u64, warm: bool) -> Vec<i32> {
    let mut state = seed;
    let point = |i: i64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let noise = i32::try_from((state >> 33) % 7).expect("small") * 100;
        let cycle = i32::try_from((i % 90 - 45).abs()).expect("small") / 9 * 100;
        let door = if warm && i % 2_000 < 40 { 6_000 } else { 0 };
        4_000 + noise + cycle + door
    };
    (0..POINTS).map(point).collect()
}

fn readings(on: &Epc, device: u32, from_ms: i64, curve: &[i32]) -> Event {
    let step = BizStep::parse("sensor_reporting").expect("a step");
    let metadata = SensorMetadata {
        device_id: Some(format!("urn:epc:id:giai:9506000.LOG{device}")),
        ..SensorMetadata::default()
    };
    let report = |(i, mc): (i64, &i32)| SensorReport::temperature(*mc, from_ms + i * MINUTE_MS);
    let reports = (0..).zip(curve).map(report).collect();
    Event::object(Action::Observe, [on.clone()], from_ms, step)
        .with_sensor_element(&SensorElement { metadata, reports })
        .build()
        .expect("an event")
}

/// A pallet with a pack, shipped.
fn shipped(own: Option<StorageProfile>) -> (Engine, Chain, Epc) {
    let mut chain = Chain::default();
    let mut engine = Engine::new(Profile::default());
    for record in chain.masters() {
        engine.apply(&record);
    }
    let product = MasterData::Product(Product {
        gtin: gtin(),
        name: "Frigidol".to_owned(),
        mah: gln(0).to_string(),
        storage: Some("2-8C".to_owned()),
        conditions: own.map(Box::new),
    });
    engine.apply(&chain.record(None, 0, Fact::Master(product)));
    let pallet = sscc(1);
    let serial = gs1::Serial::parse("A1").expect("a serial");
    let pack = Epc::Sgtin(gs1::Sgtin::new(gtin(), serial));
    let lot = gs1::Lot::parse("L1").expect("a lot");
    let made = Event::object(Action::Add, [pack.clone()], 0, BizStep::Commissioning)
        .with_ilmd(&lot, "2028-12-31".parse().expect("a day"));
    let packed = Event::aggregation(Action::Add, &pallet, [pack], 0, BizStep::Packing);
    let sent = Event::object(Action::Observe, [pallet.clone()], 0, BizStep::Shipping);
    for builder in [made, packed, sent] {
        let event = builder.build().expect("an event");
        engine.apply(&chain.record(Some(&gln(0)), 0, Fact::Event(event)));
    }
    (engine, chain, pallet)
}

/// Time to judge everything again, ms: the pallet is received after its readings came.
fn judged(own: Option<&StorageProfile>, devices: u32, warm: bool) -> f64 {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let (mut engine, mut chain, pallet) = shipped(own.cloned());
        for device in 1..=devices {
            let event = readings(&pallet, device, 0, &curve(u64::from(device), warm));
            engine.apply(&chain.record(Some(&gln(0)), 0, Fact::Event(event)));
        }
        let at_ms = (POINTS - 1) * MINUTE_MS;
        let got = Event::object(Action::Observe, [pallet], at_ms, BizStep::Receiving);
        let event = got.build().expect("an event");
        let record = chain.record(Some(&gln(1)), at_ms, Fact::Event(event));
        let (_, time) = timed(|| engine.apply(&record));
        times.push(time.as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    times.get(ROUNDS / 2).copied().unwrap_or_default()
}

pub(crate) fn bench() {
    let hour = 60 * MINUTE_MS;
    let own = StorageProfile {
        budget: vec![BudgetBand {
            low_mc: 8_000,
            high_mc: 25_000,
            allowed_ms: 10_000 * hour,
        }],
        equivalent: Some(EquivalentBudget {
            reference_mc: 5_000,
            allowed_ms: 10_000 * hour,
        }),
        ..StorageProfile::new("own", 2_000, 8_000)
    };
    let unit = "ms for 43,200 readings";
    figure("cold: inside the band", judged(None, 1, false), unit, None);
    figure("cold: 22 excursions", judged(None, 1, true), unit, None);
    let unit_of_two = "ms for 2 x 43,200 readings";
    figure(
        "cold: two loggers",
        judged(None, 2, true),
        unit_of_two,
        None,
    );
    let with_budget = judged(Some(&own), 1, true);
    figure("cold: with a budget", with_budget, unit, None);
    let (mut engine, mut chain, pallet) = shipped(None);
    let curve = curve(1, false);
    let mut total = 0.0;
    for (i, mc) in (0..).zip(&curve) {
        let event = readings(&pallet, 1, i * MINUTE_MS, &[*mc]);
        let record = chain.record(Some(&gln(0)), i * MINUTE_MS, Fact::Event(event));
        let (_, time) = timed(|| engine.apply(&record));
        total += time.as_secs_f64();
    }
    let each = total / curve.len() as f64 * 1e6;
    figure("cold: readings one by one", each, "us a reading", None);
}
