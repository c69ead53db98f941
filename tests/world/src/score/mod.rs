//! The rules on a world: every record goes through the engine, every visit is judged as a counter
//! would, and at the end what was found is held against what was planted. Beside it a check of
//! states alone judges the same visits.

mod baseline;
mod findings;
mod table;
mod visits;

use rules::{Counter, Engine, Profile, Verdict, verdict};

use crate::world::{Params, Step, Truth, Visit, World};
use baseline::Baseline;
pub use findings::{Findings, RuleTally};
pub use visits::Visits;

/// What came of it.
#[derive(Debug)]
pub struct Score {
    /// The world.
    pub params: Params,
    /// Records the engine was told.
    pub records: u64,
    /// What happened at the counters.
    pub visits: Visits,
    /// What the rules found.
    pub findings: Findings,
}

/// Plays a world through the rules.
pub fn play(params: Params) -> Score {
    let mut world = World::new(params);
    let mut engine = Engine::new(Profile::default());
    let mut baseline = Baseline::default();
    let (mut visits, mut findings) = (Visits::default(), Findings::default());
    let mut records = 0;
    while let Some(step) = world.advance() {
        match step {
            Step::Record(record) => {
                records += 1;
                baseline.learn(&record.fact);
                findings.note(&engine.apply(&record));
            }
            Step::Visit(visit) => {
                let mut told = |text: &str| {
                    let verdict = ask(&engine, &world, &visit, text);
                    if !visit.offline {
                        let asked = world.asked(&visit, text, &visits::code(&verdict));
                        findings.note(&engine.apply(&asked));
                    }
                    verdict
                };
                let first = told(&visit.text);
                let clean = visit.fault.map(|_| told(&visit.clean));
                let plain = baseline.stops(&visit);
                let (alarms, passes) = (visits.alarms, visits.passes_over_gaps);
                let dispensed = visits.note(&visit, &first, clean.as_ref(), plain);
                let missed =
                    dispensed && matches!(visit.truth, Truth::Planted(kind) if kind.is_fake());
                if missed || (alarms, passes) != (visits.alarms, visits.passes_over_gaps) {
                    visits.explain(
                        &visit,
                        clean.as_ref().unwrap_or(&first),
                        &history(&engine, &visit),
                    );
                }
                world.answer(visit, dispensed);
            }
        }
    }
    findings.hold_against(world.planted(), &visits);
    Score {
        params: world.params.clone(),
        records,
        visits,
        findings,
    }
}

/// What is on record of the pack of a visit, a line each.
fn history(engine: &Engine, visit: &Visit) -> String {
    let epc = gs1::Epc::parse(&visit.subject).expect("an identifier");
    let entries = engine.history(&epc).into_iter();
    let lines = entries.map(|it| format!("    {} {} {:?}", it.time, it.sentence, it.parent));
    lines.collect::<Vec<_>>().join("\n")
}

/// What the counter says to a text.
fn ask(engine: &Engine, world: &World, visit: &Visit, text: &str) -> Verdict {
    let site = &world.atlas.sites[visit.site];
    let counter = Counter {
        now_ms: visit.at_ms,
        party: Some(site.party.clone()),
        location: Some(site.place.clone()),
    };
    verdict::judge_text(engine, text, &counter)
}
