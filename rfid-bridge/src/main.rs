//! `rfid-bridge`: the daemon beside the dock door. `run` records, `keygen` makes the device key,
//! `read-logger` looks at a temperature logger's file. Results go to standard output, the log to
//! standard error.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand, ValueEnum};
use rfid_bridge::pipeline::{self, Once};
use rfid_bridge::recording::{RecordEntry, record};
use rfid_bridge::reload::{Active, Control};
use rfid_bridge::{doctor, enrol, import, keyfile, read_logger, reload, replay};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// From tag reads and loggers to signed blocks, stored until delivered.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Record what the readers see.
    Run {
        /// Configuration file, TOML.
        #[arg(long)]
        config: PathBuf,
        /// Keep each configuration that works in this file, and start with it when --config names
        /// one that cannot be used.
        #[arg(long)]
        last_good: Option<PathBuf>,
        /// End when the readers are quiet and everything is delivered; prints a summary.
        #[arg(long)]
        once: bool,
        /// With --once: how long nothing must have been read, ms.
        #[arg(long, default_value_t = Once::default().quiet_ms)]
        quiet_ms: u64,
        /// With --once: how long to wait for the first read, ms.
        #[arg(long, default_value_t = Once::default().first_ms)]
        first_ms: u64,
        /// Write down what the sources tell, for `replay`; the file must not exist.
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
        /// With --record: bytes after which the file is full.
        #[arg(long, default_value_t = record::BYTES_MAX)]
        record_bytes_max: u64,
        /// With --once: how long the delivery may take, ms.
        #[arg(long, default_value_t = Once::default().deliver_ms)]
        deliver_ms: u64,
    },
    /// Look for what keeps the bridge from working, and say what to do.
    Doctor(doctor::Options),
    /// Print the events that a recording gives.
    Replay(replay::Options),
    /// Take in files of loggers.
    Import(import::Options),
    /// Register this gateway with the service by a one-time code, and keep its API key.
    Enrol(enrol::Options),
    /// Make a device key and print its key id.
    Keygen {
        /// File to write; must not exist.
        #[arg(long)]
        out: PathBuf,
        /// Have this machine's TPM seal the key, so that a copy of the file is worth nothing
        /// elsewhere; needs tpm2-tools.
        #[arg(long)]
        seal_tpm: bool,
    },
    /// Read a Berlinger Fridge-tag or Q-tag file and check its device signature.
    ReadLogger {
        /// The file as it came from the logger.
        file: PathBuf,
        /// What to print.
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// Root public key that certifies the loggers, SEC1 in hex, in place of the built-in one.
        #[arg(long)]
        root_key: Option<String>,
        /// What was measured, as EPC or Digital Link; for --format epcis.
        #[arg(long)]
        subject: Option<String>,
        /// Where, as SGLN; for --format epcis.
        #[arg(long)]
        read_point: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Epcis,
}

/// Wrong use or wrong configuration.
const EXIT_USAGE: u8 = 2;
/// Not everything was delivered.
const EXIT_PARTIAL: u8 = 7;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or(EnvFilter::new("info")))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let result = match arguments.command {
        Command::Run {
            config,
            last_good,
            once,
            quiet_ms,
            first_ms,
            deliver_ms,
            record,
            record_bytes_max,
        } => {
            let record = record.map(|file| RecordEntry {
                file,
                bytes_max: Some(record_bytes_max),
            });
            let once = once.then_some(Once {
                quiet_ms,
                first_ms,
                deliver_ms,
            });
            run(&config, (last_good, record), once)
        }
        Command::Doctor(options) => doctor::run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Import(options) => import::run(&options),
        Command::Enrol(options) => enrol::run(&options),
        Command::Keygen { out, seal_tpm } => keygen(&out, seal_tpm),
        Command::ReadLogger {
            file,
            format,
            root_key,
            subject,
            read_point,
        } => {
            let format = match format {
                Format::Text => read_logger::Format::Text,
                Format::Json => read_logger::Format::Json,
                Format::Epcis => read_logger::Format::Epcis {
                    subject,
                    read_point,
                },
            };
            read_logger::run(&file, &format, root_key.as_deref())
        }
    };
    result.unwrap_or_else(|error| {
        // Once, here, as a chain of causes.
        tracing::error!("{error:#}");
        ExitCode::from(EXIT_USAGE)
    })
}

fn run(
    path: &std::path::Path,
    (last_good, record): (Option<PathBuf>, Option<RecordEntry>),
    once: Option<Once>,
) -> anyhow::Result<ExitCode> {
    let (mut first, is_fallback) = reload::to_start(path, last_good.as_deref())?;
    first.config.record = record.or(first.config.record);
    let config = &first.config;
    let loaded = keyfile::load(&config.device.key_file)?;
    if loaded.was_exposed {
        let file = config.device.key_file.display();
        tracing::warn!(%file, "other users could read the device key; made private, replace it");
    }
    let device = loaded.key.key_id();
    tracing::info!(device.id = %device, label = config.device.label, "bridge starts");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("starting the runtime")?;
    let summary = runtime.block_on(async {
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(async move {
            signal().await;
            // The pipeline may have ended already.
            let _nobody = stop.send(true);
        });
        let reloads = reload::at_hangup(path.to_owned()).context("waiting for SIGHUP")?;
        let active = Active {
            is_fallback,
            ..Active::default()
        };
        let control = Control {
            stop: stopped,
            reloads,
            active: watch::channel(active).0,
            last_good,
        };
        let run = pipeline::run(first, loaded.key, once, control);
        let summary = Box::pin(run).await;
        summary.map_err(anyhow::Error::from)
    })?;
    print(&serde_json::to_string(&summary).context("printing the summary")?)?;
    let complete = summary.undelivered == 0 && summary.refused == 0;
    let is_failure = once.is_some() && (!complete || summary.reads == 0);
    Ok(if is_failure {
        ExitCode::from(EXIT_PARTIAL)
    } else {
        ExitCode::SUCCESS
    })
}

/// Waits for Ctrl-C or SIGTERM.
async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _interrupted = interrupt.await;
        }
    }
}

fn keygen(out: &std::path::Path, seal_tpm: bool) -> anyhow::Result<ExitCode> {
    let seed = keyfile::fresh_seed()?;
    let key = if seal_tpm {
        keyfile::create_sealed(out, seed)?
    } else {
        keyfile::create(out, seed)?
    };
    print(&key.key_id().to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn print(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .context("printing")
}
