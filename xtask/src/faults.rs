//! The ledger under faults, longer than CI has time for: `faults` runs the nightly column of the
//! fault matrix once, `sim` plays seeds of the simulator until the time is over.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::run::{root, sh_in};
use crate::tools;

/// What `faults` multiplies, and to how much: the names are read by the tests.
const NIGHTLY: [(&str, f64); 6] = [
    ("THERIAC_POWER_CYCLES", 100_000.0),
    ("THERIAC_DAMAGES", 20_000.0),
    ("THERIAC_FAULT_STEPS", 2_000.0),
    ("THERIAC_MERGE_BLOCKS", 1_000_000.0),
    (KILLS, 2_000.0),
    ("THERIAC_POWER_ROUNDS", 200.0),
];

const KILLS: &str = "THERIAC_KILL_ROUNDS";

/// Seeds between two looks at the clock.
const SEEDS: u64 = 500;

/// `faults [ledger|kill] [--scale F] [--kills N]`: both parts by default. `F` in (0, 1] is the
/// share of the nightly counts, for a machine with less time; `N` are the kills of the server.
pub(crate) fn faults(words: &[&str]) -> Result<()> {
    let plan = Plan::of(words)?;
    tools::nextest()?;
    let counts: Vec<_> = plan.counts.iter().map(|(name, n)| (*name, &**n)).collect();
    println!("{counts:?}");
    if plan.ledger {
        let run = "cargo nextest run --release --locked -p tangle --test sim --no-capture \
                   --profile nightly -E test(/faults|attacks/)";
        sh_in(&root(), run, &counts)?;
    }
    if plan.kill {
        // The tests start the binaries of the default members.
        sh_in(&root(), "cargo build --locked", &[])?;
        let run = "cargo nextest run --locked -p tests --no-capture --profile nightly \
                   -E test(/crash|power/)";
        sh_in(&root(), run, &counts)?;
    }
    Ok(())
}

/// Which parts run, and how much of each.
struct Plan {
    ledger: bool,
    kill: bool,
    counts: Vec<(&'static str, String)>,
}

impl Plan {
    fn of(words: &[&str]) -> Result<Self> {
        let (ledger, kill, options) = match words {
            ["ledger", rest @ ..] => (true, false, rest),
            ["kill", rest @ ..] => (false, true, rest),
            rest => (true, true, rest),
        };
        let (mut scale, mut kills) = (1.0, None);
        for pair in options.chunks(2) {
            match pair {
                ["--scale", text] => scale = text.parse::<f64>().context("faults: --scale")?,
                ["--kills", text] => kills = Some(text.parse::<u64>().context("faults: --kills")?),
                _ => bail!("faults: say `ledger` or `kill` or nothing, --scale F, --kills N"),
            }
        }
        if !(scale > 0.0 && scale <= 1.0) {
            bail!("faults: --scale is above 0 and at most 1");
        }
        let count = |(name, whole): (&'static str, f64)| {
            let scaled = format!("{:.0}", (whole * scale).max(1.0));
            let asked = kills.filter(|_| name == KILLS).map(|n| n.to_string());
            (name, asked.unwrap_or(scaled))
        };
        Ok(Self {
            ledger,
            kill,
            counts: NIGHTLY.map(count).into(),
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn count(plan: &Plan, name: &str) -> Option<String> {
        let found = plan.counts.iter().find(|(it, _)| *it == name);
        found.map(|(_, count)| count.clone())
    }

    #[test]
    fn a_share_scales_every_count_but_the_kills_asked_for() {
        let plan = Plan::of(&["--scale", "0.1", "--kills", "500"]).unwrap();
        assert!(plan.ledger && plan.kill);
        assert_eq!(count(&plan, KILLS).as_deref(), Some("500"));
        assert_eq!(
            count(&plan, "THERIAC_POWER_CYCLES").as_deref(),
            Some("10000")
        );
        let plan = Plan::of(&["kill"]).unwrap();
        assert!(plan.kill && !plan.ledger);
        assert_eq!(count(&plan, KILLS).as_deref(), Some("2000"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for words in [
            &["--scale", "0"][..],
            &["--scale", "2"],
            &["--kills"],
            &["kill", "ledger"],
        ] {
            assert!(Plan::of(words).is_err(), "{words:?}");
        }
    }
}
