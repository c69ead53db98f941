//! `theriac init`: makes a data directory with its keys, and shows the first API key once.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use service::World;

use super::exit::{Exit, Failure};
use super::local;
use super::out::{self, Format};

const EXAMPLES: &str = "\
Examples:
  theriac init --data theriac-data --name example.com/theriac
  theriac init --data theriac-data --format json > first-key.json";

/// Make the data directory of a new node
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Init {
    /// Directory to make
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Name of the network and of its public log: no spaces, no `+`
    #[arg(long, value_name = "NAME", default_value = "theriac.local/log")]
    name: String,
}

pub(crate) fn run(command: &Init, format: Format) -> Result<Exit, Failure> {
    let made = service::init(&command.data, &command.name, &World::real())
        .map_err(|error| local::failure(error, &command.data))?;
    match format {
        Format::Json => out::json(&json!({
            "data": command.data,
            "network": made.network.to_string(),
            "admin_key": made.admin_key,
            "checkpoint_key": made.log_key.to_string(),
        })),
        Format::Text => {
            out::line(&format!("node made in {}", command.data.display()));
            out::line(&format!("network         {}", made.network));
            out::line(&format!("checkpoint key  {}", made.log_key));
            out::line(&format!("admin key       {}", made.admin_key));
            out::line("The admin key is shown this once. Next: theriac serve --data DIR");
        }
    }
    Ok(Exit::Ok)
}
