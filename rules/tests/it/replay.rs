//! Properties of the fold over records nobody would write by hand: any interleaving of the cast's
//! doings, with late, doubled and taken-back events.

use gs1::BizStep;
use gs1::epcis::{Action, Event};
use proptest::prelude::*;
use rules::{Counter, Decision, Engine, Fact, FindingStatus, Frozen, Part, Profile, Record};

use super::cast::{self, Clerk};

const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Clone)]
pub(crate) struct Doing {
    verb: u8,
    subject: u8,
    other: u8,
    actor: u8,
    hour: u16,
}

pub(crate) fn doing() -> impl Strategy<Value = Doing> {
    (0_u8..14, 0_u8..6, 0_u8..4, 0_u8..5, 0_u16..400).prop_map(
        |(verb, subject, other, actor, hour)| Doing {
            verb,
            subject,
            other,
            actor,
            hour,
        },
    )
}

fn fact(doing: &Doing, earlier: &[Event]) -> Fact {
    let actor = ['M', 'W', 'P', 'Q', 'X'][usize::from(doing.actor)];
    let pack = format!("p{}", doing.subject);
    let unit = format!("s{}", doing.other);
    let at_ms = i64::from(doing.hour) * 3_600_000;
    let object = |action, subject: &str, step: &str| {
        cast::object(action, subject, at_ms, BizStep::parse(step).unwrap(), actor)
    };
    let group = |action, children: &str, step: &str| {
        let (parent, step) = (cast::thing(&unit), BizStep::parse(step).unwrap());
        Event::aggregation(action, &parent, cast::things(children), at_ms, step)
            .with_biz_location(&cast::place_of(actor))
    };
    let (add, observe, delete) = (Action::Add, Action::Observe, Action::Delete);
    let builder = match doing.verb {
        0 => {
            let lot = gs1::Lot::parse("L1").unwrap();
            object(add, &pack, "commissioning").with_ilmd(&lot, "2026-06-30".parse().unwrap())
        }
        1 => group(add, &pack, "packing"),
        2 => group(delete, &pack, "unpacking"),
        3 => group(delete, "", "unpacking"),
        4 => group(add, &format!("s{}", doing.subject % 4), "packing"),
        5 => object(observe, &unit, "shipping"),
        6 => object(observe, &unit, "receiving"),
        7 => object(observe, &pack, "shipping"),
        8 => object(observe, &pack, "receiving"),
        9 => object(delete, &pack, "dispensing"),
        10 => {
            let readings = ["5 5 5", "5 9 5", "5 - - - 5", "1 1"][usize::from(doing.other)];
            object(observe, &unit, "sensor_reporting")
                .with_sensor_element(&cast::sensor_element(at_ms, readings))
        }
        11 => return Fact::Decision(cast::recall("L1")),
        12 => {
            let (subject, reason) = (cast::thing(&unit), "seen".to_owned());
            return Fact::Decision(Decision::QaRelease { subject, reason });
        }
        _ => return taken_back(doing, earlier).unwrap_or(Fact::Decision(cast::recall("L2"))),
    };
    Fact::Event(builder.build().unwrap())
}

/// An earlier event, doubled or declared wrong.
fn taken_back(doing: &Doing, earlier: &[Event]) -> Option<Fact> {
    let event = earlier.get(usize::from(doing.hour) % earlier.len().max(1))?;
    let mut json = event.to_json();
    if doing.other > 1 {
        json["errorDeclaration"] = serde_json::json!({ "declarationTime": "2026-03-01T00:00:00Z" });
    }
    Some(Fact::Event(Event::from_json(&json).unwrap()))
}

pub(crate) fn records(doings: &[Doing]) -> Vec<Record> {
    let mut clerk = Clerk::default();
    let mut records = clerk.masters();
    let mut earlier = Vec::new();
    for doing in doings {
        let actor = ['M', 'W', 'P', 'Q', 'X'][usize::from(doing.actor)];
        let fact = fact(doing, &earlier);
        if let Fact::Event(event) = &fact {
            earlier.push(event.clone());
        }
        records.push(clerk.record(actor, i64::from(doing.hour) * 3_600_000, fact));
    }
    records
}

fn replay(records: &[Record]) -> Engine {
    let mut engine = Engine::new(Profile::default());
    for record in records {
        engine.apply(record);
    }
    engine
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn restore_and_go_on_is_replay_from_zero(
        doings in prop::collection::vec(doing(), 0..60),
        cut in 0_usize..60,
    ) {
        let records = records(&doings);
        let whole = replay(&records);
        prop_assert_eq!(&replay(&records), &whole);
        let cut = cut.min(records.len());
        let mut parts = Engine::restore(&replay(&records[..cut]).snapshot()).unwrap();
        for record in &records[cut..] {
            parts.apply(record);
        }
        prop_assert_eq!(parts.snapshot(), whole.snapshot());
    }

    /// A state is written while the engine goes on, and read in parts: it is the state of the
    /// moment it was frozen at, and goes on as that did.
    #[test]
    fn frozen_thawed_and_gone_on_is_replay_from_zero(
        doings in prop::collection::vec(doing(), 0..60),
        cut in 0_usize..60,
    ) {
        let records = records(&doings);
        let cut = cut.min(records.len());
        let mut whole = replay(&records[..cut]);
        let (at_cut, frozen) = (whole.snapshot(), whole.frozen());
        for record in &records[cut..] {
            whole.apply(record);
        }
        let written = (0..Frozen::PARTS).map(|part| {
            let mut bytes = Vec::new();
            frozen.write(part, &mut bytes).unwrap();
            bytes
        });
        let written: Vec<_> = written.collect();
        let read = |(part, bytes): (usize, &Vec<u8>)| Part::read(part, bytes).unwrap();
        let mut parts = Engine::thawed(written.iter().enumerate().map(read)).unwrap();
        prop_assert_eq!(parts.snapshot(), at_cut);
        for record in &records[cut..] {
            parts.apply(record);
        }
        prop_assert_eq!(parts.snapshot(), whole.snapshot());
        for missing in 0..Frozen::PARTS {
            let others = written.iter().enumerate().filter(|it| it.0 != missing).map(read);
            prop_assert!(Engine::thawed(others).is_err());
        }
    }

    #[test]
    fn lots_always_add_up_and_answers_are_total(
        doings in prop::collection::vec(doing(), 0..60),
        now in 0_i64..60,
    ) {
        let engine = replay(&records(&doings));
        for (gtin, lot) in engine.lots() {
            let view = engine.lot(gtin, lot).unwrap();
            prop_assert_eq!(view.made, view.located + view.terminal + view.unknown);
            prop_assert_eq!(view.located, view.holders.iter().map(|h| h.count).sum::<usize>());
            prop_assert_eq!(engine.lot_packs(gtin, lot, 0, usize::MAX).len(), view.made);
        }
        for i in 0..6 {
            let gs1::Epc::Sgtin(pack) = cast::thing(&format!("p{i}")) else { unreachable!() };
            let text = format!("(01){}(21){}", pack.gtin, pack.serial);
            let scan = gs1::scan::parse(&text).unwrap();
            let counter = Counter { now_ms: now * DAY_MS, party: None, location: None };
            let verdict = rules::verdict::judge(&engine, &scan, &counter);
            let made = engine.pack(&pack).is_some_and(|pack| pack.status != "unknown");
            prop_assert!(made || verdict.verdict == rules::Class::DoNotDispense);
            let grave = verdict.findings.iter().any(|finding| {
                finding.status == FindingStatus::Open && finding.severity >= rules::Severity::S2
            });
            prop_assert!(!(grave && verdict.verdict == rules::Class::Genuine));
            engine.history(&pack.clone().into());
            engine.cold_chain(&pack);
        }
        for i in 0..4 {
            let unit = cast::thing(&format!("s{i}"));
            engine.shipment(&unit);
            engine.contents_of(&unit);
            engine.containers_of(&unit);
        }
    }

    #[test]
    fn findings_are_resolved_and_never_deleted(
        doings in prop::collection::vec(doing(), 0..60),
    ) {
        let mut engine = Engine::new(Profile::default());
        let mut ever = std::collections::BTreeSet::new();
        for record in records(&doings) {
            ever.extend(engine.apply(&record).into_iter().map(|finding| finding.id));
        }
        for id in &ever {
            prop_assert!(engine.finding(id).is_some());
        }
        prop_assert_eq!(engine.findings().count(), ever.len());
    }

    #[test]
    fn a_record_seen_before_changes_nothing(
        doings in prop::collection::vec(doing(), 1..40),
        again in 0_usize..40,
    ) {
        let records = records(&doings);
        let mut engine = replay(&records);
        let record = &records[again % records.len()];
        if let Fact::Event(event) = &record.fact {
            let before: Vec<_> = engine.findings().collect();
            prop_assume!(event.error_declaration.is_none());
            prop_assert!(engine.apply(record).is_empty());
            prop_assert_eq!(engine.findings().collect::<Vec<_>>(), before);
        }
    }

    #[test]
    fn a_damaged_snapshot_is_refused_or_read_but_never_panics(
        doings in prop::collection::vec(doing(), 0..10),
        at in any::<prop::sample::Index>(),
        bits in 1_u8..=255,
    ) {
        let mut bytes = replay(&records(&doings)).snapshot();
        let at = at.index(bytes.len());
        bytes[at] ^= bits;
        drop(Engine::restore(&bytes));
        prop_assert!(Engine::restore(&bytes[..at]).is_err());
        bytes.push(0);
    }
}
