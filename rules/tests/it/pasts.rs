//! What packs have in common is folded once and kept for the next of them. An engine that was just
//! restored keeps nothing, so it is the oracle: whatever happens to the packs of one case, in
//! whatever order it is told, both say the same and hold the same bytes.

use gs1::BizStep;
use gs1::epcis::{Action, Event};
use proptest::prelude::*;
use rules::{Engine, Fact, Location, MasterData, Profile, Record};

use super::cast::{self, Clerk};

const HOUR_MS: i64 = 3_600_000;
const PACKS: &str = "p1..p6";

/// A verb, a pack, who does it, and when.
type Doing = (u8, u8, u8, u8);

fn doing() -> impl Strategy<Value = Doing> {
    (0_u8..16, 1_u8..7, 0_u8..4, 0_u8..40)
}

fn object(action: Action, subject: &str, hour: i64, step: &str, actor: char) -> Event {
    let step = BizStep::parse(step).unwrap();
    let built = cast::object(action, subject, hour * HOUR_MS, step, actor);
    built.build().unwrap()
}

fn group(action: Action, (unit, children): (&str, &str), hour: i64, actor: char) -> Event {
    let step = if action == Action::Add {
        "packing"
    } else {
        "unpacking"
    };
    let (step, parent) = (BizStep::parse(step).unwrap(), cast::thing(unit));
    Event::aggregation(
        action,
        &parent,
        cast::things(children),
        hour * HOUR_MS,
        step,
    )
    .with_biz_location(&cast::place_of(actor))
    .build()
    .unwrap()
}

/// Six packs made, packed into a case and the case onto a pallet.
fn packed() -> Vec<Event> {
    let lot = gs1::Lot::parse("L1").unwrap();
    let step = BizStep::parse("commissioning").unwrap();
    let made = cast::object(Action::Add, PACKS, 0, step, 'M')
        .with_ilmd(&lot, "2026-06-30".parse().unwrap())
        .build()
        .unwrap();
    vec![
        made,
        group(Action::Add, ("s1", PACKS), 1, 'M'),
        group(Action::Add, ("s2", "s1"), 2, 'M'),
    ]
}

fn fact(doing: Doing, earlier: &[Event]) -> Fact {
    let (verb, pack, actor, hour) = doing;
    let actor = ['M', 'W', 'P', 'Q'][usize::from(actor)];
    let (pack, hour) = (format!("p{pack}"), 3 + i64::from(hour));
    let (observe, delete) = (Action::Observe, Action::Delete);
    Fact::Event(match verb {
        0 => object(observe, "s2", hour, "shipping", actor),
        1 => object(observe, "s2", hour, "receiving", actor),
        2 => group(delete, ("s2", "s1"), hour, actor),
        3 => object(observe, "s1", hour, "shipping", actor),
        4 => object(observe, "s1", hour, "receiving", actor),
        5 => group(delete, ("s1", PACKS), hour, actor),
        6 => group(delete, ("s1", ""), hour, actor),
        7 => object(observe, PACKS, hour, "receiving", actor),
        8 => {
            let party = cast::gln_of(actor);
            return Fact::Master(MasterData::Location(Location {
                id: cast::place_of('P'),
                party,
                name: "moved".to_owned(),
                latitude_e7: None,
                longitude_e7: None,
                country: None,
            }));
        }
        9 => return Fact::Decision(cast::recall("L1")),
        10 => match earlier.get(usize::from(doing.3) % earlier.len()) {
            Some(event) => {
                let mut json = event.to_json();
                json["errorDeclaration"] = serde_json::json!({
                    "declarationTime": "2026-03-20T00:00:00Z",
                });
                Event::from_json(&json).unwrap()
            }
            None => return Fact::Decision(cast::recall("L2")),
        },
        11 => object(observe, &pack, hour, "receiving", actor),
        _ => object(delete, &pack, hour, "dispensing", actor),
    })
}

fn records(doings: &[Doing]) -> Vec<Record> {
    let mut clerk = Clerk::default();
    let mut all = clerk.masters();
    let mut told = packed();
    let masters = all.len();
    for event in &told {
        all.push(clerk.record('M', event.event_time_ms, Fact::Event(event.clone())));
    }
    assert_eq!(all.len(), masters + 3);
    for doing in doings {
        let fact = fact(*doing, &told);
        if let Fact::Event(event) = &fact {
            told.push(event.clone());
        }
        let actor = ['M', 'W', 'P', 'Q'][usize::from(doing.2)];
        all.push(clerk.record(actor, 50 * HOUR_MS, fact));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_kept_says_what_is_folded_anew(
        before in prop::collection::vec(doing(), 0..8),
        after in prop::collection::vec(doing(), 4..24),
    ) {
        let doings: Vec<Doing> = before.into_iter().chain(after).collect();
        let mut engine = Engine::new(Profile::default());
        for record in records(&doings) {
            let mut fresh = Engine::restore(&engine.snapshot()).unwrap();
            prop_assert_eq!(engine.apply(&record), fresh.apply(&record));
            prop_assert_eq!(engine.snapshot(), fresh.snapshot());
        }
    }
}
