//! `theriac proof`: fetches the evidence for a pack's event or for a block, to be checked offline.

use std::path::PathBuf;

use clap::Args;
use gs1::Epc;
use service::client::segment;

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::out::{self, Format};
use super::{files, trace};

const EXAMPLES: &str = "\
Examples:
  theriac proof '(01)09506000134352(21)K7M2' -o pack.proof && theriac verify-proof pack.proof
  theriac proof 5f2b...64 hex digits... --item 3 -o event.proof";

/// Fetch a proof file for a pack or a block
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Proof {
    /// A pack in any form, or a block id (64 hex digits)
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    id: String,
    /// Which event of the pack (default: its latest)
    #[arg(long, value_name = "EVENT_ID", conflicts_with = "item")]
    event: Option<String>,
    /// Which item of the block to disclose
    #[arg(long, value_name = "N")]
    item: Option<u16>,
    /// Where to write it (default: standard output)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(command: &Proof, format: Format) -> Result<Exit, Failure> {
    let bytes = command.connection.client()?.get_bytes(&path(command)?)?;
    match &command.output {
        Some(file) => {
            files::write(file, &bytes)?;
            let told = serde_json::json!({ "file": file, "bytes": bytes.len() });
            match format {
                Format::Json => out::json(&told),
                Format::Text => out::line(&format!(
                    "proof written to {}; check it with: theriac verify-proof {}",
                    file.display(),
                    file.display()
                )),
            }
        }
        None => out::line(String::from_utf8_lossy(&bytes).trim_end_matches('\n')),
    }
    Ok(Exit::Ok)
}

fn path(command: &Proof) -> Result<String, Failure> {
    let id = command.id.trim();
    if id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let item = command
            .item
            .map_or_else(String::new, |item| format!("?item={item}"));
        return Ok(format!(
            "/api/v1/blocks/{}/proof{item}",
            id.to_ascii_lowercase()
        ));
    }
    let epc = trace::identify(id)?;
    if !matches!(epc, Epc::Sgtin(_)) {
        let error = anyhow::anyhow!("'{id}' is neither a pack nor a block id");
        return Err(Failure::usage(error).advise("give a serialised GTIN or 64 hex digits"));
    }
    let event = command
        .event
        .as_deref()
        .map(|event| format!("?event={}", segment(event)));
    let event = event.unwrap_or_default();
    Ok(format!(
        "/api/v1/packs/{}/proof{event}",
        segment(&epc.canonical())
    ))
}
