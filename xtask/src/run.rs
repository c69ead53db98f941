//! Running other programs: every call is shown, every failure names the command that failed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The workspace root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}

/// A command line split at blanks, run at the root; its output goes to the terminal.
pub(crate) fn sh(line: &str) -> Result<()> {
    sh_in(&root(), line, &[])
}

/// Like [`sh`], in a folder and with more environment.
pub(crate) fn sh_in(dir: &Path, line: &str, env: &[(&str, &str)]) -> Result<()> {
    println!("$ {line}");
    let status = command(dir, line, env)?
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("starting `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

/// Standard output of a command that must succeed.
pub(crate) fn output(line: &str) -> Result<String> {
    let out = command(&root(), line, &[])?
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("starting `{line}`"))?;
    if !out.status.success() {
        bail!(
            "`{line}` failed ({}): {}",
            out.status,
            String::from_utf8_lossy(&out.stderr)
        );
    }
    String::from_utf8(out.stdout).with_context(|| format!("`{line}` printed no UTF-8"))
}

/// Whether a command runs and succeeds; prints nothing.
pub(crate) fn works(line: &str) -> bool {
    command(&root(), line, &[]).is_ok_and(|mut command| {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}

fn command(dir: &Path, line: &str, env: &[(&str, &str)]) -> Result<Command> {
    let mut words = line.split_whitespace();
    let program = words.next().context("an empty command")?;
    let mut command = Command::new(program);
    // Cargo tells `xtask` about itself. Build scripts of others look at the same names, and would
    // be run again, with all that depends on them, whenever cargo is called in another way.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
        .args(words)
        .current_dir(dir)
        .envs(env.iter().copied());
    Ok(command)
}
