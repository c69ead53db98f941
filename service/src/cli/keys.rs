//! `theriac keys`: makes and lists API keys, through a running node or in a stopped one's data
//! directory (the way back in when the first key is lost).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use service::auth::Role;
use service::store::NewApiKey;
use service::{Config, Node, World};

use super::connect::Connection;
use super::exit::{Exit, Failure};
use super::local;
use super::out::{self, Format, list, text};

const EXAMPLES: &str = "\
Examples:
  theriac keys create --role pharmacy --party 9506000100033 --label 'counter 1'
  theriac keys create --data theriac-data --role admin
  theriac keys list --format json";

/// Make and list API keys
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
    #[command(flatten)]
    place: Place,
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
        expires_ms: None,
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
                out::line(&format!(
                    "{}  {party:<13}  {:<24}  {}",
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
            json!({ "id": key.id, "party": key.party, "roles": key.roles, "label": key.label })
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
