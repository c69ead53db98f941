//! `theriac check`: reads a stopped node's log, derives everything again and compares.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::exit::{Exit, Failure};
use super::local;
use super::out::{self, Format};

const EXAMPLES: &str = "\
Examples:
  theriac check --data theriac-data
  theriac check --data theriac-data --rebuild

Stop the node first; a node in use is not checked.
It looks at the ledger, the keys and the API keys. What is derived (the index) can be made anew;
the log, the checkpoint, the genesis and the keys come back from a backup only.
Exit code: 0 all equal, 3 no node, 5 the node is running, 6 something differs or is damaged (each difference is listed).";

/// Compare everything stored with what the log gives
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Check {
    /// Data directory of a stopped node
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Also derive everything anew from the log and compare the whole of it
    #[arg(long)]
    rebuild: bool,
}

pub(crate) fn run(command: &Check, format: Format) -> Result<Exit, Failure> {
    let held = local::Hold::of(&command.data)?;
    let mut report = service::check(&command.data, command.rebuild)
        .map_err(|error| local::failure(error, &command.data))?;
    report.differences.extend(held.damage(&command.data));
    let differences: Vec<String> = report.differences.iter().map(ToString::to_string).collect();
    match format {
        Format::Json => out::json(&serde_json::json!({
            "ok": differences.is_empty(),
            "blocks": report.blocks,
            "milestones": report.milestones,
            "leaves": report.leaves,
            "rows": report.rows,
            "pinned": report.pinned,
            "unfinished": report.unfinished,
            "differences": differences,
        })),
        Format::Text => {
            for difference in &differences {
                out::line(&format!("differs: {}", super::exit::one_line(difference)));
            }
            if report.unfinished {
                out::line("an unfinished batch lies at the end of the log; it was never answered");
            }
            out::line(&format!(
                "{} blocks, {} milestones, {} index rows and {} leaves compared, {} differences",
                report.blocks,
                report.milestones,
                report.rows,
                report.leaves,
                differences.len()
            ));
        }
    }
    if differences.is_empty() {
        return Ok(Exit::Ok);
    }
    let error = anyhow!(
        "{}: {} of what is stored differs from what the log gives",
        command.data.display(),
        differences.len()
    );
    let advice = "keep a copy of the directory first, then do what each line above says";
    Err(Failure::new(Exit::Integrity, error).advise(advice))
}
