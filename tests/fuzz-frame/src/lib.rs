//! Mutation fuzzing on stable Rust: seeds are mutated by a seeded generator, a target is called,
//! and a panic is reported with target, seed and the smallest input found that still panics.
//!
//! A crate with readers of foreign input brings a table of [`Target`]s. Its test `fuzz` calls
//! [`short::stand`] and [`short::check`], its example `fuzz` calls [`long::run`].

pub mod long;
mod mutate;
pub mod short;
mod shrink;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use mutate::Random;

/// Longest input tried, in bytes.
const INPUT_BYTES_MAX: usize = 4096;
/// Accepted inputs kept beside the seeds, to mutate further.
const POOL_MAX: usize = 256;

/// One parser under test.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name for `--target`.
    pub name: &'static str,
    /// Inputs to begin with; valid ones lead deepest.
    pub seeds: &'static [&'static [u8]],
    /// Tokens of the grammar.
    pub dictionary: &'static [&'static str],
    /// Parses, asserts what must hold, and tells whether the input was accepted. Accepted inputs
    /// are mutated further.
    pub run: fn(&[u8]) -> bool,
}

/// What one target did.
#[derive(Debug, Default)]
pub struct Report {
    /// Inputs tried.
    pub tried: u64,
    /// Inputs the target accepted.
    pub accepted: u64,
    /// The slowest call, when there was a clock.
    pub slowest: Duration,
}

/// An input that makes a target panic or take too long.
#[derive(Debug)]
pub struct Failure {
    /// Name of the target.
    pub target: &'static str,
    /// Seed of the run.
    pub seed: u64,
    /// The smallest input found.
    pub input: Vec<u8>,
    /// The message of the panic, or the time it took.
    pub what: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut hex = String::new();
        for byte in &self.input {
            write!(hex, "{byte:02x}")?;
        }
        write!(
            f,
            "target {} seed {}: {}\n  input ({} bytes): {:?}\n  hex: {hex}",
            self.target,
            self.seed,
            self.what,
            self.input.len(),
            String::from_utf8_lossy(&self.input),
        )
    }
}

/// How a call is timed; the test has no clock, the long run has one.
pub type Timed = fn(&mut dyn FnMut()) -> Duration;

/// Calls `target` with mutated inputs until `go_on(inputs tried)` is false.
///
/// # Errors
/// The first [`Failure`]. Its input is shrunk.
pub fn fuzz(
    target: &Target,
    seed: u64,
    timed: Option<Timed>,
    mut go_on: impl FnMut(u64) -> bool,
) -> Result<Report, Failure> {
    let mut random = Random::new(seed);
    let mut pool: Vec<Vec<u8>> = target.seeds.iter().map(|seed| seed.to_vec()).collect();
    if pool.is_empty() {
        pool.push(Vec::new());
    }
    let seeds = pool.len();
    let mut report = Report::default();
    let mut first = pool.clone().into_iter();
    while go_on(report.tried) {
        let input = first
            .next()
            .unwrap_or_else(|| mutate::input(&mut random, &pool, target.dictionary));
        report.tried += 1;
        let (accepted, took) = call(target, seed, &input, timed)?;
        report.slowest = report.slowest.max(took);
        if !accepted {
            continue;
        }
        report.accepted += 1;
        if pool.len() < seeds + POOL_MAX {
            pool.push(input);
        } else if random.below(8) == 0 {
            let at = seeds + random.below(POOL_MAX);
            if let Some(old) = pool.get_mut(at) {
                *old = input;
            }
        }
    }
    Ok(report)
}

/// One call; what fails is shrunk.
fn call(
    target: &Target,
    seed: u64,
    input: &[u8],
    timed: Option<Timed>,
) -> Result<(bool, Duration), Failure> {
    let fail = |input: Vec<u8>, what: String| Failure {
        target: target.name,
        seed,
        input,
        what,
    };
    let mut outcome = Ok(false);
    let mut once = || outcome = attempt(target.run, input);
    let took = if let Some(timed) = timed {
        timed(&mut once)
    } else {
        once();
        Duration::ZERO
    };
    let accepted = outcome.map_err(|_| {
        let small = shrink::shrink(input, |input| attempt(target.run, input).is_err());
        let what = attempt(target.run, &small).err().unwrap_or_default();
        fail(small, format!("panicked: {what}"))
    })?;
    let allowed = Duration::from_millis(500) + Duration::from_micros(100) * bytes(input);
    if took > allowed {
        return Err(fail(
            input.to_vec(),
            format!("took {took:?}, allowed are {allowed:?}"),
        ));
    }
    Ok((accepted, took))
}

fn bytes(input: &[u8]) -> u32 {
    u32::try_from(input.len()).unwrap_or(u32::MAX)
}

/// Runs a target; a panic comes back as its message.
fn attempt(run: fn(&[u8]) -> bool, input: &[u8]) -> Result<bool, String> {
    catch_unwind(AssertUnwindSafe(|| run(input))).map_err(|panic| {
        panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let failure = fuzz(&target, 1, None, |tried| tried < 100_000).expect_err("it is found");
        assert_eq!(failure.input, b"bad");
        assert!(
            failure.to_string().contains("target planted seed 1"),
            "{failure}"
        );
    }

    #[test]
    fn a_call_that_takes_too_long_is_a_failure() {
        let target = Target {
            name: "slow",
            seeds: &[b"x"],
            dictionary: &[],
            run: |_| true,
        };
        let clock: Timed = |call| {
            call();
            Duration::from_secs(2)
        };
        let failure = fuzz(&target, 1, Some(clock), |tried| tried < 1).expect_err("too slow");
        assert!(failure.what.contains("took 2s"), "{failure}");
    }

    #[test]
    fn the_same_seed_makes_the_same_inputs() {
        let run = |seed| {
            let mut random = Random::new(seed);
            (0..5).map(|_| random.next()).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }
}
