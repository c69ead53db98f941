//! What the tests need and a fresh Debian machine lacks: installed here, once, by name from the
//! ordinary package clients. Each step first looks whether the thing is already there.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{output, root, sh, sh_in, works};

const NEXTEST: &str = "0.9";
const CARGO_DENY: &str = "0.20.2";
/// Independent LLRP peers, as Python packages and as a Node package.
const PYTHON_PEERS: &str = "sllurp==3.0.5 pyllrp==3.1.1 bitstring==4.2.3";
/// The tool that holds the service against descriptions of its API. Its test data come from the
/// second, and what it calls a breach from the third: pinned, so that a seed means the same.
const SCHEMATHESIS: &str = "schemathesis==4.32.5 hypothesis==6.170.17 jsonschema_rs==0.60.3";
const NODE_PEERS: &str = "llrpjs@1.0.1";

/// Everything, for `cargo xtask setup`.
pub(crate) fn everything() -> Result<()> {
    nextest()?;
    cargo_deny()?;
    node()?;
    chromium()?;
    peers()?;
    mosquitto()?;
    chrony()?;
    tpm()?;
    pcsc()?;
    schemathesis()
}

/// The test runner.
pub(crate) fn nextest() -> Result<()> {
    if works("cargo nextest --version") {
        return Ok(());
    }
    sh(&format!(
        "cargo install cargo-nextest --locked --version ^{NEXTEST}"
    ))
}

/// Licences, bans and sources.
pub(crate) fn cargo_deny() -> Result<()> {
    if works("cargo deny --version") {
        return Ok(());
    }
    sh(&format!(
        "cargo install cargo-deny --locked --version {CARGO_DENY}"
    ))
}

/// Whether the compiler can build for a target; it is fetched where `rustup` can.
pub(crate) fn rust_target(name: &str) -> bool {
    let installed = output("rustup target list --installed").unwrap_or_default();
    installed.lines().any(|line| line == name) || works(&format!("rustup target add {name}"))
}

/// A C compiler for another processor: the linker, and what compiles the cryptography of TLS.
pub(crate) fn cross(gnu: &str, libc: &str) -> Result<()> {
    if works(&format!("{gnu}-gcc --version")) && Path::new("/usr").join(gnu).exists() {
        return Ok(());
    }
    apt(&format!("gcc-{gnu} {libc}"))
}

/// A program that runs those of another processor.
pub(crate) fn emulator(name: &str) -> Result<()> {
    if works(&format!("{name} -version")) {
        return Ok(());
    }
    apt("qemu-user")
}

/// Node and npm, for the portal.
pub(crate) fn node() -> Result<()> {
    if works("node --version") && works("npm --version") {
        return Ok(());
    }
    apt("nodejs npm")
}

/// The browser of the end-to-end tests.
pub(crate) fn chromium() -> Result<()> {
    if Path::new("/usr/bin/chromium").exists() {
        return Ok(());
    }
    apt("chromium")
}

/// The MQTT broker that the bridge's tests start.
pub(crate) fn mosquitto() -> Result<()> {
    if Path::new("/usr/sbin/mosquitto").exists() {
        return Ok(());
    }
    apt("mosquitto")
}

/// The time service that the bridge's tests ask.
pub(crate) fn chrony() -> Result<()> {
    if Path::new("/usr/sbin/chronyd").exists() {
        return Ok(());
    }
    apt("chrony")
}

/// A TPM in software, and the tools with which the bridge seals its key.
pub(crate) fn tpm() -> Result<()> {
    if Path::new("/usr/bin/swtpm").exists() && Path::new("/usr/bin/tpm2_unseal").exists() {
        return Ok(());
    }
    apt("swtpm tpm2-tools libtss2-tcti-swtpm0")
}

/// PC/SC lite with a virtual reader, for USB desk readers.
pub(crate) fn pcsc() -> Result<()> {
    let reader = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
    if has_pcsc() && Path::new("/usr/sbin/pcscd").exists() && Path::new(reader).exists() {
        return Ok(());
    }
    apt("libpcsclite-dev pkg-config pcscd vsmartcard-vpcd")
}

/// Whether programs can be built with PC/SC.
pub(crate) fn has_pcsc() -> bool {
    works("pkg-config --exists libpcsclite")
}

/// The folder of the independent LLRP peers.
pub(crate) fn peers_dir() -> PathBuf {
    root().join("target/peers")
}

/// Python and Node implementations of LLRP, to hold ours against, and a dissector.
pub(crate) fn peers() -> Result<()> {
    if !works("tshark --version") {
        apt("tshark")?;
    }
    let dir = peers_dir();
    std::fs::create_dir_all(&dir).context("making target/peers")?;
    if !works(&format!(
        "{}/venv/bin/python -c __import__('sllurp')",
        dir.display()
    )) {
        python(&dir, PYTHON_PEERS)?;
    }
    if !dir.join("node_modules/llrpjs").exists() {
        sh_in(
            &dir,
            &format!("npm install --no-audit --no-fund --prefix . {NODE_PEERS}"),
            &[],
        )?;
    }
    Ok(())
}

/// The folder of [`schemathesis`]; the program is `venv/bin/schemathesis` there.
pub(crate) fn contract_dir() -> PathBuf {
    root().join("target/contract")
}

/// The tool of the contract tests.
pub(crate) fn schemathesis() -> Result<()> {
    let dir = contract_dir();
    std::fs::create_dir_all(&dir).context("making target/contract")?;
    let wanted = SCHEMATHESIS.split_whitespace().next().unwrap_or_default();
    let version = wanted.rsplit('=').next().unwrap_or_default();
    let there = output(&format!(
        "{}/venv/bin/schemathesis --version",
        dir.display()
    ));
    if there.is_ok_and(|text| text.trim().ends_with(version)) {
        return Ok(());
    }
    python(&dir, SCHEMATHESIS)
}

/// Python packages in `venv` below a folder.
fn python(dir: &Path, packages: &str) -> Result<()> {
    if !works("python3 -c __import__('ensurepip')") {
        apt("python3-venv")?;
    }
    sh_in(dir, "python3 -m venv venv", &[])?;
    sh_in(
        dir,
        &format!("venv/bin/pip install --quiet {packages}"),
        &[],
    )
}

/// Installs Debian packages when this user may; otherwise says which are missing.
fn apt(packages: &str) -> Result<()> {
    let sudo = if works("sudo -n true") && !is_root() {
        "sudo "
    } else {
        ""
    };
    if sudo.is_empty() && !is_root() {
        bail!("please install: apt-get install {packages}");
    }
    let quiet = &[("DEBIAN_FRONTEND", "noninteractive")];
    sh_in(&root(), &format!("{sudo}apt-get update -qq"), quiet)?;
    let install = format!("{sudo}apt-get install -y -qq --no-install-recommends {packages}");
    sh_in(&root(), &install, quiet)
}

fn is_root() -> bool {
    output("id -u").is_ok_and(|id| id.trim() == "0")
}
