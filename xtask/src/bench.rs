//! Benchmarks of whole paths. Each prints its figures beside a yardstick measured in the same
//! run, since the machines are noisy; docs/benchmarks.md keeps them with the command.

use anyhow::{Result, bail};

use crate::run::sh;

/// `bench NAME [ARGS]`.
pub(crate) fn bench(words: &[&str]) -> Result<()> {
    match words {
        ["ingest", rest @ ..] => sh(&format!(
            "cargo run --release -p tangle --example ingest -- {}",
            rest.join(" ")
        )),
        ["verify", rest @ ..] => sh(&format!(
            "cargo run --release -p service --example verify_bench -- {}",
            rest.join(" ")
        )),
        _ => bail!("bench: say `ingest` or `verify`"),
    }
}
