//! Reading whole scans, and finding out why a garbled one names no known pack, beside splitting
//! the same texts at separators.

use std::collections::BTreeSet;

use gs1::repair::{Confidence, repair};
use gs1::scan::{self, Scan};

use crate::measure::{Bench, Figure, Seeded, Yardstick};

const SCANS: usize = 200;

pub(crate) fn bench(bench: &mut Bench) {
    let mut random = Seeded(5);
    let scans: Vec<String> = (0..SCANS)
        .map(|_| {
            let (lot, serial) = (random.below(100_000), random.below(1 << 40));
            format!("]d2010950600013435221zY{serial}\u{1d}1729123110Lot{lot}")
        })
        .collect();
    let serial = |scan: &Scan| scan.serial.as_ref().map(ToString::to_string);
    let made: BTreeSet<String> = scans
        .iter()
        .filter_map(|text| serial(&scan::parse(text).ok()?))
        .collect();
    let known = |scan: &Scan| serial(scan).is_some_and(|serial| made.contains(&serial));
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
        name: "scan_parse",
        unit: "scans/s",
        units: SCANS,
    };
    bench.run(
        &figure,
        || {
            scans
                .iter()
                .filter(|text| scan::parse(text).is_ok())
                .count()
        },
        &yardstick,
    );
    // Caps Lock on, a German keyboard and no separators: the costliest common case.
    let garbled: Vec<String> = scans.iter().map(|text| garble(text)).collect();
    let figure = Figure {
        name: "scan_repair_three_faults",
        ..figure
    };
    bench.run(
        &figure,
        || {
            let repaired = garbled.iter().map(|text| repair(text, &known));
            repaired
                .filter(|found| found.confidence == Confidence::Unique)
                .count()
        },
        &yardstick,
    );
}

fn garble(text: &str) -> String {
    let swap = |c: char| match c {
        'y' => 'Z',
        'z' => 'Y',
        'Y' => 'z',
        'Z' => 'y',
        c if c.is_ascii_lowercase() => c.to_ascii_uppercase(),
        c => c.to_ascii_lowercase(),
    };
    text.chars().filter(|c| *c != '\u{1d}').map(swap).collect()
}
