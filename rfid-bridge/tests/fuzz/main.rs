//! Every reader of foreign bytes meets mutated input, a fixed number of times; `cargo xtask fuzz`
//! does the same for longer.
#![allow(clippy::expect_used, reason = "tests; what a target asserts must hold")]

mod targets;

use fuzz_frame::short;

/// Inputs a target meets here.
const INPUTS: u64 = 3000;

#[test]
fn every_reader_stands_mutated_input() {
    short::stand(targets::all(), INPUTS);
}

#[test]
fn names_are_unique_and_every_seed_is_accepted() {
    short::check(targets::all());
}
