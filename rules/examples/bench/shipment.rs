//! A shipment of 30 days with a reading a minute (43,200), judged again by one more reading that is
//! outside the band, and shown.

use gs1::epcis::{Action, Event, SensorElement, SensorMetadata, SensorReport};
use gs1::{BizStep, Epc};
use rules::{Engine, Fact, Profile};

use crate::chain::{Chain, gln, gtin, sscc};
use crate::measure::{figure, timed};

const MINUTE_MS: i64 = 60_000;
const POINTS: i64 = 43_200;
const ROUNDS: i64 = 15;

pub(crate) fn bench() {
    let mut chain = Chain::default();
    let mut engine = Engine::new(Profile::default());
    for record in chain.masters() {
        engine.apply(&record);
    }
    let pallet = sscc(1);
    let maker = gln(0);
    let serial = gs1::Serial::parse("A1").expect("a serial");
    let pack = Epc::Sgtin(gs1::Sgtin::new(gtin(), serial));
    let (lot, step) = (
        gs1::Lot::parse("L1").expect("a lot"),
        BizStep::Commissioning,
    );
    let made = Event::object(Action::Add, [pack.clone()], 0, step)
        .with_ilmd(&lot, "2028-12-31".parse().expect("a day"));
    let packed = Event::aggregation(Action::Add, &pallet, [pack], 0, BizStep::Packing);
    let shipped = Event::object(Action::Observe, [pallet.clone()], 0, BizStep::Shipping);
    let curve: Vec<i32> = (0..POINTS)
        .map(|i| 5_000 + i32::try_from((i * 7_919) % 2_000).expect("small") - 1_000)
        .collect();
    let read = readings(&pallet, 0, &curve);
    for builder in [made, packed, shipped, read] {
        let event = builder.build().expect("an event");
        engine.apply(&chain.record(Some(&maker), 0, Fact::Event(event)));
    }
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let event = readings(&pallet, (POINTS + round) * MINUTE_MS, &[9_000]);
        let event = event.build().expect("an event");
        let record = chain.record(Some(&maker), 0, Fact::Event(event));
        let (found, time) = timed(|| engine.apply(&record));
        assert!(!found.is_empty(), "a reading outside the band is found");
        times.push(time.as_secs_f64() * 1e3);
    }
    figure(
        "shipment judged",
        median(times),
        "ms for 43,200 readings",
        None,
    );
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let (view, time) = timed(|| engine.cold_chain_of(&pallet));
        assert_eq!(view.status, "excursion");
        times.push(time.as_secs_f64() * 1e3);
    }
    figure(
        "shipment shown",
        median(times),
        "ms for 43,200 readings",
        None,
    );
}

fn readings(on: &Epc, from_ms: i64, curve: &[i32]) -> gs1::epcis::EventBuilder {
    let step = BizStep::parse("sensor_reporting").expect("a step");
    let metadata = SensorMetadata {
        device_id: Some("urn:epc:id:giai:9506000.LOG1".to_owned()),
        ..SensorMetadata::default()
    };
    let report = |(i, mc): (i64, &i32)| SensorReport::temperature(*mc, from_ms + i * MINUTE_MS);
    let reports = (0..).zip(curve).map(report).collect();
    Event::object(Action::Observe, [on.clone()], from_ms, step)
        .with_sensor_element(&SensorElement { metadata, reports })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
