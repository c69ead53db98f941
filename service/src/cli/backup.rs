//! `theriac backup`: a copy of a node that can be opened as it is, with its keys and its API keys,
//! or only the ledger, which holds no secret. A stopped node is copied by this command, a running
//! one copies itself while it goes on recording.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;
use serde_json::{Value, json};
use service::OpenError;
use service::copy::{self, CopyError, Copying};
use service::http::dto::operate::BackupDto;
use service::keys::DataDir;

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::local;
use super::out::{self, Format, text};

const EXAMPLES: &str = "\
Examples:
  theriac backup --data theriac-data --to /backup/2026-11-21        # the node is stopped
  theriac backup --data theriac-data --to /handover --ledger-only
  theriac backup --name 2026-11-21 --key-file admin.key             # the node is running
  theriac serve --data /backup/2026-11-21                           # to restore, serve the copy

A running node makes the copy on its own machine, in the folder that its setting backup.dir (or
`theriac serve --backup-dir DIR`) names, and goes on recording; the copy has everything that was
acknowledged before. The copy is read back whole before the command ends. It holds the node's
private keys: keep it as safe as the node itself, or copy the ledger only.
Exit code: 0 done, 2 the target is in use or not writable, 3 no node, 4 no admin key, 5 the node
is running (with --data) or not reachable, 6 the ledger is damaged.";

/// Copy a node, stopped or running, or its ledger only
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Backup {
    /// Data directory of a stopped node
    #[arg(
        long,
        value_name = "DIR",
        requires = "to",
        required_unless_present = "name"
    )]
    data: Option<PathBuf>,
    /// Directory to make the copy in; it must not hold a node
    #[arg(long, value_name = "DIR", requires = "data")]
    to: Option<PathBuf>,
    /// Ask the running node for a copy of this name in its own folder for backups
    #[arg(long, value_name = "NAME", conflicts_with = "data")]
    name: Option<String>,
    /// Leave out keys and API keys: the copy can be read and checked, but not go on recording
    #[arg(long)]
    ledger_only: bool,
    /// End with the latest checkpoint, so that everything in the copy is final
    #[arg(long)]
    snapshot: bool,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(command: &Backup, format: Format) -> Result<Exit, Failure> {
    let copied = match (&command.name, &command.data, &command.to) {
        (Some(name), ..) => running(command, name)?,
        (None, Some(data), Some(to)) => stopped(command, data, to)?,
        _ => {
            let error = anyhow!("say which node to copy");
            return Err(Failure::usage(error).advise("give --data and --to, or --name"));
        }
    };
    match format {
        Format::Json => out::json(&copied),
        Format::Text => out::line(&format!(
            "copied {} blocks, {} milestones, {} bytes to {}",
            text(&copied, "/blocks"),
            text(&copied, "/milestones"),
            text(&copied, "/bytes"),
            text(&copied, "/to")
        )),
    }
    Ok(Exit::Ok)
}

fn running(command: &Backup, name: &str) -> Result<Value, Failure> {
    let body = json!({
        "name": name,
        "ledger_only": command.ledger_only,
        "snapshot": command.snapshot,
    });
    let client = command.connection.patient_client()?;
    Ok(client.post("/api/v1/backups", &body)?)
}

fn stopped(command: &Backup, data: &Path, to: &Path) -> Result<Value, Failure> {
    let held = local::Hold::of(data)?;
    let (from, target) = (DataDir::new(data), DataDir::new(to));
    let ledger = service::open_ledger(data).map_err(|error| local::failure(error, data))?;
    let what = Copying {
        ledger_only: command.ledger_only,
        snapshot: command.snapshot,
    };
    let copied = copy::copy(&ledger.reader(), held.store(), &from, &target, what);
    let copied = copied.map_err(|error| match error {
        CopyError::Exists(_) => Failure::usage(error).advise("choose an empty directory"),
        CopyError::Ledger(broken) => local::failure(OpenError::from(broken), data),
        other => Failure::usage(other).advise("check the target and its permissions"),
    })?;
    ledger
        .close()
        .map_err(|error| local::failure(error.into(), data))?;
    // Opening the copy once makes its index and shows that it opens.
    service::open_ledger(to)
        .and_then(|copy| Ok(copy.close()?))
        .map_err(|error| local::failure(error, to))?;
    let told = BackupDto::new(target.root(), copied, !command.ledger_only);
    serde_json::to_value(told).map_err(Failure::usage)
}
