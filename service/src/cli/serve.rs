//! `theriac serve`: runs the node in a data directory until it is asked to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use service::config::WitnessConfig;
use service::{Config, World};

use super::exit::{Exit, Failure};
use super::{out, server};

const EXAMPLES: &str = "\
Examples:
  theriac serve --data theriac-data
  theriac serve --data theriac-data --witness http://127.0.0.1:8090 'me.example/w+1a2b+BAb...'
  theriac serve --config /etc/theriac.toml --listen 0.0.0.0:8080

Settings: the file given with --config, then THERIAC__SECTION__KEY in the environment (for example
THERIAC__HTTP__WORKERS=2), then these flags. Ctrl-C or SIGTERM stops it in good order; SIGHUP
reads the certificate of TLS again.";

/// Run the node and its HTTP API
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// Data directory made by `theriac init`
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Ask this witness to co-sign each checkpoint; may be given several times
    #[arg(long, num_args = 2, value_names = ["URL", "VKEY"])]
    witness: Vec<String>,
    /// Folder in which `theriac backup --name` makes copies while the node runs
    #[arg(long, value_name = "DIR")]
    backup_dir: Option<PathBuf>,
    /// Certificate to serve TLS with, PEM
    #[arg(long, value_name = "FILE")]
    tls_certificate: Option<PathBuf>,
    /// Private key of the certificate, PEM
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Authorities for certificates of clients, PEM
    #[arg(long, value_name = "FILE")]
    tls_client_ca: Option<PathBuf>,
    /// TOML file with settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) fn run(command: &Serve) -> Result<Exit, Failure> {
    let mut config = Config::load(command.config.as_deref()).map_err(|error| {
        Failure::usage(error).advise("correct the file or the THERIAC__ variables")
    })?;
    if let Some(data) = &command.data {
        config.node.data_dir.clone_from(data);
    }
    if let Some(listen) = command.listen {
        config.http.listen = listen;
    }
    for pair in command.witness.chunks(2) {
        if let [url, key] = pair {
            config.witnesses.ask.push(WitnessConfig {
                url: url.clone(),
                key: key.clone(),
            });
        }
    }
    if command.backup_dir.is_some() {
        config.backup.dir.clone_from(&command.backup_dir);
    }
    for (flag, setting) in [
        (&command.tls_certificate, &mut config.tls.certificate),
        (&command.tls_key, &mut config.tls.key),
        (&command.tls_client_ca, &mut config.tls.client_ca),
    ] {
        if flag.is_some() {
            setting.clone_from(flag);
        }
    }
    server::start_logging_as(&config.log)?;
    let running = server::start(&config, World::real())?;
    let url = running.url();
    server::wait(running, &config, || {
        out::line(&format!("listening on {url}"));
    })?;
    Ok(Exit::Ok)
}
