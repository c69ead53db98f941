//! What CI runs, step by step, each timed; the table at the end shows where the minutes went.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::run::{sh, sh_in};
use crate::{contract, run, tools, wasm, web};

/// A named step and what it does.
struct Step {
    name: &'static str,
    run: fn() -> Result<()>,
    /// Also part of `--fast`.
    fast: bool,
}

const STEPS: [Step; 16] = [
    Step {
        name: "fmt",
        run: fmt,
        fast: true,
    },
    Step {
        name: "setup",
        run: tools::everything,
        fast: false,
    },
    Step {
        name: "web-install",
        run: web::install,
        fast: false,
    },
    Step {
        name: "wasm",
        run: wasm::build,
        fast: false,
    },
    Step {
        name: "web-check",
        run: web::check,
        fast: false,
    },
    Step {
        name: "web-test",
        run: web::test,
        fast: false,
    },
    Step {
        name: "web-build",
        run: web::build,
        fast: false,
    },
    Step {
        name: "clippy",
        run: clippy,
        fast: true,
    },
    Step {
        name: "build",
        run: build,
        fast: true,
    },
    Step {
        name: "nextest",
        run: nextest,
        fast: false,
    },
    Step {
        name: "nextest-fast",
        run: nextest_fast,
        fast: true,
    },
    Step {
        name: "contract",
        run: contract::step,
        fast: false,
    },
    Step {
        name: "doctest",
        run: doctest,
        fast: false,
    },
    Step {
        name: "rustdoc",
        run: rustdoc,
        fast: false,
    },
    Step {
        name: "deny",
        run: deny,
        fast: false,
    },
    Step {
        name: "e2e",
        run: web::e2e,
        fast: false,
    },
];

/// `ci [--fast] [--list] [--only STEP]...`
pub(crate) fn ci(words: &[&str]) -> Result<()> {
    if words == ["--list"] {
        for step in &STEPS {
            println!(
                "{}{}",
                step.name,
                if step.fast { "  (also --fast)" } else { "" }
            );
        }
        return Ok(());
    }
    let chosen = chosen(words)?;
    let mut done: Vec<(&str, Duration, Option<String>)> = Vec::new();
    for step in chosen {
        println!("\n== {} ==", step.name);
        let start = now();
        let outcome = (step.run)();
        let failed = outcome.err().map(|error| format!("{error:#}"));
        let stop = failed.is_some();
        done.push((step.name, start.elapsed(), failed));
        if stop {
            break;
        }
    }
    report(&done)
}

fn chosen(words: &[&str]) -> Result<Vec<&'static Step>> {
    match words {
        [] => Ok(STEPS
            .iter()
            .filter(|step| step.name != "nextest-fast")
            .collect()),
        ["--fast"] => Ok(STEPS.iter().filter(|step| step.fast).collect()),
        _ => {
            let mut steps = Vec::new();
            for pair in words.chunks(2) {
                let ["--only", name] = pair else {
                    bail!("ci: say --fast, --list or --only STEP");
                };
                let Some(step) = STEPS.iter().find(|step| step.name == *name) else {
                    bail!("ci: no step {name}; `cargo xtask ci --list` names them");
                };
                steps.push(step);
            }
            Ok(steps)
        }
    }
}

fn report(done: &[(&str, Duration, Option<String>)]) -> Result<()> {
    println!("\n{:<14} {:>8}", "step", "seconds");
    for (name, took, failed) in done {
        let word = if failed.is_some() { "FAILED" } else { "ok" };
        println!("{name:<14} {:>8.1}  {word}", took.as_secs_f64());
    }
    let total: Duration = done.iter().map(|(_, took, _)| *took).sum();
    println!("{:<14} {:>8.1}", "total", total.as_secs_f64());
    let failed: Vec<_> = done
        .iter()
        .filter_map(|(_, _, failed)| failed.as_ref())
        .collect();
    println!(
        "steps: {} passed, {} failed",
        done.len() - failed.len(),
        failed.len()
    );
    match failed.first() {
        Some(error) => bail!("{error}"),
        None => Ok(()),
    }
}

#[expect(clippy::disallowed_methods, reason = "CI times its own steps")]
fn now() -> Instant {
    Instant::now()
}

fn fmt() -> Result<()> {
    sh("cargo fmt --all --check")
}

fn clippy() -> Result<()> {
    let more = more();
    sh(&format!(
        "cargo clippy --workspace --all-targets --locked{more} -- -D warnings"
    ))
}

/// What the tests run and start. That the product also compiles without the features that the
/// tests turn on is looked at without building it a second time, which took as much disk again.
fn build() -> Result<()> {
    sh("cargo check --locked")?;
    sh(&format!(
        "cargo test --workspace --no-run --locked{}",
        more()
    ))
}

/// Features that need a library of the system, where it is there; CI's setup installs it.
fn more() -> &'static str {
    if tools::has_pcsc() {
        " --features rfid-bridge/pcsc"
    } else {
        ""
    }
}

fn nextest() -> Result<()> {
    tools::nextest()?;
    let peers = tools::peers_dir();
    let peers = peers.to_string_lossy();
    let seed = seed();
    println!("PROPTEST_RNG_SEED={seed}");
    let env = [
        ("THERIAC_LLRP_PEERS", &*peers),
        ("PROPTEST_RNG_SEED", &seed),
    ];
    let run = format!(
        "cargo nextest run --workspace --locked --profile ci{}",
        more()
    );
    sh_in(&run::root(), &run, &env)
}

/// What the property tests draw their cases from: the commit. Each commit tries cases of its own,
/// and the same commit the same ones, so that what passed here passes there and what failed there
/// fails here. A seed that is already set is kept.
fn seed() -> String {
    if let Ok(seed) = std::env::var("PROPTEST_RNG_SEED") {
        return seed;
    }
    run::output("git rev-parse HEAD")
        .ok()
        .and_then(|commit| u64::from_str_radix(commit.get(..15)?, 16).ok())
        .unwrap_or(1)
        .to_string()
}

fn nextest_fast() -> Result<()> {
    tools::nextest()?;
    sh(&format!("cargo nextest run --workspace --locked{}", more()))
}

fn doctest() -> Result<()> {
    sh("cargo test --workspace --doc --locked --quiet")
}

fn rustdoc() -> Result<()> {
    let env = [("RUSTDOCFLAGS", "-D warnings")];
    sh_in(
        &run::root(),
        "cargo doc --workspace --no-deps --locked",
        &env,
    )
}

fn deny() -> Result<()> {
    tools::cargo_deny()?;
    // It looks at what other systems would build as well, which no step before has loaded.
    sh("cargo fetch --locked")?;
    sh("cargo deny --offline --locked check bans licenses sources")
}
