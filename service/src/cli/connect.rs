//! Which node to ask and with which key: flags before environment before defaults. A key can come
//! from a file, so that it shows neither in the process list nor in a shell's history.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use service::client::{Client, Trust};

use super::exit::{Exit, Failure};

/// A key file is a line; more than this is another file.
const KEY_FILE_BYTES_MAX: u64 = 4_096;
/// Longest certificate or key file that is read.
const PEM_BYTES_MAX: u64 = 1 << 20;

/// Which node, and as whom.
#[derive(Args, Clone, Debug)]
pub(crate) struct Connection {
    /// The node's address
    #[arg(
        long,
        env = "THERIAC_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(crate) server: String,
    /// API key (better: --key-file or the environment)
    #[arg(long, env = "THERIAC_KEY", value_name = "KEY", hide_env_values = true)]
    key: Option<String>,
    /// File that holds the API key; taken before --key
    #[arg(long, env = "THERIAC_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Authorities that may vouch for the node, PEM; the public ones without
    #[arg(long, env = "THERIAC_CA_FILE", value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Client certificate, PEM
    #[arg(
        long,
        env = "THERIAC_CLIENT_CERTIFICATE",
        value_name = "FILE",
        requires = "client_key"
    )]
    client_certificate: Option<PathBuf>,
    /// Private key of the client certificate, PEM
    #[arg(
        long,
        env = "THERIAC_CLIENT_KEY",
        value_name = "FILE",
        requires = "client_certificate"
    )]
    client_key: Option<PathBuf>,
    /// Seconds to wait for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 10,
          value_parser = clap::value_parser!(u64).range(1..=3_600))]
    timeout: u64,
}

impl Connection {
    /// A client for this node.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        self.client_for(self.timeout)
    }

    /// As [`Connection::client`], for work that takes as long as it takes.
    pub(crate) fn patient_client(&self) -> Result<Client, Failure> {
        const HOURS: u64 = 6 * 3_600;
        self.client_for(self.timeout.max(HOURS))
    }

    fn client_for(&self, seconds: u64) -> Result<Client, Failure> {
        let key = match &self.key_file {
            Some(file) => Some(read_key(file)?),
            None => self.key.clone(),
        };
        let trust = self.trust()?;
        let timeout = Duration::from_secs(seconds);
        Ok(Client::with_trust(&self.server, key, timeout, &trust)?)
    }

    fn trust(&self) -> Result<Trust, Failure> {
        let read = |file: &PathBuf| super::files::read(file, PEM_BYTES_MAX);
        let own = self
            .client_certificate
            .as_ref()
            .zip(self.client_key.as_ref());
        Ok(Trust {
            authorities: self.ca_file.as_ref().map(read).transpose()?,
            certificate: own
                .map(|(certificate, key)| Ok::<_, Failure>((read(certificate)?, read(key)?)))
                .transpose()?,
        })
    }
}

fn read_key(file: &std::path::Path) -> Result<String, Failure> {
    let bytes = super::files::read(file, KEY_FILE_BYTES_MAX)?;
    let text = String::from_utf8(bytes)
        .with_context(|| format!("cannot take {} as a key file", file.display()))
        .map_err(|error| Failure::new(Exit::Auth, error))?;
    Ok(text.trim().to_owned())
}
