//! `theriac capture`: hands EPCIS 2.0 JSON documents to the node, file by file, waits until each
//! capture job has ended and counts what was recorded.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::anyhow;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use service::client::{Client, ClientError};

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::out::{self, Format};
use super::{files, progress};

const EXAMPLES: &str = "\
Examples:
  theriac capture shipment.json --key-file wholesaler.key
  theriac capture --server http://10.0.0.5:8080 day1.json day2.json --format json
  generate-events | theriac capture -

Exit code: 0 all captured, 7 some files failed, otherwise as for the one failure.";

/// A document is read whole; larger ones are to be split.
const DOCUMENT_BYTES_MAX: u64 = 64 << 20;
/// How long a job may run before it is called unfinished.
const JOB_POLLS_MAX: u32 = 1_200;
const JOB_POLL: Duration = Duration::from_millis(100);

/// Send EPCIS 2.0 JSON documents to a node
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Capture {
    /// EPCIS documents (JSON); `-` reads standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(command: &Capture, format: Format) -> Result<Exit, Failure> {
    let client = command.connection.client()?;
    let bar = progress::bar(command.files.len() as u64);
    let mut report = Report::default();
    for file in &command.files {
        bar.set_message(file.display().to_string());
        match capture(&client, file) {
            Ok(events) => report.good(file, events, format, &bar),
            Err(failure) => report.bad(file, failure, &bar),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(report.finish(format))
}

#[derive(Default)]
struct Report {
    files: Vec<Value>,
    events: u64,
    failures: Vec<Failure>,
}

impl Report {
    fn good(&mut self, file: &Path, events: u64, format: Format, bar: &ProgressBar) {
        self.events += events;
        self.files
            .push(json!({ "file": file, "events": events, "success": true }));
        if format == Format::Text {
            bar.suspend(|| out::line(&format!("{}: {events} events captured", file.display())));
        }
    }

    fn bad(&mut self, file: &Path, failure: Failure, bar: &ProgressBar) {
        let line = failure.line();
        self.files
            .push(json!({ "file": file, "success": false, "error": line }));
        bar.suspend(|| out::note(&format!("error: {}: {line}", file.display())));
        self.failures.push(failure);
    }

    fn finish(self, format: Format) -> Exit {
        let (all, failed) = (self.files.len(), self.failures.len());
        match format {
            Format::Json => {
                out::json(&json!({ "events": self.events, "failed": failed, "files": self.files }));
            }
            Format::Text => out::line(&format!(
                "captured {} events from {} of {all} files",
                self.events,
                all - failed
            )),
        }
        match self.failures.first() {
            None => Exit::Ok,
            Some(only) if failed == all => only.exit,
            Some(_) => Exit::Partial,
        }
    }
}

/// Captures one file; how many events it held.
fn capture(client: &Client, file: &Path) -> Result<u64, Failure> {
    let bytes = files::read(file, DOCUMENT_BYTES_MAX)?;
    let document = gs1::epcis::parse_any(&bytes).map_err(|error| {
        Failure::usage(anyhow::Error::from(error).context("this is no EPCIS document"))
            .advise("correct the document")
    })?;
    let events = document.events.len() as u64;
    let media = if gs1::epcis::is_xml(&bytes) {
        "application/xml"
    } else {
        "application/json"
    };
    let (location, _) = client.post_bytes("/epcis/capture", media, &bytes)?;
    let job = location.ok_or_else(|| ClientError::Unexpected {
        url: format!("{}/epcis/capture", client.server()),
        expected: "a capture job with a Location",
    })?;
    wait(client, &job)?;
    Ok(events)
}

/// Waits until the capture job has ended well.
fn wait(client: &Client, location: &str) -> Result<(), Failure> {
    let path = client.path_of(location);
    for _ in 0..JOB_POLLS_MAX {
        let job = client.get(path)?;
        if job.get("running").and_then(Value::as_bool) == Some(true) {
            std::thread::sleep(JOB_POLL);
            continue;
        }
        if job.get("success").and_then(Value::as_bool) == Some(true) {
            return Ok(());
        }
        let errors = job.get("errors").map_or_else(String::new, Value::to_string);
        let error = anyhow!("the capture job ended without success: {errors}");
        return Err(Failure::usage(error).advise("correct the events and capture them again"));
    }
    let error = anyhow!("the capture job at {path} is still running");
    Err(Failure::new(Exit::Unreachable, error).advise("ask for it later"))
}
