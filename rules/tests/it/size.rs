//! A big lot: what a pack costs, and that the answers about 100,000 of them are right.

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Epc, Gtin, Lot, Serial, Sgtin};
use rules::{Counter, Engine, Fact, Profile};

use super::cast::{self, Clerk, FRIDGE};

const CASES: u32 = 100;
const PACKS_IN_A_CASE: u32 = 1_000;
const HOUR_MS: i64 = 3_600_000;

fn pack(case: u32, number: u32) -> Epc {
    let serial = Serial::parse(&format!("{case:03}{number:07}XYZ")).unwrap();
    Epc::Sgtin(Sgtin::new(Gtin::parse(FRIDGE).unwrap(), serial))
}

/// One lot of 100 cases of 1,000 packs on one pallet, shipped, measured, received and one case
/// opened.
fn engine() -> Engine {
    let mut clerk = Clerk::default();
    let mut engine = Engine::new(Profile::default());
    let lot = Lot::parse("BIG").unwrap();
    let mut apply = |actor, hour: i64, event: Event| {
        let findings = engine.apply(&clerk.record(actor, hour * HOUR_MS, Fact::Event(event)));
        assert!(findings.is_empty(), "{findings:?}");
    };
    for case in 0..CASES {
        let packs = || (0..PACKS_IN_A_CASE).map(|number| pack(case, number));
        let made = Event::object(Action::Add, packs(), 0, BizStep::Commissioning)
            .with_biz_location(&cast::place_of('M'))
            .with_ilmd(&lot, "2027-12-31".parse().unwrap());
        apply('M', 0, made.build().unwrap());
        let unit = cast::thing(&format!("s{case}"));
        let packed = Event::aggregation(Action::Add, &unit, packs(), HOUR_MS, BizStep::Packing);
        apply('M', 1, packed.build().unwrap());
    }
    let cases = (0..CASES).map(|case| cast::thing(&format!("s{case}")));
    let pallet = cast::thing("s999");
    let step = BizStep::Packing;
    let packed = Event::aggregation(Action::Add, &pallet, cases, 2 * HOUR_MS, step);
    apply('M', 2, packed.build().unwrap());
    let observed =
        |hour: i64, step, place| cast::object(Action::Observe, "s999", hour * HOUR_MS, step, place);
    apply('M', 3, observed(3, BizStep::Shipping, 'M').build().unwrap());
    for reading in 0..144 {
        let at_ms = 3 * HOUR_MS + reading * 600_000;
        let event = Event::object(
            Action::Observe,
            [pallet.clone()],
            at_ms,
            BizStep::parse("sensor_reporting").unwrap(),
        );
        let event = event.with_sensor_element(&cast::sensor_element(at_ms, "5"));
        apply('M', 4, event.build().unwrap());
    }
    apply(
        'W',
        27,
        observed(27, BizStep::Receiving, 'W').build().unwrap(),
    );
    engine
}

#[test]
fn a_hundred_thousand_packs_are_no_burden() {
    let engine = engine();
    let (gtin, lot) = (Gtin::parse(FRIDGE).unwrap(), Lot::parse("BIG").unwrap());
    let view = engine.lot(&gtin, &lot).unwrap();
    let all = usize::try_from(CASES * PACKS_IN_A_CASE).unwrap();
    assert_eq!((view.made, view.located, view.unknown), (all, all, 0));
    assert_eq!(view.holders[0].party, cast::gln_of('W'));
    let shipment = engine.shipment(&cast::thing("s999")).unwrap();
    assert_eq!((shipment.packs, shipment.legs.len()), (all, 1));
    assert_eq!(shipment.cold_chain.status, "within");
    let Epc::Sgtin(one) = pack(7, 7) else {
        unreachable!()
    };
    let scan = gs1::scan::parse(&format!("(01){}(21){}(10)BIG", one.gtin, one.serial)).unwrap();
    let counter = Counter {
        now_ms: 48 * HOUR_MS,
        party: None,
        location: None,
    };
    let verdict = rules::verdict::judge(&engine, &scan, &counter);
    assert_eq!(verdict.verdict, rules::Class::Genuine);
    assert_eq!(verdict.pack.cold_chain.as_deref(), Some("within"));
    let bytes = engine.snapshot().len();
    assert!(
        bytes / all < 200,
        "{} bytes of snapshot for each pack",
        bytes / all
    );
}
