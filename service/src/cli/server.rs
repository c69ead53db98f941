//! Running the node's HTTP server from a command: what goes wrong becomes an exit code.

use std::net::TcpListener;

use service::config::LogConfig;
use service::http::server::ServeError;
use service::{Config, Server, World};

use super::exit::{Exit, Failure};
use super::local;

/// Opens the configured node and serves it in the background.
pub(crate) fn start(config: &Config, world: World) -> Result<Server, Failure> {
    service::serve(config, world).map_err(|error| failure(error, config))
}

/// Fails if the configured address cannot be had: to be asked before a directory is made for it.
pub(crate) fn address_is_free(config: &Config) -> Result<(), Failure> {
    let listen = config.http.listen;
    match TcpListener::bind(listen) {
        Ok(_freed) => Ok(()),
        Err(error) => Err(failure(ServeError::Listen(listen, error), config)),
    }
}

/// Serves until Ctrl-C or SIGTERM; `announce` is called once those are listened for.
pub(crate) fn wait(
    server: Server,
    config: &Config,
    announce: impl FnOnce(),
) -> Result<(), Failure> {
    server
        .run_until_signal(announce)
        .map_err(|error| failure(error, config))
}

/// Stops in good order.
pub(crate) fn stop(server: Server, config: &Config) -> Result<(), Failure> {
    server.stop().map_err(|error| failure(error, config))
}

fn failure(error: ServeError, config: &Config) -> Failure {
    match error {
        ServeError::Open(error) => local::failure(error, &config.node.data_dir),
        ServeError::Listen(..) => {
            Failure::usage(error).advise("give another --listen address (port 0 takes a free one)")
        }
        ServeError::Tls(_) => Failure::usage(error)
            .advise("correct the [tls] settings or the files; `theriac doctor` looks at them"),
        other => Failure::new(Exit::Unreachable, other).advise("the log above says more"),
    }
}

/// Starts logging with this filter, as text.
pub(crate) fn start_logging(filter: &str) -> Result<(), Failure> {
    start_logging_as(&LogConfig {
        filter: filter.to_owned(),
        ..LogConfig::default()
    })
}

/// Starts logging as configured.
pub(crate) fn start_logging_as(config: &LogConfig) -> Result<(), Failure> {
    service::telemetry::start_logging(config)
        .map_err(|error| Failure::usage(anyhow::Error::msg(error)))
}
