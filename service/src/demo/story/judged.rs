//! The story told to the rules themselves, without network or ledger: every planted case must be
//! caught for its own reason, and not one of the other packs may be suspected.

use std::collections::BTreeMap;

use gs1::epcis::parse_document;
use rules::verdict::{Counter, judge};
use rules::{Engine, Fact, MasterData, Party, Profile, Record, Stamp, Verdict};

use super::*;

const NOW_MS: i64 = 1_790_000_000_000;

/// Tells the steps to an engine, one record after the other, as a ledger would order them.
struct Teller {
    engine: Engine,
    position: u64,
}

impl Teller {
    fn of(story: &Story) -> Self {
        let mut teller = Self {
            engine: Engine::new(Profile::default()),
            position: 0,
        };
        for actor in Actor::ALL {
            // The node tells the ledger of its parties when they are registered.
            teller.tell(None, Fact::Master(MasterData::Party(party(actor))));
        }
        for step in story.chapters.iter().flat_map(|chapter| &chapter.steps) {
            teller.step(step);
        }
        teller.step(&story.arrival.readings(NOW_MS));
        teller
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::MasterData { records } => {
                for record in records {
                    let record = serde_json::from_value(record.clone()).unwrap();
                    self.tell(None, Fact::Master(record));
                }
            }
            Step::Capture {
                actor, document, ..
            } => self.document(document, *actor),
            Step::Readings { events, .. } => {
                let document = script::document(events, NOW_MS);
                self.document(&document, Actor::Manufacturer);
            }
            Step::Decision { actor, body } => {
                let decision = serde_json::from_value(body.clone()).unwrap();
                self.tell(Some(*actor), Fact::Decision(decision));
            }
        }
    }

    fn document(&mut self, document: &Value, actor: Actor) {
        let document = parse_document(document.to_string().as_bytes()).unwrap();
        for event in document.events {
            self.tell(Some(actor), Fact::Event(event));
        }
    }

    fn tell(&mut self, actor: Option<Actor>, fact: Fact) {
        self.position += 1;
        let mut block = [0; 32];
        block[..8].copy_from_slice(&self.position.to_be_bytes());
        let stamp = Stamp {
            position: self.position,
            block,
            item: 0,
            recorded_ms: NOW_MS,
            actor: actor.map(Actor::gln),
            device: None,
        };
        self.engine.apply(&Record { stamp, fact });
    }

    fn ask(&self, scan: &str, actor: Actor) -> Verdict {
        let scan = gs1::scan::parse(scan).unwrap();
        let at = Counter {
            now_ms: NOW_MS,
            party: Some(actor.gln()),
            location: None,
        };
        judge(&self.engine, &scan, &at)
    }
}

fn party(actor: Actor) -> Party {
    Party {
        gln: gs1::Gln::parse(&actor.gln()).unwrap(),
        name: actor.name().to_owned(),
        role: actor.role().to_owned(),
    }
}

fn class(verdict: &Verdict) -> String {
    serde_json::to_value(verdict).unwrap()["verdict"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn every_pack_gets_the_verdict_that_was_planted_and_no_other() {
    for (seed, packs) in [(1, 1_000), (2, 10), (3, 137), (4, 300)] {
        let story = Story::new(seed, NOW_MS, packs);
        let teller = Teller::of(&story);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for pack in &story.packs {
            let verdict = teller.ask(&story.scan(pack), Actor::Regulator);
            let expected = match pack.fate {
                fate if fate.is_sound() => "genuine",
                Fate::Warmed => "hold",
                _ => "do_not_dispense",
            };
            assert_eq!(
                class(&verdict),
                expected,
                "seed {seed}: {pack:?}: {verdict:#?}"
            );
            if let Fate::Dispensed(at) = pack.fate {
                let again = teller.ask(&story.scan(pack), at);
                assert_eq!(class(&again), "seen_here", "seed {seed}: {pack:?}");
            }
            *seen.entry(expected.to_owned()).or_default() += 1;
        }
        assert_eq!(seen.len(), 3, "{seen:?}");
        let unknown = teller.ask(&story.unknown_scan(), Actor::PharmacyA);
        assert_eq!(class(&unknown), "do_not_dispense", "{unknown:#?}");
    }
}

#[test]
fn each_planted_case_is_caught_for_its_own_reason() {
    let story = Story::new(1, NOW_MS, 200);
    let teller = Teller::of(&story);
    let code = |scan: &str| {
        let verdict = serde_json::to_value(teller.ask(scan, Actor::PharmacyB)).unwrap();
        verdict["code"].as_str().unwrap().to_owned()
    };
    let planted = |wanted: Fate| story.scan(story.first(|fate| fate == wanted).unwrap());
    let codes = [
        code(&planted(Fate::Copied)),
        code(&story.unknown_scan()),
        code(&planted(Fate::Recalled)),
        code(&planted(Fate::Warmed)),
    ];
    assert_eq!(
        codes,
        [
            "SUSPECT",
            "UNKNOWN_SERIAL",
            "RECALLED",
            "COLD_CHAIN_EXCURSION"
        ]
    );
}
