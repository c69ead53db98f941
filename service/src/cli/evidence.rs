//! `theriac evidence` fetches everything about a pack, a shipment or a case in one file; `theriac
//! verify-evidence` checks such a file offline, with public keys only.

use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::Args;
use gs1::Epc;
use serde_json::json;
use service::client::segment;
use service::evidence::{Evidence, Found, Step, check};
use tangle::verify::proof::Policy;

use super::connect::Connection;
use super::exit::{Exit, Failure, one_line};
use super::out::{self, Colour, Format, painted};
use super::verify_proof::Trusted;
use super::{files, trace};

const FETCH_EXAMPLES: &str = "\
Examples:
  theriac evidence '(01)09506000134352(21)K7M2' -o pack.evidence.json
  theriac evidence urn:epc:id:sscc:9506000.1000000001 -o shipment.evidence.json
  theriac evidence --case 'C06 https://id.gs1.org/01/09506000134352/10/LOT1' -o case.evidence.json
  theriac verify-evidence pack.evidence.json --key 'meridian+1a2b3c4d+AbC...'";

/// A bundle of thousands of events; more is another file.
const BUNDLE_BYTES_MAX: u64 = 256 << 20;

/// Fetch an evidence bundle for a pack, a shipment or a case
#[derive(Args, Debug)]
#[command(after_help = FETCH_EXAMPLES)]
pub(crate) struct Fetch {
    /// Any form of the identifier
    #[arg(value_name = "ID", allow_hyphen_values = true)]
    id: String,
    /// ID is that of a case, as the portal and the API give it
    #[arg(long)]
    case: bool,
    /// Where to write it (default: standard output)
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn fetch(command: &Fetch, format: Format) -> Result<Exit, Failure> {
    let (what, id) = if command.case {
        ("cases", command.id.clone())
    } else {
        let epc = trace::identify(&command.id)?;
        let what = match &epc {
            Epc::Sgtin(_) => "packs",
            _ => "shipments",
        };
        (what, epc.canonical())
    };
    let path = format!("/api/v1/{what}/{}/evidence", segment(&id));
    let bytes = command.connection.client()?.get_bytes(&path)?;
    let Some(file) = &command.output else {
        out::bytes(&bytes);
        return Ok(Exit::Ok);
    };
    files::write(file, &bytes)?;
    let shown = file.display();
    match format {
        Format::Json => out::json(&json!({ "file": file, "bytes": bytes.len() })),
        Format::Text => out::line(&format!(
            "evidence written to {shown}; check it with: theriac verify-evidence {shown}"
        )),
    }
    Ok(Exit::Ok)
}

const CHECK_EXAMPLES: &str = "\
Examples:
  theriac verify-evidence pack.evidence.json
  theriac verify-evidence pack.evidence.json --key 'meridian+1a2b3c4d+AbC...'

Every proof is checked as verify-proof does, every event is compared with what its proof
discloses, and the summary is made again. Checkpoint, network and key of the log must be those of
the proofs, and documents must name what the file is about; of a case, which has findings, that is
not proven, and said. A member that is given twice is refused. Without --key the keys pinned in the
proofs count.
Exit code: 0 everything holds, 6 something does not (it is named), 3 no such file.";

/// Check an evidence bundle offline
#[derive(Args, Debug)]
#[command(after_help = CHECK_EXAMPLES)]
pub(crate) struct Verify {
    /// The bundle; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    keys: Trusted,
}

pub(crate) fn verify(command: &Verify, format: Format) -> Result<Exit, Failure> {
    let (keys, witnesses_min) = command.keys.read()?;
    let bytes = files::read(&command.file, BUNDLE_BYTES_MAX)?;
    let evidence = Evidence::read(&bytes)
        .with_context(|| format!("{} is no evidence bundle", command.file.display()))
        .map_err(|error| Failure::new(Exit::Integrity, error))?;
    let policy = Policy {
        keys: (!keys.is_empty()).then_some(keys.as_slice()),
        witnesses_min,
    };
    let steps = check(&evidence, &policy);
    let failed = steps.iter().find(|step| step.found == Found::Fails);
    match format {
        Format::Json => {
            let told = |step: &Step| {
                let ok = match step.found {
                    Found::Holds => Some(true),
                    Found::Fails => Some(false),
                    Found::Unproven => None,
                };
                json!({ "name": step.name, "ok": ok, "detail": step.detail })
            };
            out::json(&json!({
                "ok": failed.is_none(),
                "about": evidence.about,
                "documents": evidence.documents.len(),
                "blocks": evidence.proofs.len(),
                "steps": steps.iter().map(told).collect::<Vec<_>>()
            }));
        }
        Format::Text => print(&evidence, &steps, keys.is_empty()),
    }
    let Some(failed) = failed else {
        return Ok(Exit::Ok);
    };
    let error = anyhow!(
        "the step '{}' does not hold: {}",
        failed.name,
        failed.detail
    )
    .context(format!("{} proves nothing", command.file.display()));
    Err(Failure::new(Exit::Integrity, error).advise("fetch the bundle again from the node"))
}

fn print(evidence: &Evidence, steps: &[Step], pinned: bool) {
    let open = steps.iter().any(|it| it.found == Found::Unproven);
    let word = if open { " (not proven)" } else { "" };
    out::line(&format!("about {}{word}", one_line(&evidence.about)));
    for line in &evidence.summary {
        out::line(&format!("  {}", one_line(line)));
    }
    for step in steps {
        let (mark, colour) = match step.found {
            Found::Holds => ("\u{2713}", Colour::Green),
            Found::Fails => ("\u{2717}", Colour::Red),
            Found::Unproven => ("?", Colour::Amber),
        };
        let detail = one_line(&step.detail);
        out::line(&format!(
            "{} {:<12}{detail}",
            painted(mark, colour),
            step.name
        ));
    }
    if pinned {
        out::line("note: checked with the keys pinned in the file; give --key to check who signed");
    }
}
