//! `theriac devices`: invites gateways and devices with one-time codes, shows what became of the
//! invitations, takes them back.

use std::collections::BTreeMap;

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::out::{self, Format, list, text};

const EXAMPLES: &str = "\
Examples:
  theriac devices invite --party 9506000100029 --label dock-1
  theriac devices invite --party 9506000100029 --label dock-1 --valid-hours 2 \\
      --read-point https://id.gs1.org/414/9506000100029/254/dock-1
  theriac devices invitations
  theriac devices revoke 7KQ

On the gateway: rfid-bridge enrol --url https://... --code XXXX-... --config bridge.toml";

/// Invite devices with one-time codes
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Devices {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Make a code with which one device registers itself; it is shown this once
    Invite(Invite),
    /// List invitations and what became of them
    Invitations(List),
    /// Take an invitation back: from now on its code opens nothing
    Revoke(Revoke),
}

/// What is registered.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Forwards and signs what its readers see
    Gateway,
    /// A reader or logger with its own key
    Device,
}

#[derive(Args, Debug)]
struct Invite {
    /// GLN of the party it will work for
    #[arg(long, value_name = "GLN")]
    party: String,
    /// Its name, as events will call it
    #[arg(long)]
    label: String,
    /// What it is
    #[arg(long, value_enum, default_value = "gateway")]
    role: What,
    /// Where it reads, for its registration; may be given several times
    #[arg(long = "read-point", value_name = "SGLN")]
    read_points: Vec<String>,
    /// How long the code is valid, hours
    #[arg(long, value_name = "HOURS", default_value_t = 24,
          value_parser = clap::value_parser!(u32).range(1..=168))]
    valid_hours: u32,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Args, Debug)]
struct Revoke {
    /// Public id of the invitation: the first three symbols of its code
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(command: &Devices, format: Format) -> Result<Exit, Failure> {
    match &command.command {
        Command::Invite(command) => invite(command, format),
        Command::Invitations(command) => invitations(command, format),
        Command::Revoke(command) => revoke(command, format),
    }
}

/// Read points as attributes: `read_point`, `read_point.2`, ...
fn attributes(read_points: &[String]) -> BTreeMap<String, &str> {
    let name = |at: usize| match at {
        1 => "read_point".to_owned(),
        _ => format!("read_point.{at}"),
    };
    let named = (1..).zip(read_points);
    named
        .map(|(at, point)| (name(at), point.as_str()))
        .collect()
}

fn invite(command: &Invite, format: Format) -> Result<Exit, Failure> {
    let role = match command.role {
        What::Gateway => "gateway",
        What::Device => "device",
    };
    let made = command.connection.client()?.post(
        "/api/v1/devices/invitations",
        &json!({
            "party": command.party,
            "label": command.label,
            "role": role,
            "attributes": attributes(&command.read_points),
            "valid_s": command.valid_hours * 3_600,
        }),
    )?;
    match format {
        Format::Json => out::json(&made),
        Format::Text => {
            out::line(&format!("code  {}", text(&made, "/code")));
            out::line(&format!(
                "It is shown this once, is good for one device, and ends at {}.",
                text(&made, "/expires_at")
            ));
        }
    }
    Ok(Exit::Ok)
}

fn invitations(command: &List, format: Format) -> Result<Exit, Failure> {
    let answer = command
        .connection
        .client()?
        .get("/api/v1/devices/invitations")?;
    match format {
        Format::Json => out::json(&answer),
        Format::Text => list(&answer, "/invitations").iter().for_each(show),
    }
    Ok(Exit::Ok)
}

fn show(invitation: &Value) {
    let device = text(invitation, "/device");
    let became = match text(invitation, "/api_key") {
        key if key.is_empty() => format!("until {}", text(invitation, "/expires_at")),
        key => format!("API key {key}, device {device}"),
    };
    out::line(&format!(
        "{}  {:<7}  {}  {:<16}  {became}",
        text(invitation, "/id"),
        text(invitation, "/state"),
        text(invitation, "/party"),
        text(invitation, "/label"),
    ));
}

fn revoke(command: &Revoke, format: Format) -> Result<Exit, Failure> {
    let id = command.id.to_ascii_uppercase();
    // An id from elsewhere must not become another path.
    if id.len() != 3 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let error = anyhow!("{id:?} is not the id of an invitation");
        return Err(Failure::usage(error).advise("`theriac devices invitations` shows the ids"));
    }
    let path = format!("/api/v1/devices/invitations/{id}");
    command.connection.client()?.delete(&path)?;
    match format {
        Format::Json => out::json(&json!({ "id": id, "revoked": true })),
        Format::Text => out::line(&format!("the code of {id} opens nothing any more")),
    }
    Ok(Exit::Ok)
}
