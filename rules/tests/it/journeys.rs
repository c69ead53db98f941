//! A container travels more than once: each journey has the contents, the ways, the temperatures
//! and the receipt of its own time, whatever becomes of the goods later.

use std::collections::BTreeSet;

use rules::views::shipment::ShipmentView;
use rules::{Engine, Profile, Record};

use super::cast;
use super::scenario::{self, DAY_1_MS};

const HOUR_MS: i64 = 3_600_000;

/// The records of some rows, and the engine that read them.
fn played(rows: &str) -> (Vec<Record>, Engine) {
    let scenario = scenario::parse(&format!("== journeys\n{rows}")).remove(0);
    let records = scenario.play();
    let mut engine = Engine::new(Profile::default());
    for record in &records {
        engine.apply(record);
    }
    (records, engine)
}

/// Milliseconds of an hour of a day, day 1 being the first.
fn at(day: i64, hour: i64) -> i64 {
    DAY_1_MS + ((day - 1) * 24 + hour) * HOUR_MS
}

fn ids(words: &str) -> Vec<String> {
    let mut ids: Vec<String> = cast::things(words)
        .iter()
        .map(gs1::Epc::canonical)
        .collect();
    ids.sort();
    ids
}

fn inside(view: &ShipmentView) -> Vec<String> {
    let mut ids: Vec<String> = view.contents.iter().map(|it| it.id.clone()).collect();
    ids.sort();
    ids
}

fn ends(view: &ShipmentView) -> Vec<(Option<&str>, Option<&str>, bool)> {
    let name = |party: &Option<rules::PartyRef>| party.as_ref().map(|it| it.gln.clone());
    let legs = view.legs.iter();
    let named = legs.map(|leg| (name(&leg.from), name(&leg.to), leg.received_at.is_some()));
    let letter = |gln: Option<String>| {
        let mut all = ["M", "W", "P"].into_iter();
        all.find(|letter| gln == letter.chars().next().map(cast::gln_of))
    };
    named
        .map(|(from, to, came)| (letter(from), letter(to), came))
        .collect()
}

/// Two of four come; the pallet is disbanded, filled anew with those two and a third of the
/// wholesaler's own, goes on, and gets warm.
const TWICE: &str = "
1 08:00 | M | commission lot=L1 | p1..p4 |
1 08:00 | M | commission lot=L2 | p5     |
1 09:00 | M | ship W            | p5     |
1 11:00 | M | pack s1           | p1..p4 |
1 12:00 | M | ship W            | s1     |
1 12:00 | M | measure 5x24      | s1     |
1 16:00 | W | receive           | p1 p2  |
1 16:00 | W | receive           | p5     |
2 08:00 | W | unpack s1         |        |
2 09:00 | W | pack s1           | p1 p2 p5 |
2 10:00 | W | ship P            | s1     |
2 10:00 | W | measure 5x6 25x12 5x6 | s1 | T01:S2 T04:S2 T08:S2
3 14:00 | P | receive           | s1     | T08:S2
";

#[test]
fn each_journey_has_the_contents_ways_and_temperatures_of_its_time() {
    let (_, engine) = played(TWICE);
    let s1 = cast::thing("s1");
    let first = engine.journey(&s1, &[at(1, 12)]).unwrap();
    assert_eq!(inside(&first), ids("p1..p4"));
    assert_eq!(first.packs, 4);
    assert_eq!(ends(&first), [(Some("M"), Some("W"), false)]);
    assert_eq!(first.cold_chain.readings_total, 24);
    assert!(
        first.cold_chain.excursions.is_empty(),
        "{:?}",
        first.cold_chain.status
    );
    let second = engine.journey(&s1, &[at(2, 10)]).unwrap();
    assert_eq!(inside(&second), ids("p1 p2 p5"));
    assert_eq!(ends(&second), [(Some("W"), Some("P"), true)]);
    assert_eq!(second.cold_chain.status, "excursion");
    assert_eq!(second.cold_chain.readings_total, 24);
    for (view, shipped) in [(&first, at(1, 12)), (&second, at(2, 10))] {
        let all = engine.readings_on(&s1, &[shipped]);
        let count: usize = all.iter().map(|series| series.readings.len()).sum();
        assert_eq!(count, view.cold_chain.readings_total);
    }
    // A paper that both journeys went under, and a thing nobody named.
    let both = engine.journey(&s1, &[at(1, 12), at(2, 10)]).unwrap();
    assert_eq!(ends(&both).len(), 2);
    assert_eq!(both.cold_chain.readings_total, 48);
    assert_eq!(inside(&both), ids("p1 p2 p5"));
    assert!(engine.journey(&s1, &[]).is_none());
    assert!(engine.journey(&cast::thing("s7"), &[at(1, 12)]).is_none());
    assert_eq!(engine.last_shipped(&s1), Some(at(2, 10)));
    assert_eq!(engine.last_shipped(&cast::thing("p5")), Some(at(2, 10)));
}

#[test]
fn what_came_on_a_later_journey_did_not_come_on_this_one() {
    let (_, engine) = played(TWICE);
    let came = |word: &str, day, hour| {
        let nothing = BTreeSet::new();
        engine.arrival(&cast::thing(word), at(day, hour), &nothing)
    };
    let first = ["p1", "p2", "p3", "p4"].map(|it| came(it, 1, 12));
    assert_eq!(first, [Some(true), Some(true), None, None]);
    assert_eq!(
        ["p1", "p5"].map(|it| came(it, 2, 10)),
        [Some(false), Some(false)]
    );
    assert_eq!(came("p5", 1, 9), Some(true));
    assert_eq!(came("p9", 1, 12), None);
}

/// The pallet goes on as it is, short of two: they ride along on paper and have not come.
#[test]
fn what_is_missing_stays_missing_when_its_container_goes_on() {
    let (records, engine) = played(
        "
1 08:00 | M | commission lot=L1 | p1..p4 |
1 09:00 | M | pack s1           | p1..p4 |
1 12:00 | M | ship W            | s1     |
1 16:00 | W | receive           | p1 p2  |
2 10:00 | W | ship P            | s1     |
3 14:00 | P | receive           | s1     |
",
    );
    let came = |receipts: &BTreeSet<u64>| {
        ["p1", "p3"].map(|it| engine.arrival(&cast::thing(it), at(1, 12), receipts))
    };
    assert_eq!(came(&BTreeSet::new()), [Some(true), None]);
    // Unless the receipt is known to be of this journey: its paper says so.
    let last = records.last().unwrap().stamp.position;
    assert_eq!(came(&BTreeSet::from([last])), [Some(true), Some(false)]);
}

/// A carrier's own shipment on the way to the same receiver is part of the journey.
#[test]
fn a_journey_goes_on_with_a_carrier_to_the_same_receiver() {
    let (_, engine) = played(
        "
1 08:00 | M | commission lot=L1 | p1     |
1 09:00 | M | pack s1           | p1     |
1 12:00 | M | ship W            | s1     |
1 14:00 | T | ship W            | s1     | C14:S3
2 16:00 | W | receive           | s1     |
",
    );
    let view = engine.journey(&cast::thing("s1"), &[at(1, 12)]).unwrap();
    assert_eq!(view.legs.len(), 2);
    assert_eq!(view.legs[1].received_at, Some(at(2, 16)));
    let nothing = BTreeSet::new();
    let came = engine.arrival(&cast::thing("p1"), at(1, 12), &nothing);
    assert_eq!(came, Some(false));
}
