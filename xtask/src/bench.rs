//! Benchmarks of whole paths. Each prints its figures beside a yardstick measured in the same
//! run, since the machines are noisy; docs/benchmarks.md keeps them with the command.

use anyhow::{Context as _, Result, bail};

use crate::run::{root, sh, sh_in, works};

/// The environment of a node, as the files in `deploy` set it.
const NODE: [(&str, &str); 1] = [("MIMALLOC_PURGE_DELAY", "10")];

/// `bench NAME [ARGS]`.
pub(crate) fn bench(words: &[&str]) -> Result<()> {
    match words {
        [name @ ("ingest" | "storage" | "ledger"), rest @ ..] => as_node(&format!(
            "cargo run --release -p ledger-bench --features rivals -- {name} {}",
            rest.join(" ")
        )),
        [
            name @ ("capture" | "blocks" | "verify" | "query" | "open"),
            rest @ ..,
        ] => {
            sh("cargo build --release -p service")?;
            as_node(&format!(
                "cargo run --release -p ledger-bench --features served -- {name} {}",
                rest.join(" ")
            ))
        }
        ["gs1", rest @ ..] => sh(&format!(
            "cargo run --release -p gs1 --example bench -- {}",
            rest.join(" ")
        )),
        ["rules", "memory", rest @ ..] => sh(&format!(
            "cargo run --release -p rules --example memory -- {}",
            rest.join(" ")
        )),
        ["rules", rest @ ..] => sh(&format!(
            "cargo run --release -p rules --example bench -- {}",
            rest.join(" ")
        )),
        ["rfid", rest @ ..] => {
            sh("cargo build --release -p rfid-bridge --bins")?;
            sh(&format!(
                "cargo run --release -p rfid-bridge --example bench -- {}",
                rest.join(" ")
            ))
        }
        _ => bail!(
            "bench: say `ingest`, `storage`, `ledger`, `capture`, `blocks`, `verify`, `query`, `open`, \
               `gs1`, `rules` or `rfid`"
        ),
    }
}

/// Runs a program of ours with the allocator as a node has it.
fn as_node(line: &str) -> Result<()> {
    sh_in(&root(), line, &NODE)
}

/// `soak [--minutes M] [--kill-every S]`: mixed load on a node that is killed again and again.
pub(crate) fn soak(words: &[&str]) -> Result<()> {
    let (mut minutes, mut every) = (20_u32, 60_u32);
    for pair in words.chunks(2) {
        match pair {
            ["--minutes", number] => minutes = number.parse().context("--minutes")?,
            ["--kill-every", number] => every = number.parse().context("--kill-every")?,
            _ => bail!("soak: say [--minutes M] [--kill-every SECONDS]"),
        }
    }
    sh("cargo build --release -p service")?;
    as_node(&format!(
        "cargo run --release -p ledger-bench --features served -- soak {minutes} {every}"
    ))
}

/// Crates with fuzz targets: each has an example `fuzz` that knows the options.
const FUZZED: [&str; 3] = ["gs1", "tangle", "rfid-bridge"];

/// `fuzz [--seconds N] [--target NAME] [--seed S] [--list]`: every crate that holds targets.
pub(crate) fn fuzz(words: &[&str]) -> Result<()> {
    let mut found = 0;
    for package in FUZZED {
        let run = format!("cargo run --release -q -p {package} --example fuzz --");
        if let Some(name) = target(words)
            && !works(&format!("{run} --list --target {name}"))
        {
            continue;
        }
        found += 1;
        sh(&format!("{run} {}", words.join(" ")))?;
    }
    if found == 0 {
        bail!("fuzz: no target of that name; `cargo xtask fuzz --list` tells the names");
    }
    Ok(())
}

fn target<'a>(words: &[&'a str]) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == "--target")?;
    words.get(at + 1).copied()
}
