//! The portal's build and the contract between service and portal. `cargo build` needs neither:
//! the portal is embedded when it has been built.

use anyhow::{Context, Result};

use crate::run::{output, root, sh_in};
use crate::{tools, wasm};

/// Where the contract is committed.
const CONTRACT: &str = "service/openapi.json";

/// npm packages as locked.
pub(crate) fn install() -> Result<()> {
    tools::node()?;
    let env = [("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")];
    sh_in(&root().join("web"), "npm ci --no-audit --no-fund", &env)
}

/// Types, formatting and lints of the portal.
pub(crate) fn check() -> Result<()> {
    sh_in(&root().join("web"), "npm run check", &[])
}

/// The portal's unit tests.
pub(crate) fn test() -> Result<()> {
    sh_in(&root().join("web"), "npm test", &[])
}

/// web/build, which the service embeds, with the proof verifier in it where that can be built.
pub(crate) fn build() -> Result<()> {
    wasm::build()?;
    if !root().join("web/node_modules").exists() {
        install()?;
    }
    sh_in(&root().join("web"), "npm run build", &[])
}

/// The end-to-end tests on the real binaries of the dev profile. What fails once, on a machine that
/// has other work, too, is tried once more; the report calls it flaky.
pub(crate) fn e2e() -> Result<()> {
    tools::chromium()?;
    let binary = root().join("target/debug/theriac");
    let binary = binary.to_string_lossy();
    sh_in(
        &root().join("web"),
        "npm run e2e -- --retries=1",
        &[("THERIAC_BIN", &binary)],
    )
}

/// Writes the contract from the code, then the portal's types from the contract.
pub(crate) fn openapi() -> Result<()> {
    let text = output("cargo run --quiet -p service --bin theriac -- openapi")?;
    std::fs::write(root().join(CONTRACT), text).context("writing the contract")?;
    sh_in(&root().join("web"), "npm run api", &[])
}
