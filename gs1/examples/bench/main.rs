//! How fast this crate is, beside what the same machine does in the same run. Prints one JSON
//! line a figure; `cargo xtask bench gs1 [NAME]` runs it in release, NAME choosing the figures
//! whose name contains it.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark at the rim: reads the clock, prints its result, stops on any error"
)]

mod documents;
mod element_strings;
mod hash;
mod measure;
mod query;
mod scans;
mod tags;

use measure::Bench;

/// Each subject adds its figures.
const SUBJECTS: [fn(&mut Bench); 6] = [
    hash::bench,
    documents::bench,
    tags::bench,
    element_strings::bench,
    query::bench,
    scans::bench,
];

fn main() {
    let mut bench = Bench::new(std::env::args().nth(1));
    for subject in SUBJECTS {
        subject(&mut bench);
    }
}
