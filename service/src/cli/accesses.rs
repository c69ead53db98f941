//! `theriac accesses`: who asked a node for what, and whether the log of it was tampered with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::{Args, Subcommand};
use service::audit::{self, Expired, Head};
use service::keys::DataDir;
use service::node::AccessAnchor;

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::local;
use super::out::{self, Format, list, text};

const EXAMPLES: &str = "\
Examples:
  theriac accesses list --party 9506000100033 --from 2026-11-01T00:00:00Z
  theriac accesses list --status 403 --format json
  theriac accesses check --data theriac-data

`list` asks a running node, newest first. `check` reads the log of a stopped node line by line and
holds it against what the ledger recorded of it.
Exit code of check: 0 the log is whole, 3 no node, 5 the node is running, 6 it was changed.";

/// Show and check who asked for what
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Accesses {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// The newest accesses
    List(Box<List>),
    /// Check the log of a stopped node against its ledger
    Check(Check),
}

#[derive(Args, Debug)]
struct List {
    /// From this time on, RFC 3339
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before this time, RFC 3339
    #[arg(long, value_name = "TIME")]
    before: Option<String>,
    /// Public id of the API key
    #[arg(long = "of-key", value_name = "ID")]
    of_key: Option<String>,
    /// GLN of the key's party
    #[arg(long, value_name = "GLN")]
    party: Option<String>,
    /// Action of the policy
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// HTTP status
    #[arg(long, value_name = "STATUS")]
    status: Option<u16>,
    /// Part of the path or query
    #[arg(long, value_name = "TEXT")]
    contains: Option<String>,
    /// Most lines
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args, Debug)]
struct Check {
    /// Data directory of a stopped node
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

pub(crate) fn run(command: &Accesses, format: Format) -> Result<Exit, Failure> {
    match &command.command {
        Command::List(command) => list_accesses(command, format),
        Command::Check(command) => check(&command.data, format),
    }
}

fn list_accesses(command: &List, format: Format) -> Result<Exit, Failure> {
    let status = command.status.map(|status| status.to_string());
    let given = [
        ("from", &command.from),
        ("before", &command.before),
        ("key", &command.of_key),
        ("party", &command.party),
        ("action", &command.action),
        ("status", &status),
        ("contains", &command.contains),
    ];
    let mut path = format!("/api/v1/accesses?per_page={}", command.limit);
    for (name, value) in given {
        if let Some(value) = value {
            path = format!("{path}&{name}={}", encoded(value));
        }
    }
    let answer = command.connection.client()?.get(&path)?;
    match format {
        Format::Json => out::json(&answer),
        Format::Text => {
            for line in list(&answer, "/accesses") {
                let or_dash = |pointer| {
                    let value = text(line, pointer);
                    if value.is_empty() {
                        "-".to_owned()
                    } else {
                        value
                    }
                };
                out::line(&format!(
                    "{} {} {:<13} {:<8} {:<18} {} {}",
                    text(line, "/at"),
                    text(line, "/status"),
                    or_dash("/party"),
                    or_dash("/key"),
                    or_dash("/action"),
                    text(line, "/method"),
                    text(line, "/target"),
                ));
            }
        }
    }
    Ok(Exit::Ok)
}

/// Percent-encodes all but what stands for itself everywhere (RFC 3986 2.3).
fn encoded(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| {
        if keep(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(one).collect()
}

fn check(data: &Path, format: Format) -> Result<Exit, Failure> {
    let held = local::Hold::of(data)?;
    let anchors = anchors(data)?;
    drop(held);
    let mut open = anchors.clone();
    let mut agree = 0_usize;
    let mut strangers = Vec::new();
    let mut expired = None;
    let dir = DataDir::new(data).accesses();
    let walked = audit::check(&dir, |line, head: Head| {
        expired = Expired::of(line).or(expired);
        if let Some((anchor, _)) = open.remove(&head.seq) {
            if anchor.is(&head) {
                agree += 1;
            } else {
                strangers.push(head.seq);
            }
        }
    });
    let integrity = |error: anyhow::Error| {
        Failure::new(Exit::Integrity, error)
            .advise("keep a copy of the directory; compare with a backup")
    };
    let head = walked.map_err(|error| integrity(error.into()))?;
    if let Some(line) = strangers.first() {
        let what = "the ledger recorded another hash of line";
        return Err(integrity(anyhow!("{what} {line} of the access log")));
    }
    let removed = expired.map_or(0, |it| it.last.seq);
    if let Some(line) = expired.and_then(|it| young(&anchors, &it)) {
        let what = "was removed before its time, though the log says that it was old";
        return Err(integrity(anyhow!("line {line} of the access log {what}")));
    }
    open.retain(|line, _| *line > removed);
    if let Some(line) = open.keys().next_back() {
        let what = "the ledger recorded, are gone from the access log";
        return Err(integrity(anyhow!("lines up to {line}, which {what}")));
    }
    let last = anchors.keys().next_back().copied().unwrap_or(0);
    match format {
        Format::Json => out::json(&serde_json::json!({
            "lines": head.seq, "removed": removed, "anchors": agree, "anchored": last,
        })),
        Format::Text => {
            out::line(&format!(
                "{} lines follow each other; {agree} recordings in the ledger agree, up to line \
                 {last}",
                head.seq.saturating_sub(removed)
            ));
            if removed > 0 {
                out::line(&format!("lines up to {removed} were removed in their time"));
            }
        }
    }
    Ok(Exit::Ok)
}

/// A line that was removed though the ledger recorded after the removal's own limit that nothing
/// up to the line before it was noted yet.
fn young(anchors: &Anchors, expired: &Expired) -> Option<u64> {
    let late = |at_ms: u64| i64::try_from(at_ms).is_ok_and(|at_ms| at_ms >= expired.before_ms);
    let first_late = anchors.iter().find(|(_, (_, at_ms))| late(*at_ms))?;
    // The line behind a recording was noted after it.
    let line = first_late.0.saturating_add(1);
    (line <= expired.last.seq).then_some(line)
}

/// What the ledger recorded of the log and when (Unix milliseconds), by the number of the line.
type Anchors = BTreeMap<u64, (AccessAnchor, u64)>;

/// What the ledger recorded of the log.
fn anchors(data: &Path) -> Result<Anchors, Failure> {
    let ledger = service::open_ledger(data).map_err(|error| local::failure(error, data))?;
    let mut found = BTreeMap::new();
    let ordered = ledger.replay(0);
    for ordered in ordered.map_err(|error| local::failure(error.into(), data))? {
        let ordered = ordered.map_err(|error| local::failure(error.into(), data))?;
        for block in &ordered.blocks {
            if let Some(anchor) = AccessAnchor::of(block) {
                let noted = (anchor.access_log_lines, ordered.time_ms);
                found.insert(noted.0, (anchor, noted.1));
            }
        }
    }
    ledger
        .close()
        .map_err(|error| local::failure(error.into(), data))?;
    Ok(found)
}
