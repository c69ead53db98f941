//! `theriac epc`: one identifier in all its spellings, and what an RFID tag holds. Answers are for
//! programs: JSON or the bare value, whatever `--format` says.

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use gs1::convert::NoUrn;
use gs1::{convert, epc_binary};

use super::exit::{Exit, Failure, one_line};
use super::out;

const EXAMPLES: &str = "\
Examples:
  theriac epc decode 3074257BF7194E4000001A85
  theriac epc encode urn:epc:tag:sgtin-96:3.0614141.812345.6789
  theriac epc convert 'https://id.gs1.org/01/80614141123458/21/6789' --gcp-length 7
  theriac epc convert '(01)80614141123458(21)6789'

Exit code: 0 done, 2 the text or the tag is not valid (the reason is on standard error).";

/// Read, write and convert GS1 identifiers
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EpcCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Say what the EPC memory of a tag holds
    Decode {
        /// The bits of the EPC as hexadecimal digits
        #[arg(value_name = "HEX")]
        hex: String,
    },
    /// Write an EPC tag URI as the hexadecimal digits for a tag
    Encode {
        /// Such as `urn:epc:tag:sgtin-96:3.0614141.812345.6789`
        #[arg(value_name = "TAG_URI")]
        tag_uri: String,
    },
    /// Give all spellings of an identifier
    Convert {
        /// EPC URN, GS1 Digital Link or element string
        #[arg(value_name = "TEXT")]
        text: String,
        /// Digits of the GS1 company prefix, 6 to 12
        #[arg(long, value_name = "N")]
        gcp_length: Option<u8>,
    },
}

pub(crate) fn run(command: &EpcCommand) -> Result<Exit, Failure> {
    match &command.action {
        Action::Decode { hex } => {
            let view = epc_binary::describe(hex.trim())
                .with_context(|| format!("cannot decode {}", quoted(hex)))
                .map_err(Failure::usage)?;
            print(&view)
        }
        Action::Encode { tag_uri } => {
            let hex = epc_binary::encode(tag_uri.trim())
                .with_context(|| format!("cannot encode {}", quoted(tag_uri)))
                .map_err(Failure::usage)?;
            out::line(&hex);
            Ok(Exit::Ok)
        }
        Action::Convert { text, gcp_length } => {
            let identity = convert::describe(text.trim(), *gcp_length)
                .with_context(|| format!("cannot convert {}", quoted(text)))
                .map_err(Failure::usage)?;
            if identity.no_urn == Some(NoUrn::UnknownPrefixLength) {
                out::note(
                    "note: no urn, the length of the company prefix is not known; give --gcp-length",
                );
            }
            print(&identity)
        }
    }
}

fn print(view: &impl serde::Serialize) -> Result<Exit, Failure> {
    let document = serde_json::to_value(view)
        .map_err(|error| Failure::usage(anyhow!(error).context("cannot write the answer")))?;
    out::json(&document);
    Ok(Exit::Ok)
}

/// What was given, short and without anything that moves a cursor.
fn quoted(text: &str) -> String {
    const SHOWN_MAX: usize = 80;
    let line = one_line(text);
    let mut shown: String = line.chars().take(SHOWN_MAX).collect();
    if shown.len() < line.len() {
        shown.push_str("...");
    }
    format!("'{shown}'")
}
