//! `rfid-bridge read-logger FILE`: what a logger file says and whether its device signed it, for
//! people, for programs, or as EPCIS.

use std::fmt::Write as _;

use chrono::DateTime;
use gs1::Epc;
use serde_json::{Value, json};

use crate::sensor::seal::Seal;
use crate::sensor::{LoggerFile, Trip, events};

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object.
    Json,
    /// An EPCIS 2.0 document with the readings.
    Epcis,
}

/// What the readings are about, where EPCIS is asked for.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct About {
    /// What the logger travelled with: an SSCC or another EPC, as URN or Digital Link
    #[arg(long = "about", value_name = "EPC")]
    pub epcs: Vec<String>,
    /// Where it stood: an SGLN
    #[arg(long, value_name = "SGLN")]
    pub read_point: Option<String>,
    /// Id of the logger [default: a URN from its serial number]
    #[arg(long, value_name = "URI")]
    pub device_id: Option<String>,
}

/// What to print about a file.
///
/// # Errors
/// When `about` names no EPC, or the readings make no valid event.
pub fn show(file: &LoggerFile, format: Format, about: &About) -> anyhow::Result<String> {
    Ok(match format {
        Format::Text => text(file),
        Format::Json => format!("{:#}\n", object(file)),
        Format::Epcis => format!("{:#}\n", document(file, about)?),
    })
}

fn seal_word(seal: Seal) -> &'static str {
    match seal {
        Seal::Valid => "valid",
        Seal::Invalid { .. } => "invalid",
        Seal::Absent => "absent",
    }
}

fn time(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).map_or_else(String::new, |at| at.to_rfc3339())
}

/// `-0.5`, from thousandths of a degree.
fn celsius(milli: i32) -> String {
    gs1::Decimal::from_milli(milli.into()).to_string()
}

fn text(file: &LoggerFile) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        writeln!(out, "{name:<18} {value}").unwrap_or_default();
    };
    line("device", file.device.clone());
    line("serial", file.serial.clone());
    if let Some(lot) = &file.lot {
        line("lot", lot.clone());
    }
    line(
        "device signature",
        match file.seal {
            Seal::Valid => "valid: a device of this lot made exactly these bytes".into(),
            Seal::Invalid { why } => format!("INVALID ({why:?}): do not rely on these readings"),
            Seal::Absent => "absent".into(),
        },
    );
    line("readings", file.readings.len().to_string());
    if let (Some(first), Some(last)) = (file.readings.first(), file.readings.last()) {
        line(
            "from, to",
            format!("{}, {}", time(first.time_ms), time(last.time_ms)),
        );
        let values = || file.readings.iter().map(|reading| reading.milli_c);
        let (low, high) = (
            values().min().unwrap_or_default(),
            values().max().unwrap_or_default(),
        );
        line(
            "lowest, highest",
            format!("{} C, {} C", celsius(low), celsius(high)),
        );
        let marked = file
            .readings
            .iter()
            .filter(|reading| reading.out_of_limits)
            .count();
        line(
            "out of limits",
            format!("{marked} readings, as the device marked them"),
        );
    }
    if let Some(mkt) = file.device_mkt_milli_c {
        line("device's own MKT", format!("{} C", celsius(mkt)));
    }
    line("SHA-256", hex::encode(file.sha256));
    out
}

fn object(file: &LoggerFile) -> Value {
    let readings: Vec<_> = file
        .readings
        .iter()
        .map(|reading| {
            json!({
                "time": time(reading.time_ms),
                "milli_celsius": reading.milli_c,
                "out_of_limits": reading.out_of_limits,
            })
        })
        .collect();
    let why = match file.seal {
        Seal::Invalid { why } => json!(why),
        Seal::Valid | Seal::Absent => Value::Null,
    };
    json!({
        "device": file.device,
        "serial": file.serial,
        "lot": file.lot,
        "device_signature": seal_word(file.seal),
        "device_signature_fault": why,
        "zone_minutes": file.zone_minutes,
        "interval_s": file.interval_s,
        "device_mkt_milli_celsius": file.device_mkt_milli_c,
        "mkt_energy_j_mol": file.mkt_energy_j_mol,
        "device_average_milli_celsius": file.device_average_milli_c,
        "sha256": hex::encode(file.sha256),
        "readings": readings,
    })
}

fn document(file: &LoggerFile, about: &About) -> anyhow::Result<Value> {
    if about.epcs.is_empty() && about.read_point.is_none() {
        anyhow::bail!("say what the readings are about: --about EPC or --read-point SGLN");
    }
    let epcs = about
        .epcs
        .iter()
        .map(|epc| Epc::parse(epc))
        .collect::<Result<_, _>>()?;
    let trip = Trip {
        about: epcs,
        device_id: about
            .device_id
            .clone()
            .unwrap_or_else(|| format!("urn:theriac:logger:{}", file.serial)),
        read_point: about.read_point.as_deref().map(Epc::parse).transpose()?,
    };
    let list: Vec<_> = events(file, &trip)?
        .iter()
        .map(gs1::epcis::Event::to_json)
        .collect();
    let created = file.readings.last().map_or(0, |reading| reading.time_ms);
    Ok(json!({
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": time(created),
        "epcisBody": { "eventList": list },
    }))
}
