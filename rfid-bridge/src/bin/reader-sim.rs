//! `reader-sim`: plays a dock door with tags in it to any LLRP client, for demonstrations and
//! tests without a radio. Prints `listening on ADDRESS` on standard output when it is ready.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;
use rfid_bridge::sim::door::{Door, DoorConfig, generated_epcs};
use rfid_bridge::sim::reader::SimReader;
use rfid_bridge::sim::server;
use tokio::net::TcpListener;

/// Plays an LLRP reader at a dock door.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:5084")]
    listen: String,
    /// Number of distinct tags that pass the door.
    #[arg(long, default_value_t = 100)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    tags: u32,
    /// File with one EPC in hex on each line; the first --tags of them pass. SGTIN-96 EPCs are
    /// generated when it is absent.
    #[arg(long)]
    epcs: Option<PathBuf>,
    /// How long the tags stay in the field, ms.
    #[arg(long, default_value_t = 2_000)]
    dwell_ms: u64,
    /// Time between two inventory rounds, ms.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    interval_ms: u64,
    /// Antenna ports.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    antennas: u16,
    /// Probability in percent that a tag answers in a round; each answers at least once.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u8).range(1..=100))]
    read_percent: u8,
    /// Let the tags pass again after this pause, ms, and so on. Without it they pass once each
    /// time a client starts an inventory.
    #[arg(long)]
    pause_ms: Option<u64>,
    /// How far the reader's clock is ahead (or, negative, behind), ms.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    clock_offset_ms: i64,
    /// Seed of when, where and how strongly tags are read.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// End when a client has left after one passage.
    #[arg(long)]
    once: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when even standard error is gone.
            let _told = writeln!(std::io::stderr(), "reader-sim: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let count = usize::try_from(arguments.tags).context("number of tags")?;
    let epcs = match &arguments.epcs {
        Some(file) => read_epcs(file, count)?,
        None => generated_epcs(count)
            .map_err(anyhow::Error::msg)
            .context("generating EPCs")?,
    };
    let door = Door::new(DoorConfig {
        epcs,
        dwell_ms: arguments.dwell_ms,
        interval_ms: arguments.interval_ms,
        antennas: arguments.antennas,
        read_percent: arguments.read_percent,
        pause_ms: arguments.pause_ms,
        seed: arguments.seed,
    });
    let reader = SimReader::new(door, arguments.clock_offset_ms);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(&arguments.listen)
            .await
            .with_context(|| format!("listening on {}", arguments.listen))?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "listening on {}", listener.local_addr()?)?;
        out.flush()?;
        drop(out);
        server::serve(listener, reader, arguments.once)
            .await
            .context("accepting clients")
    })
}

/// Longest list of EPCs that is read, bytes.
const EPC_FILE_BYTES_MAX: u64 = 256 << 20;
/// Longest EPC bank of a tag, bytes (EPC Gen2: 31 words).
const EPC_BYTES_MAX: usize = 62;

fn read_epcs(file: &Path, count: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let size = std::fs::metadata(file).with_context(|| format!("reading {}", file.display()))?;
    if size.len() > EPC_FILE_BYTES_MAX {
        bail!(
            "{} is larger than {EPC_FILE_BYTES_MAX} bytes",
            file.display()
        );
    }
    let text =
        std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let mut epcs = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let epc = hex::decode(text)
            .with_context(|| format!("{} line {line}: not hex", file.display()))?;
        if epc.len() > EPC_BYTES_MAX {
            bail!(
                "{} line {line}: an EPC has at most {EPC_BYTES_MAX} bytes",
                file.display()
            );
        }
        epcs.push(epc);
        if epcs.len() == count {
            break;
        }
    }
    if epcs.len() < count {
        bail!(
            "{} has {} EPCs, {count} were asked for",
            file.display(),
            epcs.len()
        );
    }
    Ok(epcs)
}
