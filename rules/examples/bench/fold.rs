//! Records folded a second and what a snapshot takes, on the ordinary chain of [`crate::chain`].
//! Records are made in small groups before the clock runs, so their making does not count. The
//! yardstick is the hash (BLAKE3) of the records' canonical JSON: what any ledger has to do with a
//! record once.

use std::hint::black_box;
use std::time::Duration;

use rules::{Engine, Fact, Frozen, Part, Profile, Record};

use crate::chain::{Chain, LOT_PACKS};
use crate::measure::{figure, timed};

pub(crate) fn bench(packs: u64) {
    let mut chain = Chain::default();
    let mut engine = Engine::new(Profile::default());
    for record in chain.masters() {
        engine.apply(&record);
    }
    let (mut took, mut yard) = (Duration::ZERO, Duration::ZERO);
    let (mut count, mut hashed, mut findings) = (0_usize, 0_usize, 0_usize);
    for number in 0..packs / LOT_PACKS {
        let records = chain.lot(number);
        let (found, time) = timed(|| {
            let each = records.iter().map(|record| engine.apply(record).len());
            each.sum::<usize>()
        });
        findings += found;
        took += time;
        count += records.len();
        if number % 10 == 0 {
            yard += timed(|| hash(&records)).1;
            hashed += records.len();
        }
    }
    assert_eq!(findings, 0, "an ordinary chain says nothing");
    let rate = |count: usize, time: Duration| count as f64 / time.as_secs_f64().max(1e-9);
    let yardstick = ("BLAKE3 of their canonical JSON", rate(hashed, yard));
    figure("fold", rate(count, took), "records/s", Some(yardstick));
    if packs <= 1_000_000 {
        let (bytes, time) = timed(|| engine.snapshot());
        let size = bytes.len() as f64 / packs as f64;
        figure("snapshot", size, "bytes/pack", None);
        figure("snapshot taken", time.as_secs_f64() * 1e3, "ms", None);
        let (again, time) = timed(|| Engine::restore(&bytes).expect("its own snapshot"));
        figure("snapshot restored", time.as_secs_f64() * 1e3, "ms", None);
        assert_eq!(again.applied(), engine.applied());
        drop((again, bytes));
        parts(&engine);
    }
}

/// The same in parts: how long the engine is held up, and how long the longest part takes.
fn parts(engine: &Engine) {
    let (frozen, time) = timed(|| engine.frozen());
    figure("snapshot frozen", time.as_secs_f64() * 1e3, "ms", None);
    let mut all = Vec::new();
    for part in 0..Frozen::PARTS {
        let mut bytes = Vec::new();
        frozen.write(part, &mut bytes).expect("it is written");
        let (read, time) = timed(|| Part::read(part, &bytes).expect("its own part"));
        let name = format!("snapshot part {part} of {} bytes read", bytes.len());
        figure(&name, time.as_secs_f64() * 1e3, "ms", None);
        all.push(read);
    }
    let (again, time) = timed(|| Engine::thawed(all).expect("all parts"));
    figure("snapshot thawed", time.as_secs_f64() * 1e3, "ms", None);
    assert_eq!(again.applied(), engine.applied());
}

fn hash(records: &[Record]) {
    for record in records {
        if let Fact::Event(event) = &record.fact {
            black_box(blake3::hash(&event.canonical_json()));
        }
    }
}
