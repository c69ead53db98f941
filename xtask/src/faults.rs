//! The ledger under faults, longer than CI has time for: `faults` runs the nightly column of the
//! fault matrix once, `sim` plays seeds of the simulator until the time is over.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::run::{root, sh_in};
use crate::tools;

/// What `faults` multiplies, and to how much: the names are read by the tests.
const NIGHTLY: [(&str, &str); 6] = [
    ("THERIAC_POWER_CYCLES", "100000"),
    ("THERIAC_DAMAGES", "20000"),
    ("THERIAC_FAULT_STEPS", "2000"),
    ("THERIAC_MERGE_BLOCKS", "1000000"),
    ("THERIAC_KILL_ROUNDS", "2000"),
    ("THERIAC_POWER_ROUNDS", "200"),
];

/// Seeds between two looks at the clock.
const SEEDS: u64 = 500;

/// `faults [ledger|kill]`: both by default.
pub(crate) fn faults(words: &[&str]) -> Result<()> {
    let (ledger, kill) = match words {
        [] => (true, true),
        ["ledger"] => (true, false),
        ["kill"] => (false, true),
        _ => bail!("faults: say nothing, `ledger` or `kill`"),
    };
    tools::nextest()?;
    if ledger {
        let run = "cargo nextest run --release --locked -p tangle --test sim --no-capture \
                   --profile nightly -E test(/faults|attacks/)";
        sh_in(&root(), run, &NIGHTLY)?;
    }
    if kill {
        // The tests start the binaries of the default members.
        sh_in(&root(), "cargo build --locked", &[])?;
        let run = "cargo nextest run --locked -p tests --no-capture --profile nightly \
                   -E test(/crash|power/)";
        sh_in(&root(), run, &NIGHTLY)?;
    }
    Ok(())
}

/// `sim [--hours N] [--seed S]`: a seed alone is played once.
pub(crate) fn sim(words: &[&str]) -> Result<()> {
    let (mut hours, mut seed) = (None, None);
    for pair in words.chunks(2) {
        match pair {
            ["--hours", text] => hours = Some(text.parse::<f64>().context("sim: --hours")?),
            ["--seed", text] => seed = Some(text.parse::<u64>().context("sim: --seed")?),
            _ => bail!("sim: say --hours N, --seed S or both"),
        }
    }
    let Some(hours) = hours else {
        return play(seed.unwrap_or(1000), if seed.is_some() { 1 } else { SEEDS });
    };
    let time = Duration::try_from_secs_f64(hours * 3600.0).context("sim: --hours")?;
    let start = now();
    let mut first = seed.unwrap_or(1000);
    while start.elapsed() < time {
        play(first, SEEDS)?;
        first = first.saturating_add(SEEDS);
    }
    println!("no failure; go on with --seed {first}");
    Ok(())
}

fn play(first: u64, count: u64) -> Result<()> {
    let (first, count) = (first.to_string(), count.to_string());
    let env = [
        ("THERIAC_SIM_SEED", &*first),
        ("THERIAC_SIM_COUNT", &*count),
    ];
    let run = "cargo test --release --quiet --locked -p tangle --test sim -- \
               --ignored --exact --nocapture simulator::further_seeds";
    sh_in(&root(), run, &env)
}

#[expect(clippy::disallowed_methods, reason = "hours are asked for")]
fn now() -> Instant {
    Instant::now()
}
