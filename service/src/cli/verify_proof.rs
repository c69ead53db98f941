//! `theriac verify-proof`: checks evidence offline, with public keys only, and names the first
//! step that does not hold.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;
use serde_json::{Value, json};
use tangle::VerifierKey;
use tangle::verify::proof::{self, Policy, Report, Trust};

use super::exit::{Exit, Failure};
use super::files;
use super::out::{self, Colour, Format, painted};

const EXAMPLES: &str = "\
Examples:
  theriac verify-proof pack.proof
  theriac verify-proof pack.proof --key 'meridian+1a2b3c4d+AbC...'
  theriac verify-proof pack.proof --key LOG --witness FIRST --witness SECOND --quorum 1

Without --key the keys pinned in the file count: that shows that nothing was changed since the
file was made, but only a key you have from elsewhere shows by whom.
Exit code: 0 every step holds, 6 a step fails (it is named), 3 no such file.";

/// The format's own bound is lower; this only keeps a wrong file out of memory.
const PROOF_BYTES_MAX: u64 = 16 << 20;

/// Check a proof file offline
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct VerifyProof {
    /// The proof file; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    keys: Trusted,
}

/// The keys to check with, and how many witnesses are wanted.
#[derive(Args, Debug)]
pub(crate) struct Trusted {
    /// Checkpoint key of the log (C2SP vkey); may be given several times
    #[arg(long = "key", value_name = "VKEY", num_args = 1..)]
    keys: Vec<String>,
    /// Key of a witness (C2SP vkey); may be given several times
    #[arg(long = "witness", value_name = "VKEY", num_args = 1.., requires = "keys")]
    witnesses: Vec<String>,
    /// How many of these witnesses must have co-signed (default: all of them)
    #[arg(long, value_name = "K", requires = "witnesses")]
    quorum: Option<usize>,
}

pub(crate) fn run(command: &VerifyProof, format: Format) -> Result<Exit, Failure> {
    let (keys, witnesses_min) = command.keys.read()?;
    let bytes = files::read(&command.file, PROOF_BYTES_MAX)?;
    let policy = Policy {
        keys: (!keys.is_empty()).then_some(keys.as_slice()),
        witnesses_min,
    };
    let report = proof::verify_with(&bytes, &policy);
    match format {
        Format::Json => out::json(&document(&report)),
        Format::Text => print(&report),
    }
    if report.ok() {
        return Ok(Exit::Ok);
    }
    let step = report.failed().map_or("file", |step| step.name);
    let error = anyhow!("the step '{step}' does not hold")
        .context(format!("{} proves nothing", command.file.display()));
    Err(Failure::new(Exit::Integrity, error).advise("fetch the proof again from the node"))
}

impl Trusted {
    /// All keys, those of witnesses included, and the quorum.
    pub(crate) fn read(&self) -> Result<(Vec<VerifierKey>, usize), Failure> {
        let parsed = |texts: &[String]| -> Result<Vec<VerifierKey>, Failure> {
            texts.iter().map(|key| parse(key)).collect()
        };
        let mut keys = parsed(&self.keys)?;
        let witnesses = parsed(&self.witnesses)?;
        refuse_wrong_kinds(&keys, &witnesses)?;
        let witnesses_min = self.quorum.unwrap_or(witnesses.len());
        if witnesses_min > witnesses.len() {
            let (wanted, given) = (witnesses_min, witnesses.len());
            let error = anyhow!("a quorum of {wanted} of {given} witnesses cannot be had");
            let advice = "give more --witness keys or a lower --quorum";
            return Err(Failure::usage(error).advise(advice));
        }
        keys.extend(witnesses);
        Ok((keys, witnesses_min))
    }
}

fn parse(key: &str) -> Result<VerifierKey, Failure> {
    key.trim()
        .parse::<VerifierKey>()
        .with_context(|| format!("'{key}' is no checkpoint key"))
        .map_err(|error| Failure::usage(error).advise("give name+hash+base64, as in demo.json"))
}

/// The key of a witness given as a log's, or the other way round, would count for nothing.
fn refuse_wrong_kinds(logs: &[VerifierKey], witnesses: &[VerifierKey]) -> Result<(), Failure> {
    let log = logs.iter().find(|key| key.is_witness());
    let witness = witnesses.iter().find(|key| !key.is_witness());
    let (key, advice) = match (log, witness) {
        (Some(key), _) => (key, "that is the key of a witness: give it with --witness"),
        (_, Some(key)) => (key, "that is the key of a log: give it with --key"),
        (None, None) => return Ok(()),
    };
    Err(Failure::usage(anyhow!("the key {key} is of the other kind")).advise(advice))
}

fn document(report: &Report) -> Value {
    let steps: Vec<Value> = report
        .steps
        .iter()
        .map(|step| json!({ "name": step.name, "ok": step.ok, "detail": step.detail }))
        .collect();
    let proved = report.proved.as_ref().map(|proved| {
        let items: Vec<Value> = proved
            .items
            .iter()
            .map(|item| json!({ "index": item.index, "body": body(&item.item.body) }))
            .collect();
        json!({
            "block": proved.id.to_string(),
            "network": proved.network.to_string(),
            "author": proved.header.kid.to_string(),
            "milestone": proved.milestone,
            "outcome": proved.outcome.to_string(),
            "position": proved.position,
            "checkpoint": { "origin": proved.checkpoint.origin, "size": proved.checkpoint.size },
            "witnesses": proved.witnesses.iter().map(|it| {
                json!({ "key": it.key.to_string(), "time_s": it.time_s })
            }).collect::<Vec<_>>(),
            "trust": match proved.trust { Trust::Given => "given", Trust::Pinned => "pinned" },
            "items": items,
        })
    });
    let failed = report.failed().map(|step| step.name);
    json!({ "ok": report.ok(), "failed": failed, "steps": steps, "proved": proved })
}

/// A body as JSON where it is some, else as hexadecimal text.
fn body(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| Value::from(hex::encode(bytes)))
}

fn print(report: &Report) {
    for step in &report.steps {
        let (mark, colour) = if step.ok {
            ("\u{2713}", Colour::Green)
        } else {
            ("\u{2717}", Colour::Red)
        };
        let detail = super::exit::one_line(&step.detail);
        out::line(&format!(
            "{} {:<21}{detail}",
            painted(mark, colour),
            step.name
        ));
    }
    let Some(proved) = &report.proved else { return };
    for item in &proved.items {
        out::line(&format!("item {}: {}", item.index, body(&item.item.body)));
    }
    if proved.trust == Trust::Pinned {
        out::line("note: checked with the keys pinned in the file; give --key to check who signed");
    }
}
