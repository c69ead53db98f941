//! What a crate's tests ask of its targets: each meets a fixed number of mutated inputs, names
//! are unique, and every seed is an input that is accepted. `cargo xtask fuzz` does the first for
//! longer. A failure prints target, seed and the smallest input found; the input then becomes a
//! row of a test of its own.
#![allow(
    clippy::panic,
    clippy::print_stderr,
    reason = "assertions for tests, which print their seed"
)]

use super::{Target, fuzz};

/// Gives every target this many inputs; the seed is that of `THERIAC_FUZZ_SEED`, or a fixed one.
///
/// # Panics
/// With the first failure, or where a target accepts nothing, which would test nothing.
pub fn stand(all: impl Iterator<Item = &'static Target>, inputs: u64) {
    let seed = std::env::var("THERIAC_FUZZ_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or(20_260_301);
    for target in all {
        let report = fuzz(target, seed, None, |tried| tried < inputs)
            .unwrap_or_else(|failure| panic!("{failure}"));
        eprintln!("{} seed {seed}: {report:?}", target.name);
        assert!(
            report.accepted > 0,
            "no seed of {} is accepted",
            target.name
        );
    }
}

/// Whether the table makes sense.
///
/// # Panics
/// With the name that two targets have, or the first seed that its target refuses.
pub fn check(all: impl Iterator<Item = &'static Target>) {
    let mut names = Vec::new();
    for target in all {
        assert!(
            !names.contains(&target.name),
            "two targets are called {}",
            target.name
        );
        names.push(target.name);
        for seed in target.seeds {
            assert!(
                (target.run)(seed),
                "{}: {:?}",
                target.name,
                String::from_utf8_lossy(seed)
            );
        }
    }
}
