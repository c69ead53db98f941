//! `theriac demo`: a small supply chain on this machine, ready in seconds, with one of each kind
//! of trouble planted, and served until Ctrl-C.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indicatif::ProgressBar;
use service::client::Client;
use service::demo::dock::{self, DockError, Door, Tools};
use service::demo::facts::{self, Facts};
use service::demo::plan::{PACKS_MAX, PACKS_MIN};
use service::demo::play::{Acknowledged, Progress, Stage};
use service::demo::setup::Cast;
use service::demo::story::Story;
use service::keys::DataDir;
use service::{Config, Server, World};

use super::exit::{Exit, Failure, one_line};
use super::out::{self, Format};
use super::{files, local, progress, server};

const EXAMPLES: &str = "\
Examples:
  theriac demo
  theriac demo --scale 100000 --data big-demo
  theriac demo --data /tmp/d --listen 127.0.0.1:0 --exit-when-ready

It plays four parties, a lot from the line to the pharmacies, a real LLRP session at a dock door
and a cold chain, with a copied identifier, a serial that nobody made, a pallet that got warm and
a recalled lot. Addresses, keys and scans to try are printed and kept in DIR/demo.json. A
directory that holds a finished demo is served again as it is.";

/// How long the demo waits for one answer of its own node.
const TIMEOUT: Duration = Duration::from_mins(2);
/// demo.json is a page.
const FACTS_BYTES_MAX: u64 = 1 << 20;
/// Name of the demo's network and log.
const LOG_NAME: &str = "demo.theriac.local/log";

/// Play a small supply chain with planted trouble and serve it
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Demo {
    /// Data directory to make (or to serve again)
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// How many packs to play (10 to 1,000,000)
    #[arg(long, value_name = "PACKS", default_value_t = 1_000,
          value_parser = parse_packs)]
    scale: usize,
    /// What the story grows from: the same seed gives the same serial numbers
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Stop when everything has been played, instead of serving
    #[arg(long)]
    exit_when_ready: bool,
    /// Append each acknowledged event and block to this file
    #[arg(long, value_name = "FILE")]
    ack_log: Option<PathBuf>,
}

fn parse_packs(text: &str) -> Result<usize, String> {
    let packs: usize = text.parse().map_err(|_| "not a number".to_owned())?;
    if (PACKS_MIN..=PACKS_MAX).contains(&packs) {
        return Ok(packs);
    }
    Err(format!("give {PACKS_MIN} to {PACKS_MAX}"))
}

pub(crate) fn run(command: &Demo, format: Format) -> Result<Exit, Failure> {
    let world = World::real();
    server::start_logging("warn")?;
    let mut config = Config::default();
    config.node.data_dir.clone_from(&command.data);
    config.http.listen = command.listen;
    let played = command.data.join(facts::FILE);
    let tell = Tell::new(format);
    let (running, facts) = if played.exists() {
        serve_again(&config, &world, &played, tell)?
    } else {
        play(command, &config, &world, tell)?
    };
    match format {
        Format::Json => out::json(&serde_json::json!(facts)),
        Format::Text => facts.lines().iter().for_each(|line| out::line(line)),
    }
    let ready = format!("ready after {:.1} s", world.elapsed().as_secs_f64());
    if command.exit_when_ready {
        server::stop(running, &config)?;
        tell.line(&ready);
        return Ok(Exit::Ok);
    }
    server::wait(running, &config, || {
        tell.line(&format!("{ready}; Ctrl-C stops it"));
    })?;
    Ok(Exit::Ok)
}

/// Serves the node in the background and says where.
fn start(config: &Config, world: &World, tell: Tell) -> Result<Server, Failure> {
    let running = server::start(config, world.clone())?;
    tell.line(&format!("listening on {}", running.url()));
    Ok(running)
}

/// Serves a demo that was played before.
fn serve_again(
    config: &Config,
    world: &World,
    file: &Path,
    tell: Tell,
) -> Result<(Server, Facts), Failure> {
    let facts = Facts::parse(&files::read(file, FACTS_BYTES_MAX)?)
        .with_context(|| format!("{} is not what a demo wrote", file.display()))
        .map_err(Failure::usage)?;
    let running = start(config, world, tell)?;
    let facts = facts.at(&running.url());
    write_facts(file, &facts)?;
    Ok((running, facts))
}

/// Plays the story on a fresh node.
fn play(
    command: &Demo,
    config: &Config,
    world: &World,
    tell: Tell,
) -> Result<(Server, Facts), Failure> {
    if DataDir::new(&command.data).ledger().exists() {
        let error = anyhow::anyhow!(
            "{} holds a node but no finished demo",
            command.data.display()
        );
        return Err(Failure::usage(error).advise("remove it or give another --data directory"));
    }
    let acknowledged = match &command.ack_log {
        Some(file) => Acknowledged::in_file(file).map_err(Failure::usage)?,
        None => Acknowledged::default(),
    };
    server::address_is_free(config)?;
    let story = Story::new(command.seed, world.now_ms(), command.scale);
    let made = service::init(&command.data, LOG_NAME, world)
        .map_err(|error| local::failure(error, &command.data))?;
    let running = start(config, world, tell)?;
    let url = running.url();
    let cast = Cast::register(&running.node, &story, made.admin_key)
        .context("registering the demo's parties")
        .map_err(Failure::usage)?;

    let client = Client::new(&url, None, TIMEOUT)?;
    let (keys, gateway, dock_seed) = (cast.named_keys(), cast.gateway.clone(), cast.dock_seed);
    let mut stage = Stage::new(&client, cast, world.clone(), acknowledged);
    let mut teller = Teller { tell, bar: None };
    let done = stage.play(&story, &mut |progress| teller.tell(progress));
    teller.finish();
    done.map_err(played_failure)?;
    // The bridge takes paths in its configuration as relative to that file.
    let dock_dir = std::path::absolute(command.data.join("dock"))
        .context("finding the dock door's directory")
        .map_err(Failure::usage)?;
    let door = Door {
        dir: &dock_dir,
        server: &url,
        api_key: &gateway,
        device_seed: dock_seed,
    };
    let dock_read = read_dock(&mut stage, &story, &door, tell)?;
    let checkpoint_key = made.log_key.to_string();
    let facts = Facts::new(&story, &url, keys, checkpoint_key, dock_read);
    write_facts(&command.data.join(facts::FILE), &facts)?;
    Ok((running, facts))
}

/// The pallet arrives: its logger is read out, and the reader at the door sees its labels. Without
/// the programs for that the pallet stays in transit, and the demo says how to get them.
fn read_dock(
    stage: &mut Stage,
    story: &Story,
    door: &Door<'_>,
    tell: Tell,
) -> Result<bool, Failure> {
    stage.arrive(&story.arrival).map_err(played_failure)?;
    let program = std::env::current_exe()
        .context("finding this program")
        .map_err(Failure::usage)?;
    let tools = match Tools::beside(&program) {
        Ok(tools) => tools,
        Err(missing @ DockError::Missing { .. }) => {
            tell.line(&format!(
                "dock door skipped: {missing}; `cargo build -p rfid-bridge` (with --release if \
                 this is a release build) puts reader-sim and rfid-bridge beside theriac"
            ));
            return Ok(false);
        }
        Err(error) => return Err(Failure::usage(anyhow::Error::from(error))),
    };
    tell.line("a reader and a bridge meet at the dock door (LLRP over TCP)");
    dock::read(&tools, door, &story.arrival)
        .context("reading the dock door")
        .map_err(|error| Failure::new(Exit::Partial, error))?;
    Ok(true)
}

fn played_failure(error: service::demo::play::PlayError) -> Failure {
    Failure::new(Exit::Partial, error).advise("the node's log says more; remove the directory")
}

fn write_facts(file: &Path, facts: &Facts) -> Result<(), Failure> {
    let text = serde_json::to_vec_pretty(facts)
        .context("writing demo.json")
        .map_err(Failure::usage)?;
    files::write(file, &text)
}

/// Where the lines for people go: beside the JSON document, when that is asked for.
#[derive(Clone, Copy)]
struct Tell {
    to: fn(&str),
}

impl Tell {
    fn new(format: Format) -> Self {
        let to = if format == Format::Json {
            out::note
        } else {
            out::line
        };
        Self { to }
    }

    fn line(self, text: &str) {
        (self.to)(text);
    }
}

/// Tells how far the story is: a bar for a terminal, a line a chapter otherwise.
struct Teller {
    tell: Tell,
    bar: Option<ProgressBar>,
}

impl Teller {
    fn tell(&mut self, progress: Progress) {
        match progress {
            Progress::Chapter(title, steps) => {
                self.finish();
                if std::io::stderr().is_terminal() {
                    let bar = progress::bar(steps as u64);
                    bar.set_message(one_line(title));
                    self.bar = Some(bar);
                } else {
                    self.tell.line(&format!("{title} ({steps} messages)"));
                }
            }
            Progress::Step => {
                if let Some(bar) = &self.bar {
                    bar.inc(1);
                }
            }
        }
    }

    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            out::note(&format!("{} ({} messages)", bar.message(), bar.position()));
        }
    }
}
