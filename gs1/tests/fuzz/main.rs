//! Every parser meets mutated input, a fixed number of times; `cargo xtask fuzz` does the same
//! for longer. A failure prints target, seed and the smallest input found; the input then becomes
//! a row of a test of its own.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    dead_code,
    reason = "tests; the frame serves the long run as well"
)]

mod frame;
mod targets;

use frame::Target;

/// Inputs a target meets here.
const INPUTS: u64 = 3000;

#[test]
fn every_parser_stands_mutated_input() {
    let seed = std::env::var("THERIAC_FUZZ_SEED")
        .ok()
        .and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or(20_260_301);
    for target in targets::all() {
        let report = frame::fuzz(target, seed, None, |tried| tried < INPUTS)
            .unwrap_or_else(|failure| panic!("{failure}"));
        eprintln!("{} seed {seed}: {report:?}", target.name);
        assert!(
            report.accepted > 0,
            "no seed of {} is accepted",
            target.name
        );
    }
}

#[test]
fn names_are_unique_and_every_seed_is_accepted() {
    let mut names: Vec<_> = targets::all().map(|target| target.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    for target in targets::all() {
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

#[test]
fn a_panic_is_found_and_made_small() {
    let target = Target {
        name: "planted",
        seeds: &[b"one two three"],
        dictionary: &["bad"],
        run: |input| {
            let at = input.windows(3).position(|part| part == b"bad");
            assert_eq!(at, None, "planted");
            true
        },
    };
    let failure = frame::fuzz(&target, 1, None, |tried| tried < 100_000).expect_err("it is found");
    assert_eq!(failure.input, b"bad");
    assert!(
        failure.to_string().contains("target planted seed 1"),
        "{failure}"
    );
}

#[test]
fn the_same_seed_makes_the_same_inputs() {
    let run = |seed| {
        let mut random = frame::Random::new(seed);
        (0..5).map(|_| random.next()).collect::<Vec<_>>()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}
