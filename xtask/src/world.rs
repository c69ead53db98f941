//! `world`: the seeded pharmaceutical world of `tests/world`, in release mode because a large one
//! is a hundred thousand events.

use anyhow::{Result, bail};

use crate::run::{root, sh_in};

/// `world [--score] [--out DIR] [--packs N] [--loss P] [--scanner-faults P] [--seed N] ...`
pub(crate) fn world(words: &[&str]) -> Result<()> {
    if words.is_empty() {
        bail!("world: say --score, --out DIR or both");
    }
    let run = format!(
        "cargo run --release --quiet --locked -p world -- {}",
        words.join(" ")
    );
    sh_in(&root(), &run, &[])
}
