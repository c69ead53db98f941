//! `theriac pack`: supply, export, destroy, sample, lock or undo packs; `theriac recall`: how far a
//! recall has come, and telling those concerned.

use std::io::BufRead as _;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};
use service::client::segment;

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::out::{self, Format, list, text};

const PACK_EXAMPLES: &str = "\
Examples:
  theriac pack dispense '(01)09506000134352(21)K7M2(17)280630(10)LB2611A'
  theriac pack undo '(01)09506000134352(21)K7M2' --location 9506000100036
  scanner-tool | theriac pack destroy - --key-file pharmacy.key

Exit code: 0 every pack has the state, 1 none has, 7 some have.";

/// Change the state of packs
#[derive(Args, Debug)]
#[command(after_help = PACK_EXAMPLES)]
pub(crate) struct Pack {
    /// What to do
    #[arg(value_enum)]
    operation: Operation,
    /// What the scanner read of each pack; `-` reads one a line from standard input
    #[arg(value_name = "SCAN", required = true)]
    scans: Vec<String>,
    /// Where: GLN or location URI (default: the key's party)
    #[arg(long, value_name = "GLN")]
    location: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

/// What to do with packs.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Operation {
    Dispense,
    Supply,
    Export,
    Destroy,
    Sample,
    FreeSample,
    CheckOut,
    Lock,
    ReportStolen,
    Undo,
}

pub(crate) fn pack(command: &Pack, format: Format) -> Result<Exit, Failure> {
    let mut scans = command.scans.clone();
    if scans == ["-"] {
        let lines = std::io::stdin().lock().lines();
        scans = lines
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::usage(anyhow::Error::from(error)))?;
        scans.retain(|scan| !scan.trim().is_empty());
    }
    let operation = command.operation.to_possible_value();
    let operation = operation.map(|word| word.get_name().to_owned());
    let mut body = json!({ "operation": operation, "scans": scans });
    if let (Some(location), Some(fields)) = (&command.location, body.as_object_mut()) {
        fields.insert("location".to_owned(), json!(location));
    }
    let answer = command
        .connection
        .client()?
        .post("/api/v1/operations", &body)?;
    match format {
        Format::Json => out::json(&answer),
        Format::Text => list(&answer, "/packs").iter().for_each(outcome),
    }
    let number = |field: &str| answer.get(field).and_then(Value::as_u64).unwrap_or(0);
    let (good, bad) = (number("changed") + number("unchanged"), number("refused"));
    Ok(match (good, bad) {
        (_, 0) => Exit::Ok,
        (0, _) => Exit::Negative,
        _ => Exit::Partial,
    })
}

fn outcome(pack: &Value) {
    let named = text(pack, "/id");
    let named = if named.is_empty() {
        text(pack, "/scan")
    } else {
        named
    };
    out::line(&format!(
        "{:<10} {:<24} {named}  {}",
        text(pack, "/result"),
        text(pack, "/code"),
        text(pack, "/sentence")
    ));
}

const RECALL_EXAMPLES: &str = "\
Examples:
  theriac recall show
  theriac recall show 09506000134352 LB2611A
  theriac recall notify 09506000134352 LB2611A";

/// How far recalls have come, and telling those concerned
#[derive(Args, Debug)]
#[command(after_help = RECALL_EXAMPLES)]
pub(crate) struct Recall {
    #[command(subcommand)]
    what: RecallWhat,
}

#[derive(Subcommand, Debug)]
enum RecallWhat {
    /// Scope, holders and coverage of one recall, or of all
    Show {
        /// GTIN of the product
        #[arg(value_name = "GTIN", requires = "lot")]
        gtin: Option<String>,
        /// Lot
        #[arg(value_name = "LOT")]
        lot: Option<String>,
        #[command(flatten)]
        connection: Connection,
    },
    /// Tell every party concerned that was not told yet
    Notify {
        /// GTIN of the product
        #[arg(value_name = "GTIN")]
        gtin: String,
        /// Lot
        #[arg(value_name = "LOT")]
        lot: String,
        #[command(flatten)]
        connection: Connection,
    },
}

pub(crate) fn recall(command: &Recall, format: Format) -> Result<Exit, Failure> {
    let path =
        |gtin: &str, lot: &str| format!("/api/v1/recalls/{}/{}", segment(gtin), segment(lot));
    let answer = match &command.what {
        RecallWhat::Show {
            gtin: Some(gtin),
            lot: Some(lot),
            connection,
        } => {
            let one = connection.client()?.get(&path(gtin, lot))?;
            json!({ "recalls": [one] })
        }
        RecallWhat::Show { connection, .. } => connection.client()?.get("/api/v1/recalls")?,
        RecallWhat::Notify {
            gtin,
            lot,
            connection,
        } => {
            let path = format!("{}/notices", path(gtin, lot));
            connection.client()?.post(&path, &json!({}))?
        }
    };
    if format == Format::Json {
        out::json(&answer);
        return Ok(Exit::Ok);
    }
    for recall in list(&answer, "/recalls") {
        out::line(&format!(
            "{} {}: {} made, {} parties concerned, {} told, {} confirmed",
            text(recall, "/gtin"),
            text(recall, "/lot"),
            text(recall, "/made"),
            text(recall, "/coverage/parties"),
            text(recall, "/coverage/notified"),
            text(recall, "/coverage/acknowledged"),
        ));
        for party in list(recall, "/parties") {
            out::line(&format!(
                "  {} {:<24} {:>7} in hand {:>7} on the way {:>7} given out  {}",
                text(party, "/party"),
                text(party, "/name"),
                text(party, "/in_hand"),
                text(party, "/on_the_way"),
                text(party, "/given_out"),
                text(party, "/acknowledged_at"),
            ));
        }
    }
    for notice in list(&answer, "/notices") {
        out::line(&format!(
            "told {}: {} packs of {} {}",
            text(notice, "/party"),
            text(notice, "/packs"),
            text(notice, "/gtin"),
            text(notice, "/lot")
        ));
    }
    Ok(Exit::Ok)
}
