//! Questions about packs that nobody made, and what they cost everybody after: the next question,
//! the next hit of the same counter, the next commissioning of the product. The yardstick of each
//! is the same record where nobody has asked such questions.

use gs1::epcis::{Action, Event};
use gs1::{BizStep, Epc, Lot};
use rules::{Engine, Fact, Profile, Purpose, Verification};

use crate::chain::{Chain, gln, pack_numbered, place};
use crate::measure::{figure, timed};

/// Records of each sort that are measured.
const TIMES: u64 = 2_000;
const MADE: u64 = 10_000;
/// Numbers from here on are never made.
const UNMADE: u64 = 5_000_000;
const DAY_2_MS: i64 = 1_772_409_600_000;

pub(crate) fn bench() {
    let (mut quiet, mut chain) = (Engine::new(Profile::default()), Chain::default());
    for record in chain.masters() {
        quiet.apply(&record);
    }
    make(&mut chain, &mut quiet, 0, MADE / 100);
    let mut doubted = quiet.clone();
    let hit = |number: u64| pack_numbered(number % MADE);
    let miss = |number: u64| pack_numbered(UNMADE + number);
    let plain = ask(&mut chain, &mut quiet, hit);
    let made = make(&mut chain, &mut quiet, MADE, TIMES / 100);
    let doubtful = ask(&mut chain, &mut doubted, miss);
    let after = ask(&mut chain, &mut doubted, hit);
    let made_after = make(&mut chain, &mut doubted, MADE, TIMES / 100);
    let a_hit = Some(("about a pack that was made, us", plain));
    figure("question about a pack nobody made", doubtful, "us", a_hit);
    figure("question after 2,000 of those", after, "us", a_hit);
    let before = Some(("before anybody asked, us", made));
    figure(
        "100 packs made after 2,000 of those",
        made_after,
        "us",
        before,
    );
}

/// Microseconds a question.
fn ask(chain: &mut Chain, engine: &mut Engine, pack: impl Fn(u64) -> Epc) -> f64 {
    let records: Vec<_> = (0..TIMES)
        .filter_map(|number| {
            let at_ms = DAY_2_MS + i64::try_from(number).expect("few") * 1_000;
            let Epc::Sgtin(sgtin) = pack(number) else {
                return None;
            };
            let fact = Fact::Verification(Verification {
                scan: format!("(01){}(21){}(10)BIG", sgtin.gtin, sgtin.serial),
                at_ms,
                location: Some(place(3)),
                answer: None,
                purpose: Purpose::Dispense,
                maker: None,
            });
            Some(chain.record(Some(&gln(3)), at_ms, fact))
        })
        .collect();
    each(engine, &records)
}

/// Microseconds a commissioning of 100 packs.
fn make(chain: &mut Chain, engine: &mut Engine, first: u64, events: u64) -> f64 {
    let lot = Lot::parse("BIG").expect("a lot");
    let expiry = "2028-12-31".parse().expect("a day");
    let records: Vec<_> = (0..events)
        .map(|number| {
            let at = first + number * 100;
            let packs: Vec<Epc> = (at..at + 100).map(pack_numbered).collect();
            let event = Event::object(Action::Add, packs, DAY_2_MS, BizStep::Commissioning);
            let event = event
                .with_ilmd(&lot, expiry)
                .with_read_point(&place(0))
                .with_biz_location(&place(0));
            let fact = Fact::Event(event.build().expect("an event"));
            chain.record(Some(&gln(0)), DAY_2_MS, fact)
        })
        .collect();
    each(engine, &records)
}

fn each(engine: &mut Engine, records: &[rules::Record]) -> f64 {
    let ((), took) = timed(|| {
        for record in records {
            engine.apply(record);
        }
    });
    took.as_secs_f64() * 1e6 / records.len() as f64
}
