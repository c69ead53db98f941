//! The rules on a world: every record goes through the engine, every visit is judged as a counter
//! would, and at the end what was found is held against what was planted. Beside it a check of
//! states alone judges the same visits.

mod baseline;
mod findings;
mod table;
mod visits;

use rules::{Counter, Engine, Profile, Verdict, verdict};

use crate::world::{Params, Step, Visit, World};
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
                let first = ask(&engine, &world, &visit, &visit.text);
                let clean = visit
                    .fault
                    .map(|_| ask(&engine, &world, &visit, &visit.clean));
                let plain = baseline.stops(&visit);
                let dispensed = visits.note(&visit, &first, clean.as_ref(), plain);
                world.answer(visit, dispensed);
            }
        }
    }
    findings.hold_against(world.planted());
    Score {
        params: world.params.clone(),
        records,
        visits,
        findings,
    }
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
