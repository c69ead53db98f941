//! The part of `theriac ledger` that writes: taking in bundles and erasing items, in the data
//! directory of a stopped node or through a running one.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use service::app::failure::Code;
use service::app::operate::MEDIA;
use service::http::dto::operate::{ErasureDto, ImportedDto, NewErasureDto};
use service::node::Erasing;
use service::{Config, Node, World};

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::out::{self, Format, list, text};
use super::{files, local};

/// What a running node takes; it says so itself, but only after the upload.
const BUNDLE_BYTES_MAX: u64 = 64 << 20;

/// Where the ledger is.
#[derive(Args, Debug)]
pub(crate) struct Place {
    /// Data directory of a stopped node, instead of asking a running one
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

/// Take in the blocks of a bundle: its checksum and every signature are checked first
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The bundle, as `theriac ledger export` writes it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

/// Erase items of final blocks for good; proofs of everything else hold as before
#[derive(Args, Debug)]
pub(crate) struct Erase {
    /// The block with the items (64 hex digits)
    #[arg(
        value_name = "BLOCK",
        requires = "items",
        required_unless_present = "media"
    )]
    block: Option<String>,
    /// Indices of its items, from 0
    #[arg(value_name = "ITEM", requires = "block")]
    items: Vec<u16>,
    /// Erase all items of this kind that are older than --keep-days
    #[arg(
        long,
        value_name = "KIND",
        value_parser = MEDIA.map(|(name, _)| name),
        requires = "keep_days",
        conflicts_with = "block"
    )]
    media: Option<String>,
    /// How many days after their block's clock items of this kind are kept
    #[arg(long, value_name = "DAYS", requires = "media")]
    keep_days: Option<u32>,
    /// Why; it is recorded for good, so no personal data
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Do it; without, only what would be erased is told
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn import(command: &Import, format: Format) -> Result<Exit, Failure> {
    let told = if let Some(data) = &command.place.data {
        // A missing file is told before the node is opened.
        File::open(&command.file)
            .with_context(|| format!("cannot read {}", command.file.display()))
            .map_err(|error| Failure::new(Exit::NotFound, error))?;
        let imported = with_node(data, |node| node.import(&command.file))?;
        serde_json::to_value(ImportedDto::from(imported)).map_err(Failure::usage)?
    } else {
        let bytes = files::read(&command.file, BUNDLE_BYTES_MAX).map_err(|failure| {
            let advice = "a larger bundle is taken in by a stopped node: give --data DIR";
            match failure.exit {
                Exit::Usage => failure.advise(advice),
                _ => failure,
            }
        })?;
        let client = command.place.connection.patient_client()?;
        let media = "application/octet-stream";
        let (_, answer) = client
            .post_bytes("/api/v1/ledger/import", media, &bytes)
            .map_err(import_failure)?;
        serde_json::from_slice(&answer).map_err(Failure::usage)?
    };
    match format {
        Format::Json => out::json(&told),
        Format::Text => {
            for refusal in list(&told, "/refusals") {
                out::line(&format!(
                    "refused {}: {}",
                    text(refusal, "/block"),
                    text(refusal, "/reason")
                ));
            }
            for quarantine in list(&told, "/quarantines") {
                out::line(&format!(
                    "recorded without effect {}: {}",
                    text(quarantine, "/block"),
                    text(quarantine, "/reason")
                ));
            }
            out::line(&format!(
                "{} new, {} known, {} waiting for blocks that are not here, {} refused, \
                 {} without effect",
                text(&told, "/new"),
                text(&told, "/known"),
                text(&told, "/waiting"),
                text(&told, "/refused"),
                text(&told, "/quarantined")
            ));
        }
    }
    let count = |name: &str| told.get(name).and_then(Value::as_u64).unwrap_or(0);
    if count("refused") + count("waiting") + count("quarantined") > 0 {
        return Ok(Exit::Partial);
    }
    Ok(Exit::Ok)
}

/// A damaged bundle is not what was written, wherever that is found out.
fn import_failure(error: service::client::ClientError) -> Failure {
    let damaged = matches!(&error, service::client::ClientError::Refused { problem, .. }
        if problem.code == "malformed");
    let failure = Failure::from(error);
    if damaged {
        let advice = "nothing was taken; fetch the bundle again";
        return Failure::new(Exit::Integrity, failure.error).advise(advice);
    }
    failure
}

pub(crate) fn erase(command: &Erase, format: Format) -> Result<Exit, Failure> {
    let named = command
        .block
        .iter()
        .map(|block| json!({ "block": block, "items": command.items }));
    let aged = command.media.iter().zip(command.keep_days);
    let aged = aged.map(|(media, days)| json!({ "media": media, "keep_days": days }));
    let body = json!({
        "items": named.collect::<Vec<_>>(),
        "retention": aged.collect::<Vec<_>>(),
        "reason": command.reason,
        "dry_run": !command.yes,
    });
    let told = if let Some(data) = &command.place.data {
        let wanted: NewErasureDto = serde_json::from_value(body).map_err(Failure::usage)?;
        let erasing = Erasing::try_from(wanted).map_err(Failure::usage)?;
        let erased = with_node(data, |node| {
            service::app::operate::erase_for(node, &erasing)
        })?;
        serde_json::to_value(ErasureDto::from(erased)).map_err(Failure::usage)?
    } else {
        let client = command.place.connection.patient_client()?;
        client.post("/api/v1/ledger/erase", &body)?
    };
    match format {
        Format::Json => out::json(&told),
        Format::Text => print_erasure(&told, command.yes),
    }
    Ok(Exit::Ok)
}

fn print_erasure(told: &Value, done: bool) {
    for block in list(told, "/of") {
        let items: Vec<String> = list(block, "/items")
            .iter()
            .map(|it| text(it, ""))
            .collect();
        out::line(&format!(
            "{}  items {}",
            text(block, "/block"),
            items.join(", ")
        ));
    }
    let (items, blocks) = (text(told, "/items"), text(told, "/blocks"));
    if done {
        out::line(&format!(
            "erased {items} items of {blocks} blocks; the reason stands in block {}",
            text(told, "/attestation")
        ));
        out::line("Backups made before still hold them.");
    } else {
        out::line(&format!(
            "would erase {items} items of {blocks} blocks; --yes does it"
        ));
    }
}

/// Opens the stopped node, which takes its directory, and closes it again.
fn with_node<T>(
    data: &Path,
    work: impl FnOnce(&Node) -> Result<T, service::Failure>,
) -> Result<T, Failure> {
    let mut config = Config::default();
    config.node.data_dir = data.to_path_buf();
    let node = Node::open(&config, World::real()).map_err(|error| local::failure(error, data))?;
    let done = work(&node);
    let closed = node.close();
    let done = done.map_err(|failure| {
        let exit = match failure.code() {
            Code::NotFound => Exit::NotFound,
            Code::Malformed | Code::Internal | Code::StorageStopped => Exit::Integrity,
            _ => Exit::Usage,
        };
        let inside = failure.inside();
        let error = anyhow::Error::from(failure);
        Failure::new(
            exit,
            match inside {
                Some(inside) => error.context(inside),
                None => error,
            },
        )
    })?;
    closed.map_err(Failure::usage)?;
    Ok(done)
}
