//! `theriac epcis`: judges EPCIS documents and writes them in another form, without a node, so that
//! a partner's file can be mended before anybody captures it.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use gs1::epcis::{self, Problem, Rule, Source, Target, Validation};
use gs1::limits::DOCUMENT_BYTES_MAX;
use serde_json::json;

use super::exit::{Exit, Failure, one_line};
use super::files;
use super::out::{self, Colour, Format, painted};

const EXAMPLES: &str = "\
Examples:
  theriac epcis validate shipment.jsonld
  theriac epcis validate shipment.xml --format json
  theriac epcis convert shipment.xml --to json > shipment.jsonld
  theriac epcis convert shipment.jsonld --to xml1.2 --output shipment.xml

JSON and XML, EPCIS 2.0 and 1.2, are recognised by their content; `-` reads standard input.
Exit code: 0 valid or done, 2 not valid or not readable (the reason is on standard error).";

/// Judge and convert EPCIS documents
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EpcisCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// List what is wrong with a document, each problem with its place, its rule and a repair
    Validate {
        /// The document
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Let warnings count as problems
        #[arg(long)]
        strict: bool,
    },
    /// Write a document in another form; what that form cannot say is told on standard error
    Convert {
        /// The document
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The form to write
        #[arg(long, value_name = "FORM", value_parser = forms())]
        to: String,
        /// File to write instead of standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

fn forms() -> PossibleValuesParser {
    PossibleValuesParser::new(["json", "xml2.0", "xml1.2"])
}

pub(crate) fn run(command: &EpcisCommand, format: Format) -> Result<Exit, Failure> {
    match &command.action {
        Action::Validate { file, strict } => validate(file, *strict, format),
        Action::Convert { file, to, output } => convert(file, to, output.as_deref()),
    }
}

fn validate(file: &Path, strict: bool, format: Format) -> Result<Exit, Failure> {
    let bytes = files::input(file, DOCUMENT_BYTES_MAX as u64)?;
    let found = epcis::validate(&bytes);
    let faults = found
        .problems
        .iter()
        .filter(|problem| is_fault(problem, strict));
    let valid = faults.clone().next().is_none();
    match format {
        Format::Json => out::json(&document(&found, valid)?),
        Format::Text => print(file, &found, strict),
    }
    let Some(first) = faults.clone().next() else {
        return Ok(Exit::Ok);
    };
    let more = if found.truncated { " or more" } else { "" };
    let count = match faults.count() {
        1 => format!("1 problem{more}"),
        several => format!("{several} problems{more}"),
    };
    let error = anyhow!("{first}").context(format!("{} has {count}, first", file.display()));
    Err(Failure::usage(error))
}

/// Whether the document is not valid for this. The rest are warnings: rules of other standards and
/// of common sense, such as a check digit that is wrong, and what published examples do against
/// the conformance requirements without leaving anything in doubt.
fn is_fault(problem: &Problem, strict: bool) -> bool {
    strict || (problem.origin != Source::Ours && problem.rule != Rule::SensorAttributeTwice)
}

fn document(found: &Validation, valid: bool) -> Result<serde_json::Value, Failure> {
    let mut document = serde_json::to_value(found)
        .map_err(|error| Failure::usage(anyhow!(error).context("cannot write the answer")))?;
    if let Some(map) = document.as_object_mut() {
        map.insert("valid".to_owned(), json!(valid));
    }
    Ok(document)
}

fn print(file: &Path, found: &Validation, strict: bool) {
    let mut valid = true;
    for problem in &found.problems {
        let fault = is_fault(problem, strict);
        valid &= !fault;
        let mark = if fault {
            painted("\u{2717}", Colour::Red)
        } else {
            painted("warning:", Colour::Amber)
        };
        out::line(&format!("{mark} {}", one_line(&problem.to_string())));
        if !problem.expected.is_empty() {
            out::line(&format!("    expected {}", one_line(&problem.expected)));
        }
        if let Some(repair) = &problem.repair {
            let patch = serde_json::to_string(repair).unwrap_or_default();
            out::line(&format!("    repair   {}", one_line(&patch)));
        }
    }
    if valid {
        let events = match found.events {
            1 => "1 event".to_owned(),
            several => format!("{several} events"),
        };
        let mark = painted("\u{2713}", Colour::Green);
        out::line(&format!("{mark} {} is valid: {events}", file.display()));
    }
}

fn convert(file: &Path, to: &str, output: Option<&Path>) -> Result<Exit, Failure> {
    let target = Target::parse(to).ok_or_else(|| Failure::usage(anyhow!("no such form: {to}")))?;
    let bytes = files::input(file, DOCUMENT_BYTES_MAX as u64)?;
    let converted = epcis::convert(&bytes, target)
        .with_context(|| format!("cannot convert {}", file.display()))
        .map_err(Failure::usage)?;
    for note in &converted.notes {
        out::note(&format!("note: {}", one_line(&note.to_string())));
    }
    for loss in &converted.losses {
        out::note(&format!("lost: {}", one_line(&loss.to_string())));
    }
    match output {
        Some(file) => files::write(file, &converted.bytes)?,
        None => out::bytes(&converted.bytes),
    }
    Ok(Exit::Ok)
}
