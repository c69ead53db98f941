//! `rfid-bridge read-logger`: what a logger's file says and whether to believe it. Exit status 0
//! means that a genuine device wrote exactly this file, 6 that nobody can know that.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use gs1::Epc;
use serde_json::{Value, json};

use crate::sensor::berlinger::{
    self, FILE_BYTES_MAX, LoggerError, LoggerFile, RootKey, SignatureState, epcis,
};

/// What is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Some lines for a human.
    Text,
    /// One JSON object with all readings.
    Json,
    /// An EPCIS document.
    Epcis {
        /// What was measured.
        subject: Option<String>,
        /// Where.
        read_point: Option<String>,
    },
}

/// The signature is invalid or absent, or the file is damaged.
const EXIT_INTEGRITY: u8 = 6;
/// There is no such file.
const EXIT_NOT_FOUND: u8 = 3;

/// Reads `file`, prints it, and answers with the exit status.
///
/// # Errors
/// When the file cannot be read, is no logger's file, or an argument is wrong.
pub fn run(file: &Path, format: &Format, root_key: Option<&str>) -> anyhow::Result<ExitCode> {
    let root = match root_key {
        Some(text) => text.parse().context("--root-key")?,
        None => RootKey::pinned().context("built-in root key")?,
    };
    let size = match std::fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            tracing::error!("{}: {error}", file.display());
            return Ok(ExitCode::from(EXIT_NOT_FOUND));
        }
        size => size.with_context(|| format!("reading {}", file.display()))?,
    };
    if size.len() > u64::try_from(FILE_BYTES_MAX)? {
        bail!("{} is larger than {FILE_BYTES_MAX} bytes", file.display());
    }
    let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let logger = match berlinger::read(&bytes, &root) {
        Ok(logger) => logger,
        Err(error @ LoggerError::Malformed { .. }) => {
            tracing::error!("{}: {error}", file.display());
            return Ok(ExitCode::from(EXIT_INTEGRITY));
        }
        Err(error) => return Err(error).with_context(|| file.display().to_string()),
    };
    let text = match format {
        Format::Text => text(&logger),
        Format::Json => json(&logger).to_string(),
        Format::Epcis {
            subject,
            read_point,
        } => {
            let epc = |text: &Option<String>, what| {
                text.as_deref().map(Epc::parse).transpose().context(what)
            };
            let context = epcis::Context {
                subject: epc(subject, "--subject")?,
                read_point: epc(read_point, "--read-point")?,
                device_id: None,
                sensor: None,
            };
            document(&logger, &context)?.to_string()
        }
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .context("printing")?;
    Ok(match logger.signature {
        SignatureState::Valid => ExitCode::SUCCESS,
        SignatureState::Invalid(_) | SignatureState::Absent => ExitCode::from(EXIT_INTEGRITY),
    })
}

/// Thousandths of a degree as text.
fn degrees(milli_c: i32) -> String {
    let sign = if milli_c < 0 { "-" } else { "" };
    let magnitude = milli_c.unsigned_abs();
    format!("{sign}{}.{:03}", magnitude / 1000, magnitude % 1000)
}

fn text(logger: &LoggerFile) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _written = writeln!(out, "{name:<17}{value}");
    };
    line("device", &logger.device);
    line("serial", &logger.serial);
    line("lot", &logger.lot);
    line("device signature", &logger.signature.to_string());
    line("sha-256", &hex::encode(logger.sha256));
    line("readings", &logger.readings.len().to_string());
    let times = logger.readings.iter().map(|reading| reading.local);
    if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
        line("from", &first.format("%Y-%m-%d %H:%M").to_string());
        line("to", &last.format("%Y-%m-%d %H:%M").to_string());
    }
    let values = logger.readings.iter().map(|reading| reading.milli_c);
    if let (Some(min), Some(max)) = (values.clone().min(), values.max()) {
        line("lowest", &format!("{} C", degrees(min)));
        line("highest", &format!("{} C", degrees(max)));
        let out = logger
            .readings
            .iter()
            .filter(|reading| reading.out_of_limits)
            .count();
        line("out of limits", &out.to_string());
    }
    if let Some(mean) = logger.kinetic_mean_milli_c {
        line(
            "kinetic mean",
            &format!("{} C by the device", degrees(mean)),
        );
    }
    line("days", &logger.days.len().to_string());
    out.truncate(out.trim_end().len());
    out
}

fn json(logger: &LoggerFile) -> Value {
    let fault = match &logger.signature {
        SignatureState::Invalid(fault) => Some(fault.to_string()),
        SignatureState::Valid | SignatureState::Absent => None,
    };
    let readings: Vec<Value> = logger
        .readings
        .iter()
        .map(|reading| {
            json!({
                "local": reading.local.format("%Y-%m-%dT%H:%M").to_string(),
                "milli_c": reading.milli_c,
                "out_of_limits": reading.out_of_limits,
            })
        })
        .collect();
    let days: Vec<Value> = logger
        .days
        .iter()
        .map(|day| {
            json!({
                "date": day.date.to_string(),
                "min_milli_c": day.min_milli_c,
                "max_milli_c": day.max_milli_c,
                "mean_milli_c": day.mean_milli_c,
            })
        })
        .collect();
    json!({
        "device": logger.device,
        "serial": logger.serial,
        "lot": logger.lot,
        "zone_minutes": logger.zone_minutes,
        "signature": logger.signature.word(),
        "fault": fault,
        "sha256": hex::encode(logger.sha256),
        "kinetic_mean_milli_c": logger.kinetic_mean_milli_c,
        "mean_milli_c": logger.mean_milli_c,
        "readings": readings,
        "missing": logger.missing.len(),
        "days": days,
    })
}

fn document(logger: &LoggerFile, context: &epcis::Context) -> anyhow::Result<Value> {
    let events = epcis::events(logger, context).context("making EPCIS events")?;
    let created = logger
        .readings
        .last()
        .map(|reading| reading.local)
        .or(logger
            .days
            .first()
            .map(|day| day.date.and_time(chrono::NaiveTime::MIN)))
        .unwrap_or_default();
    let events: Vec<Value> = events.iter().map(gs1::epcis::Event::to_json).collect();
    Ok(json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": created.and_utc().to_rfc3339(),
        "epcisBody": { "eventList": events },
    }))
}
