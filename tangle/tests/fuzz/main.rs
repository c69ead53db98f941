//! Every reader of the ledger meets mutated input, a fixed number of times; `cargo xtask fuzz`
//! does the same for longer. A failure prints target, seed and the smallest input found; the input
//! then becomes a row of a test of its own. The frame is that of `gs1`, which tests it.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    dead_code,
    reason = "tests; the frame serves the long run as well"
)]

#[path = "../../../gs1/tests/fuzz/frame/mod.rs"]
mod frame;
mod targets;

/// Inputs a target meets here.
const INPUTS: u64 = 2000;

#[test]
fn every_reader_stands_mutated_input() {
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
