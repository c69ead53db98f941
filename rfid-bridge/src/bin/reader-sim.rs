//! `reader-sim`: plays a dock door with tags in it to any LLRP client, for demonstrations and
//! tests without a radio. Prints `listening on ADDRESS` on standard output when it is ready.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;
use rfid_bridge::llrp::impinj;
use rfid_bridge::llrp::message::VERSION_1_0_1;
use rfid_bridge::reader::tls::{Identity, acceptor};
use rfid_bridge::sim::door::{Door, DoorConfig, generated_epcs};
use rfid_bridge::sim::profile::Profile;
use rfid_bridge::sim::reader::SimReader;
use rfid_bridge::sim::scene::Scene;
use rfid_bridge::sim::script::{SCRIPT_BYTES_MAX, Script};
use rfid_bridge::sim::server;
use rfid_bridge::sim::stage::Stage;
use rfid_bridge::sim::tag::Tag;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

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
    /// File with one tag on each line, in hex: its EPC, then if wanted its TID and its USER
    /// memory; the first --tags of them pass. SGTIN-96 EPCs are generated when it is absent.
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
    /// Play this script of passages and mishaps instead of one pallet; its language is at the
    /// head of src/sim/script.rs. --dwell-ms, --read-percent and --pause-ms mean nothing then.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Be a reader of Impinj's make and know the published part of its additions.
    #[arg(long)]
    impinj: bool,
    /// PEM file of the reader's certificate: speak TLS.
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file of its key.
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// PEM file of the authority whose certificates clients must show.
    #[arg(long, requires = "tls_cert")]
    tls_clients: Option<PathBuf>,
    /// Speak LLRP 1.0.1 only.
    #[arg(long)]
    old: bool,
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
    let tags = match &arguments.epcs {
        Some(file) => read_tags(file, count)?,
        None => (1..)
            .zip(
                generated_epcs(count)
                    .map_err(anyhow::Error::msg)
                    .context("generating EPCs")?,
            )
            .map(|(number, epc)| Tag::new(epc, number))
            .collect(),
    };
    let scene = scene(arguments, &tags)?;
    let mut profile = Profile::default();
    if arguments.impinj {
        profile.manufacturer = impinj::VENDOR;
    }
    if arguments.old {
        profile.version_max = VERSION_1_0_1;
    }
    let reader = SimReader::before(scene, tags, arguments.clock_offset_ms).with_profile(profile);
    let tls = tls(arguments)?;
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
        server::serve(listener, tls, reader, arguments.once)
            .await
            .context("accepting clients")
    })
}

fn tls(arguments: &Arguments) -> anyhow::Result<Option<TlsAcceptor>> {
    let (Some(chain), Some(key)) = (&arguments.tls_cert, &arguments.tls_key) else {
        return Ok(None);
    };
    let read = |file: &PathBuf| read_text(file, PEM_BYTES_MAX).map(String::into_bytes);
    let (chain, key) = (read(chain)?, read(key)?);
    let clients = arguments.tls_clients.as_ref().map(read).transpose()?;
    let identity = Identity {
        chain: &chain,
        key: &key,
    };
    Ok(Some(acceptor(identity, clients.as_deref())?))
}

fn scene(arguments: &Arguments, tags: &[Tag]) -> anyhow::Result<Scene> {
    let Some(file) = &arguments.script else {
        return Ok(Scene::Door(Door::new(DoorConfig {
            epcs: tags.iter().map(|tag| tag.epc.clone()).collect(),
            dwell_ms: arguments.dwell_ms,
            interval_ms: arguments.interval_ms,
            antennas: arguments.antennas,
            read_percent: arguments.read_percent,
            pause_ms: arguments.pause_ms,
            seed: arguments.seed,
        })));
    };
    let text = read_text(file, SCRIPT_BYTES_MAX)?;
    let script = Script::parse(&text)
        .map_err(anyhow::Error::msg)
        .with_context(|| file.display().to_string())?;
    let (interval_ms, antennas) = (arguments.interval_ms, arguments.antennas);
    let stage = Stage::new(script, interval_ms, antennas, arguments.seed);
    Ok(Scene::Stage(stage))
}

fn read_text(file: &Path, bytes_max: u64) -> anyhow::Result<String> {
    let size = std::fs::metadata(file).with_context(|| format!("reading {}", file.display()))?;
    if size.len() > bytes_max {
        bail!("{} is larger than {bytes_max} bytes", file.display());
    }
    std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
}

/// Longest certificate or key file that is read, bytes.
const PEM_BYTES_MAX: u64 = 1 << 20;
/// Longest list of EPCs that is read, bytes.
const EPC_FILE_BYTES_MAX: u64 = 256 << 20;
/// Longest EPC bank of a tag, bytes (EPC Gen2: 31 words).
const EPC_BYTES_MAX: usize = 62;

fn read_tags(file: &Path, count: usize) -> anyhow::Result<Vec<Tag>> {
    let text = read_text(file, EPC_FILE_BYTES_MAX)?;
    let mut tags = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let mut banks = Vec::new();
        for word in text.split_whitespace() {
            let bank = hex::decode(word)
                .with_context(|| format!("{} line {line}: not hex", file.display()))?;
            if bank.len() > EPC_BYTES_MAX {
                bail!(
                    "{} line {line}: a bank has at most {EPC_BYTES_MAX} bytes here",
                    file.display()
                );
            }
            banks.push(bank);
        }
        let mut banks = banks.into_iter();
        let Some(epc) = banks.next() else { continue };
        let number = u64::try_from(tags.len() + 1).unwrap_or(u64::MAX);
        let mut tag = Tag::new(epc, number);
        tag.tid = banks.next().unwrap_or(tag.tid);
        tag.user = banks.next().unwrap_or(tag.user);
        tags.push(tag);
        if tags.len() == count {
            break;
        }
    }
    if tags.len() < count {
        bail!(
            "{} has {} EPCs, {count} were asked for",
            file.display(),
            tags.len()
        );
    }
    Ok(tags)
}
