//! `theriac event-hash`: the name that the content of an event gives it (CBV 2.0, 8.9), so that two
//! parties can tell that they hold the same event.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use gs1::event_hash::{self, Profile};
use gs1::limits::DOCUMENT_BYTES_MAX;

use super::exit::{Exit, Failure};
use super::{files, out};

const EXAMPLES: &str = "\
Examples:
  theriac event-hash shipment.jsonld
  theriac event-hash shipment.xml --profile cbv2.1

One `ni:///sha-256;...?ver=...` per line, in the order of the document. Profiles: cbv2.0 (as the
standard is written), cbv2.1 (extensions stay in their field), python-1.9 (as the reference
implementation of that version computes).
Exit code: 0 done, 2 the file cannot be read (the reason is on standard error).";

/// Compute the CBV event hash of each event of a document
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EventHash {
    /// An EPCIS document, JSON or XML; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The rules to hash by: cbv2.0, cbv2.1 or python-1.9
    #[arg(long, value_name = "PROFILE", default_value = "cbv2.0")]
    profile: Profile,
}

pub(crate) fn run(command: &EventHash) -> Result<Exit, Failure> {
    let bytes = files::input(&command.file, DOCUMENT_BYTES_MAX as u64)?;
    let hashes = event_hash::document(&bytes, command.profile)
        .with_context(|| format!("cannot hash {}", command.file.display()))
        .map_err(Failure::usage)?;
    for hash in &hashes {
        out::line(hash);
    }
    Ok(Exit::Ok)
}
