//! One lot of 100,000 packs, made, packed onto pallets, shipped, received and partly dispensed: how
//! long it takes to reconcile it and to say who has to be told of its recall. The yardstick is
//! looking at each pack by itself.

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Epc, Lot};
use rules::views::trace::TRACE_NODES_MAX;
use rules::{Engine, Fact, Profile, TraceAsk};

use crate::chain::{Chain, gln, gtin, pack_numbered, place, sscc};
use crate::measure::{figure, timed};

const PACKS: u64 = 100_000;
const PALLET_PACKS: u64 = 1_000;
/// One pack in so many is dispensed.
const DISPENSED: u64 = 10;
const DAY_1_MS: i64 = 1_772_323_200_000;
/// Runs of which the median is told.
const RUNS: usize = 5;
const HOUR_MS: i64 = 3_600_000;

pub(crate) fn bench() {
    let mut chain = Chain::default();
    let mut engine = Engine::new(Profile::default());
    for record in chain.masters() {
        engine.apply(&record);
    }
    let lot = Lot::parse("BIG").expect("a lot");
    fill(&mut chain, &mut engine, &lot);
    let (_, each) = timed(|| {
        let packs = (0..PACKS).map(pack_numbered);
        packs
            .map(|pack| engine.parties_of(&pack).len())
            .sum::<usize>()
    });
    let yard = each.as_secs_f64() * 1_000.0;
    let (view, took) = timed(|| engine.lot(&gtin(), &lot).expect("a lot"));
    assert_eq!(view.made, view.located + view.terminal + view.unknown);
    assert_eq!(view.made, usize::try_from(PACKS).expect("few"));
    let baseline = Some(("each pack by itself, ms", yard));
    figure(
        "lot reconciled, 100,000 packs",
        took.as_secs_f64() * 1_000.0,
        "ms",
        baseline,
    );
    let (scope, took) = timed(|| engine.recall_scope(&gtin(), &lot).expect("a lot"));
    assert_eq!(scope.made, view.made);
    figure(
        "scope of a recall, 100,000 packs",
        took.as_secs_f64() * 1_000.0,
        "ms",
        baseline,
    );
    trace(&engine, &lot, view.made);
}

/// The trace against the reconciliation of the same lot, each the median of some runs.
fn trace(engine: &Engine, lot: &Lot, made: usize) {
    let median = |run: &dyn Fn() -> usize| {
        let mut all: Vec<f64> = (0..RUNS)
            .map(|_| {
                let (packs, took) = timed(run);
                assert_eq!(packs, made);
                took.as_secs_f64() * 1_000.0
            })
            .collect();
        all.sort_by(f64::total_cmp);
        all.get(RUNS / 2).copied().unwrap_or_default()
    };
    let ask = TraceAsk {
        nodes: TRACE_NODES_MAX,
        ..TraceAsk::default()
    };
    let reconciled = median(&|| engine.lot(&gtin(), lot).expect("a lot").made);
    let traced = median(&|| {
        let trace = engine.lot_trace(&gtin(), lot, &ask, None);
        trace.expect("a lot").sum.made
    });
    let opened = median(&|| {
        let units = engine.lot_units(&gtin(), lot, None, None);
        units.expect("a lot").packs
    });
    let baseline = Some(("the lot reconciled, ms", reconciled));
    figure("lot traced, 100,000 packs", traced, "ms", baseline);
    figure(
        "what its packs are in, 100,000 packs",
        opened,
        "ms",
        baseline,
    );
}

/// Everything that happens to the lot.
fn fill(chain: &mut Chain, engine: &mut Engine, lot: &Lot) {
    let expiry = "2028-12-31".parse().expect("a day");
    let mut say = |party: u64, hours: i64, event: gs1::epcis::EventBuilder| {
        let event = event
            .with_read_point(&place(party))
            .with_biz_location(&place(party));
        let event = event.build().expect("an event");
        let record = chain.record(
            Some(&gln(party)),
            DAY_1_MS + hours * HOUR_MS,
            Fact::Event(event),
        );
        engine.apply(&record);
    };
    let at = |hours: i64| DAY_1_MS + hours * HOUR_MS;
    for pallet in 0..PACKS / PALLET_PACKS {
        let first = pallet * PALLET_PACKS;
        let packs: Vec<Epc> = (first..first + PALLET_PACKS).map(pack_numbered).collect();
        let unit = sscc(1_000_000 + pallet);
        let made = Event::object(Action::Add, packs.clone(), at(0), BizStep::Commissioning);
        say(0, 0, made.with_ilmd(lot, expiry));
        let packed = Event::aggregation(Action::Add, &unit, packs, at(1), BizStep::Packing);
        say(0, 1, packed);
        let shipped = Event::object(Action::Observe, [unit.clone()], at(2), BizStep::Shipping);
        say(0, 2, shipped);
        let received = Event::object(Action::Observe, [unit], at(26), BizStep::Receiving);
        say(1, 26, received);
    }
    let dispensed: Vec<Epc> = (0..PACKS)
        .filter(|number| number % DISPENSED == 0)
        .map(pack_numbered)
        .collect();
    for some in dispensed.chunks(100) {
        let event = Event::object(Action::Delete, some.to_vec(), at(40), BizStep::Dispensing);
        say(1, 40, event);
    }
}
