//! A container with products of several storage conditions: it is judged by all of them.

use gs1::epcis::{Action, Event, SensorElement, SensorMetadata, SensorReport};
use gs1::{BizStep, Epc};
use rules::{Engine, Fact, MasterData, Product, Profile};
use serde_json::Value;

use super::cast::{self, Clerk};
use super::cold_rows;

const HOUR_MS: i64 = 3_600_000;
/// When the box leaves.
const SHIPPED_MS: i64 = 2 * HOUR_MS;

/// A box with a pack of each product, twelve hours under way at one temperature.
fn engine(own: Vec<MasterData>, mc: i32) -> Engine {
    let mut clerk = Clerk::default();
    let mut engine = Engine::new(Profile::default());
    for record in clerk.masters() {
        engine.apply(&record);
    }
    for fact in own {
        engine.apply(&clerk.record('M', 0, Fact::Master(fact)));
    }
    let lot = gs1::Lot::parse("L1").unwrap();
    let object = |action, subject, at_ms, step, at| cast::object(action, subject, at_ms, step, at);
    let came_ms = SHIPPED_MS + 12 * HOUR_MS;
    let packs = cast::things("p1 r1");
    let reports = (0..=72).map(|i| SensorReport::temperature(mc, SHIPPED_MS + i * 600_000));
    let element = SensorElement {
        metadata: SensorMetadata {
            device_id: Some(cold_rows::logger("1")),
            ..SensorMetadata::default()
        },
        reports: reports.collect(),
    };
    let measuring = BizStep::parse("sensor_reporting").unwrap();
    for (actor, event) in [
        (
            'M',
            object(Action::Add, "p1 r1", 0, BizStep::Commissioning, 'M')
                .with_ilmd(&lot, "2030-12-31".parse().unwrap()),
        ),
        (
            'M',
            Event::aggregation(Action::Add, &boxed(), packs, HOUR_MS, BizStep::Packing),
        ),
        (
            'M',
            object(Action::Observe, "s1", SHIPPED_MS, BizStep::Shipping, 'M'),
        ),
        (
            'P',
            object(Action::Observe, "s1", came_ms, BizStep::Receiving, 'P'),
        ),
        (
            'M',
            object(Action::Observe, "s1", came_ms, measuring, 'M').with_sensor_element(&element),
        ),
    ] {
        engine.apply(&clerk.record(actor, came_ms, Fact::Event(event.build().unwrap())));
    }
    engine
}

fn boxed() -> Epc {
    cast::thing("s1")
}

fn view(engine: &Engine, thing: &str) -> Value {
    serde_json::to_value(engine.cold_chain_of(&cast::thing(thing))).unwrap()
}

#[test]
fn a_mixed_box_is_as_bad_as_its_worst_condition() {
    let engine = engine(Vec::new(), 5_000);
    assert_eq!(view(&engine, "p1")["status"], "within");
    assert_eq!(view(&engine, "r1")["status"], "excursion");
    let shipment = view(&engine, "s1");
    assert_eq!(shipment["status"], "excursion");
    assert_eq!(shipment["profile"], "CRT");
    assert_eq!(shipment["excursions"].as_array().unwrap().len(), 1);
    assert_eq!(shipment["out_of_range_s"], 12 * 3_600);
    let journey = engine.journey(&boxed(), &[SHIPPED_MS]).unwrap().cold_chain;
    assert_eq!(
        (journey.status.as_str(), journey.excursions.len()),
        ("excursion", 1)
    );
}

#[test]
fn stays_outside_any_condition_are_listed() {
    let engine = engine(Vec::new(), 12_000);
    let count = |thing: &str| view(&engine, thing)["excursions"].as_array().unwrap().len();
    assert_eq!((count("p1"), count("r1"), count("s1")), (1, 1, 2));
}

#[test]
fn the_budget_that_is_spent_is_the_one_that_is_shown() {
    // Twelve hours at 12 degrees: more than the first product's ten, less than the other's fifty.
    let own = |gtin: &str, hours: &str| {
        let band = format!("band=8..15:{hours}");
        let MasterData::Product(product) = cold_rows::conditions(&["2..8", &band]) else {
            unreachable!()
        };
        let gtin = gs1::Gtin::parse(gtin).unwrap();
        MasterData::Product(Product { gtin, ..product })
    };
    let gtin = |thing: &str| match cast::thing(thing) {
        Epc::Sgtin(pack) => pack.gtin.to_string(),
        _ => unreachable!(),
    };
    for (first, second) in [("10", "50"), ("50", "10")] {
        let own = vec![own(&gtin("p1"), first), own(&gtin("r1"), second)];
        let engine = engine(own, 12_000);
        let bands = &view(&engine, "s1")["budget"];
        assert_eq!(bands.as_array().unwrap().len(), 1);
        assert_eq!(bands[0]["exhausted"], true, "{first} {second}");
        assert_eq!(bands[0]["bands"][0]["allowed_s"], 36_000);
    }
}
