//! The served API against its own description and against GS1's, with `schemathesis`: the tests
//! are in `tests/it/contract`, which skip where the tool is not named to them. CI runs them with a
//! fixed seed and few examples; `cargo xtask contract` makes longer runs of them.

use anyhow::{Context, Result, bail};

use crate::run::{root, sh, sh_in};
use crate::tools;

/// The step of CI.
pub(crate) fn step() -> Result<()> {
    run(&[])
}

/// `contract [--examples N] [--seed S]`.
pub(crate) fn contract(words: &[&str]) -> Result<()> {
    let (mut examples, mut seed) = (100_u32, 1_u64);
    for pair in words.chunks(2) {
        match pair {
            ["--examples", text] => examples = text.parse().context("contract: --examples")?,
            ["--seed", text] => seed = text.parse().context("contract: --seed")?,
            _ => bail!("contract: say --examples N, --seed S or both"),
        }
    }
    let (examples, seed) = (examples.to_string(), seed.to_string());
    sh("cargo build --locked")?;
    run(&[
        ("THERIAC_CONTRACT_EXAMPLES", &examples),
        ("THERIAC_CONTRACT_SEED", &seed),
    ])
}

fn run(env: &[(&str, &str)]) -> Result<()> {
    tools::nextest()?;
    tools::schemathesis()?;
    let tool = tools::contract_dir().join("venv/bin/schemathesis");
    let tool = tool.to_string_lossy();
    let env = [&[("THERIAC_SCHEMATHESIS", &*tool)], env].concat();
    // The whole workspace, because that is what is built already.
    let line = "cargo nextest run --workspace --locked --profile ci \
                --success-output immediate -E test(/^contract::/)";
    sh_in(&root(), line, &env)
}
