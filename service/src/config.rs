//! Configuration: one documented struct per concern, read from a TOML file, overridden by the
//! environment (`THERIAC__SECTION__KEY`), overridden by flags of the command line. An unknown key
//! is an error, because a misspelt limit that is silently ignored is worse than none.
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

mod audit;
mod oidc;
mod vrs;

pub use audit::{AuditConfig, Keep, UnfitKeep};
pub use oidc::{OidcConfig, OidcGrant};
pub use vrs::{ResponderConfig, VrsConfig};

/// Everything a node can be told. `Default` is safe for production.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Who this node is and where its data lives.
    pub node: NodeConfig,
    /// The HTTP server.
    pub http: HttpConfig,
    /// TLS of the HTTP server.
    pub tls: TlsConfig,
    /// Sign-in of people.
    pub oidc: OidcConfig,
    /// How often one caller may ask.
    pub limits: LimitsConfig,
    /// The writer of the ledger.
    pub ledger: LedgerConfig,
    /// Who co-signs this node's checkpoints.
    pub witnesses: WitnessesConfig,
    /// Copies of the running node.
    pub backup: BackupConfig,
    /// The access log.
    pub audit: AuditConfig,
    /// What is sent to subscribers of queries.
    pub subscriptions: SubscriptionsConfig,
    /// Questions to manufacturers' systems.
    pub vrs: VrsConfig,
    /// Logs.
    pub log: LogConfig,
}

/// Who co-signs this node's checkpoints.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WitnessesConfig {
    /// The witnesses to ask after each checkpoint; none by default.
    pub ask: Vec<WitnessConfig>,
    /// Seconds a witness may take to answer.
    pub timeout_s: u64,
    /// Cosignatures that a newer checkpoint needs to take the place of an older one with more of
    /// them in proofs.
    pub quorum: usize,
}

/// A witness.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessConfig {
    /// Its address without `/add-checkpoint`.
    pub url: String,
    /// Its key (C2SP vkey), as `theriac witness show` prints it.
    pub key: String,
}

/// Copies of the running node.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupConfig {
    /// Folder on this machine in which copies asked for over HTTP are made; none are without.
    pub dir: Option<PathBuf>,
}

/// What is sent to subscribers of queries.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SubscriptionsConfig {
    /// Whether it may be sent to addresses that are not of the public internet: loopback, private
    /// networks, link-local. Whoever may subscribe can then reach what the node can reach.
    pub allow_private: bool,
    /// Seconds a receiver may take to answer.
    pub timeout_s: u64,
}

/// Who this node is and where its data lives.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct NodeConfig {
    /// Data directory made by `theriac init`.
    pub data_dir: PathBuf,
}

/// The HTTP server.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Worker threads; 0 means one per core.
    pub workers: usize,
    /// Seconds an idle connection is kept.
    pub keep_alive_s: u64,
    /// Seconds a client may take to send its request's head.
    pub request_head_timeout_s: u64,
    /// Seconds a client may take to send its request's body, besides what its length allows.
    pub body_timeout_s: u64,
    /// Bytes a second of a body that must come in the mean.
    pub body_bytes_per_s_min: u64,
    /// Seconds running requests may take to finish at shutdown.
    pub shutdown_timeout_s: u64,
    /// Connections open at a time over all workers.
    pub connections_max: usize,
}

/// TLS of the HTTP server; plain HTTP without a certificate.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// The server's certificate and those between it and its authority, PEM.
    pub certificate: Option<PathBuf>,
    /// The certificate's private key, PEM (PKCS #8, SEC 1 or PKCS #1).
    pub key: Option<PathBuf>,
    /// Certificates of the authorities for certificates of clients, PEM; none are asked for
    /// without.
    pub client_ca: Option<PathBuf>,
    /// Whether a connection without a client's certificate is refused.
    pub require_client_certificate: bool,
    /// Seconds between looks whether the files have changed; 0 for at SIGHUP only.
    pub reload_every_s: u64,
}

/// How often one caller may ask; zero is no limit.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Requests a second of one API key, in the long run.
    pub key_per_s: u32,
    /// Requests of one API key at once.
    pub key_burst: u32,
    /// Requests a second from one address without a valid key, in the long run.
    pub stranger_per_s: u32,
    /// Requests from one address without a valid key at once.
    pub stranger_burst: u32,
    /// Requests a minute with which one address may enrol devices, at once or over it.
    pub enrolment_per_min: u32,
}

/// The writer of the ledger.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerConfig {
    /// Write requests that may wait; one more is answered `overloaded`.
    pub queue_requests_max: usize,
    /// Requests written with one flush to disk at most.
    pub batch_requests_max: usize,
    /// Bytes of blocks written with one flush to disk at most (one request may exceed it).
    pub batch_bytes_max: usize,
    /// Facts (events, questions, decisions) folded until the state is kept on disk again, so that
    /// the next opening need not fold them; 0 keeps none. It is done when the node opens or
    /// closes, and when nothing was written for two seconds.
    pub snapshot_facts: u64,
}

/// Logs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
    /// Filter in the syntax of `tracing-subscriber`, for example `info,service=debug`.
    pub filter: String,
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line.
    #[default]
    Text,
    /// One JSON object.
    Json,
}

impl Default for NodeConfig {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("theriac-data"),
        }
    }
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            workers: 0,
            keep_alive_s: 30,
            request_head_timeout_s: 10,
            body_timeout_s: 20,
            body_bytes_per_s_min: 16 * 1024,
            shutdown_timeout_s: 10,
            connections_max: 4_096,
        }
    }
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            certificate: None,
            key: None,
            client_ca: None,
            require_client_certificate: false,
            reload_every_s: 60,
        }
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            key_per_s: 2_000,
            key_burst: 20_000,
            stranger_per_s: 10,
            stranger_burst: 100,
            enrolment_per_min: 60,
        }
    }
}

impl Default for LedgerConfig {
    fn default() -> Self {
        Self {
            queue_requests_max: 1_024,
            batch_requests_max: 512,
            batch_bytes_max: 16 * 1024 * 1024,
            snapshot_facts: 10_000,
        }
    }
}

impl Default for WitnessesConfig {
    fn default() -> Self {
        Self {
            ask: Vec::new(),
            timeout_s: 5,
            quorum: 1,
        }
    }
}

impl Default for SubscriptionsConfig {
    fn default() -> Self {
        Self {
            allow_private: false,
            timeout_s: 10,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info".to_owned(),
        }
    }
}

/// Why a configuration was refused: names the key and the source.
#[derive(Debug, thiserror::Error)]
#[error("reading the configuration")]
pub struct ConfigError(#[source] Box<figment::Error>);

impl Config {
    /// Reads defaults, then `file` where given (it must exist), then the environment.
    ///
    /// # Errors
    /// [`ConfigError`] for a missing file, an unknown key or a value of the wrong kind.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        Self::extract(&figment.merge(Env::prefixed("THERIAC__").split("__")))
    }

    fn extract(figment: &Figment) -> Result<Self, ConfigError> {
        figment
            .extract()
            .map_err(|error| ConfigError(Box::new(error)))
    }

    /// A node in `data_dir` on a free local port with few threads, which anybody may ask as often
    /// as they like.
    pub fn for_testing(data_dir: &Path) -> Self {
        Self {
            node: NodeConfig {
                data_dir: data_dir.to_path_buf(),
            },
            http: HttpConfig {
                listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                workers: 2,
                shutdown_timeout_s: 2,
                ..HttpConfig::default()
            },
            limits: LimitsConfig {
                key_per_s: 0,
                stranger_per_s: 0,
                ..LimitsConfig::default()
            },
            // Whatever is stopped in a test is opened from the state it kept.
            ledger: LedgerConfig {
                snapshot_facts: 1,
                ..LedgerConfig::default()
            },
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<Config, String> {
        let defaults = Figment::from(Serialized::defaults(Config::default()));
        Config::extract(&defaults.merge(Toml::string(toml))).map_err(|e| e.0.to_string())
    }

    #[test]
    fn a_file_overrides_what_it_names_and_nothing_else() {
        let config = read("[http]\nlisten = \"0.0.0.0:9000\"\n[log]\nformat = \"json\"").unwrap();
        assert_eq!(config.http.listen.port(), 9000);
        assert_eq!(config.log.format, LogFormat::Json);
        assert_eq!(config.http.keep_alive_s, HttpConfig::default().keep_alive_s);
    }

    #[test]
    fn witnesses_are_a_list_of_addresses_and_keys() {
        let toml = "[witnesses]\nquorum = 2\n[[witnesses.ask]]\nurl = \"http://w\"\nkey = \"k\"";
        let config = read(toml).unwrap().witnesses;
        assert_eq!((config.quorum, config.timeout_s), (2, 5));
        assert_eq!(config.ask[0].url, "http://w");
        assert!(read("[[witnesses.ask]]\nurl = \"http://w\"").is_err());
    }

    #[test]
    fn a_misspelt_key_or_a_wrong_kind_is_refused_by_name() {
        for (toml, named) in [
            ("[http]\nlisten_on = \"0.0.0.0:1\"", "listen_on"),
            ("[htp]\nlisten = \"0.0.0.0:1\"", "htp"),
            ("[http]\nworkers = \"many\"", "workers"),
            ("[ledger]\nqueue_requests_max = -1", "queue_requests_max"),
            ("[audit]\nkeep = \"4 years\"", "keep"),
        ] {
            let error = read(toml).unwrap_err();
            assert!(error.contains(named), "{toml}: {error}");
        }
    }

    #[test]
    fn a_file_that_was_named_must_exist() {
        assert!(Config::load(Some(Path::new("/nonexistent/theriac.toml"))).is_err());
    }
}
