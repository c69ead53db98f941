//! `theriac backup`: a copy of a node that can be opened as it is, with its keys and its API keys,
//! or only the ledger, which holds no secret.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;
use service::keys::DataDir;

use super::exit::{Exit, Failure};
use super::local;
use super::out::{self, Format};

const EXAMPLES: &str = "\
Examples:
  theriac backup --data theriac-data --to /backup/2026-11-21
  theriac backup --data theriac-data --to /handover --ledger-only
  theriac serve --data /backup/2026-11-21        # to restore, serve the copy

Stop the node first. The copy is read back whole before the command ends. It holds the node's
private keys: keep it as safe as the node itself, or copy the ledger only.
Exit code: 0 done, 2 the target is in use or not writable, 3 no node, 6 the ledger is damaged.";

/// Copy a stopped node, or its ledger only
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Backup {
    /// Data directory of a stopped node
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Directory to make the copy in; it must not hold a node
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Leave out keys and API keys: the copy can be read and checked, but not go on recording
    #[arg(long)]
    ledger_only: bool,
    /// End with the latest checkpoint, so that everything in the copy is final
    #[arg(long)]
    snapshot: bool,
}

pub(crate) fn run(command: &Backup, format: Format) -> Result<Exit, Failure> {
    let _held = local::Hold::of(&command.data)?;
    let (from, to) = (DataDir::new(&command.data), DataDir::new(&command.to));
    if to.ledger().join("genesis.cbor").exists() {
        let error = anyhow!("{} already holds a node", command.to.display());
        return Err(Failure::usage(error).advise("choose an empty directory"));
    }
    let ledger = service::open_ledger(&command.data)
        .map_err(|error| local::failure(error, &command.data))?;
    let attempt = || format!("cannot copy into {}", command.to.display());
    service::keys::make_private_dir(to.root())
        .with_context(attempt)
        .map_err(Failure::usage)?;
    if !command.ledger_only {
        copy_secrets(&from, &to)
            .with_context(attempt)
            .map_err(Failure::usage)?;
    }
    // The ledger last: a directory without one is no node, so a copy cut short is not served.
    let reader = ledger.reader();
    let copied = if command.snapshot {
        reader.snapshot(&to.ledger())
    } else {
        reader.backup(&to.ledger())
    };
    let copied = copied.map_err(|error| local::failure(error.into(), &command.data))?;
    ledger
        .close()
        .map_err(|error| local::failure(error.into(), &command.data))?;
    // Opening the copy once makes its index and shows that it opens.
    service::open_ledger(&command.to)
        .and_then(|copy| Ok(copy.close()?))
        .map_err(|error| local::failure(error, &command.to))?;
    match format {
        Format::Json => out::json(&serde_json::json!({
            "to": command.to.display().to_string(),
            "blocks": copied.blocks,
            "milestones": copied.milestones,
            "leaves": copied.leaves,
            "segments": copied.segments,
            "bytes": copied.bytes,
            "keys": !command.ledger_only,
        })),
        Format::Text => out::line(&format!(
            "copied {} blocks, {} milestones, {} bytes to {}",
            copied.blocks,
            copied.milestones,
            copied.bytes,
            command.to.display()
        )),
    }
    Ok(Exit::Ok)
}

/// Keys and API keys, with the permissions they have.
fn copy_secrets(from: &DataDir, to: &DataDir) -> anyhow::Result<()> {
    service::keys::make_private_dir(&to.keys())?;
    for entry in fs::read_dir(from.keys()).context("reading the keys")? {
        let path = entry.context("reading the keys")?.path();
        if let Some(name) = path.file_name().filter(|_| path.is_file()) {
            copy_durably(&path, &to.keys().join(name))?;
        }
    }
    if from.store().exists() {
        copy_durably(&from.store(), &to.store())?;
    }
    Ok(())
}

fn copy_durably(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::copy(from, to)
        .and_then(|_bytes| fs::File::open(to)?.sync_all())
        .with_context(|| format!("copying {}", from.display()))
}
