//! `theriac keys`: makes, lists and revokes API keys, through a running node or in a stopped one's
//! data directory (the way back in when the first key is lost).

mod certificates;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use chrono::{DateTime, FixedOffset};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use service::app::time_text;
use service::auth::{Mandate, Role, Scope};
use service::store::NewApiKey;
use service::{Code, Config, Node, World};

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::local;
use super::out::{self, Format, list, text};

const EXAMPLES: &str = "\
Examples:
  theriac keys create --role pharmacy --party 9506000100033 --label 'counter 1'
  theriac keys create --data theriac-data --role admin
  theriac keys create --role wholesaler --party 9506000100026 --expires 2027-06-30T00:00:00Z
  theriac keys create --role regulator --country DE --label 'BfArM'
  theriac keys create --role device --party 9506000100029 --device 0c5f..e1
  theriac keys list --format json
  theriac keys revoke 1f2e3d4c
  theriac keys bind 1f2e3d4c --certificate gateway.pem
  theriac keys unbind 1f2e3d4c 5d0c...";

/// Make, list and revoke API keys
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Keys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Make a key; it is shown this once
    Create(Create),
    /// List the keys without their secrets
    List(List),
    /// Take a key back: from now on it opens nothing
    Revoke(Revoke),
    /// Let a client certificate stand for a key
    Bind(certificates::Bind),
    /// Take a client certificate back from a key
    Unbind(certificates::Unbind),
}

#[derive(Args, Debug)]
struct Revoke {
    /// Public id of the key: the 8 hex digits that `keys list` shows
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    place: Place,
}

#[derive(Args, Debug)]
struct Create {
    /// What the key may be used for; may be given several times
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<Role>,
    /// GLN of the party it speaks for
    #[arg(long, value_name = "GLN")]
    party: Option<String>,
    /// What people call it
    #[arg(long, default_value = "")]
    label: String,
    /// When it ends, RFC 3339 (2027-06-30T00:00:00Z); never without
    #[arg(long, value_name = "TIME", value_parser = time)]
    expires: Option<DateTime<FixedOffset>>,
    /// Country that a regulator or auditor looks after (DE); may be given several times
    #[arg(long = "country", value_name = "CC")]
    countries: Vec<String>,
    /// First digits of GTINs that a regulator or auditor looks after; may be given several times
    #[arg(long = "gtin-prefix", value_name = "DIGITS")]
    prefixes: Vec<String>,
    /// Public key of the one device whose blocks a key with the role device uploads
    #[arg(long, value_name = "HEX")]
    device: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl Create {
    fn scope(&self) -> Scope {
        let mandate = Mandate {
            countries: self.countries.iter().cloned().collect(),
            gtin_prefixes: self.prefixes.iter().cloned().collect(),
        };
        Scope {
            mandate: (mandate != Mandate::default()).then_some(mandate),
            device: self.device.clone(),
        }
    }
}

fn time(text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text).map_err(|error| format!("not an RFC 3339 time: {error}"))
}

#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    place: Place,
}

#[derive(Args, Debug)]
struct Place {
    /// Data directory of a stopped node, instead of asking a running one
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(command: &Keys, format: Format) -> Result<Exit, Failure> {
    match &command.command {
        Command::Create(command) => create(command, format),
        Command::List(command) => list_keys(command, format),
        Command::Revoke(command) => revoke(command, format),
        Command::Bind(command) => certificates::bind(command, format),
        Command::Unbind(command) => certificates::unbind(command, format),
    }
}

fn revoke(command: &Revoke, format: Format) -> Result<Exit, Failure> {
    check_id(&command.id)?;
    if let Some(data) = &command.place.data {
        let node = open(data)?;
        let revoked = node.revoke_api_key(&command.id);
        node.close().map_err(Failure::usage)?;
        revoked.map_err(refused)?;
    } else {
        let path = format!("/api/v1/keys/{}", command.id);
        command.place.connection.client()?.delete(&path)?;
    }
    match format {
        Format::Json => out::json(&json!({ "id": command.id, "revoked": true })),
        Format::Text => out::line(&format!("{} opens nothing any more", command.id)),
    }
    Ok(Exit::Ok)
}

/// An id from elsewhere must not become another path.
fn check_id(id: &str) -> Result<(), Failure> {
    if id.len() == 8 && id.bytes().all(|c| c.is_ascii_hexdigit()) {
        return Ok(());
    }
    let error = anyhow!("{id:?} is not the id of a key");
    Err(Failure::usage(error).advise("`theriac keys list` shows the ids"))
}

fn refused(failure: service::Failure) -> Failure {
    match failure.code() {
        Code::NotFound => Failure::new(Exit::NotFound, failure),
        _ => Failure::usage(failure),
    }
}

fn create(command: &Create, format: Format) -> Result<Exit, Failure> {
    let made = match &command.place.data {
        Some(data) => create_offline(command, data)?,
        None => command.place.connection.client()?.post(
            "/api/v1/keys",
            &json!({
                "roles": command.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>(),
                "party": command.party,
                "label": command.label,
                "expires_at": command.expires.map(|end| end.to_rfc3339()),
                "mandate": command.scope().mandate,
                "device": command.device,
            }),
        )?,
    };
    match format {
        Format::Json => out::json(&made),
        Format::Text => {
            out::line(&format!("key  {}", text(&made, "/key")));
            out::line("It is shown this once; the node keeps only its hash.");
        }
    }
    Ok(Exit::Ok)
}

fn create_offline(command: &Create, data: &Path) -> Result<Value, Failure> {
    let node = open(data)?;
    let made = node.create_api_key(NewApiKey {
        party: command.party.clone(),
        roles: command.roles.iter().copied().collect::<BTreeSet<Role>>(),
        label: command.label.clone(),
        expires_ms: command.expires.map(|end| end.timestamp_millis()),
        scope: command.scope(),
    });
    let closed = node.close();
    let made = made.map_err(Failure::usage)?;
    closed.map_err(Failure::usage)?;
    Ok(json!({ "id": made.id, "key": made.key }))
}

fn list_keys(command: &List, format: Format) -> Result<Exit, Failure> {
    let answer = match &command.place.data {
        Some(data) => list_offline(data)?,
        None => command.place.connection.client()?.get("/api/v1/keys")?,
    };
    match format {
        Format::Json => out::json(&answer),
        Format::Text => {
            for key in list(&answer, "/keys") {
                let roles: Vec<String> = list(key, "/roles")
                    .iter()
                    .map(|role| text(role, ""))
                    .collect();
                let party = text(key, "/party");
                let party = if party.is_empty() {
                    "-".to_owned()
                } else {
                    party
                };
                let revoked = text(key, "/revoked_at");
                let state = if revoked.is_empty() {
                    ""
                } else {
                    "  (revoked)"
                };
                out::line(&format!(
                    "{}  {party:<13}  {:<24}  {}{state}",
                    text(key, "/id"),
                    roles.join(","),
                    text(key, "/label")
                ));
            }
        }
    }
    Ok(Exit::Ok)
}

fn list_offline(data: &Path) -> Result<Value, Failure> {
    let node = open(data)?;
    let keys: Vec<Value> = node
        .store()
        .list_keys()
        .iter()
        .map(|key| {
            json!({
                "id": key.id,
                "party": key.party,
                "roles": key.roles,
                "label": key.label,
                "expires_at": key.expires_ms.map(time_text),
                "revoked_at": key.revoked_ms.map(time_text),
                "certificates": key.certificates.iter().map(|it| json!({
                    "spki_sha256": it.spki,
                    "expires_at": it.expires_ms.map(time_text),
                    "revoked_at": it.revoked_ms.map(time_text),
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    node.close().map_err(Failure::usage)?;
    Ok(json!({ "keys": keys }))
}

fn open(data: &Path) -> Result<Node, Failure> {
    let mut config = Config::default();
    config.node.data_dir = data.to_path_buf();
    Node::open(&config, World::real()).map_err(|error| local::failure(error, data))
}
