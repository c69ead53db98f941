//! The simulator: an organisation's node, honest authors who are offline most of the time with
//! clocks that are wrong, a dishonest one, a network that delays, doubles, reorders and loses, a
//! disk that loses power or refuses, crashes at any moment. From one seed comes one run, as a
//! list of steps. After each step: nothing acknowledged is lost, the order has only grown and is
//! the same on a replica that was fed differently, outcomes stay, every proof and every
//! consistency path holds, heads, tips and waiting room stay small; at the end everything honest
//! is final and `check` is content.
//!
//! On failure it prints the seed, the fewest steps it could find that fail, and the DAG for
//! Graphviz. `cargo xtask sim --seed N` repeats one.

mod actors;
mod host;
mod replica;
mod scene;
mod shrink;
mod step;

use std::panic::{AssertUnwindSafe, catch_unwind};

use tangle::store::bugs::{Bug, plant};

use crate::kit::times;
use host::Counts;
use scene::Scene;
use step::{Cast, Step};

/// What went wrong, and the picture.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) dot: String,
}

/// Plays a run.
fn play(cast: &Cast, steps: &[Step]) -> Result<Counts, Failure> {
    let mut scene = Scene::new(cast);
    let played = catch_unwind(AssertUnwindSafe(|| {
        for (at, step) in steps.iter().enumerate() {
            scene
                .step(step)
                .map_err(|what| format!("step {at}, {step:?}: {what}"))?;
        }
        scene.end().map_err(|what| format!("at the end: {what}"))
    }));
    let played = played.unwrap_or_else(|_| Err("a panic, see above".into()));
    played.map_err(|what| Failure {
        what,
        dot: scene.dot(),
    })
}

/// Plays the runs of these seeds; all there is to know about the first that fails.
fn played(seeds: impl IntoIterator<Item = u64>) -> Result<Counts, String> {
    let mut counts = Counts::default();
    for seed in seeds {
        let (cast, steps) = step::script(seed);
        match play(&cast, &steps) {
            Ok(more) => counts.add(&more),
            Err(failure) => {
                return Err(format!(
                    "seed {seed}: {}",
                    shrink::told(&cast, steps, failure)
                ));
            }
        }
    }
    Ok(counts)
}

fn seeds(seeds: impl IntoIterator<Item = u64>) -> Counts {
    played(seeds).unwrap_or_else(|failure| panic!("{failure}"))
}

/// One part of the thousand that CI runs: the harness spreads the parts over the cores.
fn part(of_four: u64) {
    let counts = seeds((0..1000).filter(|seed| seed % 4 == of_four));
    eprintln!("{counts:?}");
    assert!(
        counts.acknowledged > 5_000 && counts.crashes > 500,
        "{counts:?}"
    );
    assert!(counts.disputed > 200 && counts.proofs > 500, "{counts:?}");
    assert!(counts.waited > 200 && counts.refused > 200, "{counts:?}");
}

#[test]
fn thirty_seeds() {
    let counts = seeds(0..30);
    assert!(
        counts.acknowledged > 500 && counts.crashes > 30,
        "{counts:?}"
    );
}

#[test]
fn an_acknowledgement_before_the_sync_is_found_out_and_made_small() {
    let _bug = plant(Bug::AcknowledgedBeforeSync);
    let told = played(0..1000).expect_err("nothing was seen");
    let fewest = told.split_once("fewest steps found (").unwrap().1;
    let (fewest, all) = fewest
        .split_once(')')
        .unwrap()
        .0
        .split_once(" of ")
        .unwrap();
    let [fewest, all] = [fewest, all].map(|it| it.parse::<usize>().unwrap());
    assert!(fewest * 4 < all, "{told}");
    assert!(told.contains("lost") || told.contains("damaged"), "{told}");
    assert!(told.contains("digraph tangle {"), "{told}");
}

#[test]
fn a_thousand_seeds_first_part_slow() {
    part(0);
}

#[test]
fn a_thousand_seeds_second_part_slow() {
    part(1);
}

#[test]
fn a_thousand_seeds_third_part_slow() {
    part(2);
}

#[test]
fn a_thousand_seeds_fourth_part_slow() {
    part(3);
}

#[test]
#[ignore = "run by `cargo xtask sim`, which says how many seeds and from where"]
fn further_seeds() {
    let first = times("THERIAC_SIM_SEED", 1000);
    let count = times("THERIAC_SIM_COUNT", 1);
    let counts = seeds(first..first.saturating_add(count));
    eprintln!("seeds {first} and {count} on: {counts:?}");
}
