//! `theriac doctor`: looks at a node and its machine, and says what to do about what it finds.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use service::doctor::{self, Health, Look};
use service::{Config, World};

use super::exit::{Exit, Failure};
use super::local;
use super::out::{self, Colour, Format};

const EXAMPLES: &str = "\
Examples:
  theriac doctor --data theriac-data
  theriac doctor --config /etc/theriac/theriac.toml --format json

It reads and changes nothing, whether the node runs or not. What is stored is compared by
`theriac check`, which needs the node stopped.
Exit code: 0 nothing or warnings only, 2 the settings are wrong, 7 something has to be mended.";

/// Look for what keeps a node from working, or from being safe
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// Data directory made by `theriac init`
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address that the node shall listen on
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// TOML file with settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) fn run(command: &Doctor, format: Format) -> Result<Exit, Failure> {
    let mut config = Config::load(command.config.as_deref()).map_err(|error| {
        Failure::usage(error).advise("correct the file or the THERIAC__ variables")
    })?;
    if let Some(data) = &command.data {
        config.node.data_dir.clone_from(data);
    }
    if let Some(listen) = command.listen {
        config.http.listen = listen;
    }
    let running = local::Hold::of(&config.node.data_dir)
        .err()
        .is_some_and(|failure| failure.exit == Exit::Unreachable);
    let looks = doctor::examine(&config, &World::real(), running);
    let worst = looks.iter().map(|look| look.health).max();
    match format {
        Format::Json => out::json(&serde_json::json!({
            "ok": worst != Some(Health::Failure),
            "running": running,
            "looks": looks,
        })),
        Format::Text => looks.iter().for_each(show),
    }
    Ok(match worst {
        Some(Health::Failure) => Exit::Partial,
        _ => Exit::Ok,
    })
}

fn show(look: &Look) {
    let (word, colour) = match look.health {
        Health::Ok => ("ok     ", Colour::Green),
        Health::Warning => ("warning", Colour::Amber),
        Health::Failure => ("failure", Colour::Red),
    };
    let seen = super::exit::one_line(&look.seen);
    out::line(&format!(
        "{} {:<19} {seen}",
        out::painted(word, colour),
        look.subject
    ));
    if !look.remedy.is_empty() {
        let remedy = super::exit::one_line(&look.remedy);
        out::line(&format!("{:27} -> {remedy}", ""));
    }
}
