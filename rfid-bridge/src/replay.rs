//! `rfid-bridge replay`: the events that a recording gives, one a line, without a reader, a spool
//! or a service. The same recording and configuration give the same bytes.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use crate::board::LineFigures;
use crate::config::Config;
use crate::keyfile;
use crate::pipeline::play;
use crate::recording::{self, Item, RecordingError};

/// Longest capture that is read, bytes.
const CAPTURE_BYTES_MAX: u64 = 256 << 20;

/// What `replay` is told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Configuration file: places, doors, smoothing.
    #[arg(long)]
    config: PathBuf,
    /// Recording of `run --record`, or a capture of an LLRP reader's messages with --llrp.
    file: PathBuf,
    /// The file holds what the reader of this name sent: raw messages, or lines of hex.
    #[arg(long, value_name = "READER")]
    llrp: Option<String>,
    /// Public key of the bridge, 64 hex digits, of which events' ids are made; that of the
    /// configuration's key file unless given, or zeros where there is none.
    #[arg(long)]
    device: Option<String>,
}

/// Prints the events of a recording.
///
/// # Errors
/// Files that cannot be read, lines that make no sense, sources the configuration does not have.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let config = Config::load(&options.config)?;
    let device = device(options, &config)?;
    let recording: Box<dyn Iterator<Item = Result<Item, RecordingError>>> = match &options.llrp {
        Some(reader) => {
            let bytes = capture(&options.file)?;
            let items = recording::llrp::read(&bytes, reader)?;
            Box::new(items.into_iter().map(Ok))
        }
        None => Box::new(recording::read(&options.file)?),
    };
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut events = 0_u64;
    let playing = play::replay(&config, device, recording, |event| {
        events += 1;
        out.write_all(event)?;
        out.write_all(b"\n")
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    let figures = runtime.block_on(playing)?;
    out.flush().context("printing events")?;
    let LineFigures {
        reads,
        observations,
        samples,
        ..
    } = figures;
    tracing::info!(reads, observations, samples, events, "played");
    Ok(ExitCode::SUCCESS)
}

fn device(options: &Options, config: &Config) -> anyhow::Result<[u8; 32]> {
    if let Some(text) = &options.device {
        let mut device = [0; 32];
        hex::decode_to_slice(text, &mut device).context("--device has 64 hex digits")?;
        return Ok(device);
    }
    if !config.device.key_file.exists() {
        tracing::warn!("there is no device key here: events have ids of a bridge of zeros");
        return Ok([0; 32]);
    }
    Ok(*keyfile::look(&config.device.key_file)?.id.as_bytes())
}

fn capture(path: &Path) -> anyhow::Result<Vec<u8>> {
    let reading = || format!("reading {}", path.display());
    let size = std::fs::metadata(path).with_context(reading)?.len();
    if size > CAPTURE_BYTES_MAX {
        anyhow::bail!(
            "{} is larger than {CAPTURE_BYTES_MAX} bytes",
            path.display()
        );
    }
    std::fs::read(path).with_context(reading)
}
