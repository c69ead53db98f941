//! `theriac witness`: co-signs the checkpoints of other nodes, so that none of them can show two
//! histories to two people.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::json;
use service::World;
use service::witness::{Watch, WitnessError};

use super::exit::{Exit, Failure};
use super::out::{self, Format};
use super::server;

const EXAMPLES: &str = "\
Examples:
  theriac witness init --data my-witness --name me.example/witness --log 'maker.example+1a2b+AbC...'
  theriac witness serve --data my-witness --listen 0.0.0.0:8090
  theriac witness show --data my-witness

On the node (the key is the one that `init` and `show` print):
  theriac serve --data theriac-data --witness http://127.0.0.1:8090 'me.example/witness+1a2b+BAb...'
And whoever checks a proof:
  theriac verify-proof pack.proof --key LOG_KEY --witness WITNESS_KEY --quorum 1

A log's key is what its `theriac init` prints as checkpoint key; more logs go into witness.toml.
Exit code: 0 done, 2 wrong input, 3 no witness there, 5 another process has it, 6 a log forked.";

/// Co-sign the checkpoints of other nodes (C2SP tlog-witness)
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WitnessCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Make a witness: its key and its list of logs
    Init {
        /// Directory to make
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Name it signs under: no spaces, no `+`
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Key of a log to watch (C2SP vkey); may be given several times
        #[arg(long = "log", value_name = "VKEY")]
        logs: Vec<String>,
    },
    /// Run the witness
    Serve {
        /// Directory made by `theriac witness init`
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Address to listen on; port 0 takes a free one
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
        listen: SocketAddr,
        /// Key of a further log to watch while it runs; may be given several times
        #[arg(long = "log", value_name = "VKEY")]
        logs: Vec<String>,
        /// What to log: error, warn, info or debug
        #[arg(long, value_name = "LEVEL", default_value = "info")]
        log_level: String,
    },
    /// Tell its key, its logs, what it has seen, and evidence of forks; it must not be running
    Show {
        /// Directory made by `theriac witness init`
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

pub(crate) fn run(command: &WitnessCommand, format: Format) -> Result<Exit, Failure> {
    match &command.action {
        Action::Init { data, name, logs } => init(data, name, logs, format),
        Action::Serve {
            data,
            listen,
            logs,
            log_level,
        } => serve(data, *listen, logs, log_level),
        Action::Show { data } => show(data, format),
    }
}

fn init(data: &Path, name: &str, logs: &[String], format: Format) -> Result<Exit, Failure> {
    let key = service::witness::init(data, name, logs, &World::real()).map_err(failure)?;
    match format {
        Format::Json => out::json(&json!({
            "data": data, "witness_key": key.to_string(), "logs": logs,
        })),
        Format::Text => {
            out::line(&format!("witness made in {}", data.display()));
            out::line(&format!("witness key  {key}"));
            out::line(&format!(
                "watches {} logs; more go into witness.toml",
                logs.len()
            ));
        }
    }
    Ok(Exit::Ok)
}

fn serve(
    data: &Path,
    listen: SocketAddr,
    logs: &[String],
    log_level: &str,
) -> Result<Exit, Failure> {
    server::start_logging(log_level)?;
    let watch = Watch::open(data, logs, World::real()).map_err(failure)?;
    let attempt = || format!("listening on {listen}");
    let busy = |error| {
        let advice = "give another --listen address (port 0 takes a free one)";
        Failure::usage(error).advise(advice)
    };
    let listener = TcpListener::bind(listen)
        .with_context(attempt)
        .map_err(busy)?;
    let addr = listener.local_addr().with_context(attempt).map_err(busy)?;
    let watched = watch.watched().context("reading what the witness has seen");
    let watched = watched.map_err(|error| Failure::new(Exit::Integrity, error))?;
    if watched.is_empty() {
        out::note("warning: no log is watched: give --log VKEY or add it to witness.toml");
    }
    let key = watch.key().clone();
    let served = service::http::witness::serve(listener, watch, || {
        out::line(&format!("witness key {key}"));
        out::line(&format!("listening on http://{addr}"));
    });
    served
        .context("running the witness's server")
        .map_err(|error| Failure::new(Exit::Unreachable, error))?;
    Ok(Exit::Ok)
}

fn show(data: &Path, format: Format) -> Result<Exit, Failure> {
    let watch = Watch::open(data, &[], World::real()).map_err(failure)?;
    let watched = watch.watched().context("reading what the witness has seen");
    let watched = watched.map_err(|error| {
        Failure::new(Exit::Integrity, error).advise("restore the folder `seen` from a backup")
    })?;
    let proven = |it: &service::witness::Watched| it.evidence.iter().any(|it| it.proven);
    let forked = watched.iter().any(|(_, it)| proven(it));
    match format {
        Format::Json => {
            let logs: Vec<_> = watched
                .iter()
                .map(|(origin, it)| {
                    let evidence: Vec<_> = it
                        .evidence
                        .iter()
                        .map(|it| json!({"proven": it.proven, "seen": it.seen, "shown": it.shown}))
                        .collect();
                    let keys: Vec<_> = it.keys.iter().map(ToString::to_string).collect();
                    json!({"origin": origin, "keys": keys, "note": it.note, "evidence": evidence})
                })
                .collect();
            out::json(&json!({ "witness_key": watch.key().to_string(), "logs": logs }));
        }
        Format::Text => {
            out::line(&format!("witness key {}", watch.key()));
            for (origin, it) in &watched {
                let size = it.note.as_deref().and_then(|note| note.lines().nth(1));
                out::line(&match size {
                    Some(size) => format!("{origin}: co-signed {size} leaves"),
                    None => format!("{origin}: nothing co-signed yet"),
                });
                for evidence in &it.evidence {
                    out::line(if evidence.proven {
                        "  FORK, proven by two checkpoints of one size that the log signed:"
                    } else {
                        "  suspicion: nobody showed how the first leads to the second:"
                    });
                    for note in [&evidence.seen, &evidence.shown] {
                        for line in note.lines() {
                            out::line(&format!("    {}", super::exit::one_line(line)));
                        }
                    }
                }
            }
        }
    }
    if forked {
        let error = anyhow::anyhow!("a log signed two histories");
        let advice = "keep the directory: the two notes prove it to anybody with the log's key";
        return Err(Failure::new(Exit::Integrity, error).advise(advice));
    }
    Ok(Exit::Ok)
}

fn failure(error: WitnessError) -> Failure {
    let (exit, advice) = match &error {
        WitnessError::Exists(_) => (Exit::Usage, "choose another --data directory"),
        WitnessError::Missing(_) => (Exit::NotFound, "is this the right --data directory?"),
        WitnessError::InUse(_) => (Exit::Unreachable, "stop that process first"),
        WitnessError::Io { .. } => (Exit::Usage, "check the path and its permissions"),
        WitnessError::Config(_) => (
            Exit::Usage,
            "correct the file: name = \"...\", logs = [...]",
        ),
        WitnessError::Seed => (Exit::Integrity, "restore witness.seed from a backup"),
        WitnessError::Log { .. } => (Exit::Usage, "give the checkpoint key as `init` prints it"),
        WitnessError::Name(_) => (Exit::Usage, "for example me.example/witness"),
    };
    Failure::new(exit, error).advise(advice)
}
