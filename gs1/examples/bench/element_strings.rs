//! Reading element strings as scanners send them, beside splitting the same texts at separators.

use gs1::element_string;

use crate::measure::{Bench, Figure, Seeded, Yardstick};

const SCANS: usize = 1000;

pub(crate) fn bench(bench: &mut Bench) {
    let mut random = Seeded(4);
    let scans: Vec<String> = (0..SCANS)
        .map(|_| {
            let (lot, serial) = (random.below(100_000), random.below(1 << 40));
            format!("010950600013435217291231{}LOT{lot}\u{1d}21{serial}", "10")
        })
        .collect();
    let split = || {
        scans
            .iter()
            .map(|scan| scan.split('\u{1d}').count())
            .sum::<usize>()
    };
    let yardstick = Yardstick {
        name: "split_at_separators",
        units: SCANS,
        call: &split,
    };
    let figure = Figure {
        name: "element_string_parse",
        unit: "scans/s",
        units: SCANS,
    };
    bench.run(
        &figure,
        || {
            scans
                .iter()
                .filter(|one| element_string::parse_raw(one).is_ok())
                .count()
        },
        &yardstick,
    );
    let figure = Figure {
        name: "element_string_lend",
        unit: "scans/s",
        units: SCANS,
    };
    let lend = || {
        let complete = |one: &&String| element_string::elements(one).all(|one| one.is_ok());
        scans.iter().filter(complete).count()
    };
    bench.run(&figure, lend, &yardstick);
}
